"""FLAME (Li et al., Learning a model of facial shape and expression from 4D scans, 2017): its file, its forward pass,
and its head as Geometry.

The files of 2020, 2023 and 2023 Open have one layout. Coordinates are FLAME's own: metres, +X the subject's left, +Y
up, +Z out of the face, the origin in the head; face space has the same axes, its origin between the eyeballs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32, rotation_matrices
from ..errors import InputError
from .geometry import Eyeballs, Geometry, Root, check_size
from .head_chart import head_chart
from .npz import is_zip, read_npz
from .pickles import read_pickle

SHAPES, EXPRESSIONS, VERTICES, TRIANGLES = 300, 100, 5023, 9976
JOINTS = ("global", "neck", "jaw", "left_eye", "right_eye")
NECK, JAW, LEFT_EYE, RIGHT_EYE = range(1, 5)
POSE_TERMS = 9 * (len(JOINTS) - 1)
"""Entries of the rotation matrices of all joints but the global one."""

IDENTITY_MODES = 100
"""Of FLAME's 300 that a Geometry has: those beyond change a face by less than landmarks can tell."""

CODE_NAMES = (*(f"expression_{k:03d}" for k in range(EXPRESSIONS)), "jaw_pose_x", "jaw_pose_y", "jaw_pose_z")
"""The parameters that a named expression is told in: standard deviations, and the jaw's rotation vector (rad)."""

LAYOUT: dict[str, tuple[int, ...]] = {
    "v_template": (VERTICES, 3),
    "shapedirs": (VERTICES, 3, SHAPES + EXPRESSIONS),
    "posedirs": (VERTICES, 3, POSE_TERMS),
    "J_regressor": (len(JOINTS), VERTICES),
    "weights": (VERTICES, len(JOINTS)),
    "kintree_table": (2, len(JOINTS)),
    "f": (TRIANGLES, 3),
}
TEXTURE_FILES = ("FLAME_texture.npz", "FLAME_albedo_from_BFM.npz")
"""Files of FLAME's makers with UV coordinates (vt, ft); used where one lies beside the model."""

LICENCE = "FLAME model licence (Max Planck Institute): research only, no commercial use, not to be passed on"
OPEN_LICENCE = "CC BY 4.0 (FLAME 2023 Open, Max Planck Institute): free to use, name the authors"

Chart = tuple[Array32, NDArray[np.int32]]
"""UVs (C×2, u right, v up, 0–1) and F×3 triangles into them."""

Forward = Callable[[Array, Array, Array], Array32]
"""Flame.vertices, or another engine's."""


