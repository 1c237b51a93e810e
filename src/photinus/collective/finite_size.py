"""Finite-size scaling: the critical point and the exponents of a transition from systems of finite size.

Near a continuous transition an order parameter of N units obeys m(x, N) = N^{−a} f((x − x_c) N^{b}) with one function
f for all sizes (Fisher and Barber 1972). With β of the order parameter and ν of N itself (not of a length),
a = β/ν and b = 1/ν. All-to-all networks with noise have β = ½ and ν = 2: a = ¼ of r, ½ of r², and b = ½. Quantities
without a dimension, such as ratios of moments, have a = 0: their curves cross at x_c.

Small systems depart from this law. The errors hold, beside the statistical ones, what is still to be expected of
corrections that fall like N^{−½}, from what the fit changes by when the smallest size is left out. Where that is much,
larger sizes are needed, or known exponents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from photinus.errors import InvalidInput, NotConverged
from photinus.numerics.checks import real_number, whole_number

STARTS = 9
"""Critical points that a fit starts from."""


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
    chi_square : float
        Per degree of freedom; of values without errors in units of 1 % of the largest. Far above 1 the sizes do not
        follow one function: leave small sizes or far points out, or raise the degree. Errors are scaled with it.
    points : int
        Values in the fit.
    """

    critical: float
    critical_error: float
    order_exponent: float
    order_exponent_error: float
    width_exponent: float
    width_exponent_error: float
    chi_square: float
    points: int

    def scaled(self, parameter: Any, size: float, values: Any) -> tuple[np.ndarray, np.ndarray]:
        """(x − x_c)N^b and m·N^a of one size: the points of a collapse."""
        x = (np.asarray(parameter, dtype=float) - self.critical) * float(size) ** self.width_exponent
        return x, np.asarray(values, dtype=float) * float(size) ** self.order_exponent

    def __repr__(self) -> str:
        return (
            f"FiniteSizeScaling: critical point {self.critical:.5g} ± {self.critical_error:.1g}, "
            f"β/ν = {self.order_exponent:.4g} ± {self.order_exponent_error:.1g}, "
            f"1/ν = {self.width_exponent:.4g} ± {self.width_exponent_error:.1g}; "
            f"χ² = {self.chi_square:.2g}, {self.points} points"
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
) -> FiniteSizeScaling:
    """The critical point and exponents from curves of several sizes, by their collapse on one polynomial.

    Parameters
    ----------
    parameter : array, shape (P,)
        x, ascending, on both sides of the transition and near it.
    sizes : array, shape (S,)
        N, increasing; three at least, or two where an exponent is given. With one more the errors hold corrections.
    values : array, shape (S, P)
        m(x, N); NaN is left out.
    errors : array, shape (S, P), optional
        Their standard errors, above 0.
    order_exponent, width_exponent : float, optional
        a and b where they are known; a = 0 finds where curves cross.
    degree : int
        Of the polynomial f, at least 1.

    Returns
    -------
    FiniteSizeScaling

    Raises
    ------
    InvalidInput
        For wrong shapes, sizes that do not increase, errors that are not positive, and too few points.
    NotConverged
        If the fit leaves the range of the parameter, in which there is then no transition of this form.

    References
    ----------
    Fisher1972.

    Examples
    --------
    >>> import numpy as np
    >>> from photinus.collective import finite_size_scaling
    >>> x, sizes = np.linspace(0.9, 1.1, 9), np.array([50, 100, 200, 400])
    >>> values = [n**-0.25 * (1 + np.tanh(0.3 * (x - 1) * n**0.5)) for n in sizes]
    >>> finite_size_scaling(x, sizes, values)
    FiniteSizeScaling: critical point 1.0... ± ..., β/ν = 0.2499 ± ..., 1/ν = 0.498... ± ...; χ² = ..., 36 points
    """
    table = _checked(parameter, sizes, values, errors)
    degree = whole_number(degree, "degree of the scaling function")
    fixed = [None, *(e if e is None else real_number(e, "exponent") for e in (order_exponent, width_exponent))]
    free = [k for k, value in enumerate(fixed) if value is None]
    distinct = np.unique(table[1])
    if len(distinct) < 2 + (len(free) > 2):
        raise InvalidInput(f"There are {len(distinct)} sizes.", "Give three, or two and one exponent.")
    if len(table[0]) < degree + 2 + len(free):
        raise InvalidInput(
            f"There are {len(table[0])} points for {degree + 1 + len(free)} numbers.", "Give more points."
        )
    whole = _fitted(table, fixed, degree, measured=errors is not None)
    low, high = float(table[0].min()), float(table[0].max())
    if not low <= whole.values[0] <= high:
        raise NotConverged(
            f"The curves collapse best about {whole.values[0]:.4g}, outside {low:g} … {high:g}.",
            "Give a range of the parameter that holds the transition.",
        )
    spread = whole.errors
    larger = table[:, table[1] > distinct[0]]
    if len(distinct) > 2 + (len(free) > 2) and larger.shape[1] >= degree + 2 + len(free):
        change = _fitted(larger, fixed, degree, measured=errors is not None).values - whole.values
        spread = np.hypot(spread, change / (1 - (distinct[0] / distinct[1]) ** 0.5))  # corrections like N^{-1/2}
    (center, a, b), errors_ = whole.values.tolist(), spread.tolist()
    return FiniteSizeScaling(center, errors_[0], a, errors_[1], b, errors_[2], whole.chi_square, table.shape[1])


