"""Expressions carried to a head of another shape and topology, whose own are known because they were planted."""

from dataclasses import replace

import numpy as np
import pytest
from expression_transfer.core.face.geometry import Eyeballs, Geometry
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.face.model import FaceModel
from expression_transfer.core.face.surface import vertex_normals
from expression_transfer.core.heads.carry import with_expressions
from expression_transfer.core.heads.embedding import Embedding
from expression_transfer.core.heads.nearest import nearest_places
from expression_transfer.core.heads.spline import spline
from expression_transfer.core.raster.cpu import rasterise
from expression_transfer.core.raster.subdivision import subdivide


def bent(points: np.ndarray) -> np.ndarray:
    """A smooth warp of space, by millimetres besides a larger size: another, asymmetric head."""
    x, y, z = np.moveaxis(1.06 * points, -1, 0)
    return np.stack(
        [x + 0.003 * np.sin(20 * y), y + 0.003 * np.sin(18 * x + 12 * z), z + 0.003 * np.cos(20 * x + 15 * y)], axis=-1
    )


def finer(model: FaceModel) -> tuple[Geometry, np.ndarray]:
    """The built-in head bent and re-triangulated, a vertex somewhere on each edge, in another order and without names
    of its expressions; and these expressions.
    """
    rng = np.random.default_rng(0)
    level, old = subdivide(model.triangles, len(model.mean)), len(model.mean)
    ends, along = level.index[old:, :2], rng.uniform(0.3, 0.7, (len(level.index) - old, 1))

    def split(values: np.ndarray) -> np.ndarray:
        between = values[..., ends[:, 0], :] * along + values[..., ends[:, 1], :] * (1 - along)
        return np.concatenate([values, between], axis=-2, dtype=np.float64)

    order = rng.permutation(len(level.index))
    mean = bent(split(model.mean))
    truth = (bent(split(model.mean) + split(model.expression)) - mean)[:, order]
    owner = model.eyes.member
    member = np.concatenate([owner, np.where(owner[ends[:, 0]] == owner[ends[:, 1]], owner[ends[:, 0]], 0)])
    no_modes = np.zeros((0, len(mean), 3), np.float32)
    head = Geometry(
        name="other",
        licence="",
        mean=mean[order].astype(np.float32),
        identity=no_modes,
        expression=no_modes,
        expressions=(),
        triangles=np.argsort(order)[level.triangles].astype(np.int32),
        uv=model.uv,
        uv_triangles=np.repeat(model.uv_triangles, 4, axis=0),
        part=np.repeat(model.part, 4),
        parts=model.parts,
        eyes=Eyeballs(
            centre=bent(model.eyes.centre).astype(np.float32),
            identity=np.zeros((0, 2, 3), np.float32),
            radius=1.06 * model.eyes.radius,
            member=member[order].astype(np.int8),
        ),
        codes=np.zeros((0, 0), np.float32),
        code_names=(),
    )
    return head, truth


def embedded(model: FaceModel, head: Geometry, noise: float) -> Embedding:
    """Landmarks where the warp takes the built-in's, off by some millimetres along the surface."""
    rng = np.random.default_rng(1)
    landmarks = bent(model.response.mean.astype(np.float64))
    normals = np.zeros_like(landmarks)
    vertices = head.mean.astype(np.float64)
    noisy = landmarks + noise * rng.normal(size=landmarks.shape)
    places = nearest_places(noisy, normals, vertices, head.triangles, 0.0)
    sure, weights = np.ones(len(noisy), np.float32), places.weights.astype(np.float32)
    return Embedding(places.triangle.astype(np.int32), weights, sure, 0 * sure)


@pytest.fixture(scope="module")
def planted() -> tuple[Geometry, np.ndarray, Geometry]:
    model = load_builtin()
    head, truth = finer(model)
    return head, truth, with_expressions(head, embedded(model, head, 0.001), model)


def part_vertices(head: Geometry, *parts: str) -> np.ndarray:
    return np.unique(head.triangles[np.isin(np.array(head.parts)[head.part], parts)])


@pytest.mark.slow
def test_carried_expressions_are_the_planted_ones(planted: tuple[Geometry, np.ndarray, Geometry]) -> None:
    head, truth, carried = planted
    face, moving = part_vertices(head, "skin", "lips", "lid"), [name != "tongueOut" for name in carried.expressions]
    assert carried.expressions == load_builtin().expressions
    found, known = (
        values[moving][:, face].reshape(sum(moving), -1).astype(np.float64) for values in (carried.expression, truth)
    )
    error = np.linalg.norm(found - known, axis=1) / np.linalg.norm(known, axis=1)
    similar = np.sum(found * known, axis=1) / np.linalg.norm(found, axis=1) / np.linalg.norm(known, axis=1)
    assert np.median(error) < 0.08 and error.max() < 0.25
    assert np.median(similar) > 0.99 and similar.min() > 0.97


