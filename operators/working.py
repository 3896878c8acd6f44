"""What every operator has in common whose work is done by a worker process, watched by a timer."""
# mypy: disallow-subclassing-any=False

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import bpy

from ..core.errors import ExpressionTransferError, InputError
from ..core.process import Ended, Event, Log, Progress, WorkerProcess
from ..core.storage import write_text
from ..scene import settings, strings
from ..scene.windows import redraw

_TICK = 0.1
"""s between looks at the worker."""


@dataclass(frozen=True)
class Work:
    """What the worker is asked for."""

    argv: tuple[str, ...]
    """The command line."""
    folder: Path
    """Where its log goes if it fails in an unexpected way."""


class WorkerOperator(bpy.types.Operator):
    """Base of such operators: they say what is asked (`prepare`) and what becomes of the results (`apply`)."""

    bl_translation_context = strings.CONTEXT

    section: ClassVar[str]
    """Which part of the window shows progress and message: settings.TRANSFER, SOLVE, MODELS, HEAD, RIG or EXPORT."""

    def prepare(self, context: Any) -> Work:
        """Raises ExpressionTransferError, in one line, for what can't work."""
        raise NotImplementedError

    def apply(self, context: Any, said: list[str]) -> str:
        """Take the worker's results over (`said`: its log, line by line); what to tell the user.

        Raises ExpressionTransferError.
        """
        raise NotImplementedError

    @classmethod
    def poll(cls, context: Any) -> bool:
        if settings.job(context).running:
            cls.poll_message_set(strings.RUNNING)
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        if not self._start(context):
            return {"CANCELLED"}
        self._timer = context.window_manager.event_timer_add(_TICK, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Any) -> set[str]:
        """Without a window or from a script: wait for the worker."""
        if not self._start(context):
            return {"CANCELLED"}
        return self._finish(context, self._worker.wait())

    def modal(self, context: Any, event: Any) -> set[str]:
        job = settings.job(context)
        escaped = event.type == "ESC" and event.value == "PRESS"
        if escaped or job.cancel:
            job.text = strings.CANCELLING
            self._worker.cancel()
        if event.type == "TIMER":
            for news in self._worker.poll():
                if isinstance(news, Ended):
                    return self._finish(context, news)
                self._show(context, news)
        return {"RUNNING_MODAL"} if escaped else {"PASS_THROUGH"}

    def cancel(self, context: Any) -> None:
        """Blender ends the operator (another file is opened, the window closes): so ends the worker."""
        self._worker.stop()
        self._clear(context)

    def find_scene(self) -> Any:
        """The scene where the button was pressed, by its name: a pointer would not survive an undo."""
        scene = bpy.data.scenes.get(self._scene)
        if scene is None:
            raise InputError(strings.SCENE_GONE.format(scene=self._scene, folder=self._work.folder))
        return scene

    def _start(self, context: Any) -> bool:
        try:
            self._work = self.prepare(context)
            self._worker = WorkerProcess(list(self._work.argv), settings.worker_environment(context))
        except ExpressionTransferError as error:
            self._end(context, "ERROR", str(error))
            return False
        self._scene: str = context.scene.name
        job = settings.job(context)
        job.running, job.cancel, job.fraction, job.text = True, False, 0.0, strings.STARTING
        job.section, job.message = self.section, ""
        return True

    def _show(self, context: Any, news: Event) -> None:
        job = settings.job(context)
        if isinstance(news, Progress):
            job.fraction = min(1.0, news.done / news.total) if news.total else 0.0
            job.text = strings.progress(news.stage, news.done, news.total)
        elif isinstance(news, Log):
            job.fraction, job.text = 0.0, news.message
        if self._worker.cancelled:
            job.text = strings.CANCELLING
        redraw()

    def _finish(self, context: Any, ended: Ended) -> set[str]:
        self._clear(context)  # first: whatever comes now, the panel must not show work that runs for ever
        if self._worker.cancelled:
            return self._end(context, "INFO", strings.CANCELLED)
        if ended.error:
            return self._end(context, "ERROR", self._with_log(ended.error))
        try:
            done = self.apply(context, self._worker.logged)
        except ExpressionTransferError as error:
            return self._end(context, "ERROR", str(error))
        self._end(context, "INFO", done)
        return {"FINISHED"}

    def _end(self, context: Any, level: str, message: str) -> set[str]:
        self._clear(context)
        job = settings.job(context)
        job.section, job.message, job.failed = self.section, message, level == "ERROR"
        self.report({level}, strings.REPORT.format(message=message))
        return {"CANCELLED"}

    def _with_log(self, error: str) -> str:
        """Keep what the worker wrote to stderr where a Python error or a crash ended it."""
        if "Traceback" not in self._worker.stderr and "worker process" not in error:
            return error
        log = self._work.folder / "worker.log"
        try:
            write_text(log, self._worker.stderr)
        except ExpressionTransferError:
            return error
        return strings.DETAILS.format(error=error, log=log)

    def _clear(self, context: Any) -> None:
        settings.job(context).running = False
        if getattr(self, "_timer", None) is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        redraw()
