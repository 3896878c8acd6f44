"""A worker whose every command leaves the performance named by FAKE_PERFORMANCE in its folder, or fails on request."""

import importlib.util
import json
import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(argv, reporter):
    folder = Path(argv[argv.index("-o") + 1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "argv.json").write_text(json.dumps(argv))
    if "noface" in argv[1]:
        from expression_transfer.core.errors import InputError  # noqa: PLC0415  the bootstrap names the package first

        raise InputError(f"{argv[1]}: no face in it")
    reporter.progress("detect", 1, 1)
    if argv[0] == "preview":
        return preview(folder, reporter)
    if argv[0] == "composite":
        shutil.copyfile(os.environ["FAKE_RESULT"], folder / "result.png")
        (folder / "report.json").write_text(json.dumps({"files": ["result.png"], "untouched": [[3, 5], [9, 9]]}))
        return 0
    if argv[0] == "texture":
        shutil.copyfile(argv[argv.index("--plate") + 1], folder / "texture.png")
        return 0
    shutil.copyfile(os.environ["FAKE_PERFORMANCE"], folder / "performance.npz")
    if argv[0] == "transfer":
        shutil.copyfile(argv[2], folder / "result.png")
        (folder / "report.json").write_text(json.dumps({"files": ["result.png"]}))
    return 0


def preview(folder, reporter):
    """Answers black before, and after as bright as AU26; above 1 it fails, at 0.5 it crashes."""
    import numpy as np  # noqa: PLC0415  on the path that the parent hands over
    from expression_transfer.core.errors import InputError  # noqa: PLC0415
    from expression_transfer.core.facs.tables import UNITS  # noqa: PLC0415

    for request in reporter.requests(0.7):
        value = request["units"][UNITS.index("AU26")]
        if value > 1:
            raise InputError("no such frame")
        if abs(value - 0.5) < 1e-6:
            os._exit(3)
        pictures = np.zeros((2, 4, 8, 3), np.uint8)
        pictures[1] = round(value * 255)
        pictures[1, 0] = request["frame"]
        np.save(folder / "preview.npy", pictures)
        reporter.answer(frame=request["frame"], file=str(folder / "preview.npy"), reach=float(request["frame"] != 10))
    return 0


if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "worker.py")
    bootstrap = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bootstrap)
    bootstrap.leave(bootstrap.main(lambda: main))
