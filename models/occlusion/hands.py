"""Hands and forearms as ball-jointed fingers of capsules, posed at random, lit, with nails and creases."""

from dataclasses import dataclass

import cv2
import numpy as np

from ...core.conventions import Array, Array32, rotation_matrices
from ...core.refine.crop import SIDE
from .pieces import Sitter, Thing, clouds, lit, material, noise, stroked

# in hand lengths (wrist to the middle finger's tip): where fingers leave the palm, their phalanges, their radii
ROOTS = np.array([[-0.13, 0.12], [-0.15, 0.49], [-0.05, 0.52], [0.05, 0.5], [0.14, 0.45]])
PHALANGES = np.array([[0.2, 0.17, 0.13], [0.22, 0.13, 0.11], [0.24, 0.15, 0.12], [0.22, 0.14, 0.115], [0.17, 0.1, 0.1]])
RADII = np.array([0.062, 0.052, 0.054, 0.05, 0.043])
PALM = (
    ((-0.1, 0.03), (-0.13, 0.45)), ((-0.04, 0.02), (-0.045, 0.47)), ((0.03, 0.02), (0.045, 0.46)),
    ((0.09, 0.04), (0.125, 0.42)),
)  # fmt: skip
BENT = 0.35
"""Share of hands whose fingers are mostly bent."""
SLEEVED = 0.5


@dataclass(frozen=True)
class Bone:
    """A capsule between two balls, px; z towards the viewer."""

    start: Array
    end: Array
    radii: tuple[float, float]


def hand(rng: np.random.Generator, at: Sitter) -> Thing:
    """Held before a face, or laid on it."""
    length = at.size * rng.uniform(1.1, 2.1)
    fingers = [_finger(rng, number, bend) for number, bend in enumerate(_bends(rng))]
    bones = [bone for finger in fingers for bone in finger]
    bones += [Bone(np.array([*a, 0.0]), np.array([*b, 0.0]), (0.075, 0.07)) for a, b in PALM]
    bones.append(Bone(np.array([-0.06, 0.08, 0.02]), np.array([*ROOTS[0], 0.05]), (0.09, 0.075)))
    reach = rng.uniform(0.8, 2.0)
    arm = Bone(np.array([0.0, 0.02, 0.0]), np.array([rng.normal(0, 0.2), -reach, rng.normal(-0.2, 0.2)]), (0.105, 0.15))
    turn, mirror = _turn(rng), np.array([rng.choice([-1.0, 1.0]), 1.0, 1.0])
    wide = float(np.exp(rng.normal(0, 0.12)))

    def seen(bone: Bone) -> Bone:
        ends = [length * (turn @ (mirror * end)) for end in (bone.start, bone.end)]
        return Bone(ends[0], ends[1], (wide * length * bone.radii[0], wide * length * bone.radii[1]))

    hold = fingers[rng.integers(5)][-1].end if rng.random() < 0.6 else np.array([0.0, 0.3, 0.0])
    shift = np.append(at.spot(rng), 0.0) - length * (turn @ (mirror * hold)) * [1, 1, 0]
    placed = [_moved(seen(bone), shift) for bone in bones]
    forearm = _moved(seen(arm), shift)
    height, matte = raised([*placed, forearm])
    colour = skin(rng, at, height, matte)
    colour = _marked(rng, colour, placed, length)
    if rng.random() < SLEEVED:
        matte, colour = _sleeved(rng, at, forearm, (matte, colour))
    return Thing(matte, colour)


def _bends(rng: np.random.Generator) -> Array:
    """5×3 rad: how far each joint is bent, one finger more like the next than not."""
    usual = rng.uniform(0.7, 1.6) if rng.random() < BENT else rng.uniform(0, 0.4)
    each = usual + rng.normal(0, 0.25, (5, 1)) + rng.normal(0, 0.1, (5, 3))
    if rng.random() < 0.3:  # one points
        each[rng.integers(1, 5)] = rng.uniform(0, 0.2)
    each[0] *= 0.5
    return np.clip(each, -0.1, 1.7)


