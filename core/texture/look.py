"""What one frame shows of the surface: a colour and a weight for every texel that is seen in it."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ..conventions import CV_PIXEL_CENTRE, Array, Array32
from ..easing import smoothstep
from ..face.geometry import Geometry
from ..face.surface import vertex_normals
from ..fit.result import Fit
from ..raster.cpu import interpolate, rasterise
from ..raster.guides import unit
from ..raster.windows import Window, around
from .layout import Layout, metres_across

MARGIN = 8
"""px of plate around the face."""
RASTER = 1024
"""px: visibility is worked out at most this large; a face in a 4K plate needs no more."""
SAME_PLACE = 4e-3
"""m along the surface: what the image shows further away than this from a texel's own place hides it."""
INNER_EDGE = 0.1e-3, 1.0e-3
"""m in the image from where one part of the face hides another (lid before eyeball, lip before lip, nose before
cheek): weight rises from 0 to 1 in between. Half a millimetre is the fit's usual error there."""
OUTER_EDGE = 4e-3, 14e-3
"""The same from the silhouette, where the fit is poorer and behind which lies what isn't the face."""
RIM = 12e-3, 30e-3
"""The same: what is surely, and surely not, so near the silhouette that its colour must be skin's."""
FACING = 0.12, 0.35
"""Cosine to the eye: seen not at all, and surely."""
SHARE = 4
"""Weight is a view's quality to this power: high enough that the few best views of a texel make its detail."""
DEFORMED = 5e-3
"""m from the neutral face at which a frame's quality is halved: the further, the less sure the registration."""
SHUT = 0.35, 0.6
"""Weight of a blink: an eyeball is seen, and isn't."""
LID_TRAVEL = 4e-3
"""m that a vertex of the lid proper moves in a blink."""
ENOUGH_DETAIL = 0.75
"""Texels a pixel below which the plate is averaged down before it is sampled."""
REMAP_COLUMNS = 4096
"""cv2.remap takes no side of 32768 or more: long lists are folded."""


@dataclass(frozen=True)
class Look:
    """M texels as one frame shows them."""

    texel: NDArray[np.intp]
    """M: index into the layout's texels."""
    light: Array32
    """M×3 linear light."""
    weight: Array32
    """M, > 0: what the look counts against other frames'."""
    sure: Array32
    """M, 0–1: how well the texel is seen in it, were there no other frame."""
    rim: Array32
    """M, 0–1: how near the silhouette it is, where hair or the background may be seen instead."""


