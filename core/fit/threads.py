"""Work in threads: numpy leaves the interpreter to others while it solves."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..reporting import Reporter

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(
    work: Callable[[Item], Result], items: Sequence[Item], reporter: Reporter
) -> Iterator[tuple[Item, Result]]:
    """Each item with its result, in order."""
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as threads:
        try:
            for item, result in zip(items, threads.map(work, items), strict=True):
                reporter.check()
                yield item, result
        finally:
            threads.shutdown(cancel_futures=True)
