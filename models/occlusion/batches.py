"""Batches for training: things planted before bare faces, and what a shot would foretell of them, with its faults."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from ...core.conventions import Array32
from ...core.refine.crop import SIDE
from ...core.refine.occlusion_sight import Foretold, seen
from ...core.refine.patch import skin_tone
from ..people.degrade import packed, unpacked
from .pieces import Sitter, Thing, clouds, noise
from .samples import Faces
from .things import Draw, draw, shape

FACES, BLOCK, TIMES = 8, 48, 3
"""In a batch; planted at once; how often each is shown."""
WINDOW = 192
"""px: batches show a part of the square, anywhere in it."""
DARK = 0.6
"""How much light a shadow takes, at most."""
SOFT = (0.35, 1.1)
"""px: blur of edges; a tenth are out of focus by up to five times that."""
OUTER = 0.25
"""Weight of what is beside the face."""
CONTRAST, TINT = 0.15, 0.06
"""Standard deviations of the logarithms of a gamma and of gains of colours, which both pictures share."""


Kinds = Sequence[Sequence[Faces]]
"""Sets of footage, and of rendered people."""


@dataclass(frozen=True)
class Habits:
    """How often what happens, 0–1."""

    bare: float = 0.3
    """Nothing is in front."""
    twice: float = 0.25
    """Else: two things are."""
    worn: float = 0.15
    """Of things: the shot always shows it, so it is foretold, and the face's."""
    still: float = 0.6
    """Nothing is foretold."""
    ghost: float = 0.3
    """A thing has crept into what is foretold."""
    shadow: float = 0.35
    """A thing throws a shadow; and DARK times as often there is one alone."""
    drawn: Draw = draw
    """What makes a thing."""


USUAL = Habits()


@dataclass(frozen=True)
class Batch:
    """B faces."""

    seen: Tensor
    """B×CHANNELS×S×S."""
    truth: Tensor
    """B×1×S×S, 0–1."""
    weight: Tensor
    """B×1×S×S."""


@dataclass(frozen=True)
class Planted:
    """One face."""

    picture: Array32
    expected: Array32
    doubt: Array32
    guides: Array32
    truth: Array32
    weight: Array32
    tone: float


FLAT = ("picture", "expected", "doubt", "truth", "weight")
"""Of these, all but guides, which come channels first."""


