"""What stands behind an entry: sealed beside the log, bound to it, gone with its person; every proof stays valid."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
import rfc8785
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hub.audit.detail import detail_of, open_details
from hub.audit.entry import Entry
from hub.audit.key import Signer
from hub.audit.log import AuditLog
from hub.audit.trust import Trust
from hub.errors import PolicyError
from hub.store.store import open_store
from hub.store.tables import audit_detail
from hub.store.vault import Vault
from hub.testing import FakeClock
from tests.audit.rows import change, rows_of

WORD = "a-case-that-only-the-hub-knows"


@pytest.fixture
def log(url):
    clock = FakeClock()
    with open_store(url, Vault(bytes(32)), now=clock.now) as store:
        yield AuditLog(store, Signer("hub.example/audit/test", Ed25519PrivateKey.generate()), clock.now)


def record(log, people, **values):
    with log.store.begin() as tx:
        refs = tx.keys.audit_refs(people)
        log.record(
            tx,
            [
                Entry(type="deliver", outcome="sending", subject=refs.get(one), detail=detail_of(one, **values))
                for one in people
            ],
        )
    log.sequence()


def people(log, count):
    with log.store.begin() as tx:
        return tx.persons.create_many(count)


def opened(log, entries):
    with log.store.read() as tx:
        return open_details(tx, [entry["subject"] for entry in entries if "subject" in entry])


def test_a_detail_proves_itself_against_its_entry(log):
    record(log, people(log, 2), case=WORD, fields=["b", "a"])
    first, second = log.show()
    assert first["c"] != second["c"]  # the same content, and nobody can tell
    found = opened(log, [first, second])[first["c"]]
    assert found.values == {"case": WORD, "fields": ["b", "a"]}
    # What an auditor computes, who was given entry, detail and nonce.
    told = b"hub-audit/v1\0" + found.nonce + rfc8785.dumps(found.values)
    assert hashlib.sha256(told).hexdigest() == first["c"] == found.commitment
    assert len(found.nonce) == 32


def test_entries_about_the_same_thing_in_one_step_share_a_detail(log, url):
    (person,) = people(log, 1)
    with log.store.begin() as tx:
        ref = tx.persons.audit_ref(person)
        entry = Entry(type="infer", outcome="allowed", subject=ref, detail=detail_of(person, category="emotion.label"))
        other = Entry(type="infer", outcome="allowed", detail=detail_of(person, category="contact"))
        log.record(tx, [entry, entry, other])
    log.sequence()
    a, b, c = log.show()
    assert a["c"] == b["c"] != c["c"]
    assert len(rows_of(url)["audit_detail"]) == 1
    assert {entry["c"] for entry in (a, b, c)} == set(opened(log, [a]))
    record(log, [person], category="emotion.label")
    assert next(log.show(start=3))["c"] != a["c"]


def test_a_detail_may_be_long(log):
    many = [f"{number:032x}" for number in range(4_000)]
    record(log, people(log, 1), records=many, case="x")
    (entry,) = log.show()
    assert opened(log, [entry])[entry["c"]].values == {"records": many, "case": "x"}


def test_an_entry_without_a_person_or_of_an_erased_one_commits_to_nothing(log):
    (person,) = people(log, 1)
    with log.store.begin() as tx:
        tx.persons.erase(person)
        log.record(tx, [Entry(type="t", outcome="o"), Entry(type="t", outcome="o", detail=detail_of(person, a="b"))])
    log.sequence()
    assert all("c" not in entry for entry in log.show())


def test_no_detail_is_durable_without_its_entry(log, url):
    (person,) = people(log, 1)
    with pytest.raises(RuntimeError), log.store.begin() as tx:
        log.record(tx, [Entry(type="t", outcome="o", detail=detail_of(person, a="b"))])
        raise RuntimeError
    assert rows_of(url)["audit_detail"] == []


def test_nothing_of_a_detail_is_in_the_log_or_readable_in_the_database(log, url, tmp_path):
    record(log, people(log, 3), case=WORD)
    log.export(tmp_path / "export")
    published = b"".join(path.read_bytes() for path in (tmp_path / "export").rglob("*") if path.is_file())
    assert WORD.encode() not in published and b'"c":"' in published
    assert WORD not in str(rows_of(url))


def test_an_erased_persons_details_are_gone_and_every_proof_still_holds(log, url):
    everybody = people(log, 100)
    record(log, everybody, case=WORD)
    proofs = {index: log.prove(index) for index in range(0, 100, 9)}
    entries = list(log.show(limit=100))
    gone = everybody[:60]
    with log.store.begin() as tx:
        for person in gone:
            tx.persons.erase(person)
    record(log, everybody[60:], case="later")
    assert log.verify().problem is None
    trust = Trust(log.keys.verifiers)
    for proof in proofs.values():
        assert proof.verify(proof.extra, trust).size == 100
    found = opened(log, entries)
    assert [entry["c"] in found for entry in entries] == [False] * 60 + [True] * 40
    assert {row["person_id"] for row in rows_of(url)["audit_detail"]} == set(everybody[60:])


@pytest.mark.parametrize("whose", ["the sealed bytes", "another person's"])
def test_a_detail_that_was_altered_or_moved_is_noticed(log, url, whose):
    one, two = people(log, 2)
    record(log, [one, two], case=WORD)

    def edit(conn):
        mine, theirs = (
            conn.execute(sa.select(audit_detail).where(audit_detail.c.person_id == who)).mappings().one()
            for who in (one, two)
        )
        new = theirs["sealed"] if "person" in whose else mine["sealed"][:-1] + bytes([mine["sealed"][-1] ^ 1])
        conn.execute(sa.update(audit_detail).where(audit_detail.c.id == mine["id"]).values(sealed=new))

    change(url, edit)
    with pytest.raises(PolicyError):
        opened(log, list(log.show()))


@given(
    st.dictionaries(
        st.text(st.characters(codec="ascii"), min_size=1, max_size=10),
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text() | st.lists(st.text(), max_size=3),
    )
)
def test_a_detail_is_canonical_json(values):
    made = detail_of("per_1", **{f"x{name}": value for name, value in values.items()})
    assert made.data == rfc8785.dumps(json.loads(made.data))
    assert json.loads(made.data) == {f"x{name}": value for name, value in values.items() if value is not None}


def test_a_detail_holds_times_as_text_and_no_floats():
    assert detail_of("p", at=datetime(2026, 1, 2, tzinfo=UTC)).data == b'{"at":"2026-01-02T00:00:00Z"}'
    with pytest.raises(TypeError):
        detail_of("p", score=0.5)


def test_the_log_holds_no_personal_data_even_where_an_entry_is_printed():
    entry = Entry(type="t", outcome="o", detail=detail_of("per_1", case=WORD))
    assert WORD not in repr(entry) + entry.model_dump_json()


def test_bundles_carry_the_commitment_and_not_the_nonce(log, url):
    record(log, people(log, 1), case=WORD)
    (row,) = rows_of(url)["audit_bundles"]
    (entry,) = log.show()
    nonce = opened(log, [entry])[entry["c"]].nonce
    assert entry["c"].encode() in row["leaves"] and nonce.hex().encode() not in row["leaves"]
