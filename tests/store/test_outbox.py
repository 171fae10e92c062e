import re
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from hub.contract import Outcome, OutcomeState
from hub.errors import FatalError
from hub.store.dead_letters import Backlog
from hub.store.delivery import (
    Change,
    Closing,
    Confirmed,
    Delivery,
    DeliveryState,
    NewDelivery,
    Note,
    PushCounts,
    Retry,
    Settlement,
)
from hub.store.outbox import _IN_FLIGHT
from hub.store.store import Store
from hub.store.tables import IN_FLIGHT, deliveries
from hub.testing.clock import FakeClock

S = DeliveryState
New = Callable[..., NewDelivery]


@pytest.fixture
def person(store: Store) -> str:
    with store.begin() as tx:
        return tx.persons.create()


@pytest.fixture
def run(store: Store) -> str:
    with store.begin() as tx:
        return tx.ledger.start_run("crm.push", "push", "rev1")


@pytest.fixture
def new(person: str, run: str) -> New:
    def make(key: str = "1", **change: Any) -> NewDelivery:
        fields: dict[str, Any] = {
            "sync": "crm.push", "run_id": run, "connection": "crm", "object": "contacts", "person_id": person,
            "target_ref": f"target_{key}", "key": f"003{key}", "fields": {"Mood__c": "anger", "Distress__c": 0.75},
            "payload_hash": "hash_a", "idempotency_key": f"idem_{key}", "consent_seq": 3, "policy": "p1",
        }  # fmt: skip
        return NewDelivery(**(fields | change))

    return make


def claim(store: Store, run: str, limit: int = 10) -> list[Delivery]:
    with store.begin() as tx:
        return tx.outbox.claim("crm.push", "contacts", limit, run)


def settle(store: Store, key: str, state: DeliveryState, **more: Any) -> None:
    with store.begin() as tx:
        tx.outbox.settle([Settlement(f"idem_{key}", state, **more)])


def test_a_row_goes_out_and_is_confirmed(store: Store, run: str, new: New, person: str) -> None:
    with store.begin() as tx:
        assert tx.outbox.enqueue([new()]) == {"idem_1"}
        assert tx.outbox.last_confirmed("crm.push", "contacts", ["target_1"]) == {}
    (row,) = claim(store, run)
    assert (row.key, row.fields, row.person_id) == ("0031", {"Mood__c": "anger", "Distress__c": 0.75}, person)
    assert (row.consent_seq, row.policy, row.state, row.attempt) == (3, "p1", S.SENDING, 1)
    assert claim(store, run) == []
    with store.begin() as tx:
        tx.outbox.settle([Settlement.of(Outcome("idem_1", OutcomeState.CONFIRMED, vendor_ref="0031"))])
        assert tx.outbox.last_confirmed("crm.push", "contacts", ["target_1", "target_2"]) == {
            "target_1": Confirmed("idem_1", "hash_a", ("Distress__c", "Mood__c"), 3),
        }  # fmt: skip
        assert tx.outbox.check(run, 1) == PushCounts(confirmed=1)
        told = tx.outbox.last_told("crm.push", "contacts", ["target_1", "target_2"])
        assert told == {"target_1": {"Mood__c": "anger", "Distress__c": 0.75}}
        assert b"anger" not in tx.unit.conn.execute(select(deliveries.c.payload)).scalar_one()
        assert b"0031" not in tx.unit.conn.execute(select(deliveries.c.vendor_ref)).scalar_one()


def test_a_job_whose_name_is_no_id_rests_nowhere_and_the_row_is_read_back(store: Store, run: str, new: New) -> None:
    told = {"1": "7505g00000AbCdE", "2": "job of maria@example.com"}
    with store.begin() as tx:
        tx.outbox.enqueue([new("1"), new("2")])
    claim(store, run)
    with store.begin() as tx:
        answers = [Outcome(f"idem_{key}", OutcomeState.ACCEPTED, job=job) for key, job in told.items()]
        tx.outbox.settle([Settlement.of(one) for one in answers])
        rows = tx.unit.conn.execute(select(deliveries.c.state, deliveries.c.job).order_by(deliveries.c.id)).all()
        assert [tuple(row) for row in rows] == [("accepted", told["1"]), ("unknown", None)]


