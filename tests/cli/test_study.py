"""A wrong study is refused with the place, the value, and what to write instead; before anything is computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from photinus import Converged, Fixed
from photinus.cli.check import check_study
from photinus.cli.figures import file_names
from photinus.cli.study import read_study
from photinus.errors import PhotinusError, StudyError

from .conftest import FIGURES, Writer

REFUSED = {
    "unknown key": (("quantities =", "quantites ="), "the study has no key 'quantites'", "Did you mean 'quantities'?"),
    "unknown key of an axis": (("points = 3", "pionts = 3"), "[axes.detuning] has no key 'pionts'", "'points'"),
    "unknown key of the cutoff": (("converged", "convergd"), "[cutoff] has no key 'convergd'", "'converged'"),
    "key of the study in a table": (
        ("converged", "workers = 2\nconverged"),
        "[cutoff] has no key",
        "above the first line",
    ),
    "key of the study in fixed": (("gain = 1", "gain = 1\nworkers = 2"), "[fixed] workers = 2", "above the first line"),
    "text for a number": (("points = 3", 'points = "3"'), '[axes.detuning] points = "3", but', "points = 41"),
    "number for text": (
        ('title = "A small tongue"', "title = 7"),
        "title = 7, but it must be text in quotes",
        "title =",
    ),
    "fraction for a whole number": (("points = 3", "points = 2.5"), "points = 2.5, but it must be an integer", "41"),
    "text among values": (
        ("[0.1, 0.4]", '[0.1, "x"]'),
        '[axes.drive] values (entry 2) = "x", but values must',
        "[0.1, 0",
    ),
    "NaN among values": (("[0.1, 0.4]", "[0.1, nan]"), "values (entry 2) = nan, but values must be", "[0.1, 0.2"),
    "no values": (("[0.1, 0.4]", "[]"), "[axes.drive] values = [], but it must be a list of at least one", "[0.1, 0.2"),
    "repeated values": (("[0.1, 0.4]", "[0.1, 0.1]"), "[axes.drive]: An axis holds 0.1 more than once", "once"),
    "values and points": (
        ("[0.1, 0.4]", "[0.1]\npoints = 2"),
        "[axes.drive] has values, and points = 2, too",
        "Give va",
    ),
    "no points": (("points = 3", "points = 0"), "[axes.detuning] points = 0, but it must be an integer from 2", "41"),
    "no end": (("to = 0.5", ""), "[axes.detuning] has no to.", "Give from, to and points"),
    "logarithm of negative": (("points = 3", 'points = 3\nscale = "log"'), '"log" from -0.5 to 0.5', "bounds above 0"),
    "unknown scale": (
        ("points = 3", 'points = 3\nscale = "logg"'),
        'scale = "logg", but it must be "lin" or "log"',
        "log",
    ),
    "equal bounds": (("from = -0.5", "from = 0.5"), "[axes.detuning] goes from 0.5 to 0.5, which is", "[0.5]"),
    "a list for an axis": (
        ('[axes.drive]\nvalues = [0.1, 0.4]\nunit = "gain"', "[axes]\ndrive = [0, 1]"),
        "axes.drive = [0, 1], but axes must be a table",
        "[axes.NAME]",
    ),
    "wrong TeX": (
        ('unit = "gain"\n\n[axes.det', "label = '$\\frac{'\n\n[axes.det"),
        "label = ",
        "between the dollar signs",
    ),
    "no workers": (("title", "workers = 0\ntitle"), "workers = 0, but it must be an integer from 1", "workers = 2"),
    "infinite parameter": (("gain = 1", "gain = inf"), "[fixed] gain = inf, which is no finite number", "finite"),
    "table as parameter": (("gain = 1", "gain = {a = 1}"), "[fixed] gain = { a = 1 }, which is no", "Give a number"),
    "both fixed and axis": (("gain = 1", "gain = 1\ndrive = 0"), "[fixed] drive = 0, and 'drive' is an axis", "Remove"),
    "unknown model": (("van_der_pol", "van_der_pole"), "model: The zoo has no model 'van_der_pole'", "'van_der_pol'"),
    "file without function": (('"van_der_pol"', '"model.py"'), "names no function", "model.py:function"),
    "missing file": (('"van_der_pol"', '"nowhere.py:clock"'), "nowhere.py' cannot be read", "relative to the study"),
    "unknown parameter": (
        ("two_photon", "two_foton"),
        "[fixed] two_foton_loss = 1.0",
        "Did you mean 'two_photon_loss'?",
    ),
    "missing parameter": (("gain = 1\n", ""), "requires 'gain'", "[fixed]"),
    "unknown axis": (("[axes.detuning]", "[axes.detunin]"), "[axes.detunin]", "Did you mean 'detuning'?"),
    "negative rate": (("gain = 1", "gain = -1"), "model: ", ""),
    "unknown quantity": (("phase_cohere", "fase_cohere"), "quantities (entry 1): There is no", "'phase_coherence'"),
    "unknown site": (("mean_number(a)", "mean_number(b)"), "'mean_number(b)': the model has no site 'b'", "a"),
    "too many sites": (("mean_number(a)", "mean_number(a, b)"), "names 2 sites, and mean_number takes 1", "(a)"),
    "no sites": (("phase_coherence(a)", "phase_coherence"), "names 0 sites", "phase_coherence(a, b)"),
    "same site twice": (("phase_coherence(a)", "phase_coherence(a, a)"), "names a site twice", "once"),
    "same quantity twice": (
        ("mean_number(a)", "phase_coherence( a )"),
        "(entry 2): 'phase_coherence(a)' is entry 1",
        "once",
    ),
    "code as quantity": (("mean_number(a)", "__import__('os').system('true')"), "is no quantity", "name(site)"),
    "no quantities": (
        ('["phase_coherence(a)", "mean_number(a)"]', "[]"),
        "quantities = [], but it must be",
        "quantities =",
    ),
    "one quantity": (('["phase_coherence(a)", "mean_number(a)"]', '"purity"'), 'quantities = "purity"', '= ["purity"]'),
    "no cutoff": (("converged = 1e-5", ""), "[cutoff]: It has neither converged nor fixed", "converged = 1e-6"),
    "two cutoffs": (("converged = 1e-5", "converged = 1e-5\nfixed = 8"), "[cutoff]: It has both", "fixed = 28"),
    "fractional cutoff": (("converged = 1e-5", "fixed = 8.5"), "[cutoff] fixed = 8.5, but it must be an integer", "28"),
    "no levels": (("converged = 1e-5", "fixed = 0"), "[cutoff] fixed = 0, but it must be an integer from 1", "28"),
    "no levels of a site": (
        ("converged = 1e-5", "fixed = {a = 0}"),
        "[cutoff] fixed = { a = 0 }, but it must be",
        "28",
    ),
    "cutoff of an unknown site": (("converged = 1e-5", "fixed = {b = 8}"), "[cutoff]: A cutoff is given for 'b'", "a"),
    "no tolerance": (("converged = 1e-5", "converged = 0.0"), "[cutoff] converged = 0.0, but it must be", "1e-6"),
    "tolerance of 1": (("converged = 1e-5", "converged = 1"), "[cutoff] converged = 1, but it must be", "1e-6"),
    "text as tolerance": (("converged = 1e-5", 'converged = "low"'), '[cutoff] converged = "low", but', "1e-6"),
    "stray start": (
        ("converged = 1e-5", "fixed = 8\nstart = 4"),
        "[cutoff]: start = 4, which belongs to",
        "Leave it out",
    ),
    "stray tolerance": (
        ("converged = 1e-5", "converged = 1e-5\ntolerance = 0.1"),
        "tolerance = 0.1, which",
        "Leave it out",
    ),
    "start above maximum": (
        ("converged = 1e-5", "converged = 1e-5\nmaximum = 8"),
        "[cutoff]: The cutoff starts at 12",
        "Raise",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_studies_are_refused(name: str, write: Writer) -> None:
    replacement, cause, remedy = REFUSED[name]
    with pytest.raises(StudyError) as error:
        check_study(read_study(write(replacement)))
    assert error.value.cause.startswith("study.toml")
    assert cause in error.value.cause
    assert remedy in error.value.remedy


TONGUE = '[[figures]]\nkind = "tongue"\nquantity = "phase_coherence(a)"\n'
WIGNER = '[[figures]]\nkind = "wigner"\nsite = "a"\nat = {drive = 0.1, detuning = 0}\n'
CURVE = '[[figures]]\nkind = "curve"\nquantities = ["mean_number(a)"]\n'
REFUSED_FIGURES = {
    "no kind": ("[[figures]]\nsite = 'a'", "[[figures]] number 1 has no kind", 'kind = "curve"'),
    "unknown kind": ("[[figures]]\nkind = 'tounge'", '[[figures]] number 1: kind = "tounge"', "'tongue'"),
    "kind as a number": ("[[figures]]\nkind = 3", "[[figures]] number 1: kind = 3", "Known kinds are: tongue, curve"),
    "single brackets": ("[figures]\nkind = 'tongue'", "figures = { kind = ", "[[figures]] with double brackets"),
    "unknown key": (WIGNER + "radus = 1.0", "[[figures]] number 1 has no key 'radus'", "'radius'"),
    "second figure": (TONGUE + WIGNER.replace('"a"', "3"), "[[figures]] number 2: site = 3", 'site = "a"'),
    "missing site": (WIGNER.replace('site = "a"\n', ""), "[[figures]] number 1 has no site", 'Add site = "a"'),
    "unknown site": (WIGNER.replace('"a"', '"b"'), "[[figures]] number 1: site names 'b', which is no site", "a"),
    "negative radius": (WIGNER + "radius = -1.0", "radius = -1.0, but it must be a finite number from 0", "2.2"),
    "not computed": (TONGUE.replace("phase_coherence", "peak_height"), "does not compute", "Add it to the quantities"),
    "unknown axis": (TONGUE + 'x = "detunin"', "x names 'detunin', which is no axis", "'detuning'"),
    "same axis twice": (TONGUE + 'x = "drive"', "x and y are both 'drive'", "two different"),
    "axis of the map fixed": (TONGUE + "at = {drive = 0.1}", "at fixes 'drive'", "Leave it out"),
    "unknown place": (WIGNER.replace("drive =", "driv ="), "at names 'driv', which is no axis", "'drive'"),
    "half a place": (WIGNER.replace("drive = 0.1, ", ""), "at says nothing of 'drive'", "Add drive"),
    "text as place": (WIGNER.replace("0.1", "'x'"), 'at.drive = "x", but at must be a table', "at = {"),
    "a place outside": (WIGNER.replace("0.1", "0.5"), "at has drive = 0.5, which is outside", "from 0.1 to 0.4"),
    "unknown boundary": (TONGUE + 'boundary = "alder"', 'boundary = "alder", but it must be "adler"', '"adler"'),
    "a path as name": (TONGUE + 'name = "../tongue"', 'name = "../tongue", but it must be the name of a PNG', "tongue"),
    "a page as name": (
        TONGUE + 'name = "tongue.html"',
        'name = "tongue.html", but it must be the name of a PNG',
        "tongue",
    ),
    "one phase of two": (
        '[[figures]]\nkind = "joint_phase"\nsites = ["a"]\nat = {drive = 0.1, detuning = 0}',
        '[[figures]] number 1: sites = ["a"], but it must be a list of the names of two sites',
        'sites = ["a", "b"]',
    ),
    "the same phase twice": (
        '[[figures]]\nkind = "relative_phase"\nsites = ["a", "a"]\nat = {drive = 0.1, detuning = 0}',
        "sites names 'a' twice",
        "two different",
    ),
    "a curve without axis": (CURVE, "x is missing, and the study has the axes drive, detuning", 'Add x = "drive"'),
    "a curve along no axis": (CURVE + 'x = "driv"', "x names 'driv', which is no axis", "'drive'"),
    "a curve without place": (CURVE + 'x = "drive"', "at says nothing of 'detuning'", "detuning = "),
    "a curve off the grid": (
        CURVE + 'x = "drive"\nat = {detuning = 0.1}',
        "at has detuning = 0.1, which is no",
        "is 0.0",
    ),
    "a curve of nothing": (CURVE.replace('["mean_number(a)"]', "[]"), "quantities = [], but it must be a list", "mean"),
    "a curve not computed": (CURVE.replace("mean_number(a)", "purity"), "(entry 1) is 'purity', which the", "Add it"),
    "a curve twice": (CURVE.replace('"]', '", "mean_number( a )"]'), "names one twice", "once"),
}


@pytest.mark.parametrize("name", REFUSED_FIGURES)
def test_wrong_figures_are_refused(name: str, write: Writer) -> None:
    figure, cause, remedy = REFUSED_FIGURES[name]
    with pytest.raises(StudyError) as error:
        check_study(read_study(write(more=figure)))
    assert cause in error.value.cause
    assert remedy in error.value.remedy


def test_adler_needs_the_right_model_and_rates(write: Writer) -> None:
    figure = TONGUE + 'boundary = "adler"'
    check_study(read_study(write(more=figure)))
    with pytest.raises(StudyError, match="gain above loss"):
        check_study(read_study(write(("gain = 1", "gain = 1\nloss = 2"), more=figure)))
    with pytest.raises(StudyError, match="over detuning and drive only"):
        check_study(read_study(write(("[axes.detuning]", "[axes.kerr]"), more=figure + '\nx = "kerr"')))


def test_the_number_of_further_errors_is_told(write: Writer) -> None:
    with pytest.raises(StudyError, match=r"has no key 'pionts'\. \(1 more entry is wrong\.\)"):
        read_study(write(("points = 3", "pionts = 3"), ("title = ", "title = 3 #")))
    with pytest.raises(StudyError, match=r"\(2 more entries are wrong\.\)"):
        read_study(
            write(("points = 3", "pionts = 3"), ("title = ", "title = 3 #"), ("quantities = ", "quantities = 3 #"))
        )


def test_what_is_no_toml(write: Writer) -> None:
    with pytest.raises(StudyError, match=r"study\.toml is no TOML file: .*line"):
        read_study(write(("[fixed]", "[fixed")))


def test_a_missing_study() -> None:
    with pytest.raises(StudyError, match=r"'nowhere\.toml' cannot be read: No such file"):
        read_study(Path("nowhere.toml"))


def test_a_study_as_it_is_read(write: Writer) -> None:
    study = read_study(write(more=FIGURES))
    assert (study.name, study.title, study.points, study.workers) == ("study", "A small tongue", 6, 1)
    assert study.axes["detuning"].values == (-0.5, 0.0, 0.5)
    assert study.axes["detuning"].unit == "gain"
    assert study.fixed == {"gain": 1, "two_photon_loss": 1.0}
    plan = check_study(study)
    assert plan.point.cutoff == Converged(1e-5)
    assert [quantity.name for quantity in plan.quantities] == ["phase_coherence(a)", "mean_number(a)"]
    assert file_names(study.figures) == ["tongue_phase_coherence_a.png", "wigner.png", "phase.png", "populations.png"]


@pytest.mark.parametrize(
    ("text", "cutoff"), [("fixed = 8", Fixed(8)), ("fixed = {a = 9}\ntolerance = 1e-2", Fixed({"a": 9}, 1e-2))]
)
def test_fixed_cutoffs(write: Writer, text: str, cutoff: Fixed) -> None:
    assert check_study(read_study(write(("converged = 1e-5", text)))).point.cutoff == cutoff


def test_axes_are_as_numpy_makes_them(write: Writer) -> None:
    linear = read_study(write(("points = 3", "points = 81"))).axes["detuning"].values
    assert linear == pytest.approx(np.linspace(-0.5, 0.5, 81), abs=1e-15)
    assert 0.0 in linear
    text = 'points = 5\nscale = "log"'
    logarithmic = read_study(write(("from = -0.5", "from = 0.01"), ("to = 0.5", "to = 100"), ("points = 3", text)))
    assert logarithmic.axes["detuning"].values == pytest.approx([0.01, 0.1, 1, 10, 100])


def test_integers_stay_integers(write: Writer) -> None:
    assert [type(value) for value in read_study(write(("[0.1, 0.4]", "[1, 2]"))).axes["drive"].values] == [int, int]


def test_figures_of_one_name_are_numbered(write: Writer) -> None:
    study = read_study(write(more=WIGNER + WIGNER + WIGNER.replace("site", 'name = "wigner"\nsite')))
    assert file_names(study.figures) == ["wigner.png", "wigner_2.png", "wigner_3.png"]


def test_a_curve_is_named_by_what_it_shows(write: Writer) -> None:
    figures = CURVE + 'x = "drive"\nat = {detuning = 0}\n'
    two = figures.replace('"]', '", "phase_coherence(a)"]')
    study = read_study(write(more=figures + two))
    check_study(study)
    assert file_names(study.figures) == ["curve_mean_number_a.png", "curve.png"]


def test_a_state_between_the_points_of_an_axis_may_be_drawn(write: Writer) -> None:
    check_study(read_study(write(more=WIGNER.replace("0.1", "0.25"))))


# ---- models from files ----

CLOCK = """
import photinus as ph

