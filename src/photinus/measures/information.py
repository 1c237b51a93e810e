"""What one site tells about the other: measured phases, and what no measurement finds (discord). All in nats."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import entr, kl_div

from photinus.algebra import Operator, oscillator
from photinus.errors import InvalidInput, NotConverged, Undefined
from photinus.measures.measure import Measure
from photinus.measures.sites import restricted
from photinus.numerics.memory import require_memory
from photinus.phase import joint_distribution
from photinus.space.state import State

MOST_POINTS = 4096  # of each angle


def phase_mutual_information(state: State, first: str, second: str, *, kind: str | None = None) -> float:
    """The mutual information ∫∫ P ln(P/(P_a P_b)) dφ_a dφ_b of two measured phases, in nats.

    Parameters
    ----------
    state : State
        Sites that are not named are traced out.
    first, second : str
        Oscillators or spins.
    kind : str, optional
        The notion of phase: ``"canonical"`` (the default of oscillators) or ``"husimi"`` (heterodyne detection; the
        default of spins).

    Returns
    -------
    float
        From 0 (independent phases, and only that) upwards, to 1e-9. It never exceeds the quantum mutual information,
        since the phases are measured site by site. Where only the phase difference is locked it is
        ln 2π − h, h the entropy of the relative density. It sees locking of every ratio m:n and cannot tell which, nor
        whether the phases are locked to each other or follow one common cause; a drive that locks each by itself
        leaves it small. Phase shifts of each site do not change it.

    Raises
    ------
    Undefined
        For ``kind="wigner"``, whose joint density can be negative.
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for sites that are not there or have no phase; for a notion that does not exist.
    NotConverged
        Where the density is too rough for 4096 × 4096 angles.
    MemoryBudgetExceeded

    References
    ----------
    Pegg1989 (the density).

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.steady_state(ph.zoo.shared_bath_pair(coupling=0.5), cutoff=ph.Converged(1e-4))
    >>> ph.measures.phase_mutual_information(state, "a", "b") < ph.measures.mutual_information(state, "a", "b")
    True
    """
    pair, names = restricted(state, (first, second), "phase_mutual_information", kinds=("oscillator", "spin"))
    if kind == "wigner":
        raise Undefined(
            "The joint Wigner density of two phases can be negative and has no entropy.",
            'Use kind="canonical" or kind="husimi".',
        )
    points = 1 << max(6, (4 * max(pair.space.levels)).bit_length())
    most = max(MOST_POINTS, 2 * points)
    sampled = _phase_information(pair, names, kind, points)
    value = change = np.inf
    while points < most:
        points *= 2
        coarse, sampled = sampled, _phase_information(pair, names, kind, points)
        # Exponentially convergent where P > 0; where P touches zero on a line the error is of third order in the step.
        before, value = value, sampled + (sampled - coarse) / 7
        last, change = change, abs(value - before)
        goal = 1e-9 * max(1.0, value)
        # Where P touches zero at points the error changes sign: one small change may be chance, two are not.
        if change <= 1e-3 * goal or (change <= goal and (last <= goal or points >= most)):
            return max(0.0, value)
    raise NotConverged(
        f"The mutual information of the phases still changes by {change:.1e} at {points} angles each.",
        'Use kind="husimi", whose density is smoother, or the quantum mutual information.',
    )


def _phase_information(pair: State, names: tuple[str, ...], kind: str | None, points: int) -> float:
    """The sum over a grid; densities here have the mean 1."""
    require_memory(100.0 * points**2, None, f"A grid of {points} × {points} angles", "Keep fewer levels.")
    first, second = names
    density = joint_distribution(pair, first, second, kind=kind, points=points).density
    joint = np.maximum(4 * np.pi**2 * density, 0)
    product = np.outer(joint.mean(axis=1), joint.mean(axis=0))
    return float(kl_div(joint, product).mean())  # P ln(P/Q) − P + Q has the same integral, and no term is negative


def discord(state: State, first: str, second: str) -> float:
    """The quantum discord D(a|b) = I(a, b) − max_Π J of a two-level site b, in nats.

    J = S(ρ_a) − Σ p_k S(ρ_a|k) is what a projective measurement Π of b tells about a. The best measurement is searched
    over the whole Bloch sphere, on a grid and then from each of its minima.

    Parameters
    ----------
    state : State
        Sites that are not named are traced out.
    first : str
        a, of any dimension.
    second : str
        b, the site that is measured, of two levels. D(a|b) and D(b|a) differ.

    Returns
    -------
    float
        From 0 to S(ρ_b). 0 means that some measurement of b disturbs nothing: ρ = Σ p_k ρ_k ⊗ |k⟩⟨k|, which may be
        correlated. For pure states it is the entropy of entanglement; separable states can have discord. Unitaries of
        each site do not change it; noise on b alone can create it.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for sites that are not there; where b has another number of levels.

    References
    ----------
    Ollivier2001; projective measurements, as there. General measurements could give slightly less.
    """
    pair, names = restricted(state, (first, second), "discord")
    axis = pair.space.axis(names[1])
    if pair.space.levels[axis] != 2:
        raise InvalidInput(
            f"The measured site {pair.sites[axis]!r} has {pair.space.levels[axis]} levels.",
            "Name a two-level site second; for two oscillators use renyi_discord.",
        )
    rho = pair.density_matrix().reshape(pair.space.levels * 2)
    if axis == 0:
        rho = rho.transpose(1, 0, 3, 2)
    (up, raised), (lowered, down) = rho.transpose(1, 3, 0, 2)  # operators on a
    pauli = np.array([up + down, raised + lowered, 1j * (raised - lowered), up - down]) / 2
    joint, measured = pair.entropy(), pair.reduced(names[1]).entropy()
    return max(0.0, measured - joint + _least_conditional_entropy(pauli))


def _least_conditional_entropy(pauli: np.ndarray) -> float:
    """min_n Σ_± p_± S(ρ_a|±) for ρ = Σ_μ pauli_μ ⊗ σ_μ, outcomes ½(1 ± n·σ)."""

    def conditional(n: np.ndarray) -> float:
        turned = np.tensordot(n, pauli[1:], 1)
        p = np.maximum(np.linalg.eigvalsh([pauli[0] + turned, pauli[0] - turned]), 0)
        return float((entr(p).sum(axis=1) - entr(p.sum(axis=1))).sum())

    directions = _hemisphere(200)
    values = np.array([conditional(n) for n in directions])
    nearest = np.argsort(-np.abs(directions @ directions.T), axis=1)[:, 1:9]
    lowest = np.flatnonzero(values <= values[nearest].min(axis=1))
    best = float(values.min())
    for start in lowest[np.argsort(values[lowest])][:8]:
        frame = np.linalg.svd(directions[start : start + 1])[2]  # n and two directions across it

        def across(shift: np.ndarray, frame: np.ndarray = frame) -> float:
            n = frame[0] + shift @ frame[1:]
            return conditional(n / np.linalg.norm(n))

        simplex = 0.1 * np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        options = {"initial_simplex": simplex, "xatol": 1e-8, "fatol": 1e-13}
        best = min(best, float(minimize(across, simplex[0], method="Nelder-Mead", options=options).fun))
    return best


def _hemisphere(count: int) -> np.ndarray:
    """Directions spread evenly over half a sphere, on a spiral; n and −n are one measurement."""
    z = (np.arange(count) + 0.5) / count
    angle = np.pi * (3 - np.sqrt(5)) * np.arange(count)
    radius = np.sqrt(1 - z**2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def renyi_discord(state: State, first: str, second: str) -> float:
    """The Gaussian Rényi-2 discord D₂(a|b) of two oscillators, b measured, in nats.

    D₂ = ln b − ½ ln det σ + ½ ln inf_Γ det(α − γ(β + Γ)⁻¹γᵀ), σ = (α γ; γᵀ β) the covariance matrix with vacuum 1, Γ
    that of a pure Gaussian measurement. In the standard form α = a·1, β = b·1, γ = diag(c, d) and Γ = diag(λ, 1/λ), the
    determinant is a ratio of two quadratic polynomials in λ, and its least value over 0 ≤ λ ≤ ∞ is found exactly:
    λ = 1 is heterodyne detection, 0 and ∞ are homodyne.

    Parameters
    ----------
    state : State
        Any state. Of a state that is not Gaussian this is the discord of the Gaussian state with the same means and
        covariances, the *reference* state, and no bound on its own.
    first, second : str
        Oscillators; the second is measured. D₂(a|b) and D₂(b|a) differ.

    Returns
    -------
    float
        From 0 upwards; ln cosh 2r for the two-mode squeezed vacuum. 0 means that no covariance links the two, the
        states being otherwise as correlated as they like. Displacements, phase shifts and local squeezing do not
        change it. It is positive for nearly every state with ⟨a†b⟩ − ⟨a⟩*⟨b⟩ ≠ 0, separable or not: it is no sign of
        entanglement.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for sites that are not there or are no oscillators.

    References
    ----------
    Adesso2012; Adesso2010 has the infimum in closed form.
    """
    alpha, beta, gamma = _covariances(state, first, second)
    a, b = (float(np.sqrt(np.linalg.det(block))) for block in (alpha, beta))
    c, d = np.linalg.svd(_to_standard(alpha) @ gamma @ _to_standard(beta), compute_uv=False)
    p, q = a * b - c**2, a * b - d**2
    above, below = (a * q, p * q + a**2, a * p), (b, b**2 + 1, b)
    with np.errstate(all="ignore"):
        turning = np.roots(
            [
                above[0] * below[1] - above[1] * below[0],
                2 * (above[0] * below[2] - above[2] * below[0]),
                above[1] * below[2] - above[2] * below[1],
            ]
        )
    inside = [root.real for root in turning if np.isfinite(root) and root.real > 0]
    homodyne = (above[0] / below[0], above[2] / below[2])
    least = min(*homodyne, *(float(np.polyval(above, x) / np.polyval(below, x)) for x in inside))
    return max(0.0, float(np.log(b) + 0.5 * np.log(least / (p * q))))


def _to_standard(block: np.ndarray) -> np.ndarray:
    """The symmetric symplectic matrix that takes a one-mode covariance matrix to a multiple of 1."""
    values, vectors = np.linalg.eigh(block)
    return (vectors * np.sqrt(np.sqrt(values.prod()) / values)) @ vectors.T


def _covariances(state: State, first: str, second: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """α, β and γ of ⟨{r_i, r_j}⟩ − 2⟨r_i⟩⟨r_j⟩ with r = (x_a, p_a, x_b, p_b), the vacuum's being 1."""
    pair, names = restricted(state, (first, second), "renyi_discord", kinds=("oscillator",))
    quadratures: list[Operator] = []
    for a in map(oscillator, names):
        quadratures += [(a + a.dag()) / np.sqrt(2), -1j * (a - a.dag()) / np.sqrt(2)]
    means = np.array([complex(pair.expect(r)).real for r in quadratures])
    moments = [[complex(pair.expect(r * s + s * r)).real for s in quadratures] for r in quadratures]
    sigma = np.array(moments) - 2 * np.outer(means, means)
    return sigma[:2, :2], sigma[2:, 2:], sigma[:2, 2:]


