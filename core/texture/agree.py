"""What the frames agree on: how each one's light differs from the others', and what in it isn't the face.

All in the logarithm of linear light, on a coarse texture: a stack of K frames' looks, N texels, 3 channels.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array32
from .layout import Layout

SMOOTH = 0.05
"""Of the texture's side: how fine the gain over the face is (standard deviation of the blur)."""
SURE = 0.05
"""Share of full weight at which a place's own gain counts as much as the frame's as a whole."""
LARGEST = np.log(1.6)
"""A place's gain stays within this factor of the frame's: what differs more isn't light."""
SPREAD = 0.04
"""Least standard deviation (natural log) of honest looks: grain, pores, registration."""
HUE = 0.05
"""Least standard deviation of the skin's hue (natural log of a channel against the mean of the three)."""
DARKER = np.log(2.2), np.log(4.5)
"""Than the face's skin: in shadow still, and surely a collar or hair."""
ROUNDS = 3
FLOOR = 0.01
"""Of the brightest tenth's light: added before the logarithm, so that noise in the dark stays small."""


@dataclass(frozen=True)
class Stack:
    """K frames' looks at a coarse layout's N texels."""

    light: Array32
    """K×N×3 linear light."""
    weight: Array32
    """K×N, 0 where unseen."""
    rim: Array32
    """K×N, 0–1: how near the silhouette."""
    skin: NDArray[np.bool_]
    """N: skin is there, on anybody; not the scalp."""
    beside: NDArray[np.bool_]
    """N: beside the face, where clothes and hair hide the skin."""


@dataclass(frozen=True)
class Agreement:
    """What to do to each frame's looks so that they agree."""

    gain: Array32
    """K×S×S×3: natural log, over the whole coarse texture."""
    trust: Array32
    """K×S×S, 0–1: 0 where something else is before the face."""


def agreement(stack: Stack, layout: Layout) -> Agreement:
    """Gains and trust of K frames, by alternating the looks' weighted median with both."""
    logs = np.log(np.maximum(stack.light, 0) + _floor(stack))
    seen = stack.weight > 0
    gain = np.zeros_like(logs)
    trust = seen.astype(np.float32)
    for turn in range(ROUNDS):
        middle = weighted_median(logs - gain, stack.weight * trust)
        overall = _overall(logs - middle, stack.weight * trust)
        if turn:
            gain = _local(logs - middle, overall, stack.weight * trust, layout)
        else:
            gain = np.broadcast_to(overall[:, None], logs.shape)
        raw = _trust(logs - middle - gain, stack.weight, layout) * _skin_like(logs - gain, stack)
        trust = np.stack([_spread_doubt(frame, shown, layout) for frame, shown in zip(raw, seen, strict=True)])
    return _everywhere(gain, trust, stack, layout)


def weighted_median(values: Array32, weight: Array32) -> Array32:
    """N×C lower weighted medians of K×N×C values with weights K×N; 0 where all weights are."""
    order = np.argsort(np.where(weight[..., None] > 0, values, np.inf), axis=0, kind="stable")
    ranked = np.take_along_axis(np.broadcast_to(weight[..., None], values.shape), order, axis=0)
    total = np.cumsum(ranked, axis=0)
    place = np.argmax(total >= total[-1:] / 2, axis=0)
    found = np.take_along_axis(np.take_along_axis(values, order, axis=0), place[None], axis=0)[0]
    return np.asarray(np.where(total[-1] > 0, found, 0.0), dtype=np.float32)


def _floor(stack: Stack) -> np.float32:
    seen = stack.light[stack.weight > 0]
    return np.float32(max(FLOOR * float(np.percentile(seen, 90)), 1e-6)) if seen.size else np.float32(1)


def _overall(difference: Array32, weight: Array32) -> Array32:
    """K×3: each frame's gain as a whole, its median over the texels."""
    frames = zip(difference, weight, strict=True)
    return np.stack([weighted_median(own[:, None], share[:, None])[0] for own, share in frames])


