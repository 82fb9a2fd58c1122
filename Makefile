# Two commands: `make run` and `make test`. Everything else is listed by `make help`.
#
# On Linux the plain package index offers PyTorch with several GB of CUDA libraries. For the
# CPU build, name PyTorch's own index: PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu

PRESET ?= binder
DATA ?= phantom
OUT ?=
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(VENV)/.dev
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3 python,\
	$(shell $(name) -c "$(NEW_ENOUGH)" 2>/dev/null && echo $(name))))

.DEFAULT_GOAL := help
.PHONY: help setup run check format test test-browser notebooks readme units questions faults golden lock address docs docs-check docs-folder bench setup-dev wheel wheel-check wheelhouse clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv with the exact versions of requirements.lock (once)

setup-dev: $(DEV)  ## the same with what tests and checks need (requirements-dev.lock)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found. Install it, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "This Python lacks venv, which Debian keeps in a package of its own; installing it."; \
		{ test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq python3-venv; } \
		|| { echo "Run: sudo apt-get install python3-venv"; exit 1; }; \
		$(PYTHON) -m venv $(VENV); }
	$(BIN)/python -m pip install --quiet --no-deps --prefer-binary -r requirements.lock
	$(BIN)/python -m pip install --quiet "$$(grep '^torch==' requirements.lock)"  # and what a CUDA build needs
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

$(DEV): $(READY) requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --prefer-binary -r requirements-dev.lock
	@touch $@

run: $(READY)  ## execute the notebooks; PRESET=smoke|binder|colab|paper DATA=phantom|rsna:PATH|... OUT=DIR
	$(BIN)/boneage-kit run --preset $(PRESET) --data $(DATA) $(if $(OUT),--out $(OUT))

check: $(DEV)  ## before each commit: format, lint, types, direction of imports, fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m jactionlint --shellcheck=
	$(BIN)/python -m pytest -q -n 2 -m "not slow" tests/unit boneage_kit

format: $(DEV)  ## write the code as `make check` wants it
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

test: $(DEV)  ## pytest over package and tests, nbval over every notebook
	OMP_NUM_THREADS=2 OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m pytest -n 2 --dist loadfile --nbval --nbval-current-env --ignore=tests/browser tests boneage_kit notebooks

test-browser: $(DEV)  ## use every widget in a real Chromium (as root installs Debian's if missing)
	@which chromium chromium-browser google-chrome | grep -q . \
		|| { test "$$(id -u)" = 0 && apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } \
		|| { echo "Run: sudo apt-get install chromium"; exit 1; }
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --constraint requirements-dev.lock playwright voila
	BROWSER_TESTS=required $(BIN)/python -m pytest tests/browser

notebooks: $(DEV) address  ## execute the notebooks in place (phantom, binder) and keep their results
	$(BIN)/python tools/notebooks.py

readme: $(DEV) address  ## write README's tables from the kept results
	$(BIN)/python tools/readme.py

address: $(READY)  ## write the repository's address, from pyproject.toml, into badges and first cells
	$(BIN)/python tools/address.py

golden: $(DEV)  ## redraw the golden pixels after PHANTOM_VERSION was raised
	$(BIN)/python tools/golden.py

units: $(READY)  ## write the table of the units (docs/units.md) from the notebooks
	$(BIN)/python tools/units.py

questions: $(READY)  ## write all questions with their answers on one page (out/questions.md)
	$(BIN)/python tools/units.py --questions

faults: $(DEV)  ## commit every fault of tests/support/fault_cases.py and write docs/faults.md
	$(BIN)/python tools/faults.py

lock: $(DEV)  ## write requirements.lock and environment.yml from the versions in .venv
	$(BIN)/python tools/lock.py

bench: $(DEV)  ## minutes and memory of each notebook, then peers' recipes and ours side by side
	$(BIN)/python studies/notebooks.py --preset $(PRESET)
	$(BIN)/python studies/peers.py

docs: $(DEV)  ## build the book (Jupyter Book 2) into out/book; its theme comes from mystmd.org
	$(BIN)/python -m pip install --quiet "jupyter-book>=2"
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python tools/book.py

docs-check: $(DEV)  ## parse every page of the book and resolve every reference, without network
	$(BIN)/python -m pip install --quiet "jupyter-book>=2"
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python tools/book.py --check

wheel: $(DEV)  ## build wheel and sdist into dist/
	rm -rf dist
	$(BIN)/python -m hatchling build -d dist

wheel-check: wheel  ## the wheel in an environment of its own executes every notebook (smoke)
	rm -rf out/fresh && $(PYTHON) -m venv out/fresh/venv
	out/fresh/venv/bin/pip install --quiet "$$(ls dist/*.whl)[train]"
	cd out/fresh && venv/bin/boneage-kit run --preset smoke

wheelhouse: $(READY)  ## every package of requirements.lock and the kit, for a room without network
	$(BIN)/python -m pip wheel --quiet --no-deps --prefer-binary --wheel-dir wheelhouse -r requirements.lock
	$(BIN)/python -m pip wheel --quiet --prefer-binary --wheel-dir wheelhouse --find-links wheelhouse \
		--constraint requirements.lock "$$(grep '^torch==' requirements.lock)"
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir wheelhouse .

docs-folder: $(DEV)  ## the book as pages that open from a folder, without server and network
	$(BIN)/python tools/folder_book.py

clean:  ## remove .venv, out/, build/, dist/ and wheelhouse/
	rm -rf $(VENV) out build dist wheelhouse
