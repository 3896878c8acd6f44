"""Fisher's discriminants on people whose differences are planted."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is missing: make test-torch")

from expression_transfer.models.encoder.discriminant import EVERY, LOOK, PLACES, components, fisher, refit  # noqa: E402
from expression_transfer.models.encoder.samples import Samples  # noqa: E402
from expression_transfer.models.encoder.training import encoder_for  # noqa: E402

PEOPLE, PICTURES, C = 300, 8, 12


def planted(seed: int, people: int = PEOPLE):
    """People differ in the first two of C directions, by 1; their own pictures by 0.2 there, by 3 in all others; then
    everything is turned.
    """
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(np.random.default_rng(7).normal(size=(C, C)))
    person = np.repeat(np.arange(people), PICTURES)
    spread = np.full(C, 3.0)
    spread[:2] = 0.2
    values = spread * rng.normal(size=(len(person), C))
    values[:, :2] += rng.normal(size=(people, 2))[person]
    return (values @ turn + 5).astype(np.float32), person, turn


def test_the_planted_directions_are_found():
    values, person, turn = planted(0)
    mean, axes = fisher(values, person, 2)
    np.testing.assert_allclose(mean, values.mean(axis=0), atol=1e-4)
    planes = turn[:2], np.linalg.qr(axes)[0].T
    cosines = np.linalg.svd(planes[0] @ planes[1].T, compute_uv=False)
    assert cosines.min() > 0.999


def test_one_persons_pictures_become_white_noise():
    values, person, _ = planted(1)
    _, axes = fisher(values, person, 2)
    codes = values @ axes
    within = np.concatenate([codes[person == one] - codes[person == one].mean(axis=0) for one in range(PEOPLE)])
    share = 25 / 26  # of 1² beside 0.2², but for the pictures' own part in the means
    np.testing.assert_allclose(np.cov(within.T), share**2 * np.eye(2) * (PICTURES - 1) / PICTURES, atol=0.08)


def test_strangers_are_told_apart():
    mean, axes = fisher(*planted(2)[:2], 4)
    values, person, _ = planted(3, 40)
    codes = (values - mean) @ axes
    codes /= np.linalg.norm(codes, axis=1, keepdims=True)
    raw = values - mean
    raw /= np.linalg.norm(raw, axis=1, keepdims=True)
    same = person[:, None] == person[None]
    apart = ~np.eye(len(person), dtype=bool)
    gain = [np.median((x @ x.T)[same & apart]) - np.median((x @ x.T)[~same]) for x in (raw, codes)]
    assert gain[0] < 0.2 and gain[1] > 0.7


@pytest.mark.slow
def test_a_refitted_encoder_gives_the_discriminants_of_components():
    """The one linear layer against components and discriminants, step by step."""
    rng = np.random.default_rng(5)
    person = np.repeat(np.arange(200), 6)
    looks = rng.normal(size=(200, 1, 6, 1, 6, 1)).repeat(16, 3).repeat(16, 5)[person]
    textures = np.clip(128 + 30 * looks.reshape(-1, 96, 96) + rng.normal(0, 9, (1200, 96, 96)), 0, 255).astype(np.uint8)
    landmarks = (rng.normal(size=(200, 478, 3))[person] + rng.normal(size=(1200, 478, 3))).astype(np.float32)
    nothing = np.zeros((1200, 45), np.float32)
    people = Samples(textures, landmarks, nothing, nothing[:, :4], person, person)
    encoder = encoder_for(people).eval()
    refit(encoder, people)
    found = encoder.who(torch.from_numpy(textures[:30]), torch.from_numpy(landmarks[:30])).numpy()
    rows, half = np.arange(0, 1200, EVERY), textures.reshape(-1, 48, 2, 48, 2).mean(axis=(2, 4), dtype=np.float32)
    flat = landmarks.reshape(1200, -1), half.reshape(1200, -1)
    bases = [components(part[rows], count) for part, count in zip(flat, (PLACES, LOOK), strict=True)]
    values = np.concatenate([(part - mean) @ axes for part, (mean, axes) in zip(flat, bases, strict=True)], axis=1)
    mean, axes = fisher(values[rows], person[rows], 128)
    wanted = (values[:30] - mean) @ axes
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    np.testing.assert_allclose(found, wanted, atol=2e-3)
    similar = found @ found.T
    same = person[:30, None] == person[None, :30]
    assert similar[same].min() > similar[~same].max()
