"""PostgreSQL goes away in the middle: the backend is killed under a pull and a push, before one statement or another.

The run ends with the right word, its lease is free, and one more run leaves what an uninterrupted one leaves.
"""

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url

from hub.errors import TransientError
from hub.store.ledger import RunStatus

pytestmark = pytest.mark.slow


class Administrator:
    """Ends the backend that is about to carry out the ``after``-th statement that holds ``word``."""

    def __init__(self, url: str, word: str, after: int) -> None:
        self._engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        self._word, self._left = word, after
        self.struck = False

    def __enter__(self):
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "commit", self._before_commit)
        return self

    def __exit__(self, *_):
        event.remove(Engine, "before_cursor_execute", self._before)
        event.remove(Engine, "commit", self._before_commit)
        self._engine.dispose()

    def _before(self, conn, cursor, statement, *_):
        self._consider(conn, statement)

    def _before_commit(self, conn):
        self._consider(conn, "COMMIT")

    def _consider(self, conn, statement):
        if self.struck or conn.engine.dialect.name != "postgresql" or self._word not in statement:
            return
        self._left -= 1
        if self._left < 0:
            self.struck = True
            backend = conn.connection.dbapi_connection.info.backend_pid
            with self._engine.connect() as admin:
                admin.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})


def only_run(world):
    with world.open() as hub, hub.store.read() as tx:
        assert not tx.leases.held() and not tx.balance.of_latest()
        return tx.ledger.runs(1)[0].status


def check_told(report):
    assert isinstance(report.error, TransientError) and report.error.exit_code == 3
    assert "broken the connection off" in str(report.error) and "Try again" in str(report.error)


@pytest.mark.parametrize("database", ["postgresql"])
@pytest.mark.parametrize(
    ("word", "after"), [("INSERT INTO outcomes", 1), ("INSERT INTO records", 0), ("UPDATE leases", 6)]
)
def test_a_pull_whose_database_goes_away_is_completed_by_the_next(
    word, after, read_world, pull_targets, reading, database
):
    world, truth, _ = read_world(pull_targets["zendesk"])
    with Administrator(world.url, word, after) as administrator:
        report = world.pull("zendesk-pull")["zendesk-pull"]
    assert administrator.struck
    check_told(report)
    assert only_run(world) is RunStatus.FAILED
    assert world.pull("zendesk-pull")["zendesk-pull"].error is None
    assert reading(world) == truth and only_run(world) is RunStatus.SUCCEEDED


@pytest.mark.parametrize("database", ["postgresql"])
@pytest.mark.parametrize(
    ("way", "word", "after"),
    [
        ("salesforce", "INSERT INTO deliveries", 0),
        ("salesforce", "UPDATE deliveries SET state", 1),
        ("voucherify-points", "UPDATE deliveries SET state", 0),
        ("voucherify-points", "UPDATE deliveries SET", 1),
    ],
)
def test_a_push_whose_database_goes_away_sends_nothing_twice(
    way, word, after, write_world, push_targets, held, written, settle, rows_open, database
):
    world, holds, *_ = write_world(way)
    target = push_targets[way]
    sync = f"{target.connector}-push"
    with Administrator(world.url, word, after) as administrator:
        report = world.push(sync)[sync]
    assert administrator.struck
    check_told(report)
    assert only_run(world) is RunStatus.FAILED
    later = settle(world, target, holds)
    assert later[-1].error is None and rows_open(world, sync) == []
    assert held(world.simulator(target.connector)) == holds
    assert set(written(world.simulator(target.connector)).values()) == {1}, "a write was carried out twice"
