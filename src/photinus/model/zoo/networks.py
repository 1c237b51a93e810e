"""Coupled van der Pol oscillators: pairs, shared baths, any graph."""

from __future__ import annotations

import cmath
from collections.abc import Iterable, Sequence
from string import ascii_lowercase
from typing import Any

import numpy as np
import scipy.sparse as sp

from photinus.algebra import Operator, Oscillator, Word, as_operator, oscillator
from photinus.errors import InvalidInput
from photinus.model.graphs import read_graph, require_writable
from photinus.model.jumps import Jump
from photinus.model.model import Model
from photinus.model.zoo.names import distinct_names
from photinus.model.zoo.oscillators import van_der_pol
from photinus.numerics.checks import real_number

Edge = tuple[int, int, float]


def coupled_van_der_pol(
    graph: Any = 2,
    *,
    gain: float | Sequence[float],
    two_photon_loss: float | Sequence[float],
    loss: float | Sequence[float] = 0.0,
    detuning: float | Sequence[float] = 0.0,
    coherent: float = 0.0,
    dissipative: float = 0.0,
    dissipative_phase: float = 0.0,
    kerr: float | Sequence[float] = 0.0,
    names: Sequence[str] | None = None,
) -> Model:
    """Van der Pol oscillators on a graph, coupled coherently, dissipatively, or both.

    Each oscillator j has gain_j·D[a_j†], loss_j·D[a_j], two_photon_loss_j·D[a_j²] and K_j a_j†²a_j²; each edge (i, j)
    of weight w adds w·coherent·(a_i†a_j + a_j†a_i) to H and the jump w·dissipative·D[a_i − e^{iθ}a_j].

    Parameters
    ----------
    graph : int, edge list, matrix or networkx graph
        A number N (every pair is an edge), pairs (i, j) or triples (i, j, weight) of numbers from 0, a symmetric matrix
        of weights, dense or sparse, or a networkx graph (edge attribute ``weight``). Weights are at least 0; rates are
        per edge.
    gain, two_photon_loss, loss, kerr : float or sequence
        κ₁, κ₂, γ, K: one number, or one for each oscillator.
    detuning : float or sequence
        For two oscillators Δ = ω_a − ω_b, H = ½Δ(n_a − n_b); or the frequency ω_j of each oscillator in a common
        frame, H = Σ ω_j n_j.
    coherent, dissipative : float
        g and V ≥ 0, per edge. With D[a − b] two equal oscillators lock for |Δ| ≤ V.
    dissipative_phase : float
        θ (rad): the relative phase φ_i − φ_j that the jump favours.
    names : sequence of str, optional
        By default a and b for two oscillators, otherwise a1, a2, ….

    Returns
    -------
    Model
        U(1): Σ n_j, where the graph is connected.

    Raises
    ------
    InvalidInput, WrongType
        For what is no graph, as :func:`~photinus.model.graphs.read_graph` tells, weights that are no real numbers from
        0 on, names that are not one for each, and rates that are negative or not finite.
    MemoryBudgetExceeded
        For more oscillators and edges than a model written out term by term can hold.

    References
    ----------
    Lee2013, Lee2014 (whose rates, V included, are half of these).

    Examples
    --------
    >>> import photinus as ph
    >>> ring = [(0, 1), (1, 2), (2, 0)]
    >>> ph.zoo.coupled_van_der_pol(ring, gain=1, two_photon_loss=0.5, dissipative=0.2).symmetry
    U(1): n_a1 + n_a2 + n_a3, exchange: a1, a2, a3 (ring of 3: cyclic, reflections)
    """
    count, edges = _couplings(graph)
    if names is None:
        names = tuple(ascii_lowercase[:2]) if count == 2 else tuple(f"a{k + 1}" for k in range(count))
    names = distinct_names(names, count, "oscillators")
    if count == 2 and _is_one(detuning):
        half = 0.5 * real_number(detuning, "detuning of the pair")
        frequencies = [half, -half]
    else:
        frequencies = _per_site(detuning, count, "detuning")
    columns = [
        _per_site(v, count, k)
        for k, v in (("gain", gain), ("two_photon_loss", two_photon_loss), ("loss", loss), ("kerr", kerr))
    ]
    clocks = [
        van_der_pol(name, gain=g, two_photon_loss=t, loss=l, kerr=k, detuning=-frequency)
        for name, frequency, g, t, l, k in zip(names, frequencies, *columns, strict=True)
    ]
    hamiltonian = sum((clock.hamiltonian for clock in clocks), start=as_operator(0))
    strength = real_number(coherent, "coherent coupling")
    if strength:
        hamiltonian = hamiltonian + hopping(names, [(i, j, weight * strength) for i, j, weight in edges])
    jumps = [jump for clock in clocks for jump in clock.jumps]
    if dissipative != 0:
        rate = real_number(dissipative, "dissipative coupling", minimum=0.0)
        phase = cmath.exp(1j * theta) if (theta := real_number(dissipative_phase, "dissipative phase")) else 1.0
        words = [((clock.sites[0], (0, 1, ())),) for clock in clocks]
        jumps += [
            Jump(
                weight * rate,
                Operator({words[i]: 1.0, words[j]: -phase}),  # a_i − e^{iθ}a_j
                name=f"coupling of {names[i]} and {names[j]}",
            )
            for i, j, weight in edges
        ]
    references = [key for clock in clocks for key in clock.references]
    return Model(hamiltonian, jumps, [*references, "Lee2013", "Lee2014"])


