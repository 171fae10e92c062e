"""One run of one sync: its lease, its place in the ledger, and its end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from hub.audit.entry import Entry as AuditEntry
from hub.errors import FatalError, HubError, LockedError, ThrottledError, TransientError
from hub.pipeline.changes import record_changes
from hub.pipeline.holder import read_holder
from hub.pipeline.rooms import Rooms
from hub.store.conflict import again_after_conflict
from hub.store.leases import PART
from hub.store.ledger import RunStatus
from hub.store.store import Tx
from hub.telemetry.span import span

GARBAGE_AFTER = 100_000
"""Objects that a run makes before it is looked for garbage among them."""

LEASE = timedelta(minutes=10)
"""How long a run may be silent before another may take its sync over."""

NEXT_STEP = (
    "What is done stays done, and the next run goes on from there; 'hub check' tells whether the system answers by now."
)
"""What to do where a system does not answer, and nobody has said anything better."""


@dataclass
class Run:
    """A run in progress; ``error`` and ``is_partial`` decide how it ends in the ledger.

    ``lease`` is the name of what it holds: the sync, or a part of it.
    """

    id: str
    sync: str
    lease: str
    token: int
    error: HubError | None = None
    is_partial: bool = False

    def renew(self, tx: Tx) -> None:
        """This keeps the lease, in the transaction of the work; raises LockedError where somebody took it over."""
        tx.leases.renew(self.lease, self.token, LEASE)

    @property
    def status(self) -> RunStatus:
        """How it ends."""
        if self.error is not None:
            return RunStatus.FAILED
        return RunStatus.PARTIAL if self.is_partial else RunStatus.SUCCEEDED


@contextmanager
def running(rooms: Rooms, sync: str, kind: str, *, part: str = "") -> Iterator[Run]:
    """This takes the sync's lease, opens a run, and closes both, also when the work raises a HubError.

    With ``part`` it takes the lease of that part only: other parts may run beside it, the whole sync may not. Raises
    LockedError where another run holds the lease, FatalError where nobody would sign the audit log. A killed process
    leaves the run open and the lease to run out; the next run of the sync, or of the same part, closes both.
    """
    rooms.audit.check()
    run = _open(rooms, sync, kind, f"{sync}{PART}{part}" if part else sync)
    failed: HubError | None = None
    # What is loaded by now stays to the end, and a batch holds hardly anything that points in a circle: looking through
    # them again and again for garbage takes a tenth of the time.
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, *usual[1:])
    try:
        with span("attune.run", sync=sync, run_kind=kind, run_id=run.id) as mark:
            yield run
            _require_balance(rooms, run)
            mark.tell(run_state=run.status)
    except HubError as error:
        run.error = error
        raise
    except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything, and its text may quote a person
        failed = run.error = TransientError(
            f"{sync}: {type(error).__name__} in a plugin or engine; the run was broken off.",
            fix="The next run goes on from there; if it stays so, tell the plugin's makers.",
        )
    except BaseException:
        run.error = TransientError(f"{sync}: the run was interrupted.")
        raise
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
        _advise(run.error)
        _close(rooms, run)
    if failed is not None:
        raise failed from None  # the stranger's own text stays out of every traceback


def _advise(error: HubError | None) -> None:
    """A system that is down or slow leaves its reader with a next step, whether its connector names one or not."""
    if isinstance(error, TransientError | ThrottledError) and error.fix is None:
        error.fix = NEXT_STEP


@again_after_conflict
def _open(rooms: Rooms, sync: str, kind: str, lease: str) -> Run:
    with rooms.store.begin() as tx:
        _free_after_death(tx, sync)
        token = tx.leases.acquire(lease, rooms.holder, LEASE)
        _close_interrupted(rooms, tx, sync, lease)
        _close_forgotten(rooms, tx)
        run = Run(tx.ledger.start_run(lease, kind, rooms.revision, rooms.store.dry_run), sync, lease, token)
        record_changes(rooms, tx, run_id=run.id)
        rooms.audit.record(tx, [_entry(rooms, run, "run.started", kind)])
    return run


def _require_balance(rooms: Rooms, run: Run) -> None:
    """Every record that was read and every row that was selected has exactly one outcome, or the run is no good."""
    with rooms.store.read() as tx:
        found = tx.balance.of_run(run.id)
    if found:
        raise FatalError(
            f"The ledger does not add up in {len(found)} batches, first: {found[0]}.",
            fix="Something changed the database behind the hub's back: run 'hub status', and restore it from a backup.",
        )


def _free_after_death(tx: Tx, sync: str) -> None:
    """A lease whose holder was a process of this machine that is gone need not run out first."""
    for lease in tx.leases.held():
        holder = read_holder(lease.holder)
        if lease.sync.partition(PART)[0] == sync and holder is not None and holder.is_gone():
            tx.leases.release(lease.sync, lease.token)


def _close_interrupted(rooms: Rooms, tx: Tx, sync: str, lease: str) -> None:
    """Whoever takes a lease over ends the runs that were killed under it: nobody else will."""
    rooms.audit.record(
        tx,
        [
            AuditEntry(
                type="run.finished", outcome=RunStatus.FAILED, reasons=("run.interrupted",), dest=sync, run=run_id
            )
            for run_id in tx.ledger.fail_running(lease)
        ],
    )


def _close_forgotten(rooms: Rooms, tx: Tx) -> None:
    """A killed run of a sync that the settings know no longer has no next run: whatever is run next ends it."""
    if not rooms.syncs:
        return
    left = {lease.partition(PART)[0] for lease in tx.ledger.running()} - rooms.syncs
    for sync in sorted(left):
        _free_after_death(tx, sync)
        with suppress(LockedError):  # it still runs, under the settings of when it began
            token = tx.leases.acquire(sync, rooms.holder, LEASE)
            _close_interrupted(rooms, tx, sync, sync)
            tx.leases.release(sync, token)


@again_after_conflict
def _close(rooms: Rooms, run: Run) -> None:
    with rooms.store.begin() as tx:
        if not tx.leases.release(run.lease, run.token):
            return  # whoever took the lease over has closed this run, too
        tx.ledger.finish_run(run.id, run.status)
        rooms.audit.record(tx, [_entry(rooms, run, "run.finished", str(run.status))])


def _entry(rooms: Rooms, run: Run, type: str, outcome: str) -> AuditEntry:
    return AuditEntry(type=type, outcome=outcome, dest=run.sync, run=run.id, policy=rooms.policy.version)
