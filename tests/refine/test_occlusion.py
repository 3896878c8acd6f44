"""Things held in front of a rendered face are found, stay as they are, and what is under them does not."""

import cv2
import numpy as np
import pytest
from expression_transfer.core.clip import open_clip
from expression_transfer.core.export.sheet import write_png
from expression_transfer.core.raster.cpu import interpolate, rasterise
from expression_transfer.core.refine.light import Light
from expression_transfer.core.refine.occlusion import FEWEST, Occluders
from expression_transfer.core.refine.patch import Patch
from expression_transfer.core.refine.reperform import Reperformer
from expression_transfer.core.refine.stages import Stages
from expression_transfer.core.reporting import SilentReporter

SIZE, ROWS = 384, 24
FRAME = (0, 0, SIZE, SIZE)
SHOWN = Light(255.0, linear=False)
GREY = np.array([60, 65, 80])
PASSAGE = range(8, 16)
"""Rows that show a thing before the face."""
ALONE = Stages(wrinkles=False, refiner=False, motion_blur=False)


@pytest.fixture(scope="module")
def acted(head, shot, weights):
    """A shot in which a face opens mouth and eyes, smiles and turns; its frames, lit as a sphere is, with grain."""
    phase = np.linspace(0, 2 * np.pi, ROWS)
    states = [
        weights(jawOpen=0.3 + 0.3 * np.sin(2 * p), mouthSmile=0.3 - 0.3 * np.cos(p), eyeBlink=float(k % 7 == 3))
        for k, p in enumerate(phase)
    ]
    fit, _ = shot(np.stack(states))
    fit.rotation[:, 1] = 0.25 * np.sin(phase)
    shapes = [head.shape(fit.identity, state, fit.gaze[0]) for state in states]
    track = shot(np.stack(states))[1]
    points = np.stack([fit.project(head.landmarks(shape), row) for row, shape in enumerate(shapes)])
    track.points[:] = points
    return fit, track, [_drawn(head, fit, row, shape) for row, shape in enumerate(shapes)]


def _drawn(head, fit, row, shape):
    """Each part in its own colour, darker to the sides."""
    colours = {"skin": (200, 150, 125), "lips": (175, 90, 90), "eyes": (225, 225, 225)}
    parts = np.array([colours.get(part, (70, 30, 30)) for part in head.parts], dtype=np.float32)
    place, depth = fit.project(shape, row), fit.to_camera(shape, row)[:, 2]
    seen = rasterise(place, depth, head.triangles, SIZE, SIZE, edges=False)
    side = interpolate(seen, head.triangles, head.mean[:, :1] / 0.08)[..., 0]
    light = np.sqrt(np.clip(1 - side**2, 0.1, 1))
    picture = np.where(seen.seen[..., None], parts[head.part[seen.triangle]] * light[..., None], [60, 80, 100])
    return cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.8) + _grain(row)


def _grain(row):
    return np.random.default_rng(row).normal(0, 1.5, (SIZE, SIZE, 1)).astype(np.float32)


def _disc(points, row):
    """H×W: a disc that crosses the lower half of the face."""
    middle = points[[1, 152]].mean(axis=0) + np.array([12.0 * (row - 12), 0])
    mask = np.zeros((SIZE, SIZE), np.uint8)
    cv2.circle(mask, tuple(int(x) for x in middle.round()), 26, 1, -1)
    return mask > 0


def _frames_of(folder, pictures):
    folder.mkdir()
    for row, picture in enumerate(pictures):
        write_png(np.clip(np.rint(picture), 0, 255).astype(np.uint8), folder / f"plate.{row:04d}.png")
    return open_clip(folder)


@pytest.fixture(scope="module")
def held(acted, head, tmp_path_factory):
    """The shot with a grey-blue disc before the face in PASSAGE, learnt; and where the disc is, by row."""
    fit, track, pictures = acted
    masks = {row: _disc(track.points[row], row) for row in PASSAGE}
    shown = [np.where(masks[row][..., None], GREY + _grain(row), picture) if row in masks else picture
             for row, picture in enumerate(pictures)]  # fmt: skip
    clip = _frames_of(tmp_path_factory.mktemp("held") / "plate", shown)
    performer = Reperformer(head, fit, track, stages=ALONE)
    performer.learn(clip, SilentReporter())
    return performer, [frame.pixels for frame in clip], masks


