"""How near a made picture is to the true one, in parts of the face; and what pairs of such figures say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core.conventions import Array
from ..core.landmarks.places import EYES, OUTER_LIPS, eye_distance

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]

REGIONS = ("face", "mouth", "eyes")
COLUMNS = (*(f"PSNR {region}" for region in REGIONS), *(f"SSIM {region}" for region in REGIONS), "landmarks")
"""dB, 1, % of the distance of the outer eye corners."""
SMALLER_IS_BETTER = ("landmarks",)
MARGIN = 0.06
"""Of the eye distance: a region reaches so far beyond its landmarks, where a feature's edge shows."""
SSIM_SIGMA, SSIM_SIDE = 1.5, 11
SSIM_C1, SSIM_C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
"""Wang et al. 2004: window and constants."""
LEAST_ERROR = 0.01
"""Of a mean squared error: what is equal counts as 68 dB, not as infinitely good."""
RESAMPLES, LEVEL = 4000, 95.0


def regions(one: Array, other: Array, height: int, width: int) -> dict[str, Mask]:
    """H×W each: where a face (478×2 px) or its like with another expression has its parts."""
    outlines = {
        "face": [np.arange(468)],
        "mouth": [OUTER_LIPS],
        "eyes": [eye.rings[1] for eye in EYES],
    }
    reach = int(np.ceil(MARGIN * float(eye_distance(one))))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    found = {}
    for name, parts in outlines.items():
        mask = np.zeros((height, width), dtype=np.uint8)
        for part in parts:
            hull = cv2.convexHull(np.concatenate([one[part], other[part]]).astype(np.float32))
            cv2.fillConvexPoly(mask, np.floor(hull).astype(np.int32), 1)
        found[name] = cv2.dilate(mask, kernel) > 0 if name != "face" else mask > 0
    return found


def psnr(made: Picture, truth: Picture, mask: Mask) -> float:
    """Peak signal to noise, dB, over a mask (H×W): all three colours, white 255."""
    difference = made[mask].astype(np.float64) - truth[mask]
    return float(10 * np.log10(255**2 / max(float(np.mean(difference**2)), LEAST_ERROR)))


def ssim_map(made: Picture, truth: Picture) -> NDArray[np.float64]:
    """H×W: structural similarity of the luma."""
    one, other = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float64) for picture in (made, truth))
    mean_one, mean_other = _blurred(one), _blurred(other)
    spread_one, spread_other = _blurred(one * one) - mean_one**2, _blurred(other * other) - mean_other**2
    common = _blurred(one * other) - mean_one * mean_other
    light = (2 * mean_one * mean_other + SSIM_C1) / (mean_one**2 + mean_other**2 + SSIM_C1)
    return np.asarray(light * (2 * common + SSIM_C2) / (spread_one + spread_other + SSIM_C2))


def _blurred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.GaussianBlur(values, (SSIM_SIDE, SSIM_SIDE), SSIM_SIGMA))


def pixel_scores(made: Picture, truth: Picture, masks: Mapping[str, Mask]) -> dict[str, float]:
    """All COLUMNS but the last."""
    likeness = ssim_map(made, truth)
    scores = {f"PSNR {name}": psnr(made, truth, mask) for name, mask in masks.items()}
    return scores | {f"SSIM {name}": float(likeness[mask].mean()) for name, mask in masks.items()}


def landmark_error(made: NDArray[Any], truth: NDArray[Any]) -> float:
    """% of the eye distance: mean distance of 478×2 px."""
    away = np.linalg.norm(made[:, :2] - truth[:, :2], axis=1)
    return float(100 * away.mean() / eye_distance(truth[:, :2].astype(np.float64)))


@dataclass(frozen=True)
class Gain:
    """A paired mean difference with its interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:+.3g} [{self.low:+.3g}, {self.high:+.3g}]"


def grouped(values: Array, groups: Sequence[Any]) -> Array:
    """One mean a group (NaN left out; NaN where nothing is left), in order of first appearance."""
    places: dict[Any, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    return np.array([_mean(values[rows]) for rows in places.values()])


def _mean(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def gain(values: Array, others: Array, passages: Sequence[Any]) -> Gain:
    """How much more `values` are than `others` (both N, paired), each passage counting the same; the 95 % interval by
    bootstrap over passages: frames of one passage are no independent evidence.
    """
    means = grouped(values - others, passages)
    means = means[np.isfinite(means)]
    if means.size == 0:
        return Gain(np.nan, np.nan, np.nan)
    drawn = np.random.default_rng(0).integers(0, means.size, (RESAMPLES, means.size))
    low, high = np.percentile(means[drawn].mean(axis=1), [(100 - LEVEL) / 2, (100 + LEVEL) / 2])
    return Gain(float(means.mean()), float(low), float(high))


def better(column: str, values: Array) -> Array:
    """Values of which more is better."""
    return -values if column in SMALLER_IS_BETTER else values


def shown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    cells = [list(head), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
             for row in cells]  # fmt: skip
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])
