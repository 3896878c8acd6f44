"""`expression-transfer …`, and the same through `blender --command expression_transfer …`."""

import argparse
import os
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from . import cli_export, cli_models, cli_preview, cli_rigs
from .cli_arguments import count, grain, length, pixels, point, rate, side, unit
from .core.errors import ExpressionTransferError, InputError
from .core.terminal import TerminalReporter

if TYPE_CHECKING:
    from .core.facs.transfer import Mix
    from .core.refine.finish import Finish
    from .core.reporting import Reporter
    from .core.shot import Footage, Run

RIGS = {".blend", ".glb", ".gltf", ".fbx", ".vrm"}
INTERRUPTED = 130
TOLD = (
    "result.mp4",
    "result.png",
    "frames",
    "matte",
    "performance.npz",
    "wanted.npz",
    "fit.npz",
    "neutral.obj",
    "arkit.csv",
    "facs.csv",
    "facs_0-5.csv",
    "facs_A-E.csv",
    "events.json",
    "flame.npz",
    "curves.png",
    "texture.exr",
    "texture.png",
    "coverage.png",
    "head.obj",
    "head.mtl",
    "report.json",
    "guides.####.exr",
    "preview.####.png",
)
"""Results that are named when a command ends; #### stands for frame numbers."""


def main(argv: list[str] | None = None, reporter: "Reporter | None" = None) -> int:
    """Run a command; the exit status: 0 done, 2 wrong input, 1 failure, 130 interrupted. With a `reporter` of its own
    (a worker's), expected errors are raised to the caller, who tells them.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: BLAS threads cost more than they bring
    arguments = _parser().parse_args(argv)
    if reporter is not None:
        arguments.run(arguments, reporter)
        return 0
    terminal = TerminalReporter()
    try:
        arguments.run(arguments, terminal)
        terminal.end()
    except ExpressionTransferError as error:
        terminal.end()
        return _say(str(error), error.exit_status)
    except KeyboardInterrupt:
        terminal.end()
        resumable = hasattr(arguments, "resume")
        left = (
            "what was finished is kept, --resume goes on from it"
            if resumable
            else "nothing half done is left; run it again"
        )
        status = _say(f"interrupted; {left}", INTERRUPTED)
        if argv is None:  # a process of our own: frames that threads still compute need not be waited for
            os._exit(status)
        return status
    except Exception as error:
        terminal.end()
        if os.environ.get("EXPRESSION_TRANSFER_DEBUG"):
            traceback.print_exc()
        return _say(f"unexpected {type(error).__name__}: {' '.join(str(error).split())}"
                    " (EXPRESSION_TRANSFER_DEBUG=1 shows where)", 1)  # fmt: skip
    return 0


def _say(message: str, status: int) -> int:
    print(f"expression-transfer: {' '.join(message.splitlines())}", file=sys.stderr, flush=True)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="expression-transfer", description="3-D facial expression transfer: footage to a rig or to other footage."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    transfer = commands.add_parser("transfer", help="SOURCE's expression to TARGET: a plate (footage, still) or a rig")
    transfer.add_argument("source", type=Path, metavar="SOURCE", help="footage that drives")
    transfer.add_argument("target", type=Path, metavar="TARGET", help="footage, still, or .blend .glb .gltf .fbx .vrm")
    _out(transfer)
    _mixing(transfer)
    _finishing(transfer)
    _footage(transfer, "SOURCE")
    _footage(transfer, "TARGET", "plate-")
    _solving(transfer)
    cli_rigs.add_options(transfer)
    transfer.set_defaults(run=_transfer)

    solve = commands.add_parser("solve", help="footage → performance.npz, fit.npz, arkit.csv, facs.csv, neutral.obj …")
    solve.add_argument("footage", type=Path, metavar="FOOTAGE")
    _out(solve)
    _footage(solve, "FOOTAGE")
    _solving(solve)
    solve.add_argument(
        "--scale",
        action="append",
        choices=("0-5", "A-E"),
        default=[],
        help="write the units on this scale too: facs_0-5.csv, FACS' letters in facs_A-E.csv",
    )
    solve.set_defaults(run=_solve)

    rig = commands.add_parser("rig", help="drive a character with a performance → .blend")
    rig.add_argument("performance", type=Path, metavar="PERFORMANCE", help="performance.npz, curves (CSV, JSON)")
    rig.add_argument("rig", type=Path, metavar="RIG", help=".blend .glb .gltf .fbx .vrm")
    rig.add_argument("-o", "--out", type=Path, required=True, metavar="OUT.blend")
    cli_rigs.add_options(rig)
    rig.add_argument("--strength", type=unit, default=1.0, metavar="0..1")
    rig.set_defaults(run=_rig)

    _guiding(commands)
    _baking(commands)

    composite = commands.add_parser("composite", help="edited curves on a plate; --resume redoes what an edit changed")
    composite.add_argument("performance", type=Path, metavar="PERFORMANCE", help="performance.npz, curves (CSV, JSON)")
    composite.add_argument(
        "plate", type=Path, metavar="PLATE", help="footage, a still, or a folder that solve or transfer wrote"
    )
    _out(composite)
    _mixing(composite, "edit")
    _finishing(composite)
    _footage(composite, "PLATE")
    _solving(composite)
    composite.set_defaults(run=_composite)

    cli_models.add_commands(commands)
    cli_preview.add_command(commands)
    cli_export.add_command(commands)
    cli_rigs.add_commands(commands)
    demo = commands.add_parser("demo", help="the whole job on embedded input")
    demo.add_argument("-o", "--out", type=Path, default=Path("out/demo"), metavar="DIR")
    demo.set_defaults(run=_demo)
    return parser


def _guiding(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    guides = commands.add_parser("guides", help="UV, normal, depth, position and motion of a fitted shot as EXR")
    guides.add_argument("fit", type=Path, metavar="DIR/fit.npz")
    guides.add_argument("--plate", type=Path, required=True, metavar="FOOTAGE")
    guides.add_argument("--performance", type=Path, metavar="PERFORMANCE", help="curves to which the motion goes")
    guides.add_argument("--model", metavar="NAME|PATH", help="the model it was fitted with, where it has no name")
    guides.add_argument("--start", type=int, metavar="N", help="first source frame")
    guides.add_argument("--end", type=int, metavar="N", help="last source frame")
    guides.add_argument("--renderer", choices=("cpu", "gl"), default="cpu", help="gl: OpenGL, needs the extra [gl]")
    _out(guides)
    guides.set_defaults(run=_guides)


def _baking(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    texture = commands.add_parser("texture", help="a texture of the fitted person, baked from the plate, and the head")
    texture.add_argument("fit", type=Path, metavar="DIR/fit.npz")
    texture.add_argument("--plate", type=Path, required=True, metavar="FOOTAGE", help="what was fitted")
    texture.add_argument("--size", type=side, default=2048, metavar="PX", help="of the texture, each way")
    texture.add_argument("--frames", type=count, default=48, metavar="N", help="at most so many are used")
    texture.add_argument("--model", metavar="NAME|PATH", help="the model it was fitted with, where it has no name")
    _out(texture)
    texture.set_defaults(run=_texture)


def _out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="DIR")


def _mixing(parser: argparse.ArgumentParser, *more_modes: str) -> None:
    parser.add_argument("--strength", type=unit, default=1.0, metavar="0..1", help="0 leaves the plate as it is")
    parser.add_argument(
        "--mode",
        choices=("replace", "add", *more_modes),
        default="replace",
        help="instead of, or on top of, the target's acting"
        + ("; edit: it is the target's own, edited" * bool(more_modes)),
    )
    parser.add_argument("--region", choices=("all", "upper", "lower"), default="all")
    parser.add_argument(
        "--method", choices=("geometry", "tps"), default="geometry", help="tps: the classic landmark warp"
    )
    parser.add_argument("--no-provenance", action="store_true", help="don't say in the results that they were altered")


def _finishing(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how the new face is laid on the plate")
    group.add_argument("--flow-model", type=Path, metavar="FILE",
                       help="align mouths with an optical flow network of your own (RAFT, PWC: ONNX)")  # fmt: skip
    group.add_argument("--feather", type=length, default=0.0, metavar="PX", help="soft edge of the matte, inwards")
    group.add_argument("--choke", type=length, default=0.0, metavar="PX", help="draws the matte's edge in")
    group.add_argument("--grain", type=grain, default=1.0, metavar="0..4", help="of the plate's own, where it got lost")
    group.add_argument("--shutter", type=unit, default=0.5, metavar="0..1",
                       help="of a frame's time, open: motion blur; 0.5 is 180°, 0 adds none")  # fmt: skip
    group.add_argument("--borrow-folds", action="store_true",
                       help="the driver's soft shading of folds where the plate never showed its own")  # fmt: skip


def _footage(parser: argparse.ArgumentParser, whose: str, prefix: str = "") -> None:
    group = parser.add_argument_group(f"how {whose} is read")
    group.add_argument(f"--{prefix}start", type=int, metavar="N", help="first source frame")
    group.add_argument(f"--{prefix}end", type=int, metavar="N", help="last source frame")
    group.add_argument(f"--{prefix}fps", type=rate, metavar="RATE", help="rate of an image sequence")
    group.add_argument(f"--{prefix}person", type=point, metavar="U,V", help="a pixel on the face to follow")
    group.add_argument(f"--{prefix}focal", type=pixels, metavar="PX", help="focal length, where a matchmove gives it")
    group.add_argument(f"--{prefix}neutral", type=int, metavar="N", help="a source frame with a neutral face")
    group.add_argument(f"--{prefix}colour", metavar="SPACE", help="colour space by OpenColorIO's name (see $OCIO)")


def _solving(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="builtin", metavar="NAME|PATH", help="face model (models list)")
    parser.add_argument("--detector", choices=("mediapipe-solutions", "mediapipe-tasks"), help="landmark back end")
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "tensorrt"), default="auto", help="where networks run"
    )
    parser.add_argument("--identity-model", type=Path, metavar="FILE",
                        help="tell people apart with a network of your own (ArcFace-style ONNX, 112×112)")  # fmt: skip
    parser.add_argument("--resume", action="store_true", help="go on from what an interrupted run left in DIR")


def _clip(arguments: argparse.Namespace, path: Path, prefix: str = "") -> "Footage":
    from .core.shot import Footage

    said = {name: getattr(arguments, prefix + name) for name in ("start", "end", "fps", "person", "focal", "colour")}
    return Footage(path=path, neutral_frame=getattr(arguments, prefix + "neutral"), **said)


def _mix(arguments: argparse.Namespace) -> "Mix":
    from .core.facs.transfer import Mix

    return Mix(arguments.strength, arguments.mode, arguments.region)


def _finish(arguments: argparse.Namespace) -> "Finish":
    from .core.refine.finish import Finish

    return Finish(arguments.feather, arguments.choke, arguments.grain, arguments.shutter, arguments.borrow_folds)


def _run(arguments: argparse.Namespace, reporter: "Reporter") -> "Run":
    from .core.device import choose_device
    from .core.shot import Run

    choose_device(arguments.device)
    return Run(
        reporter,
        model=arguments.model,
        backend=arguments.detector,
        resume=arguments.resume,
        device=arguments.device,
        identity_model=arguments.identity_model,
        flow_model=getattr(arguments, "flow_model", None),
        provenance=not getattr(arguments, "no_provenance", False),
    )


def _close(folder: Path, run: "Run") -> None:
    """Leave timing.json in the folder and say what is there."""
    from .core.storage import write_json

    write_json(folder / "timing.json", run.timings.stages)
    made = ", ".join(name for name in TOLD if any(folder.glob(name.replace("####", "*"))))
    run.reporter.log(f"done: {folder} holds {made}")


def _solve(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core import pipeline

    run = replace(_run(arguments, reporter), scales=tuple(arguments.scale))
    pipeline.solve(_clip(arguments, arguments.footage), arguments.out, run)
    _close(arguments.out, run)


def _transfer(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core import pipeline

    if arguments.target.suffix.lower() in RIGS:
        _transfer_to_rig(arguments, reporter)
        return
    run = _run(arguments, reporter)
    source, plate = _clip(arguments, arguments.source), _clip(arguments, arguments.target, "plate_")
    asked = _mix(arguments), arguments.method, run, _finish(arguments)
    pipeline.transfer(source, plate, arguments.out, *asked)
    _close(arguments.out, run)


def _transfer_to_rig(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core import pipeline

    if arguments.mode != "replace" or arguments.method != "geometry":
        raise InputError(f"{arguments.target}: --mode and --method are for plates; leave them out for a rig")
    rig_jobs = cli_rigs.jobs_for(arguments.target)
    asked = cli_rigs.asked(arguments, arguments.strength, arguments.region)
    rig_jobs.open_character(arguments.target, asked)  # what can't be driven is told before the work
    run = _run(arguments, reporter)
    acting = pipeline.solve(_clip(arguments, arguments.source), arguments.out, run).performance
    blend = arguments.out / f"{arguments.target.stem}.blend"
    report = rig_jobs.drive_rig(acting, arguments.target, blend, asked, arguments.out)
    cli_rigs.tell(report, blend.with_suffix(".json"), reporter)
    _close(arguments.out, run)


def _rig(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core.export.curves import read_performance

    if arguments.out.suffix.lower() != ".blend":
        raise InputError(f"{arguments.out}: the result is a .blend file; end its name with .blend")
    if arguments.out.resolve() == arguments.rig.resolve():
        raise InputError(f"{arguments.out}: is the rig itself; give the result another name")
    rig_jobs = cli_rigs.jobs_for(arguments.rig)
    acting = read_performance(arguments.performance)
    asked = cli_rigs.asked(arguments, arguments.strength)
    report = rig_jobs.drive_rig(acting, arguments.rig, arguments.out, asked, arguments.performance.parent)
    cli_rigs.tell(report, arguments.out.with_suffix(".json"), reporter)


def _guides(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core import products
    from .core.shot import Footage, Run

    run, plate = Run(reporter), Footage(arguments.plate, arguments.start, arguments.end)
    given = arguments.performance, arguments.model, run, arguments.renderer
    made = products.guides(arguments.fit, plate, arguments.out, *given)
    reporter.log(f"guides.####.exr and preview.####.png of {made['count']} frames")
    _close(arguments.out, run)


def _texture(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core import products
    from .core.shot import Footage, Run

    run, plate = Run(reporter), Footage(arguments.plate)
    made = products.texture(arguments.fit, plate, arguments.out, arguments.size, arguments.frames, arguments.model, run)
    reporter.log(f"{made['seen_percent']} % of the head's surface was seen, in {len(made['frames'])} frames")
    _close(arguments.out, run)


def _composite(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .core import pipeline

    run, plate = _run(arguments, reporter), _clip(arguments, arguments.plate)
    asked = _mix(arguments), arguments.method, run, _finish(arguments)
    pipeline.composite(arguments.performance, plate, arguments.out, *asked)
    _close(arguments.out, run)


def _demo(arguments: argparse.Namespace, reporter: "Reporter") -> None:
    from .demo import run_demo

    run_demo(arguments.out, reporter)
