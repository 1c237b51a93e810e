r"""Dissipative time crystals: oscillations that live for ever when the system grows, and that no disturbance kills.

At every finite size a driven and damped system forgets where it started. It is a time crystal if modes
λ = −rate − i·frequency of its Liouvillian close their rates with the size while their frequencies stay (Iemini and
others 2018), without anything being tuned. What is gathered here is the evidence for that, item by item, from the
spectra of a few sizes: a finite number of sizes proves nothing, and the verdict says what it rests on.

Two kinds are told apart. In a boundary time crystal the rates fall as a power of the size. With a dynamical symmetry,
[H, A] = ωA, [L_j, A] = [L_j†, A] = 0, they vanish at every size, by algebra (Buča, Tindall, Jaksch 2019). Under a
drive of period T the spectrum is that of the map of one period, and the crystal is a discrete one: it oscillates at a
fraction of the drive's frequency, 2π/nT, exactly (Gong, Hamazaki, Ueda 2018).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.algebra import Oscillator
from photinus.collective.floquet import floquet_modes
from photinus.collective.period import Kick, Period
from photinus.collective.scaling import Limit, PowerLaw, checked_sizes
from photinus.errors import InvalidInput, NotConverged, WrongType, shown
from photinus.model import Model
from photinus.model.symmetry import factor_text
from photinus.numerics.checks import whole_number
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.modes.biorthogonal import EXCEPTIONAL, Eigenmodes
from photinus.solve.modes.dynamical import dynamical_symmetries
from photinus.solve.modes.eigenmodes import eigenmodes
from photinus.solve.modes.sector_modes import OrderSpec, Solver
from photinus.space.space import read_only

if TYPE_CHECKING:
    import xarray

Family = Callable[[Any], Model | Period]
MOST_MODES = 1280
"""Undamped modes are counted up to so many."""
STEADY, UNDERDAMPED = 0.75, 3.0
"""The last local exponent keeps this share of the largest, and a frequency is this often the rate, in a crystal."""
LOCKED, MULTIPLES = 1e-6, 12
"""A subharmonic is met within this share of the drive's frequency; periods of up to so many drive periods."""


@dataclass(frozen=True)
class Finding:
    """One item of evidence: what was looked at, whether it speaks for a time crystal (None: not decided), and why."""

    name: str
    holds: bool | None
    why: str

    def __repr__(self) -> str:
        mark = {True: "yes", False: "NO", None: "?"}[self.holds]
        return f"{self.name + ':':22}{mark:4} {self.why}"


@dataclass(frozen=True, eq=False)
class TimeCrystalEvidence:
    """What the spectra of a few sizes say for and against a time crystal.

    Attributes
    ----------
    sizes : tuple of float
        N, as they were given to the family.
    modes : tuple of Eigenmodes
        The slow modes at each size.
    rates, frequencies : ndarray, shape (n,)
        −Re λ and |Im λ| (angular, in the unit of the rates) of the slowest oscillating mode at each size; ``nan`` where
        none was found.
    gaps : ndarray, shape (n,)
        The slowest rate of all, oscillating or not, in the unit of the model's rates.
    decay : PowerLaw or None
        The rates against the size; None where they are zero, or not all known.
    frequency : Limit or None
        The frequencies for N → ∞.
    findings : tuple of Finding
        Item by item.
    perturbed : TimeCrystalEvidence or None
        The same of the perturbed family.
    """

    sizes: tuple[float, ...]
    modes: tuple[Eigenmodes, ...] = field(repr=False)
    rates: np.ndarray
    frequencies: np.ndarray
    gaps: np.ndarray
    decay: PowerLaw | None
    frequency: Limit | None
    findings: tuple[Finding, ...]
    perturbed: TimeCrystalEvidence | None = None

    def __post_init__(self) -> None:
        for array in (self.rates, self.frequencies, self.gaps):
            read_only(array)

    @property
    def qualities(self) -> np.ndarray:
        """Frequency over rate at each size: radians turned while the oscillation falls to 1/e."""
        with np.errstate(divide="ignore"):
            return read_only(self.frequencies / self.rates)

    @property
    def supported(self) -> bool | None:
        """Whether all evidence speaks for a time crystal; False if anything speaks against it, None if undecided."""
        held = [finding.holds for finding in self.findings]
        return False if False in held else None if None in held else True

    @property
    def verdict(self) -> str:
        """The answer in words."""
        against = [finding.name for finding in self.findings if finding.holds is False]
        open_ = [finding.name for finding in self.findings if finding.holds is None]
        if against:
            return "no time crystal by these sizes: " + ", ".join(against)
        largest = f"all evidence up to size {self.sizes[-1]:g} speaks for a time crystal"
        return largest + (f"; not decided: {', '.join(open_)}" if open_ else "")

    def to_xarray(self) -> xarray.Dataset:
        """Rates, frequencies and gaps over ``size``."""
        import xarray

        data = {"rate": self.rates, "frequency": self.frequencies, "gap": self.gaps}
        return xarray.Dataset({name: ("size", values) for name, values in data.items()}, {"size": list(self.sizes)})

    def __repr__(self) -> str:
        lines = [f"Time crystal? {self.verdict}", "        size        rate   frequency"]
        for row in zip(self.sizes, self.rates, self.frequencies, strict=True):
            lines.append("".join(f"{x:12.6g}" for x in row))
        return "\n".join(lines + [f"  {finding!r}" for finding in self.findings])


