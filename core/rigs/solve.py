"""Action units → shape keys: whose motion is which action's, by geometry, with names as prior.

An action is a channel, or two that mirror each other where the rig has one key for both sides. Every action gets the
key that moves the face most like it (cosine of the motions, a little less where one is much stronger), each key once,
so that all together are as alike as possible; a key whose name means the action counts as more alike. Then keys that do
the rest of an action (one side of the lips, a quarter of a funnel) join by non-negative least squares.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..facs.tables import CENTRAL, SIDED
from .mapping import CHANNELS, RigMap, Row
from .matching import assigned, non_negative
from .measure import Motions
from .names import meanings, named
from .scan import Scan

NAME = 0.25
"""What a name is worth, in cosines: less than what tells two clear motions apart."""
ALIKE = 0.4
"""Likeness, or with the name's worth, from which on a key does an action."""
ONE_SIDED = 0.7
"""Of a motion's energy: more of it on one side than on the other makes it one-sided."""
HALVES = 0.15
"""How much more alike an action for both sides two one-sided keys have to be than each of them is one for its own."""
STRENGTH = 0.2
"""Exponent with which the ratio of two motions' strengths counts."""
TOO_STRONG = 2.5
"""A key that moves the face so many times farther than its action is driven less far; one that is less too strong is
drawn so, and goes all the way."""
OWN = 0.05
"""Share of an action's motion that a mesh has to have for its own keys to do it."""
MERGING = 0.3
"""How much more alike, over both sides together, one key for two sides has to be than a key for each."""
PART = 0.3
"""Cosine from which on a key may be a part of an action."""
JOINS = 0.1
"""Share of an action's motion that a further key has to bring to join in."""
OTHERWISE = 0.4
"""Cosine with the keys that an action has, up to which another does something of its own."""
CHIEF, FAINT = 0.4, 0.03
"""Of the strongest action in a key's motion, by its strength and by how much it moves: a weaker one isn't followed."""
SEVERAL, MORE = 0.5, 0.1
"""Share of a key's motion that several actions have to make, and how much more than the one that it does."""
UNTOLD = re.compile(r"Key( \d+)?(\.\d{3})?")
"""Blender's own names for keys: on two meshes they mean nothing in common."""

PAIRS: tuple[tuple[str, str], ...] = (
    *((f"{unit}_L", f"{unit}_R") for unit in SIDED),
    ("eyeLookUp_L", "eyeLookUp_R"),
    ("eyeLookDown_L", "eyeLookDown_R"),
    ("eyeLookOut_L", "eyeLookIn_R"),
    ("eyeLookIn_L", "eyeLookOut_R"),
)
"""What rigs with fewer keys do with one."""

Channels = tuple[str, ...]


@dataclass(frozen=True)
class Key:
    """A shape key, on one mesh or by the same name on several."""

    name: str
    mesh: str
    """Where its name means nothing on other meshes, the mesh that it is of; else ''."""
    places: tuple[tuple[str, str], ...]
    """Mesh and key, of those that move anything."""
    motion: Array
    """N·3 m of the face's places, weighted."""
    side: float
    """−1 … 1: how much more of its motion is on the left than on the right."""
    shows: dict[str, float]
    """Channel → strength, by its name; empty where it means nothing."""
    follows: dict[str, float]
    """Channel → weight, by names alone."""


