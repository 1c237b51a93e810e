"""The c-number equations: how they are derived, compiled, written and followed in time."""

from __future__ import annotations

import cmath

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from laws.models import models
from photinus.algebra import Operator, Oscillator, Spin
from photinus.errors import InvalidInput, NotConverged, UnknownSite, WrongType
from photinus.solve.classical import make_flow, symmetrised
from photinus.solve.motion import Integration

A, B = ph.oscillator("a"), ph.oscillator("b")
VDP = {"gain": 1.0, "two_photon_loss": 0.1}


def c_number(operator: Operator, values: dict[str, complex | np.ndarray]) -> complex:
    """The factorised mean of an operator: the simple route, word by word."""
    total = 0j
    for word, c in operator.terms.items():
        product = complex(c)
        for site, local in word:
            value = values[site.name]
            if isinstance(site, Oscillator):
                product *= np.conj(value) ** local[0] * value ** local[1]
            else:
                x, y, z = value
                product *= sum(
                    f * (x + 1j * np.sign(d) * y) ** abs(d) * z**r for (d, r), f in symmetrised(site.twice_j, *local)
                )
        total += product
    return total


def without_qudits(model: ph.Model) -> bool:
    return all(isinstance(site, (Oscillator, Spin)) for site in model.sites)


def random_values(model: ph.Model, seed: int) -> dict[str, complex | np.ndarray]:
    rng = np.random.default_rng(seed)
    out: dict[str, complex | np.ndarray] = {}
    for site in model.sites:
        if isinstance(site, Oscillator):
            out[site.name] = complex(*rng.normal(size=2))
        else:
            n = rng.normal(size=3)
            out[site.name] = n / np.linalg.norm(n) * site.twice_j / 2 * 0.9
    return out


# --- the derivation ---------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(models().filter(without_qudits), st.integers(0, 99))
def test_the_field_is_the_factorised_heisenberg_equation(model: ph.Model, seed: int) -> None:
    values = random_values(model, seed)
    found = ph.mean_field(model).velocity(values)
    for site in model.sites:
        if isinstance(site, Oscillator):
            expected = c_number(model.heisenberg(ph.oscillator(site.name)), values)
            assert abs(complex(found[site.name]) - expected) <= 1e-11 * (1 + abs(expected))
        else:
            s = ph.spin(site.name, site.twice_j / 2)
            expected = [c_number(model.heisenberg(o), values) for o in (s.x, s.y, s.z)]
            assert np.allclose(found[site.name], expected, rtol=1e-11, atol=1e-11)


@settings(max_examples=40, deadline=None)
@given(models().filter(without_qudits), st.integers(0, 99), st.booleans())
def test_jacobians_are_derivatives(model: ph.Model, seed: int, large: bool) -> None:
    field = ph.mean_field(model, large_spins=large)
    flow = field.flow
    y = np.random.default_rng(seed).normal(size=flow.size)
    jacobian = flow.jacobian(y)
    h = 1e-6
    quotient = np.stack([(flow(y + h * e) - flow(y - h * e)) / (2 * h) for e in np.eye(flow.size)], axis=1)
    scale = 1 + np.abs(jacobian).max()
    assert np.abs(jacobian - quotient).max() < 1e-7 * scale
    assert np.abs(flow.sparse_jacobian(y).toarray() - jacobian).max() < 1e-12 * scale
    assert np.abs(flow.jacobian_by_letters(y) - jacobian).max() < 1e-12 * scale
    assert np.abs(flow.by_letters(y) - flow(y)).max() < 1e-12 * (1 + np.abs(flow(y)).max())


@settings(max_examples=30, deadline=None)
@given(models().filter(without_qudits), st.integers(0, 99), st.floats(-3, 3))
def test_symmetries_that_turn_phases(model: ph.Model, seed: int, angle: float) -> None:
    flow = make_flow(model, False)
    y = np.random.default_rng(seed).normal(size=flow.size)
    for weights in flow.turns:
        moved = flow.turned(flow(y), weights, angle)
        assert np.allclose(flow(flow.turned(y, weights, angle)), moved, atol=1e-9 * (1 + np.abs(flow(y)).max()))
        assert np.allclose(flow.turn_matrix(weights) @ y, flow.tangent(y, weights), atol=1e-14)
        h = 1e-6
        assert np.allclose(
            (flow.turned(y, weights, h) - flow.turned(y, weights, -h)) / (2 * h), flow.tangent(y, weights)
        )