def test_rows_that_may_not_go_do_not_hide_those_behind_them(store: Store, run: str, new: New) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new("1"), new("2")])
    assert [row.idempotency_key for row in claim(store, run)] == ["idem_1", "idem_2"]
    with store.begin() as tx:  # for targets that are busy, and behind them one for a free target
        tx.outbox.enqueue([*(new(key, idempotency_key=f"idem_{key}b") for key in "12"), new("3")])
        (free,) = tx.outbox.claim("crm.push", "contacts", 1, run)
        assert free.idempotency_key == "idem_3"
        assert tx.outbox.claim("crm.push", "contacts", 1, run, after=free.id) == []
    settle(store, "2", S.CONFIRMED)
    with store.begin() as tx:
        assert tx.outbox.claim("crm.push", "contacts", 9, run, after=free.id) == []
        assert [row.idempotency_key for row in tx.outbox.claim("crm.push", "contacts", 9, run)] == ["idem_2b"]


def test_a_claim_looks_at_no_more_rows_than_it_takes(store: Store, run: str, new: New) -> None:
    """Nobody has told the database's planner anything about its tables: it never knows them well while much is put in."""
    with store.begin() as tx:
        tx.outbox.enqueue([new(str(number)) for number in range(2_000)])
    with store.begin() as tx:
        conn, asked = tx.unit.conn, list[tuple[str, Any]]()
        event.listen(conn, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        assert len(tx.outbox.claim("crm.push", "contacts", 5, run)) == 5
        explain = "EXPLAIN QUERY PLAN" if conn.dialect.name == "sqlite" else "EXPLAIN"
        about = [(text, values) for text, values in asked if "FROM deliveries" in text or "FROM persons" in text]
        plans = [
            "\n".join(str(row) for row in conn.exec_driver_sql(f"{explain} {text}", values)) for text, values in about
        ]
    waiting, flying, living, *_ = plans
    assert "ix_deliveries_open" in waiting or "pk_deliveries" in waiting
    assert "ix_deliveries_flight" in flying
    assert "persons" in living and not re.search(r"Seq Scan on persons|SCAN persons", living)


def test_the_condition_of_the_index_names_every_state_in_which_the_vendor_may_have_a_row() -> None:
    """A state that is missing there would let a second row out to a target that is busy."""
    assert set(re.findall(r"'(\w+)'", IN_FLIGHT)) == {S.SENDING, S.ACCEPTED, S.UNKNOWN} == set(_IN_FLIGHT)


def test_payloads_rest_sealed(store: Store, new: New) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new()])
        row = tx.unit.conn.execute(select(deliveries)).mappings().one()
        assert "anger" not in str(dict(row))
        assert "0031" not in str(dict(row))
        assert row["fields"] == '["Distress__c", "Mood__c"]'


