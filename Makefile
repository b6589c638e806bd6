# Two commands for people, `make demo` and `make test`. Each makes the virtual
# environments it needs; nothing but Python 3.11+, make and a package index is asked for.

PYTHON ?= python3
VENV := .venv
EDGE_VENV := .venv-edge
OUT ?= demo
WEB := edge_runtime/web

.PHONY: demo test test-edge test-full lint lint-web page wheel clean

demo: $(VENV)/.ready
	$(VENV)/bin/keras-s2s demo --out $(OUT) --force

# The edge tests come first and in an environment without TensorFlow.
test: test-edge test-full

test-edge: $(EDGE_VENV)/.ready
	$(EDGE_VENV)/bin/python -m pytest -q tests/edge_runtime tests/test_import_boundaries.py

# What is timed runs by itself, after the tests that share the cores.
test-full: $(VENV)/.ready
	$(VENV)/bin/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder \
		--ignore tests/edge_runtime -m "not timed"
	$(VENV)/bin/python -m pytest -q tests/web -m timed

lint: $(VENV)/.ready
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	@if command -v npm > /dev/null; then $(MAKE) --no-print-directory lint-web; \
		else echo "There is no Node: the TypeScript was left out."; fi

lint-web: $(WEB)/node_modules/.package-lock.json
	cd $(WEB) && npm run lint

# npm writes this file at the end of every installation.
$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json
	cd $(WEB) && npm ci --no-audit --no-fund

# The page of `edge-translate serve`; it needs Node. A wheel carries it built.
page:
	cd edge_runtime/web && npm ci --no-audit --no-fund && npm run build

wheel: page
	$(PYTHON) -m pip wheel --no-deps --wheel-dir dist .

# An environment is made again when what it must hold has changed.
$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

$(EDGE_VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(EDGE_VENV)
	$(EDGE_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	touch $@

clean:
	rm -rf $(VENV) $(EDGE_VENV) demo
