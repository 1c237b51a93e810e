"""A worker process: it imports the function, computes segments in order and sends back what came of them.

Frames on the standard input and output are a length and a pickle. Pickles are safe here: they pass between
two processes of one user and never touch the disk. Whatever the function prints goes to standard error.
"""

from __future__ import annotations

import importlib
import os
import pickle
import queue
import runpy
import signal
import struct
import sys
import threading
import time
import types
from dataclasses import dataclass
from typing import IO, Any

from photinus.errors import InvalidInput, PhotinusError
from photinus.sweep.axes import Segment
from photinus.sweep.evaluate import Job, Outcome, evaluate

# Set in the environment of a worker until it has imported the function.
IMPORTING = "PHOTINUS_SWEEP_WORKER_IMPORTS"

# What a worker does not heed; it ends when its parent tells it to, or is gone.
FOR_THE_PARENT = (signal.SIGINT, signal.SIGTERM)

# A finished point waits at most this long for others to be sent along with it, unless the next one is slow.
_SEND_INTERVAL = 0.05
_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message to a worker: the fields of a :class:`Job`, the function still pickled.

    `main` says how to import the main module of the caller, where the function lives in it.
    """

    function: bytes
    main: tuple[str, str] | None
    names: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    hands_on: bool


def write_frame(file: IO[bytes], message: Any) -> None:
    """Send one message."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    file.write(_LENGTH.pack(len(content)) + content)
    file.flush()


def read_frame(file: IO[bytes]) -> Any:
    """Wait for one message; raises EOFError if the other side has gone."""
    (length,) = _LENGTH.unpack(_read_exactly(file, _LENGTH.size))
    return pickle.loads(_read_exactly(file, length))  # noqa: S301 - from our own other process, see above


def _read_exactly(file: IO[bytes], count: int) -> bytes:
    content = file.read(count)
    if len(content) < count:
        raise EOFError
    return content


def refuse_while_importing() -> None:
    """Refuse to sweep while a worker imports the caller's script, which would start workers without end.

    Raises
    ------
    InvalidInput
        In a worker that is importing its function.
    """
    if IMPORTING in os.environ:
        raise InvalidInput(
            "The script of the sweep starts a sweep again when a worker imports it.",
            "Put the call under `if __name__ == '__main__':`, or the function into a module of its own.",
        )


def serve() -> None:
    """Be a worker until asked to end; end at once if the parent is gone."""
    _ignore_signals()
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    try:
        hello: Hello = read_frame(requests)
    except EOFError:  # the parent was interrupted while it started workers
        return
    tasks: queue.SimpleQueue[list[Segment] | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, tasks), daemon=True).start()
    try:
        job = _import_job(hello)
        os.environ.pop(IMPORTING, None)
        write_frame(replies, ([], True))
        while (segments := tasks.get()) is not None:
            _compute(job, segments, replies)
    except PhotinusError as error:
        write_frame(replies, error)
    except BrokenPipeError:  # the parent is gone
        os._exit(1)


def _ignore_signals() -> None:
    """Leave Ctrl-C and SIGTERM, which may reach the whole group of processes, to the parent."""
    for number in FOR_THE_PARENT:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):  # they were held back since before this process began
        signal.pthread_sigmask(signal.SIG_UNBLOCK, FOR_THE_PARENT)


def _listen(requests: IO[bytes], tasks: queue.SimpleQueue[list[Segment] | None]) -> None:
    """Run in a thread: pass tasks on, and notice the end of the parent also in the middle of a long point."""
    try:
        while (message := read_frame(requests)) is not None:
            tasks.put(message)
    except (EOFError, OSError):
        os._exit(1)
    tasks.put(None)


def _import_job(hello: Hello) -> Job:
    try:
        if hello.main is not None:
            _import_main(*hello.main)
        function = pickle.loads(hello.function)  # noqa: S301 - from our own other process, see above
    except PhotinusError:
        raise
    except Exception as error:  # whatever the caller's modules raise
        raise InvalidInput(
            f"A worker cannot import the function of the sweep: {type(error).__name__}: {error}.",
            "Put the function into a module that can be imported, or use workers=1.",
        ) from error
    return Job(function, hello.names, hello.values, hello.hands_on)


def _import_main(kind: str, name: str) -> None:
    """Make the caller's main module ours, without running what stands under ``if __name__ == '__main__'``."""
    alias = "__mp_main__"  # as multiprocessing calls it, since scripts may know that name
    if kind == "module":
        importlib.import_module(name.rpartition(".")[0] or name)
        content = runpy.run_module(name, run_name=alias, alter_sys=True)
    else:
        content = runpy.run_path(name, run_name=alias)
    module = types.ModuleType(alias)
    module.__dict__.update(content)
    sys.modules["__main__"] = sys.modules[alias] = module


def _compute(job: Job, segments: list[Segment], replies: IO[bytes]) -> None:
    waiting: list[Outcome] = []
    sent = time.monotonic()
    try:
        for segment in segments:
            for outcome in evaluate(job, segment):
                waiting.append(outcome)
                if time.monotonic() - sent > _SEND_INTERVAL:
                    batch, waiting = waiting, []
                    write_frame(replies, (batch, False))
                    sent = time.monotonic()
    except InvalidInput:
        write_frame(replies, (waiting, False))  # what was done before the contract was broken
        raise
    write_frame(replies, (waiting, True))
