from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR
import OpenImageIO as oiio  # noqa: N813 - its own name for itself
import PIL.Image
import pytest
from expression_transfer.core.clip import display, open_clip
from expression_transfer.core.errors import InputError

RNG = np.random.default_rng(3)


def _pixels(height: int, width: int, channels: int, dtype: str) -> np.ndarray:
    if dtype.startswith("float"):
        return (RNG.random((height, width, channels)) * 4 - 1).astype(dtype)
    return RNG.integers(0, np.iinfo(dtype).max, (height, width, channels), dtype, endpoint=True)


def _write_exr(path: Path, pixels: np.ndarray) -> None:
    names = "RGBA"[: pixels.shape[2]]
    planes = {name: np.ascontiguousarray(pixels[..., i]) for i, name in enumerate(names)}
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION}, planes).write(str(path))


def _sequence(folder: Path, numbers: list[int], size: tuple[int, int] = (12, 20)) -> list[np.ndarray]:
    folder.mkdir(exist_ok=True)
    frames = [_pixels(*size, 3, "uint8") for _ in numbers]
    for number, pixels in zip(numbers, frames, strict=True):
        PIL.Image.fromarray(pixels).save(folder / f"shot.{number:04d}.png")
    return frames


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("channels", [3, 4])
def test_exr_values_are_as_stored(dtype, channels, tmp_path):
    pixels = _pixels(9, 14, channels, dtype)
    pixels[0, 0, 0], pixels[0, 1, 0] = np.nan, np.inf
    _write_exr(tmp_path / "a.exr", pixels)
    clip = open_clip(tmp_path / "a.exr")
    assert (clip.kind, clip.dtype, clip.channels, clip.width, clip.height) == ("still", dtype, channels, 14, 9)
    np.testing.assert_array_equal(clip.read(1).pixels, pixels)


@pytest.mark.parametrize("mode, dtype", [("RGB", "uint8"), ("RGBA", "uint8"), ("L", "uint8"), ("LA", "uint8")])
def test_png_is_what_pillow_wrote(mode, dtype, tmp_path):
    pixels = _pixels(7, 11, {"L": 1, "LA": 2}.get(mode, len(mode)), dtype)
    PIL.Image.fromarray(pixels.squeeze(), mode).save(tmp_path / "a.png")
    if mode[0] == "L":
        pixels = np.concatenate([pixels[..., :1]] * 3 + [pixels[..., 1:]], axis=2)
    clip = open_clip(tmp_path / "a.png")
    np.testing.assert_array_equal(clip.read(1).pixels, pixels)
    assert clip.channels == pixels.shape[2]


def test_other_channels_are_left_out(tmp_path):
    planes = {name: np.full((4, 5), i, np.float32) for i, name in enumerate(["A", "B", "G", "R", "Z", "depth.R"])}
    OpenEXR.File({}, planes).write(str(tmp_path / "aov.exr"))
    np.testing.assert_array_equal(open_clip(tmp_path / "aov.exr").read(1).pixels[0, 0], [3, 2, 1, 0])


def test_the_display_window_is_the_frame(tmp_path):
    """A data window that starts at (2, 1) and runs over the display window's right edge."""
    data = _pixels(4, 12, 3, "float32")
    spec = oiio.ImageSpec(12, 4, 3, "float")
    spec.x, spec.y, spec.full_width, spec.full_height = 2, 1, 10, 8
    image = oiio.ImageOutput.create(str(tmp_path / "w.exr"))
    image.open(str(tmp_path / "w.exr"), spec)
    image.write_image(data)
    image.close()
    pixels = open_clip(tmp_path / "w.exr").read(1).pixels
    assert pixels.shape == (8, 10, 3)
    np.testing.assert_array_equal(pixels[1:5, 2:], data[:, :8])
    assert not pixels[0].any() and not pixels[5:].any() and not pixels[:, :2].any()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(orientation, tmp_path):
    image = PIL.Image.fromarray(_pixels(6, 10, 3, "uint8"))
    exif = image.getexif()
    exif[274] = orientation
    image.save(tmp_path / "a.png", exif=exif)
    upright = np.asarray(PIL.ImageOps.exif_transpose(PIL.Image.open(tmp_path / "a.png")))
    clip = open_clip(tmp_path / "a.png")
    np.testing.assert_array_equal(clip.read(1).pixels, upright)
    assert (clip.height, clip.width) == upright.shape[:2]


def test_focal_length_from_exif(tmp_path):
    """A 43.27 mm lens (the diagonal of 36×24 mm) is as long in px as the image's diagonal."""
    image = PIL.Image.fromarray(_pixels(300, 400, 3, "uint8"))
    exif = image.getexif()
    exif.get_ifd(0x8769)[41989] = 50
    image.save(tmp_path / "a.jpg", exif=exif)
    assert open_clip(tmp_path / "a.jpg").focal == pytest.approx(500 * 50 / np.hypot(36, 24))
    image.save(tmp_path / "b.jpg")
    assert open_clip(tmp_path / "b.jpg").focal is None


