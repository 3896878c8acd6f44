"""What a reviewer opens first: the result as a movie, beside its driver, and on one sheet."""

from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from ..clip import Clip, VideoWriter
from .sheet import Image, at_height, beside, contact_sheet, write_png

SHEET_FRAMES, SHEET_COLUMNS, SHEET_HEIGHT = 12, 3, 256


@dataclass(frozen=True)
class Sound:
    """Where a movie's sound comes from."""

    clip: Clip | None
    start: float | None = None
    """Seconds into the clip at which the movie begins; None: its first frame's own time."""


class Review:
    """A context manager that writes result.mp4, side_by_side.mp4 and contact_sheet.png; result.png for a single frame.

    Every file appears whole on leaving, or not at all.
    """

    def __init__(self, folder: Path, frames: int, rate: Fraction, *sounds: "Sound", altered: bool) -> None:
        """`sounds`: what is laid under the result, and under the pair; `altered`: the files say so."""
        self._altered = altered
        self._rate = rate
        self._sounds = sounds
        self._single = frames == 1
        self._picked = set(np.linspace(0, frames - 1, SHEET_FRAMES).astype(int).tolist())
        names = ["result.png"] if self._single else ["result.mp4", "side_by_side.mp4", "contact_sheet.png"]
        self.files = [folder / name for name in names]
        self._movies: list[VideoWriter] = []
        self._pictures: list[Image] = []
        self._count = 0
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def add(self, result: Image, other: Image, seconds: float) -> None:
        """The next frame (H×W×3 uint8) and what it is shown beside."""
        pair = beside(other, result)
        if not self._single:
            movies = self._movies or self._open(result, pair)
            for movie, picture in zip(movies, (result, pair), strict=True):
                movie.write(picture, seconds)
        if self._count in self._picked:
            self._pictures.append(result if self._single else at_height(pair, SHEET_HEIGHT))
        self._count += 1

    def _open(self, *pictures: Image) -> list[VideoWriter]:
        for path, picture, sound in zip(self.files, pictures, self._sounds, strict=False):
            height, width = picture.shape[:2]
            shape = path, width, height, self._rate
            movie = VideoWriter(*shape, sound.clip, sound_from=sound.start, altered=self._altered)
            self._movies.append(self._stack.enter_context(movie))
        return self._movies

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            if error is not None:
                self._stack.__exit__(kind, error, trace)
                return
        sheet = self._pictures[0] if self._single else contact_sheet(self._pictures, SHEET_COLUMNS, SHEET_HEIGHT)
        write_png(sheet, self.files[-1], altered=self._altered)
