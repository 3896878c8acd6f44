"""How a shot's face usually looks on its chart in a given expression and pose, and how far its own frames stray.

All in the logarithm of values relative to the face's skin. A frame is predicted from others: their mean, weighted by
how near they are in expression and pose, moved by robust ridge regression on the frames and on smooth light to what the
frame shows (what is in front of the face is an outlier of that: Leonardis & Bischof 2000). What each kept frame leaves
over when it is predicted from all but itself tells how much residual means nothing.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..easing import smoothstep
from .occlusion_pieces import Residual, pieces

DARK = 0.08
"""Of the skin's value: added before the logarithm, so that noise in the dark stays small."""
FLOOR = 0.012
"""Least standard deviation (natural log) of honest residuals."""
LOOSE = 0.2
"""The same inside mouth and eyes, which can show what they never did: a tongue, a blink."""
BLUR = 2.5
"""Texels: blur of the second, coarse residual, which tells surfaces from grain."""
COARSE_LOOSE = 0.4
"""Of the floor: that of the coarse residual."""
DOUBTS = (0.5, 0.3, 0.2, 0.15, 0.12)
"""Residual (natural log) at which a kept frame's texel is believed half, round by round: the majority wins."""
CLEANINGS = 3
"""Rounds in which pieces in front of the face are found in the kept frames, and replaced."""
STRIDE = 4
"""Texels between those that the regression looks at."""
ROUNDS = 4
"""Of reweighting."""
OUTLIER = 2.5
"""Standard deviations at which a texel counts a quarter in the regression."""
RIDGE = 4e-5, 2e-3
"""Of the frames' shares and of light, relative to the sum of weights."""
NARROW, WIDE = 0.5, 2.0
"""mm²: how near in expression and pose frames must be, to predict and to be doubted by."""
WORST = 3.0
"""Standard deviations that the worst frame's residual is: tails are heavier than a normal distribution's."""
USUAL = (0.8, 1.28), (0.6, 0.84)
"""Quantile of residuals, and how many standard deviations it is of a normal distribution; on the face, where doubtful
frames are left out, and round it."""
RARE = 4.0
"""mm² to the third nearest frame at which a frame is doubted half as much: it has no like."""
CLIP = 6.0
"""Standard deviations beyond which a residual counts no more in the coarse one."""


def logarithm(values: Array32, tone: float) -> Array32:
    """Values of the plate (skin's mean: `tone`) as the look has them."""
    return np.asarray(np.log(np.maximum(values, 0) / np.float32(tone) + np.float32(DARK)), dtype=np.float32)


def plate_values(logs: Array32, tone: float) -> Array32:
    """The inverse of `logarithm`."""
    return np.asarray((np.exp(logs) - np.float32(DARK)) * np.float32(tone), dtype=np.float32)


