"""Law as defaults: a row for each rule, with what the shipped configuration does, and what changes where the rule is flipped.

Each row has two questions. The first is the case that the law forbids, under the shipped rules: the answer names the refusal.
The second is the same case with the one thing changed that the law asks for: then it is allowed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from hub import plugins
from hub.config import AuditSettings
from hub.contract import Capability, Connector, Manifest, Stream
from hub.errors import ConfigError
from hub.pipeline.analysis import _infer
from hub.pipeline.item import Entry
from hub.privacy.access import Request, decide_access, load_access
from hub.privacy.approvals import Approvals
from hub.privacy.categories import FIELDS
from hub.privacy.childhood import said_by_a_child
from hub.privacy.consent import Decision, LedgerEvent, Query, decide
from hub.privacy.policy import load_policy
from hub.schema import (
    RECORD_MODELS,
    AuthorRole,
    ConsentEvidence,
    ConsentScope,
    ConsentState,
    EmotionLabel,
    EmotionTag,
    Feedback,
    Interaction,
    Party,
    Provenance,
)

DRAWER = Path(__file__).parents[2] / "privacy"
POLICY = load_policy(DRAWER)
ACCESS = load_access(DRAWER, POLICY)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """One rule of law: the refusal that the shipped rules give, and the same with the one thing changed."""

    law: str
    refused: Callable[[], str | None]
    reason: str
    allowed: Callable[[], str | None]


# ── the gate ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def asked(policy=POLICY, *, events=None, **changes) -> str | None:
    """The gate's refusal, or None where it allows."""
    question = {
        "subject": "ann", "purpose": "EmotionAnalysis", "category": "emotion.label", "recipient": "hub", "at": NOW,
        "jurisdictions": ("DE",),
    }  # fmt: skip
    decision = decide(policy, [said()] if events is None else events, Query(**(question | changes)))
    return None if decision.allowed else decision.reasons[0]


def said(state="given", *, purpose="EmotionAnalysis", category="emotion", **proof) -> LedgerEvent:
    at = NOW - timedelta(days=30)
    return LedgerEvent(
        id=f"{state}-{category}", type="consent", subject="ann", state=ConsentState(state), at=at, recorded=at,
        scope=ConsentScope(purpose=purpose, category=category),
        evidence=ConsentEvidence(**({"explicit": True, "notice_version": 1} | proof)),
    )  # fmt: skip


MARKETING_IN_THE_US = {
    "purpose": "DirectMarketing", "category": "contact", "recipient": None, "jurisdictions": ("US",)
}  # fmt: skip


def signs(text) -> list[LedgerEvent]:
    """What goes on record where somebody writes this."""
    return [
        LedgerEvent(id=f"{n}", type="consent", at=NOW, recorded=NOW, subject="ann", state=one.state, scope=one.scope,
                    evidence=one.evidence)
        for n, one in enumerate(said_by_a_child(POLICY, [text], ("DE",)))
    ]  # fmt: skip


def with_notice():
    purposes = POLICY.purposes.purposes
    emotion = purposes["EmotionAnalysis"].model_copy(update={"min_notice": 2})
    file = POLICY.purposes.model_copy(update={"purposes": {**purposes, "EmotionAnalysis": emotion}})
    return replace(POLICY, purposes=file)


# ── who spoke ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def analysed(kind: type, role: AuthorRole) -> str | None:
    """Why a text is not analysed, though its person has agreed to everything."""
    origin = Provenance(connection="desk", connector="desk", stream="s", key="1", version="1")
    fields = {"id": "i", "provenance": origin, "occurred_at": NOW, "author": Party(role=role)}
    if kind is Interaction:
        record = Interaction(**fields, channel="ticket", visibility="private", text="I am so sorry")
    else:
        record = Feedback(**fields, instrument="csat", score=1, scale_max=5, channel="survey", comment="awful")
    batch = SimpleNamespace(
        rooms=SimpleNamespace(policy=POLICY), ask=lambda person, question: Decision(True, ("consent.given",))
    )
    return _infer(batch, Entry(record, person_id="ann")).unanalysed


# ── who sees ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def seen(role, action="view", level="summary", purpose="CustomerCare", subject="customer", *facts) -> str | None:
    answer = decide_access(
        ACCESS, Request(frozenset({role}), action, "emotion", level, purpose, subject, frozenset(facts))
    )
    return None if answer.allowed else answer.reasons[0]


