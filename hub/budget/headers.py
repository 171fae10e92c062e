"""What an answer's headers tell of the vendor's limits. Pure; knows header families, no vendor.

=============================================================  =================================================
family                                                         who sends it
=============================================================  =================================================
``x-rate-limit-limit/-remaining``, ``-reset`` (epoch)          X; Voucherify, with ``-retry`` in place of ``-reset``
``x-rate-limit``, ``x-rate-limit-remaining``                   Zendesk, without a time
``ratelimit-limit/-remaining/-reset`` (seconds from now)       Zendesk, and many (IETF draft)
``rate-limit``, ``rate-limit-remaining/-reset`` (seconds)      Zendesk's help centre
``*-rate-limit-<endpoint>: total=; remaining=; resets=``       Zendesk, of one endpoint
``sforce-limit-info: api-usage=used/limit``                    Salesforce, of a rolling day
``retry-after`` (seconds or a date)                            with 429 and 503, most
=============================================================  =================================================

An unreadable number is taken as not told.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub.store.budget import NOTHING, Told
from hub.store.budgets import Notice
from hub.wait import asked_wait, http_date

_LIMIT = ("x-rate-limit-limit", "x-rate-limit", "ratelimit-limit", "rate-limit-limit", "rate-limit")
_LEFT = ("x-rate-limit-remaining", "ratelimit-remaining", "rate-limit-remaining")
_RESET = ("x-rate-limit-reset", "x-rate-limit-retry", "ratelimit-reset", "rate-limit-reset")
_ENDPOINT = re.compile(r"[a-z]+-rate-limit-[a-z0-9-]+\Z")
_PART = re.compile(r"(total|remaining|resets)=(\d{1,12})")
_USAGE = re.compile(r"(?:^|[\s;])api-usage=(\d{1,12})/(\d{1,12})")
_NUMBER = re.compile(r"\d{1,12}\Z", re.ASCII)

ROLLING = timedelta(minutes=15)
"""A rolling day gives calls back little by little, and nobody tells when: so it is looked at again after this time."""

_WRONG = timedelta(days=3650)
"""A clock that is further off shows nothing."""

_EPOCH_BEGINS = 1_000_000_000
_REFUSED = frozenset({429, 503})


def read_headers(status: int, headers: Mapping[str, str], now: datetime) -> Notice:
    """This is what an answer with this status and these headers tells at ``now``.

    A vendor names times by its own clock, which its ``Date`` shows; what is told here is by ours.
    """
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    theirs = _clock(lower.get("date", ""), now)
    general, endpoint = (_by_ours(told, now - theirs) for told in _told(lower, theirs))
    if status not in _REFUSED:
        return Notice(general, endpoint)
    wait = asked_wait(lower.get("retry-after"), theirs)
    until = None if wait is None else now + timedelta(seconds=wait)
    refused = status == 429 or until is not None
    return Notice(general, endpoint, refused, until or (endpoint.reset or general.reset if refused else None))


def _clock(date: str, now: datetime) -> datetime:
    theirs = http_date(date)
    return now if theirs is None or abs(theirs - now) > _WRONG else theirs


def _by_ours(told: Told, ahead: timedelta) -> Told:
    return told if told.reset is None else replace(told, reset=told.reset + ahead)


def _told(lower: Mapping[str, str], now: datetime) -> tuple[Told, Told]:
    """Of the connection in general, and of the endpoint that was called."""
    general = _usage(lower, now) or Told(_first(lower, _LIMIT), _first(lower, _LEFT), _at(_first(lower, _RESET), now))
    endpoint = next((_parts(value, now) for name, value in sorted(lower.items()) if _is_endpoint(name)), NOTHING)
    return general, endpoint


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    return next((int(headers[name]) for name in names if _NUMBER.match(headers.get(name, ""))), None)


def _at(number: int | None, now: datetime) -> datetime | None:
    if number is None or number > 4 * _EPOCH_BEGINS:
        return None
    if number < _EPOCH_BEGINS:
        return now + timedelta(seconds=number)
    return datetime.fromtimestamp(number, UTC)


def _is_endpoint(name: str) -> bool:
    return bool(_ENDPOINT.match(name)) and not name.startswith("x-")


def _parts(value: str, now: datetime) -> Told:
    parts = {name: int(number) for name, number in _PART.findall(value)}
    return Told(parts.get("total"), parts.get("remaining"), _at(parts.get("resets"), now))


def _usage(headers: Mapping[str, str], now: datetime) -> Told | None:
    found = _USAGE.search(headers.get("sforce-limit-info", ""))
    if found is None:
        return None
    used, limit = int(found[1]), int(found[2])
    return Told(limit, max(0, limit - used), now + ROLLING)
