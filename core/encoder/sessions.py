"""Networks in onnxruntime: opened from ONNX files on the device the user asked for, one thread of arithmetic each."""

from pathlib import Path
from typing import Any

from ..device import CUDA, Device, choose_device, onnxruntime
from ..errors import InputError
from ..landmarks.backend import quiet_stderr

CPU = "CPUExecutionProvider"


def open_session(path: Path, device: Device) -> Any:
    """An onnxruntime InferenceSession. A call runs on one thread: the same sums in the same order everywhere.

    Raises InputError naming the file where it is missing or no network, InputError where CUDA is asked for and does
    not start, Failure where onnxruntime is missing.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; an ONNX network is needed there")
    runtime = onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    wanted = [CUDA, CPU] if choose_device(device) == "cuda" else [CPU]
    try:
        with quiet_stderr():  # a CUDA that does not start is told there, whatever the log's severity
            session = runtime.InferenceSession(str(path), options, providers=wanted)
    except Exception as error:  # onnxruntime's exceptions have no base of their own
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: not a network that onnxruntime reads ({reason}); fetch it again") from error
    if device == "cuda" and CUDA not in session.get_providers():
        raise InputError("--device cuda: onnxruntime finds no CUDA libraries it can use; install CUDA and cuDNN")
    return session
