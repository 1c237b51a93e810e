"""The quantum Fisher information of mixed states, from the symmetric logarithmic derivative, block by block.

With ρ = Σ_i p_i|i⟩⟨i| and its derivative ρ′ by a parameter θ, the symmetric logarithmic derivative L solves
ρ′ = ½(Lρ + ρL), and

    L_ij = 2ρ′_ij/(p_i + p_j),     F = Tr ρL² = 2 Σ_{p_i + p_j > 0} |ρ′_ij|²/(p_i + p_j)

(Helstrom 1976; Braunstein, Caves 1994). No unbiased estimate from M copies has a variance below 1/(MF). Where θ shifts
a phase, ρ_θ = e^{−iθG}ρe^{iθG}, ρ′ = −i[G, ρ] has the elements i(p_i − p_j)G_ij: the weights (p_i − p_j)²/(p_i + p_j)
are then bounded by p_i + p_j, and an eigenvalue 0 needs no care. A ρ′ that leaves the support of ρ, as at the edge of a
set of states, makes F infinite.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from photinus.algebra import Operator, Scalar
from photinus.algebra.operator import as_operator, shift_of
from photinus.errors import InvalidInput, NotHermitian, SiteMismatch, Undefined, WrongType, shown
from photinus.measures.blocks import blocks
from photinus.numerics.memory import require_memory
from photinus.solve.linear_response.response import Response
from photinus.space.sectors import grading
from photinus.space.space import make_space, read_only
from photinus.space.state import State
from photinus.space.vectors import laid_into, multiplied

if TYPE_CHECKING:
    import xarray

Direction = Operator | Scalar | Response
"""How a state moves: the generator G of a shift, or the response of a steady state to a parameter."""
LEAVES = 1e-9
"""The part of ρ′ outside the support of ρ, over all of it, from which on it is no rounding."""


@dataclass(frozen=True, eq=False)
class LogarithmicDerivative:
    """The symmetric logarithmic derivative L of a state, ρ′ = ½(Lρ + ρL), on the support of ρ; 0 outside of it.

    Attributes
    ----------
    state : State
        ρ; with a few empty levels more where the generator leads above its cutoff.
    information : float
        F = Tr ρL²; inf where ρ′ leaves the support of ρ.
    """

    state: State
    information: float
    _basis: Eigenbasis = field(repr=False)
    _blocks: Mapping[tuple[int, int], np.ndarray] = field(repr=False)
    references: tuple[str, ...] = field(default=("Helstrom1976", "Braunstein1994"), repr=False)

    def matrix(self) -> np.ndarray:
        """L as a dense Hermitian matrix over all kets, the last site fastest; its eigenbasis is an optimal measurement.

        Raises
        ------
        MemoryBudgetExceeded
        """
        d = self.state.space.dimension
        require_memory(16.0 * d * d, None, f"The dense matrix of {d} × {d} kets", "Take a reduced state.")
        out = np.zeros((d, d), dtype=complex)
        parts = self._basis.parts
        for (i, j), block in self._blocks.items():
            (rows, _, left), (columns, _, right) = parts[i], parts[j]
            out[np.ix_(rows, columns)] = left @ block @ right.conj().T
        return out

    def to_xarray(self) -> xarray.Dataset:
        """The matrix over rows and columns, the information in the attributes."""
        import xarray

        return xarray.Dataset(
            {"derivative": (("row", "column"), self.matrix())}, attrs={"information": self.information}
        )

    def __repr__(self) -> str:
        return f"Symmetric logarithmic derivative with the quantum Fisher information {self.information:.8g}"


class Eigenbasis:
    """ρ = Σ p_i|i⟩⟨i|, block by block, with what is rounding told from what is not.

    Parameters
    ----------
    state : State

    Attributes
    ----------
    parts : list of (kets, values, vectors)
        The eigenvalues up to ``4dε`` of the largest, which are rounding, are exactly 0; those of diagonal blocks stay
        as they are.
    """

    def __init__(self, state: State):
        self.state = state
        self.parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        for kets, matrix in blocks(state):
            if np.count_nonzero(matrix) == np.count_nonzero(np.diagonal(matrix)):
                values, vectors = np.diagonal(matrix).real.clip(min=0.0), np.eye(len(kets))
            else:
                values, vectors = np.linalg.eigh(matrix if matrix.imag.any() else matrix.real)
                floor = 4 * len(values) * np.finfo(float).eps * max(float(values[-1]), 0.0)
                values = np.where(values > floor, values, 0.0)
            self.parts.append((kets, values, vectors))

    def rotated(self, matrix: sp.csr_array) -> Iterator[tuple[int, int, np.ndarray]]:
        """(i, j, V_i†XV_j) of the pairs of blocks between which an operator has elements."""
        label = np.empty(self.state.space.dimension, dtype=int)
        for k, (kets, _, _) in enumerate(self.parts):
            label[kets] = k
        entries = matrix.tocoo()
        keys = np.unique(label[entries.row] * len(self.parts) + label[entries.col])
        for i, j in (divmod(int(key), len(self.parts)) for key in keys):
            (rows, _, left), (columns, _, right) = self.parts[i], self.parts[j]
            yield i, j, left.conj().T @ (matrix[rows][:, columns] @ right)

    def derivative(self, direction: Direction) -> LogarithmicDerivative:
        """L of one direction."""
        shift = not isinstance(direction, Response)
        matrix = _generator(self.state, direction) if shift else _moved(self.state, direction)
        found: dict[tuple[int, int], np.ndarray] = {}
        information, outside, size = 0.0, 0.0, 0.0
        for i, j, x in self.rotated(matrix):
            p, q = self.parts[i][1][:, None], self.parts[j][1][None, :]
            total = p + q
            inside = total > 0
            # A shift has no part outside of the support, and no difference of close numbers but p − q itself.
            moved = 1j * (p - q) * x if shift else x
            found[i, j] = np.divide(2 * moved, total, out=np.zeros(x.shape, dtype=complex), where=inside)
            information += float((total * np.abs(found[i, j]) ** 2).sum()) / 2
            outside += float((np.abs(moved[~inside]) ** 2).sum())
            size += float((np.abs(moved) ** 2).sum())
        if outside > LEAVES**2 * size:
            information = np.inf
        return LogarithmicDerivative(self.state, information, self, found)


def quantum_fisher_information(state: State, generator: Direction) -> float:
    """The quantum Fisher information F of a state about the size θ of a shift e^{−iθG}, or about a parameter.

    Parameters
    ----------
    state : State
        ρ, of any rank.
    generator : Operator, or Response
        G, Hermitian, such as ``a.dag() * a`` for a phase; or the answer of :func:`photinus.response` at this very
        state, for the information about the parameter that it was asked for.

    Returns
    -------
    float
        At least 0, and 0 exactly where the state does not depend on θ; inf where ρ′ leaves the support of ρ. In units
        of 1/θ². For a shift at most 4 Var G, which pure states reach, and at least 4 times the skew information.

    Raises
    ------
    NotHermitian
        For a generator that is not Hermitian.
    UnknownSite, SiteMismatch, WrongType

    References
    ----------
    Helstrom1976, Braunstein1994.

    Examples
    --------
    A coherent state knows a phase with F = 4n̄, a NOON state with N²:

    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> n = a.dag() * a
    >>> round(ph.metrology.quantum_fisher_information(ph.states.coherent({"a": 1.5}), n), 8)
    9.0
    >>> noon = ph.states.superposition([(1, {"a": 4, "b": 0}), (1, {"a": 0, "b": 4})])
    >>> round(ph.metrology.quantum_fisher_information(noon, n), 12)
    16.0
    """
    return symmetric_logarithmic_derivative(state, generator).information


def symmetric_logarithmic_derivative(state: State, generator: Direction) -> LogarithmicDerivative:
    """The symmetric logarithmic derivative L: ρ′ = ½(Lρ + ρL).

    Parameters
    ----------
    state : State
    generator : Operator, or Response
        As of :func:`quantum_fisher_information`.

    Returns
    -------
    LogarithmicDerivative
        ``.matrix()`` is L; measuring it reaches the quantum Fisher information, ``.information``.

    Raises
    ------
    NotHermitian, UnknownSite, SiteMismatch, WrongType

    References
    ----------
    Helstrom1976, Braunstein1994.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 0.5)
    >>> qubit = ph.states.from_matrix({s: 2}, [[0.7, 0.25], [0.25, 0.3]])  # Bloch vector (0.5, 0, 0.4)
    >>> ph.metrology.symmetric_logarithmic_derivative(qubit, s.z)
    Symmetric logarithmic derivative with the quantum Fisher information 0.25
    """
    direction = checked_direction(checked_state(state), generator)
    return Eigenbasis(with_room(state, [direction])).derivative(direction)


@dataclass(frozen=True, eq=False)
class FisherMatrix:
    """The quantum Fisher information about several parameters at once.

    Attributes
    ----------
    parameters : tuple of str
        Their names.
    values : ndarray, shape (parameters, parameters)
        F_kl = ½ Tr ρ(L_kL_l + L_lL_k), symmetric and positive semidefinite.
    incompatibility : ndarray, shape (parameters, parameters)
        U_kl = −(i/2) Tr ρ[L_k, L_l]: where it vanishes all parameters can be known at once with the bounds of F (in the
        limit of many copies), and R = ‖iF⁻¹U‖ ≤ 1 tells how far that fails.
    """

    parameters: tuple[str, ...]
    values: np.ndarray
    incompatibility: np.ndarray
    references: tuple[str, ...] = field(default=("Helstrom1976", "Carollo2019"), repr=False)

    def __post_init__(self) -> None:
        for array in (self.values, self.incompatibility):
            read_only(array)

    @cached_property
    def bounds(self) -> np.ndarray:
        """The least covariance matrix F⁻¹ of unbiased estimates from one copy.

        Raises
        ------
        Undefined
            If the state does not depend on some combination of the parameters.
        """
        scale = np.sqrt(np.diagonal(self.values))
        still = [name for name, x in zip(self.parameters, scale, strict=True) if not x > 0]
        if still:
            raise Undefined(
                f"The state does not depend on {', '.join(still)}: its Fisher information is 0, and no measurement "
                "tells it.",
                "Leave these parameters out, or choose a point where the state depends on them.",
            )
        if not np.isfinite(scale).all():
            raise Undefined("The Fisher information is infinite.", "Move away from the edge of the states.")
        relative = self.values / np.outer(scale, scale)
        values, vectors = np.linalg.eigh(relative)
        if values[0] <= 1e-12 * len(scale):
            weights = vectors[:, 0] / scale
            text = " ".join(
                f"{x:+.3g}·{name}" for x, name in zip(weights / np.abs(weights).max(), self.parameters, strict=False)
            )
            raise Undefined(
                f"The state does not depend on the combination {text} of the parameters.", "Ask for fewer parameters."
            )
        inverse = (vectors / values) @ vectors.T
        return read_only(inverse / np.outer(scale, scale))

    @property
    def quantumness(self) -> float:
        """R = the largest |eigenvalue| of iF⁻¹U, from 0 (compatible) to 1."""
        return float(np.abs(np.linalg.eigvals(self.bounds @ self.incompatibility)).max(initial=0.0))

    def to_xarray(self) -> xarray.Dataset:
        """F and U over the pairs of parameters."""
        import xarray

        columns = {"fisher_information": self.values, "incompatibility": self.incompatibility}
        names = list(self.parameters)
        return xarray.Dataset(
            {name: (("parameter", "other"), np.array(x)) for name, x in columns.items()},
            {"parameter": names, "other": names},
        )

    def __repr__(self) -> str:
        rows = [
            f"  {name:<14} " + " ".join(f"{x:12.6g}" for x in row)
            for name, row in zip(self.parameters, self.values, strict=False)
        ]
        return "\n".join(["Quantum Fisher information", *rows])


def fisher_matrix(state: State, generators: Mapping[str, Operator | Scalar] | Iterable[Response]) -> FisherMatrix:
    """The quantum Fisher information matrix about several parameters.

    Parameters
    ----------
    state : State
    generators : mapping of str to Operator, or the answers of photinus.response
        The generator of each shift by name; or the tuple that ``ph.response(family, at, (names…))`` returned at this
        state.

    Returns
    -------
    FisherMatrix

    Raises
    ------
    NotHermitian, UnknownSite, SiteMismatch, WrongType, InvalidInput

    References
    ----------
    Helstrom1976, Carollo2019.

    Examples
    --------
    Both displacements of a coherent state: F = 2 each, and as incompatible as they can be.

    >>> import numpy as np
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> x, p = (a + a.dag()) / np.sqrt(2), -1j * (a - a.dag()) / np.sqrt(2)
    >>> found = ph.metrology.fisher_matrix(ph.states.coherent({"a": 1.0}, cutoff=ph.Fixed(30)), {"x": x, "p": p})
    >>> found.values.round(9).tolist(), round(found.quantumness, 9)
    ([[2.0, 0.0], [0.0, 2.0]], 1.0)
    """
    checked_state(state)
    named = _named(generators)
    directions = [checked_direction(state, x) for x in named.values()]
    basis = Eigenbasis(with_room(state, directions))
    derivatives = [basis.derivative(x) for x in directions]
    n = len(derivatives)
    values, commuted = np.zeros((n, n)), np.zeros((n, n))
    for k, left in enumerate(derivatives):
        values[k, k] = left.information
        for m in range(k):
            product = _traced_product(basis, left._blocks, derivatives[m]._blocks)
            values[k, m] = values[m, k] = product.real
            commuted[k, m], commuted[m, k] = product.imag, -product.imag
    return FisherMatrix(tuple(named), values, commuted)


def _traced_product(
    basis: Eigenbasis, left: Mapping[tuple[int, int], np.ndarray], right: Mapping[tuple[int, int], np.ndarray]
) -> complex:
    """Tr ρLM = Σ p_i L_ij M̄_ij."""
    total = 0j
    for key in left.keys() & right.keys():
        p = basis.parts[key[0]][1]
        total += complex(p @ (left[key] * np.conj(right[key])).sum(axis=1))
    return total


def _named(generators: object) -> dict[str, Direction]:
    if isinstance(generators, Mapping):
        named = {str(name): x for name, x in generators.items()}
    elif isinstance(generators, (tuple, list)) and all(isinstance(x, Response) for x in generators):
        named = {x.parameter: x for x in generators}
    else:
        raise WrongType(
            f"The parameters are {shown(generators)}.",
            "Give {name: generator}, or the answers of ph.response(family, at, (names…)).",
        )
    if not named:
        raise InvalidInput("No parameter is given.", "Give at least one generator.")
    return named


def checked_state(state: object) -> State:
    """The state, or :class:`WrongType`."""
    if not isinstance(state, State):
        raise WrongType(f"The state is {shown(state)}.", "Give a state, such as that of ph.steady_state(model).")
    return state


def checked_direction(state: State, direction: object) -> Direction:
    """A Hermitian operator on the state's sites, or a static response at this state."""
    if isinstance(direction, Response):
        if direction.frequency:
            raise InvalidInput(
                f"The response was asked at the frequency {direction.frequency:g}.", "Ask for it at frequency 0."
            )
        if direction.state_derivative.grading != state.grading:
            raise SiteMismatch(
                "The response belongs to a state of other sites or cutoffs.", "Give response.state as the state."
            )
        return direction
    if isinstance(direction, State):
        raise WrongType("The generator is a state.", "Give an operator, or the answer of ph.response(…).")
    if isinstance(direction, (tuple, list)):
        raise WrongType(f"The generator is {shown(direction)}.", "Give one; fisher_matrix takes several, by name.")
    operator = as_operator(direction)
    if not operator.is_hermitian():
        raise NotHermitian(f"The generator {operator} is not Hermitian.", "Add the Hermitian conjugate.")
    for site in operator.sites:
        state.space.axis(site)
    return operator - operator.terms[()] if () in operator.terms else operator