def test_a_push_adds_up_at_every_moment(store: Store, run: str, new: New, person: str) -> None:
    states = [
        ("a", S.CONFIRMED, {}), ("b", S.FAILED, {"reason": "INVALID"}), ("c", S.UNKNOWN, {}),
        ("d", S.WITHHELD, {"reason": "consent.withdrawn"}), ("e", S.ACCEPTED, {"job": "job7"}), ("f", S.PENDING, {}),
    ]  # fmt: skip
    with store.begin() as tx:
        tx.outbox.enqueue([new(key) for key in "abcdefgh"])
        tx.outbox.note("crm.push", run, [
            Note("crm", "contacts", "t1", S.UNCHANGED), Note("crm", "contacts", "t2", S.WITHHELD, "consent.none", person),
        ])  # fmt: skip
        assert tx.outbox.check(run, 10) == PushCounts(pending=8, unchanged=1, withheld=1)
    claim(store, run, 7)  # h stays where it is, g is being sent
    for key, state, more in states:
        settle(store, key, state, **more)
    with store.begin() as tx:
        assert tx.outbox.check(run, 10) == PushCounts(
            confirmed=1, unchanged=1, withheld=2, failed=1, unknown=1, pending=3, accepted=1
        )
        with pytest.raises(FatalError, match="does not add up"):
            tx.outbox.check(run, 11)
        assert [(row.idempotency_key, row.state, row.job) for row in tx.outbox.unsettled("crm.push")] == [
            ("idem_c", S.UNKNOWN, None), ("idem_e", S.ACCEPTED, "job7"), ("idem_g", S.SENDING, None),
        ]  # fmt: skip
        assert [row.idempotency_key for row in tx.outbox.unsettled("crm.push", "contacts", limit=1, after=3)] == [
            "idem_e"
        ]
        assert tx.outbox.unsettled("crm.push", "cases") == []
        assert tx.dead_letters.backlogs() == {"crm.push": Backlog(dead=1, unanswered=3, queued=2)}


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (S.CONFIRMED, S.PENDING), (S.CONFIRMED, S.FAILED), (S.WITHHELD, S.CONFIRMED), (S.FAILED, S.CONFIRMED),
        (S.ACCEPTED, S.WITHHELD), (S.UNKNOWN, S.WITHHELD), (S.PENDING, S.CONFIRMED),
    ],
)  # fmt: skip
def test_forbidden_steps_are_refused(
    store: Store, run: str, new: New, first: DeliveryState, then: DeliveryState
) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new()])
    claim(store, run)
    settle(store, "1", first, reason="x")
    with pytest.raises(FatalError):
        settle(store, "1", then, reason="x")
    with store.read() as tx:
        assert asdict(tx.outbox.counts(run))[first.value] == 1


@pytest.mark.parametrize("state", [S.UNCHANGED, S.SENDING])
def test_some_states_cannot_be_settled_to(store: Store, run: str, new: New, state: DeliveryState) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new()])
    claim(store, run)
    with pytest.raises(FatalError):
        settle(store, "1", state)


def test_settling_needs_a_reason_and_an_open_row(store: Store, run: str, new: New) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new()])
    claim(store, run)
    for wrong in (
        [Settlement("idem_1", S.WITHHELD)],
        [Settlement("idem_1", S.FAILED)],
        [Settlement("idem_9", S.CONFIRMED)],
        [Settlement("idem_1", S.CONFIRMED), Settlement("idem_1", S.CONFIRMED)],
    ):
        with pytest.raises(FatalError), store.begin() as tx:
            tx.outbox.settle(wrong)
    with store.begin() as tx, pytest.raises(FatalError):
        tx.outbox.note("crm.push", run, [Note("crm", "contacts", "t", S.WITHHELD)])


def test_a_retry_is_a_row_of_its_own_and_the_failed_one_stays(store: Store, run: str, new: New, person: str) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new()])
        later = tx.ledger.start_run("crm.push", "push", "rev1")
    claim(store, run)
    settle(store, "1", S.FAILED, reason="ROW_LOCKED", retryable=True)
    assert claim(store, later) == []  # nothing is resent as it was: it must be decided anew
    with store.begin() as tx:
        assert tx.outbox.take_back("crm.push", "contacts", 10) == [person]
        assert tx.outbox.take_back("crm.push", "contacts", 10) == []
        assert tx.outbox.enqueue([new(run_id=later)]) == {"idem_1"}
    (row,) = claim(store, later)
    assert (row.attempt, row.run_id, row.fields) == (2, later, {"Mood__c": "anger", "Distress__c": 0.75})
    settle(store, "1", S.CONFIRMED)
    with store.read() as tx:
        assert tx.outbox.check(run, 1) == PushCounts(failed=1)
        assert tx.outbox.check(later, 1) == PushCounts(confirmed=1)
        c = deliveries.c
        rows = tx.unit.conn.execute(select(c.attempt, c.state, c.reason, c.closed_as, c.open).order_by(c.id)).all()
        assert [tuple(row) for row in rows] == [
            (1, "failed", "ROW_LOCKED", "retried", False), (2, "confirmed", None, None, False),
        ]  # fmt: skip


