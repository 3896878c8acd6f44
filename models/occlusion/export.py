"""The trained network as ONNX."""

from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from ...core.refine.crop import SIDE
from ...core.refine.occlusion_sight import CHANNELS
from ...core.storage import whole_file
from .network import Sight, probability

OPSET = 17


class _Answer(nn.Module):
    def __init__(self, network: Sight) -> None:
        super().__init__()
        self.network = network

    def forward(self, seen: Tensor) -> Tensor:
        return probability(self.network(seen))


def export(network: Sight, file: Path, version: str) -> None:
    """The network as occlusion_sight runs it: one frame a call."""
    with whole_file(file) as path:
        torch.onnx.export(
            _Answer(network.cpu().float()).eval(), (torch.zeros(1, CHANNELS, SIDE, SIDE),), str(path),
            input_names=["seen"], output_names=["front"], opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        model = onnx.load(str(path))
        onnx.helper.set_model_props(model, {"version": version})
        onnx.save(model, str(path))
