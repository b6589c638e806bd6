# Two commands for people, `make demo` and `make test`. Each makes the virtual
# environments it needs; nothing but Python 3.11+, make and a package index is asked for.

PYTHON ?= python3
VENV := .venv
EDGE_VENV := .venv-edge
TOOLS := .venv-tools
WHEEL_VENV := .venv-wheel
DOCS_VENV := .venv-docs
OUT ?= demo
WEB := edge_runtime/web
VERSION := $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' edge_runtime/version.py)

# The newest versions that pyproject.toml allows, as `pip install` takes: any package index
# has them. `make test LOCKED=yes` takes those of `requirements`, which passed the tests.
LOCKED ?= no

.PHONY: demo test test-edge test-full lint lint-web docs page wheel sdist release lock \
	check-lowest check-newest clean

demo: $(VENV)/.ready
	$(VENV)/bin/keras-s2s demo --out $(OUT) --force

# The edge tests come first and in an environment without TensorFlow.
test: test-edge test-full

test-edge: $(EDGE_VENV)/.ready
	$(call run_edge_tests,$(EDGE_VENV))

test-full: $(VENV)/.ready
	$(call run_full_tests,$(VENV))

define run_edge_tests
	$(1)/bin/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder \
		tests/edge_runtime tests/test_import_boundaries.py
endef

define run_full_tests
	$(1)/bin/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder \
		--ignore tests/edge_runtime
endef

# All tests, and every format from training to translation, with the lowest versions that
# pyproject.toml names and with the newest that there are. Each asks for its Python.
LOWEST_PYTHON ?= python3.11
NEWEST_PYTHON ?= python3.13

# Telling languages apart needs a later numpy than the lowest.
check-lowest: RESOLUTION := lowest-direct
check-lowest: EXTRAS := test
check-lowest: $(TOOLS)/.ready
	$(call check_versions,lowest,$(LOWEST_PYTHON))

check-newest: RESOLUTION := highest
check-newest: EXTRAS := identify,test
check-newest: $(TOOLS)/.ready
	$(call check_versions,newest,$(NEWEST_PYTHON))

COMMA := ,

define check_versions
	$(call make_resolved,.venv-$(1)-edge,$(2),$(EXTRAS))
	$(call run_edge_tests,.venv-$(1)-edge)
	$(call make_resolved,.venv-$(1),$(2),train$(COMMA)$(EXTRAS))
	$(call run_full_tests,.venv-$(1))
	.venv-$(1)/bin/python benchmarks/every_format.py \
		--edge-python .venv-$(1)-edge/bin/python
endef

define make_resolved
	$(TOOLS)/bin/uv venv --quiet --clear --no-python-downloads --python $(2) $(1)
	$(TOOLS)/bin/uv pip install --quiet --python $(1)/bin/python \
		--resolution $(RESOLUTION) --editable ".[$(3)]"
endef

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

# The site, into build/site. A broken link or a missing docstring is an error.
docs: $(DOCS_VENV)/.ready
	NO_MKDOCS_2_WARNING=1 $(DOCS_VENV)/bin/mkdocs build --clean --strict

# The page of `edge-translate serve`; it needs Node. A wheel carries it built.
page:
	cd $(WEB) && npm ci --no-audit --no-fund && npm run build

# Beside the wheel, what it needs and what its page is made of, in the form of CycloneDX.
# What an earlier build left behind would be in the wheel.
wheel: page $(TOOLS)/.ready
	rm -rf build
	$(PYTHON) -m pip wheel --no-deps --wheel-dir dist .
	$(TOOLS)/bin/uv venv --quiet --clear --no-python-downloads --python $(PYTHON) $(WHEEL_VENV)
	$(TOOLS)/bin/uv pip install --quiet --python $(WHEEL_VENV)/bin/python \
		--constraint requirements/edge.txt dist/keras_s2s-$(VERSION)-py3-none-any.whl
	$(WHEEL_VENV)/bin/edge-translate --version
	$(TOOLS)/bin/cyclonedx-py environment --output-reproducible --output-format JSON \
		--output-file dist/keras_s2s-$(VERSION).cdx.json $(WHEEL_VENV)/bin/python
	cd $(WEB) && npm sbom --sbom-format cyclonedx --omit dev \
		> $(CURDIR)/dist/keras_s2s-$(VERSION)-page.cdx.json

# The sources, with the page built: from them a wheel is made without Node.
sdist: page $(TOOLS)/.ready
	$(TOOLS)/bin/uv build --quiet --sdist --python $(PYTHON) --out-dir dist

# What a release consists of, checked as the package index checks it. Nothing is published.
release: wheel sdist
	$(TOOLS)/bin/twine check --strict dist/keras_s2s-$(VERSION)-py3-none-any.whl \
		dist/keras_s2s-$(VERSION).tar.gz

# Resolves anew what contributors and CI install. One file serves all systems and Pythons.
lock: $(TOOLS)/.ready
	$(call lock,edge,pyproject.toml --extra identify --extra test -)
	$(call lock,dev,pyproject.toml --extra dev -)
	$(call lock,serve,pyproject.toml --extra identify --extra serve -)
	$(call lock,docs,pyproject.toml --extra docs -)
	$(call lock,tools,requirements/tools.in)

# What builds the project itself is locked with the rest.
define lock
	echo "setuptools>=77" | $(TOOLS)/bin/uv pip compile --quiet --upgrade --universal \
		--python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock" --output-file requirements/$(1).txt $(2)
endef

# An environment is made again when what it must hold has changed.
$(VENV)/.ready: pyproject.toml requirements/dev.txt
	$(call make_environment,$(VENV),dev,dev)

$(EDGE_VENV)/.ready: pyproject.toml requirements/edge.txt
	$(call make_environment,$(EDGE_VENV),edge,identify$(COMMA)test)

$(DOCS_VENV)/.ready: pyproject.toml requirements/docs.txt
	$(call make_environment,$(DOCS_VENV),docs,docs)

PIP_INSTALL := -m pip install --quiet --disable-pip-version-check

define make_environment
	$(PYTHON) -m venv $(1)
	if [ "$(LOCKED)" = no ]; then \
		$(1)/bin/python $(PIP_INSTALL) --editable ".[$(3)]"; \
	else \
		$(1)/bin/python $(PIP_INSTALL) --require-hashes --requirement requirements/$(2).txt \
		&& $(1)/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable .; \
	fi
	touch $(1)/.ready
endef

$(TOOLS)/.ready: requirements/tools.txt
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python $(PIP_INSTALL) --require-hashes --requirement requirements/tools.txt
	touch $@

clean:
	rm -rf $(VENV) $(EDGE_VENV) $(TOOLS) $(WHEEL_VENV) $(DOCS_VENV) .venv-lowest* .venv-newest* build/site demo
