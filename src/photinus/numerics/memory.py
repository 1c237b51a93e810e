"""How much memory there is, and the refusal of what does not fit."""

from __future__ import annotations

import os
from numbers import Real
from pathlib import Path

from photinus.errors import InvalidInput, MemoryBudgetExceeded

SHARE = 0.8


def available_memory() -> float:
    """Bytes that a new calculation may use: the system's estimate, within the limit of the control group."""
    free = _system_memory()
    for limit, used in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        try:
            free = min(free, float(Path(limit).read_text()) - float(Path(used).read_text()))
        except (OSError, ValueError):  # no such limit, or "max"
            continue
    return max(free, 0.0)


def _system_memory() -> float:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024.0 * float(line.split()[1])
    except OSError:
        pass
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return 4e9


def require_memory(estimate: float, budget: float | None, what: str, alternatives: str) -> None:
    """Raise :class:`MemoryBudgetExceeded` where ``estimate`` (bytes) is above the budget.

    ``budget`` is in bytes; None stands for 80 % of what is available.
    """
    if estimate < 1e7 and budget is None:
        return
    if budget is None:
        limit = SHARE * available_memory()
    elif isinstance(budget, bool) or not isinstance(budget, Real) or not budget >= 0:
        raise InvalidInput(f"The memory budget is {budget!r}.", "Give bytes as a number, such as memory=8e9.")
    else:
        limit = float(budget)
    if estimate > limit:
        raise MemoryBudgetExceeded(
            f"{what} needs about {size_text(estimate)}, and the budget is {size_text(limit)}.", alternatives
        )


def size_text(size: float) -> str:
    """12 kB, 3.4 GB."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{size:.3g} {unit}"
        size /= 1000
    return ""
