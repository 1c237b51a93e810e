"""Files that are whole or not there: written aside under another name, then renamed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photinus.errors import InvalidInput, OutputError
from photinus.plot.style import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = ("png", "pdf", "svg")


def write_aside(path: str | os.PathLike[str], write: Callable[[Path], Any]) -> None:
    """Let ``write`` fill a file beside ``path``, and rename it to ``path`` once it is complete.

    Parameters
    ----------
    path : path-like
        The file; replaced if it exists.
    write : callable
        Given the path of the file to fill.

    Raises
    ------
    OutputError
        If the file cannot be written; what was at ``path`` before is untouched.
    """
    place = Path(path)
    aside = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        if place.is_dir():
            raise IsADirectoryError(None, "it is a directory")
        write(aside)
        aside.replace(place)
    except OSError as error:
        why = error.strerror or " ".join(str(error).split())
        raise OutputError(f"{str(place)!r} cannot be written: {why}.", "Choose another place, or make room.") from error
    finally:
        if aside.exists():
            aside.unlink()


def save(drawn: Axes | Figure, path: str | os.PathLike[str], *, dpi: int = 180) -> None:
    """Write a figure to a file, whole or not at all.

    Parameters
    ----------
    drawn : Axes or Figure
        What a function of this module returned, or its figure.
    path : path-like
        The file; its ending, ``.png``, ``.pdf`` or ``.svg``, is the format.
    dpi : int
        Pixels per inch of a PNG.

    Raises
    ------
    InvalidInput
        For an ending of another format.
    OutputError
        If the file cannot be written.
    """
    kind = Path(path).suffix.removeprefix(".").lower()
    if kind not in FORMATS:
        raise InvalidInput(f"A figure cannot be written as {str(path)!r}.", "End its name in .png, .pdf or .svg.")
    whole: Any = drawn.get_figure(root=True) or drawn
    with style():
        write_aside(path, lambda aside: whole.savefig(aside, format=kind, dpi=dpi))