class UsualLook:
    """Learnt from K frames' textures: K×S×S×3 logarithms, K×S×S shown (0 or 1), K×D features in mm."""

    def __init__(
        self, textures: Array32, shown: Array32, features: Array, face: NDArray[np.bool_], openings: Array32
    ) -> None:
        """`face`: S×S; `openings`: S×S, 0–1."""
        self._features = features
        self._face = face
        self._floor = np.float32(FLOOR) + np.float32(LOOSE) * openings + np.float32(0.05) * ~face
        self._light = _light(len(face))
        chosen = np.zeros_like(face)
        chosen[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE] = True
        self._sub = chosen & face
        self._sub_light = self._light[:, self._sub].reshape(len(self._light), -1)
        self._edges = _contrast(textures)
        apart = np.stack([_apart(features, own) for own in features])
        self._kept, trust = self._cleaned(textures, shown, apart)
        self._sub_kept = self._kept[:, self._sub].reshape(len(textures), -1)
        self._noise = np.repeat((0.03 + self._floor)[self._sub], 3)
        left = self._left_over(textures, trust, apart)
        self.fine = self._deviation(np.abs(left).max(axis=-1), trust, self._floor)
        self._noise = np.repeat(self.fine[self._sub], 3)
        blurred = np.stack(
            [self._blurred(own * (share > 0.5)[..., None]) for own, share in zip(left, trust, strict=True)]
        )
        self._coarse = self._deviation(np.abs(blurred).max(axis=-1), trust, COARSE_LOOSE * self._floor)

    def __call__(self, texture: Array32, shown: Array32, features: Array) -> Residual:
        """What a frame (S×S×3 logarithms, S×S shown, D mm) leaves over."""
        nearness = _nearness(_apart(self._features, features))
        shares, light = self._fitted(self._sub_kept, texture, shown, nearness)
        expected = self._mixed(shares, light)
        new = np.sqrt(1 + np.float32(_apart(self._features, features).min() / RARE))
        left = (texture - expected) * (shown / new)[..., None]
        size = np.abs(left).max(axis=-1)
        coarse = np.abs(self._blurred(left)).max(axis=-1) / self._coarse
        return Residual(expected, texture, size / self.fine, coarse, shown)

    def _mixed(self, shares: Array32, light: Array32) -> Array32:
        mixed = shares @ self._kept.reshape(len(shares), -1) + light @ self._light.reshape(len(light), -1)
        return np.asarray(mixed.reshape(self._kept.shape[1:]), dtype=np.float32)

    def _cleaned(self, textures: Array32, shown: Array32, apart: Array) -> tuple[Array32, Array32]:
        """The textures with what few of their like show replaced by what most show, and K×S×S, 0–1: trust in them."""
        count = len(textures)
        like = (1 / (apart + WIDE)).astype(np.float32)
        np.fill_diagonal(like, 0)
        trust, others = shown, textures
        rare = 1 + np.minimum(np.sort(apart, axis=1)[:, 3] / RARE, 1).astype(np.float32)
        for doubt in DOUBTS:
            total = like @ trust.reshape(count, -1)
            parts = [like @ (trust * textures[..., k]).reshape(count, -1) / (total + 1e-6) for k in range(3)]
            others = np.stack(parts, axis=-1).reshape(textures.shape)
            away = np.abs(textures - others).max(axis=-1)
            odd = np.float32(doubt) * rare[:, None, None] + 2 * self._floor + np.float32(0.6) * self._edges
            trust = shown / (1 + (away / odd) ** 4)
        spread = self._deviation(away, trust, self._floor)
        for _ in range(CLEANINGS):
            found = np.stack([self._doubted(*each, spread) for each in zip(textures, others, shown, rare, strict=True)])
            trust = shown * (1 - found)
            total = like @ trust.reshape(count, -1)
            parts = [like @ (trust * textures[..., k]).reshape(count, -1) / (total + 1e-6) for k in range(3)]
            others = np.stack(parts, axis=-1).reshape(textures.shape)
            spread = self._deviation(np.abs(textures - others).max(axis=-1), trust, self._floor)
        trust = np.where(self._face, trust, shown)
        share = np.clip(1.5 * trust, 0, 1)[..., None]
        return np.asarray(others + share * (textures - others), dtype=np.float32), np.asarray(trust, dtype=np.float32)

    def _doubted(self, texture: Array32, others: Array32, shown: Array32, rare: float, spread: Array32) -> Array32:
        """S×S, 0–1: what of a kept frame is in front of the face."""
        left = (texture - others) * shown[..., None]
        fine = np.abs(left).max(axis=-1) / (spread * np.float32(rare))
        limit = np.float32(CLIP) * spread[..., None]
        blurred = cv2.GaussianBlur(np.clip(left, -limit, limit), (0, 0), BLUR)
        coarse = np.abs(blurred).max(axis=-1) / (0.6 * spread * np.float32(rare))
        found = pieces(Residual(others, texture, fine, coarse, shown), self._face)
        return np.asarray(cv2.dilate(found, np.ones((5, 5))), dtype=np.float32)

    def _left_over(self, textures: Array32, trust: Array32, apart: Array) -> Array32:
        """K×S×S×3: each texture less its prediction from all others."""
        left = np.empty_like(textures)
        for k in range(len(textures)):
            rest = np.flatnonzero(np.arange(len(textures)) != k)
            shares = np.zeros(len(textures), dtype=np.float32)
            own, light = self._fitted(self._sub_kept[rest], textures[k], trust[k], _nearness(apart[k, rest]))
            shares[rest] = own
            left[k] = textures[k] - self._mixed(shares, light)
        return left

    def _fitted(self, kept: Array32, texture: Array32, shown: Array32, nearness: Array32) -> tuple[Array32, Array32]:
        """Shares of frames (N, given their textures at the looked-at texels) and of light, by reweighted ridge
        regression (Geman and McClure's weights).
        """
        count, goal = len(kept), texture[self._sub].ravel()
        start = nearness @ kept
        rows = np.concatenate([kept - start, self._sub_light])
        stiff = np.concatenate([np.full(count, RIDGE[0]), np.tile([1.0, 3.0, 3.0], 3) * RIDGE[1]]).astype(np.float32)
        precision = np.repeat(shown[self._sub], 3) / self._noise**2
        found = np.zeros(len(rows), dtype=np.float32)
        for _ in range(ROUNDS):
            away = (goal - start - found @ rows) / (np.float32(OUTLIER) * self._noise)
            weighted = rows * (precision / (1 + away**2) ** 2)
            normal = weighted @ rows.T
            normal[np.diag_indices(len(rows))] += stiff * max(float(weighted[-1].sum()), 1e-6)
            found = np.linalg.solve(normal, weighted @ (goal - start)).astype(np.float32)
        own = found[:count]
        return nearness + own - nearness * own.sum(), found[count:]

    def _blurred(self, left: Array32) -> Array32:
        limit = np.float32(CLIP) * self.fine[..., None]
        return np.asarray(cv2.GaussianBlur(np.clip(left, -limit, limit), (0, 0), BLUR), dtype=np.float32)

    def _deviation(self, size: Array32, trust: Array32, floor: Array32) -> Array32:
        """S×S: root mean square of residuals (K×S×S) with trust; where few frames tell, anything goes."""
        sure = trust > 0.5
        ranked = np.sort(np.where(sure, size, -1), axis=0)
        total = sure.sum(axis=0)
        usual = np.where(self._face, *(_quantile(ranked, total, share) / np.float32(normal) for share, normal in USUAL))
        worst = ranked[-1] / np.float32(WORST) * smoothstep(self._edges, 0.1, 0.5)
        mean = np.where(total >= 3, np.maximum(usual, worst), 1.0).astype(np.float32)
        near = (cv2.dilate(mean, np.ones((3, 3))) ** 2 + cv2.GaussianBlur(mean, (0, 0), 1.5) ** 2) / 2
        return np.asarray(np.sqrt(near + floor**2 + (np.float32(0.1) * self._edges) ** 2), dtype=np.float32)


