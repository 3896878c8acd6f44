"""Build the Blender extension: the package, its wheels for one Python and platform, checked by Blender's own tool.

    python tools/build_extension.py --python 3.11 [--platform linux-x64] [--blender-ext PATH] [-o dist]

The wheels are those of requirements.lock, by hash. numpy is never among them: Blender has its own. They serve the
worker process only; nothing heavy is imported into Blender.
"""

import argparse
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PARTS = (
    "blender_manifest.toml", "__init__.py", "cli.py", "cli_models.py", "demo.py", "worker.py", "LICENSE", "README.md",
    "core", "scene", "operators", "panels", "models",
)  # fmt: skip
"""Files and folders of the repository that make the package; what git ignores is left out."""
NEVER = {"numpy"}

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
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "expression_transfer"
        copy_package(source)
        wheels = download_wheels(source / "wheels", options.python, options.platform)
        add_to_manifest(source / "blender_manifest.toml", wheels, options.platform)
        version = tomllib.loads((source / "blender_manifest.toml").read_text())["version"]
        tag = "cp" + options.python.replace(".", "")
        archive = out / f"expression_transfer-{version}-{tag}-{options.platform}.zip"
        _blender_ext(options.blender_ext, "build", f"--source-dir={source}", f"--output-filepath={archive}")
        _blender_ext(options.blender_ext, "validate", str(archive))
    print(f"{archive} ({archive.stat().st_size >> 20} MiB, {len(wheels)} wheels)")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default="3.11", help="Blender's Python: 3.11 to Blender 5.0, 3.13 from 5.1")
    parser.add_argument("--platform", choices=PLATFORMS, default="linux-x64")
    parser.add_argument("--blender-ext", type=Path, help="blender_ext.py; by default that of the installed bpy")
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "dist")
    return parser.parse_args()


def copy_package(target: Path) -> None:
    """Copy what git sees of PARTS in the working tree: no caches, no ignored files."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard", "--", *PARTS], cwd=ROOT, check=True, capture_output=True
    )
    for name in filter(None, listing.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)


def download_wheels(folder: Path, python: str, platform: str) -> list[str]:
    """Download the engine's locked wheels for a Python and platform; their file names."""
    folder.mkdir(parents=True)
    listed = folder / "requirements.txt"
    listed.write_text(engine_requirements((ROOT / "requirements.lock").read_text(), python, platform))
    tags = [option for tag in PLATFORMS[platform][1] for option in ("--platform", tag)]
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


def engine_requirements(lock: str, python: str, platform: str) -> str:
    """The lock's packages that the engine needs (pyproject's dependencies and theirs) for a Python and platform.

    Markers are evaluated here: pip would use the running Python's, whatever --python-version says.
    """
    packages = [package for package in _packages(lock) if _applies(package.marker, python, platform)]
    wanted = _direct_dependencies()
    while more := {package.name for package in packages if package.wanted_by & wanted} - wanted - NEVER:
        wanted |= more
    return "".join(package.text for package in packages if package.name in wanted)


def _direct_dependencies() -> set[str]:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    return {_plain_name(re.split(r"[^\w.-]", each, maxsplit=1)[0]) for each in listed} - NEVER


def _plain_name(name: str) -> str:
    return str(canonicalize_name(name))


def _packages(lock: str) -> list[Locked]:
    blocks = (block.splitlines() for block in re.split(r"\n(?=\w)", lock))
    return [_package(found, rest) for first, *rest in blocks if (found := _ENTRY.match(first))]


def _package(found: re.Match[str], rest: list[str]) -> Locked:
    hashes = [line for line in rest if "--hash" in line]
    comments = (line.strip(" #").removeprefix("via").split() for line in rest if "#" in line)
    return Locked(
        name=_plain_name(found["name"]),
        marker=found["marker"] or "",
        text="\n".join([f"{found['name']}=={found['version']} \\", *hashes]) + "\n",
        wanted_by=frozenset(_plain_name(words[0]) for words in comments if words),
    )


def _applies(marker: str, python: str, platform: str) -> bool:
    target = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": PLATFORMS[platform][0]}
    return not marker or Marker(marker).evaluate(target)


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