def _finger(rng: np.random.Generator, number: int, bends: Array) -> list[Bone]:
    """In hand lengths; y along the hand, z off the palm."""
    spread = (0.9 if number == 0 else 0.0) * -1 + (number - 2.2) * rng.uniform(0.02, 0.16)
    along = np.array([np.sin(spread), np.cos(spread), 0.0])
    place, bent, bones = np.array([*ROOTS[number], 0.02]), 0.0, []
    for joint, length in enumerate(PHALANGES[number]):
        bent += bends[joint]
        way = np.cos(bent) * along + np.sin(bent) * np.array([0.0, 0.0, 1.0])
        end, radius = place + length * way, RADII[number] * (1 - 0.1 * joint)
        bones.append(Bone(place, end, (radius, 0.92 * radius)))
        place = end
    return bones


def _turn(rng: np.random.Generator) -> Array:
    """3×3: either side seen, mostly coming from below."""
    side = rng.choice([0.0, np.pi])
    roll = np.pi + (rng.normal(0, 0.9) if rng.random() < 0.8 else rng.uniform(-np.pi, np.pi))
    angles = np.array([[0, side + rng.normal(0, 0.5), 0], [rng.normal(0, 0.4), 0, 0], [0, 0, roll]])
    about_y, about_x, about_z = (rotation_matrices(angle[None])[0] for angle in angles)
    return np.asarray(about_z @ about_x @ about_y)


def _moved(bone: Bone, shift: Array) -> Bone:
    return Bone(bone.start + shift, bone.end + shift, bone.radii)


def raised(bones: list[Bone]) -> tuple[Array32, Array32]:
    """SIDE×SIDE: heights of capsules (px; what is low elsewhere), and their matte."""
    height = np.full((SIDE, SIDE), -1e3, np.float32)
    matte = np.zeros((SIDE, SIDE), np.float32)
    for bone in bones:
        low = np.floor(np.minimum(bone.start[:2] - max(bone.radii), bone.end[:2] - max(bone.radii))).astype(int) - 1
        high = np.ceil(np.maximum(bone.start[:2] + max(bone.radii), bone.end[:2] + max(bone.radii))).astype(int) + 2
        (u0, v0), (u1, v1) = np.clip(low, 0, SIDE), np.clip(high, 0, SIDE)
        if u0 >= u1 or v0 >= v1:
            continue
        v, u = np.mgrid[v0:v1, u0:u1].astype(np.float32) + np.float32(0.5)
        way = (bone.end - bone.start)[:2]
        share = np.clip(((u - bone.start[0]) * way[0] + (v - bone.start[1]) * way[1]) / max(way @ way, 1e-6), 0, 1)
        radius = bone.radii[0] + share * (bone.radii[1] - bone.radii[0])
        off = np.hypot(u - bone.start[0] - share * way[0], v - bone.start[1] - share * way[1])
        ball = np.sqrt(np.clip(radius**2 - off**2, 0, None)) + bone.start[2] + share * (bone.end - bone.start)[2]
        part = np.s_[v0:v1, u0:u1]
        inside = off < radius + 0.5
        height[part] = np.where(inside, np.maximum(height[part], ball), height[part])
        matte[part] = np.maximum(matte[part], np.clip(radius - off + 0.5, 0, 1))
    low = float(height[matte > 0.5].min()) if (matte > 0.5).any() else 0.0
    return np.maximum(height, low), matte


