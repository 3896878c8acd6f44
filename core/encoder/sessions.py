"""Networks in onnxruntime: opened from ONNX files on the device the user asked for, one thread of arithmetic each."""

from pathlib import Path
from typing import Any, Literal

from ..device import PROVIDERS, Device, choose_device, onnxruntime
from ..errors import ExpressionTransferError, InputError
from ..landmarks.backend import quiet_stderr

_LIBRARIES = {"cuda": "CUDA and cuDNN", "tensorrt": "TensorRT, CUDA and cuDNN"}
"""What a device needs of this machine."""


def open_session(path: Path, device: Device) -> Any:
    """An onnxruntime InferenceSession. A call runs on one thread: the same sums in the same order everywhere.

    Raises InputError naming the file where it is missing or no network, InputError where a device is asked for and
    does not start, Failure where onnxruntime is missing.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; an ONNX network is needed there")
    runtime = onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    wanted = _providers(choose_device(device))
    try:
        with quiet_stderr():  # a CUDA that does not start is told there, whatever the log's severity
            session = runtime.InferenceSession(str(path), options, providers=wanted)
    except Exception as error:  # onnxruntime's exceptions have no base of their own
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: not a network that onnxruntime reads ({reason}); fetch it again") from error
    if device in _LIBRARIES and PROVIDERS[device] not in session.get_providers():
        needs = _LIBRARIES[device]
        raise InputError(f"--device {device}: onnxruntime finds no libraries for it that it can use; install {needs}")
    return session


def _providers(device: Literal["cpu", "cuda", "tensorrt"]) -> list[str]:
    """The device's, and what takes over what it can't do."""
    order = {"cpu": ("cpu",), "cuda": ("cuda", "cpu"), "tensorrt": ("tensorrt", "cuda", "cpu")}
    return [PROVIDERS[each] for each in order[device]]


def find_devices(path: Path) -> dict[str, str]:
    """What happens when a network is opened on each device: empty where it works, else why it doesn't."""
    found: dict[str, str] = {}
    devices: tuple[Device, ...] = ("cpu", "cuda", "tensorrt")
    for device in devices:
        try:
            open_session(path, device)
            found[device] = ""
        except ExpressionTransferError as error:
            found[device] = str(error).removeprefix(f"--device {device}: ")
    return found
