"""How well a solved shot knows who is in it: scan-to-mesh distance of the neutral head, after NoW's alignment.

`python -m expression_transfer.benchmarks.identity`. Twelve ICT heads with random identities and photographed faces
move, act and blink before varied lenses and lights; every head is known to the last vertex. Films are kept in the
temporary folder.
"""

import hashlib
import tempfile
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.clip import open_clip
from ..core.conventions import Array
from ..core.face.model import FaceModel
from ..core.fit.person import STEPS, solve_person
from ..core.fit.priors import DEFAULT
from ..core.fit.solve import solve_shot
from ..core.fit.solver import TYPICAL_FOCAL, Solver
from ..core.heads.registry import load_model
from ..core.landmarks.detect import DetectOptions, detect
from ..core.landmarks.track import LandmarkTrack
from ..core.reporting import SilentReporter
from ..models.people.chart import SKIN, with_skin_chart
from ..models.people.photo import photo_texture
from .footage import SHARED, shared_clip
from .people import Person, render
from .scan_to_mesh import NOW_LANDMARKS, Mesh, Surface, distances, face_samples, similarity
from .table import Row, print_table

ICT = SHARED / "models" / "ICT-FaceKit-master.zip"
PHOTOS = ("d0.mp4", "d3.mp4", "d6.mp4", "d10.mp4", "d14.mp4", "d18.mp4", "d20.mp4", "s5.jpg", "s9.jpg", "s12.jpg",
          "s18.mp4", "s20.mp4")  # fmt: skip
CAST = tuple(Person(7000 + k, photo) for k, photo in enumerate(PHOTOS))
"""Fixed before anything was tuned; tuning used other seeds and the other photographs."""
SURFACE = ("skin", "lips", "head")
"""Parts of a head that a scanner sees."""
COVERED = 0.006
"""m: a place of the known head that is this near the other head's skin, not at its edge, is covered by it."""
ALONE = 6
"""Frames that are fitted on their own for the peer."""


@dataclass(frozen=True)
class Score:
    """Distances of one fitted head to the known one, mm."""

    median: float
    mean: float
    std: float

    @classmethod
    def of(cls, metres: Array) -> "Score":
        return cls(*(float(1e3 * figure) for figure in (np.median(metres), np.mean(metres), np.std(metres))))