@dataclass(frozen=True)
class Flame:
    """A FLAME model ready to be evaluated: V = 5023 vertices, 300 shape and 100 expression coefficients, 5 joints."""

    name: str
    licence: str
    template: Array32
    """V×3 m."""
    bases: Array32
    """400×3V m per standard deviation: shape, then expression; all x, then all y, then all z."""
    correctives: Array32
    """36×3V m per entry of the rotation matrices minus identity (neck, jaw, left eye, right eye), in the same order."""
    joints: Array
    """5×3 m, of the template."""
    joint_bases: Array
    """400×15 m: how the coefficients move the joints."""
    regressor: Array
    """5×V: joints of vertices."""
    parents: tuple[int, ...]
    """Of joints 1–4."""
    weights: Array32
    """5×V, columns sum to 1."""
    triangles: NDArray[np.int32]
    """9976×3, counter-clockwise from outside."""
    chart: Chart | None
    """Of the texture file beside the model, where there is one."""

    def vertices(self, shape: Array, expression: Array, pose: Array) -> Array32:
        """V×3 m in FLAME's coordinates.

        `shape`, `expression`: up to 300 and 100 standard deviations. `pose`: 5×3 rad, rotation vectors of the joints
        global, neck, jaw, left eye, right eye, each relative to its parent, about FLAME's axes: +x opens the jaw and
        looks down, +y turns to the subject's left, +z tilts to the subject's right.
        """
        codes = np.zeros(SHAPES + EXPRESSIONS, dtype=np.float32)
        codes[: len(shape)] = shape
        codes[SHAPES : SHAPES + len(expression)] = expression
        turns = rotation_matrices(np.asarray(pose, dtype=np.float64).reshape(len(JOINTS), 3))
        entries = (turns[1:] - np.eye(3)).ravel().astype(np.float32)
        rest = (codes @ self.bases + entries @ self.correctives).reshape(3, -1) + self.template.T
        return self._skinned(rest, self._transforms(turns, self.joints_of(codes)))

    def joints_of(self, codes: Array | Array32) -> Array:
        """5×3 m, at rest, of 400 coefficients."""
        return np.asarray(self.joints + (codes @ self.joint_bases).reshape(-1, 3))

    def _skinned(self, rest: Array32, transforms: Array32) -> Array32:
        """V×3 m of vertices at rest (3×V): linear blend skinning, coordinate by coordinate as memory has them."""
        mixed = transforms.reshape(len(JOINTS), -1).T @ self.weights
        turned = mixed[:9].reshape(3, 3, -1) * rest
        return np.ascontiguousarray((turned.sum(axis=1) + mixed[9:]).T)

    def _transforms(self, turns: Array, joints: Array) -> Array32:
        """5×12: each joint's motion from rest, its rotation's rows and then its translation."""
        rotation, translation = [turns[0]], [joints[0] - turns[0] @ joints[0]]
        for joint, parent in enumerate(self.parents, start=1):
            pivot = joints[joint]
            rotation.append(rotation[parent] @ turns[joint])
            translation.append(rotation[parent] @ (pivot - turns[joint] @ pivot) + translation[parent])
        return np.concatenate([np.reshape(rotation, (-1, 9)), translation], axis=1).astype(np.float32)

    @property
    def origin(self) -> Array:
        """3 m: face space's origin in FLAME's coordinates, midway between the eyeballs' centres of the mean head."""
        return np.asarray(self.joints[[LEFT_EYE, RIGHT_EYE]].mean(axis=0))

    def geometry(self) -> Geometry:
        """The head in face space, without expressions: FLAME's own have no names (heads.carry gives it named ones)."""
        modes = np.swapaxes(self.bases[:IDENTITY_MODES].reshape(IDENTITY_MODES, 3, -1), 1, 2)
        part, parts = self._parts()
        uv, uv_triangles = self.chart or head_chart(self.template, self.triangles, _eyeball_members(self.weights))
        return Geometry(
            name=self.name,
            licence=self.licence,
            mean=(self.template - self.origin).astype(np.float32),
            identity=np.ascontiguousarray(modes),
            expression=np.zeros((0, len(self.template), 3), dtype=np.float32),
            expressions=(),
            triangles=self.triangles,
            uv=uv,
            uv_triangles=uv_triangles,
            part=part,
            parts=parts,
            eyes=self._eyeballs(),
            codes=np.zeros((0, len(CODE_NAMES)), dtype=np.float32),
            code_names=CODE_NAMES,
            root=self._root(),
        )

    def _eyeballs(self) -> Eyeballs:
        centre = self.joints[[LEFT_EYE, RIGHT_EYE]]
        member = _eyeball_members(self.weights)
        distance = [
            np.median(np.linalg.norm(self.template[member == eye + 1] - centre[eye], axis=1)) for eye in range(2)
        ]
        identity = self.joint_bases[:IDENTITY_MODES].reshape(-1, len(JOINTS), 3)[:, [LEFT_EYE, RIGHT_EYE]]
        return Eyeballs(
            (centre - self.origin).astype(np.float32), identity.astype(np.float32), float(np.mean(distance)), member
        )

    def _root(self) -> Root:
        identity = self.joint_bases[:IDENTITY_MODES, :3]
        none = np.zeros((0, 3), dtype=np.float32)
        origin, joint = -self.origin, self.joints[0] - self.origin
        return Root(origin.astype(np.float32), joint.astype(np.float32), identity.astype(np.float32), none)

    def _parts(self) -> tuple[NDArray[np.int8], tuple[str, ...]]:
        member = self._eyeballs().member[self.triangles]
        part = np.where((member == member[:, :1]).all(axis=1), member[:, 0], 0)
        return part.astype(np.int8), ("skin", "eyeball_left", "eyeball_right")


