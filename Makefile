# One door. Needs Python >= 3.11 and make; Node.js for the functions and tests that use it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SEED ?= 0

.PHONY: setup demo tools test check fix sim sdk tools verdicts bench docs clean

setup: $(STAMP)  ## Prepare .venv; the command is then .venv/bin/cloudchamber

$(STAMP): pyproject.toml requirements.lock src/cloudchamber/workers/node/package-lock.json
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python -r requirements.lock -e . --no-deps; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock -e .; \
	fi
	@if command -v npm >/dev/null 2>&1; then npm ci --prefix src/cloudchamber/workers/node --no-audit --no-fund --ignore-scripts --silent; fi
	@touch $(STAMP)

demo: setup  ## Run examples/orders, send it orders, watch their tracks
	@$(BIN)/python examples/orders/demo.py

TOOLS := .tools/.installed

tools: $(TOOLS)  ## Install the AWS CLI, the SAM CLI and the JavaScript SDK beside the project, for the tests that drive them

$(TOOLS): tests/sdk/requirements-sam.txt tests/sdk/requirements-aws.txt tests/sdk/js/package.json
	@mkdir -p .tools/js
	@for tool in sam aws; do \
	  test -x .tools/$$tool/bin/python || $(PYTHON) -m venv .tools/$$tool; \
	  .tools/$$tool/bin/python -m pip install --quiet --disable-pip-version-check -r tests/sdk/requirements-$$tool.txt; \
	done
	@cp tests/sdk/js/package.json .tools/js/ && cd .tools/js && npm install --no-audit --no-fund --silent
	@touch $(TOOLS)

test: setup check tools  ## Everything CI runs
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile

check: setup  ## Style, types, imports, tidiness
	@$(BIN)/ruff format --check --quiet src tests benchmarks examples docs
	@$(BIN)/ruff check --quiet src tests benchmarks examples docs
	@$(BIN)/pyright --level error src
	@$(BIN)/lint-imports --no-cache | tail -n 3
	@$(BIN)/python -m pytest -q tests/test_tidy.py tests/test_docs.py

fix: setup  ## Mend what can be mended by itself
	@$(BIN)/ruff format src tests benchmarks examples
	@$(BIN)/ruff check --fix src tests benchmarks examples

sim: setup  ## Simulation from a seed: make sim SEED=7
	@$(BIN)/python -m pytest -q tests/simulation --seed $(SEED)

sdk: setup  ## Real clients over real sockets
	@$(BIN)/python -m pytest -q tests -m "sdk or tools"

verdicts: setup  ## Take every safeguard out of examples/verify, one at a time; run every schedule of what is safe
	@$(BIN)/python -m pytest -q tests/verify/test_verdicts.py -m verdicts

bench: setup  ## Measure, and write benchmarks/RESULTS.md
	@$(BIN)/python benchmarks/run.py && $(BIN)/python benchmarks/verify.py --write

docs: setup  ## Write the generated parts of the documentation anew
	@$(BIN)/python docs/generate.py
	@$(BIN)/python docs/pictures.py

clean:
	rm -rf $(VENV) .tools
