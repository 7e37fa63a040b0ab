# `make reports` and `make test` need nothing but this checkout, python3 and make.
PYTHON ?= python3
# what Python has compiled is kept: the tests alone start some two hundred processes
export PYTHONDONTWRITEBYTECODE =
BIN := .venv/bin
INPUTS := pyproject.toml requirements/run.txt requirements/dev.txt
# nothing but what was released under a version, as it was when it was locked; the project itself last
LOCKED := install -q --no-deps --require-hashes -r
LOCK := uv pip compile -q --universal --generate-hashes --only-binary :all: --no-header --no-annotate \
	--no-emit-index-url -c constraints.txt pyproject.toml requirements/build.in

.PHONY: reports test quick test-lowest elsewhere coverage faults lint lab docs examples bench bench-full mutants data-docs constraints lock clean

reports: .venv/ready
	$(BIN)/samverkan build

test: .venv/ready-dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not faults"

# what takes no build, browser or kernel
quick: .venv/ready-dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow and not faults"

# the same with the lowest versions that pyproject.toml allows
test-lowest:
	tools/lowest.sh $(PYTHON)

# which statements the tests run, in every process that ends by itself; limits on files stop coverage's
# own file, too, so that tests of them fail here
coverage: .venv/ready-dev
	$(BIN)/pip install -q "coverage==7.17.5"
	$(BIN)/coverage erase
	-$(BIN)/coverage run -m pytest -n 2 --dist loadgroup -m "not faults"
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

# the wheel in a clean environment outside the checkout: its report has the same bytes
elsewhere: .venv/ready
	tools/elsewhere.sh $(PYTHON)

# kills, stops, shortages and odd inputs; the table of what held goes into docs/faults.md
faults: .venv/ready-dev
	SAMVERKAN_FAULTS_PAGE=docs/faults.md $(BIN)/python -m pytest tests/faults -n 2 --dist loadgroup -m faults --no-header

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

# one seeded fault at a time: is it caught? also writes docs/mutation.md; its tools are its own
mutants: .venv/ready-dev
	$(BIN)/pip install -q "cosmic-ray==8.7.0" "coverage==7.17.5"
	$(BIN)/python benchmarks/mutation/run.py

data-docs: .venv/ready
	$(BIN)/python -m analysis.datasets

# the versions that are installed now, without addresses
constraints: .venv/ready-dev
	$(BIN)/pip list --format=freeze --exclude samverkan --exclude pip --exclude setuptools > constraints.txt
	$(MAKE) lock

# the digests of all files of these versions, for every platform, and the licences of what runs
lock:
	$(BIN)/$(LOCK) -o requirements/run.txt
	$(BIN)/$(LOCK) --extra dev -o requirements/dev.txt
	$(BIN)/python tools/licences.py

.venv/ready: $(INPUTS) tools/system-packages.txt
	tools/system-setup.sh $(PYTHON)
	$(PYTHON) -m venv .venv
	$(BIN)/pip $(LOCKED) requirements/run.txt
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	touch $@

.venv/ready-dev: .venv/ready
	$(BIN)/pip $(LOCKED) requirements/dev.txt
	touch $@

clean:
	rm -rf .venv build dist
