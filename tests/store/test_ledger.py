from dataclasses import replace

import pytest
from sqlalchemy import event

from hub.errors import FatalError
from hub.store.ledger import PullCounts, PullOutcome, PullState, RunStatus
from hub.store.quarantine import Quarantined
from hub.store.store import Store, Tx
from hub.store.traces import unlink
from hub.testing.clock import FakeClock

OUTCOMES = [
    PullOutcome("ref_a", "1", PullState.STORED),
    PullOutcome("ref_b", "1", PullState.WITHHELD, "consent.refused"),
    PullOutcome("ref_c", "1", PullState.QUARANTINED, "mapping.missing_id"),
    PullOutcome("ref_d", "7", PullState.UNCHANGED),
]
COUNTS = PullCounts(read=4, stored=1, unchanged=1, withheld=1, quarantined=1)


def batch(tx: Tx, run_id: str, cursor: str | None, outcomes: list[PullOutcome], counts: PullCounts) -> None:
    tx.ledger.batch(run_id, "desk.pull", "desk", "tickets", cursor, counts, outcomes)


def test_a_batch_that_adds_up_moves_the_cursor(store: Store) -> None:
    with store.begin() as tx:
        run_id = tx.ledger.start_run("desk.pull", "pull", "rev1")
        assert tx.ledger.cursor("desk.pull", "tickets") is None
        batch(tx, run_id, "page-2", OUTCOMES, COUNTS)
    with store.begin() as tx:
        assert tx.ledger.cursor("desk.pull", "tickets") == "page-2"
        assert tx.ledger.cursor("desk.pull", "comments") is None
        batch(tx, run_id, "page-3", [], PullCounts())
        batch(tx, run_id, None, [], PullCounts())  # a source that gives no cursor does not lose the last one
        assert tx.ledger.cursor("desk.pull", "tickets") == "page-3"
        assert tx.ledger.counts(run_id) == COUNTS
        assert tx.ledger.reasons(run_id) == {
            ("withheld", "consent.refused"): 1, ("quarantined", "mapping.missing_id"): 1,
        }  # fmt: skip


@pytest.mark.parametrize(
    "counts",
    [
        replace(COUNTS, read=5),
        replace(COUNTS, stored=2, withheld=0),
        replace(COUNTS, unchanged=2, read=5),
    ],
)
def test_a_batch_that_does_not_add_up_writes_nothing(store: Store, counts: PullCounts) -> None:
    with store.begin() as tx:
        run_id = tx.ledger.start_run("desk.pull", "pull", "rev1")
    with pytest.raises(FatalError, match="does not add up"), store.begin() as tx:
        batch(tx, run_id, "page-2", OUTCOMES, counts)
    with store.read() as tx:
        assert tx.ledger.cursor("desk.pull", "tickets") is None
        assert tx.ledger.outcomes(run_id=run_id) == []


def test_nothing_is_withheld_without_a_reason(store: Store) -> None:
    with store.begin() as tx:
        run_id = tx.ledger.start_run("desk.pull", "pull", "rev1")
    for state in (PullState.WITHHELD, PullState.QUARANTINED):
        counts = PullCounts(read=1, **{state.value: 1})
        with pytest.raises(FatalError, match="without a reason"), store.begin() as tx:
            batch(tx, run_id, "x", [PullOutcome("ref", "1", state)], counts)


def test_an_interrupted_batch_leaves_cursor_and_outcomes(store: Store) -> None:
    with store.begin() as tx:
        run_id = tx.ledger.start_run("desk.pull", "pull", "rev1")
        batch(tx, run_id, "page-2", OUTCOMES, COUNTS)
    with pytest.raises(KeyboardInterrupt), store.begin() as tx:
        batch(tx, run_id, "page-3", OUTCOMES, COUNTS)
        raise KeyboardInterrupt
    with store.read() as tx:
        assert tx.ledger.cursor("desk.pull", "tickets") == "page-2"
        assert tx.ledger.counts(run_id) == COUNTS


