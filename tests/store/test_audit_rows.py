from dataclasses import replace

import pytest

from hub.errors import FatalError
from hub.store.audit import Checkpoint, Entry
from hub.store.store import Store, Tx


def integrate(tx: Tx, limit: int = 10) -> None:
    size = tx.audit.size()
    tx.audit.integrate([
        (one.id, Entry(size + number, one.leaf, b"h" + one.leaf)) for number, one in enumerate(tx.audit.pending(limit))
    ])  # fmt: skip


def test_leaves_go_into_the_tree_in_order(store: Store) -> None:
    with store.begin() as tx:
        tx.audit.append([b"a", b"b"])
        tx.audit.append([b"c"])
        assert [one.leaf for one in tx.audit.pending(2)] == [b"a", b"b"]
        assert tx.audit.size() == 0
    with store.begin() as tx:
        integrate(tx, 2)
        assert [one.leaf for one in tx.audit.pending(10)] == [b"c"]
    with store.begin() as tx:
        integrate(tx)
        tx.audit.append([b"d"])
        integrate(tx)
        assert tx.audit.pending(10) == []
        assert [(one.idx, one.leaf) for one in tx.audit.entries(1, 2)] == [(1, b"b"), (2, b"c")]
        assert tx.audit.size() == 4
        assert tx.audit.find(b"hb") == [1]


def test_the_tree_has_no_gap_and_takes_no_other_leaf(store: Store) -> None:
    with store.begin() as tx:
        tx.audit.append([b"a"])
        (one,) = tx.audit.pending(10)
    good = Entry(0, b"a", b"h")
    for wrong in (
        [(one.id, replace(good, idx=1))],
        [(one.id, replace(good, leaf=b"x"))],
        [(one.id + 1, good)],
        [(one.id, good), (one.id, replace(good, idx=1))],
    ):
        with pytest.raises(FatalError), store.begin() as tx:
            tx.audit.integrate(wrong)
    with store.begin() as tx:
        tx.audit.integrate([(one.id, good)])
    with pytest.raises(FatalError), store.begin() as tx:
        tx.audit.integrate([(one.id, replace(good, idx=1))])


def test_nodes_and_checkpoints_stay_as_they_are(store: Store) -> None:
    with store.begin() as tx:
        tx.audit.put_nodes({(0, 0): b"n00", (1, 0): b"n10"})
        tx.audit.put_nodes({(0, 0): b"other"})
        assert tx.audit.nodes([(0, 0), (1, 0), (2, 0)]) == {(0, 0): b"n00", (1, 0): b"n10"}
        assert tx.audit.checkpoint() is None
        tx.audit.put_checkpoint(Checkpoint(2, b"root2", "note2"))
        tx.audit.put_checkpoint(Checkpoint(1, b"root1", "note1"))
        tx.audit.put_checkpoint(Checkpoint(2, b"root2", "note2 again"))
        with pytest.raises(FatalError):
            tx.audit.put_checkpoint(Checkpoint(2, b"fork", "note"))
        latest, first = tx.audit.checkpoint(), tx.audit.checkpoint(1)
        assert latest is not None and (latest.size, latest.note) == (2, "note2")
        assert first is not None and first.root == b"root1"


def test_details_die_with_their_person(store: Store) -> None:
    with store.begin() as tx:
        person, other = tx.persons.create_many(2)
        tx.audit.put_details({"r1": (person, b"asked for access"), "r2": (other, b"x"), "r3": (person, b"y")})
        assert tx.audit.details(["r1", "r2", "r9"]) == {"r1": b"asked for access", "r2": b"x"}
        assert tx.audit.details_of(person, limit=1) == ["r1"]
        assert tx.audit.details_of(person, after="r1") == ["r3"]
        tx.persons.erase(person)
        assert tx.audit.details(["r1", "r2"]) == {"r2": b"x"}
