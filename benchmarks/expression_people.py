"""Shots of people who do not exist and whose expressions are known: held-out identities, photographs and acting.

The casts, their seeds and the generator were fixed at git commit fa321cd, before the encoder that ships was trained
(edition 2: in edition 1 wide eyes stayed half open in a blink). Shots are rendered once and kept in the user's cache.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core.clip import VideoWriter, display, open_clip
from ..core.conventions import Array
from ..core.errors import InputError
from ..core.face.model import FaceModel
from ..core.heads.registry import load_model
from ..core.reporting import SilentReporter
from ..core.storage import Saved
from ..core.userdata import cache_folder
from ..models.people.acts import NAMES
from ..models.people.chart import skin_chart, with_skin_chart
from ..models.people.figure import Figure
from ..models.people.person import draw_person
from ..models.people.photo import load_photos
from ..models.people.playing import act
from ..models.people.shards import PHOTOS, SEEDS
from ..models.people.shot import render_shot
from .footage import SHARED
from .scores import Curves

HEAD = SHARED / "models" / "ICT-FaceKit-master.zip"
SIZE, FPS, FRAMES = 512, 30, 200
EDITION = 2
"""Counts the casts: raised when the generator is changed on purpose, so that what is cached is made again."""
NUMBERS = 1_000_000
"""The first number of somebody in a shot: datasets (models/people) number theirs from 0."""

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Actor:
    """One person in one shot; everything is drawn from the split's seed and the number."""

    split: str
    number: int
    photo: str
    """A file of the shared footage, of the split: the skin."""

    def rng(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng([SEEDS[self.split], NUMBERS + self.number, purpose])

    def path(self, what: str) -> Path:
        return cache_folder() / "expression-people" / f"{EDITION}-{self.split}-{self.number}{what}"


def _cast(split: str, photos: Iterable[str]) -> tuple[Actor, ...]:
    return tuple(Actor(split, number, photo) for number, photo in enumerate(photos))


CASTS = {
    "test": _cast("test", PHOTOS["test"]),
    "validation": _cast("validation", (photo for photo, _ in product(PHOTOS["validation"], range(3)))),
}


@dataclass(frozen=True)
class Played(Saved):
    """What is known of a shot's T frames."""

    schema: ClassVar[str] = "played/1"

    weights: Array
    """T×53 (acts.NAMES)."""
    gaze: Array
    """T×2×2 rad."""
    turn: Array
    """T×3 rad: yaw, pitch, roll."""


@dataclass(frozen=True)
class Shown:
    """A shot on disk."""

    clip: Path
    played: Played
    fps: float = FPS

    @property
    def truth(self) -> Curves:
        return Curves.of_shapes(self.played.weights, NAMES)

    @property
    def yaw(self) -> Array:
        """T rad."""
        return self.played.turn[:, 0]


def filmed(cast: Sequence[Actor]) -> list[Shown]:
    """The shots of a cast, rendered where the cache doesn't hold them. Raises InputError where a file is missing."""
    missing = [actor for actor in cast if not actor.path(".mp4").is_file()]
    if missing:
        head = with_skin_chart(_head())
        for actor in missing:
            print(f"rendering {actor.split} person {actor.number} ({actor.photo})", flush=True)
            _film(head, actor)
    return [Shown(actor.path(".mp4"), Played.load(actor.path(".npz"))) for actor in cast]


def _head() -> FaceModel:
    if not HEAD.exists():
        raise InputError(f"{HEAD}: no such file; put ICT-FaceKit's archive there")
    return load_model(str(HEAD), SilentReporter())


def _film(head: FaceModel, actor: Actor) -> None:
    photos = load_photos(head, [SHARED / "footage" / actor.photo])
    person = draw_person(actor.rng(0), Figure.of(head), skin_chart(head), photos)
    acting = act(actor.rng(1), FRAMES, FPS)
    Played(acting.weights, acting.gaze, acting.turn).save(actor.path(".npz"))
    with VideoWriter(actor.path(".mp4"), SIZE, SIZE, Fraction(FPS)) as movie:
        for picture in render_shot(head, person, acting, SIZE, actor.rng(2)):
            movie.write(picture)


def spoilt(clip: Path, how: str) -> Path:
    """A clip's frames spoilt in one of the ways of SPOILS, beside it."""
    path = clip.with_name(f"{clip.stem}-{how}.mp4")
    if not path.is_file():
        footage = open_clip(clip)
        pictures = [SPOILS[how](display(frame.pixels, footage)) for frame in footage]
        height, width = pictures[0].shape[:2]
        with VideoWriter(path, width, height, footage.fps) as movie:
            for picture in pictures:
                movie.write(picture)
    return path


def _jpeg(picture: Picture) -> Picture:
    stored = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 50])[1]
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR)[..., ::-1], dtype=np.uint8)


def _half(picture: Picture) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)


SPOILS: dict[str, Callable[[Picture], Picture]] = {"jpeg50": _jpeg, "half": _half}
"""JPEG at quality 50; half the resolution."""
