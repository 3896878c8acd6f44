"""The expression encoder that the project ships (models/encoder/CARD.md): a trunk that sees pictures, and a head that
reads expressions from the trunk's codes.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..conventions import Array32
from ..device import Device
from ..errors import InputError
from ..landmarks.backend import Image
from .sessions import open_session

FOLDER = Path(__file__).resolve().parents[2] / "models" / "encoder"
TRUNK, HEAD = FOLDER / "trunk.onnx", FOLDER / "head.onnx"

INPUTS = {"trunk": {"crop", "landmarks"}, "head": {"code", "person"}}


@dataclass(frozen=True)
class Trunk:
    """Aligned pictures of faces → what a face shows (code) and whose it is (identity)."""

    session: Any

    def __call__(self, crops: Image, landmarks: Array32) -> tuple[Array32, Array32]:
        """N×F codes and N×128 identities (unit length) of crops (N×128×128×3) and their landmarks (N×478×3), both as
        alignment.align makes them.
        """
        code, identity = self.session.run(["code", "identity"], {"crop": crops, "landmarks": landmarks})
        return code, identity


@dataclass(frozen=True)
class Head:
    """Codes of one person's frames → expression and gaze, with how sure they are."""

    session: Any
    names: tuple[str, ...]
    """n expression shapes (facs.tables) in the order of the outputs."""

    def __call__(self, code: Array32, person: Array32) -> tuple[Array32, Array32, Array32]:
        """N×n weights 0–1, N×n standard deviations, N×2×2 gaze (as Fit.gaze), of N×F codes and the person's code F."""
        beside = np.ascontiguousarray(np.broadcast_to(person, code.shape))
        weights, sigma, gaze = self.session.run(["weights", "sigma", "gaze"], {"code": code, "person": beside})
        return weights, sigma, gaze.reshape(-1, 2, 2)


def open_trunk(device: Device, path: Path = TRUNK) -> Trunk:
    """Raises as open_session, and InputError where the file is another network."""
    return Trunk(_checked(open_session(path, device), "trunk", path))


def open_head(device: Device, path: Path = HEAD) -> Head:
    """Raises as open_session, and InputError where the file is another network."""
    session = _checked(open_session(path, device), "head", path)
    names = session.get_modelmeta().custom_metadata_map.get("names")
    if not names:
        raise InputError(f"{path}: does not name its outputs (metadata 'names'); fetch it again")
    return Head(session, tuple(names.split(",")))


def _checked(session: Any, kind: str, path: Path) -> Any:
    found = {each.name for each in session.get_inputs()}
    if found != INPUTS[kind]:
        raise InputError(
            f"{path}: is not the encoder's {kind} (its inputs are {', '.join(sorted(found))}); fetch it again"
        )
    return session


def digest(*paths: Path) -> str:
    """A short hash of the networks' files: results made with other weights are not gone on from."""
    found = hashlib.sha256()
    for path in paths or (TRUNK, HEAD):
        found.update(_bytes(path))
    return found.hexdigest()[:16]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}); install the program again") from error
