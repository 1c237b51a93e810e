"""``python -m benchmarks [NAME …] [--sizes N,N,…]``: run benchmarks by name; without a name, list them."""

from __future__ import annotations

import argparse
import inspect
from importlib import import_module
from pathlib import Path

TOOLS = ("__init__", "__main__", "process", "worker", "figures")


def names() -> dict[str, str]:
    """Every benchmark and the question that it asks."""
    here = Path(__file__).parent
    found = sorted(path.stem for path in here.glob("*.py") if path.stem not in TOOLS)
    return {name: (import_module(f"benchmarks.{name}").__doc__ or "").splitlines()[0] for name in found}


def main() -> None:
    """Run the named benchmarks."""
    known = names()
    listing = "\n".join(f"  {name:<14} {question}" for name, question in known.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="photinus and its rivals on the same models, in one run.",
        epilog=f"benchmarks:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which benchmarks")
    parser.add_argument("--sizes", metavar="N,N,…", help="levels, where a benchmark has sizes")
    given = parser.parse_args()
    for name in given.names:
        if name not in known:
            parser.error(f"there is no benchmark {name!r}; there are {', '.join(known)}")
    if not given.names:
        parser.print_help()
    for name in given.names:
        run = import_module(f"benchmarks.{name}").main
        if given.sizes is None:
            run()
        elif "sizes" in inspect.signature(run).parameters:
            run(sizes=tuple(int(part) for part in given.sizes.split(",")))
        else:
            parser.error(f"{name} has no sizes")


if __name__ == "__main__":
    main()
