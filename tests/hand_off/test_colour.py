"""Plates in other colour spaces: known by their headers or by name, looked at through OpenColorIO, and given back as
they are. The oracle is PyOpenColorIO.
"""

import json
from dataclasses import replace

import numpy as np
import OpenImageIO
import pytest
from expression_transfer.core.clip import display, open_clip
from expression_transfer.core.clip.colour import INTEROP, interop_id, known_space, primaries
from expression_transfer.core.errors import InputError
from expression_transfer.core.facs.performance import Performance

ocio = pytest.importorskip("PyOpenColorIO", reason="PyOpenColorIO is missing: make env")
OpenEXR = pytest.importorskip("OpenEXR", reason="OpenEXR is missing: make env")

STUDIO = "ocio://studio-config-latest"
FRAMES = 4


@pytest.fixture(autouse=True)
def studio(monkeypatch):
    monkeypatch.setenv("OCIO", STUDIO)


def processor(source, target):
    return ocio.Config.CreateFromFile(STUDIO).getProcessor(source, target).getDefaultCPUProcessor()


def converted(values, source, target):
    """H×W×3 float32 of another space."""
    flat = np.ascontiguousarray(values, dtype=np.float32).copy()
    processor(source, target).applyRGB(flat)
    return flat


def write(path, values, attributes=None):
    kind = {"float16": "half", "float32": "float", "uint16": "uint16"}[str(values.dtype)]
    spec = OpenImageIO.ImageSpec(values.shape[1], values.shape[0], 3, OpenImageIO.TypeDesc(kind))
    for name, value in (attributes or {}).items():
        if isinstance(value, str):
            spec.attribute(name, value)
        else:
            spec.attribute(name, OpenImageIO.TypeDesc(f"float[{len(value)}]"), value)
    image = OpenImageIO.ImageOutput.create(str(path))
    assert image.open(str(path), spec)
    assert image.write_image(np.ascontiguousarray(values))
    assert image.close()


@pytest.fixture(scope="module")
def pictures(clips):
    """sRGB, H×W×3, 0–1."""
    return [frame.pixels.astype(np.float32) / 255 for frame in open_clip(clips / "face.mp4", end=FRAMES)]


PLATES = {
    "acescg": ("ACEScg", np.float16, ".exr", {"chromaticities": INTEROP["lin_ap1_scene"][0]}, ()),
    "linear": ("Linear Rec.709 (sRGB)", np.float32, ".exr", {"colorInteropID": "lin_rec709_scene"}, ()),
    "srgb": ("sRGB - Texture", np.uint16, ".png", {}, ()),
    "log": ("ARRI LogC4", np.uint16, ".tif", {}, ("--colour", "ARRI LogC4")),
}


@pytest.fixture(scope="module")
def plates(pictures, tmp_path_factory):
    """name → the pattern of a sequence in its space."""
    root = tmp_path_factory.mktemp("plates")
    for name, (space, dtype, suffix, attributes, _) in PLATES.items():
        (root / name).mkdir()
        for number, picture in enumerate(pictures, 1001):
            values = converted(picture, "sRGB - Texture", space)
            if dtype is np.uint16:
                values = np.rint(np.clip(values, 0, 1) * 65535)
            write(root / name / f"plate.{number}{suffix}", values.astype(dtype), attributes)
    return {name: root / name / f"plate.####{PLATES[name][2]}" for name in PLATES}


@pytest.mark.parametrize(
    ("name", "space"), [("acescg", "lin_ap1_scene"), ("linear", "lin_rec709_scene"), ("srgb", "srgb_rec709_scene")]
)
def test_a_plates_space_is_what_its_header_says(plates, name, space):
    assert interop_id(open_clip(plates[name]).colour_space) == space


@pytest.mark.parametrize("name", PLATES)
def test_detectors_see_what_a_screen_shows(plates, pictures, name):
    """Whatever the plate is in: the picture it was made of, to 8 bits and what half floats lose."""
    clip = open_clip(plates[name])
    if name == "log":
        clip = replace(clip, colour_space=known_space("ARRI LogC4"))
    shown = display(clip.read(1001).pixels, clip)
    assert np.abs(shown.astype(int) - np.rint(pictures[0] * 255)).max() <= 2


