"""A folder as a solve leaves it, small and known: 12 frames, two hardly read, one bridged, two without a face."""

import json

import numpy as np
from expression_transfer.core.conventions import LANDMARKS
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.fit.result import Camera, Fit
from expression_transfer.core.landmarks.track import LandmarkTrack

FRAMES = 12


def planted_fit():
    """The built-in head before a camera, still."""
    model, seen = load_builtin(), np.ones(FRAMES, dtype=bool)
    lens = Camera(512, 512, np.full(FRAMES, 1500.0), np.array([256.0, 256.0]), np.zeros(2), 1.0)
    channels = len(model.expressions)
    return Fit(
        model=model.name, expressions=model.expressions, camera=lens, identity=np.zeros(len(model.identity)),
        rotation=np.zeros((FRAMES, 3)), translation=np.tile([0.0, 0.0, 0.9], (FRAMES, 1)),
        expression=np.zeros((FRAMES, channels)), variance=np.zeros((FRAMES, channels), np.float32),
        gaze=np.zeros((FRAMES, 2, 2)), offset=np.zeros((LANDMARKS, 3)), residual=np.ones(FRAMES),
        confidence=np.ones(FRAMES), visible=seen, bridged=~seen, frames=1 + np.arange(FRAMES),
        times=np.arange(FRAMES) / 30, fps=30.0,
    )  # fmt: skip


def solved(folder, *, plate=False):
    """A folder as a solve leaves it: frames 3–4 hardly read, 6 bridged, 9–10 without a face."""
    fit = planted_fit()
    fit.confidence[2:4], fit.bridged[5], fit.visible[[5, 8, 9]] = 0.25, True, False
    folder.mkdir(parents=True, exist_ok=True)
    fit.save(folder / "fit.npz")
    points = np.full((FRAMES, LANDMARKS, 2), (128.0, 384.0), np.float32)
    LandmarkTrack(
        points=points, depth=points[..., 0], score=np.ones(FRAMES, np.float32), visible=fit.visible, frames=fit.frames,
        times=fit.times, fps=fit.fps, width=512, height=512, focal=None, backend="planted",
    ).save(folder / "landmarks.npz")  # fmt: skip
    footage = folder / ("plate.mp4" if plate else "shot.mp4")
    footage.write_bytes(b"")
    (folder / "report.json").write_text(json.dumps({
        "footage": str(footage), "kind": "video", "first_file": str(footage), "warnings": ["a warning"],
        "frames": FRAMES, "first_frame": 1, "last_frame": FRAMES, "fps": fit.fps, "size": [512, 512],
        "face_model": {"name": "builtin"}, "focal_px": 1500.0, "focal_from": "guessed", "seen": 9,
        "bridged": [[6, 6]], "missing": [[9, 10]], "low_confidence": [[3, 4]],
        "residual_percent_of_eye_distance": 1.5, "mean_confidence": 0.83,
    }))  # fmt: skip
    return folder
