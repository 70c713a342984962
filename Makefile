# Two commands are enough on a fresh machine: `make run` and `make test`.
# Everything is installed into .venv and, for the tools, into the user's cache
# folder (PHILOTES_TUI_CACHE names another one).

VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready

# Only wheels, each with a known hash: nothing is built from foreign sources here.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
HASHED := $(INSTALL) --require-hashes --only-binary :all: -r

# What builds this project itself; hashed along with the rest, so that the
# installation needs no build environment that pip would fetch without hashes.
BUILD_BACKEND := hatchling>=1.27 editables>=0.5

IS_NEW_ENOUGH := import sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c '$(IS_NEW_ENOUGH)' >/dev/null 2>&1 && { echo "$$p"; break; }; done)

TOOLS_FOR := tools-run tools-test tools-bench

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check lint types contracts unit bench picture charts tools $(TOOLS_FOR) publish constraints clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: tools ## Set everything up and open the program on a working demo
	@$(BIN)/philotes-tui demo $(ARGS)

test: $(DEV_READY) tools-test ## Set everything up and run every test (ARGS="-k word" for some)
	@$(BIN)/python -m pytest $(ARGS)

check: lint types contracts unit ## Lint, types, import directions and quick tests, about two minutes

lint: $(DEV_READY)
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet

types: $(DEV_READY)
	@$(BIN)/mypy

contracts: $(DEV_READY)
	@$(BIN)/lint-imports

# Whole screens take a second or two each, so only `make test` drives those.
UNIT := $(wildcard tests/test_*.py) $(filter-out tests/tui/,$(wildcard tests/*/)) tests/tui/test_pure.py
unit: $(DEV_READY)
	@$(BIN)/python -m pytest -q -m "not real" $(UNIT) $(ARGS)

bench: $(DEV_READY) tools-bench ## Measure start-up, preview, deploy and memory, as ratios
	@$(BIN)/python -m bench $(ARGS)

picture: $(DEV_READY) tools ## Draw the README's pictures of the real program anew
	@$(BIN)/python docs/picture.py

charts: $(RUN_READY) ## Write the charts' READMEs from their values files
	@$(BIN)/python docs/values_table.py

tools: tools-run ## Find, download or build the tools (pulumi, helm, etcd, ...)

# The tests and the measurements run a few more tools, which are built only for those.
$(TOOLS_FOR): tools-%: $(RUN_READY)
	@$(BIN)/python -m philotes_tui.toolchain --for $*

publish: ## Package and push all charts: VERSION=0.4.0 REGISTRY=oci://HOST/PATH (see docs/releasing.md)
	@'$(PYTHON)' -m philotes_tui.publishing '$(VERSION)' --registry '$(REGISTRY)' $(ARGS)

constraints: $(DEV_READY) ## Pin and hash the newest fitting Python packages anew
	@$(call pin,constraints.txt,--upgrade)
	@$(call pin,constraints-dev.txt,--upgrade --extra dev --constraints constraints.txt)

# $(call pin,FILE,OPTIONS): one file for every system and every Python from 3.11.
define pin
printf '%s\n' $(foreach name,$(BUILD_BACKEND),'$(name)') | $(BIN)/uv pip compile --quiet \
	--universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	--custom-compile-command "make constraints" --output-file $(1) $(2) pyproject.toml -
endef

clean: ## Remove what was made in this folder; the tools in the user's cache stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- set-up -----------------------------------------------------------------

$(BIN)/python:
	@command -v git >/dev/null || { echo "git is missing: install it with the system's" \
		"package manager or from https://git-scm.com/downloads" >&2; exit 1; }
	@'$(PYTHON)' -c '$(IS_NEW_ENOUGH)' >/dev/null 2>&1 || { echo "Python 3.11 or later with its" \
		"venv module is missing: install it with the system's package manager or from" \
		"https://www.python.org/downloads/, or name one with PYTHON=..." >&2; exit 1; }
	@rm -rf $(VENV) # one whose Python is gone cannot be mended
	@'$(PYTHON)' -m venv $(VENV) || { rm -rf $(VENV); echo "No virtual environment could be made:" \
		"install the venv module (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }

$(RUN_READY): pyproject.toml constraints.txt $(BIN)/python
	@echo "Installing Python packages ..."
	@$(HASHED) constraints.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_READY): pyproject.toml constraints-dev.txt $(RUN_READY)
	@echo "Installing Python packages for tests ..."
	@$(HASHED) constraints-dev.txt
	@touch $@
