"""The networks of MediaPipe's `face_landmarker.task` bundle, for Pythons whose mediapipe has no models inside.

Both networks of the bundle hold standard operators only and run in OpenCV. MediaPipe's own FaceLandmarker runs the same
weights, but smooths in video mode (lag), chooses its crop anew for each frame in image mode (jitter) and hides the
presence score.
"""

import hashlib
import os
import zipfile
from pathlib import Path

import cv2
import numpy as np

from ..conventions import Array, Array32
from ..errors import InputError
from ..offers import BUNDLED, TASK_NAME, TASK_SHA256
from ..userdata import user_data_folder
from .backend import BackendName, FoundFace, Image
from .region import region_of_box

TASK_SOURCE = "https://ai.google.dev/edge/mediapipe/solutions/vision/face_landmarker"
TASK_VARIABLE = "EXPRESSION_TRANSFER_TASK"
FINDER_SIDE = 128
FINDER_CONFIDENCE = 0.5
OVERLAP = 0.3
"""Boxes that overlap more than this (intersection over union) are one face."""


def find_task_file(given: Path | None) -> Path:
    """The .task file: the one given, the one named by the environment, the extension's own, or the one in the user's
    data folder.
    """
    named = given or (Path(os.environ[TASK_VARIABLE]) if os.environ.get(TASK_VARIABLE) else None)
    path = named or (BUNDLED if BUNDLED.is_file() else user_data_folder() / TASK_NAME)
    if not path.is_file():
        raise InputError(
            f"{path}: no such file; get MediaPipe's {TASK_NAME} (float16/1, sha256 {TASK_SHA256[:8]}…) from "
            f"{TASK_SOURCE} and put it there, or name it in {TASK_VARIABLE}"
        )
    return path


class TasksBackend:
    name: BackendName = "mediapipe-tasks"
    side = 256
    depth = 3

    def __init__(self, task: Path) -> None:
        self._mesh = _network(task, "face_landmarks_detector.tflite")
        self._finder = _network(task, "face_detector.tflite")
        self._anchors = _anchors()

    def find(self, rgb: Image) -> list[FoundFace]:
        """BlazeFace, short range: faces from about a sixth of the image's longer side."""
        side = max(rgb.shape[:2])
        margin = (side - np.array(rgb.shape[1::-1])) // 2
        blob = cv2.dnn.blobFromImage(_square(rgb, side), 1 / 127.5, (FINDER_SIDE, FINDER_SIDE), (127.5,) * 3)
        self._finder.setInput(blob)
        raw, logits = self._finder.forward(("regressors", "classificators"))
        score = 1 / (1 + np.exp(-np.clip(logits.reshape(-1).astype(np.float64), -100, 100)))
        likely = score >= FINDER_CONFIDENCE
        points = raw.reshape(-1, 8, 2)[likely] / FINDER_SIDE
        points[:, [0, *range(2, 8)]] += self._anchors[likely][:, None]
        points *= side
        points[:, [0, *range(2, 8)]] -= margin
        return _distinct(points, score[likely])

    def mesh(self, crop: Image) -> tuple[Array32, float]:
        self._mesh.setInput(cv2.dnn.blobFromImage(crop, 1 / 255))
        points, presence = self._mesh.forward(("Identity", "Identity_1"))
        return points.reshape(478, 3) / np.float32(self.side), float(1 / (1 + np.exp(-presence.item())))

    def close(self) -> None:
        del self._mesh, self._finder


def _network(task: Path, name: str) -> cv2.dnn.Net:
    try:
        with zipfile.ZipFile(task) as bundle:
            return cv2.dnn.readNetFromTFLite(np.frombuffer(bundle.read(name), np.uint8))
    except (OSError, KeyError, zipfile.BadZipFile, cv2.error) as error:
        digest = hashlib.sha256(task.read_bytes()).hexdigest()[:8] if task.is_file() else "none"
        raise InputError(
            f"{task}: not MediaPipe's {TASK_NAME} (sha256 {digest}…, expected {TASK_SHA256[:8]}…); get it again"
        ) from error


def _square(rgb: Image, side: int) -> Image:
    """The image in the middle of a black square; shrunk beforehand where bilinear sampling would alias."""
    height, width = rgb.shape[:2]
    top, left = (side - height) // 2, (side - width) // 2
    square = cv2.copyMakeBorder(rgb, top, side - height - top, left, side - width - left, cv2.BORDER_CONSTANT)
    return np.asarray(cv2.resize(square, (FINDER_SIDE, FINDER_SIDE), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _anchors() -> Array:
    """896×2 anchor centres, 0–1: two per cell of 16×16, six per cell of 8×8 (MediaPipe, face_detection_short_range)."""
    grids = []
    for cells, each in ((16, 2), (8, 6)):
        v, u = np.mgrid[:cells, :cells]
        centres = (np.stack([u, v], axis=-1).reshape(-1, 2) + 0.5) / cells
        grids.append(np.repeat(centres, each, axis=0))
    return np.concatenate(grids)


def _distinct(points: Array, score: Array) -> list[FoundFace]:
    """One face of each cluster of overlapping boxes: their mean, weighted by score (BlazeFace's tie resolution).

    `points`: N×8×2 px: centre, size, right eye, left eye and four more key points.
    """
    faces = []
    corners = np.concatenate([points[:, 0] - points[:, 1] / 2, points[:, 0] + points[:, 1] / 2], axis=1)
    left = np.argsort(-score)
    while left.size:
        same = left[_overlap(corners[left[0]], corners[left]) > OVERLAP]
        weights = score[same] / score[same].sum()
        box, eyes = weights @ corners[same], np.tensordot(weights, points[same, 2:4], 1)
        faces.append(FoundFace(region_of_box(box, eyes[0], eyes[1]), float(score[left[0]])))
        left = left[~np.isin(left, same)]
    return faces


def _overlap(box: Array, boxes: Array) -> Array:
    """Intersection over union of a box (left, top, right, bottom) with N boxes."""
    inside = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    common = np.prod(np.clip(inside, 0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return np.asarray(common / (np.prod(box[2:] - box[:2]) + areas - common))
