"""`expression-transfer texture`: its files, and what it refuses."""

import json
from dataclasses import replace

import cv2
import numpy as np
import OpenImageIO as oiio  # noqa: N813 - its own name for itself
import pytest
from expression_transfer.core.raster.shade import linear_light
from footage_maker import contents, unfinished

SIZE = 256
CHROMATICITIES = (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)
"""ACES AP1's."""


@pytest.fixture(scope="module")
def shot(person, tmp_path_factory):
    """A folder with plate.####.png and the fit of it."""
    folder = tmp_path_factory.mktemp("shot")
    for row, picture in enumerate(person.pictures[::3]):
        cv2.imwrite(str(folder / f"plate.{row + 1:04d}.png"), picture[..., ::-1])
    rows = slice(None, None, 3)
    camera = replace(person.fit.camera, focal=person.fit.camera.focal[rows])
    timed = {
        name: getattr(person.fit, name)[rows]
        for name in ("rotation", "translation", "expression", "variance", "gaze", "residual", "confidence", "visible",
                     "bridged", "times")
    }  # fmt: skip
    replace(person.fit, camera=camera, frames=np.arange(1, 5), **timed).save(folder / "fit.npz")
    return folder


def baked(run, shot, out, plate="plate.####.png", *options):
    return run("texture", shot / "fit.npz", "--plate", shot / plate, "-o", out, "--size", SIZE, *options)


def read(path):
    image = oiio.ImageInput.open(str(path))
    spec = image.spec()
    return np.asarray(image.read_image("float")).reshape(spec.height, spec.width, spec.nchannels), spec


def test_files_are_made_and_the_same_again(run, shot, tmp_path):
    done = [baked(run, shot, tmp_path / name) for name in "ab"]
    assert [ran.status for ran in done] == [0, 0], done[0].err
    made, again = (contents(tmp_path / name) for name in "ab")
    assert made == again and not unfinished(tmp_path)
    names = {"texture.exr", "texture.png", "coverage.png", "head.obj", "head.mtl", "report.json"}
    assert names <= set(made)
    assert all(name in done[0].last for name in names)
    report = json.loads(made["report.json"])
    assert report["frames"] == [1, 2, 3, 4] and 20 < report["seen_percent"] < 100 and report["size"] == SIZE
    assert "bake" in done[0].err and f"{report['seen_percent']} %" in done[0].err
    assert b"map_Kd texture.png" in made["head.mtl"] and b"mtllib head.mtl\nusemtl head" in made["head.obj"]
    values, spec = read(tmp_path / "a" / "texture.exr")
    assert spec.format == "float" and spec.getattribute("colorInteropID") == "srgb_rec709_scene"
    shown, _ = read(tmp_path / "a" / "texture.png")
    assert np.abs(np.clip(values, 0, 1) - shown).max() <= 0.5 / 255 + 1e-6
    assert read(tmp_path / "a" / "coverage.png")[0].shape == (SIZE, SIZE, 1)


def test_linear_plate_keeps_values_and_colour(run, shot, tmp_path):
    for row in range(1, 5):
        picture = cv2.imread(str(shot / f"plate.{row:04d}.png"))[..., ::-1]
        spec = oiio.ImageSpec(picture.shape[1], picture.shape[0], 3, "float")
        spec.attribute("chromaticities", oiio.TypeDesc("float[8]"), CHROMATICITIES)
        image = oiio.ImageOutput.create("linear.exr")
        image.open(str(shot / f"linear.{row:04d}.exr"), spec)
        image.write_image(np.ascontiguousarray(4 * linear_light(np.ascontiguousarray(picture))))
        image.close()
    done = baked(run, shot, tmp_path, "linear.####.exr")
    assert done.status == 0, done.err
    values, spec = read(tmp_path / "texture.exr")
    assert values.max() > 1.5 and spec.getattribute("chromaticities") == pytest.approx(CHROMATICITIES)
    shown, _ = read(tmp_path / "texture.png")
    decoded = linear_light(np.asarray(np.round(255 * shown), dtype=np.uint8))
    assert np.abs(np.clip(values, 0, 1) - decoded).max() < 0.01


def test_other_plates_and_models_are_refused(run, shot, tmp_path):
    cv2.imwrite(str(shot / "small.0001.png"), np.zeros((90, 90, 3), np.uint8))
    refused = baked(run, shot, tmp_path, "small.####.png")
    assert refused.status == 2 and "90×90" in refused.last and "fit.npz" in refused.last
    refused = baked(run, shot, shot)
    assert refused.status == 2 and "folder of its own" in refused.last
    for size in ("0", "2.5", "x"):
        assert baked(run, shot, tmp_path, "plate.####.png", "--frames", size).status == 2
    assert not list(tmp_path.iterdir())


def test_plate_without_a_fitted_frame(run, shot, tmp_path):
    picture = cv2.imread(str(shot / "plate.0001.png"))
    cv2.imwrite(str(shot / "late.0900.png"), picture)
    refused = baked(run, shot, tmp_path, "late.####.png")
    assert refused.status == 2 and "1–4" in refused.last
