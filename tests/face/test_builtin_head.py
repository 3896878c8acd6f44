"""The built-in head keeps what FaceModel promises and behaves like a face."""

import numpy as np
import pytest
from expression_transfer.core.conventions import CAMERA_FROM_FACE
from expression_transfer.core.face.library import BUILTIN_PATH, load_builtin
from expression_transfer.core.face.model import FaceModel
from expression_transfer.core.facs.tables import SHAPES
from expression_transfer.core.raster.cpu import rasterise
from expression_transfer.core.raster.guides import surface

PAIRED_LIDS = ((159, 145), (158, 153), (160, 144), (386, 374), (385, 380), (387, 373))


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return load_builtin()


def weights(model: FaceModel, **named: float) -> np.ndarray:
    return np.array([named.get(name, 0.0) for name in model.expressions])


def nobody(model: FaceModel) -> np.ndarray:
    return np.zeros(len(model.identity))


def faces_of(model: FaceModel, *parts: str) -> np.ndarray:
    return model.triangles[np.isin(np.array(model.parts)[model.part], parts)]


def test_sizes_and_names(model: FaceModel) -> None:
    assert BUILTIN_PATH.stat().st_size < 2_000_000
    assert model.expressions == SHAPES
    assert 40 <= len(model.identity) <= 50
    assert {"skin", "lips", "mouth", "teeth_upper", "teeth_lower", "gums", "tongue", "head"} <= set(model.parts)
    assert all(array.dtype == np.float32 for array in (model.identity, model.expression, model.response.identity))


def test_whole_surface_is_wound_alike(model: FaceModel) -> None:
    edges = np.concatenate([model.triangles[:, [k, (k + 1) % 3]] for k in range(3)])
    assert len(np.unique(edges, axis=0)) == len(edges)


def test_skin_and_skull_face_outwards(model: FaceModel) -> None:
    faces = faces_of(model, "skin", "lips", "head")
    a, b, c = np.moveaxis(model.mean[faces].astype(float), 1, 0)
    middle = (a + b + c) / 3
    outward = np.sum(np.cross(b - a, c - a) * (middle - [0, -0.02, -0.08]), axis=1)
    ear = (np.abs(middle[:, 0]) > 0.062) & (np.abs(middle[:, 1] + 0.028) < 0.04) & (np.abs(middle[:, 2] + 0.076) < 0.03)
    assert np.mean(outward[~ear] > 0) > 0.97  # the wings of the nose and the lips' inner rims turn inwards


def test_lips_and_skull_share_the_skin_s_vertices(model: FaceModel) -> None:
    skin = set(faces_of(model, "skin", "lips").ravel().tolist())
    for part, shared in (("mouth", 40), ("lid", 64), ("head", 72)):
        assert len(skin & set(faces_of(model, part).ravel().tolist())) == shared


def test_mesh_landmarks_are_the_first_vertices(model: FaceModel) -> None:
    landmarks = model.landmarks(model.mean.astype(float))
    assert np.abs(landmarks[:468] - model.mean[:468]).max() < 1e-7
    for iris, eye in ((468, 1), (473, 0)):
        reach = np.linalg.norm(landmarks[iris : iris + 5] - model.eyes.centre[eye], axis=1)
        assert np.allclose(reach, model.eyes.radius, atol=1e-5)


def test_ring_of_the_iris_runs_right_top_left_bottom_in_the_image(model: FaceModel) -> None:
    landmarks = model.landmarks(model.mean.astype(float))
    for centre in (468, 473):
        right, top, left, bottom = landmarks[centre + 1 : centre + 5] - landmarks[centre]
        assert right[0] > 0.004 and top[1] > 0.004 and left[0] < -0.004 and bottom[1] < -0.004


def test_head_is_symmetric(model: FaceModel) -> None:
    skin = np.unique(faces_of(model, "skin", "lips"))
    places = model.mean[skin].astype(float)
    apart = np.linalg.norm(places[:, None] - (places * [-1, 1, 1])[None], axis=2)
    assert np.percentile(apart.min(axis=1), 98) < 2e-4  # MediaPipe's triangulation crosses six edges unlike its mirror
    left, right = (model.expression[model.expressions.index(f"mouthSmile_{side}")][skin] for side in "LR")
    twin = apart.argmin(axis=1)
    assert np.percentile(np.linalg.norm(left - (right * [-1, 1, 1])[twin], axis=1), 95) < 3e-4


