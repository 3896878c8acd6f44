"""The performance as actions of Blender, in a .blend to append them from."""

import tempfile
from pathlib import Path

from ..export.acting import Acting
from .blender import write_in_blender
from .handed import HandOff

BLEND = "action.blend"


def export_action(hand: HandOff) -> list[Path]:
    """action.blend. Raises InputError where there is no Blender, or no frame shows a face."""
    file = hand.folder / BLEND
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "acting.npz"
        Acting(hand.made.resolve().name, hand.performance, hand.says_altered).save(kept, packed=False)
        write_in_blender("action", kept, file, hand.run.reporter)
    return [file]
