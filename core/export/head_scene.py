"""A fitted shot as a scene that any 3D program can hold: a head that moves before a camera that stands still.

Y up, metres; the camera stands at the origin and looks along −Z (glTF's and USD's own conventions). Face space already
has these axes, so vertices go out as they are.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..conventions import CAMERA_FROM_FACE, Array, Array32, gaze_rotations, rotation_matrices
from ..errors import InputError
from ..face.geometry import Geometry
from ..facs.tables import SHAPES
from ..fit.result import Camera, Fit
from ..storage import Saved


@dataclass(frozen=True)
class Part:
    """A rigid part of the head with V vertices and F triangles: the face, or an eyeball that turns."""

    name: str
    points: Array
    """V×3 m from `origin`, without any expression."""
    triangles: NDArray[np.int32]
    """F×3, counter-clockwise seen from outside."""
    uv_triangles: NDArray[np.int32]
    """F×3 into HeadScene.uv."""
    material: NDArray[np.int8]
    """F: index into HeadScene.materials."""
    offsets: Array32
    """E×V×3 m at weight 1; 0×V×3 where no expression moves the part."""
    origin: Array
    """3 m in the head: where the part stands and what it turns about."""
    turn: Array
    """T×3×3 in the head."""


@dataclass(frozen=True)
class HeadScene(Saved):
    """A head acting for T frames: those of the shot in which a face is known."""

    schema: ClassVar[str] = "head-scene/2"

    name: str
    model: str
    licence: str
    """Of the face model, in words."""
    shapes: tuple[str, ...]
    """E names of the expressions, as shape_name has them."""
    weights: Array
    """T×E."""
    place: Array
    """T×4×4: the head in the scene."""
    camera: Camera
    """`focal` has T rows."""
    frames: NDArray[np.int64]
    """T source frame numbers."""
    times: Array
    """T s from the shot's first frame."""
    fps: float
    span: NDArray[np.int64]
    """The shot's first and last source frame number."""
    uv: Array32
    """C×2, u right, v up."""
    materials: tuple[str, ...]
    """Names of the kinds of surface: Geometry.parts."""
    texture: str
    """File of the person's texture; empty: plain colours."""
    altered: bool
    """The head acts otherwise than it was filmed, and files of it say so (core/provenance.py)."""
    face: Part
    eye_left: Part | None
    eye_right: Part | None

    @property
    def parts(self) -> list[Part]:
        return [part for part in (self.face, self.eye_left, self.eye_right) if part is not None]

    def vertices(self, row: int) -> list[Array]:
        """V×3 m of each part in the scene."""
        turned = [self._in_head(part, row) for part in self.parts]
        return [points @ self.place[row, :3, :3].T + self.place[row, :3, 3] for points in turned]

    def _in_head(self, part: Part, row: int) -> Array:
        moved = part.points + np.tensordot(self.weights[row][: len(part.offsets)], part.offsets, 1)
        return np.asarray(moved @ part.turn[row].T + part.origin)


def head_scene(
    fit: Fit, model: Geometry, name: str, texture: Path | None = None, *, altered: bool = False
) -> HeadScene:
    """The scene of a fit. Raises InputError where no frame shows a face."""
    rows = np.flatnonzero(fit.visible | fit.bridged)
    if not len(rows):
        raise InputError(f"{name}: no frame of it shows a face; there is no head to export")
    camera = fit.camera
    owner = model.eyes.member[model.triangles].min(axis=1)
    neutral, centres = model.neutral(fit.identity), model.eye_centres(fit.identity)
    still = np.tile(np.eye(3), (len(rows), 1, 1))
    looks = gaze_rotations(fit.gaze[rows])
    eyes = [
        _part(f"eye_{side}", model, neutral, owner == index + 1, centres[index], looks[:, index])
        for index, side in enumerate(("left", "right"))
    ]
    face = _part("face", model, neutral, owner == 0, np.zeros(3), still)
    assert face is not None
    return HeadScene(
        name=name,
        model=model.name,
        licence=model.licence,
        shapes=tuple(shape_name(shape) for shape in model.expressions),
        weights=fit.expression[rows],
        place=_places(fit, rows),
        camera=Camera(
            camera.width, camera.height, camera.focal[rows], camera.principal, camera.distortion, camera.aspect
        ),
        frames=fit.frames[rows],
        times=fit.times[rows] - fit.times[0],
        fps=fit.fps,
        span=fit.frames[[0, -1]],
        uv=model.uv,
        materials=model.parts,
        texture="" if texture is None else str(texture),
        altered=altered,
        face=face,
        eye_left=eyes[0],
        eye_right=eyes[1],
    )


def shape_name(shape: str) -> str:
    """ARKit's way of naming an expression: browDown_L → browDownLeft. The two that ARKit has for both sides at once
    stay two (browInnerUpLeft, cheekPuffRight, …), and names that are none of SHAPES stay as they are.
    """
    stem, _, side = shape.partition("_")
    return stem + {"L": "Left", "R": "Right", "": ""}[side] if shape in SHAPES else shape


def _places(fit: Fit, rows: NDArray[np.intp]) -> Array:
    """The camera's y and z point the other way than OpenCV's, as face space's do: only the place is turned over."""
    places = np.tile(np.eye(4), (len(rows), 1, 1))
    places[:, :3, :3] = rotation_matrices(fit.rotation[rows])
    places[:, :3, 3] = fit.translation[rows] @ CAMERA_FROM_FACE
    return places


def _part(
    name: str, model: Geometry, neutral: Array, chosen: NDArray[np.bool_], origin: Array, turn: Array
) -> Part | None:
    """The triangles that are chosen; None where there are none."""
    if not chosen.any():
        return None
    used, corners = np.unique(model.triangles[chosen], return_inverse=True)
    offsets = model.expression[:, used]
    return Part(
        name=name,
        points=neutral[used] - origin,
        triangles=corners.reshape(-1, 3).astype(np.int32),
        uv_triangles=model.uv_triangles[chosen],
        material=model.part[chosen],
        offsets=offsets if offsets.any() else offsets[:0],
        origin=origin,
        turn=turn,
    )


def beyond(camera: Camera, *, shift: bool, zoom: bool) -> list[str]:
    """What a scene's camera can't say of a fitted one, a line each. `shift`, `zoom`: whether the format's cameras have
    their principal point anywhere, and a focal length that changes.
    """
    lines = []
    if camera.distortion.any():
        k1, k2 = camera.distortion
        lines.append(
            f"the camera has no lens distortion (k1 {k1:.4g}, k2 {k2:.4g}): put it before an undistorted plate"
        )
    off = camera.principal - np.array([camera.width, camera.height]) / 2
    if not shift and np.abs(off).max() > 1e-3:
        lines.append(
            f"the principal point is {off[0]:.1f}, {off[1]:.1f} px off the middle, which glTF's cameras can't be"
        )
    if not zoom and np.ptp(camera.focal) > 1e-3:
        lines.append("the focal length changes, which glTF's cameras can't: it is the first frame's")
    return lines
