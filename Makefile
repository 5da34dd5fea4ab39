# Every target does its own set-up; a machine with Python 3.11+ and make is enough.
#
#   make try  [ARGS="--rows 50000 --format json"]   see it work on a private server, with live traffic
#   make test [ARGS="tests/sql -k quote"]           all tests: on PostgreSQL 18, and on 14 where it differs
#   make test-all                                   the full product: every major, and the long tests
#   make check                                      ruff, mypy, layers, generated files: changes nothing
#   make fix                                        formats, and writes generated files
#   make docs                                       writes generated files only
#   make new operation=NAME                         a new operation with its test
#   make new sign=NAME                              a new sign of query plans with its planted queries
#   make new check=NAME                             a new health check with its query and its planted databases
#   make example ARGS="03_change_a_type"           one of examples/ on a private server: plan, expand, back, contract
#   make bench [ARGS="stall --rows 20000"]          ratios against what one would do by hand
#   make locks                                      measures the locks of DDL statements again

MAKEFLAGS += --no-print-directory
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest --numprocesses=auto --dist=worksteal
# The long races run in CI and with test-all.
SHORT := $(if $(filter true,$(CI)),,not long)
# Where its 40 minutes go.
SLOWEST := $(if $(filter true,$(CI)),--durations=40 --durations-min=5)
export PYTHON

.PHONY: help try test test-all check fix docs new example bench locks setup servers clean

help:
	@sed -n 's/^#   //p' Makefile

try:
	@sh tools/setup.sh try
	@$(BIN)/pgwright try $(ARGS)

setup:
	@sh tools/setup.sh dev

servers: setup
	@$(BIN)/python tools/servers.py

test: servers
	@$(PYTEST) -m "$(SHORT)" $(SLOWEST) $(ARGS)

test-all: servers
	@$(PYTEST) --all-majors -m "" $(ARGS)

check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/generate.py --check

fix: setup
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/python tools/generate.py

docs: setup
	$(BIN)/python tools/generate.py

new: setup
	@$(BIN)/python tools/new.py $(if $(sign),sign=$(sign),$(if $(check),check=$(check),operation=$(operation)))

example: setup
	@$(BIN)/python tools/example.py $(ARGS)

bench: setup
	@$(BIN)/python -m benchmarks $(ARGS)

locks: servers
	@PYTHONPATH=. $(BIN)/python tools/with_servers.py $(BIN)/python tools/measure_locks.py measure

clean:
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
