"""ICT's head, painted and lit, before known cameras; and MediaPipe looking at the pictures."""

from dataclasses import dataclass

import cv2
import mediapipe as mp
import numpy as np
from numpy.typing import NDArray

from ...core.conventions import Array, camera_rotations, rotation_matrices
from ...core.face.ict import QUAD_PARTS, IctHead
from ...core.heads.view import View
from ...core.raster.cpu import interpolate, rasterise
from .chart import EYE_RIGHT, Chart, fan, mirrored
from .eyes import eyeball

Image = NDArray[np.uint8]

BROWS = ((268, 493, 1914, 2044, 1401), (3615, 4240, 4114, 2734, 2509))
LIPS = (5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957, 5841)
"""Vertices of ICT's Multi-PIE landmarks 17–26 and 48–59 (its README)."""

LASH_RING = 4
"""Edges from the face mesh's boundary inside the lids to the upper lashes."""
TEXTURE = 768
FOCAL, SIZE, DISTANCE = 900.0, 384, 0.6
LOOK_AT = np.array([0.0, -0.02, 0.02])
"""The point, from between the eyes, that a view keeps near the middle of the picture."""


@dataclass(frozen=True)
class Look:
    """A painting, a light and the room behind; drawn at random."""

    texture: Array
    """TEXTURE×TEXTURE×3, 0–255, over the face's chart."""
    skin: Array
    """3, 0–255."""
    hair: Array
    iris: Array
    light: Array
    """3, camera space, unit, towards the light."""
    ambient: float
    background: Array


class Studio:
    """Renders an ICT head; vertices are in face space, origin between the eyes."""

    def __init__(self, head: IctHead, origin: Array) -> None:
        self.head, self.chart = head, Chart(head)
        shown = list(QUAD_PARTS)
        self.triangles = np.concatenate([fan(head.quads[QUAD_PARTS[name]]) for name in shown])
        self.kind = np.concatenate([np.full(len(fan(head.quads[QUAD_PARTS[name]])), k) for k, name in enumerate(shown)])
        self.names = shown
        self.uv = self.chart.corner_uv
        lashes = self.chart.ring(EYE_RIGHT, LASH_RING).upper
        self.lashes = (lashes, mirrored(lashes))
        self.neutral = head.neutral - origin
        self.eyes = [eyeball(head, side).centre - origin for side in ("left", "right")]
        self.members = [np.unique(head.quads[QUAD_PARTS[f"eyeball_{side}"]]) for side in ("left", "right")]

    def person(self, identity: Array, expression: dict[str, float]) -> Array:
        """V×3 m: the head of ICT's identity weights (100) with an expression (name → weight)."""
        vertices = self.neutral + np.tensordot(identity, self.head.identity, 1)
        for name, weight in expression.items():
            vertices = vertices + weight * self.head.expression[self.head.expressions.index(name)]
        return np.asarray(vertices)

    def look(self, rng: np.random.Generator) -> Look:
        """A random person's painting under a random light."""
        skin = np.array([214, 168, 142]) * rng.uniform(0.5, 1.08) * rng.uniform(0.94, 1.06, 3)
        hair = np.array([60, 42, 32]) * rng.uniform(0.4, 2.0)
        texture = _blotched(skin, rng)
        brow = 0.65 * hair + 0.35 * skin
        for line in BROWS:
            points = _pixels(self.chart.vertex_uv[list(line)] + [0, 0.003])
            cv2.polylines(texture, [points], False, brow.tolist(), int(rng.integers(13, 22)), cv2.LINE_AA, 4)
        lips = skin * rng.uniform([0.8, 0.5, 0.5], [0.98, 0.72, 0.72])
        cv2.fillPoly(texture, [_pixels(self.chart.vertex_uv[list(LIPS)])], lips.tolist(), cv2.LINE_AA, 4)
        for lashes in self.lashes:
            cv2.polylines(
                texture, [_pixels(lashes)], False, (0.4 * hair).tolist(), int(rng.integers(6, 11)), cv2.LINE_AA, 4
            )
        texture = cv2.GaussianBlur(texture, (0, 0), 1.2)
        light = rng.normal(size=3) * [0.5, 0.35, 0] + [0, -0.35, -1]
        return Look(
            texture,
            skin,
            hair,
            rng.uniform([40, 40, 30], [120, 110, 120]),
            light / np.linalg.norm(light),
            float(rng.uniform(0.35, 0.65)),
            rng.uniform(40, 210, 3),
        )

    def image(self, vertices: Array, view: View, look: Look, gaze: Array) -> Image:
        """SIZE×SIZE×3: a head (V×3 m) with eyes turned (2×2 rad, left first: yaw to its left, pitch down)."""
        camera = view.to_camera(vertices)
        seen = rasterise(view.project(vertices), camera[:, 2], self.triangles, view.size, view.size, cull=True)
        normal = interpolate(seen, self.triangles, _normals(camera, self.triangles))
        normal /= np.linalg.norm(normal, axis=2, keepdims=True) + 1e-9
        shade = look.ambient + (1.05 - look.ambient) * np.clip(normal @ look.light, 0, 1)
        colour = self._albedo(vertices, seen.triangle, seen.weights, look, gaze) * shade[..., None]
        picture = np.where(seen.seen[..., None], colour, look.background)
        return np.asarray(np.clip(cv2.GaussianBlur(picture, (0, 0), 0.6), 0, 255), dtype=np.uint8)

    def _albedo(
        self, vertices: Array, triangle: NDArray[np.int32], weights: NDArray[np.float32], look: Look, gaze: Array
    ) -> Array:
        kind = np.where(triangle >= 0, self.kind[triangle], -1)
        out = np.zeros((*triangle.shape, 3))
        flat = {
            "head": look.skin,
            "mouth": look.skin * [0.45, 0.25, 0.25],
            "socket_left": look.skin * [0.9, 0.7, 0.65],
            "socket_right": look.skin * [0.9, 0.7, 0.65],
            "gums": np.array([165.0, 85, 85]),
            "teeth_upper": np.array([226.0, 220, 205]),
            "teeth_lower": np.array([215.0, 208, 192]),
        }
        for index, name in enumerate(self.names):
            mask = kind == index
            corners, share = triangle[mask], weights[mask]
            if name == "face":
                out[mask] = _sampled(look.texture, np.einsum("nkc,nk->nc", self.uv[corners], share))
            elif name == "head":
                place = np.einsum("nkc,nk->nc", self.neutral[self.triangles[corners]], share)
                out[mask] = np.where(_haired(place)[:, None], look.hair, look.skin)
            elif name.startswith("eyeball"):
                eye = int(name.endswith("right"))
                place = np.einsum("nkc,nk->nc", vertices[self.triangles[corners]], share)
                out[mask] = self._eye(
                    place - vertices[self.members[eye]].mean(axis=0) + self._inset(eye), gaze[eye], look
                )
            else:
                out[mask] = flat[name]
        return out

    def _inset(self, eye: int) -> Array:
        """From the eyeball's sphere centre to the mean of its vertices."""
        return np.asarray(self.neutral[self.members[eye]].mean(axis=0) - self.eyes[eye])

    def _eye(self, out: Array, gaze: Array, look: Look) -> Array:
        """Colours of points on an eyeball (N×3 m from its centre) that looks along `gaze`."""
        axis = rotation_matrices(np.array([0, gaze[0], 0])) @ rotation_matrices(np.array([gaze[1], 0, 0])) @ [0, 0, 1]
        angle = np.arccos(np.clip(out @ axis / np.linalg.norm(out, axis=1), -1, 1))
        white = np.array([230.0, 226, 220])
        ring = np.clip((angle - 0.36) / 0.06, 0, 1)[:, None]
        hole = np.clip((0.17 - angle) / 0.03, 0, 1)[:, None]
        return np.asarray((look.iris * (1 - ring) + white * ring) * (1 - hole) + 14 * hole)