def test_a_thing_in_front_is_found_and_left(held, weights, acted):
    performer, frames, masks = held
    for row in (9, 12, 14):
        made = performer.frame(row, frames[row], weights(jawOpen=0.7, mouthSmile=0.6), np.zeros((2, 2)))
        found, true = made.occlusion > 0.5, masks[row]
        assert (found & true).sum() / (found | true).sum() >= 0.85
        core = cv2.erode(true.astype(np.uint8), np.ones((7, 7))) > 0
        assert (made.pixels[core] == frames[row][core]).all(axis=-1).mean() >= 0.98
        assert not np.array_equal(made.pixels, frames[row])


def test_nothing_of_it_is_dragged_along(held, weights, acted):
    """Off the thing, no pixel of the result has its colour."""
    performer, frames, masks = held
    for row in (9, 12, 14):
        made = performer.frame(row, frames[row], weights(jawOpen=0.7, mouthSmile=0.6), np.zeros((2, 2)))
        off = cv2.dilate(masks[row].astype(np.uint8), np.ones((7, 7))) == 0
        bluish = made.pixels[..., 2].astype(int) - made.pixels[..., 0]
        face = cv2.fillConvexPoly(np.zeros((SIZE, SIZE), np.uint8), _inner_face(acted[1].points[row]), 1) > 0
        assert (bluish[off & face] > 5).mean() < 0.002


def _inner_face(points):
    hull = cv2.convexHull(points[:468].astype(np.float32))[:, 0]
    return np.round(hull.mean(axis=0) + 0.9 * (hull - hull.mean(axis=0))).astype(np.int32)


def test_a_face_alone_has_nothing_in_front(held, acted, weights):
    """Open mouths with teeth, blinks, smiles and turned heads are the face's own."""
    performer, frames, _ = held
    for row in (0, 3, 5, 18, 20, 23):
        made = performer.frame(row, frames[row], weights(jawOpen=0.5), np.zeros((2, 2)))
        assert made.occlusion.sum() < 0.002 * (made.matte > 0).sum()


def test_what_is_always_there_is_the_face(acted, head, weights, tmp_path):
    """A patch that goes with the cheek in all frames moves with it."""
    fit, track, pictures = acted
    worn = []
    for row, picture in enumerate(pictures):
        worn.append(picture.copy())
        cv2.circle(worn[-1], tuple(int(x) for x in track.points[row, 50].round()), 12, (40, 40, 50), -1)
    performer = Reperformer(head, fit, track, stages=ALONE)
    clip = _frames_of(tmp_path / "plate", worn)
    performer.learn(clip, SilentReporter())
    made = performer.frame(10, clip.read(10).pixels, weights(mouthSmile=1), np.zeros((2, 2)))
    u, v = track.points[10, 50].round().astype(int)
    assert made.occlusion[v - 12 : v + 13, u - 12 : u + 13].max() < 0.5


def test_a_still_has_no_usual_look(head, shot, weights, tmp_path):
    fit, track = shot(np.zeros((1, len(head.expressions))))
    performer = Reperformer(head, fit, track, stages=ALONE)
    grey = np.full((SIZE, SIZE, 3), 128, np.uint8)
    write_png(grey, tmp_path / "still.png")
    performer.learn(open_clip(tmp_path / "still.png"), SilentReporter())
    assert FEWEST > 1
    assert not performer.frame(0, grey, weights(jawOpen=1), np.zeros((2, 2))).occlusion.any()


def test_behind_it_is_the_face(held, acted, head):
    _, frames, masks = held
    fit, track, pictures = acted
    occluders = Occluders(head, fit)
    for row in occluders.rows.tolist():
        occluders.show(row, frames[row], track.points[row].astype(np.float64), SHOWN)
    occluders.learn()
    plate = Patch.of(frames[12], track.points[12].astype(np.float64), FRAME)
    core = cv2.erode(masks[12].astype(np.uint8), np.ones((7, 7))) > 0
    away = np.abs(occluders.find(12, plate, SHOWN).without(plate).pixels - pictures[12])[core].mean(axis=-1)
    assert np.median(np.abs(plate.pixels - pictures[12])[core].mean(axis=-1)) > 40
    assert np.median(away) < 8
    assert np.percentile(away, 80) < 30
    brow = plate.crop((150, 60, 200, 110))
    assert np.array_equal(occluders.cleared(12, brow).pixels, brow.pixels)