@dataclass(frozen=True, eq=False)
class _Fit:
    """x_c, a, b, their statistical errors, and χ² per degree of freedom."""

    values: np.ndarray
    errors: np.ndarray
    chi_square: float


def _fitted(table: np.ndarray, fixed: list[float | None], degree: int, *, measured: bool) -> _Fit:
    """The best collapse of the columns x, N, m, σ, from several critical points."""
    x, n, m, sigma = table
    free = [k for k, value in enumerate(fixed) if value is None]
    low, width, top = float(x.min()), float(np.ptp(x)), float(n.max())

    def full(p: np.ndarray) -> np.ndarray:
        out = np.array([0.0 if f is None else f for f in fixed])
        out[free] = p
        out[0] = low + width * out[0]
        return out

    def residuals(p: np.ndarray) -> np.ndarray:
        center, a, b = full(p)
        u = (x - center) * (n / top) ** b
        basis = np.polynomial.chebyshev.chebvander(u / max(float(np.abs(u).max()), 1e-300), degree)
        orthonormal = np.linalg.qr(basis * ((n / top) ** -a / sigma)[:, None])[0]
        weighted = m / sigma  # f is linear in its coefficients, and drops out by projection
        return np.asarray(weighted - orthonormal @ (orthonormal.T @ weighted))

    found = [
        least_squares(residuals, np.array([start, 0.25, 0.5])[free], x_scale=np.full(len(free), 0.1), max_nfev=400)
        for start in np.linspace(0.1, 0.9, STARTS)
    ]
    best = min(found, key=lambda fit: float(fit.cost))
    chi = 2 * float(best.cost) / (len(m) - degree - 1 - len(free))
    errors = np.zeros(3)
    errors[free] = np.sqrt(
        np.abs(np.diagonal(np.linalg.pinv(best.jac.T @ best.jac))) * (max(chi, 1.0) if measured else chi)
    )
    errors[0] *= width
    return _Fit(full(best.x), errors, chi)


def _checked(parameter: Any, sizes: Any, values: Any, errors: Any) -> np.ndarray:
    """The rows x, N, m and σ, one column for each finite value."""
    x, n, m = (np.asarray(v, dtype=float) for v in (parameter, sizes, values))
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
    sigma = np.full(m.shape, 0.01 * float(np.abs(m[used]).max())) if errors is None else np.asarray(errors, dtype=float)
    if sigma.shape != m.shape or not np.isfinite(sigma[used]).all() or (sigma[used] <= 0).any():
        raise InvalidInput("The errors have another shape or are not positive.", "Give (S, P) standard errors.")
    columns = np.broadcast_to(x, m.shape), np.broadcast_to(n[:, None], m.shape), m, sigma
    return np.stack([column[used] for column in columns])
