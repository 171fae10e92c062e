"""A flow that nobody has approved as it is now: what the vendor must lose goes, what it has stays, nothing new comes."""

from types import SimpleNamespace

from hub.pipeline.plan import STALE, Planned, _only_taken_back
from hub.store.delivery import DeliveryState

BATCH = SimpleNamespace(rooms=SimpleNamespace(vault=SimpleNamespace(ref=lambda *parts: "/".join(parts))))


def row(*holds) -> Planned:
    return Planned("contacts", SimpleNamespace(person_id="ann"), "ref", DeliveryState.PENDING, holds=holds)


def test_only_what_the_vendor_must_lose_is_sent():
    planned = _only_taken_back(BATCH, row("mood", "tier"), {"mood": None, "tier": "gold", "shift": None}, None)
    assert (planned.fields, planned.kept) == ({"mood": None}, ("tier",))


def test_nothing_new_is_said():
    planned = _only_taken_back(BATCH, row("tier"), {"mood": "anger", "tier": "gold"}, None)
    assert (planned.state, planned.reason, planned.fields) == (DeliveryState.WITHHELD, STALE, None)
