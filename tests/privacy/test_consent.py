from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.privacy.consent import LedgerEvent, Query, decide
from hub.privacy.policy import load_policy
from hub.schema import (
    AuthorRole,
    ConsentEvent,
    ConsentEvidence,
    ConsentScope,
    ConsentState,
    Party,
    Provenance,
)

POLICY = load_policy(Path(__file__).parents[2] / "privacy")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def query(**changes):
    fields = {
        "subject": "ann", "purpose": "EmotionAnalysis", "category": "emotion.label", "recipient": "hub", "at": NOW,
        "jurisdictions": ("DE",),
    }  # fmt: skip
    return Query(**(fields | changes))


def event(
    id="e1",
    *,
    state="given",
    days=-30,
    recorded=None,
    purpose="EmotionAnalysis",
    category="emotion",
    subject="ann",
    **more,
):
    at = NOW + timedelta(days=days)
    proof = {name: more.pop(name) for name in list(more) if name in ConsentEvidence.model_fields}
    return LedgerEvent(
        id=id, type="consent", subject=subject, state=ConsentState(state), at=at, recorded=recorded or at,
        scope=ConsentScope(purpose=purpose, category=category),
        evidence=ConsentEvidence(**({"explicit": True, "notice_version": 1} | proof)), **more,
    )  # fmt: skip


def test_a_canonical_event_becomes_a_line_of_the_ledger():
    record = ConsentEvent(
        id="c1", provenance=Provenance(connection="crm", connector="salesforce", stream="consents", key="k", version="1"),
        party=Party(role=AuthorRole.CUSTOMER), state=ConsentState.GIVEN, occurred_at=NOW - timedelta(days=1),
        scope=ConsentScope(purpose="EmotionAnalysis", category="emotion"),
        evidence=ConsentEvidence(explicit=True, notice_version=1),
        valid_until=NOW + timedelta(days=1),
    )  # fmt: skip
    line = LedgerEvent.from_record(record, subject="ann", recorded=NOW)
    assert (line.id, line.subject, line.at, line.recorded) == ("c1", "ann", record.occurred_at, NOW)
    decision = decide(POLICY, [line], query())
    assert decision.allowed and decision.evidence == ("c1",)
    assert decision.valid_until == record.valid_until


def test_a_yes_to_emotion_comes_with_obligations_and_a_no_with_none():
    assert decide(POLICY, [event()], query()).obligations == ("human_review", "advisory_only")
    assert decide(POLICY, [], query()).obligations == ()


def test_an_answer_names_the_policy_and_everything_that_stands_against_it():
    decision = decide(
        POLICY, [event(), event("e2", state="withdrawn", days=-9), event("e3", state="objected", days=-5)], query()
    )
    assert decision.policy == POLICY.version
    assert decision.reasons == ("optout.objected", "optout.withdrawn")
    assert set(decision.evidence) == {"e2", "e3"}


def test_the_latest_faulty_grant_gives_the_reason():
    decision = decide(POLICY, [event("old", days=-800), event("new", explicit=False, days=-5)], query())
    assert decision.reasons == ("consent.not_explicit", "consent.stale")


def test_other_peoples_events_do_not_count():
    assert decide(POLICY, [event(subject="bob")], query()).reasons == ("consent.none",)


def test_an_answer_ends_when_consent_grows_old():
    assert decide(POLICY, [event(days=-30)], query()).valid_until == NOW + timedelta(days=700)


def test_an_answer_without_events_never_ends_by_itself():
    assert decide(POLICY, [], query()).valid_until is None


def test_a_guardian_may_consent_for_a_child_but_only_verified():
    yes = event(actor="guardian", guardian_verified=True)
    assert decide(POLICY, [yes], query(age=12)).allowed
    assert not decide(POLICY, [event(actor="guardian")], query(age=12)).allowed


@pytest.mark.parametrize("actor", ["controller", "authority"])
def test_nobody_else_may(actor):
    assert decide(POLICY, [event(actor=actor)], query()).reasons == ("consent.not_from_subject",)


def test_a_signal_cannot_lift_a_refusal():
    no = event("no", state="refused", days=-20)
    assert not decide(POLICY, [no, event("yes", days=-10, source_kind="signal")], query()).allowed
    assert decide(POLICY, [no, event("yes", days=-10)], query()).allowed


@pytest.mark.parametrize(
    ("refused", "lifted"),
    [
        ({"source_kind": "direct"}, False),
        ({"source_kind": "direct", "system": "crm", "object": "consents/1"}, False),
        ({"source_kind": "import", "system": "crm", "object": "consents/1"}, False),
        ({"source_kind": "signal", "system": "crm", "object": "consents/1"}, False),
        ({"source_kind": "object", "system": "desk", "object": "consents/1"}, False),
        ({"source_kind": "object", "system": "crm", "object": "consents/2"}, False),
        ({"source_kind": "object", "system": "crm", "object": "consents/1"}, True),
    ],
)
def test_a_row_of_a_system_lifts_its_own_refusal_and_no_other(refused, lifted):
    no = event("no", state="withdrawn", days=-20, **refused)
    row = event("row", days=-10, source_kind="object", system="crm", object="consents/1")
    assert decide(POLICY, [row], query()).allowed
    assert decide(POLICY, [no, row], query()).reasons == (("consent.given",) if lifted else ("optout.withdrawn",))