def skin(rng: np.random.Generator, at: Sitter, height: Array32, matte: Array32) -> Array32:
    """Of the face's own person or another's."""
    tone = at.tone * np.exp(rng.normal(0, 0.06, 3))
    if rng.random() < 0.4:
        paler = rng.normal(0, 0.35)
        tone = tone * np.exp(paler * np.array([0.8, 1.0, 1.15]) + rng.normal(0, 0.06, 3))
    soft = cv2.GaussianBlur(height, (0, 0), rng.uniform(0.008, 0.045) * at.size)
    relief = np.float32(rng.uniform(0.5, 1.1)) * soft + np.float32(rng.uniform(0, 0.35)) * clouds(rng, 7)[..., 0]
    wide = cv2.GaussianBlur(np.dstack([height * matte, matte]), (0, 0), 5)
    hollow = np.clip((wide[..., 0] / np.maximum(wide[..., 1], 1e-3) - height) / np.float32(0.08 * at.size), 0, 1)
    light = lit(relief, rng) * (1 - np.float32(rng.uniform(0.1, 0.6)) * hollow)
    usual = np.median(light[matte > 0.5]) if (matte > 0.5).any() else 1.0
    light = light / np.float32(usual) * np.float32(np.exp(rng.normal(-0.03, 0.15)))
    red = np.float32(0.05) * noise(rng, 0.25 * at.size) + np.float32(0.05) * hollow[..., None]
    mottled = 1 + np.float32(rng.uniform(0, 0.04)) * clouds(rng, 14) + np.float32(rng.uniform(0, 0.02)) * noise(rng, 1)
    encoded = np.clip(light, 0.02, None)[..., None] ** np.float32(rng.uniform(0.6, 1.0))
    tinted = tone.astype(np.float32) * mottled * np.exp(red * np.array([0.6, -0.6, -0.6], np.float32))
    return np.asarray(np.clip(tinted * encoded, 0, 1), dtype=np.float32)


def _marked(rng: np.random.Generator, colour: Array32, bones: list[Bone], length: float) -> Array32:
    """With creases across the joints, and nails where the back of the hand is seen."""
    creases, nails, back = [], [], rng.random() < 0.5
    for number, bone in enumerate(bones[:15]):
        way = (bone.end - bone.start)[:2]
        way = way / max(float(np.linalg.norm(way)), 1e-6)
        across = np.array([-way[1], way[0]])
        for share in rng.normal([0, 0.06, -0.06], 0.02):
            middle = bone.start[:2] + share * length * 0.5 * way
            wide = 0.75 * bone.radii[0] * rng.uniform(0.5, 1)
            bent = middle + rng.normal(0, 0.15) * bone.radii[0] * way
            creases.append((np.stack([middle - wide * across, bent, middle + wide * across]), rng.uniform(0.3, 1.3)))
        if back and number % 3 == 2:
            tip = bone.end[:2] + 0.15 * bone.radii[1] * way
            nails.append((np.stack([tip - 0.7 * bone.radii[1] * way, tip]), 1.1 * bone.radii[1]))
    colour = colour * (1 - np.float32(rng.uniform(0, 0.35)) * stroked(creases)[..., None])
    paler = np.array([1.08, 1.06, 1.08]) if rng.random() < 0.7 else rng.uniform(0.2, 1.5, 3)
    return np.asarray(colour * (1 + stroked(nails)[..., None] * (paler - 1)).astype(np.float32), dtype=np.float32)


def _sleeved(
    rng: np.random.Generator, at: Sitter, arm: Bone, drawn: tuple[Array32, Array32]
) -> tuple[Array32, Array32]:
    matte, colour = drawn
    begins = rng.uniform(0.05, 0.6)
    cut = arm.start + begins * (arm.end - arm.start)
    wide = rng.uniform(1.1, 1.7)
    cloth_height, cloth = raised([Bone(cut, arm.end, (wide * arm.radii[0], wide * arm.radii[1]))])
    cloth_height = cloth_height + 3 * clouds(rng, 18)[..., 0]
    dressed = material(rng, at, cloth_height)
    mixed = colour + cloth[..., None] * (dressed - colour)
    return np.maximum(matte, cloth), np.asarray(mixed, dtype=np.float32)
