"""Model files are data: whatever a pickle asks for, nothing of it is run, imported or allocated."""

import collections
import io
import os
import pickle
import resource
import struct
import sys
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest
from expression_transfer.core.errors import InputError
from expression_transfer.core.face.npz import read_npz
from expression_transfer.core.face.pickles import read_pickle

ARRAY = np.arange(12.0).reshape(3, 4)


def read(tmp_path: Path, data: bytes, *names: str) -> dict[str, np.ndarray]:
    path = tmp_path / "model.pkl"
    path.write_bytes(data)
    return read_pickle(path, names or ("a",))


def refuses(tmp_path: Path, data: bytes, match: str | None = None) -> None:
    with pytest.raises(InputError, match=match) as caught:
        read(tmp_path, data)
    assert "model.pkl" in str(caught.value) and "\n" not in str(caught.value) and len(str(caught.value)) < 300


# what model files hold


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("dtype", ["f8", ">f4", "u4", "i8", "?", "f2"])
def test_arrays_of_every_protocol(tmp_path: Path, protocol: int, dtype: str) -> None:
    planted = {"a": ARRAY.astype(dtype), "b": np.asfortranarray(ARRAY.astype(dtype)), "style": "lbs"}
    found = read(tmp_path, pickle.dumps(planted, protocol), "a", "b", "c")
    assert found.keys() == {"a", "b"}
    assert all(np.array_equal(found[name], planted[name]) for name in found)
    assert found["a"].dtype.newbyteorder("=") == np.dtype(dtype).newbyteorder("=")


@pytest.mark.parametrize(("protocol", "old"), [(0, False), (0, True), (2, False), (2, True), (4, False)])
@pytest.mark.parametrize("form", ["csc", "csr", "coo"])
def test_sparse_matrices_of_old_and_new_scipy(tmp_path: Path, protocol: int, form: str, old: bool) -> None:
    sparse = pytest.importorskip("scipy.sparse", reason="scipy, which writes the test's matrices, is missing: make env")
    planted = np.where(np.random.default_rng(0).random((5, 40)) > 0.8, 1.5, 0.0)
    data = pickle.dumps({"a": getattr(sparse, f"{form}_matrix")(planted)}, protocol)
    if old:
        data = data.replace(f"scipy.sparse._{form}\n".encode(), f"scipy.sparse.{form}\n".encode())
    assert np.array_equal(read(tmp_path, data)["a"], planted)


@pytest.fixture
def chumpy(monkeypatch: pytest.MonkeyPatch) -> type:
    """A stand-in that pickles as chumpy.ch.Ch does (its __getstate__)."""
    module = types.ModuleType("chumpy.ch")
    module.Ch = type("Ch", (), {"__module__": "chumpy.ch"})
    monkeypatch.setitem(sys.modules, "chumpy", types.ModuleType("chumpy"))
    monkeypatch.setitem(sys.modules, "chumpy.ch", module)
    return module.Ch


@pytest.mark.parametrize("protocol", range(5))
def test_chumpy_arrays(tmp_path: Path, chumpy: type, protocol: int) -> None:
    planted = chumpy()
    planted.__dict__.update(x=ARRAY, _dirty_vars={"x"}, _itr=None, _depends_on_deps={"r": {"deps": {"x"}}})
    assert np.array_equal(read(tmp_path, pickle.dumps({"a": planted}, protocol))["a"], ARRAY)


def python2(protocol: int, array: np.ndarray) -> bytes:
    """{'a': array} as Python 2 wrote it: raw bytes as a string, escaped in protocol 0."""
    raw = array.tobytes()
    text = b"S" + repr(raw)[1:].encode() + b"\n" if protocol == 0 else b"T" + struct.pack("<I", len(raw)) + raw
    rows, columns = array.shape
    return (
        (b"\x80\x02" if protocol else b"") + b"(dp0\nS'a'\np1\n"
        b"cnumpy.core.multiarray\n_reconstruct\np2\n(cnumpy\nndarray\np3\n(I0\ntp4\nS'b'\np5\ntp6\nRp7\n"
        b"(I1\n(I%d\nI%d\ntp8\ncnumpy\ndtype\np9\n(S'f8'\np10\nI0\nI1\ntp11\nRp12\n"
        b"(I3\nS'<'\np13\nNNNI-1\nI-1\nI0\ntp14\nbI00\n%stbs." % (rows, columns, text)
    )


@pytest.mark.parametrize("protocol", [0, 2])
def test_files_of_python_2(tmp_path: Path, protocol: int) -> None:
    planted = np.random.default_rng(1).normal(size=(7, 3))
    data = python2(protocol, planted)
    assert np.array_equal(pickle.loads(data, encoding="latin1")["a"], planted)
    assert np.array_equal(read(tmp_path, data)["a"], planted)


# attacks