@pytest.mark.parametrize("name", ["shot.####.png", "shot.%04d.png", ""])
def test_sequences_keep_their_numbers(name, tmp_path):
    frames = _sequence(tmp_path / "seq", [998, 999, 1000])
    clip = open_clip(tmp_path / "seq" / name)
    assert (clip.kind, clip.first, clip.last, clip.frame_count, clip.fps) == ("sequence", 998, 1000, 3, Fraction(24))
    read = list(clip)
    assert [frame.number for frame in read] == [998, 999, 1000]
    np.testing.assert_allclose([frame.time for frame in read], np.arange(3) / 24)
    np.testing.assert_array_equal(clip.read(999).pixels, frames[1])
    assert [frame.number for frame in open_clip(tmp_path / "seq" / name, 999, 999)] == [999]


def test_one_file_of_a_sequence_is_a_still(tmp_path):
    _sequence(tmp_path / "seq", [1, 2])
    clip = open_clip(tmp_path / "seq" / "shot.0002.png")
    assert (clip.kind, [frame.number for frame in clip]) == ("still", [1])


@pytest.mark.parametrize("name", ["take#2.png", "take%d.png", "50%02d#.png"])
def test_an_existing_file_is_no_pattern(name, tmp_path):
    pixels = _pixels(5, 6, 3, "uint8")
    PIL.Image.fromarray(pixels).save(tmp_path / name)
    clip = open_clip(tmp_path / name)
    assert clip.kind == "still"
    np.testing.assert_array_equal(clip.read(1).pixels, pixels)


@pytest.mark.parametrize("pattern", ["take#2.%04d.png", "take#2.####.png"])
def test_the_last_pattern_is_the_number(pattern, tmp_path):
    for number in (3, 4):
        PIL.Image.fromarray(_pixels(5, 6, 3, "uint8")).save(tmp_path / f"take#2.{number:04d}.png")
    clip = open_clip(tmp_path / pattern)
    assert (clip.kind, clip.first, clip.last) == ("sequence", 3, 4)


def test_metadata_of_an_exr(tmp_path):
    spec = oiio.ImageSpec(4, 4, 3, "half")
    spec.attribute("FramesPerSecond", "rational", (24000, 1001))
    spec.attribute("smpte:TimeCode", "timecode", (0x04030201, 0))
    image = oiio.ImageOutput.create(str(tmp_path / "a.exr"))
    image.open(str(tmp_path / "a.exr"), spec)
    image.write_image(_pixels(4, 4, 3, "float16"))
    image.close()
    clip = open_clip(tmp_path / "a.exr")
    assert (clip.fps, clip.timecode) == (Fraction(24000, 1001), "04:03:02:01")


def _gap(folder: Path) -> Path:
    _sequence(folder, [1, 2, 5])
    return folder


def _two(folder: Path) -> Path:
    _sequence(folder, [1])
    (folder / "other.0001.png").write_bytes((folder / "shot.0001.png").read_bytes())
    return folder


def _damaged(folder: Path) -> Path:
    _sequence(folder, [1, 2], (200, 200))
    path = folder / "shot.0002.png"
    path.write_bytes(path.read_bytes()[:9000])
    return folder


def _sizes(folder: Path) -> Path:
    _sequence(folder, [1])
    _sequence(folder, [2], (14, 20))
    return folder


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _none(folder: Path) -> Path:
    return folder / "shot.####.png"


@pytest.mark.parametrize(
    "make, reason",
    [
        (_gap, "frame 3"),
        (_two, "several"),
        (_damaged, "0002"),
        (_sizes, "0002"),
        (_empty, "no numbered"),
        (_none, "no file"),
    ],
)
def test_bad_sequences_are_one_line(make, reason, tmp_path):
    path = make(tmp_path / "seq")
    with pytest.raises(InputError) as caught:
        list(open_clip(path))
    assert str(tmp_path) in str(caught.value) and reason in str(caught.value) and "\n" not in str(caught.value)


def test_a_gap_outside_the_range_is_no_matter(tmp_path):
    assert len(list(open_clip(_gap(tmp_path / "seq"), 1, 2))) == 2


@pytest.mark.parametrize("content", [b"", b"nothing"])
def test_bad_stills(content, tmp_path):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.png"):
        open_clip(tmp_path / "a.png")


def test_proxy_of_linear_float_is_srgb(tmp_path):
    """IEC 61966-2-1: 0.18 → 118, 0.5 → 188, 0.0031308 → 10; out of range and NaN are safe."""
    values = np.array([0.18, 0.5, 0.0031308, -1, np.nan, 7, np.inf, -np.inf, 1, 1e30], np.float32)
    _write_exr(tmp_path / "a.exr", np.repeat(values[None, :, None], 3, axis=2))
    clip = open_clip(tmp_path / "a.exr")
    shown = display(clip.read(1).pixels, clip)
    assert shown.dtype == np.uint8
    np.testing.assert_array_equal(shown[0, :, 1], [118, 188, 10, 0, 0, 255, 255, 0, 255, 255])


def test_proxy_of_integers(tmp_path):
    PIL.Image.fromarray(_pixels(3, 3, 4, "uint8")).save(tmp_path / "a.png")
    clip = open_clip(tmp_path / "a.png")
    pixels = clip.read(1).pixels
    np.testing.assert_array_equal(display(pixels, clip), pixels[..., :3])
    np.testing.assert_array_equal(display(pixels.astype(np.uint16) << 8, clip), pixels[..., :3])
