"""Shots of several real people whose places are known: heads of the shared clips pasted into one frame."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core.clip import display, open_clip
from ..core.conventions import Array, Array32

WIDTH, HEIGHT = 720, 400
GREY = 120
LIGHTS = ((1.0, 1.0, 1.0), (0.55, 0.65, 0.8), (1.15, 1.0, 0.75), (0.8, 0.7, 0.6))
"""Of R, G and B: cameras and lamps differ between the takes of a scene."""
HIDDEN = 0.35
"""Nearer than this (of the larger head's side) to somebody in front, a head counts as covered: nobody is expected."""

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Head:
    """Somebody's place in one frame."""

    person: int
    u: float
    v: float
    """px: the middle of the head's square."""
    side: float
    """px of the square."""


Layout = Callable[[int], Sequence[Head]]
"""Who is where in a frame, the hindmost first."""


@dataclass(frozen=True)
class Shot:
    """What happens in T frames."""

    name: str
    frames: int
    layout: Layout
    take: int
    """Frames between two cuts, at which the light changes."""
    leads: tuple[int, ...] = (0, 1)
    """People who are worth following: there from the first frame on."""


def _walk(frame: int, begin: tuple[int, float], end: tuple[int, float]) -> float:
    """Somebody's way between two frames, standing before and after."""
    return float(np.interp(frame, (begin[0], end[0]), (begin[1], end[1])))


def _cuts(frame: int) -> list[Head]:
    """Two side by side change places and sizes at every cut."""
    first, second = Head(0, 200, 200, 300), Head(1, 520, 200, 300)
    left, right = Head(1, 200, 200, 300), Head(0, 520, 200, 300)
    far = [Head(1, 170, 160, 180), Head(0, 400, 240, 180)]
    return ([first, second], [left, right], far, [first, second])[frame // 15]


def _close_ups(frame: int) -> list[Head]:
    """Dialogue: both, one close, the other close, both again with changed sides."""
    both, changed = [Head(0, 200, 200, 220), Head(1, 520, 200, 220)], [Head(1, 200, 200, 220), Head(0, 520, 200, 220)]
    return (both, [Head(1, 330, 200, 390)], [Head(0, 380, 200, 390)], changed)[frame // 15]


def _relay(frame: int) -> list[Head]:
    """One leaves, another takes the place and leaves, the first returns from the other side."""
    first = _walk(frame, (10, 360), (25, 920)) if frame < 50 else _walk(frame, (52, -200), (65, 360))
    second = _walk(frame, (22, 920), (35, 360)) if frame < 40 else _walk(frame, (42, 360), (52, 920))
    return [Head(0, first, 200, 320), Head(1, second, 200, 320)]


def _crossing(front: int) -> Layout:
    """Two walk past each other; `front`: who hides the other."""

    def layout(frame: int) -> list[Head]:
        way = _walk(frame, (12, 150), (40, 570))
        heads = [Head(0, way, 200, 280), Head(1, WIDTH - way, 200, 280)]
        return heads[::-1] if front == 0 else heads

    return layout


def _three(frame: int) -> list[Head]:
    """Three in a row in another order after each cut; one of them is away for a while."""
    orders = ((0, 1, 2), (2, 0, 1), (1, 2), (1, 2, 0))
    return [Head(person, 125 + 235 * place, 200, 230) for place, person in enumerate(orders[frame // 15])]


SHOTS = (
    Shot("two change places at cuts", 60, _cuts, 15),
    Shot("close-ups of a dialogue", 60, _close_ups, 15),
    Shot("one leaves, another comes", 75, _relay, 75, leads=(0,)),
    Shot("crossing behind somebody", 60, _crossing(front=1), 60),
    Shot("crossing in front", 60, _crossing(front=0), 60),
    Shot("three at cuts, one away", 60, _three, 15),
)


def film(shot: Shot, cast: Sequence[Path]) -> list[Picture]:
    """The frames HEIGHT×WIDTH×3; person k of the layout is the head in clip k, acting."""
    acting = [_frames(path, shot.frames) for path in cast]
    frames = (_composed(shot.layout(t), [each[t % len(each)] for each in acting]) for t in range(shot.frames))
    return [_lit(frame, LIGHTS[t // shot.take]) for t, frame in enumerate(frames)]


def _lit(frame: Picture, gains: Sequence[float]) -> Picture:
    return np.asarray(np.clip(frame * np.array(gains), 0, 255), dtype=np.uint8)


def _frames(path: Path, count: int) -> list[Picture]:
    clip = open_clip(path)
    return [display(frame.pixels, clip) for frame in islice(clip, count)]


def _composed(heads: Sequence[Head], pictures: Sequence[Picture]) -> Picture:
    frame = np.full((HEIGHT, WIDTH, 3), GREY, np.float32)
    for head in heads:
        height, width = pictures[head.person].shape[:2]
        scale = head.side / min(height, width)
        place = np.array([[scale, 0, head.u - scale * width / 2], [0, scale, head.v - scale * height / 2]])
        picture = cv2.warpAffine(pictures[head.person], place, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
        matte = cv2.warpAffine(_oval(height, width), place, (WIDTH, HEIGHT))[..., None]
        frame += matte * (picture - frame)
    return np.asarray(np.rint(frame), dtype=np.uint8)


def _oval(height: int, width: int) -> NDArray[np.float32]:
    """A soft oval in the middle of a picture: the head, and little of what is behind it."""
    matte = np.zeros((height, width), np.float32)
    radius = int(0.46 * min(height, width))
    cv2.ellipse(matte, (width // 2, height // 2), (int(0.8 * radius), radius), 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(matte, (0, 0), 0.02 * width), dtype=np.float32)


@dataclass(frozen=True)
class Followed:
    """How well one person was followed through a shot."""

    right: int
    """Frames on the person."""
    present: int
    """Frames that show the person."""
    strangers: int
    """Frames on somebody else."""
    frames: int


def judge(shot: Shot, person: int, points: Array | Array32) -> Followed:
    """Whom landmarks (T×478×2 px, NaN where unseen) follow, frame by frame, against the layout."""
    shown = np.array([_is_shown(shot.layout(t), person) for t in range(shot.frames)])
    on = np.array([_whose(shot.layout(t), here) for t, here in enumerate(points)])
    return Followed(
        right=int(np.sum(shown & (on == person))),
        present=int(np.sum(shown)),
        strangers=int(np.sum((on >= 0) & (on != person))),
        frames=shot.frames,
    )


def _is_shown(heads: Sequence[Head], person: int) -> bool:
    """Whether a person is in the frame and nobody in front hides the face."""
    place = next((k for k, head in enumerate(heads) if head.person == person), None)
    if place is None:
        return False
    head = heads[place]
    inside = head.side / 3 < head.u < WIDTH - head.side / 3
    return inside and all(_apart(head, other) > 2 * HIDDEN for other in heads[place + 1 :])


def _apart(one: Head, other: Head) -> float:
    return float(np.hypot(one.u - other.u, one.v - other.v) / max(one.side, other.side))


def _whose(heads: Sequence[Head], points: Array | Array32) -> int:
    """The foremost person whose head holds the landmarks' middle; −1: nobody's."""
    if not np.isfinite(points).all():
        return -1
    u, v = points.mean(axis=0)
    here = [head for head in heads if np.hypot(head.u - u, head.v - v) < HIDDEN * head.side]
    return here[-1].person if here else -1
