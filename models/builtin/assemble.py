"""From pieces that move with ICT's modes to a FaceModel: origin, identity's principal components, expressions."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import LANDMARKS, Array
from ...core.face.geometry import Eyeballs, no_codes
from ...core.face.ict import IctHead
from ...core.face.model import FaceModel, Response
from ...core.facs.tables import SHAPES
from .chart import Chart
from .inner import EYE_SEGMENTS, IRIS_RING, eye_piece, eyeball, teeth_piece, tongue_out, tongue_piece
from .lids import closing, lids
from .pieces import Piece, joined, single, welded
from .skin import SkinMesh, lid_pieces, loft_piece, mouth_piece, skin_mesh, skin_piece

IDENTITY_MODES = 48
LICENCE = (
    "GPL-3.0-or-later; geometry computed from ICT-FaceKit Light (MIT, © 2020 USC Institute for Creative Technologies)"
)
CHART_FLOOR = 0.25
"""The chart takes UV's v from here up; eyes, teeth and tongue lie below."""


@dataclass(frozen=True)
class Basis:
    """How the identity modes came from ICT's hundred."""

    mix: Array
    """I×100: ICT weights of one standard deviation of each mode."""
    kept: float
    """Share of the skin's variance that the modes keep."""


def head_pieces(head: IctHead, chart: Chart, skin: SkinMesh) -> list[Piece]:
    """All that hangs on the skin, welded, then eyes, teeth and tongue.

    The skin comes first, so that the landmarks are the first piece's first vertices.
    """
    hung = [
        skin_piece(head, chart, skin),
        *lid_pieces(head, chart, skin),
        mouth_piece(head, chart, skin),
        loft_piece(head, chart, skin),
    ]
    radius = min(eyeball(head, side)[1] for side in ("left", "right"))
    return [
        welded(_onto_chart_area(joined(hung))),
        eye_piece(head, "left", radius),
        eye_piece(head, "right", radius),
        teeth_piece(head, "upper"),
        teeth_piece(head, "lower"),
        tongue_piece(head),
    ]


def _onto_chart_area(piece: Piece) -> Piece:
    uv = piece.uv * [1.0, 1.0 - CHART_FLOOR] + [0.0, CHART_FLOOR]
    return Piece(piece.mean, piece.motion, piece.triangles, uv, piece.uv_triangles, piece.part)


def assembled(head: IctHead, landmarks: Array) -> tuple[FaceModel, Basis]:
    """The model with the true landmarks for a response: what the detector really reports is measured on it."""
    chart = Chart(head)
    mesh = skin_mesh(chart, landmarks)
    pieces = head_pieces(head, chart, mesh)
    whole = joined(pieces)
    centres = [eyeball(head, side) for side in ("left", "right")]
    centre = np.stack([found[0] for found in centres])
    drift = np.stack([found[2] for found in centres], axis=1)
    origin = centre.mean(axis=0)
    modes = len(head.identity)
    mean, centre = whole.mean - origin, centre - origin
    skin = 1 + int(whole.triangles[np.isin(np.array(whole.part), ("skin", "lips"))].max())
    rigid = _rigid_free(mean, whole.motion[:modes], drift[:modes], centre, skin)
    basis, identity, eye_identity = _components(*rigid, skin)
    expression = _expressions(head, whole.motion[modes:], pieces)
    hung = len(pieces[0].mean)
    for name, eye in zip(("eyeBlink_R", "eyeBlink_L"), lids(chart, mesh), strict=True):
        expression[SHAPES.index(name), :hung] += closing(mean[:hung], expression[SHAPES.index(name), :hung], eye)
    parts = tuple(dict.fromkeys(whole.part))
    index, weights = _landmark_embedding(whole.triangles, pieces)
    member = np.concatenate([np.full(len(piece.mean), piece.eye) for piece in pieces]).astype(np.int8)
    radius = float(min(found[1] for found in centres))
    eyes = Eyeballs(single(centre), single(eye_identity), radius, member)
    model = FaceModel(
        "builtin",
        LICENCE,
        single(mean),
        single(identity),
        single(expression),
        SHAPES,
        whole.triangles,
        single(whole.uv),
        whole.uv_triangles,
        np.array([parts.index(name) for name in whole.part], dtype=np.int8),
        parts,
        eyes,
        *no_codes(len(SHAPES)),
        index,
        weights,
        _nothing(len(identity), len(SHAPES)),
    )
    return with_true_response(model), basis


