"""What is laid over the warped skin, and the pictures it comes from."""

from dataclasses import dataclass

from ..conventions import Array32
from ..raster.windows import Window
from .colour import hue_difference, match_gain
from .grid import ramp
from .patch import Patch

OTHERS_SHARE = 0.6
"""How much of the difference between two people's skin is taken for the light's."""

UNLIKE = (0.126, 0.132)
"""Difference of skin hues (colour.hue_difference) up to which another's mouth is used, and from which on it isn't:
hardly anything in between, where two mouths would show through each other.
"""


def alike(skin: Array32, plate: Array32) -> float:
    """0–1: how well another's colours suit the plate's face, by their skins (3); teeth in foreign light look pasted in.

    Skins of whole shots: a frame's are a little different each time, and somebody's teeth would come and go.
    """
    return 1 - ramp(hue_difference(skin, plate), *UNLIKE)


@dataclass(frozen=True)
class Filler:
    """Another picture that may fill an opening."""

    patch: Patch
    own: bool
    """The plate's own person: colours are matched whole, and skin may be used too."""
    share: float
    """0–1: how far it covers the pictures before it, for fading from one to the next."""
    trust: float = 0.0
    """0–1: how much rather than the plate's own frame it shows what is wanted."""
    alike: float = 1.0
    """0–1: how well its person's colours suit the plate's (`alike`)."""

    def gain(self, plate: Patch) -> Array32:
        """3: what its colours are to be multiplied with."""
        return match_gain(self.patch, plate, 1.0 if self.own else OTHERS_SHARE)


@dataclass(frozen=True)
class Fill:
    """A layer over a window of the plate."""

    window: Window
    pixels: Array32
    """H×W×3."""
    coverage: Array32
    """H×W, 0–1."""
    onset: float
    """0–1: how far the fill has set in; at 0 the plate stays."""
