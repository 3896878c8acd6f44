"""The plate's part and the drawn head's camera of a contact sheet are the same square."""

import numpy as np
import pytest
from expression_transfer.benchmarks.apex_sheet import SIDE, apexes, cut, square, within
from expression_transfer.benchmarks.by_hand import strength
from expression_transfer.core.facs.levels import SLIGHT
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.fit.result import Camera

WIDTH, HEIGHT = 640, 480


def acting(units: dict[str, list[float]]) -> Performance:
    count = len(next(iter(units.values())))
    curves = np.zeros((count, len(UNITS)))
    for name, curve in units.items():
        curves[:, UNITS.index(name)] = curve
    nothing = np.zeros(count, bool)
    return Performance(
        units=curves,
        head=np.zeros((count, 3)),
        position=np.zeros((count, 3)),
        gaze=np.zeros((count, 2, 2)),
        confidence=np.ones(count),
        bridged=nothing,
        missing=nothing,
        frames=np.arange(1, count + 1),
        times=np.arange(count) / 25,
        fps=25.0,
        source="planted",
    )


def test_what_the_plate_shows_lies_where_the_head_s_camera_sees_it() -> None:
    rng = np.random.default_rng(0)
    face = rng.uniform((200, 100), (380, 330), size=(478, 2)).astype(np.float32)
    camera = Camera(WIDTH, HEIGHT, np.array([800.0]), np.array([320.0, 240.0]), np.array([-0.05, 0.0]), 1.0)
    point = np.array([-0.01, 0.02, 0.7])
    seen = camera.project(point, 0)
    v, u = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    spot = 255 * np.exp(-((u - seen[0]) ** 2 + (v - seen[1]) ** 2) / (2 * 4.0**2))
    shown = cut(np.repeat(np.rint(spot).astype(np.uint8)[..., None], 3, axis=2), square(face))[..., 0].astype(float)
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    found = np.array([(shown * columns).sum(), (shown * rows).sum()]) / shown.sum()
    assert found == pytest.approx(within(camera, square(face)).project(point, 0), abs=0.1)


def test_apexes_are_of_units_that_act() -> None:
    acted = acting({"AU12_L": [0.0, 0.5, 0.2], "AU12_R": [0.0, 0.3, 0.6], "AU30_L": [0.4, 0, 0], "AU4_L": [0.1, 0, 0]})
    found = apexes(acted)
    assert found == {"AU12": 1, "AU30_L": 0}
    assert all(strength(acted, unit)[row] >= SLIGHT for unit, row in found.items())
