# fairmatch: `make demo` and `make test` are all a newcomer needs. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
# Processes that tests start keep what they have compiled for the next.
unexport PYTHONDONTWRITEBYTECODE
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Files of the virtual environment that say which lock it was installed from.
RUN := .venv/installed-run
TEST := .venv/installed-test
BENCH := .venv/installed-bench

# Two processes of tests more than there are processors: half of their time they wait for a database or a browser.
TESTERS := $(shell expr 2 + $$(getconf _NPROCESSORS_ONLN))

.DEFAULT_GOAL := help
.PHONY: help demo serve test coverage lint bench torture pictures format lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUN) ## the Paris edition from spreadsheets to timetables, in var/
	$(BIN)/fairmatch demo

serve: $(RUN) ## the service on http://127.0.0.1:8000: console and portals, API under /api/v1
	$(BIN)/fairmatch db upgrade
	$(BIN)/fairmatch serve

test: $(TEST) ## everything: unit, property, API, files, on SQLite and PostgreSQL
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile

coverage: $(TEST) ## the tests again, with the branches that they take: 95 % of the engine and the domain, 90 % of all
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --cov --cov-report=
	$(BIN)/python -m coverage report --include='scoring/*,app/domain/*' --fail-under=95
	$(BIN)/python -m coverage report --fail-under=90

lint: $(TEST) ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(BENCH) ## benchmarks beside their peers; DATA=folder with the development data
	$(BIN)/python -m benchmarks $(DATA)

torture: $(TEST) ## races, kills and made-up calls as often as promised (hours); writes docs/torture.md
	FAIRMATCH_TORTURE=full $(BIN)/python -m pytest tests/torture tests/api/test_races.py tests/api/test_idempotency.py \
	  tests/api/test_progress.py tests/api/test_transactions.py tests/api/test_races_of_changes.py \
	  tests/api/test_meetings.py tests/api/test_publications.py

pictures: $(TEST) ## pictures of the console for the documents (needs Chromium)
	$(BIN)/python -m tests.web.pictures

format: $(TEST) ## put the code into shape
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

lock: ## renew the lock files (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-strip-extras --upgrade pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-strip-extras pyproject.toml --group test -c requirements.lock -o requirements-test.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-strip-extras pyproject.toml --group test --group bench -c requirements-test.lock \
	  -o requirements-bench.lock

clean: ## remove the virtual environment and what the demo wrote
	rm -rf .venv var

.venv/bin/python:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 14); \
	  sys.exit(None if ok else f"fairmatch needs Python 3.11 to 3.14; {sys.executable} is {sys.version.split()[0]}. Say: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv

$(RUN): requirements.lock pyproject.toml | .venv/bin/python
	@echo "installing (about a minute, once) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST): $(RUN) requirements-test.lock
	@$(INSTALL) --require-hashes -r requirements-test.lock
	@touch $@

$(BENCH): $(TEST) requirements-bench.lock
	@$(INSTALL) --require-hashes -r requirements-bench.lock
	@touch $@
