import pytest
from sqlalchemy import select

from hub.errors import FatalError, PolicyError
from hub.store.audit import Anchor, Checkpoint, Pending
from hub.store.store import Store, Tx
from hub.store.tables import audit_detail


def integrate(tx: Tx, limit: int = 10) -> None:
    tx.audit.integrate(tx.audit.size(), tx.audit.pending(limit))


def test_leaves_go_into_the_tree_in_order(store: Store) -> None:
    with store.begin() as tx:
        tx.audit.append([b"a", b"b"])
        tx.audit.append([b"c"])
        assert [one.leaves for one in tx.audit.pending(2)] == [(b"a", b"b")]
        assert [one.leaves for one in tx.audit.pending(3)] == [(b"a", b"b"), (b"c",)]
        assert (tx.audit.size(), tx.audit.waiting()) == (0, 3)
    with store.begin() as tx:
        integrate(tx, 2)
        assert [one.leaves for one in tx.audit.pending(10)] == [(b"c",)]
    with store.begin() as tx:
        integrate(tx)
        tx.audit.append([b"d"])
        integrate(tx)
        assert tx.audit.pending(10) == []
        assert [(one.idx, one.leaf) for one in tx.audit.entries(1, 2)] == [(1, b"b"), (2, b"c")]
        assert (tx.audit.size(), tx.audit.waiting()) == (4, 0)


def test_the_tree_has_no_gap_and_takes_a_leaf_once(store: Store) -> None:
    with store.begin() as tx:
        tx.audit.append([b"a"])
        (one,) = tx.audit.pending(10)
    for first, wrong in ((1, [one]), (0, [Pending(one.id + 1, (b"a",))]), (0, [one, one])):
        with pytest.raises(FatalError), store.begin() as tx:
            tx.audit.integrate(first, wrong)
    with store.begin() as tx:
        tx.audit.integrate(0, [one])
    with pytest.raises(FatalError), store.begin() as tx:
        tx.audit.integrate(1, [one])


def test_leaves_rest_in_bundles_of_256(store: Store) -> None:
    leaves = [str(number).encode() for number in range(1_300)]
    with store.begin() as tx:
        for start in (0, 100, 255, 256, 1_299):
            tx.audit.append(leaves[start : {0: 100, 100: 255, 255: 256, 256: 1_299, 1_299: 1_300}[start]])
            integrate(tx, 10_000)
        assert tx.audit.size() == 1_300
        for start, limit in ((0, 2_000), (250, 10), (256, 256), (1_299, 5), (1_300, 1)):
            expected = list(enumerate(leaves))[start : start + limit]
            assert [(one.idx, one.leaf) for one in tx.audit.entries(start, limit)] == expected


def test_tiles_grow_and_checkpoints_stay_as_they_are(store: Store) -> None:
    with store.begin() as tx:
        tx.audit.put_tiles({(0, 0): b"n00", (1, 0): b"n10"})
        tx.audit.put_tiles({(0, 0): b"n00n01"})
        assert [tx.audit.tile(*place) for place in ((0, 0), (1, 0), (2, 0))] == [b"n00n01", b"n10", b""]
        assert tx.audit.checkpoint() is None
        tx.audit.put_checkpoint(Checkpoint(2, b"root2", "note2"))
        tx.audit.put_checkpoint(Checkpoint(1, b"root1", "note1"))
        tx.audit.put_checkpoint(Checkpoint(2, b"root2", "note2 again"))
        with pytest.raises(FatalError):
            tx.audit.put_checkpoint(Checkpoint(2, b"fork", "note"))
        latest, first = tx.audit.checkpoint(), tx.audit.checkpoint(1)
        assert latest is not None and (latest.size, latest.note) == (2, "note2")
        assert first is not None and first.root == b"root1"


def test_what_others_said_is_kept_by_size(store: Store) -> None:
    with store.begin() as tx:
        assert tx.audit.anchored("witness", "w1") == 0
        tx.audit.put_anchors([Anchor(3, "witness", "w1", b"line"), Anchor(5, "timestamp", "tsa", b"token")])
        assert (tx.audit.anchored("witness", "w1"), tx.audit.anchored("witness", "w2")) == (3, 0)
        assert [one.name for one in tx.audit.anchors()] == ["tsa", "w1"]
        assert [one.token for one in tx.audit.anchors(3)] == [b"line"]


def test_details_die_with_their_person(store: Store) -> None:
    with store.begin() as tx:
        person, other = tx.persons.create_many(2)
        refs = {ref: one for one, ref in tx.keys.audit_refs([person, other]).items()}
        tx.audit.put_details([(person, b"asked for access"), (other, b"x"), (person, b"y")])
        assert tx.audit.details([person, other, "per_9"]) == {person: [b"asked for access", b"y"], other: [b"x"]}
        assert tx.audit.persons_of([*refs, "r9"]) == refs
        tx.persons.erase(person)
        assert tx.audit.details([person, other]) == {other: [b"x"]}
        assert tx.unit.conn.execute(select(audit_detail.c.person_id)).scalars().all() == [other]
        with pytest.raises(PolicyError):
            tx.audit.put_details([(person, b"z")])
