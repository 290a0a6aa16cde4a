# Two commands: `make score` and `make test`. Both make .venv on first use and install what the
# constraints file pins; after that they install nothing.

# The newest interpreter that is supported; override with: make PYTHON=/path/to/python score
PYTHON ?= $(firstword $(foreach name,python3.12 python3.11 python3.10 python3,$(shell command -v $(name) 2>/dev/null)))
VENV = .venv
SYSTEMS ?= systems/*

.PHONY: score test clean

score: $(VENV)/.installed-ingest
	$(VENV)/bin/mteval score $(SYSTEMS)

test: $(VENV)/.installed-test
	$(VENV)/bin/python -m pytest

$(VENV)/.installed-%: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "make: no Python found; install Python 3.10, 3.11 or 3.12"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' \
	  || { echo "make: $$($(PYTHON) --version) is not supported; name a Python 3.10-3.12: make PYTHON=... $(MAKECMDGOALS)"; exit 2; }
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$*]'
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
