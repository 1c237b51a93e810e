"""Sphinx configuration. The build is strict (-W -n): a broken link, a malformed docstring, an orphan page fail it."""

from __future__ import annotations

import builtins
import importlib
import importlib.metadata
import importlib.util
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils.parsers.rst.states import Inliner
from sphinx.application import Sphinx

import photinus

API = Path(__file__).parent / "api" / "generated"
PACKAGE = Path(__file__).parents[1] / "src" / "photinus"

project = "photinus"
author = "The photinus developers"
copyright = "the photinus developers"
release = version = importlib.metadata.version("photinus")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "photinus"

# Pages are Markdown with formulas in dollars; docstrings are reStructuredText in NumPy form.
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
default_role = "code"  # `one backtick` in a docstring is code, as in Markdown

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the Parameters section gives type, shape, unit and range
autodoc_preserve_defaults = True
# The extra `fast` need not be there.
autodoc_mock_imports = [name for name in ("numba", "llvmlite") if not importlib.util.find_spec(name)]
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_custom_sections = [("Attributes", "params_style")]  # types are prose ("array, shape (n,)"), not links

# What Python and its libraries provide may be named without being documented here; any other broken name fails.
_ELSEWHERE = [
    *filter(str.isidentifier, dir(builtins)),
    "numpy",
    "scipy",
    "xarray",
    "matplotlib",
    "qutip",
    "collections",
]
nitpick_ignore_regex = [(r"py:.*", rf"({'|'.join(_ELSEWHERE)})(\..*)?")]


def plain_bar(inliner: Inliner, match: re.Match[str], lineno: int) -> tuple[str, list[Any], str, list[Any]]:
    """|n⟩⟨m| in a docstring is a ket and a bra; to reStructuredText it is a substitution, which we never define."""
    end = match.end("start")
    return match.string[:end], [], match.string[end:], []


def keep_first_line(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Napoleon reads "Cause: effect" on the first line of a property as "type: meaning"; undo that."""
    if what in ("property", "attribute", "data") and lines and lines[-1].startswith(":type: "):
        lines[0] = f"{lines.pop().removeprefix(':type: ')}: {lines[0]}"


def home_of(target: str, module: str | None) -> str:
    """Where the name that a reader imports is defined: photinus.phase.wigner is phase.quasiprobability's."""
    start = importlib.import_module(module) if module else photinus
    for value, path in ((start, target), (photinus, target)):
        for part in path.split("."):
            value = getattr(value, part, None)
        if getattr(value, "__qualname__", None) and getattr(value, "__module__", None):
            return f"{value.__module__}.{value.__qualname__}"
    return target


def find_name(app: Sphinx, env: Any, node: Any, content: Any) -> Any:
    """A name may be written as a user writes it, `State.expect` or `photinus.Model`, if only one thing is called so."""
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"].removeprefix("photinus.")
    domain = env.get_domain("py")
    found = [name for name in domain.objects if name.endswith(f".{target}")]
    if len(found) != 1:
        found = [name for name in domain.objects if name == home_of(target, node.get("py:module"))]
    if len(found) != 1:
        return None
    role = "mod" if domain.objects[found[0]].objtype == "module" else "obj"
    return domain.resolve_xref(env, node["refdoc"], app.builder, role, found[0], node, content)


def modules_of(room: pkgutil.ModuleInfo) -> Iterator[str]:
    """A room of the house: its own name, then the modules in it, private ones left out."""
    yield f"photinus.{room.name}"
    if room.ispkg:
        inner = pkgutil.walk_packages([str(PACKAGE / room.name)], prefix=f"photinus.{room.name}.")
        yield from (module.name for module in inner if "._" not in module.name)


def public_names() -> Iterator[str]:
    """One line for each public name, linked to where it is described."""
    for name in sorted(photinus.__all__, key=str.lower):
        value = getattr(photinus, name)
        home = value.__name__ if inspect.ismodule(value) else f"{value.__module__}.{value.__qualname__}"
        role = "py:mod" if inspect.ismodule(value) else "py:obj"
        summary = (inspect.getdoc(value) or "").partition("\n")[0].replace("|", r"\|")
        yield f"- {{{role}}}`{name} <{home}>`: {summary}"


def write_api_pages() -> None:
    """One page for each room: every module of src/photinus appears, none has to be listed by hand."""
    pages = {"photinus.md": "\n".join(["# photinus", "", "`import photinus as ph` gives", "", *public_names(), ""])}
    for room in pkgutil.iter_modules([str(PACKAGE)]):
        if not room.name.startswith("_"):
            lines = [f"# photinus.{room.name}", ""]
            for module in modules_of(room):
                lines += [] if module == f"photinus.{room.name}" else [f"## {module.removeprefix('photinus.')}", ""]
                # Each name is described once, in the module that defines it, not again where it is re-exported.
                lines += [
                    "```{eval-rst}",
                    f".. automodule:: {module}",
                    "   :members:",
                    "   :ignore-module-all:",
                    "```",
                    "",
                ]
            pages[f"{room.name}.md"] = "\n".join(lines)
    API.mkdir(exist_ok=True)
    for page in API.glob("*.md"):
        if page.name not in pages:
            page.unlink()
    for name, text in pages.items():
        (API / name).write_text(text, "utf-8")


def setup(app: Sphinx) -> None:
    """Called by Sphinx before it reads the first page."""
    write_api_pages()
    Inliner.dispatch["|"] = plain_bar
    app.connect("autodoc-process-docstring", keep_first_line, priority=600)  # after napoleon
    app.connect("missing-reference", find_name)