def test_what_was_decided_and_never_sent_is_withheld_as_stale(store: Store, run: str, new: New, person: str) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new()])
        assert tx.outbox.take_back("crm.push", "contacts", 10) == [person]
        assert tx.outbox.check(run, 1) == PushCounts(withheld=1)
        assert tx.outbox.enqueue([new()]) == {"idem_1"}
    assert claim(store, run)[0].attempt == 2


def test_retries_come_ever_later_and_end_as_a_dead_letter(
    store: Store, run: str, new: New, clock: FakeClock, person: str
) -> None:
    retry, waits = Retry(attempts=4, first=timedelta(minutes=10), longest=timedelta(minutes=15)), []
    since = clock.now()
    for attempt in range(1, 5):
        with store.begin() as tx:
            assert tx.outbox.enqueue([new()]) == {"idem_1"}
        claim(store, run)
        with store.begin() as tx:
            tx.outbox.settle([Settlement("idem_1", S.FAILED, "BUSY", retryable=True)], retry)
        wait = 0
        while attempt < 4 and not taken_back(store):
            clock.advance(60)
            wait += 1
        waits.append(wait)
    assert waits == [0, 10, 15, 0]
    clock.advance(86_400)
    assert taken_back(store) == []
    with store.begin() as tx:
        (letter,) = tx.dead_letters.find()
        assert (letter.attempts, letter.since, letter.reason, letter.retryable) == (4, since, "BUSY", True)
        assert (letter.sync, letter.object, letter.target_ref, letter.person_id) == (
            "crm.push", "contacts", "target_1", person,
        )  # fmt: skip
        # The same content is not sent by itself, other content is, and then the letter has nothing to tell any more.
        assert tx.outbox.enqueue([new()]) == set()
        assert tx.outbox.counts(run).withheld == 1
        assert tx.dead_letters.count("crm.push") == 1
        assert tx.outbox.enqueue([new(payload_hash="hash_b", idempotency_key="idem_b")]) == {"idem_b"}
        assert tx.dead_letters.count() == 0


def taken_back(store: Store) -> list[str]:
    with store.begin() as tx:
        return tx.outbox.take_back("crm.push", "contacts", 10)


def test_a_refused_row_stays_a_sealed_dead_letter_until_somebody_resolves_it(
    store: Store, run: str, new: New, clock: FakeClock
) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new(str(number)) for number in range(4)])
    claim(store, run)
    for key, reason in zip("0123", ("NOT_FOUND", "NOT_FOUND", "INVALID", "INVALID"), strict=True):
        settle(store, key, S.FAILED, reason=reason)
    with store.begin() as tx:
        assert all(b"anger" not in one for one in tx.unit.conn.execute(select(deliveries.c.payload)).scalars())
        found = tx.dead_letters.find(reason="INVALID")
        assert [one.target_ref for one in found] == ["target_2", "target_3"]
        assert [one.id for one in tx.dead_letters.find(limit=2, after=found[0].id - 1)] == [one.id for one in found]
        assert tx.dead_letters.find(sync="other") == [] == tx.dead_letters.find(ids=[4711])
        assert tx.dead_letters.close([found[0].id], Closing.DROPPED) == [found[0].id]
        assert tx.dead_letters.close([found[0].id], Closing.RETRIED) == []
        assert tx.outbox.enqueue([new("2")]) == set()  # dropped: the same content is not sent again
        assert tx.dead_letters.close([found[1].id], Closing.RETRIED) == [found[1].id]
        assert tx.outbox.enqueue([new("3")]) == {"idem_3"}
    clock.advance(3_600)
    with store.begin() as tx:
        assert tx.dead_letters.expire(clock.now() - timedelta(hours=2)) == []
        assert [one.target_ref for one in tx.dead_letters.expire(clock.now(), limit=1)] == ["target_0"]
        assert [one.target_ref for one in tx.dead_letters.find()] == ["target_1"]
        kept = select(deliveries.c.target_ref).where(deliveries.c.payload.is_not(None)).order_by(deliveries.c.id)
        assert list(tx.unit.conn.execute(kept).scalars()) == ["target_1", "target_3"]
        assert tx.outbox.check(run, 6) == PushCounts(failed=4, withheld=1, pending=1)


