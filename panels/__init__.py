"""The N-panel tab "Expression": draws, never computes."""

from . import result, transfer

_SECTIONS = (transfer, result)


def register() -> None:
    for section in _SECTIONS:
        section.register()


def unregister() -> None:
    for section in reversed(_SECTIONS):
        section.unregister()
