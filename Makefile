PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: env demo test bench lint lock clean
env: $(VENV)/.ready

# the lock is complete (every dependency with its hash), so pip need not resolve: --no-deps
$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check setuptools==80.9.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# the package's folder is the repository's root, whatever it is called: give mypy its name (out of its own reach)
$(VENV)/typing/expression_transfer:
	mkdir -p $(VENV)/typing && ln -sfn ../.. $@

lint: env $(VENV)/typing/expression_transfer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p expression_transfer

# every dependency of every Python from 3.11 on, with its hash; needs uv
lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --extra demo --extra bpy --extra dev --extra gl \
	  --override requirements.overrides --generate-hashes --no-emit-index-url --no-header -o requirements.lock

demo: env
	$(BIN)/expression-transfer demo

test: env
	$(BIN)/python -m pytest

bench: env .venv-torch/.ready
	$(BIN)/python -m expression_transfer.benchmarks.plumbing
	$(BIN)/python -m expression_transfer.benchmarks.expression
	$(BIN)/python -m expression_transfer.benchmarks.real
	$(BIN)/python -m expression_transfer.benchmarks.backends
	$(BIN)/python -m expression_transfer.benchmarks.identity
	$(BIN)/python -m expression_transfer.benchmarks.recognition
	$(BIN)/python -m expression_transfer.benchmarks.people_followed
	$(BIN)/python -m expression_transfer.benchmarks.reprojection
	$(BIN)/python -m expression_transfer.benchmarks.models
	$(BIN)/python -m expression_transfer.benchmarks.carry
	$(BIN)/python -m expression_transfer.benchmarks.blender_curves
	$(BIN)/python -m expression_transfer.benchmarks.rigs
	$(BIN)/python -m expression_transfer.benchmarks.texture
	$(BIN)/python -m expression_transfer.benchmarks.guides
	$(BIN)/python -m expression_transfer.benchmarks.preview
	$(BIN)/python -m expression_transfer.benchmarks.export
	$(BIN)/python -m expression_transfer.benchmarks.reenact
	$(BIN)/python -m expression_transfer.benchmarks.occlusion
	$(BIN)/python -m expression_transfer.benchmarks.speed
	.venv-torch/bin/python -m expression_transfer.benchmarks.flame

# what was built and cached; the environments stay
clean:
	rm -rf build dist out *.egg-info .pytest_cache .mypy_cache .ruff_cache
	find . -path './.venv*' -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

include tests/blender/versions.mk tools/torch.mk
