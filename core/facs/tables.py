"""Action units, ARKit blend shapes and how they correspond: the one table.

The control channels (UNITS) are the FACS action units and descriptors that ARKit's 52 shapes span, so that
curves go to ARKit and back without loss. Correspondence after ICT-FaceKit and py-feat (Cheong et al. 2023);
AU codes after Ekman, Friesen & Hager, FACS (2002). Two ARKit shapes have no code and keep their names.
"""

from dataclasses import dataclass
from typing import Literal

SIDED = {
    "AU1": "browInnerUp",
    "AU2": "browOuterUp",
    "AU4": "browDown",
    "AU5": "eyeWide",
    "AU6": "cheekSquint",
    "AU7": "eyeSquint",
    "AU9": "noseSneer",
    "AU10": "mouthUpperUp",
    "AU12": "mouthSmile",
    "AU14": "mouthDimple",
    "AU15": "mouthFrown",
    "AU16": "mouthLowerDown",
    "AU20": "mouthStretch",
    "AU24": "mouthPress",
    "AU34": "cheekPuff",
    "AU45": "eyeBlink",
}
"""Two-sided units and the stem of their shapes."""

CENTRAL = {
    "AU8": "mouthClose",
    "AU17": "mouthShrugLower",
    "AU17_upper": "mouthShrugUpper",
    "AU18": "mouthPucker",
    "AU19": "tongueOut",
    "AU22": "mouthFunnel",
    "AU26": "jawOpen",
    "AU28_upper": "mouthRollUpper",
    "AU28_lower": "mouthRollLower",
    "AU29": "jawForward",
    "AU30_L": "jawLeft",
    "AU30_R": "jawRight",
    "mouthLeft": "mouthLeft",
    "mouthRight": "mouthRight",
}
"""Units without sides (or, AU30 and mouthLeft/Right, movements of the whole to one side) and their shapes."""

UNIT_SHAPES: dict[str, str] = {
    f"{unit}_{side}": f"{stem}_{side}" for unit, stem in SIDED.items() for side in "LR"
} | CENTRAL
"""Control channel → expression shape of a face model."""

UNITS: tuple[str, ...] = tuple(UNIT_SHAPES)

GAZE_SHAPES: tuple[str, ...] = tuple(f"eyeLook{way}_{side}" for side in "LR" for way in ("Down", "In", "Out", "Up"))
"""Lids that follow the eye; weights follow from gaze (see gaze_weights)."""

SHAPES: tuple[str, ...] = (*UNIT_SHAPES.values(), *GAZE_SHAPES)
"""Every expression shape a face model may have: ARKit's with sides for browInnerUp and cheekPuff (as ICT-FaceKit)."""

GAZE_RANGE = {"In": 0.5236, "Out": 0.5236, "Up": 0.4363, "Down": 0.4363}
"""rad at weight 1 of eyeLook…: 30° sideways, 25° up and down."""

ARKIT: tuple[str, ...] = (
    "eyeBlinkLeft",
    "eyeLookDownLeft",
    "eyeLookInLeft",
    "eyeLookOutLeft",
    "eyeLookUpLeft",
    "eyeSquintLeft",
    "eyeWideLeft",
    "eyeBlinkRight",
    "eyeLookDownRight",
    "eyeLookInRight",
    "eyeLookOutRight",
    "eyeLookUpRight",
    "eyeSquintRight",
    "eyeWideRight",
    "jawForward",
    "jawRight",
    "jawLeft",
    "jawOpen",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    "mouthRight",
    "mouthLeft",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "noseSneerLeft",
    "noseSneerRight",
    "tongueOut",
)
"""ARKit's 52 blend shapes in the order of Live Link Face's CSV (JawRight before JawLeft)."""

ARKIT_MERGED = {"browInnerUp": ("browInnerUp_L", "browInnerUp_R"), "cheekPuff": ("cheekPuff_L", "cheekPuff_R")}
"""ARKit shapes that stand for two of ours."""

UPPER_UNITS: frozenset[str] = frozenset(
    unit for unit in UNITS if unit.split("_")[0] in {"AU1", "AU2", "AU4", "AU5", "AU6", "AU7", "AU45"}
)
"""Region 'upper': brows, lids and the cheek raiser (and gaze); every other unit is 'lower'."""


