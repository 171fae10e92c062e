"""A fifth system, for volume: a shop with many customers, whose notes are created by POST and never told apart by the vendor.

It stands for every vendor that takes no idempotency key: whoever sends a note twice has two notes there.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from hub.contract import (
    Batch,
    Capability,
    Connector,
    ConnectorConfig,
    Context,
    IdentifierKind,
    Manifest,
    Object,
    Outcome,
    OutcomeState,
    RawRecord,
    Stream,
    UnknownOutcomeError,
    WriteRecord,
)
from hub.testing import Reply, Request, Simulator, route

ORIGIN = "https://shop.example.com"
PAGE = 100


class ShopSimulator(Simulator):
    """``customers`` in order, ``notes`` in the order in which they were created."""

    name = "shop"

    def __init__(self, *, customers: int, **options: Any) -> None:
        super().__init__(**options)
        self.customers = [
            {
                "id": f"s{number:06d}",
                "name": f"Customer {number}",
                "yes": number % 5 != 0,
                "words": f"Angry {number}!",
                "at": "2026-05-30T09:00:00Z",
            }
            for number in range(customers)
        ]
        self.notes: list[dict[str, Any]] = []

    @route("GET", "/customers")
    def list_customers(self, request: Request) -> Reply:
        start = int(request.query["after"])
        return Reply(200, {"customers": self.customers[start : start + PAGE]})

    @route("POST", "/notes")
    def create_notes(self, request: Request) -> Reply:
        self.notes += request.json()["notes"]
        return Reply(201, {"created": len(request.json()["notes"])})

    @route("POST", "/notes/search")
    def find_notes(self, request: Request) -> Reply:
        wanted = set(request.json()["keys"])
        return Reply(200, {"keys": [note["key"] for note in self.notes if note["key"] in wanted]})


class Shop:
    """The connection: source and destination."""

    def __init__(self, context: Context) -> None:
        self._session = context.session

    def read(self, stream: str, cursor: str | None) -> Iterator[Batch]:
        start = int(cursor or 0)
        while rows := self._session.get(f"{ORIGIN}/customers", params={"after": str(start)}).json()["customers"]:
            start += len(rows)
            yield Batch(tuple(RawRecord(stream, row["id"], "1", row) for row in rows), str(start))

    def write(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        notes = [{"key": one.idempotency_key, "customer": one.key, **one.fields} for one in records]
        try:
            self._session.post(f"{ORIGIN}/notes", json={"notes": notes}).raise_for_status()
        except OSError as error:
            raise UnknownOutcomeError("The shop did not answer.") from error
        yield from (Outcome(one.idempotency_key, OutcomeState.CONFIRMED) for one in records)

    def reconcile(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        keys = [one.idempotency_key for one in records]
        found = set(self._session.post(f"{ORIGIN}/notes/search", json={"keys": keys}).json()["keys"])
        for key in keys:
            if key in found:
                yield Outcome(key, OutcomeState.CONFIRMED)
            else:
                yield Outcome(key, OutcomeState.FAILED, retryable=True, reason="not_there")


CONNECTOR = Connector(
    manifest=Manifest(
        name="shop",
        version="0.1.0",
        title="Shop",
        capabilities=frozenset({Capability.READ, Capability.WRITE, Capability.RECONCILE}),
        hosts=(),
        streams=(Stream("customers", "Customers and what they said."),),
        objects=(
            Object("notes", "A note about a customer.", "person", IdentifierKind.VENDOR_ID, ("mood",), clearable=False),
        ),
    ),
    config_model=ConnectorConfig,
    open=lambda config, context: Shop(context),
    origin=lambda config: ORIGIN,
)

_PARTY = {
    "role": {"value": "customer"},
    "name": "name",
    "identifiers": [{"kind": "vendor_id", "issuer": "shop", "from": "id", "as": "id"}],
}
_SAID = {"occurred_at": {"from": "at", "as": "time"}}
MAPPINGS: dict[str, Any] = {
    "shop.customers": {
        "version": 1,
        "connector": "shop",
        "in": {
            "stream": "customers",
            "records": [
                {
                    "to": "consent",
                    "when": "yes",
                    "key": "id",
                    "fields": {
                        **_SAID,
                        "state": {"value": "given"},
                        "party": _PARTY,
                        "scope": {"purpose": {"value": "EmotionAnalysis"}, "category": {"value": "emotion"}},
                        "evidence": {
                            "method": {"value": "form"},
                            "source_system": {"value": "shop"},
                            "source_kind": {"value": "import"},
                            "explicit": {"value": True},
                            "notice_version": {"value": 1},
                        },
                    },
                },
                {
                    "to": "interaction",
                    "key": "id",
                    "fields": {
                        **_SAID,
                        "channel": {"value": "email"},
                        "visibility": {"value": "private"},
                        "text": "words",
                        "language": {"value": "en"},
                        "author": _PARTY,
                    },
                },
            ],
        },
    },
    "shop.notes": {
        "version": 1,
        "connector": "shop",
        "out": {"object": "notes", "when": "emotion.label", "fields": {"mood": "emotion.label"}},
    },
}


def settle_in(config: Path) -> Path:
    """This makes of a deployment one that knows the shop only."""
    folder = config.parent
    for name, mapping in MAPPINGS.items():
        (folder / "mappings" / f"{name}.yaml").write_text(yaml.safe_dump(mapping, sort_keys=False))
    destinations = folder / "privacy" / "destinations.yaml"
    rules = yaml.safe_load(destinations.read_text())
    rules["destinations"]["shop"] = {
        "title": "Shop",
        "purposes": ["EmotionAnalysis"],
        "categories": ["emotion"],
        "fields": {"emotion.label": "keep"},
    }
    destinations.write_text(yaml.safe_dump(rules, sort_keys=False))
    settings = yaml.safe_load(config.read_text())
    settings["tagger"] = "linear-en"  # it rarely abstains, so that nearly everybody gets a note
    settings["connections"] = {"shop": {"connector": "shop", "base_url": "http://127.0.0.1:9", "config": {}}}
    settings["syncs"] = {
        "shop-pull": {"kind": "pull", "connection": "shop", "streams": ["customers"]},
        "shop-push": {"kind": "push", "connection": "shop", "objects": ["notes"], "purpose": "EmotionAnalysis"},
    }
    config.write_text(yaml.safe_dump(settings, sort_keys=False))
    return config
