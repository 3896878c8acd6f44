"""What is before faces beside hands: hair, eyewear, cloth, masks, cups, tools, sheets, shapes of no kind."""

from collections.abc import Callable

import cv2
import numpy as np

from ...core.conventions import Array, Array32
from ...core.landmarks.places import EYES, OUTER_EYE_CORNERS
from ...core.refine.crop import SIDE
from .hands import Bone, hand, raised, skin
from .pieces import Sitter, Thing, clouds, curve, filled, material, noise, stroked, turned

JAW = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454)
"""Landmarks from before one ear to the other, along the jaw."""
NOSE = (6, 197, 195, 5, 4, 2)
HAIRS = np.array(
    [[0.05, 0.04, 0.03], [0.2, 0.13, 0.08], [0.4, 0.26, 0.15], [0.75, 0.6, 0.4], [0.9, 0.85, 0.75], [0.5, 0.5, 0.5]]
)


def strands(rng: np.random.Generator, at: Sitter) -> Thing:
    """Single hairs and thin wisps that fall over the face or are blown across."""
    colour = _hair_colour(rng, at)
    lines: list[tuple[Array, float]] = []
    wind = rng.normal(0, 0.6)
    for _ in range(rng.integers(1, 6)):
        root = at.middle + at.size * np.array([rng.uniform(-0.9, 0.9), rng.uniform(-1.1, -0.5)])
        if rng.random() < 0.3:
            root = at.spot(rng)
        way = turned(np.array([0.0, 1.0]), wind + rng.normal(0, 0.35))
        steps = np.cumsum(rng.uniform(0.2, 0.6, 4))[:, None] * way + rng.normal(0, 0.12, (4, 2))
        path = curve(root + at.size * np.concatenate([np.zeros((1, 2)), steps]))
        width = float(np.exp(rng.uniform(np.log(0.4), np.log(3.5)))) * at.size / 95
        for _ in range(rng.integers(1, 5)):
            drift = np.linspace(0, 1, len(path))[:, None] * rng.normal(0, 0.06 * at.size, 2)
            moved = np.asarray(path + rng.normal(0, 1.2 * width, 2) + drift, dtype=np.float64)
            lines.append((moved, width * rng.uniform(0.3, 1)))
    along = 1 + np.float32(rng.uniform(0.02, 0.3)) * clouds(rng, 25)
    return Thing(stroked(lines), np.clip(colour * along, 0, 1).astype(np.float32))


def lock(rng: np.random.Generator, at: Sitter) -> Thing:
    """Many hairs that hang together, lit in bands."""
    root = at.middle + at.size * np.array([rng.uniform(-0.9, 0.9), rng.uniform(-1.3, -0.6)])
    way = turned(np.array([0.0, 1.0]), rng.normal(0, 0.4))
    steps = np.cumsum(rng.uniform(0.25, 0.7, 4))[:, None] * way + rng.normal(0, 0.12, (4, 2))
    path, wide = curve(root + at.size * np.concatenate([np.zeros((1, 2)), steps])), at.size * rng.uniform(0.04, 0.25)
    side = np.array([way[1], -way[0]])
    tail, lines = rng.uniform(0.2, 1.2), []
    for place in rng.normal(0, 0.5, int(rng.integers(15, 60))).clip(-1, 1):
        spread = np.linspace(1, tail, len(path))[:, None] * place * wide * side
        lines.append((path + spread + rng.normal(0, 0.3, 2), rng.uniform(1, 3)))
    shades = stroked(lines[::3])
    band = 1 + np.float32(0.4) * np.sin(noise(rng, 0.5 * at.size) * 3 + rng.uniform(0, 6))
    colour = _hair_colour(rng, at) * (0.75 + 0.5 * shades[..., None]) * band
    return Thing(stroked(lines), np.clip(colour, 0, 1).astype(np.float32))


def _hair_colour(rng: np.random.Generator, at: Sitter) -> Array32:
    """The person's own (what lies above the forehead), or any."""
    top = at.marks[10] + np.array([rng.normal(0, 0.3), rng.uniform(-0.5, -0.2)]) * at.size
    u, v = np.clip(top.astype(int), 0, SIDE - 1)
    own = at.picture[v, u]
    chosen = own if rng.random() < 0.5 else HAIRS[rng.integers(len(HAIRS))] * np.exp(rng.normal(0, 0.2))
    return np.asarray(np.clip(chosen, 0.01, 1), dtype=np.float32)


