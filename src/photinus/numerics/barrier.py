"""A barrier inside compiled code: threads of one kernel wait for each other in 0.1 µs, where Python takes 0.2 ms.

Each thread counts the turns that it has done in an entry of one array, and reads those of the others until all have
come as far. The order of reads and writes that this needs is that of atomic instructions, which Numba does not offer:
they are intrinsics here. A thread that has waited for long lets others have its core.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np import arrayobj

PATIENCE = 10_000
"""How often a waiting thread looks before it lets others have its core."""
APART = 16
"""Entries between two counters, so that no two threads write to one line of the cache."""


def counters(threads: int) -> np.ndarray:
    """What the threads of one run share."""
    return np.zeros(threads * APART, dtype=np.int64)


def _read(_: Any, array: Any, index: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.load_atomic(_entry(context, builder, signature, given), "acquire", 8)

    return types.int64(array, index), code


def _write(_: Any, array: Any, index: Any, value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        builder.store_atomic(given[2], _entry(context, builder, signature, given), "release", 8)
        return context.get_dummy_value()

    return types.void(array, index, value), code


def _take(_: Any, array: Any, index: Any, count: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.atomic_rmw("add", _entry(context, builder, signature, given), given[2], "acq_rel")

    return types.int64(array, index, types.int64), code


def _rest(_: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        if hasattr(os, "sched_yield"):
            kind = ir.FunctionType(ir.IntType(32), [])
            builder.call(declared(builder.module, kind, "sched_yield"), [])
        return context.get_dummy_value()

    return types.void(), code


def _entry(context: Any, builder: Any, signature: Any, given: Any) -> Any:
    array = make_array(signature.args[0])(context, builder, given[0])
    return builder.gep(array.data, [given[1]])


make_array: Any = arrayobj.make_array
declared: Any = cgutils.get_or_insert_function


read: Any = intrinsic(_read)
"""(array, index) ↦ the entry; nothing that follows is read before it."""
rest: Any = intrinsic(_rest)
"""(): the system may give the core to another thread, where it can be asked to."""
take: Any = intrinsic(_take)
"""(array, index, count) ↦ the entry, which is raised by the count at once: no two threads see the same."""
write: Any = intrinsic(_write)
"""(array, index, value): sets the entry; all that precedes has been written before it."""


@njit(nogil=True, cache=True)
def meet(counters, thread, turn):  # type: ignore[no-untyped-def]
    """Return when all threads have called this with the turn: 1, 2, … in order."""
    write(counters, thread * APART, turn)
    for other in range(0, counters.shape[0], APART):
        looks = 0
        while read(counters, other) < turn:
            looks += 1
            if looks > PATIENCE:
                rest()