MEASURES = (
    Measure(
        name="phase_mutual_information",
        symbol="I_φ",
        function=phase_mutual_information,
        sites=(2,),
        kinds=("oscillator", "spin"),
        range="0 … I",
        meaning="what one measured phase tells about the other: ∫∫ P ln(P/(P_a P_b)), in nats",
        zero="the measured phases are independent",
        sees="locking of phases of any ratio m:n, classical or quantum",
        invariance="phase shifts of each site",
        cost="search",
        references=("Pegg1989",),
    ),
    Measure(
        name="discord",
        symbol="D",
        function=discord,
        sites=(2,),
        kinds=("spin", "qudit"),
        two_level=True,
        range="0 … S_b nats",
        meaning="correlations that no measurement of the second site finds",
        zero="some measurement of the second site disturbs nothing; correlations are possible",
        sees="quantum correlation, entangled or not",
        invariance="unitaries of each site",
        cost="search",
        references=("Ollivier2001",),
    ),
    Measure(
        name="renyi_discord",
        symbol="D₂",
        function=renyi_discord,
        sites=(2,),
        kinds=("oscillator",),
        range="0 … (no bound)",
        meaning="Gaussian discord of the state with the same covariances, second site measured, in nats",
        zero="no covariance between the two",
        sees="correlation of amplitudes at second order, entangled or not",
        invariance="phase shifts, displacements and squeezing of each site",
        references=("Adesso2012", "Adesso2010"),
    ),
)
