"""Images in bands of rows: what a band needs stays in a core's cache, and bands are drawn side by side."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

BAND = 72_000
"""About how many pixels one has."""


def in_bands(draw: Callable[[slice], None], shape: tuple[int, ...]) -> None:
    """Call `draw` with the rows of each band of an image (H×W…), in threads: numpy leaves the interpreter to others."""
    height, width = shape[:2]
    rows = max(BAND // max(width, 1), 1)
    bands = [slice(top, min(top + rows, height)) for top in range(0, height, rows)]
    if len(bands) < 2:
        for band in bands:
            draw(band)
        return
    with ThreadPoolExecutor(max_workers=min(4, len(bands), os.cpu_count() or 1)) as threads:
        list(threads.map(draw, bands))
