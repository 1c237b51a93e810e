"""The rules of the house as functions of source text: each returns its findings, one ``file:line: sentence`` for each.

`test_source.py` applies them to the library; `test_rules.py` shows that each can fail.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

MODULE_LINES = 600
CLASS_LINES = 300
FUNCTION_LINES = 60
PARAMETERS = 8
DUPLICATE_LINES = 8

Function = ast.FunctionDef | ast.AsyncFunctionDef
BLANK = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


@dataclass(frozen=True)
class Source:
    """One Python file: `name` is what a finding prints, `text` the contents."""

    name: str
    text: str

    @classmethod
    def read(cls, path: Path, root: Path) -> Source:
        return cls(path.relative_to(root).as_posix(), path.read_text("utf-8"))

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def code_lines(self) -> dict[int, str]:
        """Numbered lines of code, white space normalised: no comments, no strings that stand alone (docstrings)."""
        lines: dict[int, list[str]] = defaultdict(list)
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type in BLANK:
                continue
            for number, piece in enumerate(token.string.splitlines() or [""], start=token.start[0]):
                lines[number].append(piece)
        for node in ast.walk(self.tree):
            alone = node.value if isinstance(node, ast.Expr) else None
            if isinstance(alone, ast.Constant) and isinstance(alone.value, str):
                for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                    lines.pop(number, None)
        return {number: " ".join(pieces) for number, pieces in sorted(lines.items())}

    def finding(self, node: ast.AST | int, sentence: str) -> str:
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return f"{self.name}:{line}: {sentence}"

    def functions(self) -> Iterator[tuple[Function, str, bool]]:
        """All functions: node, qualified name, whether it is public (not nested, no name on its way begins with _)."""

        def visit(node: ast.AST, path: tuple[str, ...], public: bool) -> Iterator[tuple[Function, str, bool]]:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, Function):
                    visible = public and not child.name.startswith("_")
                    yield child, ".".join((*path, child.name)), visible
                    yield from visit(child, (*path, child.name), False)
                elif isinstance(child, ast.ClassDef):
                    yield from visit(child, (*path, child.name), public and not child.name.startswith("_"))
                else:
                    yield from visit(child, path, public)

        yield from visit(self.tree, (), self.is_public)

    @property
    def is_public(self) -> bool:
        parts = Path(self.name).with_suffix("").parts
        return not any(part.startswith("_") and part not in ("__init__", "__main__") for part in parts)


def decorators(node: Function) -> set[str]:
    """Last names of the decorators: {"property"}, {"setter"}, {"overload"}."""
    bare = (item.func if isinstance(item, ast.Call) else item for item in node.decorator_list)
    return {item.attr if isinstance(item, ast.Attribute) else getattr(item, "id", "") for item in bare}


def positional(node: Function) -> list[ast.arg]:
    """Parameters that can be given by position, without self and cls."""
    found = [*node.args.posonlyargs, *node.args.args]
    return found[1:] if found and found[0].arg in ("self", "cls") else found


# --- size ------------------------------------------------------------------------------------------------------------


def long_modules(source: Source) -> Iterator[str]:
    """A module has at most 600 lines."""
    count = len(source.text.splitlines())
    if count > MODULE_LINES:
        yield source.finding(MODULE_LINES + 1, f"the module has {count} lines, at most {MODULE_LINES} are allowed")


def long_classes(source: Source) -> Iterator[str]:
    """A class has at most 300 lines."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            if count > CLASS_LINES:
                yield source.finding(node, f"class {node.name} has {count} lines, at most {CLASS_LINES} are allowed")


def long_functions(source: Source) -> Iterator[str]:
    """A function has at most 60 lines of code: no docstring, no comments, no blank lines."""
    for node, name, _ in source.functions():
        count = sum(node.lineno <= number <= (node.end_lineno or 0) for number in source.code_lines)
        if count > FUNCTION_LINES:
            yield source.finding(node, f"{name} has {count} lines of code, at most {FUNCTION_LINES} are allowed")


def duplicated_blocks(sources: list[Source]) -> Iterator[str]:
    """No eight lines of code in a row occur twice; imports, docstrings, comments and lone brackets do not count."""
    places: dict[tuple[str, ...], list[tuple[Source, int, int]]] = defaultdict(list)
    for source in sources:
        imports = {
            number
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        }
        lines = [
            (number, line)
            for number, line in source.code_lines.items()
            if number not in imports and re.search(r"\w", line)
        ]
        for start in range(len(lines) - DUPLICATE_LINES + 1):
            window = lines[start : start + DUPLICATE_LINES]
            places[tuple(line for _, line in window)].append((source, start, window[0][0]))
    reported: set[tuple[str, int, str, int]] = set()
    for found in places.values():
        (first, first_start, first_line), *others = found
        for other, start, line in others:
            pair = (first.name, first_start, other.name, start)
            if (first.name, first_start - 1, other.name, start - 1) not in reported:  # else: the block goes on
                place = f"{first.name}:{first_line}"
                yield other.finding(line, f"these {DUPLICATE_LINES} lines are also at {place}; write them once")
            reported.add(pair)


# --- signatures ------------------------------------------------------------------------------------------------------


def many_parameters(source: Source) -> Iterator[str]:
    """A function has at most 8 parameters. The literature models of the zoo have the paper's."""
    if "/zoo/" in source.name:
        return
    for node, name, _ in source.functions():
        count = len(positional(node)) + len(node.args.kwonlyargs) + bool(node.args.vararg) + bool(node.args.kwarg)
        if count > PARAMETERS:
            yield source.finding(node, f"{name} has {count} parameters, at most {PARAMETERS} are allowed")