@dataclass(frozen=True)
class Rig:
    """What a character can do, and what is asked of it."""

    keys: tuple[Key, ...]
    actions: dict[str, Array]
    """Channel → N·3 m of the face's places, weighted."""
    left: Array
    """N: 1 of the places on the left, −1 of those on the right."""
    mesh: NDArray[np.str_]
    """N: the mesh that has the place."""

    @classmethod
    def of(cls, scan: Scan, motions: Motions) -> "Rig":
        weight = np.sqrt(motions.weight)[:, None]
        groups: dict[tuple[str, str], list[int]] = {}
        for index, (mesh, name) in enumerate(scan.places):
            groups.setdefault((mesh if UNTOLD.fullmatch(name) else "", name), []).append(index)
        shown, followed, left = meanings(scan.keys), named(scan.keys), np.sign(motions.place[:, 0])
        keys = []
        for (mesh, name), members in groups.items():
            places = tuple(scan.places[index] for index in members if len(scan.displacement(index)[0]))
            motion = (weight * motions.keys[members].sum(axis=0)).ravel()
            shows = shown[name].shows if name in shown else {}
            keys.append(Key(name, mesh, places, motion, side_of_motion(motion, left), shows, followed.get(name, {})))
        actions = {name: (weight * motions.channels[i]).ravel() for i, name in enumerate(CHANNELS)}
        return cls(tuple(keys), actions, left, np.array(scan.meshes)[motions.mesh])

    def on(self, mesh: str) -> "Rig":
        """The keys that mean something on one mesh alone, and what is asked of it; of '', those for the whole face."""
        keys = tuple(key for key in self.keys if key.mesh == mesh)
        if not mesh:
            return replace(self, keys=keys)
        own = np.repeat(self.mesh == mesh, 3)
        asked = {name: motion * own for name, motion in self.actions.items()}
        enough = {name: asked[name] @ asked[name] > OWN * (motion @ motion) for name, motion in self.actions.items()}
        return replace(self, keys=keys, actions={name: asked[name] * enough[name] for name in asked})

    def motion(self, channels: Sequence[str]) -> Array:
        """N·3: all of the channels at 1."""
        return np.asarray(sum(self.actions[channel] for channel in channels))


@dataclass(frozen=True)
class Use:
    """What a key is used for."""

    weights: dict[str, float]
    source: str
    """'name' where its name says so, else 'geometry'."""


Uses = dict[int, Use]
"""By the key's index in Rig.keys."""


def solve(rig: Rig) -> Uses:
    """The keys that do an action, and with what weights."""
    found: Uses = {}
    for mesh in dict.fromkeys(key.mesh for key in rig.keys):
        indices = [index for index, key in enumerate(rig.keys) if key.mesh == mesh]
        found |= {indices[index]: use for index, use in _solved(rig.on(mesh)).items()}
    return found


def _solved(rig: Rig) -> Uses:
    uses = _combinations(rig)
    free = [name for name in CHANNELS if all(name not in use.weights for use in uses.values())]
    keys = [index for index, key in enumerate(rig.keys) if index not in uses and key.motion.any()]
    if not (free and keys):
        return uses | _unjudged(rig, uses)
    halves = _halves(rig, keys)
    tools = halves + [(index,) for index in keys if not any(index in pair for pair in halves)]
    chosen = _matched(rig, free, tools)
    chosen |= _joined(rig, chosen, [index for index in keys if index not in chosen])
    uses |= {index: _use(rig, index, channels) for index, channels in chosen.items()}
    for index in keys:
        uses |= _widened(rig, uses, index)
    return uses | _unjudged(rig, uses)


def rig_map(rig: Rig, uses: Uses, name: str, quality: dict[str, float]) -> RigMap:
    """The map of all used keys on all of their meshes."""
    rows = (
        Row(mesh, key, use.weights, source=use.source)
        for index, use in sorted(uses.items())
        for mesh, key in rig.keys[index].places
    )
    return RigMap(tuple(rows), name, quality)


def likeness(motion: Array, others: Array) -> Array:
    """B, −1 … 1: how alike motions (B×N·3) are to one (N·3): the cosine, less the more their strengths differ."""
    return _alike(others @ motion, np.linalg.norm(others, axis=1), np.linalg.norm(motion))


def _alike(dots: Array, lengths: Array, own: Array | np.floating[Any]) -> Array:
    """Likeness of motions by their dot products and lengths."""
    one, other = np.maximum(lengths, 1e-12), np.maximum(own, 1e-12)
    return np.asarray(dots / one / other * np.minimum(one / other, other / one) ** STRENGTH)


def side_of_motion(motion: Array, left: Array) -> float:
    """−1 … 1: how much more of a motion's energy (N·3) is on the left (N: 1 left, −1 right)."""
    energy = np.sum(motion.reshape(-1, 3) ** 2, axis=1)
    return float(energy @ left / max(float(energy.sum()), 1e-24))


def cosine(one: Array, other: Array) -> float:
    return float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-24))


def _combinations(rig: Rig) -> Uses:
    """Keys whose names mean several actions at once (a viseme, 'joy') and that do move the face so."""
    simple = {frozenset(pair) for pair in PAIRS} | {frozenset([name]) for name in CHANNELS}
    found = {}
    for index, key in enumerate(rig.keys):
        if key.follows and frozenset(key.follows) not in simple:
            shown = np.asarray(sum(strength * rig.actions[channel] for channel, strength in key.shows.items()))
            if cosine(key.motion, shown) + NAME >= ALIKE:
                found[index] = Use(key.follows, "name")
    return found


