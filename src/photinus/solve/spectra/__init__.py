"""Two-time correlations and spectra."""
