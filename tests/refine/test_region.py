"""Where brows and eyes alone are asked for, the lips stay the plate's, and vice versa."""

import numpy as np
import pytest
from expression_transfer.core.landmarks.places import EYES, OUTER_LIPS
from expression_transfer.core.refine.reperform import Reperformer

STRAIGHT = np.zeros((2, 2))
EYE_RINGS = np.concatenate([eye.rings[1] for eye in EYES])
UPPER = {"cheekSquint": 1.0, "browDown": 1.0}
LOWER = {"mouthSmile": 1.0, "jawOpen": 0.4}


@pytest.mark.parametrize(
    ("region", "acting", "asked", "left"),
    [("upper", UPPER, EYE_RINGS, OUTER_LIPS), ("lower", LOWER, OUTER_LIPS, EYE_RINGS)],
)
def test_the_other_region_stays_the_plate(head, shot, weights, region, acting, asked, left):
    """Bit for bit, although the model's shapes move it; in between nothing is torn."""
    fit, track = shot(weights()[None])
    plate = np.random.default_rng(4).integers(0, 256, (track.height, track.width, 3), dtype=np.uint8)
    new = weights(**acting)
    whole = Reperformer(head, fit, track).frame(0, plate, new, STRAIGHT)
    part = Reperformer(head, fit, track, region=region).frame(0, plate, new, STRAIGHT)
    marks = Reperformer(head, fit, track).landmarks(0)
    there, here = box(marks[left]), box(marks[asked])
    assert np.any(whole.pixels[there] != plate[there])
    assert np.array_equal(part.pixels[there], plate[there])
    assert part.matte[there].max() < 0.05
    assert part.matte[here].mean() > 0.5
    between = slice(int(marks[EYE_RINGS, 1].max()), int(marks[OUTER_LIPS, 1].min()))
    columns = slice(*(int(u) for u in (marks[OUTER_LIPS, 0].min(), marks[OUTER_LIPS, 0].max())))
    torn = np.abs(np.diff(part.backward[between, columns] - whole.backward[between, columns], axis=0)).max()
    assert torn < 0.5


def box(points):
    (u0, v0), (u1, v1) = np.floor(points.min(axis=0)).astype(int), np.ceil(points.max(axis=0)).astype(int)
    return np.s_[v0:v1, u0:u1]
