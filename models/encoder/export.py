"""The trained networks as ONNX."""

from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from ...core.encoder.alignment import SIDE
from ...core.storage import whole_file
from .network import CODE, LANDMARKS
from .samples import ACTED
from .training import Encoder

OPSET = 17


class _Read(nn.Module):
    """The head with what leaves the network in its final units."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.head, self.spread = encoder.head, encoder.spread

    def forward(self, code: Tensor, person: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        weights, log_variance, gaze = self.head(code, person)
        return weights.clamp(0, 1), (0.5 * log_variance).exp() * self.spread, gaze


def export(encoder: Encoder, folder: Path, version: str) -> None:
    """trunk.onnx and head.onnx in `folder`."""
    encoder.eval()
    crop, places = torch.zeros(2, SIDE, SIDE, 3, dtype=torch.uint8), torch.zeros(2, LANDMARKS, 3)
    code = torch.zeros(2, CODE)
    _write(encoder.trunk, (crop, places), ["crop", "landmarks"], ["code", "identity"], folder / "trunk.onnx", version)
    _write(
        _Read(encoder), (code, code), ["code", "person"], ["weights", "sigma", "gaze"], folder / "head.onnx", version
    )


def _write(
    network: nn.Module, example: tuple[Tensor, ...], inputs: list[str], outputs: list[str], file: Path, version: str
) -> None:
    with whole_file(file) as path:
        torch.onnx.export(
            network.float().eval(), example, str(path), input_names=inputs, output_names=outputs,
            dynamic_axes={name: {0: "n"} for name in (*inputs, *outputs)}, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        model = onnx.load(str(path))
        onnx.helper.set_model_props(model, {"names": ",".join(ACTED), "version": version})
        onnx.save(model, str(path))
