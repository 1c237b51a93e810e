"""Ensembles in the mean field and the cumulants: a few of the N atoms, spins ½ or qudits, stand for all of them.

An operator of an ensemble is a sum over distinct atoms, Σ_{i₁ ≠ i₂ ≠ …} c·A_{i₁}B_{i₂}…, whose coefficients hold N
exactly. The sum is laid out on n representatives only. In the equation of a word on k of them, every pair of words of
the generator that touches r further atoms then occurs (n−k choose r) times instead of (N−k choose r), and is weighted
by their ratio: the equations are those of N atoms for every N, at the cost of n.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import permutations
from math import comb, perm
from typing import TypeAlias

from photinus.algebra import Identical, LevelEnsemble, Operator, Qudit, Site, Spin, Word, as_operator, qudit
from photinus.algebra.ensemble import EACH, is_each
from photinus.algebra.operator import single
from photinus.algebra.site import LocalWord
from photinus.algebra.transitions import spelled, word_of
from photinus.errors import InvalidInput, SiteMismatch
from photinus.model import Jump, Model

Sums: TypeAlias = Mapping[tuple[LocalWord, ...], complex]  # words of a spin ½ on distinct atoms, sorted -> coefficient

LEAST = 6
"""Representatives that there are at least, if the ensemble has as many atoms: operators of so many can be asked for."""
LETTERS: Mapping[str, LocalWord] = {"+": (1, 0), "-": (-1, 0), "z": (0, 1)}
ATOM = Spin("atom", 0.5)


@lru_cache(maxsize=4096)
def sums(word: LocalWord, atoms: int) -> Sums:
    """A collective word S₊^d S_z^r C^k (or S_z^r S₋^|d| C^k) as sums over distinct atoms.

    Examples
    --------
    S_z² = N/4 + Σ_{i≠j} (σ_zⁱ/2)(σ_zʲ/2):

    >>> from photinus.solve.representatives import sums
    >>> dict(sorted(sums((0, 2, 0), 10).items()))
    {(): 2.5, ((0, 1), (0, 1)): 1.0}
    """
    d, r, k = word
    ladder, z = ("+" if d > 0 else "-") * abs(d), "z" * r
    total = _times({(): 1.0}, _spins(ladder + z if d > 0 else z + ladder), ATOM, atoms)
    for _ in range(k):
        parts = [_times(total, _spins(letters), ATOM, atoms) for letters in ("-+", "zz", "z")]  # C = S₋S₊ + S_z² + S_z
        total = {key: sum(part.get(key, 0) for part in parts) for key in set().union(*parts)}
    return {key: c for key, c in total.items() if c != 0}


@lru_cache(maxsize=4096)
def sums_of(site: Identical, word: LocalWord) -> Sums:
    """A collective word of an ensemble as sums over distinct atoms; of d levels in the operators of a qudit."""
    if not isinstance(site, LevelEnsemble):
        return sums(word, site.atoms)
    total = _times({(): 1.0}, spelled(site.dimension, word), one_atom(site, "atom"), site.atoms)
    return {key: c for key, c in total.items() if c != 0}


def one_atom(site: Identical, name: str) -> Spin | Qudit:
    """An atom of an ensemble as a site of its own."""
    return Qudit(name, site.dimension) if isinstance(site, LevelEnsemble) else Spin(name, 0.5)


def _spins(letters: str) -> list[LocalWord]:
    return [LETTERS[letter] for letter in letters]


def _times(total: Sums, letters: Iterable[LocalWord], atom: Site, atoms: int) -> dict[tuple[LocalWord, ...], complex]:
    """Times Σ_i of each word of one atom: i is another atom than those before, or one of them."""
    for local in letters:
        out: dict[tuple[LocalWord, ...], complex] = {}
        for key, c in total.items():
            changed = [((*key, local), c)] if len(key) < atoms else []
            for place, old in enumerate(key):
                rest = key[:place] + key[place + 1 :]
                for new, x in atom.product(old, local):
                    free = atoms - len(rest)  # an identity may stand on every other atom
                    changed.append((rest, c * x * free) if new == atom.identity else ((*rest, new), c * x))
            for new_key, x in changed:
                ordered = tuple(sorted(new_key))
                out[ordered] = out.get(ordered, 0) + x
        total = out
    return dict(total)


@dataclass(frozen=True, eq=False)
class Representatives:
    """Which spins ½ or qudits stand for the atoms of which ensemble; without ensembles it changes nothing.

    Attributes
    ----------
    spins : mapping of Identical to tuple of Spin or Qudit
    """

    spins: Mapping[Identical, tuple[Spin | Qudit, ...]]

    @cached_property
    def owner(self) -> dict[Site, Identical]:
        """The ensemble of each representative."""
        return {spin: site for site, row in self.spins.items() for spin in row}

    def weight(self, own: Iterable[Site], touched: Iterable[Site]) -> float:
        """How many choices of atoms one of representatives stands for: Π (N−k choose r)/(n−k choose r).

        k representatives are ``own``; r others are touched.
        """
        if not self.spins:
            return 1.0
        mine = [site for site in dict.fromkeys(own) if site in self.owner]
        others = [site for site in dict.fromkeys(touched) if site in self.owner and site not in mine]
        out = 1.0
        for site, row in self.spins.items():
            k, r = (sum(self.owner[x] == site for x in some) for some in (mine, others))
            if r:
                out *= comb(site.atoms - k, r) / comb(len(row) - k, r)
        return out

    def laid_out(self, operator: Operator, own: Iterable[Site] = ()) -> Operator:
        """An operator on the representatives, some of them another word's own, weighted as the sum over all atoms."""
        if not self.spins:
            return operator
        own = tuple(own)
        out: dict[Word, complex] = {}
        for word, c in self._terms(operator):
            for longer in self._placed(word):
                out[longer] = out.get(longer, 0) + c * self.weight(own, (site for site, _ in longer))
        return Operator({word: c for word, c in out.items() if c != 0})

    def collapsed(self, operator: Operator) -> Operator:
        """An operator with the same mean where atoms are alike: first representatives, times the number of choices."""
        if not self.spins:
            return operator
        out: dict[Word, complex] = {}
        for word, c in self._terms(operator):
            first = [pair for site, key in word.rows.items() for pair in zip(self.spins[site], key, strict=False)]
            longer, factor = _word((*word.plain, *first)), c
            for site, key in word.rows.items():
                factor *= perm(site.atoms, len(key))
            out[longer] = out.get(longer, 0) + factor
        return Operator(out)

    def _terms(self, operator: Operator) -> Iterable[tuple[_Sum, complex]]:
        for word, c in operator.terms.items():
            plain = tuple((site, local) for site, local in word if not isinstance(site, Identical))
            parts: list[tuple[dict[Identical, tuple[LocalWord, ...]], complex]] = [({}, c)]
            for site, local in word:
                if isinstance(site, Identical):
                    self._require(word, site, local)
                    rows = sums_of(site, local).items()
                    parts = [({**known, site: key}, x * y) for known, x in parts for key, y in rows]
            yield from ((_Sum(plain, known), x) for known, x in parts)

    def _require(self, word: Word, site: Identical, local: LocalWord) -> None:
        if site not in self.spins:
            known = ", ".join(map(repr, self.spins))
            raise SiteMismatch(f"The {site!r} is not that of the model: {known}.", "Use the operators of that.")
        if is_each(local):
            site.action(local, 1)  # refuses it
        if any(self.owner.get(other) == site for other, _ in word):
            raise InvalidInput(
                f"An operator of the {site!r} is multiplied with one of a single atom of it.",
                f"Use the operators of the ensemble alone, or those of {self.spins[site][0].name} and its like.",
            )
        most = max((len(key) for key in sums_of(site, local)), default=0)
        if most > len(self.spins[site]):
            raise InvalidInput(
                f"The operator {site.text(local)} touches {most} atoms at once, more than the {len(self.spins[site])} "
                "that stand for all.",
                "Raise the order of the cumulants, or ask for a shorter product.",
            )

    def _placed(self, word: _Sum) -> Iterable[Word]:
        """All choices of distinct representatives."""
        choices: list[dict[Identical, tuple[tuple[Site, LocalWord], ...]]] = [{}]
        for site, key in word.rows.items():
            some = [tuple(zip(row, key, strict=True)) for row in permutations(self.spins[site], len(key))]
            choices = [{**known, site: row} for known in choices for row in some]
        for known in choices:
            factors = (*word.plain, *(factor for row in known.values() for factor in row))
            yield _word(factors)

    def to_ensembles(self, word: Word) -> Operator:
        """The operator of the ensembles with the mean of a word of representatives, in every state of the ensembles."""
        out = Operator({tuple((site, local) for site, local in word if site not in self.owner): 1.0})
        for site in self.spins:
            key = tuple(local for spin, local in word if self.owner.get(spin) == site)
            out = out * _collective(site, tuple(sorted(key))) / perm(site.atoms, len(key))
        return out


