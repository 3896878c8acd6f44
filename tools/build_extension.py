"""Build the Blender extension: the package, the landmark networks and the wheels, checked by Blender's own tool.

    python tools/build_extension.py [--platform linux-x64] [--python 3.11 --python 3.13] [--gpu] [--task FILE] [-o dist]

One zip serves every Python it is built for: Blender takes the wheels that are for its own, and the largest are for all.
They are those of requirements.lock, by hash, less what the engine never imports, and serve the worker process only:
nothing heavy is imported into Blender.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
PARTS = (
    ":(glob)*.py",
    "blender_manifest.toml",
    "LICENSE",
    "README.md",
    "core",
    "scene",
    "operators",
    "panels",
    "models",
)
"""Files and folders of the repository that make the package; what git ignores is left out."""
PYTHONS = ("3.11", "3.13")
"""To Blender 5.0, and from 5.1."""

TASK = "face_landmarker.task"
TASK_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
TASK_URL = f"https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/{TASK}"
TASK_PLACE = Path("models") / "landmarks" / TASK
"""Where core/landmarks/tasks.py looks for it."""


GPU = "onnxruntime-gpu"
GPU_LOCK = ROOT / "tools" / "gpu.lock"
"""What stands in for GPU_REPLACES in the GPU flavour: both provide the same module, so it is one or the other."""
GPU_REPLACES = "onnxruntime"

UNUSED = {
    "numpy": "Blender has its own, and two in one process don't get on",
    "mediapipe": "its landmark networks run in OpenCV, from the .task file: core/landmarks/tasks.py",
    "flatbuffers": "onnxruntime lists it and never imports it",
    "protobuf": "likewise",
}
"""Packages that others require and the engine never imports, and why not: tests/extension runs it without them."""

PLATFORMS = {
    "linux-x64": ("linux", [f"manylinux_2_{minor}_x86_64" for minor in range(5, 29)] + ["manylinux2014_x86_64"]),
    "windows-x64": ("win32", ["win_amd64"]),
    "macos-arm64": ("darwin", [f"macosx_{major}_0_arm64" for major in range(11, 15)] + ["macosx_11_0_universal2"]),
}
"""Blender's name of a platform → sys_platform and wheel tags."""

_ENTRY = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^ ;\\]+)(?: *; *(?P<marker>[^\\]+?))? *\\?$")


def main() -> None:
    options = _options()
    out: Path = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    pythons: list[str] = options.python or list(PYTHONS)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "expression_transfer"
        copy_package(source)
        put_task_file(options.task, source / TASK_PLACE)
        wheels = download_wheels(source / "wheels", pythons, options.platform, gpu=options.gpu)
        if missing := missing_packages(source / "wheels", pythons, options.platform):
            sys.exit(f"{options.platform}: wheels are missing: {'; '.join(missing)}")
        add_to_manifest(source / "blender_manifest.toml", wheels, options.platform)
        archive = out / _file_name(source, options.platform, pythons, gpu=options.gpu)
        _blender_ext(options.blender_ext, "build", f"--source-dir={source}", f"--output-filepath={archive}")
        _blender_ext(options.blender_ext, "validate", str(archive))
    print(f"{archive} ({archive.stat().st_size / 1e6:.0f} MB, {len(wheels)} wheels)")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", help=f"of the Blenders to serve; by default {PYTHONS}")
    parser.add_argument("--platform", choices=PLATFORMS, default="linux-x64")
    parser.add_argument("--gpu", action="store_true", help=f"with onnxruntime-gpu {GPU}, and no NVIDIA libraries")
    parser.add_argument("--task", type=Path, help=f"MediaPipe's {TASK}; by default found, or fetched, by its checksum")
    parser.add_argument("--blender-ext", type=Path, help="blender_ext.py; by default that of the installed bpy")
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "dist")
    return parser.parse_args()


