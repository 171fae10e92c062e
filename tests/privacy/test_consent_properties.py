"""What holds for every ledger, not only for those somebody thought of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.privacy.consent import NEGATIVE, LedgerEvent, Query, decide
from hub.privacy.policy import load_policy
from hub.schema import ConsentEvidence, ConsentScope, ConsentState

POLICY = load_policy(Path(__file__).parents[2] / "privacy")
START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = ("ann", "bob", "cat")
MODEST = settings(max_examples=60, deadline=None)

# Few distinct moments, so that events tie and follow each other closely.
moments = st.integers(0, 12).map(lambda n: START + timedelta(days=60 * (n // 2), minutes=4 * (n % 2)))
scopes = st.builds(
    ConsentScope,
    purpose=st.sampled_from(
        [None, "*", "EmotionAnalysis", "DirectMarketing", "ServicePersonalisation", "CustomerCare"]
    ),
    category=st.sampled_from([None, "contact", "emotion", "emotion.label"]),
    channel=st.sampled_from([None, None, "email", "phone"]),
    recipient=st.sampled_from([None, None, "salesforce", "zendesk"]),
)
evidence = st.builds(
    ConsentEvidence,
    notice_version=st.sampled_from([None, 1, 2]),
    source_kind=st.sampled_from(["direct", "direct", "import"]),
    signal=st.sampled_from([None, None, "gpc"]),
    actor=st.sampled_from(["subject", "subject", "guardian", "controller"]),
    guardian_verified=st.booleans(),
    explicit=st.booleans(),
)


@st.composite
def consents(draw, states=tuple(ConsentState), people=PEOPLE):
    return LedgerEvent(
        id=f"c{draw(st.integers(0, 10**9))}", type="consent", subject=draw(st.sampled_from(people)), at=draw(moments),
        recorded=draw(moments), state=draw(st.sampled_from(sorted(states))), scope=draw(scopes), evidence=draw(evidence),
        valid_from=draw(st.none() | moments), valid_until=draw(st.none() | moments),
        restriction=draw(st.sampled_from([False, False, False, True])),
    )  # fmt: skip


@st.composite
def identities(draw):
    a, b = draw(st.permutations(PEOPLE))[:2]
    return LedgerEvent(
        id=f"m{draw(st.integers(0, 10**9))}", type=draw(st.sampled_from(["merge", "merge", "unmerge"])), at=draw(moments),
        recorded=draw(moments), a=a, b=b,
    )  # fmt: skip


grants = consents(states=(ConsentState.GIVEN, ConsentState.RENEWED)).map(
    lambda e: replace(
        e, restriction=False, evidence=e.evidence.model_copy(update={"actor": "subject", "explicit": True})
    )
)
ledgers = st.lists(st.one_of(grants, consents(), identities()), max_size=8, unique_by=lambda event: event.id)
queries = st.builds(
    Query,
    subject=st.sampled_from(PEOPLE),
    purpose=st.sampled_from(["EmotionAnalysis", "DirectMarketing", "ServicePersonalisation", "CustomerCare"]),
    category=st.sampled_from(["contact", "emotion.label"]),
    recipient=st.sampled_from(["salesforce", "salesforce", "zendesk"]),
    at=moments,
    jurisdictions=st.sampled_from([(), ("DE",), ("US",), ("US", "AT")]),
    channel=st.sampled_from([None, "email"]),
    age=st.sampled_from([None, None, 14, 40]),
)


@MODEST
@given(ledger=ledgers, query=queries, data=st.data())
def test_the_order_of_events_does_not_matter(ledger, query, data):
    shuffled = data.draw(st.permutations(ledger))
    assert decide(POLICY, shuffled, query) == decide(POLICY, ledger, query)


@MODEST
@given(ledger=ledgers, query=queries)
def test_hearing_everything_twice_changes_nothing(ledger, query):
    assert decide(POLICY, ledger + ledger, query) == decide(POLICY, ledger, query)


@MODEST
@given(ledger=ledgers, query=queries, refusal=consents(states=NEGATIVE))
def test_a_refusal_never_turns_no_into_yes(ledger, query, refusal):
    before, after = decide(POLICY, ledger, query), decide(POLICY, [*ledger, refusal], query)
    assert before.allowed or not after.allowed


@MODEST
@given(ledger=ledgers, query=queries)
def test_an_erasure_always_means_no(ledger, query):
    erased = LedgerEvent(id="gone", type="erased", subject=query.subject, at=START, recorded=START)
    assert decide(POLICY, [*ledger, erased], query).reasons == ("hard.erased",)


@MODEST
@given(ledger=ledgers, query=queries, pair=st.permutations(PEOPLE))
def test_a_merge_creates_no_permission_that_nobody_had(ledger, query, pair):
    late = max([START, *(event.recorded for event in ledger)]) + timedelta(days=1)
    query = replace(query, at=max(query.at, late))
    merge = LedgerEvent(id="late", type="merge", at=late, recorded=late, a=pair[0], b=pair[1])
    before = [decide(POLICY, ledger, replace(query, subject=person)).allowed for person in PEOPLE]
    after = decide(POLICY, [*ledger, merge], query)
    assert any(before) or not after.allowed


@MODEST
@given(ledger=ledgers, query=queries, pair=st.permutations(PEOPLE))
def test_of_merged_identities_each_ones_refusal_counts(ledger, query, pair):
    # Without older merges: what was said after one of those could lift the refusal. And the refusal is the last that its own
    # person said: only they themselves may take it back before the merge.
    ledger = [event for event in ledger if event.type == "consent"]
    said = max([START, *(event.recorded for event in ledger)]) + timedelta(hours=12)
    late = said + timedelta(hours=12)
    query = replace(query, at=late + timedelta(days=1), subject=pair[0])
    no = LedgerEvent(id="no", type="consent", subject=pair[1], at=said, recorded=said, state=ConsentState.WITHDRAWN)
    merge = LedgerEvent(id="late", type="merge", at=late, recorded=late, a=pair[0], b=pair[1])
    assert not decide(POLICY, [*ledger, no, merge], query).allowed


@MODEST
@given(ledger=ledgers, query=queries, pair=st.permutations(PEOPLE))
def test_a_merge_that_is_taken_back_has_never_been(ledger, query, pair):
    # Only pairs that the ledger does not link already: taking back would undo the older link too.
    ledger = [event for event in ledger if {event.a, event.b} != {pair[0], pair[1]}]
    late = max([START, *(event.recorded for event in ledger)]) + timedelta(days=1)
    query = replace(query, at=max(query.at, late + timedelta(days=2)))
    merge = LedgerEvent(id="late", type="merge", at=late, recorded=late, a=pair[0], b=pair[1])
    later = late + timedelta(hours=1)
    unmerge = LedgerEvent(id="later", type="unmerge", at=later, recorded=later, a=pair[1], b=pair[0])
    assert decide(POLICY, [*ledger, merge, unmerge], query) == decide(POLICY, ledger, query)


@MODEST
@given(ledger=ledgers, query=queries, news=st.lists(st.one_of(consents(), identities()), max_size=3), known=moments)
def test_what_was_decided_then_stays_as_it_was(ledger, query, news, known):
    query = replace(query, known_at=known)
    later = [replace(event, recorded=known + timedelta(seconds=1 + n)) for n, event in enumerate(news)]
    assert decide(POLICY, [*ledger, *later], query) == decide(POLICY, ledger, query)


@MODEST
@given(ledger=ledgers, query=queries, share=st.floats(0, 1, exclude_max=True))
def test_an_answer_holds_until_it_says(ledger, query, share):
    now = decide(POLICY, ledger, query)
    until = now.valid_until or query.at + timedelta(days=3650)
    later = decide(POLICY, ledger, replace(query, at=query.at + (until - query.at) * share))
    assert (later.allowed, later.reasons) == (now.allowed, now.reasons)


@MODEST
@given(ledger=ledgers, query=queries)
def test_every_answer_is_explained(ledger, query):
    decision = decide(POLICY, ledger, query)
    assert decision.reasons and decision.policy == POLICY.version
    assert set(decision.evidence) <= {event.id for event in ledger}
    assert decision.allowed == (decision.reasons[0] in {"consent.given", "consent.not_required", "li.no_objection"})


@MODEST
@given(ledger=ledgers, query=queries)
def test_emotion_never_leaves_without_an_explicit_yes_on_record(ledger, query):
    query = replace(query, category="emotion.label")
    if decide(POLICY, ledger, query).allowed:
        assert any(e.state in {"given", "renewed"} and e.evidence.explicit and e.scope.category for e in ledger)
