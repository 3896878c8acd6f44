"""The encoder's training on planted data, where torch is at hand (`make test-torch`)."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is missing: make test-torch")

import onnxruntime  # noqa: E402
from expression_transfer.models.encoder import training  # noqa: E402
from expression_transfer.models.encoder.batches import FRAMES, OTHER_SIDE, batches  # noqa: E402
from expression_transfer.models.encoder.judging import rate_where_errors_meet, separation  # noqa: E402
from expression_transfer.models.encoder.losses import cross_covariance  # noqa: E402
from expression_transfer.models.encoder.samples import ACTED, Samples  # noqa: E402
from expression_transfer.models.encoder.training import Course, Encoder, Trainer, predicted  # noqa: E402

SHOWN = (ACTED.index("jawOpen"), ACTED.index("mouthSmile_L"))
"""Weights that the planted faces show: the brightness of a patch each."""


def planted(people: int, seed: int) -> Samples:
    """Two takes a person; a person is a colour, and two weights are two grey patches."""
    rng = np.random.default_rng(seed)
    count = people * 2 * FRAMES
    person = np.repeat(np.arange(people), 2 * FRAMES)
    weights = np.zeros((count, len(ACTED)), np.float32)
    weights[:, SHOWN] = rng.random((count, 2))
    crops = np.empty((count, 128, 128, 3), np.uint8)
    crops[:] = rng.integers(60, 190, (people, 3))[person][:, None, None]
    for column, weight in enumerate(SHOWN):
        patch = slice(60 * column + 10, 60 * column + 60)
        crops[:, 30:100, patch] = (weights[:, weight, None, None, None] * 255).astype(np.uint8)
    landmarks = rng.normal(size=(478, 3)) + 0.02 * rng.normal(size=(count, 478, 3))
    gaze = np.zeros((count, 4), np.float32)
    return Samples(crops, landmarks.astype(np.float32), weights, gaze, person, np.arange(count) // FRAMES)


def films() -> Samples:
    one = planted(1, 9)
    nothing = np.full_like(one.weights, np.nan)
    return Samples(one.crops, one.landmarks, nothing, one.gaze * np.nan, one.person + 8, one.take * 0 + 99)


@pytest.mark.slow
def test_learns_what_is_there_and_goes_on_where_it_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SAVED_EVERY", 20)
    people, course = planted(8, 0), Course(steps=40, warm_up=5, average=0.9)
    whole = Trainer(people, films(), course, tmp_path / "whole")
    whole.run(lambda _line: None, lambda _encoder: "")

    class StopError(Exception):
        pass

    def stop(_line: str) -> None:
        raise StopError

    with pytest.raises(StopError):
        Trainer(people, films(), course, tmp_path / "parts").run(stop, lambda _encoder: "")
    rest = Trainer(people, films(), course, tmp_path / "parts")
    rest.run(lambda _line: None, lambda _encoder: "")
    assert rest.step == 40
    found, _, _ = predicted(whole.average.eval(), people)
    again, _, _ = predicted(rest.average.eval(), people)
    for weight in SHOWN:
        assert np.corrcoef(found[:, weight], people.weights[:, weight])[0, 1] > 0.8
        assert np.corrcoef(again[:, weight], people.weights[:, weight])[0, 1] > 0.8


def test_mirroring_swaps_sides_of_everything() -> None:
    people = planted(8, 1)
    people.weights[:, ACTED.index("eyeBlink_L")] = 1
    for batch in (next(batches(people, films(), 0, number)) for number in range(2)):
        left, right = (batch.weights[: batch.real, ACTED.index(f"eyeBlink_{side}")] for side in "LR")
        assert set((left + right).tolist()) == {1.0}
        assert 0 < float(right.sum()) < batch.real  # some takes are mirrored, some not
        places = batch.landmarks[batch.real : batch.real + FRAMES, 33, 0]
        assert torch.allclose(-places, batch.landmarks[batch.real + FRAMES :, 263, 0])
    assert [OTHER_SIDE[other] for other in OTHER_SIDE] == list(range(len(ACTED)))


def test_a_batch_depends_on_its_number_alone() -> None:
    people = planted(8, 2)
    third = list(zip(batches(people, films(), 0, 0), range(3), strict=False))[2][0]
    assert torch.equal(third.crop, next(batches(people, films(), 0, 2)).crop)


def test_onnx_says_what_torch_says(tmp_path: Path) -> None:
    export = pytest.importorskip("expression_transfer.models.encoder.export", reason="onnx is missing: make test-torch")
    torch.manual_seed(0)
    encoder = Encoder.for_samples(planted(2, 3)).eval()
    export.export(encoder, tmp_path, "test")
    samples = planted(2, 4)
    trunk, head = (onnxruntime.InferenceSession(str(tmp_path / f"{name}.onnx")) for name in ("trunk", "head"))
    code, identity = trunk.run(None, {"crop": samples.crops, "landmarks": samples.landmarks})
    with torch.no_grad():
        planned = encoder.trunk(torch.from_numpy(samples.crops), torch.from_numpy(samples.landmarks))
    np.testing.assert_allclose(code, planned[0].numpy(), atol=2e-4)
    np.testing.assert_allclose(np.linalg.norm(identity, axis=1), 1, atol=1e-5)
    weights, sigma, _ = head.run(None, {"code": code, "person": code})
    assert weights.min() >= 0
    assert sigma.min() > 0
    assert trunk.get_modelmeta().custom_metadata_map["names"] == ",".join(ACTED)


def test_equal_error_rate_of_known_scores() -> None:
    same = np.array([True] * 4 + [False] * 4)
    assert rate_where_errors_meet(np.array([9, 8, 7, 6, 4, 3, 2, 1], np.float32), same) == 0
    assert rate_where_errors_meet(np.array([9, 8, 7, 3.5, 4, 3, 2, 1], np.float32), same) == 0.25


def test_covariance_is_seen_where_codes_share_something() -> None:
    generator = torch.Generator().manual_seed(0)
    one, other = (torch.randn(500, 3, generator=generator) for _ in range(2))
    assert cross_covariance(one, other) < 0.01
    assert cross_covariance(one, one) > 0.3


def test_probes_find_what_was_left_in_a_code() -> None:
    torch.manual_seed(0)
    samples = planted(6, 5)
    person_of_colour = separation(Encoder.for_samples(samples).eval(), samples)
    assert person_of_colour.chance == pytest.approx(1 / 6)
    assert 0 <= person_of_colour.equal_error <= 1