def eyewear(rng: np.random.Generator, at: Sitter) -> Thing:
    """Spectacles with clear lenses (only their frames are in front) or dark ones, in their place or slipped."""
    left, right = at.marks[OUTER_EYE_CORNERS]
    across = left - right
    angle, size = float(np.arctan2(across[1], across[0])), at.size
    slip = np.array([rng.normal(0, 0.03), abs(rng.normal(0.03, 0.06)) - (rng.random() < 0.1) * 0.7]) * size
    height, width, power = rng.uniform(0.15, 0.33) * size, rng.uniform(0.2, 0.27) * size, rng.uniform(0.5, 1.3)
    turn, rims = np.linspace(0, 2 * np.pi, 50), []
    for number, eye in enumerate(EYES):
        middle = at.marks[eye.rings[0]].mean(axis=0) + slip + np.array([0, 0.04 * size])
        wave = [np.sign(f) * np.abs(f) ** power for f in (np.cos(turn), np.sin(turn))]
        outline = np.stack([width * wave[0], height * wave[1]], axis=1)
        outline[:, 1] -= (outline[:, 0] * (1 - 2 * number)) * rng.uniform(-0.05, 0.15)
        rims.append(middle + turned(outline, angle))
    thick = size * float(np.exp(rng.uniform(np.log(0.012), np.log(0.08))))
    inner = [rims[0][np.argmin(rims[0] @ across)], rims[1][np.argmax(rims[1] @ across)]]
    outer = [rims[0][np.argmax(rims[0] @ across)], rims[1][np.argmin(rims[1] @ across)]]
    lift = np.array([0, -rng.uniform(0, 0.1) * size])
    bridge = curve(np.stack([inner[0], inner[0] + lift, inner[1] + lift, inner[1]]))
    ears = at.marks[[454, 234]] + lift
    lines = [(rim, thick) for rim in rims] + [(bridge, thick)] + [
        (np.stack(pair), 0.8 * thick) for pair in zip(outer, ears, strict=True)]  # fmt: skip
    matte = stroked(lines)
    if rng.random() < 0.3:  # dark lenses
        matte = np.maximum(matte, filled(rims) * np.float32(rng.uniform(0.75, 1)))
    return Thing(matte, material(rng, at, cv2.GaussianBlur(matte, (0, 0), 1.5) * 3))


