"""ICT-FaceKit Light, as a folder or as its repository's zip, read into face space (metres)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..errors import InputError
from ..facs.tables import SHAPES
from .archive import Read, files_beside, folder_with
from .atlas import atlas
from .geometry import Eyeballs, Geometry, no_codes
from .sphere import eyeball_of

METRES = 0.01
"""ICT-FaceKit's unit is the centimetre; its axes are face space's."""
LARGEST = 100.0
"""cm: no vertex of a head is further from the origin."""

LICENCE = "MIT, © 2020 USC Institute for Creative Technologies: any use, as long as the notice is kept"
NEUTRAL = "generic_neutral_mesh"
SAMPLE = f"{NEUTRAL}.obj"
FOLDER = "FaceXModel"
"""Where its repository keeps the meshes."""
IDENTITIES = 100
VERTICES = 26719
POLYGONS = 26384
EXPRESSIONS = tuple(name for name in SHAPES if name != "tongueOut")
"""The 53 expressions of the light model."""
FILE_LIMIT = 16 << 20
"""Bytes; the model's own files are below 3 MB."""
THREADS = 2
"""One inflates while the other parses; more bring nothing."""

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
"""Polygon ranges of the table in the model's README (those parts that are used here; eyeballs without the inner ball,
which only shows through a transparent cornea)."""

TONGUE = (slice(16254, 16522), slice(16572, 17006))
"""Polygon ranges of the tongue's underside and top, within the gums."""

OPAQUE = 24591
"""Vertices up to the eyeballs. Behind them come tear fluid, eye blend, eye occlusion and lashes: shells that only make
sense transparent, hence no part of the geometry."""

EYEBALLS = (slice(21451, 23021), slice(23021, 24591))
"""Vertices of the eyeballs, left and right."""
SHELL = 770
"""The first of them are the outer shell, with the cornea."""

PARTS = (
    *("skin", "head", "mouth", "socket", "gums", "tongue", "teeth_upper", "teeth_lower"),
    *("eyeball_left", "iris_left", "pupil_left", "eyeball_right", "iris_right", "pupil_right"),
)
RENAMED = {"face": "skin", "socket_left": "socket", "socket_right": "socket"}
IRIS_RADIUS, PUPIL_RADIUS = 0.0059, 0.0025
"""m about the eye's axis: the shell has no iris of its own (ICT leaves it to a texture)."""

CELLS = {
    "skin": 0,
    **dict.fromkeys(("head", "mouth", "socket"), 1),
    **dict.fromkeys(("gums", "tongue"), 2),
    **dict.fromkeys(("teeth_upper", "teeth_lower"), 3),
    **dict.fromkeys(("eyeball_left", "iris_left", "pupil_left"), 4),
    **dict.fromkeys(("eyeball_right", "iris_right", "pupil_right"), 5),
}
"""Cells of the atlas: parts that share one share a UV tile of the file's without overlap."""


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

    def geometry(self) -> Geometry:
        """The head in face space, without its transparent shells: the first 24,591 vertices, in the file's order."""
        balls = [eyeball_of(self.neutral[ball][:SHELL]) for ball in EYEBALLS]
        centres, radius = np.array([centre for centre, _ in balls]), float(np.mean([radius for _, radius in balls]))
        origin = centres.mean(axis=0)
        part = self._part(centres, radius)
        corners, row = _fans(self.quads)
        shown = part[row] >= 0
        cell = np.array([CELLS[name] for name in PARTS])[part[row[shown]]]
        uv, uv_triangles = atlas(self.uv, _fans(self.uv_quads, self.quads)[0][shown], cell)
        codes, code_names = no_codes(len(self.expressions))
        return Geometry(
            name="ict",
            licence=LICENCE,
            mean=np.asarray(self.neutral[:OPAQUE] - origin, dtype=np.float32),
            identity=np.ascontiguousarray(self.identity[:, :OPAQUE]),
            expression=np.ascontiguousarray(self.expression[:, :OPAQUE]),
            expressions=self.expressions,
            triangles=corners[shown],
            uv=uv,
            uv_triangles=uv_triangles,
            part=part[row[shown]],
            parts=PARTS,
            eyes=self._eyes(centres - origin, radius),
            codes=codes,
            code_names=code_names,
        )

    def _part(self, centres: Array, radius: float) -> NDArray[np.int8]:
        """P: index into PARTS, -1 where a polygon is not shown."""
        part = np.full(len(self.quads), -1, dtype=np.int8)
        for name, polygons in QUAD_PARTS.items():
            part[polygons] = PARTS.index(RENAMED.get(name, name))
        for polygons in TONGUE:
            part[polygons] = PARTS.index("tongue")
        for side, ball, centre in zip(("left", "right"), EYEBALLS, centres, strict=True):
            polygons = QUAD_PARTS[f"eyeball_{side}"]
            along, away = _about_axis(self.neutral[ball][:SHELL] - centre, radius, self._middles(polygons) - centre)
            for name, limit in (("iris", IRIS_RADIUS), ("pupil", PUPIL_RADIUS)):
                part[polygons][(along > 0) & (away < limit)] = PARTS.index(f"{name}_{side}")
        return part

    def _middles(self, polygons: slice) -> Array:
        return np.asarray(self.neutral[self.quads[polygons]].mean(axis=1))

    def _eyes(self, centres: Array, radius: float) -> Eyeballs:
        member = np.zeros(OPAQUE, dtype=np.int8)
        for eye, ball in enumerate(EYEBALLS):
            member[ball] = eye + 1
        motion = [self.identity[:, ball][:, :SHELL].mean(axis=1) for ball in EYEBALLS]
        return Eyeballs(np.asarray(centres, dtype=np.float32), np.stack(motion, axis=1), radius, member)


