"""Which colour space pixels are in, by the names of OpenColorIO's config ($OCIO, else OpenImageIO's own), and how they
look on a display. Plates are never converted; detectors and people look at a stand-in that is.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - its own name for itself
from numpy.typing import NDArray

from ..errors import InputError

Corners = tuple[float, ...]
"""xy of red, green, blue and white."""
_REC709: Corners = (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329)
_P3D65: Corners = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329)
_REC2020: Corners = (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329)
_ADOBE: Corners = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.329)
_AP0: Corners = (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)
_AP1: Corners = (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)

INTEROP: dict[str, tuple[Corners, tuple[str, ...]]] = {
    "lin_ap1_scene": (_AP1, ("acescg", "lin_ap1")),
    "lin_ap0_scene": (_AP0, ("aces2065-1", "lin_ap0")),
    "lin_rec709_scene": (_REC709, ("lin_rec709", "linear rec.709 (srgb)", "linear rec.709", "lin_srgb", "linear")),
    "lin_p3d65_scene": (_P3D65, ("lin_p3d65", "linear p3-d65")),
    "lin_rec2020_scene": (_REC2020, ("lin_rec2020", "linear rec.2020")),
    "lin_adobergb_scene": (_ADOBE, ("lin_adobergb", "linear adobergb")),
    "srgb_rec709_scene": (_REC709, ("srgb", "srgb_tx", "srgb encoded rec.709 (srgb)", "bt709", "bt601")),
    "g22_rec709_scene": (_REC709, ("g22_rec709", "gamma 2.2 encoded rec.709")),
    "g18_rec709_scene": (_REC709, ("g18_rec709", "gamma 1.8 encoded rec.709")),
    "srgb_p3d65_scene": (_P3D65, ("srgb_p3d65", "srgb encoded p3-d65")),
    "srgb_ap1_scene": (_AP1, ("srgb_ap1", "srgb encoded ap1")),
    "g22_ap1_scene": (_AP1, ("g22_ap1", "gamma 2.2 encoded ap1")),
    "g22_adobergb_scene": (_ADOBE, ("g22_adobergb", "gamma 2.2 encoded adobergb")),
}  # fmt: skip
"""The ASWF Color Interop Forum's texture and scene spaces: primaries, and what else they are called."""
LOOKED_AT = ("srgb_rec709_scene", "srgb_tx", "sRGB - Texture", "sRGB", "texture_paint", "color_picking")
"""What a config may call the space of pictures on a screen."""
_TOLERANCE = 2e-3
"""Of chromaticities, which programs round."""


@lru_cache(maxsize=4)
def _config(named: str) -> oiio.ColorConfig:
    found = oiio.ColorConfig(named)
    if problem := found.geterror():
        reason = " ".join(problem.split())
        raise InputError(f"{named}: not a readable OpenColorIO config ({reason}); correct or unset OCIO")
    return found


def config() -> oiio.ColorConfig:
    """What $OCIO names, else OpenImageIO's own. Raises InputError where it can't be read."""
    return _config(os.environ.get("OCIO", ""))


def known_space(name: str) -> str:
    """A space by any of its names, as the config calls it. Raises InputError where the config has none of that name."""
    found = str(config().resolve(name))
    if name.casefold() in (each.casefold() for each in config().getColorSpaceNames()) or found != name:
        return found
    offered = ", ".join(map(str, config().getColorSpaceNames()))
    raise InputError(f"{name}: no colour space of the OpenColorIO config, which has {offered}")


def space_of_file(path: Path, spec: oiio.ImageSpec) -> str:
    """The space of an image's pixels: as its header tells, else as the config's rules say of its path ($OCIO), else
    as OpenImageIO guesses from the format; '' where unknown.
    """
    told = spec.get_string_attribute("colorInteropID")
    if told in INTEROP:
        return told
    if corners := spec.getattribute("chromaticities"):
        near = [name for name, (known, _) in INTEROP.items() if np.allclose(known, corners, atol=_TOLERANCE)]
        if near:
            return near[0]  # linear ones come first, which is what OpenEXR holds
    ruled = config().getColorSpaceFromFilepath(str(path)) if os.environ.get("OCIO") else ""
    if ruled and str(config().resolve(ruled)) != str(config().resolve("none")):
        return str(ruled)
    return str(spec.get_string_attribute("oiio:ColorSpace"))


def interop_id(space: str) -> str:
    """The Color Interop Forum's name of a space; '' for one that has none, as cameras' own have."""
    names = {space.casefold(), *(str(alias).casefold() for alias in config().getAliases(space))} - {""}
    return next((known for known, (_, others) in INTEROP.items() if names & {known, *others}), "")


def primaries(space: str) -> Corners:
    """Coordinates (CIE xy) of a space's primaries and white; () where unknown."""
    return INTEROP[found][0] if (found := interop_id(space)) else ()


def is_plain(space: str) -> bool:
    """Whether a picture is shown without a config: sRGB, linear Rec.709, and what the config doesn't know."""
    return interop_id(space) in ("srgb_rec709_scene", "lin_rec709_scene") or not is_known(space)


def is_known(space: str) -> bool:
    """Whether the config has a space of this name."""
    return bool(space) and int(config().getColorSpaceIndex(space)) >= 0


def looked_at(pixels: NDArray[Any], space: str) -> NDArray[np.uint8]:
    """H×W×3 uint8, sRGB: pixels (H×W×3, integers as 0–1) of a space of the config. Light beyond 1 is white."""
    full = float(np.iinfo(pixels.dtype).max) if pixels.dtype.kind == "u" else 1.0
    values = np.ascontiguousarray(np.nan_to_num(pixels.astype(np.float32) / np.float32(full)))
    height, width = values.shape[:2]
    shown = oiio.ImageBuf(oiio.ImageSpec(width, height, 3, oiio.FLOAT))
    shown.set_pixels(oiio.ROI(0, width, 0, height, 0, 1, 0, 3), values)
    target = next((name for name in LOOKED_AT if is_known(name)), LOOKED_AT[0])
    converted = oiio.ImageBufAlgo.colorconvert(shown, space, target, colorconfig=os.environ.get("OCIO", ""))
    seen = converted.get_pixels(oiio.FLOAT)
    if converted.has_error or seen is None:
        raise InputError(f"{space}: can't be shown as {target} ({converted.geterror()}); check the config in OCIO")
    return np.asarray(np.rint(255 * np.clip(seen, 0, 1)), dtype=np.uint8)
