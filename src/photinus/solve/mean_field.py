"""The mean field: the c-number equations of motion of a model, and where they lead.

Means of products are replaced by products of means, which is right where fluctuations are small against the means:
large amplitudes, large spins, many sites coupled to each other alike. It fails at low occupation, near thresholds, for
states of several branches (a cat, a bistable pair) and over times in which phases diffuse.
:mod:`photinus.solve.classical` says how each word becomes a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from photinus.errors import InvalidInput, WrongType, shown
from photinus.model import Model
from photinus.numerics.checks import real_number, truth, whole_number
from photinus.numerics.memory import require_memory
from photinus.solve.basins import Basins, basins_of
from photinus.solve.classical import Flow, make_flow
from photinus.solve.equations import Equations
from photinus.solve.fixed_points import FixedPoints, fixed_points_of
from photinus.solve.limit_cycle import LimitCycle, cycles_of, the_cycle
from photinus.solve.motion import Integration, Motion, checked_times, integrated, packed, unpacked


@dataclass(frozen=True, eq=False)
class MeanField:
    """The mean field of a model, made by :func:`mean_field`.

    Attributes
    ----------
    model : Model
    flow : Flow
        The compiled vector field.
    references : tuple of str
        The sources of the model.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.mean_field(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1))
    Mean field of oscillator a
      dα_a/dt = 0.5 α_a - 0.1 |α_a|² α_a
    """

    model: Model
    flow: Flow = field(repr=False)

    @property
    def references(self) -> tuple[str, ...]:
        """The sources of the model."""
        return self.model.references

    @cached_property
    def equations(self) -> Equations:
        """The equations of motion, which print themselves; ``.latex`` is for papers."""
        return Equations(self.flow)

    def velocity(self, values: Mapping[Any, Any]) -> Mapping[str, np.ndarray]:
        """The time derivatives at a point, or at arrays of points, in the shape of the values.

        Examples
        --------
        >>> import photinus as ph
        >>> field = ph.mean_field(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1))
        >>> complex(field.velocity({"a": 1j})["a"])
        0.4j
        """
        return unpacked(self.flow, self.flow(packed(self.flow, values)))

    def jacobian(self, values: Mapping[Any, Any]) -> np.ndarray:
        """∂F/∂y at one point, in real coordinates: (Re α, Im α) or (s_x, s_y, s_z), site after site."""
        y = packed(self.flow, values)
        if y.ndim != 1:
            raise InvalidInput(f"The Jacobian is asked at points of shape {y.shape[1:]}.", "Give one point.")
        require_memory(24.0 * self.flow.size**2, None, "A dense Jacobian", "Use .flow.sparse_jacobian.")
        return self.flow.jacobian(y)

    def evolve(
        self, initial: Mapping[Any, Any], times: Sequence[float] | np.ndarray, *, method: Integration = Integration()
    ) -> Motion:
        """The motion from given amplitudes.

        Parameters
        ----------
        initial : mapping
            For every site, by name (or the handle of a spin), its value at the first time: α of an oscillator,
            (s_x, s_y, s_z) with a length of at most j of a spin, N/2 of an ensemble. Arrays start many motions at once.
        times : sequence of float
            Increasing, at least two.
        method : Integration
            Tolerance and stiffness.

        Returns
        -------
        Motion

        Raises
        ------
        InvalidInput, UnknownSite, WrongType
        NotConverged
            If the motion grows without bound.
        """
        if not isinstance(method, Integration):
            raise WrongType(f"The method is {shown(method)}.", "Give Integration(tolerance=…, stiff=…).")
        grid = checked_times(times)
        y = integrated(self.flow, packed(self.flow, initial), grid, method)
        return Motion(grid, unpacked(self.flow, np.moveaxis(y, -1, 1)))

    def fixed_points(self, *, starts: int = 64, seed: int = 0) -> FixedPoints:
        """All points at which the mean field rests; rings of such points are given by one point.

        Of one oscillator all are found, by elimination. Otherwise Newton's method starts from ``starts`` random points,
        at amplitudes from a quarter of the smallest to four times the largest at which terms balance, and from the
        origin; ``.index`` is a test of whether some are missing.

        Examples
        --------
        >>> import photinus as ph
        >>> inside = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, detuning=0.1, drive=0.3)
        >>> ph.mean_field(inside).fixed_points()
        3 fixed points (all of them)
          stable node at a = 1.4408+1.9172i
          unstable focus at a = -0.62365+0.1358i
          saddle at a = -1.4838+1.2804i
        """
        return fixed_points_of(self.flow, starts=whole_number(starts, "number of starts"), seed=_seed(seed))

    def limit_cycles(self, *, starts: int = 64, seed: int = 0) -> tuple[LimitCycle, ...]:
        """All limit cycles that were found, attracting ones first; none is an empty tuple.

        With a symmetry that turns phases: the rings, from ``starts`` random starts, all of them for one oscillator.
        Without one: attracting cycles that a few points run into, of one oscillator repelling ones too.
        """
        return cycles_of(self.flow, starts=whole_number(starts, "number of starts"), seed=_seed(seed))

    def limit_cycle(self, *, near: float | None = None, starts: int = 64, seed: int = 0) -> LimitCycle:
        """The attracting limit cycle.

        Parameters
        ----------
        near : float, optional
            Where several attract: the radius, √Σ⟨|α|²⟩, of the one that is meant.

        Raises
        ------
        NoLimitCycle
            If none was found that attracts.
        Undefined
            If several attract.

        Examples
        --------
        The Kerr term K a†²a² shifts the frequency by 2K|α|²:

        >>> import photinus as ph
        >>> ph.mean_field(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, kerr=0.02)).limit_cycle()
        stable limit cycle (ring), period 31.4159, frequency 0.2, radius {a: 2.2361}
        """
        near = None if near is None else real_number(near, "radius of a limit cycle", minimum=0.0)
        return the_cycle(self.flow, near=near, starts=whole_number(starts, "number of starts"), seed=_seed(seed))

    def basins(
        self, samples: int | Mapping[Any, Any] = 200, *, duration: float | None = None, starts: int = 64, seed: int = 0
    ) -> Basins:
        """Which share of initial points each attractor draws in.

        Parameters
        ----------
        samples : int or mapping
            The number of random points, at all amplitudes at which terms balance; or the points, arrays by site.
        duration : float, optional
            For how long they are followed; by default forty times the slowest decay towards a stable point.
        """
        if isinstance(samples, Mapping):
            points: np.ndarray | int = packed(self.flow, samples).reshape(self.flow.size, -1)
        else:
            points = whole_number(samples, "number of samples")
        length = None if duration is None else real_number(duration, "duration", minimum=0.0)
        return basins_of(
            self.flow, points, duration=length, starts=whole_number(starts, "number of starts"), seed=_seed(seed)
        )

    def __repr__(self) -> str:
        sites = ", ".join(map(repr, self.flow.sites[:4])) + (
            f" and {len(self.flow.sites) - 4} more" if len(self.flow.sites) > 4 else ""
        )
        lines = str(self.equations).splitlines()
        shown_ = lines[:5] + ([f"… ({len(lines)} lines)"] if len(lines) > 5 else [])
        return "\n".join([f"Mean field of {sites}", *(f"  {line}" for line in shown_)])


def mean_field(model: Model, *, large_spins: bool = False) -> MeanField:
    """The c-number equations of a model.

    Oscillators: d⟨a⟩/dt exactly, normally ordered, and ⟨a†^p a^q⟩ → α*^p α^q. Different sites factorise. Spins: d⟨S⟩/dt
    exactly, in symmetrised products, which become products of s₊, s₋ and s_z. Ensembles: N spins ½ with equal means.

    Parameters
    ----------
    model : Model
        Of oscillators, spins and ensembles; an ensemble's vector is that of the sum over its atoms, at most N/2 long.
    large_spins : bool
        By default what symmetrising leaves behind, smaller by 1/j, is kept: a spin ½ is exact by itself. True drops
        these terms and leaves classical vectors of fixed length, the limit j → ∞ of collective spins.

    Returns
    -------
    MeanField
        ``.equations .evolve(initial, times) .fixed_points() .limit_cycle() .limit_cycles() .basins()``

    Raises
    ------
    InvalidInput
        For a model without sites, with qudits, or with diagonal functions, which are no polynomials; for large spins
        beside ensembles.

    Examples
    --------
    >>> import photinus as ph
    >>> field = ph.mean_field(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1))
    >>> field.limit_cycle().radius["a"]                             # √(gain/2·two_photon_loss)
    2.23606797749979
    """
    if not isinstance(model, Model):
        raise WrongType(f"The mean field of {shown(model)} is asked.", "Give a ph.Model.")
    return MeanField(model, make_flow(model, truth(large_spins, "choice of large spins")))


def _seed(seed: int) -> int:
    return whole_number(seed, "seed", minimum=0)
