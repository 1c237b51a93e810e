"""Cumulants: closed equations for the moments of a model, derived from its algebra.

Between the mean field (order 1) and the master equation (all orders) stand the means of products of a few operators.
:mod:`photinus.solve.moments.closure` says how longer products are closed, :mod:`photinus.solve.moments.words` which
moments symmetry removes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from photinus.errors import InvalidInput, WrongType, shown
from photinus.model import Model
from photinus.numerics.checks import whole_number
from photinus.solve.moments.follow import followed, rest_from
from photinus.solve.moments.hierarchy import Hierarchy, Sources, make_hierarchy, text_of
from photinus.solve.moments.results import MovingMoments, RestingMoments
from photinus.solve.moments.start import default_point, point_of
from photinus.solve.motion import Integration, checked_times
from photinus.space.state import State

SHOWN = 12
"""Equations that a print shows."""
MEMBERS = 6
"""Small members of a family that the coefficients of a large one are read from."""


@dataclass(frozen=True, eq=False)
class MomentEquations:
    """The equations of motion of the moments; ``str()`` writes them, ``.lines`` are all of them.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.cumulants(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1)).equations
    d⟨a† a⟩/dt = 1 + ⟨a† a⟩ - 0.4 ⟨a† a⟩²
    """

    system: Hierarchy = field(repr=False)

    @property
    def lines(self) -> tuple[str, ...]:
        """One line for each moment."""
        return tuple(self._line(row) for row in range(len(self.system.words)))

    def _line(self, row: int) -> str:
        from photinus.algebra.operator import number_text
        from photinus.algebra.site import power

        names = {letter: f"⟨{text_of(word)}⟩" for word, letter in self.system.closure.letters.items()}
        terms = []
        for key, c in sorted(self.system.polynomials[row].items(), key=lambda term: (len(term[0]), term[0])):
            c = complex(float(f"{c.real:.12g}"), float(f"{c.imag:.12g}"))
            if c == 0:
                continue
            factors = " ".join(power(names[letter], key.count(letter)) for letter in dict.fromkeys(key))
            number = "" if c == 1 and factors else "-" if c == -1 and factors else number_text(c)
            terms.append(f"{number} {factors}".strip() if number != "-" else f"-{factors}")
        text = " + ".join(terms) or "0"
        return f"d⟨{text_of(self.system.words[row])}⟩/dt = {text}".replace("+ -", "- ")

    def __len__(self) -> int:
        return len(self.system.words)

    def __str__(self) -> str:
        rows = [self._line(row) for row in range(min(SHOWN, len(self)))]
        return "\n".join(rows + ([f"… and {len(self) - SHOWN} more"] if len(self) > SHOWN else []))

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, eq=False)
class Moments:
    """The closed moment equations of a model, made by :func:`cumulants`.

    Attributes
    ----------
    system : Hierarchy
        The compiled equations.
    references : tuple of str
        The sources of the model and of the expansion.
    """

    system: Hierarchy = field(repr=False)
    references: tuple[str, ...]

    @property
    def order(self) -> int:
        """The number of operators in the longest moments."""
        return self.system.closure.order

    @property
    def equations(self) -> MomentEquations:
        """The equations of motion, which print themselves."""
        return MomentEquations(self.system)

    def evolve(
        self,
        initial: State | Sequence[State],
        times: Sequence[float] | np.ndarray,
        *,
        method: Integration = Integration(),
    ) -> MovingMoments:
        """The moments in time.

        Parameters
        ----------
        initial : State or sequence of State
            A state of all sites, or states of separate sites whose product is meant. It must have the symmetries that
            the equations use. A state of ``ph.spin(name, 1/2)`` with the name of an ensemble is that of each atom.
        times : sequence of float
            Increasing, at least two.
        method : Integration
            Tolerance and stiffness.

        Returns
        -------
        MovingMoments
            ``.expect(operator) .values .ok .complaints``

        Raises
        ------
        InvalidInput, UnknownSite, WrongType
        NotConverged
            If the moments grow without bound.

        Examples
        --------
        >>> import photinus as ph
        >>> a = ph.oscillator("a")
        >>> decay = ph.cumulants(ph.Model(jumps=[ph.Jump(1.0, a)]))
        >>> decay.evolve(ph.states.fock({"a": 3}), [0, 1.0]).expect(a.dag() * a).round(6).tolist()
        [3.0, 1.103638]
        """
        if not isinstance(method, Integration):
            raise WrongType(f"The method is {shown(method)}.", "Give Integration(tolerance=…, stiff=…).")
        grid = checked_times(times)
        y = followed(self.system, point_of(self.system, initial), grid, method)
        y.setflags(write=False)
        return MovingMoments(self.system, grid, y)

    def steady(self, *, near: State | Sequence[State] | RestingMoments | None = None) -> RestingMoments:
        """The moments at rest, reached in time and then by Newton's method.

        Parameters
        ----------
        near : State, sequence of State or RestingMoments, optional
            Where to start: a state, or what rested at other parameters. By default oscillators start in the vacuum, and
            spins and qudits in the mixture of all levels.

        Returns
        -------
        RestingMoments
            ``.expect(operator) .values .stable .eigenvalues .ok .complaints .correlation(…) .linewidth(…)``

        Raises
        ------
        NotConverged
            If the moments oscillate or grow without bound.

        Examples
        --------
        >>> import photinus as ph
        >>> ph.cumulants(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1), order=4).steady()
        Moments at rest, order 4, stable
          ⟨a† a⟩ = 3.89385
          ⟨a†² a²⟩ = 24.4693
        """
        if isinstance(near, RestingMoments):
            if near.system.words != self.system.words:
                raise InvalidInput("The neighbour has other moments.", "Give one of the same sites and order.")
            start = near.y
        else:
            start = default_point(self.system) if near is None else point_of(self.system, near)
        rest = rest_from(self.system, start)
        for array in (rest.y, rest.eigenvalues):
            array.setflags(write=False)
        return RestingMoments(self.system, rest.y, rest.eigenvalues)

    def __repr__(self) -> str:
        count = len(self.system.words)
        sites = len(self.system.sites)
        family_ = [
            f"{site.atoms} atoms {row[0].name}, {row[1].name}, …" for site, row in self.system.atoms.spins.items()
        ]
        size = self.system.sources.size
        family = f", written for {size} identical ones" if len(self.system.sources.members) > 1 else ""
        head = f"{count} moment{'s' * (count != 1)} of order {self.order} of {sites} site{'s' * (sites != 1)}{family}"
        head += f" ({'; '.join(family_)})" if family_ else ""
        rows = str(self.equations).splitlines()
        more = [f"  … ({len(self.equations)} equations)"] if count > 5 else []
        return "\n".join([head, *(f"  {row}" for row in rows[:5]), *more])


def cumulants(model: Model, order: int = 2, *, phase_invariant: bool = True, permutation: bool = True) -> Moments:
    """The closed equations of the moments of a model.

    d⟨w⟩/dt is exact for every word w of at most ``order`` operators; longer words that it leads to are closed by
    setting their joint cumulants to zero. Each a and a† counts as one operator, all words on one spin or qudit as one.

    Parameters
    ----------
    model : Model
        Of oscillators, spins and qudits, and of ensembles, as N spins ½ that nothing tells apart: their number may be
        any, such as 10⁵. Their atoms are written as ``atoms1``, ``atoms2``, …
    order : int
        At least 1. Order 1 factorises everything; order 2 is exact for Gaussian models; phase-invariant oscillators
        with a limit cycle need 4 or more.
    phase_invariant : bool
        Whether to leave out the moments that vanish in every state with the model's weak symmetry, as its steady state
        is. States with a phase need False.
    permutation : bool
        Whether sites that the model does not tell apart share their moments; the atoms of an ensemble always do.

    Returns
    -------
    Moments
        ``.equations .evolve(initial, times) .steady()``, and then ``.expect(operator)``

    Raises
    ------
    InvalidInput
        For a model without sites or with diagonal functions, an order below 1, or more than 20 000 moments.

    References
    ----------
    Kubo1962; Plankensteiner2022 (the same closure by computer algebra).

    Examples
    --------
    >>> import photinus as ph
    >>> ph.cumulants(ph.zoo.coupled_van_der_pol(20, gain=1, two_photon_loss=0.5, dissipative=0.1))
    2 moments of order 2 of 20 sites
      d⟨a1† a1⟩/dt = 1 - 0.9 ⟨a1† a1⟩ + 1.9 ⟨a1† a2⟩ - 2 ⟨a1† a1⟩²
      d⟨a1† a2⟩/dt = 0.1 ⟨a1† a1⟩ + 0.9 ⟨a1† a2⟩ - 2 ⟨a1† a1⟩ ⟨a1† a2⟩

    A laser of 10⁵ atoms, whose intensity is N²Γ/8 at the pump NΓ/2:

    >>> at = ph.ensemble("atoms", 100_000)
    >>> bright = ph.cumulants(ph.zoo.superradiant_laser(atoms=100_000, pump=50_000.0)).steady()
    >>> round(bright.expect(at.plus * at.minus) / (100_000**2 / 8), 4)
    1.0
    """
    if not isinstance(model, Model):
        raise WrongType(f"The cumulants of {shown(model)} are asked.", "Give a ph.Model.")
    order = whole_number(order, "order of the cumulants")
    system = make_hierarchy(model, order, bool(phase_invariant), bool(permutation))
    return Moments(system, (*model.references, "Kubo1962", "Plankensteiner2022"))


def large_family(family: Callable[[int], Model], size: int, order: int = 2, *, phase_invariant: bool = True) -> Moments:
    """The moment equations of very many identical sites, from those of a few.

    The coefficients of permutation-invariant equations are polynomials of the number of sites. They are derived for six
    small numbers, interpolated, and the interpolation is checked.

    Parameters
    ----------
    family : function of int
        family(n) is the model with n identical sites (and others, whose number does not change).
    size : int
        The number of sites that is meant, such as 100 000.
    order, phase_invariant
        As in :func:`cumulants`.

    Returns
    -------
    Moments
        Operators in ``.expect`` are those of a few sites, such as ``s1.z`` or ``s1.plus * s2.minus``.

    Raises
    ------
    InvalidInput
        If the members have other symmetries, or coefficients that are no polynomials of low degree.

    Examples
    --------
    >>> import photinus as ph
    >>> from photinus.solve.moments.cumulants import large_family
    >>> def network(n):
    ...     return ph.zoo.coupled_van_der_pol(n, gain=1, two_photon_loss=0.5, dissipative=0.1)
    >>> print(large_family(network, 1001).equations.lines[0])
    d⟨a1† a1⟩/dt = 1 - 99 ⟨a1† a1⟩ + 100 ⟨a1† a2⟩ - 2 ⟨a1† a1⟩²
    """
    order, size = whole_number(order, "order of the cumulants"), whole_number(size, "number of sites")
    first = max(3, 2 * order)
    sizes = tuple(range(first, first + MEMBERS))
    if size < sizes[-1]:
        raise InvalidInput(f"A family of {size} sites is small.", "Use ph.cumulants(family(size)).")
    systems = [make_hierarchy(family(n), order, phase_invariant, True) for n in sizes]
    if any(system.words != systems[0].words for system in systems):
        raise InvalidInput(
            "The members of the family have different moments.",
            "Give models of identical sites with names such as s1, s2, ….",
        )
    members = tuple(member for system in systems for member in system.sources.members)
    system = Hierarchy(systems[0].closure, Sources(members, sizes, size))
    return Moments(system, (*family(first).references, "Kubo1962", "Plankensteiner2022"))
