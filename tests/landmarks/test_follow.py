"""Whom the follower follows, on discs in place of faces: a finder, a mesh and a recogniser that see them perfectly.

Somebody is a red disc on grey; who it is stands in the green. No portrait tells Anna from her twin.
"""

from collections.abc import Sequence
from threading import Barrier

import cv2
import numpy as np
import pytest
from expression_transfer.core.landmarks.backend import FoundFace
from expression_transfer.core.landmarks.follow import CONFIRM_EVERY, DISMISSED_FOR, Follower
from expression_transfer.core.landmarks.region import region_of_box

ANNA, BERT, CARL, TWIN = 40, 120, 80, 55
HEIGHT, WIDTH = 240, 480
LEFT, MIDDLE, RIGHT = 110, 240, 370
SIZE = 50

Disc = tuple[int, float]
"""Who, and where in u."""


def frame(discs: Sequence[Disc], size: int = SIZE) -> np.ndarray:
    """The foremost last."""
    picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for who, u in discs:
        cv2.circle(picture, (round(u), HEIGHT // 2), size // 2, (220, who, 90), -1)
    return picture


def discs_in(picture: np.ndarray) -> list[np.ndarray]:
    """Boxes (left, top, right, bottom) of the discs that show; those that touch are told apart by their green."""
    boxes = []
    for who in np.unique(picture[..., 1][picture[..., 0] == 220]):
        mask = (picture[..., 1] == who) & (picture[..., 0] == 220)
        count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
        boxes += [np.array([x, y, x + w, y + h], float) for x, y, w, h, area in stats[1:count] if area > 60]
    return boxes


class Discs:
    """A backend whose faces are discs."""

    name = "mediapipe-solutions"
    side = 96
    depth = 1

    def __init__(self) -> None:
        self.meshed = 0
        inside = np.random.default_rng(0).uniform(-0.5, 0.5, (478, 3))
        inside[:4, :2] = [[-0.5, -0.5], [0.5, 0.5], [-0.5, 0.5], [0.5, -0.5]]
        inside[[33, 263]] = [[-0.25, 0, 0], [0.25, 0, 0]]
        self._face = inside.astype(np.float32)

    def find(self, rgb):
        return [
            FoundFace(region_of_box(box, np.array([box[0], 0]), np.array([box[2], 0])), 0.9) for box in discs_in(rgb)
        ]

    def mesh(self, crop):
        self.meshed += 1
        seen = cv2.inRange(crop, (200, 0, 0), (255, 255, 255))
        count, _, stats, middles = cv2.connectedComponentsWithStats(seen)
        big = [k for k in range(1, count) if stats[k, 4] > 60]
        if not big:
            return self._face, 0.0
        k = min(big, key=lambda k: np.linalg.norm(middles[k] - self.side / 2))
        return (self._face * max(stats[k, 2:4]) + [*middles[k], 0]).astype(np.float32) / self.side, 0.99

    def close(self):
        pass


class Greens:
    """Reads who it is, but for the calls that it is told to fail at."""

    name = "greens"
    familiar = 10.0

    def __init__(self, failing: Sequence[int] = ()) -> None:
        self.asked = 0
        self._failing = failing

    def look(self, rgb, points):
        self.asked += 1
        u, v = np.clip(points[:, :2].mean(axis=0), 0, np.array(rgb.shape[1::-1]) - 1).astype(int)
        return np.array([200.0 if self.asked - 1 in self._failing else rgb[v, u, 1]], np.float32)

    def unlike(self, one, other):
        return float(np.abs(one - other).item())


def followed(shot, at=LEFT, recogniser=None, backend=None):
    """T: where in u somebody was followed, NaN where nobody."""
    follower = Follower(backend or Discs(), (at, HEIGHT / 2), recogniser or Greens())
    looks = [
        follower.look(each if isinstance(each, np.ndarray) else frame(each), t / 25) for t, each in enumerate(shot)
    ]
    places = np.array([np.nan if seen is None else (seen.points[0, 0] + seen.points[1, 0]) / 2 for seen in looks])
    places[follower.strangers()] = np.nan
    return places


def expect(places, wanted):
    np.testing.assert_allclose(places, wanted, atol=3)


def test_people_who_change_places_at_a_cut():
    one, other = [(ANNA, LEFT), (BERT, RIGHT)], [(BERT, LEFT), (ANNA, RIGHT)]
    shot = [*[one] * 12, *[other] * 12, *[one] * 3]
    expect(followed(shot), [LEFT] * 12 + [RIGHT] * 12 + [LEFT] * 3)
    expect(followed(shot, at=RIGHT), [RIGHT] * 12 + [LEFT] * 12 + [RIGHT] * 3)


def test_the_person_is_found_anywhere_after_a_loss():
    shot = [*[[(ANNA, LEFT), (BERT, MIDDLE)]] * 3, *[[(BERT, MIDDLE)]] * 4, *[[(BERT, LEFT), (ANNA, RIGHT)]] * 8]
    places = followed(shot)
    expect(places[:3], LEFT)
    assert np.isnan(places[3:7]).all()
    expect(places[7 + DISMISSED_FOR :], RIGHT)


def test_another_size_after_a_cut():
    shot = [*[frame([(ANNA, LEFT), (BERT, RIGHT)], 100)] * 3, *[frame([(BERT, LEFT), (ANNA, RIGHT)], 36)] * 3]
    expect(followed(shot), [LEFT] * 3 + [RIGHT] * 3)


def test_who_is_swapped_unnoticed_is_disowned_from_that_frame_on():
    """The twin stands where Anna stood, from the fifth frame on; nothing else changes."""
    places = followed([*[[(ANNA, LEFT)]] * 4, *[[(TWIN, LEFT)]] * 30])
    expect(places[:4], LEFT)
    assert np.isnan(places[4:]).all()


def test_who_is_swapped_in_the_last_frames_is_disowned_too():
    places = followed([*[[(ANNA, LEFT)]] * 13, *[[(TWIN, LEFT)]] * 4])
    expect(places[:13], LEFT)
    assert np.isnan(places[13:]).all()


@pytest.mark.parametrize("front", ["Anna", "Bert"])
def test_people_who_cross(front):
    ways = np.linspace(LEFT, RIGHT, 30)
    heads = [[(ANNA, u), (BERT, LEFT + RIGHT - u)] for u in ways]
    shot = [pair if front == "Bert" else pair[::-1] for pair in heads]
    places = followed([*shot, *[shot[-1]] * 8])
    apart = np.abs(2 * ways - LEFT - RIGHT) > 2 * SIZE
    right = np.abs(places[:30] - ways) < 4
    assert np.mean(right[apart]) > 0.9
    expect(places[-5:], RIGHT)
    wrong = np.abs(places[:30] - (LEFT + RIGHT - ways)) < 4
    assert not (wrong & apart).any()


def test_one_doubtful_look_loses_nobody():
    expect(followed([[(ANNA, LEFT), (BERT, RIGHT)]] * 35, recogniser=Greens(failing=(3,))), [LEFT] * 35)


def test_the_recogniser_is_asked_now_and_then():
    recogniser = Greens()
    followed([[(ANNA, LEFT)]] * 100, recogniser=recogniser)
    assert recogniser.asked <= 100 / CONFIRM_EVERY + 2


def test_a_stranger_is_not_looked_at_in_every_frame():
    backend, recogniser = Discs(), Greens()
    followed([*[[(ANNA, LEFT)]] * 2, *[[(BERT, 430)]] * 40], recogniser=recogniser, backend=backend)
    assert recogniser.asked <= 2 + 40 / DISMISSED_FOR
    assert backend.meshed <= 10 + 4 * 40 / DISMISSED_FOR


def test_a_third_who_was_never_seen_before_is_a_stranger():
    places = followed([*[[(ANNA, LEFT), (BERT, RIGHT)]] * 3, *[[(CARL, LEFT), (BERT, RIGHT)]] * 12])
    expect(places[:3], LEFT)
    assert np.isnan(places[3:]).all()


class Meeting(Discs):
    """A finder and a mesh network that, from `met` on, wait for each other."""

    met: Barrier | None = None

    def find(self, rgb):
        self._wait()
        return super().find(rgb)

    def mesh(self, crop):
        self._wait()
        return super().mesh(crop)

    def _wait(self):
        if self.met is not None:
            self.met.wait(timeout=30)


def test_the_finder_confirms_while_the_mesh_network_works():
    backend = Meeting()
    follower = Follower(backend, None, Greens())
    picture = frame([(ANNA, LEFT)])
    for t in range(CONFIRM_EVERY):
        assert follower.look(picture, t / 25) is not None
    backend.met = Barrier(2)
    assert follower.look(picture, CONFIRM_EVERY / 25) is not None
    backend.met = None
    assert follower.look(picture, (CONFIRM_EVERY + 1) / 25) is not None
