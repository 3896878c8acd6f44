# make test-flame: FLAME against smplx, which needs torch; an environment of its own borrows the rest from $(VENV)
.venv-smplx/.ready: tests/face/smplx.txt $(VENV)/.ready
	$(PYTHON) -m venv .venv-smplx
	$(BIN)/python -c "import sysconfig; print('import site; site.addsitedir(%r)' % sysconfig.get_path('purelib'))" \
	  >"$$(.venv-smplx/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/borrowed.pth"
	.venv-smplx/bin/python -m pip install --quiet --disable-pip-version-check -r tests/face/smplx.txt
	touch $@

.PHONY: test-flame
test-flame: .venv-smplx/.ready
	.venv-smplx/bin/python -m pytest tests/face/test_flame_parity.py
