"""Which of the composite's stages are at work."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stages:
    """All of them in the product; benchmarks leave one out to show what it brings."""

    wrinkles: bool = True
    """Folds and creases that come and go with an expression."""
    refiner: bool = True
    """The network that mends what a warp can't."""
    motion_blur: bool = True
    """What moves quickly is blurred as in the plate."""
    occlusion: bool = True
    """What is in front of the face stays in front."""
