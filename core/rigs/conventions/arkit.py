"""ARKit's 52 blend shapes (developer.apple.com, ARFaceAnchor.BlendShapeLocation), ICT-FaceKit's 53 expressions (its
README), which are ARKit's with sides for the inner brow and the cheeks, and what Ready Player Me adds to ARKit.
"""

from ...facs.tables import ARKIT_MERGED, GAZE_SHAPES, SHAPES, UNIT_SHAPES
from .convention import Convention, Meaning, plain, table

_WRITTEN = {"L": "Left", "R": "Right"}
_CHANNEL_OF = {shape: unit for unit, shape in UNIT_SHAPES.items()} | {shape: shape for shape in GAZE_SHAPES}


def _spellings(shape: str) -> list[str]:
    """A shape of ours with the side's letter or word, behind the stem or before it ('L_eyeBlink')."""
    stem, _, side = shape.partition("_")
    sides = (side, _WRITTEN[side]) if side else ()
    return [plain(name) for name in (shape, *(f"{stem}{word}" for word in sides), *(f"{word}{stem}" for word in sides))]


def _shape(shape: str) -> dict[str, Meaning]:
    return dict.fromkeys(_spellings(shape), Meaning({_CHANNEL_OF[shape]: 1.0}))


def _shapes(*left_out: str) -> dict[str, Meaning]:
    kept = (shape for shape in SHAPES if shape.partition("_")[0] not in left_out)
    return {spelling: meaning for shape in kept for spelling, meaning in _shape(shape).items()}


_MERGED = {
    plain(name): Meaning(dict.fromkeys((_CHANNEL_OF[side] for side in sides), 1.0))
    for name, sides in ARKIT_MERGED.items()
}

ARKIT_NAMES = Convention("ARKit", _shapes(*ARKIT_MERGED) | _MERGED)
ICT_FACEKIT = Convention("ICT-FaceKit", _shapes())

# docs.readyplayer.me, Morph targets; strengths after build-extras-from-arkit.py of github.com/met4citizen/TalkingHead
READY_PLAYER_ME = Convention(
    "Ready Player Me",
    table(
        {
            "mouthOpen": {"AU26": 0.7},
            "mouthSmile": "AU12_*",
            "eyesClosed": "AU45_*",
            "eyesLookUp": "eyeLookUp_*",
            "eyesLookDown": "eyeLookDown_*",
        }
    ),
)