@pytest.mark.parametrize("name", PLATES)
def test_at_strength_0_a_plate_comes_back_bit_for_bit_in_its_own_space(run, plates, clips, tmp_path, name):
    options = PLATES[name][4]
    plate = open_clip(plates[name])
    ran = run("composite", clips / "acting.npz", plates[name], "-o", tmp_path / "made", "--strength", 0, *options)
    assert ran.status == 0, ran.err
    made = open_clip(tmp_path / "made" / "frames")
    assert made.dtype == plate.dtype
    assert made.colour_space == plate.colour_space
    assert all(np.array_equal(made.read(n).pixels, plate.read(n).pixels) for n in range(1001, 1001 + FRAMES))
    assert run("export", "exr", tmp_path / "made", "-o", tmp_path / "out").status == 0
    with OpenEXR.File(str(tmp_path / "out" / "result.1002.exr"), separate_channels=True) as file:
        header, channels = dict(file.header()), {key: each.pixels for key, each in file.channels().items()}
    assert channels["R"].dtype == (np.float16 if PLATES[name][1] is np.float16 else np.float32)
    values = np.stack([channels[key] for key in "RGB"], axis=-1)
    back = np.rint(values * 65535) if plate.dtype == "uint16" else values
    assert np.array_equal(back, plate.read(1002).pixels)
    known = interop_id("ARRI LogC4" if name == "log" else plate.colour_space)
    assert header.get("colorInteropID", "") == known
    if known:
        np.testing.assert_allclose(header["chromaticities"], INTEROP[known][0], atol=1e-6)
    else:
        assert header["plateColorSpace"] == "ARRI LogC4"


def test_a_plate_in_log_is_solved_as_the_picture_it_shows(run, plates, tmp_path):
    """The face is found where it is in the same pictures as sRGB."""
    found = {}
    for name in ("srgb", "log"):
        assert run("solve", plates[name], "-o", tmp_path / name, *PLATES[name][4]).status == 0
        found[name] = Performance.load(tmp_path / name / "performance.npz")
        assert json.loads((tmp_path / name / "report.json").read_text())["seen"] == FRAMES
    assert np.abs(found["srgb"].head - found["log"].head).max() < 0.02


def test_names_are_the_configs(monkeypatch):
    assert known_space("acescg") == "ACEScg"
    assert known_space("lin_ap1_scene") == "ACEScg"
    assert primaries("ACEScg") == INTEROP["lin_ap1_scene"][0]
    assert interop_id("ARRI LogC4") == ""
    with pytest.raises(InputError, match="no colour space of the OpenColorIO config"):
        known_space("nonsense")
    monkeypatch.setenv("OCIO", "/nowhere/config.ocio")
    with pytest.raises(InputError, match="not a readable OpenColorIO config"):
        known_space("ACEScg")


def test_primaries_are_the_configs():
    """White of 1, 1, 1 has the space's own white: from the config's own conversion to CIE XYZ's primaries."""
    for name, (corners, _) in INTEROP.items():
        rgb_to_xyz = matrix(corners)
        unit = np.eye(3, dtype=np.float32).reshape(1, 3, 3)
        if not name.startswith("lin_"):
            continue
        linear = converted(unit, name, "lin_rec709_scene")[0].T
        expected = np.linalg.inv(matrix(INTEROP["lin_rec709_scene"][0])) @ adapted(corners) @ rgb_to_xyz
        np.testing.assert_allclose(linear, expected, atol=2e-3)


def matrix(corners):
    """RGB → XYZ of primaries and white (SMPTE RP 177)."""
    xy = np.reshape(corners, (4, 2))
    xyz = np.column_stack([xy[:, 0] / xy[:, 1], np.ones(4), (1 - xy.sum(axis=1)) / xy[:, 1]]).T
    return xyz[:, :3] * np.linalg.solve(xyz[:, :3], xyz[:, 3])


def adapted(corners):
    """Bradford's adaptation from a space's white to Rec. 709's."""
    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    white = [np.append(c[:2], 0) for c in (np.array(corners[6:]), np.array(INTEROP["lin_rec709_scene"][0][6:]))]
    xyz = [np.array([w[0] / w[1], 1, (1 - w[0] - w[1]) / w[1]]) for w in white]
    gain = (bradford @ xyz[1]) / (bradford @ xyz[0])
    return np.linalg.inv(bradford) @ np.diag(gain) @ bradford
