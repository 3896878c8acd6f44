"""Renders of synthetic people: heads stand where they are said to, and what is said to be visible is."""

import numpy as np
import pytest
from expression_transfer.core.conventions import CAMERA_FROM_FACE
from expression_transfer.core.fit.result import Camera
from expression_transfer.core.heads.registry import load_model
from expression_transfer.core.landmarks.places import LEFT_EYE, RIGHT_EYE
from expression_transfer.core.reporting import SilentReporter
from expression_transfer.models.people.acts import NAMES, Acting
from expression_transfer.models.people.chart import skin_chart, with_skin_chart
from expression_transfer.models.people.degrade import Quality, packed, spoilt, unpacked
from expression_transfer.models.people.figure import Figure
from expression_transfer.models.people.lamps import Lamp, Lights, lit_share
from expression_transfer.models.people.person import draw_person
from expression_transfer.models.people.stage import Stage, Surroundings
from expression_transfer.models.people.take import framed, head_rotations

SIZE, FOCAL, AWAY = 256, 500.0, 0.6
DAYLIGHT = Lights(
    lamps=(Lamp(np.array([0, 0, -1], np.float32), np.ones(3, np.float32), 0.5),),
    sky=np.full(3, 0.5, np.float32),
    ground=np.full(3, 0.5, np.float32),
    gloss=0.0,
    sharpness=20.0,
    occlusion=0.5,
)


@pytest.fixture(scope="module")
def figure(shared):
    path = shared / "models" / "ICT-FaceKit-master.zip"
    if not path.exists():
        pytest.skip(f"{path} is missing (the head of which people are made)")
    return Figure.of(with_skin_chart(load_model(str(path), SilentReporter())))


@pytest.fixture(scope="module")
def person(figure):
    chart = skin_chart(figure.head)
    people = (draw_person(np.random.default_rng(seed), figure, chart, ()) for seed in range(100))
    return next(person for person in people if person.glasses is None)


def acting(turn=(0.0, 0.0, 0.0), gaze=(0.0, 0.0), **weights):
    """One frame."""
    row = np.zeros((1, len(NAMES)))
    for name, weight in weights.items():
        row[0, NAMES.index(name)] = weight
    return Acting(row, np.tile(gaze, (1, 2, 1)), np.array([turn]), np.zeros((1, 3)))


def shown(figure, person, played):
    """The head in the middle of a picture, AWAY from the camera."""
    camera = Camera(SIZE, SIZE, np.array([FOCAL]), np.full(2, SIZE / 2), np.zeros(2), 1.0)
    backdrop = np.broadcast_to(np.float32([0, 0, 1]), (SIZE, SIZE, 3))
    around = Surroundings(camera, head_rotations(played.turn), np.array([[0, 0, AWAY]]), DAYLIGHT, backdrop)
    stage = Stage(figure, person)
    shape = stage.shapes(played.weights, played.gaze)[0]
    return stage.shot(shape, played.weights[0], 0, around)


def test_shapes_are_the_models_own(figure, person):
    played = acting(gaze=(0.3, -0.2), jawOpen=0.6, mouthSmile_L=0.4)
    own = figure.head.shape(person.identity, played.weights[0], played.gaze[0])
    np.testing.assert_allclose(Stage(figure, person).shapes(played.weights, played.gaze)[0], own, atol=1e-6)


def test_landmarks_lie_where_a_pinhole_puts_them(figure, person):
    """Yaw 90° to the subject's left: the face looks along the picture's u."""
    shot = shown(figure, person, acting(turn=(np.pi / 2, 0, 0)))
    places = figure.head.landmarks(figure.head.neutral(person.identity))
    x, y, z = places.T
    expected = SIZE / 2 + FOCAL * np.stack([z / (AWAY + x), -y / (AWAY + x)], axis=1)
    assert np.allclose(np.abs(shot.landmarks - expected), 0, atol=0.01)


def test_a_turn_shows_the_subjects_left_or_right_cheek(figure, person):
    left, right = 454, 234  # before the ears
    for yaw, near, far in ((60, right, left), (-60, left, right)):
        seen = shown(figure, person, acting(turn=(np.radians(yaw), 0, 0))).visible
        assert seen[near] and not seen[far]


def test_from_the_front_nearly_all_landmarks_are_visible(figure, person):
    assert shown(figure, person, acting(eyeWide_L=0.3, eyeWide_R=0.3)).visible.mean() > 0.85