def _rigid_free(mean: Array, modes: Array, drift: Array, centre: Array, skin: int) -> tuple[Array, Array]:
    """Identity modes (M×V×3) and eye centres' drift (M×2×3) without the head's translation and turn."""
    points = mean[:skin]
    middle = points.mean(axis=0)
    system = np.concatenate([_turns(points - middle), np.tile(np.eye(3), (skin, 1, 1))], axis=2).reshape(-1, 6)
    motion = np.linalg.lstsq(system, modes[:, :skin].reshape(len(modes), -1).T, rcond=None)[0]

    def taken(at: Array) -> Array:
        rows = np.concatenate([_turns(at - middle), np.tile(np.eye(3), (len(at), 1, 1))], axis=2).reshape(-1, 6)
        return np.asarray((rows @ motion).T.reshape(len(modes), len(at), 3))

    return modes - taken(mean), drift - taken(centre)


def _turns(points: Array) -> Array:
    """N×3×3: displacement of points per small rotation about the three axes."""
    x, y, z = points.T
    zero = np.zeros_like(x)
    return np.stack([np.stack([zero, z, -y], 1), np.stack([-z, zero, x], 1), np.stack([y, -x, zero], 1)], axis=1)


def _components(modes: Array, drift: Array, skin: int) -> tuple[Basis, Array, Array]:
    """Principal components of the skin over people drawn from ICT's hundred standard normal weights."""
    left, scale, _ = np.linalg.svd(modes[:, :skin].reshape(len(modes), -1), full_matrices=False)
    mix = left[:, :IDENTITY_MODES].T
    kept = float(np.sum(scale[:IDENTITY_MODES] ** 2) / np.sum(scale**2))
    return Basis(mix, kept), np.tensordot(mix, modes, 1), np.tensordot(mix, drift, 1)


def _expressions(head: IctHead, motion: Array, pieces: list[Piece]) -> Array:
    """E×V×3 in the order of SHAPES; tongueOut is the tongue's alone."""
    by_name = dict(zip(head.expressions, motion, strict=True))
    stuck_out = np.zeros_like(motion[0])
    stuck_out[-len(pieces[-1].mean) :] = tongue_out(pieces[-1])
    return np.stack([by_name.get(name, stuck_out) for name in SHAPES])


def _landmark_embedding(
    triangles: NDArray[np.int32], pieces: list[Piece]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The landmarks' triangles and weights: the mesh's are the skin's first vertices, the irises' the eyeballs'."""
    start = np.cumsum([0, *(len(piece.mean) for piece in pieces)])
    vertex = np.arange(LANDMARKS)
    for first, eye in ((468, 2), (473, 1)):
        pole = start[next(k for k, piece in enumerate(pieces) if piece.eye == eye)]
        ring = pole + 1 + (IRIS_RING - 1) * EYE_SEGMENTS
        quarter = EYE_SEGMENTS // 4
        # MediaPipe's ring runs right, top, left, bottom in the image of a face that looks at the camera
        vertex[first : first + 5] = [pole, ring + 2 * quarter, ring + quarter, ring, ring + 3 * quarter]
    index = np.array([int(np.flatnonzero((triangles == v).any(axis=1))[0]) for v in vertex], dtype=np.int32)
    return index, (triangles[index] == vertex[:, None]).astype(np.float32)


def _nothing(modes: int, shapes: int) -> Response:
    def zeros(*shape: int) -> NDArray[np.float32]:
        return np.zeros(shape, dtype=np.float32)

    return Response(
        zeros(LANDMARKS, 3),
        zeros(modes, LANDMARKS, 3),
        zeros(shapes, LANDMARKS, 3),
        zeros(LANDMARKS, 2),
        zeros(1, LANDMARKS, 2),
    )


def with_true_response(model: FaceModel) -> FaceModel:
    """The model with its geometry's own landmarks as response and a millimetre of noise."""
    corners = model.triangles[model.landmark_triangle]

    def at(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return single(np.einsum("...lkc,lk->...lc", values[..., corners, :], model.landmark_weights))

    sigma = np.full((LANDMARKS, 2), 1e-3, dtype=np.float32)
    response = Response(
        at(model.mean), at(model.identity), at(model.expression), sigma, np.zeros((1, LANDMARKS, 2), np.float32)
    )
    return replace(model, response=response)
