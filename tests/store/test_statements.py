"""What the store's statements do with many rows and many values, on both databases."""

from sqlalchemy import select, text

from hub.store.statements import CHUNK, add, add_missing, among, change, fetch, fetch_pages, upsert
from hub.store.tables import batches, obligations, suppression


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


def test_more_rows_than_a_statement_takes_keep_their_order_their_bytes_and_their_blanks(store):
    with store.begin() as tx:
        conn = tx.unit.conn
        run = tx.ledger.start_run("crm_in", "pull", "rev_1")
        same = {"run_id": run, "sync": "crm_in", "connection": "crm", "read": 1, "stored": 1, "unchanged": 0}
        same |= {"withheld": 0, "quarantined": 0, "at": tx.now}
        many = [
            {**same, "stream": str(n), "cursor": None if n % 3 else bytes([0, 255, n % 7])} for n in range(CHUNK + 3)
        ]
        add(conn, batches, many)
        pages = list(fetch_pages(conn, select(batches).order_by(batches.c.id)))
        assert [len(page) for page in pages] == [CHUNK, 3]
        found = [row for page in pages for row in page]
        assert [row["stream"] for row in found] == [row["stream"] for row in many]
        assert [row["cursor"] for row in found] == [row["cursor"] for row in many]
        assert {(row["selected"], row["at"]) for row in found} == {(0, tx.now)}


def test_what_is_there_stays_as_it_is_where_only_the_missing_is_added(store):
    with store.begin() as tx:
        conn = tx.unit.conn
        add(conn, suppression, rows(tx.now, "a"))
        add_missing(conn, suppression, rows(tx.now, "a", "b", reason="asked"))
        reasons = {row["hash"]: row["reason"] for row in fetch(conn, select(suppression))}
        assert reasons == {"a": "erased", "b": "asked"}


OPEN = text("obligations.closed_at IS NULL")


def test_a_change_touches_the_named_rows_and_columns_only_and_of_those_only_such(store):
    with store.begin() as tx:
        conn = tx.unit.conn
        blank = {"system": "crm", "what": "delete", "owner": "it", "opened_at": tx.now, "due": tx.now}
        add(conn, obligations, [{"audit_ref": str(n), **blank} for n in range(4)])
        ids = [row["id"] for row in fetch(conn, select(obligations.c.id).order_by(obligations.c.id))]
        change(conn, obligations, [{"id": ids[0], "closed_at": tx.now, "outcome": None}])
        change(conn, obligations, [{"id": one, "owner": f"dpo {one}"} for one in ids[:3]], only=OPEN)
        found = fetch(conn, select(obligations).order_by(obligations.c.id))
        assert [row["owner"] for row in found] == ["it", f"dpo {ids[1]}", f"dpo {ids[2]}", "it"]
        assert [row["closed_at"] for row in found] == [tx.now, None, None, None]
        assert [row["what"] for row in found] == ["delete"] * 4
