"""The sweep's own side of its workers: start them, hand out segments, collect outcomes, notice a death.

Workers are fresh Python processes, started by command line and spoken to over their standard input and
output (:mod:`photinus.sweep.worker`), never forks: a fork of a process with threads (those of a BLAS, of a
notebook) may hang. They get an environment of their own, so that the BLAS of each uses one thread, and they
do not import the caller's script unless the function lives in it.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any

from photinus.errors import PhotinusError
from photinus.sweep.axes import Segment
from photinus.sweep.evaluate import Job, Outcome
from photinus.sweep.plan import SweepFunction
from photinus.sweep.worker import FOR_THE_PARENT, IMPORTING, Hello, read_frame, write_frame

_ONE_THREAD = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
_PATIENCE = 5.0  # seconds that a worker may take to end after it was asked to


class WorkerLost(PhotinusError, RuntimeError):
    """A worker process died: it was killed, it ran out of memory, or native code in it crashed."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Outcomes from one worker; `finished` if it now waits for segments."""

    worker: int
    outcomes: list[Outcome]
    finished: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A worker could not begin, or the function broke its contract: the sweep ends with this error."""

    error: PhotinusError


@dataclass(frozen=True, slots=True)
class Death:
    """A worker has ended without being asked to."""

    worker: int


Event = Batch | Refusal | Death


def reason_not_importable(function: SweepFunction) -> str | None:
    """Return why a worker could not import `function`, or None if it seems that it can."""
    if not sys.executable:
        return "this Python has no executable of its own"
    try:
        pickled = pickle.dumps(function)
    except Exception as error:  # pickle raises what it likes, and so does what it calls
        return f"it cannot be handed over ({' '.join(str(error).split())})"
    if b"__main__" in pickled and main_of_workers() is None:
        return "it is defined in a notebook or at the prompt"
    return None


def main_of_workers() -> tuple[str, str] | None:
    """Return how to import the caller's main module: ("module", name), ("file", path), or None if one cannot."""
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    if spec is not None and spec.name:
        return "module", spec.name
    path = getattr(main, "__file__", None)
    return ("file", os.path.abspath(path)) if path and os.path.isfile(path) else None


class Pool:
    """Running workers: :func:`start_pool` makes them."""

    def __init__(self, job: Job, count: int):
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._workers: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []
        self._is_stopping = False
        try:
            self._start(job, count)
        except BaseException:
            self.kill()
            raise

    def _start(self, job: Job, count: int) -> None:
        pickled = pickle.dumps(job.function)
        main = main_of_workers() if b"__main__" in pickled else None
        hello = Hello(pickled, main, job.names, job.values, job.hands_on)
        # The path is set before photinus is imported: it may have been found by way of a changed sys.path.
        program = f"import sys; sys.path[:] = {sys.path!r}; from photinus.sweep.worker import serve; serve()"
        environment = {**os.environ, **dict.fromkeys(_ONE_THREAD, "1"), IMPORTING: "1"}
        for number in range(count):
            with _signals_held_back():
                worker = subprocess.Popen(
                    [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
                )
                self._workers.append(worker)
            assert worker.stdout is not None
            thread = threading.Thread(target=self._listen, args=(number, worker.stdout), daemon=True)
            thread.start()
            self._threads.append(thread)
            self._say(number, hello)

    def _listen(self, number: int, replies: IO[bytes]) -> None:
        """Run in a thread for each worker: the one way to wait for several pipes that works on every system."""
        try:
            while True:
                message: Any = read_frame(replies)
                event = Refusal(message) if isinstance(message, PhotinusError) else Batch(number, *message)
                self._events.put(event)
        except (EOFError, OSError, ValueError):  # ended, perhaps in the middle of a frame, or closed by us
            self._events.put(Death(number))

    def _say(self, number: int, message: Any) -> None:
        requests = self._workers[number].stdin
        assert requests is not None
        with suppress(BrokenPipeError, OSError):  # a dead worker is noticed where it is listened to
            write_frame(requests, message)

    def send(self, worker: int, segments: list[Segment]) -> None:
        """Hand segments to a waiting worker."""
        self._say(worker, segments)

    def receive(self, timeout: float) -> Event | None:
        """Return the next event, or None after `timeout` seconds (which may be infinite)."""
        try:
            return self._events.get(timeout=None if timeout == float("inf") else max(timeout, 0.0))
        except queue.Empty:
            return None

    def drain(self) -> list[Outcome]:
        """Return the outcomes that have arrived and were not yet received, without waiting."""
        outcomes: list[Outcome] = []
        while (event := self.receive(0.0)) is not None:
            if isinstance(event, Batch):
                outcomes += event.outcomes
        return outcomes

    def epitaph(self, worker: int) -> str:
        """Return in words how a worker died."""
        try:
            code = self._workers[worker].wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            return "closed its output"
        return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def stop(self) -> None:
        """Ask the workers to end; they are waited for by :meth:`kill`."""
        self._is_stopping = True
        for number in range(len(self._workers)):
            self._say(number, None)

    def kill(self) -> None:
        """End the workers: those that were asked to end have a moment for it, others do not."""
        for worker in self._workers:
            if self._is_stopping:
                with suppress(subprocess.TimeoutExpired):
                    worker.wait(_PATIENCE)
            worker.kill()
        for worker in self._workers:
            worker.wait()
        for thread in self._threads:  # a grandchild may hold the pipe open: then the thread is left behind
            thread.join(_PATIENCE)
        for worker in self._workers:
            for pipe in (worker.stdin, worker.stdout):
                with suppress(OSError):
                    if pipe is not None:
                        pipe.close()


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait. A worker inherits it, and is deaf to them before it has run any Python."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_PARENT)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def start_pool(job: Job, count: int) -> Iterator[Pool]:
    """Start `count` workers for `job` and end them with the block, killing them if it ends by an exception."""
    pool = Pool(job, count)
    try:
        yield pool
        pool.stop()
    finally:
        pool.kill()
