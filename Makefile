# The whole developer manual: make help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRA ?= test
# Which requirements are installed is noted in a stamp, so that nothing is installed twice.
STAMP = $(VENV)/.installed-$(EXTRA)
PYTEST_ARGS ?=

.PHONY: help demo test venv check lock debian clean

help:           ## show this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile

demo: EXTRA := demo
demo:           ## install into .venv and run the main job on the made-up council, then serve it on http://127.0.0.1:8000
	@$(MAKE) --no-print-directory venv EXTRA=demo
	$(BIN)/ratslupe demo

test:           ## install what tests need and run all of them
	@sh .ci/debian
	@$(MAKE) --no-print-directory venv EXTRA=test
	$(BIN)/python -m pytest -n auto --dist loadgroup $(PYTEST_ARGS)

check:          ## only what needs no test run: ruff, mypy
	@$(MAKE) --no-print-directory venv EXTRA=test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

venv: $(STAMP)  ## only install, into .venv (EXTRA=test, demo, server or core)

$(VENV)/.installed-%: requirements-%.txt requirements-build.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "Python's venv module is missing: on Debian, install python3-venv" >&2; rm -rf $(VENV); exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-$*.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

lock:           ## write the hashed requirement files anew from pyproject.toml (needs uv)
	for extra in core server demo test; do \
	  case $$extra in core) with= ;; test) with="--extra server --extra demo --extra test" ;; *) with="--extra $$extra" ;; esac; \
	  uv pip compile pyproject.toml $$with --universal --python-version 3.11 --generate-hashes --no-header --quiet \
	    --output-file requirements-$$extra.txt; done
	echo "setuptools>=77" | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --quiet \
	  --output-file requirements-build.txt

debian:         ## as root on Debian: install what the tests need besides Python
	sh .ci/debian

clean:          ## remove what make made; the portal's own data in var/ stays
	rm -rf $(VENV) .opensearch .checkers build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
