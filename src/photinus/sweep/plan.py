"""What determines the numbers of a sweep: the plan, its key, and the keys of its points.

A plan is the identity of the function (``module:name``), everything that the function carries with it
(defaults, bound arguments, captured variables, the fields of a callable object), what the caller adds
(the fingerprint of a model, a cutoff, tolerances) and the names of the axes. The *values* of the axes are
no part of it, so that axes may be extended: a point is known by the plan and its own coordinates.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import hashlib
import inspect
import json
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from os import PathLike
from typing import Any

from photinus.errors import InvalidInput
from photinus.sweep.axes import Grid

SweepFunction = Callable[..., Any]

_KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Plan:
    """What determines the numbers of a sweep, in a form that can be written down and compared.

    Parameters
    ----------
    function : str
        ``module:qualified name`` of the function or of the class of the callable object.
    fixed : str
        JSON of everything else that is fixed, with sorted keys.
    axes : tuple of str
        Sorted names of the axes: their order changes the table, not its numbers.
    """

    function: str
    fixed: str
    axes: tuple[str, ...]

    @property
    def key(self) -> bytes:
        """The hash that stands for the plan in the keys of its points."""
        return hashlib.sha256(self.to_json().encode()).digest()

    def to_json(self) -> str:
        """Return the plan as text that :meth:`from_json` reads."""
        return json.dumps({"function": self.function, "fixed": self.fixed, "axes": self.axes}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Return the plan that :meth:`to_json` has written."""
        content = json.loads(text)
        return cls(content["function"], content["fixed"], tuple(content["axes"]))

    def fixed_entries(self) -> dict[str, Any]:
        """Return the fixed things by name."""
        return dict(json.loads(self.fixed))

    def differences(self, stored: Plan) -> list[str]:
        """Return in words what is different in `stored`, each entry naming both sides."""
        found = []
        if self.function != stored.function:
            found.append(f"the function is {stored.function} in the store and {self.function} here")
        if self.axes != stored.axes:
            found.append(f"the axes are {', '.join(stored.axes)} in the store and {', '.join(self.axes)} here")
        return [*found, *_differences(self.fixed_entries(), stored.fixed_entries())]


def _differences(here: Mapping[str, Any], there: Mapping[str, Any], inside: str = "") -> Iterator[str]:
    """Yield in words how two mappings differ, and mappings in them entry by entry: ``fixed.gain is ...``."""
    for key in sorted(here.keys() | there.keys()):
        name = f"{inside}{key}"
        if key not in there:
            yield f"{name} is {_short(here[key])} here and absent in the store"
        elif key not in here:
            yield f"{name} is {_short(there[key])} in the store and absent here"
        elif isinstance(here[key], dict) and isinstance(there[key], dict):
            yield from _differences(here[key], there[key], f"{name}.")
        elif json.dumps(here[key]) != json.dumps(there[key]):  # as text: a NaN equals itself
            yield f"{name} is {_short(there[key])} in the store and {_short(here[key])} here"


def point_keys(plan: Plan, grid: Grid) -> Iterator[tuple[bytes, str]]:
    """Yield, for every point of a grid in order, its key and its coordinates as text.

    The text holds the exact value of every coordinate (hexadecimal floats), in the order of ``plan.axes``;
    the key is the hash of the plan's key and this text.
    """
    order = [grid.names.index(name) for name in plan.axes]
    texts = [[float(value).hex() for value in axis.values] for axis in grid.axes]
    shape = grid.shape
    places = [0] * len(shape)
    prefix = plan.key
    for _ in range(grid.size):
        coordinates = " ".join(texts[axis][places[axis]] for axis in order)
        yield point_key(prefix, coordinates), coordinates
        for axis in reversed(range(len(shape))):
            places[axis] += 1
            if places[axis] < shape[axis]:
                break
            places[axis] = 0


def point_key(plan_key: bytes, coordinates: str) -> bytes:
    """Return the key of the point with these coordinates under the plan with this key."""
    return hashlib.blake2b(coordinates.encode(), digest_size=_KEY_BYTES, key=plan_key).digest()


def make_plan(function: SweepFunction, grid: Grid, fingerprint: Mapping[str, Any] | None, *, strict: bool) -> Plan:
    """Return the plan of sweeping `function` over `grid`.

    Parameters
    ----------
    function : callable
        What is swept.
    grid : Grid
        Its axes give the plan their names.
    fingerprint : mapping or None
        What the caller says is fixed: names to text, numbers, or nested mappings and sequences of them.
    strict : bool
        Whether everything that the function carries must be recorded (it must, where a store is used
        and no fingerprint stands for it); otherwise the type of an unknown value stands for it.

    Returns
    -------
    Plan

    Raises
    ------
    InvalidInput
        If the fingerprint is no mapping of names to recordable values, or, when strict, the function
        carries a value that cannot be recorded.
    """
    fixed: dict[str, Any] = {}
    for name, value in _carried(function, grid.names):
        try:
            fixed[name] = _describe(value)
        except _Unrecordable as unknown:
            if strict and fingerprint is None:
                raise InvalidInput(
                    f"{_identity(function)} carries {name!r} with a value of type {unknown}, which cannot be recorded "
                    f"in a store.",
                    "Pass fingerprint={...} with text or numbers that tell one such value from another.",
                ) from None
            fixed[name] = f"<{unknown}>"
    if fingerprint is not None:
        if not _is_named(fingerprint):
            raise InvalidInput(f"The fingerprint is {fingerprint!r}.", "Give a mapping of names to text or numbers.")
        for name, value in fingerprint.items():
            try:
                fixed[name] = _describe(value)
            except _Unrecordable as unknown:
                raise InvalidInput(
                    f"The entry {name!r} of the fingerprint has the type {unknown}.", "Give text or numbers."
                ) from None
    return Plan(_identity(function), json.dumps(fixed, sort_keys=True), tuple(sorted(grid.names)))


