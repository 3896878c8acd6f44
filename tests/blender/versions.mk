# make test-blender: tests/blender on the other Blenders the extension claims. 4.5 is in $(VENV), 5.0 borrows all but bpy
# from it, 5.2 has a Python of its own.
PYTHON313 ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.13*/bin/python3.13) python3.13)
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps

.venv-bpy50/.ready: tests/blender/bpy50.lock $(VENV)/.ready
	$(PYTHON) -m venv .venv-bpy50
	.venv-bpy50/bin/python $(PIP_INSTALL) --require-hashes -r tests/blender/bpy50.lock
	$(BIN)/python -c "import sysconfig; print('import site; site.addsitedir(%r)' % sysconfig.get_path('purelib'))" \
	  >"$$(.venv-bpy50/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/borrowed.pth"
	touch $@

.venv-bpy52/.ready: requirements.lock pyproject.toml
	$(PYTHON313) -m venv .venv-bpy52
	.venv-bpy52/bin/python $(PIP_INSTALL) --require-hashes -r requirements.lock
	.venv-bpy52/bin/python $(PIP_INSTALL) setuptools==80.9.0
	.venv-bpy52/bin/python $(PIP_INSTALL) --no-build-isolation --editable .
	touch $@

.PHONY: test-blender extension
test-blender: .venv-bpy50/.ready .venv-bpy52/.ready
	.venv-bpy50/bin/python -m pytest tests/blender tests/worker
	.venv-bpy52/bin/python -m pytest tests/blender tests/worker

# a zip for each Python that Blenders have: 3.11 to 5.0, 3.13 from 5.1
extension: $(VENV)/.ready
	$(BIN)/python tools/build_extension.py --python 3.11
	$(BIN)/python tools/build_extension.py --python 3.13
