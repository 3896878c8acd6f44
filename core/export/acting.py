"""A performance as Blender's actions hold it."""

from dataclasses import dataclass
from typing import ClassVar

from ..facs.performance import Performance
from ..storage import Saved


@dataclass(frozen=True)
class Acting(Saved):
    """What is to become actions, for a Blender that writes them."""

    schema: ClassVar[str] = "acting/1"

    name: str
    performance: Performance
    altered: bool
    """This isn't how the face acted when it was filmed, and the actions say so (core/provenance.py)."""
