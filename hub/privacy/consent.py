"""The consent gate: one answer for one question at one moment, with its reasons.

The ledger is bitemporal: ``at`` is when a person expressed something, ``recorded`` when the hub knew. A decision looks at
what was known at ``known_at`` (default: everything) about the moment ``query.at``. The order of events never matters.

Doubt always means no:

- a refusal counts from the earlier of its two times, a grant from the later one that can be believed;
- what a question leaves open (channel, recipient) may be filled by a refusal, never by a grant;
- of merged identities, each one's refusal counts, and only what was recorded after the merge can lift another's.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Self

from hub.privacy.policy import Policy
from hub.privacy.rules import ANY, STRICTNESS, Basis, Purpose
from hub.schema import ConsentEvent, ConsentEvidence, ConsentScope, ConsentState

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of the hub a source's clock may be; a time later than that is taken as the time of recording."""

POSITIVE = frozenset({ConsentState.GIVEN, ConsentState.RENEWED})
NEGATIVE = frozenset({
    ConsentState.REFUSED, ConsentState.WITHDRAWN, ConsentState.REVOKED, ConsentState.OBJECTED, ConsentState.OPTED_OUT,
    ConsentState.INVALIDATED,
})  # fmt: skip
_ENDING = NEGATIVE | {ConsentState.EXPIRED}
OPERATIONS = frozenset({"collect", "infer", "link", "activate"})
SPECIAL_ROOTS = frozenset({"special", "emotion"})


_EVERYTHING = ConsentScope()
_UNPROVEN = ConsentEvidence()


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One line of the consent ledger; ``a`` and ``b`` are the two identities of a merge or unmerge."""

    id: str
    type: Literal["consent", "merge", "unmerge", "erased"]
    at: datetime
    recorded: datetime
    subject: str = ""
    state: ConsentState = ConsentState.UNKNOWN
    scope: ConsentScope = _EVERYTHING
    evidence: ConsentEvidence = _UNPROVEN
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    restriction: bool = False
    a: str = ""
    b: str = ""

    @classmethod
    def from_record(cls, event: ConsentEvent, *, subject: str, recorded: datetime) -> Self:
        """This is the ledger line of a canonical consent event of person ``subject``, as the hub came to know it."""
        return cls(
            id=event.id, type="consent", at=event.occurred_at, recorded=recorded, subject=subject, state=event.state,
            scope=event.scope, evidence=event.evidence, valid_from=event.valid_from, valid_until=event.valid_until,
            restriction=event.restriction,
        )  # fmt: skip

    @property
    def effective(self) -> datetime:
        """When it was expressed, as far as that can be believed."""
        return self.recorded if self.at > self.recorded + CLOCK_SKEW else self.at

    @property
    def earliest(self) -> datetime:
        """The earlier of its two times."""
        return min(self.at, self.recorded)


@dataclass(frozen=True, slots=True)
class Query:
    """May ``category`` of a subject's data be used for ``purpose`` by ``recipient`` at a moment?

    Args:
        subject: person id.
        purpose: a purpose of the policy.
        category: a data category.
        recipient: a destination of the policy, ``hub`` for the hub itself; None only where nobody receives anything.
        at: the moment asked about.
        jurisdictions: every place whose law applies, such as ``DE`` or ``US-CA``; none asks for the strictest.
        subject_kind: ``customer``, or anything else for people whose emotion is never read.
        channel: touchpoint, where the use is bound to one.
        age: in years, where known.
        operation: ``collect``, ``infer``, ``link`` or ``activate``.
        known_at: only what was recorded up to then counts; everything by default.
    """

    subject: str
    purpose: str
    category: str
    recipient: str | None
    at: datetime
    jurisdictions: tuple[str, ...] = ()
    subject_kind: str = "customer"
    channel: str | None = None
    age: int | None = None
    operation: str = "activate"
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer.

    Args:
        allowed: yes or no.
        reasons: codes, the decisive one first.
        evidence: ids of the events that decided.
        obligations: codes of what comes with a yes.
        policy: version of the policy that was asked.
        valid_until: when the answer may change by time alone; None for never.
    """

    allowed: bool
    reasons: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    policy: str = ""
    valid_until: datetime | None = None


