"""How the new picture lies on the plate: its matte's edge, its grain, its motion blur."""

import cv2
import numpy as np
import pytest
from expression_transfer.core.raster.cpu import interpolate, rasterise
from expression_transfer.core.refine.blur import Smear, blurred, reaches
from expression_transfer.core.refine.colour import grain
from expression_transfer.core.refine.finish import Finish
from expression_transfer.core.refine.grain import LAPLACIANS, NORMAL, TILE, regrained, strengths
from expression_transfer.core.refine.matte import trimmed
from expression_transfer.core.refine.reperform import Reperformer
from expression_transfer.core.refine.stages import Stages

SIZE = 384
STRAIGHT = np.zeros((2, 2))
RADIUS = 40.0


def disc():
    v, u = np.mgrid[0:100, 0:100] + 0.5
    away = np.hypot(u - 50, v - 50)
    return np.clip(RADIUS - away + 0.5, 0, 1).astype(np.float32), away


@pytest.mark.parametrize("choke", [0.0, 4.0, 9.5])
def test_choke_makes_a_disc_smaller(choke):
    matte, _ = disc()
    area = float(trimmed(matte, 0, choke).sum())
    assert np.sqrt(area / np.pi) == pytest.approx(RADIUS - choke, abs=0.35)


def test_feather_rises_inwards_from_the_edge():
    matte, away = disc()
    soft = trimmed(matte, 12, 3)
    share = np.clip((RADIUS - 3 - away) / 12, 0, 1)
    assert soft == pytest.approx(share**2 * (3 - 2 * share), abs=0.06)
    assert (soft <= matte).all()


ENCLOSED, OPEN = 0.02, 0.2
"""Of the matte: what a slit makes of its neighbourhood; one that runs out is rounded off where it does."""


@pytest.mark.parametrize(
    ("still", "most"),
    [
        (np.s_[38:52, 30:60], ENCLOSED),
        (np.s_[49:51, 20:80], ENCLOSED),
        (np.s_[49:51, 50:], OPEN),
        (np.s_[:60, 44:45], OPEN),
    ],
)
def test_what_stays_still_inside_is_no_edge(still, most):
    """Choke and feather see the outer edge alone; the matte itself keeps its slits."""
    matte, _ = disc()
    torn = matte.copy()
    torn[still] = 0
    kept = np.where(torn > 0, trimmed(matte, 8, 5), 0)
    assert np.abs(trimmed(torn, 8, 5) - kept).max() < most


def test_without_feather_and_choke_the_matte_stays():
    matte, _ = disc()
    assert np.array_equal(trimmed(matte, 0, 0), matte)


def test_a_matte_is_not_feathered_at_the_frame_edge():
    matte = np.zeros((40, 60), np.float32)
    matte[:, 20:] = 1
    soft = trimmed(matte, 10, 0)
    assert np.ptp(soft, axis=0).max() < 1e-6
    assert soft[:, -1] == pytest.approx(1)


def noisy(smooth, sigma, channels, seed=0):
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, sigma, (*smooth.shape[:2], channels)).astype(np.float32)
    return (smooth + noise).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 3])
def test_lost_grain_is_given_back(channels):
    """A picture that was blurred smooth gets the plate's grain: as strong, alike between channels, and white."""
    v, u = np.indices((256, 320)).astype(np.float32)
    smooth = np.repeat((120 + 0.1 * u + 10 * np.sin(v / 40))[..., None], 3, axis=2).astype(np.float32)
    plate = noisy(smooth, 5, channels)
    made = regrained(smooth, plate, (), 1.0, seed=(3,))
    assert grain(made) == pytest.approx(grain(plate), rel=0.1)
    for k in range(3):
        assert np.std((made - smooth)[..., k]) == pytest.approx(5, rel=0.1)
    other = regrained(smooth, plate, (), 1.0, seed=(4,))
    again = regrained(smooth, plate, (), 1.0, seed=(3,))
    assert np.array_equal(made, again)
    assert abs(np.corrcoef((made - smooth).ravel(), (other - smooth).ravel())[0, 1]) < 0.02


def test_dark_places_get_their_own_grain():
    smooth = np.full((256, 256, 3), 160, np.float32)
    smooth[128:] = 30
    strength = np.where(smooth > 100, 6, 2).astype(np.float32)
    plate = smooth + strength * np.random.default_rng(0).standard_normal(smooth.shape[:2])[..., None].astype(np.float32)
    made = regrained(smooth, plate, (), 1.0, seed=(1,))
    assert grain(made[: 128 - TILE]) == pytest.approx(6, rel=0.15)
    assert grain(made[128 + TILE :]) == pytest.approx(2, rel=0.15)


def test_enough_grain_gets_no_more():
    plate = noisy(np.full((128, 128, 3), 100, np.float32), 4, 1)
    made = regrained(plate, plate, (), 1.0, seed=(1,))
    assert grain(made) == pytest.approx(grain(plate), rel=0.1)
    assert regrained(plate, plate, (), 0.0, seed=(1,)) is plate