def _about_axis(shell: Array, radius: float, points: Array) -> tuple[Array, Array]:
    """How far points (N×3 m) lie along an eye's axis and away from it; the axis runs through the cornea's bulge."""
    distance = np.linalg.norm(shell, axis=1)
    axis = np.maximum(distance - 1.1 * radius, 0) @ shell
    axis /= np.linalg.norm(axis)
    along = points @ axis
    return along, np.linalg.norm(points - along[:, None] * axis, axis=1)


def _fans(
    quads: NDArray[np.int32], shape: NDArray[np.int32] | None = None
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """F×3 corners of the triangles that polygons (P×4) fall into, and the polygon (F) of each.

    `shape`: polygons that say which are triangles, their last corner being there twice (default: `quads`).
    """
    shape = quads if shape is None else shape
    both = np.stack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]], axis=1)
    real = np.stack([np.ones(len(quads), dtype=bool), shape[:, 2] != shape[:, 3]], axis=1)
    return both[real], np.nonzero(real)[0]


def read_ict(path: Path, names: tuple[str, ...] = EXPRESSIONS) -> IctHead:
    """The model in a folder or zip, with the expressions `names`; an InputError names what is missing or damaged."""
    read = files_beside(path, SAMPLE, FOLDER, FILE_LIMIT)
    try:
        neutral, uv, quads, uv_quads = _mesh(read(SAMPLE))
        moved = _displacements(read, (*(f"identity{k:03d}" for k in range(IDENTITIES)), *names), neutral)
    except ValueError as error:
        raise InputError(f"{path}: damaged ICT-FaceKit ({error}); get it from its repository again") from error
    return IctHead(neutral * METRES, quads, uv, uv_quads, moved[:IDENTITIES], moved[IDENTITIES:], names)


def mesh_files(folder: Path) -> list[Path]:
    """All that `read_ict` may read of a folder. Raises InputError where that holds no ICT-FaceKit."""
    return sorted(folder_with(folder, SAMPLE, FOLDER).glob("*.obj"))


def _displacements(read: Read, names: tuple[str, ...], neutral: Array) -> Array32:
    """N×V×3 m: what named meshes differ by from the neutral one (V×3 cm)."""
    moved = np.empty((len(names), *neutral.shape), dtype=np.float32)

    def fill(row: int) -> None:
        try:
            moved[row] = (_vertices(read(f"{names[row]}.obj")) - neutral) * METRES
        except ValueError as error:
            raise ValueError(f"{names[row]}: {error}") from error

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(fill, range(len(names))):
            pass
    return moved


def _vertices(obj: bytes) -> Array:
    """V×3 of an OBJ file's `v` lines (which stand together), in the file's units. Raises ValueError."""
    first, last = obj.find(b"\nv "), obj.rfind(b"\nv ")
    end = obj.find(b"\n", last + 1)
    lines = obj[first + 1 : end] if first >= 0 else b""
    if lines.count(b"\n") + 1 != VERTICES:
        raise ValueError(f"not the {VERTICES} vertices of the light model")
    vertices = np.loadtxt(BytesIO(lines), dtype=np.float64, usecols=(1, 2, 3), ndmin=2)
    if vertices.shape != (VERTICES, 3) or not (np.abs(vertices) < LARGEST).all():
        raise ValueError(f"not {VERTICES} vertices within {LARGEST:.0f} cm")
    return vertices


def _mesh(obj: bytes) -> tuple[Array, Array, NDArray[np.int32], NDArray[np.int32]]:
    """Vertices, UVs and the polygons' corners in each. Raises ValueError."""
    vertices, lines = _vertices(obj), obj.splitlines()
    uv = np.array([line.split()[1:3] for line in lines if line.startswith(b"vt ")], dtype=np.float64)
    polygons = [line.split()[1:] for line in lines if line.startswith(b"f ")]
    if len(polygons) != POLYGONS or {len(corners) for corners in polygons} - {3, 4}:
        raise ValueError(f"{NEUTRAL}: not the {POLYGONS} polygons of the light model")
    if uv.ndim != 2 or uv.shape[1] != 2 or not ((uv >= 0) & (uv < LARGEST)).all():
        raise ValueError(f"{NEUTRAL}: UVs that are none")
    corners = [[corner.split(b"/")[:2] for corner in (*each, each[-1])[:4]] for each in polygons]
    both = np.array(corners, dtype=np.int64) - 1
    if both.min() < 0 or both[..., 0].max() >= len(vertices) or both[..., 1].max() >= len(uv):
        raise ValueError(f"{NEUTRAL}: a polygon's corner that is not there")
    return vertices, uv, both[..., 0].astype(np.int32), both[..., 1].astype(np.int32)