def test_closed_lids_hide_the_irises(figure, person):
    irises = [LEFT_EYE.iris, RIGHT_EYE.iris]
    assert shown(figure, person, acting()).visible[irises].all()
    assert not shown(figure, person, acting(eyeBlink_L=1.0, eyeBlink_R=1.0)).visible[irises].any()


def test_gaze_to_the_subjects_left_moves_irises_and_pupils_to_the_pictures_right(figure, person):
    left, right = (shown(figure, person, acting(gaze=(yaw, 0.0))) for yaw in (0.4, -0.4))
    for eye in (LEFT_EYE, RIGHT_EYE):
        moved = left.landmarks[eye.iris] - right.landmarks[eye.iris]
        assert moved[0] > 3
        assert abs(moved[1]) < 1.5
        # what is painted there is the pupil
        u, v = left.landmarks[eye.iris].astype(int)
        du = round(float(moved[0]))
        assert left.picture[v, u].mean() < left.picture[v, u - du].mean()


def test_the_head_is_drawn_before_the_backdrop(figure, person):
    picture = shown(figure, person, acting()).picture
    assert picture.shape == (SIZE, SIZE, 3)
    nose, corner = picture[SIZE // 2 + 20, SIZE // 2], picture[2, 2]
    np.testing.assert_array_equal(corner, [0, 0, 1])
    assert nose[0] > nose[2]


def test_framing_gives_the_box_its_height_and_middle(figure, person):
    played = acting(turn=(0.4, 0.1, 0.2))
    camera = Camera(SIZE, SIZE, np.array([FOCAL]), np.array([300.0, -40.0]), np.zeros(2), 1.0)
    rotation = head_rotations(played.turn)
    height, middle = np.array([170.0]), np.array([[120.0, 130.0]])
    place = framed(figure, person.identity, played, (camera, rotation), (height, middle))
    head = figure.head
    points = head.landmarks(head.neutral(person.identity))[:468] @ rotation[0].T + place[0]
    box = camera.project(points, 0)
    np.testing.assert_allclose(np.ptp(box[:, 1]), height[0], atol=0.5)
    np.testing.assert_allclose((box.min(axis=0) + box.max(axis=0)) / 2, middle[0], atol=0.5)


def test_a_plate_before_the_lamp_shades_what_is_behind_it():
    """A square of 6 cm, 10 cm before one of 20 cm."""
    side = np.linspace(-0.1, 0.1, 61)
    u, v = (axis.ravel() for axis in np.meshgrid(side, side))
    wall = np.stack([u, v, np.full_like(u, 0.6)], axis=1)
    plate = np.stack([0.3 * u, 0.3 * v, np.full_like(u, 0.5)], axis=1)
    vertices = np.concatenate([wall, plate]).astype(np.float32)
    normals = np.tile(np.float32([0, 0, -1]), (len(vertices), 1))
    lamp = Lamp(np.array([0, 0, -1], np.float32), np.ones(3, np.float32), 0.0)
    lit = lit_share(vertices, normals, np.arange(len(vertices)), lamp)[: len(wall)]
    away = np.abs(wall[:, :2]).max(axis=1)
    assert lit[away < 0.02].max() < 0.1
    assert lit[away > 0.06].min() > 0.9


def test_stored_pictures_keep_their_colours():
    rng = np.random.default_rng(3)
    ramp = np.broadcast_to(np.linspace(0.1, 0.9, SIZE, dtype=np.float32)[:, None], (SIZE, SIZE))
    red = np.stack([ramp, 0.5 * ramp, 0.2 * ramp], axis=2)
    plain = Quality(1.0, 0.45, 0.0, 0.0, 0.0, 1.0, np.ones(3, np.float32), 1.0, 95, False)
    kept = unpacked(packed(spoilt(red, plain, rng), 92))
    np.testing.assert_allclose(kept[8:-8, 8:-8], 255 * red[8:-8, 8:-8], atol=4)


def test_turns_are_the_conventions():
    yaw, pitch = head_rotations(np.array([[0.3, 0, 0], [0, 0.3, 0]]))
    ahead = np.array([0, 0, 1.0])
    assert (CAMERA_FROM_FACE @ yaw @ ahead)[0] > 0  # face space's +X is the subject's left
    assert (pitch @ ahead)[1] > 0  # v runs down