def _local(difference: Array32, overall: Array32, weight: Array32, layout: Layout) -> Array32:
    """K×N×3: smooth over the layout; towards the frame's own where little is seen."""
    out = np.empty_like(difference)
    for k, share in enumerate(_shares(weight)):
        away = np.clip(difference[k] - overall[k], -LARGEST, LARGEST)
        blurred = _blur(layout.grid(np.column_stack([away * share[:, None], share])))
        field = blurred[..., :3] / (blurred[..., 3:] + SURE)
        out[k] = overall[k] + layout.texels(np.ascontiguousarray(field))
    return out


def _shares(weight: Array32) -> Array32:
    """K×N: weights against the best view of the texel: what a frame brings to the result there."""
    return np.asarray(weight / np.maximum(weight.max(axis=0), 1e-12))


def _blur(grid: Array32) -> Array32:
    return np.asarray(cv2.GaussianBlur(grid, (0, 0), SMOOTH * len(grid), borderType=cv2.BORDER_CONSTANT))


def _trust(residual: Array32, weight: Array32, layout: Layout) -> Array32:
    """K×N: falls where a frame is further from the median than the frames usually are there."""
    size = np.abs(residual).max(axis=-1)
    spread = np.maximum(1.4826 * weighted_median(size[..., None], weight)[:, 0], SPREAD)
    spread = layout.texels(cv2.medianBlur(layout.grid(spread), 5))
    return np.asarray(1 / (1 + (size / (3 * np.maximum(spread, SPREAD))) ** 4))


def _skin_like(logs: Array32, stack: Stack) -> Array32:
    """K×N: 0 where a skin texel near the silhouette, or beside the face, has another hue than the face's skin (all
    frames'), and where one beside the face is far darker.
    """
    mean = logs.mean(axis=-1, keepdims=True)
    hue = logs - mean
    inner = (stack.weight > 0) & (stack.rim <= 0) & stack.skin & ~stack.beside
    if not inner.any():
        return np.ones_like(stack.weight)
    middle = np.median(hue[inner], axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(hue[inner] - middle), axis=0), HUE)
    off = np.clip((np.abs((hue - middle) / spread).max(axis=-1) - 2) / 2, 0, 1)
    darker = (np.median(mean[inner]) - mean[..., 0] - DARKER[0]) / (DARKER[1] - DARKER[0])
    loose = np.maximum(stack.rim * off, stack.beside * np.maximum(off, np.clip(darker, 0, 1)))
    return np.asarray(1 - stack.skin * loose, dtype=np.float32)


def _spread_doubt(trust: Array32, seen: NDArray[np.bool_], layout: Layout) -> Array32:
    """N: single texels' doubts averaged out, those of areas grown over their rim."""
    known = layout.grid(np.column_stack([trust * seen, seen]).astype(np.float32))
    mean = cv2.blur(known, (5, 5))
    smooth = mean[..., 0] / np.maximum(mean[..., 1], 1e-6)
    grown = cv2.erode(np.where(mean[..., 1] > 0, smooth, 1).astype(np.float32), np.ones((3, 3), np.uint8))
    return np.asarray(layout.texels(grown) * seen, dtype=np.float32)


def _everywhere(gain: Array32, trust: Array32, stack: Stack, layout: Layout) -> Agreement:
    """Gains and trust on the whole grid, so that they can be looked up at finer texels beside the coarse ones."""
    gains, trusts = [], []
    for k in range(len(gain)):
        seen = (stack.weight[k] > 0).astype(np.float32)
        whole = _spread(layout.grid(np.column_stack([gain[k], trust[k]]).astype(np.float32)), layout.grid(seen))
        gains.append(whole[..., :3])
        trusts.append(whole[..., 3])
    return Agreement(np.stack(gains), np.stack(trusts))


def _spread(values: Array32, known: Array32) -> Array32:
    """S×S×C: values where known, their neighbours' mean beside them."""
    near = cv2.blur(np.dstack([values * known[..., None], known]), (5, 5))
    filled = near[..., :-1] / np.maximum(near[..., -1:], 1e-6)
    return np.asarray(np.where(known[..., None] > 0, values, filled), dtype=np.float32)
