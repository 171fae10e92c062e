"""Periods: what rests already goes by stricter rules too; the shortest that ever applied to it wins.

An end is worked out when something is stored. Where the rules have changed since, the sweep works it out once more for all that
rests, page by page, and brings forward what now ends earlier. It never puts an end off: what was promised when somebody's
data was taken stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from hub.audit.entry import Entry as AuditEntry
from hub.errors import PolicyError
from hub.pipeline.rooms import Rooms
from hub.pipeline.run import Run
from hub.privacy.policy import content_hash
from hub.privacy.retention import expires_at
from hub.schema import Case
from hub.store.conflict import again_after_conflict
from hub.store.ends import End
from hub.store.store import Tx

FACT = "retention.rules"
"""Where the database keeps the version of the retention rules that it was last looked through under."""

PAGE = 2_000

Sources = Callable[[str], str]
"""The connector of a connection: retention rules name connectors."""


def rules_version(rooms: Rooms) -> str:
    """This is a hash over the retention rules alone; comments, layout and reasons do not change it."""
    rules = [rule.model_dump(mode="json", exclude={"why"}) for rule in rooms.policy.retention.rules]
    return content_hash(rules)


def due_by_new_rules(rooms: Rooms, source: Sources, most: int) -> int:
    """This counts what stricter rules would make due at once, up to ``most``; nothing is changed."""
    found = 0
    for is_tag in (True, False):
        after = ""
        while found < most:
            with rooms.store.read() as tx:
                page = _page(tx, after, is_tag=is_tag)
                earlier = _earlier(rooms, tx, source, page)
            found += sum(at <= rooms.now() and not _is_due(rooms, one) for one, at in earlier.items())
            if not page:
                break
            after = page[-1].id
    return found


def _is_due(rooms: Rooms, one: End) -> bool:
    return one.expires_at is not None and one.expires_at <= rooms.now()


def has_changed(rooms: Rooms) -> bool:
    """Whether what rests was never looked through under these rules."""
    with rooms.store.read() as tx:
        return tx.facts.get(FACT) != rules_version(rooms)


def bring_forward(rooms: Rooms, run: Run, source: Sources) -> int:
    """This brings forward the ends of what rests, where the rules ask for it; gives how many. Again is harmless."""
    moved = sum(count for is_tag in (True, False) for count in _pages(rooms, run, source, is_tag=is_tag))
    with rooms.store.begin() as tx:
        tx.facts.put(FACT, rules_version(rooms))
        if moved:
            entry = AuditEntry(
                type="retention", outcome="brought_forward", reasons=(f"ends {moved}",), policy=rooms.policy.version,
                run=run.id,
            )  # fmt: skip
            rooms.audit.record(tx, [entry])
    return moved


def _pages(rooms: Rooms, run: Run, source: Sources, *, is_tag: bool) -> Iterator[int]:
    after: str | None = ""
    while after is not None:
        count, after = _one_page(rooms, run, source, after, is_tag=is_tag)
        yield count


@again_after_conflict
def _one_page(rooms: Rooms, run: Run, source: Sources, after: str, *, is_tag: bool) -> tuple[int, str | None]:
    with rooms.store.begin() as tx:
        run.renew(tx)
        page = _page(tx, after, is_tag=is_tag)
        earlier = _earlier(rooms, tx, source, page)
        tx.ends.bring_forward(earlier)
    return len(earlier), page[-1].id if page else None


def _page(tx: Tx, after: str, *, is_tag: bool) -> Sequence[End]:
    return tx.ends.of_tags(after, PAGE) if is_tag else tx.ends.of_records(after, PAGE)


def _earlier(rooms: Rooms, tx: Tx, source: Sources, page: Sequence[End]) -> dict[End, datetime]:
    closed = _closed(rooms, tx, page)
    found = {}
    for one in page:
        at = _end(rooms, source(one.connection), one, closed.get(one.id))
        if at is not None and (one.expires_at is None or at < one.expires_at):
            found[one] = at
    return found


def _end(rooms: Rooms, source: str, one: End, closed: datetime | None) -> datetime | None:
    clocks = {"collected": one.stored_at, "occurred": one.occurred_at, "last_contact": one.occurred_at}
    if closed is not None:
        clocks["case_closed"] = closed
    try:
        category = one.category or "emotion.label"
        return expires_at(rooms.policy, category=category, purpose=None, source=source, clocks=clocks)
    except PolicyError:
        return None  # a category that the schema no longer has: what was promised stands


def _closed(rooms: Rooms, tx: Tx, page: Sequence[End]) -> dict[str, datetime]:
    """When cases were closed is sealed with them, so they are opened only where a rule asks."""
    if not any(rule.start == "case_closed" for rule in rooms.policy.retention.rules):
        return {}
    cases = tx.records.get([one.id for one in page if one.kind == "case"])
    return {id: one.closed_at for id, one in cases.items() if isinstance(one, Case) and one.closed_at is not None}


__all__ = ["FACT", "bring_forward", "due_by_new_rules", "has_changed", "rules_version"]
