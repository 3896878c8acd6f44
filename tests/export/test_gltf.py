"""glTF against the Khronos group's own validator, and its pieces against the formulae they come from."""

import json
import shutil
import struct
import subprocess
from dataclasses import replace

import acting
import cv2
import numpy as np
import pytest
from expression_transfer.core.conventions import rotation_matrices
from expression_transfer.core.errors import InputError
from expression_transfer.core.export.glb import Buffer
from expression_transfer.core.export.gltf import quaternions, write_gltf
from expression_transfer.core.export.head_scene import HeadScene, head_scene, shape_name
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.facs.tables import ARKIT, ARKIT_MERGED, SHAPES
from expression_transfer.core.provenance import SOURCE_TYPE, STATEMENT

VALIDATOR = "gltf-validator@2.0.0-dev.3.10"
SCRIPT = """
const bytes = new Uint8Array(require('fs').readFileSync(process.argv[1]));
require('gltf-validator').validateBytes(bytes).then(report => console.log(JSON.stringify(report)));
"""


@pytest.fixture(scope="session")
def validate(tmp_path_factory):
    """The official validator's report on a file."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("npm and node are missing (the Khronos glTF validator runs on them)")
    folder = tmp_path_factory.mktemp("validator")
    installed = subprocess.run(
        [npm, "install", "--prefix", folder, "--no-audit", "--no-fund", VALIDATOR],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    if installed.returncode:
        pytest.skip(f"npm can't install {VALIDATOR}: {installed.stderr.strip().splitlines()[-1:]}")

    def report(path):
        said = subprocess.run([node, "-e", SCRIPT, path], cwd=folder, capture_output=True, text=True, check=True)
        return json.loads(said.stdout)

    return report


@pytest.fixture(scope="module")
def model():
    return load_builtin()


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    file = tmp_path_factory.mktemp("texture") / "texture.png"
    cv2.imwrite(str(file), np.full((8, 8, 3), 128, np.uint8))
    return file


def tree_of(path):
    data = path.read_bytes()
    return json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])


@pytest.mark.parametrize("textured", [False, True], ids=["plain", "textured"])
def test_the_validator_finds_nothing_to_say(validate, model, picture, tmp_path, textured):
    scene = head_scene(acting.acting_fit(model), model, "take", picture if textured else None)
    assert write_gltf(scene, tmp_path / "head.glb") == []
    report = validate(tmp_path / "head.glb")
    assert (report["issues"]["numErrors"], report["issues"]["numWarnings"]) == (0, 0)
    said = {(each["code"], each["pointer"].rpartition("/")[2]) for each in report["issues"]["messages"]}
    assert said <= (set() if textured else {("UNUSED_OBJECT", "TEXCOORD_0")})  # there for the user's own texture
    assert report["info"]["totalTriangleCount"] == len(model.triangles)
    assert report["info"]["hasMorphTargets"] and report["info"]["animationCount"] == 1


def test_an_altered_head_says_so_where_the_validator_takes_it(validate, model, tmp_path):
    write_gltf(head_scene(acting.acting_fit(model), model, "take", altered=True), tmp_path / "head.glb")
    report = validate(tmp_path / "head.glb")
    assert (report["issues"]["numErrors"], report["issues"]["numWarnings"]) == (0, 0)
    assert report["info"]["extensionsUsed"] == ["KHR_xmp_json_ld"]
    tree = tree_of(tmp_path / "head.glb")
    packet = tree["extensions"]["KHR_xmp_json_ld"]["packets"][tree["asset"]["extensions"]["KHR_xmp_json_ld"]["packet"]]
    prefixes = {name.partition(":")[0] for name in packet if not name.startswith("@")}
    assert {*prefixes, "rdf"} == set(packet["@context"])
    assert packet["Iptc4xmpExt:DigitalSourceType"] == SOURCE_TYPE
    assert packet["dc:description"]["rdf:_1"]["@value"] == tree["scenes"][0]["extras"]["comments"] == STATEMENT


@pytest.mark.slow
def test_any_face_model_and_a_still(validate, ict_head, tmp_path):
    write_gltf(head_scene(acting.acting_fit(ict_head, count=1), ict_head, "still"), tmp_path / "head.glb")
    report = validate(tmp_path / "head.glb")
    assert (report["issues"]["numErrors"], report["issues"]["numWarnings"]) == (0, 0)
    assert report["info"]["totalTriangleCount"] == len(ict_head.triangles)


def test_shapes_are_called_as_arkit_calls_them(model, tmp_path):
    write_gltf(head_scene(acting.acting_fit(model), model, "take"), tmp_path / "head.glb")
    face = tree_of(tmp_path / "head.glb")["meshes"][0]
    names = face["extras"]["targetNames"]
    assert len(names) == len(model.expressions) == len(face["primitives"][0]["targets"])
    assert set(ARKIT) - set(names) == set(ARKIT_MERGED)
    assert {f"{stem}{side}" for stem in ARKIT_MERGED for side in ("Left", "Right")} <= set(names)
    assert len({shape_name(shape) for shape in SHAPES}) == len(SHAPES)
    assert shape_name("expression_007") == "expression_007"


def test_time_begins_with_the_shot_and_frames_are_told(model, tmp_path):
    fit = acting.acting_fit(model, fps=24000 / 1001)
    write_gltf(head_scene(fit, model, "take"), tmp_path / "head.glb")
    tree = tree_of(tmp_path / "head.glb")
    times = tree["accessors"][tree["animations"][0]["samplers"][0]["input"]]
    assert times["count"] == acting.COUNT - 1
    assert times["max"] == pytest.approx([(acting.COUNT - 1) * 1001 / 24000])
    told = tree["animations"][0]["extras"]
    assert told == {"fps": 24000 / 1001, "first_frame": 1001, "last_frame": 1009}


def test_what_its_camera_cannot_be_is_told(model, tmp_path):
    fit = acting.acting_fit(model, principal=(300.0, 190.0), zoom=True)
    fit = replace(fit, camera=replace(fit.camera, distortion=np.array([0.1, 0.0])))
    said = write_gltf(head_scene(fit, model, "take"), tmp_path / "head.glb")
    assert len(said) == 3
    assert "k1 0.1" in said[0] and "-20.0, 10.0 px" in said[1] and "focal length changes" in said[2]


def test_without_a_face_there_is_no_scene(model):
    fit = acting.acting_fit(model)
    with pytest.raises(InputError, match="no frame of it shows a face"):
        head_scene(replace(fit, visible=np.zeros(len(fit), bool)), model, "take")


def test_a_scene_is_the_models_own_geometry_and_saves_itself(model, tmp_path):
    fit = acting.acting_fit(model)
    made = head_scene(fit, model, "take")
    made.save(tmp_path / "scene.npz")
    scene = HeadScene.load(tmp_path / "scene.npz")
    order = np.concatenate([np.unique(model.triangles[model.eyes.member[model.triangles].min(axis=1) == part])
                            for part in range(3)])  # fmt: skip
    for row, number in enumerate(scene.frames):
        expected = acting.posed(model, fit, number - acting.FIRST)[order]
        np.testing.assert_allclose(np.concatenate(scene.vertices(row)), expected, atol=1e-9)


def test_quaternions_are_the_rotations():
    turns = rotation_matrices(np.cumsum(np.random.default_rng(3).normal(scale=0.4, size=(400, 3)), axis=0))
    found = quaternions(turns)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1)
    for (x, y, z, w), turn in zip(found, turns, strict=True):
        axis = np.array([x, y, z])
        vector = 2 * np.arctan2(np.linalg.norm(axis), w) * axis / max(np.linalg.norm(axis), 1e-12)
        np.testing.assert_allclose(cv2.Rodrigues(vector)[0], turn, atol=1e-12)
    assert (np.einsum("ti,ti->t", found[1:], found[:-1]) >= 0).all()


def test_sparse_accessors_only_where_they_are_smaller():
    buffer, few, many = Buffer(), np.zeros((100, 3)), np.ones((100, 3))
    few[7] = 1
    accessors = [buffer.accessors[buffer.add_sparse(values)] for values in (few, many, np.zeros((100, 3)))]
    assert ["sparse" in accessor for accessor in accessors] == [True, False, True]
    assert [accessor["count"] for accessor in accessors] == [100, 100, 100]
    assert [accessors[index]["sparse"]["count"] for index in (0, 2)] == [1, 1]


def test_indices_are_as_long_as_they_have_to_be():
    """The last number of either kind restarts a strip on graphics cards and must not be used."""
    buffer = Buffer()
    kinds = [buffer.accessors[buffer.add(np.array([0, last]))]["componentType"] for last in (65534, 65535)]
    assert kinds == [5123, 5125]
