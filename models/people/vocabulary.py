"""What faces do, as weights of ICT-FaceKit's expressions by stem (both sides of those that have sides).

Emotions by their action units after Ekman, Friesen & Hager, FACS Investigator's Guide (2002), table 10-1; visemes
after the fifteen of the MPEG-4 and Oculus sets.
"""

Gesture = dict[str, float]
"""Stem → weight at full strength."""

EMOTIONS: tuple[Gesture, ...] = (
    {"mouthSmile": 1.0, "cheekSquint": 0.8, "eyeSquint": 0.3},
    {"mouthSmile": 0.9, "cheekSquint": 0.9, "jawOpen": 0.4, "mouthUpperUp": 0.4, "eyeSquint": 0.4},
    {"mouthSmile": 0.7, "mouthDimple": 0.5},
    {"browInnerUp": 1.0, "browDown": 0.4, "mouthFrown": 0.8, "mouthShrugLower": 0.5},
    {"browInnerUp": 0.8, "mouthStretch": 0.3, "mouthFrown": 0.6, "cheekSquint": 0.5, "jawOpen": 0.2, "eyeSquint": 0.5},
    {"browInnerUp": 0.9, "browOuterUp": 0.9, "eyeWide": 0.9, "jawOpen": 0.6},
    {"browInnerUp": 0.9, "browOuterUp": 0.6, "browDown": 0.5, "eyeWide": 1.0, "mouthStretch": 0.9, "jawOpen": 0.3},
    {"browDown": 1.0, "eyeWide": 0.5, "eyeSquint": 0.6, "mouthPress": 0.8, "mouthShrugLower": 0.3},
    {"browDown": 1.0, "eyeSquint": 0.6, "mouthUpperUp": 0.5, "mouthFunnel": 0.4, "jawOpen": 0.3, "noseSneer": 0.4},
    {"noseSneer": 1.0, "mouthUpperUp": 0.6, "browDown": 0.5, "cheekSquint": 0.3, "eyeSquint": 0.4},
    {"mouthUpperUp": 0.8, "mouthFrown": 0.5, "mouthShrugLower": 0.6, "noseSneer": 0.4},
    {"browDown": 0.8, "cheekSquint": 0.9, "noseSneer": 0.6, "mouthUpperUp": 0.6, "eyeBlink": 0.8, "mouthStretch": 0.4},
    {"mouthFrown": 0.6, "mouthShrugLower": 0.8, "browInnerUp": 0.4, "browOuterUp": 0.5},
)

VISEMES: tuple[Gesture, ...] = (
    {"jawOpen": 0.18, "mouthClose": 0.18, "mouthPress": 0.4},
    {"jawOpen": 0.25, "mouthClose": 0.25, "mouthRollUpper": 0.3, "mouthRollLower": 0.35},
    {"jawOpen": 0.08, "mouthRollLower": 0.55, "mouthUpperUp": 0.3},
    {"jawOpen": 0.2, "mouthLowerDown": 0.25},
    {"jawOpen": 0.15, "mouthLowerDown": 0.35, "mouthUpperUp": 0.15, "mouthStretch": 0.1},
    {"jawOpen": 0.22, "mouthStretch": 0.25, "mouthDimple": 0.15},
    {"jawOpen": 0.12, "mouthFunnel": 0.65, "mouthUpperUp": 0.2, "mouthLowerDown": 0.3},
    {"jawOpen": 0.05, "mouthStretch": 0.35, "mouthSmile": 0.2, "mouthLowerDown": 0.35},
    {"jawOpen": 0.14, "mouthFunnel": 0.35, "mouthShrugUpper": 0.15},
    {"jawOpen": 0.65, "mouthLowerDown": 0.35, "mouthUpperUp": 0.2},
    {"jawOpen": 0.35, "mouthStretch": 0.3, "mouthSmile": 0.2, "mouthLowerDown": 0.25},
    {"jawOpen": 0.15, "mouthSmile": 0.4, "mouthDimple": 0.2, "mouthLowerDown": 0.3},
    {"jawOpen": 0.4, "mouthFunnel": 0.65},
    {"jawOpen": 0.12, "mouthPucker": 0.85},
)

MOUTHS: tuple[Gesture, ...] = (
    {"jawOpen": 0.3, "mouthClose": 0.3, "jawLeft": 0.5, "mouthPress": 0.2},
    {"jawOpen": 0.3, "mouthClose": 0.25, "jawRight": 0.5, "mouthRollLower": 0.2},
    {"jawOpen": 0.6, "mouthClose": 0.6},
    {"jawOpen": 0.12, "mouthRollLower": 1.0},
    {"mouthRollUpper": 0.9, "mouthRollLower": 0.9, "mouthPress": 0.4},
    {"mouthShrugLower": 1.0, "mouthShrugUpper": 0.5, "mouthFrown": 0.3},
    {"mouthShrugLower": 0.8, "mouthPucker": 0.5},
    {"mouthPucker": 1.0},
    {"mouthPucker": 0.7, "mouthLeft": 0.8},
    {"mouthPucker": 0.7, "mouthRight": 0.8},
    {"mouthLeft": 0.9, "mouthDimple": 0.4},
    {"mouthRight": 0.9, "mouthDimple": 0.4},
    {"cheekPuff": 1.0, "mouthPress": 0.5},
    {"cheekPuff": 0.8, "mouthPucker": 0.4},
    {"mouthPress": 0.9, "mouthDimple": 0.6},
    {"jawForward": 1.0, "mouthShrugLower": 0.4},
    {"jawForward": 0.9, "jawOpen": 0.2, "mouthLowerDown": 0.6},
    {"jawOpen": 0.95, "mouthLowerDown": 0.6, "mouthUpperUp": 0.6, "mouthStretch": 0.5},
    {"jawOpen": 1.0},
    {"mouthStretch": 1.0, "mouthLowerDown": 0.9},
    {"mouthUpperUp": 1.0, "mouthLowerDown": 1.0},
)

BROWS: tuple[Gesture, ...] = (
    {"browInnerUp": 1.0},
    {"browOuterUp": 1.0},
    {"browInnerUp": 0.9, "browOuterUp": 1.0},
    {"browDown": 1.0},
    {"browDown": 0.7, "browInnerUp": 0.7},
    {"browDown": 0.8, "eyeSquint": 0.7},
)

LIDS: tuple[Gesture, ...] = (
    {"eyeBlink": 1.0},
    {"eyeBlink": 0.5},
    {"eyeBlink": 1.0, "cheekSquint": 0.7, "eyeSquint": 0.5},
    {"eyeSquint": 1.0},
    {"eyeSquint": 0.8, "cheekSquint": 0.8},
    {"eyeWide": 1.0},
)
