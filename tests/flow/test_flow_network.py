"""A user's optical flow network: any size it takes, flows in px of the pictures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from expression_transfer.core.encoder.networks import EXPRESSION
from expression_transfer.core.errors import InputError
from expression_transfer.core.flow.network import FlowNetwork, open_flow


@dataclass
class Port:
    name: str
    shape: list


class Session:
    """Finds the flow (3, -2) px of its own pictures, and a coarse one before, as RAFT's exports do."""

    def __init__(self, height, width, flow=(3.0, -2.0)):
        self.size, self.flow, self.given = (height, width), np.array(flow, np.float32), {}

    def get_inputs(self):
        return [Port(name, [1, 3, *self.size]) for name in ("one", "other")]

    def run(self, _names, given):
        self.given = given
        height, width = given["one"].shape[2:]
        whole = np.broadcast_to(self.flow[None, :, None, None], (1, 2, height, width))
        return [whole[..., ::8, ::8] / 8, whole]


@pytest.mark.parametrize(("size", "steps"), [((120, 160), (2.0, 2.5)), (("height", "width"), (1.0, 300 / 304))])
def test_flow_is_told_in_px_of_the_pictures(size, steps):
    session = Session(*size)
    one = np.full((300, 320, 3), 0.5, np.float32)
    flow = FlowNetwork(session, Path("raft.onnx"))(one, one)
    assert flow.shape == (300, 320, 2)
    np.testing.assert_allclose(flow, np.broadcast_to([3 * steps[0], -2 * steps[1]], flow.shape), rtol=1e-4)
    assert session.given["one"].dtype == np.float32
    np.testing.assert_allclose(session.given["one"], 127.5)


def test_what_gives_no_flow_is_refused_in_one_line(tmp_path):
    session = Session(64, 64)
    session.run = lambda _names, given: [given["one"]]
    with pytest.raises(InputError, match="gives no flow"):
        FlowNetwork(session, Path("x.onnx"))(np.zeros((64, 64, 3), np.float32), np.zeros((64, 64, 3), np.float32))
    with pytest.raises(InputError, match=r"takes .*; an optical flow network that takes two pictures"):
        open_flow(EXPRESSION, "cpu")
    with pytest.raises(InputError, match="no such file"):
        open_flow(tmp_path / "gone.onnx", "cpu")
