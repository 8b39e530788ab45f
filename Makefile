# The environment is .venv/ in the checkout; stamp files in it remember what is done.
#
#   make demo     install everything and run the main job on real flights
#   make lab      open JupyterLab on the notebooks
#   make test     install what the tests start, and run them; test-unit, test-ui … run a part
#   make check    formatting, lint, types, layers, TypeScript
#   make test-cluster  train on two hosts, made of network namespaces (as root)
#   make bench    measure, beside peers in environments of their own
#   make wheel    one wheel that needs no Node
#   make clean    remove what was built; distclean removes the environments too

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
STEP := @tools/step.sh
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-input --progress-bar off

export PATH := $(CURDIR)/$(VENV)/node:$(CURDIR)/$(BIN):$(PATH)
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

.PHONY: help
help:
	@sed -n 's/^#   //p' Makefile

# --- set-up ---------------------------------------------------------------------------------------

.PHONY: setup
setup: $(STAMPS)/package

$(STAMPS)/venv:
	$(STEP) "Making the environment .venv" tools/create_venv.sh
	@mkdir -p $(@D) && touch $@

$(STAMPS)/python: requirements.lock $(STAMPS)/venv
	$(STEP) "Installing the locked Python packages (minutes)" $(PIP) -r requirements.lock
	@touch $@

$(STAMPS)/package: pyproject.toml tools/jupyter_data.py extensions/lab/package.json \
		$(wildcard kernels/* kernels/*/kernel.json workbench/server/jupyter_server_config.d/*) \
		$(STAMPS)/python
	$(STEP) "Installing workbench from the checkout" \
		$(PIP) --no-deps --no-build-isolation --editable .
	$(STEP) "Linking kernelspecs and extensions" $(BIN)/python tools/jupyter_data.py
	@touch $@

$(STAMPS)/node: $(STAMPS)/python tools/select_node.sh
	$(STEP) "Choosing Node" tools/select_node.sh
	@touch $@

$(STAMPS)/npm: extensions/package-lock.json $(wildcard extensions/package.json extensions/*/package.json) \
		$(STAMPS)/node
	$(STEP) "Installing the locked Node packages" npm --prefix extensions ci --no-audit --no-fund
	@touch $@

EXTENSION_SOURCES := $(shell find extensions \( -name node_modules -o -name lib -o -name generated -o -name test-results \) -prune \
	-o -type f ! -name '*.tsbuildinfo' -print)
BUILT := workbench/labextension/package.json

.PHONY: build
build: setup $(STAMPS)/build

$(STAMPS)/build: $(EXTENSION_SOURCES) $(STAMPS)/npm $(if $(wildcard $(BUILT)),,always)
	$(STEP) "Building the lab extension and the widgets" npm --prefix extensions run build
	@touch $@

.PHONY: always
always:

.PHONY: system-packages
system-packages: $(STAMPS)/venv
	$(STEP) "Programs that the tests start" tools/system_packages.sh

# --- use ------------------------------------------------------------------------------------------

.PHONY: demo
demo: build
	@$(BIN)/workbench demo $(ARGS)

.PHONY: lab
lab: build
	@$(BIN)/workbench lab notebooks $(if $(DISPLAY)$(WAYLAND_DISPLAY)$(filter Darwin,$(shell uname)),,--no-browser) \
		$(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

.PHONY: wheel
wheel: build
	@rm -rf dist
	$(STEP) "Building the wheel" $(BIN)/python -m build --wheel --no-isolation
	@ls dist/*.whl

# --- gates ----------------------------------------------------------------------------------------

CHECKS := check-format check-lint check-types check-layers check-typescript
TESTS := test-unit test-contracts test-integration test-server test-ui test-notebooks
PYTEST := $(BIN)/python -m pytest $(ARGS)

.PHONY: check
check: build
	@$(MAKE) --keep-going $(CHECKS)

.PHONY: $(CHECKS)
check-format: setup
	$(STEP) "ruff format" $(BIN)/ruff format --check .
check-lint: setup
	$(STEP) "ruff check" $(BIN)/ruff check .
check-types: setup
	$(STEP) "mypy" $(BIN)/mypy
check-layers: setup
	$(STEP) "import-linter" $(BIN)/lint-imports
# the lab and the widgets are checked against the built components
check-typescript: build
	$(STEP) "TypeScript" npm --prefix extensions run check

.PHONY: test
test: build system-packages
	@$(MAKE) --keep-going $(TESTS)

.PHONY: $(TESTS) test-cluster
test-unit: setup
	$(STEP) --show "unit tests" $(PYTEST) tests/unit
test-contracts: setup system-packages
	$(STEP) --show "contracts" $(PYTEST) tests/contracts
test-integration: build system-packages
	$(STEP) --show "integration tests" $(PYTEST) tests/integration
test-cluster: setup system-packages
	$(STEP) --show "two hosts" $(PYTEST) tests/cluster
test-server: setup
	$(STEP) --show "server tests" $(PYTEST) tests/server
test-ui: build system-packages
	$(STEP) --show "components" npm --prefix extensions test
	$(STEP) --show "pages in a browser" $(PYTEST) tests/ui
test-notebooks: build
	$(STEP) --show "notebooks" $(PYTEST) tests/notebooks

# --- measuring ------------------------------------------------------------------------------------

PEERS := .venv-peers
FEAST := .venv-feast

$(PEERS)/stamp: requirements-bench.lock $(STAMPS)/venv
	$(STEP) "Making the peers' environment $(PEERS)" $(BIN)/python -m venv $(PEERS)
	$(STEP) "Installing the peers" \
		$(PEERS)/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off \
		--no-deps -r $<
	@touch $@

$(FEAST)/stamp: requirements-feast.lock $(STAMPS)/venv
	$(STEP) "Making Feast's environment $(FEAST)" $(BIN)/python -m venv $(FEAST)
	$(STEP) "Installing Feast" \
		$(FEAST)/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off \
		--no-deps -r $<
	@touch $@

.PHONY: bench
bench: build $(PEERS)/stamp $(FEAST)/stamp
	@$(BIN)/python -m tests.benchmarks $(ARGS)

# --- cleaning -------------------------------------------------------------------------------------

.PHONY: clean distclean
clean:
	rm -rf build dist workbench/labextension workbench/widgets/static extensions/*/lib \
		test-results playwright-report tests/ui/test-results tests/benchmarks/results \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis $(STAMPS)/build
	find extensions -name '*.tsbuildinfo' -not -path '*/node_modules/*' -delete
	find workbench tests tools -name __pycache__ -prune -exec rm -rf {} +
distclean: clean
	rm -rf $(VENV) $(PEERS) $(FEAST) extensions/node_modules extensions/*/node_modules