def decide(policy: Policy, events: Sequence[LedgerEvent], query: Query) -> Decision:
    """This answers a query from the ledger lines of the subject and of everybody ever merged with it."""
    known = [event for event in events if query.known_at is None or event.recorded <= query.known_at]
    until = _next_change(policy, known, query)
    joined = _joined(known, query)
    refusal = _hard_block(policy, known, query, joined)
    if refusal is not None:
        return _answer(policy, query, until, False, [refusal], ())
    return _weigh(policy, _Case.of(policy, known, query, joined), until)


def _answer(
    policy: Policy, query: Query, until: datetime | None, allowed: bool, reasons: Iterable[str],
    evidence: Iterable[LedgerEvent],
) -> Decision:  # fmt: skip
    return Decision(
        allowed=allowed,
        reasons=tuple(dict.fromkeys(reasons)),
        evidence=tuple(dict.fromkeys(event.id for event in sorted(evidence, key=_newest_last))),
        obligations=_obligations(policy, query) if allowed else (),
        policy=policy.version,
        valid_until=until,
    )


def _obligations(policy: Policy, query: Query) -> tuple[str, ...]:
    advisory = ("advisory_only",) if "emotion" in policy.category_lineages[query.category] else ()
    return (*policy.purposes.purposes[query.purpose].obligations, *advisory)


def _newest_last(event: LedgerEvent) -> tuple[datetime, datetime, str]:
    return event.effective, event.recorded, event.id


# ── what counts ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Joined:
    """The identities of one person, and since when each pair of them is known to be one."""

    members: frozenset[str]
    since: dict[frozenset[str], datetime]


def _joined(known: Sequence[LedgerEvent], query: Query) -> _Joined:
    links: dict[frozenset[str], datetime] = {}
    # A merge and an unmerge recorded in the same instant leave the two merged: more refusals count.
    for event in sorted(_identity_events(known, query.at), key=lambda e: (e.recorded, e.type == "merge", e.id)):
        if event.type == "merge":
            links.setdefault(frozenset({event.a, event.b}), event.recorded)
        else:
            links.pop(frozenset({event.a, event.b}), None)
    groups: dict[str, frozenset[str]] = {}
    since: dict[frozenset[str], datetime] = {}
    for pair, recorded in sorted(links.items(), key=lambda link: (link[1], sorted(link[0]))):
        one, two = (groups.get(name, frozenset({name})) for name in (min(pair), max(pair)))
        if one != two:
            since.update({frozenset({x, y}): recorded for x in one for y in two})
            groups.update(dict.fromkeys(one | two, one | two))
    return _Joined(groups.get(query.subject, frozenset({query.subject})), since)


def _identity_events(known: Sequence[LedgerEvent], at: datetime) -> list[LedgerEvent]:
    return [
        event
        for event in known
        if (event.type == "merge" and event.earliest <= at) or (event.type == "unmerge" and event.effective <= at)
    ]


def _next_change(policy: Policy, known: Sequence[LedgerEvent], query: Query) -> datetime | None:
    """This is the next moment at which any known event begins or ceases to count."""
    purpose = policy.purposes.purposes.get(query.purpose)
    max_age = purpose.max_age if purpose else None
    moments: list[datetime] = []
    for event in known:
        moments += [event.earliest, event.effective]
        moments += [moment for moment in (event.valid_from, event.valid_until) if moment is not None]
        if max_age is not None and event.type == "consent":
            moments.append(event.effective + max_age)
    return min((moment for moment in moments if moment > query.at), default=None)


def _hard_block(policy: Policy, known: Sequence[LedgerEvent], query: Query, joined: _Joined) -> str | None:
    if any(e.type == "erased" and e.subject in joined.members and e.earliest <= query.at for e in known):
        return "hard.erased"
    if query.purpose not in policy.purpose_lineages:
        return "hard.unknown_purpose"
    if query.category not in policy.category_lineages:
        return "hard.unknown_category"
    if query.operation not in OPERATIONS:
        return "hard.unknown_operation"
    return _emotion_block(policy, query) or _recipient_block(policy, query)


