from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.errors import FatalError, PolicyError
from hub.schema import AuthorRole, Case, EmotionTag, Identifier, IdentifierKind, Interaction, Party
from hub.store.records import StoredRecord
from hub.store.statements import CHUNK
from hub.store.store import Store
from hub.testing.clock import FakeClock

Make = Callable[..., Any]


@pytest.fixture
def person(store: Store) -> str:
    with store.begin() as tx:
        return tx.persons.create()


def test_a_record_comes_back_as_it_was(store: Store, person: str, interaction: Make, stored: Make) -> None:
    said = interaction()
    with store.begin() as tx:
        tx.records.put([stored(person, said), stored(person, interaction("2"))])
        tx.records.put([stored(person, said.model_copy(update={"text": "Solved, thank you."}))])
    with store.read() as tx:
        assert tx.records.get(["itx_1", "itx_9"]) == {"itx_1": said.model_copy(update={"text": "Solved, thank you."})}
        assert tx.records.counts() == {"interaction": 2}
        assert tx.records.of_source(store.vault.source_ref("desk", "comments", "1")) == ["itx_1"]
        assert tx.records.persons_of(["itx_1", "itx_9"]) == {"itx_1": person}


def test_text_without_redaction_never_rests(store: Store, person: str, interaction: Make, stored: Make) -> None:
    for raw in (interaction(redaction=None), interaction(redaction=None, text="", subject="Broken")):
        with pytest.raises(PolicyError) as error, store.begin() as tx:
            tx.records.put([stored(person, interaction("2")), stored(person, raw)])
        assert error.value.reason == "store.unredacted"
        assert "Broken" not in str(error.value)
        assert "arrived" not in str(error.value)
    with store.begin() as tx:
        assert tx.records.counts() == {}
        tx.records.put([stored(person, interaction(redaction=None, text=""))])  # nothing was said: nothing to redact


def test_a_party_must_be_resolved(store: Store, person: str, interaction: Make, stored: Make) -> None:
    email = Identifier(kind=IdentifierKind.EMAIL, value="a@example.com")
    for party in (Party(name="Maria Garcia"), Party(identifiers=(email,))):
        with pytest.raises(PolicyError) as error, store.begin() as tx:
            tx.records.put([stored(person, interaction(author=party))])
        assert error.value.reason == "store.identified"


def test_consent_events_do_not_rest_among_records(store: Store, person: str, consent: Make, stored: Make) -> None:
    with pytest.raises(FatalError), store.begin() as tx:
        tx.records.put([stored(person, consent())])


def test_a_merged_person_has_all_records_and_an_erased_one_none(
    store: Store, clock: FakeClock, interaction: Make, case: Make, stored: Make
) -> None:
    with store.begin() as tx:
        keep, gone, other = tx.persons.create_many(3)
        later = interaction("2", occurred_at=clock.now() + timedelta(hours=1))
        tx.records.put([stored(keep, later), stored(gone, interaction("1")), stored(gone, case())])
        tx.records.put([stored(other, interaction("3"))])
        tx.persons.merge(keep, gone, "same")
        assert [one.id for one in tx.records.for_person(keep, "interaction")] == ["itx_1", "itx_2"]
        assert len(tx.records.for_person(gone)) == 3
    with store.begin() as tx:
        tx.persons.erase(gone)
        assert [one.id for one in tx.records.for_person(keep)] == ["itx_2"]
        assert tx.records.get(["itx_1"]) == {}
        with pytest.raises(PolicyError):
            tx.records.put([stored(gone, interaction("4"))])
        assert tx.records.purge(gone) == 2
        assert tx.records.without_any([keep, other]) == []
        tx.records.delete(["itx_2", "itx_3"])
        assert sorted(tx.records.without_any([keep, other])) == sorted([keep, other])


def test_what_is_due_comes_longest_overdue_first(
    store: Store, clock: FakeClock, person: str, interaction: Make
) -> None:
    def expiring(key: str, days: int | None) -> StoredRecord:
        expires_at = None if days is None else clock.now() + timedelta(days=days)
        return StoredRecord(person, interaction(key), "content", expires_at, "run_1")

    with store.begin() as tx:
        tx.records.put([expiring("never", None), expiring("late", 30), expiring("soon", 1), expiring("next", 2)])
    clock.advance(3 * 86_400)
    with store.begin() as tx:
        assert [due.id for due in tx.records.due(clock.now(), 1)] == ["itx_soon"]
        due = tx.records.due(clock.now(), 10)
        assert [one.id for one in due] == ["itx_soon", "itx_next"]
        assert (due[0].person_id, due[0].kind, due[0].category) == (person, "interaction", "content")
        assert tx.records.delete(one.id for one in due) == 2
        assert tx.records.counts() == {"interaction": 2}


