"""A fit in FLAME's own terms, for those who work with smplx."""

from pathlib import Path

import cv2
import numpy as np

from ..conventions import Array, camera_rotations, gaze_rotations
from ..face.flame import CODE_NAMES, EXPRESSIONS, SHAPES
from ..face.model import FaceModel
from ..fit.result import Fit
from ..storage import whole_file


def flame_parameters(fit: Fit, model: FaceModel) -> dict[str, Array]:
    """The arguments of smplx.FLAME by name, for T frames of a fit with a model made from FLAME.

    betas 1×300, expression T×100, global_orient, neck_pose (at rest), jaw_pose, leye_pose and reye_pose T×3 rad,
    transl T×3 m. Vertices come out in camera space (conventions.py: metres, x right, y down, z forward); the camera is
    in fit.npz.
    """
    assert model.root is not None and model.code_names == CODE_NAMES
    codes = fit.expression @ model.codes
    turn = camera_rotations(fit.rotation)
    joint = model.root.joint + fit.identity @ model.root.identity + fit.expression @ model.root.expression
    shift = fit.translation + np.einsum("tij,tj->ti", turn, joint) - (joint - model.root.origin)
    return {
        "betas": np.pad(fit.identity, (0, SHAPES - len(fit.identity)))[None],
        "expression": codes[:, :EXPRESSIONS],
        "global_orient": _vectors(turn),
        "neck_pose": np.zeros((len(fit), 3)),
        "jaw_pose": codes[:, EXPRESSIONS:],
        "leye_pose": _vectors(gaze_rotations(fit.gaze[:, 0])),
        "reye_pose": _vectors(gaze_rotations(fit.gaze[:, 1])),
        "transl": shift,
    }


def write_flame(fit: Fit, model: FaceModel, path: Path) -> None:
    """flame_parameters as float32, with the source's frame numbers (T) and rate."""
    arrays = {name: values.astype(np.float32) for name, values in flame_parameters(fit, model).items()}
    with whole_file(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, **arrays, frames=fit.frames, fps=np.array(fit.fps), model=np.array(model.name))


def _vectors(rotations: Array) -> Array:
    """T×3 rotation vectors of rotation matrices (T×3×3)."""
    return np.array([cv2.Rodrigues(rotation)[0][:, 0] for rotation in rotations]).reshape(-1, 3)
