from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.errors import PolicyError
from hub.privacy.policy import load_policy
from hub.privacy.retention import Held, due, expires_at
from hub.privacy.rules import RetentionFile
from hub.schema import DataCategory

POLICY = load_policy(Path(__file__).parents[2] / "privacy")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLOCKS = {"collected": NOW, "occurred": NOW}


def end(category, policy=POLICY, purpose=None, source="zendesk", clocks=CLOCKS):
    return (expires_at(policy, category=category, purpose=purpose, source=source, clocks=clocks) - NOW).days


def rules(*rows):
    from dataclasses import replace

    return replace(POLICY, retention=RetentionFile.model_validate({"version": 1, "rules": rows}))


@pytest.mark.parametrize("category", list(DataCategory))
def test_everything_ends(category):
    assert 0 < end(category) <= 1825


def test_emotion_ends_before_everything_that_is_wanted():
    kept = [end(c) for c in DataCategory if not c.startswith("emotion") and c not in {"special", "health"}]
    assert end("emotion") == end("emotion.label") == end("emotion.distress") == 90 < min(kept)


def test_the_shortest_rule_wins():
    policy = rules(
        {"category": "content", "keep": "P30D", "from": "occurred"},
        {"category": "content", "keep": "P10D", "from": "collected"},
        {"category": "contact", "keep": "P1D", "from": "collected"},
    )
    assert end("content", policy) == 10
    assert end("content", policy, clocks={"occurred": NOW - timedelta(days=25), "collected": NOW}) == 5


def test_a_rule_for_a_source_or_purpose_counts_there_and_where_that_is_unknown():
    policy = rules(
        {"category": "content", "keep": "P30D", "from": "collected"},
        {"category": "content", "source": "x", "keep": "P20D", "from": "collected"},
        {"category": "content", "purpose": "DirectMarketing", "keep": "P10D", "from": "collected"},
    )
    assert end("content", policy, purpose="CustomerCare", source="zendesk") == 30
    assert end("content", policy, purpose="CustomerCare", source="x") == 20
    assert end("content", policy, purpose="DirectMarketing", source="x") == 10
    assert end("content", policy, purpose="CustomerCare", source=None) == 20
    assert end("content", policy, purpose=None, source=None) == 10


def test_a_clock_that_has_not_started_ends_nothing_yet():
    policy = rules(
        {"category": "content", "keep": "P5D", "from": "case_closed"},
        {"category": "content", "keep": "P30D", "from": "collected"},
    )
    assert end("content", policy) == 30
    assert end("content", policy, clocks={**CLOCKS, "case_closed": NOW}) == 5


def test_a_year_counts_365_days():
    assert end("content", rules({"category": "content", "keep": "P1Y", "from": "collected"})) == 365


@pytest.mark.parametrize("category", ["contact", "shoe_size"])
def test_what_no_rule_covers_may_not_be_kept(category):
    with pytest.raises(PolicyError) as caught:
        end(category, rules({"category": "content", "keep": "P1D", "from": "collected"}))
    assert caught.value.reason == "retention.no_rule"


def test_the_longest_overdue_goes_first_and_what_is_held_stays():
    items = [
        Held("b", NOW),
        Held("a", NOW),
        Held("late", NOW - timedelta(days=3)),
        Held("held", NOW - timedelta(days=9), on_hold=True),
        Held("young", NOW + timedelta(seconds=1)),
    ]
    assert [item.id for item in due(items, NOW)] == ["late", "a", "b"]
