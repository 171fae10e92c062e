"""What the store's tests share: a clock, a vault, an empty database on SQLite and on PostgreSQL, invented records."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from hub.schema import (
    AuthorRole,
    Case,
    CaseStatus,
    Channel,
    ConsentEvent,
    ConsentScope,
    ConsentState,
    EmotionLabel,
    EmotionTag,
    Interaction,
    Party,
    Provenance,
    Redaction,
    Visibility,
)
from hub.store.migration import migrate
from hub.store.records import StoredRecord
from hub.store.store import Store, open_store
from hub.store.tables import metadata
from hub.store.vault import Vault
from hub.testing.clock import FakeClock

SERVER = os.environ.get("ATTUNE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def vault() -> Vault:
    return Vault(b"r" * 32)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/hub.db"


@pytest.fixture(scope="session")
def postgres() -> str:
    """The address of a PostgreSQL server, or a skip where there is none."""
    pytest.importorskip("psycopg", reason="psycopg is not installed (extra: postgres)")
    engine = create_engine(make_url(SERVER).set(drivername="postgresql+psycopg"), connect_args={"connect_timeout": 2})
    try:
        engine.connect().close()
    except OperationalError:
        pytest.skip("no PostgreSQL server is reachable")
    finally:
        engine.dispose()
    return SERVER


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database without tables: a new file, or a schema of its own."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    with schema_of(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, sqlite_url: str) -> str:
    """A migrated database without rows; migrating is done once, because it is what takes the time."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), str(make_url(sqlite_url).database))
        return sqlite_url
    schema_url: str = request.getfixturevalue("migrated_schema")
    engine = create_engine(make_url(schema_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as conn:
        conn.execute(text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY"))
    engine.dispose()
    return schema_url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "hub.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_schema(postgres: str) -> Iterator[str]:
    with schema_of(postgres) as url:
        migrate(url)
        yield url


@contextmanager
def schema_of(address: str) -> Iterator[str]:
    server = make_url(address)
    schema = f"attune_{uuid.uuid4().hex}"
    engine = create_engine(server.set(drivername="postgresql+psycopg"))
    with engine.begin() as conn:
        conn.execute(text(f"CREATE SCHEMA {schema}"))
    mine = server.update_query_dict({"options": f"-csearch_path={schema}"})
    yield mine.render_as_string(hide_password=False)
    with engine.begin() as conn:
        conn.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def store(url: str, vault: Vault, clock: FakeClock) -> Iterator[Store]:
    with open_store(url, vault, now=clock.now) as opened:
        yield opened


@pytest.fixture
def interaction(clock: FakeClock) -> Callable[..., Interaction]:
    def make(key: str = "1", **change: Any) -> Interaction:
        fields: dict[str, Any] = {
            "id": f"itx_{key}",
            "provenance": provenance("comments", key),
            "channel": Channel.TICKET,
            "author": Party(role=AuthorRole.CUSTOMER),
            "visibility": Visibility.PRIVATE,
            "occurred_at": clock.now(),
            "text": "My order arrived broken.",
            "case_id": "cas_1",
            "redaction": Redaction(engine="test"),
        }
        return Interaction(**(fields | change))

    return make


@pytest.fixture
def case(clock: FakeClock) -> Callable[..., Case]:
    def make(key: str = "1", **change: Any) -> Case:
        fields: dict[str, Any] = {
            "id": f"cas_{key}",
            "provenance": provenance("tickets", key),
            "channel": Channel.TICKET,
            "requester": Party(role=AuthorRole.CUSTOMER),
            "status": CaseStatus.OPEN,
            "occurred_at": clock.now(),
            "opened_at": clock.now(),
        }
        return Case(**(fields | change))

    return make


@pytest.fixture
def tag(clock: FakeClock) -> Callable[..., EmotionTag]:
    def make(person_id: str, record_id: str = "itx_1", **change: Any) -> EmotionTag:
        fields: dict[str, Any] = {
            "id": f"tag_{record_id}",
            "record_id": record_id,
            "person_id": person_id,
            "label": EmotionLabel.ANGER,
            "intensity": 0.9,
            "confidence": 0.8,
            "abstained": False,
            "valence": -0.5,
            "distress": 0.75,
            "churn_risk": 0.4,
            "model": "linear-en/1",
            "occurred_at": clock.now(),
            "expires_at": clock.now() + timedelta(days=90),
        }
        return EmotionTag(**(fields | change))

    return make


@pytest.fixture
def consent(clock: FakeClock) -> Callable[..., ConsentEvent]:
    def make(key: str = "1", state: ConsentState = ConsentState.GIVEN, **change: Any) -> ConsentEvent:
        fields: dict[str, Any] = {
            "id": f"con_{key}",
            "provenance": provenance("consents", key),
            "party": Party(role=AuthorRole.CUSTOMER),
            "state": state,
            "occurred_at": clock.now(),
            "scope": ConsentScope(purpose="EmotionAnalysis", category="emotion"),
        }
        return ConsentEvent(**(fields | change))

    return make


@pytest.fixture
def stored(clock: FakeClock) -> Callable[..., StoredRecord]:
    def make(person_id: str, record: Any, expires_at: datetime | None = None) -> StoredRecord:
        return StoredRecord(person_id, record, "content", expires_at, "run_test")

    return make


def provenance(stream: str, key: str) -> Provenance:
    return Provenance(connection="desk", connector="zendesk", stream=stream, key=key, version="1")
