"""One person's landmarks through a shot."""

from .detect import DetectOptions, detect
from .track import LandmarkTrack

__all__ = ["DetectOptions", "LandmarkTrack", "detect"]
