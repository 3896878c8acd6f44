"""The refiner: what it is shown, how its answer is put on a frame, and that nothing changes where it has none."""

from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
from expression_transfer.core.landmarks.places import MOUTH, OUTER_LIPS
from expression_transfer.core.raster.windows import pixel_centres
from expression_transfer.core.refine.crop import SIDE, Crop
from expression_transfer.core.refine.light import Light, light_of
from expression_transfer.core.refine.perform import Layers
from expression_transfer.core.refine.refiner import DRAWN, HEARD, NETWORK, SHIPPED, Mending, Refiner, aligned, mended
from expression_transfer.core.refine.reperform import Reperformer
from expression_transfer.core.refine.stages import Stages
from expression_transfer.core.refine.view import GUIDES, HALF

SIZE = 384
WINDOW = (10, 20, 210, 260)
STRAIGHT = np.zeros((2, 2))
SCREEN = Light(255.0, linear=False)


class Fake(Refiner):
    """A refiner whose network says the same of every frame, and keeps what it was shown."""

    def __init__(self, low=(0.0,) * 8, fine=(1.0, 0.0, 0.0, 0.0, 0.0)):
        super().__init__(network=NETWORK if NETWORK.is_file() else Path(__file__))
        self._low, self._fine = np.asarray(low, np.float32), np.asarray(fine, np.float32)
        self.shown = {}

    @property
    def _session(self):
        return self

    def run(self, _names, shown):
        self.shown = shown
        low = np.tile(self._low[:, None, None], (1, 1, 32, 32))
        fine = np.tile(self._fine[:, None, None], (1, 1, SIDE, SIDE))
        fine[:, :1] *= np.kron(shown["guides"][:, -1:], np.ones((2, 2), np.float32))
        return low, fine


@pytest.fixture
def acted(head, shot, weights):
    """A plate (type, brightest value) whose mouth opens, and what a refiner makes of it."""

    def make(refiner, plate, stages=None):
        fit, track = shot(np.zeros((1, len(head.expressions))))
        performer = Reperformer(head, fit, track, stages=stages or Stages(), refiner=refiner)
        return performer.frame(0, plate, weights(jawOpen=0.5, mouthSmile=0.4), STRAIGHT)

    return make


def picture(dtype=np.uint8):
    """Soft shapes, 60 to 200 of 255, display-encoded."""
    u, v = np.meshgrid(np.arange(SIZE) / SIZE, np.arange(SIZE) / SIZE)
    waves = np.stack([np.sin(9 * u + 2 * v), np.sin(7 * v + 1), np.cos(11 * u * v)], axis=2)
    return np.asarray(130 + 70 * waves, dtype=dtype)


