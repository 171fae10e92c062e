"""GPP strings in a field of a source: refusals come of them, grants never, and nothing else of the record is lost."""

import pytest

from hub.contract import Batch, RawRecord
from hub.pipeline.gate import Question, ask, ledger_events
from hub.pipeline.pull import PullJob, pull
from hub.schema import ConsentState
from hub.telemetry.vocabulary import REASONS

SALE_REFUSED = "DBABTA~1YYN"
NOTHING_REFUSED = "DBABTA~1YNN"
UNKNOWN_SECTION = "DBABPQ~AAAA"
BROKEN = ["DBAB", "DBABBg", "yes", "DBABBg~BRkVUFGg.QA~x", "💥", "123"]


class Users:
    """One user of Zendesk, with an answer about emotion and whatever stands in the field for a GPP string."""

    def __init__(self, gpp, version="1", **fields):
        told = {
            "consent_emotion": "given",
            "consent_emotion_at": "2026-05-01T09:00:00Z",
            "consent_emotion_notice": 1,
            "iab_gpp": gpp,
        }
        data = {
            "id": 7, "role": "end-user", "name": "Ann", "email": "ann@example.com", "locale": "en-US", "tags": [],
            "updated_at": "2026-05-02T09:00:00Z", "phone": None, "shared_phone_number": None,
            "user_fields": told | fields,
        }  # fmt: skip
        self.record = RawRecord("users", "7", version, data)

    def read(self, stream, cursor):
        yield Batch((self.record,), "end")


def read(hub, users):
    report = pull(hub.rooms, PullJob("zendesk-pull", "zendesk", "zendesk", users, ("users",), full=True))
    assert report.error is None
    return report


def ledger(hub):
    with hub.store.read() as tx:
        return [row.event for row in tx.consents.since(0, 1000) if row.event]


def refused(hub):
    return {
        event.scope.purpose or event.scope.category for event in ledger(hub) if event.state is ConsentState.OPTED_OUT
    }


def emotion(hub):
    person = ledger(hub)[0].party.person_id
    with hub.store.read() as tx:
        events, profile = (
            ledger_events(tx.consents.for_persons([person])[person]),
            tx.persons.profiles([person])[person],
        )
    question = Question("EmotionAnalysis", "emotion.label", "hub", "infer")
    return ask(hub.rooms, events, profile, person_id=person, question=question, at=hub.now()).decision


def quarantined(hub):
    with hub.store.read() as tx:
        return [(one.stream, one.key, one.reason) for one in tx.quarantine.list(10)]


def test_a_string_refuses_what_it_refuses_and_nothing_else(town):
    with town.open() as hub:
        report = read(hub, Users(SALE_REFUSED, iab_gpp_at="2026-04-01T00:00:00Z"))
        assert (report.counts["stored"], report.counts["quarantined"]) == (1, 0)
        (event,) = [one for one in ledger(hub) if one.evidence.signal == "gpp"]
        assert (event.state, event.scope.purpose) == (ConsentState.OPTED_OUT, "Sale")
        assert (event.evidence.source_kind, event.evidence.source_system) == ("signal", "zendesk")
        assert event.evidence.method == "uspv1.OptOutSale" and event.occurred_at.month == 4
        assert quarantined(hub) == []
        assert read(hub, Users(SALE_REFUSED)).counts["unchanged"] == 1


@pytest.mark.parametrize("text", [*BROKEN, UNKNOWN_SECTION])
def test_a_string_that_cannot_be_read_refuses_is_named_and_loses_nothing_else(town, text):
    with town.open() as hub:
        report = read(hub, Users(text))
        assert report.reasons == {"stored: partly.gpp.unreadable": 1} and {"partly.gpp.unreadable"} <= REASONS
        assert quarantined(hub) == [("users", "7", "gpp.unreadable")]
        assert refused(hub) >= {"Sale", "PersonalisedAdvertising", "special", "emotion"}
        with hub.store.read() as tx:
            (person,) = tx.records.of_source(hub.vault.source_ref("zendesk", "users", "7"))
            assert tx.records.get([person])[person].kind == "person"
        assert [one.scope.purpose for one in ledger(hub) if one.state is ConsentState.GIVEN] == ["EmotionAnalysis"]