def test_a_dead_letter_goes_with_its_person(store: Store, run: str, new: New, person: str) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new()])
    claim(store, run)
    settle(store, "1", S.FAILED, reason="INVALID")
    with store.begin() as tx:
        tx.outbox.forget([person])
        assert tx.unit.conn.execute(select(deliveries.c.payload)).scalar_one() is None
        assert tx.dead_letters.count() == 1
        assert tx.outbox.purge(person) == 1
        assert tx.dead_letters.count() == 0
        assert tx.outbox.check(run, 1) == PushCounts(failed=1)
        assert tx.unit.conn.execute(select(deliveries.c.reason)).scalar_one() == "INVALID"


def test_a_row_that_has_nothing_to_say_any_more_ends_what_failed(store: Store, run: str, new: New, person: str) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new()])
    claim(store, run)
    settle(store, "1", S.FAILED, reason="INVALID")
    with store.begin() as tx:
        tx.outbox.note("crm.push", run, [Note("crm", "contacts", "target_1", S.WITHHELD, "consent.none", person)])
        assert tx.dead_letters.count() == 0
        assert tx.outbox.check(run, 2) == PushCounts(failed=1, withheld=1)


def test_only_the_latest_confirmed_payload_is_kept(store: Store, run: str, new: New) -> None:
    for number, value in enumerate(["anger", "delight"]):
        with store.begin() as tx:
            tx.outbox.enqueue([new("1", fields={"Mood__c": value}, idempotency_key=f"idem_{number}")])
        claim(store, run)
        settle(store, str(number), S.CONFIRMED)
        with store.read() as tx:
            assert tx.outbox.last_told("crm.push", "contacts", ["target_1"]) == {"target_1": {"Mood__c": value}}
    with store.read() as tx:
        payloads = list(tx.unit.conn.execute(select(deliveries.c.payload).order_by(deliveries.c.id)).scalars())
        assert payloads[0] is None and payloads[1] is not None
        assert tx.outbox.confirmed_targets("crm.push") == 1


def test_fields_that_are_left_alone_are_remembered(store: Store, run: str, new: New) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new("1", fields={"Mood__c": "anger"}, kept=("Phone",), change=Change.CHANGED)])
        assert tx.outbox.changes("crm.push") == {Change.CHANGED: 1}
    assert claim(store, run)[0].fields == {"Mood__c": "anger"}
    settle(store, "1", S.CONFIRMED)
    with store.read() as tx:
        assert tx.outbox.last_confirmed("crm.push", "contacts", ["target_1"])["target_1"].fields == ("Mood__c", "Phone")


def test_the_same_row_is_queued_once(store: Store, run: str, new: New) -> None:
    with store.begin() as tx:
        assert tx.outbox.enqueue([new(), new()]) == {"idem_1"}
        assert tx.outbox.enqueue([new()]) == set()
        assert tx.outbox.check(run, 3) == PushCounts(pending=1, unchanged=2)
    assert len(claim(store, run)) == 1


