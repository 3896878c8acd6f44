"""The refiner's training on planted data, where torch is at hand (`make test-torch`)."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is missing: make test-torch")
torch.set_num_threads(1)  # processes of one machine share its cores

import onnxruntime  # noqa: E402
from expression_transfer.core.refine.crop import SIDE, Crop  # noqa: E402
from expression_transfer.core.refine.light import Light  # noqa: E402
from expression_transfer.core.refine.refiner import Mending, mended  # noqa: E402
from expression_transfer.core.refine.view import GUIDES, HALF  # noqa: E402
from expression_transfer.models import training  # noqa: E402
from expression_transfer.models.refiner import losses  # noqa: E402
from expression_transfer.models.refiner.batches import TURNED, batches  # noqa: E402
from expression_transfer.models.refiner.judging import figures  # noqa: E402
from expression_transfer.models.refiner.network import SKIN, Answer, Refiner, refined  # noqa: E402
from expression_transfer.models.refiner.samples import Samples  # noqa: E402
from expression_transfer.models.refiner.training import Course, Trainer  # noqa: E402

FOLD = 4
"""The guide (the change of the normal, up) that tells where the planted truth is darker."""


def blurred(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    coarse = torch.from_numpy(rng.random((*shape[:2], 8, 8), dtype=np.float32))
    return torch.nn.functional.interpolate(coarse, size=shape[2:], mode="bilinear").numpy()


@pytest.fixture(scope="module")
def people() -> Samples:
    """Faces whose warped picture lacks a shade that the guides tell."""
    rng = np.random.default_rng(0)
    count = 8
    warped = np.tile(0.3 + 0.5 * blurred(rng, (count, 3, SIDE, SIDE)), (1, 3, 1, 1))
    guides = np.zeros((count, GUIDES, HALF, HALF), np.float32)
    guides[:, FOLD] = blurred(rng, (count, 1, HALF, HALF))[:, 0] - 0.5
    guides[:, -1] = 1
    shade = np.exp(-0.6 * guides[:, FOLD]).repeat(2, axis=1).repeat(2, axis=2)[:, None]
    truth = np.clip(warped[:, :3] * shade, 0, 1)
    parts = np.zeros((count, 2, HALF, HALF), np.uint8)
    parts[:, 0, 70:100, 40:90] = parts[:, 1, 30:50, 30:100] = 1
    return Samples((255 * warped).astype(np.uint8), guides.astype(np.float16), (255 * truth).astype(np.uint8), parts)


def test_begins_as_no_change(people: Samples) -> None:
    torch.manual_seed(0)
    pictures = torch.from_numpy(people.pictures[:2]).float() / 255
    answer = Refiner()(pictures, torch.from_numpy(people.guides[:2]).float())
    assert float(answer.fine[:, :1].mean()) > 0.05
    np.testing.assert_allclose(refined(pictures, answer).detach(), pictures[:, :3], atol=1e-5)


def test_deep_in_an_opened_mouth_its_fill_stays(people: Samples) -> None:
    torch.manual_seed(0)
    network = Refiner()
    torch.nn.init.constant_(network.fine.bias[4:8], 1.0)
    guides = torch.from_numpy(people.guides[:1]).float()
    guides[:, SKIN] = 1
    guides[:, SKIN, 60:80, 50:70] = 0
    share = network(torch.from_numpy(people.pictures[:1]).float() / 255, guides).fine[0, 1]
    assert float(share[128:152, 108:132].abs().max()) == 0
    assert float(share[10:100, 10:-10].min()) > 0.7


@pytest.mark.slow
def test_learns_what_is_there_and_goes_on_where_it_was_interrupted(
    people: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SAVED_EVERY", 20)
    course = Course(steps=60, rate=3e-3, warm_up=5, average=0.5)

    class StopError(Exception):
        pass

    def stop(_line: str) -> None:
        raise StopError

    with pytest.raises(StopError):
        Trainer([[people], []], course, tmp_path).run(stop)
    rest = Trainer([[people], []], course, tmp_path)
    rest.run(lambda _line: None)
    assert rest.step == 60
    face = figures(rest.average.eval(), people)["face"]
    assert face["refined, dB"] > face["filled, dB"] + 3
    assert 0.8 < face["sharpness refined"] < 1.2


def test_a_batch_depends_on_its_number_alone_and_mirrors_guides(people: Samples) -> None:
    third = list(zip(batches([[people], []], 0, 0), range(3), strict=False))[2][0]
    assert torch.equal(third.seen, next(batches([[people], []], 0, 2)).seen)
    drawn = people.guides.copy()
    drawn[:, TURNED[0]] = 1
    planted = [[Samples(people.pictures, drawn, people.truth, people.parts)]]
    some = [batch for batch, _ in zip(batches(planted, 0, 0), range(3), strict=False)]
    sides = {float(side) for batch in some for side in batch.guides[:, TURNED[0]].mean((1, 2))}
    assert sides == {1.0, -1.0}


def test_the_plate_is_hidden_from_some_but_never_the_warp(people: Samples) -> None:
    hidden = 0
    for batch, _ in zip(batches([[people]], 0, 0), range(4), strict=False):
        assert torch.equal(batch.seen[:, :6], batch.pictures[:, :6])
        share = (batch.seen[:, 6:] == 0.5).float().mean((1, 2, 3))
        hidden += int((share > 0.98).sum())
        assert bool(((share > 0.98) | (share < 0.1)).all())
    assert 0 < hidden < 32


def test_training_and_product_put_an_answer_on_alike(people: Samples) -> None:
    rng = np.random.default_rng(1)
    low = torch.from_numpy(0.3 * blurred(rng, (1, 8, 32, 32)) - 0.15)
    low[:, 6:] *= 10
    fine = torch.from_numpy(blurred(rng, (1, 5, SIDE, SIDE)))
    pictures = torch.from_numpy(np.concatenate([blurred(rng, (1, 3, SIDE, SIDE)) for _ in range(3)], axis=1))
    here = refined(pictures, Answer(low, fine))[0].permute(1, 2, 0).numpy()
    filled, bare = (
        np.ascontiguousarray(pictures[0, rows].permute(1, 2, 0).numpy()) for rows in (slice(3), slice(3, 6))
    )
    found = Mending(low[0].permute(1, 2, 0).numpy(), fine[0].permute(1, 2, 0).numpy())
    window = (0, 0, SIDE, SIDE)
    there, _ = mended(filled, bare, found, Crop(np.eye(2, 3)), window, Light(1.0, linear=False))
    np.testing.assert_allclose(here[8:-8, 8:-8], there[8:-8, 8:-8], atol=8e-3)  # lookups to a 32nd of a pixel


def test_softness_costs(people: Samples) -> None:
    rng = np.random.default_rng(2)
    sharp = torch.from_numpy(rng.random((1, 3, 64, 64), dtype=np.float32))
    soft = torch.nn.functional.avg_pool2d(sharp, 3, 1, 1)
    beside = sharp.roll((1, 1), (2, 3))  # as sharp, a pixel off
    weight = torch.ones(1, 1, 64, 64)
    assert losses.sharpness_loss(soft, sharp, weight) > 10 * losses.sharpness_loss(beside, sharp, weight)


def test_onnx_says_what_torch_says(people: Samples, tmp_path: Path) -> None:
    export = pytest.importorskip("expression_transfer.models.refiner.export", reason="onnx is missing: make test-torch")
    torch.manual_seed(0)
    network = Refiner().eval()
    for head in (network.low, network.fine):
        torch.nn.init.normal_(head.weight, std=0.05)
    export.export(network, tmp_path / "refiner.onnx", "test")
    session = onnxruntime.InferenceSession(str(tmp_path / "refiner.onnx"))
    shown = {"pictures": people.pictures[:1].astype(np.float32) / 255, "guides": people.guides[:1].astype(np.float32)}
    low, fine = session.run(["low", "fine"], shown)
    with torch.no_grad():
        answer = network(*(torch.from_numpy(value) for value in shown.values()))
    np.testing.assert_allclose(low, answer.low.numpy(), atol=1e-4)
    np.testing.assert_allclose(fine, answer.fine.numpy(), atol=1e-4)
