"""What a plugin says and gives may be wrong in any way: it stops nobody, and nobody's name gets into the records."""

import json
from datetime import UTC, datetime

import pytest

from hub.contract import Batch, Outcome, OutcomeState, RawRecord
from hub.errors import BadRecordError, PolicyError, ThrottledError, TransientError
from hub.pipeline.listing import listed_as
from hub.pipeline.portable import gather, parse_portable, take_in
from hub.pipeline.pull import PullJob, pull
from hub.pipeline.push import push
from hub.pipeline.run import NEXT_STEP
from hub.privacy.retention import expires_at
from tests.pipeline.conftest import Desk

NAME = "duplicate value found: p0@example.com on record Maria Lopez"


class Chatty(Desk):
    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def write(self, object, records):
        for record in records:
            yield Outcome(record.idempotency_key, OutcomeState.FAILED, reason=self.reason)


class Pages:
    def __init__(self, *pages):
        self.pages = pages

    def read(self, stream, cursor):
        yield from self.pages if cursor is None else ()


class Down:
    def __init__(self, error):
        self.error = error

    def read(self, stream, cursor):
        raise self.error


def reasons(hub):
    with hub.store.read() as tx:
        return [letter.reason for letter in tx.dead_letters.find()]


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        (TransientError("Zendesk could not be reached."), NEXT_STEP),
        (ThrottledError("Zendesk asks to wait."), NEXT_STEP),
        (TransientError("Zendesk could not be reached.", fix="Ask Zendesk."), "Ask Zendesk."),
    ],
)
def test_a_system_that_is_down_is_told_with_a_next_step(town, error, fix):
    with town.open() as hub:
        report = pull(hub.rooms, PullJob("zendesk-pull", "zendesk", "zendesk", Down(error), ("tickets",)))
        assert report.error is error and report.error.fix == fix


def test_a_failure_without_a_reason_is_one(town):
    with town.open() as hub:
        town.people(hub, 1)
        report = push(hub.rooms, town.job(hub, Chatty(None)))
        assert report.error is None and reasons(hub) == ["unspecified"]
        again = push(hub.rooms, town.job(hub, Chatty(None)))
        assert again.error is None, "a destination that gives no reason must not block the push for ever"


def test_a_reason_in_words_reaches_neither_the_ledger_nor_the_audit_log(town, audit_of):
    with town.open() as hub:
        town.people(hub, 1)
        report = push(hub.rooms, town.job(hub, Chatty(NAME)))
        assert report.error is None and reasons(hub) == ["other"]
        assert "Maria" not in str(audit_of(hub)) and "p0@" not in str(audit_of(hub))


def tickets(*pages):
    return PullJob("zendesk-pull", "zendesk", "zendesk", Pages(*pages), ("tickets",))


def test_what_a_plugin_says_of_a_record_that_it_cannot_read_is_kept_only_where_it_is_a_code(town):
    flawed = RawRecord.unreadable("tickets", {"x": 1}, NAME)
    with town.open() as hub:
        report = pull(hub.rooms, tickets(Batch((flawed, RawRecord("tickets", "9", "1", {})), "c1")))
        assert (
            report.error is None and report.counts["quarantined"] == 2 and "quarantined: other" in str(report.reasons)
        )


def test_an_open_end_of_the_year_9999_is_when_the_hub_learnt_of_it(town):
    now = datetime(2026, 6, 1, tzinfo=UTC)
    with town.open() as hub:
        ends = {
            year: expires_at(
                hub.policy, category="content", purpose=None, source=None,
                clocks={"collected": now, "occurred": now, "case_closed": datetime(year, 12, 31, 23, 59, tzinfo=UTC)},
            )
            for year in (2026, 9999)
        }  # fmt: skip
        assert ends[9999] <= max(ends.values()) and ends[9999].year < 2040


def portable_of(hub, person, **record):
    data = raw_portable(hub, person)
    data["person"]["identifiers"] = [{"kind": "email", "value": "other@example.com", "issuer": "", "verified": False}]
    for row in data["records"]:
        row["expires_at"] = None
        row["record"] |= record
    for row in data["emotion_tags"]:
        row |= {"record_id": record.get("id", row["record_id"]), "expires_at": "2999-01-01T00:00:00Z"}
    return parse_portable(json.dumps(data).encode())


def test_a_file_takes_no_record_from_somebody_else(town):
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        with pytest.raises(PolicyError, match="held already"):
            take_in(hub.rooms, portable_of(hub, ann))
        with hub.store.read() as tx:
            assert len(tx.records.for_person(ann)) == 1


def test_a_file_is_redacted_here_and_ends_by_the_rules_of_here(town):
    wrote = "my mail is other@example.com, and that of my sister ann.lee@example.com"
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        new = take_in(hub.rooms, portable_of(hub, ann, id="itx_new", text=wrote))
        with hub.store.read() as tx:
            ((_, ends, record),) = tx.records.held_of(new)
            (tag,) = tx.tags.for_person([new])[new]
        assert "@" not in record.text and record.redaction.entities["EMAIL_ADDRESS"] == 2
        assert ends is not None and ends.year < 2040 and tag.expires_at.year < 2040


@pytest.mark.parametrize("written", ["P0@Example.COM", " p0@example.com", "mailto:p0@example.com"])
def test_who_was_erased_comes_back_by_no_other_spelling_in_a_file(town, written):
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        data = json.loads(json.dumps(raw_portable(hub, ann)))
        with hub.store.begin() as tx:
            tx.suppression.add(listed_as(hub.vault, tx.persons.identifiers([ann])[ann]), "erased")
            tx.persons.erase(ann)
        data["person"]["identifiers"] = [{"kind": "email", "value": written, "issuer": "", "verified": False}]
        with pytest.raises(PolicyError, match="stays erased"):
            take_in(hub.rooms, parse_portable(json.dumps(data | {"records": [], "emotion_tags": []}).encode()))


@pytest.mark.parametrize(
    "told", [{"birth_year": "young"}, {"birth_year": [1990]}, {"country": 7}, {"name": {"a": 1}}, {"x": 1}]
)
def test_a_profile_that_is_none_makes_a_file_unreadable(town, told):
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        data = raw_portable(hub, ann)
    data["person"]["profile"] |= told
    with pytest.raises(BadRecordError, match="cannot be read"):
        parse_portable(json.dumps(data).encode())


def test_what_is_no_identifier_makes_a_file_unreadable(town):
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        data = raw_portable(hub, ann)
    data["person"]["identifiers"] = [{"kind": "email", "value": "nobody", "issuer": "", "verified": False}]
    with pytest.raises(BadRecordError, match="cannot be read"):
        parse_portable(json.dumps(data).encode())


@pytest.mark.parametrize("strange", ["purpose", "category", "recipient"])
def test_a_refusal_of_a_file_in_words_that_no_rule_knows_is_not_taken_for_one_that_is_kept(town, strange):
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        data = raw_portable(hub, ann)
        data["person"]["identifiers"] = [
            {"kind": "email", "value": "other@example.com", "issuer": "", "verified": False}
        ]
        data |= {"records": [], "emotion_tags": []}
        said = data["consents"][0]["event"]
        said["state"], said["scope"][strange] = "refused", "word-of-elsewhere"
        with pytest.raises(PolicyError, match=f"names a {strange} that no rule here knows"):
            take_in(hub.rooms, parse_portable(json.dumps(data).encode()))
        said["scope"][strange] = "*"
        assert take_in(hub.rooms, parse_portable(json.dumps(data).encode()))


def raw_portable(hub, person):
    with hub.store.read() as tx:
        return gather(tx, person, hub.now()).data()