def linear_light(encoded):
    """The sRGB standard's decoding (IEC 61966-2-1), written out."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def face(head, shot):
    _, track = shot(np.zeros((1, len(head.expressions))))
    return track.points[0].astype(np.float64)


def test_a_square_takes_what_lies_at_its_pixels_and_puts_it_back(head, shot):
    angle = np.radians(20)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    for scale in (0.8, 1.0, 2.6):
        crop = Crop.of((face(head, shot) @ turn.T - 50) * scale)
        window = (-900, -900, 1700, 1700)
        there = crop.take(np.ascontiguousarray(pixel_centres(window)), window)
        own = pixel_centres((0, 0, SIDE, SIDE)).reshape(-1, 2)
        np.testing.assert_allclose(crop.points(there.reshape(-1, 2)), own, atol=0.2 / crop.scale + 0.02)
        u, v = np.round(crop.affine @ [SIDE / 2, SIDE / 2, 1]).astype(int)
        near = (u - 30, v - 20, u + 40, v + 30)
        np.testing.assert_allclose(crop.put(there, near), pixel_centres(near), atol=0.1 * scale)


def test_a_square_stays_while_the_mouth_opens(head, shot, weights):
    _, track = shot(np.stack([weights(), weights(jawOpen=0.9, mouthSmile=0.7)]))
    still, open_mouthed = (Crop.of(points.astype(np.float64)) for points in track.points)
    corners = np.array([[0.0, 0.0], [SIDE, SIDE]])
    moved = (corners @ (still.affine - open_mouthed.affine)[:, :2].T) + (still.affine - open_mouthed.affine)[:, 2]
    assert np.abs(moved).max() < 0.02 * SIDE


def test_values_are_shown_by_srgbs_curve_and_come_back():
    values = np.array([-0.2, 0.0, 0.001, 0.2140411, 1.0, 40.0], np.float32)
    light = Light(1.0, linear=True)
    np.testing.assert_allclose(light.shown(values)[[1, 3, 4]], [0.0, 0.5, 1.0], atol=1e-5)
    np.testing.assert_allclose(light.meant(light.shown(values)), values, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(linear_light(light.shown(values[1:])), values[1:], rtol=1e-4)
    assert light_of(np.dtype(np.uint16), encoded=False) == Light(65535.0, linear=False)
    assert light_of(np.dtype(np.float32), encoded=True) == Light(1.0, linear=False)


def planted(low=(0.0,) * 8, fine=(0.0,) * 5):
    return Mending(np.tile(np.float32(low), (32, 32, 1)), np.tile(np.float32(fine), (SIDE, SIDE, 1)))


def test_gain_and_offset_detail_and_share_are_put_on_by_the_formula(head, shot):
    rng = np.random.default_rng(0)
    crop = Crop.of(face(head, shot))
    filled, bare = (rng.uniform(40, 200, (240, 200, 3)).astype(np.float32) for _ in range(2))
    low = [0.1, 0.0, -0.1, 0.02, 0.0, -0.02, 0.0, 0.0]
    found = planted(low, [0.4, 0.3, 0.01, 0.02, 0.03])
    made, attention = mended(filled, bare, found, crop, WINDOW, SCREEN)
    full = np.exp(low[:3]) * filled / 255 + low[3:6] + [0.01, 0.02, 0.03] + 0.3 * (bare - filled) / 255
    np.testing.assert_allclose(made / 255, 0.4 * full + 0.6 * filled / 255, atol=1e-5)
    np.testing.assert_allclose(attention, 0.4)


def test_flow_takes_the_picture_from_elsewhere(head, shot):
    crop = Crop.of(face(head, shot))
    ramps = np.ascontiguousarray(np.concatenate([pixel_centres(WINDOW), pixel_centres(WINDOW)[..., :1]], axis=2))
    made, _ = mended(ramps, ramps, planted([0] * 6 + [2.0, -1.0], [1, 0, 0, 0, 0]), crop, WINDOW, SCREEN)
    moved = (made - ramps)[10:-10, 10:-10, :2].mean(axis=(0, 1))
    np.testing.assert_allclose(
        moved, crop.affine[:, :2] @ [2.0, -1.0], atol=0.04
    )  # OpenCV looks up to a 32nd of a pixel


def test_a_users_flow_takes_the_mouth_from_where_it_finds_it(head, shot):
    crop = Crop.of(face(head, shot))
    ramps = np.ascontiguousarray(np.concatenate([pixel_centres(WINDOW), pixel_centres(WINDOW)[..., :1]], axis=2))
    blank, mouth = np.zeros((240, 200), np.float32), np.zeros((240, 200), np.float32)
    mouth[100:140, 60:120] = 1
    layers = Layers(WINDOW, ramps, ramps, blank, np.zeros((240, 200, 2), np.float32), mouth, blank, blank, blank)
    shifted = aligned(layers, lambda one, _other: np.tile(np.float32([2, 1]), (*one.shape[:2], 1)), crop, SCREEN).pixels
    moved = (shifted - ramps)[..., :2]
    np.testing.assert_allclose(moved[110:130, 70:110].mean(axis=(0, 1)), crop.affine[:, :2] @ [2, 1], atol=0.04)
    assert np.abs(moved[:90]).max() < 0.02


def test_detail_coarser_than_the_plate_is_left_out(head, shot):
    large = Crop(np.column_stack([3 * np.eye(2), np.zeros(2)]))
    flat = np.full((240, 200, 3), 100, np.float32)
    made, _ = mended(flat, flat, planted([0.1] * 3 + [0] * 5, [1, 0, 0.1, 0.1, 0.1]), large, WINDOW, SCREEN)
    np.testing.assert_allclose(made, np.exp(0.1) * 100, rtol=1e-5)


@pytest.mark.parametrize("linear", [False, True])
def test_no_attention_is_no_change_to_the_bit(head, shot, linear):
    values = np.random.default_rng(1).normal(0.3, 2, (240, 200, 3)).astype(np.float32)
    values[0, 0], values[1, 1] = np.nan, np.inf
    found = planted([0.3] * 8, [0, 1, 0.2, 0.2, 0.2])
    made, _ = mended(values, values, found, Crop.of(face(head, shot)), WINDOW, Light(1.0, linear))
    clear = np.ones((240, 200), bool)
    clear[:8, :8] = False
    np.testing.assert_array_equal(made[clear], values[clear])


def test_without_a_network_the_warp_stays(acted, tmp_path):
    plate = picture()
    result = acted(Refiner(network=tmp_path / "none.onnx"), plate)
    np.testing.assert_array_equal(result.pixels, acted(SHIPPED, plate, Stages(refiner=False)).pixels)
    assert not result.attention.any()


def test_deep_inside_a_drawn_mouth_little_is_left_to_the_network(acted):
    """It would lighten all of the face by 51 code values: there a quarter of what is heard of it is left."""
    plate = picture()
    warped, result = (acted(Fake(low=[0.0] * 3 + [lighter] * 3 + [0.0] * 2), plate) for lighter in (0.0, 0.2))
    deep = cv2.erode((result.mouth > 0.9).astype(np.uint8), np.ones((9, 9))) > 0
    assert deep.sum() > 50
    added = (result.pixels.astype(float) - warped.pixels).mean(axis=2)
    assert np.median(added[deep]) == pytest.approx((1 - DRAWN) * HEARD * 51, abs=2)
    assert np.median(added[(result.attention > 0.99 * HEARD) & (result.mouth == 0)]) == pytest.approx(HEARD * 51, abs=2)


def test_the_network_sees_the_face_upright_and_its_guides(acted):
    fake, plate = Fake(), picture()
    acted(fake, plate)
    pictures, guides = fake.shown["pictures"][0], fake.shown["guides"][0]
    assert pictures.shape == (9, SIDE, SIDE)
    assert guides.shape == (GUIDES, HALF, HALF)
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    there = guides[10] > 0
    assert np.percentile(np.abs(np.linalg.norm(guides[:3][:, there], axis=0) - 1), 98) < 0.05
    assert guides[2][there].mean() < -0.5  # most of a face looks at the camera
    assert guides[6][there][0] != guides[6][there][-1]
    assert guides[11].max() > 0.5  # an opened mouth is filled
    assert guides[-1][0].max() == guides[-1][:, 0].max() == 0


def test_answers_reach_the_face_alone(acted, head, shot):
    plate = picture()
    warped = acted(Fake(fine=(0, 0, 0, 0, 0)), plate)
    result = acted(Fake(low=[0.2] * 3 + [0] * 5), plate)
    changed = (result.pixels != warped.pixels).any(axis=2)
    assert changed[(result.attention > 0.5 * HEARD) & (result.matte == 1)].mean() > 0.95
    beside = np.abs(result.pixels.astype(int) - warped.pixels)[result.attention == 0]
    assert beside.max() <= 1  # grain is matched to the picture as a whole
    points = face(head, shot)
    low, high = points.min(axis=0) - 40, points.max(axis=0) + 60
    v, u = np.nonzero(result.attention)
    assert (u > low[0]).all() and (u < high[0]).all() and (v > low[1]).all() and (v < high[1]).all()
    lips = np.round(points[np.concatenate([OUTER_LIPS, MOUTH.upper])]).astype(int)
    assert result.attention[lips[:, 1], lips[:, 0]].min() > 0.2 * HEARD
    assert result.attention[lips[:, 1], lips[:, 0]].max() > 0.9 * HEARD
    np.testing.assert_array_equal(result.pixels[result.matte == 0], plate[result.matte == 0])


def test_hardly_any_change_is_hardly_mended(head, shot, weights):
    fit, track = shot(np.zeros((1, len(head.expressions))))
    performer = Reperformer(head, fit, track, refiner=Fake(low=[0.5] * 3 + [0] * 5))
    made = performer.frame(0, picture(), weights(jawOpen=1e-4), STRAIGHT).pixels
    assert np.abs(made.astype(int) - picture()).max() <= 1


def test_linear_plates_are_mended_as_their_display_shows(acted):
    encoded = picture(np.float32) / 255
    fake = Fake(low=[0.1, 0.0, -0.1, 0.01, 0.0, 0.0, 0.0, 0.0])
    seen = acted(fake, (65535 * encoded).astype(np.uint16)).pixels / 65535
    result = acted(fake, linear_light(encoded)).pixels
    # the warp blends light in one, codes in the other: on a soft picture they hardly differ but in the mouth
    assert np.percentile(np.abs(Light(1.0, linear=True).shown(result) - seen), 99) < 0.01


needs_network = pytest.mark.skipif(not NETWORK.is_file(), reason=f"{NETWORK} is missing: make refiner")


@needs_network
def test_the_shipped_network_is_small_and_says_the_same_every_time(acted):
    assert NETWORK.stat().st_size <= 10e6
    first, second = acted(Refiner("cpu"), picture()), acted(Refiner("cpu"), picture())
    np.testing.assert_array_equal(first.pixels, second.pixels)
    assert np.isfinite(first.pixels).all()
    assert 0 < first.attention.max() <= 1


@needs_network
@pytest.mark.skipif(
    "CUDAExecutionProvider" not in onnxruntime.get_available_providers(), reason="this onnxruntime has no CUDA"
)
def test_cuda_and_cpu_agree(acted):
    one, other = (acted(Refiner(device), picture()).pixels.astype(int) for device in ("cpu", "cuda"))
    assert np.abs(one - other).max() <= 1
