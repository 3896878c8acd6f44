"""Valence and arousal of the published prototypes and of simpler faces."""

import numpy as np
import pytest
from expression_transfer.core.facs.affect import CIRCUMPLEX, PROTOTYPES, valence_arousal
from expression_transfer.core.facs.tables import UNITS


@pytest.fixture
def face(make_performance):
    """Valence and arousal of one face that shows the named units (codes without side) at one strength."""

    def make(codes, strength=1.0):
        units = np.array([[strength * (unit.split("_")[0] in codes) for unit in UNITS]])
        return valence_arousal(make_performance(count=1, units=units))[0]

    return make


def test_neutral_is_the_centre(face):
    assert np.array_equal(face(()), (0.0, 0.0))


@pytest.mark.parametrize(
    ("emotion", "valence", "arousal"),
    [("happiness", 1, 1), ("sadness", -1, -1), ("surprise", 1, 1), ("fear", -1, 1), ("anger", -1, 1),
     ("disgust", -1, 1)],
)  # fmt: skip
def test_prototypes_lie_in_their_quadrant(face, emotion, valence, arousal):
    found = face(PROTOTYPES[emotion])
    assert np.array_equal(np.sign(found), (valence, arousal))


def test_prototypes_are_nearest_to_their_own_place(face):
    names = list(CIRCUMPLEX)
    places = np.array([CIRCUMPLEX[name] for name in names])
    for name in ("happiness", "sadness", "surprise", "anger", "disgust"):
        found = face(PROTOTYPES[name])
        assert names[int(np.argmin(np.linalg.norm(places - found, axis=1)))] == name


def test_order_of_arousal(face):
    arousal = {emotion: face(codes)[1] for emotion, codes in PROTOTYPES.items()}
    assert arousal["sadness"] < 0.0 < arousal["disgust"] < min(arousal[name] for name in ("surprise", "fear", "anger"))


def test_weaker_faces_lie_nearer_to_the_centre(face):
    for codes in PROTOTYPES.values():
        lengths = [np.linalg.norm(face(codes, strength)) for strength in (0.25, 0.5, 1.0)]
        assert lengths == sorted(lengths)
        assert lengths[0] < 0.5 * lengths[2]


def test_a_smile_alone_is_half_a_happy_face(face):
    smile = face(("AU12",))
    assert 0.1 < smile[0] < face(PROTOTYPES["happiness"])[0]


def test_talking_stirs_little(face):
    assert np.abs(face(("AU26",), 0.4)).max() < 0.05


def test_nothing_leaves_the_scales(make_performance):
    rng = np.random.default_rng(2)
    found = valence_arousal(make_performance(count=500, units=rng.uniform(0, 1.5, (500, len(UNITS)))))
    assert np.abs(found).max() <= 1.0
