"""Timeline markers of what is not to be trusted: at their seconds, and once."""

from dataclasses import replace

import numpy as np
import pytest
from expression_transfer.scene import keys, passages


@pytest.fixture
def doubtful(performance):
    rows = np.arange(len(performance))
    missing, bridged = (rows >= 10) & (rows < 15), rows == 20
    confidence = np.where((rows >= 40) & (rows <= 49), 0.2, 0.9)
    return replace(performance, missing=missing, bridged=bridged, confidence=confidence)


def markers(scene):
    return sorted((marker.frame, marker.name) for marker in scene.timeline_markers)


def mark(scene, performance, take):
    passages.mark(scene, performance, keys.scene_frames(performance.times, scene), take)


def test_where_and_what(blender, doubtful):
    scene = blender.context.scene
    scene.render.fps, scene.frame_start = 24, 101
    mark(scene, doubtful, "Take")
    assert markers(scene) == [
        (101 + 8, "no face 5 · Take"),
        (101 + 16, "bridged 1 · Take"),
        (101 + 32, "low confidence 10 · Take"),
    ]


def test_solving_again_replaces_only_its_own(blender, performance, doubtful):
    scene = blender.context.scene
    for name in ("no face here", "Take", "bridged 1 · Take 2"):
        scene.timeline_markers.new(name, frame=3)
    before = markers(scene)
    mark(scene, doubtful, "Take")
    mark(scene, doubtful, "Take")
    assert len(markers(scene)) == len(before) + 3
    mark(scene, performance, "Take")
    assert markers(scene) == before
