"""Where networks run."""

from typing import Any, Literal

from .errors import Failure, InputError

Device = Literal["auto", "cpu", "cuda", "tensorrt"]
PROVIDERS: dict[str, str] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
}
"""onnxruntime's names."""


def onnxruntime() -> Any:
    """The module, imported when it is needed: it takes a quarter of a second. Raises Failure where it is missing."""
    try:
        import onnxruntime  # noqa: PLC0415
    except ImportError as error:
        raise Failure(f"onnxruntime can't be loaded ({error}); install it: pip install onnxruntime") from error
    return onnxruntime


def choose_device(wanted: Device) -> Literal["cpu", "cuda", "tensorrt"]:
    """The device to run networks on; 'auto' takes CUDA where onnxruntime has it.

    Raises InputError where one is asked for that onnxruntime hasn't.
    """
    if wanted == "cpu":
        return "cpu"
    has = onnxruntime().get_available_providers()
    if wanted == "auto":
        return "cuda" if PROVIDERS["cuda"] in has else "cpu"
    if PROVIDERS[wanted] not in has:
        name = {"cuda": "CUDA", "tensorrt": "TensorRT"}[wanted]
        instead = "install onnxruntime-gpu in place of onnxruntime"
        raise InputError(f"--device {wanted}: this onnxruntime has no {name}; {instead}")
    return wanted
