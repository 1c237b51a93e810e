"""What an experiment reads off a spectrum or a record of coincidences, beside ``ph.spectrum`` and ``ph.correlation``.

- :func:`linewidth`: full width at half maximum of the strongest peak.
- :func:`phase_diffusion`: half of the linewidth of the phase.
- :func:`observed_frequency`: where a driven oscillator is seen to oscillate.
- :func:`g2`: coincidences g²(τ).

Examples
--------
>>> import photinus as ph
>>> clock = ph.Model(0, [ph.Jump(1.0, ph.oscillator("a").dag()), ph.Jump(3.0, ph.oscillator("a"))])
>>> round(ph.spectra.linewidth(clock, ph.oscillator("a")), 3)
2.0
"""

from photinus.solve.spectra.correlation import g2
from photinus.solve.spectra.spectrum import linewidth, observed_frequency, phase_diffusion

__all__ = ["g2", "linewidth", "observed_frequency", "phase_diffusion"]