@settings(max_examples=30, deadline=None)
@given(models().filter(without_qudits), st.integers(0, 99))
def test_large_spins_keep_their_length(model: ph.Model, seed: int) -> None:
    flow = make_flow(model, True)
    y = np.random.default_rng(seed).normal(size=flow.size)
    speed = flow(y)
    for site, o in zip(flow.sites, flow.offsets[:-1], strict=True):
        if isinstance(site, Spin):
            assert abs(y[o : o + 3] @ speed[o : o + 3]) < 1e-12 * (1 + np.abs(speed).max())


def test_van_der_pol_by_hand() -> None:
    model = ph.zoo.van_der_pol(
        **VDP, loss=0.2, detuning=0.3, drive=0.4, drive_phase=0.7, kerr=0.05, squeezing=0.06, squeezing_phase=0.2
    )
    z = 0.8 - 1.3j
    expected = (0.3j + 0.4) * z - (0.1 + 0.1j) * abs(z) ** 2 * z + 0.4 * cmath.exp(0.7j)
    expected += 2 * 0.06 * cmath.exp(0.4j) * z.conjugate()
    assert abs(complex(ph.mean_field(model).velocity({"a": z})["a"]) - expected) < 1e-14


def test_two_boson_gain_keeps_its_ordering_terms() -> None:
    # D[a†²]: d⟨a⟩/dt = ⟨(a†a + 2) a⟩; rates of the reference B80.
    model = ph.Model(0, [ph.Jump(1, A.dag()), ph.Jump(0.4, A), ph.Jump(0.5, A**2), ph.Jump(0.1, A.dag() ** 2)])
    z = 0.3 + 0.9j
    expected = 0.3 * z - 0.5 * abs(z) ** 2 * z + 0.1 * (abs(z) ** 2 + 2) * z
    assert abs(complex(ph.mean_field(model).velocity({"a": z})["a"]) - expected) < 1e-14
    assert abs(ph.mean_field(model).limit_cycle().radius["a"] ** 2 - 1.25) < 1e-12


@pytest.mark.parametrize(("j", "d", "r"), [(2, 1, 1), (3, 2, 1), (3, -1, 2), (2.5, -2, 3), (4, 3, 2), (2, 0, 3)])
def test_symmetrised_words(j: float, d: int, r: int) -> None:
    from itertools import permutations

    s = ph.spin("s", j)
    step = s.plus if d > 0 else s.minus

    def symmetric(e: int, k: int) -> Operator:
        orders = list(permutations([step] * abs(e) + [s.z] * k))
        total = s.z * 0
        for order in orders:
            product = s.z * 0 + 1
            for factor in order:
                product = product * factor
            total = total + product
        return total / len(orders)

    word = Operator({((s.site, (d, r)),): 1.0})
    rebuilt = s.z * 0
    for (e, k), x in symmetrised(s.site.twice_j, d, r):
        rebuilt = rebuilt + x * symmetric(e, k)
    assert rebuilt.isclose(word, 1e-12)


def test_a_spin_one_half_is_exact() -> None:
    # Reference B21: G = (3k1 + g)/2, W = 2Om²G/(G² + Dl²), p1 = (k1 + W)/(2G + 2W), ⟨a⟩ = Om(1 − 2p1)/(iDl − G).
    for Om, Dl, g, p1, modulus in ((0.5, 0, 0, 0.36363636, 0.090909091), (1.2, 0.8, 0, 0.41652224, 0.11785095),
                                   (0.7, -1.5, 1, 0.28388658, 0.12102351)):  # fmt: skip
        s = ph.spin("s", 0.5)
        H = -Dl * (s.plus * s.minus) + 1j * Om * (s.minus - s.plus)
        model = ph.Model(H, [ph.Jump(1, s.plus), ph.Jump(2 + g, s.minus)])
        (point,) = ph.mean_field(model).fixed_points()
        x, y, z = point.values["s"]
        assert abs(z + 0.5 - p1) < 1e-7
        mean = x - 1j * y
        assert abs(abs(mean) - modulus) < 1e-8
        assert abs(np.angle(mean / (Om * (1 - 2 * p1) / (1j * Dl - (3 + g) / 2)))) < 1e-6


def test_a_driven_qubit_is_exact() -> None:
    # Reference C08, σ = 2S.
    s = ph.spin("s", 0.5)
    model = ph.Model(0.4 * s.z + 0.25 * s.x, [ph.Jump(0.3, s.plus), ph.Jump(0.9, s.minus)])
    (point,) = ph.mean_field(model).fixed_points()
    assert np.allclose(2 * point.values["s"], [-0.0907029478, 0.1360544218, -0.4716553288], atol=1e-10)


