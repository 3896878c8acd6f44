"""Landmarks come back where they were planted on a mesh, by a planted detector and by the real one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from expression_transfer.core.conventions import Array, Array32
from expression_transfer.core.errors import InputError
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.face.model import FaceModel
from expression_transfer.core.face.paint import Complexion, painted
from expression_transfer.core.heads.calibration import surfaces_of
from expression_transfer.core.heads.embedding import Embedding, Sitting, embed, embedded
from expression_transfer.core.heads.makeup import LID_SHADE, openness
from expression_transfer.core.heads.observer import Observer, open_observer
from expression_transfer.core.heads.studio import PLAIN_ROOM, Plain, photograph
from expression_transfer.core.heads.view import Framing, nearest_on_surface
from expression_transfer.core.landmarks.mirror import MIRROR
from expression_transfer.core.landmarks.places import EYES, OUTER_EYE_CORNERS
from expression_transfer.core.raster.cpu import Fragments, interpolate
from expression_transfer.core.raster.shade import linear_light, texture_at
from expression_transfer.core.reporting import SilentReporter


@pytest.fixture(scope="module")
def observer() -> Iterator[Observer]:
    with open_observer() as found:
        yield found


@pytest.fixture(scope="module")
def head() -> FaceModel:
    return load_builtin()


def width(points: Array) -> float:
    """m: the face from side to side."""
    return float(np.ptp(points[:468, 0]))


def interior(head: FaceModel) -> np.ndarray:
    """Landmarks on skin that faces the camera, whose places along the ray are well defined."""
    mean = head.mean.astype(np.float64)
    corners = mean[head.triangles[head.landmark_triangle]]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return np.flatnonzero(normal[:, 2] > 0.75 * np.linalg.norm(normal, axis=1))


class PlantedObserver(Observer):
    """A detector that reports known places of the surface, with a known bias, whatever the picture shows."""

    def __init__(self, places: Array, bias: Array) -> None:
        self.places, self.bias = places, bias

    def look(self, image: np.ndarray, expected: Array) -> Array:
        return expected + self.bias

    def each(self, work, items, reporter):
        return (work(item) for item in items)


def test_planted_places_come_back(head: FaceModel) -> None:
    mean = head.mean.astype(np.float64)
    true = head.landmarks(mean)
    planted = PlantedObserver(true, np.zeros(2))
    sitting = Sitting(mean, head.triangles, Plain())
    found = embedded([sitting], true, planted, SilentReporter())
    away = np.linalg.norm(found.places(mean, head.triangles) - true, axis=1)[interior(head)]
    assert np.percentile(away, 95) < 0.005 * width(true)


def test_a_planted_bias_comes_back_as_it_was(head: FaceModel) -> None:
    """Two pixels to the side are so many millimetres on the surface."""
    mean = head.mean.astype(np.float64)
    true = head.landmarks(mean)
    sitting = Sitting(mean, head.triangles, Plain())
    found = embedded([sitting], true, PlantedObserver(true, np.array([2.0, 0.0])), SilentReporter())
    flat = np.linalg.norm(true - true[5], axis=1) < 0.1
    chosen = np.intersect1d(interior(head), np.flatnonzero(flat))
    shift = (found.places(mean, head.triangles) - true)[chosen, 0]
    size = max(np.ptp(true[:, 0]), np.ptp(true[:, 1]))
    assert np.median(shift) == pytest.approx(2 / (0.6 * 256) * size, rel=0.15)


def test_lids_reported_inside_the_eye_lie_on_the_lids(head: FaceModel) -> None:
    """A detector that sees the lids' edges 2 mm too far in the eye, and the irises 4 mm too high."""
    mean = head.mean.astype(np.float64)
    true = head.landmarks(mean)
    reported = true.copy()
    for eye in EYES:
        lids = eye.rings[0]
        inwards = true[eye.iris] - true[lids]
        reported[lids] += 0.002 * inwards / np.linalg.norm(inwards, axis=1, keepdims=True)
        reported[[eye.iris, *eye.limbus]] += [0, 0.004, 0]
    sitting = Sitting(mean, head.triangles, Plain())
    surfaces = surfaces_of(head)
    found = embedded([sitting], reported, PlantedObserver(reported, np.zeros(2)), SilentReporter(), surfaces)
    assert surfaces.eyeballs[found.triangle[468:]].all() and surfaces.skin[found.triangle[:468]].all()
    lids = np.concatenate([eye.rings[0] for eye in EYES])
    away = np.linalg.norm(found.places(mean, head.triangles) - true, axis=1)[lids]
    assert np.percentile(away, 90) < 0.0035


def test_narrow_gaps_between_lids_are_dark() -> None:
    """The whites of wide eyes are bright, those that a hardly open eye shows are not."""
    wide, narrow = np.zeros((2, 256, 256), dtype=np.bool_)
    wide[120:132, 100:130], narrow[125:126, 100:130] = True, True
    assert openness(wide, LID_SHADE)[126, 115] > 0.95
    assert openness(narrow, LID_SHADE)[125, 115] < 0.15


