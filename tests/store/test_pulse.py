"""What monitoring asks of the store: the right runs, parts included, and the right ages."""

from datetime import timedelta

from hub.store.delivery import DeliveryState, NewDelivery, Settlement
from hub.store.leases import PART
from hub.store.ledger import PullCounts, PullOutcome, PullState, RunStatus
from hub.store.pulse import Heap, Moved

TTL = timedelta(minutes=10)


def run(store, name, status, stored=0, withheld=0):
    """One run of a sync or part, from lease to end."""
    with store.begin() as tx:
        token = tx.leases.acquire(name, "worker", TTL)
        run_id = tx.ledger.start_run(name, "pull", "rev")
        if stored or withheld:
            states = [PullState.STORED] * stored + [PullState.WITHHELD] * withheld
            outcomes = [
                PullOutcome(f"{run_id}{n}", "1", state, None if state is PullState.STORED else "suppressed")
                for n, state in enumerate(states)
            ]
            counts = PullCounts(read=len(states), stored=stored, withheld=withheld)
            tx.ledger.batch(run_id, name.partition(PART)[0], "desk", "tickets", "c", counts, outcomes)
    if status is not None:
        with store.begin() as tx:
            tx.ledger.finish_run(run_id, status)
            tx.leases.release(name, token)
    return run_id


def test_history_has_the_runs_of_the_sync_and_its_parts_newest_first(store):
    first = run(store, "desk-pull", RunStatus.SUCCEEDED, stored=3, withheld=1)
    run(store, "desk-pull2", RunStatus.SUCCEEDED, stored=9)
    part = run(store, "desk-pull#tickets/1", RunStatus.FAILED)
    run(store, "desk-pull", None)
    with store.read() as tx:
        found = tx.pulse.history("desk-pull", 10)
        assert [(one.id, one.status, one.read, one.withheld) for one in found] == [
            (part, RunStatus.FAILED, 0, 0),
            (first, RunStatus.SUCCEEDED, 4, 1),
        ]
        assert [one.id for one in tx.pulse.history("desk-pull", 1)] == [part]


def test_when_a_sync_last_began_and_ended(store, clock):
    start = clock.now()
    run(store, "desk-pull", RunStatus.SUCCEEDED)
    clock.advance(60)
    run(store, "desk-pull#tickets/1", RunStatus.PARTIAL)
    clock.advance(60)
    run(store, "desk-pull", RunStatus.FAILED)
    with store.read() as tx:
        assert tx.pulse.first_start() == start
        assert tx.pulse.last_start("desk-pull") == start + timedelta(minutes=2)
        assert tx.pulse.last_end("desk-pull", RunStatus.SUCCEEDED) == start
        assert tx.pulse.last_end("desk-pull", RunStatus.SUCCEEDED, RunStatus.PARTIAL) == start + timedelta(minutes=1)
        assert tx.pulse.last_end("other", RunStatus.SUCCEEDED) is None


def test_runs_that_have_not_ended_come_with_their_leases(store, clock):
    killed = run(store, "desk-pull", None)
    with store.read() as tx:
        (one,) = tx.pulse.open_runs()
    assert (one.id, one.lease, one.holder, one.expires_at) == (killed, "desk-pull", "worker", clock.now() + TTL)


def test_what_is_past_its_date_and_not_held(store, clock, stored, interaction, tag):
    with store.begin() as tx:
        who = tx.persons.create()
        tx.records.put([stored(who, interaction("1"), clock.now() + timedelta(days=1))])
        tx.records.put([stored(who, interaction("2"), clock.now() + timedelta(days=2)), stored(who, interaction("3"))])
        tx.tags.put([tag(who, "itx_3", expires_at=clock.now() + timedelta(days=1))])
    due = clock.now() + timedelta(days=1)
    clock.advance(3 * 86_400)
    with store.read() as tx:
        assert tx.pulse.due_records(clock.now()) == Heap(2, due)
        assert tx.pulse.due_tags(clock.now()) == Heap(1, due)
    with store.begin() as tx:
        tx.holds.place(who, reason="a court asks", actor="officer")
    with store.read() as tx:
        assert tx.pulse.due_records(clock.now()) == tx.pulse.due_tags(clock.now()) == Heap(0, None)


def test_erasures_that_wait(store, clock):
    with store.begin() as tx:
        who = tx.persons.create()
        tx.erasures.plan(who, [("erase", "desk"), ("shred", "")])
        tx.erasures.settle(who, "shred", "", "done")
    with store.read() as tx:
        assert tx.pulse.erasures() == Heap(1, clock.now())
    with store.begin() as tx:
        tx.erasures.settle(who, "erase", "desk", "done")
    with store.read() as tx:
        assert tx.pulse.erasures() == Heap(0, None)


def test_dead_letters_and_since_when(store, clock):
    with store.begin() as tx:
        who = tx.persons.create()
        run_id = tx.ledger.start_run("desk-push", "push", "rev")
        row = NewDelivery(
            "desk-push", run_id, "desk", "users", who, "target", "key", {"mood": "x"}, "hash", "idem", 1, "policy"
        )
        tx.outbox.enqueue([row])
        tx.outbox.claim("desk-push", "users", 9, run_id)
    since = clock.now()
    with store.begin() as tx:
        tx.outbox.settle([Settlement("idem", DeliveryState.FAILED, "not_found")])
    clock.advance(60)
    with store.read() as tx:
        assert tx.pulse.dead_letters() == {"desk-push": Heap(1, since)}
        told = [(one.state, one.detail, one.value) for one in tx.tallies.all() if one.metric == "rows"]
    assert told == [("failed", "not_found", 1)]


def test_what_a_run_moved(store):
    run_id = run(store, "desk-pull", RunStatus.SUCCEEDED, stored=3, withheld=1)
    with store.begin() as tx:
        who = tx.persons.create()
        push = tx.ledger.start_run("desk-push", "push", "rev")
        for key in "ab":
            tx.outbox.enqueue([
                NewDelivery("desk-push", push, "desk", "users", who, key, key, {"mood": "x"}, "hash", key, 1, "policy")
            ])  # fmt: skip
        tx.outbox.claim("desk-push", "users", 1, push)
        tx.outbox.settle([Settlement("a", DeliveryState.CONFIRMED)])
    with store.read() as tx:
        assert tx.pulse.taken_in(run_id) == ([Moved("desk", "tickets", 4)], 3)
        assert tx.pulse.sent_out(push) == ([Moved("desk", "users", 1)], 2)
        assert tx.pulse.run(push).sync == "desk-push" and tx.pulse.run("run_none") is None