def test_a_linear_model_is_exact() -> None:
    # Reference C42: D[a1 − e^{iθ}a2] takes ⟨a1⟩ to (A1 + e^{iθ}A2)/2 = e^{iθ}⟨a2⟩.
    theta = 1.1
    model = ph.Model(0, [ph.Jump(1.0, A - cmath.exp(1j * theta) * B)])
    end = ph.mean_field(model).evolve({"a": 1.2, "b": -0.4j}, [0, 60]).values
    expected = (1.2 + cmath.exp(1j * theta) * -0.4j) / 2
    assert abs(end["a"][-1] - expected) < 1e-9
    assert abs(end["a"][-1] - cmath.exp(1j * theta) * end["b"][-1]) < 1e-9


def test_large_spin_orbits_of_the_boundary_time_crystal() -> None:
    # Reference C28: H = ω0 S_x, (κ/S)D[S₋]: period 2π/√(ω0² − κ²); (y − ω0/κ)/x and |m| are conserved, m = s/S.
    S, omega, kappa = 20, 1.7, 1.0
    s = ph.spin("s", S)
    field = ph.mean_field(ph.Model(omega * s.x, [ph.Jump(kappa / S, s.minus)]), large_spins=True)
    period = 2 * np.pi / np.sqrt(omega**2 - kappa**2)
    m = field.evolve({"s": S * np.array([0.36, 0.48, 0.8])}, np.linspace(0, period, 41)).values["s"] / S
    assert np.abs(m[-1] - m[0]).max() < 1e-6
    assert np.abs(np.linalg.norm(m, axis=1) - 1).max() < 1e-7
    kept = (m[:, 1] - omega / kappa) / m[:, 0]
    assert np.abs(kept / kept[0] - 1).max() < 1e-6


def test_a_long_spin_is_an_oscillator() -> None:
    # Reference C11: J' = J/√(2J), g1 D[J₊'], g2 D[J₋'²]; for J → ∞ the van der Pol oscillator, |α|² = g1/2g2.
    J, g1, g2 = 3000, 1.0, 0.3
    s = ph.spin("s", J)
    model = ph.Model(0, [ph.Jump(g1 / (2 * J), s.plus), ph.Jump(g2 / (2 * J) ** 2, s.minus**2)])
    field = ph.mean_field(model, large_spins=True)
    start = np.sqrt(2 * J)
    end = field.evolve({"s": (start, 0, -np.sqrt(J**2 - start**2))}, [0, 40]).values["s"][-1]
    assert abs((end[0] ** 2 + end[1] ** 2) / (2 * J) - g1 / (2 * g2)) < 5e-3


def test_two_superradiant_ensembles() -> None:
    # Reference C15 (Xu2014): N Γc = 1, w, detuning d: z = (w² + d²)/2w, phase 2 arctan(d/w), N → ∞.
    w, d, found = 0.5, 0.3, []
    for N in (12, 24, 48):
        spins = [ph.spin(f"{name}{k}", 0.5) for name in "ab" for k in range(N)]
        H, total = spins[0].z * 0, spins[0].z * 0
        for k, s in enumerate(spins):
            H, total = H + (0.5 if k < N else -0.5) * d * s.z, total + s.minus
        model = ph.Model(H, [ph.Jump(1 / N, total), *(ph.Jump(w, s.plus) for s in spins)])
        motion = ph.mean_field(model).evolve(dict.fromkeys(spins, (0.3, 0, 0.1)), [0, 300])
        x, y, z = motion.values["a0"][-1]
        lag = abs(np.angle((x + 1j * y) / complex(*motion.values["b0"][-1][:2])))
        found.append(np.array([2 * z, lag]))
    z, lag = (8 * found[2] - 6 * found[1] + found[0]) / 3  # 1/N and 1/N² removed
    assert abs(z - (w**2 + d**2) / (2 * w)) < 1e-3
    assert abs(lag - 2 * np.arctan(d / w)) < 2e-3


# --- against the master equation --------------------------------------------------------------------------------------


def test_large_amplitudes_follow_the_mean_field() -> None:
    errors = []
    for scale in (1, 4):  # the error falls like 1/n
        model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.2 / scale, drive=0.6 * scale**0.5)
        (point,) = ph.mean_field(model).fixed_points().stable
        state = ph.steady_state(model, cutoff=ph.Converged(1e-5))
        errors.append(abs(state.expect(A) / complex(point.values["a"]) - 1))
    assert errors[1] < 0.05
    assert 3 < errors[0] / errors[1] < 6


