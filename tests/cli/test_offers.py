"""Downloads: only what was offered, whole, or nothing. A server on this machine stands in for the real ones."""

import hashlib
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from expression_transfer import cli
from expression_transfer.core import offers
from expression_transfer.core.errors import Cancelled, Failure, InputError
from expression_transfer.core.offers import Offer, fetch, file_digest, ict_digest
from expression_transfer.core.reporting import SilentReporter

PLANTED = bytes(range(256)) * 1000


@pytest.fixture
def server():
    """Address of a server that sends PLANTED, `more` than announced, a `half` of it, or nothing."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/gone":
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(PLANTED)))
            self.end_headers()
            sent = {"/half": PLANTED[: len(PLANTED) // 2], "/more": PLANTED * 3, "/other": PLANTED[::-1]}
            self.wfile.write(sent.get(self.path, PLANTED))

        def log_message(self, *_):
            pass

    class MoreThanAnnounced(Handler):
        def send_header(self, name, value):
            if name != "Content-Length":
                super().send_header(name, value)

    running = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for handler in (Handler, MoreThanAnnounced)]
    for each in running:
        threading.Thread(target=each.serve_forever, daemon=True).start()
    yield [f"http://127.0.0.1:{each.server_address[1]}" for each in running]
    for each in running:
        each.shutdown()
        each.server_close()


@pytest.fixture
def planted(server) -> Offer:
    return Offer(
        name="planted", title="Planted", use="tests", file="planted.bin", url=f"{server[0]}/planted", size=len(PLANTED),
        sha256=hashlib.sha256(PLANTED).hexdigest(), licence="none", digest=file_digest,
    )  # fmt: skip


def test_what_was_offered_is_there(planted, tmp_path):
    assert fetch(planted, SilentReporter(), folder=tmp_path).read_bytes() == PLANTED
    assert [file.name for file in tmp_path.iterdir()] == ["planted.bin"]


@pytest.mark.parametrize(
    ("path", "error", "told"),
    [
        ("/half", (InputError, Failure), "checksum|downloaded"),
        ("/other", InputError, "its checksum is not that of Planted"),
        ("/gone", Failure, "can't be downloaded"),
    ],
)
def test_anything_else_leaves_nothing(planted, server, tmp_path, path, error, told):
    with pytest.raises(error, match=told):
        fetch(planted, SilentReporter(), server[0] + path, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_server_can_not_fill_the_disk(planted, server, tmp_path):
    with pytest.raises(InputError, match="sends more than"):
        fetch(planted, SilentReporter(), f"{server[1]}/more", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_before_stays_where_it_fails(planted, server, tmp_path):
    (tmp_path / "planted.bin").write_bytes(b"before")
    with pytest.raises(InputError):
        fetch(planted, SilentReporter(), f"{server[0]}/other", tmp_path)
    assert (tmp_path / "planted.bin").read_bytes() == b"before"


def test_a_cancelled_download_leaves_nothing(planted, tmp_path):
    class Impatient(SilentReporter):
        def check(self):
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        fetch(planted, Impatient(), folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/planted", "file:///etc/hostname"])
def test_only_the_web_is_asked(planted, tmp_path, address):
    with pytest.raises(InputError, match="give an https address or a file"):
        fetch(planted, SilentReporter(), address, tmp_path)


def test_archives_are_compared_by_what_is_read_of_them(tmp_path):
    for name, top, level in (("a.zip", "ICT-FaceKit-master", 1), ("b.zip", "ICT-FaceKit-0123abc", 9)):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
            archive.writestr(f"{top}/README.md", name)
            archive.writestr(f"{top}/FaceXModel/mean.obj", "v 0 0 0\n" * 100)
    assert ict_digest(tmp_path / "a.zip") == ict_digest(tmp_path / "b.zip")
    (tmp_path / "c.zip").write_bytes(b"no archive")
    with pytest.raises(InputError, match="not the archive that was expected"):
        ict_digest(tmp_path / "c.zip")


@pytest.mark.parametrize(
    ("name", "file"), [("face_landmarker", "models/face_landmarker.task"), ("ict", "models/ICT-FaceKit-master.zip")]
)
def test_the_checksums_are_those_of_the_real_files(shared, name, file):
    wanted = offers.offer(name)
    assert wanted.digest(shared / file) == wanted.sha256
    assert wanted.size == (shared / file).stat().st_size


def test_the_command_takes_a_file_fetched_by_other_means(shared, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EXPRESSION_TRANSFER_DATA", str(tmp_path))
    assert cli.main(["models", "get", "face_landmarker", "--from", str(shared / "models/face_landmarker.task")]) == 0
    assert file_digest(tmp_path / "face_landmarker.task") == offers.TASK_SHA256
    assert cli.main(["models", "get", "nothing"]) == 2
    assert "nothing is offered under that name" in capsys.readouterr().err


def test_what_there_is_is_listed_with_licence_and_checksum(capsys):
    assert cli.main(["models", "get"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in listed] == [each.name for each in offers.OFFERS]
    assert all(each.sha256 in line and each.licence in line for each, line in zip(offers.OFFERS, listed, strict=True))


def test_devices_are_tried(capsys):
    assert cli.main(["devices"]) == 0
    said = capsys.readouterr()
    assert "cpu: works" in said.out + said.err