def _quantile(ranked: Array32, total: NDArray[np.intp], share: float) -> Array32:
    """S×S: of the last `total` (S×S) of K×S×S rising values."""
    place = len(ranked) - 1 - (total * (1 - share)).astype(np.intp)
    return np.asarray(np.take_along_axis(ranked, place[None], axis=0)[0])


def _light(side: int) -> Array32:
    """9×S×S×3: for each channel a constant and slopes across and down."""
    down, across = (np.mgrid[:side, :side].astype(np.float32) + 0.5) / np.float32(side / 2) - 1
    planes = np.stack([np.ones_like(across), across, down])
    light = np.zeros((3, 3, side, side, 3), dtype=np.float32)
    for channel in range(3):
        light[channel, ..., channel] = planes
    return light.reshape(9, side, side, 3)


def _contrast(textures: Array32) -> Array32:
    """S×S: how much the median texture varies within a few texels: what a small shift brings."""
    grey = np.median(textures.mean(axis=-1), axis=0)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    return np.asarray(cv2.dilate(grey, disc) - cv2.erode(grey, disc), dtype=np.float32)


def _apart(features: Array, own: Array) -> Array:
    """K mm²: mean squared difference of features."""
    return np.asarray(np.mean((features - own) ** 2, axis=1))


def _nearness(apart: Array) -> Array32:
    """K shares, sum 1."""
    weight = (apart + NARROW) ** -2.0
    return np.asarray(weight / weight.sum(), dtype=np.float32)