def clock(gain, two_photon_loss, drive=0.0, detuning=0.0):
    a = ph.oscillator("a")
    force = 1j * drive * (a.dag() - a)
    return ph.Model(force - detuning * a.dag() * a, [ph.Jump(gain, a.dag()), ph.Jump(two_photon_loss, a**2)])

def nothing(gain, two_photon_loss, drive, detuning):
    return 3
"""


def from_file(write: Writer, function: str = "clock", text: str = CLOCK) -> Path:
    path = write(('"van_der_pol"', f'"models/clocks.py:{function}"'))
    (path.parent / "models").mkdir(exist_ok=True)
    (path.parent / "models" / "clocks.py").write_text(text)
    return path


def test_a_model_from_a_file_gives_the_numbers_of_the_zoo(write: Writer) -> None:
    point = {"drive": 0.4, "detuning": 0.5}
    values, _ = check_study(read_study(from_file(write))).point(**point)
    known, _ = check_study(read_study(write())).point(**point)
    assert values["phase_coherence(a)"] == pytest.approx(known["phase_coherence(a)"], abs=1e-12)


def test_a_changed_model_is_another_plan_and_a_comment_is_not(write: Writer) -> None:
    first = read_study(from_file(write)).source.fingerprint
    assert read_study(from_file(write, text="# why\n" + CLOCK + "\n\n")).source.fingerprint == first
    assert read_study(from_file(write, text=CLOCK.replace("a**2", "a**3"))).source.fingerprint != first


@pytest.mark.parametrize(
    ("function", "text", "message"),
    [
        ("clok", CLOCK, "clocks.py has no function 'clok'. Did you mean 'clock'?"),
        ("nothing", CLOCK, "clocks.py:nothing returned int. Return a photinus.Model."),
        ("clock", "def clock(:", "the file is no Python"),
        ("clock", "import nonexistent_module_of_nobody", "cannot be imported: ModuleNotFoundError"),
        ("1 + 1", CLOCK, "names no function"),
    ],
)
def test_wrong_model_files_are_refused(write: Writer, function: str, text: str, message: str) -> None:
    with pytest.raises(PhotinusError) as error:
        check_study(read_study(from_file(write, function, text)))
    assert message in str(error.value)


# ---- points ----


def test_a_point_holds_its_quantities_and_its_certificate(write: Writer) -> None:
    point = check_study(read_study(write())).point
    values, state = point(drive=0.4, detuning=0.5)
    assert list(values) == [
        "phase_coherence(a)", "mean_number(a)", "truncation", "residual", "positivity", "ok", "cutoff(a)",
    ]  # fmt: skip
    assert values["ok"] == 1.0
    assert values["cutoff(a)"] == state.cutoffs["a"]
    assert values["truncation"] == state.certificate.truncation <= 1e-5
    near, _ = point(state, drive=0.4, detuning=0.6)
    alone, _ = point(drive=0.4, detuning=0.6)
    assert near["phase_coherence(a)"] == pytest.approx(alone["phase_coherence(a)"], abs=2e-5)


def test_errors_come_with_the_quantities_where_asked(write: Writer) -> None:
    point = check_study(read_study(write(("title", "errors = true\ntitle")))).point
    values, state = point(drive=0.4, detuning=0.5)
    assert 0 < values["mean_number(a)_error"] < 100 * state.certificate.truncation


def test_quantities_of_the_state(write: Writer) -> None:
    asked = '["purity", "purity(a)", "entropy", "number_variance(a)", "truncation"]'
    values, state = check_study(read_study(write(('["phase_coherence(a)", "mean_number(a)"]', asked)))).point(
        drive=0.4, detuning=0.5
    )
    assert values["purity"] == pytest.approx(state.purity())
    assert values["purity(a)"] == pytest.approx(state.purity())
    assert values["entropy"] == pytest.approx(state.entropy())
    n = np.arange(state.cutoffs["a"])
    p = state.populations("a")
    assert values["number_variance(a)"] == pytest.approx(p @ n**2 - (p @ n) ** 2)


def test_an_undefined_quantity_is_nan(write: Writer) -> None:
    text = 'model = "coupled_van_der_pol"'
    path = write(
        ('model = "van_der_pol"', text),
        ('["phase_coherence(a)", "mean_number(a)"]', '["amplitude_correlation(a, b)"]'),
        ("gain = 1", "gain = 0"),
        ("two_photon_loss = 1.0", "two_photon_loss = 0.5\nloss = 1.0"),
        ("[axes.drive]", "[axes.coherent]"),
    )
    values, _ = check_study(read_study(path)).point(coherent=0.1, detuning=0.5)
    assert np.isnan(values["amplitude_correlation(a, b)"])
