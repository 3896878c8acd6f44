"""ICT-FaceKit Light, as a folder or as its repository's zip, read into face space (metres)."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..errors import InputError

METRES = 0.01
"""ICT-FaceKit's unit is the centimetre; its axes are face space's."""

NEUTRAL = "generic_neutral_mesh"
IDENTITIES = 100
VERTICES = 26719
QUAD_PARTS: dict[str, slice] = {
    "face": slice(0, 9230),
    "head": slice(9230, 11144),
    "mouth": slice(11144, 13226),
    "socket_left": slice(13226, 13630),
    "socket_right": slice(13630, 14034),
    "gums": slice(14034, 17006),
    "teeth_upper": slice(17006, 19250),
    "teeth_lower": slice(19250, 21496),
    "eyeball_left": slice(21496, 22296),
    "eyeball_right": slice(23094, 23894),
}
"""Polygon ranges of the table in the model's README (those parts that are used here; eyeballs without their irises)."""


@dataclass(frozen=True)
class IctHead:
    """The whole head: 26,719 vertices, 100 identity modes and E expressions."""

    neutral: Array
    """V×3 m."""
    quads: NDArray[np.int32]
    """P×4 vertex indices, counter-clockwise from outside; a triangle repeats its last corner."""
    uv: Array
    """C×2, u right, v up; the face lies in 0–1, other parts in tiles beside it."""
    uv_quads: NDArray[np.int32]
    """P×4 into uv."""
    identity: Array32
    """100×V×3 m per standard deviation."""
    expression: Array32
    """E×V×3 m at weight 1."""
    expressions: tuple[str, ...]
    """E names, of ICT-FaceKit's files (ARKit's with _L and _R)."""


def read_ict(path: Path, names: tuple[str, ...]) -> IctHead:
    """The model in a folder or zip, with the expressions `names`; an InputError names what is missing or damaged."""
    read = _reader(path)
    try:
        neutral, uv, quads, uv_quads = _mesh(read(NEUTRAL))
        identity = np.stack([_vertices(read(f"identity{k:03d}")) - neutral for k in range(IDENTITIES)])
        expression = np.stack([_vertices(read(name)) - neutral for name in names])
    except (KeyError, FileNotFoundError) as error:
        raise InputError(f"{path}: not a complete ICT-FaceKit ({error}); get it from its repository again") from error
    except (ValueError, IndexError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: damaged ICT-FaceKit ({error}); get it from its repository again") from error
    return IctHead(
        neutral * METRES,
        quads,
        uv,
        uv_quads,
        np.asarray(identity * METRES, dtype=np.float32),
        np.asarray(expression * METRES, dtype=np.float32),
        names,
    )


def _reader(path: Path) -> Callable[[str], bytes]:
    """A function that gives the bytes of a named OBJ file of the model."""
    if path.is_dir():
        folder = path if (path / f"{NEUTRAL}.obj").is_file() else path / "FaceXModel"
        return lambda name: (folder / f"{name}.obj").read_bytes()
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file or folder; give ICT-FaceKit's folder or zip") from error
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: not a readable zip ({error}); give ICT-FaceKit's folder or zip") from error
    members = {Path(member).stem: member for member in archive.namelist() if member.endswith(".obj")}
    return lambda name: archive.read(members[name])


def _vertices(obj: bytes) -> Array:
    """V×3 of an OBJ file's `v` lines, in the file's units."""
    vertices = np.array([line.split()[1:4] for line in obj.splitlines() if line.startswith(b"v ")], dtype=np.float64)
    if vertices.shape != (VERTICES, 3):
        raise ValueError(f"{len(vertices)} vertices instead of {VERTICES}")
    return vertices


def _mesh(obj: bytes) -> tuple[Array, Array, NDArray[np.int32], NDArray[np.int32]]:
    """Vertices, UVs and the polygons' corners in each."""
    lines = obj.splitlines()
    uv = np.array([line.split()[1:3] for line in lines if line.startswith(b"vt ")], dtype=np.float64)
    corners = [
        [corner.split(b"/")[:2] for corner in (*line.split()[1:], line.split()[-1])[:4]]
        for line in lines
        if line.startswith(b"f ")
    ]
    both = np.array(corners, dtype=np.int32) - 1
    return _vertices(obj), uv, both[..., 0], both[..., 1]
