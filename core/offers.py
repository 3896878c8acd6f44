"""Files that are not part of the product and are fetched when the user asks: where from, under which licence, and the
checksum without which they are not taken.
"""

import hashlib
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from .errors import Failure, InputError
from .reporting import Reporter
from .storage import whole_file
from .userdata import user_data_folder

TASK_NAME = "face_landmarker.task"
TASK_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
BUNDLED = Path(__file__).resolve().parents[1] / "models" / "landmarks" / TASK_NAME
"""Where Blender's extension carries it (tools/build_extension.py)."""
ICT_FOLDER = "FaceXModel"
"""What is read of ICT-FaceKit's archive."""
_CHUNK = 1 << 16
_SECONDS = 30.0
"""Without an answer."""
_SLACK = 2
"""A server may send this many times what was announced, no more: the disk is not its to fill."""


@dataclass(frozen=True)
class Offer:
    """A file that can be fetched."""

    name: str
    title: str
    use: str
    """What it is good for."""
    file: str
    """Its name on this machine."""
    url: str
    size: int
    """Bytes, about."""
    sha256: str
    licence: str
    digest: Callable[[Path], str]
    """Its checksum: of the file, or of what of its contents is used."""


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def ict_digest(path: Path) -> str:
    """SHA-256 of names and contents of ICT's model files: GitHub packs its archives anew from time to time, and then
    the file is another one. Raises InputError where it is no such archive.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {}
            for member in archive.infolist():
                within = member.filename.split("/")
                if not member.is_dir() and ICT_FOLDER in within[:-1]:
                    members["/".join(within[within.index(ICT_FOLDER) :])] = member
            found = hashlib.sha256()
            for name in sorted(members):
                found.update(name.encode() + b"\0" + hashlib.sha256(archive.read(members[name])).digest())
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{path}: not the archive that was expected ({error})") from error
    return found.hexdigest()


OFFERS = (
    Offer(
        name="face_landmarker",
        title="MediaPipe Face Landmarker",
        use="landmark networks, where Blender's Python has none of its own",
        file=TASK_NAME,
        url="https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/" + TASK_NAME,
        size=3_758_596,
        sha256=TASK_SHA256,
        licence="Apache-2.0, Google",
        digest=file_digest,
    ),
    Offer(
        name="ict",
        title="ICT-FaceKit Light",
        use="a face model with 100 identity modes and finer expressions; added and calibrated, about a minute",
        file="ICT-FaceKit-master.zip",
        url="https://github.com/ICT-VGL/ICT-FaceKit/archive/refs/heads/master.zip",
        size=120_549_943,
        sha256="0a8c312bfd7a827db3b7c3ec8676f472a0cbbe3d73accaf4a1e22ffc6bf60781",
        licence="MIT, USC Institute for Creative Technologies",
        digest=ict_digest,
    ),
)


def fetched() -> list[str]:
    """Names of the offers that are on this machine as files."""
    places = {each.name: [user_data_folder() / each.file] for each in OFFERS}
    places[OFFERS[0].name].append(BUNDLED)
    return [name for name, files in places.items() if any(file.is_file() for file in files)]


def offer(name: str) -> Offer:
    """Raises InputError where nothing is offered under that name."""
    found = next((each for each in OFFERS if each.name == name), None)
    if found is None:
        raise InputError(f"{name}: nothing is offered under that name; there are {', '.join(o.name for o in OFFERS)}")
    return found


def fetch(wanted: Offer, reporter: Reporter, source: str | None = None, folder: Path | None = None) -> Path:
    """Download an offer to the user's data folder (or another), or take it from a mirror's URL or a file: `source`.

    It is whole and has its checksum, or it isn't there. Raises Failure where it can't be had, InputError where it is
    not what was offered.
    """
    url = source or wanted.url
    place = (folder or user_data_folder()) / wanted.file
    with whole_file(place) as unfinished:
        if "://" in url:
            _download(url, unfinished, wanted, reporter)
        else:
            _copy(Path(url), unfinished)
        if wanted.digest(unfinished) != wanted.sha256:
            raise InputError(f"{url}: its checksum is not that of {wanted.title}, so it was not taken; try again later")
    return place


def _download(url: str, target: Path, wanted: Offer, reporter: Reporter) -> None:
    if not url.startswith(("https://", "http://")):
        raise InputError(f"{url}: give an https address or a file")
    done, most = 0, _SLACK * wanted.size
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "expression-transfer"})  # noqa: S310  checked above
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer, target.open("wb") as stream:  # noqa: S310
            while part := answer.read(_CHUNK):
                reporter.check()
                done += len(part)
                if done > most:
                    raise InputError(f"{url}: sends more than the {wanted.size >> 20} MB that were announced")
                stream.write(part)
                reporter.progress("download", min(done, wanted.size), wanted.size)
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise Failure(f"{url}: can't be downloaded ({reason}); check the connection, or get it otherwise") from error


def _copy(file: Path, target: Path) -> None:
    try:
        target.write_bytes(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file}: can't be read ({error.strerror})") from error