def test_one_step_of_the_master_equation() -> None:
    # In a coherent state the factorisation holds exactly, and so does d⟨a⟩/dt.
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, detuning=0.2, kerr=0.1, drive=0.3)
    state = ph.states.coherent({"a": 1.2 - 0.5j})
    exact = state.expect(model.heisenberg(A))
    assert abs(complex(ph.mean_field(model).velocity({"a": 1.2 - 0.5j})["a"]) - exact) < 1e-9


# --- many sites -------------------------------------------------------------------------------------------------------


def test_many_oscillators_coupled_alike() -> None:
    N, V = 120, 0.7
    sites = [ph.oscillator(f"a{k}") for k in range(N)]
    jumps = [ph.Jump(1, a.dag()) for a in sites] + [ph.Jump(0.1, a**2) for a in sites]
    jumps.append(ph.Jump(V / N, sum(sites[1:], sites[0])))
    field = ph.mean_field(ph.Model(0, jumps))
    rng = np.random.default_rng(1)
    z = rng.normal(size=N) + 1j * rng.normal(size=N)
    found = field.velocity({f"a{k}": z[k] for k in range(N)})
    expected = 0.5 * z - 0.1 * np.abs(z) ** 2 * z - V / (2 * N) * z.sum()
    assert max(abs(complex(found[f"a{k}"]) - expected[k]) for k in range(N)) < 1e-13
    assert field.flow.real_field is None
    y = rng.normal(size=field.flow.size)
    assert np.abs(field.flow.sparse_jacobian(y).toarray() - field.flow.jacobian(y)).max() < 1e-13
    assert len(str(field.equations).splitlines()) == 9


# --- in time ----------------------------------------------------------------------------------------------------------


def test_the_van_der_pol_oscillator_in_time() -> None:
    # ṅ = κ1 n − 2κ2 n²: n(t) = n∞/(1 + (n∞/n0 − 1)e^{−κ1 t}).
    times = np.linspace(0, 12, 30)
    starts = np.array([[0.1, 1j], [4.0, -2 + 2j]])
    motion = ph.mean_field(ph.zoo.van_der_pol(**VDP)).evolve({"a": starts}, times)
    assert motion.values["a"].shape == (30, 2, 2)
    n0 = np.abs(starts) ** 2
    expected = 5 / (1 + (5 / n0 - 1) * np.exp(-times)[:, None, None])
    assert np.abs(np.abs(motion.values["a"]) ** 2 - expected).max() < 1e-7


@pytest.mark.parametrize("stiff", [None, True])
@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_rates_of_any_size(stiff: bool | None, unit: float) -> None:
    model = ph.zoo.van_der_pol(gain=unit, two_photon_loss=0.1 * unit, detuning=0.1 * unit, drive=0.3 * unit)
    method = Integration(stiff=stiff)
    end = ph.mean_field(model).evolve({"a": 1.0}, np.array([0, 200]) / unit, method=method).values["a"][-1]
    (point,) = ph.mean_field(model).fixed_points().stable
    assert abs(end - complex(point.values["a"])) < 1e-6


def test_stiff_motion_of_several_starts() -> None:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, drive=0.3) + ph.Model(0, [ph.Jump(1e4, B)])
    stiff = Integration(tolerance=1e-7, stiff=True)
    motion = ph.mean_field(model).evolve({"a": [0.1, 1.0], "b": [1.0, 2.0]}, [0, 60], method=stiff)
    (point,) = ph.mean_field(model).fixed_points().stable
    assert np.abs(motion.values["a"][-1] - complex(point.values["a"])).max() < 1e-4
    assert np.abs(motion.values["b"][-1]).max() < 1e-9


def test_what_a_motion_shows() -> None:
    s = ph.spin("s", 1)
    model = ph.zoo.van_der_pol(**VDP, detuning=0.5) + ph.Model(-0.3 * s.z, [ph.Jump(0.1, s.minus)])
    motion = ph.mean_field(model).evolve({"a": 1.0, s: (0.6, 0, 0.6)}, np.linspace(0, 40, 81))
    assert abs(np.polyfit(motion.times, motion.phase("a"), 1)[0] - 0.5) < 1e-6
    assert motion.phase("s").shape == (81,)
    table = motion.to_xarray()
    assert dict(table.sizes) == {"time": 81, "component": 3}
    assert "Motion of a, s: 81 times" in repr(motion)
    with pytest.raises(ValueError, match="read-only"):
        motion.values["a"][0] = 1
    with pytest.raises(InvalidInput, match="no site 'c'"):
        motion.phase("c")


