import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import OpenEXR
import PIL.Image
import pytest
import tifffile
from expression_transfer.core.clip import SequenceWriter, VideoWriter, open_clip
from expression_transfer.core.errors import Failure

RNG = np.random.default_rng(5)


def _exr(path: Path, dtype: str = "float16") -> np.ndarray:
    pixels = RNG.normal(size=(11, 13, 3)).astype(dtype)
    planes = {name: np.ascontiguousarray(pixels[..., i]) for i, name in enumerate("RGB")}
    header = {"compression": OpenEXR.PIZ_COMPRESSION, "owner": "the artist", "lensName": "50 mm"}
    OpenEXR.File(header, planes).write(str(path))
    return pixels


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_exr_round_trip_keeps_values_and_metadata(dtype, tmp_path):
    _exr(tmp_path / "in.0101.exr", dtype)
    pixels = _exr(tmp_path / "in.0102.exr", dtype)
    clip = open_clip(tmp_path / "in.####.exr", 102)
    written = SequenceWriter(tmp_path / "out", "plate", clip).write(102, pixels)
    assert written == tmp_path / "out" / "plate.0102.exr"
    with OpenEXR.File(str(written), separate_channels=True) as image:
        for i, name in enumerate("RGB"):
            np.testing.assert_array_equal(image.channels()[name].pixels, pixels[..., i])
            assert image.channels()[name].pixels.dtype == dtype
        assert image.header()["owner"] == "the artist" and image.header()["lensName"] == "50 mm"
        assert image.header()["compression"] == OpenEXR.PIZ_COMPRESSION


@pytest.mark.parametrize(
    "name, mode, suffix",
    [("a.png", "RGB", ".png"), ("a.png", "RGBA", ".png"), ("a.tif", "RGB", ".tif"), ("a.jpg", "RGB", ".png")],
)
def test_eight_bit_plates_come_back_bit_for_bit(name, mode, suffix, tmp_path):
    PIL.Image.fromarray(RNG.integers(0, 256, (9, 7, len(mode)), np.uint8)).save(tmp_path / name)
    clip = open_clip(tmp_path / name)
    pixels = clip.read(1).pixels
    written = SequenceWriter(tmp_path / "out", "b", clip).write(1, pixels)
    assert written.suffix == suffix
    np.testing.assert_array_equal(np.asarray(PIL.Image.open(written)), pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("kind", ["assocalpha", "unassalpha"])
def test_a_tiffs_alpha_comes_back_as_it_was(kind, dtype, tmp_path):
    """Written and read by tifffile, colours above alpha included."""
    pixels = RNG.integers(0, np.iinfo(dtype).max, (9, 7, 4), dtype, endpoint=True)
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb", extrasamples=[kind])
    clip = open_clip(tmp_path / "a.tif")
    np.testing.assert_array_equal(clip.read(1).pixels, pixels)
    written = SequenceWriter(tmp_path / "out", "b", clip).write(1, clip.read(1).pixels)
    with tifffile.TiffFile(written) as image:
        np.testing.assert_array_equal(image.pages[0].asarray(), pixels)
        assert [sample.name.lower() for sample in image.pages[0].extrasamples] == [kind]


def test_sixteen_bit_video_becomes_sixteen_bit_png(planted, tmp_path):
    clip = open_clip(planted("ten.mp4", "-pix_fmt", "yuv420p10le"))
    pixels = clip.read(4).pixels
    written = SequenceWriter(tmp_path / "out", "b", clip).write(4, pixels)
    assert written.name == "b.0004.png"
    np.testing.assert_array_equal(open_clip(written).read(1).pixels, pixels)
    # independently: ffmpeg reads 16-bit PNG as big-endian RGB
    with av.open(str(written)) as container:
        image = next(container.decode(video=0))
        np.testing.assert_array_equal(image.to_ndarray(format="rgb48le"), pixels)


@pytest.mark.parametrize("suffix", ["png", "tif", "exr"])
def test_the_same_pixels_give_the_same_bytes(suffix, tmp_path):
    if suffix == "exr":
        pixels = _exr(tmp_path / "a.exr")
    else:
        pixels = RNG.integers(0, 256, (9, 7, 3), np.uint8)
        PIL.Image.fromarray(pixels).save(tmp_path / f"a.{suffix}")
    clip = open_clip(tmp_path / f"a.{suffix}")
    one = SequenceWriter(tmp_path / "one", "a", clip).write(1, pixels).read_bytes()
    time.sleep(1.1)  # a time stamp in the file would show
    assert SequenceWriter(tmp_path / "two", "a", clip).write(1, pixels).read_bytes() == one


def test_an_unwritable_folder_is_a_failure(tmp_path):
    (tmp_path / "out").write_text("a file where the folder should be")
    with pytest.raises(Failure, match="out"):
        SequenceWriter(tmp_path / "out", "b").write(1, np.zeros((4, 4, 3), np.uint8))


def _movie(path: Path, size: tuple[int, int] = (65, 47), times: list[float] | None = None) -> np.ndarray:
    height, width = size
    v, u = np.mgrid[:height, :width]
    frames = np.stack([np.stack([u * 3, v * 4, (u + v + 10 * t) % 256], -1) for t in range(12)]).astype(np.uint8)
    with VideoWriter(path, width, height, Fraction(24)) as writer:
        for t, frame in enumerate(frames):
            writer.write(frame, times[t] if times else None)
    return frames


def test_movie_shows_the_frames_at_their_times(tmp_path, decoded):
    frames = _movie(tmp_path / "a.mp4")
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.pix_fmt, stream.codec_context.name) == (48, 66, "yuv420p", "h264")
        stamps = [float(image.time) for image in container.decode(video=0)]
    np.testing.assert_allclose(stamps, np.arange(12) / 24, atol=2e-5)
    shown = decoded(tmp_path / "a.mp4", 48, 66, "uint8")[:, :65, :47]
    assert np.abs(shown.astype(int) - frames).mean() < 4
    assert open_clip(tmp_path / "a.mp4").fps == 24


