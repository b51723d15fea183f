.DEFAULT_GOAL := check
.PHONY: help demo test test-generative check fix dev system docs bench lock clean
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed-dev
CORE_STAMP := .venv/.installed-core

help:  ## list the recipes
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST)

$(CORE_STAMP): requirements/core.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements/core.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(STAMP): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(CORE_STAMP)

dev: $(STAMP)  ## the developer's environment, from the lock file

demo: $(CORE_STAMP)  ## read out the embedded trial; prints the path of the report
	$(BIN)/abscopal demo

check: $(STAMP)  ## the gate of every commit: style, types, architecture, fast tests
	$(BIN)/ruff format --check src tests benchmarks scripts docs
	$(BIN)/ruff check src tests benchmarks scripts docs
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/typos
	$(BIN)/deptry src
	$(BIN)/pytest -n 2 -m "not slow" --doctest-modules

test: $(STAMP) system  ## everything: the gate, the slow tests, the documentation
	$(MAKE) check docs
	$(BIN)/pytest -n 2 -m slow

test-generative: $(STAMP)  ## 100,000 random patients for each criterion against a second, slow reading
	ABSCOPAL_SEEDS=10 $(BIN)/pytest -n 2 -m slow tests/generative

fix: $(STAMP)  ## let the formatter and the linter mend what they can
	$(BIN)/ruff format src tests benchmarks scripts docs
	$(BIN)/ruff check --fix src tests benchmarks scripts docs

system:
	@sh scripts/install_system_packages.sh

docs: $(STAMP)  ## the documentation, warnings are errors
	$(BIN)/python docs/render_spec.py
	$(BIN)/python docs/render_reference.py && $(BIN)/python docs/render_errors.py && $(BIN)/python docs/render_model.py
	rm -rf docs/_generated/demo && $(BIN)/abscopal demo --out docs/_generated/demo >/dev/null
	$(BIN)/sphinx-build --quiet --fail-on-warning -b html docs docs/_build/html

bench: $(STAMP)  ## speed and memory, side by side; prints ratios
	$(BIN)/python -m benchmarks

lock: $(STAMP)  ## rewrite the lock files, without host names
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements/dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements/dev.txt -o requirements/core.txt
	! grep -nE 'https?://|index-url|find-links|trusted-host' requirements/*.txt

clean:  ## remove what the recipes made
	rm -rf .venv docs/_build build dist demo-report .mypy_cache .ruff_cache .pytest_cache
