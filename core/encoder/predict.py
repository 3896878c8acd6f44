"""Encoding → Evidence: the whole shot's expressions and gaze, read against the person's own mean face."""

import numpy as np

from ..fit.evidence import Evidence
from .encoding import Encoding
from .networks import Head
from .person import person_code

BATCH = 256
"""Frames that go through the head together."""


def predict(head: Head, encoding: Encoding) -> Evidence:
    """What the encoder reads off each frame that it saw; NaN elsewhere."""
    seen = np.flatnonzero(encoding.visible)
    count, names = len(encoding), len(head.names)
    weights, sigma = np.full((count, names), np.nan), np.full((count, names), np.nan)
    gaze = np.full((count, 2, 2), np.nan)
    person = person_code(encoding)
    for rows in np.split(seen, range(BATCH, len(seen), BATCH)):
        weights[rows], sigma[rows], gaze[rows] = head(encoding.code[rows].astype(np.float32), person)
    return Evidence(head.names, weights, sigma, gaze)