def positional_options(source: Source) -> Iterator[str]:
    """Options are keyword-only: of the parameters with a default, at most one can be given by position."""
    if "/zoo/" in source.name:
        return
    for node, name, public in source.functions():
        options = positional(node)[len(positional(node)) - len(node.args.defaults) :] if node.args.defaults else []
        if public and len(options) > 1:
            names = ", ".join(option.arg for option in options[1:])
            yield source.finding(node, f"{name}: options are keyword-only; put * before {names}")


def keyword_bags(source: Source) -> Iterator[str]:
    """No public function takes ``**kwargs``: an unknown option must be a TypeError."""
    for node, name, public in source.functions():
        if public and node.args.kwarg is not None:
            yield source.finding(node, f"{name} takes **{node.args.kwarg.arg}; name the options")


# --- docstrings ------------------------------------------------------------------------------------------------------


def missing_docstrings(source: Source) -> Iterator[str]:
    """Every public module, class and function has a docstring."""
    if not source.is_public:
        return
    if ast.get_docstring(source.tree) is None:
        yield source.finding(1, "the module has no docstring")
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and ast.get_docstring(node) is None:
            yield source.finding(node, f"class {node.name} has no docstring")
    for node, name, public in source.functions():
        if public and "." not in name and "overload" not in decorators(node) and ast.get_docstring(node) is None:
            yield source.finding(node, f"{name} has no docstring")


def missing_method_docstrings(sources: list[Source]) -> Iterator[str]:
    """Every public method and property has a docstring, of its own or in a class of the same package (its protocol)."""

    def package(source: Source) -> str:
        return source.name.rpartition("/")[0]

    methods = [
        (source, node, name)
        for source in sources
        for node, name, public in source.functions()
        if public and "." in name
    ]
    explained = {(package(source), node.name) for source, node, _ in methods if ast.get_docstring(node) is not None}
    for source, node, name in methods:
        repeats = decorators(node) & {"overload", "override", "setter", "deleter"}
        if not repeats and (package(source), node.name) not in explained:
            yield source.finding(node, f"{name} has no docstring")


# --- what is refused -------------------------------------------------------------------------------------------------

REFUSED_MODULES = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "marshal", "shelve", "joblib"}
REFUSED_CALLS = {"eval", "exec"}
REFUSED_ATTRIBUTES = {"read_pickle", "to_pickle"}
PIPES = {"src/photinus/sweep/pool.py", "src/photinus/sweep/worker.py"}  # where pickles pass between our own processes


def star_imports(source: Source) -> Iterator[str]:
    """No ``from module import *``."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            yield source.finding(node, f"star import of {node.module}; name what is used")


def evaluated_text(source: Source) -> Iterator[str]:
    """No ``eval``, no ``exec``: nothing that a user writes is evaluated."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            function = node.func
            builtin = isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "builtins"
            name = function.attr if isinstance(function, ast.Attribute) and builtin else getattr(function, "id", "")
            if name in REFUSED_CALLS:
                yield source.finding(node, f"{name} is refused: nothing is evaluated")


def pickles(source: Source) -> Iterator[str]:
    """No pickle on disk, under any of its names: a file must not be able to run code.

    The two ends of the pipe between a sweep and its workers may use ``pickle.dumps`` and ``pickle.loads``.
    """
    piped = source.name in PIPES
    for node in ast.walk(source.tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [(node.module or "").partition(".")[0]]
        for name in REFUSED_MODULES.intersection(names):
            if not (piped and name == "pickle" and isinstance(node, ast.Import)):
                yield source.finding(node, f"{name} is refused: a file must not be able to run code")
        file_of_pickles = isinstance(node, ast.Attribute) and ast.unparse(node) in ("pickle.dump", "pickle.load")
        if isinstance(node, ast.Attribute) and (node.attr in REFUSED_ATTRIBUTES or file_of_pickles):
            yield source.finding(node, f"{node.attr} is refused: a file must not be able to run code")
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False":
            yield source.finding(node, "allow_pickle is refused: a file must not be able to run code")


RULES: tuple[Callable[[Source], Iterator[str]], ...] = (
    long_modules,
    long_classes,
    long_functions,
    many_parameters,
    positional_options,
    keyword_bags,
    missing_docstrings,
    star_imports,
    evaluated_text,
    pickles,
)

# --- every file of the repository ------------------------------------------------------------------------------------

# Text that means nothing to a reader elsewhere. The brackets keep this file from finding itself.
UNFIT = {
    r"/wor[k]/\w": "a path of one machine",
    r"\.\./share[d]\b": "a path outside the repository",
    r"\b(this|next|previous|later|earlier|last|our|another|future|each) [s]essions?\b": "talk about the making",
}


def unfit_text(source: Source) -> Iterator[str]:
    """No file speaks of the machine or the circumstances in which it was written."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        for pattern, what in UNFIT.items():
            if found := re.search(pattern, line, re.IGNORECASE):
                yield source.finding(number, f'"{found.group()}" is {what}')


def broken_links(source: Source, root: Path) -> Iterator[str]:
    """A relative link of a Markdown page leads to a file that exists; pages that Sphinx generates may be missing."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            path = target.partition("#")[0]
            if not path or re.match(r"[a-z]+:|generated/", path):
                continue
            if not (root / source.name).parent.joinpath(path).exists():
                yield source.finding(number, f"the link leads to {target}, which does not exist")