# --- mistakes ---------------------------------------------------------------------------------------------------------


def test_what_has_no_mean_field() -> None:
    q = ph.qudit("q", 3)
    with pytest.raises(InvalidInput, match="qudit q"):
        ph.mean_field(ph.Model(0, [ph.Jump(1, q(0, 1) * A)]))
    saturated = ph.diagonal(A, lambda n: (1 + n) ** -0.5) * A
    with pytest.raises(InvalidInput, match="oscillator a has a diagonal function"):
        ph.mean_field(ph.Model(0, [ph.Jump(1, saturated)]))
    with pytest.raises(InvalidInput, match="diagonal function"):
        ph.mean_field(ph.Model(ph.diagonal(A, lambda n: n**0.5)))
    with pytest.raises(InvalidInput, match="no sites"):
        ph.mean_field(ph.Model())
    with pytest.raises(WrongType, match="mean field of"):
        ph.mean_field(A)


def test_initial_values_that_are_wrong() -> None:
    s = ph.spin("s", 1)
    field = ph.mean_field(ph.zoo.van_der_pol(**VDP) + ph.Model(0, [ph.Jump(1, s.minus)]))
    fine = {"a": 1.0, "s": (0, 0, 1)}
    cases = [
        ({"a": 1.0}, InvalidInput, "No value is given for s"),
        (fine | {"b": 1.0}, UnknownSite, "no site 'b'"),
        (fine | {s: (0, 0, 1)}, InvalidInput, "given twice"),
        (fine | {"a": np.nan}, InvalidInput, "not finite"),
        (fine | {"a": "one"}, WrongType, "value of the oscillator a"),
        (fine | {"s": (0, 1)}, InvalidInput, r"shape \(2,\)"),
        (fine | {"s": (0, 1, 1)}, InvalidInput, "length 1.41421"),
        (fine | {"a": [1, 2, 3], "s": [(0, 0, 1)] * 2}, InvalidInput, "do not fit"),
        ([1.0], WrongType, "amplitudes"),
    ]
    for values, error, text in cases:
        with pytest.raises(error, match=text):
            field.evolve(values, [0, 1])
    with pytest.raises(InvalidInput, match="one point"):
        field.jacobian({"a": [1, 2], "s": (0, 0, 1)})


@pytest.mark.parametrize(
    ("times", "text"),
    [([0, 1, 1], "1 is followed by 1"), ([1, 0], "1 is followed by 0"), ([0], "at least two"), ([0, np.nan], "finite"),
     ("now", "times are")],
)  # fmt: skip
def test_times_that_are_wrong(times, text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        ph.mean_field(ph.zoo.van_der_pol(**VDP)).evolve({"a": 1}, times)


def test_motion_without_bound() -> None:
    runaway = ph.mean_field(ph.Model(0, [ph.Jump(1, A.dag() ** 2)]))
    with pytest.raises(NotConverged, match="without bound"):
        runaway.evolve({"a": 1.0}, [0, 50])


def test_methods() -> None:
    with pytest.raises(InvalidInput, match="at most 1e-2"):
        Integration(tolerance=0.1)
    with pytest.raises(InvalidInput, match="True or False"):
        Integration(stiff="no")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="True or False"):
        ph.mean_field(ph.zoo.van_der_pol(**VDP), large_spins="no")  # type: ignore[arg-type]
    with pytest.raises(WrongType, match="method"):
        ph.mean_field(ph.zoo.van_der_pol(**VDP)).evolve({"a": 1}, [0, 1], method="RK45")


# --- as text ----------------------------------------------------------------------------------------------------------


def test_equations_as_text() -> None:
    s = ph.spin("s", 0.5)
    model = ph.Model(0.2 * (A.dag() * s.minus + A * s.plus), [ph.Jump(0.5, A), ph.Jump(0.3, s.plus)])
    equations = ph.mean_field(model).equations
    assert equations["a"] == "dα_a/dt = -0.25 α_a - 0.2i s₋"
    assert equations.lines[1] == "ds₊/dt = -0.15 s₊ - 0.4i α_a* s_z"
    assert equations.lines[2] == "ds_z/dt = 0.15 - 0.3 s_z - 0.2i α_a s₊ + 0.2i α_a* s₋"
    assert r"\dot{\alpha}_{a} = -0.25\,\alpha_{a} - 0.2i\,s_{-}" in equations.latex
    assert str(equations).count("\n") == 2
    assert "Mean field of oscillator a, spin s" in repr(ph.mean_field(model))