def is_time_crystal(
    family: Family,
    sizes: Iterable[Any],
    *,
    perturbation: Family | None = None,
    order: OrderSpec = None,
    count: int = 12,
    cutoff: Fixed | Converged | None = None,
    method: Solver | None = None,
) -> TimeCrystalEvidence:
    """Evidence for and against a dissipative time crystal, continuous or discrete, from slow modes of several sizes.

    Parameters
    ----------
    family : callable
        Size N → Model, or, for a discrete time crystal, the :class:`~photinus.collective.Period` of a drive.
    sizes : iterable of numbers
        Increasing, at least four; a factor of four between the ends, or more, tells a power from a constant.
    perturbation : callable, optional
        Size N → Model that is added, to see whether anything was tuned; to a period also a Kick, such as the error of a
        pulse. Without it the stability stays undecided.
    order : int, mapping or list of these
        Coherence orders to look at, as in :func:`photinus.eigenmodes`; all by default.
    count : int
        How many slow modes of each size; more where all of them turn out not to decay.
    cutoff : Fixed or Converged
        Levels of oscillators.
    method : Auto, Dense or Direct
        As in :func:`photinus.eigenmodes`; periods have one method.

    Returns
    -------
    TimeCrystalEvidence
        Prints itself; ``.supported`` is True, False or None, ``.findings`` say why:

        oscillates
            Each size has a slow mode with a frequency beyond its error.
        rate closes
            The rate falls as N^−z with z > 0 beyond twice its error, and the local exponents do not fade; or it is zero
            at every size, and a dynamical symmetry says why.
        frequency stays
            Its limit is above zero by three errors, and the largest size is underdamped, frequency > 3·rate.
        subharmonic
            Of a period: the frequency is 2π/nT with a whole n ≥ 2, to 1e-6, at the two largest sizes.
        genuine modes
            None of them lives at a cutoff, or is at an exceptional point, or is less exact than its rate.
        collective
            Many units make the oscillation: the mode carries no U(1) charge, of which a rotating frame would take any
            frequency away; the model is not linear in the amplitudes of oscillators; and the space grows with the size.
            Undecided where the slowest mode is charged and others, which are not, oscillate too.
        search
            A remark, at which sizes the list of modes is proved complete: a mode that was missed is slower still.
        stable
            The perturbed family passes all of this, and its rates close with the same exponent within 0.5; of periods
            the multiple n is the same.

    Raises
    ------
    WrongType
        If the family is no function, or does not return models.
    InvalidInput
        For sizes that do not increase from a positive one, or fewer than four; for a perturbation of other sites.
    NotConverged, MemoryBudgetExceeded
        From :func:`photinus.eigenmodes`.

    References
    ----------
    Iemini2018, Buca2019, Gong2018.

    Examples
    --------
    >>> import photinus as ph
    >>> def crystal(n):
    ...     return ph.zoo.boundary_time_crystal(length=n, drive=1.0, decay=0.5)
    >>> def pumped(n):
    ...     return ph.Model(jumps=[ph.Jump(0.1 / n, ph.spin("s", n).plus)])
    >>> evidence = ph.collective.is_time_crystal(crystal, [3, 5, 8, 12], perturbation=pumped)
    >>> evidence.supported, round(evidence.frequency.value, 2)
    (True, 0.86)
    """
    for what in (family, *([] if perturbation is None else [perturbation])):
        if not callable(what):
            raise WrongType(f"{shown(what)} is no function of the size.", "Give a function of N that returns a Model.")
    sizes = list(sizes) if isinstance(sizes, Iterator) else sizes
    numbers, given = checked_sizes(sizes), list(sizes)
    count = whole_number(count, "number of modes", minimum=2)
    found = tuple(_slow_modes(_model(family, n), order, count, cutoff, method) for n in given)
    perturbed = None
    if perturbation is not None:

        def disturbed(n: Any) -> Model | Period:
            model = _model(family, n)
            added = _added(perturbation, n, model)
            sites = Model(added.operator).sites if isinstance(added, Kick) else added.sites
            strangers = sorted({site.name for site in sites} - {site.name for site in model.sites})
            if strangers:
                raise InvalidInput(
                    f"The perturbation has sites that the family has not: {', '.join(strangers)}.",
                    "Perturb the sites of the family; others bring oscillations of their own.",
                )
            return model + added  # type: ignore[operator]

        perturbed = is_time_crystal(disturbed, given, order=order, count=count, cutoff=cutoff, method=method)
    return _judged(numbers, found, perturbed, _model(family, given[0]))