def _file_name(source: Path, platform: str, pythons: list[str], *, gpu: bool) -> str:
    """Without a Python's tag where all are served."""
    version = tomllib.loads((source / "blender_manifest.toml").read_text())["version"]
    tags = [] if pythons == list(PYTHONS) else ["cp" + each.replace(".", "") for each in pythons]
    return "-".join(["expression_transfer", version, *(["gpu"] if gpu else []), *tags, platform]) + ".zip"


def copy_package(target: Path) -> None:
    """Copy what git sees of PARTS in the working tree: no caches, no ignored files."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard", "--", *PARTS], cwd=ROOT, check=True, capture_output=True
    )
    for name in filter(None, listing.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)


def put_task_file(given: Path | None, target: Path) -> None:
    """Copy the landmark networks: the file given, the environment's, the one beside the checkout, or a download."""
    named = os.environ.get("EXPRESSION_TRANSFER_TASK")
    beside = ROOT.parent / "shared" / "models" / TASK
    path = given or (Path(named) if named else beside if beside.is_file() else None)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        content = path.read_bytes() if path else _download(TASK_URL)
    except OSError as error:
        sys.exit(f"{path or TASK_URL}: {error}; name MediaPipe's {TASK} with --task")
    if (digest := hashlib.sha256(content).hexdigest()) != TASK_SHA256:
        sys.exit(f"{path or TASK_URL}: sha256 is {digest}, not {TASK_SHA256}; name MediaPipe's {TASK} with --task")
    target.write_bytes(content)


def _download(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310  https, and its checksum is known
        return bytes(answer.read())


def download_wheels(folder: Path, pythons: Sequence[str], platform: str, *, gpu: bool = False) -> list[str]:
    """Download the engine's locked wheels for Pythons and a platform; their file names."""
    folder.mkdir(parents=True)
    listed = folder / "requirements.txt"
    tags = [option for tag in PLATFORMS[platform][1] for option in ("--platform", tag)]
    for python in pythons:
        listed.write_text(engine_requirements((ROOT / "requirements.lock").read_text(), python, platform, gpu=gpu))
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
             "--require-hashes", "--only-binary=:all:", "--python-version", python, *tags,
             "-d", str(folder), "-r", str(listed)],
            check=True,
        )  # fmt: skip
    listed.unlink()
    return sorted(wheel.name for wheel in folder.glob("*.whl"))


@dataclass(frozen=True)
class Locked:
    """A package of the lock."""

    name: str
    marker: str
    text: str
    """Its requirement with hashes, without the marker."""
    wanted_by: frozenset[str]


def engine_requirements(lock: str, python: str, platform: str, *, gpu: bool = False) -> str:
    """The lock's packages that the engine needs (pyproject's dependencies and theirs) for a Python and platform.

    Markers are evaluated here: pip would use the running Python's, whatever --python-version says.
    """
    packages = [package for package in _packages(lock) if _applies(package.marker, python, platform)]
    wanted = _direct_dependencies()
    while more := {package.name for package in packages if package.wanted_by & wanted} - wanted - UNUSED.keys():
        wanted |= more
    text = {package.name: package.text for package in packages if package.name in wanted}
    if gpu:
        text[GPU_REPLACES] = "".join(package.text for package in _packages(GPU_LOCK.read_text()))
    return "".join(text.values())


def _direct_dependencies() -> set[str]:
    return {str(canonicalize_name(each.name)) for each in _project_requires()} - UNUSED.keys()


def _project_requires() -> list[Requirement]:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    return [Requirement(each) for each in listed]


def _packages(lock: str) -> list[Locked]:
    blocks = (block.splitlines() for block in re.split(r"\n(?=\w)", lock))
    return [_package(found, rest) for first, *rest in blocks if (found := _ENTRY.match(first))]


def _package(found: re.Match[str], rest: list[str]) -> Locked:
    hashes = [line for line in rest if "--hash" in line]
    comments = (line.strip(" #").removeprefix("via").split() for line in rest if "#" in line)
    return Locked(
        name=canonicalize_name(found["name"]),
        marker=found["marker"] or "",
        text="\n".join([f"{found['name']}=={found['version']} \\", *hashes]) + "\n",
        wanted_by=frozenset(canonicalize_name(words[0]) for words in comments if words),
    )


