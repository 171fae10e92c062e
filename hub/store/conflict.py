"""Conflicts: two writers in each other's way. One of them is undone as a whole, and does its whole transaction again."""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from hub.errors import TransientError

PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds before each further attempt; after the last one the conflict is told."""

P = ParamSpec("P")
T = TypeVar("T")


class Conflict(TransientError):
    """Another writer was in the way; nothing of the transaction was kept, and doing it again may succeed."""


def again_after_conflict(work: Callable[P, T]) -> Callable[P, T]:
    """This does ``work`` again where it met another writer; it must be one whole transaction and nothing besides.

    Raises Conflict, a TransientError, where it was in vain each time.
    """

    @wraps(work)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        for pause in PAUSES:
            try:
                return work(*args, **kwargs)
            except Conflict:
                time.sleep(pause)
        return work(*args, **kwargs)

    return wrapped