@dataclass(frozen=True)
class Textured:
    """A covering: the texture of a model."""

    head: FaceModel
    texture: Array32

    def albedo(self, seen: Fragments) -> Array32:
        return texture_at(self.texture, interpolate(seen, self.head.uv_triangles, self.head.uv))


def test_the_detector_finds_the_built_in_heads_own_landmarks(head: FaceModel, observer: Observer) -> None:
    """Its vertices are MediaPipe's: painted, they come back; the detector's own bias against them is what is left."""
    mean = head.mean.astype(np.float64)
    texture = linear_light(np.asarray(np.round(255 * painted(head, Complexion())), dtype=np.uint8))
    found = embed(mean, head.triangles, observer, SilentReporter(), [Textured(head, texture)])
    expected = head.response.mean.astype(np.float64)
    places = found.places(mean, head.triangles)
    chosen = interior(head)
    away = (places - expected)[chosen, :2]
    assert np.sqrt(np.mean(np.sum(away**2, axis=1))) < 0.02 * width(expected)
    assert np.percentile(found.confidence[chosen], 5) > 0.4


def test_scale_and_place_do_not_matter(head: FaceModel, observer: Observer) -> None:
    mean = head.mean.astype(np.float64)
    near = embed(mean, head.triangles, observer, SilentReporter())
    far = embed(100 * mean + np.array([7.0, 160.0, -3.0]), head.triangles, observer, SilentReporter())
    apart = near.places(mean, head.triangles) - far.places(mean, head.triangles)
    assert np.median(np.linalg.norm(apart, axis=1)) < 0.002 * width(mean)


def test_an_untextured_head_has_its_parts_in_their_places(head: FaceModel, observer: Observer) -> None:
    mean = head.mean.astype(np.float64)
    places = embed(mean, head.triangles, observer, SilentReporter()).places(mean, head.triangles)
    left, right = places[OUTER_EYE_CORNERS]
    assert left[0] > 0 > right[0] and abs(left[1] - right[1]) < 0.004
    assert places[152, 1] < places[14, 1] < places[4, 1] < places[9, 1]
    assert np.argmax(places[:468, 2]) in (1, 4, 5, 19, 44, 274, 45, 275)
    irises = places[[473, 468]]
    assert np.linalg.norm(irises - head.eyes.centre, axis=1) == pytest.approx(head.eyes.radius, rel=0.15)


def test_a_mesh_without_a_face_is_refused_in_one_line(observer: Observer) -> None:
    rng = np.random.default_rng(0)
    vertices, triangles = rng.normal(size=(300, 3)), rng.integers(0, 300, (500, 3)).astype(np.int32)
    with pytest.raises(InputError, match="no face is found") as caught:
        embed(vertices, triangles, observer, SilentReporter())
    assert "\n" not in str(caught.value)


def test_nearest_on_surface_drops_points_on_the_mesh(head: FaceModel) -> None:
    mean = head.mean.astype(np.float64)
    rng = np.random.default_rng(1)
    chosen = rng.choice(len(head.triangles), 50, replace=False)
    weights = rng.dirichlet([2, 2, 2], size=50)
    planted = np.einsum("nkc,nk->nc", mean[head.triangles[chosen]], weights)
    triangle, share = nearest_on_surface(planted, mean, head.triangles)
    again = np.einsum("nkc,nk->nc", mean[head.triangles[triangle]], share)
    assert np.abs(again - planted).max() < 1e-6


def test_landmarks_of_another_embedding_are_taken_over() -> None:
    def embedding(value: int) -> Embedding:
        ones = np.ones(478, dtype=np.float32)
        return Embedding(np.full(478, value, dtype=np.int32), np.ones((478, 3), dtype=np.float32), ones, ones)

    mixed = embedding(1).with_those_of(embedding(2), np.array([3, 5]))
    assert np.flatnonzero(mixed.triangle == 2).tolist() == [3, 5]


def test_mirror_images(head: FaceModel) -> None:
    places = head.landmarks(head.mean.astype(np.float64))
    assert (MIRROR[MIRROR] == np.arange(478)).all()
    assert np.abs(places[MIRROR] * [-1, 1, 1] - places).max() < 0.001


def test_a_head_is_dark_inside(head: FaceModel) -> None:
    """Turned inside out, the same picture is far darker where the head is."""
    mean = head.mean.astype(np.float64)
    view = Framing.of(head.landmarks(mean)).view(0, 0)
    shown, inside = (
        photograph(mean, triangles, Plain(), view, PLAIN_ROOM)[100:156, 100:156].mean()
        for triangles in (head.triangles, head.triangles[:, ::-1])
    )
    assert inside < 0.6 * shown
