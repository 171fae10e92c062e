from collections.abc import Callable, Sequence

import pytest

from hub.errors import FatalError, PolicyError
from hub.schema import Identifier, IdentifierKind
from hub.store.persons import Profile
from hub.store.store import Store
from hub.testing.clock import FakeClock


def email(name: str, *, verified: bool = False) -> Identifier:
    return Identifier(kind=IdentifierKind.EMAIL, value=f"{name}@example.com", verified=verified)


@pytest.fixture
def lookup(store: Store) -> Callable[[Identifier], str]:
    return store.vault.lookup_identifier


def test_a_person_is_found_by_identifier(store: Store, lookup: Callable[[Identifier], str]) -> None:
    with store.begin() as tx:
        person = tx.persons.create()
        assert tx.persons.attach(person, [email("a"), email("b", verified=True)]) == ()
        assert tx.persons.attach(person, [email("a", verified=True)]) == ()
    with store.read() as tx:
        wanted = [lookup(email(name)) for name in ("a", "b", "c")]
        assert tx.persons.find(wanted) == {wanted[0]: person, wanted[1]: person}
        found = tx.persons.identifiers([person])[person]
        assert sorted(found, key=lambda one: one.value) == [email("a", verified=True), email("b", verified=True)]


def test_an_identifier_never_moves_by_itself(store: Store, lookup: Callable[[Identifier], str]) -> None:
    with store.begin() as tx:
        first, second = tx.persons.create_many(2)
        tx.persons.attach(first, [email("shared")])
        assert tx.persons.attach(second, [email("shared"), email("own")]) == (lookup(email("shared")),)
        assert tx.persons.find([lookup(email("shared"))]) == {lookup(email("shared")): first}
        assert tx.persons.identifiers([second])[second] == [email("own")]


def test_profiles_are_laid_over_each_other(store: Store) -> None:
    with store.begin() as tx:
        person, stranger = tx.persons.create_many(2)
        tx.persons.set_profile(person, Profile(name="Maria Garcia", country="ES"))
        tx.persons.set_profile(person, Profile(country="DE", birth_year=1990))
        assert tx.persons.profiles([person, stranger]) == {
            person: Profile(name="Maria Garcia", country="DE", birth_year=1990),
            stranger: Profile(),
        }


def test_a_merge_stands_for_both_and_can_be_undone(store: Store, lookup: Callable[[Identifier], str]) -> None:
    with store.begin() as tx:
        a, b, c = tx.persons.create_many(3)
        for person, name in ((a, "a"), (b, "b"), (c, "c")):
            tx.persons.attach(person, [email(name)])
        assert tx.persons.merge(b, c, "same customer number") == b
        assert tx.persons.merge(a, c, "same telephone") == a  # b's whole component goes along
        assert tx.persons.find([lookup(email("c"))]) == {lookup(email("c")): a}
        assert sorted(tx.persons.members(c)) == sorted([a, b, c])
        assert {one.value for one in tx.persons.identifiers([a])[a]} == {f"{n}@example.com" for n in "abc"}
        assert (tx.persons.status(a), tx.persons.status(b)) == ("active", "merged")
        assert tx.persons.count() == 1
        assert [person for person, _ in tx.persons.touched_since(0, 10)] == [a]
        assert tx.persons.merge(a, c, "again") == a
    with store.begin() as tx:
        tx.persons.unmerge(b, "two people share a telephone")
        assert tx.persons.members(a) == [a]
        assert sorted(tx.persons.members(c)) == sorted([b, c])
        assert tx.persons.find([lookup(email("c"))]) == {lookup(email("c")): b}
        assert {person for person, _ in tx.persons.touched_since(0, 10)} == {a, b}
        with pytest.raises(FatalError):
            tx.persons.unmerge(b, "again")


def test_newer_facts_of_a_merged_person_win(store: Store, clock: FakeClock) -> None:
    with store.begin() as tx:
        keep, gone = tx.persons.create_many(2)
        tx.persons.set_profile(keep, Profile(name="M. Garcia", country="ES"))
        tx.persons.merge(keep, gone, "same")
    clock.advance(60)
    with store.begin() as tx:
        tx.persons.set_profile(gone, Profile(name="Maria Garcia"))
        assert tx.persons.profiles([keep])[keep] == Profile(name="Maria Garcia", country="ES")


def test_an_erased_person_is_a_tombstone(store: Store, lookup: Callable[[Identifier], str]) -> None:
    with store.begin() as tx:
        person, other = tx.persons.create_many(2)
        tx.persons.attach(person, [email("gone")])
        tx.persons.set_profile(person, Profile(name="Maria Garcia"))
        reference = tx.persons.audit_ref(person)
        assert reference is not None
        assert len(reference) == 32
    for _ in range(2):
        with store.begin() as tx:
            tx.persons.erase(person)
    with store.begin() as tx:
        assert tx.persons.find([lookup(email("gone"))]) == {}
        assert tx.persons.identifiers([person]) == {person: []}
        assert tx.persons.profiles([person]) == {person: Profile()}
        assert tx.persons.status(person) == "erased"
        assert tx.persons.audit_ref(person) is None
        assert [one for one, _ in tx.persons.touched_since(0, 10)] == [other]
        tx.persons.touch([person])
        assert [one for one, _ in tx.persons.touched_since(0, 10)] == [other]
        for attempt in (
            lambda: tx.persons.attach(person, [email("back")]),
            lambda: tx.persons.set_profile(person, Profile(name="Back")),
            lambda: tx.persons.merge(other, person, "back"),
        ):
            with pytest.raises(PolicyError) as error:
                attempt()
            assert error.value.reason == "person.erased"


def test_touched_persons_come_page_by_page_without_gap(store: Store) -> None:
    with store.begin() as tx:
        everybody = tx.persons.create_many(25)
        tx.persons.touch(everybody[3:7])
    with store.read() as tx:
        seen: list[str] = []
        seq = 0
        while page := tx.persons.touched_since(seq, 4):
            seen.extend(person for person, _ in page)
            seq = page[-1][1]
        assert sorted(seen) == sorted(everybody)
        assert seen[-4:] == everybody[3:7]
        assert seq == tx.persons.head()


def test_ids_and_references_say_nothing(store: Store) -> None:
    with store.begin() as tx:
        people: Sequence[str] = tx.persons.create_many(200)
        references = tx.keys.audit_refs(people)
    assert len(set(people)) == len(set(references.values())) == 200
    assert all(person.startswith("per_") and len(person) == 36 for person in people)


def test_keys_are_wrapped_again_under_a_new_epoch(url: str, store: Store, clock: FakeClock) -> None:
    from hub.store.store import open_store
    from hub.store.vault import Vault

    with store.begin() as tx:
        person = tx.persons.create()
        tx.persons.attach(person, [email("a")])
    with open_store(url, Vault(b"r" * 32, epoch=2), now=clock.now) as later:
        with later.begin() as tx:
            assert tx.keys.rewrap() == 1
            assert tx.keys.rewrap() == 0
        with later.read() as tx:
            assert tx.persons.identifiers([person]) == {person: [email("a")]}
