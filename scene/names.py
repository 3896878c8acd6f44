"""Which shape key is which expression: names in the spellings that rigs use."""

import re
from collections.abc import Iterable

from ..core.facs.tables import ARKIT, ARKIT_MERGED, GAZE_SHAPES, SHAPES, UNIT_SHAPES, UPPER_UNITS, arkit_name
from ..core.facs.transfer import Region

_SIDES = {"l": "left", "r": "right"}
_WORD = re.compile(r"[^0-9A-Za-z]+")


def _spellings() -> dict[str, str]:
    """Plain lower-case spelling → channel; ARKit's names and ours, sides written out or as one letter."""
    table = {name.lower(): name for name in ARKIT}
    for shape in SHAPES:
        stem, _, side = shape.partition("_")
        if not side:
            continue
        channel = shape if stem in ARKIT_MERGED else stem + _SIDES[side.lower()].capitalize()
        table[f"{stem}{side}".lower()] = channel
        table[f"{stem}{_SIDES[side.lower()]}".lower()] = channel
    return table


_SPELLINGS = _spellings()

_UPPER_SHAPES = (*(UNIT_SHAPES[unit] for unit in UPPER_UNITS), *GAZE_SHAPES)
_UPPER = frozenset(name for shape in _UPPER_SHAPES for name in (shape, arkit_name(shape)))
"""Channels of the upper face."""


def channel_of(key_name: str) -> tuple[str, int] | None:
    """The channel a shape key's name means, and how many words of prefix came before it; None if it means none.

    A channel is one of tables.ARKIT or one side of a shape that ARKit merges ('browInnerUp_L'). 'eyeBlinkLeft',
    'EyeBlink_L', 'eye_blink.L', 'blendShape1.eyeBlinkLeft' and 'Face.M_eyeBlink_L' all mean 'eyeBlinkLeft'. A key
    whose prefix is itself an expression ('jawOpen_mouthClose', a corrective) means none.
    """
    words = [word.lower() for word in _WORD.split(key_name) if word]
    for start in range(len(words)):
        channel = _SPELLINGS.get("".join(words[start:]))
        if channel is not None:
            return None if _names_expression(words[:start]) else (channel, start)
    return None


def _names_expression(words: list[str]) -> bool:
    spans = ("".join(words[start:end]) for end in range(1, len(words) + 1) for start in range(end))
    return any(span in _SPELLINGS for span in spans)


def match_keys(key_names: Iterable[str]) -> dict[str, str]:
    """Shape key name → channel. Where several keys mean the same, the one with the shortest prefix is taken."""
    best: dict[str, tuple[int, str]] = {}
    for key in key_names:
        found = channel_of(key)
        if found is not None:
            channel, prefix = found
            best[channel] = min(best.get(channel, (prefix, key)), (prefix, key), key=lambda entry: entry[0])
    return {key: channel for channel, (_, key) in best.items()}


def in_region(channel: str, region: Region) -> bool:
    """Whether a region of the face holds a channel."""
    return region == "all" or (channel in _UPPER) == (region == "upper")


def missing_names(channels: Iterable[str], region: Region = "all") -> list[str]:
    """ARKit's names in a region that none of these channels covers, in ARKit's order."""
    covered = {channel.partition("_")[0] for channel in channels}
    return [name for name in ARKIT if name not in covered and in_region(name, region)]
