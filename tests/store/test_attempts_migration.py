"""A database of before attempts had rows of their own keeps its history, its open rows and its way back."""

from sqlalchemy import text

from hub.store.engine import make_engine
from hub.store.migration import migrate

INSERT = """
    INSERT INTO deliveries (sync, run_id, connection, object, target_ref, idempotency_key, payload, fields, state, open,
        retryable, reason, attempts, created_at, updated_at)
    VALUES ('crm.push', 'run_1', 'crm', 'contacts', 't1', :key, :payload, '[]', :state, :open, :open, :reason, :tries, 1, :at)
"""


def test_rows_of_before_are_numbered_and_open_ones_are_due(empty_url: str) -> None:
    migrate(empty_url, revision="0001")
    engine = make_engine(empty_url)
    with engine.begin() as conn:
        conn.execute(text(
            "INSERT INTO runs (id, sync, kind, revision, dry_run, status, started_at) "
            "VALUES ('run_1', 'crm.push', 'push', 'r', :no, 'failed', 1)"
        ), {"no": False})  # fmt: skip
        for key, state, is_open, tries in (
            ("k1", "withheld", False, 1), ("k1", "failed", True, 1), ("k2", "confirmed", False, 3),
            (None, "unchanged", False, 0), ("k3", "failed", False, 1),
        ):  # fmt: skip
            conn.execute(text(INSERT), {
                "key": key, "state": state, "open": is_open, "tries": tries, "at": 7, "reason": "x",
                "payload": b"p" if is_open else None,
            })  # fmt: skip
    migrate(empty_url)
    columns = "idempotency_key, attempt, state, retry_at, closed_as"
    with engine.begin() as conn:
        rows = [tuple(row) for row in conn.execute(text(f"SELECT {columns} FROM deliveries ORDER BY id"))]
        assert rows == [
            ("k1", 1, "withheld", None, None), ("k1", 2, "failed", 7, None), ("k2", 1, "confirmed", None, None),
            (None, 0, "unchanged", None, None), ("k3", 1, "failed", None, None),
        ]  # fmt: skip
        # A dead letter, as the new revision keeps it.
        conn.execute(text("UPDATE deliveries SET retry_at = NULL WHERE state = 'failed' AND attempt = 2"))
    migrate(empty_url, revision="0001")
    with engine.connect() as conn:
        rows = [tuple(row) for row in conn.execute(text("SELECT attempts, open, payload FROM deliveries ORDER BY id"))]
    engine.dispose()
    assert [attempts for attempts, _, _ in rows] == [1, 2, 1, 0, 1]
    assert not any(is_open or payload for _, is_open, payload in rows)
