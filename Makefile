# make run     the main job: the Arnold tongue of a quantum van der Pol oscillator, into out/arnold_tongue
# make test    all tests
# make check   linter, format, types, import contracts, strict docs, tests and gates: what continuous integration runs
# make docs    the documentation, into docs/_build/html
# make clean   removes .venv and everything that was built
#
# Each creates .venv and installs what it needs there; nothing else on the machine is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out/arnold_tongue
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test check docs clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

run: $(VENV)/.installed-run
	$(BIN)/photinus run examples/arnold_tongue.toml --out $(OUT) --workers $(WORKERS)

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n $(WORKERS)

check: $(VENV)/.installed-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sphinx-build -E -W -n --keep-going -q -b html docs docs/_build/html
	$(BIN)/python -m pytest -n $(WORKERS)

docs: $(VENV)/.installed-check
	$(BIN)/sphinx-build -E -W -n --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

clean:
	rm -rf $(VENV) build dist docs/_build docs/api/generated .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp for each set of extras; a stamp is renewed when pyproject.toml changes.
EXTRAS-run :=
EXTRAS-test := [test]
EXTRAS-check := [test,docs,check]

$(VENV)/.installed-%: pyproject.toml | $(VENV)/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.$(EXTRAS-$*)'
	@touch $@

# Made last, so that an interrupted creation is begun anew.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "photinus needs Python 3.11 or newer, but \
	$(PYTHON) is %d.%d; name a newer one, as in: make PYTHON=/path/to/python3.12" % sys.version_info[:2])'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@touch $@
