# Manyi. `make` alone lists what there is.
PYTHON ?= python3
RESIDENTS ?= 8000
ROUNDS ?= 20
VENV := .venv
BIN := $(VENV)/bin
ROOMS := analysis survey_app forms tests

.DEFAULT_GOAL := help
.PHONY: help demo run test lint fmt bench soak catalogue clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: $(VENV)/ready ## The field case from end to end, then serve its result (RESIDENTS=80000: the whole city)
	@$(BIN)/python -m survey_app demo --residents $(RESIDENTS)

run: $(VENV)/ready ## An empty installation on http://127.0.0.1:8000/console/, first account asked in the browser
	@$(BIN)/python -m survey_app migrate
	@$(BIN)/python -m survey_app serve

# What is compiled is kept: the tests start the program again and again.
test soak: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/ready-dev system-packages ## Everything that proves it: both databases, a real browser; installs what it needs
	$(BIN)/python -m pytest -n 3 --dist worksteal --cov --cov-report=
	@$(BIN)/coverage report --skip-covered --include='analysis/*,survey_app/domain/*' --fail-under=100
	@$(BIN)/coverage report --skip-covered --include='survey_app/services/*' --fail-under=95
	@$(BIN)/coverage report --skip-covered --include='survey_app/documents/*,survey_app/web/*,survey_app/jobs/*,forms/*' --fail-under=90

lint: $(VENV)/ready-dev ## Style, types, import directions, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --profile jinja

fmt: $(VENV)/ready-dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/ready-dev ## Measure: each figure is a ratio to a ceiling of the same run
	@for bench in tests/benchmarks/bench_*.py; do echo "== $$bench"; PYTHONPATH=. $(BIN)/python $$bench || exit 1; done

soak: $(VENV)/ready-dev system-packages ## Search at length for what the tests miss: new examples, more kills (ROUNDS=20)
	@for round in $$(seq $(ROUNDS)); do echo "== round $$round of $(ROUNDS)"; HYPOTHESIS_PROFILE=search $(BIN)/python -m pytest -q -n 2 \
	  tests/analysis/test_suppression_attack.py tests/web/test_public_hostile.py tests/faults tests/browser || exit 1; done

catalogue: $(VENV)/ready-dev ## Bring the translations up to date with the messages in the code
	$(BIN)/pybabel extract -F babel.cfg -k message -k tell -k warn --no-location --sort-output -o build/messages.pot .
	$(BIN)/pybabel update -N -l zh_Hans -i build/messages.pot -d survey_app/translations
	$(BIN)/pybabel compile -d survey_app/translations

clean: ## Remove the virtual environment and what tests left; never the data
	rm -rf $(VENV) build .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/ready: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the program needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/ready-dev: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	@echo "Installing what tests and tools need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/ready

# Chromium for the browser tests, zbar and poppler to read printed QR codes back. Only what is missing is installed.
.PHONY: system-packages
system-packages:
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v pdftoppm >/dev/null || missing="$$missing poppler-utils"; \
	command -v fc-cache >/dev/null || missing="$$missing fontconfig"; \
	ls /usr/lib/*/libzbar.so.0 >/dev/null 2>&1 || missing="$$missing libzbar0"; \
	if [ -n "$$missing" ]; then \
	  sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  echo "Installing$$missing ..."; \
	  $$sudo apt-get update -q >/dev/null && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing >/dev/null; \
	fi