def _applies(marker: str, python: str, platform: str) -> bool:
    return not marker or Marker(marker).evaluate(_environment(python, platform))


def _environment(python: str, platform: str) -> dict[str, str]:
    """What a marker may ask of the machine that the wheels are for."""
    names = {"linux": ("Linux", "x86_64"), "win32": ("Windows", "AMD64"), "darwin": ("Darwin", "arm64")}
    system, machine = names[PLATFORMS[platform][0]]
    return {
        "python_version": python, "python_full_version": f"{python}.0", "sys_platform": PLATFORMS[platform][0],
        "platform_system": system, "platform_machine": machine, "os_name": "nt" if system == "Windows" else "posix",
        "implementation_name": "cpython", "platform_python_implementation": "CPython", "extra": "",
    }  # fmt: skip


def missing_packages(folder: Path, pythons: Sequence[str], platform: str) -> list[str]:
    """What the wheels in a folder, by their own metadata, require and lack; and where one is there twice."""
    return [line for python in pythons for line in _missing(folder, python, platform)]


def _missing(folder: Path, python: str, platform: str) -> Iterator[str]:
    fitting = [wheel for wheel in sorted(folder.glob("*.whl")) if _serves(wheel.name, python, platform)]
    versions = {str(name): version for name, version, *_ in (parse_wheel_filename(wheel.name) for wheel in fitting)}
    if len(versions) < len(fitting):
        yield f"Python {python} would have a package twice: {[wheel.name for wheel in fitting]}"
    for each in (*_project_requires(), *(line for wheel in fitting for line in _requires(wheel))):
        name = str(canonicalize_name(each.name))
        if name in UNUSED or (each.marker and not each.marker.evaluate(_environment(python, platform))):
            continue
        have = versions.get(name) or (versions.get(GPU) if name == GPU_REPLACES else None)
        if have is None or have not in each.specifier:
            yield f"{each} for Python {python} (have {have})"


def _serves(wheel: str, python: str, platform: str) -> bool:
    """By its tags, as pip would install it."""
    wanted = PLATFORMS[platform][1]
    mine = {"any", *wanted, *(tag.replace("_arm64", "_universal2") for tag in wanted), "macosx_10_9_universal2"}
    digits = python.replace(".", "")
    stable = {f"cp{python[0]}{minor}" for minor in range(2, int(digits[1:]) + 1)}
    return any(
        tag.platform in mine
        and (
            (tag.interpreter == f"py{python[0]}" and tag.abi == "none")
            or (tag.interpreter == f"cp{digits}" and tag.abi == f"cp{digits}")
            or (tag.interpreter in stable and tag.abi == "abi3")
        )
        for tag in parse_wheel_filename(wheel)[3]
    )


def _requires(wheel: Path) -> list[Requirement]:
    with zipfile.ZipFile(wheel) as packed:
        name = next(each for each in packed.namelist() if each.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(packed.read(name).decode())
    return [Requirement(each) for each in headers.get_all("Requires-Dist", [])]


def add_to_manifest(manifest: Path, wheels: list[str], platform: str) -> None:
    """List the wheels and the platform; before the first table, where TOML has the top-level keys."""
    top, table, rest = manifest.read_text().partition("\n[")
    listed = "".join(f'  "./wheels/{wheel}",\n' for wheel in wheels)
    manifest.write_text(f'{top}\nplatforms = ["{platform}"]\nwheels = [\n{listed}]\n{table}{rest}')


def _blender_ext(tool: Path | None, *arguments: str) -> None:
    tool = tool or _installed_tool()
    ran = subprocess.run([sys.executable, str(tool), *arguments], check=False, capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"blender_ext.py {arguments[0]}: {ran.stdout.strip()} {ran.stderr.strip()}")


def _installed_tool() -> Path:
    found = sorted(Path(sysconfig.get_path("purelib")).glob("bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
    if not found:
        sys.exit("blender_ext.py not found: install the bpy extra or name it with --blender-ext")
    return found[-1]


if __name__ == "__main__":
    main()
