"""From pieces that move with ICT's modes to a FaceModel: origin, identity's principal components, expressions."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...core.conventions import LANDMARKS, Array
from ...core.face.geometry import Eyeballs, no_codes
from ...core.face.ict import IctHead
from ...core.face.model import FaceModel, Response
from ...core.facs.tables import SHAPES
from .chart import Chart
from .eyes import EYE_SEGMENTS, IRIS_RING, eye_piece, eyeball
from .inner import JAWS, teeth_pieces, tongue_out, tongue_piece
from .layout import BACK, EYES, FACE, GUMS, TEETH, TONGUE, onto, upright
from .lids import closing, kept_on, lids
from .lips import lips, sealed
from .outer import outer_pieces
from .pieces import Piece, joined, single, welded
from .skin import SkinMesh, lid_pieces, mouth_piece, skin_mesh, skin_piece
from .topology import MOUTH_CORNERS

IDENTITY_MODES = 48
LICENCE = (
    "GPL-3.0-or-later; geometry computed from ICT-FaceKit Light (MIT, © 2020 USC Institute for Creative Technologies)"
)


def head_pieces(head: IctHead, chart: Chart, skin: SkinMesh, rng: np.random.Generator) -> list[Piece]:
    """All that hangs on the skin, welded, then eyes, teeth, gums and tongue.

    The skin comes first, so that the landmarks are the first piece's first vertices.
    """
    around, behind = outer_pieces(head, chart, Chart(head, "head"), skin.uv[skin.oval], rng)
    in_face = [skin_piece(head, chart, skin), *lid_pieces(head, chart, skin), mouth_piece(head, chart, skin), *around]
    hung = [*(onto(piece, FACE) for piece in in_face), *(onto(piece, BACK) for piece in behind)]
    radius = min(eyeball(head, side).radius for side in ("left", "right"))
    eyes = [onto(eye_piece(head, side, radius), EYES[side]) for side in ("left", "right")]
    rows = [teeth_pieces(head, jaw) for jaw in JAWS]
    inside = [onto(upright(teeth), TEETH[jaw]) for jaw, (teeth, _) in zip(JAWS, rows, strict=True)]
    gums = [onto(upright(gum), GUMS[jaw]) for jaw, (_, gum) in zip(JAWS, rows, strict=True)]
    return [welded(joined(hung)), *eyes, *inside, *gums, onto(tongue_piece(head), TONGUE)]


def assembled(head: IctHead, landmarks: Array, rng: np.random.Generator) -> tuple[FaceModel, float]:
    """The model, and the share of identity's variance that it keeps.

    Its response is the true landmarks': what the detector really reports is measured on it.
    """
    chart = Chart(head)
    mesh = skin_mesh(chart, landmarks)
    pieces = head_pieces(head, chart, mesh, rng)
    balls = [eyeball(head, side) for side in ("left", "right")]
    pieces[0] = with_lips_met(pieces[0], mesh, head)
    for eye, ball in zip(lids(chart, mesh), balls[::-1], strict=True):
        pieces[0] = replace(pieces[0], motion=kept_on(pieces[0], len(head.identity), eye, ball))
    whole = joined(pieces)
    centre = np.stack([found.centre for found in balls])
    drift = np.stack([found.drift for found in balls], axis=1)
    origin = centre.mean(axis=0)
    modes = len(head.identity)
    mean, centre = whole.mean - origin, centre - origin
    skin = 1 + int(whole.triangles[np.isin(np.array(whole.part), ("skin", "lips"))].max())
    rigid = _rigid_free(mean, whole.motion[:modes], drift[:modes], centre, skin)
    kept, identity, eye_identity = _components(*rigid, skin)
    expression = _expressions(head, whole.motion[modes:], pieces)
    hung = len(pieces[0].mean)
    for name, eye in zip(("eyeBlink_R", "eyeBlink_L"), lids(chart, mesh), strict=True):
        expression[SHAPES.index(name), :hung] += closing(mean[:hung], expression[SHAPES.index(name), :hung], eye)
    parts = tuple(dict.fromkeys(whole.part))
    index, weights = _landmark_embedding(whole.triangles, pieces)
    member = np.concatenate([np.full(len(piece.mean), piece.eye) for piece in pieces]).astype(np.int8)
    radius = float(min(found.radius for found in balls))
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
    return with_true_response(model), kept


def with_lips_met(hung: Piece, mesh: SkinMesh, head: IctHead) -> Piece:
    """The skin with what hangs on it, its lips closed in every identity's neutral face."""
    people = len(head.identity)
    jaw_down = hung.motion[people + head.expressions.index("jawOpen")]
    mouth = lips(hung.mean + jaw_down, mesh.mouth, MOUTH_CORNERS)
    rim = np.concatenate([mouth.upper, mouth.lower])
    beside = hung.triangles[(np.array(hung.part) == "mouth") & np.isin(hung.triangles, rim).any(axis=1)]
    behind = np.setdiff1d(beside, rim)
    mean = sealed(mouth.met(hung.mean), behind, mouth.follows[behind] < len(mouth.upper))
    return replace(hung, mean=mean, motion=np.concatenate([mouth.met(hung.motion[:people]), hung.motion[people:]]))


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


def _components(modes: Array, drift: Array, skin: int) -> tuple[float, Array, Array]:
    """Principal components of the skin over people drawn from ICT's hundred standard normal weights."""
    left, scale, _ = np.linalg.svd(modes[:, :skin].reshape(len(modes), -1), full_matrices=False)
    mix = left[:, :IDENTITY_MODES].T
    kept = float(np.sum(scale[:IDENTITY_MODES] ** 2) / np.sum(scale**2))
    return kept, np.tensordot(mix, modes, 1), np.tensordot(mix, drift, 1)


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