def batches(kinds: Kinds, seed: int, first: int) -> Iterator[Batch]:
    """Batches from number `first` on; each depends on seed and number alone. A block's faces come TIMES, each time
    mirrored or not and in another tint: to plant things takes longer than to learn from them.
    """
    number, faces, known = first, [], -1
    while True:
        block, part = divmod(number, BLOCK * TIMES // FACES)
        if block != known:
            rng, known = np.random.default_rng([seed, block]), block
            faces = [planted(*drawn(kinds, rng), rng) for _ in range(BLOCK)]
            order = np.concatenate([rng.permutation(BLOCK) for _ in range(TIMES)]).reshape(-1, FACES)
        rng = np.random.default_rng([seed, number, 1])
        yield batch([_mirrored(_tinted(_cut(faces[row], rng), rng), rng) for row in order[part]])
        number += 1


def batch(faces: Sequence[Planted]) -> Batch:
    shown = [seen(face.picture, face.guides, Foretold(face.expected, face.doubt, face.tone)) for face in faces]
    truth, weight = ([face.truth[None] for face in faces], [face.weight[None] for face in faces])
    return Batch(*(torch.from_numpy(np.stack(parts)) for parts in (shown, truth, weight)))


def drawn(kinds: Kinds, rng: np.random.Generator) -> tuple[Faces, int, Array32]:
    """A face: of a kind drawn first, then by size; and a piece of another's picture."""
    sets = [_one(kinds, rng) for _ in range(2)]
    row, other = (int(rng.integers(len(faces))) for faces in sets)
    return sets[0], row, beside(sets[1], other, rng)


def beside(faces: Faces, row: int, rng: np.random.Generator) -> Array32:
    """H×W×3, 0–1: a piece of a picture, mostly of its background."""
    side = np.s_[:, :72] if rng.random() < 0.5 else np.s_[:, -72:]
    return np.asarray(faces.picture[row][side], dtype=np.float32) / np.float32(255)


def _one(kinds: Kinds, rng: np.random.Generator) -> Faces:
    there = [kind for kind in kinds if kind]
    kind = there[int(rng.random() >= 0.55) % len(there)]
    return kind[int(rng.integers(len(kind)))]


def planted(faces: Faces, row: int, stuff: Array32, rng: np.random.Generator, habits: Habits = USUAL) -> Planted:
    """A face with or without things in front of it, filmed."""
    face = _prepared(faces, row, rng, habits.still)
    picture = face.picture
    sitter = Sitter(picture, faces.marks[row].astype(np.float64), skin_tone(picture, faces.marks[row]), stuff)
    truth = np.zeros((SIDE, SIDE), np.float32)
    if rng.random() < DARK * habits.shadow:
        picture = _shaded(rng, picture, _outline(rng, sitter), np.float32(rng.uniform(0.2, 0.75)))
    expected = face.expected
    for _ in range(0 if rng.random() < habits.bare else 1 + int(rng.random() < habits.twice)):
        thing = _focused(rng, habits.drawn(rng, sitter))
        if rng.random() < habits.shadow:
            picture = _shaded(rng, picture, thing.matte, np.float32(rng.uniform(0.1, DARK)))
        picture = picture + thing.matte[..., None] * (thing.colour - picture)
        if rng.random() < habits.worn and face.doubt.any():
            expected = expected + thing.matte[..., None] * (_slipped(thing.colour, rng) - expected)
            truth = truth * (1 - thing.matte)
        else:
            truth = np.maximum(truth, thing.matte)
    if rng.random() < habits.ghost:
        ghost = draw(rng, sitter) if rng.random() < 0.5 or not truth.any() else Thing(truth, picture)
        expected = expected + np.float32(rng.uniform(0, 0.4)) * ghost.matte[..., None] * (ghost.colour - expected)
    tone = max(float(sitter.tone.mean()), 0.02)
    face = replace(face, picture=picture, expected=expected * (face.doubt[..., None] > 0), truth=truth, tone=tone)
    return _filmed(face, rng)


def _outline(rng: np.random.Generator, at: Sitter) -> Array32:
    return (draw if rng.random() < 0.5 else shape)(rng, at).matte


def _prepared(faces: Faces, row: int, rng: np.random.Generator, still: float) -> Planted:
    picture = faces.picture[row].astype(np.float32) / 255
    expected, doubt = faces.expected[row].astype(np.float32) / 255, faces.doubt[row].astype(np.float32)
    guides = faces.guides[row].astype(np.float32)
    if rng.random() < still:
        expected, doubt = np.zeros_like(expected), np.zeros_like(doubt)
    elif not doubt.any():
        there = np.abs(guides[:2]).sum(axis=0) > 0
        expected, doubt = _foretold(picture, rng)
        expected, doubt = expected * there[..., None], doubt * there
    elif rng.random() < 0.3:
        expected = _slipped(expected, rng)
    weight = np.where(guides[2] > 0.5, 1, np.where(np.abs(guides[:2]).sum(axis=0) > 0, np.float32(OUTER), 0))
    return Planted(picture, expected, doubt, guides, np.zeros((SIDE, SIDE), np.float32), weight.astype(np.float32), 1.0)


def _foretold(picture: Array32, rng: np.random.Generator) -> tuple[Array32, Array32]:
    """What a shot might foretell of a face: softer, a little beside it, in a little other light."""
    softened = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.7, 1.8))
    grey = softened.mean(axis=2)
    kernel = np.ones((9, 9), np.uint8)
    contrast = cv2.dilate(grey, kernel) - cv2.erode(grey, kernel)
    usual = np.float32(np.exp(rng.uniform(np.log(0.015), np.log(0.08))))
    return _slipped(softened, rng), usual + np.float32(rng.uniform(0.1, 0.5)) * contrast