@pytest.mark.slow
def test_what_does_not_move_stays(planted: tuple[Geometry, np.ndarray, Geometry]) -> None:
    head, truth, carried = planted
    still = np.abs(truth).max(axis=(0, 2)) < 1e-7
    behind = still & (head.mean[:, 2] < -0.08)
    assert behind.sum() > 100 and np.abs(carried.expression[:, behind]).max() < 1e-4
    assert np.abs(carried.expression[:, head.eyes.member > 0]).max() == 0.0
    upper = part_vertices(head, "teeth_upper")
    assert still[upper].all() and np.abs(carried.expression[:, upper]).max() < 1e-4


@pytest.mark.slow
def test_lower_teeth_follow_the_jaw_as_one_piece(planted: tuple[Geometry, np.ndarray, Geometry]) -> None:
    head, truth, carried = planted
    teeth, jaw = part_vertices(head, "teeth_lower"), carried.expressions.index("jawOpen")
    assert np.abs(carried.expression[jaw, teeth] - truth[jaw, teeth]).max() < 0.003


def eye_pixels(head: Geometry, vertices: np.ndarray) -> int:
    """How much of the eyeballs is seen from before the face, in pixels of 0.16 mm."""
    size, depth = 900, 0.6 - vertices[:, 2]
    focal = size * 0.6 / 0.14
    pixels = size / 2 + focal * np.stack([vertices[:, 0], -vertices[:, 1]], axis=1) / depth[:, None]
    seen = rasterise(pixels, depth, head.triangles, size, size, edges=False).triangle
    ball = np.array([part.startswith(("eyeball", "iris", "pupil")) for part in head.parts])
    return int(ball[head.part[seen[seen >= 0]]].sum())


@pytest.mark.slow
def test_lids_meet(planted: tuple[Geometry, np.ndarray, Geometry]) -> None:
    head, _, carried = planted
    blink = sum(carried.expression[carried.expressions.index(f"eyeBlink_{side}")] for side in "LR")
    open_eyes, closed = (eye_pixels(head, head.mean + amount * blink.astype(np.float64)) for amount in (0, 1))
    assert open_eyes > 5000 and closed < 0.03 * open_eyes


@pytest.mark.slow
def test_lids_slide_over_a_bulging_eyeball(planted: tuple[Geometry, np.ndarray, Geometry]) -> None:
    """A cornea that the built-in's smooth eyeballs don't have."""
    head, _, _ = planted
    mean = head.mean.astype(np.float64)
    for eye in range(2):
        ball = head.eyes.member == eye + 1
        away = mean[ball] - head.eyes.centre[eye]
        cosine = away[:, 2] / np.linalg.norm(away, axis=1)
        mean[ball] += away * (0.1 * np.clip((cosine - 0.85) / 0.15, 0, 1))[:, None]
    bulging = replace(head, mean=mean.astype(np.float32))
    model = load_builtin()
    carried = with_expressions(bulging, embedded(model, head, 0.001), model)
    blink = sum(carried.expression[carried.expressions.index(f"eyeBlink_{side}")] for side in "LR")
    assert eye_pixels(bulging, mean + blink) < 0.03 * eye_pixels(bulging, mean)


def test_a_spline_meets_its_points_and_keeps_straight_what_is() -> None:
    rng = np.random.default_rng(2)
    centres, affine = rng.normal(size=(60, 3)), rng.normal(size=(3, 3))
    linear = spline(centres, centres @ affine + 1, np.zeros(60))
    probes = rng.normal(size=(20, 3))
    assert np.allclose(linear(probes), probes @ affine + 1)
    targets = centres + 0.1 * rng.normal(size=(60, 3))
    assert np.allclose(spline(centres, targets, np.zeros(60))(centres), targets)
    loose = spline(centres, targets, np.full(60, 1e6))(centres)
    assert np.linalg.norm(loose - targets) > 0.1


def test_nearest_places_are_the_nearest_of_all_triangles() -> None:
    """Against every triangle densely sampled."""
    rng = np.random.default_rng(3)
    model = load_builtin()
    vertices = model.mean.astype(np.float64)
    chosen = np.isin(np.array(model.parts)[model.part], ("skin", "head"))
    triangles = model.triangles[chosen]
    normals = vertex_normals(vertices, triangles)
    corner = triangles[rng.integers(len(triangles), size=50), 0]
    points = vertices[corner] + 0.002 * rng.normal(size=(50, 3))
    places = nearest_places(points, normals[corner], vertices, triangles, 0.0)
    assert np.allclose(np.linalg.norm(places.of(vertices, triangles) - points, axis=1), places.distance)
    share = rng.dirichlet([0.7] * 3, size=100)
    samples = np.einsum("sk,fkc->fsc", share, vertices[triangles]).reshape(-1, 3)
    for point, distance in zip(points, places.distance, strict=True):
        assert distance <= np.sqrt(np.min(np.sum((samples - point) ** 2, axis=1))) + 1e-9