class Calls:
    """Pickles as a call of `function`."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call


def script(mark: Path) -> str:
    return f"open({str(mark)!r}, 'w').close()"


@pytest.mark.parametrize("protocol", range(6))
def test_calls_are_refused_and_not_made(tmp_path: Path, protocol: int) -> None:
    mark = tmp_path / "was-here"
    attacks = {
        "system": Calls(os.system, f"touch {mark}"),
        "eval": Calls(eval, script(mark)),
        "exec": Calls(exec, script(mark)),
        "getattr": Calls(getattr, "x", "upper"),
        "open": Calls(open, str(mark), "w"),
        "numpy.load": Calls(np.load, str(mark)),
        "numpy.savetxt": Calls(np.savetxt, str(mark), ARRAY),
        "numpy.fromfile": Calls(np.memmap, str(mark), "f8", "w+", 0, (4,)),
        "numpy.testing": Calls(np.testing.assert_equal, 1, 1),
        "import": Calls(__import__, "this"),
        "OrderedDict": Calls(collections.OrderedDict),
    }
    for attack in attacks.values():
        refuses(tmp_path, pickle.dumps({"a": ARRAY, "evil": attack}, protocol), "asks for")
        refuses(tmp_path, pickle.dumps(attack, protocol), "asks for")
    assert not mark.exists()
    pickle.loads(pickle.dumps(attacks["eval"], protocol))
    assert mark.exists()  # the attack is a real one


@pytest.mark.parametrize(
    "named",
    [b"os\nsystem", b"posix\nsystem", b"numpy.f2py\ncompile", b"numpy.testing._private.utils\nruncommand",
     b"numpy.core.numeric\nload", b"numpy.lib.npyio\nload", b"builtins\ngetattr", b"__builtin__\neval",
     b"numpy\nndarray.tofile", b"numpy.core.multiarray\nfromfile", b"copyreg\nadd_extension", b"codecs\nopen",
     b"_codecs\ndecode", b"chumpy.ch\nChLambda", b"chumpy.utils\nrow", b"scipy.sparse.csc\nos.system",
     b"copyreg\n__newobj__"],
)  # fmt: skip
def test_other_names_are_refused(tmp_path: Path, named: bytes) -> None:
    modules = set(sys.modules)
    refuses(tmp_path, b"c" + named + b"\n(tR.", "asks for")
    module, name = named.split(b"\n")
    short = [b"\x8c" + bytes([len(text)]) + text for text in (module, name)]
    refuses(tmp_path, b"\x80\x04" + short[0] + short[1] + b"\x93)R.", "asks for")
    assert set(sys.modules) == modules


@pytest.mark.parametrize(
    "data",
    [
        b"(ios\nsystem\n.",  # INST
        b"(cos\nsystem\nS'true'\no.",  # OBJ
        b"(c__builtin__\nobject\nS'true'\no.",
        b"\x80\x04c__builtin__\nobject\n)}\x92.",  # NEWOBJ_EX
        b"\x80\x02c__builtin__\nobject\n)\x81.",  # NEWOBJ of what is no model's class
        b"\x80\x02cnumpy\nndarray\n(I1000000000000\nt\x85\x81.",
        b"cnumpy\nndarray\n(I9\ntR.",  # REDUCE of a class
        b"ccopy_reg\n_reconstructor\n(cnumpy\nndarray\nc__builtin__\nobject\nNtR.",
        b"ccopy_reg\n_reconstructor\n(cchumpy.ch\nCh\ncnumpy\nndarray\nNtR.",
        b"cnumpy\nndarray\n(dS'x'\nI1\nsb.",  # BUILD on a class
        b"I1\n(dS'x'\nI1\nsb.",
        b"S'os'\n(tR.",  # REDUCE of a string
        b"Pname\n.",  # PERSID
        b"I1\nQ.",  # BINPERSID
        b"\x82\x01.",  # EXT1
        b"\x83\x01\x00.",
        b"\x84\x01\x00\x00\x00.",
        b"\x80\x05\x97.",  # NEXT_BUFFER
        b"\x80\x06}.",  # a protocol of the future
        b"\x80\xff}.",
    ],
)
def test_tricks_of_the_stack_machine_are_refused(tmp_path: Path, data: bytes) -> None:
    refuses(tmp_path, data)


def test_objects_in_arrays_are_refused(tmp_path: Path) -> None:
    for planted in (np.array([ARRAY, None], dtype=object), np.zeros(3, "f8,i4"), np.array(["text"]), ARRAY + 1j):
        refuses(tmp_path, pickle.dumps({"a": planted}), "'a' holds objects")
    refuses(tmp_path, pickle.dumps({"a": [1.0, 2.0]}), "'a' is no array")


def test_claims_of_terabytes_take_no_memory(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    honest = python2(0, ARRAY)
    refuses(tmp_path, honest.replace(b"I3\nI4\n", b"I1000000\nI1000000\n"), "claims")
    refuses(tmp_path, honest.replace(b"I3\nI4\n", b"I%d\nI4\n" % 10**30), "no shape")
    refuses(tmp_path, honest.replace(b"I3\nI4\n", b"I-3\nI-4\n"), "no shape")
    for claim in (b"T\xff\xff\xff\xffabc", b"\x8e" + struct.pack("<Q", 2**40) + b"abc", b"\x96" + b"\xff" * 8):
        refuses(tmp_path, b"\x80\x05" + claim + b".")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB


def sparse_state(**changes: object) -> bytes:
    sparse = pytest.importorskip("scipy.sparse", reason="scipy, which writes the test's matrices, is missing: make env")
    matrix = sparse.csc_matrix(ARRAY)
    matrix.__dict__.update(changes)
    return pickle.dumps({"a": matrix}, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"_shape": (10**7, 10**7)},
        {"_shape": (2, 4)},
        {"_shape": (3, 5)},
        {"indices": np.arange(11) - 1},
        {"indices": np.arange(3)},
        {"indptr": np.array([0, 9, 3, 6, 11])},
        {"indptr": np.zeros(5, int)},
        {"indptr": np.array([0, 2**63 - 1, -(2**63), -1, 11])},  # all differences but one wrap round to positive ones
        {"data": np.array(["x"] * 11)},
        {"data": None},
    ],
)
def test_sparse_matrices_that_point_outside_are_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    refuses(tmp_path, sparse_state(**changes))


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    data = pickle.dumps({"a": ARRAY, "b": "text"}, 2)
    for length in range(len(data)):
        refuses(tmp_path, data[:length])


def test_random_damage_never_runs_or_crashes(tmp_path: Path) -> None:
    """Either an array comes back or one line of refusal."""
    data = bytearray(pickle.dumps({"a": ARRAY}, 2))
    rng = np.random.default_rng(2)
    for _ in range(500):
        damaged = data.copy()
        for place in rng.integers(len(data), size=3):
            damaged[place] = rng.integers(256)
        try:
            read(tmp_path, bytes(damaged))
        except InputError as error:
            assert "\n" not in str(error)


def test_bombs_are_refused(tmp_path: Path) -> None:
    refuses(tmp_path, b"(" * 10 + b"N0" * 2_000_000 + b".", "steps")  # endless
    refuses(tmp_path, b")" + b"\x85" * 900_000 + b".", "no dictionary")  # nested
    refuses(tmp_path, b"}" + b")" + b"\x85" * 900_000 + b"Ns.", "no names")  # a deep key: its hash would recurse
    doubled = b"]q\x00" + b"".join(b"]h%cah%cah%c0q%c" % (n, n, n, n + 1) for n in range(60))
    refuses(tmp_path, b"\x80\x02" + doubled + b".")  # a billion laughs
    refuses(tmp_path, b"]q\x00h\x00a.", "no dictionary")  # a list in itself
    same = 2**61 - 1  # whose multiples have one hash
    colliding = [pickle.dumps(k * same, 2)[2:-1] for k in range(1, 20_000)]
    refuses(tmp_path, b"\x80\x02}(" + b"".join(key + b"N" for key in colliding) + b"u.", "no names")
    refuses(tmp_path, b"N" + b"".join(b"p%d\n" % (k * same) for k in range(20_000)) + b".", "remembers")


def test_what_is_no_pickle_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"hello", b"\xff" * 100, b"N."):
        refuses(tmp_path, data)
    with pytest.raises(InputError, match="no such file"):
        read_pickle(tmp_path / "absent.pkl", ("a",))
    with pytest.raises(InputError):
        read_pickle(tmp_path, ("a",))


def npz(tmp_path: Path, member: bytes, packing: int = zipfile.ZIP_DEFLATED) -> Path:
    path = tmp_path / "model.npz"
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("a.npy", member)
    return path


def test_bzip2_is_refused(tmp_path: Path) -> None:
    """45 bytes of it may be 45 MB, whatever the member claims, and zipfile unpacks 4096 at a time."""
    stream = io.BytesIO()
    np.save(stream, ARRAY)
    with pytest.raises(InputError, match="packed"):
        read_npz(npz(tmp_path, stream.getvalue(), zipfile.ZIP_BZIP2), ("a",))


def test_npz_arrays_are_read_and_objects_and_claims_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    np.save(stream, ARRAY)
    assert np.array_equal(read_npz(npz(tmp_path, stream.getvalue()), ("a", "b"))["a"], ARRAY)
    mark = tmp_path / "was-here"
    evil = io.BytesIO()
    np.save(evil, np.array([Calls(eval, script(mark))], dtype=object))
    claim = b"(3000000, 4000000), }"
    cases = (
        evil.getvalue(),
        stream.getvalue().replace(b"(3, 4), }".ljust(len(claim)), claim),
        stream.getvalue()[:-8],
        stream.getvalue().replace(b"(3, 4)", b"(9, 9)"),
        b"no array",
    )
    for case in cases:
        with pytest.raises(InputError, match=r"model\.npz"):
            read_npz(npz(tmp_path, case), ("a",))
    assert not mark.exists()
    path = tmp_path / "model.npz"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError):
        read_npz(path, ("a",))
