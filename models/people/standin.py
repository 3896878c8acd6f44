"""Plain skin until skin.py is there."""

from dataclasses import dataclass

import numpy as np

from ...core.conventions import Array, Array32


@dataclass(frozen=True)
class PlainSkin:
    texture: Array32

    def albedo(self, weights: Array) -> Array32:
        return self.texture


def draw_skin(rng: np.random.Generator) -> PlainSkin:
    import cv2
    base = np.exp(rng.uniform(np.log(0.08), np.log(0.6))) * np.array([1.0, 0.68, 0.5]) ** rng.uniform(0.6, 1.2)
    noise = cv2.GaussianBlur(rng.normal(size=(512, 512, 1)).astype(np.float32), (0, 0), 4)[..., None] * 1.0
    return PlainSkin(np.clip(base * (1 + noise), 0, 1).astype(np.float32))