def with_room(state: State, directions: Iterable[Direction]) -> State:
    """The state with as many empty levels more as the generators reach: ρ′ is then not cut at the top.

    A displacement lifts the highest level that a state has; on its own levels alone the vacuum could not move.
    """
    more = dict.fromkeys(state.cutoffs, 0)
    for direction in directions:
        if isinstance(direction, Response):
            return state
        for word in as_operator(direction).terms:
            for site, shift in shift_of(word).items():
                if site.name in more:
                    more[site.name] = max(more[site.name], abs(shift[0]))
    if not any(more.values()):
        return state
    space = make_space(state.sites, {name: n + more[name] for name, n in state.cutoffs.items()})
    return laid_into(state, grading(space, state.grading.group))


def derivative_of(state: State, direction: Direction) -> State:
    """ρ′ as a traceless operator in blocks."""
    if isinstance(direction, Response):
        return direction.state_derivative
    operator = as_operator(direction)
    parts = {order: -1j * x for order, x in multiplied(state, left=operator).items()}
    for order, x in multiplied(state, right=operator).items():
        parts[order] = parts[order] + 1j * x if order in parts else 1j * x
    zero = state.grading.group.zero
    parts.setdefault(zero, np.zeros(state.grading.sector(zero).size, dtype=complex))
    return State(state.grading, parts)


