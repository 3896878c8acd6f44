"""The occlusion network's training on planted data, where torch is at hand (`make test-torch`)."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is missing: make test-torch")
torch.set_num_threads(1)  # processes of one machine share its cores

import onnxruntime  # noqa: E402
from expression_transfer.core.refine.crop import SIDE  # noqa: E402
from expression_transfer.models.occlusion import batches as recipe  # noqa: E402
from expression_transfer.models.occlusion.batches import Habits, batch, batches, planted  # noqa: E402
from expression_transfer.models.occlusion.network import Sight, probability  # noqa: E402
from expression_transfer.models.occlusion.pieces import Sitter  # noqa: E402
from expression_transfer.models.occlusion.samples import Faces  # noqa: E402
from expression_transfer.models.occlusion.things import KINDS, shape  # noqa: E402
from expression_transfer.models.occlusion.training import Course, Trainer, losses  # noqa: E402

STUFF = np.random.default_rng(0).random((60, 60, 3), dtype=np.float32)


@pytest.fixture(scope="module")
def faces() -> Faces:
    """Plain discs of skin whose landmarks are where an upright face has them."""
    rng = np.random.default_rng(0)
    turn = np.linspace(0, 2 * np.pi, 478)
    marks = 128 + np.stack([70 * np.cos(turn), 85 * np.sin(turn)], axis=1) * rng.uniform(0.2, 1, (478, 1))
    down, across = np.mgrid[:SIDE, :SIDE]
    inside = ((across - 128) / 75) ** 2 + ((down - 128) / 90) ** 2 < 1
    picture = np.where(inside[..., None], [200, 150, 125], [60, 80, 100]).astype(np.uint8)
    guides = np.stack([across / 128 - 1, down / 128 - 1, inside]).astype(np.float16)
    doubt = np.full((SIDE, SIDE), 0.03, np.float16)
    one = picture, guides, marks.astype(np.float32), picture, doubt
    return Faces(*(np.stack([part, part]) for part in one))


@pytest.mark.parametrize("kind", [kind for kind, _ in KINDS], ids=lambda kind: kind.__name__)
def test_a_thing_has_a_matte_and_colours(faces: Faces, kind: recipe.Draw) -> None:
    picture = faces.picture[0].astype(np.float32) / 255
    at = Sitter(picture, faces.marks[0].astype(np.float64), picture[128, 128], STUFF)
    drawn = [kind(np.random.default_rng(seed), at) for seed in range(3)]
    for thing in drawn:
        assert thing.matte.shape == (SIDE, SIDE)
        assert thing.colour.shape == (SIDE, SIDE, 3)
        assert np.isfinite(thing.colour).all()
        assert 0 <= thing.matte.min() <= thing.matte.max() <= 1
    assert max(thing.matte.max() for thing in drawn) > 0.5
    again = kind(np.random.default_rng(0), at)
    assert np.array_equal(again.matte, drawn[0].matte)


def test_a_bare_face_has_no_truth(faces: Faces) -> None:
    habits = Habits(bare=0, twice=0, worn=0, ghost=0, shadow=0, drawn=shape)
    for seed in range(4):
        rng = np.random.default_rng(seed)
        made = planted(faces, 0, STUFF, rng, habits)
        bare = planted(faces, 0, STUFF, np.random.default_rng(seed), replace(habits, bare=1))
        assert made.truth.max() > 0.5
        assert not bare.truth.any()


def test_what_is_worn_is_foretold_and_not_in_front(faces: Faces) -> None:
    habits = Habits(bare=0, twice=0, worn=1, ghost=0, shadow=0, still=0)
    made = planted(faces, 0, STUFF, np.random.default_rng(3), habits)
    plain = planted(faces, 0, STUFF, np.random.default_rng(3), replace(habits, bare=1))
    assert not made.truth.any()
    assert np.abs(made.expected - plain.expected).max() > 0.1


def test_a_batch_depends_on_its_number_alone(faces: Faces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "BLOCK", 8)
    kinds = [[faces], []]
    fourth = [each for each, _ in zip(batches(kinds, 0, 0), range(4), strict=False)][3]
    again = next(batches(kinds, 0, 3))
    assert torch.equal(fourth.seen, again.seen)
    assert torch.equal(fourth.truth, again.truth)


def test_a_false_alarm_on_a_bare_face_costs_most(faces: Faces) -> None:
    rng = np.random.default_rng(1)
    bare = batch([planted(faces, 0, STUFF, rng, Habits(bare=1))])
    alarm = torch.full((1, 1, SIDE, SIDE), -6.0)
    alarm[..., 120:136, 120:136] = 6
    quiet = torch.full_like(alarm, -6.0)
    loud, still = (float(sum(losses(logit, bare).values())) for logit in (alarm, quiet))
    assert loud > 10 * still
    covered = replace(bare, truth=(alarm > 0).float())
    assert float(sum(losses(alarm, covered).values())) < float(sum(losses(quiet, covered).values()))


@pytest.mark.slow
def test_one_step_learns_and_goes_on_where_it_was(
    faces: Faces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipe, "BLOCK", 8)
    monkeypatch.setattr("expression_transfer.models.training.SAVED_EVERY", 1)
    course = Course(steps=2, warm_up=1)

    class StopError(Exception):
        pass

    def stop(_line: str) -> None:
        raise StopError

    first = Trainer([[faces], []], course, tmp_path)
    before = {name: value.clone() for name, value in first.network.state_dict().items()}
    with pytest.raises(StopError):
        first.run(stop)
    assert any(not torch.equal(value, before[name]) for name, value in first.network.state_dict().items())
    rest = Trainer([[faces], []], course, tmp_path)
    rest.run(lambda _line: None)
    assert rest.step == 2


def test_onnx_says_what_torch_says(tmp_path: Path) -> None:
    export = pytest.importorskip(
        "expression_transfer.models.occlusion.export", reason="onnx is missing: make test-torch"
    )
    torch.manual_seed(0)
    network = Sight().eval()
    export.export(network, tmp_path / "occlusion.onnx", "test")
    assert (tmp_path / "occlusion.onnx").stat().st_size <= 3e6
    shown = np.random.default_rng(0).normal(size=(1, 11, SIDE, SIDE)).astype(np.float32)
    (front,) = onnxruntime.InferenceSession(str(tmp_path / "occlusion.onnx")).run(["front"], {"seen": shown})
    with torch.no_grad():
        np.testing.assert_allclose(front, probability(network(torch.from_numpy(shown))).numpy(), atol=1e-5)