def _is_named(mapping: Any) -> bool:
    return isinstance(mapping, Mapping) and all(isinstance(name, str) for name in mapping)


def check_signature(function: SweepFunction, names: Sequence[str]) -> bool:
    """Check that `function` can be called with exactly these named numbers.

    Parameters
    ----------
    function : callable
        What is swept.
    names : sequence of str
        The names of the axes.

    Returns
    -------
    bool
        Whether the function has a parameter ``previous``.

    Raises
    ------
    InvalidInput
        If the function is not callable, does not accept an axis, or requires what is no axis.
    """
    if not callable(function):
        raise InvalidInput(f"The function of the sweep is {function!r}.", "Give something that can be called.")
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # some built-in functions have no signature; the call itself will tell
        return False
    named = [name for name, p in parameters.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    accepts_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for name in names:
        if name not in named and not accepts_all:
            near = difflib.get_close_matches(name, named, 1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"It has {', '.join(named) or 'no parameters'}."
            raise InvalidInput(f"{_identity(function)} has no parameter {name!r}.", remedy)
    for name, parameter in parameters.items():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL) or name in (*names, "previous"):
            continue
        if parameter.default is parameter.empty:
            raise InvalidInput(
                f"{_identity(function)} requires {name!r}, which is no axis of the sweep.",
                "Give it an axis or a default, or bind it with functools.partial.",
            )
    return "previous" in named


def code_digest(function: SweepFunction) -> str:
    """Return a hash of the function's own byte code, by which an edited function is noticed; "" if it has none.

    Docstrings, comments and line numbers do not count. What the function calls is not followed.
    """
    inner = _innermost(function)
    code = getattr(inner, "__code__", None) or getattr(type(inner).__call__, "__code__", None)
    if not isinstance(code, types.CodeType):
        return ""
    digest = hashlib.blake2b(digest_size=_KEY_BYTES)
    for part in _code_parts(code, getattr(inner, "__doc__", None)):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def _code_parts(code: types.CodeType, docstring: str | None) -> Iterator[str]:
    yield code.co_code.hex()
    yield repr((code.co_names, code.co_varnames))
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code_parts(constant, None)
        elif isinstance(constant, frozenset):
            yield repr(sorted(map(repr, constant)))  # the order of a set of strings changes from run to run
        else:
            yield repr(None if constant == docstring else constant)


def _innermost(function: SweepFunction) -> Any:
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__func__", function)


def _identity(function: Any) -> str:
    inner = _innermost(function)
    named = inner if hasattr(inner, "__qualname__") else type(inner)
    return f"{getattr(named, '__module__', None) or 'builtins'}:{named.__qualname__}"


def _carried(function: Any, axes: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Yield by name what the function carries with it: everything but its axes that its numbers may depend on."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        parameters = types.MappingProxyType({})
    for name, parameter in parameters.items():
        if name not in axes and name != "previous" and parameter.default is not parameter.empty:
            yield name, parameter.default  # includes the keywords that functools.partial has bound
    while isinstance(function, functools.partial):
        if function.args:
            yield "bound arguments", function.args
        function = function.func
    owner = getattr(function, "__self__", None)
    if owner is not None and not isinstance(owner, types.ModuleType):
        yield "bound object", owner
    inner = getattr(function, "__func__", function)
    code, cells = getattr(inner, "__code__", None), getattr(inner, "__closure__", None)
    if code is not None and cells:
        yield from zip(code.co_freevars, (cell.cell_contents for cell in cells), strict=True)
    if dataclasses.is_dataclass(function) and not isinstance(function, type):
        yield from ((field.name, getattr(function, field.name)) for field in dataclasses.fields(function))
    elif not isinstance(function, (types.FunctionType, types.MethodType, types.BuiltinFunctionType, type)):
        yield "callable", function


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:97]}..."


class _Unrecordable(Exception):
    """A value that has no lasting description; the message is the name of its type."""


def _describe(value: Any) -> Any:
    """Return `value` as something JSON can hold, equal only for equal values, or raise `_Unrecordable`."""
    if isinstance(value, Enum):
        return f"{type(value).__qualname__}.{value.name}"
    if value is None:
        return None
    for plain in (bool, int, float, str):
        if isinstance(value, plain):
            return plain(value)  # of a subclass, such as a NumPy number, only the number
    if isinstance(value, complex):
        return {"re": value.real, "im": value.imag}
    fingerprint = getattr(value, "fingerprint", None)
    if fingerprint is not None and not isinstance(value, type):
        return f"{type(value).__qualname__} {fingerprint() if callable(fingerprint) else fingerprint}"
    if _is_named(value):
        return {name: _describe(value[name]) for name in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_describe(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted((_describe(item) for item in value), key=json.dumps)}
    if isinstance(value, PathLike):
        return str(value)
    if hasattr(value, "tobytes") and hasattr(value, "dtype"):
        return _describe_array(value)
    if isinstance(value, type):
        return _identity(value)
    if dataclasses.is_dataclass(value):
        fields = {field.name: _describe(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"type": _identity(value), **fields}
    if isinstance(value, (types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial)):
        return {"function": _identity(value), **{name: _describe(item) for name, item in _carried(value, ())}}
    raise _Unrecordable(type(value).__qualname__)


def _describe_array(value: Any) -> Any:
    if value.dtype == object:
        raise _Unrecordable("array of objects")
    if value.ndim == 0:
        return _describe(value.item())
    digest = hashlib.blake2b(value.tobytes(), digest_size=_KEY_BYTES).hexdigest()
    return f"array {value.dtype} {value.shape} {digest}"