def _halves(rig: Rig, keys: list[int]) -> list[tuple[int, ...]]:
    """Keys, one for each side, that together do an action that has no sides."""
    sided = np.array([rig.actions[name] for pair in PAIRS for name in pair])
    both = np.array([rig.actions[name] for name in CENTRAL])
    own = {index: float(likeness(rig.keys[index].motion, sided).max()) for index in keys}
    lefts, rights = ([index for index in keys if sign * rig.keys[index].side > ONE_SIDED] for sign in (1, -1))
    if not (lefts and rights):
        return []
    one, other = (np.array([rig.keys[index].motion for index in side]) for side in (lefts, rights))
    squares = np.sum(one**2, axis=1)[:, None] + np.sum(other**2, axis=1) + 2 * one @ other.T
    dots = (one @ both.T)[:, None] + other @ both.T
    alike = _alike(dots, np.sqrt(squares)[..., None], np.linalg.norm(both, axis=1)).max(axis=2)
    gain = alike - np.maximum([[own[index]] for index in lefts], [own[index] for index in rights])
    found: list[tuple[int, ...]] = []
    for best in np.argsort(-gain, axis=None)[: np.count_nonzero(gain > HALVES)]:
        left, right = (int(each) for each in np.unravel_index(best, gain.shape))
        if not any({lefts[left], rights[right]} & set(pair) for pair in found):
            found.append((lefts[left], rights[right]))
    return found


def _matched(rig: Rig, free: list[str], tools: list[tuple[int, ...]]) -> dict[int, Channels]:
    """Key → the channels whose action it does best; of two mirrored channels with one key where that is more alike.

    `tools`: keys, and halves that go together.
    """
    split: list[Channels] = [(name,) for name in free]
    pairs = [pair for pair in PAIRS if set(pair) <= set(free)]
    known = _scores(rig, [*split, *pairs], tools)
    able = np.flatnonzero(np.any(list(known.values()), axis=0))
    known, tools = {channels: score[able] for channels, score in known.items()}, [tools[each] for each in able]
    best = _best(split, known)
    while pairs:
        tried = [_best(_merged(best.actions, pair), known) for pair in pairs]
        leading = max(range(len(pairs)), key=lambda each: tried[each].total)
        if tried[leading].total <= best.total + MERGING:
            break
        best = tried[leading]
        del pairs[leading]
    taken = [entry for entry in zip(best.columns, best.actions, strict=True) if entry[0] >= 0]
    return {index: channels for column, channels in taken for index in tools[column]}


@dataclass(frozen=True)
class _Matching:
    actions: list[Channels]
    columns: list[int]
    """The key of each action; −1 where none does it."""
    total: float


def _best(actions: list[Channels], known: dict[Channels, Array]) -> _Matching:
    """The one-to-one choice of keys with the largest sum of scores, actions for two channels counted twice."""
    score = np.array([len(channels) * known[channels] for channels in actions])
    padded = np.concatenate([score, np.zeros((len(actions), len(actions)))], axis=1)
    columns = assigned(padded)
    gained = padded[np.arange(len(actions)), columns]
    taken = [int(column) if gain > 0 else -1 for column, gain in zip(columns, gained, strict=True)]
    return _Matching(actions, taken, float(gained.sum()))


def _merged(actions: list[Channels], pair: tuple[str, str]) -> list[Channels]:
    return [*(channels for channels in actions if channels[0] not in pair or len(channels) > 1), pair]


def _scores(rig: Rig, actions: list[Channels], tools: list[tuple[int, ...]]) -> dict[Channels, Array]:
    """Action → per key, or halves together, how well it does it; 0 where it doesn't."""
    motions = np.array([sum(rig.keys[index].motion for index in tool) for tool in tools]).reshape(len(tools), -1)
    scores = {}
    for channels in actions:
        says = [all(set(rig.keys[index].follows) == set(channels) for index in tool) for tool in tools]
        fits = [len(channels) == 1 or abs(rig.keys[tool[0]].side) < ONE_SIDED for tool in tools]
        score = likeness(rig.motion(channels), motions) + NAME * np.array(says)
        scores[channels] = np.where((score >= ALIKE) & np.array(fits), score, 0.0)
    return scores