@pytest.mark.parametrize(
    "expression", [{"jawOpen": 0.6}, {"mouthSmile": 1.0, "browInnerUp": 0.8}, {"jawOpen": 0.9, "mouthSmile": 0.5}]
)
def test_warped_and_filled_places_have_the_plates_grain(head, shot, weights, expression):
    fit, track = shot(weights()[None])
    plate = noisy(np.full((SIZE, SIZE, 3), 140, np.float32), 6, 1, seed=2)
    result = Reperformer(head, fit, track, stages=Stages(refiner=False)).frame(
        0, plate, weights(**expression), STRAIGHT
    )
    own = strengths(result.pixels.mean(axis=2))[0]
    changed = cv2.resize(result.matte, own.shape[::-1], interpolation=cv2.INTER_AREA) > 0.9
    assert changed.sum() > 10
    assert np.median(own[changed]) == pytest.approx(6, rel=0.15)
    inside = result.mouth > 0.9
    if inside.sum() > 400:
        response = cv2.filter2D(result.pixels.mean(axis=2), -1, LAPLACIANS)[inside]
        assert np.median(np.abs(response)) / (6 * NORMAL) == pytest.approx(6, rel=0.15)


@pytest.mark.parametrize("way", [(3.0, 4.0), (-5.0, 2.0), (0.0, 6.0), (7.0, 0.0)])
def test_what_moves_is_blurred_along_its_way(way):
    x, y = way
    found = reaches(np.array([x * x, y * y, x * y]))
    assert found * np.sign(found @ way) == pytest.approx(way, abs=1e-3)
    assert reaches(np.array([-x * x, -y * y, -x * y])) == pytest.approx(0, abs=1e-2)


def test_blur_is_a_box_as_long_as_the_motion():
    """Landmarks everywhere that go 9 px to the right: an edge becomes a ramp 9 px long."""
    u, v = np.meshgrid(np.arange(0, 120, 6.0), np.arange(0, 100, 6.0))
    places = np.column_stack([u.ravel(), v.ravel()])
    found = Smear(places, np.tile([81.0, 0.0, 0.0], (len(places), 1)), 100.0)
    edge = np.zeros((100, 120, 3), np.float32)
    edge[:, 60:] = 100
    ramp = blurred(edge, (0, 0, 120, 100), found)[50, 45:75, 0]
    assert ramp == pytest.approx(np.clip((np.arange(45, 75) + 0.5 - 60) / 9 + 0.5, 0, 1) * 100, abs=6)
    assert blurred(edge, (0, 0, 120, 100), Smear(places, np.zeros((len(places), 3)), 100.0)) is edge


SHUTTER = 0.5


@pytest.fixture
def quick_jaw(head, shot, weights):
    """A still face; what it is to look like in the middle of a jaw's fall; and how quick that is, weights a frame."""
    fit, track = shot(np.zeros((3, len(head.expressions))))

    def painted(expression):
        posed = head.shape(fit.identity, expression)
        fragments = rasterise(fit.project(posed, 1), fit.to_camera(posed, 1)[:, 2], head.triangles, SIZE, SIZE)
        place = interpolate(fragments, head.triangles, head.mean)
        shade = 120 + 60 * np.sin(place[..., 0] * 900) * np.sin(place[..., 1] * 900)
        return np.where(fragments.seen, shade, 90)[..., None].repeat(3, axis=2).astype(np.float32)

    middle, speed = weights(jawOpen=0.4), weights(jawOpen=0.8)
    shares = (np.arange(17) + 0.5) / 17 - 0.5
    truth = np.mean([painted(middle + SHUTTER * share * speed) for share in shares], axis=0)
    return fit, track, painted(weights()), middle, speed, truth


def test_a_quick_jaw_is_blurred_as_a_shutter_does(head, quick_jaw):
    fit, track, plate, middle, speed, truth = quick_jaw
    off = {}
    for on in (True, False):
        stages, finish = Stages(motion_blur=on, refiner=False), Finish(shutter=SHUTTER, grain=0)
        made = Reperformer(head, fit, track, stages=stages, finish=finish).frame(
            1, plate, middle, STRAIGHT, speed=speed
        )
        landmarks = fit.project(head.landmarks(head.shape(fit.identity, middle)), 1)
        u, v = np.round(landmarks[152]).astype(int)  # the chin
        chin = np.s_[v - 25 : v - 2, u - 25 : u + 25]
        off[on] = float(np.sqrt(np.mean((made.pixels[chin] - truth[chin]) ** 2)))
    assert off[True] < 0.4 * off[False]


def test_a_motion_that_the_plate_has_is_not_blurred_twice(head, shot, weights):
    moving = np.stack([weights(jawOpen=amount) for amount in (0.1, 0.4, 0.7)])
    fit, track = shot(moving)
    plate = noisy(np.full((SIZE, SIZE, 3), 140, np.float32), 6, 1, seed=2)
    speed = (moving[2] - moving[0]) / 2
    new = moving[1] + weights(browInnerUp=0.5)
    made, unblurred = (
        Reperformer(head, fit, track, stages=Stages(motion_blur=on, refiner=False)).frame(
            1, plate, new, STRAIGHT, speed=speed
        )
        for on in (True, False)
    )
    assert np.array_equal(made.pixels, unblurred.pixels)
