"""What results say of themselves, read by others: OpenImageIO and an XML parser, PyAV, c2pa-python."""

import json
import shutil
import subprocess
import tomllib
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import av
import nuke_reader
import OpenImageIO
import pytest
from expression_transfer.core import provenance
from expression_transfer.core.reporting import SilentReporter

RDF, IPTC = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}", "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"


def chunks(png):
    """(type, body) of a PNG file; checks every checksum."""
    data, at = png.read_bytes(), 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert zlib.crc32(kind + body) == int.from_bytes(data[at + 8 + size : at + 12 + size], "big")
        yield kind, body
        at += 12 + size


def xmp_of(png):
    packets = [body for kind, body in chunks(png) if kind == b"iTXt" and body.startswith(b"XML:com.adobe.xmp\0")]
    return None if not packets else packets[0].split(b"\0", 5)[5].decode()


def source_type(xmp):
    described = ET.fromstring(xmp).find(f"{RDF}RDF/{RDF}Description")
    return described.attrib[f"{IPTC}DigitalSourceType"]


@pytest.fixture(scope="module")
def made(clips, tmp_path_factory):
    from expression_transfer import cli  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("made") / "acted"
    cli.main([str(word) for word in ("composite", clips / "acting.npz", clips / "face.mp4", "-o", folder)],
             SilentReporter())  # fmt: skip
    return folder


def test_frames_and_sheet_say_it_as_xmp_and_in_words(made):
    for file in (*(made / "frames").iterdir(), made / "contact_sheet.png"):
        assert source_type(xmp_of(file)) == provenance.SOURCE_TYPE
    spec = OpenImageIO.ImageInput.open(str(made / "frames" / "face.0004.png")).spec()
    assert spec.get_string_attribute("Software") == f"Expression Transfer {provenance.VERSION}"
    assert provenance.STATEMENT in spec.get_string_attribute("ImageDescription")


def test_movies_say_it(made):
    for name in ("result.mp4", "side_by_side.mp4"):
        with av.open(str(made / name)) as movie:
            assert provenance.SOURCE_TYPE in movie.metadata["comment"]


def test_it_is_left_out_only_on_request_and_then_everything_is_made_anew(run, clips, made, tmp_path):
    out = tmp_path / "acted"
    shutil.copytree(made, out)
    arguments = ("composite", clips / "acting.npz", clips / "face.mp4", "-o", out, "--resume")
    assert run(*arguments, "--no-provenance").status == 0
    assert all(xmp_of(file) is None for file in (out / "frames").iterdir())
    with av.open(str(out / "result.mp4")) as movie:
        assert "comment" not in movie.metadata


def told(folder):
    """What scene, curves and script in a folder say of themselves, by kind; each read with another reader."""
    sdf = pytest.importorskip("pxr.Sdf", reason="usd-core is missing: make env")
    data = (folder / "fitted_head.glb").read_bytes()
    gltf = json.loads(data[20 : 20 + int.from_bytes(data[12:16], "little")])
    script = nuke_reader.read((folder / "comp.nk").read_text()).nodes
    return {
        "usd": dict(sdf.Layer.FindOrOpen(str(folder / "fitted_head.usda")).customLayerData),
        "gltf": gltf["scenes"][0].get("extras", {}),
        "json": json.loads((folder / "curves.json").read_text()).get("provenance", {}),
        "nuke": dict(enumerate(script["Provenance"].knobs["label"].split("\n"))) if "Provenance" in script else {},
    }


KINDS = ("usd", "gltf", "json", "nuke")


@pytest.mark.parametrize(("solve", "words"), [(False, ()), (False, ("--no-provenance",)), (True, ())])
def test_scenes_curves_and_scripts_say_it_of_what_was_altered(run, made, tmp_path, solve, words):
    """And nothing of a solve, nor where the user says so."""
    for kind in KINDS:
        assert run("export", kind, made / "target" if solve else made, "-o", tmp_path, *words).status == 0
    for kind, said in told(tmp_path).items():
        assert set(said.values()) == (set(provenance.properties().values()) if not (solve or words) else set()), kind


def test_the_version_is_the_products():
    root = Path(provenance.__file__).parents[1]
    for file, keys in (("pyproject.toml", ("project", "version")), ("blender_manifest.toml", ("version",))):
        told = tomllib.loads((root / file).read_text())
        for key in keys:
            told = told[key]
        assert told == provenance.VERSION


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A chain of a made-up authority, and the key."""
    pytest.importorskip("c2pa", reason="c2pa is missing: make env")
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "leaf.ext").write_text(
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\n"
        "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    )
    curve = ["-pkeyopt", "ec_paramgen_curve:prime256v1"]
    for words in (
        ["genpkey", "-algorithm", "EC", *curve, "-out", "ca.key"],
        ["genpkey", "-algorithm", "EC", *curve, "-out", "leaf.key"],
        ["req", "-x509", "-new", "-key", "ca.key", "-days", "9", "-subj", "/CN=Root/O=Test", "-out", "ca.pem",
         "-addext", "keyUsage=critical,keyCertSign,cRLSign"],
        ["req", "-new", "-key", "leaf.key", "-subj", "/CN=Signer/O=Test", "-out", "leaf.csr"],
        ["x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "9",
         "-extfile", "leaf.ext", "-out", "leaf.pem"],
    ):  # fmt: skip
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    (folder / "chain.pem").write_bytes((folder / "leaf.pem").read_bytes() + (folder / "ca.pem").read_bytes())
    return folder / "chain.pem", folder / "leaf.key"


@pytest.mark.parametrize("name", ["result.mp4", "contact_sheet.png"])
def test_results_are_signed_where_there_is_a_certificate(made, certificate, monkeypatch, tmp_path, name):
    import c2pa  # noqa: PLC0415

    file = tmp_path / name
    shutil.copy(made / name, file)
    monkeypatch.setenv(provenance.CERTIFICATE, str(certificate[0]))
    monkeypatch.setenv(provenance.KEY, str(certificate[1]))
    provenance.seal(file)
    told = json.loads(c2pa.Reader(str(file)).json())
    assert told["validation_state"] == "Valid"
    actions = [entry["data"]["actions"] for entry in told["manifests"][told["active_manifest"]]["assertions"]
               if entry["label"].startswith("c2pa.actions")]  # fmt: skip
    assert actions[0][0]["digitalSourceType"] == provenance.SOURCE_TYPE
    assert list(tmp_path.iterdir()) == [file]


def test_a_certificate_that_cannot_be_used_is_told_before_the_work(run, clips, monkeypatch, tmp_path):
    pytest.importorskip("c2pa", reason="c2pa is missing: make env")
    monkeypatch.setenv(provenance.CERTIFICATE, str(tmp_path / "none.pem"))
    ran = run("composite", clips / "acting.npz", clips / "face.mp4", "-o", tmp_path / "out")
    assert ran.status == 2
    assert "must name PEM files" in ran.last
