# Each target installs what it needs into .venv by itself. Python 3.11 or newer and make are enough.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
ESTATE ?= demo/zijin
STAMP := $(VENV)/.installed

.PHONY: demo test check openapi migrate bench lock clean

demo: $(STAMP)  ## the whole story on real data; ONCE=1 stops at the end, ESTATE=folder takes other sheets
	@$(RUN) -m demo --estate $(ESTATE) $(if $(ONCE),--once)

test: $(STAMP)  ## every test, on a real PostgreSQL
	@$(RUN) -m pytest

check: $(STAMP)  ## lint, types, import contracts
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

openapi: $(STAMP)  ## write the contracts anew; the tree stays unchanged when they are current
	@$(RUN) -m openapi.write

migrate: $(STAMP)  ## bring the databases that the settings name to the newest schema
	@$(RUN) -m migrations.prepare --upgrade

bench: $(STAMP)  ## measure the large requests of the main job against what the disk allows
	@$(RUN) -m bench

lock:  ## resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-header -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-header -q -c requirements.lock -o requirements-dev.lock

clean:  ## forget the installation and all local data
	rm -rf $(VENV) .data

# A lock file newer than the stamp installs again; an installation that broke off left no stamp.
$(STAMP): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $(STAMP)