@dataclass(frozen=True)
class _Sum:
    plain: Word
    rows: dict[Identical, tuple[LocalWord, ...]]


def _word(factors: Iterable[tuple[Site, LocalWord]]) -> Word:
    return tuple(sorted(factors, key=lambda factor: factor[0].order))


@lru_cache(maxsize=4096)
def _collective(site: Identical, key: tuple[LocalWord, ...]) -> Operator:
    """Σ over distinct atoms of the words of ``key``, in collective operators: the inverse of :func:`sums_of`."""
    if not key:
        return as_operator(1)
    atom = one_atom(site, "atom")
    *before, last = key
    whole = word_of(site.dimension, last) if isinstance(site, LevelEnsemble) else (*last, 0)
    out = _collective(site, tuple(before)) * single(site, whole)
    for place, old in enumerate(before):
        rest = before[:place] + before[place + 1 :]
        for new, x in atom.product(old, last):
            if new == atom.identity:
                out = out - x * (site.atoms - len(rest)) * _collective(site, tuple(sorted(rest)))
            else:
                out = out - x * _collective(site, tuple(sorted((*rest, new))))
    return out


def represented(model: Model, order: int) -> tuple[Model, Representatives]:
    """The model with representatives in the place of its ensembles, enough of them for words on ``order`` atoms.

    Raises
    ------
    InvalidInput
        If the name of a representative, that of the ensemble and a number, is taken.
    """
    ensembles = [site for site in model.sites if isinstance(site, Identical)]
    if not ensembles:
        return model, Representatives({})
    taken = {site.name for site in model.sites}
    spins = {}
    for site in ensembles:
        count = min(site.atoms, max(LEAST, order + 2 * _reach(model, site) - 1))
        row = tuple(one_atom(site, f"{site.name}{k}") for k in range(1, count + 1))
        clash = sorted(taken & {atom.name for atom in row})
        if clash:
            raise InvalidInput(
                f"The atoms of the {site!r} are written as {row[0].name}, {row[1].name}, …; {clash[0]!r} is a site.",
                "Rename that site.",
            )
        spins[site] = row
        taken |= {atom.name for atom in row}
    out = Representatives(spins)
    jumps = [
        Jump(rate, operator)
        for jump in model.jumps
        for rate, whole in ((jump.rate, jump.operator), (jump.reverse, jump.operator.dag()))
        for operator in _jumps(out, whole)
        if rate > 0
    ]
    return Model(out.laid_out(model.hamiltonian, _all(out)), jumps, model.references), out


