"""Imports point one way, core knows no Blender, and files stay short enough to read."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("core", "scene", "operators", "panels")
"""Each imports only itself and those before it."""

ROOMS = (
    "clip",
    "landmarks",
    "face",
    "fit",
    "facs",
    "encoder",
    "raster",
    "heads",
    "rigs",
    "texture",
    "flow",
    "refine",
    "export",
    "pipeline",
    "hand_off",
    "demo",
)
"""Inside core, each room imports only itself and those before it …"""

PIPELINE = {
    *("editable", "identity", "in_front", "job", "moved", "pipeline", "preview", "products", "recomposite"),
    *("report", "shot", "still", "timings"),
}
"""Files of the last stage, which stand in core itself."""

OPEN = {
    *("conventions", "device", "easing", "errors", "offers", "process", "provenance", "reporting", "storage"),
    "userdata",
}
"""… what everyone may use …"""

DATA = {"landmarks.track", "face.geometry", "face.model", "fit.result", "facs.tables", "facs.performance"}
"""… and the dataclasses that the rooms hand to each other."""

AROUND = {"worker", "terminal", "wheels"}
"""How core is run, which only knows the open files."""

BLENDER = {"bpy", "mathutils", "bmesh", "gpu", "gpu_extras", "blf", "bl_ext", "addon_utils"}

LONGEST = 400
WORDS = "scene/strings.py"
"""A list, not code: whoever translates the window needs all of it in one file."""


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Absolute names of what a file imports anywhere in it, also inside functions and under TYPE_CHECKING."""
    package = ("expression_transfer", *path.relative_to(ROOT).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            yield from (argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant))


def own_imports(path: Path) -> Iterator[tuple[str, ...]]:
    """What a file imports of this package, as parts: ('core', 'facs', 'tables', 'UNITS')."""
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "expression_transfer":
            yield tuple(parts[1:])


def room(parts: tuple[str, ...]) -> str:
    """The room in core of a file or an imported name."""
    return "pipeline" if parts[1] in PIPELINE else parts[1]


def may_import(importer: tuple[str, ...], imported: tuple[str, ...]) -> bool:
    """Both as parts that begin with 'core'."""
    mine, other = room(importer), room(imported)
    if other == mine or other in OPEN or ".".join(imported[1:3]) in DATA:
        return True
    if mine in AROUND or mine in OPEN or other not in ROOMS:
        return False
    return ROOMS.index(other) < ROOMS.index(mine)


@pytest.mark.parametrize("path", sources("core"), ids=lambda path: str(path.relative_to(ROOT)))
def test_core_imports_no_blender(path):
    assert not {name.split(".")[0] for name in imports(path)} & BLENDER


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_import_to_the_left_only(layer):
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    command_line = ("cli",) if layer == "operators" else ()
    for path in sources(layer):
        wrong = {parts for parts in own_imports(path) if parts[0] not in (*allowed, *command_line)}
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


@pytest.mark.parametrize("path", sources("core"), ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_import_rooms_above_them(path):
    importer = path.relative_to(ROOT).with_suffix("").parts
    if importer == ("core", "__init__"):
        return
    wrong = {".".join(parts) for parts in own_imports(path) if not may_import(importer, parts)}
    assert not wrong


def test_every_file_of_core_has_a_room():
    known = {*ROOMS, *PIPELINE, *OPEN, *AROUND, "__init__"}
    assert {path.relative_to(ROOT / "core").with_suffix("").parts[0] for path in sources("core")} <= known


def test_the_rule_sees_what_it_should():
    assert not may_import(("core", "facs", "convert"), ("core", "raster", "cpu"))
    assert not may_import(("core", "clip", "video"), ("core", "pipeline"))
    assert not may_import(("core", "worker"), ("core", "facs", "convert"))
    assert may_import(("core", "fit", "solve"), ("core", "facs", "tables", "UNITS"))
    assert may_import(("core", "recomposite"), ("core", "refine", "reperform"))


def test_files_are_short_enough_to_read():
    folders = ("core", "scene", "operators", "panels", "models", "benchmarks", "tests")
    files = [*ROOT.glob("*.py"), *(path for folder in folders for path in sources(folder))]
    long = {str(path.relative_to(ROOT)): lines for path in files if (lines := path.read_text().count("\n")) > LONGEST}
    assert set(long) <= {WORDS}


def test_start_of_the_command_line_is_quick():
    """Nothing heavy is imported until a command needs it."""
    light = {name.split(".")[0] for path in (ROOT / "cli.py",) for node in ast.parse(path.read_text()).body
             if isinstance(node, ast.Import | ast.ImportFrom) for name in _names(node)}  # fmt: skip
    assert not light & {"numpy", "cv2", "av", "mediapipe", "onnxruntime", "matplotlib", "bpy"}


def _names(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
