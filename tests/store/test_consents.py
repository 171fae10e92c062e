from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from hub.schema import ConsentState, Identifier, IdentifierKind, Party
from hub.store.store import Store
from hub.store.tables import consent_events
from hub.store.traces import traces, wipe
from hub.testing.clock import FakeClock

Make = Callable[..., Any]


def test_an_event_is_appended_once(store: Store, clock: FakeClock, consent: Make) -> None:
    with store.begin() as tx:
        person = tx.persons.create()
        assert len(tx.consents.append([(person, consent("1")), (person, consent("2")), (person, consent("1"))])) == 2
        assert len(tx.consents.append([(person, consent("1"))])) == 0
        assert tx.consents.head() == 2
    recorded = clock.now()
    clock.advance(5)
    with store.read() as tx:
        entries = tx.consents.for_persons([person])[person]
        assert [(one.seq, one.id, one.type, one.recorded) for one in entries] == [
            (1, "con_1", "consent", recorded), (2, "con_2", "consent", recorded),
        ]  # fmt: skip
        assert entries[0].event is not None
        assert entries[0].event.state is ConsentState.GIVEN


def test_a_changed_object_is_news_though_its_id_is_not(store: Store, consent: Make) -> None:
    """Vendors overwrite their consent objects: the same id comes again, withdrawn."""
    with store.begin() as tx:
        person = tx.persons.create()
        tx.consents.append([(person, consent("1"))])
        assert len(tx.consents.append([(person, consent("1", ConsentState.WITHDRAWN))])) == 1
        states = [one.event.state for one in tx.consents.for_persons([person])[person] if one.event]
        assert states == [ConsentState.GIVEN, ConsentState.WITHDRAWN]
        changed = consent("1").provenance.model_copy(update={"version": "2"})
        assert len(tx.consents.append([(person, consent("1", provenance=changed))])) == 0


def test_identifiers_of_the_party_do_not_rest(store: Store, consent: Make) -> None:
    email = Identifier(kind=IdentifierKind.EMAIL, value="a@example.com")
    with store.begin() as tx:
        person = tx.persons.create()
        tx.consents.append([(person, consent(party=Party(name="Maria", identifiers=(email,))))])
        (entry,) = tx.consents.for_persons([person])[person]
        assert entry.event is not None
        assert entry.event.party == Party(person_id=person)


def test_a_merge_unites_the_ledgers_and_a_split_parts_them(store: Store, consent: Make) -> None:
    with store.begin() as tx:
        keep, gone, other = tx.persons.create_many(3)
        tx.consents.append([(keep, consent("k")), (gone, consent("g", ConsentState.REFUSED)), (other, consent("o"))])
        assert tx.consents.seq([keep, gone, other]) == {keep: 1, gone: 2, other: 3}
        tx.persons.merge(keep, gone, "same")
        tx.consents.append_merge(keep, gone)
        types = [(one.type, one.person_id, one.other) for one in tx.consents.for_persons([keep])[keep]]
        assert types == [
            ("consent", keep, None), ("consent", gone, None), ("merge", keep, gone), ("merge", gone, keep),
        ]  # fmt: skip
        assert tx.consents.seq([keep, gone]) == {keep: 5, gone: 5}
        tx.persons.unmerge(gone, "no")
        tx.consents.append_unmerge(keep, gone)
        for person in (keep, gone):
            assert [one.type for one in tx.consents.for_persons([person])[person]] == ["consent", "merge", "unmerge"]
        tx.persons.merge(keep, gone, "after all")
        tx.consents.append_merge(keep, gone)
        assert tx.consents.head() == 9
        assert tx.consents.seq([other]) == {other: 3}


def test_erasure_shreds_the_evidence_and_leaves_a_tombstone(store: Store, consent: Make) -> None:
    with store.begin() as tx:
        keep, gone = tx.persons.create_many(2)
        tx.consents.append([(gone, consent())])
        tx.persons.merge(keep, gone, "same")
        tx.consents.append_erased(gone)
        tx.consents.append_erased(gone)
        tx.persons.erase(gone)
    with store.read() as tx:
        entries = tx.consents.for_persons([keep])[keep]
        assert [(one.type, one.event) for one in entries] == [("consent", None), ("erased", None)]


def test_all_entries_come_page_by_page(store: Store, consent: Make) -> None:
    with store.begin() as tx:
        people = tx.persons.create_many(3)
        for number in range(7):
            tx.consents.append([(people[number % 3], consent(str(number)))])
        seen, seq = [], 0
        while page := tx.consents.since(seq, 2):
            seen.extend(one.id for one in page)
            seq = page[-1].seq
    assert seen == [f"con_{number}" for number in range(7)]


def test_what_stays_of_an_erased_persons_consents_leads_nowhere(store: Store, consent: Make) -> None:
    """That something was said and when stays; the id, which the root key makes of a vendor's, does not."""
    with store.begin() as tx:
        gone, stays = tx.persons.create_many(2)
        tx.consents.append([(person, consent(key)) for person in (gone, stays) for key in ("1", "2")])
        tx.reviews.put({gone: None, stays: None}, "v1")
        for _ in range(2):  # an erasure may be done again
            tx.consents.append_erased(gone)
            tx.persons.erase(gone)
            wipe(tx.unit, [gone])
        assert traces(tx.unit, [gone]) == {}
        rows = tx.unit.conn.execute(select(consent_events).order_by(consent_events.c.seq)).mappings().all()
    left = [(row["type"], row["event_id"], row["digest"], row["sealed"]) for row in rows if row["person_id"] == gone]
    assert left == [
        ("consent", "1", "", None),
        ("consent", "2", "", None),
        ("erased", f"erased_{gone}", "erased", None),
    ]
    assert [row["event_id"] for row in rows if row["person_id"] == stays] == ["con_1", "con_2"]
    with store.begin() as tx:
        assert tx.reviews.due(tx.unit.now, "v2", 9) == [(stays, False)]
        assert len(tx.consents.append([(tx.persons.create(), consent("1"))])) == 1, "somebody new may say the same"