def test_where_a_deleted_object_ended_a_grant_another_of_that_system_may_answer():
    gone = event("gone", state="revoked", days=-20, actor="controller", system="crm", object="consents/1")
    rows = [event("row", days=-10, source_kind="object", system=name, object="consents/2") for name in ("crm", "desk")]
    assert [decide(POLICY, [gone, row], query()).allowed for row in rows] == [True, False]


def test_what_somebody_tells_the_hub_lifts_what_a_row_refuses():
    no = event("no", state="withdrawn", days=-20, source_kind="object", system="crm", object="consents/1")
    assert decide(POLICY, [no, event("yes", days=-10, system="hub", object="told/1")], query()).allowed


def test_an_invalidation_without_a_notice_cannot_be_lifted():
    void = event("void", state="invalidated", days=-20, actor="authority", notice_version=None)
    told = decide(POLICY, [void, event("yes", days=-10, notice_version=9)], query())
    assert not told.allowed and told.reasons == ("optout.invalidated", "optout.no_notice")
    named = event("void", state="invalidated", days=-20, actor="authority", notice_version=1)
    assert decide(POLICY, [named, event("yes", days=-10, notice_version=1)], query()).reasons == ("optout.invalidated",)


def test_a_refusal_of_a_purpose_that_is_retired_refuses_no_other():
    no = event("no", state="withdrawn", days=-20, purpose="Telepathy")
    assert decide(POLICY, [no, event("yes", days=-10)], query()).allowed


def test_a_contract_purpose_stops_at_a_refusal_that_names_it():
    no = event(state="refused", purpose="CustomerCare", category=None)
    assert decide(POLICY, [no], query(purpose="CustomerCare", category="content")).reasons == ("optout.refused",)


def test_a_restriction_that_has_run_out_leaves_the_objection():
    both = event(state="objected", purpose=None, category=None, restriction=True, valid_until=NOW)
    asked = query(purpose="ServiceOptimisation", category="content")
    assert decide(POLICY, [both], asked).reasons == ("optout.objected",)


def test_a_restriction_does_not_stop_keeping_proof_of_it():
    stop = event(state="objected", purpose=None, category=None, restriction=True)
    assert decide(POLICY, [stop], query(purpose="LegalCompliance", category="consent")).allowed


def test_a_second_merge_of_the_same_two_does_not_void_a_grant_made_between():
    def merge(id, days):
        at = NOW + timedelta(days=days)
        return LedgerEvent(id=id, type="merge", at=at, recorded=at, a="ann", b="bob")

    ledger = [event("no", state="withdrawn", days=-90, subject="bob"), merge("m1", -60), event("yes", days=-30)]
    assert decide(POLICY, ledger, query()).allowed
    assert decide(POLICY, [*ledger, merge("m2", -10)], query()).allowed


def test_a_merge_and_an_unmerge_in_the_same_instant_leave_the_two_merged():
    at = NOW - timedelta(days=1)
    ledger = [
        event("no", state="withdrawn", days=-90, subject="bob"),
        event("yes", days=-30),
        LedgerEvent(id="m", type="merge", at=at, recorded=at, a="ann", b="bob"),
        LedgerEvent(id="u", type="unmerge", at=at, recorded=at, a="ann", b="bob"),
    ]
    assert not decide(POLICY, ledger, query()).allowed


def test_a_grant_recorded_in_the_instant_of_the_merge_was_not_recorded_after_it():
    at = NOW - timedelta(days=30)
    ledger = [
        event("no", state="withdrawn", days=-90, subject="bob"),
        LedgerEvent(id="m", type="merge", at=at, recorded=at, a="ann", b="bob"),
    ]
    assert not decide(POLICY, [*ledger, event("yes", days=-30)], query()).allowed
    assert decide(POLICY, [*ledger, event("yes", days=-29)], query()).allowed


def test_an_erasure_counts_from_the_moment_it_is_known_whatever_clock_sent_it():
    gone = LedgerEvent(
        id="x", type="erased", subject="ann", at=NOW + timedelta(days=900), recorded=NOW - timedelta(seconds=1)
    )
    assert decide(POLICY, [event(), gone], query()).reasons == ("hard.erased",)


def test_a_refusal_that_names_the_recipient_hits_a_question_that_names_none():
    no = event("no", state="refused", purpose="ServiceOptimisation", category=None)
    scoped = LedgerEvent(
        id="no", type="consent", subject="ann", state=no.state, at=no.at, recorded=no.recorded,
        scope=ConsentScope(purpose="ServiceOptimisation", recipient="salesforce"),
    )  # fmt: skip
    assert not decide(
        POLICY, [scoped], query(purpose="ServiceOptimisation", category="content", recipient=None)
    ).allowed
    assert decide(POLICY, [scoped], query(purpose="ServiceOptimisation", category="content", recipient="hub")).allowed


def test_it_answers_fast_for_a_person_with_a_long_history():
    from time import perf_counter

    states = ("given", "withdrawn", "requested", "renewed", "unknown")
    ledger = [event(f"e{n}", state=states[n % 5], days=-60 + n) for n in range(50)]
    decide(POLICY, ledger, query())
    best = min(_timed(lambda: decide(POLICY, ledger, query()), perf_counter) for _ in range(20))
    assert best < 0.005


def _timed(work, clock):
    start = clock()
    work()
    return clock() - start