def _emotion_block(policy: Policy, query: Query) -> str | None:
    if "emotion" not in policy.category_lineages[query.category]:
        return None
    if query.subject_kind != "customer":
        return "hard.emotion_non_customer"
    if not policy.purpose_lineages[query.purpose].isdisjoint(policy.purposes.emotion_forbidden):
        return "hard.emotion_forbidden_purpose"
    return None


def _recipient_block(policy: Policy, query: Query) -> str | None:
    if query.recipient is None:
        return None
    recipient = policy.destinations.destinations.get(query.recipient)
    if recipient is None or policy.purpose_lineages[query.purpose].isdisjoint(recipient.purposes):
        return "hard.recipient_not_mapped_to_purpose"
    if policy.category_lineages[query.category].isdisjoint(recipient.categories):
        return "hard.recipient_not_mapped_to_category"
    return None


# ── refusals and grants ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything that bears on one query: the basis, and the events that cover it."""

    policy: Policy
    query: Query
    purpose: Purpose
    basis: Basis
    special: bool
    joined: _Joined
    negatives: list[LedgerEvent]
    positives: list[LedgerEvent]
    ended: list[LedgerEvent]

    @classmethod
    def of(cls, policy: Policy, known: Sequence[LedgerEvent], query: Query, joined: _Joined) -> "_Case":
        purpose = policy.purposes.purposes[query.purpose]
        special = not policy.category_lineages[query.category].isdisjoint(SPECIAL_ROOTS)
        basis = policy.basis(query.purpose, query.jurisdictions)
        if special:
            basis = max(basis, purpose.special_basis or Basis.EXPLICIT_CONSENT, key=STRICTNESS.__getitem__)
        said = [e for e in known if e.type == "consent" and e.subject in joined.members]
        grants = [e for e in said if _grants(policy, e, query) and e.effective <= query.at and not e.restriction]
        ending = [e for e in said if e.state in _ENDING or e.restriction]
        hits = [e for e in ending if e.earliest <= query.at and _hits(policy, e.scope, query)]
        return cls(
            policy, query, purpose, basis, special, joined,
            negatives=[e for e in hits if e.state in NEGATIVE or e.restriction],
            positives=sorted(grants, key=_newest_last, reverse=True),
            ended=[e for e in hits if e.state is ConsentState.EXPIRED],
        )  # fmt: skip


def _weigh(policy: Policy, case: _Case, until: datetime | None) -> Decision:
    def answer(allowed: bool, reasons: Iterable[str], evidence: Iterable[LedgerEvent] = ()) -> Decision:
        return _answer(policy, case.query, until, allowed, reasons, evidence)

    if case.basis is Basis.NONE:
        return answer(False, ["basis.none"])
    if case.basis is Basis.LEGAL_OBLIGATION:
        return answer(True, ["consent.not_required"])
    flaws = [(grant, _flaw(case, grant)) for grant in case.positives]
    valid = [grant for grant, flaw in flaws if flaw is None]
    standing = sorted((n for n in case.negatives if not _lifted(case, n, valid)), key=_newest_last, reverse=True)
    if standing:
        restricted = ["restriction.active"] if any(_restricts(case, n) for n in standing) else []
        return answer(False, [*restricted, *(f"optout.{n.state}" for n in standing)], standing)
    if case.basis is Basis.CONTRACT:
        return answer(True, ["consent.not_required"])
    if case.basis is Basis.LEGITIMATE_INTEREST:
        return answer(True, ["li.no_objection"])
    if valid:
        return answer(True, ["consent.given"], valid[:1])
    return answer(False, [flaw for _, flaw in flaws if flaw] or ["consent.none"], case.positives)


def _grants(policy: Policy, event: LedgerEvent, query: Query) -> bool:
    """Whether a grant covers the whole of the query."""
    return event.state in POSITIVE and _covers(policy, event.scope, query, lambda said, asked: said == asked)


def _hits(policy: Policy, scope: ConsentScope, query: Query) -> bool:
    """Whether a refusal covers the query, or what the query leaves open."""
    return _covers(policy, scope, query, lambda said, asked: asked is None or said == asked)


