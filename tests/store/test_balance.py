"""Both conservation laws, recomputed from rows that somebody has changed behind the hub's back."""

import pytest
from sqlalchemy import text

from hub.store.delivery import DeliveryState, NewDelivery, Note, Settlement
from hub.store.ledger import PullCounts, PullOutcome, PullState
from hub.store.store import Store
from hub.testing.clock import FakeClock

READ = [
    PullOutcome("ref_a", "1", PullState.STORED),
    PullOutcome("ref_b", "1", PullState.WITHHELD, "consent.refused", policy="p1"),
]
COUNTS = PullCounts(read=2, stored=1, withheld=1)
S = DeliveryState


@pytest.fixture
def runs(store: Store) -> tuple[str, str]:
    """A pull of two batches and a push of two: ids of the runs."""
    with store.begin() as tx:
        person = tx.persons.create()
        pull = tx.ledger.start_run("desk.pull", "pull", "rev1")
        for cursor in ("1", "2"):
            tx.ledger.batch(pull, "desk.pull", "desk", "tickets", cursor, COUNTS, READ)
        push = tx.ledger.start_run("crm.push", "push", "rev1")
        for number in range(2):
            batch = tx.ledger.selection(push, "crm.push", "crm", "push:contacts", str(number), 3)
            tx.outbox.enqueue([_new(push, person, batch, f"{number}{key}") for key in "ab"])
            tx.outbox.note("crm.push", push, [Note("crm", "contacts", f"t{number}", S.UNCHANGED, batch_id=batch)])
        tx.outbox.claim("crm.push", "contacts", 3, push)
        tx.outbox.settle([Settlement("idem_0a", S.CONFIRMED), Settlement("idem_0b", S.FAILED, "INVALID")])
    return pull, push


def _new(run: str, person: str, batch: int, key: str) -> NewDelivery:
    return NewDelivery(
        "crm.push",
        run,
        "crm",
        "contacts",
        person,
        f"t{key}",
        key,
        {"Mood__c": "x"},
        "hash",
        f"idem_{key}",
        1,
        "p1",
        batch,
    )


@pytest.mark.parametrize("window", [1, 2, 3, 100])
def test_what_adds_up_is_left_alone(
    store: Store, runs: tuple[str, str], window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.balance._WINDOW", window)
    with store.begin() as tx:
        assert tx.balance.of_run(runs[0]) == tx.balance.of_run(runs[1]) == tx.balance.of_latest() == []
        assert tx.ledger.cursor("crm.push", "push:contacts") == "1"
        # What becomes of the rows later moves them from one state to another, and never out of the sum.
        tx.outbox.take_back("crm.push", "contacts", 10)
        assert tx.balance.of_latest(1) == []


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        ("DELETE FROM outcomes WHERE id = 3", ("tickets", 2), "counted 1 stored, 1 withheld, its rows say 1 withheld"),
        ("UPDATE outcomes SET state = 'stored' WHERE id = 2", ("tickets", 1), "its rows say 2 stored"),
        ("UPDATE outcomes SET state = 'gone' WHERE id = 2", ("tickets", 1), "1 gone"),
        ("UPDATE batches SET read = 3 WHERE id = 2", ("tickets", 2), "read 3, counted 1 stored, 1 withheld"),
        ("UPDATE batches SET read = 3, stored = 2 WHERE id = 1", ("tickets", 1), "counted 2 stored, 1 withheld"),
        ("DELETE FROM deliveries WHERE id = 3", ("push:contacts", 3), "selected 3, its rows say 1 confirmed, 1 failed"),
        ("UPDATE deliveries SET state = 'lost' WHERE id = 2", ("push:contacts", 3), "1 lost"),
        ("UPDATE deliveries SET batch_id = NULL WHERE id = 5", ("push:contacts", 4), "selected 3"),
        ("UPDATE batches SET selected = 2 WHERE id = 4", ("push:contacts", 4), "selected 2"),
        (
            "UPDATE deliveries SET state = 'confirmed' WHERE id = 5",
            ("push:contacts", 4),
            "a row is confirmed, and open",
        ),
        ("UPDATE deliveries SET state = 'pending' WHERE id = 1", ("push:contacts", 3), "a row is pending, and closed"),
        ("UPDATE deliveries SET batch_id = 99 WHERE id = 6", ("push:contacts", 99), "there is no such batch"),
    ],
)
def test_a_row_that_was_changed_is_told_with_its_place(
    store: Store, runs: tuple[str, str], change: str, where: tuple[str, int], what: str
) -> None:
    with store.begin() as tx:
        tx.unit.conn.execute(text(change))
    is_pull = where[0] == "tickets"
    with store.read() as tx:
        found = [one for one in tx.balance.of_latest() if (one.stream, one.batch) == where]
        assert found == [
            one for one in tx.balance.of_run(runs[0 if is_pull else 1]) if (one.stream, one.batch) == where
        ]
        assert tx.balance.of_run(runs[1 if is_pull else 0]) == []
    (one,) = found
    assert (one.sync, one.run_id) == (("desk.pull", runs[0]) if is_pull else ("crm.push", runs[1]))
    assert what in one.what
    assert f"{one.sync}, {one.stream}, batch {one.batch}" in str(one)