def test_seen_looks_through_unchanged(store: Store) -> None:
    with store.begin() as tx:
        run_id = tx.ledger.start_run("desk.pull", "pull", "rev1")
        batch(tx, run_id, "2", OUTCOMES, COUNTS)
        again = [PullOutcome("ref_b", "1", PullState.UNCHANGED), PullOutcome("ref_a", "2", PullState.STORED)]
        batch(tx, run_id, "3", again, PullCounts(read=2, stored=1, unchanged=1))
        assert tx.ledger.seen("desk", "tickets", ["ref_a", "ref_b", "ref_c", "ref_d", "ref_z"]) == {
            "ref_a": ("2", "stored"), "ref_b": ("1", "withheld"), "ref_c": ("1", "quarantined"),
        }  # fmt: skip
        assert tx.ledger.seen("desk", "comments", ["ref_a"]) == {}
        assert tx.ledger.seen("other", "tickets", ["ref_a"]) == {}


def test_outcomes_can_be_looked_through(store: Store) -> None:
    with store.begin() as tx:
        first = tx.ledger.start_run("desk.pull", "pull", "rev1")
        batch(tx, first, "2", OUTCOMES, COUNTS)
        second = tx.ledger.start_run("desk.pull", "pull", "rev1")
        batch(tx, second, "3", OUTCOMES, COUNTS)
        assert len(tx.ledger.outcomes(sync="desk.pull")) == 8
        (found,) = tx.ledger.outcomes(run_id=first, state="withheld")
        assert (found.ref, found.reason, found.stream) == ("ref_b", "consent.refused", "tickets")
        assert tx.ledger.outcomes(sync="other") == []
        seen, before = [], None
        while page := tx.ledger.outcomes(sync="desk.pull", limit=3, before=before):
            seen.extend(one.id for one in page)
            before = page[-1].id
        assert len(set(seen)) == len(seen) == 8


def test_a_run_ends_once(store: Store, clock: FakeClock) -> None:
    with store.begin() as tx:
        run_id = tx.ledger.start_run("desk.pull", "pull", "rev1", dry_run=True)
    started = clock.now()
    clock.advance(60)
    with store.begin() as tx:
        tx.ledger.finish_run(run_id, "succeeded")
        for status in ("failed", RunStatus.SUCCEEDED):
            with pytest.raises(FatalError):
                tx.ledger.finish_run(run_id, status)
        other = tx.ledger.start_run("crm.push", "push", "rev1")
        with pytest.raises(FatalError):
            tx.ledger.finish_run(other, "running")
        runs = tx.ledger.runs(10)
        assert [run.id for run in runs] == [other, run_id]
        assert [run.id for run in tx.ledger.runs(10, "desk.pull")] == [run_id]
        last = runs[1]
        assert (last.status, last.dry_run, last.started_at, last.finished_at) == (
            "succeeded",
            True,
            started,
            clock.now(),
        )


def test_freshness_tells_success_from_trying(store: Store, clock: FakeClock) -> None:
    with store.begin() as tx:
        assert tx.ledger.freshness("desk.pull").started_at is None
        run_id = tx.ledger.start_run("desk.pull", "pull", "rev1")
        batch(tx, run_id, "2", OUTCOMES, COUNTS)
        tx.ledger.finish_run(run_id, "succeeded")
    good = clock.now()
    clock.advance(3_600)
    with store.begin() as tx:
        tx.ledger.finish_run(tx.ledger.start_run("desk.pull", "pull", "rev1"), "failed")
        found = tx.ledger.freshness("desk.pull")
        assert (found.started_at, found.succeeded_at, found.batch_at) == (clock.now(), good, good)


def test_cursors_do_not_rest_in_clear(store: Store) -> None:
    from sqlalchemy import select

    from hub.store.tables import batches

    with store.begin() as tx:
        run_id = tx.ledger.start_run("desk.pull", "pull", "rev1")
        batch(tx, run_id, "after-9000000000000000001", [], PullCounts())
        assert b"9000000000000000001" not in tx.unit.conn.execute(select(batches.c.cursor)).scalar_one()


