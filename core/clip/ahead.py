"""Decode beside the work: the next frames are read in a thread."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterable[Item], depth: int = 4) -> Iterator[Item]:
    """`items` in order, up to `depth` of them made beforehand in a thread; its exceptions are raised here.

    Leaving the iteration early stops the thread.
    """
    ready: queue.Queue[Item | BaseException | None] = queue.Queue(depth)
    stopped = threading.Event()
    thread = threading.Thread(target=_fill, args=(items, ready, stopped), daemon=True, name="read-ahead")
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()


def _fill(items: Iterable[Item], ready: "queue.Queue[Item | BaseException | None]", stopped: threading.Event) -> None:
    try:
        for item in items:
            if not _put(ready, item, stopped):
                return
        _put(ready, None, stopped)
    except BaseException as error:
        _put(ready, error, stopped)


def _put(ready: "queue.Queue[Item]", item: Item, stopped: threading.Event) -> bool:
    while not stopped.is_set():
        try:
            ready.put(item, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False
