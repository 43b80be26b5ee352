# make demo    build, compile example drivers, load them, hash and sign FILE (by default one of the system's), check
# make env     a virtual environment with psa_bridge, enough for demo, build and docs
# make dev     the same with everything that checks and tests need
# make build   the extension, in place
# make check   formatters, linters, types
# make docs    the documentation as pages for a browser, build/docs/html/index.html
# make ctest   the C tests: plain, under ASan and UBSan, under TSan
# make asan    the Python tests that run the core, under ASan and UBSan
# make bench   Python calls beside hashlib and cryptography, what the core adds to a call, libcrypto called directly,
#              how long loading takes, the AES accelerator, key derivation, PAKE; fails if a limit is missed
# make test    check, all tests (the C tests among them), and asan
# Tests run in as many processes as there are processors; JOBS=0 runs them in one.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.psa-bridge-env
DEV := $(VENV)/.psa-bridge-dev
INSTALL = $(BIN)/python -m pip install --quiet --config-settings editable_mode=compat 'setuptools>=77' --editable

PY_FILES := psa_bridge tests docs build_ext.py setup.py $(wildcard benchmarks)
C_FILES = $(shell find csrc drivers tests -name '*.[ch]')
C_TESTS ?= plain address,undefined thread
JOBS ?= auto
# With the tools of development installed, a warning about the C sources is an error; WERROR= for a compiler that
# knows others.
WERROR ?= 1
STRICT = PSAB_WERROR=$(if $(wildcard $(DEV)),$(WERROR))
# A file's tests stay in one process, for they share what they compile.
# A process that crashes ends the run: with a new one in its place, the rest of its file would never come.
PARALLEL = -n $(JOBS) --dist loadfile --max-worker-restart 0

.NOTPARALLEL:
.PHONY: demo env dev compiler build check format docs bench chart ctest pytest asan test clean

env: $(STAMP)

dev: $(DEV)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	    { echo "make: $(PYTHON) has to be Python 3.10 or later; choose one with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	    { echo "make: cannot create $(VENV); on Debian install python3-venv" >&2; exit 1; }

$(STAMP): pyproject.toml | $(BIN)/python compiler
	@echo "make: installing into $(VENV) and building; a minute, or several where packages have to be downloaded"
	$(INSTALL) .
	touch $@

$(DEV): pyproject.toml | $(BIN)/python compiler
	@echo "make: installing everything for checks and tests into $(VENV), and building; some minutes"
	PSAB_WERROR=$(WERROR) $(INSTALL) '.[dev]'
	touch $@ $(STAMP)

compiler:
	@command -v $${CC:-cc} >/dev/null || \
	    { echo "make: no C compiler; on Debian: apt install gcc libssl-dev, or name one with CC=..." >&2; exit 1; }

demo: build
	$(BIN)/psa-bridge demo $${FILE:+"$$FILE"}

build: $(STAMP)
	$(STRICT) $(BIN)/python -W ignore setup.py --quiet build_ext --inplace

check: $(DEV)
	$(BIN)/ruff check $(PY_FILES)
	$(BIN)/ruff format --check $(PY_FILES)
	$(BIN)/mypy psa_bridge build_ext.py setup.py
	$(BIN)/clang-format --dry-run --Werror $(C_FILES)

format: $(DEV)
	$(BIN)/ruff format $(PY_FILES)
	$(BIN)/clang-format -i $(C_FILES)

docs: $(DEV) build
	$(BIN)/python -m psa_bridge.gen docs --out docs/generated
	PATH="$(CURDIR)/$(BIN):$$PATH" COLUMNS=88 $(BIN)/sphinx-build -W -q -b html docs build/docs/html
	@echo "make: the documentation is build/docs/html/index.html"

bench: $(DEV) build
	@missed=; for name in python core loading aes derivation pake; do \
	    $(BIN)/python benchmarks/$$name.py || missed="$$missed $$name"; \
	done; test -z "$$missed" || { echo "make: limits missed in:$$missed" >&2; exit 1; }

# The picture of docs/performance.md; on a machine that does nothing else.
chart: $(DEV) build
	$(BIN)/python benchmarks/python.py --chart docs/performance-python.svg

ctest: $(DEV) build
	$(BIN)/python tests/c_runner.py $(C_TESTS)

pytest: $(DEV) build
	$(BIN)/python -m pytest $(PARALLEL)

# The sanitized extension is a package of its own; its runtime has to be there before Python is.
# Left out is what does not run the core, and what has sanitizers of its own.
ASAN_BUILD := build/asan
ASAN_RUNTIME = $(shell $${CC:-cc} -print-file-name=libasan.so) $(shell $${CC:-cc} -print-file-name=libubsan.so)
ASAN_SKIP := c_runner documentation packaging library strict_user layers gen headers table constants description lint \
    cli tutorial policy. driver_[!c] driver_cipher
asan: $(DEV)
	$(STRICT) PSAB_SANITIZE=address,undefined $(BIN)/python -W ignore setup.py --quiet build \
	    --build-lib $(ASAN_BUILD) --build-temp $(ASAN_BUILD)-temp
	LD_PRELOAD="$(ASAN_RUNTIME)" ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
	    PYTHONPATH=$(ASAN_BUILD) $(BIN)/pytest -q $(PARALLEL) $(ASAN_SKIP:%=--ignore-glob='*test_%*')

test: check docs pytest asan

clean:
	rm -rf build dist psa_bridge/_core.*.so
