# Everything is installed in .venv; nothing outside this folder is touched.
# Needed: python3 (3.11 or newer) with venv, and make. Another interpreter: make PYTHON=python3.12

PYTHON ?= python3
SCENARIO ?= scenarios/historical.toml
NEWER ?= $(shell .ci/newer-python)

VENV := .venv
PY := $(VENV)/bin/python
PIP := -m pip install --quiet --disable-pip-version-check
INSTALL := $(PIP) --no-compile -c constraints.txt
TEST_TOOLS := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["test"])
# Takes half the time that the one does which comes with Python 3.11; where it cannot be had, that one is used.
NEWER_PIP := $(PIP) --upgrade pip
INPUTS := pyproject.toml constraints.txt
# One worker for each processor, hyperthreads too. Each begins with a stretch of files and takes from others at the end:
# by files alone, one long file would be worked on alone.
PYTEST := -m pytest -q -n logical --maxprocesses 8 --dist worksteal
PREPARE := -c 'from sim.engines.compiled import prepare; prepare()'
KEPT := results/runs/kept-historical
# Commands and tests start many interpreters: what each compiles of modules is kept, though not beside the sources.
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/pycache
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test test-all verify verify-slurm verify-network checked lint test-newer baseline docs results crates openness inference readiness claims report experiments bench constraints clean engine
.DEFAULT_GOAL := help

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22

setup: $(VENV)/.complete  ## install what running needs into .venv

$(VENV)/.complete: $(INPUTS)
	@.ci/check-python $(PYTHON)
	$(PYTHON) -m venv $(VENV)
	-$(PY) $(NEWER_PIP)
	$(PY) $(INSTALL) -e .
	@touch $@

# The tools alone: the project itself is built already.
$(VENV)/.complete-test: $(VENV)/.complete
	$(PY) $(INSTALL) $$($(PY) -c '$(TEST_TOOLS)')
	@touch $@

run: setup  ## run the documented world (SCENARIO=scenarios/... for another)
	$(VENV)/bin/skloki run $(SCENARIO)

test: checked  ## checks and tests: some six minutes on two cores, at first
	$(PY) $(PYTEST)

test-all: checked  ## the same, and what takes longer: engines, clusters, pictures and the page at length
	$(PY) $(PYTEST) -m 'not verify'

verify: checked  ## inference against what is known: every check of it, long ones too
	$(PY) $(PYTEST) -m '' tests/inference

verify-slurm: $(VENV)/.complete-test  ## sweeps on a real Slurm of one node, where its packages can be installed
	.ci/verify-slurm

verify-network: $(VENV)/.complete-test  ## a sweep on two hosts whose link drops, where namespaces are permitted
	.ci/verify-network

# Compiles while it checks, so that not every worker compiles: the engine, and once what tests load.
checked: $(VENV)/.complete-test
	@{ $(PY) $(PREPARE); $(MAKE) -s --no-print-directory $(VENV)/.loaded; } & \
	$(MAKE) --no-print-directory lint; result=$$?; wait; exit $$result

$(VENV)/.loaded: $(VENV)/.complete-test
	@$(PY) -m pytest -q --collect-only > /dev/null 2>&1 || true  # what fails is told by the tests themselves
	@touch $@

lint: $(VENV)/.complete-test  ## style, types, import contract, spelling
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/codespell

# What a browser shows of a page hangs on no interpreter.
test-newer: .venv-newer/.complete  ## tests on a newer interpreter, but those in a browser (NEWER=path)
	.venv-newer/bin/python $(PREPARE)
	.venv-newer/bin/python $(PYTEST) --ignore tests/page

.venv-newer/.complete: $(INPUTS)
	@.ci/check-python $(NEWER)
	$(NEWER) -m venv .venv-newer
	-.venv-newer/bin/python $(NEWER_PIP)
	.venv-newer/bin/python $(INSTALL) -e '.[test]'
	@touch $@

