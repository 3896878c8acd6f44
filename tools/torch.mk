# torch trains the networks and is an oracle (FLAME by smplx): an environment of its own, which borrows the rest from $(VENV)
.venv-torch/.ready: tools/torch.txt $(VENV)/.ready
	$(PYTHON) -m venv .venv-torch
	$(BIN)/python -c "import sysconfig; print('import site; site.addsitedir(%r)' % sysconfig.get_path('purelib'))" \
	  >"$$(.venv-torch/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/borrowed.pth"
	.venv-torch/bin/python -m pip install --quiet --disable-pip-version-check -r tools/torch.txt
	touch $@

.PHONY: test-torch
test-torch: .venv-torch/.ready
	.venv-torch/bin/python -m pytest tests/face/test_flame_parity.py tests/training

# the encoder's data and training from nothing; can be interrupted and goes on where it was
ENCODER_DATA ?= out/encoder
.PHONY: encoder
encoder: .venv-torch/.ready
	$(BIN)/python -m expression_transfer.models.people --split train --people 2000 --out $(ENCODER_DATA)/train
	$(BIN)/python -m expression_transfer.models.people --split validation --people 100 --out $(ENCODER_DATA)/validation
	.venv-torch/bin/python -m expression_transfer.models.encoder samples $(ENCODER_DATA)
	.venv-torch/bin/python -m expression_transfer.models.encoder train $(ENCODER_DATA)

# the same for the refiner, whose samples the project's own re-performing makes
REFINER_DATA ?= out/refiner
.PHONY: refiner
refiner: .venv-torch/.ready
	.venv-torch/bin/python -m expression_transfer.models.refiner samples $(REFINER_DATA)
	.venv-torch/bin/python -m expression_transfer.models.refiner train $(REFINER_DATA)

# and for the network that sees what is in front of faces, of the encoder's people
OCCLUSION_DATA ?= out/occlusion
.PHONY: occlusion
occlusion: .venv-torch/.ready
	$(BIN)/python -m expression_transfer.models.people --split train --people 500 --out $(OCCLUSION_DATA)/people/train
	$(BIN)/python -m expression_transfer.models.people --split validation --people 50 --out $(OCCLUSION_DATA)/people/validation
	.venv-torch/bin/python -m expression_transfer.models.occlusion samples $(OCCLUSION_DATA)
	.venv-torch/bin/python -m expression_transfer.models.occlusion train $(OCCLUSION_DATA)
