"""Plates as numbered images in the plate's own depth, format and numbering."""

from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - its own name for itself

from ..errors import Failure
from ..provenance import exr_attributes, seal, words
from ..storage import whole_file
from .footage import Clip, Pixels
from .images import read_spec

KEPT_FORMATS = {".png", ".tif", ".tiff", ".exr"}
NO_DATE = "1970:01:01 00:00:00"
PNG_LEVEL = 1
"""zlib's: more than twice as fast as its usual 6, files a quarter larger."""
PNG_UP = 32
"""libpng's filter that takes each row from the one above: files as large as with the best for each row, in half the
time.
"""
LOSSLESS_EXR = {"none", "rle", "zip", "zips", "piz"}


class SequenceWriter:
    """Writes `folder/stem.####.ext`, each file whole or absent, the same bytes for the same pixels.

    The format is the plate's where that keeps every value: PNG, TIFF and EXR stay (with their metadata; a lossy EXR
    compression becomes zip), 8- and 16-bit video, JPEG and others become PNG, float ones EXR. Without a plate: PNG.
    `altered`: the files say so (core/provenance.py).
    """

    def __init__(self, folder: Path, stem: str, like: Clip | None = None, *, altered: bool = False) -> None:
        self._folder = folder
        self._stem = stem
        self._like = like
        self._suffix = _suffix(like)
        self._altered = altered

    def path(self, number: int) -> Path:
        return self._folder / f"{self._stem}.{number:04d}{self._suffix}"

    def write(self, number: int, pixels: Pixels) -> Path:
        """Write H×W×3 or ×4 pixels as stored in the plate (alpha unassociated or not, as it was read).

        Raises Failure where the file can't be written.
        """
        path = self.path(number)
        spec = self._spec(number, pixels)
        with whole_file(path) as temporary:
            image = oiio.ImageOutput.create(str(temporary))
            done = (
                image is not None
                and image.open(str(temporary), spec)
                and image.write_image(np.ascontiguousarray(pixels))
            )
            done = bool(done and image.close())
            if not done:
                reason = " ".join((image.geterror() if image else oiio.geterror()).split())
                raise Failure(f"{path}: can't be written ({reason}); check the folder's rights and free space")
            if self._altered:
                seal(temporary)
        return path

    def _spec(self, number: int, pixels: Pixels) -> oiio.ImageSpec:
        height, width, channels = pixels.shape
        spec = oiio.ImageSpec(width, height, channels, oiio.TypeDesc(_type_name(pixels.dtype)))
        if self._like is not None and self._like.kind != "video":
            numbered = number if self._like.kind == "sequence" else self._like.first
            spec.extra_attribs = read_spec(self._like.source.location(numbered)).extra_attribs
        if spec.get_string_attribute("compression").split(":")[0] not in LOSSLESS_EXR or self._suffix != ".exr":
            spec.erase_attribute("compression")
        if not spec.get_string_attribute("DateTime"):
            spec.attribute("DateTime", NO_DATE)  # OpenImageIO would write the present time: other bytes each time
        spec.attribute("png:compressionLevel", PNG_LEVEL)
        spec.attribute("png:filter", PNG_UP)
        spec.attribute("Orientation", 1)  # the pixels are upright
        if self._altered:
            told = exr_attributes() if self._suffix == ".exr" else words(spec.get_string_attribute("ImageDescription"))
            for name, value in told.items():
                spec.attribute(name, value)
        if self._suffix == ".png":  # always unassociated; a TIFF's kind came with its metadata
            spec.attribute("oiio:UnassociatedAlpha", 1)
        return spec


def _suffix(like: Clip | None) -> str:
    if like is None:
        return ".png"
    suffix = like.source.location(like.first).suffix.lower()
    if like.kind != "video" and suffix in KEPT_FORMATS:
        return suffix
    return ".exr" if like.dtype.startswith("float") else ".png"


def _type_name(dtype: np.dtype[np.generic]) -> str:
    return {"float16": "half", "float32": "float"}.get(str(dtype), str(dtype))
