"""Face models the user added: copies in the user's data folder, found by name."""

from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError
from ..face.library import BUILTIN, BUILTIN_PATH, load_builtin, load_file
from ..face.model import FaceModel
from ..userdata import user_data_folder


@dataclass(frozen=True)
class Entry:
    name: str
    licence: str
    path: Path


def load_model(name_or_path: str) -> FaceModel:
    """'builtin', a registered name or a FaceModel's .npz file. Raises InputError for anything else."""
    if name_or_path == BUILTIN:
        return load_builtin()
    if registered := _registered().get(name_or_path):
        return load_file(registered)
    path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(entry.name for entry in list_models())
        raise InputError(f"{name_or_path}: neither a model file nor a known model ({known}); see `models add PATH`")
    return load_file(path)


def list_models() -> list[Entry]:
    """The built-in model and the registered ones, whole files only."""
    entries = [Entry(BUILTIN, load_builtin().licence, BUILTIN_PATH)]
    for name, path in _registered().items():
        try:
            entries.append(Entry(name, load_file(path).licence, path))
        except InputError as error:
            entries.append(Entry(name, f"unusable: {error}", path))
    return entries


def add_model(path: Path) -> Entry:
    """Check a FaceModel file whole and keep a copy under its name, or what of it can be a file's name.

    The copy bears that name itself, so that the fits made with it lead back to it. Raises InputError naming what is
    wrong with the file.
    """
    model = load_file(path)
    name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in model.name).strip(".-")
    if not name or name == BUILTIN:
        raise InputError(f"{path}: a model can't be called '{model.name}'; rename it when it is made")
    kept = _folder() / f"{name}.npz"
    replace(model, name=name).save(kept)
    return Entry(name, model.licence, kept)


def remove_model(name: str) -> None:
    """Delete the registered copy. Raises InputError where there is none."""
    path = _registered().get(name)
    if path is None:
        raise InputError(f"'{name}' is not a model that was added; `models list` shows them")
    path.unlink()


def _registered() -> dict[str, Path]:
    """Files of the folder by name: the only names that mean a file in it."""
    return {path.stem: path for path in sorted(_folder().glob("[!.]*.npz")) if path.stem != BUILTIN}


def _folder() -> Path:
    return user_data_folder() / "models"