class Detector:
    """MediaPipe's face mesh with irises on single pictures."""

    def __init__(self) -> None:
        self._mesh = mp.solutions.face_mesh.FaceMesh(static_image_mode=True, refine_landmarks=True, max_num_faces=1)

    def __call__(self, image: Image) -> Array | None:
        """478×2 px, centres at +0.5, or None."""
        found = self._mesh.process(image).multi_face_landmarks
        if not found:
            return None
        height, width = image.shape[:2]
        return np.array([(point.x * width, point.y * height) for point in found[0].landmark])


def view(yaw: float, pitch: float, roll: float = 0.0, distance: float = DISTANCE) -> View:
    """A camera before a head turned by yaw, pitch and roll in degrees (conventions.yaw_pitch_roll)."""
    y, x, z = np.radians([yaw, pitch, roll])
    turn = np.linalg.multi_dot([rotation_matrices(axis) for axis in np.array([[0, y, 0], [x, 0, 0], [0, 0, z]])])
    vector = cv2.Rodrigues(turn)[0][:, 0]
    return View(vector, np.array([0, 0, distance]) - camera_rotations(vector) @ LOOK_AT, FOCAL, SIZE)


def _blotched(skin: Array, rng: np.random.Generator) -> Array:
    noise = sum(
        amount * cv2.resize(rng.normal(size=(cells, cells, 3)), (TEXTURE, TEXTURE), interpolation=cv2.INTER_CUBIC)
        for cells, amount in ((8, 3.0), (40, 2.0), (200, 2.5))
    )
    return np.asarray(np.clip(skin + noise, 0, 255))


def _pixels(uv: Array) -> NDArray[np.int32]:
    """Chart points as OpenCV's fixed-point texture pixels (4 fractional bits)."""
    return np.asarray(np.round((uv * [1, -1] + [0, 1]) * TEXTURE * 16), dtype=np.int32)


def _sampled(texture: Array, uv: Array) -> Array:
    row = np.clip(((1 - uv[:, 1]) * TEXTURE).astype(int), 0, TEXTURE - 1)
    return np.asarray(texture[row, np.clip((uv[:, 0] * TEXTURE).astype(int), 0, TEXTURE - 1)])


def _haired(place: Array) -> NDArray[np.bool_]:
    return np.asarray((place[:, 1] > 0.05) | ((place[:, 2] < -0.09) & (place[:, 1] > -0.07)))


def _normals(points: Array, triangles: NDArray[np.int32]) -> Array:
    a, b, c = np.moveaxis(points[triangles], 1, 0)
    face = np.cross(b - a, c - a)
    total = np.zeros_like(points)
    for corner in range(3):
        for axis in range(3):
            total[:, axis] += np.bincount(triangles[:, corner], face[:, axis], len(points))
    return np.asarray(total / (np.linalg.norm(total, axis=1, keepdims=True) + 1e-12))
