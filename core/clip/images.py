"""Stills and numbered sequences through OpenImageIO."""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - its own name for itself

from ..errors import InputError
from .colour import space_of_file
from .footage import Clip, Frame, FrameError, Pixels
from .video import DEFAULT_FPS, frame_range

EXTENSIONS = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".dpx", ".cin", ".tga", ".bmp", ".webp", ".hdr", ".jp2"}
FULL_FRAME_DIAGONAL = float(np.hypot(36.0, 24.0))
"""mm, of the 35 mm film that EXIF's FocalLengthIn35mmFilm is relative to (CIPA DCG-001: by the diagonal)."""


def open_still(path: Path, start: int | None, end: int | None, fps: Fraction | None) -> Clip:
    return _open({1: path}, path, "still", (start, end), fps)


def open_sequence(files: dict[int, Path], path: Path, start: int | None, end: int | None, fps: Fraction | None) -> Clip:
    """A clip of numbered images; only gaps inside start–end matter."""
    return _open(files, path, "sequence", (start, end), fps)


def _open(
    files: dict[int, Path],
    path: Path,
    kind: Literal["sequence", "still"],
    wanted: tuple[int | None, int | None],
    fps: Fraction | None,
) -> Clip:
    lowest, highest = min(files), max(files)
    first, last = frame_range(path, lowest, highest - lowest + 1, *wanted)
    assert last is not None
    _check_gaps(files, path, first, last)
    spec, _ = _read(files[first])
    height, width, channels = _upright_shape(spec)
    rate = fps or _rate(spec) or DEFAULT_FPS
    dtype = _dtype(spec)
    return Clip(
        path=path,
        kind=kind,
        width=width,
        height=height,
        channels=channels,
        dtype=dtype,
        fps=rate,
        first=first,
        last=last,
        frame_count=last - first + 1,
        has_audio=False,
        focal=_focal(spec, width, height),
        timecode=spec.get_string_attribute("smpte:TimeCode") or None,
        colour_space=space_of_file(files[first], spec),
        source=ImageSource(files, rate, (height, width, channels), dtype),
    )


def _check_gaps(files: dict[int, Path], path: Path, first: int, last: int) -> None:
    missing = [number for number in range(first, last + 1) if number not in files]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InputError(
            f"{path}: frame {missing[0]}{more} of {first}–{last} missing; render it or choose a range without gaps"
        )


class ImageSource:
    """Reads an image file a frame."""

    def __init__(self, files: dict[int, Path], fps: Fraction, shape: tuple[int, int, int], dtype: str) -> None:
        self._files = files
        self._fps = fps
        self._shape = shape
        self._dtype = dtype
        self._lowest = min(files)

    def location(self, number: int) -> Path:
        if number not in self._files:
            raise FrameError(f"{next(iter(self._files.values())).parent}: has no frame {number}")
        return self._files[number]

    def frames(self, first: int, last: int | None) -> Iterator[Frame]:
        for number in range(first, (max(self._files) if last is None else last) + 1):
            yield self.read(number)

    def read(self, number: int) -> Frame:
        path = self.location(number)
        _, pixels = _read(path)
        if pixels.shape != self._shape or str(pixels.dtype) != self._dtype:
            found, wanted = f"{pixels.shape} {pixels.dtype}", f"{self._shape} {self._dtype}"
            raise FrameError(f"{path}: is {found} where the sequence is {wanted}; give images of one size and kind")
        return Frame(number, float((number - self._lowest) / self._fps), pixels)


def read_spec(path: Path) -> oiio.ImageSpec:
    """The image's header. Raises FrameError."""
    image = _opened(path)
    spec = image.spec()
    image.close()
    return spec


def _opened(path: Path) -> oiio.ImageInput:
    if not path.is_file():
        raise FrameError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise FrameError(f"{path}: the file is empty; copy or render it again")
    as_stored = oiio.ImageSpec()
    as_stored.attribute("oiio:UnassociatedAlpha", 1)  # otherwise RGB comes multiplied by alpha
    image = oiio.ImageInput.open(str(path), as_stored)
    if image is None:
        raise FrameError(f"{path}: not a readable image ({_reason(oiio.geterror())})")
    return image


def _reason(message: str) -> str:
    return " ".join(message.split()) or "unknown reason"