def test_a_string_that_can_be_read_again_ends_the_quarantine_and_lifts_no_refusal(town):
    with town.open() as hub:
        read(hub, Users(BROKEN[0]))
        before = refused(hub)
        read(hub, Users(NOTHING_REFUSED, version="2"))
        assert quarantined(hub) == [] and refused(hub) == before
        assert {str(one.state) for one in ledger(hub)} == {"given", "opted_out", "unknown"}


@pytest.mark.parametrize("text", [NOTHING_REFUSED, "", "  ", None])
def test_what_refuses_nothing_says_nothing(town, text):
    with town.open() as hub:
        assert read(hub, Users(text)).counts["stored"] == 1
        assert refused(hub) == set() and quarantined(hub) == []


def test_what_cannot_be_read_stands_against_a_yes_beside_it(town):
    """The same record says yes to emotion, by an import, which lifts no refusal."""
    with town.open() as hub:
        for text, reason in ((NOTHING_REFUSED, "consent.given"), (BROKEN[0], "optout.opted_out")):
            read(hub, Users(text, version=text))
            assert emotion(hub).reasons[0] == reason


def test_no_string_rests(town):
    with town.open() as hub:
        read(hub, Users(BROKEN[2] + "-secret-of-ann"))
        assert all(event.gpp is None for event in ledger(hub))


@pytest.mark.parametrize("said", [None, "", "Withdrawn", "no"])
def test_a_yes_that_a_record_no_longer_shows_is_none_though_the_rest_of_the_record_is_still_there(town, said):
    later = {"consent_emotion": said, "consent_emotion_at": "2026-05-20T09:00:00Z"}
    with town.open() as hub:
        read(hub, Users(None))
        assert emotion(hub).allowed
        read(hub, Users(None, version="2"))
        assert emotion(hub).allowed, "a record that still shows it, and has changed elsewhere"
        assert read(hub, Users(None, version="3", **later)).counts["stored"] == 1
        assert emotion(hub).reasons == ("optout.revoked",)
        assert "no longer shown" in [event.evidence.method for event in ledger(hub)], "the record itself is not gone"
        before = len(ledger(hub))
        read(hub, Users(None, version="4", **later))
        assert len(ledger(hub)) == before, "it is taken back once"


def test_a_refusal_for_a_recipient_that_no_rule_knows_is_quarantined_and_one_for_any_holds(town, monkeypatch):
    with town.open() as hub:
        (mapping,) = (
            one for one in hub.rooms.mappings.mappings
            if one.connector == "zendesk" and one.inbound and one.inbound.stream == "users"
        )  # fmt: skip
        apply = type(mapping.inbound).apply

        def addressed(self, raw, **options):
            return [_to(record, raw.data["user_fields"].get("to")) for record in apply(self, raw, **options)]

        monkeypatch.setattr(type(mapping.inbound), "apply", addressed)
        refusal = {"consent_emotion": "withdrawn", "consent_emotion_at": "2026-05-20T09:00:00Z"}
        read(hub, Users(None))
        report = read(hub, Users(None, version="2", to="Salesforce.prod", **refusal))
        assert report.reasons == {"quarantined: consent.unknown_recipient": 1}
        assert "consent.unknown_recipient" in REASONS
        assert not emotion(hub).allowed, "the yes that nobody can show any more"
        read(hub, Users(None, version="3", to="*", **refusal))
        assert quarantined(hub) == [] and "optout.withdrawn" in emotion(hub).reasons


def _to(record, recipient):
    if record.kind != "consent":
        return record
    return record.model_copy(update={"scope": record.scope.model_copy(update={"recipient": recipient})})
