"""People told apart in one batch are the same people as those told apart record by record."""

import shutil
from types import SimpleNamespace

import pytest

from hub.contract import RawRecord
from hub.pipeline.batch import PullBatch
from hub.pipeline.item import Entry, Item
from hub.pipeline.name import names_of
from hub.pipeline.people import resolve_people
from hub.schema import AuthorRole, Identifier, Party, Person, Provenance
from hub.store.store import open_store

STORIES = {
    "strangers": ["c1", "c2", "c3"],
    "known again": ["c1 a@x.example", "c1", "a@x.example"],
    "learnt on the way": ["c1 a@x.example", "a@x.example b@x.example", "b@x.example"],
    "two turn out to be one": ["a@x.example", "b@x.example", "a@x.example b@x.example", "b@x.example c1", "c1"],
    "three turn out to be one": ["a@x.example", "b@x.example", "d@x.example", "a@x.example b@x.example d@x.example"],
    "ids that contradict": ["v1 a@x.example", "v2 a@x.example", "v2", "v1"],
}


def person(number, words, clock):
    made = []
    for word in words.split():
        kind, issuer = (
            ("email", "") if "@" in word else ("vendor_id", "shop") if word[0] == "v" else ("customer_id", "")
        )
        made.append(Identifier(kind=kind, value=word, issuer=issuer))
    party = Party(role=AuthorRole.CUSTOMER, name=f"Name {number}", identifiers=tuple(made))
    source = Provenance(connection="shop", connector="shop", stream="people", key=str(number), version="1")
    return Person(id=f"p{number}", provenance=source, party=party, occurred_at=clock.now())


def tell_apart(store, vault, clock, groups):
    """Which of the records are the same person's, by number, and the names that stay."""
    rooms = SimpleNamespace(vault=vault, policy=None, jurisdiction=None)
    owner = {}
    for group in groups:
        with store.begin() as tx:
            batch = PullBatch(rooms, tx, "run", "pull", "shop", "shop", "people", clock.now())
            items = []
            for record in group:
                entry = Entry(record, names=names_of(record, connector="shop", vault=vault))
                items.append(Item(RawRecord("people", record.provenance.key, "1", {}), record.id, "1", (entry,)))
            for item in resolve_people(batch, items):
                owner[item.ref] = item.entries[0].person_id
                assert not item.entries[0].names and not item.entries[0].record.party.identifiers
        clock.sleep(1)
    with store.read() as tx:
        roots = tx.persons.roots(owner.values())
        known = tx.persons.identifiers(sorted(set(roots.values())))
        profiles = tx.persons.profiles(sorted(set(roots.values())))
    same = {frozenset(ref for ref in owner if roots[owner[ref]] == root) for root in roots.values()}
    told = {frozenset((one.value, one.verified) for one in group) for group in known.values()}
    return same, told, {profile.name for profile in profiles.values()}


@pytest.mark.parametrize("story", STORIES)
def test_a_batch_tells_people_apart_as_single_records_do(story, sqlite_url, migrated_file, vault, clock, tmp_path):
    records = [person(number, words, clock) for number, words in enumerate(STORIES[story])]
    found = []
    for name, groups in (("one", [records]), ("many", [[record] for record in records])):
        shutil.copy(migrated_file, tmp_path / f"{name}.db")
        with open_store(f"sqlite:///{tmp_path / name}.db", vault, now=clock.now) as store:
            found.append(tell_apart(store, vault, clock, groups))
    assert found[0][:2] == found[1][:2]
    if "turn out" not in story:  # of people merged on the way, the batch cannot know whose name is the newest
        assert found[0][2] == found[1][2]
