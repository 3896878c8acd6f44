"""Action units, ARKit blend shapes and how they correspond: the one table.

The control channels (UNITS) are the FACS action units and descriptors that ARKit's 52 shapes span, so that
curves go to ARKit and back without loss. Correspondence after ICT-FaceKit and py-feat (Cheong et al. 2023);
AU codes after Ekman, Friesen & Hager, FACS (2002). Two ARKit shapes have no code and keep their names.
"""

from dataclasses import dataclass

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
class DerivedUnit:
    """A unit that is read from others and written to facs.csv for information, never read back."""

    name: str
    meaning: str


DERIVED: tuple[DerivedUnit, ...] = (
    DerivedUnit("AU25", "lips part: jaw opening and lip raising not closed by AU8"),
    DerivedUnit("AU27", "mouth stretch: the upper half of AU26"),
    DerivedUnit("AU61", "eyes left: mean gaze"),
    DerivedUnit("AU62", "eyes right: mean gaze"),
    DerivedUnit("AU63", "eyes up: mean gaze"),
    DerivedUnit("AU64", "eyes down: mean gaze"),
)