def _read(path: Path) -> tuple[oiio.ImageSpec, Pixels]:
    """Header and H×W×3 or ×4 pixels, upright, cut or padded with zeros to the display window."""
    image = _opened(path)
    spec = image.spec()
    low, high = _channel_range(spec)
    dtype = _dtype(spec)
    pixels = image.read_image(
        0, 0, low, high, "half" if dtype == "float16" else "float" if dtype == "float32" else dtype
    )
    problem = image.geterror()
    image.close()
    if pixels is None or problem:
        raise FrameError(f"{path}: is damaged ({_reason(problem)}); copy or render it again")
    pixels = _in_display_window(np.asarray(pixels).reshape(spec.height, spec.width, high - low), spec)
    if pixels.shape[2] < 3:  # grey, with or without alpha
        pixels = np.concatenate([np.repeat(pixels[..., :1], 3, axis=2), pixels[..., 1:]], axis=2)
    return spec, np.ascontiguousarray(upright(pixels, spec.get_int_attribute("Orientation", 1)))


def _channel_range(spec: oiio.ImageSpec) -> tuple[int, int]:
    """The run of channels that is colour and alpha: R, G, B(, A) wherever they lie, else the first ones."""
    names = list(spec.channelnames)
    first = names.index("R") if {"R", "G", "B"} <= set(names) else 0
    if names[first : first + 3] != ["R", "G", "B"]:
        return first, first + (2 if names[:2] == ["Y", "A"] else 1)
    return first, first + (4 if names[first + 3 : first + 4] == ["A"] else 3)


def _dtype(spec: oiio.ImageSpec) -> str:
    low, high = _channel_range(spec)
    formats = [str(kind) for kind in spec.channelformats[low:high]] or [str(spec.format)]
    kinds = {"uint8": "uint8", "uint16": "uint16", "half": "float16"}
    found = {kinds.get(kind, "float32") for kind in formats}
    return found.pop() if len(found) == 1 else "float32"


def _in_display_window(pixels: Pixels, spec: oiio.ImageSpec) -> Pixels:
    left, top = spec.x - spec.full_x, spec.y - spec.full_y
    width, height = spec.full_width, spec.full_height
    if (left, top, spec.width, spec.height) == (0, 0, width, height):
        return pixels
    window = np.zeros((height, width, pixels.shape[2]), pixels.dtype)
    rows = slice(max(top, 0), min(top + spec.height, height))
    columns = slice(max(left, 0), min(left + spec.width, width))
    window[rows, columns] = pixels[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return window


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Apply EXIF Orientation (1–8)."""
    if orientation in (2, 3):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4):
        pixels = pixels[::-1]
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (7, 8):
        pixels = pixels[::-1]
    return pixels


def _upright_shape(spec: oiio.ImageSpec) -> tuple[int, int, int]:
    low, high = _channel_range(spec)
    channels = high - low if high - low >= 3 else high - low + 2
    size = spec.full_height, spec.full_width
    turned = spec.get_int_attribute("Orientation", 1) >= 5
    return (size[1], size[0], channels) if turned else (size[0], size[1], channels)


def _rate(spec: oiio.ImageSpec) -> Fraction | None:
    value = spec.getattribute("FramesPerSecond") or spec.getattribute("dpx:FrameRate")
    if isinstance(value, tuple) and len(value) == 2 and value[1]:
        return Fraction(int(value[0]), int(value[1]))
    return Fraction(value).limit_denominator(1001) if isinstance(value, float) and 0 < value < 1000 else None


def _focal(spec: oiio.ImageSpec, width: int, height: int) -> float | None:
    millimetres = spec.get_int_attribute("Exif:FocalLengthIn35mmFilm", 0)
    return millimetres / FULL_FRAME_DIAGONAL * float(np.hypot(width, height)) if millimetres > 0 else None


def numbered_files(folder: Path, prefix: str, digits: int, suffix: str) -> dict[int, Path]:
    """Files `prefix` + at least `digits` digits + `suffix` in a folder, by number."""
    pattern = re.compile(re.escape(prefix) + rf"(\d{{{max(digits, 1)},}})" + re.escape(suffix))
    found = ((pattern.fullmatch(path.name), path) for path in sorted(folder.iterdir()) if path.is_file())
    return {int(match[1]): path for match, path in found if match}


def sequences_in(folder: Path) -> dict[tuple[str, str], dict[int, Path]]:
    """The folder's numbered image sequences by (prefix, suffix)."""
    sequences: dict[tuple[str, str], dict[int, Path]] = {}
    for path in sorted(folder.iterdir()):
        match = re.fullmatch(r"(.*?)(\d+)(\.[^.]+)", path.name)
        if match and match[3].lower() in EXTENSIONS and path.is_file() and not path.name.startswith("."):
            sequences.setdefault((match[1], match[3]), {})[int(match[2])] = path
    return sequences