@dataclass(frozen=True)
class Viewer:
    """The fitted face, to be looked up in frames of its plate."""

    model: Geometry
    fit: Fit
    across: float = field(init=False)
    neutral: Array = field(init=False)
    nearest: float = field(init=False)
    """Closest the face comes to the camera, in focal lengths a metre: px per m."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "across", metres_across(self.model))
        object.__setattr__(self, "neutral", self.model.neutral(self.fit.identity))
        used = self.fit.visible
        scale = self.fit.camera.focal[used] / self.fit.translation[used, 2]
        object.__setattr__(self, "nearest", float(scale.max(initial=1e-9)))

    def window(self, row: int) -> Window:
        """The part of the plate that row `row` of the fit shows the face in."""
        return around(self.fit.project(self._posed(row), row), MARGIN, self._frame)

    def look(self, light: Array32, row: int, layout: Layout) -> Look:
        """`light`: linear light of the plate in `window(row)`."""
        camera, window = self.fit.camera, self.window(row)
        posed = self._posed(row)
        placed = self.fit.to_camera(posed, row)
        seen = self._surface(placed, row, window)
        quality, cosine = self._quality(posed, placed, row)
        lids, certain = self._lids(row)
        facing = np.take(cosine > FACING[0], self.model.triangles).all(axis=1)
        texel = np.flatnonzero(facing[layout.triangle])
        values = layout.attributes(
            np.column_stack([placed, quality * lids, cosine, certain]), self.model.triangles, texel
        )
        pixels = camera.project(values[:, :3].astype(np.float64), row).astype(np.float32)
        uv = layout.attributes(self.model.uv, self.model.uv_triangles, texel)
        shown, rim = seen.shown(pixels, uv)
        sure = shown * self._inside(pixels) * rise(values[:, 4], FACING) * values[:, 5]
        kept = np.flatnonzero(sure * values[:, 3] > 0)
        local = pixels[kept] - np.asarray(window[:2], dtype=np.float32)
        shrink = np.sqrt(len(kept) / max(np.count_nonzero(seen.seen) / seen.scale**2, 1.0))
        weight = values[kept, 3] ** SHARE * sure[kept]
        return Look(texel[kept], _sampled(light, local, float(shrink)), weight, sure[kept], rim[kept])

    @property
    def _frame(self) -> Window:
        return 0, 0, self.fit.camera.width, self.fit.camera.height

    def _posed(self, row: int) -> Array:
        return self.model.shape(self.fit.identity, self.fit.expression[row], self.fit.gaze[row])

    def _quality(self, posed: Array, placed: Array, row: int) -> tuple[Array, Array]:
        """V, 0–1: how well a frame shows each vertex, were nothing before it (by facing, size, nearness to neutral);
        and V: the cosine to the eye.
        """
        normals = vertex_normals(placed, self.model.triangles)
        cosine = -np.einsum("vi,vi->v", normals, unit(placed))
        cosine[placed[:, 2] <= 0] = -1.0
        size = self.fit.camera.focal[row] / placed[:, 2] / self.nearest
        moved = np.linalg.norm(posed - self.neutral, axis=1)
        moved[self.model.eyes.member > 0] = 0.0
        quality = np.clip(cosine, 0, 1) * np.clip(size, 0, 1) / (1 + (moved / DEFORMED) ** 2)
        return np.asarray(quality), np.asarray(cosine)

    def _lids(self, row: int) -> tuple[Array, Array]:
        """V, 0–1, twice: quality as far as the lids decide it, and whether a vertex counts as seen at all.

        Half-shut lids are what the fit is least sure of: quality falls on lids that are neither open nor shut, and on
        an eyeball the further it is shut; shut further than SHUT, it isn't seen.
        """
        quality, sure = np.ones(len(self.neutral)), np.ones(len(self.neutral))
        for eye, side in enumerate("LR"):
            index = self.fit.expressions.index(f"eyeBlink_{side}")
            shut = float(np.clip(self.fit.expression[row, index], 0, 1))
            travel = np.linalg.norm(self.model.expression[index], axis=-1)
            quality *= 1 - np.clip(travel / LID_TRAVEL, 0, 1) * 3 * shut * (1 - shut)
            ball = self.model.eyes.member == eye + 1
            quality[ball] = 1 - shut
            sure[ball] = 1 - rise(np.array(shut), SHUT)
        return quality, sure

    def _surface(self, placed: Array, row: int, window: Window) -> "Surface":
        u0, v0, u1, v1 = window
        scale = min(1.0, RASTER / max(u1 - u0, v1 - v0, 1))
        width, height = max(round((u1 - u0) * scale), 1), max(round((v1 - v0) * scale), 1)
        pixels = (self.fit.camera.project(placed, row) - [u0, v0]) * scale
        fragments = rasterise(pixels, placed[:, 2], self.model.triangles, width, height, edges=False)
        uv = interpolate(fragments, self.model.uv_triangles, self.model.uv)
        uv[~fragments.seen] = -1e3
        metre = scale * self.fit.camera.focal[row] / float(np.median(placed[:, 2]))
        return Surface(uv, fragments.seen, self.across, metre, scale, (u0, v0))

    def _inside(self, pixels: Array32) -> NDArray[np.bool_]:
        """Whether the plate's samples around a pixel are all in the frame."""
        u, v = pixels.T
        return np.asarray((u > 1) & (v > 1) & (u < self._frame[2] - 1) & (v < self._frame[3] - 1))


