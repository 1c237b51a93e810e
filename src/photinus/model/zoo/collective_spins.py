"""Large spins: many two-level systems that act as one, alone, with a cavity, and coupled to each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from photinus.algebra import as_operator, oscillator, spin
from photinus.errors import InvalidInput, shown
from photinus.model.jumps import Jump
from photinus.model.model import Model
from photinus.model.zoo.atoms import boundary_time_crystal
from photinus.model.zoo.names import distinct_names
from photinus.numerics.checks import real_number


def lipkin_meshkov_glick(
    name: str = "s", *, length: float, coupling: float, field: float = 0.0, decay: float = 0.0
) -> Model:
    """Spins that are all coupled to each other, in a field and damped as a whole.

    dρ/dt = −i[H, ρ] + (decay/S)·D[S₋]ρ,   H = field·S_z − (coupling/S)·S_x².

    Parameters
    ----------
    name : str
        Name of the spin.
    length : float
        S = N/2 of N two-level systems: 1/2, 1, 3/2, …
    coupling : float
        λ (rate). In the mean field ⟨S_z⟩ = −S is unstable for 2λh > h² + κ²: S_x then has one of two signs.
    field : float
        h, angular, in the unit of the rates.
    decay : float
        κ ≥ 0 (rate).

    Returns
    -------
    Model
        Z₂: S_x ↦ −S_x.

    References
    ----------
    Lipkin1965, Morrison2008 (with losses).

    Examples
    --------
    >>> import photinus as ph
    >>> magnet = ph.zoo.lipkin_meshkov_glick(length=20, coupling=1.0, field=0.4, decay=0.5)
    >>> s = ph.spin("s", 20)
    >>> round(ph.steady_state(magnet).expect(s.x**2) / 20**2, 1)          # 0.89 for S → ∞
    0.8
    """
    s = spin(name, length)
    size = s.site.twice_j / 2
    strength = real_number(coupling, f"coupling of {name!r}") / size
    rate = real_number(decay, f"decay of {name!r}", minimum=0.0) / size
    hamiltonian = real_number(field, f"field on {name!r}") * s.z - strength * s.x**2
    jumps = [Jump(rate, s.minus, name=f"decay of {name}")] if rate else []
    return Model(hamiltonian, jumps, ["Lipkin1965", "Morrison2008"])


def dicke(
    *,
    length: float,
    coupling: float,
    cavity_loss: float,
    atom_frequency: float = 1.0,
    cavity_frequency: float = 1.0,
    names: tuple[str, str] = ("s", "c"),
) -> Model:
    """Atoms that are coupled as one spin to a lossy cavity, without the rotating-wave approximation.

    dρ/dt = −i[H, ρ] + κ·D[c]ρ,   H = ω_c c†c + ω_a S_z + (2λ/√N)(c + c†)S_x,   N = 2S.

    Parameters
    ----------
    length : float
        S = N/2 of N atoms.
    coupling : float
        λ, in the unit of the rates. Above λ_c = ½√(ω_a(ω_c² + κ²/4)/ω_c) the mean field is superradiant, with one of
        two signs.
    cavity_loss : float
        κ (rate of the photon number; the amplitude decays at κ/2).
    atom_frequency, cavity_frequency : float
        ω_a, ω_c, angular, in the unit of the rates.
    names : pair of str
        Of the spin and of the cavity mode.

    Returns
    -------
    Model
        Z₂: the parity of c†c + S_z.

    References
    ----------
    Dicke1954, Dimer2007; modulated in time: Gong2018.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.zoo.dicke(length=2, coupling=0.6, cavity_loss=0.2).symmetry
    Z₂: parity of c + s
    """
    name, cavity = distinct_names(names, 2, "spin and the cavity")
    s, c = spin(name, length), oscillator(cavity)
    strength = 2 * real_number(coupling, "coupling of the cavity") / s.site.twice_j**0.5
    hamiltonian = real_number(cavity_frequency, "cavity frequency") * c.dag() * c
    hamiltonian = hamiltonian + real_number(atom_frequency, "atom frequency") * s.z + strength * (c + c.dag()) * s.x
    return Model(hamiltonian, [Jump(cavity_loss, c, name="cavity loss")], ["Dicke1954", "Dimer2007"])


def coupled_time_crystals(
    *,
    length: float,
    drives: Sequence[float] = (1.0, 0.4),
    decay: float = 0.5,
    coherent: float = 0.0,
    shared_decay: float = 0.0,
    names: Sequence[str] | None = None,
) -> Model:
    """Boundary time crystals of different drives that see each other: one that oscillates can seed those that rest.

    Each spin j has H = ω_j S_xʲ and (decay/S)·D[S₋ʲ]; each pair adds (coherent/S)(S₊ʲS₋ᵏ + S₋ʲS₊ᵏ) to H and the jump
    (shared_decay/S)·D[S₋ʲ + S₋ᵏ].

    Parameters
    ----------
    length : float
        S of each spin.
    drives : sequence of float
        ω_j, angular, in the unit of the rates, two at least. Alone, a spin oscillates for ω_j > κ and rests for
        ω_j < κ; by default one of each.
    decay : float
        κ (rate).
    coherent, shared_decay : float
        g and V ≥ 0 (rates), of each pair.
    names : sequence of str, optional
        By default s1, s2, ….

    References
    ----------
    Hajdusek2022, of whose two kinds of coupling these are versions; a single crystal: Iemini2018.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.zoo.coupled_time_crystals(length=3, drives=[1.0, 0.4], coherent=0.1)
    Model of spin s1 (j = 3), spin s2 (j = 3); symmetry: none
      H = ...
      0.166667 D[s1₋]
      0.166667 D[s2₋]
    """
    try:
        values = [real_number(drive, "drive of a crystal") for drive in drives]
    except TypeError:
        raise InvalidInput(f"The drives are {shown(drives)}.", "Give one number for each crystal.") from None
    if len(values) < 2:
        raise InvalidInput(f"There is {len(values)} drive.", "Give two or more, or use boundary_time_crystal.")
    usual = [f"s{k + 1}" for k in range(len(values))]
    names = distinct_names(usual if names is None else names, len(values), "crystals")
    alone = [
        boundary_time_crystal(name, length=length, drive=drive, decay=decay)
        for name, drive in zip(names, values, strict=True)
    ]
    g = real_number(coherent, "coherent coupling") / length
    shared = real_number(shared_decay, "shared decay", minimum=0.0) / length
    hamiltonian, jumps = as_operator(0), []
    for first, second in combinations((spin(name, length) for name in names), 2):
        if g:
            hamiltonian = hamiltonian + g * (first.plus * second.minus + first.minus * second.plus)
        if shared:
            jumps.append(
                Jump(shared, first.minus + second.minus, name=f"shared decay of {first.name} and {second.name}")
            )
    return sum(alone, Model()) + Model(hamiltonian, jumps, ["Hajdusek2022"])