def _model(family: Family, size: Any) -> Model | Period:
    model = family(size)
    if not isinstance(model, (Model, Period)):
        raise WrongType(f"The family returns {shown(model)} at size {size}.", "Let it return a ph.Model or a Period.")
    return model


def _added(perturbation: Callable[[Any], Any], size: Any, model: Model | Period) -> Model | Kick:
    added = perturbation(size)
    if isinstance(added, Model) or (isinstance(added, Kick) and isinstance(model, Period)):
        return added
    raise WrongType(
        f"The perturbation is {shown(added)} at size {size}.", "Let it return a ph.Model, of a period also a Kick."
    )


def _slow_modes(
    model: Model | Period, order: OrderSpec, count: int, cutoff: Fixed | Converged | None, method: Solver | None
) -> Eigenmodes:
    """The slow modes, so many that one of them decays."""
    if isinstance(model, Period) and method is not None:
        raise InvalidInput(f"A method, {shown(method)}, is given for periods.", "Leave method= out.")
    while True:
        if isinstance(model, Period):
            modes = floquet_modes(model, order=order, count=count, cutoff=cutoff).modes
        else:
            modes = eigenmodes(model, order=order, count=count, cutoff=cutoff, method=method)
        if len(modes) < count or modes.modes[-1].damped:
            return modes
        count *= 4
        if count > MOST_MODES:
            raise NotConverged(
                f"More than {count // 4} modes of the model do not decay.", "Look at one coherence order, by order=."
            )


def _oscillating(modes: Eigenmodes, *, neutral: bool = False) -> int | None:
    """The slowest mode with a frequency beyond its error and a millionth of its rate; of undamped ones the lowest.

    Of all modes, or of the ``neutral`` ones, which carry no U(1) charge.
    """
    floor = np.maximum(10 * np.nan_to_num(modes.error, posinf=0.0), 1e-6 * np.abs(modes.rates))
    moving = np.flatnonzero(np.abs(modes.frequencies) > floor)
    if neutral:
        moving = np.array([k for k in moving if not _charges(modes, int(k))], dtype=int)
    undamped = [k for k in moving if not modes.modes[k].damped]
    if undamped:
        return int(min(undamped, key=lambda k: abs(modes.frequencies[k])))
    return int(moving[0]) if len(moving) else None


def _judged(
    sizes: tuple[float, ...],
    found: tuple[Eigenmodes, ...],
    perturbed: TimeCrystalEvidence | None,
    smallest: Model | Period,
) -> TimeCrystalEvidence:
    chosen = [_oscillating(modes) for modes in found]
    rates, frequencies = np.full(len(sizes), np.nan), np.full(len(sizes), np.nan)
    protected = True
    for k, (modes, place) in enumerate(zip(found, chosen, strict=True)):
        if place is not None:
            undamped = not modes.modes[place].damped
            rates[k] = 0.0 if undamped else modes.rates[place]
            frequencies[k] = abs(modes.frequencies[place])
            protected = protected and undamped
    gaps = np.array([_gap(modes) for modes in found])
    everywhere = None not in chosen
    decay = PowerLaw.fit(sizes, rates) if everywhere and (rates > 0).all() else None
    limit = Limit.fit(sizes, frequencies) if everywhere else None
    findings = [_oscillates(sizes, found, chosen)]
    if limit is not None:
        closing = _protected(smallest) if protected else _closes(sizes, rates, decay)
        findings += [closing, _stays(limit, rates, frequencies)]
        if isinstance(smallest, Period):
            findings.append(_subharmonic(frequencies / smallest.frequency))
        findings += [_genuine(sizes, found, chosen), _collective(found, chosen, smallest)]
    findings.append(_complete(sizes, found))
    findings.append(_stable(decay, protected, perturbed, discrete=isinstance(smallest, Period)))
    return TimeCrystalEvidence(sizes, found, rates, frequencies, gaps, decay, limit, tuple(findings), perturbed)


