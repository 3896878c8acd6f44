"""Face models by name: the built-in one, and copies of those that the user added in the user's data folder."""

from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError
from ..face.library import BUILTIN, BUILTIN_PATH, is_saved, load_builtin, load_file
from ..face.model import FaceModel
from ..reporting import Reporter, SilentReporter
from ..userdata import user_data_folder


@dataclass(frozen=True)
class Entry:
    """What a list shows of a model."""

    name: str
    kind: str
    """'built in', 'added', or 'unusable' where its file is damaged."""
    licence: str
    """In words; what is wrong with an unusable one."""
    size: str
    """'24591 vertices, 100 identity modes, 53 expressions'."""
    path: Path


def load_model(name_or_path: str, reporter: Reporter | None = None) -> FaceModel:
    """'builtin', a registered name, a FaceModel's .npz, or any model that face.recognise can read (calibrated first,
    where it was not before). A model that is given by its path is named by it.

    Raises InputError for anything else.
    """
    if name_or_path == BUILTIN:
        return load_builtin()
    if registered := _registered().get(name_or_path):
        return load_file(registered)
    path = Path(name_or_path)
    if not path.exists():
        known = ", ".join((BUILTIN, *_registered()))
        raise InputError(f"{name_or_path}: neither a model file nor a known model ({known}); see `models add PATH`")
    return replace(_from_path(path, reporter or SilentReporter()), name=str(path.resolve()))


def list_models() -> list[Entry]:
    """The built-in model and the registered ones."""
    entries = [_entry(BUILTIN, "built in", load_builtin(), BUILTIN_PATH)]
    for name, path in _registered().items():
        try:
            entries.append(_entry(name, "added", load_file(path), path))
        except InputError as error:
            entries.append(Entry(name, "unusable", str(error), "", path))
    return entries


def add_model(path: Path, reporter: Reporter, name: str | None = None, engine: str = "numpy") -> Entry:
    """Read a model, check it whole, calibrate it where it is not, and keep a copy.

    It is called `name`, or what it calls itself, or what of that can be a file's name. The copy bears the name itself,
    so that the fits made with it lead back to it. Raises InputError naming what is wrong with the file, or where the
    name is taken: fits made with that model would meet another one.
    """
    if name is not None:
        _free_name(path, name)  # before a minute of calibration
    model = _from_path(path, reporter, engine)
    called = _free_name(path, model.name if name is None else name)
    kept = _folder() / f"{called}.npz"
    model = replace(model, name=called)
    model.save(kept, packed=False)
    return _entry(called, "added", model, kept)


def remove_model(name: str) -> None:
    """Delete the registered copy. Raises InputError where there is none."""
    path = _registered().get(name)
    if path is None:
        raise InputError(f"'{name}' is not a model that was added; `models list` shows them")
    path.unlink(missing_ok=True)


def _from_path(path: Path, reporter: Reporter, engine: str = "numpy") -> FaceModel:
    from .prepare import prepared  # noqa: PLC0415  Blender lists and loads models without the engine

    return load_file(path) if is_saved(path) else prepared(path, reporter, engine)


def _free_name(path: Path, name: str) -> str:
    """What the model at a path will be called. Raises InputError where it can't be called so."""
    called = _file_name(name)
    if not called or called == BUILTIN:
        raise InputError(f"{path}: a model can't be called '{name}'; give another name with --name")
    if called in _registered():
        raise InputError(f"{path}: '{called}' was added before; `models remove {called}` first, or give another --name")
    return called


def _file_name(name: str) -> str:
    """What of a name can be a file's."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name).strip(".-")


def _entry(name: str, kind: str, model: FaceModel, path: Path) -> Entry:
    counts = (
        (len(model.mean), "vertices"),
        (len(model.identity), "identity modes"),
        (len(model.expressions), "expressions"),
    )
    return Entry(name, kind, model.licence, ", ".join(f"{count} {what}" for count, what in counts), path)


def _registered() -> dict[str, Path]:
    """Files of the folder by name: the only names that mean a file in it."""
    return {path.stem: path for path in sorted(_folder().glob("[!.]*.npz")) if path.stem != BUILTIN}


def _folder() -> Path:
    return user_data_folder() / "models"