def directed_van_der_pol(
    arcs: Any = ((0, 1),),
    *,
    gain: float | Sequence[float],
    two_photon_loss: float | Sequence[float],
    loss: float | Sequence[float] = 0.0,
    detuning: float | Sequence[float] = 0.0,
    cascaded: float = 1.0,
    phase: float = 0.0,
) -> Model:
    """Van der Pol oscillators whose couplings have a direction: what i emits drives j, and nothing comes back.

    Each arc i → j of weight w is a waveguide of its own, with the output of a_i as the input of a_j: the jump
    wγ·D[a_i − e^{−iθ}a_j] and H = ½iwγ(e^{iθ}a_j†a_i − h.c.) cancel the way back, so that ⟨a_i⟩ loses ½wγ and ⟨a_j⟩
    gains wγe^{iθ}⟨a_i⟩ − ½wγ⟨a_j⟩. The first of a chain is as it would be alone with the loss wγ.

    Parameters
    ----------
    arcs : arcs, matrix or networkx digraph
        Pairs (i, j) or triples (i, j, weight), from i to j, numbers from 0, or what else
        :func:`~photinus.model.graphs.read_graph` takes. Both directions of a pair may be given, as two arcs. Weights
        are at least 0.
    gain, two_photon_loss, loss, detuning : float or sequence
        κ₁, κ₂, γ_j and the frequencies ω_j (H = Σ ω_j n_j), one number or one for each oscillator.
    cascaded : float
        γ ≥ 0, per arc.
    phase : float
        θ (rad): φ_j − φ_i that an arc favours.

    Returns
    -------
    Model
        Of oscillators a1, a2, …; U(1): Σ n_j, where the arcs connect them.

    Raises
    ------
    InvalidInput, WrongType, MemoryBudgetExceeded
        As :func:`coupled_van_der_pol`.

    References
    ----------
    Gardiner1993, Carmichael1993.

    Examples
    --------
    >>> import photinus as ph
    >>> print(ph.mean_field(ph.zoo.directed_van_der_pol([(0, 1)], gain=1, two_photon_loss=0.1, cascaded=0.2)).equations)
    dα_a1/dt = 0.4 α_a1 - 0.1 |α_a1|² α_a1
    dα_a2/dt = 0.2 α_a1 + 0.4 α_a2 - 0.1 |α_a2|² α_a2
    """
    count, edges = _couplings(arcs, directed=True)
    rate, turn = real_number(cascaded, "cascaded coupling", minimum=0.0), cmath.exp(1j * real_number(phase, "phase"))
    names = [f"a{k + 1}" for k in range(count)]
    frequencies = _per_site(detuning, count, "detuning")
    apart = sp.csr_array((count, count))
    clocks = coupled_van_der_pol(
        apart, gain=gain, two_photon_loss=two_photon_loss, loss=loss, detuning=frequencies, names=names
    )
    ladder = [oscillator(name) for name in names]
    hamiltonian, jumps = clocks.hamiltonian, list(clocks.jumps)
    for i, j, weight in edges if rate else ():
        drive = 0.5j * weight * rate * turn * ladder[j].dag() * ladder[i]
        hamiltonian = hamiltonian + drive + drive.dag()
        name = f"output of {names[i]} into {names[j]}"
        jumps.append(Jump(weight * rate, ladder[i] - turn.conjugate() * ladder[j], name=name))
    return Model(hamiltonian, jumps, [*clocks.references, "Gardiner1993", "Carmichael1993"])


