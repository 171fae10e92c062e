"""The case file: what a privacy officer expects of the rules, kind by kind, in ``privacy/tests/*.yaml``."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field

from hub.errors import PolicyError
from hub.privacy.consent import Decision, LedgerEvent, Query, decide
from hub.privacy.fields import permit
from hub.privacy.given import AskedQuery, GivenEvent
from hub.privacy.policy import Policy, operation_for
from hub.privacy.redaction.entity import Entity, Redacted
from hub.privacy.retention import expires_at
from hub.privacy.rules import Rule
from hub.schema import ConsentEvidence, ConsentScope, ConsentState, UtcTime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a case wants or got, in words, and the reason."""

    text: str
    reason: str = ""


class ConsentCase(Rule):
    """Events, a question and the answer; ``obligations`` that come with a yes are compared where they are named."""

    name: str
    given: tuple[GivenEvent, ...] = ()
    ask: AskedQuery
    expect: Literal["allow", "deny"]
    reason: str
    obligations: tuple[str, ...] | None = None

    def wanted(self) -> Answer:
        """This is the answer that is expected."""
        return Answer(_with(self.expect, self.obligations or ()), self.reason)

    def ask_of(self, policy: Policy) -> Answer:
        """This is the answer that the rules give."""
        events = [event.ledger(number) for number, event in enumerate(self.given, start=1)]
        decision = decide(policy, events, self.ask.query())
        told = decision.obligations if self.obligations is not None else ()
        return Answer(_with("allow" if decision.allowed else "deny", told), decision.reasons[0])


class FieldsCase(Rule):
    """A canonical view, the categories that the gate allows, and what leaves.

    ``finds`` stands for redaction: by entity, the words that it would find in a text, with the score of each.
    """

    name: str
    destination: str
    allowed: tuple[str, ...]
    view: dict[str, dict[str, Any]]
    finds: dict[str, dict[str, float]] = Field(default_factory=dict)
    expect: dict[str, Any]
    withheld: dict[str, str] = Field(default_factory=dict)

    def wanted(self) -> Answer:
        """This is what is expected to leave, and why some fields stay."""
        return Answer(_json(self.expect), _json(self.withheld))

    def ask_of(self, policy: Policy) -> Answer:
        """This is what leaves under the rules."""
        result = permit(
            policy, self.destination, self.view, self._gate, token_key=_some_key,
            redact=self._find if self.finds else None,
        )  # fmt: skip
        withheld = {path: reason for path, reason in result.withheld if path in self.withheld}
        return Answer(_json(result.view), _json(withheld))

    def _gate(self, purpose: str | None, category: str) -> Decision:
        yes = category in self.allowed if purpose is None else f"{purpose}/{category}" in self.allowed
        return Decision(allowed=yes, reasons=("consent.given" if yes else "case.denies",))

    def _find(self, text: str) -> Redacted:
        found = [
            Entity(text.index(word), text.index(word) + len(word), type_, score)
            for type_, found in self.finds.items()
            for word, score in found.items()
            if word in text
        ]
        return Redacted("", tuple(sorted(found, key=lambda entity: entity.start)))


class RetentionCase(Rule):
    """A category, its clocks, and when the data must be gone."""

    name: str
    category: str
    purpose: str | None = None
    source: str | None = None
    clocks: dict[str, UtcTime]
    expect: UtcTime

    def wanted(self) -> Answer:
        """This is when the data is expected to go."""
        return Answer(self.expect.isoformat())

    def ask_of(self, policy: Policy) -> Answer:
        """This is when it goes under the rules."""
        return Answer(
            expires_at(
                policy, category=self.category, purpose=self.purpose, source=self.source, clocks=self.clocks
            ).isoformat()
        )


