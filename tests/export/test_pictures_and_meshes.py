import cv2
import numpy as np
import pytest
import trimesh
from expression_transfer.core.export import plot
from expression_transfer.core.export.obj import write_obj
from expression_transfer.core.export.sheet import beside, contact_sheet, write_png
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.heads.registry import load_model
from matplotlib.figure import Figure
from scipy.spatial import cKDTree


def test_obj_is_the_model(tmp_path):
    model = load_model("builtin")
    vertices = model.neutral(np.zeros(len(model.identity)))
    write_obj(vertices, model, tmp_path / "neutral.obj")
    scene = trimesh.load(tmp_path / "neutral.obj", process=False, maintain_order=True)
    meshes = list(scene.geometry.values()) if isinstance(scene, trimesh.Scene) else [scene]
    assert sum(len(mesh.faces) for mesh in meshes) == len(model.triangles)
    faces = np.concatenate([mesh.triangles.reshape(-1, 9) for mesh in meshes])
    distance, found = cKDTree(faces).query(vertices[model.triangles].reshape(-1, 9))
    assert distance.max() < 5e-6
    assert len(set(found.tolist())) == len(faces)
    area = sum(mesh.area for mesh in meshes)
    edges = np.diff(vertices[model.triangles], axis=1)
    assert area == pytest.approx(np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1).sum() / 2, rel=1e-4)


def test_obj_has_uvs_and_parts(tmp_path):
    model = load_model("builtin")
    write_obj(model.mean.astype(float), model, tmp_path / "neutral.obj")
    lines = (tmp_path / "neutral.obj").read_text().splitlines()
    uv = np.array([line.split()[1:] for line in lines if line.startswith("vt ")], float)
    assert np.abs(uv - model.uv).max() < 1e-6
    assert [line[2:] for line in lines if line.startswith("g ")] == list(model.parts)


def test_beside_brings_both_to_one_height():
    both = beside(np.zeros((100, 50, 3), np.uint8), np.full((200, 80, 3), 255, np.uint8))
    assert both.shape == (200, 180, 3)
    assert not both[:, :100].any()
    assert (both[:, 100:] == 255).all()


def test_contact_sheet_pads_the_last_row():
    pictures = [np.full((256, 100, 3), 10 * index + 10, np.uint8) for index in range(5)]
    sheet = contact_sheet(pictures, 3)
    assert sheet.shape == (512, 300, 3)
    assert sheet[300, 250].tolist() == [0, 0, 0]
    assert sheet[300, 150].tolist() == [50, 50, 50]


def test_plot_shades_each_passage_once():
    marks = np.zeros((2, 30), bool)
    marks[0, :1] = marks[0, 10:14] = marks[1, 20:] = True
    zeros = np.zeros(30)
    performance = Performance(
        units=np.zeros((30, len(UNITS))), head=np.zeros((30, 3)), position=np.zeros((30, 3)),
        gaze=np.zeros((30, 2, 2)), confidence=zeros, bridged=marks[0], missing=marks[1],
        frames=np.arange(30), times=np.arange(30) / 10, fps=10.0, source="planted",
    )  # fmt: skip
    axis = Figure().subplots()
    plot._shade(axis, performance)
    spans = np.array([(span.get_x(), span.get_x() + span.get_width()) for span in axis.patches])
    np.testing.assert_allclose(spans, [(-0.05, 0.05), (0.95, 1.35), (1.95, 2.95)])


def test_png_comes_back(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (31, 47, 3)).astype(np.uint8)
    write_png(picture, tmp_path / "a.png")
    assert np.array_equal(cv2.imread(str(tmp_path / "a.png"))[..., ::-1], picture)
    write_png(picture[..., 0], tmp_path / "b.png")
    assert np.array_equal(cv2.imread(str(tmp_path / "b.png"), cv2.IMREAD_UNCHANGED), picture[..., 0])
