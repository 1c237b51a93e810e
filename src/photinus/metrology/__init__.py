"""How precisely a state, a light or a clock tells a number."""

from photinus.metrology.quantum import (
    FisherMatrix,
    LogarithmicDerivative,
    fisher_matrix,
    quantum_fisher_information,
    symmetric_logarithmic_derivative,
)
