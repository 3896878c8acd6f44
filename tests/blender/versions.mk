# make test-blender: tests/blender, and the extension's zip, on the other Blenders the extension claims. 4.5 is in $(VENV), 4.2 and 5.0 borrow all but
# bpy from it, 5.2 has a Python of its own.
PYTHON313 ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.13*/bin/python3.13) python3.13)
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps

.venv-bpy42/.ready .venv-bpy50/.ready: .venv-bpy%/.ready: tests/blender/bpy%.lock $(VENV)/.ready
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python $(PIP_INSTALL) --require-hashes -r $<
	$(BIN)/python -c "import sysconfig; print('import site; site.addsitedir(%r)' % sysconfig.get_path('purelib'))" \
	  >"$$($(@D)/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/borrowed.pth"
	touch $@

.venv-bpy52/.ready: requirements.lock pyproject.toml
	$(PYTHON313) -m venv .venv-bpy52
	.venv-bpy52/bin/python $(PIP_INSTALL) --require-hashes -r requirements.lock
	.venv-bpy52/bin/python $(PIP_INSTALL) setuptools==80.9.0
	.venv-bpy52/bin/python $(PIP_INSTALL) --no-build-isolation --editable .
	touch $@

.PHONY: test-blender extension
test-blender: .venv-bpy42/.ready .venv-bpy50/.ready .venv-bpy52/.ready
	.venv-bpy42/bin/python -m pytest tests/blender tests/worker tests/extension/test_install.py
	.venv-bpy50/bin/python -m pytest tests/blender tests/worker tests/extension/test_install.py
	.venv-bpy52/bin/python -m pytest tests/blender tests/worker tests/extension/test_install.py

# a zip for each platform with the wheels of both Pythons (3.11 to Blender 5.0, 3.13 from 5.1). onnxruntime-gpu is 170 to
# 250 MB for each Python, so there it is a zip for each. EXPRESSION_TRANSFER_TASK names the landmark networks' file;
# otherwise ../shared has it, or it is fetched
extension: $(VENV)/.ready
	$(BIN)/python tools/build_extension.py --platform linux-x64
	$(BIN)/python tools/build_extension.py --platform windows-x64
	$(BIN)/python tools/build_extension.py --platform macos-arm64
	$(BIN)/python tools/build_extension.py --platform linux-x64 --gpu --python 3.11
	$(BIN)/python tools/build_extension.py --platform linux-x64 --gpu --python 3.13
	$(BIN)/python tools/build_extension.py --platform windows-x64 --gpu --python 3.11
	$(BIN)/python tools/build_extension.py --platform windows-x64 --gpu --python 3.13
