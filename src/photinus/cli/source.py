"""Where the model of a study comes from: the zoo, or a function of a Python file.

A source is a small value that travels to the workers of a sweep; the function is looked up where it is called.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photinus.cli.words import did_you_mean
from photinus.errors import PhotinusError, StudyError

if TYPE_CHECKING:
    from photinus.model import Model


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A function that makes models.

    Attributes
    ----------
    name : str
        Its name.
    file : str
        The absolute path of the Python file that holds it; "" for a model of the zoo.
    digest : str
        Hash of what that file says, comments and blanks aside.
    """

    name: str
    file: str = ""
    digest: str = ""

    @property
    def fingerprint(self) -> str:
        """What stands for the source in the plan of a sweep: not the path, so that a study may be moved."""
        return f"{Path(self.file).name}:{self.name} {self.digest}" if self.file else f"zoo.{self.name}"

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.name}" if self.file else f"photinus.zoo.{self.name}"

    def function(self) -> Callable[..., Model]:
        """The function itself.

        Raises
        ------
        StudyError
            If the file cannot be imported, or there is no such function.
        """
        return _function(self)

    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """The parameters of the function by name."""
        return inspect.signature(self.function()).parameters

    def build(self, parameters: Mapping[str, Any]) -> Model:
        """The model for these parameters.

        Raises
        ------
        StudyError
            If the function raises, or returns something else.
        """
        from photinus.model import Model

        try:
            model = self.function()(**parameters)
        except PhotinusError:
            raise
        except Exception as error:  # whatever the user's function raises
            given = ", ".join(f"{name} = {value}" for name, value in parameters.items())
            raise StudyError(
                f"{self} raised {type(error).__name__}: {' '.join(str(error).split())} ({given}).",
                "Mend the function, or give it other parameters.",
            ) from error
        if not isinstance(model, Model):
            raise StudyError(f"{self} returned {type(model).__name__}.", "Return a photinus.Model.")
        return model


def model_source(text: str, study: Path) -> ModelSource:
    """The source that the entry ``model`` of a study names.

    Parameters
    ----------
    text : str
        ``van_der_pol``, or ``file.py:function`` relative to the study.
    study : Path
        The study file.

    Raises
    ------
    StudyError
        If the file does not exist or is no Python.
    """
    file, colon, name = text.rpartition(":")
    if not colon:
        if text.endswith(".py"):
            raise StudyError(
                f"{study.name}: model = {text!r} names no function.", f'Write it as model = "{text}:function".'
            )
        return ModelSource(text)
    path = (study.parent / file).resolve()
    if not name.isidentifier():
        raise StudyError(f"{study.name}: model = {text!r} names no function.", 'Write it as "file.py:function".')
    try:
        digest = hashlib.sha256(ast.unparse(ast.parse(path.read_text("utf-8"))).encode()).hexdigest()[:16]
    except OSError as error:
        raise StudyError(
            f"{study.name}: model = {text!r}: {str(path)!r} cannot be read: {error.strerror}.",
            "Give the path relative to the study file.",
        ) from error
    except (SyntaxError, ValueError) as error:
        raise StudyError(
            f"{study.name}: model = {text!r}: the file is no Python: {error}.", "Mend the file."
        ) from error
    return ModelSource(name, str(path), digest)


@lru_cache(maxsize=16)
def _function(source: ModelSource) -> Callable[..., Model]:
    if not source.file:
        from photinus.model import zoo

        if source.name not in zoo.__all__:
            raise StudyError(f"The zoo has no model {source.name!r}.", did_you_mean(source.name, zoo.__all__, "It has"))
        return getattr(zoo, source.name)
    module = _imported(source)
    function = getattr(module, source.name, None)
    if not callable(function):
        known = [name for name, value in vars(module).items() if inspect.isfunction(value) and name[0] != "_"]
        raise StudyError(
            f"{Path(source.file).name} has no function {source.name!r}.", did_you_mean(source.name, known, "It has")
        )
    return function


def _imported(source: ModelSource) -> Any:
    """The file as a module of its own, with its directory importable for what stands beside it."""
    path = Path(source.file)
    spec = importlib.util.spec_from_file_location(f"photinus_study_{path.stem}_{source.digest}", path)
    if spec is None or spec.loader is None:
        raise StudyError(f"{str(path)!r} cannot be imported.", "Give a file that ends in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    directory = str(path.parent)
    if directory not in sys.path:
        sys.path.append(directory)
    try:
        spec.loader.exec_module(module)
    except PhotinusError:
        raise
    except Exception as error:  # whatever the user's file raises
        del sys.modules[module.__name__]
        raise StudyError(
            f"{str(path)!r} cannot be imported: {type(error).__name__}: {' '.join(str(error).split())}.",
            "Mend the file.",
        ) from error
    return module
