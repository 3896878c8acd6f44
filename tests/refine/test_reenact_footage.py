"""A person's own footage as the judge: driven by another frame's expression, a frame must come closer to it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from expression_transfer.core.clip import open_clip
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.fit.solve import solve_shot
from expression_transfer.core.landmarks.detect import DetectOptions, detect
from expression_transfer.core.landmarks.places import OUTER_LIPS
from expression_transfer.core.refine.aperture import coverage
from expression_transfer.core.refine.patch import head_affine
from expression_transfer.core.refine.reperform import Reperformer
from expression_transfer.core.reporting import SilentReporter

PAIRS = [(2, 25), (2, 34), (28, 10), (36, 4), (12, 60), (58, 14)]
"""Frames of d0: (plate, driver); from closed mouth to toothy smile and back."""


@pytest.fixture(scope="module")
def filmed(footage):
    clip = open_clip(footage / "d0.mp4")
    track = detect(clip, DetectOptions(), SilentReporter())
    fit = solve_shot(track, load_builtin(), SilentReporter())
    return clip, track, fit, [frame.pixels for frame in clip]


@pytest.mark.slow
def test_closer_to_the_truth_than_the_plate_and_the_spline(filmed):
    clip, track, fit, frames = filmed
    gains_on_plate, gains_on_spline = [], []
    for plate, driver in PAIRS:
        # the pictures that fill the mouth must not be the answer itself
        far = np.abs(np.arange(len(fit)) - driver) > 5
        held_out = replace(fit, visible=fit.visible & far, bridged=fit.bridged | ~far)
        score = []
        for method in ("geometry", "tps"):
            reperformer = Reperformer(load_builtin(), held_out, track, method)
            reperformer.learn(clip, SilentReporter())
            result = reperformer.frame(plate, frames[plate], fit.expression[driver], fit.gaze[driver]).pixels
            score.append(_psnr(result, frames[driver], track.points[plate], track.points[driver]))
        unchanged = _psnr(frames[plate], frames[driver], track.points[plate], track.points[driver])
        gains_on_plate.append(score[0] - unchanged)
        gains_on_spline.append(score[0] - score[1])
    assert min(gains_on_plate) > 0, gains_on_plate
    assert np.mean(gains_on_plate) > 2, gains_on_plate
    assert np.mean(gains_on_spline) > 0.5, gains_on_spline


def _psnr(image, truth, at, there):
    """dB in the mouth, with the truth brought to the image's head pose."""
    affine = head_affine(there.astype(float), at.astype(float))
    height, width = image.shape[:2]
    aligned = cv2.warpAffine(truth, affine, (width, height), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
    onto = (there[OUTER_LIPS] - affine[:, 2]) @ np.linalg.inv(affine[:, :2]).T
    outline = cv2.convexHull(np.concatenate([at[OUTER_LIPS], onto]).astype(np.float32))[:, 0]
    mask = coverage(outline.astype(float), (0, 0, width, height))[..., None]
    error = np.sum(mask * (image.astype(float) - aligned) ** 2) / (3 * mask.sum())
    return 10 * np.log10(255**2 / error)
