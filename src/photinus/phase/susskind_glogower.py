"""The exponential of Susskind and Glogower, the one-sided e^{iφ} of an oscillator."""

from __future__ import annotations

from photinus.algebra import Operator, Oscillator, diagonal
from photinus.errors import WrongType, shown


def susskind_glogower(a: Operator) -> Operator:
    """E = Σ_n |n⟩⟨n+1| = (n + 1)^{−1/2} a, the e^{iφ} of the infinite ladder of number states.

    E E† = 1, but E†E = 1 − |0⟩⟨0|: E is no unitary, and there is no Hermitian φ with E = e^{iφ}. Expectation values of
    its powers are the harmonics of the canonical density, ⟨Eᵏ⟩ = ⟨e^{ikφ}⟩. The cosine C = (E + E†)/2 and the sine
    S = (E − E†)/2i are Hermitian and do not commute: [C, S] = (i/2)|0⟩⟨0|, C² + S² = 1 − ½|0⟩⟨0|.

    Parameters
    ----------
    a : Operator
        The annihilation operator of an oscillator, as :func:`photinus.oscillator` gives it.

    Returns
    -------
    Operator

    Raises
    ------
    WrongType
        For anything but an annihilation operator.

    References
    ----------
    Susskind1964, Carruthers1968.

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> E = ph.phase.susskind_glogower(a)
    >>> (E * E.dag()).isclose(1), (E.dag() * E).isclose(1)
    (True, False)
    >>> state = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, drive=0.5, drive_phase=1.0))
    >>> abs(state.expect(E) - ph.phase.distribution(state, "a").moment(1)) < 1e-12
    True
    """
    site = a.sites[0] if isinstance(a, Operator) and len(a.sites) == 1 else None
    if not isinstance(site, Oscillator) or a != Operator({((site, (0, 1, ())),): 1.0}):
        raise WrongType(
            f"The exponential of Susskind and Glogower is asked of {shown(a)}.",
            'Give the annihilation operator of an oscillator, ph.oscillator("a").',
        )
    return diagonal(a, _inverse_root) * a


def _inverse_root(n: int) -> float:
    return (n + 1) ** -0.5