def _covers(policy: Policy, scope: ConsentScope, query: Query, same: Callable[[str | None, str | None], bool]) -> bool:
    return (
        (_any(scope.purpose) or scope.purpose in policy.purpose_lineages[query.purpose])
        and (_any(scope.category) or scope.category in policy.category_lineages[query.category])
        and (_any(scope.channel) or same(scope.channel, query.channel))
        and (_any(scope.recipient) or same(scope.recipient, query.recipient))
    )


def _any(value: str | None) -> bool:
    return value is None or value == ANY


def _flaw(case: _Case, grant: LedgerEvent) -> str | None:
    """This is why a grant that covers the query does not count, or None where it does."""
    return _flaw_of_origin(case, grant) or _flaw_of_time(case, grant) or _flaw_of_form(case, grant)


def _flaw_of_origin(case: _Case, grant: LedgerEvent) -> str | None:
    evidence = grant.evidence
    if _any(grant.scope.purpose):
        return "consent.blanket_grant_void"
    if evidence.actor not in {"subject", "guardian"}:
        return "consent.not_from_subject"
    if evidence.actor == "guardian" and not evidence.guardian_verified:
        return "consent.guardian_not_verified"
    of_age = case.query.age is None or case.query.age >= case.policy.age_of_consent(case.query.jurisdictions)
    if evidence.actor == "subject" and not of_age:
        return "consent.minor_needs_guardian"
    return None


def _flaw_of_time(case: _Case, grant: LedgerEvent) -> str | None:
    at = case.query.at
    if grant.valid_from is not None and at < grant.valid_from:
        return "consent.not_yet_valid"
    if grant.valid_until is not None and at >= grant.valid_until:
        return "consent.expired"
    if any(event.effective >= grant.effective for event in case.ended):
        return "consent.expired"
    if case.purpose.max_age is not None and at >= grant.effective + case.purpose.max_age:
        return "consent.stale"
    return None


def _flaw_of_form(case: _Case, grant: LedgerEvent) -> str | None:
    evidence = grant.evidence
    if case.purpose.min_notice is not None and (evidence.notice_version or 0) < case.purpose.min_notice:
        return "consent.notice_outdated"
    if case.basis is Basis.EXPLICIT_CONSENT and not evidence.explicit:
        return "consent.not_explicit"
    if case.special and case.basis is Basis.EXPLICIT_CONSENT and _any(grant.scope.category):
        return "consent.special_not_named"
    return None


def _lifted(case: _Case, negative: LedgerEvent, valid: Sequence[LedgerEvent]) -> bool:
    """Whether a refusal no longer stands: a mere restriction that has run out, or one that a valid grant beats."""
    over = negative.state not in NEGATIVE and not _restricts(case, negative)
    return over or any(_beats(case, grant, negative) for grant in valid)


def _restricts(case: _Case, event: LedgerEvent) -> bool:
    return event.restriction and (event.valid_until is None or case.query.at < event.valid_until)


def _beats(case: _Case, grant: LedgerEvent, negative: LedgerEvent) -> bool:
    return (
        grant.effective > negative.effective
        and _within(case.policy, grant.scope, negative.scope)
        and grant.evidence.source_kind == "direct"
        and (negative.evidence.signal != "gpc" or grant.evidence.explicit)
        and (negative.state is not ConsentState.INVALIDATED or _newer_notice(grant, negative))
        and _after_merge(case.joined, grant, negative)
    )


def _newer_notice(grant: LedgerEvent, negative: LedgerEvent) -> bool:
    new, old = grant.evidence.notice_version, negative.evidence.notice_version
    return new is not None and old is not None and new > old


def _after_merge(joined: _Joined, grant: LedgerEvent, negative: LedgerEvent) -> bool:
    if grant.subject == negative.subject:
        return True
    return grant.recorded > joined.since[frozenset({grant.subject, negative.subject})]


def _within(policy: Policy, narrow: ConsentScope, wide: ConsentScope) -> bool:
    """Whether one scope lies inside another, in every respect."""
    purposes, categories = policy.purpose_lineages, policy.category_lineages
    return (
        (_any(wide.purpose) or wide.purpose in purposes.get(narrow.purpose or ANY, ()))
        and (_any(wide.category) or wide.category in categories.get(narrow.category or ANY, ()))
        and (_any(wide.channel) or wide.channel == narrow.channel)
        and (_any(wide.recipient) or wide.recipient == narrow.recipient)
    )
