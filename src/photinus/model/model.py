"""The model: a Hamiltonian and a list of jumps. A value, without cutoffs and without matrices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from photinus.algebra import Identical, Operator, Oscillator, Scalar, Site
from photinus.algebra.ensemble import is_each
from photinus.algebra.operator import as_operator, commutator, named_sites
from photinus.errors import NotHermitian, WrongType, refused_operand, shown
from photinus.model.jumps import Jump
from photinus.model.symmetry import Symmetry, derive, site_order

LISTED = 48
"""Sites and terms of the Hamiltonian that a print shows; the symmetry of more sites is derived when it is asked for."""


@dataclass(frozen=True)
class Model:
    """A Lindblad model dρ/dt = −i[H, ρ] + Σ_j (rate_j D[L_j] + reverse_j D[L_j†]) ρ.

    Parameters
    ----------
    hamiltonian : Operator or number
        H, Hermitian to 1e-12 of its largest coefficient (then symmetrised).
    jumps : iterable of Jump
        The dissipative channels; a single jump may stand by itself.
    references : tuple of str
        Keys of the sources, shown by :func:`photinus.cite`; they do not count in comparisons.

    Notes
    -----
    Models are frozen and comparable. ``model + other`` puts two together: the Hamiltonians are added, the jumps
    joined, and equal names are the same site.

    Raises
    ------
    NotHermitian, SiteMismatch
    WrongType
        For a Hamiltonian that is neither an operator nor a number, and jumps that are not jumps.

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> clock = ph.Model(jumps=[ph.Jump(1.0, a.dag()), ph.Jump(0.1, a**2)])
    >>> driven = clock + ph.Model(hamiltonian=0.2j * (a.dag() - a))
    >>> clock.symmetry, driven.symmetry
    (U(1): n_a, none)
    """

    hamiltonian: Operator = field(default_factory=lambda: as_operator(0))
    jumps: tuple[Jump, ...] = ()
    references: tuple[str, ...] = field(default=(), compare=False)

    def __init__(
        self, hamiltonian: Operator | Scalar = 0, jumps: Iterable[Jump] | Jump = (), references: Iterable[str] = ()
    ) -> None:
        operator = as_operator(hamiltonian)
        if any(isinstance(site, Identical) and is_each(local) for word in operator.terms for site, local in word):
            raise WrongType(
                f"The Hamiltonian {operator} holds an operator of each atom of an ensemble.",
                "Use the collective operators, which are their sums: at.x for the sum of at.each.x.",
            )
        if not operator.is_exactly_hermitian():
            dagger = operator.dag()
            if not operator.isclose(dagger):
                raise NotHermitian(
                    f"The Hamiltonian {operator} is not Hermitian: H − H† = {operator - dagger}.",
                    "Add the Hermitian conjugate, such as g*(L + L.dag()).",
                )
            operator = (operator + dagger) / 2
        jumps = (jumps,) if isinstance(jumps, Jump) else _listed(jumps)
        for jump in jumps:
            if not isinstance(jump, Jump):
                raise WrongType(f"Among the jumps stands {shown(jump)}.", "Give ph.Jump(rate, operator).")
        object.__setattr__(self, "hamiltonian", operator)
        object.__setattr__(self, "jumps", jumps)
        object.__setattr__(self, "references", tuple(dict.fromkeys(references)))
        _ = self.sites

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """The sites that occur, in natural order of their names."""
        return site_order(named_sites((self.hamiltonian, *(jump.operator for jump in self.jumps))).values())

    @property
    def oscillators(self) -> tuple[str, ...]:
        """Names of the sites that need a cutoff."""
        return tuple(site.name for site in self.sites if isinstance(site, Oscillator))

    @cached_property
    def generator(self) -> tuple[Operator, tuple[tuple[float, Operator], ...]]:
        """H and the channels (rate, L) of the same equation, with no identity left in any L.

        D[L + c] = D[L] − i[(i/2)(c̄L − cL†), ·]; what follows of the model's structure depends on this form.
        """
        hamiltonian, channels = self.hamiltonian, []
        for jump in self.jumps:
            for rate, operator in jump.channels:
                terms = operator.terms
                c = terms.get((), 0)
                if c:
                    operator = operator - c
                    hamiltonian = hamiltonian + 0.5j * rate * (complex(c).conjugate() * operator - c * operator.dag())
                if len(terms) > (c != 0):
                    channels.append((rate, operator))
        if () in hamiltonian.terms:
            hamiltonian = hamiltonian - hamiltonian.terms[()]
        return hamiltonian, tuple(channels)

    def heisenberg(self, operator: Operator) -> Operator:
        """dO/dt = i[H, O] + Σ rate (L†OL − ½{L†L, O}), in normal order.

        Examples
        --------
        >>> import photinus as ph
        >>> a = ph.oscillator("a")
        >>> ph.Model(jumps=[ph.Jump(1.0, a.dag()), ph.Jump(0.5, a**2)]).heisenberg(a.dag() * a)
        1 + a† a - a†² a²
        """
        hamiltonian, channels = self.generator
        out = 1j * commutator(hamiltonian, operator)
        for rate, jump in channels:
            dagger = jump.dag()
            out = out + 0.5 * rate * (dagger * commutator(operator, jump) + commutator(dagger, operator) * jump)
        return out

    @cached_property
    def symmetry(self) -> Symmetry:
        """The Abelian symmetry, derived from the words of H and of the jumps."""
        return derive(self.sites, *self.generator)

    @cached_property
    def fingerprint(self) -> str:
        """A hexadecimal digest of what determines the model; equal models have equal fingerprints."""
        parts = [_operator_key(self.hamiltonian)]
        for jump in self.jumps:
            bath = (jump.bath.name, jump.bath.temperature) if jump.bath else None
            more = (jump.bath.chemical_potential if jump.bath else 0.0, jump.quantum)
            own = (jump.rate.hex(), jump.reverse.hex(), bath, jump.name) + (more if any(more) else ())
            parts.append(repr(own) + _operator_key(jump.operator))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def __add__(self, other: Model) -> Model:
        if not isinstance(other, Model):
            return refused_operand(
                other, f"To a model {shown(other)} is added.", "Add a ph.Model(hamiltonian=…, jumps=[…])."
            )
        return Model(
            self.hamiltonian + other.hamiltonian, self.jumps + other.jumps, (*self.references, *other.references)
        )

    def __radd__(self, other: object) -> Model:
        return refused_operand(
            other,
            f"A model is added to {shown(other)}.",
            "Add models; a sum of many starts as sum(models, ph.Model()).",
        )

    def __hash__(self) -> int:
        return hash((self.hamiltonian, self.jumps))

    def __repr__(self) -> str:
        listed = [*map(repr, self.sites[:LISTED])] + [f"{len(self.sites) - LISTED} more"] * (len(self.sites) > LISTED)
        symmetry = self.symmetry if len(self.sites) <= LISTED else "see .symmetry"
        terms = self.hamiltonian.terms
        left = len(terms) - LISTED
        first = Operator(dict(islice(terms.items(), LISTED))) if left > 0 else self.hamiltonian
        energy = f"  H = {first}" + (f" + … ({left} more terms)" if left > 0 else "")
        shown = [f"  {jump}" for jump in self.jumps[:4]]
        more = [f"  … and {len(self.jumps) - 4} more"] if len(self.jumps) > 4 else []
        head = f"Model of {', '.join(listed) or 'no sites'}; symmetry: {symmetry}"
        return "\n".join([head, energy, *shown, *more])


def _listed(jumps: Iterable[Jump]) -> tuple[Jump, ...]:
    try:
        each = iter(jumps)
    except TypeError:
        raise WrongType(
            f"The jumps of a model are {shown(jumps)}.", "Give a list of ph.Jump(rate, operator)."
        ) from None
    return tuple(each)


def _operator_key(operator: Operator) -> str:
    rows = []
    for word, c in operator.terms.items():
        name = ";".join(f"{site.key}{local}" for site, local in word)
        rows.append(f"{name}:{float(c.real if isinstance(c, complex) else c).hex()},{float(complex(c).imag).hex()}")
    return "|".join(sorted(rows))
