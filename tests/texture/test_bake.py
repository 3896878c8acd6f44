"""A planted texture comes back from pictures of it, whatever comes between."""

import cv2
import numpy as np
import pytest
from expression_transfer.core.errors import Cancelled, InputError
from expression_transfer.core.raster.shade import display, linear_light
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.core.texture import bake
from expression_transfer.core.texture.layout import lay_out
from planted import TEXTURE, WIDTH, clip_of, filmed, shot


def baked_from(person, model, **options):
    return bake(person.clip, person.fit, model, SilentReporter(), size=TEXTURE, **options)


@pytest.fixture(scope="module")
def baked(person, model):
    return baked_from(person, model)


def error(baked, person, where=None):
    """Root mean square difference to the planted texture, display-encoded 0–1, where it was seen."""
    seen = baked.coverage > 0.9 if where is None else where
    return float(np.sqrt(np.mean((baked.texture - display(person.texture) / 255)[seen] ** 2)))


def texels(model, *parts):
    """TEXTURE×TEXTURE: texels of these parts."""
    layout = lay_out(model, TEXTURE)
    names = np.array(model.parts)[model.part[layout.triangle]]
    return layout.grid(np.isin(names, parts).astype(np.float32)) > 0


def test_planted_texture_comes_back(baked, person, model):
    assert -20 * np.log10(error(baked, person)) > 40
    face = texels(model, "skin")
    assert (baked.coverage[face] > 0.9).mean() > 0.6
    assert baked.texture.shape == (TEXTURE, TEXTURE, 3) and baked.texture.dtype == np.float32
    assert np.isfinite(baked.texture).all()


def test_nothing_of_the_background_comes_through(baked, person):
    """The background is saturated green, the person hardly anywhere."""

    def green(texture):
        return texture[..., 1] / np.maximum(np.maximum(texture[..., 0], texture[..., 2]), 1e-3)

    assert green(baked.texture).max() <= green(display(person.texture) / 255).max()


