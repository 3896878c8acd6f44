"""A user's own optical flow network as ONNX, of the kind that RAFT (Teed and Deng 2020) and PWC-Net (Sun et al. 2018)
made common.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..conventions import Array32
from ..device import Device
from ..encoder.sessions import open_session
from ..errors import InputError

SIDE = 256
"""px: of the pictures on which a network that takes any size is tried."""


@dataclass(frozen=True)
class FlowNetwork:
    """Two pictures 1×3×H×W (RGB, 0–255) → 1×2×H×W px: where the first one's pixels are in the second."""

    session: Any
    path: Path

    @property
    def name(self) -> str:
        return f"{self.path.name} {hashlib.sha256(self.path.read_bytes()).hexdigest()[:8]}"

    def __call__(self, one: Array32, other: Array32) -> Array32:
        """H×W×2 px: the flow from `one` to `other` (H×W×3, 0–1), as `residual` gives it."""
        height, width = one.shape[:2]
        size = self._size(width, height)
        given = [self._given(picture, size) for picture in (one, other)]
        names = [each.name for each in self.session.get_inputs()]
        flows = [found for found in self.session.run(None, dict(zip(names, given, strict=True))) if _is_flow(found)]
        if not flows:
            raise InputError(f"{self.path}: gives no flow (1×2×H×W); give another network with --flow-model")
        finest = max(flows, key=lambda found: int(found.shape[-1]))[0].transpose(1, 2, 0)
        steps = np.array([width / size[0], height / size[1]], dtype=np.float32)
        return np.asarray(cv2.resize(finest, (width, height), interpolation=cv2.INTER_LINEAR) * steps, np.float32)

    def _size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the pictures that it takes; eights of pixels where it takes any."""
        tall, wide = self.session.get_inputs()[0].shape[2:]
        return (wide if isinstance(wide, int) else 8 * -(-width // 8),
                tall if isinstance(tall, int) else 8 * -(-height // 8))  # fmt: skip

    def _given(self, picture: Array32, size: tuple[int, int]) -> Array32:
        sized = cv2.resize(np.clip(picture, 0, 1), size, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(255 * sized.transpose(2, 0, 1)[None], dtype=np.float32)


def open_flow(path: Path, device: Device) -> FlowNetwork:
    """Raises as open_session, and InputError where the network takes or gives something else."""
    network = FlowNetwork(open_session(path, device), path)
    shapes = [list(each.shape) for each in network.session.get_inputs()]
    if len(shapes) != 2 or any(len(shape) != 4 or shape[1] != 3 for shape in shapes):
        taken = " and ".join("×".join(map(str, shape)) for shape in shapes)
        raise InputError(f"{path}: takes {taken}; an optical flow network that takes two pictures 1×3×H×W is needed")
    try:
        network(np.zeros((SIDE, SIDE, 3), np.float32), np.zeros((SIDE, SIDE, 3), np.float32))
    except InputError:
        raise
    except Exception as error:  # onnxruntime's exceptions have no base of their own
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: does not run on two pictures ({reason}); give another network") from error
    return network


def _is_flow(found: Any) -> bool:
    return getattr(found, "ndim", 0) == 4 and found.shape[:2] == (1, 2)