def test_only_the_latest_runs_are_counted_where_that_is_asked_for(store: Store, runs: tuple[str, str]) -> None:
    with store.begin() as tx:
        tx.unit.conn.execute(text("DELETE FROM outcomes WHERE id = 1"))
        assert tx.balance.of_latest(1) == []
        assert [one.run_id for one in tx.balance.of_latest(2)] == [runs[0]]


def test_withheld_rows_name_the_rules_that_withheld_them(store: Store, runs: tuple[str, str]) -> None:
    with store.read() as tx:
        (found, _) = tx.ledger.outcomes(run_id=runs[0], state="withheld")
        assert (found.reason, found.policy) == ("consent.refused", "p1")


@pytest.mark.parametrize(
    ("kind", "number", "true", "told", "says"),
    [
        ("pull", 0, "succeeded", "partial", "all its rows well"),
        ("push", 1, "partial", "succeeded", "1 of its rows have not"),
    ],
)
def test_a_run_that_is_told_to_have_ended_otherwise_than_its_rows_is_found(
    store: Store, clock: FakeClock, runs: tuple[str, str], kind: str, number: int, true: str, told: str, says: str
) -> None:
    clock.advance(5)
    with store.begin() as tx:
        tx.ledger.finish_run(runs[number], true)
    with store.begin() as tx:
        assert tx.balance.of_latest() == []
        tx.unit.conn.execute(text("UPDATE runs SET status = :told WHERE id = :id"), {"told": told, "id": runs[number]})
        (found,) = tx.balance.of_latest()
        assert says in str(found) and (found.stream, found.batch) == (kind, None)


def test_what_a_row_became_later_does_not_change_how_its_run_ended(
    store: Store, clock: FakeClock, runs: tuple[str, str]
) -> None:
    with store.begin() as tx:
        tx.outbox.settle([Settlement("idem_1a", S.UNKNOWN, "no_answer")])
        tx.ledger.finish_run(runs[1], "failed")
        push = tx.ledger.start_run("crm.push", "push", "rev1")
        batch = tx.ledger.selection(push, "crm.push", "crm", "push:contacts", "9", 1)
        tx.outbox.enqueue([_new(push, tx.persons.create(), batch, "late")])
        (row,) = tx.outbox.claim("crm.push", "contacts", 1, push)
        tx.outbox.settle([Settlement(row.idempotency_key, S.ACCEPTED, job="j1")])
        tx.ledger.finish_run(push, "succeeded")
    clock.advance(5)
    with store.begin() as tx:
        tx.outbox.settle([Settlement(row.idempotency_key, S.FAILED, "INVALID")])
        assert tx.balance.of_latest() == []


def test_a_clock_that_is_turned_back_is_no_tampering(store: Store, clock: FakeClock, runs: tuple[str, str]) -> None:
    with store.begin() as tx:
        push = tx.ledger.start_run("crm.push", "push", "rev1")
        batch = tx.ledger.selection(push, "crm.push", "crm", "push:contacts", "9", 1)
        tx.outbox.enqueue([_new(push, tx.persons.create(), batch, "late")])
        tx.outbox.claim("crm.push", "contacts", 3, push)
        tx.outbox.settle([Settlement("idem_late", S.ACCEPTED, job="j1")])
        tx.ledger.finish_run(push, "succeeded")
    clock.advance(-3600)
    with store.begin() as tx:
        tx.ledger.start_run("crm.push", "push", "rev1")
        tx.outbox.settle([Settlement("idem_late", S.FAILED, "INVALID")])
        assert tx.balance.of_run(push) == []
