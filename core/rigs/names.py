"""What a rig's shape keys mean, by their names: the convention of the rig as a whole, then key by key."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .conventions import CONVENTIONS, Convention, Meaning
from .conventions.convention import words

FEWEST = 4
"""Keys that a convention needs to be a rig's own."""
HALF = 0.5
"""A key follows nothing where others do this much of what it shows."""
FAINT = 0.25
"""What a key shows weaker than this, it shows by the way."""

_SIDE = re.compile(
    r"(?i:left|right)"
    r"|(?<![A-Za-z])[LRlr](?![A-Za-z])"  # eyeBlink_L, eyeBlink.r
    r"|(?<=[a-zUD0-9_])[LR](?=[TB]?(?![A-Za-z]))"  # mouthFunnelUL, LipSuckLT
)
_TURNED = {"l": "r", "r": "l", "left": "right", "right": "left"}


@dataclass(frozen=True)
class Named:
    """A key and what a convention says of it."""

    key: str
    convention: Convention
    spelling: str
    """The plain name in the convention's table."""
    prefix: int
    """Words before it."""

    @property
    def meaning(self) -> Meaning:
        return self.convention.keys[self.spelling]

    def claim(self, channel: str) -> float:
        """How good a key for a channel it is: how strongly it shows it, and how much it shows besides."""
        shows, channels = self.meaning.shows, self.meaning.shows.values()
        strength = min(shows[channel], 1.0)
        besides = sum(min(each, 1.0) ** 2 for each in channels) ** 0.5 if self.meaning.together else 1.0
        return round(self.meaning.share * strength * strength / besides, 6)


def convention(keys: Iterable[str]) -> str | None:
    """The name of the convention that most of the keys are named after; None where none knows a handful of them."""
    found = [(len(at), known.name) for known, at in _ranked(list(keys)) if len(at) >= FEWEST]
    return max(found, key=lambda entry: entry[0])[1] if found else None


def meanings(keys: Iterable[str]) -> dict[str, Meaning]:
    """What each key shows, after the rig's best convention that knows it; keys that mean nothing are left out."""
    return {key: found.meaning for key, found in _understood(list(keys)).items()}


def named(keys: Iterable[str]) -> dict[str, dict[str, float]]:
    """Key → weights over mapping.CHANNELS by which its value follows them: a map by names alone.

    Every channel goes to the keys that show it most purely: to 'eyeBlink_L' before 'blink', to 'jawOpen' before
    'viseme_aa'. What then is mostly done by others follows nothing and is left out.
    """
    understood = _once(_understood(list(keys)))
    while True:
        given = _given(understood)
        kept = {key: channels for key, channels in given.items() if channels}
        worst = min(kept, key=lambda key: _own_share(understood[key], kept[key]), default=None)
        if worst is None or _own_share(understood[worst], kept[worst]) > HALF:
            return {key: understood[key].meaning.follow(kept[key]) for key in understood if key in kept}
        del understood[worst]


def _find(key: str, known: Convention) -> Named | None:
    """The longest end of the key's name that the convention knows. A key whose prefix is itself an expression
    ('jawOpen_mouthClose', a corrective) means nothing.
    """
    parts = words(key)
    for start in range(1 if known.bare else len(parts)):
        spelling = "".join(parts[start:])
        if spelling in known.keys:
            found = Named(key, known, spelling, start)
            return None if _is_corrective(parts[:start], found) else found
    return None


def _is_corrective(prefix: list[str], found: Named) -> bool:
    """Whether the words before a name are another expression; the same said twice ('AU12_LipCornerPuller') is none."""
    spans = {"".join(prefix[start:end]) for end in range(1, len(prefix) + 1) for start in range(end)}
    said = (each.keys[span] for each in CONVENTIONS if not each.bare for span in spans & each.keys.keys())
    return any(not meaning.shows.keys() & found.meaning.shows.keys() for meaning in said)


def _ranked(keys: list[str]) -> list[tuple[Convention, dict[str, Named]]]:
    """The conventions that know some of the keys: published ones before others, the one that knows most first."""
    found = [(known, {key: at for key in keys if (at := _find(key, known))}) for known in CONVENTIONS]
    counted = [(known, at) for known, at in found if len(at) >= (FEWEST if known.bare else 1)]
    return sorted(counted, key=lambda entry: (not entry[0].published, -len(entry[1])))


def _understood(keys: list[str]) -> dict[str, Named]:
    """Each key by the best convention that knows it, the rig's own before others."""
    understood: dict[str, Named] = {}
    for _, found in _ranked(keys):
        understood |= {key: meant for key, meant in found.items() if key not in understood}
    return understood


def _once(understood: dict[str, Named]) -> dict[str, Named]:
    """Of keys with the very same name but for prefixes, the one with the shortest."""
    best: dict[tuple[str, str], Named] = {}
    for found in understood.values():
        name = (found.convention.name, found.spelling)
        if name not in best or found.prefix < best[name].prefix:
            best[name] = found
    return {found.key: found for found in best.values()}


def _given(understood: Mapping[str, Named]) -> dict[str, set[str]]:
    """Key → the channels it gets: those on which it has the best claim. Of equal claims, all parts of one convention
    or the first key: of the better convention, or of the name that stands first in its table.
    """
    given: dict[str, set[str]] = {key: set() for key in understood}
    claims: dict[str, dict[str, float]] = {}
    for key, found in understood.items():
        for channel, strength in found.meaning.shows.items():
            if strength >= FAINT:
                claims.setdefault(channel, {})[key] = found.claim(channel)
    for channel, claimed in claims.items():
        equal = [understood[key] for key, claim in claimed.items() if claim == max(claimed.values())]
        own = [found for found in equal if found.convention is equal[0].convention]
        first = min(own, key=lambda found: list(found.convention.keys).index(found.spelling))
        for found in own if first.meaning.share < 1.0 else [first]:
            given[found.key].add(channel)
    return given


def _own_share(found: Named, channels: set[str]) -> float:
    """How much of what a key shows it may show."""
    shows = found.meaning.shows
    return sum(shows[channel] ** 2 for channel in channels) / sum(strength**2 for strength in shows.values())


def other_side(key: str, keys: Iterable[str]) -> str | None:
    """The key named as this one with left and right exchanged; the key itself where its name has no side; None where
    the other isn't among `keys`.
    """
    turned = _SIDE.sub(_turn, key)
    return turned if turned == key or turned in set(keys) else None


def _turn(found: re.Match[str]) -> str:
    mark = found[0]
    other = _TURNED[mark.lower()]
    return other.upper() if mark.isupper() else other.capitalize() if mark[0].isupper() else other
