"""Information: what flows between the parts of a system, what it is worth, what it costs. All in nats.

===================================  =========================================================================
function                             answer
===================================  =========================================================================
:func:`information_flow`             I_i of each part, whose sum is the growth of the correlations
:func:`local_second_laws`            the second law of each part, with the information that it spends or gathers
:func:`learning_rate`                how fast one site learns about the others, and at which cost
:func:`mutual_information_rates`     dI(a:b)/dt by the Hamiltonian, each bath and each jump
:func:`information_transfer`         what one site does to the entropy of another (Liang)
:func:`work_value`                   T·I, the work in correlations
:func:`landauer`                     erasure with a finite bath: βΔQ = ΔS + I + D
:func:`finite_bath_bound`            the least heat of a bath of d levels (Reeb and Wolf)
:func:`measurement_gain`             what a measurement tells, and the work of feedback (Sagawa and Ueda)
===================================  =========================================================================

Logarithms are taken on the support of a state, never of a state to which something small was added.
"""

from photinus.information.flow import (
    InformationRates,
    LearningRate,
    LocalSecondLaws,
    information_flow,
    information_transfer,
    learning_rate,
    local_second_laws,
    mutual_information_rates,
)
from photinus.information.work import (
    Erasure,
    MeasurementGain,
    finite_bath_bound,
    landauer,
    measurement_gain,
    work_value,
)

__all__ = [
    "Erasure",
    "InformationRates",
    "LearningRate",
    "LocalSecondLaws",
    "MeasurementGain",
    "finite_bath_bound",
    "information_flow",
    "information_transfer",
    "landauer",
    "learning_rate",
    "local_second_laws",
    "measurement_gain",
    "mutual_information_rates",
    "work_value",
]
