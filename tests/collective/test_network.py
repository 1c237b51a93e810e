"""Networks on graphs: the mean field of the template against that of the written-out model, and both kinds of steps."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import root

import photinus as ph
from photinus.collective import FourthOrder, Network, random_graph, ring_graph
from photinus.errors import InvalidInput, MemoryBudgetExceeded
from photinus.model import graphs
from photinus.model.graphs import read_graph, read_weights

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
    ("unit", "operator"),
    [
        (CLOCK, A),
        (CLOCK, 2 * A),
        (CLOCK, A + A.dag()),
        (TWO_LEVEL, S.minus),
        (TWO_LEVEL, S.z),
        (THREE_LEVEL, L.minus),
    ],
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
    twice = sp.coo_array((np.full(16, 0.5), np.array(2 * [*edges, *(e[::-1] for e in edges)]).T))  # each entry in two
    forms = [edges, np.array(edges), [list(edge) for edge in edges], set(edges), iter(edges), matrix, matrix.tolist()]
    forms += [sp.coo_array(matrix), twice, sp.dok_matrix(matrix), networkx.cycle_graph(4), matrix.astype(bool)]
    for form in forms:
        assert read_weights(form).toarray().tolist() == matrix.tolist()
    assert read_weights([(0, 1, 2.0), (1, 2, 0.0)]).nnz == 2
    assert read_weights([(0, 1), (1, 2), (2, 0)]).shape == (3, 3)
    assert read_weights([(0, 1), (1, 0)], directed=True).nnz == 2
    assert read_weights([(0, 1, 1j)]).toarray()[1, 0] == -1j
    assert read_weights(4).toarray().tolist() == (np.ones((4, 4)) - np.eye(4)).tolist()
    assert read_weights([(0, 1), (1, 2, 3.0)]).data.tolist() == [1, 1, 3, 3]
    assert read_weights([(0.0, np.int8(1), True)]).data.tolist() == [1, 1]
    path = [[0, 1], [2, 1]]
    assert read_graph(path).ends.tolist() == path  # in the order in which they were given, each end in its place
    degrees = np.diff(random_graph(5000, 6, seed=2).indptr)
    assert degrees.mean() == 6
    assert degrees.var() == pytest.approx(6, rel=0.1)  # Poisson


@pytest.mark.parametrize(
    ("lists", "same"),
    [
        ([[0, 1, 1], [1, 0, 1], [1, 1, 0]], np.ones((3, 3)) - np.eye(3)),
        ([[0, 2], [2, 0]], np.array([[0, 2], [2, 0]])),
        ([[0, 1j], [-1j, 0]], np.array([[0, 1j], [-1j, 0]])),
        ([[0, 1], [1, 2]], [(0, 1), (1, 2)]),
        ([[0, 1], [2, 0]], [(0, 1), (2, 0)]),
        ([[0, 1, 0.5], [1, 2, 0.7], [2, 0, 0.1]], [(0, 1, 0.5), (1, 2, 0.7), (2, 0, 0.1)]),
    ],
)
def test_lists_are_a_matrix_or_edges_whichever_makes_sense(lists: list, same: object) -> None:
    """A hollow Hermitian matrix never makes sense as edges: they would hold one twice."""
    assert read_weights(lists).toarray().tolist() == read_weights(same).toarray().tolist()


def test_lists_of_arcs_that_could_be_a_matrix_are_told() -> None:
    assert read_weights([[0, 1], [1, 0]], directed=True).toarray().tolist() == [[0, 1], [1, 0]]  # both are the same
    with pytest.raises(InvalidInput, match="may be arcs or a matrix"):
        read_weights([[0, 1], [2, 0]], directed=True)
    with pytest.raises(InvalidInput, match="not Hermitian"):
        read_weights([[0, 1, 1], [1, 0, 1], [0, 1, 0]])
    with pytest.raises(InvalidInput, match="itself"):
        read_weights([[1, 1], [0, 1]])


@pytest.mark.parametrize(
    "read",
    [
        read_weights,
        lambda graph: ph.zoo.coupled_van_der_pol(graph, gain=1, two_photon_loss=1, dissipative=0.1),
        lambda graph: ph.zoo.directed_van_der_pol(graph, gain=1, two_photon_loss=1),
        lambda graph: Network(CLOCK, A, graph, cascaded=0.1),
    ],
)
def test_all_read_graphs_alike(read: object) -> None:
    networkx = pytest.importorskip("networkx")
    wrong = networkx.DiGraph()
    wrong.add_edge("a", "b", weight=None)
    text = networkx.DiGraph()
    text.add_edge("a", "b", weight="strong")
    for graph in ("ring", None, 2.5, True, [(0, 1.9)], [("a", "b")], [(0, 1), (1,)], wrong, text, [(0, 1, 2.0, 3)]):
        with pytest.raises(InvalidInput):
            read(graph)  # type: ignore[operator]
    for graph in ([(0, 10**13)], [(0, 1e30)], 10**7):
        with pytest.raises((MemoryBudgetExceeded, InvalidInput)):
            read(graph)  # type: ignore[operator]
    for graph in ({(0, 1), (1, 2)}, ((i, i + 1) for i in range(3)), sp.csr_array(np.triu(np.ones((3, 3)), 1) * 0)):
        assert read(graph) is not None  # type: ignore[operator]


def test_arcs_of_networkx_have_a_direction() -> None:
    networkx = pytest.importorskip("networkx")
    arcs = networkx.DiGraph([("x", "y"), ("y", "z")])
    assert read_weights(arcs, directed=True).toarray().tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
    with pytest.raises(InvalidInput, match="DiGraph"):
        read_weights(arcs.to_undirected(), directed=True)


def test_what_cannot_be_written_out_is_refused_before(monkeypatch: pytest.MonkeyPatch) -> None:
    large = Network(CLOCK, A, ring_graph(200_000), dissipative=0.1)
    with pytest.raises(InvalidInput, match="200000 sites"):
        large.model()
    with pytest.raises(InvalidInput, match="10000001 sites"):
        ph.zoo.coupled_van_der_pol([(0, 10**7)], gain=1, two_photon_loss=1)
    monkeypatch.setattr(graphs, "EDGE_BYTES", 1e13)
    with pytest.raises(MemoryBudgetExceeded, match="3 couplings"):
        ph.zoo.coupled_van_der_pol(3, gain=1, two_photon_loss=1)


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (0, "number of units"),
        ([], "no units"),
        ([(0, 0)], "itself"),
        (np.eye(3), "itself"),
        ([(0, 1), (1, 0)], "twice"),
        ([(0, 1.5)], "numbers from 0"),
        ([(0, -1)], "numbers from 0"),
        ([(0, float("nan"))], "numbers from 0"),
        ([(0, float("inf"))], "numbers from 0"),
        ([(0, 1 + 2j)], "numbers from 0"),
        ([(0, 1), (1,)], "stands \\(1,\\)"),
        ([(0, 1, 2.0, 3)], "i, j, weight"),
        ([(0, 1), 2], "stands 2"),
        ([(0, "b")], "end of the edge"),
        ([(0, 1, "x")], "weight of the edge"),
        ([(0, 1), (1, 2, None)], "weight of the edge"),
        ([(0, 1, float("inf"))], "weight of the edge"),
        ([(0, 10**400), (1, 2, 1)], "end of the edge"),
        ("ring", "'ring'"),
        (None, "None"),
        (2.5, "2.5"),
        (True, "True"),
        ({(0, 1): 2.0}, "The graph is"),
        (np.array([["0", "1"], ["1", "0"]]), "type <U1"),
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
    for wrong in ("yes", 1, np.array([True])):
        with pytest.raises(InvalidInput, match="compiled"):
            FourthOrder(compiled=wrong)
    for operator in (A.dag() * A, A**2):
        with pytest.raises(InvalidInput, match="through"):
            Network(CLOCK, operator, 3, dissipative=0.1).evolve(1, [0, 1])
    network = Network(CLOCK, A, 3, dissipative=0.1)
    with pytest.raises(ph.errors.InvalidInput, match="shape"):
        network.evolve([1, 2], [0, 1])
    with pytest.raises(ph.errors.InvalidInput, match="compiled"):
        Network(TWO_LEVEL, S.minus, 3).evolve([0, 0, 0.5], [0, 1], method=FourthOrder(compiled=True))
    with pytest.raises(ph.errors.NotConverged, match="without bound"):
        Network(ph.Model(jumps=[ph.Jump(50, A.dag())]), A, 3).evolve(1, [0, 100], method=FourthOrder(step=0.1))
    fast = Network(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1), A, 3, frequencies=3.6)
    with pytest.raises(ph.errors.NotConverged, match=r"A step of 0\.25 has an error of"):
        fast.evolve(1, [0, 10], method=FourthOrder(step=0.25))
    with pytest.raises(ph.errors.InvalidInput, match="through"):
        Network(CLOCK, A**2, 3, dissipative=0.1).evolve(1, [0, 1])
    with pytest.raises(ph.errors.WrongType, match="frequencies"):
        Network(CLOCK, A, 3, frequencies="fast")
    for arcs in ([(0, 1, 2, 3)], [(0, 0)], [(0, 1), (0, 1)], [], [(-1, 0)], [(0, 1, -2.0)], [(0, 1, 1j)]):
        with pytest.raises(ph.errors.InvalidInput):
            ph.zoo.directed_van_der_pol(arcs, gain=1, two_photon_loss=1)


def test_without_numba_the_plain_steps_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "photinus.collective.network_kernel", None)
    network = Network(CLOCK, A, 3, dissipative=0.1)
    assert network.evolve(1, [0, 1]).steps > 0
    with pytest.raises(ph.errors.MissingExtra, match="photinus\\[fast\\]"):
        network.evolve(1, [0, 1], method=FourthOrder(compiled=True))


# --- states that equal units need not share ---------------------------------------------------------------------------


def test_a_chimera_is_half_locked_and_half_adrift() -> None:
    """Abrams, Strogatz 2004: units at x drift past the locked ones at √(Δ² − R(x)²), in units of the coupling ε.

    With f = c + a cos x = Re^{iΘ} and β = arctan(V/2g): c = e^{iβ}⟨h⟩, a = Ae^{iβ}⟨h cos x⟩, h = (Δ − √(Δ² − |f|²))/f̄.
    """
    number, strength, share, beta = 64, 0.03, 0.995, 0.18
    x = 2 * np.pi * (np.arange(number) + 0.5) / number - np.pi
    weights = (1 + share * np.cos(x[:, None] - x)) / number
    np.fill_diagonal(weights, 0)
    clock, times = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1), [0, *np.arange(500.0, 2001.0, 10.0)]

    def rates(start: np.ndarray, scale: float = 1.0) -> np.ndarray:
        rates = {"dissipative": 2 * strength * np.sin(beta), "coherent": strength * np.cos(beta)}
        ring = Network(clock, A, weights, **{kind: scale * rate for kind, rate in rates.items()})
        phases = np.unwrap(ring.evolve(5**0.5 * start, times, method=FourthOrder(step=0.5)).phases[1:], axis=0)
        drift = (phases[-1] - phases[0]) / (times[-1] - times[1]) / strength
        return np.asarray(drift - drift[0])

    def residual(p: np.ndarray) -> list[float]:
        f = p[0] + (p[1] + 1j * p[2]) * np.cos(x)
        h = np.exp(1j * beta) * (p[3] - np.sqrt((p[3] ** 2 - abs(f) ** 2).astype(complex))) / f.conj()
        first, second = h.mean() - p[0], share * (h * np.cos(x)).mean() - p[1] - 1j * p[2]
        return [first.real, first.imag, second.real, second.imag]

    c, real, imaginary, delta = root(residual, [0.63, -0.17, 0.12, 0.73]).x
    theory = np.sqrt(np.maximum(delta**2 - abs(c + (real + 1j * imaginary) * np.cos(x)) ** 2, 0))
    start = np.exp(6j * np.exp(-0.76 * x**2) * (np.random.default_rng(3).random(number) - 0.5))
    chimera = rates(start)
    assert (np.abs(chimera) < 0.02).mean() == pytest.approx((theory == 0).mean(), abs=0.1)  # 0.30 are locked
    assert np.sort(chimera)[-16:].mean() == pytest.approx(np.sort(theory)[-16:].mean(), rel=0.2)  # 0.55
    assert np.abs(chimera[np.abs(x) > 2.8]).max() < 0.01
    assert chimera[np.abs(x) < 1].min() > 0.25
    assert np.abs(rates(np.ones(number))).max() < 1e-6  # the same ring, all in step
    assert np.abs(rates(start, 0.0)).max() < 1e-6  # without the coupling nothing drifts


def test_a_frustrated_ring_falls_into_three_clusters() -> None:
    """Neighbours repel each other with w₁ = 1, second neighbours with w₂ = ½: energy Σw_s cos(sΔ), least at Δ = 120°.

    Of α_j = re^{iΔj}(1 + ε_j), ε ~ e^{ikj}: M_k = −VΣ_s w_s[cos(s(Δ + k)) − cos(sΔ)], and the eigenvalues are
    ½(M_k + M_−k) − κ₂r² ± √(κ₂²r⁴ + ¼(M_k − M_−k)²).
    """
    number, rate, gain, loss, turn = 9, 0.1, 1.0, 0.1, 2 * np.pi / 3
    places = np.arange(number)
    apart = np.minimum(abs(places[:, None] - places), number - abs(places[:, None] - places))
    repelling = -np.select([apart == 1, apart == 2], [1.0, 0.5], 0.0)
    ring = Network(ph.zoo.van_der_pol(gain=gain, two_photon_loss=loss), A, repelling, dissipative=rate)

    def push(k: np.ndarray) -> np.ndarray:
        return -rate * sum(w * (np.cos(s * (turn + k)) - np.cos(s * turn)) for s, w in ((1, 1.0), (2, 0.5)))

    pull = gain / 2 - rate * sum(w * (1 + np.cos(s * turn)) for s, w in ((1, 1.0), (2, 0.5)))  # κ₂r²
    k = 2 * np.pi * places / number
    mean, half = (push(k) + push(-k)) / 2, (push(k) - push(-k)) / 2
    expected = np.concatenate([mean - pull + s * np.sqrt(pull**2 + half**2) for s in (1, -1)])
    clusters = (pull / loss) ** 0.5 * np.exp(1j * turn * places)
    assert ring.velocity(clusters) == pytest.approx(np.zeros(number), abs=1e-12)
    field = ph.mean_field(ring.model())
    jacobian = field.jacobian({site.name: clusters[j] for j, site in enumerate(field.flow.sites)})
    assert np.sort(np.linalg.eigvals(jacobian).real) == pytest.approx(np.sort(expected), abs=1e-9)
    assert np.sort(expected)[-2] < -0.01  # stable, but for the common phase
    start = clusters * np.exp(2j * (2 * np.random.default_rng(9).random(number) - 1))
    rest = ring.evolve(start, [0, 400], method=FourthOrder(step=0.1)).values[-1]
    assert np.abs(rest) == pytest.approx(np.abs(clusters), abs=1e-3)
    groups = [np.angle(rest[j::3] / rest[0]) for j in range(3)]
    for j, group in enumerate(groups):
        assert np.angle(np.exp(1j * (group - turn * j))) == pytest.approx(np.zeros(3), abs=1e-3)
    assert np.abs(np.angle(start / clusters)).max() > 1.5


def test_steps_do_not_depend_on_how_the_times_are_spaced() -> None:
    """A very short first interval does not shorten the steps of the others; a runaway is told soon."""
    network = Network(CLOCK, A, ring_graph(6), dissipative=0.3, frequencies=np.linspace(-1, 1, 6))
    start = np.exp(1j * np.arange(6))
    plain, short = (network.evolve(start, times) for times in ([0, 10], [0, 1e-7, 10]))
    assert short.values[-1] == pytest.approx(plain.values[-1], abs=1e-5)
    assert short.steps < 2 * plain.steps
    with pytest.raises(ph.errors.NotConverged, match="without bound"):
        Network(ph.Model(jumps=[ph.Jump(1, A.dag())]), A, 3).evolve(1, [0, 1000])


def test_spins_stay_as_long_as_they_are_or_are_refused() -> None:
    s, rng = ph.spin("s", 0.5), np.random.default_rng(0)
    network = Network(
        ph.Model(s.x + 0.3 * s.z), s.minus, 20, coherent=0.05, frequencies=rng.normal(0, 0.3, 20)
    )  # conservative: nothing brings a length back
    start = rng.normal(size=(20, 3))
    start *= 0.5 / np.linalg.norm(start, axis=1)[:, None]
    motion = network.evolve(start, [0, 10])
    network.evolve(motion.values[-1], [0, 1])  # a motion may be continued
    with pytest.raises(ph.errors.NotConverged, match="stretched"):
        network.evolve(start, [0, 100, 200], method=FourthOrder(step=0.3))
