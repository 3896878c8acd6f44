"""The main job on real footage."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import mediapipe
import numpy as np
import pytest
from expression_transfer.core.clip import open_clip
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.fit.result import Fit
from footage_maker import report

pytestmark = pytest.mark.slow

UPPER_LIP, LOWER_LIP, FOREHEAD, CHIN = 13, 14, 10, 152
"""Landmarks of MediaPipe's mesh: the inner lips' middle, and the face's height."""


def mouth_openings(frames):
    """Gap of the inner lips in parts of the face's height, by MediaPipe's own face mesh; NaN where it sees no face."""
    mesh = mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=True, refine_landmarks=True)
    openings = []
    for pixels in frames:
        found = mesh.process(pixels).multi_face_landmarks
        marks = found[0].landmark if found else None
        openings.append(
            np.nan if marks is None
            else (marks[LOWER_LIP].y - marks[UPPER_LIP].y) / (marks[CHIN].y - marks[FOREHEAD].y)
        )  # fmt: skip
    mesh.close()
    return np.array(openings)


def correlation(one, other):
    both = np.isfinite(one) & np.isfinite(other)
    assert both.mean() > 0.95
    return np.corrcoef(one[both], other[both])[0, 1]


def decoded_by_ffmpeg(path: Path, width: int, height: int) -> np.ndarray:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


@pytest.mark.parametrize(("name", "count"), [("d0", 78), ("d3", 354), ("d18", 216)])
def test_solved(run, footage, tmp_path, name, count):
    ran = run("solve", footage / f"{name}.mp4", "-o", tmp_path, "--scale", "A-E", "--scale", "0-5")
    assert ran.status == 0, ran.err
    names = {"performance.npz", "fit.npz", "arkit.csv", "facs.csv", "neutral.obj", "report.json", "curves.png"}
    names |= {"events.json", "facs_A-E.csv", "facs_0-5.csv"}
    assert names <= {path.name for path in tmp_path.iterdir()}
    for curves in ("arkit.csv", "facs.csv", "facs_A-E.csv", "facs_0-5.csv"):
        assert len((tmp_path / curves).read_text().splitlines()) == count + 1
    told, fit = report(tmp_path), Fit.load(tmp_path / "fit.npz")
    assert told["seen"] == count
    assert told["residual_percent_of_eye_distance"] < 3
    assert fit.confidence.mean() > 0.7
    opening = mouth_openings(frame.pixels for frame in open_clip(footage / f"{name}.mp4"))
    if np.nanstd(opening) > 0.01:  # who keeps the mouth shut has nothing to follow
        acted = Performance.load(tmp_path / "performance.npz")
        jaw = acted.units[:, UNITS.index("AU26")] * (1 - acted.units[:, UNITS.index("AU8")])
        assert correlation(jaw, opening) > 0.8


def test_a_small_face_in_a_wide_plate(run, footage, tmp_path):
    """d0 → s18 (1280×720), the first second and a half."""
    out, plate_file = tmp_path / "out", footage / "s18.mp4"
    ran = run("transfer", footage / "d0.mp4", plate_file, "-o", out, "--end", 50)
    assert ran.status == 0, ran.err
    plate = decoded_by_ffmpeg(plate_file, 1280, 720)
    result, matte = ({frame.number: frame.pixels for frame in open_clip(out / name)} for name in ("frames", "matte"))
    assert len(result) == len(plate) == 282
    for number, pixels in result.items():
        outside = matte[number][..., 0] == 0
        assert outside.mean() > 0.5
        assert np.array_equal(pixels[outside], plate[number - 1][outside])
    driven = 59  # frames of 30 fps in 50 of 25 fps
    driver = open_clip(footage / "d0.mp4", 1, 50)
    times = Fit.load(out / "target" / "fit.npz").times[:driven]
    opening = mouth_openings(frame.pixels for frame in driver)
    wanted = np.interp(times, np.arange(50) / 25, opening)
    assert correlation(mouth_openings(result[number + 1] for number in range(driven)), wanted) > 0.8
    for number in range(61 + 6, 283):  # the driver has ended, and the effect has eased out
        assert np.array_equal(result[number], plate[number - 1])


def test_a_painting_speaks(run, footage, tmp_path):
    """d3 → s10.jpg, four seconds."""
    out = tmp_path / "out"
    ran = run("transfer", footage / "d3.mp4", footage / "s10.jpg", "-o", out, "--end", 120)
    assert ran.status == 0, ran.err
    result = [frame.pixels for frame in open_clip(out / "frames")]
    assert len(result) == 120
    painting, matte = open_clip(footage / "s10.jpg").read(1).pixels, [f.pixels for f in open_clip(out / "matte")]
    for pixels, change in zip(result, matte, strict=True):
        outside = change[..., 0] == 0
        assert np.array_equal(pixels[outside], painting[outside])
    wanted = mouth_openings(frame.pixels for frame in open_clip(footage / "d3.mp4", 1, 120))
    assert correlation(mouth_openings(result), wanted) > 0.8


def test_next_to_no_strength(run, footage, tmp_path):
    """Strength 1e-4 is at most one code value away from the plate anywhere; 0 is the plate."""
    plate_file = footage / "s18.mp4"
    assert run("solve", footage / "d0.mp4", "-o", tmp_path / "d0").status == 0
    for strength, most in (("0", 0), ("1e-4", 1)):
        out = tmp_path / strength
        curves = tmp_path / "d0" / "performance.npz"
        ran = run("composite", curves, plate_file, "-o", out, "--strength", strength, "--end", 40)
        assert ran.status == 0, ran.err
        plate = decoded_by_ffmpeg(plate_file, 1280, 720)
        for frame in open_clip(out / "frames"):
            assert np.abs(frame.pixels.astype(int) - plate[frame.number - 1]).max() <= most
