# make serve   set up on first use, then answer calls on http://127.0.0.1:8080
# make test    set up on first use, then run every test; what fails beside other slow tests is tried once by itself
# make check   lint, types and the direction of imports
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: serve test check clean

$(VENV)/serve.stamp: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -c 'from audio.prosody import warm_up; warm_up()'  # librosa compiles on first use: now, not on start
	touch $@

$(VENV)/dev.stamp: requirements-dev.txt requirements-postgres.txt $(VENV)/serve.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

serve: $(VENV)/serve.stamp
	$(BIN)/python -m ivr serve

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -m "not slow" -n 2
	$(BIN)/python -m pytest -m "slow and not alone" -n 2 --dist loadfile --no-loadscope-reorder \
	  || $(BIN)/python -m pytest -m "slow and not alone" --last-failed --last-failed-no-failures none
	$(BIN)/python -m pytest -m alone

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV)
