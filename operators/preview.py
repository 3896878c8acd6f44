"""The Preview button: a worker that is kept warm answers whatever the artist changes, the newest first."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..core.errors import ExpressionTransferError, Failure, InputError
from ..core.process import Answer, Ended, Progress, WorkerProcess
from ..scene import preview, recomposite, settings, strings, windows

_TICK = 0.04
"""s between looks at the action units and at the worker."""
_FOLDER = "expression_transfer_preview"
"""In Blender's own folder for the session, which Blender removes."""


_running: list["Session"] = []
"""To be stopped where the extension is disabled meanwhile."""


class Session:
    """A fitted head, watched: asks for its picture when it changed and the last answer is there."""

    def __init__(self, face: Any, environment: dict[str, str]) -> None:
        """Raises InputError where the head's solve is gone."""
        self._head: str = face.name
        base, folder = recomposite.base_of(face), Path(bpy.app.tempdir) / _FOLDER
        self._base = base.performance
        self._argv, self._environment = ["preview", str(base.folder), "-o", str(folder)], environment
        self._worker: WorkerProcess | None = None
        self._asked: tuple[float, ...] = ()
        self._waiting = False

    def step(self, scene: Any) -> None:
        """Take what came over, and ask for what changed; never waits. Raises ExpressionTransferError where it can't go
        on.
        """
        for news in self._worker.poll() if self._worker else ():
            if isinstance(news, Answer):
                self._waiting = False
                seen = preview.show(np.load(news.message["file"]))
                reaches = strings.PREVIEW_UNSURE if news.message["reach"] == 0 else ""
                _tell(reaches if seen else strings.PREVIEW_NO_EDITOR)
            elif isinstance(news, Ended):
                self._ended(news)
            elif isinstance(news, Progress):
                _tell(strings.progress(news.stage, news.done, news.total))
        preview.keep()
        if not self._waiting:
            self._ask(scene)

    def stop(self) -> None:
        if self._worker is not None:
            self._worker.cancel()

    def _ask(self, scene: Any) -> None:
        face = scene.objects.get(self._head)
        if face is None:
            raise InputError(strings.NO_HEAD_TO_EDIT)
        wanted = preview.signature(face, scene)
        if wanted == self._asked:
            return
        request = preview.request(face, self._base, scene)
        if self._worker is None:
            self._worker = WorkerProcess(self._argv, self._environment)
        self._worker.request(**request)
        self._asked, self._waiting = wanted, True

    def _ended(self, news: Ended) -> None:
        """Nobody asked for long, or just as it went: the next look starts it again. Else it failed."""
        if news.error:
            raise Failure(strings.PREVIEW_ENDED.format(error=news.error))
        if self._waiting:
            self._asked = ()
        self._worker, self._waiting = None, False


def _tell(text: str) -> None:
    """In the panel. It is drawn again only for something new: drawing the 3D view takes longer than the preview."""
    state = preview.state()
    if state.text != text:
        state.text = text
        windows.redraw()


class ShowPreview(bpy.types.Operator):
    bl_idname = "expression_transfer.preview"
    bl_label = strings.PREVIEW
    bl_description = strings.PREVIEW_TIP
    bl_options = {"INTERNAL"}  # noqa: RUF012  Blender reads it as a set

    @classmethod
    def poll(cls, context: Any) -> bool:
        if recomposite.head_in(context) is None:
            cls.poll_message_set(strings.NO_HEAD_TO_EDIT)
            return False
        if settings.job(context).running:
            cls.poll_message_set(strings.RUNNING)
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        """Start, or stop what runs."""
        state = preview.state()
        if state.running:
            state.stop = True
            return {"FINISHED"}
        try:
            self._session = Session(recomposite.head_in(context), settings.worker_environment(context))
        except ExpressionTransferError as error:
            self.report({"ERROR"}, strings.REPORT.format(message=error))
            return {"CANCELLED"}
        state.running, state.stop, state.failed, state.text = True, False, False, strings.PREVIEW_STARTING
        _running.append(self._session)
        self._timer = context.window_manager.event_timer_add(_TICK, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        state = preview.state()
        if state.stop or settings.job(context).running:
            self._end(context, "")
            return {"FINISHED"}
        try:
            self._session.step(context.scene)
        except ExpressionTransferError as error:
            self._end(context, str(error))
            self.report({"ERROR"}, strings.REPORT.format(message=error))
            return {"CANCELLED"}
        return {"PASS_THROUGH"}

    def cancel(self, context: Any) -> None:
        """Blender ends the operator (another file is opened, the window closes): so ends the worker."""
        self._end(context, "")

    def _end(self, context: Any, error: str) -> None:
        self._session.stop()
        _running.remove(self._session)
        context.window_manager.event_timer_remove(self._timer)
        state = preview.state()
        state.running, state.failed, state.text = False, bool(error), error
        preview.clear()
        windows.redraw()


def register() -> None:
    bpy.utils.register_class(ShowPreview)


def unregister() -> None:
    for session in _running:
        session.stop()
    bpy.utils.unregister_class(ShowPreview)
