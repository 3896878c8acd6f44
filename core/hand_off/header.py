"""What a frame's files tell of it in their headers: time, colour, camera, and that the picture was altered."""

import numpy as np

from ..clip.colour import interop_id, primaries
from ..clip.exr import DATA, Attribute
from ..conventions import camera_rotations
from ..export.timecode import Clock
from ..fit.result import Fit
from ..provenance import exr_attributes
from ..texture.light import linear_plate
from .handed import HandOff
from .result import Result


def colour_of(result: Result) -> dict[str, Attribute]:
    """For files whose pixels are the plate's; plateColorSpace is what the plate or its user calls it, for spaces that
    the standard attributes have no word for. Where nobody says, what everything here takes it for.
    """
    said = result.clip.colour_space
    space = said or ("lin_rec709_scene" if linear_plate(result.clip) else "srgb_rec709_scene")
    told: dict[str, Attribute] = {"plateColorSpace": said or f"not said; taken for {space}"}
    if known := interop_id(space):
        told["colorInteropID"] = known
    if corners := primaries(space):
        told["chromaticities"] = ("float[8]", corners)
    return told


def no_colour() -> dict[str, Attribute]:
    return {"colorInteropID": DATA}


def time_of(result: Result, number: int) -> dict[str, Attribute]:
    """Of a frame by its source number."""
    clock = Clock.of(result.clip, result.fit.fps)
    return {
        "smpte:TimeCode": ("timecode", (clock.at(number).packed(), 0)),
        "FramesPerSecond": ("rational", (clock.rate.numerator, clock.rate.denominator)),
        "frameNumber": number,
    }


def camera_of(fit: Fit, row: int) -> dict[str, Attribute]:
    """The shot's camera, which stands still, and the head before it: camera.head takes face space (m, row vectors) to
    camera space (m: x right, y down, z forward); camera.focal_px is measured down the image.
    """
    head = np.eye(4)
    head[:3, :3], head[3, :3] = camera_rotations(fit.rotation[row]).T, fit.translation[row]
    return {
        "camera.focal_px": float(fit.camera.focal[row]),
        "camera.principal_px": ("float[2]", tuple(map(float, fit.camera.principal))),
        "camera.distortion": ("float[2]", tuple(map(float, fit.camera.distortion))),
        "camera.pixel_aspect": 1 / fit.camera.aspect,
        "camera.head": ("matrix", tuple(map(float, head.ravel()))),
    }


def provenance_of(hand: HandOff) -> dict[str, Attribute]:
    """That the picture was altered, and from which clip; nothing where a hand-off doesn't have to say so."""
    return {**exr_attributes(), "alteredFrom": hand.result.clip.path.name} if hand.says_altered else {}
