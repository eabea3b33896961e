# Everything is installed in .venv; nothing outside this folder is touched.
# Needed: python3 (3.11 or newer) with venv, and make. Another interpreter: make PYTHON=python3.12

PYTHON ?= python3
SCENARIO ?= scenarios/historical.toml
NEWER ?= $(shell .ci/newer-python)

VENV := .venv
PY := $(VENV)/bin/python
INSTALL := -m pip install --quiet --no-compile --disable-pip-version-check -c constraints.txt -e '.[test]'
INPUTS := pyproject.toml constraints.txt
KEPT := results/runs/kept-historical

.PHONY: help setup run test lint test-newer baseline docs results openness experiments bench constraints clean
.DEFAULT_GOAL := help

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22

setup: $(VENV)/.complete  ## install into .venv

$(VENV)/.complete: $(INPUTS)
	@.ci/check-python $(PYTHON)
	$(PYTHON) -m venv $(VENV)
	$(PY) $(INSTALL)
	@touch $@

run: setup  ## run the documented world (SCENARIO=scenarios/... for another)
	$(VENV)/bin/skloki run $(SCENARIO)

test: setup lint  ## checks and tests
	$(PY) -m pytest -q

lint: setup  ## style, types, import contract, spelling
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/codespell

test-newer: .venv-newer/.complete  ## tests on a newer interpreter (NEWER=path)
	.venv-newer/bin/python -m pytest -q

.venv-newer/.complete: $(INPUTS)
	@.ci/check-python $(NEWER)
	$(NEWER) -m venv .venv-newer
	.venv-newer/bin/python $(INSTALL)
	@touch $@

baseline: setup  ## rewrite the stored baselines, on purpose
	$(PY) -m pytest -q -m baseline --refresh-baseline

docs: setup  ## rewrite the generated tables of docs/ODD.md
	$(PY) -m sim.describe.odd docs/ODD.md
	$(PY) -m sim.scenario.fields docs/scenarios.md scenarios/scenario.schema.json
	$(PY) -m sim.experiment.fields docs/experiments.md

results: setup  ## regenerate results/historical and the README's picture (20 replicates)
	$(VENV)/bin/skloki --quiet run $(SCENARIO) --replicates 20 --set run.committees=true --force --out $(KEPT)
	mkdir -p results/historical
	cp $(KEPT)/manifest.json $(KEPT)/targets.csv results/historical/
	for name in summary appointed moves opposition tilemap-performance; do cp $(KEPT)/figures/$$name.png results/historical/ || exit 1; done
	cp $(KEPT)/figures/summary.png docs/historical.png

openness: setup  ## regenerate results/openness (about ten minutes)
	$(PY) -m experiments.openness

EXPERIMENTS := december-1923 who-judges-better literacy-cadres threat-literacy switch-date switch-apart cadre-department quick-peace

experiments: setup  ## run the shipped sweeps and keep what they give in results/ (about an hour and a half)
	for name in $(EXPERIMENTS); do $(VENV)/bin/skloki sweep $$name && $(PY) -m experiments.keep $$name || exit 1; done

bench: setup  ## regenerate results/bench (about a quarter of an hour, on an idle machine)
	$(PY) -m experiments.bench
	$(PY) -m experiments.bench.sweeps

constraints: setup  ## resolve the tested set anew
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	UV_PYTHON_DOWNLOADS=never $(VENV)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	    --all-extras --no-header --no-annotate pyproject.toml --output-file constraints.txt

clean:  ## remove what was installed and cached; results stay
	rm -rf .venv .venv-newer .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
