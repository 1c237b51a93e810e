"""Ctrl-C and SIGTERM, which asks for the same: what is done is stored, and the user is told how to go on.

Before a sweep begins there is nothing to store, and the command ends on the spot: an exception in the middle of an
import would leave a traceback.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(KeyboardInterrupt):
    """A signal has come while there may be something to store.

    Parameters
    ----------
    cause : str
        How far the command has come.
    remedy : str
        How to go on.
    number : int
        The signal.
    """

    def __init__(self, cause: str, remedy: str, number: int = signal.SIGINT):
        super().__init__(cause, remedy)
        self.cause = cause
        self.remedy = remedy
        self.number = number


def exit_code(number: int) -> int:
    """What a command that was ended by a signal returns, as shells count: 130 after Ctrl-C, 143 after SIGTERM."""
    return 128 + number


def end_on_signals() -> None:
    """From here on a signal ends the process on the spot, with two sentences."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # who started us may not want it heeded
            signal.signal(number, _end)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Within the block a signal that would end the process raises :class:`Stopped` instead."""
    heeded = [number for number in SIGNALS if signal.getsignal(number) is _end]
    for number in heeded:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    os.write(2, b"\nInterrupted.\n  The same command begins again, or goes on from what is stored.\n")
    os._exit(exit_code(number))


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped("Interrupted.", "The same command goes on from there.", number)
