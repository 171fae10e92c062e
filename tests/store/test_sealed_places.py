"""What was sealed for one place opens at no other: moved, swapped, cut and foreign values are all refused."""

import itertools

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update

from hub.errors import ConfigError, PolicyError
from hub.schema import Identifier
from hub.store.persons import Profile
from hub.store.statements import pairs
from hub.store.store import Store
from hub.store.tables import identifiers, person_keys, profiles
from hub.store.vault import Vault

PLACES = ["records|per_1|r1", "records|per_1|r2", "records|per_2|r1", "tags|per_1|r1", "", "records|per_1|r1 "]


@pytest.mark.parametrize(("sealed_for", "opened_at"), [*itertools.permutations(PLACES, 2)])
def test_a_value_opens_only_where_it_was_sealed_for(vault: Vault, sealed_for: str, opened_at: str) -> None:
    dek, _ = vault.new_key()
    sealed = vault.seal(dek, b"angry", sealed_for)
    assert vault.open(dek, sealed, sealed_for) == b"angry"
    with pytest.raises(PolicyError):
        vault.open(dek, sealed, opened_at)


@pytest.mark.parametrize("cut", [0, 1, 12, 13, 28])
def test_a_piece_of_a_value_opens_nowhere(vault: Vault, cut: int) -> None:
    dek, _ = vault.new_key()
    with pytest.raises(PolicyError):
        vault.open(dek, vault.seal(dek, b"angry", "x")[:cut], "x")


def test_a_value_of_another_tenant_or_an_older_format_is_told_apart(vault: Vault) -> None:
    dek, _ = vault.new_key()
    mine, theirs = Vault(b"r" * 32, tenant="ours"), Vault(b"r" * 32, tenant="theirs")
    sealed = mine.seal(dek, b"angry", "x")
    assert mine.open(dek, sealed, "x") == b"angry"
    for other in (theirs, Vault(b"r" * 32)):
        with pytest.raises(PolicyError):
            other.open(dek, sealed, "x")
    old = b"\x01" + sealed[1:13] + AESGCM(dek).encrypt(sealed[1:13], b"angry", b"x")  # as it was written before
    assert mine.open(dek, old, "x") == b"angry"
    for changed in (b"\x02" + old[1:], b"\x01" + sealed[1:], b"\x03" + sealed[1:]):
        with pytest.raises(PolicyError):
            mine.open(dek, changed, "x")


def test_every_single_bit_counts(vault: Vault) -> None:
    dek, wrapped = vault.new_key()
    sealed = vault.seal(dek, b"angry", "x")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(PolicyError):
            vault.open(dek, bytes(changed), "x")
    for bit in range(32, len(wrapped) * 8):  # before that stands the number of the epoch
        changed = bytearray(wrapped)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ConfigError):
            vault.unwrap(bytes(changed))


@pytest.fixture
def two(store: Store) -> tuple[str, str]:
    with store.begin() as tx:
        ada, bob = tx.persons.create_many(2)
        for person, name in ((ada, "ada"), (bob, "bob")):
            tx.persons.attach(person, [Identifier(kind="email", value=f"{name}@example.com")])
            tx.persons.set_profile(person, Profile(name=name))
    return ada, bob


def test_values_swapped_between_people_are_refused(store: Store, two: tuple[str, str]) -> None:
    ada, bob = two
    with store.begin() as tx:
        conn = tx.unit.conn
        held = pairs(conn, select(profiles.c.person_id, profiles.c.sealed))
        for person, other in ((ada, bob), (bob, ada)):
            conn.execute(update(profiles).where(profiles.c.person_id == person).values(sealed=held[other]))
    with store.read() as tx, pytest.raises(PolicyError):
        tx.persons.profiles([ada])


def test_keys_swapped_between_people_open_nothing(store: Store, two: tuple[str, str]) -> None:
    """Whoever may write to the database cannot make one person's data show up as another's."""
    ada, bob = two
    with store.begin() as tx:
        conn = tx.unit.conn
        held = pairs(conn, select(person_keys.c.person_id, person_keys.c.wrapped))
        for person, other in ((ada, bob), (bob, ada)):
            conn.execute(update(person_keys).where(person_keys.c.person_id == person).values(wrapped=held[other]))
    for person in two:
        with store.read() as tx, pytest.raises(PolicyError):
            tx.persons.identifiers([person])


def test_a_row_moved_to_another_person_is_refused(store: Store, two: tuple[str, str]) -> None:
    ada, bob = two
    with store.begin() as tx:
        tx.unit.conn.execute(update(identifiers).where(identifiers.c.person_id == bob).values(person_id=ada))
    with store.read() as tx, pytest.raises(PolicyError):
        tx.persons.identifiers([ada])


def test_a_value_moved_to_another_row_of_the_same_person_is_refused(store: Store, two: tuple[str, str]) -> None:
    ada, _ = two
    with store.begin() as tx:
        tx.persons.attach(ada, [Identifier(kind="email", value="ada2@example.com")])
        conn = tx.unit.conn
        rows = conn.execute(select(identifiers.c.lookup, identifiers.c.sealed).where(identifiers.c.person_id == ada))
        (first, one), (_, other) = rows.all()
        assert one != other
        conn.execute(update(identifiers).where(identifiers.c.lookup == first).values(sealed=other))
    with store.read() as tx, pytest.raises(PolicyError):
        tx.persons.identifiers([ada])