def _gap(modes: Eigenmodes) -> float:
    moving = [mode for mode in modes.modes if not mode.stationary]
    return (-moving[0].value.real if moving[0].damped else 0.0) if moving else float("nan")


def _oscillates(sizes: tuple[float, ...], found: tuple[Eigenmodes, ...], chosen: list[int | None]) -> Finding:
    without = [f"{n:g}" for n, place in zip(sizes, chosen, strict=True) if place is None]
    if without:
        most = max(len(modes) for modes in found)
        return Finding("oscillates", False, f"none of the {most} slowest modes has a frequency at {', '.join(without)}")
    return Finding("oscillates", True, "each size has a slow mode with a frequency")


def _closes(sizes: tuple[float, ...], rates: np.ndarray, decay: PowerLaw | None) -> Finding:
    """Whether the rate follows a power law, rather than tending to a constant, g + c/N."""
    name = "rate closes"
    if decay is None:
        damped = rates > 0
        if damped[: damped.sum()].all() and (np.diff(rates[damped]) < 0).all():
            why = f"the rate falls below rounding at size {sizes[int(damped.sum())]:g}: leave the largest sizes out"
            return Finding(name, None, why)
        return Finding(name, False, "the slowest oscillation is undamped at some sizes and damped at others")
    faster = bool((decay.local < 0).all() and (np.diff(decay.local) < 0).all())
    falls = faster or decay.exponent + 2 * decay.error < 0
    text = f"rate ~ {decay!r}; local exponents {', '.join(f'{x:.3f}' for x in decay.local)}"
    constant = Limit.fit(sizes, rates)
    if falls and constant.value > 3 * constant.error:
        n = np.array(sizes)
        other = float(np.abs(np.log((constant.value + constant.slope / n) / rates)).max())
        power = float(np.abs(np.log(decay(n) / rates)).max())
        if other < power:
            return Finding(name, False, f"{text}; a constant fits better, {constant!r}")
    steady = decay.local[-1] < 0 and abs(decay.local[-1]) >= STEADY * float(np.abs(decay.local).max())
    if falls and not steady:
        return Finding(name, None, f"{text}: they fade, go to larger sizes")
    return Finding(name, bool(falls), f"{text}: faster than any power" if faster and decay.error > 0.1 else text)


def _protected(model: Model | Period) -> Finding:
    """Whether what is undamped at every size is so by algebra."""
    name = "rate closes"
    if isinstance(model, Period):
        return Finding(name, None, "zero at every size: without losses no finite system decays")
    try:
        found = dynamical_symmetries(model)
    except NotConverged as error:
        return Finding(name, None, f"zero at every size; whether by algebra was not told: {error.cause}")
    holds = [each.holds for each in found]
    if holds and all(holds):
        return Finding(name, True, f"zero at every size: {len(found)} dynamical symmetries at the smallest, all hold")
    return Finding(
        name, None, "zero at every size, but not by [L, A] = [L†, A] = 0: a dark subspace, which may be tuned"
    )


def _stays(limit: Limit, rates: np.ndarray, frequencies: np.ndarray) -> Finding:
    name = "frequency stays"
    text = f"{limit!r}; at the largest size {frequencies[-1]:.6g} at the rate {rates[-1]:.3g}"
    if limit.value <= 3 * limit.error:
        return Finding(name, False, text)
    if frequencies[-1] < UNDERDAMPED * rates[-1]:
        return Finding(name, False, f"{text}: overdamped")
    return Finding(name, True, text)


def _subharmonic(shares: np.ndarray) -> Finding:
    """Whether the frequency, as a share of the drive's, is 1/n."""
    name, n = "subharmonic", round(1 / shares[-1])
    text = f"frequency over that of the drive: {', '.join(f'{share:.7g}' for share in shares)}"
    locked = 2 <= n <= MULTIPLES and np.abs(shares[-2:] - 1 / n).max() <= LOCKED
    return Finding(name, bool(locked), f"{text}: 1/{n}" if locked else f"{text}: no 1/n")


