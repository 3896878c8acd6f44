"""The refiner: a network that mends what a warp can't (models/refiner/CARD.md). Where it is unsure, the warp stays."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..conventions import Array32
from ..device import Device
from ..encoder.sessions import open_session
from ..errors import InputError
from ..flow.network import FlowNetwork
from ..raster.windows import Window, around, pixel_centres, within
from .backward import Motion
from .crop import SIDE, Crop
from .grid import across, mix, sample
from .light import Light
from .patch import Patch
from .perform import Layers
from .view import Surface, view

NETWORK = Path(__file__).resolve().parents[2] / "models" / "refiner" / "refiner.onnx"
INPUTS = {"pictures", "guides"}
LANCZOS = 4
"""OpenCV's constant."""
SHARP = (1.25, 2.0)
"""px of the plate in one of the network's: up to the first its detail is as sharp as the plate, from the second on it
would be a blur and is left out.
"""
HEARD = 0.4
"""How much of its attention counts: of people whom it has not learnt it is right in direction, too bold, and what is
already good has most to lose. Chosen among 1, 0.6 and 0.4 on passages held out of training (models/refiner/CARD.md).
"""
DRAWN = 0.75
"""How much less it may do deep inside a drawn mouth, whose dark it takes for a fault and lightens to a lilac grey."""


@dataclass(frozen=True)
class Mending:
    """What the network gives, over the crop's square."""

    low: Array32
    """n×n×8: logarithm of the gain (3), offset (3), flow (2 px of the square): where to take the picture from, less the
    pixel's own place.
    """
    fine: Array32
    """SIDE×SIDE×5: attention (0–1), share of the picture before the mouth is filled, detail (3)."""


def digest(network: Path = NETWORK) -> str:
    """A short hash of the network, empty where it is missing: frames made with other weights are not gone on from."""
    return hashlib.sha256(network.read_bytes()).hexdigest()[:16] if network.is_file() else ""


class Refiner:
    """Does nothing where its network is missing. One for many frames and threads."""

    def __init__(self, device: Device = "auto", network: Path = NETWORK, flow: FlowNetwork | None = None) -> None:
        """`flow`: a user's own, which aligns the mouth's fill with the warped plate beforehand."""
        self._device, self._file, self._flow = device, network, flow

    @cached_property
    def name(self) -> str:
        """Of all that it mends with; frames made with anything else are not gone on from."""
        found = digest(self._file)
        return found if self._flow is None else f"{found}, {self._flow.name}"

    @cached_property
    def _session(self) -> Any:
        """Opened for the first frame. Raises as open_session, and InputError where the file is another network."""
        session = open_session(self._file, self._device)
        if {each.name for each in session.get_inputs()} != INPUTS:
            raise InputError(f"{self._file}: is not the refiner's network; fetch it again")
        return session

    def __call__(self, layers: Layers, plate: Patch, motion: Motion, surface: Surface, light: Light) -> Layers:
        """`layers` with its picture mended, and its attention."""
        if not self._file.is_file():
            return layers
        crop = Crop.of(motion.old_landmarks)
        if self._flow is not None:
            layers = aligned(layers, self._flow, crop, light)
        seen = view(layers, plate, motion, surface, crop, light)
        low, fine = self._session.run(["low", "fine"], {"pictures": seen.pictures[None], "guides": seen.guides[None]})
        found = Mending(low[0].transpose(1, 2, 0), fine[0].transpose(1, 2, 0))
        found.fine[..., 0] *= HEARD * cv2.resize(seen.moves, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
        part = around(motion.new_landmarks, 1, plate.window)  # beyond the face attention is zero (view.region)
        place = within(part, plate.window)
        pixels, attention = layers.pixels.copy(), layers.attention.copy()
        better, changed = mended(pixels[place], layers.bare[place], found, crop, part, light)
        known = 1 - np.float32(DRAWN) * layers.drawn[place]
        pixels[place], attention[place] = mix(pixels[place], better, known), changed * known
        return replace(layers, pixels=pixels, attention=attention)


SHIPPED = Refiner()
"""Of the network that comes with the program, on the best device there is."""


def aligned(layers: Layers, flow: FlowNetwork, crop: Crop, light: Light) -> Layers:
    """The mouth's fill taken from where the flow finds what the picture before it shows."""
    bare, filled = (light.shown(crop.take(each, layers.window)) for each in (layers.bare, layers.pixels))
    moved = crop.put(flow(bare, filled), layers.window) @ crop.affine[:, :2].T * layers.mouth[..., None]
    lookup = (pixel_centres(layers.window) + moved).astype(np.float32)
    return replace(layers, pixels=sample(layers.pixels, layers.window, lookup, LANCZOS))


def mended(
    filled: Array32, bare: Array32, found: Mending, crop: Crop, window: Window, light: Light
) -> tuple[Array32, Array32]:
    """A · (gain · filled + offset + detail) + (1 − A) · filled over a window (H×W×3), and A (H×W).

    `filled` is taken along A · the residual flow (blending two places of it would be a blur); part of the detail is
    what `bare`, the picture before the mouth is filled, has in its place: both as sharp as the plate. All is reckoned
    as a display shows it and added to the values.
    """
    low, fine = crop.put(found.low, window), crop.put(found.fine, window)
    attention, start = fine[..., 0], light.shown(filled)
    flow = across(attention, 2) * (low[..., 6:] @ crop.affine[:, :2].T)
    soft = np.clip((SHARP[1] - crop.scale) / (SHARP[1] - SHARP[0]), 0, 1)
    with np.errstate(invalid="ignore"):  # a float plate's infinities stay as they are
        moved = sample(start, window, pixel_centres(window) + flow.astype(np.float32), LANCZOS)
        change = np.expm1(low[..., :3])
        change *= moved
        change += low[..., 3:6]
        change += np.float32(soft) * fine[..., 2:] + across(fine[..., 1], 3) * (light.shown(bare) - start)
        change *= across(attention, 3)
        change += moved
        added = light.meant(change) - light.meant(start)
    added[~np.isfinite(added)] = 0
    return filled + added, attention