def test_vendor_keys_come_page_by_page_without_gap(store: Store, person: str, interaction: Make, stored: Make) -> None:
    keys = [str(number) for number in range(2 * CHUNK + 7)]
    with store.begin() as tx:
        tx.records.put([stored(person, interaction(key)) for key in keys])
    with store.read() as tx:
        assert sorted(tx.records.source_keys("desk", "comments")) == sorted(keys)
        assert list(tx.records.source_keys("desk", "tickets")) == []


def test_tags_live_and_die_with_their_record(
    store: Store, clock: FakeClock, person: str, interaction: Make, stored: Make, tag: Make
) -> None:
    made: EmotionTag = tag(person)
    with store.begin() as tx:
        tx.records.put([stored(person, interaction())])
        tx.tags.put([made])
        assert tx.tags.for_person([person]) == {person: [made]}
        assert tx.tags.for_case(["cas_1", "cas_2"]) == {"cas_1": [made], "cas_2": []}
        tx.records.put([stored(person, interaction(text="Edited."))])  # an update is no deletion
        assert tx.tags.for_person([person]) == {person: [made]}
        tx.records.delete(["itx_1"])
        assert tx.tags.for_person([person]) == {person: []}
        assert tx.tags.last_said(clock.now()) is None


def test_tags_are_unseen_once_expired_and_due(
    store: Store, clock: FakeClock, person: str, interaction: Make, stored: Make, tag: Make
) -> None:
    with store.begin() as tx:
        tx.records.put([stored(person, interaction()), stored(person, tag(person))])
    clock.advance(90 * 86_400)
    with store.begin() as tx:
        assert tx.tags.for_person([person]) == {person: []}
        assert tx.tags.for_case(["cas_1"]) == {"cas_1": []}
        assert tx.tags.last_said(clock.now()) is None
        assert [(due.id, due.person_id) for due in tx.tags.due(clock.now(), 10)] == [("tag_itx_1", person)]
        assert tx.tags.delete(["tag_itx_1"]) == 1
        assert tx.tags.due(clock.now(), 10) == []


def test_only_customers_words_are_tagged(store: Store, person: str, interaction: Make, stored: Make, tag: Make) -> None:
    for role in (AuthorRole.AGENT, AuthorRole.BOT, AuthorRole.UNKNOWN):
        with pytest.raises(PolicyError) as error, store.begin() as tx:
            tx.records.put([stored(person, interaction(author=Party(role=role)))])
            tx.tags.put([tag(person)])
        assert error.value.reason == "emotion.not_customer"


def test_a_tag_needs_its_record_and_its_person(
    store: Store, person: str, interaction: Make, stored: Make, tag: Make
) -> None:
    with store.begin() as tx:
        other = tx.persons.create()
        tx.records.put([stored(person, interaction())])
    for wrong in (tag(other), tag(person, "itx_9")):
        with pytest.raises(FatalError), store.begin() as tx:
            tx.tags.put([wrong])


def test_what_was_felt_in_a_time_counts_the_merged_once_and_leaves_out_what_is_held(
    store: Store, clock: FakeClock, interaction: Make, stored: Make, tag: Make
) -> None:
    start = clock.now() - timedelta(days=7)
    ages = {"1": 7, "2": 6, "3": 0, "4": 8, "5": 5, "6": 5, "7": 5}  # 3 is after the time, 4 before it
    with store.begin() as tx:
        a, b, c = tx.persons.create_many(3)
        who = dict.fromkeys(ages, a) | {"2": b, "5": c, "7": c}
        tx.records.put([stored(who[key], interaction(key)) for key in ages])
        tx.tags.put([
            tag(who[key], f"itx_{key}", occurred_at=clock.now() - timedelta(days=age), abstained=key == "6")
            for key, age in ages.items()
        ])  # fmt: skip
        stands = tx.persons.merge(a, b, "same")
        tx.holds.place(c, reason="CASE-1", actor="operator", record_id="itx_5")
        found = sorted(tx.tags.felt(start, clock.now()))
    assert found == sorted([(stands, "anger", "ticket"), (stands, "anger", "ticket"), (c, "anger", "ticket")])


def test_a_fact_that_is_kept_never_changes(store: Store) -> None:
    with store.begin() as tx:
        assert tx.facts.keep("figures.week", "first") == "first"
    with store.begin() as tx:
        assert tx.facts.keep("figures.week", "second") == "first"
        assert tx.facts.all() == {}


def test_types_survive(store: Store, person: str, case: Make, stored: Make) -> None:
    with store.begin() as tx:
        tx.records.put([stored(person, case())])
        found = tx.records.get(["cas_1"])["cas_1"]
    assert isinstance(found, Case)
    assert not isinstance(found, Interaction)
    assert found == case()
