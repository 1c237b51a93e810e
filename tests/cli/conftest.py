"""A small study whose parts a test can replace, and a way to call the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from photinus.cli.app import photinus

STUDY = """
title = "A small tongue"
model = "van_der_pol"
quantities = ["phase_coherence(a)", "mean_number(a)"]

[fixed]
gain = 1
two_photon_loss = 1.0

[axes.drive]
values = [0.1, 0.4]
unit = "gain"

[axes.detuning]
from = -0.5
to = 0.5
points = 3
unit = "gain"

[cutoff]
converged = 1e-5
"""

FIGURES = """
[[figures]]
kind = "tongue"
quantity = "phase_coherence(a)"
boundary = "adler"

[[figures]]
kind = "wigner"
site = "a"
at = [{ drive = 0.4, detuning = 0.0 }, { drive = 0.1, detuning = 0.5 }]

[[figures]]
kind = "phase"
site = "a"
at = { drive = 0.4, detuning = 0.0 }

[[figures]]
kind = "populations"
site = "a"
at = { drive = 0.4, detuning = 0.0 }
"""

Writer = Callable[..., Path]
Caller = Callable[..., Result]


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Write the study, with texts replaced, and more at its end."""

    def write(*replacements: tuple[str, str], more: str = "", name: str = "study.toml") -> Path:
        text = STUDY
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text + more, "utf-8")
        return path

    return write


@pytest.fixture
def call() -> Caller:
    """Call the command in this process."""

    def call(*arguments: object) -> Result:
        result = CliRunner().invoke(photinus, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception  # a traceback is never an answer
        return result

    return call