# ── what loads ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def loads(name, change, folder) -> str | None:
    """The rules with one file changed: why they do not load."""
    for path in DRAWER.glob("*.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if path.name == name:
            change(data)
        (folder / path.name).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    try:
        load_policy(folder)
    except ConfigError as error:
        return str(error)
    return None


def listening(**claims) -> str | None:
    """Why a connector that takes in voice does not load."""
    manifest = Manifest(
        name="calls", version="1.0.0", title="Calls", hosts=("calls.example.com",),
        capabilities=frozenset({Capability.READ, Capability.BIOMETRIC}), streams=(Stream("calls", "calls"),), **claims,
    )  # fmt: skip
    try:
        plugins._check_connector(
            Connector(manifest=manifest, config_model=BaseModel, open=lambda *_: None, origin=lambda _: "")
        )
    except plugins.PluginProblem as error:
        return str(error)
    return None


def keeping(days) -> str | None:
    try:
        AuditSettings(keep=timedelta(days=days))
    except ValidationError as error:
        return error.errors()[0]["type"]
    return None


def tagged(label) -> str | None:
    try:
        EmotionTag(
            id="t", record_id="r", person_id="ann", label=label, intensity=0.5, confidence=0.5, abstained=False,
            valence=0, distress=0, churn_risk=0, model="m", occurred_at=NOW, expires_at=NOW,
        )  # fmt: skip
    except ValidationError as error:
        return error.errors()[0]["type"]
    return None


ROWS = [
    Row("AI Act 5(1)(f): no emotion of employees", lambda: asked(subject_kind="agent"), "hard.emotion_non_customer", asked),
    Row("unknown author is blocked", lambda: asked(subject_kind="unknown"), "hard.emotion_non_customer", asked),
    *[
        Row(
            f"a {role}'s words in a {kind.__name__.lower()} get no label",
            lambda kind=kind, role=role: analysed(kind, role),
            "author.not_customer",
            lambda kind=kind: analysed(kind, AuthorRole.CUSTOMER),
        )
        for kind in (Interaction, Feedback)
        for role in AuthorRole
        if role is not AuthorRole.CUSTOMER
    ],
    Row(
        "AI Act Annex III 4(b): no agent is measured by customers' moods",
        lambda: seen("team_lead", "report", "aggregate_k", "ServiceOptimisation", "employee"),
        "floor.not_a_customer",
        lambda: seen("team_lead", "report", "aggregate_k", "ServiceOptimisation"),
    ),
    Row(
        "figures per agent stand on ten people at least",
        lambda: seen("team_lead", "report", "aggregate_k", "ServiceOptimisation", "customer", "small_group"),
        "floor.small_group",
        lambda: seen("team_lead", "report", "aggregate_k", "ServiceOptimisation"),
    ),
    Row(
        "personnel is no purpose",
        lambda: seen("team_lead", "report", "aggregate_k", "HumanResources"),
        "access.no_purpose",
        lambda: seen("team_lead", "report", "aggregate_k", "ServiceOptimisation"),
    ),
    Row("AI Act Annex III 1(c): voice needs a conformity assessment", listening, "high_risk and a conformity id",
        lambda: listening(high_risk=True, conformity="CA-2026-7")),
    Row("high risk alone is not enough", lambda: listening(high_risk=True), "conformity id",
        lambda: listening(high_risk=True, conformity="CA-2026-7")),
    Row("a conformity id alone is not enough", lambda: listening(conformity="CA-2026-7"), "high_risk",
        lambda: listening(high_risk=True, conformity="CA-2026-7")),
    Row("AI Act 50: no notice, no inference", lambda: asked(events=[said(notice_version=None)]), "consent.notice_outdated",
        asked),
    Row("AI Act 50: an older notice is none", lambda: asked(with_notice(), events=[said(notice_version=1)]),
        "consent.notice_outdated", lambda: asked(with_notice(), events=[said(notice_version=2)])),
    Row("GDPR 9: consent is explicit", lambda: asked(events=[said(explicit=False)]), "consent.not_explicit", asked),
    Row("GDPR 9: consent names emotion", lambda: asked(events=[said(category=None)]), "consent.special_not_named", asked),
    Row("GDPR 9: no consent, no emotion", lambda: asked(events=[]), "consent.none", asked),
    Row("GDPR 21: a refusal of the category counts everywhere (CCPA: limit use)",
        lambda: asked(events=[said(), said("opted_out", purpose=None, category="emotion")]), "optout.opted_out", asked),
    Row("no emotion to collect debts", lambda: asked(purpose="Collections"), "hard.emotion_forbidden_purpose", asked),
    Row("no emotion to sell or advertise", lambda: asked(purpose="PersonalisedAdvertising"),
        "hard.emotion_forbidden_purpose", asked),
    Row("sales sees no emotion", lambda: seen("sales", "view", "summary", "CustomerCare", "customer", "own_case"),
        "floor.sales_and_collections", lambda: seen("agent", "view", "summary", "CustomerCare", "customer", "own_case")),
    Row("minors: no emotion without a guardian", lambda: asked(age=15), "consent.minor_needs_guardian",
        lambda: asked(age=15, events=[said(actor="guardian", guardian_verified=True)])),
    Row("minors: no marketing either",
        lambda: asked(age=15, purpose="DirectMarketing", category="contact", recipient=None,
                      events=[said(purpose="DirectMarketing", category=None)]),
        "consent.minor_needs_guardian",
        lambda: asked(age=16, purpose="DirectMarketing", category="contact", recipient=None,
                      events=[said(purpose="DirectMarketing", category=None)])),
    Row("minors: age unknown and signs of a child, no emotion", lambda: asked(events=[said(), *signs("I'm 12 years old")]),
        "optout.opted_out", lambda: asked(events=[said(), *signs("I'm 21 years old")])),
    Row("minors: nor marketing, not even where the law asks for no consent",
        lambda: asked(**MARKETING_IN_THE_US, events=signs("j'ai 12 ans")), "optout.opted_out",
        lambda: asked(**MARKETING_IN_THE_US, events=signs("j'ai 12 ans de retard"))),
    Row("X and others: no trait but emotion can be a label", lambda: tagged("political_affiliation"), "enum",
        lambda: tagged(EmotionLabel.ANGER)),
    Row("AI Act 19: the audit log is kept six months at least", lambda: keeping(179), "greater_than_equal",
        lambda: keeping(180)),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.law)
def test_the_default_refuses(row):
    refusal = row.refused()
    assert refusal is not None and row.reason in refusal


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.law)
def test_and_the_one_thing_that_the_law_asks_for_allows(row):
    assert row.allowed() is None


