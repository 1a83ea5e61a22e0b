# Each target sets up .venv by itself. PYTHON=... names the Python to make it with.
ifdef PYTHON
export NNLAB_PYTHON := $(PYTHON)
endif
COURSE = .venv/bin/python -m nnlab.course

.PHONY: help course test lab slides answers normalize normalise sabotage bench lock env check

help:
	@echo "make course     run every notebook and write the course to build/site/"
	@echo "make test       everything that CI tests; its ten slowest tests are listed at the end"
	@echo "make check NOTEBOOK=week02a   everything that guards one notebook, in two minutes"
	@echo "make lab        open JupyterLab on the notebooks"
	@echo "make slides     write a slide deck and a handout a lecture to build/site/slides/"
	@echo "make answers    write the answer key to build/answers/"
	@echo "make normalize  after editing a notebook: run it and write its normal form"
	@echo "make sabotage   plant faults in training and see the notebooks' claims break"
	@echo "make bench      time every notebook, the playground, fit against its peers, the fast lane's records"
	@echo "make lock       requirements.in -> requirements.txt"

env:
	@bash colab_setup.sh

course: env
	@$(COURSE) build

test: env
	@.venv/bin/ruff check .
	@.venv/bin/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder $$(.venv/bin/python tests/colab_python.py)

check: env
	@test -n "$(NOTEBOOK)" || { echo "name a notebook, as in: make check NOTEBOOK=week02a" >&2; exit 2; }
	@.venv/bin/ruff check .
	@.venv/bin/python -m pytest --notebook $(NOTEBOOK)

lab: env
	@.venv/bin/jupyter lab --notebook-dir=notebooks

slides: env
	@$(COURSE) slides

answers: env
	@$(COURSE) answers

normalize: env
	@$(COURSE) normalize --run

normalise: normalize

sabotage: env
	@$(COURSE) sabotage

bench: env
	@.venv/bin/python benchmarks/notebooks.py
	@.venv/bin/python benchmarks/figures.py
	@test -x build/peers/bin/python || .venv/bin/uv venv -q --seed --python .venv/bin/python build/peers
	@.venv/bin/uv pip install -q --python build/peers/bin/python -r benchmarks/requirements.txt
	@PYTHONPATH=. build/peers/bin/python benchmarks/peers.py
	@PYTHONPATH=. build/peers/bin/python benchmarks/fast_lane.py records

lock: env
	@.venv/bin/uv pip compile --universal --python-version 3.11 --no-annotate -q requirements.in -o requirements.txt
