"""Random ledgers and questions: few distinct moments and names, so that events tie, cover and contradict each other.

``ATTUNE_LEDGERS=100000`` draws that many for each property, in place of some dozens.
"""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from hub.privacy.consent import NEGATIVE, POSITIVE, LedgerEvent, Query
from hub.privacy.document import read_document
from hub.privacy.policy import load_policy
from hub.privacy.vectors import vector_policy
from hub.schema import ConsentEvidence, ConsentScope, ConsentState

HERE = Path(__file__).parent
SHIPPED = load_policy(HERE.parents[1] / "privacy")
WRITTEN = vector_policy(read_document(HERE / "consent_scenarios.yaml").data["config"])
START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = ("ann", "bob", "cat")
COUNT = int(os.environ.get("ATTUNE_LEDGERS", "60"))
PATIENT = pytest.mark.timeout(300 + COUNT // 10)
"""Mark of a module whose tests draw so many."""
MODEST = settings(max_examples=COUNT, deadline=None, suppress_health_check=[HealthCheck.too_slow])

moments = st.integers(0, 12).map(lambda n: START + timedelta(days=60 * (n // 2), minutes=4 * (n % 2)))
evidence = st.builds(
    ConsentEvidence,
    notice_version=st.sampled_from([None, 1, 2]),
    source_kind=st.sampled_from(["direct", "direct", "object", "object", "import", "signal"]),
    signal=st.sampled_from([None, None, "gpc", "gpp"]),
    actor=st.sampled_from(["subject", "subject", "guardian", "controller", "authority"]),
    guardian_verified=st.booleans(),
    explicit=st.booleans(),
)


def scopes(purposes=("EmotionAnalysis", "DirectMarketing", "ServicePersonalisation", "CustomerCare")):
    return st.builds(
        ConsentScope,
        purpose=st.sampled_from([None, "*", *purposes]),
        category=st.sampled_from([None, "*", "contact", "emotion", "emotion.label", "health"]),
        channel=st.sampled_from([None, None, "email", "phone"]),
        recipient=st.sampled_from([None, None, "salesforce", "zendesk"]),
    )


@st.composite
def consents(draw, states=tuple(ConsentState), people=PEOPLE, scope=scopes()):  # noqa: B008 - a strategy is a value
    return LedgerEvent(
        id=f"c{draw(st.integers(0, 10**9))}", type="consent", subject=draw(st.sampled_from(people)), at=draw(moments),
        recorded=draw(moments), state=draw(st.sampled_from(sorted(states))), scope=draw(scope), evidence=draw(evidence),
        valid_from=draw(st.none() | moments), valid_until=draw(st.none() | moments),
        restriction=draw(st.sampled_from([False, False, False, True])),
        system=draw(st.sampled_from(["crm", "desk"])), object=draw(st.sampled_from(["one", "two"])),
    )  # fmt: skip


@st.composite
def identities(draw):
    a, b = draw(st.permutations(PEOPLE))[:2]
    return LedgerEvent(
        id=f"m{draw(st.integers(0, 10**9))}", type=draw(st.sampled_from(["merge", "merge", "unmerge"])), at=draw(moments),
        recorded=draw(moments), a=a, b=b,
    )  # fmt: skip


def willing(event):
    """A grant with all that a grant needs, said to the hub or kept as an object of a system."""
    kept = "object" if event.evidence.source_kind == "object" else "direct"
    shown = {"actor": "subject", "explicit": True, "notice_version": 2, "source_kind": kept}
    return replace(event, restriction=False, evidence=event.evidence.model_copy(update=shown))


@st.composite
def standing_answers(draw, subject, purpose, category):
    """What objects of one or two systems say to one question: a no, then a yes of the same object or of another."""
    scope = st.just(ConsentScope(purpose=purpose, category=category))
    no, yes = (draw(consents(states, (subject,), scope)) for states in (NEGATIVE, POSITIVE))
    kept = no.evidence.model_copy(update={"source_kind": "object"})
    yes = willing(replace(yes, evidence=kept))
    return [replace(one, valid_from=None, valid_until=None) for one in (replace(no, evidence=kept), yes)]


def ledgers_of(scope, most=8):
    grants = consents(states=(ConsentState.GIVEN, ConsentState.RENEWED), scope=scope).map(willing)
    kinds = st.one_of(grants, consents(scope=scope), identities())
    return st.lists(kinds, max_size=most, unique_by=lambda event: event.id)


ledgers = ledgers_of(scopes())
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
