"""Guides as files that compositing packages read: one EXR a frame, and a sheet of pictures to look them over."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..clip.exr import DATA, Placed, write_exr
from ..conventions import Array32, stmap_from_pixels
from ..errors import Failure
from ..storage import whole_file
from .guides import Guides
from .windows import pixel_centres

FAR = 1e10
"""depth.Z where nothing is: what Blender writes, and finite, which filters need."""
_WIRE = np.array([0.2, 1.0, 0.4], dtype=np.float32)
_UPWARDS = np.array([1, -1, -1], dtype=np.float32)
"""From camera space to the axes that artists know normals in: x right, y up, z to the eye."""


def write_guides(guides: Guides, path: Path, plate_number: int) -> None:
    """One part of float32 layers, ZIP, whose data window is the guides' window and display window the plate's frame.

    depth.Z m; N camera space, x right, y up, z to the eye; P m, face space; uv; forward: new − old at the old face's
    pixels, backward: old − new at the new face's, both px with v down; stmap: the backward map as Nuke's STMap takes it
    (0–1, origin bottom-left; identity off the face); mask.Y coverage. `plate_number`: the plate's own number of the
    frame.
    """
    placed = Placed(*guides.window[:2], guides.width, guides.height)
    write_exr(path, guide_layers(guides), placed, {"colorInteropID": DATA, "frameNumber": plate_number})


def preview(guides: Guides, plate: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """All guides of the window side by side, over the plate's (H×W×3, whole frame) wireframe first: then UV, normals
    and backward motion; position, depth, mask and forward motion below.

    Rows of 512 px. Motion is red for left to right and green for downwards, mid-grey for none; depth is white at the
    nearest point and position grey in the middle of the face, each stretched to its range; what was hidden is red in
    the mask.
    """
    u0, v0, u1, v1 = guides.window
    crop = np.asarray(plate[v0:v1, u0:u1], dtype=np.float32) / 255
    mask, seen = guides.mask[..., None], guides.seen[..., None]
    wire = np.where(_outlines(guides.triangle)[..., None], _WIRE, crop)
    uv = np.concatenate([guides.uv, np.zeros_like(mask)], axis=-1)
    normal = np.where(seen, 0.5 + 0.5 * guides.normal * _UPWARDS, 0)
    position = np.where(seen, _stretched(guides.position, guides.seen), 0)
    depth = np.where(seen, 1 - 0.8 * _stretched(guides.depth[..., None], guides.seen), 0)
    covered = np.where(guides.hidden[..., None], [1.0, 0.0, 0.0], mask)
    away = pixel_centres(guides.window) - guides.backward
    upper = [0.6 * crop + 0.4 * wire, uv, normal, _moved(away)]
    lower = [position, depth.repeat(3, axis=-1), covered, _moved(guides.motion)]
    return np.vstack([np.hstack([_panel(panel) for panel in row]) for row in (upper, lower)])


def write_preview(guides: Guides, path: Path, plate: NDArray[np.uint8]) -> None:
    """`preview` as PNG."""
    ok, data = cv2.imencode(".png", cv2.cvtColor(preview(guides, plate), cv2.COLOR_RGB2BGR))
    if not ok:
        raise Failure(f"{path}: the preview can't be encoded as PNG; check that OpenCV was built with PNG")
    with whole_file(path) as temporary:
        temporary.write_bytes(data.tobytes())


def guide_layers(guides: Guides) -> dict[str, Array32]:
    """Channel name → H×W, as write_guides tells."""
    back = guides.backward.astype(np.float64)
    away = guides.backward - pixel_centres(guides.window)
    stmap = stmap_from_pixels(back[..., 0], back[..., 1], guides.width, guides.height)
    depth = np.where(guides.seen, guides.depth, np.float32(FAR))
    groups = (guides.uv, guides.normal * _UPWARDS, guides.position, guides.motion, away)
    planes = [
        depth,
        guides.mask,
        *stmap,
        *(np.moveaxis(group, -1, 0)[k] for group in groups for k in range(group.shape[-1])),
    ]
    return {name: np.asarray(plane, dtype=np.float32) for name, plane in zip(_CHANNELS, planes, strict=True)}


_CHANNELS = (
    "depth.Z", "mask.Y", "stmap.u", "stmap.v", "uv.u", "uv.v", "N.x", "N.y", "N.z", "P.x", "P.y", "P.z",
    "forward.u", "forward.v", "backward.u", "backward.v",
)  # fmt: skip


def _outlines(triangle: NDArray[np.int32]) -> NDArray[np.bool_]:
    """H×W: the next pixel to the right or below belongs to another triangle."""
    lines = np.zeros(triangle.shape, dtype=np.bool_)
    lines[:, :-1] |= triangle[:, :-1] != triangle[:, 1:]
    lines[:-1] |= triangle[:-1] != triangle[1:]
    return lines


def _moved(away: Array32) -> Array32:
    """H×W×3 colours of H×W×2 px, the farthest at full strength."""
    half = 0.5 * away / float(np.abs(away).max(initial=1.0))
    return np.asarray(0.5 + np.concatenate([half, np.zeros_like(half[..., :1])], axis=-1), dtype=np.float32)


def _stretched(values: Array32, seen: NDArray[np.bool_]) -> Array32:
    """H×W×C: what is seen, in its range per channel, 0–1."""
    if not seen.any():
        return np.zeros_like(values)
    low, high = values[seen].min(axis=0), values[seen].max(axis=0)
    return np.asarray((values - low) / np.where(high > low, high - low, 1), dtype=np.float32)


def _panel(values: Array32) -> NDArray[np.uint8]:
    if not values.size:
        return np.zeros((512, 512, 3), dtype=np.uint8)
    scale = 512 / values.shape[0]
    size = max(1, round(values.shape[1] * scale)), 512
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    eight = np.asarray(np.round(255 * np.clip(values, 0, 1)), dtype=np.uint8)
    return np.asarray(cv2.resize(eight, size, interpolation=method), dtype=np.uint8)
