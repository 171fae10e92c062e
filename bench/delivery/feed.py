"""The feed: the same invented loyalty records for every system that is measured. Standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TIERS = ("bronze", "silver", "gold", "platinum")
_KINDS = ("POINTS_ACCRUAL", "POINTS_REDEMPTION", "POINTS_EXPIRATION", "POINTS_ADDITION")
_COUNTRIES = ("DE", "ES", "FR", "IT", "NL", "SE")


@dataclass(frozen=True)
class Feed:
    """A loyalty program: one member record a person, then the movements of their points, oldest first.

    Args:
        records: how many records there are altogether.
        per_person: how many of them speak of each person; 1 makes every record somebody new.
    """

    records: int
    per_person: int = 10

    @property
    def people(self) -> int:
        """How many people the records speak of."""
        return -(-self.records // self.per_person)

    def read(self, stream: str, start: int = 0) -> Iterator[dict[str, Any]]:
        """These are a stream's records from number ``start`` on; streams are ``members`` and ``activities``."""
        if stream == "members":
            return (_member(number) for number in range(start, self.people))
        return (_activity(number, self.people) for number in range(start, self.records - self.people))


def _member(number: int) -> dict[str, Any]:
    return {
        "id": f"v_{number:012d}",
        "code": f"MILES-{number:09d}",
        "program": "Miles",
        "holder": {
            "customer_id": f"C-{number:09d}",
            "email": f"person.{number}@example.com",
            "name": f"Person {number}",
            "country": _COUNTRIES[number % len(_COUNTRIES)],
        },
        "tier": _TIERS[number % len(_TIERS)],
        "points": number * 37 % 5000,
        "active": number % 50 != 0,
        "updated_at": _moment(number),
    }


def _activity(number: int, people: int) -> dict[str, Any]:
    # A prime step spreads each person's movements over the whole stream, as they are in a real ledger.
    return {
        "id": f"vtx_{number:012d}",
        "card": f"v_{number * 7919 % people:012d}",
        "type": _KINDS[number % len(_KINDS)],
        "points": number % 900 - 300,
        "balance": {"total": number * 31 % 9000, "currency": "MILES"},
        "created_at": _moment(number),
    }


def _moment(number: int) -> str:
    day, second = divmod(number, 86_400)
    return f"2026-05-{day % 28 + 1:02d}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.000Z"
