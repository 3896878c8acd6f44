"""Skin and scalp: where on a head they are, and how a colour that is seen on part of them goes on over the rest.

Colours spread over the mesh, along its edges in space: the borders of UV islands are no borders of theirs.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..face.model import FaceModel
from ..face.paint import HAIR_EDGE, HAIRLINE
from .fill import TINY
from .layout import Layout

JAW = (152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234)
"""Landmarks of the right half's outline, from the chin up to the ear."""
BESIDE = 4e-3
"""m beyond the jaw and before the ear at which neck and ear begin."""
HELD = 20.0
"""How much more a vertex keeps to what is seen on it than to its neighbours."""
DRAWN = 1e-5
"""How much each keeps to the mean of all that is seen: it decides on pieces of which nothing is seen."""
STEPS, PRECISION = 600, 1e-4
"""Of the solver at most, and the share of the first residual at which it is done."""
FEW = 1e-3
"""Share of the vertices that must be seen of the scalp for it to have a colour of its own."""


def scalp(model: FaceModel) -> Array32:
    """V×2, 0–1: hair grows there, on most; and on nearly all."""
    depth, height = np.array(HAIRLINE[::-1]).T
    above = (model.mean[:, 1] - np.interp(model.mean[:, 2], depth, height)) / HAIR_EDGE
    return np.asarray(np.clip(np.column_stack([above, above - 1]), 0, 1), dtype=np.float32)


def beside_face(model: FaceModel) -> NDArray[np.bool_]:
    """V: neck, ears and what lies behind them: no landmark holds the fit there, and clothes and hair hide it."""
    y, z = model.landmarks(model.mean.astype(np.float64))[list(JAW), 1:].T
    order = np.argsort(z)
    below = model.mean[:, 1] < np.interp(model.mean[:, 2], z[order], y[order]) - BESIDE
    return np.asarray(below | (model.mean[:, 2] < z.min() + BESIDE))


@dataclass(frozen=True)
class Spread:
    """Values of some texels spread over the triangles of a head that `own` (F) names."""

    model: FaceModel
    layout: Layout
    own: NDArray[np.bool_]
    texel: NDArray[np.intp] = field(init=False)
    """M: the texels on them."""
    edges: NDArray[np.intp] = field(init=False)
    """E×2 vertices, each edge once."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "texel", np.flatnonzero(self.own[self.layout.triangle]))
        ends = self.model.triangles[self.own][:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
        object.__setattr__(self, "edges", np.unique(np.sort(ends, axis=1), axis=0).astype(np.intp))

    def over(self, values: Array32, weight: Array32) -> Array32:
        """N×C: what is known (N×C, with weight N, 0–1) carried on harmonically; 0 beside the triangles of `own`.

        A discrete Laplace equation on the mesh, solved by conjugate gradients (Hestenes and Stiefel 1952).
        """
        seen, share = self._on_vertices(values[self.texel], weight[self.texel])
        middle = (seen * share[:, None]).sum(axis=0) / max(share.sum(), TINY)
        found = middle + self._solved(HELD * share, seen - middle)
        out = np.zeros_like(values)
        out[self.texel] = self.layout.attributes(found, self.model.triangles, self.texel)
        return out

    def _on_vertices(self, values: Array32, weight: Array32) -> tuple[Array, Array]:
        """V×C means of the texels around, and how much of what lies around is known (V, 0–1)."""
        corners = self.model.triangles[self.layout.triangle[self.texel]].ravel()
        parts = self.layout.weights[self.texel].astype(np.float64)
        count = len(self.model.mean)
        whole, known = (np.bincount(corners, (parts * one).ravel(), count) for one in (1.0, weight[:, None]))
        total = np.stack(
            [np.bincount(corners, (parts * (weight * one)[:, None]).ravel(), count) for one in values.T], axis=1
        )
        return total / np.maximum(known, TINY)[:, None], known / np.maximum(whole, TINY)

    def _solved(self, held: Array, target: Array) -> Array:
        """V×C: least (held + DRAWN)·(x − target)² + the sum of (difference along an edge)²."""
        one, other = self.edges.T
        count = len(target)
        diagonal = held + DRAWN + np.bincount(self.edges.ravel(), minlength=count)
        found, residual = np.zeros_like(target), held[:, None] * target
        step = ready = residual / diagonal[:, None]
        size = first = (residual * ready).sum(axis=0)
        for _ in range(STEPS):
            if (size <= PRECISION**2 * first).all():
                break
            ends = np.concatenate([step[other], step[one]])
            near = [np.bincount(self.edges.T.ravel(), channel, count) for channel in ends.T]
            applied = diagonal[:, None] * step - np.stack(near, axis=1)
            length = size / np.maximum((step * applied).sum(axis=0), TINY**3)
            found, residual = found + length * step, residual - length * applied
            ready = residual / diagonal[:, None]
            size, before = (residual * ready).sum(axis=0), size
            step = ready + size / np.maximum(before, TINY**3) * step
        return np.asarray(found)


def skin_and_hair(spread: Spread, light: Array32, known: Array32) -> Array32:
    """N×3 light: skin continued as skin, and the scalp from what is seen of it, were it bald or not."""
    model, layout = spread.model, spread.layout
    hairy, surely = layout.attributes(scalp(model), model.triangles, np.arange(len(layout))).T
    skin = spread.over(light, known * (1 - hairy))
    on_scalp = known * surely
    if on_scalp[spread.texel].sum() < FEW * len(spread.texel):
        return skin
    return np.asarray(skin + hairy[:, None] * (spread.over(light, on_scalp) - skin))
