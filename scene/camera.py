"""A Blender camera that sees what a fitted one saw, and where a head is before it."""

from typing import Any

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray

from ..core.conventions import CAMERA_FROM_FACE, Array, rotation_matrices
from ..core.fit.result import Camera, Fit
from . import keys
from .head import to_blender

UPRIGHT: Array = to_blender(np.eye(3)).T
"""Rotation of a camera that looks along +Y with Z up; Blender's cameras look along their own −Z."""
NEAR, FAR = 0.1, 10.0
"""Clipping: this much of the nearest, and of the farthest, distance of the head."""


def add_camera(name: str, lens: Camera, distance: Array, scene: Any, sensor_width: float) -> Any:
    """A camera object with a fit's lens; `sensor_width` (mm) only scales its focal length in mm. `distance`: how far
    the head is (any number of m).

    A pixel of the footage covers what it covered in the fit where the scene renders at the footage's size and pixel
    shape; otherwise the footage fits into the frame.
    """
    data = bpy.data.cameras.new(name)
    set_lens(data, lens, distance, scene, sensor_width)
    return bpy.data.objects.new(name, data)


def set_lens(data: Any, lens: Camera, distance: Array, scene: Any, sensor_width: float) -> None:
    """Give a camera a fit's lens, as add_camera."""
    data.sensor_width, data.sensor_height = sensor_width, sensor_width / _shape(lens)
    data.sensor_fit = "HORIZONTAL" if _shape(lens) >= _render_shape(scene.render) else "VERTICAL"
    data.lens = focal_lengths(lens, sensor_width)[0]
    data.shift_x, data.shift_y = lens_shift(lens, data.sensor_fit)
    data.clip_start, data.clip_end = NEAR * float(distance.min()), max(100.0, FAR * float(distance.max()))


def distances(fit: Fit) -> Array:
    """How far (m) the head is where it is known."""
    return np.asarray(fit.translation[fit.visible | fit.bridged, 2])


def focal_lengths(lens: Camera, sensor_width: float) -> Array:
    """T mm on a sensor so wide."""
    return np.asarray(lens.focal * lens.aspect * sensor_width / lens.width)


def lens_shift(lens: Camera, fit: str) -> tuple[float, float]:
    """shift_x and shift_y that put the principal point in its place: in widths of the frame where the sensor fits
    horizontally, in its heights where it fits vertically.
    """
    right, up = lens.width / 2 - lens.principal[0], (lens.principal[1] - lens.height / 2) * lens.aspect
    size = lens.width if fit == "HORIZONTAL" else lens.height * lens.aspect
    return float(right / size), float(up / size)


def _shape(lens: Camera) -> float:
    """Width of the picture in heights of it, as it is looked at."""
    return float(lens.width / (lens.height * lens.aspect))


def _render_shape(render: Any) -> float:
    return float(
        render.resolution_x * render.pixel_aspect_x / (render.resolution_y * render.pixel_aspect_y) * (1 - 1e-6)
    )  # equal shapes fit horizontally


def take_size(render: Any, lens: Camera) -> None:
    """Render at the footage's size and pixel shape."""
    render.resolution_x, render.resolution_y, render.resolution_percentage = lens.width, lens.height, 100
    render.pixel_aspect_x, render.pixel_aspect_y = max(1.0, 1 / lens.aspect), max(1.0, lens.aspect)


def has_size(render: Any, lens: Camera) -> bool:
    """Whether the scene renders at the footage's size and pixel shape."""
    same_pixels = np.isclose(render.pixel_aspect_y / render.pixel_aspect_x, lens.aspect, rtol=1e-3)
    return (render.resolution_x, render.resolution_y) == (lens.width, lens.height) and bool(same_pixels)


def heads_before_camera(fit: Fit, rows: NDArray[np.intp]) -> Array:
    """N×4×4: the head's own Blender coordinates → the Blender camera's (x right, y up, looking along −z), in N rows."""
    placed = np.tile(np.eye(4), (len(rows), 1, 1))
    placed[:, :3, :3] = rotation_matrices(fit.rotation[rows]) @ UPRIGHT.T
    placed[:, :3, 3] = fit.translation[rows] @ CAMERA_FROM_FACE
    return placed


def standing(place: Array, rotation: Array | None = None) -> Array:
    """4×4 of something that stands at a point (3 m)."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.eye(3) if rotation is None else rotation
    matrix[:3, 3] = place
    return matrix


def angles(matrices: Array, order: str) -> Array:
    """T×3 rad: Euler angles of T×4×4 in a rotation order, without jumps of a whole turn."""
    turns = [Matrix(matrices[0]).to_euler(order)]
    for matrix in matrices[1:]:
        turns.append(Matrix(matrix).to_euler(order, turns[-1]))
    return np.array(turns)


def stand(target: Any, matrix: Array) -> None:
    """Put an object somewhere, in its own rotation mode."""
    target.location = matrix[:3, 3]
    target.rotation_euler = angles(matrix[None], target.rotation_mode)[0]


def motion(target: Any, matrices: Array) -> dict[str, Array]:
    """An object's place and rotation (T×4×4) by data path."""
    return {"location": matrices[:, :3, 3], "rotation_euler": angles(matrices, target.rotation_mode)}


def key_motion(target: Any, matrices: Array, frames: Array, name: str) -> None:
    """Key an object's place and rotation (T×4×4) at `frames`."""
    keys.key_object(target, motion(target, matrices), frames, name)
