"""The benchmarks of who is who, on planted answers."""

import numpy as np
import pytest
from expression_transfer.benchmarks.crowd import HEIGHT, SHOTS, WIDTH, film, judge
from expression_transfer.benchmarks.recognition import Look, Verification, verified
from footage_maker import write_movie

BY_NAME = {shot.name: shot for shot in SHOTS}


def test_equal_error_of_known_distributions():
    """Two normal distributions a distance d apart: the rate is Φ(−d/2), in the middle between them."""
    rng = np.random.default_rng(0)
    pairs = Verification(rng.normal(3, 1, 20000), rng.normal(1, 1, 50000))
    rate, threshold = pairs.equal_error()
    assert rate == pytest.approx(0.1587, abs=0.005) and threshold == pytest.approx(2, abs=0.05)


def test_equal_error_of_what_is_told_apart():
    assert Verification(np.array([0.8, 0.9]), np.array([0.1, 0.2, 0.3])).equal_error() == (0.0, 0.8)


def test_pictures_of_one_take_are_no_pair():
    class Reds:
        name, familiar = "reds", 1.0

        def look(self, rgb, points):
            return rgb[0, 0, :1].astype(np.float32)

        def unlike(self, one, other):
            return float(np.abs(one - other).item())

    def look(person, take, red):
        return Look(person, take, np.full((2, 2, 3), red, np.uint8), np.zeros((478, 3), np.float32))

    found = verified(Reds(), [look(0, 0, 10), look(0, 0, 12), look(0, 1, 20), look(1, 2, 90)])
    np.testing.assert_array_equal(np.sort(found.same), [-10, -8])
    np.testing.assert_array_equal(np.sort(found.different), [-80, -78, -70])


def planted(shot, follows):
    """T×478×2: landmarks on the head that `follows` names in each frame; NaN where it is None or not there."""
    points = np.full((shot.frames, 478, 2), np.nan)
    for t in range(shot.frames):
        for head in shot.layout(t):
            if head.person == follows(t):
                points[t] = head.u, head.v
    return points


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_perfect_follower_is_judged_perfect(shot):
    """Frames in which another hides the person are nobody's."""
    for person in shot.leads:
        found = judge(shot, person, planted(shot, lambda t, who=person: who))
        assert found.right == found.present > shot.frames / 3
        assert found.strangers <= shot.frames - found.present  # behind somebody, that one counts


def test_the_wrong_person_is_counted():
    shot = BY_NAME["two change places at cuts"]
    found = judge(shot, 0, planted(shot, lambda t: 0 if t < 45 else 1))
    assert (found.right, found.present, found.strangers, found.frames) == (45, 60, 15, 60)
    found = judge(shot, 0, planted(shot, lambda t: None))
    assert (found.right, found.present, found.strangers) == (0, 60, 0)


def test_heads_are_where_the_layout_says(tmp_path):
    """A red and a green clip, half the frame each, change places at the cut."""
    for name, colour in (("red", (220, 0, 0)), ("green", (0, 220, 0))):
        write_movie(tmp_path / f"{name}.mp4", [np.full((256, 256, 3), colour, np.uint8)] * 2)
    shot = BY_NAME["two change places at cuts"]
    frames = film(shot, [tmp_path / "red.mp4", tmp_path / "green.mp4"])
    assert len(frames) == shot.frames and frames[0].shape == (HEIGHT, WIDTH, 3)
    for t in (0, 20, 40):
        for head in shot.layout(t):
            assert np.argmax(frames[t][round(head.v), round(head.u)]) == head.person
