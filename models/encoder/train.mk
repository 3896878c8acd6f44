# training needs torch and onnx: an environment of its own that borrows the rest from $(VENV)
.venv-train/.ready: models/encoder/requirements.txt $(VENV)/.ready
	$(PYTHON) -m venv .venv-train
	$(BIN)/python -c "import sysconfig; print('import site; site.addsitedir(%r)' % sysconfig.get_path('purelib'))" \
	  >"$$(.venv-train/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/borrowed.pth"
	.venv-train/bin/python -m pip install --quiet --disable-pip-version-check -r models/encoder/requirements.txt
	touch $@

# the encoder's data and training from nothing, in about an hour and a quarter of two cores' time; can be interrupted
ENCODER_DATA ?= out/encoder
.PHONY: encoder
encoder: .venv-train/.ready
	$(BIN)/python -m expression_transfer.models.people --split train --people 2000 --out $(ENCODER_DATA)/train
	$(BIN)/python -m expression_transfer.models.people --split validation --people 100 --out $(ENCODER_DATA)/validation
	.venv-train/bin/python -m expression_transfer.models.encoder samples $(ENCODER_DATA)
	.venv-train/bin/python -m expression_transfer.models.encoder train $(ENCODER_DATA)
