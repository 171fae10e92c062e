"""Reads several sources of batches at once, and hands the batches over one by one, because the store has one writer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import Full, Queue
from threading import Event
from typing import TypeVar

from hub.contract import Batch

K = TypeVar("K", bound=Hashable)

DEPTH = 2
"""Batches that may wait for each reader: enough that none stands still, and little enough that memory stays bounded."""

_LOOK = 0.1  # seconds between two looks whether a reader that nobody listens to should stop


def read_ahead(readers: Mapping[K, Callable[[], Iterator[Batch]]], workers: int) -> Iterator[tuple[K, Batch | None]]:
    """This yields each reader's batches in its own order, and None at its end; ``workers`` of them read at a time.

    They stop reading while nobody takes what they have read. What a reader raises is raised here, and stops all others.
    """
    ready: Queue[tuple[K, Batch | None]] = Queue(workers * DEPTH)
    stop = Event()
    with ThreadPoolExecutor(workers, thread_name_prefix="reader") as pool:
        try:
            running = {key: pool.submit(_read, key, reader, ready, stop) for key, reader in readers.items()}
            while running:
                key, batch = ready.get()
                if batch is None:
                    running.pop(key).result()  # raises what ended the reader too early
                yield key, batch
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


def _read(key: K, reader: Callable[[], Iterator[Batch]], ready: Queue[tuple[K, Batch | None]], stop: Event) -> None:
    try:
        for batch in reader():
            if not _hand_over(ready, stop, (key, batch)):
                return
    finally:
        _hand_over(ready, stop, (key, None))


def _hand_over(ready: Queue[tuple[K, Batch | None]], stop: Event, entry: tuple[K, Batch | None]) -> bool:
    while not stop.is_set():
        try:
            ready.put(entry, timeout=_LOOK)
        except Full:
            continue
        return True
    return False
