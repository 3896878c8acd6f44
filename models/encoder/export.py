"""The trained networks as ONNX."""

from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from ...core.encoder.shape_free import SIDE
from ...core.storage import whole_file
from .network import LANDMARKS, Encoder
from .samples import ACTED

OPSET = 17
RANGE = (-0.3, 1.3)
"""Of the weights read: what lies below 0 tells the fit where a person's zero is, and how noisy readings are there."""


class _Who(nn.Module):
    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, texture: Tensor, landmarks: Tensor) -> Tensor:
        return self.encoder.who(texture, landmarks)


class _What(nn.Module):
    """In final units; weights within RANGE."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, texture: Tensor, landmarks: Tensor, mean_texture: Tensor, mean_landmarks: Tensor) -> Any:
        weights, log_variance, gaze = self.encoder.what(texture, landmarks, mean_texture, mean_landmarks)
        spread = self.encoder.spread
        return (weights * spread).clamp(*RANGE), (0.5 * log_variance).exp() * spread, gaze


def export(encoder: Encoder, folder: Path, version: str) -> None:
    """identity.onnx and expression.onnx in `folder`."""
    texture, places = torch.zeros(2, SIDE, SIDE, dtype=torch.uint8), torch.zeros(2, LANDMARKS, 3)
    face = {"texture": texture, "landmarks": places}
    mean = {"mean_texture": torch.zeros(1, SIDE, SIDE), "mean_landmarks": torch.zeros(1, LANDMARKS, 3)}
    _write(_Who(encoder), face, ["identity"], folder / "identity.onnx", version)
    _write(_What(encoder), face | mean, ["weights", "sigma", "gaze"], folder / "expression.onnx", version)


def _write(network: nn.Module, inputs: dict[str, Tensor], outputs: list[str], file: Path, version: str) -> None:
    rows = {name: {0: "n"} for name in (*inputs, *outputs) if not name.startswith("mean")}
    with whole_file(file) as path:
        torch.onnx.export(
            network.float().eval(), tuple(inputs.values()), str(path), input_names=list(inputs), output_names=outputs,
            dynamic_axes=rows, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        model = onnx.load(str(path))
        onnx.helper.set_model_props(model, {"names": ",".join(ACTED), "version": version})
        onnx.save(model, str(path))
