"""The encoder's training on planted data, where torch is at hand (`make test-torch`)."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is missing: make test-torch")

import onnxruntime  # noqa: E402
from expression_transfer.core.encoder.shape_free import SIDE  # noqa: E402
from expression_transfer.core.landmarks.mirror import MIRROR  # noqa: E402
from expression_transfer.models import training  # noqa: E402
from expression_transfer.models.encoder.batches import FRAMES, OTHER_SIDE, batches  # noqa: E402
from expression_transfer.models.encoder.discriminant import refit  # noqa: E402
from expression_transfer.models.encoder.judging import rate_where_errors_meet, separation  # noqa: E402
from expression_transfer.models.encoder.samples import ACTED, Samples  # noqa: E402
from expression_transfer.models.encoder.training import Course, Trainer, encoder_for, predicted  # noqa: E402

SHOWN = (ACTED.index("jawOpen"), ACTED.index("mouthSmile_L"), ACTED.index("mouthSmile_R"))
"""Weights that the planted faces show: the brightness of a patch each (the first on both sides)."""
PEOPLE = 16


@pytest.fixture(scope="module")
def people() -> Samples:
    """Two takes a person; a person is a shape of the landmarks, weights are the greys of patches in noise."""
    rng = np.random.default_rng(0)
    count = PEOPLE * 2 * FRAMES
    person = np.repeat(np.arange(PEOPLE), 2 * FRAMES)
    weights = np.zeros((count, len(ACTED)), np.float32)
    weights[:, SHOWN] = rng.random((count, len(SHOWN)))
    textures = rng.integers(100, 156, (count, SIDE, SIDE), dtype=np.uint8)
    left, right = slice(SIDE * 2 // 3, SIDE - 8), slice(8, SIDE // 3)
    for weight, rows, columns in zip(
        SHOWN, ((60, 90), (10, 40), (10, 40)), (slice(8, SIDE - 8), left, right), strict=True
    ):
        textures[:, slice(*rows), columns] = (255 * weights[:, weight, None, None]).astype(np.uint8)
    places = rng.normal(size=(478, 3))
    places = (places + places[MIRROR] * [-1, 1, 1]) / 2
    shapes = 0.1 * rng.normal(size=(PEOPLE, 478, 3))
    landmarks = (places + shapes[person] + 0.02 * rng.normal(size=(count, 478, 3))).astype(np.float32)
    return Samples(textures, landmarks, weights, np.zeros((count, 4), np.float32), person, np.arange(count) // FRAMES)


@pytest.mark.slow
def test_learns_what_is_there_and_goes_on_where_it_was_interrupted(
    people: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SAVED_EVERY", 20)
    course = Course(steps=60, warm_up=5, average=0.5)

    class StopError(Exception):
        pass

    def stop(_line: str) -> None:
        raise StopError

    with pytest.raises(StopError):
        Trainer(people, course, tmp_path).run(stop, lambda _encoder: "")
    rest = Trainer(people, course, tmp_path)
    rest.run(lambda _line: None, lambda _encoder: "")
    assert rest.step == 60
    found, sigma, _ = predicted(rest.average.eval(), people)
    assert sigma.min() > 0
    for weight in SHOWN:
        assert np.corrcoef(found[:, weight], people.weights[:, weight])[0, 1] > 0.8


def test_mirroring_swaps_sides_of_everything(people: Samples) -> None:
    people.weights[:, ACTED.index("eyeBlink_L")] = 1
    batch = next(batches(people, 0, 0))
    left, right = (batch.weights[:, ACTED.index(f"eyeBlink_{side}")] for side in "LR")
    assert set((left + right).tolist()) == {1.0}
    assert 0 < float(right.sum()) < len(right)  # some takes are mirrored, some not
    for side, columns in (("L", slice(SIDE * 2 // 3 + 4, SIDE - 12)), ("R", slice(12, SIDE // 3 - 4))):
        grey = batch.texture[:, 14:36, columns].float().mean((1, 2)) / 255
        shown = batch.weights[:, ACTED.index(f"mouthSmile_{side}")]
        assert np.corrcoef(grey, shown)[0, 1] > 0.9
    people.weights[:, ACTED.index("eyeBlink_L")] = 0
    assert [OTHER_SIDE[other] for other in OTHER_SIDE] == list(range(len(ACTED)))


def test_a_batch_depends_on_its_number_alone(people: Samples) -> None:
    third = list(zip(batches(people, 0, 0), range(3), strict=False))[2][0]
    assert torch.equal(third.texture, next(batches(people, 0, 2)).texture)


def test_onnx_says_what_torch_says(people: Samples, tmp_path: Path) -> None:
    export = pytest.importorskip("expression_transfer.models.encoder.export", reason="onnx is missing: make test-torch")
    torch.manual_seed(0)
    encoder = encoder_for(people).eval()
    refit(encoder, people)
    export.export(encoder, tmp_path, "test")
    who, what = (onnxruntime.InferenceSession(str(tmp_path / f"{name}.onnx")) for name in ("identity", "expression"))
    face = {"texture": people.textures[:7], "landmarks": people.landmarks[:7]}
    mean = {"mean_texture": people.textures[:7].mean(0, keepdims=True, dtype=np.float32),
            "mean_landmarks": people.landmarks[:7].mean(0, keepdims=True)}  # fmt: skip
    tensors = {name: torch.from_numpy(value) for name, value in (face | mean).items()}
    (identity,) = who.run(None, face)
    weights, sigma, gaze = what.run(None, face | mean)
    with torch.no_grad():
        np.testing.assert_allclose(identity, encoder.who(tensors["texture"], tensors["landmarks"]).numpy(), atol=1e-4)
        raw, log_variance, looked = encoder.what(**tensors)
    np.testing.assert_allclose(weights, (raw * encoder.spread).clamp(*export.RANGE).numpy(), atol=1e-4)
    np.testing.assert_allclose(sigma, ((0.5 * log_variance).exp() * encoder.spread).numpy(), rtol=1e-3)
    np.testing.assert_allclose(gaze, looked.numpy(), atol=1e-4)
    assert what.get_modelmeta().custom_metadata_map["names"] == ",".join(ACTED)


def test_equal_error_rate_of_known_scores() -> None:
    same = np.array([True] * 4 + [False] * 4)
    assert rate_where_errors_meet(np.array([9, 8, 7, 6, 4, 3, 2, 1], np.float32), same) == 0
    assert rate_where_errors_meet(np.array([9, 8, 7, 3.5, 4, 3, 2, 1], np.float32), same) == 0.25


def test_separation_is_measured_on_what_was_planted(people: Samples) -> None:
    torch.manual_seed(0)
    encoder = encoder_for(people).eval()
    refit(encoder, people)
    measured = separation(encoder, people)
    assert measured.chance == 1 / PEOPLE
    assert measured.equal_error < 0.05
