# Each target sets up what it needs in .venv; `make mnist` and `make test` work from a fresh clone.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DATA   ?=
PEERS  ?= $(wildcard .peers)
EPOCHS ?= 5
SEED   ?= 0
ARGS   ?=

.PHONY: mnist test lint docs notebooks bench clean
.DEFAULT_GOAL := help

help:
	@echo "make mnist [DATA=folder] [EPOCHS=5] [SEED=0]  set up, train the two-layer model, write runs/"
	@echo "make test                                     set up, run the tests"
	@echo "make lint                                     ruff and mypy"
	@echo "make docs                                     build the site in docs/_build/html"
	@echo "make notebooks DATA=folder                    run the notebooks' sources and store their outputs"
	@echo "make bench [PEERS=environment] [DATA=folder]  our work beside other libraries', as ratios"
	@echo "make clean                                    remove .venv and everything built"

# One environment; a stamp per set of extras, renewed when pyproject.toml changes.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "gradtape needs Python 3.11 or newer; got $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

EXTRAS_run  := plot,graph
EXTRAS_test := plot,graph,test
EXTRAS_lint := lint
EXTRAS_bench := fast
EXTRAS_docs := graph,docs

$(VENV)/.%: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$(EXTRAS_$*)]'
	@touch $@

mnist: $(VENV)/.run
	$(BIN)/gradtape mnist --epochs $(EPOCHS) --seed $(SEED) $(if $(DATA),--data "$(DATA)") $(ARGS)

test: $(VENV)/.test
	$(BIN)/python -m pytest -n auto $(ARGS)

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

notebooks: $(VENV)/.test
	$(if $(DATA),GRADTAPE_DATA="$(DATA)") $(BIN)/python notebooks/execute.py

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks $(if $(PEERS),--peers "$(PEERS)") $(if $(DATA),--data "$(DATA)") $(ARGS)

clean:
	rm -rf $(VENV) build dist docs/_build docs/_generated docs/notebooks .pytest_cache .mypy_cache .ruff_cache .hypothesis
