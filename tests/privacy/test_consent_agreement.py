"""Two evaluators, written apart from each other, give the same answers."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.privacy.consent import LedgerEvent, Query, decide
from tests.privacy.ledgers import (
    COUNT,
    MODEST,
    PATIENT,
    PEOPLE,
    SHIPPED,
    START,
    WRITTEN,
    ledgers_of,
    moments,
    scopes,
    standing_answers,
)
from tests.privacy.naive_gate import allowed

pytestmark = PATIENT

POLICIES = {
    "shipped": (SHIPPED, ["salesforce", "zendesk", "voucherify", "hub"]),
    "written": (WRITTEN, ["crm", "desk", "ads", "points"]),
}

LAST = START + timedelta(days=361)


@st.composite
def cases(draw):
    policy, recipients = POLICIES[draw(st.sampled_from(sorted(POLICIES)))]
    purposes = sorted(policy.purposes.purposes)
    purpose = draw(st.sampled_from(purposes))
    near = [purpose, *sorted(policy.purpose_lineages[purpose]), *draw(st.permutations(purposes))[:2]]
    ledger = draw(ledgers_of(scopes(near)))
    if draw(st.integers(0, 9)) == 0:
        gone, at = draw(st.sampled_from(PEOPLE)), draw(moments)
        ledger = [*ledger, LedgerEvent(id="gone", type="erased", subject=gone, at=at, recorded=draw(moments))]
    query = Query(
        subject=draw(st.sampled_from(PEOPLE)),
        purpose=draw(st.sampled_from([purpose, purpose, purpose, "Telepathy"])),
        category=draw(st.sampled_from(["contact", "emotion.label", "emotion", "health", "content", "shoe_size"])),
        recipient=draw(st.sampled_from([None, None, *recipients, "newcomer"])),
        at=draw(moments) + timedelta(days=draw(st.sampled_from([0, 0, 1, 400]))),
        jurisdictions=draw(st.sampled_from([(), ("DE",), ("US",), ("US-CA",), ("US-TX",), ("US", "AT"), ("ZZ",), ("FR",)])),
        subject_kind=draw(st.sampled_from(["customer", "customer", "customer", "agent"])),
        channel=draw(st.sampled_from([None, "email"])),
        age=draw(st.sampled_from([None, None, 14, 15, 40])),
        operation=draw(st.sampled_from(["activate", "infer", "activate", "sell"])),
        known_at=draw(st.sampled_from([None, None, None]) | moments),
    )  # fmt: skip
    return policy, ledger, query


@settings(MODEST, max_examples=max(COUNT, 200))
@given(case=cases())
def test_the_naive_evaluator_agrees(case):
    policy, ledger, query = case
    decision = decide(policy, ledger, query)
    assert decision.allowed == allowed(policy, ledger, query), decision.reasons


@st.composite
def standing_cases(draw):
    """A question that is in order, of which only what the objects of some systems say decides."""
    question = {
        "subject": "ann",
        "purpose": "EmotionAnalysis",
        "category": draw(st.sampled_from(["contact", "emotion.label"])),
    }
    ledger = draw(standing_answers(**question)) + draw(st.just([]) | standing_answers(**question))
    merges = [LedgerEvent(id="m", type="merge", at=draw(moments), recorded=draw(moments), a="ann", b="bob")]
    query = Query(**question, recipient="salesforce", at=LAST, jurisdictions=("DE",), age=40)
    return SHIPPED, [*ledger, *draw(st.sampled_from([[], merges]))], query


@MODEST
@given(case=standing_cases())
def test_the_naive_evaluator_agrees_about_the_standing_answers_of_systems(case):
    policy, ledger, query = case
    decision = decide(policy, ledger, query)
    assert decision.allowed == allowed(policy, ledger, query), decision.reasons
