# `make reports` and `make test` need nothing but this checkout, python3 and make.
PYTHON ?= python3
BIN := .venv/bin
INPUTS := pyproject.toml constraints.txt

.PHONY: reports test quick faults lint lab docs examples bench bench-full data-docs constraints clean

reports: .venv/ready
	$(BIN)/samverkan build

test: .venv/ready-dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not faults"

# what takes no build, browser or kernel
quick: .venv/ready-dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow and not faults"

# kills, stops and shortages at many moments; the table says what was left
faults: .venv/ready-dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m faults -rA --no-header

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# the investigations of examples/, with invented own figures
examples: .venv/ready
	set -e; for folder in examples/*/; do \
		$(BIN)/samverkan investigation check $$folder; \
		$(BIN)/samverkan investigation build $$folder --out build/examples; done

lab: .venv/ready
	JUPYTER_CONFIG_PATH=tools/jupyter $(BIN)/jupyter lab  # asks nothing of the network

docs: .venv/ready-dev
	$(BIN)/sphinx-build -W --keep-going -q -b html docs build/docs
	@echo "open build/docs/index.html"

bench: .venv/ready-dev
	$(BIN)/python benchmarks/run.py

# all 290 municipalities; also writes docs/performance.md
bench-full: .venv/ready-dev
	$(BIN)/python benchmarks/run.py --full --record

data-docs: .venv/ready
	$(BIN)/python -m analysis.datasets

# the versions that are installed now, without addresses
constraints: .venv/ready-dev
	$(BIN)/pip list --format=freeze --exclude samverkan --exclude pip --exclude setuptools > constraints.txt

.venv/ready: $(INPUTS) tools/system-packages.txt
	tools/system-setup.sh $(PYTHON)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt -e .
	touch $@

.venv/ready-dev: .venv/ready
	$(BIN)/pip install -q -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf .venv build dist
