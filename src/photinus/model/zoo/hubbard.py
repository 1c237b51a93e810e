"""Electrons on a chain, built from qudits of four levels by the transformation of Jordan and Wigner."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

from photinus.algebra import Operator, qudit
from photinus.model.jumps import Jump
from photinus.model.model import Model
from photinus.numerics.checks import real_number, whole_number


def hubbard(
    count: int = 2,
    *,
    hopping: float,
    interaction: float = 0.0,
    field: float = 0.0,
    dephasing: float = 0.0,
    spin_dephasing: float = 0.0,
    pair_loss: float = 0.0,
) -> Model:
    """The Fermi-Hubbard chain in a magnetic field, with local dephasing of the charge or of each spin, and pair loss.

    H = −hopping·Σ_jσ (c†_jσ c_{j+1,σ} + h.c.) + interaction·Σ_j n_j↑ n_j↓ + (field/2)·Σ_j (n_j↑ − n_j↓),

    with the jumps dephasing·D[n_j↑ + n_j↓], spin_dephasing·D[n_j↑], spin_dephasing·D[n_j↓] and
    pair_loss·D[c_j↑ c_j↓].

    Parameters
    ----------
    count : int
        Number of sites, the qudits q1, q2, …, with the levels 0 (empty), 1 (↑), 2 (↓), 3 (both).
    hopping, interaction, field : float
        t, U, B (rates).
    dephasing : float
        ≥ 0. It does not see the spin: S₊ = Σ c†_j↑ c_j↓ stays a dynamical symmetry of frequency B.
    spin_dephasing : float
        ≥ 0. It sees the spin and destroys the symmetry.
    pair_loss : float
        ≥ 0. Two atoms of one site are lost together, as a singlet: blind to the spin too. It ends in states that are
        symmetric in the spins, which never share a site (FossFeig2012).

    Returns
    -------
    Model

    References
    ----------
    Buca2019, FossFeig2012.

    Examples
    --------
    >>> import photinus as ph
    >>> len(ph.zoo.hubbard(2, hopping=1, interaction=2, field=1, dephasing=0.4).jumps)
    2
    """
    count = whole_number(count, "number of sites")
    t, u, b = (
        real_number(value, name)
        for value, name in ((hopping, "hopping"), (interaction, "interaction"), (field, "field"))
    )
    up, down = annihilators(count)
    electrons = [[c.dag() * c for c in spins] for spins in (up, down)]
    hamiltonian = reduce(lambda x, y: x + y, [u * n * m + 0.5 * b * (n - m) for n, m in zip(*electrons, strict=True)])
    for spins in (up, down):
        for left, right in pairwise(spins):
            hop = left.dag() * right
            hamiltonian = hamiltonian - t * (hop + hop.dag())
    rates = [real_number(value, "dephasing", minimum=0.0) for value in (dephasing, spin_dephasing)]
    lost = real_number(pair_loss, "pair loss", minimum=0.0)
    jumps = [Jump(rates[0], n + m) for n, m in zip(*electrons, strict=True)] if rates[0] else []
    if rates[1]:
        jumps += [Jump(rates[1], n) for spins in electrons for n in spins]
    if lost:
        jumps += [Jump(lost, c * d) for c, d in zip(up, down, strict=True)]
    return Model(hamiltonian, jumps, ["Buca2019", *(["FossFeig2012"] if lost else [])])


def annihilators(count: int) -> tuple[list[Operator], list[Operator]]:
    """c_j↑ and c_j↓ of sites 1 … count: they anticommute, thanks to the parities of the sites to their left."""
    sites = [qudit(f"q{j + 1}", 4) for j in range(count)]
    parities = [q(0, 0) - q(1, 1) - q(2, 2) + q(3, 3) for q in sites]
    up: list[Operator] = []
    down: list[Operator] = []
    for j, q in enumerate(sites):
        local = q(0, 1) + q(2, 3), q(0, 2) - q(1, 3)
        for c, out in zip(local, (up, down), strict=True):
            out.append(reduce(lambda x, y: y * x, reversed(parities[:j]), c))
    return up, down
