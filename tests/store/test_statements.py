"""What the store's statements do with many rows and many values, on both databases."""

from sqlalchemy import select

from hub.store.statements import add, among, fetch, upsert
from hub.store.tables import obligations, suppression


def rows(now, *hashes, reason="erased"):
    return [{"hash": one, "reason": reason, "at": now} for one in hashes]


def test_among_finds_exactly_the_named(store):
    with store.begin() as tx:
        conn = tx.unit.conn
        add(conn, suppression, rows(tx.now, "a", "b", 'c"\\', "d,e", "é"))
        for wanted in (["a"], ["b", 'c"\\', "nobody"], ["d,e", "é"], []):
            found = fetch(conn, select(suppression.c.hash).where(among(suppression.c.hash, wanted)))
            assert {row["hash"] for row in found} == set(wanted) - {"nobody"}


def test_among_takes_numbers(store):
    with store.begin() as tx:
        conn = tx.unit.conn
        blank = {"system": "crm", "what": "delete", "owner": "it", "opened_at": tx.now, "due": tx.now}
        add(conn, obligations, [{"audit_ref": str(n), **blank} for n in range(5)])
        ids = [row["id"] for row in fetch(conn, select(obligations.c.id).order_by(obligations.c.id))]
        found = fetch(conn, select(obligations).where(among(obligations.c.id, ids[1:3])))
        assert {row["audit_ref"] for row in found} == {"1", "2"}
        assert {row["due"] for row in found} == {tx.now}


def test_among_uses_the_index(store):
    with store.begin() as tx:
        if tx.unit.conn.dialect.name != "sqlite":
            return
        query = select(suppression).where(among(suppression.c.hash, ["a"]))
        text = str(query.compile(tx.unit.conn))
        plan = tx.unit.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ('["a"]',)).all()
        assert any("USING INDEX" in row[3] for row in plan), plan


def test_an_upsert_replaces_and_an_insert_keeps_its_columns(store):
    with store.begin() as tx:
        conn = tx.unit.conn
        upsert(conn, suppression, rows(tx.now, "a", "b"))
        upsert(conn, suppression, [{"reason": "asked", "at": tx.now, "hash": "b"}])
        assert {(row["hash"], row["reason"]) for row in fetch(conn, select(suppression))} == {
            ("a", "erased"),
            ("b", "asked"),
        }