class ReachCase(Rule):
    """What a destination may get at most: from a grown customer who has explicitly agreed to everything.

    Args:
        destination: who receives.
        jurisdictions: whose law applies; the strictest where none is named.
        expect: by purpose, the categories that it may get; whatever is not named it may not.
        identifiers: kinds of identifier that may stand in what goes there.
    """

    name: str
    destination: str
    jurisdictions: tuple[str, ...] = ()
    expect: dict[str, tuple[str, ...]]
    identifiers: tuple[str, ...] = ()

    def wanted(self) -> Answer:
        """This is all that the destination is expected to get."""
        return Answer(
            _json({purpose: sorted(names) for purpose, names in self.expect.items()}), _json(sorted(self.identifiers))
        )

    def ask_of(self, policy: Policy) -> Answer:
        """This is all that it gets under the rules."""
        found = {
            purpose: sorted(c for c in policy.category_lineages if self._may(policy, purpose, c))
            for purpose in policy.purposes.purposes
        }
        reached = {purpose: names for purpose, names in found.items() if names}
        return Answer(_json(reached), _json(sorted(policy.allowed_identifiers(self.destination))))

    def _may(self, policy: Policy, purpose: str, category: str) -> bool:
        query = Query("somebody", purpose, category, self.destination, _NOW, self.jurisdictions, age=40)
        return decide(policy, [_agreed(purpose, category)], query).allowed


class OperationCase(Rule):
    """What the gate is asked before a record is kept (``kind`` of the schema) or emotion is read (``infer``)."""

    name: str
    kind: str
    visibility: str | None = None
    channel: str | None = None
    purpose: str
    category: str

    def wanted(self) -> Answer:
        """This is the question that is expected."""
        return Answer(f"{self.purpose} {self.category}")

    def ask_of(self, policy: Policy) -> Answer:
        """This is the question under the rules."""
        return Answer(" ".join(operation_for(policy, self.kind, visibility=self.visibility, channel=self.channel)))


class AgeCase(Rule):
    """From which age somebody consents alone, place by place."""

    name: str
    purpose: str
    expect: dict[str, int]

    def wanted(self) -> Answer:
        """These are the ages that are expected."""
        return Answer(_json(self.expect))

    def ask_of(self, policy: Policy) -> Answer:
        """These are the lowest ages at which the gate takes a person's own yes."""
        return Answer(_json({place: self._lowest(policy, place) for place in self.expect}))

    def _lowest(self, policy: Policy, place: str) -> int | None:
        agreed = _agreed(self.purpose, "contact")
        asked = (Query("somebody", self.purpose, "contact", None, _NOW, (place,), age=age) for age in range(30))
        return next((query.age for query in asked if decide(policy, [agreed], query).allowed), None)


Case = ConsentCase | FieldsCase | RetentionCase | ReachCase | OperationCase | AgeCase


class CaseFile(Rule):
    """A file of ``privacy/tests``."""

    version: Literal[1]
    consent: tuple[ConsentCase, ...] = ()
    fields: tuple[FieldsCase, ...] = ()
    retention: tuple[RetentionCase, ...] = ()
    reach: tuple[ReachCase, ...] = ()
    operations: tuple[OperationCase, ...] = ()
    ages: tuple[AgeCase, ...] = ()

    def cases(self) -> Iterator[tuple[int, Case]]:
        """These are all its cases, each kind counted from 1."""
        for group in (self.consent, self.fields, self.retention, self.reach, self.operations, self.ages):
            yield from enumerate(group, start=1)


def holds(case: Case, policy: Policy) -> bool:
    """Whether the rules give the answer that a case expects; rules that cannot answer at all do not."""
    try:
        return case.ask_of(policy) == case.wanted()
    except PolicyError:
        return False


_NOW = datetime(2026, 6, 1, tzinfo=UTC)


def _agreed(purpose: str, category: str) -> LedgerEvent:
    evidence = ConsentEvidence(notice_version=10**6, explicit=True)
    scope = ConsentScope(purpose=purpose, category=category)
    return LedgerEvent(
        id="e1", type="consent", at=_NOW, recorded=_NOW, subject="somebody", state=ConsentState.GIVEN, scope=scope,
        evidence=evidence,
    )  # fmt: skip


def _some_key(name: str) -> bytes:
    """A key for cases only: whoever writes a case cannot know the real ones."""
    return name.encode().ljust(64, b".")


def _with(answer: str, obligations: tuple[str, ...]) -> str:
    return f"{answer} + {', '.join(sorted(obligations))}" if obligations else answer


def _json(value: Mapping[str, Any] | list[Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
