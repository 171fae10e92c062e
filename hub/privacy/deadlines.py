"""Deadlines: by when a person must have an answer, by the law of the place where they are."""

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from hub.errors import PolicyError
from hub.privacy.document import read_document, validate
from hub.privacy.rules import Rule

Kind = Literal["access", "erasure"]
"""What somebody asks for."""

_SATURDAY = 5


class Span(Rule):
    """A length of time as laws name it: exactly one of calendar months, days, business days and hours."""

    months: int | None = None
    days: int | None = None
    business_days: int | None = None
    hours: int | None = None

    @model_validator(mode="after")
    def _names_one(self) -> "Span":
        given = [value for value in self.__dict__.values() if value is not None]
        if len(given) != 1 or given[0] < 1:
            raise ValueError("name one of months, days, business_days and hours, 1 or more")
        return self

    def after(self, start: datetime, holidays: Collection[date] = ()) -> datetime:
        """This is the moment when the span that began at ``start`` is over."""
        if self.months is not None:
            return _months_after(start, self.months)
        if self.business_days is not None:
            return _business_days_after(start, self.business_days, holidays)
        return start + timedelta(days=self.days or 0, hours=self.hours or 0)


class Terms(Rule):
    """The deadlines of one kind of request.

    Args:
        answer: until it is answered.
        acknowledge: until the person has heard that it came; None: no such rule.
        extension: how much longer it may take where the person is told why; None: no longer.
    """

    answer: Span
    acknowledge: Span | None = None
    extension: Span | None = None


class VendorTerms(Rule):
    """What a vendor asks of those who use its data."""

    title: str
    source: str
    reviewed: date
    erasure: Terms


class Law(Rule):
    """One law: where it holds, and its deadlines."""

    title: str
    places: tuple[str, ...]
    source: str
    reviewed: date
    access: Terms
    erasure: Terms

    def terms(self, kind: Kind) -> Terms:
        """These are the deadlines of a kind of request."""
        return self.access if kind == "access" else self.erasure


class Deadlines(Rule):
    """The file ``deadlines.yaml``."""

    version: Literal[1]
    holidays: tuple[date, ...] = ()
    laws: dict[str, Law]
    systems: dict[str, VendorTerms] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_law(self) -> "Deadlines":
        if not self.laws:
            raise ValueError("without a law in it nothing would ever be due")
        return self

    def due(self, kind: Kind, places: Collection[str], received: datetime) -> "Due":
        """This is by when a request must be answered; of several laws, the earliest date.

        Args:
            kind: what is asked for.
            places: where the person is, as codes; none, or one that no law names, asks for the earliest of all laws.
            received: when the request came.
        """
        named = [name for name, law in self.laws.items() if _holds(law, places)] if places else []
        found = [self._due(name, kind, received) for name in named or self.laws]
        heard = [one.acknowledge_by for one in found if one.acknowledge_by is not None]
        first = min(found, key=lambda one: (one.due_at, one.law))
        return Due(first.law, received, first.due_at, min(heard, default=None))

    def extended(self, kind: Kind, law: str, due_at: datetime) -> datetime:
        """This is the latest date that notice to the person can move an answer to; PolicyError where the law has none."""
        terms = self.laws[law].terms(kind) if law in self.laws else None
        if terms is None or terms.extension is None:
            raise PolicyError(
                f"{law} knows no extension for a request of {kind}.",
                reason="request.no_extension",
                fix="Answer it now.",
            )
        return terms.extension.after(due_at, self.holidays)

    def at_system(self, connector: str, received: datetime) -> datetime | None:
        """This is by when a vendor wants an erasure done; None where it names no time."""
        vendor = self.systems.get(connector)
        return vendor.erasure.answer.after(received, self.holidays) if vendor else None

    def _due(self, name: str, kind: Kind, received: datetime) -> "Due":
        terms = self.laws[name].terms(kind)
        heard = terms.acknowledge.after(received, self.holidays) if terms.acknowledge else None
        return Due(name, received, terms.answer.after(received, self.holidays), heard)


@dataclass(frozen=True, slots=True)
class Due:
    """By when a request must be answered, and acknowledged, under which law."""

    law: str
    received_at: datetime
    due_at: datetime
    acknowledge_by: datetime | None


def load_deadlines(folder: Path) -> Deadlines:
    """This reads ``deadlines.yaml`` of a folder; raises ConfigError with file and line."""
    return validate(read_document(folder / "deadlines.yaml"), Deadlines)


def _holds(law: Law, places: Collection[str]) -> bool:
    return any(place in law.places or place.partition("-")[0] in law.places for place in places)


def _months_after(start: datetime, months: int) -> datetime:
    """The same day of a later month, or that month's last day where it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))


def _business_days_after(start: datetime, days: int, holidays: Collection[date]) -> datetime:
    end = start
    while days:
        end += timedelta(days=1)
        days -= end.weekday() < _SATURDAY and end.date() not in holidays
    return end
