"""Fisher's discriminants on people whose differences are planted."""

import numpy as np
from expression_transfer.models.encoder.discriminant import fisher

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
