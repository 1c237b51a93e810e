"""Networks on graphs: the mean field of the template against that of the written-out model, and both kinds of steps."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import scipy.sparse as sp

import photinus as ph
from photinus.collective import FourthOrder, Network, random_graph, ring_graph
from photinus.collective.graphs import read_weights

A, S, L = ph.oscillator("a"), ph.spin("s", 0.5), ph.spin("s", 1)
CLOCK = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, kerr=0.03, loss=0.1)
TWO_LEVEL = ph.Model(0.3 * S.z, [ph.Jump(1, S.plus), ph.Jump(0.2, S.minus)])
THREE_LEVEL = ph.Model(0.3 * L.z, [ph.Jump(1, L.plus * L.z), ph.Jump(0.2, L.minus)])
ARCS = np.zeros((5, 5), complex)
ARCS[[0, 1, 2, 3, 4, 1], [1, 2, 0, 1, 3, 0]] = [1, 0.5j, -0.7, 1, 1, 0.3]


def hermitian() -> np.ndarray:
    rng = np.random.default_rng(2)
    w = np.triu(rng.normal(size=(5, 5)) + 1j * rng.normal(size=(5, 5)), 1) * (rng.random((5, 5)) < 0.6)
    return w + w.conj().T


@pytest.mark.parametrize(
    ("unit", "operator"), [(CLOCK, A), (CLOCK, 2 * A), (TWO_LEVEL, S.minus), (THREE_LEVEL, L.minus)]
)
@pytest.mark.parametrize("kind", ["both", "cascaded"])
def test_the_template_is_the_mean_field_of_the_model(unit: ph.Model, operator: object, kind: str) -> None:
    rng = np.random.default_rng(0)
    rates = {"dissipative": 0.4, "coherent": -0.2} if kind == "both" else {"cascaded": 0.3}
    graph = hermitian() if kind == "both" else ARCS
    network = Network(unit, operator, graph, frequencies=rng.normal(size=5), **rates)
    field = ph.mean_field(network.model())
    names = [site.name for site in field.flow.sites]
    values = rng.normal(size=5) + 1j * rng.normal(size=5) if unit is CLOCK else 0.2 * rng.normal(size=(5, 3))
    start = dict(zip(names, values, strict=True))
    slope = field.velocity(start)
    assert network.velocity(values) == pytest.approx(np.array([slope[name] for name in names]), abs=1e-13)
    motion, known = network.evolve(values, [0, 1, 3]), field.evolve(start, [0, 1, 3])
    assert motion.values[-1] == pytest.approx(np.array([known.values[name][-1] for name in names]), abs=3e-5)
    assert motion.errors.max() <= 1e-6


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("equal", [True, False])
def test_compiled_steps_are_the_plain_ones(workers: int, equal: bool) -> None:
    pytest.importorskip("numba", reason="the extra `fast` is not installed")
    graph = random_graph(9000, 3, seed=1)
    if not equal:
        graph = sp.csr_array(graph * 0.5)
        graph.data[:] *= np.where(graph.tocoo().coords[0] + graph.tocoo().coords[1] < 9000, 1.0, -2.0)
    rng = np.random.default_rng(0)
    network = Network(CLOCK, 1.5 * A, graph, dissipative=0.1, coherent=0.05, frequencies=rng.normal(size=9000))
    start = rng.normal(size=9000) + 1j * rng.normal(size=9000)
    fast = network.evolve(start, [0, 0.2], method=FourthOrder(step=0.02, compiled=True, workers=workers))
    slow = network.evolve(start, [0, 0.2], method=FourthOrder(step=0.02, compiled=False))
    assert fast.values == pytest.approx(slow.values, abs=1e-13)


@pytest.mark.parametrize("edges", [[(0, 1)], [(0, k) for k in range(1, 20)], [(0, 1), (1, 2, 0.5j), (3, 1, -2.0)]])
@pytest.mark.parametrize("powers", [0, 1, 2])
def test_compiled_steps_of_few_units_of_all_degrees(edges: list[tuple], powers: int) -> None:
    """Parts without units, units without neighbours, drifts of one, two and three powers, of complex factors."""
    pytest.importorskip("numba", reason="the extra `fast` is not installed")
    graph = sp.lil_array((21, 21), dtype=complex)
    for i, j, *weight in edges:
        graph[i, j], graph[j, i] = (weight[0], np.conj(weight[0])) if weight else (1.0, 1.0)
    n = A.dag() * A
    hamiltonian = [0.3 * n, 0.3 * n + 0.1 * A.dag() ** 2 * A**2, 0.2 * A.dag() ** 2 * A**2 + 0.02 * A.dag() ** 3 * A**3]
    unit = ph.Model(hamiltonian[powers], [ph.Jump(0.4, A), *([ph.Jump(0.3, A**powers)] if powers else [])])
    network = Network(unit, A, sp.csr_array(graph), dissipative=0.2, coherent=-0.1)
    start = np.exp(1j * np.arange(21.0))
    fast, slow = (network.evolve(start, [0, 1, 1.5], method=FourthOrder(0.1, compiled=c)) for c in (True, False))
    assert fast.values == pytest.approx(slow.values, abs=1e-13)


def test_steps_are_of_fourth_order() -> None:
    network = Network(CLOCK, A, ring_graph(6), dissipative=0.3, frequencies=np.linspace(-1, 1, 6))
    start = np.exp(1j * np.arange(6))
    ends = [network.evolve(start, [0, 2], method=FourthOrder(step=h)).values[-1] for h in (0.2, 0.1, 0.05, 0.0125)]
    errors = [np.abs(end - ends[-1]).max() for end in ends[:3]]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(4, abs=0.4)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(4, abs=0.4)
    motion = network.evolve(start, [0, 2], method=FourthOrder(tolerance=1e-9))
    assert motion.values[-1] == pytest.approx(ends[-1], abs=1e-6)


def test_the_source_of_a_cascade_knows_nothing_of_its_target() -> None:
    """The reduced state of the first oscillator is the one that it has alone with the loss γ: exactly."""
    pair = ph.zoo.directed_van_der_pol(
        [(0, 1)], gain=1, two_photon_loss=2, cascaded=0.8, phase=0.4, detuning=[0.3, -0.2]
    )
    state = ph.steady_state(pair, cutoff=ph.Fixed(12))
    alone = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=2, loss=0.8), cutoff=ph.Fixed(12))
    assert state.populations("a1") == pytest.approx(alone.populations("a"), abs=1e-9)
    assert state.populations("a2") != pytest.approx(alone.populations("a"), abs=1e-3)
    network = Network(
        ph.zoo.van_der_pol(gain=1, two_photon_loss=2), A, np.array([[0, np.exp(0.4j)], [0, 0]]), cascaded=0.8,
        frequencies=[0.3, -0.2],
    ).model()  # fmt: skip
    twin = ph.steady_state(network, cutoff=ph.Fixed(12))
    hop = ph.oscillator("a2").dag() * ph.oscillator("a1")
    assert twin.expect(hop) == pytest.approx(state.expect(hop), abs=1e-9)
    assert abs(state.expect(hop)) > 0.05


def test_graphs_in_every_form() -> None:
    networkx = pytest.importorskip("networkx")
    edges = [(0, 1), (1, 2), (2, 3), (3, 0)]
    matrix = ring_graph(4).toarray()
    for form in (edges, np.array(edges), matrix, sp.coo_array(matrix), networkx.cycle_graph(4), matrix.tolist()):
        assert read_weights(form).toarray().tolist() == matrix.tolist()
    assert read_weights([(0, 1, 2.0), (1, 2, 0.0)]).nnz == 2
    assert read_weights([(0, 1), (1, 2), (2, 0)]).shape == (3, 3)
    assert read_weights([(0, 1), (1, 0)], directed=True).nnz == 2
    assert read_weights([(0, 1, 1j)]).toarray()[1, 0] == -1j
    assert read_weights(4).toarray().tolist() == (np.ones((4, 4)) - np.eye(4)).tolist()
    degrees = np.diff(random_graph(5000, 6, seed=2).indptr)
    assert degrees.mean() == 6
    assert degrees.var() == pytest.approx(6, rel=0.1)  # Poisson


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (0, "number of units"),
        ([], "shape"),
        ([(0, 0)], "itself"),
        (np.eye(3), "itself"),
        ([(0, 1), (1, 0)], "twice"),
        ([(0, 1.5)], "numbers from 0"),
        ([(0, -1)], "numbers from 0"),
        ([(0, 1), (1, 2, 3.0)], "different lengths"),
        (np.ones((2, 4)), "shape"),
        (np.triu(np.ones((3, 3)), 1), "not Hermitian"),
        (np.array([[0, np.nan], [np.nan, 0]]), "finite"),
        (sp.csr_array((2, 3)), "square"),
    ],
)
def test_graphs_that_are_none(graph: object, words: str) -> None:
    with pytest.raises(ph.errors.InvalidInput, match=words):
        Network(CLOCK, A, graph, dissipative=0.1)


def test_mistakes() -> None:
    both = CLOCK + ph.zoo.van_der_pol("b", gain=1, two_photon_loss=1)
    for unit, operator in ((both, A), (CLOCK, ph.oscillator("b")), (ph.Model(), A)):
        with pytest.raises(ph.errors.InvalidInput):
            Network(unit, operator, 3)
    with pytest.raises(ph.errors.WrongType):
        Network("clock", A, 3)
    with pytest.raises(ph.errors.WrongType):
        Network(CLOCK, A, "ring")
    with pytest.raises(ph.errors.InvalidInput, match="Cascaded"):
        Network(CLOCK, A, 3, cascaded=1, dissipative=1)
    with pytest.raises(ph.errors.InvalidInput, match="frequencies"):
        Network(CLOCK, A, 3, frequencies=[1, 2])
    network = Network(CLOCK, A, 3, dissipative=0.1)
    with pytest.raises(ph.errors.InvalidInput, match="shape"):
        network.evolve([1, 2], [0, 1])
    with pytest.raises(ph.errors.InvalidInput, match="compiled"):
        Network(TWO_LEVEL, S.minus, 3).evolve([0, 0, 0.5], [0, 1], method=FourthOrder(compiled=True))
    with pytest.raises(ph.errors.NotConverged, match="without bound"):
        Network(ph.Model(jumps=[ph.Jump(50, A.dag())]), A, 3).evolve(1, [0, 100], method=FourthOrder(step=0.1))
    with pytest.raises(ph.errors.InvalidInput, match="through"):
        Network(CLOCK, A**2, 3, dissipative=0.1).evolve(1, [0, 1])
    with pytest.raises(ph.errors.WrongType, match="frequencies"):
        Network(CLOCK, A, 3, frequencies="fast")
    for arcs in (3, [(0, 1, 2, 3)], [(0, 0)], [(0, 1), (0, 1)], [], [(-1, 0)]):
        with pytest.raises(ph.errors.InvalidInput):
            ph.zoo.directed_van_der_pol(arcs, gain=1, two_photon_loss=1)


def test_without_numba_the_plain_steps_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "photinus.collective.network_kernel", None)
    network = Network(CLOCK, A, 3, dissipative=0.1)
    assert network.evolve(1, [0, 1]).steps > 0
    with pytest.raises(ph.errors.MissingExtra, match="photinus\\[fast\\]"):
        network.evolve(1, [0, 1], method=FourthOrder(compiled=True))
