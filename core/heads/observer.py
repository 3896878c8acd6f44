"""The landmark detector as footage meets it, asked about single pictures from several threads at once."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TypeVar

import numpy as np

from ..conventions import Array
from ..landmarks.backend import Backend, Image, open_backend
from ..landmarks.follow import PRESENCE, find_in_tiles
from ..landmarks.region import Region, region_of_mesh
from ..reporting import Reporter

LOOKS, SEARCH_LOOKS = 2, 4
"""How often a region is looked at, each time centred better, where the landmarks are roughly known and where not."""
TILE_LEVELS = 3
"""Down to which tiles a small face is searched for (follow.tile_side)."""
WORKERS = min(4, os.cpu_count() or 1)

Item = TypeVar("Item")
Result = TypeVar("Result")


class Observer:
    """Looks at pictures with the same back end, crops and threshold as `landmarks.detect`."""

    def __init__(self, backends: Sequence[Backend]) -> None:
        self.detector = backends[0].name
        self._workers = len(backends)
        self._free: SimpleQueue[Backend] = SimpleQueue()
        for backend in backends:
            self._free.put(backend)

    def look(self, image: Image, expected: Array) -> Array:
        """478×2 px of the face whose landmarks are expected at 478×2 px; NaN where no face is believed."""
        with self._borrowed() as backend:
            return _settled(backend, image, region_of_mesh(expected.astype(np.float32)), LOOKS)

    def search(self, image: Image, levels: int = TILE_LEVELS) -> Array:
        """478×2 px of the largest face in a picture, in its tiles down to a level; NaN where there is none."""
        with self._borrowed() as backend:
            for level in range(levels):
                faces = find_in_tiles(backend, image, level)
                if faces:
                    largest = max(faces, key=lambda face: face.region.size)
                    return _settled(backend, image, largest.region, SEARCH_LOOKS)
        return np.full((478, 2), np.nan)

    def each(self, work: Callable[[Item], Result], items: Sequence[Item], reporter: Reporter) -> Iterator[Result]:
        """What `work` makes of each item, in order, by as many threads as there are back ends."""
        with ThreadPoolExecutor(self._workers) as threads:
            try:
                for result in threads.map(work, items):
                    reporter.check()
                    yield result
            finally:
                threads.shutdown(cancel_futures=True)

    @contextmanager
    def _borrowed(self) -> Iterator[Backend]:
        backend = self._free.get()
        try:
            yield backend
        finally:
            self._free.put(backend)


@contextmanager
def open_observer() -> Iterator[Observer]:
    """An observer with the back end that footage would get; a graph per thread."""
    backends = [open_backend(None, None) for _ in range(WORKERS)]
    try:
        yield Observer(backends)
    finally:
        for backend in backends:
            backend.close()


def _settled(backend: Backend, image: Image, region: Region, looks: int) -> Array:
    for _ in range(looks):
        points, presence = backend.mesh(region.crop(image, backend.side))
        if presence < PRESENCE:
            return np.full((len(points), 2), np.nan)
        found = region.to_image(points)
        region = region_of_mesh(found)
    return np.asarray(found[:, :2], dtype=np.float64)
