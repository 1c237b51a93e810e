"""How long do ``import photinus`` and ``photinus --help`` take, next to ``import scipy.sparse.linalg``?"""

from __future__ import annotations

import subprocess
import sys
from time import perf_counter

from benchmarks.process import ROOT, machine

CASES = {
    "python": "pass",
    "import scipy.sparse.linalg": "import scipy.sparse.linalg",
    "import photinus": "import photinus",
    "import photinus and solve": (
        "import photinus as ph; ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5))"
    ),
    "photinus --help": "import sys; sys.argv = ['photinus', '--help']; from photinus.cli import main; main()",
}


def main() -> None:
    """Print the best of seven for each."""
    print(__doc__, machine(), sep="\n")
    for name, code in CASES.items():
        best = float("inf")
        for _ in range(7):
            start = perf_counter()
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
            best = min(best, perf_counter() - start)
        print(f"{name:>28}: {best:.3f} s")