@dataclass(frozen=True)
class Surface:
    """What is seen at each pixel around the face, as places in the UV layout: two of them that meet in the image but
    not in the layout are an edge, where the one hides the other.
    """

    uv: Array32
    """H×W×2; far away where nothing is."""
    seen: NDArray[np.bool_]
    """H×W."""
    across: float
    """m: length of the texture's side."""
    metre: float
    """px of this image."""
    scale: float
    """px of this image per px of the plate."""
    corner: tuple[int, int]
    """px of the plate."""

    def shown(self, pixels: Array32, uv: Array32) -> tuple[Array32, Array32]:
        """M: 0 where another place than uv (M×2) is seen at a pixel (M×2, of the plate), and near edges; else 1.
        And M: how near the silhouette they are, 1 on it.
        """
        places = np.asarray((pixels - self.corner) * np.float32(self.scale) - CV_PIXEL_CENTRE, dtype=np.float32)
        column = np.clip(np.rint(places[:, 0]).astype(np.intp), 0, self.seen.shape[1] - 1)
        row = np.clip(np.rint(places[:, 1]).astype(np.intp), 0, self.seen.shape[0] - 1)
        away = np.linalg.norm(self.uv[row, column] - uv, axis=1) * self.across
        outer = self._distance(self.seen)[row, column]
        clear = rise(self._distance(~self._jumps())[row, column], INNER_EDGE) * rise(outer, OUTER_EDGE)
        return np.asarray((away < self._same) * clear, dtype=np.float32), 1 - rise(outer, RIM)

    @property
    def _same(self) -> float:
        return SAME_PLACE + 3 / self.metre

    def _jumps(self) -> NDArray[np.bool_]:
        """H×W: where neighbours in the image are none in the layout."""
        jumps = np.zeros(self.seen.shape, dtype=np.bool_)
        for axis in (0, 1):
            one, other = (_shifted(axis, part) for part in (slice(None, -1), slice(1, None)))
            jump = np.linalg.norm(self.uv[one] - self.uv[other], axis=-1) * self.across > self._same
            jumps[one] |= jump
            jumps[other] |= jump
        return jumps

    def _distance(self, free: NDArray[np.bool_]) -> Array32:
        """H×W m to the nearest pixel that isn't free."""
        found = cv2.distanceTransform(free.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
        return np.asarray(found / np.float32(self.metre), dtype=np.float32)


def _shifted(axis: int, part: slice) -> tuple[slice, ...]:
    return (part, slice(None)) if axis == 0 else (slice(None), part)


def rise(distance: Array | Array32, between: tuple[float, float]) -> Array32:
    """0 below the first distance, 1 above the second, smooth in between."""
    return smoothstep(distance, *between)


def _sampled(light: Array32, pixels: Array32, shrink: float) -> Array32:
    """M×3 light at pixels (M×2 of its own), averaged over a texel where that is larger than a pixel (`shrink` < 1)."""
    if shrink < ENOUGH_DETAIL:
        size = max(round(light.shape[1] * shrink), 1), max(round(light.shape[0] * shrink), 1)
        pixels = pixels * np.array([size[0] / light.shape[1], size[1] / light.shape[0]], dtype=np.float32)
        light = np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    return _lookup(light, pixels - np.float32(CV_PIXEL_CENTRE))


def _lookup(light: Array32, places: Array32) -> Array32:
    count = len(places)
    rows = -(-count // REMAP_COLUMNS)
    folded = np.zeros((rows * REMAP_COLUMNS, 2), dtype=np.float32)
    folded[:count] = places
    table = folded.reshape(rows, REMAP_COLUMNS, 2)
    found = cv2.remap(light, table, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    found = np.clip(found, light.min(), light.max())  # cubics overshoot
    return np.asarray(found.reshape(-1, 3)[:count], dtype=np.float32)
