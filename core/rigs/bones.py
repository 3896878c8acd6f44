"""What a bone or an object has to do, in its own axes, for a head to turn, an eye to look, a jaw to open.

Angles are those of conventions.py: yaw to the subject's left, pitch downwards, roll to the subject's right; a turn is
Ry(yaw) · Rx(pitch) · Rz(roll) in the face's axes. Quaternions are w, x, y, z.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array

JAW_OPEN = np.radians(25.3)
"""rad at AU26 = 1: what the lower teeth of ICT-FaceKit do under jawOpen (a rotation, to within 0.1 mm)."""
JAW_SIDEWAYS = np.radians(4.3)
"""rad at AU30 = 1: ICT-FaceKit's jawLeft takes the lower teeth 6.4 mm sideways, 85 mm before the joint."""
JAW_THRUST = 0.0089
"""m at AU29 = 1, as ICT-FaceKit's jawForward …"""
EYE_DISTANCE = 0.063
"""… on a face whose eyes are so far apart (m)."""

_TINY = 5e-6
"""Terms below it are left out."""


@dataclass(frozen=True)
class Cosine:
    """One term of a sum: size · cos(Σ rates · angles + phase)."""

    size: float
    rates: tuple[float, ...]
    phase: float

    def value(self, angles: Array) -> float:
        return float(self.size * np.cos(np.dot(self.rates, angles) + self.phase))

    def text(self, angles: tuple[str, ...]) -> str:
        """As an expression, of the angles' expressions; a constant where no angle counts."""
        inside = [f"{_short(rate)}*{angle}" for rate, angle in zip(self.rates, angles, strict=True) if rate]
        if not inside:
            return _short(self.size * np.cos(self.phase))
        phase = [_short(self.phase)] if abs(self.phase) > _TINY else []
        return f"{_short(self.size)}*cos({''.join((*inside, *phase))})"


def _short(number: float) -> str:
    """Signed, to five decimals: Blender cuts a driver's expression at 255 characters."""
    return f"{number:+.5f}".rstrip("0").rstrip(".")


def face_axes(left: Array, up: Array) -> Array:
    """The face's axes (3×3, columns left, up, forward) from about its left and about its up."""
    left = left / np.linalg.norm(left)
    up = up - left * (left @ up)
    up = up / np.linalg.norm(up)
    return np.column_stack([left, up, np.cross(left, up)])


def nearest_axis(direction: Array, within: float) -> Array:
    """The axis (3, length 1) of a rig that a direction (3) follows within so many rad, else the direction."""
    unit = direction / np.linalg.norm(direction)
    largest = int(np.abs(unit).argmax())
    axis = np.eye(3)[largest] * np.sign(unit[largest])
    return axis if axis @ unit > np.cos(within) else unit


def rotation(angles: Array) -> Array:
    """3×3 rotation in the face's axes of yaw, pitch, roll (3 rad)."""
    (cy, cp, cr), (sy, sp, sr) = np.cos(angles), np.sin(angles)
    yaw = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    pitch = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    roll = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(yaw @ pitch @ roll)


def quaternion(halves: Array) -> Array:
    """The same rotation as a quaternion (4) of *half* the yaw, pitch, roll (3 rad)."""
    (cy, cp, cr), (sy, sp, sr) = np.cos(halves), np.sin(halves)
    return np.array(
        [
            cy * cp * cr + sy * sp * sr,
            cy * sp * cr + sy * cp * sr,
            sy * cp * cr - cy * sp * sr,
            cy * cp * sr - sy * sp * cr,
        ]
    )


def times(first: Array, second: Array) -> Array:
    """Product of quaternions: `second`, then `first`."""
    a, u, b, v = first[0], first[1:], second[0], second[1:]
    return np.array([a * b - u @ v, *(a * v + b * u + np.cross(u, v))])


def turning(axes: Array, rest: Array, strengths: Array) -> list[list[Cosine]]:
    """A turned thing's quaternion as a function of yaw, pitch, roll: 4 sums of cosines.

    `axes`: the face's axes (3×3, columns) in the thing's own; `rest`: its quaternion (4) at no turn; `strengths`:
    3, rad per unit of what yaw, pitch and roll are driven by.
    """

    def turned(halves: Array) -> Array:
        turn = quaternion(halves)
        return times(np.array([turn[0], *(axes @ turn[1:])]), rest)

    return _cosines(turned, strengths / 2)


def aiming(axes: Array, rest: Array, arm: Array, strengths: Array) -> list[list[Cosine]]:
    """A target's place as a function of yaw, pitch, roll, such that who looks at it turns: 3 sums of cosines.

    `arm`: from the eye to the target at no turn (3, in the face's axes); `rest`: its place (3) then; `axes`: the
    face's axes (3×3, columns) in those of the place; `strengths`: see turning().
    """
    return _cosines(lambda angles: rest + axes @ (rotation(angles) @ arm - arm), strengths)


def _cosines(function: Callable[[Array], Array], strengths: Array) -> list[list[Cosine]]:
    """A function of angles, made of products of their sines and cosines, as sums of cosines: Fourier, exactly.

    Angles without strength stay 0.
    """
    used = np.flatnonzero(strengths)
    corners = np.zeros((*[4] * len(used), len(strengths)))
    corners[..., used] = np.moveaxis(np.indices([4] * len(used)), 0, -1) * np.pi / 2
    samples = np.apply_along_axis(function, -1, corners)
    spectrum = np.fft.fftn(samples, axes=range(len(used))) / 4 ** len(used)
    return [_terms(spectrum[..., index], used, strengths) for index in range(samples.shape[-1])]


def _terms(spectrum: Array, used: NDArray[np.intp], strengths: Array) -> list[Cosine]:
    """Frequencies of −1, 0, 1 per used angle; of each and its opposite, which says the same, the first."""
    terms = []
    for frequency in product((0, 1, -1), repeat=len(used)):
        first = next((each for each in frequency if each), 0)
        part = spectrum[frequency]
        if first >= 0 and abs(part) > _TINY:
            rates = np.zeros(len(strengths))
            rates[used] = frequency * strengths[used]
            terms.append(Cosine(float(abs(part)) * (2 if first else 1), tuple(rates.tolist()), float(np.angle(part))))
    return terms
