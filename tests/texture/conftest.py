"""One person of known texture, filmed once."""

import cv2
import numpy as np
import planted
import pytest
from expression_transfer.core.face.library import load_builtin
from expression_transfer.core.face.paint import Complexion, painted
from expression_transfer.core.raster.shade import linear_light
from footage_fixtures import run

__all__ = ["run"]


@pytest.fixture(scope="session")
def model():
    return load_builtin()


@pytest.fixture(scope="session")
def texture(model) -> np.ndarray:
    """Paint with blotches, none finer than the pictures' pixels; linear light."""
    noise = np.random.default_rng(3).normal(scale=0.12, size=(40, 40, 3)).astype(np.float32)
    blotches = cv2.resize(noise, (planted.TEXTURE, planted.TEXTURE), interpolation=cv2.INTER_CUBIC)
    paint = np.clip(painted(model, Complexion(), planted.TEXTURE) * (1 + blotches), 0.02, 1)
    return linear_light(np.round(255 * cv2.GaussianBlur(paint, (0, 0), 1.5)).astype(np.uint8))


@pytest.fixture(scope="session")
def person(model, texture) -> planted.Person:
    """Twelve frames, from −40° to 40°, with an open mouth in some."""
    yaws = np.deg2rad(np.linspace(-40, 40, 12))
    return planted.filmed(model, planted.shot(model, yaws, jawOpen=np.where(np.arange(12) % 3 == 2, 0.5, 0.0)), texture)
