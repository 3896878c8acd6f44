"""Teeth that are planted in a shot: opened, closed and re-performed mouths keep them where the skull has them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from expression_transfer.core.landmarks.places import MOUTH
from expression_transfer.core.raster.windows import pixel_centres
from expression_transfer.core.refine.aperture import coverage, rims
from expression_transfer.core.refine.reperform import Reperformer
from expression_transfer.core.refine.stages import Stages
from expression_transfer.core.reporting import SilentReporter

SIZE = 384
FRAME = (0, 0, SIZE, SIZE)
TEETH = 0.009
"""m from one tooth to the next."""
ROOTS, LENGTH = np.array([0.0, -0.061, 0.0267]), 0.010
"""m: where the built-in head's upper front teeth begin, and how long they are."""
RIM = np.ones((5, 5))
"""px beside the lips that are not judged: there one thing passes into the other."""
STRAIGHT = np.zeros((2, 2))


class Filmed:
    """A clip of frames in memory, as far as Reperformer.learn asks for it."""

    colour_space = "lin_rec709"
    kind = "sequence"

    def __init__(self, pictures):
        self._pictures = pictures

    def __iter__(self):
        return iter(type("Frame", (), {"pixels": picture})() for picture in self._pictures)


@pytest.fixture(scope="module")
def filmed(head, shot, weights):
    """A head that sways, nods closer and talks for 24 frames: fit, track and pictures."""
    rows = np.arange(24)
    acted = np.stack([
        weights(jawOpen=0.3 + 0.3 * np.sin(row / 3.8), mouthUpperUp=0.5 + 0.4 * np.sin(row / 2.6)) for row in rows
    ])  # fmt: skip
    fit, track = shot(acted)
    sway = np.stack(
        [0.006 * np.sin(rows / 4), -0.03 + 0.003 * np.cos(rows / 5), 0.68 + 0.01 * np.sin(rows / 7)], axis=1
    )
    fit = replace(
        fit, translation=sway, rotation=np.stack([0.05 * np.sin(rows / 6), 0.06 * np.cos(rows / 5), 0.0 * rows], axis=1)
    )
    points = [fit.project(head.landmarks(head.shape(fit.identity, acted[row])), row) for row in rows]
    track = replace(track, points=np.stack(points).astype(np.float32))
    return fit, track, [picture(fit, row, track.points[row]) for row in rows]


def teeth(fit, row):
    """H×W: a chequered pattern on a plane in the skull, where the teeth are."""
    return 0.6 + 0.15 * np.cos(2 * np.pi * on_skull(fit, row) / TEETH).sum(axis=-1)


def on_skull(fit, row):
    """H×W×2 m: to the right of and below the middle of the upper teeth's roots, in their plane."""
    origin, right, below = fit.project(ROOTS + 0.02 * np.array([[0, 0, 0], [1, 0, 0], [0, -1, 0]]), row)
    axes = np.stack([right - origin, below - origin], axis=1) / 0.02
    return (pixel_centres(FRAME) - origin) @ np.linalg.inv(axes).T


def picture(fit, row, landmarks):
    inside = coverage(rims(landmarks.astype(float), MOUTH).contour, FRAME)
    grey = 0.45 + inside * (teeth(fit, row) - 0.45)
    return np.repeat(grey[..., None], 3, axis=2).astype(np.float32)


def displacement(seen, wanted, mask):
    """2 px: by how much what is seen has slipped from where it is wanted (Lucas and Kanade 1981)."""
    slope = np.stack([np.gradient(wanted, axis=1), np.gradient(wanted, axis=0)], axis=-1)[mask]
    return -np.linalg.lstsq(slope, (seen - wanted)[mask], rcond=None)[0]


def test_teeth_go_with_the_head(filmed, head, weights):
    """Driven through a passage that is not the plate's own, upper teeth stay within half a pixel of the skull."""
    fit, track, pictures = filmed
    reperformer = Reperformer(head, fit, track, stages=Stages(refiner=False, wrinkles=False))
    reperformer.learn(Filmed(pictures), SilentReporter())
    slips = []
    for row in range(len(fit)):
        new = weights(jawOpen=0.45 + 0.15 * np.cos(row / 2), mouthUpperUp=0.6 + 0.2 * np.cos(row / 3))
        result = reperformer.frame(row, pictures[row], new, STRAIGHT).pixels[..., 0]
        rim = rims(fit.project(head.landmarks(head.shape(fit.identity, new)), row), MOUTH)
        shown = (coverage(rim.contour, FRAME) > 0.99) & (on_skull(fit, row)[..., 1] < LENGTH)
        judged = cv2.erode(shown.astype(np.uint8), RIM) > 0
        if judged.sum() > 50:
            slips.append(displacement(result.astype(float), teeth(fit, row), judged))
    assert len(slips) > 12
    assert np.abs(slips).max() <= 0.5, slips
