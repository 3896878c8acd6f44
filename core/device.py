"""Where networks run."""

from typing import Any, Literal

from .errors import Failure, InputError

Device = Literal["auto", "cpu", "cuda"]
CUDA = "CUDAExecutionProvider"


def onnxruntime() -> Any:
    """The module, imported when it is needed: it takes a quarter of a second. Raises Failure where it is missing."""
    try:
        import onnxruntime  # noqa: PLC0415
    except ImportError as error:
        raise Failure(f"onnxruntime can't be loaded ({error}); install it: pip install onnxruntime") from error
    return onnxruntime


def choose_device(wanted: Device) -> Literal["cpu", "cuda"]:
    """The device to run networks on; 'auto' takes CUDA where onnxruntime has it.

    Raises InputError where CUDA is asked for and isn't there.
    """
    if wanted == "cpu":
        return "cpu"
    if CUDA in onnxruntime().get_available_providers():
        return "cuda"
    if wanted == "cuda":
        raise InputError("--device cuda: this onnxruntime has no CUDA; install onnxruntime-gpu in place of onnxruntime")
    return "cpu"
