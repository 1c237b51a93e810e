"""The figures of a study: states where they are asked for, lines of the mean field, drawn by :mod:`photinus.plot`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus import phase, plot
from photinus.algebra import Oscillator, Spin
from photinus.cli.check import Plan
from photinus.cli.check_figures import ADLER_MODEL, adler_rates, curve_axis
from photinus.cli.quantities import quantity_name
from photinus.cli.schema import (
    AnyFigure,
    CurveTable,
    JointPhaseTable,
    PhaseTable,
    PopulationsTable,
    RelativePhaseTable,
    TableFigure,
    TongueTable,
    WignerTable,
)
from photinus.errors import PhotinusError
from photinus.report import Picture
from photinus.space.state import State

if TYPE_CHECKING:
    import xarray

GRID = 161
"""Points along each axis of a Wigner function."""

Point = dict[str, int | float]


@dataclass(frozen=True)
class Drawer:
    """Draws the figures of one study into a directory.

    Attributes
    ----------
    plan : Plan
    table : xarray.Dataset
        What the sweep returned.
    directory : Path
    """

    plan: Plan
    table: xarray.Dataset
    directory: Path
    _states: dict[tuple[Any, ...], State] = field(default_factory=dict)

    def draw_all(self) -> tuple[list[Picture], list[str]]:
        """Draw and save every figure.

        Returns
        -------
        tuple of list of Picture and list of str
            The pictures in order, and why others could not be drawn.
        """
        pictures: list[Picture] = []
        refusals: list[str] = []
        for figure, name in zip(self.plan.study.figures, file_names(self.plan.study.figures), strict=True):
            try:
                drawn, caption = self._draw(figure)
            except PhotinusError as error:
                refusals.append(f"{name} was not drawn: {error}")
                continue
            path = self.directory / name
            plot.save(drawn, path)
            pictures.append(Picture(path, caption))
        return pictures, refusals

    def _draw(self, figure: AnyFigure) -> tuple[Any, str]:
        if isinstance(figure, TongueTable):
            return self._tongue(figure)
        if isinstance(figure, CurveTable):
            return self._curve(figure)
        if isinstance(figure, WignerTable):
            return self._wigner(figure)
        if isinstance(figure, PhaseTable | RelativePhaseTable):
            return self._phases(figure)
        if isinstance(figure, PopulationsTable):
            return self._populations(figure)
        return self._joint_phase(figure)

    # ---- states and their names ----

    def _state(self, point: Point) -> State:
        key = tuple(sorted(point.items()))
        if key not in self._states:
            self._states[key] = self.plan.point.state(point)
        return self._states[key]

    @property
    def _letters(self) -> dict[tuple[tuple[str, float], ...], str]:
        """A letter for every point at which a state is drawn, in the order of the figures."""
        points = [
            tuple(sorted(point.items()))
            for figure in self.plan.study.figures
            if not isinstance(figure, TableFigure)
            for point in figure.at
        ]
        return {point: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[k % 26] for k, point in enumerate(dict.fromkeys(points))}

    def _in_words(self, point: Point) -> str:
        return f"{self._letter(point)}: {_words(point)}"

    def _label(self, point: Point) -> str:
        return f"{self._letter(point)}: {plot.parameters_text(point)}"

    def _letter(self, point: Point) -> str:
        return self._letters[tuple(sorted(point.items()))]

    # ---- one method for each kind ----

    def _tongue(self, figure: TongueTable) -> tuple[Any, str]:
        name = quantity_name(figure.quantity)
        marks = {
            letter: (dict(point)[figure.x], dict(point)[figure.y])
            for point, letter in self._letters.items()
            if all(dict(point).get(axis) == value for axis, value in figure.at.items())
        }
        boundary = self._adler(figure) if figure.boundary == "adler" else None
        parameters = {**self.plan.study.fixed, **figure.at}
        made, (axes,) = plot.figure()
        plot.tongue(
            self.table.sel(figure.at),
            name,
            x=figure.x,
            y=figure.y,
            boundary=boundary,
            marks=marks if figure.marks else None,
            axes=axes,
            title=figure.title or plot.parameters_text(parameters),
        )
        caption = f"{name} over {figure.x} and {figure.y}; {_words(parameters)}."
        if boundary:
            caption += " Dashed: Adler's boundary |detuning| = drive·√(2κ₂/(κ₁ − γ)) of weak locking in the mean field."
        if marks and figure.marks:
            caption += f" Marked: {'; '.join(self._in_words(dict(point)) for point in self._letters)}."
        return made, caption

    def _curve(self, figure: CurveTable) -> tuple[Any, str]:
        names = [quantity_name(text) for text in figure.quantities]
        x = curve_axis(figure, self.plan.study)
        parameters = {**self.plan.study.fixed, **figure.at}
        made, (axes,) = plot.figure()
        plot.curve(self.table.sel(figure.at), names, axes=axes, title=figure.title or plot.parameters_text(parameters))
        return made, f"{', '.join(names)} over {x}; {_words(parameters)}."

    def _adler(self, figure: TongueTable) -> Mapping[str, Callable[[np.ndarray], np.ndarray]]:
        rates = adler_rates({**self.plan.study.fixed, **figure.at})
        assert rates is not None
        slope = sqrt(2 * rates[1] / rates[0])
        if figure.x == "detuning":
            return {"Adler": lambda detuning: np.abs(detuning) / slope}
        return {"Adler": lambda drive: drive * slope}

    def _wigner(self, figure: WignerTable) -> tuple[Any, str]:
        states = [self._state(point) for point in figure.at]
        reach = max(_reach(state.populations(figure.site)) for state in states)
        grid = np.linspace(-reach, reach, GRID)
        values = [phase.wigner(state, figure.site, grid, grid) for state in states]
        limit = max(float(np.abs(w).max()) for w in values)
        made, panels = plot.figure(len(states))
        for point, axes, w in zip(figure.at, panels, values, strict=True):
            plot.wigner(
                grid,
                grid,
                w,
                radius=self._radius(figure, point),
                limit=limit,
                with_colour_bar=axes is panels[-1],
                axes=axes,
                title=self._label(point),
            )
        if figure.title:
            _set_title(made, figure.title)
        caption = f"Wigner function of {figure.site}. {'; '.join(map(self._in_words, figure.at))}."
        lowest = min(float(w.min()) for w in values)
        caption += f" Its least value is {lowest:.2g}." if lowest < -1e-6 * limit else " It is nowhere negative."
        if self._radius(figure, figure.at[0]) is not None:
            caption += " Dashed: the limit cycle of the mean field without drive."
        return made, caption

    def _radius(self, figure: WignerTable, point: Point) -> float | None:
        if figure.radius is not None:
            return sqrt(2) * figure.radius
        source = self.plan.study.source
        rates = adler_rates({**self.plan.study.fixed, **point})
        if source.file or source.name != ADLER_MODEL or rates is None or min(rates) <= 0:
            return None
        return sqrt(rates[0] / rates[1])  # √2 |a|, |a|² = (κ₁ − γ)/2κ₂

    def _phases(self, figure: PhaseTable | RelativePhaseTable) -> tuple[Any, str]:
        if isinstance(figure, PhaseTable):
            densities = [phase.distribution(self._state(p), figure.site, kind=figure.density) for p in figure.at]
        else:
            densities = [phase.relative_distribution(self._state(p), *figure.sites) for p in figure.at]
        made, (axes,) = plot.figure(polar=True)
        angle = plot.angle_text(densities[0].label)
        plot.phase_density(
            densities, labels=list(map(self._label, figure.at)), axes=axes, title=figure.title or f"$P$({angle})"
        )
        where = "; ".join(map(self._in_words, figure.at))
        return made, f"Phase density ({densities[0].kind}) of {densities[0].label}. {where}. Dotted: a uniform phase."

    def _populations(self, figure: PopulationsTable) -> tuple[Any, str]:
        made, panels = plot.figure(len(figure.at))
        for point, axes in zip(figure.at, panels, strict=True):
            state = self._state(point)
            site = next(site for site in state.sites if site.name == figure.site)
            levels = None
            if isinstance(site, Spin):
                levels = [_half(site.twice_j - 2 * k) for k in range(site.twice_j + 1)]
            elif not isinstance(site, Oscillator):
                levels = [str(k) for k in range(len(state.populations(figure.site)))]
            plot.populations(state.populations(figure.site), levels=levels, axes=axes, title=self._label(point))
        if figure.title:
            _set_title(made, figure.title)
        return made, f"Populations of {figure.site}. {'; '.join(map(self._in_words, figure.at))}."

    def _joint_phase(self, figure: JointPhaseTable) -> tuple[Any, str]:
        made, panels = plot.figure(len(figure.at))
        for point, axes in zip(figure.at, panels, strict=True):
            density = phase.joint_distribution(self._state(point), *figure.sites)
            plot.joint_phase(density, axes=axes, title=self._label(point))
        if figure.title:
            _set_title(made, figure.title)
        return (
            made,
            f"Joint phase density of {' and '.join(figure.sites)}. {'; '.join(map(self._in_words, figure.at))}.",
        )


def file_names(figures: tuple[AnyFigure, ...]) -> list[str]:
    """A file name for each figure: its own, or its kind and what it shows; numbered where two would be one."""
    names: list[str] = []
    for figure in figures:
        if figure.name is not None:
            stem = figure.name.removesuffix(".png")
        elif isinstance(figure, TableFigure):
            shown = [figure.quantity] if isinstance(figure, TongueTable) else figure.quantities
            words = "".join(c if c.isalnum() else " " for c in shown[0]).split()
            stem = "_".join([figure.kind, *(words if len(shown) == 1 else ())])
        else:
            stem = figure.kind
        name, number = f"{stem}.png", 1
        while name in names:
            number += 1
            name = f"{stem}_{number}.png"
        names.append(name)
    return names


def _set_title(made: Any, title: str) -> None:
    with plot.style():
        made.suptitle(title)


def _words(parameters: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} = {value:g}" if isinstance(value, float) else f"{name} = {value}" for name, value in parameters.items()
    )


def _half(twice: int) -> str:
    """±j in halves: +1, 0, −1/2."""
    sign = "+" if twice > 0 else "−" if twice < 0 else ""
    return f"{sign}{abs(twice) // 2}" if twice % 2 == 0 else f"{sign}{abs(twice)}/2"


def _reach(populations: np.ndarray) -> float:
    """Half the width of a square that holds all but a hundredth of a state, with the width of the vacuum around it."""
    level = int(np.searchsorted(np.cumsum(populations), 0.99))
    return ceil(2 * (sqrt(2 * level + 1) + 0.8)) / 2
