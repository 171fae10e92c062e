"""What the store's tests share: a clock, a vault, an opened store, invented records."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

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
from hub.store.records import StoredRecord
from hub.store.store import Store, open_store
from hub.store.vault import Vault
from hub.testing.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def vault() -> Vault:
    return Vault(b"r" * 32)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/hub.db"


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