def _generator(state: State, direction: Direction) -> sp.csr_array:
    """G on the state's space."""
    space = state.space
    rows, columns, values = [], [], []
    assert not isinstance(direction, Response)
    for shift, amplitude in space.bands(as_operator(direction)).items():
        target = space.shifted(shift)
        inside = np.flatnonzero((target >= 0) & (amplitude != 0))
        rows.append(target[inside])
        columns.append(inside)
        values.append(np.asarray(amplitude[inside], dtype=complex))
    return _sparse(space.dimension, rows, columns, values)


def _moved(state: State, direction: Direction) -> sp.csr_array:
    """ρ′ of a response."""
    assert isinstance(direction, Response)
    rows, columns, values = [], [], []
    moved = direction.state_derivative
    for order, vector in moved.parts.items():
        kets = moved.grading.sector(order).kets
        inside = np.flatnonzero(vector)
        rows.append(kets[0][inside])
        columns.append(kets[1][inside])
        values.append(np.asarray(vector[inside], dtype=complex))
    return _sparse(state.space.dimension, rows, columns, values)


def _sparse(d: int, rows: list[np.ndarray], columns: list[np.ndarray], values: list[np.ndarray]) -> sp.csr_array:
    if not rows:
        return sp.csr_array((d, d), dtype=complex)
    place = (np.concatenate(rows), np.concatenate(columns))
    return sp.csr_array((np.concatenate(values), place), shape=(d, d))
