"""The handles of ensembles: identical atoms of two levels, as spins ½, or of d levels."""

from __future__ import annotations

from typing import overload

from photinus.algebra.ensemble import EACH, Ensemble
from photinus.algebra.level_ensemble import LevelEnsemble
from photinus.algebra.operator import Operator, Word, level_of, single
from photinus.algebra.site import Handle


class EachAtom:
    """The operators of each atom of an ensemble, ``x y z plus minus``: half of its Pauli matrices, σ₊ and σ₋.

    They stand in a jump only, which then means one independent jump for each atom.
    """

    __slots__ = ("minus", "plus", "x", "y", "z")

    def __init__(self, site: Ensemble):
        self.plus, self.z, self.minus = (single(site, (EACH, q)) for q in (1, 0, -1))
        self.x = (self.plus + self.minus) / 2
        self.y = (self.plus - self.minus) / 2j


class EnsembleHandle(Handle):
    """The collective operators of N atoms, ``x y z plus minus``, and ``each``; made by :func:`ensemble`."""

    __slots__ = ("each", "minus", "plus", "x", "y", "z")
    site: Ensemble

    def __init__(self, site: Ensemble):
        super().__init__(site)
        self.plus = single(site, (1, 0, 0))
        self.minus = single(site, (-1, 0, 0))
        self.z = single(site, (0, 1, 0))
        self.x = (self.plus + self.minus) / 2
        self.y = (self.plus - self.minus) / 2j
        self.each = EachAtom(site)

    @property
    def atoms(self) -> int:
        """N."""
        return self.site.atoms

    @property
    def operators(self) -> str:
        parts = ("x", "y", "z", "plus", "minus")
        return (
            ", ".join(f"{self.name}.{part}" for part in parts) + f", and in a jump {self.name}.each.minus and the like"
        )


class EachLevel:
    """The transitions |m⟩⟨n| of each atom of an ensemble of d levels, ``at.each(m, n)``.

    They stand in a jump only, which then means one independent jump for each atom.
    """

    __slots__ = ("_site",)

    def __init__(self, site: LevelEnsemble):
        self._site = site

    def __call__(self, m: int, n: int) -> Operator:
        return single(self._site, (EACH, *(level_of(self._site, x, self._site.dimension) for x in (m, n))))


class LevelEnsembleHandle(Handle):
    """The operators of N atoms of d levels, ``at(m, n)`` = Σ|m⟩⟨n|, and ``each``; made by :func:`ensemble`."""

    __slots__ = ("each",)
    site: LevelEnsemble

    def __init__(self, site: LevelEnsemble):
        super().__init__(site)
        self.each = EachLevel(site)

    def __call__(self, m: int, n: int) -> Operator:
        m, n = (level_of(self.site, x, self.site.dimension) for x in (m, n))
        terms: dict[Word, complex] = {}
        for local, c in self.site.expand(m, n):
            terms[() if local == self.site.identity else ((self.site, local),)] = c
        return Operator(terms)

    @property
    def atoms(self) -> int:
        """N."""
        return self.site.atoms

    @property
    def levels(self) -> int:
        """The number of levels d."""
        return self.site.dimension

    @property
    def operators(self) -> str:
        return f"{self.name}(m, n) = Σ|m⟩⟨n|, and in a jump {self.name}.each(m, n)"


@overload
def ensemble(name: str, atoms: int, levels: None = None) -> EnsembleHandle: ...
@overload
def ensemble(name: str, atoms: int, levels: int) -> LevelEnsembleHandle: ...
def ensemble(name: str, atoms: int, levels: int | None = None) -> EnsembleHandle | LevelEnsembleHandle:
    """N identical atoms, of two levels or of d, in the space that no permutation of them changes.

    Parameters
    ----------
    name : str
    atoms : int
        N, at least 2.
    levels : int, optional
        d, at least 2, for atoms whose operators are |m⟩⟨n|, m, n = 0 … d − 1, as those of a :func:`qudit`. None for
        two levels with the operators of a spin ½.

    Returns
    -------
    EnsembleHandle
        ``.plus .minus .x .y .z``, the sums of σ₊, σ₋, σ_x/2, σ_y/2, σ_z/2 over the atoms; ``.each.plus`` and the like,
        of each atom by itself: in a ``Jump`` they mean one independent jump for each of the N atoms, and may be
        multiplied with operators of other sites.
    LevelEnsembleHandle
        With ``levels``: ``at(m, n)``, the sum of |m⟩⟨n| over the atoms, and ``at.each(m, n)`` of each atom by itself.

    Notes
    -----
    Levels are |J, M⟩, J = N/2, N/2 − 1, … ≥ 0, about N²/4 of them instead of 2^N. A model of collective operators
    alone conserves J: take ``ph.spin(name, N/2)`` for the atoms of the largest J. For d levels they are |λ, m⟩, λ a
    Young diagram of N boxes and at most d rows and m a Gelfand-Tsetlin pattern, about N^(d(d+1)/2−1) instead of d^N.

    Raises
    ------
    InvalidInput
        For less than two atoms, or less than two levels.

    References
    ----------
    Chase2008, Shammah2018; of d levels Gelfand1950, Vilenkin1992.

    Examples
    --------
    >>> import photinus as ph
    >>> at = ph.ensemble("atoms", 100)
    >>> ph.commutator(at.plus, at.minus) == 2 * at.z
    True
    >>> laser = ph.Model(jumps=[ph.Jump(50.0, at.each.plus), ph.Jump(1.0, at.minus)])

    Atoms of three levels, pumped one by one from 0 to 2, which emit together from 2 to 1:

    >>> at = ph.ensemble("atoms", 6, levels=3)
    >>> at(0, 0) + at(1, 1) + at(2, 2) == 6, ph.commutator(at(0, 1), at(1, 2)) == at(0, 2)
    (True, True)
    >>> laser = ph.Model(jumps=[ph.Jump(4.0, at.each(2, 0)), ph.Jump(1.0, at(1, 2)), ph.Jump(9.0, at.each(0, 1))])
    """
    if levels is None:
        return EnsembleHandle(Ensemble(name, atoms))
    return LevelEnsembleHandle(LevelEnsemble(name, atoms, levels))
