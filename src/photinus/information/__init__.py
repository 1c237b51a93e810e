"""Information."""

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
