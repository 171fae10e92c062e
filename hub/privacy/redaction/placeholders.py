"""Placeholders: the same value has the same number throughout a text, or throughout a thread."""

from collections.abc import Sequence

from hub.privacy.redaction.entity import Entity
from hub.privacy.redaction.spans import PLACEHOLDER
from hub.privacy.redaction.view import fold

WITHHELD = "<TEXT>"
"""What is left of a text that cannot be redacted safely."""


class Numbering:
    """This hands out the numbers in ``<PERSON_1>``, counting per type from 1.

    Numbers that a text brings along from an earlier redaction are not given to anything else.
    """

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], int] = {}
        self._last: dict[str, int] = {}

    def reserve(self, text: str) -> None:
        """This takes note of the placeholders in an input text."""
        for match in PLACEHOLDER.finditer(text):
            if match[1]:
                self._last[match[1]] = max(self._last.get(match[1], 0), int(match[2]))

    def replace(self, text: str, entities: Sequence[Entity]) -> str:
        """This puts placeholders in place of entities, which must be in order and not overlap."""
        pieces, done = [], 0
        for entity in entities:
            pieces += [text[done : entity.start], self._placeholder(entity.type, text[entity.start : entity.end])]
            done = entity.end
        return "".join((*pieces, text[done:]))

    def _placeholder(self, type_: str, value: str) -> str:
        key = (type_, "".join(filter(str.isalnum, fold(value))))
        if key not in self._given:
            self._last[type_] = self._given[key] = self._last.get(type_, 0) + 1
        return f"<{type_}_{self._given[key]}>"
