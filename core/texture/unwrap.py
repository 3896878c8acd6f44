"""A plate's frames in texture space, where the face holds still, and what was painted there back on the plate.

Only the paint goes back: what differs from the unwrapped frame is carried to the plate and added. So pixels under
texels that nobody touched come back bit for bit, and nothing is resampled twice.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..clip.footage import Pixels
from ..conventions import CV_PIXEL_CENTRE, Array, Array32
from ..easing import smoothstep
from ..face.model import FaceModel
from ..face.surface import vertex_normals
from ..fit.result import Fit
from ..raster.cpu import rasterise
from ..raster.guides import HIDDEN_BY, render_guides, unit
from ..raster.windows import Window, around, within
from .fill import padded
from .layout import Layout, lay_out, metres_across

SIDES = 512, 4096
"""px, each way: the smallest and the largest texture."""
FACING = 0.12, 0.35
"""Cosine to the eye: a texel is seen from the first on; paint counts whole from the second on."""
MARGIN = 4
"""px of plate around the face."""


def side_for(model: FaceModel, fit: Fit) -> int:
    """px: a texture, a power of two, whose texels are no larger than the plate's pixels where the face is nearest."""
    known = fit.visible | fit.bridged
    across = metres_across(model) * float((fit.camera.focal[known] / fit.translation[known, 2]).max(initial=1.0))
    return int(np.clip(2 ** int(np.ceil(np.log2(max(across, 1)))), *SIDES))


@dataclass(frozen=True)
class Unwrapped:
    """One frame in texture space (size×size)."""

    pixels: Array32
    """size×size×3 values of the plate; 0 where not seen."""
    seen: NDArray[np.bool_]
    """size×size: the frame shows this texel."""


