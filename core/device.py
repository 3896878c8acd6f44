"""Where networks run."""

from typing import Literal

from .errors import InputError

Device = Literal["auto", "cpu", "cuda"]
CUDA = "CUDAExecutionProvider"


def choose_device(wanted: Device) -> Literal["cpu", "cuda"]:
    """The device to run networks on; 'auto' takes CUDA where onnxruntime has it.

    Raises InputError where CUDA is asked for and isn't there.
    """
    if wanted == "cpu":
        return "cpu"
    import onnxruntime  # noqa: PLC0415  start-up time: only asked when it matters

    if CUDA in onnxruntime.get_available_providers():
        return "cuda"
    if wanted == "cuda":
        raise InputError("--device cuda: this onnxruntime has no CUDA; install onnxruntime-gpu in place of onnxruntime")
    return "cpu"
