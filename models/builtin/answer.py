"""What MediaPipe reports for the built-in head's geometry: measured as any head's is, its landmarks being known."""

import numpy as np

from ...core.face.model import FaceModel, Response
from ...core.heads.embedding import Embedding
from ...core.heads.explain import gain_and_correlation
from ...core.heads.observer import Observer
from ...core.heads.response import Measurement, measured_response
from ...core.heads.subject import subject
from ...core.reporting import Reporter

UPON = {"tongueOut": "jawOpen"}
"""What is measured upon another shape. mouthClose is measured alone here: upon the jaw, the solve mixes the two up
(agreement on real clips 0.73 instead of 0.78)."""


def answered(model: FaceModel, observer: Observer, reporter: Reporter, rng: np.random.Generator) -> Response:
    """The detector's response to a model."""
    sure = np.ones(len(model.landmark_triangle), dtype=np.float32)
    embedding = Embedding(model.landmark_triangle, model.landmark_weights, sure, 0 * sure)
    return measured_response(Measurement(subject(model, embedding), observer, reporter, rng, UPON))


def gains(model: FaceModel, response: Response) -> dict[str, object]:
    """Per expression, how strongly and how alike the detector answers the geometry's motion; and its errors, m."""
    pairs = {
        name: gain_and_correlation(response.expression[k], model.response.expression[k])
        for k, name in enumerate(model.expressions)
        if name != "tongueOut"  # moves no landmark
    }
    bias = response.mean - model.response.mean
    tongue = response.expression[model.expressions.index("tongueOut")]
    noise = np.sum(response.sigma**2) + np.sum(response.common**2)
    return {
        "gain": {name: pair[0] for name, pair in pairs.items()},
        "correlation": {name: pair[1] for name, pair in pairs.items()},
        "tongue_out_largest": float(np.linalg.norm(tongue, axis=1).max()),
        "landmark_bias": float(np.sqrt(np.mean(np.sum(bias**2, axis=1)))),
        "noise": float(np.sqrt(noise / response.sigma.size)),
    }
