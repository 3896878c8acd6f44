"""What a naming convention says: documented key name → the action units that the key shows."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_SIDES = {"L": ("L", "Left"), "R": ("R", "Right")}
_WORD = re.compile(r"[^0-9A-Za-z]+")

Shown = str | dict[str, float]
"""A channel, or the strength of several; '*' in a channel is the side's letter."""


@dataclass(frozen=True)
class Meaning:
    """What a key shows at value 1."""

    shows: dict[str, float]
    """Channel (mapping.CHANNELS) → strength."""
    share: float = 1.0
    """How much of the movement it is, where several keys make it together (a quarter of the lips …)."""
    together: bool = True
    """All channels at once; else each by itself (a rig with one key for funnel and pucker)."""

    def follow(self, channels: Collection[str]) -> dict[str, float]:
        """How a key's value follows some of its channels, so that it is 1 where they are as strong as it shows them.

        For a movement that a key shows with others, the projection of the wanted strengths on the shown ones.
        """
        shown = {channel: strength for channel, strength in self.shows.items() if channel in channels}
        if not self.together:
            return {channel: 1.0 / strength for channel, strength in shown.items()}
        energy = sum(strength * strength for strength in shown.values())
        return {channel: strength / energy for channel, strength in shown.items()}


@dataclass(frozen=True)
class Convention:
    """A table of names. Spelling doesn't count: case, and what is no letter and no digit."""

    name: str
    keys: Mapping[str, Meaning]
    """Plain name → meaning."""
    bare: bool = False
    """Names so short ('A', 'fun') that they count only unprefixed, and only where several are on the rig."""
    published: bool = True
    """Else it goes after all that are."""


def words(name: str) -> list[str]:
    """A key's name in lower-case words; Blender's number for a second key of the same name is left out."""
    return [word.lower() for word in _WORD.split(re.sub(r"\.\d{3}$", "", name)) if word]


def plain(name: str) -> str:
    return "".join(words(name))


def table(names: Mapping[str, Shown], *, share: float = 1.0, together: bool = True) -> dict[str, Meaning]:
    """Meanings by plain name. '{}' in a name is the side, as one letter and written out; a name without it and with
    '*' in its channels shows both sides.
    """
    found: dict[str, Meaning] = {}
    for name, shown in names.items():
        strengths = {shown: 1.0} if isinstance(shown, str) else shown
        for spelling, sides in _spellings(name):
            both = {channel.replace("*", side): strength for channel, strength in strengths.items() for side in sides}
            found[plain(spelling)] = Meaning(both, share, together)
    return found


def _spellings(name: str) -> list[tuple[str, str]]:
    """A name's spellings, and which sides each shows."""
    if "{}" not in name:
        return [(name, "LR")]
    return [(name.format(word), side) for side, written in _SIDES.items() for word in written]