def _slipped(picture: Array32, rng: np.random.Generator) -> Array32:
    v, u = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    far = np.float32(rng.uniform(0, 1.5))
    moved = cv2.remap(picture, u + far * noise(rng, 40)[..., 0], v + far * noise(rng, 40)[..., 0], cv2.INTER_LINEAR)
    light = 1 + np.float32(rng.uniform(0, 0.08)) * clouds(rng, 120)
    return np.asarray(moved * light * np.exp(rng.normal(0, 0.02, 3)), dtype=np.float32)


def _focused(rng: np.random.Generator, thing: Thing) -> Thing:
    """With soft edges, out of focus or smeared."""
    sigma = rng.uniform(*SOFT) * (rng.uniform(1, 5) if rng.random() < 0.1 else 1)
    matte, colour = thing.matte, thing.colour
    if rng.random() < 0.12:
        kernel = _streak(rng.uniform(2, 14), rng.uniform(0, np.pi))
        drawn = cv2.filter2D(np.dstack([colour * matte[..., None], matte]), -1, kernel)
        matte = drawn[..., 3]
        colour = drawn[..., :3] / np.maximum(matte, 1e-3)[..., None]
    matte = cv2.GaussianBlur(matte, (0, 0), sigma)
    if sigma > SOFT[1]:
        colour = cv2.GaussianBlur(colour, (0, 0), sigma)
    return Thing(np.clip(matte, 0, 1), colour)


def _streak(length: float, angle: float) -> Array32:
    reach = int(np.ceil(length / 2))
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    along = np.round(length / 2 * np.array([np.cos(angle), np.sin(angle)])).astype(int)
    cv2.line(kernel, (reach + along).tolist(), (reach - along).tolist(), 1.0)
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def _shaded(rng: np.random.Generator, picture: Array32, matte: Array32, most: np.float32) -> Array32:
    """With the shadow of a thing of that matte, thrown a little beside it."""
    shift = rng.normal(0, 12, 2)
    beside = cv2.warpAffine(matte, np.array([[1, 0, shift[0]], [0, 1, shift[1]]]), (SIDE, SIDE))
    dark = cv2.GaussianBlur(beside, (0, 0), rng.uniform(0.7, 8))[..., None] * most
    return np.asarray(picture * (1 - dark * np.array([0.9, 1.0, 1.0], np.float32)), dtype=np.float32)


def _filmed(face: Planted, rng: np.random.Generator) -> Planted:
    """Both pictures in another light, the picture by a camera and a codec."""
    gamma = np.float32(np.exp(rng.normal(0, CONTRAST)))
    picture, expected = (np.clip(each, 0, 1) ** gamma for each in (face.picture, face.expected))
    if rng.random() < 0.3:
        side = int(SIDE * rng.uniform(0.35, 1))
        small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
        picture = cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    elif rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.4))
    if rng.random() < 0.5:
        fine = rng.standard_normal(picture.shape, dtype=np.float32)
        picture = picture + np.float32(rng.uniform(0, 0.03)) * fine
    if rng.random() < 0.5:
        stored = packed(np.clip(255 * picture + 0.5, 0, 255).astype(np.uint8), int(rng.integers(30, 96)))
        picture = unpacked(stored).astype(np.float32) / 255
    return replace(face, picture=np.clip(picture, 0, 1).astype(np.float32), expected=expected)


def _cut(face: Planted, rng: np.random.Generator) -> Planted:
    v, u = rng.integers(SIDE - WINDOW + 1, size=2)
    part = np.s_[v : v + WINDOW, u : u + WINDOW]
    cut = {name: getattr(face, name)[part] for name in FLAT}
    return replace(face, guides=face.guides[:, *part], **cut)


def _tinted(face: Planted, rng: np.random.Generator) -> Planted:
    gain = np.exp(rng.normal(0, TINT, 3)).astype(np.float32)
    return replace(face, picture=np.minimum(face.picture * gain, 1), expected=np.minimum(face.expected * gain, 1))


def _mirrored(face: Planted, rng: np.random.Generator) -> Planted:
    if rng.random() < 0.5:
        return face
    guides = face.guides[..., ::-1] * np.array([-1, 1, 1], np.float32)[:, None, None]
    flipped: dict[str, Any] = {name: np.ascontiguousarray(getattr(face, name)[:, ::-1]) for name in FLAT}
    return replace(face, guides=np.ascontiguousarray(guides), **flipped)
