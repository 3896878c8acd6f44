"""A shot as Nuke's Root, camera and moving head."""

from dataclasses import dataclass

import numpy as np

from ..conventions import CAMERA_FROM_FACE, Array, yaw_pitch_roll
from ..fit.result import Fit
from .nk import Node, curves, number, quoted

SENSOR = 36.0
"""mm wide: scales focal lengths, nothing else."""


@dataclass(frozen=True)
class Shot:
    """What a script has to know of the plate."""

    name: str
    width: int
    height: int
    aspect: float
    """Width of a pixel in heights of it."""
    fps: float
    first: int
    last: int

    @staticmethod
    def of(name: str, fit: Fit) -> "Shot":
        lens = fit.camera
        first, last = int(fit.frames[0]), int(fit.frames[-1])
        return Shot(name, lens.width, lens.height, 1 / lens.aspect, fit.fps, first, last)


def root(shot: Shot) -> dict[str, str]:
    """The script's settings; files are named from its own folder on, so that the folder can be moved."""
    size = f"{shot.width} {shot.height}"
    return {
        "first_frame": str(shot.first),
        "last_frame": str(shot.last),
        "frame": str(shot.first),
        "lock_range": "true",
        "fps": number(shot.fps),
        "format": quoted(f"{size} 0 0 {size} {number(shot.aspect)} plate"),
        "project_directory": quoted("[python {nuke.script_directory()}]"),
    }


def camera_and_head(fit: Fit, at: tuple[int, int] = (0, 0)) -> list[Node]:
    """The camera that the shot was fitted with, still at the origin, and the head's place before it; metres, Y up.

    The head's axes are face space's: X the subject's left, Y up, Z out of the face. Keys stand where there is a face.
    """
    rows = np.flatnonzero(fit.visible | fit.bridged)
    frames, lens = fit.frames[rows], fit.camera
    # Nuke turns by Z first, then X, then Y: head turn as conventions have it
    turn = np.degrees(np.unwrap(yaw_pitch_roll(fit.rotation[rows]), axis=0))[:, [1, 0, 2]]
    place = fit.translation[rows] @ CAMERA_FROM_FACE
    head = {
        "translate": curves(frames, place),
        "rotate": curves(frames, turn),
        "label": quoted("the fitted head, metres"),
    }
    focal = lens.focal[rows] * lens.aspect * SENSOR / lens.width
    seen_by = {
        "focal": curves(frames, focal[:, None]) if np.ptp(focal) else number(float(focal[0])),
        "haperture": number(SENSOR),
        "vaperture": number(SENSOR * lens.height * lens.aspect / lens.width),
        "win_translate": "{" + " ".join(number(value) for value in _window(fit)) + "}",
        "near": "0.01",
        "label": quoted(_lens_told(fit)),
    }
    beside = (at[0] + 150, at[1])
    return [Node("Camera2", "Fitted_camera", seen_by, at=at), Node("Axis2", "Fitted_head", head, at=beside)]


def _window(fit: Fit) -> Array:
    """2: how far the lens's axis lies from the picture's middle, in half widths of the picture, up and right."""
    lens = fit.camera
    right, up = lens.width / 2 - lens.principal[0], (lens.principal[1] - lens.height / 2) * lens.aspect
    return np.array([right, up]) * 2 / lens.width


def _lens_told(fit: Fit) -> str:
    k1, k2 = fit.camera.distortion.tolist()
    bent = f"; distorted: k1 {number(k1)}, k2 {number(k2)}" if k1 or k2 else ""
    return f"as fitted{bent}"