def test_a_newer_payload_replaces_the_waiting_one_and_waits_for_the_one_in_flight(
    store: Store, run: str, new: New
) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new(), new("2")])
        tx.outbox.enqueue([new("1b", target_ref="target_1", payload_hash="hash_b")])
        assert tx.outbox.check(run, 3) == PushCounts(pending=2, withheld=1)
    assert [row.idempotency_key for row in claim(store, run)] == ["idem_2", "idem_1b"]
    settle(store, "2", S.CONFIRMED)
    with store.begin() as tx:
        tx.outbox.enqueue([new("1c", target_ref="target_1", payload_hash="hash_c")])
    assert claim(store, run) == []  # what became of 1b is not known yet
    settle(store, "1b", S.UNKNOWN)
    assert claim(store, run) == []
    settle(store, "1b", S.CONFIRMED)
    assert [row.idempotency_key for row in claim(store, run)] == ["idem_1c"]
    settle(store, "1c", S.CONFIRMED)
    with store.read() as tx:
        assert tx.outbox.last_confirmed("crm.push", "contacts", ["target_1"])["target_1"].payload_hash == "hash_c"


def test_an_older_payload_may_come_again_after_another(store: Store, run: str, new: New) -> None:
    for number, digest in enumerate(["a", "b", "a"]):
        with store.begin() as tx:
            tx.outbox.enqueue([new("1", payload_hash=digest, idempotency_key=f"idem_{number}")])
        claim(store, run)
        settle(store, str(number), S.CONFIRMED)
        with store.read() as tx:
            assert tx.outbox.last_confirmed("crm.push", "contacts", ["target_1"])["target_1"].payload_hash == digest


def test_an_erased_persons_rows_end(store: Store, run: str, new: New, person: str) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new("sent"), new("done"), new("waits")])
    claim(store, run, 2)
    settle(store, "done", S.CONFIRMED)
    with store.begin() as tx:
        assert [(one.connection, one.object, one.rows) for one in tx.outbox.receipts(person)] == [
            ("crm", "contacts", 2)
        ]
        assert tx.outbox.purge(person) == 2
        tx.persons.erase(person)
        assert tx.outbox.check(run, 3) == PushCounts(confirmed=1, withheld=1, unknown=1)
        assert tx.outbox.unsettled("crm.push") == []
        assert set(tx.unit.conn.execute(select(deliveries.c.payload)).scalars()) == {None}
    assert claim(store, run) == []


def test_a_shredded_person_is_never_claimed(store: Store, run: str, new: New, person: str) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new()])
        tx.persons.erase(person)
    assert claim(store, run) == []
    with store.read() as tx:
        assert tx.unit.conn.execute(select(deliveries.c.state)).scalar_one() == S.PENDING


def test_two_workers_never_claim_the_same_row(store: Store, run: str, new: New) -> None:
    with store.begin() as tx:
        tx.outbox.enqueue([new(str(number)) for number in range(60)])
    start = threading.Barrier(4)
    found: list[list[str]] = [[] for _ in range(4)]

    def work(mine: list[str]) -> None:
        start.wait()
        while rows := claim(store, run, 3):
            mine.extend(row.idempotency_key for row in rows)

    workers = [threading.Thread(target=work, args=(mine,)) for mine in found]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    everything = [key for mine in found for key in mine]
    assert sorted(everything) == sorted(f"idem_{number}" for number in range(60))


def test_what_was_interrupted_is_found_again(url: str, store: Store, run: str, new: New) -> None:
    from hub.store.store import open_store

    with store.begin() as tx:
        tx.outbox.enqueue([new()])
    claim(store, run)
    store.close()
    with open_store(url, store.vault, now=store.now) as again, again.read() as tx:
        assert [(row.idempotency_key, row.key) for row in tx.outbox.unsettled("crm.push")] == [("idem_1", "0031")]
