"""The scenarios: written cases with the answer that is expected, run against the rules.

Two kinds of file are understood: ``consent-scenarios/1`` (JSON, brings its own rules), and the cases of a deployment's
``privacy/tests/*.yaml``, which run against the rules of the folder above them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from hub.errors import ConfigError
from hub.privacy.consent import Decision, LedgerEvent, Query, decide
from hub.privacy.document import read_document, validate
from hub.privacy.fields import permit
from hub.privacy.policy import Policy, content_hash, load_policy
from hub.privacy.retention import expires_at
from hub.privacy.rules import (
    Ask,
    Destination,
    DestinationFile,
    Jurisdiction,
    JurisdictionFile,
    Operations,
    Purpose,
    PurposeFile,
    RetentionFile,
    Rule,
)
from hub.schema import ConsentEvidence, ConsentScope, ConsentState, DataCategory, UtcTime

VECTORS = "consent-scenarios/1"
"""Format name of the files that bring their own rules."""


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """The result of one case; ``reason_want`` is empty where any reason will do."""

    id: str
    name: str
    passed: bool
    want: str
    got: str
    reason_want: str
    reason_got: str


@dataclass(frozen=True, slots=True)
class ScenarioReport:
    """The results of all cases of a file or folder."""

    lines: tuple[ScenarioLine, ...]

    @property
    def passed(self) -> bool:
        """Whether there was at least one case and none failed."""
        return bool(self.lines) and all(line.passed for line in self.lines)


class GivenEvent(Rule):
    """An event of a case, written flat; ``recorded`` is ``at`` where absent."""

    id: str | None = None
    type: Literal["consent", "merge", "unmerge", "erased"] = "consent"
    subject: str = "somebody"
    a: str = ""
    b: str = ""
    state: ConsentState = ConsentState.UNKNOWN
    at: UtcTime
    recorded: UtcTime | None = None
    purpose: str | None = None
    category: str | None = None
    channel: str | None = None
    recipient: str | None = None
    explicit: bool = False
    notice: int | None = None
    actor: Literal["subject", "guardian", "controller", "authority"] = "subject"
    guardian_verified: bool = False
    source: Literal["direct", "import", "signal"] = "direct"
    signal: Literal["gpc", "gpp"] | None = None
    valid_from: UtcTime | None = None
    valid_until: UtcTime | None = None
    restriction: bool = False

    def ledger(self, number: int) -> LedgerEvent:
        """This is the event as a line of the ledger; ``number`` names it where it has no id."""
        evidence = ConsentEvidence(
            notice_version=self.notice, source_kind=self.source, signal=self.signal, actor=self.actor,
            guardian_verified=self.guardian_verified, explicit=self.explicit,
        )  # fmt: skip
        scope = ConsentScope(
            purpose=self.purpose, category=self.category, channel=self.channel, recipient=self.recipient
        )
        return LedgerEvent(
            id=self.id or f"e{number}", type=self.type, at=self.at, recorded=self.recorded or self.at,
            subject=self.subject, state=self.state, scope=scope, evidence=evidence, valid_from=self.valid_from,
            valid_until=self.valid_until, restriction=self.restriction, a=self.a, b=self.b,
        )  # fmt: skip


class AskedQuery(Rule):
    """The question of a case."""

    subject: str = "somebody"
    purpose: str
    category: str
    recipient: str | None = None
    at: UtcTime
    jurisdictions: tuple[str, ...] = ()
    subject_kind: str = "customer"
    channel: str | None = None
    age: int | None = None
    operation: str = "activate"
    known_at: UtcTime | None = None

    def query(self) -> Query:
        """This is the question as the gate takes it."""
        return Query(**dict(self))


class ConsentCase(Rule):
    """Events, a question and the answer."""

    name: str
    given: tuple[GivenEvent, ...] = ()
    ask: AskedQuery
    expect: Literal["allow", "deny"]
    reason: str


class FieldsCase(Rule):
    """A canonical view, the categories that the gate allows, and what leaves."""

    name: str
    destination: str
    allowed: tuple[str, ...]
    view: dict[str, dict[str, Any]]
    expect: dict[str, Any]
    withheld: dict[str, str] = Field(default_factory=dict)


class RetentionCase(Rule):
    """A category, its clocks, and when the data must be gone."""

    name: str
    category: str
    purpose: str | None = None
    source: str | None = None
    clocks: dict[str, UtcTime]
    expect: UtcTime


class CaseFile(Rule):
    """A file of ``privacy/tests``."""

    version: Literal[1]
    consent: tuple[ConsentCase, ...] = ()
    fields: tuple[FieldsCase, ...] = ()
    retention: tuple[RetentionCase, ...] = ()


def run_scenarios(path: Path, *, policy: Policy | None = None) -> ScenarioReport:
    """This runs the cases of a file, or of every file of a folder in the order of their names.

    Files of a folder whose name begins with ``redaction`` belong to the redaction engine and are left to it.
    Cases run against ``policy``, or the rules in the folder above them. Raises ConfigError.
    """
    if not path.is_dir():
        return ScenarioReport(tuple(_run_file(path, policy)))
    files = sorted(p for p in path.iterdir() if p.suffix in {".yaml", ".json"} and not p.name.startswith("redaction"))
    return ScenarioReport(tuple(line for file in files for line in _run_file(file, policy)))


def _run_file(path: Path, policy: Policy | None) -> Iterator[ScenarioLine]:
    if path.suffix == ".json":
        yield from _run_vectors(path)
        return
    cases = validate(read_document(path), CaseFile)
    rules = policy or load_policy(path.parent.parent)
    for number, case in enumerate(cases.consent, start=1):
        yield _consent_line(rules, f"{path.stem}:{number}", case)
    for number, fields_case in enumerate(cases.fields, start=1):
        yield _fields_line(rules, f"{path.stem}:{number}", fields_case)
    for number, retention_case in enumerate(cases.retention, start=1):
        yield _retention_line(rules, f"{path.stem}:{number}", retention_case)


def _consent_line(policy: Policy, id: str, case: ConsentCase) -> ScenarioLine:
    events = [event.ledger(number) for number, event in enumerate(case.given, start=1)]
    decision = decide(policy, events, case.ask.query())
    return _line(id, case.name, (case.expect, case.reason), (_word(decision), decision.reasons[0]))


def _fields_line(policy: Policy, id: str, case: FieldsCase) -> ScenarioLine:
    def gate(purpose: str | None, category: str) -> Decision:
        yes = category in case.allowed if purpose is None else f"{purpose}/{category}" in case.allowed
        return Decision(allowed=yes, reasons=("case.allows" if yes else "case.denies",))

    result = permit(policy, case.destination, case.view, gate, token_key=lambda scope: scope.encode().ljust(64, b"."))
    withheld = {path: reason for path, reason in result.withheld if path in case.withheld}
    return _line(id, case.name, (_json(case.expect), _json(case.withheld)), (_json(result.view), _json(withheld)))


def _retention_line(policy: Policy, id: str, case: RetentionCase) -> ScenarioLine:
    moment = expires_at(policy, category=case.category, purpose=case.purpose, source=case.source, clocks=case.clocks)
    return _line(id, case.name, (case.expect.isoformat(), ""), (moment.isoformat(), ""))


def _line(id: str, name: str, want: tuple[str, str], got: tuple[str, str]) -> ScenarioLine:
    return ScenarioLine(id, name, want == got, want[0], got[0], want[1], got[1])


def _word(decision: Decision) -> str:
    return "allow" if decision.allowed else "deny"


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


# ── files that bring their own rules ─────────────────────────────────────────────────────────────────────────────────────


def _run_vectors(path: Path) -> Iterator[ScenarioLine]:
    data = _read_vectors(path)
    policy = vector_policy(data["config"])
    for scenario in data["scenarios"]:
        events = [_vector_event(event) for event in scenario["events"]]
        decision = decide(policy, events, _vector_query(scenario["query"]))
        want = (scenario["want"], scenario["reason"])
        yield _line(scenario["id"], scenario["name"], want, (_word(decision), decision.reasons[0]))


def _read_vectors(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {type(error).__name__}") from None
    if not isinstance(data, dict) or data.get("format") != VECTORS:
        raise ConfigError(f"{path}: the format is not '{VECTORS}'")
    return data


def vector_policy(config: Mapping[str, Any]) -> Policy:
    """This is a policy made of the ``config`` part of a ``consent-scenarios/1`` file."""
    tree = config["purpose_tree"]
    reviewed = datetime(2026, 1, 1, tzinfo=UTC).date()
    ages = {place: age for place, age in config["age_of_consent"].items() if place != "*"}
    return Policy(
        version=content_hash(config),
        purposes=PurposeFile(
            version=1,
            purposes={name: _vector_purpose(name, tree[name], row) for name, row in config["purposes"].items()},
            emotion_forbidden=tuple(config["emotion_forbidden_purposes"]),
            # These files ask the gate directly and collect nothing.
            operations=Operations(collect=(), infer=Ask(purpose="", category=DataCategory.EMOTION_LABEL)),
        ),
        jurisdictions=JurisdictionFile(
            version=1,
            default_age=config["age_of_consent"]["*"],
            jurisdictions={
                place: Jurisdiction(name=place, age_of_consent=age, source="scenario", reviewed=reviewed)
                for place, age in ages.items()
            },
        ),
        destinations=DestinationFile(
            version=1,
            destinations={name: Destination(title=name, **row) for name, row in config["recipients"].items()},
        ),
        retention=RetentionFile(version=1, rules=()),
        categories=config["category_tree"],
    )


def _vector_purpose(name: str, parent: str | None, row: Mapping[str, Any]) -> Purpose:
    days = row.get("max_age_days")
    return Purpose.model_validate({
        "title": name, "dpv": "https://w3id.org/dpv#Purpose", "parent": parent, "basis": row["basis"],
        "special_basis": row.get("special_ok_basis"), "min_notice": row.get("min_notice"),
        "max_age": None if days is None else f"P{days}D",
    })  # fmt: skip


def _vector_event(event: Mapping[str, Any]) -> LedgerEvent:
    flat = {key: value for key, value in event.items() if key != "scope"} | (event.get("scope") or {})
    renamed = {"source" if key == "source_kind" else key: value for key, value in flat.items()}
    return GivenEvent.model_validate(renamed).ledger(0)


def _vector_query(query: Mapping[str, Any]) -> Query:
    return AskedQuery.model_validate(query).query()
