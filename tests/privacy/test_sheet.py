from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.privacy.policy import load_policy
from hub.privacy.sheet import RowError, read_row

POLICY = load_policy(Path(__file__).parents[2] / "privacy")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROW = {"at": "2026-05-01T00:00:00Z", "state": "given", "purpose": "EmotionAnalysis", "category": "emotion"}


def read(**changes):
    return read_row(ROW | changes, POLICY, NOW)


def test_a_row_says_what_stands_in_it():
    (told,) = read(
        explicit="yes", channel="email", recipient="salesforce", notice_id="n", notice_version="3", language="de",
        valid_from="2026-05-02T00:00:00+02:00", valid_until="2027-05-01T00:00:00Z", method="form", actor="guardian",
        guardian_verified="true", source_system="shop",
    )  # fmt: skip
    assert (told.state, told.at) == ("given", datetime(2026, 5, 1, tzinfo=UTC))
    assert told.scope.model_dump() == {
        "purpose": "EmotionAnalysis", "category": "emotion", "channel": "email", "recipient": "salesforce",
    }  # fmt: skip
    assert (told.valid_from, told.valid_until.year) == (datetime(2026, 5, 1, 22, tzinfo=UTC), 2027)
    assert told.evidence.model_dump(exclude_none=True) == {
        "notice_id": "n", "notice_version": 3, "method": "form", "language": "de", "source_system": "shop",
        "source_kind": "import", "actor": "guardian", "guardian_verified": True, "explicit": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("word", "state"),
    [("GIVEN", "given"), ("Yes", "given"), ("opt-in", "given"), ("no", "opted_out"), ("Opt-Out", "opted_out"),
     ("opted out", "opted_out"), ("withdrawn", "withdrawn"), ("unsubscribed", "opted_out"), ("unknown", "unknown")],
)  # fmt: skip
def test_words_that_people_write(word, state):
    assert read(state=word)[0].state == state


def test_everything_that_is_said_is_an_import_even_a_refusal():
    assert {one.evidence.source_kind for one in [*read(), *read(state="refused")]} == {"import"}


def test_a_row_may_say_several_things():
    assert [str(one.state) for one in read(state="", gpc="yes", gpp="DBABTA~1YYN")] == ["opted_out"] * 3


def test_a_refusal_may_lie_in_the_future_and_need_no_purpose():
    assert read(state="refused", at="2027-01-01T00:00:00Z", purpose="*", category="")[0].scope.purpose is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"at": ""}, "at: empty"),
        ({"at": "yesterday"}, "at: expected ISO 8601"),
        ({"at": "2026-05-01"}, "at: a time without a zone"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at: beyond"),
        ({"at": "2026-07-01T00:00:00Z"}, "at: lies in the future"),
        ({"state": "1"}, "state: not a known word"),
        ({"state": "gven"}, "did you mean 'given'"),
        ({"state": ""}, "it says nothing"),
        ({"purpose": ""}, "a consent names its purpose"),
        ({"purpose": "*"}, "a consent names its purpose"),
        ({"purpose": "EmotionAnalisys"}, "did you mean 'EmotionAnalysis'"),
        ({"category": "mood"}, "category: not known"),
        ({"channel": "pigeon"}, "channel: not known"),
        ({"recipient": "newcomer"}, "recipient: not known"),
        ({"actor": "friend"}, "actor: expected"),
        ({"explicit": "perhaps"}, "explicit: expected yes or no"),
        ({"notice_version": "two"}, "notice_version: expected"),
        ({"valid_until": "soon"}, "valid_until: expected ISO 8601"),
        ({"gpc": "maybe"}, "gpc: expected yes or no"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_column(changes, why):
    with pytest.raises(RowError, match=why):
        read(**changes)