class Unwrapper:
    """A fitted face's plate in texture space, and back."""

    def __init__(self, model: FaceModel, fit: Fit, size: int) -> None:
        """Raises InputError where the model has no UV layout."""
        self._model, self._fit = model, fit
        self._layout: Layout = lay_out(model, size)
        self._on: NDArray[np.bool_] = self._layout.grid(np.ones(len(self._layout), np.float32)) > 0
        self._across = metres_across(model)

    def unwrap(self, pixels: Pixels, row: int) -> Unwrapped:
        """Row `row`'s frame (H×W×3 or ×4) in texture space; nothing where it shows no face."""
        size = self._layout.size
        if not self._known(row):
            return Unwrapped(np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.bool_))
        texel, places = self._places(row)
        frame = np.ascontiguousarray(pixels[..., :3], dtype=np.float32)
        values = np.zeros((len(self._layout), 3), np.float32)
        values[texel] = _looked_up(frame, places)
        seen = np.zeros(len(self._layout), np.float32)
        seen[texel] = 1
        return Unwrapped(self._layout.grid(values), self._layout.grid(seen) > 0)

    def rewrap(self, pixels: Pixels, paint: Array32, row: int) -> Pixels:
        """A copy of row `row`'s frame with paint added: size×size×3, in the plate's values; 0 where nothing is to be
        changed.
        """
        if not self._known(row) or not paint.any():
            return pixels.copy()
        window = self._window(row)
        guides = render_guides(self._model, self._fit, row, window=window)
        towards = -np.einsum("hwi,hwi->hw", guides.normal, unit(self._rays(window, row)))
        share = guides.mask * smoothstep(towards, *FACING) * guides.seen
        added = self._onto(paint, guides.uv, row) * share[..., None]
        return _added(pixels, np.asarray(added, dtype=np.float32), window)

    def _known(self, row: int) -> bool:
        return bool(self._fit.visible[row] or self._fit.bridged[row])

    def _posed(self, row: int) -> Array:
        return self._model.shape(self._fit.identity, self._fit.expression[row], self._fit.gaze[row])

    def _window(self, row: int) -> Window:
        frame = (0, 0, self._fit.camera.width, self._fit.camera.height)
        return around(self._fit.project(self._posed(row), row), MARGIN, frame)

    def _places(self, row: int) -> tuple[NDArray[np.intp], Array32]:
        """The texels that are seen, and where in the frame (M×2 px)."""
        camera, layout, triangles = self._fit.camera, self._layout, self._model.triangles
        placed = self._fit.to_camera(self._posed(row), row)
        cosine = -np.einsum("vi,vi->v", vertex_normals(placed, triangles), unit(placed))
        texel = np.flatnonzero((cosine > 0)[triangles].any(axis=1)[layout.triangle])
        values = layout.attributes(np.column_stack([placed, cosine]), triangles, texel)
        places = camera.project(values[:, :3].astype(np.float64), row)
        front, window = self._front(placed, row)
        column, line = (np.floor(places).astype(np.intp) - window[:2]).T
        inside = (column >= 0) & (line >= 0) & (column < front.shape[1]) & (line < front.shape[0])
        shown = inside & (values[:, 3] > FACING[0])
        shown[shown] = values[shown, 2] < front[line[shown], column[shown]] + HIDDEN_BY
        return texel[shown], places[shown].astype(np.float32)

    def _front(self, placed: Array, row: int) -> tuple[Array32, Window]:
        """H×W m in a window: up to how deep something is seen at a pixel or beside it."""
        camera, window = self._fit.camera, self._window(row)
        image = rasterise(camera.project(placed, row), placed[:, 2], self._model.triangles, camera.width, camera.height,
                          window=window, edges=False)  # fmt: skip
        depth = np.where(image.seen, image.depth, np.float32(-1))
        return np.asarray(cv2.dilate(depth, np.ones((3, 3), np.uint8)), dtype=np.float32), image.window

    def _rays(self, window: Window, row: int) -> Array32:
        """H×W×3: from the camera through a window's pixels, its distortion left out."""
        camera = self._fit.camera
        v, u = np.mgrid[window[1] : window[3], window[0] : window[2]] + CV_PIXEL_CENTRE
        across = (u - camera.principal[0]) / (camera.focal[row] * camera.aspect)
        down = (v - camera.principal[1]) / camera.focal[row]
        return np.asarray(np.stack([across, down, np.ones_like(u)], axis=-1), dtype=np.float32)

    def _onto(self, paint: Array32, uv: Array32, row: int) -> Array32:
        """H×W×3: the paint at uv (H×W×2), averaged where a pixel covers several texels."""
        whole = padded(paint, self._on)  # across the islands' borders, so that paint doesn't fade there
        pixels = self._across * float(self._fit.camera.focal[row] / self._fit.translation[row, 2])
        small = int(np.clip(round(pixels), 1, self._layout.size))
        if small < self._layout.size:
            whole = np.asarray(cv2.resize(whole, (small, small), interpolation=cv2.INTER_AREA), dtype=np.float32)
        places = np.stack([uv[..., 0], 1 - uv[..., 1]], axis=-1) * np.float32(small) - np.float32(CV_PIXEL_CENTRE)
        found = cv2.remap(whole, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, dtype=np.float32)


def _looked_up(frame: Array32, places: Array32) -> Array32:
    """M×3 values of a frame at M×2 px, without overshoot."""
    rows = -(-len(places) // _COLUMNS)
    folded = np.zeros((rows * _COLUMNS, 2), np.float32)
    folded[: len(places)] = places - np.float32(CV_PIXEL_CENTRE)
    table = folded.reshape(rows, _COLUMNS, 2)
    found = cv2.remap(frame, table, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(found.reshape(-1, 3)[: len(places)], frame.min(), frame.max()), dtype=np.float32)


_COLUMNS = 4096
"""cv2.remap takes no side of 32768 or more: long lists are folded."""


def _added(pixels: Pixels, added: Array32, window: Window) -> Pixels:
    """A copy of a frame with something (h×w×3) added in a window; bit for bit the same where that is 0."""
    result = pixels.copy()
    place = (*within(window, (0, 0, pixels.shape[1], pixels.shape[0])), slice(0, 3))
    part = pixels[place]
    values = part.astype(np.float32) + added
    if part.dtype.kind == "u":
        values = np.clip(np.rint(values), 0, np.iinfo(part.dtype).max)
    result[place] = np.where(np.any(added != 0, axis=-1)[..., None], values.astype(part.dtype), part)
    return result
