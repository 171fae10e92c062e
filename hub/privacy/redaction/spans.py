"""Overlapping findings become one; brand names and placeholders that are there already stay."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from hub.privacy.redaction.entity import Entity

PLACEHOLDER = re.compile(r"<([A-Z][A-Z0-9_]{1,30})_(\d{1,3})>|<TEXT>")
"""What redaction puts in place of an entity."""


def merge(found: Iterable[Entity]) -> tuple[Entity, ...]:
    """This unites overlapping findings, so that no character of any finding is left.

    The union has the type of its longest member (on a tie, the surer one) and the highest score.
    """
    merged: list[list[Entity]] = []
    reach = -1
    for entity in sorted(found, key=lambda entity: (entity.start, -entity.end)):
        if merged and entity.start < reach:
            merged[-1].append(entity)
        else:
            merged.append([entity])
        reach = max(reach, entity.end)
    return tuple(_unite(group) for group in merged)


def _unite(group: Sequence[Entity]) -> Entity:
    first = max(group, key=lambda entity: (entity.end - entity.start, entity.score, entity.type))
    return Entity(group[0].start, max(e.end for e in group), first.type, max(e.score for e in group))


def cut_out(entity: Entity, kept: Sequence[tuple[int, int]]) -> Iterator[Entity]:
    """This yields what is left of a finding outside the stretches ``kept``, which must be in order."""
    if not kept:
        yield entity
        return
    start = entity.start
    for keep_start, keep_end in kept:
        if keep_end <= start or keep_start >= entity.end:
            continue
        if keep_start > start:
            yield Entity(start, keep_start, entity.type, entity.score)
        start = keep_end
    if start < entity.end:
        yield Entity(start, entity.end, entity.type, entity.score)


def trim(entity: Entity, text: str) -> Entity | None:
    """This takes spaces and loose punctuation off both ends of a finding; None where nothing is left."""
    start, end = entity.start, entity.end
    if start < end and text[start].isalnum() and text[end - 1].isalnum():
        return entity
    while start < end and not _solid(text[start], "@+(#"):
        start += 1
    while end > start and not _solid(text[end - 1], ")/_"):
        end -= 1
    return Entity(start, end, entity.type, entity.score) if start < end else None


def _solid(char: str, also: str) -> bool:
    return char.isalnum() or char in also


def keep_spans(text: str, names: tuple[str, ...]) -> list[tuple[int, int]]:
    """These are the stretches of ``text`` that must stay, in order: whole words only, in any case."""
    return [match.span() for match in _kept(names).finditer(text)] if names else []


@lru_cache(maxsize=8)
def _kept(names: tuple[str, ...]) -> re.Pattern[str]:
    wanted = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<![\w@.])(?:{'|'.join(map(re.escape, wanted))})(?![\w@]|\.\w)", re.IGNORECASE)