def arkit_name(shape: str) -> str:
    """ARKit's camel-case name of one of our shapes: browDown_L → browDownLeft, browInnerUp_L → browInnerUp."""
    stem, _, side = shape.partition("_")
    if stem in ARKIT_MERGED or not side:
        return stem
    return stem + {"L": "Left", "R": "Right"}[side]


@dataclass(frozen=True)
class ActionUnit:
    """One of FACS' action units, descriptors, head or eye movements, and where its strength comes from."""

    code: str
    name: str
    """FACS' own."""
    source: Literal["read", "derived"]
    """From the face (a control channel), or from other units, gaze or head: written for information, never read back,
    and without a shape of its own, so that nothing is counted twice."""
    sided: bool
    """Left and right are told apart."""
    of: str
    """The shape that is read, or what it is derived from."""


def _read(code: str, name: str) -> ActionUnit:
    shapes = SIDED.get(code) or ", ".join(shape for unit, shape in CENTRAL.items() if unit.split("_")[0] == code)
    return ActionUnit(code, name, "read", code in SIDED, shapes)


def _derived(code: str, name: str, of: str, *, sided: bool = False) -> ActionUnit:
    return ActionUnit(code, name, "derived", sided, of)


ACTION_UNITS: tuple[ActionUnit, ...] = (
    _read("AU1", "inner brow raiser"),
    _read("AU2", "outer brow raiser"),
    _read("AU4", "brow lowerer"),
    _read("AU5", "upper lid raiser"),
    _read("AU6", "cheek raiser"),
    _read("AU7", "lid tightener"),
    _read("AU8", "lips toward each other"),
    _read("AU9", "nose wrinkler"),
    _read("AU10", "upper lip raiser"),
    _derived("AU11", "nasolabial furrow deepener", "AU10 and AU6 together, as far as AU12 isn't there", sided=True),
    _read("AU12", "lip corner puller"),
    _read("AU14", "dimpler"),
    _read("AU15", "lip corner depressor"),
    _read("AU16", "lower lip depressor"),
    _read("AU17", "chin raiser"),
    _read("AU18", "lip pucker"),
    _read("AU19", "tongue show"),
    _read("AU20", "lip stretcher"),
    _read("AU22", "lip funneler"),
    _derived("AU23", "lip tightener", "AU24 while the lips are parted (AU25), where they can't be pressed"),
    _read("AU24", "lip presser"),
    _derived("AU25", "lips part", "AU26 and the raised lips (AU10, AU16), as far as AU8 doesn't close them"),
    _read("AU26", "jaw drop"),
    _derived("AU27", "mouth stretch", "the upper half of AU26"),
    _read("AU28", "lip suck"),
    _read("AU29", "jaw thrust"),
    _read("AU30", "jaw sideways"),
    _derived("AU33", "cheek blow", "AU34 while the lips are parted (AU25)", sided=True),
    _read("AU34", "cheek puff"),
    _derived("AU43", "eyes closed", "AU45 where the lid stays more than half down for over half a second", sided=True),
    _read("AU45", "blink"),
    _derived("AU51", "head turn left", "head yaw"),
    _derived("AU52", "head turn right", "head yaw"),
    _derived("AU53", "head up", "head pitch"),
    _derived("AU54", "head down", "head pitch"),
    _derived("AU55", "head tilt left", "head roll"),
    _derived("AU56", "head tilt right", "head roll"),
    _derived("AU57", "head forward", "distance from the camera, against the shot's median"),
    _derived("AU58", "head back", "distance from the camera, against the shot's median"),
    _derived("AU61", "eyes turn left", "mean gaze"),
    _derived("AU62", "eyes turn right", "mean gaze"),
    _derived("AU63", "eyes up", "mean gaze"),
    _derived("AU64", "eyes down", "mean gaze"),
)
"""Every unit that is reported, in FACS' order. mouthLeft and mouthRight are no units of FACS."""

DERIVED: tuple[str, ...] = tuple(
    name
    for unit in ACTION_UNITS
    if unit.source == "derived"
    for name in ([f"{unit.code}_{side}" for side in "LR"] if unit.sided else [unit.code])
)
"""Names of the derived units' curves."""

ALTERNATIVES = {"AU27": "AU26", "AU43": "AU45", "AU33": "AU34", "AU23": "AU24"}
"""Derived units that FACS scores instead of the unit they are derived from, not beside it."""
