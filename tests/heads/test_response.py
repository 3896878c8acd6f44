"""A planted linear detector's response is recovered; calibrations are kept by content and belong to their detector."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from expression_transfer.core.conventions import Array
from expression_transfer.core.errors import InputError
from expression_transfer.core.face.geometry import Geometry
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.face.model import FaceModel, Response
from expression_transfer.core.heads import calibration, response
from expression_transfer.core.heads.calibration import Calibration, calibrated, measured
from expression_transfer.core.heads.embedding import Embedding
from expression_transfer.core.heads.explain import gain_and_correlation, regressed
from expression_transfer.core.heads.observer import Observer, open_observer
from expression_transfer.core.heads.response import (
    Measurement,
    Shot,
    gaze_of,
    measured_response,
    mirrored,
    symmetric,
)
from expression_transfer.core.heads.subject import Subject, subject
from expression_transfer.core.reporting import SilentReporter


def geometry_of(model: FaceModel) -> Geometry:
    return Geometry(**{field.name: getattr(model, field.name) for field in fields(Geometry)})


@pytest.fixture(scope="module")
def head() -> FaceModel:
    return load_builtin()


@pytest.fixture(scope="module")
def posing(head: FaceModel) -> Subject:
    sure = np.ones(478, dtype=np.float32)
    embedding = Embedding(head.landmark_triangle, head.landmark_weights, sure, sure)
    return subject(geometry_of(head), embedding)


NOISE, STRONG = 0.0006, 0.001
"""m: of the planted detector, and expressions that move its landmarks farther than this are told from it."""


class PlantedMeasurement(Measurement):
    """Pictures aren't taken: a linear detector of known response and noise reports what it would see."""

    def __init__(self, posing: Subject, planted: Response, noise: float) -> None:
        blind = Observer.__new__(Observer)
        super().__init__(posing, blind, SilentReporter(), np.random.default_rng(7))
        self.planted, self.noise = planted, noise

    def seen(self, shots: list[Shot], stage: str) -> Array:
        return np.array([self._reported(shot) for shot in shots])

    def _reported(self, shot: Shot) -> Array:
        weights, gaze = shot.pose
        points = self.planted.mean + np.tensordot(shot.person.identity, self.planted.identity, 1)
        points = points + np.tensordot(weights, self.planted.expression, 1)
        points += self.true(shot.person, (weights, gaze)) - self.true(shot.person, (weights, None))
        pixels = shot.view.project(points.astype(np.float64))
        per_metre = shot.view.focal / shot.view.translation[2]
        return np.asarray(pixels + self.noise * per_metre * self.rng.normal(size=pixels.shape))


@pytest.fixture(scope="module")
def planted(head: FaceModel) -> Response:
    """The built-in head's own response: gains from 0.2 to 1.7 and a bias of 3 mm against its geometry."""
    return head.response


@pytest.fixture(scope="module")
def found(posing: Subject, planted: Response) -> Response:
    return measured_response(PlantedMeasurement(posing, planted, NOISE))


def test_a_planted_response_is_recovered(posing: Subject, planted: Response, found: Response) -> None:
    bias = np.linalg.norm((found.mean - planted.mean)[:, :2], axis=1)
    assert np.median(bias) < 0.0002
    for name, mine, true in zip(posing.marks.expressions, found.expression, planted.expression, strict=True):
        if name.startswith("eyeLook") or np.sqrt(np.mean(np.sum(true**2, axis=1))) < STRONG:
            continue
        gain, correlation = gain_and_correlation(mine[:468, :2], true[:468, :2])  # depth falls back on the geometry
        assert correlation > 0.93 and gain == pytest.approx(1.0, abs=0.12), name
    added = np.linalg.norm(planted.identity - posing.marks.identity)
    assert np.linalg.norm(found.identity - planted.identity) < 0.6 * added


def test_planted_noise_is_recovered(found: Response) -> None:
    total = np.sqrt(np.mean(found.sigma**2 + np.sum(found.common**2, axis=0)))
    assert total == pytest.approx(NOISE, rel=0.25)


