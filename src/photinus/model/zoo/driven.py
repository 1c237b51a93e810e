"""Terms of drives, in the conventions of the library: what is in step with a drive of phase θ has the phase θ."""

from __future__ import annotations

import cmath

from photinus.algebra import Operator


def force(up: Operator, strength: float, phase: float) -> Operator:
    """i·strength·(a†e^{iθ} − a e^{−iθ}), with ``up`` for a†."""
    term = 1j * strength * cmath.exp(1j * phase) * up
    return term + term.dag()