def _joined(rig: Rig, chosen: dict[int, Channels], left: list[int]) -> dict[int, Channels]:
    """Keys that do the rest of an action that others do in part: unlike these, and like nothing else as much."""
    joined: dict[int, Channels] = {}
    for channels in dict.fromkeys(chosen.values()):
        motion = rig.motion(channels)
        for index in sorted(left, key=lambda each: -cosine(rig.keys[each].motion, motion)):
            having = [each for each, done in (chosen | joined).items() if done == channels]
            if index not in joined and _completes(rig, index, channels, having):
                joined[index] = channels
    return joined


def _completes(rig: Rig, index: int, channels: Channels, having: list[int]) -> bool:
    key, motion, others = rig.keys[index], rig.motion(channels), [rig.keys[each].motion for each in having]
    own = cosine(key.motion, motion)
    if own + NAME * (set(key.follows) == set(channels)) < PART:
        return False
    if any(cosine(key.motion, other) > OTHERWISE for other in others):
        return False
    if any(cosine(key.motion, rig.actions[name]) > own for name in CHANNELS if name not in channels):
        return False
    return explained([*others, key.motion], motion) - explained(others, motion) > JOINS


def explained(motions: Sequence[Array], wanted: Array) -> float:
    """0–1: the share of a motion (N·3) that others (N·3 each) make together, each as strong as suits it best."""
    if not motions:
        return 0.0
    parts = np.array(motions)
    rest = wanted - non_negative(parts, wanted) @ parts
    return float(1 - rest @ rest / max(float(wanted @ wanted), 1e-24))


def _use(rig: Rig, index: int, channels: Channels) -> Use:
    """As the name has it, where it says so; else all the way, unless the key is far too strong."""
    key = rig.keys[index]
    if set(key.follows) == set(channels):
        return Use(key.follows, "name")
    beyond = float(np.linalg.norm(key.motion) / np.linalg.norm(rig.motion(channels)))
    weight = 1.0 if beyond < TOO_STRONG else 1 / beyond
    return Use({channel: round(weight / len(channels), 4) for channel in channels}, "geometry")


def _widened(rig: Rig, uses: Uses, index: int) -> Uses:
    """A key that does several actions at once, of which no other key does any, follows them all.

    As far as it shows each: where all are asked for so, it goes all the way.
    """
    if index in uses and uses[index].source == "name":
        return {}
    taken = {name for other, use in uses.items() if other != index for name in use.weights}
    free = [name for name in CHANNELS if name not in taken]
    motion, shown = rig.keys[index].motion, components(rig, free, rig.keys[index].motion)
    having = [rig.motion(tuple(uses[index].weights))] if index in uses else []
    together = explained([rig.actions[name] for name in shown], motion)
    if len(shown) < 2 or together < max(SEVERAL, explained(having, motion) + MORE):
        return {}
    energy = sum(strength**2 for strength in shown.values())
    return {index: Use({name: round(strength / energy, 4) for name, strength in shown.items()}, "geometry")}


def components(rig: Rig, names: Sequence[str], motion: Array) -> dict[str, float]:
    """The chief ones of those channels that a motion (N·3) is made of, the strongest motion first, and how strongly."""
    parts = np.array([rig.actions[name] for name in names]).reshape(-1, len(motion))
    strength = non_negative(parts, motion)
    amount = strength * np.linalg.norm(parts, axis=1)
    chief = (strength > CHIEF * strength.max(initial=0.0)) & (amount > FAINT * amount.max(initial=0.0))
    some = sorted(np.flatnonzero(chief), key=lambda each: -amount[each])
    return {names[each]: float(again) for each, again in zip(some, non_negative(parts[some], motion), strict=True)}


def _unjudged(rig: Rig, uses: Uses) -> Uses:
    """Keys that move something, whose names mean what nothing else does, and whose motion says nothing clear."""
    done = {channel for use in uses.values() for channel in use.weights}
    found: Uses = {}
    for index, key in enumerate(rig.keys):
        says = bool(key.follows and key.places) and not done & set(key.follows)
        if index not in uses and says and all(cosine(key.motion, each) < ALIKE for each in rig.actions.values()):
            found[index] = Use(key.follows, "name")
    return found
