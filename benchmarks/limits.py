"""What limits a steady state by GMRES: how far are its products from what the core could do?

A product is one sweep of the preconditioner, which turns boxes of coherences into the sites' eigenbases and back, and
the entries of the matrix that it does not invert. Its limit is the time of the operations at the core's best rate (a
product of two complex matrices of 1000 rows) plus that of the entries and vectors at the rate of a copy. One thread.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.large import CASES
from benchmarks.process import in_turn, machine, row, save

if TYPE_CHECKING:
    import numpy as np

    from photinus.solve.local import EigenBoxes, LocalSweep, SchurBoxes

ROUNDS = 3


def rates() -> Callable[[], dict[str, float]]:
    """Operations a second of this core in a large matrix product, and bytes a second in a copy."""
    import numpy as np

    x = np.random.default_rng(1).normal(size=(1000, 1000)) + 0.5j
    line, copy = np.ones(8_000_000), np.empty(8_000_000)

    def best(work: Callable[[], object]) -> float:
        spent = []
        for _ in range(5):
            started = perf_counter()
            work()
            spent.append(perf_counter() - started)
        return min(spent)

    def measured() -> dict[str, float]:
        product, copied = best(lambda: x @ x), best(lambda: np.copyto(copy, line))
        return {"flops": 8e9 / product, "bandwidth": 2 * line.nbytes / copied, "fastest": product + copied}

    return measured


def operations(boxes: EigenBoxes | SchurBoxes) -> float:
    """Additions and multiplications of real numbers in one pass through boxes of one shape."""
    from photinus.solve.local import EigenBoxes

    shape = boxes.box.shape
    turned = float(len(boxes.box.labels) * prod(shape) * sum(w for w in shape if w > 1))
    if isinstance(boxes, EigenBoxes):  # two turns; real bases act on real and imaginary parts
        return 2 * turned * (8 if any(m is not None and m.dtype.kind == "c" for m in boxes._vectors) else 4)
    return 3 * 8 * turned  # two turns and a triangular Sylvester equation


def run(case: str, levels: int, loss: float) -> Callable[[], dict[str, float]]:
    """Seconds of a solution, and what its products are made of."""
    from benchmarks.large import run as solution
    from photinus.solve import local

    work = solution(case, levels, loss, certified=False)
    sweeps: list[tuple[LocalSweep, float]] = []
    product = local.LocalSweep.product

    def timed(self: LocalSweep, y: np.ndarray) -> np.ndarray:
        started = perf_counter()
        out = product(self, y)
        sweeps.append((self, perf_counter() - started))
        return out

    def measured() -> dict[str, float]:
        started = perf_counter()
        answer = work()
        seconds = perf_counter() - started
        sweep, matrix = sweeps[-1][0], sweeps[-1][0]._matrix
        parts = [matrix.outer, *matrix.inner]
        entries = sum(part.data.nbytes + part.indices.nbytes for part in parts)
        return {
            **answer,
            "fastest": seconds,
            "products": float(len(sweeps)),
            "in products": sum(spent for _, spent in sweeps),
            "operations": sum(operations(boxes) for level in sweep._levels for boxes in level),
            "bytes": entries + 10.0 * matrix.diagonal.nbytes,
        }

    local.LocalSweep.product = timed  # type: ignore[method-assign,assignment]
    return measured


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    runs: dict[str, tuple[str, dict[str, object]]] = {
        name: ("run", arguments) for name, (arguments, _) in CASES.items() if "exchange" not in arguments
    }
    found = in_turn("benchmarks.limits", {"core": ("rates", {}), **runs}, rounds=ROUNDS)
    core = found.pop("core")
    assert core is not None
    flops, bandwidth = core.answer["flops"], core.answer["bandwidth"]
    print(f"{flops / 1e9:.1f} Gflop/s in a large product, {bandwidth / 1e9:.1f} GB/s in a copy")
    rows = [row("core", "numpy", core)]
    for name, outcome in found.items():
        rows.append(row(name, "photinus", outcome))
        if outcome is None:
            print(f"{name:>40}: failed")
            continue
        told = outcome.answer
        limit = told["products"] * (told["operations"] / flops + told["bytes"] / bandwidth)
        print(
            f"{name:>40}: {told['fastest']:6.3f} s, {told['products']:3.0f} products in {told['in products']:6.3f} s, "
            f"each {told['operations'] / 1e9:6.3f} Gflop and {told['bytes'] / 1e6:6.1f} MB: limit {limit:6.3f} s, "
            f"{told['in products'] / limit:4.1f} and {told['fastest'] / limit:4.1f} times"
        )
    print(save("limits", rows))
