"""Images in bands of rows: what a band needs stays in a core's cache, and bands are drawn side by side."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

BAND = 96
"""Rows."""


def in_bands(draw: Callable[[int], None], rows: int) -> None:
    """Call `draw` with the first row of each band of an image, in threads: numpy leaves the interpreter to others."""
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as threads:
        list(threads.map(draw, range(0, rows, BAND)))