def test_variable_times_are_kept(tmp_path):
    times = [0.5, 0.6, 0.75, 0.8, 1.0, 1.1, 1.11, 1.5, 1.6, 1.7, 2.0, 2.5]
    _movie(tmp_path / "a.mp4", times=times)
    np.testing.assert_allclose(
        [frame.time for frame in open_clip(tmp_path / "a.mp4")], np.array(times) - 0.5, atol=2e-5
    )


def test_movies_are_the_same_bytes_again(tmp_path):
    _movie(tmp_path / "a.mp4")
    time.sleep(1.1)
    _movie(tmp_path / "b.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_sound_is_cut_to_the_range(ffmpeg, tmp_path):
    """A beep from 0.4 s to 0.6 s of the source sounds from 0.2 s to 0.4 s when frames from 0.2 s on are kept."""
    source = tmp_path / "source.mp4"
    beep = "sine=f=880:d=1,volume='between(t,0.4,0.6)':eval=frame"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=1", "-f", "lavfi", "-i", beep, "-pix_fmt", "yuv420p", source)
    clip = open_clip(source, 6, 20)
    with VideoWriter(tmp_path / "out.mp4", 64, 48, clip.fps, clip) as writer:
        for frame in clip:
            writer.write(frame.pixels, frame.time)
    raw = ffmpeg("-i", tmp_path / "out.mp4", "-ac", "1", "-ar", "48000", "-f", "f32le", "-")
    loud = np.abs(np.frombuffer(raw, np.float32)) > 0.03
    assert len(loud) / 48000 == pytest.approx(0.6, abs=0.03)
    assert np.flatnonzero(loud)[[0, -1]] / 48000 == pytest.approx([0.2, 0.4], abs=0.03)


def test_an_interrupted_movie_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), VideoWriter(tmp_path / "a.mp4", 32, 32, Fraction(24)) as writer:
        writer.write(np.zeros((32, 32, 3), np.uint8))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_movie_without_frames_is_a_failure(tmp_path):
    with pytest.raises(Failure, match=r"a\.mp4"), VideoWriter(tmp_path / "a.mp4", 32, 32, Fraction(24)):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_real_footage_reads_as_ffmpeg_reads_it(footage, decoded):
    clip = open_clip(footage / "d0.mp4")
    np.testing.assert_array_equal(np.stack([f.pixels for f in clip]), decoded(clip.path, 512, 512, "uint8"))
