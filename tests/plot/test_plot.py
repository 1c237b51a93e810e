"""Figures are checked by their artists, not by pixels; every bad argument is a sentence, not a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from photinus import plot
from photinus.errors import InvalidInput, OutputError

X = np.linspace(-3, 3, 31)
RING = np.exp(-((np.hypot(X, X[:, None]) - 2) ** 2))


@dataclass(frozen=True)
class Density:
    phi: np.ndarray
    density: np.ndarray
    label: object = "φ_a"
    kind: str = "canonical"


def angles(points: int = 64) -> np.ndarray:
    return 2 * np.pi * (np.arange(points) - points // 2) / points


def peaked() -> Density:
    return Density(angles(), (1 + 0.8 * np.cos(angles() - 1)) / (2 * np.pi))


def table(values: np.ndarray | None = None, **extra: object) -> xr.Dataset:
    detuning, drive = np.linspace(-1, 1, 5), np.linspace(0, 1, 4)
    values = np.add.outer(np.abs(detuning), drive) if values is None else values
    return xr.Dataset(
        {"phase_coherence(a)": (("detuning", "drive"), values, {"long_name": "phase coherence $R$"})},
        {"detuning": ("detuning", detuning, {"units": "gain"}), "drive": ("drive", drive, {"units": "gain"})},
    ).assign(extra)


# ---- tongue ----


def test_tongue_draws_the_table_with_symbols_and_units() -> None:
    axes = plot.tongue(table(), "phase_coherence(a)", title="title")
    (mesh,) = axes.collections
    # Rows of a mesh are y: drive.
    assert np.allclose(mesh.get_array().reshape(4, 5)[2], np.abs(np.linspace(-1, 1, 5)) + 2 / 3)
    assert axes.get_xlabel() == r"detuning $\Delta/\kappa_1$"
    assert axes.get_ylabel() == r"drive $\Omega/\kappa_1$"
    assert axes.child_axes[0].get_ylabel() == "phase coherence $R$"
    assert mesh.get_cmap().name == "viridis"
    assert axes.get_xlim() == (-1, 1)
    assert axes.get_title() == "title"


def test_tongue_draws_the_boundary_that_it_is_given() -> None:
    axes = plot.tongue(table(), "phase_coherence(a)", boundary={"Adler": lambda x: np.abs(x) / 0.5})
    under, over = axes.lines
    for line in (under, over):
        x, y = line.get_data()
        assert np.allclose(y, 2 * np.abs(x))
        assert (x.min(), x.max()) == (-1, 1)
    assert axes.get_ylim() == (0, 1)  # the boundary does not stretch the map
    assert [text.get_text() for text in axes.figure.legends[0].get_texts()] == ["Adler"]


def test_tongue_takes_points_as_boundary_and_marks() -> None:
    axes = plot.tongue(
        table(), "phase_coherence(a)", boundary=([0, 0.5], [0, 1]), marks={"inside": (0.1, 0.5), "outside": (0.9, 0.3)}
    )
    assert np.array_equal(axes.lines[0].get_xdata(), [0, 0.5])
    assert [tuple(line.get_xydata()[0]) for line in axes.lines[2:]] == [(0.1, 0.5), (0.9, 0.3)]


def test_tongue_exchanges_axes_and_sorts_them() -> None:
    data = table().isel(detuning=[4, 0, 2, 1, 3])
    axes = plot.tongue(data, "phase_coherence(a)", x="drive", y="detuning")
    values = axes.collections[0].get_array().reshape(5, 4)
    assert np.allclose(values[:, 0], np.abs(np.linspace(-1, 1, 5)))


def test_tongue_is_diverging_and_centred_where_signs_change() -> None:
    axes = plot.tongue(table(np.linspace(-1, 3, 20).reshape(5, 4)), "phase_coherence(a)")
    (mesh,) = axes.collections
    assert mesh.get_clim() == (-3, 3)
    assert mesh.get_cmap().name == "RdBu_r"


def test_tongue_shows_missing_values_as_such() -> None:
    values = np.ones((5, 4))
    values[1, 1] = np.nan
    axes = plot.tongue(table(values), "phase_coherence(a)")
    assert axes.collections[0].get_array().mask.sum() == 1
    assert [text.get_text() for text in axes.figure.legends[0].get_texts()] == ["no value"]


def test_tongue_is_logarithmic_over_equal_ratios() -> None:
    data = table().assign_coords(drive=[0.01, 0.1, 1.0, 10.0])
    axes = plot.tongue(data, "phase_coherence(a)")
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")


def test_a_constant_quantity_can_be_drawn() -> None:
    low, high = plot.tongue(table(np.zeros((5, 4))), "phase_coherence(a)").collections[0].get_clim()
    assert low < high


@pytest.mark.parametrize(
    ("quantity", "options", "message"),
    [
        ("phase_coherense(a)", {}, "no quantity 'phase_coherense(a)'. Did you mean 'phase_coherence(a)'?"),
        ("phase_coherence(a)", {"x": "detunin"}, "no axis 'detunin'"),
        ("phase_coherence(a)", {"x": "drive"}, "Both axes of the map are 'drive'"),
        ("three", {}, "more axes: 'kerr'"),
        ("complex", {}, "not a real number"),
        ("text", {}, "not a real number"),
        ("nothing", {}, "no value anywhere"),
        ("phase_coherence(a)", {"boundary": ([1, 2], [1])}, "shapes (2,) and (1,)"),
    ],
)
def test_tongue_refuses(quantity: str, options: dict, message: str) -> None:
    ones = np.ones((5, 4))
    dims = ("detuning", "drive")
    data = table(
        three=((*dims, "kerr"), ones[..., None]),
        complex=(dims, 1j * ones),
        text=(dims, np.full((5, 4), "x", dtype=object)),
        nothing=(dims, np.nan * ones),
    )
    with pytest.raises(InvalidInput) as error:
        plot.tongue(data, quantity, **options)
    assert message in str(error.value)


def test_tongue_refuses_an_axis_of_one_value() -> None:
    with pytest.raises(InvalidInput, match="at least two values"):
        plot.tongue(table().isel(drive=[0]), "phase_coherence(a)")


# ---- Wigner ----


def test_wigner_is_centred_at_zero_with_p_upwards_and_equal_scales() -> None:
    w = RING * (1 + X[:, None])  # p along rows
    axes = plot.wigner(X, X, w, radius=2.0)
    (image,) = axes.images
    assert image.norm.vmin == -image.norm.vmax == pytest.approx(-np.abs(w).max())
    assert image.cmap(0.5)[:3] == pytest.approx((0.97, 0.97, 0.97), abs=0.01)
    assert image.origin == "lower"
    assert np.array_equal(image.get_array(), w)
    assert axes.get_aspect() == 1
    assert axes.child_axes[0].get_ylabel() == "$W(x, p)$"
    (circle,) = axes.lines
    assert np.allclose(np.hypot(*circle.get_data()), 2.0)


def test_wigner_panels_can_share_their_colours() -> None:
    _, panels = plot.figure(2)
    for axes in panels:
        plot.wigner(X, X, RING, limit=2.0, with_colour_bar=axes is panels[-1], axes=axes)
    assert [axes.images[0].norm.vmax for axes in panels] == [2.0, 2.0]
    assert [len(axes.child_axes) for axes in panels] == [0, 1]


def test_wigner_on_an_uneven_grid() -> None:
    axes = plot.wigner(np.sort(X**3), X, RING)
    assert not axes.images
    assert axes.collections[0].norm.vmin == -axes.collections[0].norm.vmax


@pytest.mark.parametrize(
    ("w", "options", "message"),
    [
        (RING[:-1], {}, r"shape \(30, 31\)"),
        (np.full_like(RING, np.nan), {}, "NaN"),
        (RING, {"radius": -1.0}, "radius of the circle is -1.0"),
        (RING, {"radius": float("nan")}, "radius of the circle is nan"),
    ],
)
def test_wigner_refuses(w: np.ndarray, options: dict, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        plot.wigner(X, X, w, **options)


# ---- phases ----


def test_phase_density_closes_the_circle_and_draws_the_uniform_one() -> None:
    axes = plot.phase_density(peaked(), title="title")
    uniform, curve = axes.lines
    assert np.allclose(uniform.get_ydata(), 1 / (2 * np.pi))
    angle, height = curve.get_data()
    assert angle[-1] - angle[0] == pytest.approx(2 * np.pi)
    assert height[-1] == height[0]
    assert angle[np.argmax(height)] == pytest.approx(1, abs=0.05)
    assert axes.name == "polar"
    assert axes.get_ylim()[1] > height.max()
    assert axes.figure.legends[0].get_texts()[1].get_text() == r"$\varphi_{\mathrm{a}}$"


def test_phase_densities_differ_in_colour_and_in_dashes() -> None:
    axes = plot.phase_density([peaked(), peaked()], labels=["A", "B"])
    _, first, second = axes.lines
    assert first.get_color() != second.get_color()
    assert first.get_linestyle() != second.get_linestyle()


def test_phase_density_refuses() -> None:
    with pytest.raises(InvalidInput, match="no density"):
        plot.phase_density([])
    with pytest.raises(InvalidInput, match="2 labels are given for 1 densities"):
        plot.phase_density(peaked(), labels=["A", "B"])
    with pytest.raises(InvalidInput, match="polar axes"):
        plot.phase_density(peaked(), axes=plt.subplots()[1])


def test_joint_phase_is_periodic_with_the_first_phase_across() -> None:
    phi = angles(32)
    density = np.add.outer(1 + np.cos(phi), 0.3 * np.sin(phi)) + 0.5  # first axis: a
    axes = plot.joint_phase(Density(phi, density, ("φ_a", "φ_b")))
    drawn = axes.images[0].get_array()
    assert drawn.shape == (33, 33)
    assert np.array_equal(drawn[0], drawn[-1])
    assert np.array_equal(drawn[:, 0], drawn[:, -1])
    assert np.array_equal(drawn[:-1, :-1], density.T)
    assert axes.get_xlabel() == r"$\varphi_{\mathrm{a}}$"
    assert axes.get_ylabel() == r"$\varphi_{\mathrm{b}}$"
    assert axes.get_xlim() == pytest.approx((-np.pi, np.pi))


def test_joint_phase_refuses_another_shape() -> None:
    with pytest.raises(InvalidInput, match=r"\(8, 4\) on 8 phases"):
        plot.joint_phase(Density(angles(8), np.ones((8, 4)), ("φ_a", "φ_b")))


# ---- populations ----


def test_populations_are_bars() -> None:
    p = np.array([0.5, 0.3, 0.2, *[1e-9] * 20])
    axes = plot.populations(p)
    assert [bar.get_height() for bar in axes.patches] == list(p)
    assert axes.get_xlim()[1] < 4
    assert axes.get_xlabel() == "level $n$"


def test_populations_of_named_levels() -> None:
    axes = plot.populations([0.2, 0.8, 0.0], levels=["+1", "0", "−1"])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["+1", "0", "−1"]
    assert axes.get_xlim()[1] > 2


@pytest.mark.parametrize("p", [[], [[0.5, 0.5]], [0.5, float("nan")]], ids=["empty", "matrix", "NaN"])
def test_populations_refuse(p: object) -> None:
    with pytest.raises(InvalidInput, match="populations"):
        plot.populations(p)


def test_populations_refuse_names_that_do_not_fit() -> None:
    with pytest.raises(InvalidInput, match="1 names are given for 2 levels"):
        plot.populations([0.5, 0.5], levels=["0"])


# ---- manners ----


def test_given_axes_are_used() -> None:
    _, panels = plt.subplots(1, 2)
    assert plot.tongue(table(), "phase_coherence(a)", axes=panels[1]) is panels[1]
    assert not panels[0].has_data()


def test_cartesian_figures_refuse_polar_axes() -> None:
    axes = plt.subplots(subplot_kw={"projection": "polar"})[1]
    with pytest.raises(InvalidInput, match="polar"):
        plot.wigner(X, X, RING, axes=axes)


def test_global_settings_are_left_alone() -> None:
    before = dict(matplotlib.rcParams)
    plot.tongue(table(), "phase_coherence(a)")
    plot.phase_density(peaked())
    assert dict(matplotlib.rcParams) == before


def test_figure_opens_no_window() -> None:
    before = plt.get_fignums()
    made, panels = plot.figure(2, polar=True)
    assert plt.get_fignums() == before
    assert [axes.name for axes in panels] == ["polar", "polar"]
    assert panels[0].get_figure() is made


@pytest.mark.parametrize(("ending", "header"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")])
def test_save_writes_whole_files(tmp_path: Path, ending: str, header: bytes) -> None:
    path = tmp_path / f"figure.{ending}"
    path.write_bytes(b"old")
    plot.save(plot.populations([0.5, 0.5]), path)
    assert path.read_bytes().startswith(header)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_save_refuses_other_formats(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"\.png, \.pdf or \.svg"):
        plot.save(plot.populations([1.0]), tmp_path / "figure.docx")


def test_save_refuses_what_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    axes = plot.populations([1.0])
    with pytest.raises(OutputError, match="cannot be written"):
        plot.save(axes, tmp_path / "file" / "figure.png")
    (tmp_path / "figure.png").mkdir()
    with pytest.raises(OutputError, match="it is a directory"):
        plot.save(axes, tmp_path / "figure.png")


def test_a_file_that_fails_halfway_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def fail(aside: Path) -> None:
        aside.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="No space left"):
        plot.write_aside(path, fail)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


# ---- labels ----


@pytest.mark.parametrize(
    ("name", "attributes", "label"),
    [
        ("drive", {}, r"drive $\Omega$"),
        ("drive", {"units": "MHz"}, r"drive $\Omega$ (MHz)"),
        ("drive", {"units": "gain"}, r"drive $\Omega/\kappa_1$"),
        ("chirp_rate", {"units": "s"}, "chirp rate (s)"),
        ("ratio", {"units": "1"}, "ratio"),
        ("drive", {"long_name": "$F$", "units": "gain"}, r"$F$ ($\kappa_1$)"),
    ],
)
def test_axis_labels(name: str, attributes: dict, label: str) -> None:
    assert plot.axis_label(name, attributes) == label


def test_parameters_in_one_line() -> None:
    text = plot.parameters_text({"gain": 1.0, "detuning": -0.25, "two_photon_loss": 1e-5, "graph": [[0, 1]]})
    assert text == r"$\kappa_1 = 1$, $\Delta = -0.25$, $\kappa_2 = 1 \times 10^{-5}$, graph = [[0, 1]]"


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("φ_a", r"$\varphi_{\mathrm{a}}$"),
        ("φ_a1 + φ_s_2", r"$\varphi_{\mathrm{a1}} + \varphi_{\mathrm{s\_2}}$"),
        ("x", "x"),
    ],
)
def test_angles(label: str, text: str) -> None:
    assert plot.angle_text(label) == text