def _all(some: Representatives) -> tuple[Site, ...]:
    """All representatives: with these as its own, nothing is weighted."""
    return tuple(some.owner)


def _jumps(some: Representatives, operator: Operator) -> list[Operator]:
    owners = {site for word in operator.terms for site, local in word if isinstance(site, Identical) and is_each(local)}
    if not owners:
        return [some.laid_out(operator, _all(some))]
    (site,) = owners
    out = []
    for atom in some.spins[site]:
        alone = as_operator(0)
        for word, c in operator.terms.items():
            others = Operator({tuple((s, local) for s, local in word if s != site): c})
            alone = alone + others * _of_one(atom, dict(word)[site])
        out.append(some.laid_out(alone, _all(some)))
    return out


def _of_one(atom: Spin | Qudit, local: LocalWord) -> Operator:
    """A word of each atom, on one atom."""
    assert local[0] == EACH
    if isinstance(atom, Qudit):
        return qudit(atom.name, atom.dimension)(*local[1:])
    return single(atom, (local[1], 0) if local[1] else (0, 1))


def _reach(model: Model, site: Identical) -> int:
    """The largest number of atoms that one word of the generator touches."""
    words = [
        word for operator in (model.hamiltonian, *(jump.operator for jump in model.jumps)) for word in operator.terms
    ]
    locals_ = {local for word in words for s, local in word if s == site and not is_each(local)}
    return max([1, *(len(key) for local in locals_ for key in sums_of(site, local))])
