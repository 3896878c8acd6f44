"""Geometry → FaceModel: what the detector makes of a head, measured once and kept."""

from ..face.geometry import Geometry
from ..face.model import FaceModel
from ..reporting import Reporter


def calibrated(geometry: Geometry, reporter: Reporter) -> FaceModel:
    """The geometry with its landmarks and the detector's response to them; from the cache where it was made before.

    Raises InputError naming the model where the detector finds no face on it.
    """
    raise NotImplementedError
