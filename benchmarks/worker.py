"""``python -m benchmarks.worker MODULE FUNCTION ARGUMENTS``: run one workload here and print its cost as JSON."""

from __future__ import annotations

import gc
import json
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from time import perf_counter


def resident(field: str) -> int:
    """Resident memory (``VmRSS``) or its peak (``VmHWM``) in bytes; without /proc the peak serves for both."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(field):
                return 1024 * int(line.split()[1])
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Prepare (imports and warm-up), run once, report."""
    module, function, arguments = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    run = getattr(import_module(module), function)(**arguments)
    gc.collect()
    before = resident("VmRSS")
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak that the imports left behind
    start = perf_counter()
    answer = run()
    seconds = perf_counter() - start
    after = resident("VmHWM")
    print(json.dumps({"seconds": seconds, "peak": after - before, "resident": after, "answer": answer}))


if __name__ == "__main__":
    main()
