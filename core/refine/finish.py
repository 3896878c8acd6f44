"""How the artist wants the new picture laid on the plate."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finish:
    """The defaults change nothing that the plate's own look does not ask for."""

    feather: float = 0.0
    """px: over which the matte rises from its edge inwards."""
    choke: float = 0.0
    """px: by which its edge is drawn in."""
    grain: float = 1.0
    """Of the plate's grain, what the new picture gets where it has less."""
    shutter: float = 0.5
    """Of a frame's time, how long the plate's shutter is open: 0.5 is 180°; 0: nothing is blurred."""
    borrow_folds: bool = False
    """The driver's folds, softly, where the plate's person never showed the expression."""


PLAIN = Finish()
