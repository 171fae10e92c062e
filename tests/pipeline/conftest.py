"""A small town: a deployment without vendors, with people who said something, agreed to something and were tagged."""

import json
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from hub.app import Hub, defaults_folder, write_key
from hub.config import load_settings
from hub.contract import Outcome, OutcomeState
from hub.pipeline.plan import PushJob
from hub.schema import (
    AuthorRole,
    Channel,
    ConsentEvent,
    ConsentEvidence,
    ConsentScope,
    ConsentState,
    EmotionLabel,
    EmotionTag,
    Identifier,
    IdentifierKind,
    Interaction,
    Party,
    Provenance,
    Redaction,
    Visibility,
)
from hub.store.records import StoredRecord
from hub.testing import FakeClock


class Desk:
    """A destination that takes everything, and remembers it."""

    def __init__(self):
        self.rows, self.calls = {}, []

    def write(self, object, records):
        for record in records:
            self.calls.append((record.key, dict(record.fields)))
            self.rows[record.key] = {**self.rows.get(record.key, {}), **record.fields}
            yield Outcome(record.idempotency_key, OutcomeState.CONFIRMED)

    def reconcile(self, object, records):
        for record in records:
            held = self.rows.get(record.key, {})
            same = all(held.get(name) == value for name, value in record.fields.items())
            state = OutcomeState.CONFIRMED if same else OutcomeState.FAILED
            yield Outcome(record.idempotency_key, state, retryable=not same, reason=None if same else "not_there")


class WallClock:
    """For what other processes look at as well."""

    def now(self):
        return datetime.now(UTC)

    sleep = staticmethod(time.sleep)


class Town:
    """People ``p0``, ``p1`` … known to Salesforce as ``003000000000000AAA`` …, each with one sentence and one tag."""

    def __init__(self, folder, url, clock=None):
        self.folder, self.url, self.clock = folder, url, clock or FakeClock()
        source = defaults_folder()
        settings = yaml.safe_load((source / "hub.yaml").read_text(encoding="utf-8"))
        settings["privacy"] = str(source / "privacy")
        settings["mappings"] = str(source / "mappings")
        settings["store"] = url if url.startswith("sqlite") else "file:var/store"
        for key in ("root.key", "audit.key"):
            write_key(folder / "var" / key)
        (folder / "var" / "store").write_text(url + "\n")
        self.config = folder / "hub.yaml"
        self.config.write_text(yaml.safe_dump(settings), encoding="utf-8")

    @contextmanager
    def open(self, **options):
        with Hub(load_settings(self.config), now=self.clock.now, sleep=self.clock.sleep, **options) as hub:
            yield hub

    def people(self, hub, count, *, start=0, agreed=True, tagged=True, valid_until=None):
        with hub.store.begin() as tx:
            ids = tx.persons.create_many(count)
            tx.persons.attach_many({
                person: [
                    Identifier(kind=IdentifierKind.VENDOR_ID, issuer="salesforce", value=f"003{n:012d}AAA", verified=True),
                    Identifier(kind=IdentifierKind.EMAIL, value=f"p{n}@example.com"),
                ]
                for n, person in enumerate(ids, start=start)
            })  # fmt: skip
            if agreed:
                tx.consents.append([(one, self.consent(one, valid_until=valid_until)) for one in ids])
            records = [self.said(n, person) for n, person in enumerate(ids, start=start)]
            tx.records.put(records)
            if tagged:
                tx.tags.put([self.tag(stored) for stored in records])
        return ids

    def consent(self, person, state=ConsentState.GIVEN, key="form", **change):
        now = self.clock.now()
        fields = {
            "id": f"con_{key}_{person}_{state}_{now.isoformat()}",
            "provenance": Provenance(connection="hub", connector="hub", stream="form", key=key, version=now.isoformat()),
            "party": Party(role=AuthorRole.CUSTOMER, person_id=person),
            "state": state,
            "occurred_at": now,
            "scope": ConsentScope(purpose="EmotionAnalysis", category="emotion"),
            "evidence": ConsentEvidence(explicit=True, notice_version=1),
        }  # fmt: skip
        return ConsentEvent(**(fields | change))

    def said(self, n, person):
        record = Interaction(
            id=f"itx_{person}",
            provenance=Provenance(connection="zendesk", connector="zendesk", stream="tickets", key=str(n), version="1"),
            channel=Channel.TICKET,
            author=Party(role=AuthorRole.CUSTOMER),
            visibility=Visibility.PRIVATE,
            occurred_at=self.clock.now(),
            text="I am furious: you lied to me about my parcel!",
            language="en",
            redaction=Redaction(engine="test"),
        )
        return StoredRecord(person, record, "content", None, "run_1", f"ref_{n}_{person}")

    def tag(self, stored):
        return EmotionTag(
            id=f"tag_{stored.record.id}", record_id=stored.record.id, person_id=stored.person_id,
            label=EmotionLabel.ANGER, intensity=0.9, confidence=0.8, abstained=False, valence=-0.5, distress=0.75,
            churn_risk=0.4, model="test/1", occurred_at=self.clock.now(),
            expires_at=self.clock.now() + timedelta(days=90),
        )  # fmt: skip

    def job(self, hub, destination, sync="salesforce-push"):
        obj = next(one for one in hub.connector("salesforce").manifest.objects if one.name == "contacts")
        return PushJob(sync, "salesforce", "salesforce", destination, (obj,), "EmotionAnalysis")

    def tags(self, hub, person):
        with hub.store.read() as tx:
            return tx.tags.for_person([person]).get(person, [])


@pytest.fixture
def town(tmp_path, make_database):
    return Town(tmp_path, make_database("sqlite", tmp_path / "var" / "hub.db"))


@pytest.fixture
def either_town(tmp_path, url):
    """On SQLite and on PostgreSQL."""
    (tmp_path / "var").mkdir(exist_ok=True)
    return Town(tmp_path, url)


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def audit_of():
    def read(hub, **only):
        hub.audit.sequence()
        with hub.store.read() as tx:
            rows, start = [], 0
            while page := tx.audit.entries(start, 1000):
                rows += [json.loads(entry.leaf) for entry in page]
                start = page[-1].idx + 1
        return [row for row in rows if all(row.get(key) == value for key, value in only.items())]

    return read
