# The one door. `make report` and `make test` each do all the set-up a fresh machine needs:
# Python 3.11-3.13 with pip, and make, are enough.
PYTHON ?= python3
PLAN   ?= evaluation.yml
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DEV    := $(VENV)/.ready-dev
# two tests at a time, each on one core: threads of the linear algebra would only wait for one another
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
RESOLVE := $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --quiet --no-header --no-annotate --no-emit-index-url
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
KERNELS := PYTHONPATH=tests $(BIN)/python -m pytest -p kernels_by_file

.DEFAULT_GOAL := help
.PHONY: help report test test-longer test-slow lint lab docs twins bench data lock venv clean

help: ## list these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

report: $(READY) ## data and plan -> finished report under reports/ (PLAN=evaluation.yml)
	@$(BIN)/impact run $(PLAN)

test: $(DEV) ## everything but the longer and the slow checks
	@$(ONE_THREAD) $(BIN)/python -m pytest -n 2 --dist loadfile -p no:nbval -m "not slow and not longer"
	@$(ONE_THREAD) $(KERNELS) --nbval-lax --nbval-current-env -q -n 2 --dist loadfile notebooks/0[1-9]_*.ipynb
	@$(ONE_THREAD) $(KERNELS) --nbval --nbval-current-env -q -p no:xdist tests/notebooks

test-longer: $(DEV) ## simulated sizes, LibreOffice, the sites in a browser, a second whole run: what CI runs besides
	@$(ONE_THREAD) $(BIN)/python -m pytest -q -n 2 --dist loadgroup -p no:nbval -m longer

test-slow: $(DEV) ## simulations of many panels and all that takes minutes; properties on newly drawn examples
	@$(ONE_THREAD) $(BIN)/python -m pytest -n 2 --dist load -p no:nbval -m slow
	@$(ONE_THREAD) $(BIN)/python -m pytest -n 2 --dist loadfile -p no:nbval -m "hypothesis and not slow" --hypothesis-profile searching

lint: $(DEV) ## style, types, and imports that only go down
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/nbstripout --verify notebooks/*.ipynb

lab: $(READY) ## JupyterLab on the tour of ten minutes (00_visite: in French)
	@$(BIN)/jupyter lab --notebook-dir notebooks notebooks/00_tour.ipynb

docs: $(DEV) ## the documentation site, under build/docs; needs no network, nor does it
	@$(BIN)/python -m sphinx -q -b html -W docs build/docs
	@echo "build/docs/index.html"

twins: $(DEV) ## the text twins of the notebooks, and the outputs of the tours that tests compare
	@$(BIN)/jupytext --quiet --to text//py:percent --opt notebook_metadata_filter=-all notebooks/*.ipynb
	@$(BIN)/jupyter nbconvert --to notebook --execute --output-dir tests/notebooks notebooks/00_*.ipynb

bench: $(DEV) ## speed, memory and import cost as ratios against peers
	@$(INSTALL) --group bench
	@$(BIN)/python -m benchmarks
	@$(BIN)/python -m benchmarks.inference
	@$(BIN)/python -m benchmarks.report
	@$(BIN)/python -m benchmarks.load
	@$(BIN)/python -m benchmarks.covariates
	@$(BIN)/python -m benchmarks.synthetic

data: $(READY) ## make the embedded case again (data/artisans.*)
	@$(BIN)/impact data

lock: $(VENV)/bin/uv ## resolve both locks again: what a user needs, what a developer adds (hashes, no addresses)
	@$(RESOLVE) --output-file requirements.lock
	@$(RESOLVE) --group dev --constraints requirements.lock --output-file requirements-dev.lock

venv: $(DEV) ## the virtual environment with everything for development

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(not (3, 11) <= v < (3, 14))' || \
	  { echo "impact needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(READY): $(VENV)/bin/uv pyproject.toml requirements.lock
	@echo "setting up $(VENV)"
	@$(INSTALL) --compile-bytecode --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --editable .
	@$(BIN)/python -m compileall -q impact
	@touch $@

$(DEV): $(READY) requirements-dev.lock
	@$(INSTALL) --compile-bytecode --require-hashes -r requirements-dev.lock
	@touch $@

clean: ## remove the virtual environment and caches
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
