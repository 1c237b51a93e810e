"""Every rule finds what it forbids, says where, and lets the nearest allowed thing pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from gates import rules
from gates.rules import Source

HEAD = '"""Documented."""\n'


def lines(count: int, *, indent: str = "", of: str = "x = {0}") -> str:
    return "".join(indent + of.format(number) + "\n" for number in range(count))


def function(count: int) -> str:
    """A function of `count` lines of code, the line with def included, and 60 lines that do not count."""
    head = 'def f():\n    """Documented.\n' + 40 * "\n" + '    """\n' + 20 * "    # why\n"
    return head + lines(count - 1, indent="    ")


def parameters(count: int) -> str:
    return f'def f({", ".join(f"x{number}" for number in range(count))}):\n    """Documented."""\n'


# rule, forbidden text, line of the finding, allowed text
CASES = [
    (rules.long_modules, lines(601), 601, lines(600)),
    (
        rules.long_classes,
        "class C:\n" + lines(300, indent="    "),
        1,
        "class C:\n" + lines(299, indent="    "),
    ),
    (rules.long_functions, HEAD + function(61), 2, HEAD + function(60)),
    (rules.many_parameters, parameters(9), 1, parameters(8)),
    (rules.many_parameters, "def _f(a, b, c, d, *e, f, g, h, **i): ...", 1, "def _f(a, b, c, d, *, e, f, g, h): ..."),
    (
        rules.many_parameters,
        "class C:\n    def f(self, a, b, c, d, e, f, g, h, i): ...",
        2,
        "class C:\n    def f(self, a, b, c, d, e, f, g, h): ...",
    ),
    (rules.positional_options, "def f(a, b=1, c=2): ...", 1, "def f(a, b=1, *, c=2): ..."),
    (rules.positional_options, "class C:\n    def f(self, b=1, c=2): ...", 2, "def _f(a, b=1, c=2): ..."),
    (rules.keyword_bags, "def f(**kwargs): ...", 1, "def _f(**kwargs): ..."),
    (rules.keyword_bags, "class C:\n    def f(self, **options): ...", 2, "class _C:\n    def f(self, **options): ..."),
    (rules.missing_docstrings, "x = 1", 1, HEAD),
    (rules.missing_docstrings, HEAD + "def f(): ...", 2, HEAD + "def _f(): ..."),
    (rules.missing_docstrings, HEAD + "class C:\n    x = 1", 2, HEAD + "class _C:\n    x = 1"),
    (rules.missing_docstrings, HEAD + "if x:\n    def f(): ...", 3, HEAD + "if x:\n    y = 1"),
    (rules.star_imports, "x = 1\nfrom numpy import *", 2, "from numpy import e"),
    (rules.evaluated_text, "y = eval('1')", 1, "y = model.eval('1')"),
    (rules.evaluated_text, "exec('x = 1')", 1, "execute('x = 1')"),
    (rules.evaluated_text, "import builtins\nbuiltins.eval('1')", 2, "ast.literal_eval('1')"),
    (rules.pickles, "import pickle", 1, "import json"),
    (rules.pickles, "def f():\n    from cloudpickle import dumps", 2, "from photinus import errors"),
    (rules.pickles, "np.load(f, allow_pickle=True)", 1, "np.load(f, allow_pickle=False)"),
    (rules.pickles, "frame.to_pickle('x')", 1, "frame.to_csv('x')"),
    (rules.unfit_text, "fine\nsee /" + "work/main/x", 2, "the force does work / time"),
    (rules.unfit_text, "see ../" + "shared/x", 1, "from ..shared import x"),
    (rules.unfit_text, "left for a later " + "session", 1, '@pytest.fixture(scope="session")'),
]


@pytest.mark.parametrize(
    ("rule", "forbidden", "line", "allowed"), CASES, ids=[f"{case[0].__name__}-{i}" for i, case in enumerate(CASES)]
)
def test_rule_finds_and_spares(rule, forbidden: str, line: int, allowed: str) -> None:
    (finding,) = rule(Source("src/photinus/x.py", forbidden))
    assert finding.startswith(f"src/photinus/x.py:{line}: ")
    assert list(rule(Source("src/photinus/x.py", allowed))) == []


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in CASES} >= set(rules.RULES)


def test_pickles_may_pass_through_the_pipe_of_a_sweep_and_not_to_a_file() -> None:
    text = "import pickle\npickle.loads(pickle.dumps(1))\n"
    assert list(rules.pickles(Source("src/photinus/sweep/worker.py", text))) == []
    (finding,) = rules.pickles(Source("src/photinus/sweep/worker.py", text + "pickle.dump(1, file)"))
    assert finding.startswith("src/photinus/sweep/worker.py:3: ")
    assert len(list(rules.pickles(Source("src/photinus/sweep/store.py", text)))) == 1


METHOD = "class C:\n    @property\n    def p(self): ...\n"


def test_a_method_needs_a_docstring_of_its_own_or_of_its_protocol() -> None:
    bare = Source("src/photinus/algebra/c.py", METHOD)
    protocol = METHOD.replace("...", "'Documented.'")
    (finding,) = rules.missing_method_docstrings([bare, Source("src/photinus/model/protocol.py", protocol)])
    assert finding == "src/photinus/algebra/c.py:3: C.p has no docstring"
    assert not list(rules.missing_method_docstrings([bare, Source("src/photinus/algebra/protocol.py", protocol)]))
    for spared in (METHOD.replace("def p", "def _p"), METHOD.replace("@property", "@p.setter")):
        assert not list(rules.missing_method_docstrings([Source("src/photinus/algebra/c.py", spared)]))


def test_private_modules_need_no_docstrings() -> None:
    assert list(rules.missing_docstrings(Source("src/photinus/_x.py", "def f(): ..."))) == []
    assert len(list(rules.missing_docstrings(Source("src/photinus/__init__.py", "def f(): ...")))) == 2


def test_models_of_the_zoo_have_the_parameters_of_the_paper() -> None:
    name = "src/photinus/model/zoo/oscillators.py"
    assert list(rules.many_parameters(Source(name, parameters(12)))) == []
    assert list(rules.positional_options(Source(name, "def f(a, b=1, c=2): ..."))) == []


BLOCK = lines(8, of="y{0} = f(x,\n  {0})")


def test_a_duplicated_block_is_found_once_and_at_its_place() -> None:
    one = Source("one.py", "import a\n" + BLOCK)
    other = Source("other.py", "\n'''Documented.'''\n\n" + BLOCK.replace("f(x,\n", "f( x,  # why\n\n"))
    (finding,) = rules.duplicated_blocks([one, other])
    assert finding.startswith("other.py:4: ")
    assert "one.py:2;" in finding


def test_a_block_is_duplicated_within_one_file_too() -> None:
    (finding,) = rules.duplicated_blocks([Source("one.py", BLOCK + "z = 1\n" + BLOCK)])
    assert finding.startswith("one.py:18: ")


@pytest.mark.parametrize(
    "text",
    [
        lines(7),
        'def f():\n    """\n' + lines(9, indent="    ") + '    """\n',
        lines(9, of="import a{0}"),
        "from a import (\n" + lines(9, indent="    ", of="b{0},") + ")\n",
        lines(3, of="x{0} = [\n(\n{{\n}}\n)\n]"),
    ],
    ids=["seven lines", "docstring", "imports", "one long import", "brackets"],
)
def test_what_is_no_duplicate(text: str) -> None:
    assert list(rules.duplicated_blocks([Source("one.py", text), Source("other.py", text)])) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").touch()
    page = Source("docs/index.md", "[a](page.md) [b](page.md#c) [d](#e) [f](https://x.y)\n[g](nothing.md#h)")
    (finding,) = rules.broken_links(page, tmp_path)
    assert finding == "docs/index.md:2: the link leads to nothing.md#h, which does not exist"
