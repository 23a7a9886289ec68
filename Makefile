# The list of habits. A fresh machine needs Python 3.11 or newer and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The first Python that is new enough; name another with `make setup PYTHON=…`.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done || echo python3)
BIN := .venv/bin

.PHONY: help setup setup-dev run test check docs lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## virtual environment, PostgreSQL, Java and Kafka, out of packages
	@command -v $(firstword $(PYTHON)) >/dev/null || { \
		echo 'setup: no Python found; tsunagi needs Python 3.11 or newer (or: make setup PYTHON=/path/to/it)'; exit 1; }
	@$(PYTHON) bootstrap.py stack
	@$(BIN)/python -m tsunagi.stack.packages

setup-dev: setup  ## and what tests and checks need
	@$(PYTHON) bootstrap.py dev

run: setup  ## the whole system on this machine, with the drill `kobe`; Ctrl-C stops it
	@$(BIN)/tsunagi up --scenario kobe --then 'drill kobe'

test: setup-dev check  ## checks, then all tests on real systems, three groups side by side
	@$(BIN)/pytest -m 'not long' -n 3

check: setup-dev  ## ruff, mypy, import rules, dependencies, dead code, documents up to date
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .
	@$(BIN)/python -m tsunagi.docs --check
	@! $(BIN)/vulture | grep -E '^(shared/kernel|services/[a-z]+/domain)/.* unused (function|class|method|property|import)'

docs: setup-dev  ## write the documents that are made from code (events, AsyncAPI, codes, requirements …)
	@$(BIN)/python -m tsunagi.docs

UV := .cache/uv/bin/uv
COMPILE = $(UV) pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --quiet --custom-compile-command 'make lock' $(UPGRADE)

$(UV):
	@$(PYTHON) -m venv .cache/uv
	@.cache/uv/bin/pip install --quiet --disable-pip-version-check uv

lock: $(UV)  ## pin what pyproject.toml asks for, with hashes (UPGRADE=--upgrade for newer versions)
	@$(COMPILE) --extra stack --extra dev -o requirements-dev.lock
	@$(COMPILE) --extra stack -c requirements-dev.lock -o requirements-stack.lock
	@$(COMPILE) -c requirements-dev.lock -o requirements.lock
	@echo 'Locked. (Kafka and PostgreSQL have a list of their own: $(BIN)/python -m tsunagi.stack.artifacts)'
	@! grep -nE '://|^--|^-[a-z]' requirements*.lock || { echo 'lock: a host or an option stands in a lock'; exit 1; }

clean:  ## remove what can be made again (not the stack with its data: `tsunagi down --purge`)
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info .setup.lock