def shared_bath_pair(
    theta: float = 0.0,
    *,
    coupling: float = 1.0,
    gain: float = 1.0,
    two_photon_loss: float = 0.2,
    loss: float = 0.0,
    detuning: float = 0.0,
) -> Model:
    """Two van der Pol oscillators a and b that lose into one shared bath, coupling·D[a − e^{iθ}b].

    The bath is blind to the mode a + e^{iθ}b, in which φ_a − φ_b = θ, and damps the other one: the relative phase
    locks at θ (arg⟨a†b⟩ = −θ), while each oscillator's own phase stays uniform.

    Parameters
    ----------
    theta : float
        θ (rad), the relative phase φ_a − φ_b that is favoured.
    coupling : float
        V ≥ 0, rate of the shared loss. Equal oscillators lock for |detuning| ≤ V in the mean field.
    gain, two_photon_loss, loss : float
        κ₁, κ₂, γ of both oscillators.
    detuning : float
        Δ = ω_a − ω_b; H = ½Δ(n_a − n_b).

    References
    ----------
    Lee2014.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.zoo.shared_bath_pair(theta=0.5, detuning=0.1).symmetry
    U(1): n_a + n_b
    """
    return coupled_van_der_pol(
        2,
        gain=gain,
        two_photon_loss=two_photon_loss,
        loss=loss,
        detuning=detuning,
        dissipative=coupling,
        dissipative_phase=theta,
    )


def hopping(names: Sequence[str], edges: Iterable[Edge]) -> Operator:
    """Σ w (a_i†a_j + a_j†a_i) over the edges (i, j, w), each pair of sites once."""
    sites = [Oscillator(name) for name in names]
    up, down = (1, 0, ()), (0, 1, ())
    terms: dict[Word, complex] = {}
    for i, j, weight in edges:
        first, second = (sites[i], sites[j]) if sites[i].order < sites[j].order else (sites[j], sites[i])
        terms[(first, up), (second, down)] = terms[(first, down), (second, up)] = weight
    return Operator(terms)


def _couplings(graph: Any, *, directed: bool = False) -> tuple[int, list[Edge]]:
    """Number of oscillators and edges of weights ≥ 0, in the order in which they were given."""
    read = read_graph(graph, directed=directed)
    require_writable(read.count, len(read.ends))
    return read.count, [
        (i, j, real_number(weight, f"weight of the edge ({i}, {j})", minimum=0.0))
        for (i, j), weight in zip(read.ends.tolist(), read.weights.tolist(), strict=True)
    ]


def _is_one(value: Any) -> bool:
    try:
        return np.ndim(value) == 0
    except ValueError:  # lists of different lengths, none of which is a number
        return False


def _per_site(value: float | Sequence[float], count: int, what: str) -> list[float]:
    if _is_one(value):
        return [real_number(value, what)] * count
    values = list(value)  # type: ignore[arg-type]
    if len(values) != count:
        raise InvalidInput(f"{len(values)} values of {what} are given for {count} oscillators.", "Give one for each.")
    return [real_number(v, f"{what} of oscillator {k}") for k, v in enumerate(values)]
