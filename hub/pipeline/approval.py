"""What somebody answerable for privacy must approve before it is done: reading all of it again, changing or deleting a mass."""

from __future__ import annotations

from dataclasses import dataclass

from hub.audit.entry import Entry as AuditEntry
from hub.pipeline.caps import altered_by
from hub.pipeline.order import Order
from hub.pipeline.periods import has_changed
from hub.pipeline.plan import PushJob
from hub.pipeline.rooms import Rooms
from hub.pipeline.sweep import SweepJob, count_due


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be approved; it names nobody.

    Args:
        subject: the sync, or ``sweep``.
        what: what would be done, as one sentence.
        rows: how many rows would be changed, emptied or deleted; 0 for a read.
    """

    subject: str
    what: str
    rows: int = 0


def ask_for_pull(order: Order) -> Request | None:
    """This asks where a pull would read everything from the beginning; raises ConfigError where it could not be done anyway."""
    if order.span is not None or not order.full:
        return None
    return Request(order.sync, "It reads everything that the system holds once more, from the beginning.")


def ask_for_push(rooms: Rooms, job: PushJob) -> Request | None:
    """This asks where what waits to be sent is beyond the push's caps: its last run has stopped there and sent nothing."""
    with rooms.store.read() as tx:
        changes = tx.outbox.changes(job.sync)
        base = tx.outbox.confirmed_targets(job.sync) if job.caps.needs_base(changes) else 0
    problem = job.caps.problem(changes, base)
    return None if problem is None else Request(job.sync, f"{problem}.", altered_by(changes))


def ask_for_sweep(rooms: Rooms, job: SweepJob) -> Request | None:
    """This asks where more is due for deletion than a sweep may delete by itself."""
    if job.cap is None:
        return None
    due = count_due(rooms, job, is_new=has_changed(rooms))
    if due <= job.cap:
        return None
    return Request("sweep", f"{due} records and tags would be deleted (the cap is {job.cap}).", due)


def record_answer(rooms: Rooms, request: Request, approved: bool, actor: str) -> None:
    """This puts on the audit record who approved or refused what."""
    with rooms.store.begin() as tx:
        rooms.audit.record(
            tx,
            [
                AuditEntry(
                    type="approval",
                    outcome="approved" if approved else "refused",
                    dest=request.subject,
                    reasons=(f"rows {request.rows}",),
                    actor=actor[:60],
                    policy=rooms.policy.version,
                )
            ],
        )
