"""What transfers between people are judged by, with planted curves and looks."""

import numpy as np
import pytest
from expression_transfer.benchmarks.real import GOOD
from expression_transfer.benchmarks.recognition import Look
from expression_transfer.benchmarks.reenact_people import agreement, fidelity, strangers
from expression_transfer.core.encoder.recognise import FaceRecogniser
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import UNITS

FRAMES = 90
WAVE = 0.5 - 0.5 * np.cos(np.linspace(0, 6 * np.pi, FRAMES))


def acted(**curves):
    units = np.zeros((FRAMES, len(UNITS)))
    for name, curve in curves.items():
        units[:, UNITS.index(name)] = curve
    none, times = np.zeros(FRAMES, dtype=bool), np.arange(FRAMES) / 30
    return Performance(units, np.zeros((FRAMES, 3)), np.zeros((FRAMES, 3)), np.zeros((FRAMES, 2, 2)), np.ones(FRAMES),
                       none, none, np.arange(FRAMES), times, 30.0, "planted")  # fmt: skip


def test_fidelity_is_of_what_was_asked_and_clear_acting_counts_apart():
    wanted = acted(AU26=WAVE, AU12_L=WAVE, AU1_L=0.1 * WAVE)
    assert fidelity(wanted, wanted) == pytest.approx((1.0, 1.0))
    found = acted(AU26=0.4 * WAVE + 0.1, AU12_L=WAVE, AU1_L=0.3 - 0.1 * WAVE, AU4_L=WAVE)
    assert fidelity(found, wanted) == pytest.approx((1.0, 1 / 3))
    assert np.isnan(fidelity(found, acted())).all()


def test_channels_that_the_driver_leaves_alone_are_not_judged():
    still = {name: np.zeros(FRAMES) for names in GOOD.values() for name in names}
    driver = still | {"jawOpen": WAVE, "browInnerUp": 0.1 * WAVE}
    assert agreement(driver, still | {"jawOpen": 0.5 * WAVE, "browInnerUp": 1 - WAVE}) == pytest.approx(1.0)
    assert agreement(driver | {"mouthPucker": WAVE}, still | {"jawOpen": WAVE}) == pytest.approx(0.5)
    assert agreement(still, driver) is None


def test_strangers_are_every_frame_against_every_other_persons_mean():
    directions = {0: [1.0, 0.0], 1: [0.6, 0.8]}
    looks = {person: np.array(direction, dtype=np.float32) for person, direction in directions.items()}
    recogniser = FaceRecogniser("planted", 0.5, lambda rgb, points: looks[int(rgb[0, 0, 0])])
    points = np.zeros((478, 3), dtype=np.float32)
    people = [[Look(person, person, np.full((2, 2, 3), person, dtype=np.uint8), points)] * 3 for person in looks]
    assert strangers(recogniser, people) == pytest.approx([0.6] * 6)
