"""Finite-size scaling: the critical point and the exponents of a transition from systems of finite size.

Near a continuous transition an order parameter of N units obeys m(x, N) = N^{−a} f((x − x_c) N^{b}) with one function
f for all sizes (Fisher and Barber 1972). With β of the order parameter and ν of N itself (not of a length),
a = β/ν and b = 1/ν. All-to-all networks with noise have β = ½ and ν = 2: a = ¼ of r, ½ of r², and b = ½. Quantities
without a dimension, such as ratios of moments, have a = 0: their curves cross at x_c.

Small systems depart from this law, by N^{−a−ω} g((x − x_c) N^{b}) at first (Wegner 1972). A fit without this term gives
effective exponents, which are wrong by much more than their statistical errors: here g, a second polynomial, is fitted
too wherever the data call for it. What further corrections can do is judged by what the answer changes by in other fits
(smallest size left out, ω doubled, polynomials of higher degree), all of which is in the errors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, log
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev
from scipy.optimize import least_squares

from photinus.errors import InvalidInput, NotConverged
from photinus.numerics.checks import real_number, real_numbers, truth, whole_number

STARTS = 9
"""Critical points that a fit starts from."""
SMALL = 0.5
"""A correction to the law is less than this share of the values of the largest size."""


@dataclass(frozen=True, eq=False)
class FiniteSizeScaling:
    """A fit of m(x, N) = N^{−a} f((x − x_c) N^{b}).

    Attributes
    ----------
    critical, critical_error : float
        X_c.
    order_exponent, order_exponent_error : float
        a = β/ν; the error is 0 where it was given.
    width_exponent, width_exponent_error : float
        b = 1/ν; likewise.
    correction : float or None
        ω of the correction N^{−ω} in the fit; None if the data do not call for one, or are too few to tell.
    chi_square : float
        Per degree of freedom; of values without errors in units of 1 % of the largest. Far above 1 the sizes do not
        follow one function: leave small sizes or far points out, or raise the degree. Errors are scaled with it.
    points : int
        Values in the fit.
    law : tuple of Chebyshev
        The functions of u = (x − x_c)N^b: f, and g where there is a correction; in the range of the points only.
    systematic : bool
        Whether the errors hold what corrections can do. Two sizes, or too few points, leave them statistical.
    """

    critical: float
    critical_error: float
    order_exponent: float
    order_exponent_error: float
    width_exponent: float
    width_exponent_error: float
    correction: float | None
    chi_square: float
    points: int
    law: tuple[Chebyshev, ...]
    systematic: bool

    def scaled(
        self, parameter: Any, size: float, values: Any, *, corrected: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """(x − x_c)N^b and m·N^a of one size N ≥ 1, points of a collapse; N^{−ω}g is taken away if ``corrected``."""
        n = real_number(size, "size", minimum=1.0)
        x = (real_numbers(parameter, "values of the parameter") - self.critical) * n**self.width_exponent
        scaled = real_numbers(values, "values") * n**self.order_exponent
        if truth(corrected, "choice of corrected points") and self.correction:
            scaled = scaled - n**-self.correction * self.law[1](x)
        return x, scaled

    def __repr__(self) -> str:
        term = f", correction N^-{self.correction:g}" if self.correction else ""
        return (
            f"FiniteSizeScaling: critical point {self.critical:.5g} ± {self.critical_error:.1g}, "
            f"β/ν = {self.order_exponent:.4g} ± {self.order_exponent_error:.1g}, "
            f"1/ν = {self.width_exponent:.4g} ± {self.width_exponent_error:.1g}; "
            f"χ² = {self.chi_square:.2g}, {self.points} points{term}"
            + ("" if self.systematic else "; errors are statistical only")
        )


def finite_size_scaling(
    parameter: Any,
    sizes: Any,
    values: Any,
    errors: Any = None,
    *,
    order_exponent: float | None = None,
    width_exponent: float | None = None,
    degree: int = 4,
    correction: float = 0.5,
) -> FiniteSizeScaling:
    """The critical point and exponents from curves of several sizes, by their collapse on one polynomial.

    Parameters
    ----------
    parameter : array, shape (P,)
        x, ascending, on both sides of the transition and near it.
    sizes : array, shape (S,)
        N, increasing; three at least, or two where an exponent is given, which tell nothing of corrections.
    values : array, shape (S, P)
        m(x, N); NaN is left out.
    errors : array, shape (S, P), optional
        Their standard errors, above 0.
    order_exponent, width_exponent : float, optional
        a and b where they are known; a = 0 finds where curves cross.
    degree : int
        Of the polynomials f and g, at least 1.
    correction : float
        ω > 0 of the correction N^{−ω}g to the law; ½ in all-to-all networks with noise.

    Returns
    -------
    FiniteSizeScaling

    Raises
    ------
    InvalidInput
        For wrong shapes, sizes that do not increase, errors that are not positive, and too few points.
    NotConverged
        If the fit leaves the range of the parameter, in which there is then no transition of this form.

    Notes
    -----
    The correction is kept if it lowers the Akaike information criterion for small samples (Hurvich, Tsai 1989). Errors
    are roots of sums of squares: of the statistical error, and of the changes of the answer when the smallest size is
    left out, when both degrees are raised by two, and when ω is doubled. Without the correction the first change is
    divided by 1 − (N₁/N₂)^ω, what is then to be expected of it; with three sizes, none of which can be left out, the
    answer with the correction is compared.

    References
    ----------
    Fisher1972, Wegner1972, Hurvich1989.

    Examples
    --------
    >>> import numpy as np
    >>> from photinus.collective import finite_size_scaling
    >>> x, sizes = np.linspace(0.9, 1.1, 9), np.array([50, 100, 200, 400])
    >>> values = [n**-0.25 * (1 + n**-0.5) * (1 + np.tanh(0.3 * (x - 1) * n**0.5)) for n in sizes]
    >>> finite_size_scaling(x, sizes, values)
    FiniteSizeScaling: critical point 1.0... ± ..., β/ν = 0.249... ± ..., 1/ν = 0.49...; χ² = ..., correction N^-0.5
    """
    table = _checked(parameter, sizes, values, errors)
    degree = whole_number(degree, "degree of the scaling function")
    correction = real_number(correction, "exponent of the correction")
    if correction <= 0:
        raise InvalidInput(f"The correction falls as N^-({correction:g}).", "Give a positive exponent.")
    exponents = [None if e is None else real_number(e, "exponent") for e in (order_exponent, width_exponent)]
    form = _Form((None, *exponents), degree, measured=errors is not None)
    if (distinct := len(np.unique(table[1]))) < form.sizes:
        raise InvalidInput(f"There are {distinct} sizes.", "Give three, or two and one exponent.")
    if not form.fits(table):
        raise InvalidInput(f"There are {len(table[0])} points for {form.numbers} numbers.", "Give more points.")
    fit, mended = form.fitted(table), replace(form, correction=correction)
    if mended.fits(table) and (other := mended.fitted(table)).akaike < fit.akaike:
        form, fit = mended, other
    low, high = float(table[0].min()), float(table[0].max())
    if not low <= fit.values[0] <= high:
        raise NotConverged(
            f"The curves collapse best about {fit.values[0]:.4g}, outside {low:g} … {high:g}.",
            "Give a range of the parameter that holds the transition.",
        )
    changes, systematic = _changes(form, fit, table, correction)
    (center, a, b), errors_ = fit.values.tolist(), np.sqrt(fit.errors**2 + (changes**2).sum(axis=0)).tolist()
    law, points = form.law(fit.values, table), table.shape[1]
    return FiniteSizeScaling(
        center, errors_[0], a, errors_[1], b, errors_[2], form.correction, fit.chi_square, points, law, systematic
    )


def _changes(form: _Form, fit: _Fit, table: np.ndarray, correction: float) -> tuple[np.ndarray, bool]:
    """What x_c, a and b change by in other fits, shape (fits, 3), and whether one of them judges corrections."""
    sizes = np.unique(table[1])
    larger = table[:, table[1] > sizes[0]]
    mended = replace(form, correction=2 * correction if form.correction else correction)
    others = [(form, larger, 1.0 if form.correction else 1 / (1 - (sizes[0] / sizes[1]) ** correction))]
    if form.correction or not form.fits(larger):
        others.append((mended, table, 1.0))
    judged = any(other.fits(data) for other, data, _ in others)
    others.append((replace(form, degree=form.degree + 2), table, 1.0))
    made = [factor * (other.fitted(data).values - fit.values) for other, data, factor in others if other.fits(data)]
    return np.reshape(made, (-1, 3)), judged


@dataclass(frozen=True, eq=False)
class _Fit:
    """x_c, a, b, their statistical errors, χ² per degree of freedom, and the Akaike criterion for small samples."""

    values: np.ndarray
    errors: np.ndarray
    chi_square: float
    akaike: float


@dataclass(frozen=True)
class _Form:
    """The law that is fitted: x_c, a, b where they are known, the degree of f and g, and ω of a correction.

    ``measured`` says whether the values have errors; without them their scatter about the fit tells the errors.
    """

    fixed: tuple[float | None, ...]
    degree: int
    correction: float | None = None
    measured: bool = False

    @property
    def free(self) -> list[int]:
        """Which of x_c, a and b are fitted."""
        return [k for k, value in enumerate(self.fixed) if value is None]

    @property
    def numbers(self) -> int:
        """How many numbers are fitted."""
        return (self.degree + 1) * (2 if self.correction else 1) + len(self.free)

    @property
    def sizes(self) -> int:
        """How many sizes are needed at least."""
        return 3 if self.correction or len(self.free) > 2 else 2

    def fits(self, table: np.ndarray) -> bool:
        """Whether there are sizes and points enough."""
        return table.shape[1] > self.numbers and len(np.unique(table[1])) >= self.sizes

    def fitted(self, table: np.ndarray) -> _Fit:
        """The best collapse of the columns x, N, m, σ, from several critical points."""
        x, _, m, sigma = table
        free, low, width, weighted = self.free, float(x.min()), float(np.ptp(x)), m / sigma

        def full(p: np.ndarray) -> np.ndarray:
            out = np.array([0.0 if f is None else f for f in self.fixed])
            out[free] = p
            out[0] = low + width * out[0]
            return out

        def residuals(p: np.ndarray) -> np.ndarray:
            orthonormal = np.linalg.qr(self._basis(full(p), table))[0]
            return np.asarray(weighted - orthonormal @ (orthonormal.T @ weighted))  # f and g drop out by projection

        found = [
            least_squares(residuals, np.array([start, 0.25, 0.5])[free], x_scale=np.full(len(free), 0.1), max_nfev=400)
            for start in np.linspace(0.1, 0.9, STARTS)
        ]
        odd = [not 0 <= fit.x[0] <= 1 or self._share(full(fit.x), table) > SMALL for fit in found]
        best, is_odd = min(zip(found, odd, strict=True), key=lambda fit: (fit[1], float(fit[0].cost)))
        squares = 2 * float(best.cost)
        chi = squares / (len(m) - self.numbers)
        errors = np.zeros(3)
        errors[free] = np.sqrt(
            np.abs(np.diagonal(np.linalg.pinv(best.jac.T @ best.jac))) * (max(chi, 1.0) if self.measured else chi)
        )
        errors[0] *= width
        return _Fit(full(best.x), errors, chi, inf if is_odd else self._akaike(squares, len(m)))

    def law(self, values: np.ndarray, table: np.ndarray) -> tuple[Chebyshev, ...]:
        """F, and g where there is a correction, functions of u."""
        _, a, b = values
        top, extent = float(table[1].max()), self._extent(values, table) * float(table[1].max()) ** b
        powers = [a, a + (self.correction or 0.0)]
        return tuple(
            Chebyshev(row * top**power, domain=(-extent, extent))
            for row, power in zip(self._coefficients(values, table), powers, strict=False)
        )

    @staticmethod
    def _extent(values: np.ndarray, table: np.ndarray) -> float:
        """The largest |u|, of u in units of that of the largest size."""
        x, n = table[:2]
        return max(float(np.abs((x - values[0]) * (n / n.max()) ** values[2]).max()), 1e-300)

    def _basis(self, values: np.ndarray, table: np.ndarray) -> np.ndarray:
        """The columns whose sum is m/σ: Chebyshev polynomials of f, and of g with the factor N^{−ω}."""
        (center, a, b), (x, n, _, sigma), top = values, table, table[1].max()
        u = (x - center) * (n / top) ** b
        basis = np.polynomial.chebyshev.chebvander(u / self._extent(values, table), self.degree)
        if self.correction:
            basis = np.hstack([basis, basis * ((n / top) ** -self.correction)[:, None]])
        return np.asarray(basis * ((n / top) ** -a / sigma)[:, None])

    def _coefficients(self, values: np.ndarray, table: np.ndarray) -> np.ndarray:
        """Those of f, and of g, shape (1 or 2, degree + 1)."""
        found = np.linalg.lstsq(self._basis(values, table), table[2] / table[3], rcond=None)[0]
        return np.asarray(found.reshape(-1, self.degree + 1))

    def _share(self, values: np.ndarray, table: np.ndarray) -> float:
        """The correction in units of m at the largest size. The law with a − ω and g alone is that with a and f."""
        if not self.correction:
            return 0.0
        largest = table[1] == table[1].max()
        of_g = self._coefficients(values, table) * np.array([[0.0], [1.0]])
        part = (self._basis(values, table) @ of_g.ravel())[largest]
        return float(np.linalg.norm(part) / np.linalg.norm((table[2] / table[3])[largest]))

    def _akaike(self, squares: float, points: int) -> float:
        """Χ² + 2k + 2k(k + 1)/(n − k − 1); n log χ² of values without errors, whose σ is one more of the k numbers."""
        k = self.numbers + (not self.measured)
        if points <= k + 1:
            return inf
        misfit = squares if self.measured else points * log(max(squares, 1e-300) / points)
        return misfit + 2 * k + 2 * k * (k + 1) / (points - k - 1)


def _checked(parameter: Any, sizes: Any, values: Any, errors: Any) -> np.ndarray:
    """The rows x, N, m and σ, one column for each finite value."""
    named = {"values of the parameter": parameter, "sizes": sizes, "values": values}
    x, n, m = (real_numbers(given, what) for what, given in named.items())
    if x.ndim != 1 or n.ndim != 1 or m.shape != (len(n), len(x)):
        raise InvalidInput(
            f"The parameter has the shape {x.shape}, the sizes {n.shape}, the values {m.shape}.",
            "Give (P,), (S,) and (S, P).",
        )
    if not np.isfinite(x).all() or not (np.diff(x) > 0).all() or len(x) < 2:
        raise InvalidInput("The parameter does not ascend.", "Give ascending finite values.")
    if not np.isfinite(n).all() or not (np.diff(n) > 0).all() or (n < 1).any():
        raise InvalidInput(f"The sizes {n.tolist()} do not increase.", "Give increasing numbers of units.")
    used = np.isfinite(m)
    if not used.any() or not np.abs(m[used]).max():
        raise InvalidInput("There are no values but zeros.", "Give an order parameter of each size.")
    even = np.full(m.shape, 0.01 * float(np.abs(m[used]).max()))
    sigma = even if errors is None else real_numbers(errors, "errors")
    if sigma.shape != m.shape or not np.isfinite(sigma[used]).all() or (sigma[used] <= 0).any():
        raise InvalidInput("The errors have another shape or are not positive.", "Give (S, P) standard errors.")
    columns = np.broadcast_to(x, m.shape), np.broadcast_to(n[:, None], m.shape), m, sigma
    return np.stack([column[used] for column in columns])
