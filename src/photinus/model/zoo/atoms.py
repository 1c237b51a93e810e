"""Many atoms: lasers without a cavity's memory, and a spin whose steady state forgets its clock."""

from __future__ import annotations

from photinus.algebra import ensemble, oscillator, spin
from photinus.model.jumps import Jump
from photinus.model.model import Model
from photinus.model.zoo.names import distinct_names
from photinus.numerics.checks import real_number


def superradiant_laser(
    name: str = "atoms",
    *,
    atoms: int,
    pump: float,
    collective_decay: float = 1.0,
    decay: float = 0.0,
    dephasing: float = 0.0,
) -> Model:
    """Atoms that a bad cavity makes radiate together, each pumped by itself.

    dρ/dt = collective_decay·D[S₋]ρ + Σ_n (pump·D[σ₊ⁿ] + decay·D[σ₋ⁿ] + (dephasing/2)·D[σ_zⁿ])ρ.

    Parameters
    ----------
    name : str
        Name of the ensemble.
    atoms : int
        N ≥ 2.
    pump : float
        w, the rate at which each atom is repumped. The intensity is largest at w = N·Γ_c/2, and is N²Γ_c/8 there.
    collective_decay : float
        Γ_c, the rate of the collective emission S₋ = Σ_n σ₋ⁿ. A cavity of :func:`tavis_cummings` that is bad, κ ≫ g√N,
        gives Γ_c = 4g²/κ.
    decay, dephasing : float
        Rates of each atom; a dephasing rate γ lets ⟨σ₋⟩ of an atom decay at γ.

    Returns
    -------
    Model
        U(1) of M; the emitted intensity is collective_decay·⟨S₊S₋⟩, its linewidth that of S₋.

    References
    ----------
    Meiser2009.

    Examples
    --------
    >>> import photinus as ph
    >>> at = ph.ensemble("atoms", 100)
    >>> state = ph.steady_state(ph.zoo.superradiant_laser(atoms=100, pump=50.0))
    >>> round(state.expect(at.plus * at.minus) / (100**2 / 8), 2)
    0.98
    """
    at = ensemble(name, atoms)
    jumps = [
        Jump(collective_decay, at.minus, name=f"collective emission of {name}"),
        Jump(pump, at.each.plus, name=f"pump of {name}"),
    ]
    if decay != 0:
        jumps.append(Jump(decay, at.each.minus, name=f"decay of {name}"))
    if dephasing != 0:
        jumps.append(Jump(2 * real_number(dephasing, f"dephasing of {name!r}"), at.each.z, name=f"dephasing of {name}"))
    return Model(0 * at.z, jumps, ["Meiser2009"])


def superradiant_ensembles(
    *,
    atoms: int,
    pump: float,
    detuning: float = 0.0,
    collective_decay: float = 1.0,
    names: tuple[str, str] = ("a", "b"),
) -> Model:
    """Two superradiant ensembles of different frequency in one bad cavity.

    dρ/dt = −i[H, ρ] + collective_decay·D[S₋ᵃ + S₋ᵇ]ρ + pump·Σ_n D[σ₊ⁿ]ρ,   H = (detuning/2)(S_zᵃ − S_zᵇ).

    Parameters
    ----------
    atoms : int
        N of each ensemble, at least 2.
    pump : float
        w, the rate at which each atom is repumped.
    detuning : float
        δ = ω_a − ω_b, angular, in the unit of the rates. With N·Γ_c = 1 the mean field has both at one frequency only
        if (w − 1)² + δ² < 1, with the inversion z = (w² + δ²)/2w and the phase 2 arctan(δ/w); for w < 1 they leave it
        earlier, and lase at two frequencies. ``ph.collective.superradiant_boundaries(w)`` gives both boundaries.
    collective_decay : float
        Γ_c (rate).
    names : pair of str
        Of the two ensembles.

    References
    ----------
    Xu2014, Patra2019.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.zoo.superradiant_ensembles(atoms=4, pump=2.0, detuning=0.3).symmetry
    U(1): J_a, U(1): M_a + M_b, U(1): J_b
    """
    one, two = (ensemble(name, atoms) for name in distinct_names(names, 2, "ensembles"))
    delta = real_number(detuning, "detuning of the ensembles")
    jumps = [
        Jump(collective_decay, one.minus + two.minus, name="collective emission"),
        *(Jump(pump, at.each.plus, name=f"pump of {at.name}") for at in (one, two)),
    ]
    return Model(delta / 2 * (one.z - two.z), jumps, ["Xu2014", "Patra2019"])


