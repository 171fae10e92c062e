"""What holds for every ledger, not only for those somebody thought of."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.privacy.consent import NEGATIVE, LedgerEvent, decide, decide_all, next_change
from hub.schema import ConsentState
from tests.privacy.ledgers import MODEST, PATIENT, PEOPLE, START, consents, identities, ledgers, moments, queries
from tests.privacy.ledgers import SHIPPED as POLICY

pytestmark = PATIENT


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


def before(until, start, share):
    """A moment between two; a share of nearly one is rounded to the second of them, which is no longer before it."""
    return min(start + (until - start) * share, until - timedelta(microseconds=1))


@MODEST
@given(ledger=ledgers, query=queries, share=st.floats(0, 1, exclude_max=True))
def test_an_answer_holds_until_it_says(ledger, query, share):
    now = decide(POLICY, ledger, query)
    until = now.valid_until or query.at + timedelta(days=3650)
    later = decide(POLICY, ledger, replace(query, at=before(until, query.at, share)))
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


@MODEST
@given(ledger=ledgers, asked=st.lists(queries, min_size=1, max_size=4))
def test_asked_together_or_one_by_one_makes_no_difference(ledger, asked):
    assert decide_all(POLICY, ledger, asked) == [decide(POLICY, ledger, query) for query in asked]


@MODEST
@given(ledger=ledgers, query=queries, share=st.floats(0, 1, exclude_max=True))
def test_until_the_next_change_no_answer_changes_for_any_purpose(ledger, query, share):
    until = next_change(POLICY, ledger, query.at) or query.at + timedelta(days=3650)
    later = replace(query, at=before(until, query.at, share))
    now, then = decide(POLICY, ledger, query), decide(POLICY, ledger, later)
    assert (then.allowed, then.reasons) == (now.allowed, now.reasons)
