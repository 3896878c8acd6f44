"""The encoder that the project ships (models/encoder/CARD.md): one network says who a face is, one what it does."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..device import Device
from ..errors import InputError
from .sessions import open_session

FOLDER = Path(__file__).resolve().parents[2] / "models" / "encoder"
IDENTITY, EXPRESSION, LAYOUT = (FOLDER / name for name in ("identity.onnx", "expression.onnx", "shape_free.npz"))

INPUTS = {
    "identity network": {"texture", "landmarks"},
    "expression network": {"texture", "landmarks", "mean_texture", "mean_landmarks"},
}

Textures = NDArray[np.uint8]


@dataclass(frozen=True)
class IdentityNetwork:
    """Faces → whose they are."""

    session: Any

    def __call__(self, textures: Textures, landmarks: Array32) -> Array32:
        """N×128, unit length, of shape-free textures (N×SIDE×SIDE) and aligned landmarks (N×478×3, Alignment.front)."""
        (identity,) = self.session.run(["identity"], {"texture": textures, "landmarks": landmarks})
        found: Array32 = identity
        return found


@dataclass(frozen=True)
class Mean:
    """A shot's mean face: what its frames are compared with."""

    texture: Array32
    """SIDE×SIDE."""
    landmarks: Array32
    """478×3."""


@dataclass(frozen=True)
class ExpressionNetwork:
    """Faces of one person → expression and gaze, with how sure they are."""

    session: Any
    names: tuple[str, ...]
    """n expression shapes (facs.tables) in the order of the outputs."""

    def __call__(self, textures: Textures, landmarks: Array32, mean: Mean) -> tuple[Array32, Array32, Array32]:
        """N×n weights (a little beyond 0–1 too), N×n standard deviations, N×2×2 gaze (as Fit.gaze), of faces as
        for IdentityNetwork.
        """
        weights, sigma, gaze = self.session.run(
            ["weights", "sigma", "gaze"],
            {
                "texture": textures,
                "landmarks": landmarks,
                "mean_texture": mean.texture[None],
                "mean_landmarks": mean.landmarks[None],
            },
        )
        return weights, sigma, gaze.reshape(-1, 2, 2)


def open_identity(device: Device, path: Path = IDENTITY) -> IdentityNetwork:
    """Raises as open_session, and InputError where the file is another network."""
    return IdentityNetwork(_checked(open_session(path, device), "identity network", path))


def open_expression(device: Device, path: Path = EXPRESSION) -> ExpressionNetwork:
    """Raises as open_session, and InputError where the file is another network."""
    session = _checked(open_session(path, device), "expression network", path)
    names = session.get_modelmeta().custom_metadata_map.get("names")
    if not names:
        raise InputError(f"{path}: does not name its outputs (metadata 'names'); fetch it again")
    return ExpressionNetwork(session, tuple(names.split(",")))


def _checked(session: Any, kind: str, path: Path) -> Any:
    found = {each.name for each in session.get_inputs()}
    if found != INPUTS[kind]:
        raise InputError(
            f"{path}: is not the encoder's {kind} (its inputs are {', '.join(sorted(found))}); fetch it again"
        )
    return session


def digest(*paths: Path) -> str:
    """A short hash of the encoder's files: results made with other weights are not gone on from."""
    found = hashlib.sha256()
    for path in paths:
        found.update(_bytes(path))
    return found.hexdigest()[:16]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); install the program again") from error
