"""What every result says of itself: that a program altered it, in the terms that readers of pictures look for.

IPTC's digital source type (https://cv.iptc.org/newscodes/digitalsourcetype/): a composite of captured pictures in which
some elements came from a trained model. Written as XMP, which cameras, editors and search engines read, and in words.
Who has a certificate has results signed as C2PA asks (https://spec.c2pa.org), by c2pa-python where that is installed.
"""

import importlib
import importlib.util
import json
import os
import struct
import zlib
from pathlib import Path
from typing import Any

from .errors import InputError

SOFTWARE = "Expression Transfer"
VERSION = "0.1.0"
"""As in pyproject.toml and blender_manifest.toml."""
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
STATEMENT = "The facial expression shown here was altered by software."

XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmp:CreatorTool="{SOFTWARE} {VERSION}"
    Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}">
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{STATEMENT}</rdf:li></rdf:Alt></dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
"""An XMP packet (ISO 16684-1) for formats that carry one."""


def properties() -> dict[str, str]:
    """What the XMP says as texts by name, for files that carry none: scenes, curves."""
    return {"Software": f"{SOFTWARE} {VERSION}", "comments": STATEMENT, "digitalSourceType": SOURCE_TYPE}


def exr_attributes() -> dict[str, str]:
    """A header's attributes of a result in OpenEXR, which has no field for XMP."""
    return {**properties(), "xmp": XMP}


def json_ld() -> dict[str, Any]:
    """XMP as JSON-LD (ISO 16684-3), within what glTF's extension KHR_xmp_json_ld allows of it."""
    return {
        "@context": {
            "dc": "http://purl.org/dc/elements/1.1/",
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "xmp": "http://ns.adobe.com/xap/1.0/",
            "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        },
        "@id": "",
        "dc:description": {"@type": "rdf:Alt", "rdf:_1": {"@language": "en", "@value": STATEMENT}},
        "xmp:CreatorTool": f"{SOFTWARE} {VERSION}",
        "Iptc4xmpExt:DigitalSourceType": SOURCE_TYPE,
    }


def words(own: str = "") -> dict[str, str]:
    """The same for formats that hold texts by name; `own`: the plate's description, which stays."""
    return {
        "Software": f"{SOFTWARE} {VERSION}",
        "ImageDescription": " ".join(filter(None, (own, STATEMENT, SOURCE_TYPE))),
    }


CERTIFICATE, KEY, ALGORITHM = (f"EXPRESSION_TRANSFER_C2PA_{name}" for name in ("CERTIFICATE", "KEY", "ALGORITHM"))
"""What names the user's certificate chain and private key (PEM), and its kind, 'es256' where nothing is said."""
SIGNED = {".png", ".tif", ".tiff", ".mp4"}
"""Formats of results that C2PA knows."""
_PNG_HEAD = 8 + 25
"""Bytes of a PNG's signature and its first chunk."""


def seal(file: Path) -> None:
    """Put XMP into a finished PNG; sign PNG, TIFF and MP4 where the user has a certificate. Raises InputError where
    that can't be used.
    """
    if file.suffix.lower() == ".png":
        data = file.read_bytes()
        file.write_bytes(data[:_PNG_HEAD] + _text_chunk("XML:com.adobe.xmp", XMP) + data[_PNG_HEAD:])
    if file.suffix.lower() in SIGNED and CERTIFICATE in os.environ:
        _sign(file)


def _text_chunk(keyword: str, text: str) -> bytes:
    """An iTXt chunk (ISO 15948, 11.3.3.4), not compressed."""
    body = b"iTXt" + keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8")
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def check_signing() -> None:
    """Raises InputError, before any work is done, where a certificate is named and can't be used."""
    if CERTIFICATE in os.environ:
        _signer()


def _sign(file: Path) -> None:
    signer, c2pa = _signer(), importlib.import_module("c2pa")
    made = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE, "description": STATEMENT}
    about = {
        "claim_generator_info": [{"name": SOFTWARE, "version": VERSION}],
        "title": file.name,
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [made]}}],
    }
    signed = file.with_name(f"{file.stem}.signed{file.suffix}")
    try:
        c2pa.Builder(json.dumps(about)).sign_file(file, signed, signer)
        signed.replace(file)
    except c2pa.C2paError as error:
        raise InputError(f"{os.environ[CERTIFICATE]}: can't sign with it ({error}); correct or unset it") from error
    finally:
        signed.unlink(missing_ok=True)


def _signer() -> Any:
    if importlib.util.find_spec("c2pa") is None:
        raise InputError(f"{CERTIFICATE} is set, but c2pa-python isn't installed; install it, or unset {CERTIFICATE}")
    c2pa = importlib.import_module("c2pa")
    try:
        chain, key = (Path(os.environ.get(name, "")).read_bytes() for name in (CERTIFICATE, KEY))
    except OSError as error:
        raise InputError(f"{CERTIFICATE}, {KEY}: must name PEM files ({error}); correct or unset them") from error
    kind = os.environ.get(ALGORITHM, "es256").encode()
    try:
        return c2pa.Signer.from_info(c2pa.C2paSignerInfo(alg=kind, sign_cert=chain, private_key=key, ta_url=None))
    except c2pa.C2paError as error:
        raise InputError(f"{CERTIFICATE}: not a certificate that can sign ({error}); correct or unset it") from error
