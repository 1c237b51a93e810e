"""Every Python example that a reader can see is executed: blocks of the documentation and doctests of docstrings.

A page is one test and one namespace: its blocks run in order, as a reader would type them. A docstring is one test with
an empty namespace: it must import what it uses. Both run in an empty directory. Results are compared with ``...`` as a
wildcard and any amount of white space.
"""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterator
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser

ROOT = Path(__file__).parents[1]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL

PAGES = sorted(
    page
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    if "_build" not in page.parts and "generated" not in page.parts and "```python" in page.read_text("utf-8")
)


def doctests(module: Path) -> Iterator[doctest.DocTest]:
    """Doctests of all docstrings in the source of a module, which is parsed and not imported."""
    text = module.read_text("utf-8")
    if ">>>" not in text:
        return

    def visit(node: ast.AST, name: str) -> Iterator[doctest.DocTest]:
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            literal = node.body[0].value
            test = doctest.DocTestParser().get_doctest(literal.value, {}, name, str(module), literal.lineno - 1)
            if test.examples:
                yield test
        for child in ast.iter_child_nodes(node):
            yield from visit(child, f"{name}.{child.name}" if hasattr(child, "name") and child.name else name)

    yield from visit(ast.parse(text), module.relative_to(ROOT / "src").with_suffix("").as_posix())


DOCSTRINGS = [test for module in sorted((ROOT / "src").rglob("*.py")) for test in doctests(module)]


@pytest.mark.parametrize("page", [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in PAGES])
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for example in Sybil([PythonCodeBlockParser(doctest_optionflags=OPTIONS)]).parse(page).examples():
        example.evaluate()


@pytest.mark.parametrize("test", [pytest.param(test, id=test.name) for test in DOCSTRINGS])
def test_docstring(test: doctest.DocTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    output: list[str] = []
    result = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=output.append)
    assert result.failed == 0, "\n" + "".join(output)