def pixels_of(model: FaceModel, vertices: np.ndarray, *names: str) -> int:
    """Pixels of parts whose names begin like these that a camera in front sees, the surface drawn smooth."""
    drawn = surface(model, 1)
    camera = drawn.refine(vertices) @ CAMERA_FROM_FACE.T + [0, 0, 0.6]
    pixels = 2400 * camera[:, :2] / camera[:, 2:] + [256, 180]
    seen = rasterise(pixels, camera[:, 2], drawn.triangles, 512, 512, cull=True, edges=False).triangle
    chosen = np.array([name.startswith(names) for name in model.parts])[model.part]
    return int(chosen[seen[seen >= 0] // 4].sum())


def eyeball_pixels(model: FaceModel, expression: np.ndarray, identity: np.ndarray, gaze: np.ndarray) -> int:
    return pixels_of(model, model.shape(identity, expression, gaze), "eyeball", "iris", "pupil")


def test_blink_closes_the_lids(model: FaceModel) -> None:
    closed = weights(model, eyeBlink_L=1, eyeBlink_R=1)
    opened, shut = (model.landmarks(model.shape(nobody(model), w)) for w in (0 * closed, closed))
    for upper, lower in PAIRED_LIDS:
        assert opened[upper, 1] - opened[lower, 1] > 0.006
        assert shut[upper, 1] - shut[lower, 1] < 0.0015


def test_closed_lids_hide_the_eyes_of_most_people_wherever_they_look(model: FaceModel) -> None:
    closed, rng, ahead = weights(model, eyeBlink_L=1, eyeBlink_R=1), np.random.default_rng(7), np.zeros((2, 2))
    shown = []
    for gaze in ([0, 0], [0.45, 0], [-0.45, 0], [0, 0.4], [0, -0.4], [0.4, 0.35], [0, 0], [0.2, -0.2]):
        identity = 0.8 * rng.normal(size=len(model.identity))
        open_ = eyeball_pixels(model, 0 * closed, identity, ahead)
        shown.append(eyeball_pixels(model, closed, identity, np.tile(np.array(gaze, dtype=float), (2, 1))) / open_)
    assert np.median(shown) < 0.005 and np.mean(np.array(shown) > 0.03) < 0.2, shown


def test_lips_meet_in_every_neutral_face(model: FaceModel) -> None:
    rng = np.random.default_rng(8)
    for _ in range(5):
        neutral = model.neutral(rng.normal(size=len(model.identity)))
        landmarks = model.landmarks(neutral)
        assert np.abs(landmarks[13] - landmarks[14]).max() < 1e-4
        assert pixels_of(model, neutral, "teeth", "tongue", "gums") == 0


def test_an_open_mouth_has_teeth_a_tongue_and_a_throat(model: FaceModel) -> None:
    opened = model.shape(nobody(model), weights(model, jawOpen=0.6))
    inside = [pixels_of(model, opened, part) for part in ("teeth", "tongue", "mouth")]
    assert min(inside) > 0.02 * sum(inside) and inside[1] > inside[0]


def test_ears_stand_out(model: FaceModel) -> None:
    head = model.mean[np.unique(faces_of(model, "head"))]
    ears = head[np.abs(head[:, 0]) > 0.08]
    assert 0.03 < np.ptp(ears[:, 1]) < 0.08 and (ears[:, 2] < -0.05).all()


def test_jaw_takes_the_lower_teeth_along_and_leaves_the_upper(model: FaceModel) -> None:
    moved = model.expression[model.expressions.index("jawOpen")]
    assert np.abs(moved[np.unique(faces_of(model, "teeth_upper"))]).max() < 1e-4
    assert moved[np.unique(faces_of(model, "teeth_lower")), 1].max() < -0.01
    assert moved[14, 1] < -0.02 and abs(moved[13, 1]) < 0.004


def test_gaze_turns_the_irises_about_the_eyes(model: FaceModel) -> None:
    for eye, iris in ((0, 473), (1, 468)):
        gaze = np.zeros((2, 2))
        gaze[eye] = [0.5, 0.2]
        landmarks = model.landmarks(model.shape(nobody(model), weights(model), gaze))
        way = (landmarks[iris] - model.eyes.centre[eye]) / model.eyes.radius
        assert np.allclose(way, [np.sin(0.5) * np.cos(0.2), -np.sin(0.2), np.cos(0.5) * np.cos(0.2)], atol=2e-3)
        other = (468, 473)[eye]
        assert np.allclose(landmarks[other], model.landmarks(model.mean.astype(float))[other], atol=1e-6)


def test_response_lies_near_the_geometry(model: FaceModel) -> None:
    apart = np.linalg.norm(model.response.mean - model.landmarks(model.mean.astype(float)), axis=1)
    assert np.median(apart) < 0.004 and apart.max() < 0.03
    assert (model.response.sigma > 0).all()


def test_identities_keep_the_eyeballs_behind_the_lids(model: FaceModel) -> None:
    rng = np.random.default_rng(4)
    for _ in range(5):
        identity = rng.normal(size=len(model.identity))
        vertices, centres = model.neutral(identity), model.eye_centres(identity)
        for eye, lid in ((1, (159, 145)), (0, (386, 374))):
            reach = np.linalg.norm(vertices[list(lid)] - centres[eye], axis=1)
            assert (reach > model.eyes.radius - 0.002).all()
