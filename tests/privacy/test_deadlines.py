"""By when people must have an answer: every number of the shipped table, on a clock that is told."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub.errors import ConfigError, PolicyError
from hub.privacy.controller import Controller, Notice
from hub.privacy.deadlines import Deadlines, Law, Span, Terms, VendorTerms, load_deadlines

SHIPPED = Path(__file__).parents[2] / "privacy"
RULES = load_deadlines(SHIPPED)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "places", "received", "law", "due", "heard"),
    [
        ("erasure", ["DE"], "2026-03-05T10:00", "GDPR", "2026-04-05T10:00", None),
        ("access", ["FR"], "2026-01-31T10:00", "GDPR", "2026-02-28T10:00", None),
        ("access", ["FR"], "2027-12-31T10:00", "GDPR", "2028-01-31T10:00", None),
        ("access", ["US-CA"], "2026-03-06T09:00", "CCPA", "2026-04-20T09:00", "2026-03-20T09:00"),
        ("erasure", ["US-CA"], "2026-03-07T09:00", "CCPA", "2026-04-21T09:00", "2026-03-20T09:00"),
        ("erasure", ["BR"], "2026-03-05T10:00", "LGPD", "2026-03-20T10:00", None),
        ("erasure", ["DE-BY"], "2026-03-05T10:00", "GDPR", "2026-04-05T10:00", None),
        ("erasure", ["US-CA", "DE"], "2026-03-05T10:00", "GDPR", "2026-04-05T10:00", "2026-03-19T10:00"),
        ("erasure", [], "2026-03-05T10:00", "LGPD", "2026-03-20T10:00", "2026-03-19T10:00"),
        ("erasure", ["JP"], "2026-03-05T10:00", "LGPD", "2026-03-20T10:00", "2026-03-19T10:00"),
    ],
)
def test_what_is_due_when(kind, places, received, law, due, heard):
    found = RULES.due(kind, places, at(received))
    assert (found.law, found.due_at, found.acknowledge_by) == (law, at(due), at(heard) if heard else None)


def test_holidays_are_no_business_days():
    span, start = Span(business_days=3), at("2026-12-23T12:00")
    assert span.after(start) == at("2026-12-28T12:00")
    assert span.after(start, [date(2026, 12, 24), date(2026, 12, 25)]) == at("2026-12-30T12:00")


def test_more_time_is_taken_only_where_the_law_gives_it():
    assert RULES.extended("access", "GDPR", at("2026-04-05T10:00")) == at("2026-06-05T10:00")
    assert RULES.extended("erasure", "CCPA", at("2026-04-20T09:00")) == at("2026-06-04T09:00")
    with pytest.raises(PolicyError, match="no extension"):
        RULES.extended("erasure", "LGPD", at("2026-04-20T09:00"))


def test_a_vendor_may_want_it_sooner():
    assert RULES.at_system("x", at("2026-03-05T10:00")) == at("2026-03-06T10:00")
    assert RULES.at_system("zendesk", at("2026-03-05T10:00")) is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("answer: {months: 1}|answer: {month: 1}", "deadlines.yaml:16"),
        ("answer: {days: 15}|answer: {days: 15, hours: 2}", "name one of"),
        ("answer: {days: 15}|answer: {days: 0}", "name one of"),
    ],
)
def test_a_bad_table_is_refused_with_its_line(tmp_path, change, told):
    before, after = change.split("|")
    text = (SHIPPED / "deadlines.yaml").read_text().replace(before, after, 1)
    (tmp_path / "deadlines.yaml").write_text(text)
    with pytest.raises(ConfigError, match=told):
        load_deadlines(tmp_path)


def test_a_missing_table_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"deadlines\.yaml"):
        load_deadlines(tmp_path)


def test_the_reference_page_explains_every_key_and_its_example_loads(tmp_path):
    page = (SHIPPED.parent / "docs" / "reference" / "privacy-files.md").read_text()
    part = page.partition("## deadlines.yaml")[2].partition("## access.yaml")[0]
    (tmp_path / "deadlines.yaml").write_text(part.partition("```yaml file=deadlines.yaml\n")[2].partition("```")[0])
    assert load_deadlines(tmp_path).due("access", ["DE"], at("2026-03-05T10:00")).law == "GDPR"
    for model in (Deadlines, Law, Terms, Span, VendorTerms, Controller, Notice):
        assert {name for name in model.model_fields if f"`{name}`" not in part} <= {"version"}
