"""The trained network as ONNX."""

from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from ...core.refine.crop import SIDE
from ...core.refine.view import GUIDES, HALF
from ...core.storage import whole_file
from .network import Refiner

OPSET = 17


class _Answers(nn.Module):
    def __init__(self, network: Refiner) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor, guides: Tensor) -> tuple[Tensor, Tensor]:
        answer = self.network(pictures, guides)
        return answer.low, answer.fine


def export(network: Refiner, file: Path, version: str) -> None:
    """The network as refine.refiner runs it: one frame a call."""
    shown = torch.zeros(1, 9, SIDE, SIDE), torch.zeros(1, GUIDES, HALF, HALF)
    with whole_file(file) as path:
        torch.onnx.export(
            _Answers(network.cpu().float().eval()), shown, str(path), input_names=["pictures", "guides"],
            output_names=["low", "fine"], opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        model = onnx.load(str(path))
        onnx.helper.set_model_props(model, {"version": version})
        onnx.save(model, str(path))