engine: $(VENV)/.complete-test  ## lower the engine to WebAssembly and ship it, after a change of the model
	$(PY) -c 'from sim.engines import wasm; from sim.runner.model_version import kernels; wasm.ship(kernels())'

baseline: $(VENV)/.complete-test  ## rewrite the stored baselines, on purpose
	$(PY) -m pytest -q -m baseline --refresh-baseline

docs: setup  ## rewrite the generated tables of documents
	$(PY) -m sim.describe.odd docs/ODD.md docs/inference.md
	$(PY) -m sim.scenario.doc_tables docs/scenarios.md scenarios/scenario.schema.json
	$(PY) -m sim.experiment.schema docs/experiments.md
	$(PY) -m sim.claims.form docs/claims.md

results: setup  ## regenerate results/historical and the README's picture (20 replicates)
	$(VENV)/bin/skloki --quiet run $(SCENARIO) --replicates 20 --force --out $(KEPT)
	mkdir -p results/historical
	cp $(KEPT)/manifest.json $(KEPT)/targets.csv results/historical/
	for name in summary appointed moves opposition tilemap-performance; do cp $(KEPT)/figures/$$name.png results/historical/ || exit 1; done
	cp $(KEPT)/figures/summary.png docs/historical.png
	$(PY) -m sim.describe.crate

crates: setup  ## describe the folders of results/ for machines: ro-crate-metadata.json, after any change there
	$(PY) -m sim.describe.crate

openness: setup  ## is the question open, and what tilts it: seven sweeps (about half an hour)
	for name in openness openness-readings openness-tilt openness-places neutrality leans audit-of-twins; do $(VENV)/bin/skloki sweep $$name || exit 1; done

RIVALS := harris circular-flow programmatic gill path-dependence networks

inference: setup  ## calibrate on the record, and all that stands on it: results/calibration and the rivals (about an hour)
	$(VENV)/bin/skloki calibrate record
	$(VENV)/bin/skloki sweep hangs-on && $(VENV)/bin/skloki sweep hangs-on --ensemble record
	$(PY) -m sim.describe.inference record --also
	for name in $(RIVALS); do $(VENV)/bin/skloki calibrate experiments/rivals/$$name.toml || exit 1; done
	$(PY) -m sim.describe.inference $(RIVALS) && $(PY) -m sim.describe.rivals
	$(PY) -m sim.describe.crate

readiness: setup  ## when the time would have been right, and whether there was a way back (about half an hour)
	$(VENV)/bin/skloki readiness --svg && $(VENV)/bin/skloki lockin --svg
	$(PY) -m sim.describe.crate

claims: setup  ## every claim with its verdict: results/claims, after make inference (some two hours; skloki claims --quick: a first look)
	$(VENV)/bin/skloki calibrate documented && $(PY) -m sim.describe.inference documented
	$(VENV)/bin/skloki claims
	$(PY) -m sim.describe.crate

report: setup  ## all that was found as one page and a PDF: results/report.html, results/report.pdf
	$(PY) $(INSTALL) -e '.[report]'
	$(VENV)/bin/skloki report results --force

EXPERIMENTS := december-1923 december-1923-as-read who-judges-better literacy-cadres threat-literacy switch-date switch-apart cadre-department quick-peace

experiments: setup  ## run the shipped sweeps and keep what they give in results/ (about an hour and a half)
	for name in $(EXPERIMENTS); do $(VENV)/bin/skloki sweep $$name && $(PY) -m sim.describe.page $$name || exit 1; done
	$(PY) -m sim.describe.crate

bench: $(VENV)/.complete-test  ## measure anew into results/bench (about ten minutes, on an idle machine)
	$(PY) -m experiments.bench
	$(PY) -m experiments.bench.sweeps

constraints: setup  ## resolve the tested set anew
	$(PY) $(PIP) uv
	UV_PYTHON_DOWNLOADS=never $(VENV)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	    --all-extras --no-header --no-annotate pyproject.toml --output-file constraints.txt

clean:  ## remove what was installed and cached; results stay
	rm -rf .venv .venv-newer .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
