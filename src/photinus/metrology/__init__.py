"""How precisely a state, a light or a clock tells a number."""

from photinus.metrology.classical import classical_fisher_information
from photinus.metrology.continuous import EmissionInformation, counting_information, emission_information
from photinus.metrology.limits import *
from photinus.metrology.measurements import HeterodyneReading, Number, Phase, Quadrature
from photinus.metrology.quantum import (
    FisherMatrix,
    LogarithmicDerivative,
    fisher_matrix,
    quantum_fisher_information,
    symmetric_logarithmic_derivative,
)
from photinus.metrology.sensing import *