def test_something_before_the_face_is_rejected(baked, person, model):
    def hand(row, picture):
        if row in (4, 5, 6):
            cv2.circle(picture, (WIDTH // 2 - 15, 210), 26, (30, 60, 240), -1)
        return picture

    found = baked_from(person.with_pictures(hand), model)
    seen = (found.coverage > 0.9) & (baked.coverage > 0.9)
    assert seen.sum() > 0.9 * (baked.coverage > 0.9).sum()
    assert np.quantile(np.abs(found.texture - baked.texture)[seen].max(axis=-1), 0.995) < 0.06


def test_changes_of_exposure_leave_no_seams(baked, person, model):
    def exposed(row, picture):
        stops = np.sin(2.1 * row) * np.array([0.5, 0.4, 0.6])
        sideways = np.linspace(-0.3, 0.3, WIDTH)[None, :, None] * np.cos(1.3 * row)
        return display(0.6 * linear_light(picture) * np.exp2(stops + sideways).astype(np.float32))

    found = baked_from(person.with_pictures(exposed), model)
    seen = (found.coverage > 0.9) & (baked.coverage > 0.9) & texels(model, "skin")
    ratio = np.where(seen[..., None], np.log(np.maximum(found.texture, 0.02) / np.maximum(baked.texture, 0.02)), np.nan)
    steps = np.abs(np.diff(ratio, axis=1)), np.abs(np.diff(ratio, axis=0))
    assert max(float(np.nanquantile(step, 0.999)) for step in steps) < 0.03


def test_blinks_paint_no_lids_on_eyeballs(person, model):
    """In two frames of three the eyes are shut."""
    count = 9
    shut = np.where(np.arange(count) % 3 == 1, 0.0, 1.0)
    fit = shot(model, np.deg2rad(np.linspace(-20, 20, count)), eyeBlink_L=shut, eyeBlink_R=shut)
    found = baked_from(filmed(model, fit, person.texture), model)
    balls = texels(model, *(name for name in model.parts if name.startswith(("eyeball", "iris", "pupil"))))
    seen = balls & (found.coverage > 0.9)
    assert seen.sum() > 100 and error(found, person, seen) < 0.06
    layout = lay_out(model, TEXTURE)
    travel = np.linalg.norm(model.expression[model.expressions.index("eyeBlink_L")], axis=-1)[:, None]
    lids = layout.grid(layout.attributes(travel, model.triangles, np.arange(len(layout))))[..., 0] > 0.004
    seen = lids & (found.coverage > 0.9) & ~balls
    assert seen.sum() > 100 and error(found, person, seen) < 0.06


def test_islands_are_padded(baked, model):
    on = lay_out(model, TEXTURE)
    inside = on.grid(np.ones(len(on), np.float32)) > 0
    rim = (cv2.dilate(inside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~inside
    lowest, highest = (f(baked.texture, np.ones((3, 3), np.uint8)) for f in (cv2.erode, cv2.dilate))
    assert ((baked.texture >= lowest) & (baked.texture <= highest))[rim].all()
    near = [np.roll(np.where(inside[..., None], baked.texture, np.inf), s, (0, 1)) for s in _around()]
    assert np.abs(np.array(near) - baked.texture)[:, rim].max(axis=-1).min(axis=0).max() == 0


def _around():
    return [(dv, du) for dv in (-1, 0, 1) for du in (-1, 0, 1) if (dv, du) != (0, 0)]


def test_one_frame_is_enough(person, model):
    still = filmed(model, shot(model, np.array([0.05])), person.texture)
    found = baked_from(still, model)
    assert error(found, still) < 0.02 and found.frames.tolist() == [1]
    skin = texels(model, "skin", "lips", "lid", "head")
    filled = skin & (found.coverage == 0)
    assert np.abs(found.texture[filled].mean(axis=0) - found.texture[skin & ~filled].mean(axis=0)).max() < 0.15


def test_unseen_half_is_the_other_mirrored(person, model):
    """From one side only: the far cheek gets the near one's blotches."""
    side = filmed(model, shot(model, np.array([0.75])), person.texture)
    found = baked_from(side, model)
    twin = (found.coverage == 0) & (found.coverage[:, ::-1] > 0.9) & texels(model, "skin")
    core = cv2.erode(twin.astype(np.uint8), np.ones((35, 35), np.uint8)) > 0
    assert core.sum() > 1000
    detail = [t - cv2.GaussianBlur(t, (0, 0), 8) for t in (found.texture, found.texture[:, ::-1])]
    assert np.corrcoef(detail[0][core].ravel(), detail[1][core].ravel())[0, 1] > 0.7


def test_face_half_out_of_the_frame(person, model):
    cropped = [picture[:, : WIDTH // 2].copy() for picture in person.pictures]
    fit = person.fit
    camera = type(fit.camera)(WIDTH // 2, fit.camera.height, fit.camera.focal, fit.camera.principal, np.zeros(2), 1.0)
    found = bake(clip_of(cropped), replaced(fit, camera=camera), model, SilentReporter(), size=TEXTURE)
    assert -20 * np.log10(error(found, person)) > 40 and np.isfinite(found.texture).all()


def replaced(fit, **fields):
    return type(fit)(**{**fit.__dict__, **fields})


def test_linear_plates_keep_their_values(person, model):
    """Float plates beyond 1, with pixels that are no numbers."""
    scaled = person.with_pictures(lambda row, picture: 5 * linear_light(picture))
    scaled.pictures[0][:10] = np.nan
    found = baked_from(scaled, model)
    seen = found.coverage > 0.9
    away = np.abs(found.texture - 5 * person.texture)[seen]
    assert found.texture.max() > 2 and np.isfinite(found.texture).all() and np.sqrt((away**2).mean()) < 0.3


def test_sixteen_bit_plates_are_finer(person, model, baked):
    deep = person.with_pictures(lambda row, picture: picture.astype(np.uint16) * 257)
    assert np.abs(baked_from(deep, model).texture - baked.texture).max() < 1e-3


def test_fewer_frames_are_spread_over_the_turn(person, model):
    found = baked_from(person, model, frames=3)
    assert len(found.frames) == 3 and np.ptp(found.frames) > 6


def test_same_bytes_again(baked, person, model):
    again = baked_from(person, model)
    assert again.texture.tobytes() == baked.texture.tobytes() and again.coverage.tobytes() == baked.coverage.tobytes()


def test_no_frame_of_the_fit(person, model):
    later = replaced(person.fit, frames=person.fit.frames + 500)
    with pytest.raises(InputError, match="501–512"):
        bake(person.clip, later, model, SilentReporter(), size=128)
    unseen = replaced(person.fit, visible=np.zeros(12, bool))
    with pytest.raises(InputError, match="face"):
        bake(person.clip, unseen, model, SilentReporter(), size=128)


def test_can_be_stopped(person, model):
    class Impatient(SilentReporter):
        def check(self):
            raise Cancelled

    with pytest.raises(Cancelled):
        bake(person.clip, person.fit, model, Impatient(), size=128)