FILES = [
    ("GDPR 22: a feeling never decides alone", "destinations.yaml",
     lambda f: f["destinations"]["zendesk"]["fields"].update({"emotion.label": {"do": "keep", "decision": "solely_automated"}}),
     "it never decides alone",
     lambda f: f["destinations"]["zendesk"]["fields"].update({"emotion.label": {"do": "keep", "decision": "advisory"}})),
    ("GDPR 22: nor by its group", "destinations.yaml",
     lambda f: f["destinations"]["zendesk"]["fields"].update({"emotion.*": {"do": "keep", "decision": "solely_automated"}}),
     "it never decides alone",
     lambda f: f["destinations"]["zendesk"]["fields"].update({"loyalty.*": {"do": "keep", "decision": "solely_automated"}})),
    ("X: no health, belief or other trait is inferred", "purposes.yaml",
     lambda f: f["operations"]["infer"].update(category="health"), "only emotion is inferred",
     lambda f: f["operations"]["infer"].update(category="emotion")),
    ("a special ground needs an assessment", "purposes.yaml",
     lambda f: f["purposes"]["CustomerCare"].update(special_basis="contract"), "needs the id of an assessment",
     lambda f: f["purposes"]["CustomerCare"].update(special_basis="contract", dpia="DPIA-1")),
    ("what has no period may not be kept", "retention.yaml",
     lambda f: f.update(rules=[rule for rule in f["rules"] if rule["category"] != "emotion"]), "would never go",
     lambda f: None),
    ("nobody below thirteen consents alone by default", "jurisdictions.yaml",
     lambda f: f.update(default_age=12), "default_age", lambda f: f.update(default_age=13)),
]  # fmt: skip


@pytest.mark.parametrize(("law", "name", "flip", "says", "mend"), FILES, ids=[row[0] for row in FILES])
def test_a_configuration_against_the_law_does_not_load(tmp_path, law, name, flip, says, mend):
    assert says in (loads(name, flip, tmp_path) or "")
    assert loads(name, mend, tmp_path) is None


def test_a_yes_to_emotion_says_that_it_advises_and_that_people_decide():
    decision = decide(POLICY, [said()], Query("ann", "EmotionAnalysis", "emotion.label", "hub", NOW, ("DE",)))
    assert set(decision.obligations) >= {"advisory_only", "human_review"}


def test_no_field_of_any_record_holds_a_voice_a_face_or_typing():
    words = ("voice", "audio", "face", "image", "video", "keystroke", "biometric", "gaze", "pitch")
    names = {name for model in RECORD_MODELS.values() for name in model.model_fields} | set(FIELDS)
    assert len(names) > 40 and not [name for name in names for word in words if word in name.lower()]


def test_emotion_is_kept_shortest_and_the_log_three_years():
    emotion = [rule.keep for rule in POLICY.retention.rules if rule.category.startswith("emotion")]
    others = [rule.keep for rule in POLICY.retention.rules if rule.category not in {"emotion", "special"}]
    assert max(emotion) <= min(others) and AuditSettings().keep == timedelta(days=3 * 365)


def test_the_notice_and_the_assessment_are_drafts_until_somebody_approves_them():
    assert Approvals().notice is None and Approvals().assessment is None


def test_the_tagger_says_nothing_where_it_is_not_sure():
    from hub.emotion.tagger import load_tagger

    vague, clear = load_tagger().tag(["ok", "I am furious, this is a disgrace!"], ["en", "en"])
    assert (vague.label is None) is vague.abstained
    assert clear.label is not None and 0 < clear.confidence <= 1


def test_every_rule_of_the_shipped_drawer_passes_its_own_lint():
    assert [str(problem) for problem in POLICY.lint(NOW.date()) if problem.severity == "error"] == []