def filmed(head: FaceModel, person: Person, photo: Path) -> LandmarkTrack:
    """What the detector sees of a person; film and landmarks are made once."""
    made_of = (head.mean, head.identity, head.expression, landmark_uv(head).astype(np.float32))
    key = hashlib.sha256(str(person).encode() + b"".join(part.tobytes() for part in made_of)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / "expression-transfer-identity"
    movie, track = folder / f"{key}.mp4", folder / f"{key}.npz"
    folder.mkdir(exist_ok=True)
    if not movie.is_file():
        render(head, person, photo_texture(photo, landmark_uv(head)), movie)
    if not track.is_file():
        detect(open_clip(movie), DetectOptions(), SilentReporter()).save(track)
    return LandmarkTrack.load(track)


def landmark_uv(head: FaceModel) -> Array:
    """468×2: where in the skin's texture the mesh's landmarks lie; nan of those that don't lie on the skin."""
    corners = head.uv[head.uv_triangles[head.landmark_triangle]]
    places = np.einsum("lkc,lk->lc", corners, head.landmark_weights)
    places[~outside(head, (SKIN,))[head.landmark_triangle]] = np.nan
    return np.asarray(places[:468], dtype=np.float64)


def surface_of(model: FaceModel, identity: Array) -> Mesh:
    """The outer surface of a neutral head."""
    vertices = model.neutral(identity)
    landmarks = model.landmarks(vertices)[list(NOW_LANDMARKS)]
    return Mesh(vertices, model.triangles[outside(model, SURFACE)], landmarks)


def outside(model: FaceModel, names: tuple[str, ...]) -> NDArray[np.bool_]:
    """F: the triangle belongs to one of the parts."""
    return np.isin(model.part, [k for k, name in enumerate(model.parts) if name in names])


def covered(head: FaceModel, other: FaceModel) -> NDArray[np.bool_]:
    """F' of the known head's outer triangles: those that another model's skin covers, judged on the mean heads."""
    one, two = (surface_of(model, np.zeros(len(model.identity))) for model in (head, other))
    scale, rotation, shift = similarity(one.landmarks, two.landmarks)
    middle = (scale * one.vertices @ rotation.T + shift)[one.triangles].mean(axis=1)
    skin = other.triangles[outside(other, ("skin", "lips"))]
    nearest = Surface(two.vertices, skin).nearest(middle)
    rim = two.vertices[rim_vertices(skin)]
    at_rim = np.min(np.linalg.norm(nearest[:, None] - rim, axis=2), axis=1) < COVERED
    return np.asarray((np.linalg.norm(nearest - middle, axis=1) < COVERED) & ~at_rim)


def rim_vertices(triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    """Vertices on open edges."""
    edges = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    pairs, count = np.unique(edges, axis=0, return_counts=True)
    return np.asarray(np.unique(pairs[count == 1]), dtype=np.int32)


def identity_alone(track: LandmarkTrack, model: FaceModel) -> Array:
    """The peer: some frames fitted each on its own, at a typical focal length, and averaged."""
    solver = Solver(track, model, DEFAULT)
    focal = TYPICAL_FOCAL * max(track.width, track.height)
    seen = np.flatnonzero(track.visible)
    rows = seen[np.linspace(0, len(seen) - 1, ALONE).astype(int)]
    found = [solve_person(solver, row[None], focal, SilentReporter(), STEPS)[0].identity for row in rows]
    return np.asarray(np.mean(found, axis=0))


@dataclass(frozen=True)
class Result:
    """Scores of one person: over NoW's crop, and over what the built-in head covers of it."""

    mean_face: Score
    ict: Score
    alone: Score
    mean_face_covered: Score
    builtin: Score


def result(person: Person, photo: Path, head: FaceModel, builtin: FaceModel, both: NDArray[np.bool_]) -> Result:
    """Film, detect, solve with either model, compare."""
    track = filmed(head, person, photo)
    truth = surface_of(head, person.identity(len(head.identity)))
    whole, part = face_samples(truth, person.seed), face_samples(truth, person.seed, both)

    def score(samples: Array, model: FaceModel, identity: Array) -> Score:
        return Score.of(distances(samples, truth, surface_of(model, identity)))

    average = np.zeros(len(head.identity))
    return Result(
        mean_face=score(whole, head, average),
        ict=score(whole, head, solve_shot(track, head, SilentReporter()).identity),
        alone=score(whole, head, identity_alone(track, head)),
        mean_face_covered=score(part, head, average),
        builtin=score(part, builtin, solve_shot(track, builtin, SilentReporter()).identity),
    )


def main() -> None:
    """Print a row a figure, averaged over people."""
    photos = [shared_clip(person.photo) for person in CAST]
    if not ICT.exists():
        print(f"skipped: {ICT} is missing")
        return
    head, builtin = with_skin_chart(load_model(str(ICT), SilentReporter())), load_model("builtin")
    both = covered(head, builtin)
    results = [result(person, photo, head, builtin, both) for person, photo in zip(CAST, photos, strict=True) if photo]
    print_table(f"identity: scan-to-mesh distance, mean of {len(results)} people", rows(results))


def rows(results: list[Result]) -> list[Row]:
    """Median, mean and standard deviation of each, and the medians' ratios to the mean face's."""
    average = {
        field.name: Score(*np.mean([astuple(getattr(one, field.name)) for one in results], axis=0))
        for field in fields(Result)
    }
    said = [
        Row(f"{name.replace('_', ' ')}: {kind}", getattr(score, kind), "mm")
        for name, score in average.items()
        for kind in ("median", "mean", "std")
    ]
    mean, part = average["mean_face"].median, average["mean_face_covered"].median
    alone = f"frames fitted alone, averaged {average['alone'].median / mean:.2f}"
    return [
        *said,
        Row("ICT's median / the mean face's", average["ict"].median / mean, "", 0.35, at_least=False, peer=alone),
        Row("built-in's median / the mean face's", average["builtin"].median / part, "", 0.60, at_least=False),
    ]


if __name__ == "__main__":
    main()
