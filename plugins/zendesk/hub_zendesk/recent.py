"""Which records or cursors have been seen lately: exports repeat the former, and must not repeat the latter."""

from collections.abc import Hashable

KEPT = 10_000
"""Repetitions come on neighbouring pages, so this many keys are enough, and memory stays bounded."""


class Recent:
    """The last keys seen."""

    def __init__(self) -> None:
        self._keys: dict[Hashable, None] = {}

    def add(self, key: Hashable) -> bool:
        """This notes a key and tells whether it is new."""
        if key in self._keys:
            return False
        self._keys[key] = None
        if len(self._keys) > KEPT:
            del self._keys[next(iter(self._keys))]
        return True
