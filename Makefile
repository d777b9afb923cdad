# Everything that this project does, by name. `make help` reads the comments behind the targets.
# Needs git, make and Python >= 3.11; nothing else, and no root.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test test-long check format schema json-schemas reference requirements bench clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: $(STAMP) ## Start Catchment on an embedded Postgres (ARGS="--port 9000" to pass options)
	@$(BIN)/catchment serve $(ARGS)

test: $(STAMP) check ## Lint, types, import walls and all tests, in a profile that fits CI
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

test-long: $(STAMP) check ## The same with many examples, kills and events: before a release
	@CATCHMENT_TEST_PROFILE=long $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: $(STAMP) ## Lint, types and import walls only
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@PYTHONPATH=collector:emitters $(BIN)/lint-imports

format: $(STAMP) ## Write the code as the formatter wants it
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

schema: $(STAMP) ## Write migrations/schema.sql anew from the migrations
	@$(BIN)/python -m catchment.postgres.schema_dump

json-schemas: $(STAMP) ## Write schemas/ anew from the models of the strict reader
	@$(BIN)/python -m catchment.events.strict.json_schema

reference: $(STAMP) ## Write the pages of docs/reference/ that follow from the code
	@$(BIN)/python docs/generate.py

requirements: ## Pin the dependencies anew (needs uv)
	@for name in run build dev prefect dagster examples; do \
	  uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url --no-emit-find-links \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; done

bench: $(STAMP) ## Measure ingest and lineage, each on an embedded server of its own, and emitters
	@$(BIN)/python -m benchmarks.ingest $(ARGS)
	@$(BIN)/python -m benchmarks.lineage
	@$(BIN)/python -m benchmarks.emitters

clean: ## Remove the environment and what tools left behind
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(STAMP): requirements/dev.txt pyproject.toml emitters/pyproject.toml hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; say: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation -e . -e emitters
	@touch $@
