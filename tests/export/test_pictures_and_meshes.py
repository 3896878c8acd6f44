import cv2
import numpy as np
import pytest
import trimesh
from expression_transfer.core.export import chart, plot
from expression_transfer.core.export.obj import write_obj
from expression_transfer.core.export.sheet import beside, contact_sheet, write_png
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.heads.registry import load_model
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
    spans = [(passage.start, passage.end) for passage in plot.find_passages(performance)]
    np.testing.assert_allclose(spans, [(-0.05, 0.05), (0.95, 1.35), (1.95, 2.95)])


def test_a_chart_shows_each_value_where_its_axis_has_it():
    times = np.arange(90) / 30
    values = 0.5 - 0.5 * np.cos(2 * times)
    passage = chart.Passage(1.0, 1.5, 0.5)
    axis = chart.Axis("eyes", times, (chart.Curve("AU45_L", values, 1 - values),), -0.02, 1.05, (passage,))
    picture = chart.draw([axis], "planted").astype(int)
    assert picture.shape == (chart.HEAD + chart.HEIGHT, chart.WIDTH, 3)
    below = picture[chart.HEAD :]

    def blue(values, row):
        u, v = np.rint(chart.places(axis, times[row : row + 1], values[row : row + 1])[0]).astype(int)
        return (below[v - 1 : v + 2, u - 1 : u + 2] - chart.COLOURS[0]).__abs__().sum(axis=2).min() < 150

    assert all(blue(values, row) for row in range(0, 90, 5))
    dashed = [blue(1 - values, row) for row in range(90) if abs(values[row] - 0.5) > 0.1 and times[row] < 1.6]
    assert 0.2 < np.mean(dashed) < 0.9
    inside, outside = chart.places(axis, np.array([1.25, 0.6]), np.array([0.3, 0.9])).astype(int)
    assert below[inside[1], inside[0], 1] < 160 and below[outside[1], outside[0]].min() > 240


@pytest.mark.parametrize(("low", "high"), [(-0.02, 1.05), (0, 0.001), (0, 4.97), (-19.9, 23.3), (0, 1008)])
def test_ticks_are_few_round_and_inside(low, high):
    ticks = chart._ticks(low, high, 10)
    assert 4 <= len(ticks) <= 11 and ticks[0] >= low and ticks[-1] <= high
    step = ticks[1] - ticks[0]
    assert f"{step:e}"[0] in "125"
    np.testing.assert_allclose(np.diff(ticks), step, rtol=1e-6)


def test_png_comes_back(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (31, 47, 3)).astype(np.uint8)
    write_png(picture, tmp_path / "a.png")
    assert np.array_equal(cv2.imread(str(tmp_path / "a.png"))[..., ::-1], picture)
    write_png(picture[..., 0], tmp_path / "b.png")
    assert np.array_equal(cv2.imread(str(tmp_path / "b.png"), cv2.IMREAD_UNCHANGED), picture[..., 0])