def boundary_time_crystal(name: str = "s", *, length: float, drive: float = 1.0, decay: float = 0.5) -> Model:
    """A collective spin, driven and damped: above a threshold it turns for a time that grows with its length.

    dρ/dt = −i[H, ρ] + (decay/S)·D[S₋]ρ,   H = drive·S_x.

    Parameters
    ----------
    name : str
        Name of the spin.
    length : float
        S = N/2 of N two-level atoms: 1/2, 1, 3/2, …
    drive : float
        ω₀, angular, in the unit of the rates. For ω₀ > κ the mean field turns with the period 2π/√(ω₀² − κ²), for
        ω₀ < κ it rests.
    decay : float
        κ ≥ 0 (rate).

    References
    ----------
    Iemini2018; steady state: PuriLawande1979.

    Examples
    --------
    >>> import photinus as ph
    >>> modes = ph.eigenmodes(ph.zoo.boundary_time_crystal(length=10, drive=1.0, decay=0.1), count=4)
    >>> bool(abs(modes.eigenvalues.imag).max() > 0.9)
    True
    """
    s = spin(name, length)
    rate = real_number(decay, f"decay of {name!r}", minimum=0.0) / (s.site.twice_j / 2)
    return Model(
        real_number(drive, f"drive of {name!r}") * s.x, [Jump(rate, s.minus, name=f"decay of {name}")], ["Iemini2018"]
    )


def tavis_cummings(
    *,
    atoms: int,
    coupling: float,
    cavity_loss: float,
    pump: float = 0.0,
    decay: float = 0.0,
    detuning: float = 0.0,
    names: tuple[str, str] = ("atoms", "c"),
) -> Model:
    """Identical atoms in a cavity, each pumped and damped by itself: a laser from its atoms.

    dρ/dt = −i[H, ρ] + cavity_loss·D[c]ρ + Σ_n (pump·D[σ₊ⁿ] + decay·D[σ₋ⁿ])ρ,

    H = detuning·S_z + coupling·(c S₊ + c†S₋).

    Parameters
    ----------
    atoms : int
        N ≥ 2.
    coupling : float
        g (rate).
    cavity_loss : float
        κ (rate of the photon number).
    pump, decay : float
        Rates of each atom.
    detuning : float
        Atomic frequency − cavity frequency, angular, in the unit of the rates.
    names : pair of str
        Of the ensemble and of the cavity mode.

    References
    ----------
    Meiser2009.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.zoo.tavis_cummings(atoms=3, coupling=1.0, cavity_loss=2.0, pump=0.5).symmetry
    U(1): J_atoms, U(1): M_atoms + n_c
    """
    name, cavity = distinct_names(names, 2, "ensemble and the cavity")
    at, c = ensemble(name, atoms), oscillator(cavity)
    jumps = [Jump(cavity_loss, c, name="cavity loss")]
    jumps += [
        Jump(rate, operator, name=f"{kind} of {name}")
        for rate, operator, kind in ((pump, at.each.plus, "pump"), (decay, at.each.minus, "decay"))
        if rate != 0
    ]
    exchange = real_number(coupling, "coupling of the cavity") * (c * at.plus)
    return Model(
        real_number(detuning, "detuning of the atoms") * at.z + exchange + exchange.dag(), jumps, ["Meiser2009"]
    )
