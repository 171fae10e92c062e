# Every command that people and CI use. Each does all the set-up it needs, and may be run again.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test check format airflow airflow-e2e scale-e2e bench clean sync uv

UV_VERSION := 0.13.9
PYTHON ?= python3.11
UV := .tools/bin/uv
# The project brings its own tools; nothing is taken from, or left in, an active environment.
unexport VIRTUAL_ENV
# Compiled code is kept: without it every process that starts, and the tests start hundreds, takes twice as long to.
unexport PYTHONDONTWRITEBYTECODE
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
RUN := .venv/bin/python -m
AIRFLOW_PORT ?= 8080

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | sed -E 's/^([a-z0-9-]+):[^#]*## /  make \1\t/' | expand -t 20

demo: uv ## set everything up and run the main job against simulators of four systems
	@$(UV) sync --quiet --frozen --inexact --no-default-groups --group plugins
	@$(RUN) hub run --sandbox

# Three at a time on two cores: a third of the time the tests wait, for a lease, a process or a budget.
test: sync ## set everything up and run the tests
	@$(RUN) pytest -q -n 3 --dist loadfile --no-loadscope-reorder

check: sync ## format, lint, types, import rules, generated docs
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy -p hub -p hub_x -p hub_salesforce -p hub_zendesk -p hub_voucherify -p hub_pii_en -p hub_pii_en_large -p hub_emotion_en
	.venv/bin/python -c "from importlinter.cli import lint_imports_command as main; main()"
	.venv/bin/python docs/generate.py --check

format: sync ## format the code and write the generated reference pages
	$(RUN) ruff check --fix --quiet . || true
	$(RUN) ruff format .
	.venv/bin/python docs/generate.py

airflow: uv ## Apache Airflow with the hub's DAGs, and simulators of four systems, until Ctrl-C
	@$(UV) sync --quiet --frozen --inexact --no-default-groups --group plugins --extra airflow
	@exec $(RUN) hub.airflow.local --sandbox --port $(AIRFLOW_PORT)

airflow-e2e: sync ## the same in a real Airflow as by hand, and nothing personal in it: SQLite, LocalExecutor, a browser
	@$(RUN) pytest -q -m cluster tests/cluster/test_local.py tests/cluster/test_bundle.py

scale-e2e: sync ## the same with PostgreSQL, Redis and two Celery workers, each of which is killed in the middle
	@$(RUN) pytest -q -m cluster tests/cluster/test_scale.py

bench: sync ## measure; prints its tables
	@for file in bench/bench_*.py; do .venv/bin/python "$$file"; done

clean: ## remove what the other commands made
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache var dist

sync: uv
	@$(UV) sync --quiet --frozen --group dev

uv: $(UV)

$(UV):
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) was not found; install Python 3.11, or name one: make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -m venv .tools || { echo "make: $(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 2; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
