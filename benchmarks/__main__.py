"""``python -m benchmarks [NAME …]``: run benchmarks by name; without a name, list them."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path


def main() -> int:
    """Run the named benchmarks."""
    here = Path(__file__).parent
    names = sorted(p.stem for p in here.glob("*.py") if p.stem not in ("__init__", "__main__", "process", "worker"))
    unknown = [name for name in sys.argv[1:] if name not in names]
    if unknown or len(sys.argv) == 1:
        print(f"usage: python -m benchmarks NAME …\nbenchmarks: {', '.join(names)}")
        return 2 if unknown else 0
    for name in sys.argv[1:]:
        import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
