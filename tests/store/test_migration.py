"""Migrations on both databases: every revision up and down with rows in the tables, one at a time, and told beforehand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Boolean, Connection, Integer, LargeBinary, Text, inspect, select, text
from sqlalchemy.types import TypeEngine

from hub.errors import ConfigError
from hub.store.engine import make_engine
from hub.store.instant import Instant
from hub.store.migration import MigrationPlan, current_revision, head_revision, migrate, plan_migration
from hub.store.store import open_store
from hub.store.tables import meta, metadata
from hub.store.vault import Vault

VALUES: dict[type[TypeEngine[Any]], Any] = {
    Text: "x", Boolean: True, LargeBinary: b"x", BigInteger: 1, Integer: 1, Instant: datetime(2026, 1, 1, tzinfo=UTC),
}  # fmt: skip


def revisions(url: str) -> list[str]:
    return [step.revision for step in plan_migration(url).steps]


def fill(url: str) -> None:
    """One row in every table, with a value in every column."""
    engine = make_engine(url)
    with engine.begin() as conn:
        for table in metadata.sorted_tables:
            row = {column.name: _value(column.type) for column in table.columns}
            conn.execute(table.insert(), [row])
    engine.dispose()


def _value(kind: TypeEngine[Any]) -> Any:
    return next(value for type_, value in VALUES.items() if isinstance(kind, type_))


def counted(url: str) -> dict[str, int]:
    engine = make_engine(url)
    with engine.connect() as conn:
        names = sorted(set(inspect(conn).get_table_names()) - {"alembic_version"})
        found = {name: conn.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}
    engine.dispose()
    return found


def differences(url: str) -> Sequence[object]:
    engine = make_engine(url)
    with engine.connect() as conn:
        found: Sequence[object] = compare_metadata(
            MigrationContext.configure(conn, opts={"compare_type": False}), metadata
        )
    engine.dispose()
    return found


def test_every_revision_goes_down_and_up_again_with_rows_in_the_tables(empty_url: str) -> None:
    order = revisions(empty_url)
    migrate(empty_url)
    fill(empty_url)
    full = counted(empty_url)
    assert set(full) == set(metadata.tables) and set(full.values()) == {1}
    for lower in reversed(order[:-1]):
        migrate(empty_url, revision=lower)
        assert current_revision(empty_url) == lower
        assert set(counted(empty_url).values()) == {1}, f"rows were lost on the way down to {lower}"
    for upper in order[1:]:
        migrate(empty_url, revision=upper)
        assert current_revision(empty_url) == upper
    assert differences(empty_url) == []
    kept = {name: count for name, count in counted(empty_url).items() if count}
    assert kept.items() <= full.items() and {"persons", "records", "tags", "deliveries", "outcomes"} <= set(kept)


def test_down_to_the_ground_and_up_again(empty_url: str) -> None:
    migrate(empty_url)
    fill(empty_url)
    assert migrate(empty_url, revision="base") == (head_revision(), None)
    assert counted(empty_url) == {}
    assert migrate(empty_url) == (None, head_revision())
    assert set(counted(empty_url).values()) == {0} and differences(empty_url) == []


def test_what_a_migration_would_do_is_told_and_not_done(empty_url: str) -> None:
    plan = plan_migration(empty_url)
    assert (plan.before, plan.after, plan.steps[0].revision) == (None, head_revision(), "0001")
    assert all(step.what for step in plan.steps)
    assert current_revision(empty_url) is None
    migrate(empty_url)
    assert plan_migration(empty_url) == MigrationPlan(head_revision(), head_revision(), ())


def test_a_newer_database_is_refused_and_left_alone(empty_url: str) -> None:
    migrate(empty_url)
    fill(empty_url)
    engine = make_engine(empty_url)
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for use in (migrate, plan_migration):
        with pytest.raises(ConfigError, match=r"9999.*newer"):
            use(empty_url)
    assert set(counted(empty_url).values()) == {1}


def test_who_opened_the_database_before_a_migration_writes_nothing_more(empty_url: str, vault: Vault) -> None:
    before = revisions(empty_url)[-2]
    migrate(empty_url)
    with open_store(empty_url, vault, now=lambda: datetime(2026, 1, 1, tzinfo=UTC)) as opened:
        with opened.begin() as tx:
            tx.unit.conn.execute(meta.insert().values(name="before", value=b"x"))
        migrate(empty_url, revision=before)
        with pytest.raises(ConfigError, match=r"migrated to revision .* while this was running"), opened.begin() as tx:
            tx.unit.conn.execute(meta.insert().values(name="after", value=b"x"))
        with pytest.raises(ConfigError, match=r"while this was running"), opened.brief():
            raise AssertionError("a vendor would be called")
        with opened.read() as tx:
            names = set(tx.unit.conn.execute(select(meta.c.name)).scalars())
    assert "before" in names and "after" not in names


def test_a_migration_waits_for_who_is_writing(empty_schema: str, vault: Vault) -> None:
    before = revisions(empty_schema)[-2]
    migrate(empty_schema)
    with open_store(empty_schema, vault, now=lambda: datetime(2026, 1, 1, tzinfo=UTC)) as opened:
        with opened.begin():
            moved = Thread(target=migrate, args=[empty_schema], kwargs={"revision": before})
            moved.start()
            moved.join(0.5)
            assert moved.is_alive()
        moved.join(30)
    assert current_revision(empty_schema) == before


def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    made: list[object] = []
    create = op.create_table

    def failing(*args: Any, **kwargs: Any) -> Any:
        if len(made) == 10:
            raise RuntimeError("no room left")
        made.append(args[0])
        return create(*args, **kwargs)

    monkeypatch.setattr(op, "create_table", failing)
    with pytest.raises(RuntimeError):
        migrate(empty_url)
    assert current_revision(empty_url) is None and counted(empty_url) == {}


def test_who_was_erased_before_loses_what_still_led_to_them(empty_url: str) -> None:
    migrate(empty_url, revision="0011")
    engine = make_engine(empty_url)
    with engine.begin() as conn:
        for person, erased_at in (("per_gone", VALUES[Instant]), ("per_here", None)):
            _put(
                conn, "persons", id=person, root=person, status="erased" if erased_at else "active", erased_at=erased_at
            )
        _put(conn, "runs", id="run_1")
        _put(conn, "batches", id=1, run_id="run_1")
        for number, person in enumerate(("per_gone", "per_here"), start=1):
            _put(conn, "outcomes", id=number, batch_id=1, run_id="run_1", person_id=person, version="vendor_id")
            _put(conn, "deliveries", id=number, run_id="run_1", person_id=person, open=False, idempotency_key=None)
            _put(conn, "consent_reviews", person_id=person)
            _put(conn, "consent_events", seq=number, event_id="con_1", digest="d", person_id=person, type="consent")
        _put(
            conn,
            "consent_events",
            seq=3,
            event_id="erased_per_gone",
            digest="erased",
            person_id="per_gone",
            type="erased",
        )
    migrate(empty_url)
    with engine.connect() as conn:

        def rows(query: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in conn.execute(text(query))]

        assert rows("SELECT person_id, version FROM outcomes ORDER BY id") == [
            (None, "~erased"),
            ("per_here", "vendor_id"),
        ]
        assert rows("SELECT person_id FROM deliveries ORDER BY id") == [(None,), ("per_here",)]
        assert rows("SELECT person_id FROM consent_reviews") == [("per_here",)]
        assert rows("SELECT event_id, digest FROM consent_events ORDER BY seq") == [
            ("1", ""), ("con_1", "d"), ("erased_per_gone", "erased"),
        ]  # fmt: skip
    engine.dispose()


def test_what_owners_wrote_about_grounds_leaves_the_steps_of_erasures(empty_url: str) -> None:
    migrate(empty_url, revision="0013")
    engine = make_engine(empty_url)
    with engine.begin() as conn:
        _put(conn, "persons", id="per_1", root="per_1")
        for system, state, reason in (
            ("crm", "retained", "Retained: Ann owes tax"), ("desk", "retained", "legal_hold"), ("x", "done", "by_hand"),
        ):  # fmt: skip
            _put(conn, "erasure_steps", person_id="per_1", step="system", system=system, state=state, reason=reason)
    migrate(empty_url)
    with engine.connect() as conn:
        found = conn.execute(text("SELECT system, reason FROM erasure_steps ORDER BY system"))
        assert list(map(tuple, found)) == [("crm", "other"), ("desk", "legal_hold"), ("x", "by_hand")]
    engine.dispose()


def _put(conn: Connection, name: str, **values: Any) -> None:
    """One row with a value in every column."""
    row = {column.name: _value(column.type) for column in metadata.tables[name].columns} | values
    conn.execute(metadata.tables[name].insert(), [row])