def mask(rng: np.random.Generator, at: Sitter) -> Thing:
    """Over mouth and nose, or only the mouth, with its ribbons."""
    jaw = at.marks[list(JAW)][2:-2]
    top = at.marks[NOSE[rng.integers(1, 6)]]
    wide = 1 + rng.uniform(0, 0.08)
    low = jaw.mean(axis=0) + wide * (jaw - jaw.mean(axis=0))
    high = np.stack([low[-1], top + rng.normal(0, 0.05, 2) * at.size, low[0]])
    outline = np.concatenate([low, curve(high, 20)])
    matte = filled([outline])
    depth = cv2.distanceTransform((matte > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    folds = np.float32(rng.uniform(0, 2)) * np.sin(np.arange(SIDE, dtype=np.float32) / rng.uniform(2, 6))[:, None]
    height = 0.6 * np.sqrt(depth * 40) + folds + 2 * clouds(rng, 30)[..., 0]
    return Thing(matte, material(rng, at, height.astype(np.float32)))


def cloth(rng: np.random.Generator, at: Sitter) -> Thing:
    """A scarf or a veil, in folds, from one side."""
    angle, edge = rng.uniform(0, 2 * np.pi), rng.uniform(-0.7, 0.7) * at.size
    if rng.random() < 0.5:
        angle = rng.normal(0, 0.3)  # from below
    along = np.linspace(-3, 3, 40) * at.size
    rough = sum(rng.normal(0, 0.12 / k) * np.sin(k * along / at.size + rng.uniform(0, 6)) for k in (1, 2, 3, 5))
    rim = np.column_stack([along, edge + at.size * rough])
    hem = at.size * np.array([[3.0, 4.0], [-3.0, 4.0]])
    outline = at.middle + turned(np.concatenate([rim, hem]), angle)
    down, across = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    way = rng.uniform(0, np.pi)
    waves = np.sin((np.cos(way) * across + np.sin(way) * down + 20 * noise(rng, 70)[..., 0]) / rng.uniform(4, 14))
    height = np.float32(rng.uniform(0.5, 5)) * waves + 6 * clouds(rng, 60)[..., 0]
    return Thing(filled([outline]), material(rng, at, height))


def cup(rng: np.random.Generator, at: Sitter) -> Thing:
    """A mug, glass or bottle, at the mouth or before it, with a handle or none."""
    wide, tall = at.size * rng.uniform(0.25, 0.6), at.size * rng.uniform(0.5, 1.4)
    foot = wide * rng.uniform(0.5, 1.1)
    turn = np.linspace(0, np.pi, 20)
    lip = rng.uniform(0.05, 0.3) * wide
    top = np.column_stack([-wide * np.cos(turn), -lip * np.sin(turn)])
    base = np.column_stack([foot * np.cos(turn), tall + 0.3 * lip * np.sin(turn)])
    angle = rng.normal(0, 0.5)
    place = at.spot(rng) if rng.random() < 0.5 else at.marks[13] + rng.normal(0, 0.1, 2) * at.size
    outline = place + turned(np.concatenate([top, base]), angle)
    matte = filled([outline])
    if rng.random() < 0.5:
        ring = np.column_stack([wide + 0.35 * wide * np.sin(turn), tall * (0.2 + 0.5 * turn / np.pi)])
        matte = np.maximum(matte, stroked([(place + turned(ring, angle), 0.16 * wide)]))
    axis = turned(np.array([[1.0, 0.0]]), angle)[0]
    down, across = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    off = ((across - place[0]) * axis[0] + (down - place[1]) * axis[1]) / np.float32(wide)
    return Thing(matte, material(rng, at, np.float32(0.7 * wide) * np.sqrt(np.clip(1.1 - off**2, 0.02, None))))


def tool(rng: np.random.Generator, at: Sitter) -> Thing:
    """Rods with or without a head: pens, brushes, spoons, microphones with foam, cables, straps."""
    tip, way = at.spot(rng), turned(np.array([0.0, 1.0]), rng.normal(0, 0.9))
    end = tip + at.size * rng.uniform(0.5, 3) * way
    thin = at.size * float(np.exp(rng.uniform(np.log(0.015), np.log(0.16))))
    if rng.random() < 0.3:
        bent = tip + 0.5 * (end - tip) + rng.normal(0, 0.3, 2) * at.size
        matte = stroked([(curve(np.stack([tip, bent, end])), 2 * thin)])
        return Thing(matte, material(rng, at, cv2.GaussianBlur(matte, (0, 0), 2) * thin))
    bones = [Bone(np.append(tip, 0.0), np.append(end, 0.0), (thin, thin * rng.uniform(0.7, 1.6)))]
    if rng.random() < 0.5:
        head = at.size * rng.uniform(0.08, 0.4)
        above, below = (np.append(tip + share * head * way, head) for share in (-0.4, rng.uniform(0, 0.6)))
        bones.append(Bone(above, below, (head, head * rng.uniform(0.6, 1))))
    height, matte = raised(bones)
    bumps = np.float32(rng.uniform(0, 1)) * noise(rng, rng.uniform(1, 4))[..., 0]
    return Thing(matte, material(rng, at, height + bumps))


def plate(rng: np.random.Generator, at: Sitter) -> Thing:
    """Something flat with straight edges: cards, books, screens; some with rounded corners."""
    width, height = at.size * rng.uniform(0.3, 1.6, 2)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width / 2, height / 2]
    corners = corners + rng.normal(0, 0.05, (4, 2)) * width
    outline = at.spot(rng) + turned(corners, rng.uniform(-np.pi, np.pi))
    matte = filled([outline])
    if rng.random() < 0.4:
        rounded = rng.uniform(2, 8)
        matte = np.clip((cv2.GaussianBlur(matte, (0, 0), rounded) - 0.5) * rounded + 0.5, 0, 1)
    tilt = np.linspace(-1, 1, SIDE, dtype=np.float32)[:, None] * np.float32(rng.normal(0, 20))
    return Thing(matte.astype(np.float32), material(rng, at, tilt + 0.2 * clouds(rng, 40)[..., 0]))


def shape(rng: np.random.Generator, at: Sitter) -> Thing:
    """A closed outline of no kind, of anything (Voo et al. 2022)."""
    turn = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    radius = 1 + sum(rng.normal(0, 0.5 / k) * np.sin(k * turn + rng.uniform(0, 6)) for k in range(1, 8))
    size = at.size * float(np.exp(rng.uniform(np.log(0.12), np.log(0.9))))
    outline = at.spot(rng) + size * np.clip(radius, 0.15, 2)[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    matte = filled([outline])
    depth = cv2.distanceTransform((matte > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    return Thing(matte, material(rng, at, np.sqrt(depth * np.float32(size)) * np.float32(rng.uniform(0, 1.2))))


def skin_shape(rng: np.random.Generator, at: Sitter) -> Thing:
    """An arm, a leg, another's head or shoulder: large, of skin."""
    start = at.spot(rng)
    way = turned(np.array([0.0, 1.0]), rng.uniform(-np.pi, np.pi))
    radius = at.size * rng.uniform(0.15, 0.5)
    radii = radius, radius * rng.uniform(0.8, 1.5)
    height, matte = raised([Bone(np.append(start, 0.0), np.append(start + 3 * at.size * way, 0.0), radii)])
    return Thing(matte, skin(rng, at, height, matte))


Draw = Callable[[np.random.Generator, Sitter], Thing]
KINDS: tuple[tuple[Draw, float], ...] = (
    (hand, 0.34), (strands, 0.16), (lock, 0.07), (eyewear, 0.08), (mask, 0.03), (cloth, 0.05), (cup, 0.05),
    (tool, 0.08), (plate, 0.04), (shape, 0.07), (skin_shape, 0.03),
)  # fmt: skip
"""And their shares."""


def draw(rng: np.random.Generator, at: Sitter) -> Thing:
    """One of all kinds."""
    return KINDS[rng.choice(len(KINDS), p=[share for _, share in KINDS])][0](rng, at)
