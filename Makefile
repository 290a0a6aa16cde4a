# Two commands: `make score` and `make test`. Both make .venv on first use and install what the
# constraints file pins; after that they install nothing. For those who change the code there are
# `make mutation` and `make train` too.

# The first interpreter that runs and is supported; override with: make PYTHON=/path/to/python score
SUPPORTED = import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))
PYTHON ?= $(shell for name in python3 python3.12 python3.11 python3.10; do \
  $$name -c '$(SUPPORTED)' >/dev/null 2>&1 && echo $$name && break; done)
VENV = .venv
SYSTEMS ?= systems/*

.PHONY: score test mutation train clean

score: $(VENV)/.installed-all
	$(VENV)/bin/mteval score $(SYSTEMS)

test: $(VENV)/.installed-test
	$(VENV)/bin/python -m pytest

# Change the modules that decide numbers in thousands of small ways, and see which changes no test
# notices (docs/mutation.md). MUTANTS chooses: make mutation MUTANTS='mteval.statistics.*'
mutation: $(VENV)/.installed-mutation
	rm -rf mutants
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)/bin/mutmut run --max-children 1 $(if $(MUTANTS),'$(MUTANTS)')
	$(VENV)/bin/python -m benchmarks.mutation --survivors

# The recipe of the checkpoint that comes with the package; training/README.md says what it needs.
train: $(VENV)/.installed-test
	$(VENV)/bin/python -m training

$(VENV)/.installed-%: pyproject.toml constraints.txt
	@$(or $(PYTHON),false) -c '$(SUPPORTED)' || { echo "make: no Python 3.10, 3.11 or 3.12 found; install one, or name it: make PYTHON=/path/to/python $(MAKECMDGOALS)"; exit 2; }
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$*]'
	touch $@

clean:
	rm -rf $(VENV) mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis
