"""What the parts of a head look like where nobody has painted them: plain colours, as all exports and Blender show."""

_COLOURS = {
    "lips": (0.45, 0.16, 0.14),
    "eye": (0.85, 0.85, 0.83),
    "iris": (0.10, 0.06, 0.04),
    "pupil": (0.005, 0.005, 0.005),
    "mouth": (0.12, 0.02, 0.02),
    "teeth": (0.75, 0.72, 0.62),
    "tongue": (0.45, 0.14, 0.14),
}
_SKIN = (0.52, 0.31, 0.23)


def colour(part: str) -> tuple[float, float, float]:
    """Base colour (linear): by the first word found in the part's name; anything else is skin."""
    return next((value for word, value in _COLOURS.items() if word in part), _SKIN)


def roughness(part: str) -> float:
    return 0.15 if "eye" in part or "iris" in part else 0.5
