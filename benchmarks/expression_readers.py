"""The ways to read what a face does off a shot, on the same pixels."""

from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ..core.clip import open_clip
from ..core.conventions import LANDMARKS, Array32
from ..core.encoder import networks
from ..core.encoder.encode import ShotEncoder
from ..core.encoder.faces import open_faces
from ..core.encoder.predict import predict
from ..core.encoder.shape_free import ShapeFree
from ..core.face.model import FaceModel
from ..core.facs.from_fit import performance, rest
from ..core.facs.tables import ARKIT, GAZE_SHAPES
from ..core.fit.evidence import Evidence
from ..core.fit.lids import gaze_weights
from ..core.fit.solve import solve_shot
from ..core.heads.registry import load_model
from ..core.landmarks.backend import Image
from ..core.landmarks.detect import DetectOptions, detect
from ..core.landmarks.follow import Seen
from ..core.landmarks.track import LandmarkTrack
from ..core.reporting import SilentReporter
from .plumbing import blendshapes
from .scores import Curves

PEER = "MediaPipe's blendshapes"
BUILTIN, ICT = "landmarks alone, built-in head", "landmarks alone, ICT-FaceKit"
ENCODER, FUSED = "encoder alone", "fused solve"


@dataclass(frozen=True)
class Observed:
    """A shot as the detector sees it and, where there are its networks, the encoder."""

    track: LandmarkTrack
    evidence: Evidence | None


class Readers:
    """Everything that reads shots, loaded once."""

    def __init__(self, ict: Path) -> None:
        self._builtin, self._ict = load_model("builtin"), load_model(str(ict), SilentReporter())
        missing = [file.name for file in (networks.EXPRESSION, networks.LAYOUT) if not file.is_file()]
        self._encodes = not missing
        if missing:
            print(f"no encoder: {' and '.join(missing)} missing in {networks.FOLDER}")

    def read(self, clip: Path, *, learnt_only: bool = False) -> dict[str, Curves]:
        """Curves by the reader's name; without those that something is missing for."""
        seen = self.observed(clip)
        found = {} if learnt_only else self._without_encoder(clip, seen.track)
        if seen.evidence is not None:
            found |= {ENCODER: predicted(seen.evidence), FUSED: solved(seen, self._builtin)}
        return found

    def _without_encoder(self, clip: Path, track: LandmarkTrack) -> dict[str, Curves]:
        alone = Observed(track, None)
        found = {BUILTIN: solved(alone, self._builtin), ICT: solved(alone, self._ict)}
        peer = blendshapes(clip)
        if peer is None:
            return found
        still = np.zeros(len(track))
        return {PEER: Curves.of_arkit(np.stack([peer.get(name, still) for name in ARKIT], axis=1)), **found}

    def fused(self, clip: Path, jitter: float = 0.0) -> Curves:
        """`jitter`: px, standard deviation of noise on the landmarks before anything reads them."""
        return solved(self.observed(clip, jitter), self._builtin)

    def observed(self, clip: Path, jitter: float = 0.0) -> Observed:
        if not self._encodes:
            return Observed(noisy(detect(open_clip(clip), DetectOptions(), SilentReporter()), jitter), None)
        rows = count()
        with TemporaryDirectory() as folder:
            path = Path(folder) / "faces.npy"
            with ShotEncoder(ShapeFree.load(networks.LAYOUT), path) as encoder:

                def observe(rgb: Image, seen: Seen | None) -> None:
                    added = noise(next(rows), jitter)
                    encoder.observe(rgb, None if seen is None else replace(seen, points=seen.points + added))

                track = noisy(detect(open_clip(clip), DetectOptions(), SilentReporter(), observe), jitter)
                encoder.finish(track.visible)
            return Observed(track, predict(networks.open_expression("cpu"), open_faces(path), track))


def noise(row: int, jitter: float) -> Array32:
    """478×3 px: nothing is added to the depth."""
    noise = jitter * np.random.default_rng(row).normal(size=(LANDMARKS, 2))
    return np.pad(noise, ((0, 0), (0, 1))).astype(np.float32)


def noisy(track: LandmarkTrack, jitter: float) -> LandmarkTrack:
    """The track with that noise on its landmarks."""
    added = np.stack([noise(row, jitter)[:, :2] for row in range(len(track))])
    return replace(track, points=track.points + added)


def solved(seen: Observed, model: FaceModel) -> Curves:
    """As the product gives them: the person's own neutral taken out."""
    fit = solve_shot(seen.track, model, SilentReporter(), evidence=seen.evidence)
    return Curves.of(performance(fit, rest(fit), "benchmark"))


def predicted(evidence: Evidence) -> Curves:
    """As the network gives them, frame by frame; at rest where nobody was seen."""
    unseen = np.isnan(evidence.weights).any(axis=1)
    gaze = np.zeros((len(evidence), 2, 2)) if evidence.gaze is None else np.nan_to_num(evidence.gaze)
    acted = [name not in GAZE_SHAPES for name in evidence.names]
    weights = np.where(unseen[:, None], 0.0, evidence.weights)[:, acted]
    names = [name for name in evidence.names if name not in GAZE_SHAPES]
    return Curves.of_shapes(np.concatenate([weights, gaze_weights(gaze)], axis=1), (*names, *GAZE_SHAPES))
