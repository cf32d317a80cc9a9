# Jimu. Two commands set everything up: `make run` and `make test`. All else is here for those who work on it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
FRONT  := platform/jimu/web/frontend
ASSETS := $(wildcard $(FRONT)/*.js $(FRONT)/*.css $(FRONT)/*.json $(FRONT)/*.mjs $(FRONT)/**/*.js $(FRONT)/**/*.css)

.DEFAULT_GOAL := help
.PHONY: help compiled install install-dev run test test-all lint bench shots lock clean

help:            ## this list
	@grep -E '^[a-z-]+: .*##|^[a-z-]+:  *##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 20

$(VENV)/.installed: pyproject.toml requirements.lock requirements-build.lock platform/hatch_build.py $(ASSETS)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3 cannot make a virtual environment: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock -r requirements-build.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Start-up reads 800 modules; an environment that forbids Python to keep their byte code would compile each of them at every start.
compiled: $(VENV)/.installed
	@$(BIN)/python -m compileall -q -x node_modules platform/jimu plugins

install: $(VENV)/.installed compiled      ## virtual environment in .venv, front-end assets built

install-dev: $(VENV)/.installed-dev compiled

run: install     ## start Jimu with a demo company on http://127.0.0.1:8000 (JIMU_PORT, JIMU_HOME, JIMU_SEED=none)
	@exec $(BIN)/jimu run

test: install-dev  ## the test suite; PostgreSQL, Redis and Chromium are used where they are at hand
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow"

test-all: install-dev  ## the slow, exhaustive runs as well, and everything on both databases
	$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: install-dev  ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check platform plugins tests wsgi.py
	MYPYPATH=platform $(BIN)/mypy
	PYTHONPATH=platform $(BIN)/lint-imports

bench: install-dev  ## requests per second against a hand-written application, as ratios
	$(BIN)/python -m tests.bench both

shots: install-dev  ## screenshots of every kind of page of a running `make run`, into tests/e2e/shots
	$(BIN)/python -m tests.e2e.screenshots http://127.0.0.1:$${JIMU_PORT:-8000} admin@jimu.example jimu-demo

lock: install-dev  ## resolve the dependencies anew
	printf 'hatchling>=1.27\neditables\nnodejs-wheel-binaries==24.19.0\n' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate - -o requirements-build.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra dev pyproject.toml -o requirements-dev.lock

clean:           ## remove everything that was built
	rm -rf $(VENV) platform/jimu/static/dist $(FRONT)/node_modules .pytest_cache .mypy_cache .ruff_cache