def test_regression_shrinks_what_is_only_noise() -> None:
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(60, 40))
    noise = rng.normal(size=(60, 500))
    _, modes = regressed(noise, codes)
    plain = np.linalg.lstsq(codes, noise, rcond=None)[0]
    assert np.linalg.norm(modes) < 0.2 * np.linalg.norm(plain)
    constant, modes = regressed(3 + codes @ noise[:40], codes)
    assert np.allclose(modes, noise[:40], atol=0.1) and np.allclose(constant, 3, atol=0.1)


def test_shapes_are_averaged_with_their_mirror_images() -> None:
    rng = np.random.default_rng(1)
    left, middle = rng.normal(size=(2, 478, 3))
    even = symmetric(np.stack([left, mirrored(left), middle]), ("eyeBlink_L", "eyeBlink_R", "jawOpen"))
    assert np.allclose(even[0], left) and np.allclose(even[1], mirrored(left))
    assert np.allclose(even[2], mirrored(even[2]))


def test_eyes_turn_with_the_lids() -> None:
    assert gaze_of("jawOpen") is None
    inwards, outwards = gaze_of("eyeLookIn_L"), gaze_of("eyeLookOut_L")
    assert inwards is not None and outwards is not None
    assert inwards[0, 0] < 0 < outwards[0, 0] and (inwards[1] == 0).all()


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXPRESSION_TRANSFER_DATA", str(tmp_path))
    return tmp_path


def test_calibrations_are_kept_by_content(own_folder: Path, head: FaceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def instead(geometry: Geometry, *_: object) -> Calibration:
        made.append(geometry.name)
        return Calibration(head.landmark_triangle, head.landmark_weights, head.response)

    monkeypatch.setattr(calibration, "measured", instead)
    geometry = geometry_of(head)
    first, second = (calibrated(geometry, SilentReporter()) for _ in range(2))
    assert len(made) == 1 and first.digest() == second.digest() == head.digest()
    other = replace(geometry, mean=geometry.mean + np.float32(1e-4))
    calibrated(other, SilentReporter())
    assert len(made) == 2
    for kept in (own_folder / "cache").iterdir():
        kept.write_bytes(b"damaged")
    calibrated(geometry, SilentReporter())
    assert len(made) == 3


@pytest.mark.slow
def test_a_geometry_without_a_face_is_named(own_folder: Path, head: FaceModel) -> None:
    rng = np.random.default_rng(2)
    shuffled = replace(geometry_of(head), name="Rubble", mean=rng.permutation(head.mean))
    with pytest.raises(InputError, match=r"^Rubble: no face is found"):
        calibrated(shuffled, SilentReporter())


@pytest.mark.slow
def test_the_built_in_head_calibrated_anew_answers_as_its_recipe_measured(
    head: FaceModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response, "IDENTITY_PEOPLE", 6)
    monkeypatch.setattr(response, "NOISE_PEOPLE", 2)
    names = ("jawOpen", "mouthSmile_L", "mouthSmile_R", "mouthPucker", "mouthFunnel", "jawForward")
    chosen = [head.expressions.index(name) for name in names]
    few = replace(geometry_of(head), expression=head.expression[chosen], expressions=names)
    with open_observer() as observer:
        found = measured(few, observer, SilentReporter())
    on_eyeball = (head.eyes.member[head.triangles[found.landmark_triangle]] > 0).all(axis=1)
    assert not on_eyeball[:468].any() and on_eyeball[468:].all()
    own = replace(head, landmark_triangle=found.landmark_triangle, landmark_weights=found.landmark_weights)
    apart = own.landmarks(head.mean) - head.landmarks(head.mean)
    assert np.median(np.linalg.norm(apart, axis=1)) < 0.003
    for name, mine, recipes in zip(names, found.response.expression, head.response.expression[chosen], strict=True):
        gain, correlation = gain_and_correlation(mine, recipes)
        assert correlation > 0.9 and 0.75 < gain < 1.25, name
