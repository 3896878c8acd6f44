"""Google's GNM Head, version 3 (gnm_head.npz), as Geometry.

The layout is that of the model's own loader (github.com/google/GNM, gnm/shape: gnm_data_loader.py, gnm_xnp.py): an
.npz of named arrays in metres, +X the subject's left, +Y up, +Z out of the face; modes per standard deviation; joints
for neck, head and eyeballs, none for the jaw. Its 383 expressions are principal components of regions without names,
so they are no expressions of the Geometry (heads.carry gives it named ones). The cornea is a transparent shell over
the iris: its vertices are kept, its triangles left out.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from ..errors import InputError
from .atlas import atlas
from .geometry import Eyeballs, Geometry, check_size, no_codes
from .npz import read_npz

LICENCE = "Apache-2.0, © Google LLC (GNM Head): any use, as long as the notices are kept"

NUMBERS: dict[str, tuple[str | int, ...]] = {
    "template_vertex_positions": ("V", 3),
    "vertex_identity_basis": ("I", "V", 3),
    "template_joint_positions": ("J", 3),
    "joint_identity_basis": ("I", "J", 3),
    "triangles": ("F", 3),
    "triangle_uvs": ("F", 3, 2),
    "vertex_groups": ("G", "V"),
}
TEXTS: dict[str, tuple[str, ...]] = {
    "version": (),
    "variant": (),
    "identity_names": ("I",),
    "joint_names": ("J",),
    "vertex_group_names": ("G",),
}
EYES = ("left_eye", "right_eye")
"""Joints and vertex groups of the eyeballs."""
WHITES = "scleras"
TEETH = "teeth"
"""How the names of modes begin that move nothing but teeth, which no landmark tells apart: they are left out."""


@dataclass(frozen=True)
class _Region:
    """Where a vertex lies, and what is made of it."""

    part: str
    cell: int
    """Of the atlas: in the file skin, teeth, tongue and eyes have the unit square each, both eyes the same one."""
    groups: tuple[str, ...]
    """Vertex groups that it lies in, all of them."""


CORNEA = _Region("cornea", 0, ("eye_exteriors",))
REGIONS = (
    CORNEA,
    *(_Region(f"pupil_{side}", cell, ("pupils", f"{side}_eye")) for side, cell in (("left", 4), ("right", 5))),
    *(_Region(f"iris_{side}", cell, ("irises", f"{side}_eye")) for side, cell in (("left", 4), ("right", 5))),
    *(_Region(f"eyeball_{side}", cell, (f"{side}_eye",)) for side, cell in (("left", 4), ("right", 5))),
    *(_Region("gums", cell, ("gums", f"{row}_teeth_and_gums")) for row, cell in (("upper", 1), ("lower", 2))),
    *(_Region(f"teeth_{row}", cell, (f"{row}_teeth_and_gums",)) for row, cell in (("upper", 1), ("lower", 2))),
    _Region("tongue", 3, ("tongue",)),
    _Region("mouth", 0, ("mouth_sock",)),
    _Region("skin", 0, ("skin",)),
)
"""A vertex lies in the first whose groups it is in."""
PARTS = tuple(dict.fromkeys(region.part for region in REGIONS if region is not CORNEA))


def is_gnm(names: set[str]) -> bool:
    """Whether an .npz with these arrays is a GNM."""
    return {"template_vertex_positions", "vertex_identity_basis", "expression_basis"} <= names


def read_gnm(path: Path) -> Geometry:
    """Raises InputError naming what is wrong with the file."""
    found = read_npz(path, (*NUMBERS, *TEXTS))
    try:
        _check(found)
        return _geometry(found)
    except ValueError as error:
        raise InputError(f"{path}: not a usable GNM Head 3 ({error}); fetch it again from Google") from error


def _check(found: dict[str, NDArray[Any]]) -> None:
    """ValueError for what is missing, of another size than the rest, or no finite number."""
    sizes: dict[str | int, int] = {}
    for name, shape in {**NUMBERS, **TEXTS}.items():
        array = found.get(name)
        if array is None:
            raise ValueError(f"'{name}' is missing")
        expected = tuple(size if isinstance(size, int) else sizes.setdefault(size, got)
                         for size, got in zip(shape, array.shape, strict=False))  # fmt: skip
        if len(array.shape) != len(shape) or array.shape != expected:
            raise ValueError(f"'{name}' is {array.shape}, which doesn't fit the rest")
        if (array.dtype.kind == "U") != (name in TEXTS) or (name in NUMBERS and not np.isfinite(array).all()):
            raise ValueError(f"'{name}' has values that are no {'text' if name in TEXTS else 'finite numbers'}")
    version, variant = str(found["version"]), str(found["variant"])
    if version.partition(".")[0] != "3" or variant != "head":
        raise ValueError(f"it is version {version}, variant '{variant}'")
    triangles = found["triangles"]
    if triangles.dtype.kind not in "iu" or not triangles.size or triangles.min() < 0 or triangles.max() >= sizes["V"]:
        raise ValueError("'triangles' points outside the vertices")
    check_size(found["template_vertex_positions"])


def _geometry(found: dict[str, NDArray[Any]]) -> Geometry:
    if missing := [name for name in (*EYES, WHITES) if name not in found["vertex_group_names"]]:
        raise ValueError(f"the vertex group '{missing[0]}' is missing")
    groups = {str(name): found["vertex_groups"][row] > 0.5 for row, name in enumerate(found["vertex_group_names"])}
    joints = [_index(found["joint_names"], name) for name in EYES]
    modes = np.array([not str(name).startswith(TEETH) for name in found["identity_names"]], dtype=bool)
    centres = found["template_joint_positions"][joints].astype(np.float64)
    origin = centres.mean(axis=0)
    region = _regions(groups, found["triangles"])
    shown = np.array([each is not CORNEA for each in REGIONS])[region]
    part = np.array([0 if each is CORNEA else PARTS.index(each.part) for each in REGIONS], dtype=np.int8)
    cell = np.array([each.cell for each in REGIONS])
    uv, uv_triangles = _packed(found["triangle_uvs"][shown], cell[region[shown]])
    mean = (found["template_vertex_positions"] - origin).astype(np.float32)
    drift = found["joint_identity_basis"][modes][:, joints].astype(np.float32)
    codes, code_names = no_codes(0)
    return Geometry(
        name="gnm3",
        licence=LICENCE,
        mean=mean,
        identity=found["vertex_identity_basis"][modes].astype(np.float32),
        expression=np.zeros((0, *mean.shape), dtype=np.float32),
        expressions=(),
        triangles=found["triangles"][shown].astype(np.int32),
        uv=uv,
        uv_triangles=uv_triangles,
        part=part[region[shown]],
        parts=PARTS,
        eyes=_eyeballs(mean, (centres - origin).astype(np.float32), drift, groups),
        codes=codes,
        code_names=code_names,
    )


def _eyeballs(mean: Array32, centre: Array32, drift: Array32, groups: dict[str, NDArray[np.bool_]]) -> Eyeballs:
    member = np.zeros(len(mean), dtype=np.int8)
    radii = []
    for eye, name in enumerate(EYES):
        member[groups[name]] = eye + 1
        white = groups[name] & groups[WHITES]
        if not white.any():
            raise ValueError(f"'{name}' has no sclera")
        radii.append(float(np.median(np.linalg.norm(mean[white] - centre[eye], axis=1))))
    return Eyeballs(centre, drift, float(np.mean(radii)), member)


def _regions(groups: dict[str, NDArray[np.bool_]], triangles: NDArray[Any]) -> NDArray[np.int64]:
    """F: index into REGIONS, of at least two of a triangle's corners or of the middle one."""
    nowhere = np.zeros(len(groups[EYES[0]]), dtype=bool)
    vertex = np.full(len(nowhere), len(REGIONS))
    for index, region in reversed(list(enumerate(REGIONS))):
        vertex[np.logical_and.reduce([groups.get(group, nowhere) for group in region.groups])] = index
    found = np.asarray(np.median(vertex[triangles], axis=1), dtype=np.int64)
    if (found == len(REGIONS)).any():
        raise ValueError("triangles that belong to no part")
    return found


def _packed(corners: NDArray[Any], cell: NDArray[np.int64]) -> tuple[Array32, NDArray[np.int32]]:
    """UVs (C×2) and F×3 triangles into them, of triangles' own UVs (F×3×2) and cells (F)."""
    uv, index = np.unique(corners.reshape(-1, 2), axis=0, return_inverse=True)
    return atlas(uv, index.reshape(-1, 3).astype(np.int32), cell)


def _index(names: NDArray[Any], wanted: str) -> int:
    found = np.flatnonzero(names == wanted)
    if len(found) != 1:
        raise ValueError(f"the joint '{wanted}' is missing")
    return int(found[0])
