"""Pictures side by side: what a reviewer looks at first."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import Failure
from ..provenance import seal
from ..storage import whole_file

Image = NDArray[np.uint8]


def beside(left: Image, right: Image, height: int | None = None) -> Image:
    """Two RGB pictures at one height (the taller's by default), next to each other."""
    height = height or max(left.shape[0], right.shape[0])
    return np.hstack([at_height(left, height), at_height(right, height)])


def at_height(image: Image, height: int) -> Image:
    """The picture scaled to `height` px."""
    if image.shape[0] == height:
        return image
    width = max(1, round(image.shape[1] * height / image.shape[0]))
    method = cv2.INTER_AREA if height < image.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (width, height), interpolation=method), dtype=np.uint8)


def contact_sheet(pictures: Sequence[Image], columns: int, height: int = 256) -> Image:
    """Pictures in rows of `columns`, each `height` px high; rows are padded with black."""
    scaled = [at_height(picture, height) for picture in pictures]
    rows = [np.hstack(scaled[first : first + columns]) for first in range(0, len(scaled), columns)]
    width = max(row.shape[1] for row in rows)
    return np.vstack([np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows])


def write_png(image: Image | NDArray[np.uint16], path: Path, *, altered: bool = False) -> None:
    """Write RGB (H×W×3) or grey (H×W) as PNG of 8 or 16 bit; `altered`: the file says so (core/provenance.py)."""
    done, data = cv2.imencode(".png", image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    if not done:
        raise Failure(f"{path}: the picture can't be encoded as PNG")
    with whole_file(path) as temporary:
        temporary.write_bytes(data.tobytes())
        if altered:
            seal(temporary)
