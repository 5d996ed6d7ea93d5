# Two commands on a bare machine: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DATA ?= data
PORT_BASE ?= 19000
UNHURRIED := not slow and not chaos
ALONE := alone

.DEFAULT_GOAL := help
.PHONY: help install demo up test test-slow lint lock lock-kafka bench-landing bench-latency bench-year bench-walls photographs chaos chaos-full chaos-bugs models drill soak fuzz schemas boards docs clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED)  ## build .venv from the hash-locked requirements (only when they changed)

$(INSTALLED): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) --version 2>&1): try make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "[1/3] virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@echo "[2/3] packages of requirements-dev.lock, each checked against its hash (a minute or two the first time)"
	@$(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@echo "[3/3] this project, editable"
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: install  ## everything with simulated source systems; prints the wall's address, Ctrl-C ends it
	@$(BIN)/ioc demo --data $(DATA) --port-base $(PORT_BASE)

up: install  ## everything, without the simulator; the data stays in ./data (DATA=, PORT_BASE=)
	@$(BIN)/ioc up --data $(DATA) --port-base $(PORT_BASE)

test: lint  ## lint, types, unit tests, the real engine, the real broker
	$(BIN)/python -m pytest -q -n auto tests/unit tests/corpus tests/fuzz
	$(BIN)/python -m pytest -q -m "$(UNHURRIED)" -n 2 --dist loadfile tests/engine
	$(BIN)/python -m pytest -q -m "$(UNHURRIED) and not $(ALONE)" -n 2 --dist loadfile --no-loadscope-reorder tests/stack tests/browser
	$(BIN)/python -m pytest -q -m "$(UNHURRIED) and $(ALONE)" tests/stack

test-slow: install  ## what would make `make test` too long: photographs, a hung store, a frozen worker
	$(BIN)/python -m pytest -q -m "slow and not chaos" tests

lint: install  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

models: install  ## landing and reducing as machines, stopped at any step: 2,000 runs of 100 steps each (docs/proof.md)
	$(BIN)/python -m pytest -q --hypothesis-profile=nightly --timeout=0 tests/unit/land/test_model.py tests/unit/reduce/test_model.py
	$(BIN)/python -m pytest -q --timeout=0 -m slow tests/unit/reduce/test_seeded.py

drill: install  ## back up under load, wipe the store, restore, catch up: all equal (docs/runbook.md)
	$(BIN)/python -m pytest -m chaos -q tests/stack/test_backup.py

chaos: install  ## the first faults of the matrix and every failpoint on a real stack, judged by the oracle (docs/proof.md)
	$(BIN)/python -m proof chaos

chaos-full: install  ## every fault that can be made here, every failpoint with twenty seeds, every value under kills
	$(BIN)/python -m proof full
	$(BIN)/python -m pytest -q -m chaos tests/stack

chaos-bugs: install  ## ten seeded bugs in scratch copies: each must be found
	$(BIN)/python -m proof bugs

soak: MINUTES ?= 30
soak: install  ## 500 events/s for half an hour with a process killed each minute (MINUTES=)
	$(BIN)/python -m proof soak --minutes $(MINUTES)

# The lock is made for one platform; elsewhere the byte fuzzer is left out and says so.
ATHERIS := sys_platform == 'linux' and platform_machine == 'x86_64' and python_version < '3.14'
FUZZERS := $(VENV)/.fuzzers
$(FUZZERS): requirements-fuzz.lock | install
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r $<
	@touch $@

fuzz: MINUTES ?= 2
fuzz: $(FUZZERS)  ## every reader of strangers' bytes, and the gateway by its own description, MINUTES each (docs/bad-input.md)
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES)

bench-landing: install  ## a backlog of 1,000,000 events through landing, against a plain Faust agent
	$(BIN)/python -m bench.landing

bench-latency: install  ## publish to readable value at 500 events/s
	$(BIN)/python -m bench.latency

bench-year: install  ## one year of one ministry: processor time of landing, reduce and store
	$(BIN)/python -m bench.year

bench-walls: install  ## 50 walls at once: how soon a panel is in their hands, and what landing loses by it
	$(BIN)/python -m bench.walls

photographs: install  ## every board in Chromium at four sizes, into ./photographs, to be compared by eye
	IOC_PHOTOGRAPHS=photographs $(BIN)/python -m pytest -q -m slow tests/browser/test_photographs.py

schemas: install  ## write the JSON Schemas anew
	$(BIN)/ioc events generate

docs: install  ## write docs/kpis.md, events.md, promises.md anew from the catalogue
	$(BIN)/ioc docs generate

boards: install  ## write the Grafana boards anew
	$(BIN)/ioc boards generate

lock:  ## pin pyproject.toml's requirements with hashes, with uv from a throwaway environment
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && $(PYTHON) -m venv "$$scratch" && \
	"$$scratch/bin/python" -m pip install --quiet uv && \
	compile="$$scratch/bin/uv pip compile --quiet pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command" && \
	$$compile "make lock" -o requirements.lock && \
	$$compile "make lock" --extra dev -c requirements.lock -o requirements-dev.lock && \
	$$compile "make lock" --extra dev --extra fuzz -c requirements-dev.lock -o requirements-fuzz.lock && \
	sed -i "s/^atheris==[0-9.]*/& ; $(ATHERIS)/" requirements-fuzz.lock

lock-kafka: install  ## pin the jars of the Kafka version in local/jars.py anew
	$(BIN)/python -m local.relock

clean:  ## remove what was built; data directories stay
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