def test_quarantine_keeps_the_place_and_not_the_content(store: Store, clock: FakeClock) -> None:
    with store.begin() as tx:
        tx.quarantine.put([Quarantined("desk", "tickets", "35436", "1", "mapping.missing_id", "run_1")])
        tx.quarantine.put([Quarantined("desk", "tickets", "35436", "2", "mapping.enum", "run_2")])
        (found,) = tx.quarantine.list(10)
        assert (found.key, found.version, found.reason, found.at) == ("35436", "2", "mapping.enum", clock.now())
        assert tx.quarantine.release([store.vault.source_ref("desk", "tickets", "35436")]) == 1
        assert tx.quarantine.count() == 0


def test_another_connections_cursor_is_not_gone_on_from(store: Store) -> None:
    with store.begin() as tx:
        run_id = tx.ledger.start_run("desk.pull", "pull", "rev1")
        batch(tx, run_id, "page-2", [], PullCounts())
        assert tx.ledger.cursor("desk.pull", "tickets", "desk") == "page-2"
        assert tx.ledger.cursor("desk.pull", "tickets", "other-desk") is None
        tx.ledger.batch(run_id, "desk.pull", "other-desk", "tickets", "page-1", PullCounts(), [])
        assert tx.ledger.cursor("desk.pull", "tickets", "other-desk") == "page-1"
        assert tx.ledger.cursor("desk.pull", "tickets", "desk") == "page-2"


def test_only_the_syncs_own_running_runs_are_closed_as_killed(store: Store, clock: FakeClock) -> None:
    with store.begin() as tx:
        done, killed = (tx.ledger.start_run("desk.pull", "pull", "rev1") for _ in range(2))
        other = tx.ledger.start_run("crm.pull", "pull", "rev1")
        tx.ledger.finish_run(done, "succeeded")
    clock.advance(60)
    with store.begin() as tx:
        assert tx.ledger.fail_running("desk.pull") == [killed]
        assert tx.ledger.fail_running("desk.pull") == []
        found = {run.id: (str(run.status), run.finished_at) for run in tx.ledger.runs(10)}
    assert found[killed] == ("failed", clock.now())
    assert found[done][0] == "succeeded" and found[other] == ("running", None)


def test_nothing_in_the_ledger_leads_to_somebody_who_was_erased(store: Store) -> None:
    """The rows stay, with their sums; a vendor's version, which may be an id, goes, and the record counts as never seen."""
    with store.begin() as tx:
        run_id = tx.ledger.start_run("desk.pull", "pull", "rev1")
        gone, stays = tx.persons.create_many(2)
        told = [
            PullOutcome("ref_g", "vtx_1", PullState.STORED, None, gone),
            PullOutcome("ref_s", "vtx_2", PullState.STORED, None, stays),
        ]
        batch(tx, run_id, "2", told, PullCounts(read=2, stored=2))
        tx.persons.erase(gone)
        unlink(tx.unit, [gone])
        assert tx.ledger.seen("desk", "tickets", ["ref_g", "ref_s"]) == {"ref_s": ("vtx_2", "stored")}
        assert tx.ledger.persons_of("desk", "tickets", ["ref_g", "ref_s"]) == {"ref_s": stays}
        assert [(one.version, one.person_id) for one in tx.ledger.outcomes()] == [("vtx_2", stays), ("~erased", None)]
        assert tx.ledger.counts(run_id) == PullCounts(read=2, stored=2)


def test_who_asks_for_open_runs_does_not_look_at_those_that_have_ended(store: Store) -> None:
    with store.begin() as tx:
        conn = tx.unit.conn
        if conn.dialect.name != "sqlite":
            return
        asked: list[tuple[str, object]] = []
        event.listen(conn, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        tx.ledger.running()
        tx.pulse.open_runs()
        tx.ledger.fail_running("desk.pull")
        plans = [conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all() for text, values in asked[:]]
    assert len(plans) == 4
    assert all(any("ix_runs_open" in row[3] for row in plan) for plan in plans), plans
