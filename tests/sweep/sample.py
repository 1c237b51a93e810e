"""Functions to sweep, in a module that workers can import. Files named by environment variables record their calls."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass

LOG = "PHOTINUS_TEST_LOG"


def record(text: str) -> None:
    """Append a line to the log in one write, so that lines of several processes do not mix."""
    if path := os.environ.get(LOG):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{text}\n".encode())
        os.close(descriptor)


def product(x, y):
    return {"product": x * y, "z": complex(x, y)}


def counted(x, y):
    record(f"{x!r} {y!r}")
    return product(x, y)


def partly_failing(x, y):
    record(f"{x!r} {y!r}")
    if x > y:
        raise ValueError(f"x={x} is above\n y={y}")
    return {"difference": y - x}


def chain(x, y, previous):
    """Tell by its numbers which answer it was handed."""
    length = 1 if previous is None else previous[1] + 1
    record(f"{x!r} {y!r} {os.getpid()}")
    return {"length": length, "before": float("nan") if previous is None else previous[0]}, (y, length)


def chain_with_failure(x, y, previous):
    if y == 2:
        raise ArithmeticError("no answer here")
    return chain(x, y, previous)


def slow(x, y):
    """Take 5 ms, fail on some points, and say when each point was finished."""
    time.sleep(0.005)
    record(f"{x!r} {y!r} {time.time()!r}")
    return steady(x, y)


def steady(x, y):
    """Return the answer of :func:`slow` at once."""
    if round(x + y) % 13 == 0:
        raise ValueError(f"unlucky {x} {y}")
    return {"real": x / (y + 1.0) - 0.1, "complex": complex(x, -y) / 3}


def sleepy(x):
    record(f"{os.getpid()}")
    time.sleep(60.0)
    return {"x": x}


def deadly(x):
    if x == 7:
        time.sleep(0.6)  # what was done before has been sent and stored
        os.kill(os.getpid(), signal.SIGKILL)
    return {"square": x * x}


def interrupted(x):
    if x == 5:
        raise KeyboardInterrupt
    return {"square": x * x}


def threads(x):
    return {"threads": float(os.environ.get("OPENBLAS_NUM_THREADS", "nan")), "process": os.getpid() + 0 * x}


def wrong_in_worker(x):
    return {"text": "no number"} if x == 3 else {"text": x}


@dataclass(frozen=True)
class Power:
    """A callable object as a study would use it."""

    exponent: int
    offset: float = 0.0

    def __call__(self, x):
        return {"power": x**self.exponent + self.offset}
