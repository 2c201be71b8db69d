# Everything runs from .venv, which is made from uv.lock when it is missing or older than the lock.
# Needs python3 (3.11 or later), make and git; real Kafka in the tests needs Java and Maven as well.

UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/.ready
# Most of the suite waits for brokers and browsers, so three processes fit two cores; JOBS=0 runs it in one. In the order
# of the folders, since by number of tests the few long ones would come last, when the others have nothing to do.
JOBS ?= 3

.DEFAULT_GOAL := help
.PHONY: help setup demo test check schemas docs bench soak clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with the moments command, from uv.lock

# The first Python that is new enough wins; PYTHON=... on the command line goes before all of them.
# uv lives in a venv of its own inside .venv, so that the synced environment holds exactly what the lock says.
$(READY): uv.lock pyproject.toml
	@set -eu; \
	found=; \
	for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	        found=$$candidate; break; \
	    fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "make setup: Python 3.11 or later is needed; python3 here is $$(python3 --version 2>&1 || true)." >&2; \
	    echo "Install one, or name it: make setup PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	    version=$$("$$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	    echo "make setup: $$found cannot make virtual environments (no ensurepip)." >&2; \
	    echo "On Debian and Ubuntu: apt install python$$version-venv (or python3-venv)" >&2; \
	    exit 1; \
	fi; \
	echo "make setup: .venv with $$("$$found" --version) ($$found)"; \
	[ -x $(BIN)/python ] || "$$found" -m venv --clear --without-pip .venv; \
	[ -x .venv/tools/bin/uv ] || "$$found" -m venv --clear .venv/tools; \
	.venv/tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); \
	UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never \
	    .venv/tools/bin/uv sync --frozen --quiet --python $(BIN)/python; \
	touch $(READY); \
	echo "make setup: done. $(BIN)/moments --help"

demo: $(READY) ## a simulated tea chain, live, or PACK=hotel; FOR=60 ends it by itself, SEED=7, UI_LANG=en|zh
	@$(BIN)/moments demo $(if $(PACK),--pack $(PACK)) $(if $(FOR),--for $(FOR)) $(if $(SEED),--seed $(SEED)) $(if $(UI_LANG),--lang $(UI_LANG))

test: $(READY) ## the whole suite; ARGS="..." goes to pytest
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(READY) ## ruff, mypy, import rules, generated files up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/moments schemas check
	$(BIN)/moments docs check
	$(BIN)/moments rules check --catalogue pack:tea_chain
	$(BIN)/moments dashboards check

schemas: $(READY) ## write the generated schemas and pages again
	$(BIN)/moments schemas write
	$(BIN)/moments docs write
	$(BIN)/moments rules write --catalogue pack:tea_chain
	$(BIN)/moments dashboards write

docs: $(READY) ## write the pages that are generated from the code
	$(BIN)/moments docs write
	$(BIN)/python deploy/tables.py

bench: $(READY) ## measure the standard job; results go to docs/benchmarks.md
	$(BIN)/python -m tests.bench

soak: $(READY) ## half an hour on real Kafka: flat memory, bounded series, gauges equal to the truth; ARGS="--minutes 5"
	$(BIN)/python -m tests.soak $(ARGS)

clean: ## remove .venv and what the tools left behind
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