def read_flame(path: Path) -> Flame:
    """FLAME 2020, 2023 or 2023 Open from its .pkl or .npz; an InputError names what is wrong with the file."""
    arrays = (read_npz if is_zip(path) else read_pickle)(path, LAYOUT)
    try:
        _check(arrays)
    except ValueError as error:
        raise InputError(f"{path}: no usable FLAME model: {error}; fetch it again from flame.is.tue.mpg.de") from error
    bases, correctives = (_rows(arrays[name]) for name in ("shapedirs", "posedirs"))
    template, triangles = arrays["v_template"].astype(np.float64), arrays["f"].astype(np.int32)
    regressor = arrays["J_regressor"].astype(np.float64)
    joint_bases = np.swapaxes(bases.reshape(len(bases), 3, -1) @ regressor.T, 1, 2)
    return Flame(
        name=path.stem if path.stem.lower().startswith("flame") else f"flame-{path.stem}",
        licence=OPEN_LICENCE if "open" in path.stem.lower() else LICENCE,
        template=template.astype(np.float32),
        bases=bases,
        correctives=correctives,
        joints=regressor @ template,
        joint_bases=joint_bases.reshape(len(bases), -1),
        regressor=regressor,
        parents=tuple(int(parent) for parent in arrays["kintree_table"][0, 1:]),
        weights=np.ascontiguousarray(arrays["weights"].T, dtype=np.float32),
        triangles=triangles,
        chart=_given_chart(path.parent),
    )


def _eyeball_members(weights: Array32) -> NDArray[np.int8]:
    """V: 1 and 2 where a vertex goes with the left and the right eye's joint, else 0."""
    return np.where(weights[LEFT_EYE] > 0.5, 1, np.where(weights[RIGHT_EYE] > 0.5, 2, 0)).astype(np.int8)


def _rows(basis: NDArray[Any]) -> Array32:
    """K×3V of a file's V×3×K, so that a product with K coefficients runs along memory."""
    return np.ascontiguousarray(basis.transpose(2, 1, 0).reshape(basis.shape[-1], -1), dtype=np.float32)


def _check(arrays: dict[str, NDArray[Any]]) -> None:
    """ValueError for what an evaluation could trip over."""
    for name, shape in LAYOUT.items():
        if name not in arrays:
            raise ValueError(f"'{name}' is missing")
        if arrays[name].shape != shape:
            raise ValueError(f"'{name}' is {arrays[name].shape}, not {shape}")
        if arrays[name].dtype.kind not in "fiu" or not np.isfinite(arrays[name]).all():
            raise ValueError(f"'{name}' has values that are not finite numbers")
    check_size(arrays["v_template"])
    parents, joints = arrays["kintree_table"]
    if not _within(arrays["f"], VERTICES):
        raise ValueError("'f' points outside the vertices")
    if (joints != np.arange(len(JOINTS))).any() or (parents[1:] < 0).any() or (parents[1:] >= joints[1:]).any():
        raise ValueError("'kintree_table' is no tree of FLAME's five joints")
    weights = arrays["weights"]
    if weights.min() < -1e-6 or np.abs(weights.sum(axis=1) - 1).max() > 1e-3:
        raise ValueError("'weights' of a vertex don't sum to 1")
    if np.abs(arrays["J_regressor"].sum(axis=1) - 1).max() > 1e-2:
        raise ValueError("'J_regressor' is no weighted mean of vertices")
    if not all((weights[:, joint] > 0.5).any() for joint in (LEFT_EYE, RIGHT_EYE)):
        raise ValueError("'weights' give no vertices to an eyeball")


def _within(corners: NDArray[Any], count: int) -> bool:
    """Whether corners are whole numbers from 0 to below `count`; some files keep them as floating-point numbers."""
    return corners.dtype.kind in "fiu" and bool(((corners >= 0) & (corners < count) & (corners % 1 == 0)).all())


def _given_chart(folder: Path) -> Chart | None:
    """UVs of the texture file beside a model, if there is one that fits FLAME's triangles."""
    for path in (folder / name for name in TEXTURE_FILES):
        if path.is_file():
            arrays = read_npz(path, ("vt", "ft"))
            uv, corners = arrays.get("vt"), arrays.get("ft")
            if uv is None or corners is None or uv.shape[1:] != (2,) or corners.shape != (TRIANGLES, 3):
                raise InputError(f"{path}: has no UVs for FLAME (vt C×2, ft {TRIANGLES}×3); move it away or mend it")
            if uv.dtype.kind != "f" or not np.isfinite(uv).all() or not _within(corners, len(uv)):
                raise InputError(f"{path}: UVs are not numbers or point outside vt; move it away or mend it")
            return uv.astype(np.float32), corners.astype(np.int32)
    return None