def _genuine(sizes: tuple[float, ...], found: tuple[Eigenmodes, ...], chosen: list[int | None]) -> Finding:
    name = "genuine modes"
    for n, modes, place in zip(sizes, found, chosen, strict=True):
        assert place is not None
        error, mode = float(modes.error[place]), modes.modes[place]
        if modes.spurious[place]:
            return Finding(name, False, f"at size {n:g} the mode lives at the cutoff")
        if not mode.condition <= EXCEPTIONAL:
            return Finding(name, None, f"at size {n:g} the mode is at an exceptional point, κ = {mode.condition:.1e}")
        if np.isnan(error) or (mode.damped and error > 0.1 * -mode.value.real):
            return Finding(name, None, f"at size {n:g} the rate has the error {error:.1e}: raise the cutoffs")
    worst = max(float(modes.residuals[place or 0]) for modes, place in zip(found, chosen, strict=True))
    return Finding(name, True, f"residuals up to {worst:.0e}, none at a cutoff or an exceptional point")


def _collective(found: tuple[Eigenmodes, ...], chosen: list[int | None], smallest: Model | Period) -> Finding:
    """Whether many units make the frequency, and no rotating frame, no free modes and no system that stays the same.

    With a U(1) charge Q, H and H + ωQ have the same modes, but that the frequencies of those of charge k differ by kω:
    such a frequency is that of the frame, and zero in the right one.
    """
    name = "collective"
    models = smallest.models if isinstance(smallest, Period) else (smallest,)
    spaces = [modes.modes[0].sector.grading.space for modes in found]
    if not spaces[0].cutoffs and spaces[0].dimension == spaces[-1].dimension:
        return Finding(name, False, f"the system does not grow: it has {spaces[0].dimension} kets at every size")
    if all(map(_linear, models)):
        return Finding(name, False, "the model is linear, and its modes are free")
    last, place = found[-1], chosen[-1]
    charges = _charges(last, place) if place is not None else []
    if not charges:
        return Finding(name, True, "no rotating frame takes the frequency away, and the model is not linear")
    frame = f"the mode carries the charge {', '.join(charges)}: in a rotating frame it rests"
    if all(_oscillating(modes, neutral=True) is not None for modes in found):
        return Finding(name, None, f"{frame}; others, without a charge, oscillate too: look at them, by order=")
    return Finding(name, False, frame)


def _charges(modes: Eigenmodes, place: int) -> list[str]:
    """The U(1) charges that a mode carries, such as n_a + n_b."""
    group, names = modes.symmetry.weak, modes.symmetry.coordinates
    factors = zip(modes.orders[place], group.moduli, group.weights, strict=True)
    return [factor_text(d, w, names).removeprefix("U(1): ") for k, d, w in factors if k and not d]


def _linear(model: Model) -> bool:
    """Whether H is quadratic in a and a† of oscillators and the jumps are linear: then so are the equations of ⟨a⟩."""
    hamiltonian, channels = model.generator
    words = [(word, 2) for word in hamiltonian.terms] + [(word, 1) for _, jump in channels for word in jump.terms]
    return all(
        all(isinstance(site, Oscillator) and not local[2] for site, local in word)
        and sum(local[0] + local[1] for _, local in word) <= degree
        for word, degree in words
    )


def _complete(sizes: tuple[float, ...], found: tuple[Eigenmodes, ...]) -> Finding:
    """A missed mode could only be slower: a missing proof is no evidence against a crystal, and is told."""
    searched = [f"{n:g}" for n, modes in zip(sizes, found, strict=True) if not modes.complete]
    if searched:
        return Finding("search", True, f"not proved complete at {', '.join(searched)}: a slower mode may hide there")
    return Finding("search", True, "proved complete at every size")


def _stable(
    decay: PowerLaw | None, protected: bool, perturbed: TimeCrystalEvidence | None, *, discrete: bool
) -> Finding:
    name = "stable"
    if perturbed is None:
        return Finding(name, None, "no perturbation= was given")
    inner = [finding for finding in perturbed.findings if finding.name not in (name, "collective")]
    against = [finding for finding in inner if finding.holds is False]
    if against:
        return Finding(name, False, f"perturbed, {against[0].name}: {against[0].why}")
    if any(finding.holds is None for finding in inner):
        return Finding(name, None, "the perturbed family is not decided")
    now = perturbed.decay
    if decay is None or now is None:
        same = protected and now is None
        return Finding(name, same, "undamped too" if same else "the perturbation changes the kind of decay")
    close = discrete or abs(now.exponent - decay.exponent) <= 0.5
    return Finding(name, close, f"perturbed, rate ~ {now!r} and frequency {perturbed.frequency!r}")
