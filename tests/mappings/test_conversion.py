from datetime import UTC, datetime
from typing import Any

import pytest

from hub.mappings.conversion import CONVERSIONS, epoch_seconds, iso_day, iso_time, to_utc_time
from hub.mappings.refusal import RefusalError

BIG = 2**53 + 1
NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value", "made"),
    [
        ("text", "a", "a"),
        ("text", "", ""),
        ("text", BIG, "9007199254740993"),
        ("text", True, "true"),
        ("id", "0012", "0012"),
        ("id", BIG, "9007199254740993"),
        ("id", 9_000_000_000_000_000_001, "9000000000000000001"),
        ("id", "", None),
        ("int", BIG, BIG),
        ("int", str(BIG), BIG),
        ("int", 9.0, 9),
        ("int", "-3", -3),
        ("int", "", None),
        ("number", 0.25, 0.25),
        ("number", "0.25", 0.25),
        ("number", "1e3", 1000.0),
        ("number", BIG, BIG),
        ("number", str(BIG), BIG),
        ("bool", True, True),
        ("bool", "False", False),
        ("bool", 1, True),
        ("bool", "", None),
        ("time", "2026-01-31T12:00:00Z", NOON),
        ("time", "2026-01-31T12:00:00.000+0000", NOON),
        ("time", "2026-01-31T13:00:00+01:00", NOON),
        ("time", "2026-01-31T06:00:00-0600", NOON),
        ("time", "2026-01-31T12:00:00.123Z", NOON.replace(microsecond=123000)),
        ("time", "2026-01-31T12:00:00.123456789Z", NOON.replace(microsecond=123456)),
        ("time", "Sat Jan 31 12:00:00 +0000 2026", NOON),
        ("time", "Thu Dec 31 12:00:00 +0000 2026", NOON.replace(month=12)),
        ("time", "", None),
        ("epoch", 1769860800, NOON),
        ("epoch", "1769860800", NOON),
        ("epoch", 1769860800.5, NOON.replace(microsecond=500000)),
        ("date", "2026-01-31", NOON.replace(hour=0)),
        ("date", "2026-01-31T23:30:00-01:00", datetime(2026, 2, 1, tzinfo=UTC)),
    ],
)
def test_what_fits_is_converted_exactly(name: str, value: Any, made: Any) -> None:
    result = CONVERSIONS[name](value)
    assert (result, type(result)) == (made, type(made))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("text", 1.5, "mapping.type"),
        ("text", {"a": 1}, "mapping.type"),
        ("text", ["a"], "mapping.type"),
        ("id", 35436.0, "mapping.type"),
        ("id", float(BIG), "mapping.type"),
        ("id", True, "mapping.type"),
        ("id", [1], "mapping.type"),
        ("id", 10**600, "mapping.type"),
        ("int", 1.5, "mapping.type"),
        ("int", 2.0**60, "mapping.type"),
        ("int", "1.5", "mapping.type"),
        ("int", "9" * 5000, "mapping.type"),
        ("int", True, "mapping.type"),
        ("number", "many", "mapping.type"),
        ("number", float("nan"), "mapping.type"),
        ("number", "1e999", "mapping.type"),
        ("number", False, "mapping.type"),
        ("bool", "yes", "mapping.type"),
        ("bool", 2, "mapping.type"),
        ("bool", 1.0, "mapping.type"),
        ("time", "2026-01-31T12:00:00", "mapping.time"),
        ("time", "2026-01-31", "mapping.time"),
        ("time", "31/01/2026", "mapping.time"),
        ("time", "Sat Foo 31 12:00:00 +0000 2026", "mapping.time"),
        ("time", "0001-01-01T00:00:00+12:00", "mapping.time"),
        ("time", 1769860800, "mapping.time"),
        ("epoch", 1769860800000, "mapping.time"),
        ("epoch", 10**30, "mapping.time"),
        ("epoch", "soon", "mapping.type"),
        ("date", "2026-01-31T12:00:00", "mapping.time"),
        ("date", "2026-02-31", "mapping.time"),
    ],
)
def test_what_does_not_fit_is_refused_without_its_value(name: str, value: Any, reason: str) -> None:
    with pytest.raises(RefusalError) as caught:
        CONVERSIONS[name](value)
    assert caught.value.reason == reason
    assert str(value)[:20] not in caught.value.what
    assert caught.value.__cause__ is None


def test_a_time_without_a_zone_is_utc_only_where_the_mapping_says_so() -> None:
    assert to_utc_time("2026-01-31T12:00:00") == NOON
    assert to_utc_time("2026-01-31T13:00:00+01:00") == NOON


def test_moments_leave_as_json_has_them() -> None:
    assert iso_time(NOON) == "2026-01-31T12:00:00Z"
    assert iso_day(NOON) == "2026-01-31"
    assert epoch_seconds(NOON) == 1769860800
