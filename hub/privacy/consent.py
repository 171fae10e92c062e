"""The consent gate: one answer for one question at one moment, with its reasons.

The ledger is bitemporal: ``at`` is when a person expressed something, ``recorded`` when the hub knew. A decision looks at
what was known at ``known_at`` (default: everything) about the moment ``query.at``. The order of events never matters.

Doubt always means no:

- a refusal counts from the earlier of its two times, a grant from the later one that can be believed;
- what a question leaves open (channel, recipient) may be filled by a refusal, never by a grant;
- what an object of a system says lifts what that same object said, and nothing else: no refusal that a person told the hub,
  none of another system, and none of another object of its own, for of those the most restrictive is heard;
- what needs nobody's consent for a legitimate interest needs a guardian's where the subject is known to be a child;
- of merged identities, each one's refusal counts, and only what was recorded after the merge can lift another's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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
_ANYTHING = (None, ANY)


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One line of the consent ledger; ``a`` and ``b`` are the two identities of a merge or unmerge.

    ``system`` and ``object`` say where it was read: the connection, and the object there.
    """

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
    system: str = ""
    object: str = ""
    a: str = ""
    b: str = ""
    effective: datetime = field(init=False, repr=False, compare=False)
    earliest: datetime = field(init=False, repr=False, compare=False)
    last: datetime = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """This works out once what every question needs.

        ``effective`` is when it was expressed, as far as that can be believed; ``earliest`` is the earlier of its two times;
        after ``last`` nothing changes any more by itself, but for growing old.
        """
        at, recorded = self.at, self.recorded
        effective = at if at <= recorded or at - recorded <= CLOCK_SKEW else recorded
        last = max(effective, at if at < recorded else recorded)
        for moment in (self.valid_from, self.valid_until):
            last = moment if moment is not None and moment > last else last
        put = object.__setattr__  # the line is frozen for everybody else
        put(self, "effective", effective)
        put(self, "earliest", at if at < recorded else recorded)
        put(self, "last", last)

    @classmethod
    def from_record(cls, event: ConsentEvent, *, subject: str, recorded: datetime) -> Self:
        """This is the ledger line of a canonical consent event of person ``subject``, as the hub came to know it."""
        read = event.provenance
        return cls(
            id=event.id, type="consent", at=event.occurred_at, recorded=recorded, subject=subject, state=event.state,
            scope=event.scope, evidence=event.evidence, valid_from=event.valid_from, valid_until=event.valid_until,
            restriction=event.restriction, system=read.connection, object=f"{read.stream}/{read.key}",
        )  # fmt: skip


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
    return Hearing.of(policy, events, query.subject, query.at, query.known_at).decide(query)


def decide_all(policy: Policy, events: Sequence[LedgerEvent], queries: Iterable[Query]) -> list[Decision]:
    """This answers several queries about one person; what they share is worked out once.

    It is one call for a whole record: a query for each group of its fields, an answer for each, and the record is trimmed.
    """
    heard: dict[tuple[str, datetime, datetime | None], Hearing] = {}
    decisions = []
    for query in queries:
        key = (query.subject, query.at, query.known_at)
        if key not in heard:
            heard[key] = Hearing.of(policy, events, *key)
        decisions.append(heard[key].decide(query))
    return decisions


def next_change(policy: Policy, events: Sequence[LedgerEvent], at: datetime) -> datetime | None:
    """This is the next moment after ``at`` when time alone may change an answer about a person, for whatever purpose."""
    ages = {one.max_age for one in policy.purposes.purposes.values() if one.max_age is not None}
    consents = [event for event in events if event.type == "consent"]
    return _next_moment(events, consents, at, sorted(ages))


# ── what counts ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Hearing:
    """The ledger of one person as it stands at one moment, ready to be asked for any purpose and category.

    Args:
        policy: the rules.
        at: the moment.
        joined: the identities of the person.
        known: every event that counts.
        consents: those of them in which one of the identities said something.
        erased: whether one of the identities was erased.
    """

    policy: Policy
    at: datetime
    joined: "_Joined"
    known: Sequence[LedgerEvent]
    consents: Sequence[LedgerEvent]
    erased: bool

    @classmethod
    def of(
        cls, policy: Policy, events: Sequence[LedgerEvent], subject: str, at: datetime, known_at: datetime | None = None
    ) -> Self:
        """This prepares the answer to every question about ``subject`` at one moment."""
        known = events if known_at is None else [event for event in events if event.recorded <= known_at]
        others = [event for event in known if event.type != "consent"]
        joined = _joined([event for event in others if event.type != "erased"], subject, at)
        members = joined.members
        erased = any(e.type == "erased" and e.subject in members and e.earliest <= at for e in others)
        consents = [event for event in known if event.subject in members and event.type == "consent"]
        return cls(policy, at, joined, known, consents, erased)

    def decide(self, query: Query) -> Decision:
        """This answers a query about the person at that moment."""
        refusal = self._hard_block(query)
        if refusal is not None:
            return self._answer(query, False, [refusal])
        return self._weigh(_Case.of(self, query))

    def _hard_block(self, query: Query) -> str | None:
        if self.erased:
            return "hard.erased"
        if query.purpose not in self.policy.purpose_lineages:
            return "hard.unknown_purpose"
        if query.category not in self.policy.category_lineages:
            return "hard.unknown_category"
        if query.operation not in OPERATIONS:
            return "hard.unknown_operation"
        return _emotion_block(self.policy, query) or _recipient_block(self.policy, query)

    def _answer(
        self, query: Query, allowed: bool, reasons: Iterable[str], evidence: Iterable[LedgerEvent] = ()
    ) -> Decision:
        purpose = self.policy.purposes.purposes.get(query.purpose)
        ages = () if purpose is None or purpose.max_age is None else (purpose.max_age,)
        return Decision(
            allowed=allowed,
            reasons=tuple(dict.fromkeys(reasons)),
            evidence=tuple(dict.fromkeys(event.id for event in sorted(evidence, key=_newest_last))),
            obligations=_obligations(self.policy, query) if allowed else (),
            policy=self.policy.version,
            valid_until=_next_moment(self.known, self.consents, self.at, ages),
        )

    def _weigh(self, case: "_Case") -> Decision:
        query = case.query
        if case.basis is Basis.NONE:
            return self._answer(query, False, ["basis.none"])
        if case.basis is Basis.LEGAL_OBLIGATION:
            return self._answer(query, True, ["consent.not_required"])
        standing = [negative for negative in case.negatives if not _lifted(case, negative)]
        if standing:
            standing.sort(key=_newest_last, reverse=True)
            restricted = ["restriction.active"] if any(_restricts(case, n) for n in standing) else []
            unhealable = ["optout.no_notice"] if any(_names_no_notice(n) for n in standing) else []
            told = [*restricted, *(f"optout.{n.state}" for n in standing), *unhealable]
            return self._answer(query, False, told, standing)
        if case.basis is Basis.CONTRACT:
            return self._answer(query, True, ["consent.not_required"])
        if case.basis is Basis.LEGITIMATE_INTEREST:
            return self._answer(query, True, ["li.no_objection"])
        for grant in case.positives:
            if case.flaw(grant) is None:
                return self._answer(query, True, ["consent.given"], [grant])
        flaws = [flaw for flaw in map(case.flaw, case.positives) if flaw]
        missing = "consent.minor_needs_guardian" if case.is_guarded else "consent.none"
        return self._answer(query, False, flaws or [missing], case.positives)


def _obligations(policy: Policy, query: Query) -> tuple[str, ...]:
    advisory = ("advisory_only",) if "emotion" in policy.category_lineages[query.category] else ()
    return (*policy.purposes.purposes[query.purpose].obligations, *advisory)


def _newest_last(event: LedgerEvent) -> tuple[datetime, datetime, str]:
    return event.effective, event.recorded, event.id


@dataclass(frozen=True, slots=True)
class _Joined:
    """The identities of one person, and since when each pair of them is known to be one."""

    members: frozenset[str]
    since: dict[frozenset[str], datetime]


def _joined(identities: Sequence[LedgerEvent], subject: str, at: datetime) -> _Joined:
    if not identities:
        return _Joined(frozenset({subject}), {})
    links: dict[frozenset[str], datetime] = {}
    # A merge and an unmerge recorded in the same instant leave the two merged: more refusals count.
    counting = [e for e in identities if (e.earliest if e.type == "merge" else e.effective) <= at]
    for event in sorted(counting, key=lambda e: (e.recorded, e.type == "merge", e.id)):
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
    return _Joined(groups.get(subject, frozenset({subject})), since)


def _next_moment(
    known: Sequence[LedgerEvent], consents: Sequence[LedgerEvent], at: datetime, ages: Iterable[timedelta]
) -> datetime | None:
    """This is the next moment at which an event begins or ceases to count, or has grown as old as one of ``ages``."""
    moments = [
        moment
        for event in known
        if event.last > at
        for moment in (event.earliest, event.effective, event.valid_from, event.valid_until)
        if moment is not None and moment > at
    ]
    for age in ages:
        young = [event.effective for event in consents if at - event.effective < age]
        moments += [min(young) + age] if young and datetime.max.replace(tzinfo=UTC) - min(young) > age else []
    return min(moments, default=None)


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
    is_guarded: bool
    joined: _Joined
    negatives: list[LedgerEvent]
    positives: list[LedgerEvent]
    ended: list[LedgerEvent]
    flaws: dict[int, str | None] = field(default_factory=dict)

    def flaw(self, grant: LedgerEvent) -> str | None:
        """This is why a grant that covers the query does not count, or None where it does."""
        key = id(grant)  # the positives live as long as the case
        if key not in self.flaws:
            self.flaws[key] = _flaw_of_origin(self, grant) or _flaw_of_time(self, grant) or _flaw_of_form(self, grant)
        return self.flaws[key]

    @classmethod
    def of(cls, hearing: Hearing, query: Query) -> "_Case":
        policy = hearing.policy
        purpose = policy.purposes.purposes[query.purpose]
        special = not policy.category_lineages[query.category].isdisjoint(SPECIAL_ROOTS)
        basis = policy.basis(query.purpose, query.jurisdictions)
        if special:
            basis = max(basis, purpose.special_basis or Basis.EXPLICIT_CONSENT, key=STRICTNESS.__getitem__)
        is_guarded = basis is Basis.LEGITIMATE_INTEREST and _is_child(policy, query)
        if is_guarded:
            basis = Basis.CONSENT  # GDPR Art. 6(1)(f) and 8, CCPA 1798.120(c): nobody's interest goes before a child's
        hits, grants = _covering(hearing, query)
        return cls(
            policy, query, purpose, basis, special, is_guarded, hearing.joined,
            negatives=[e for e in hits if e.state in NEGATIVE or e.restriction],
            positives=sorted(grants, key=_newest_last, reverse=True),
            ended=[e for e in hits if e.state is ConsentState.EXPIRED],
        )  # fmt: skip


def _covering(hearing: Hearing, query: Query) -> tuple[list[LedgerEvent], list[LedgerEvent]]:
    """These are the refusals that bear on a query, and the grants that cover the whole of it.

    What a question leaves open (channel, recipient) may be filled by a refusal, never by a grant.
    """
    policy, at, channel, recipient = hearing.policy, query.at, query.channel, query.recipient
    purposes, categories = policy.purposes_covering[query.purpose], policy.categories_covering[query.category]
    hits, grants = [], []
    for event in hearing.consents:
        scope = event.scope
        if scope.purpose not in purposes or scope.category not in categories:
            continue
        open_to_all = scope.channel in _ANYTHING and scope.recipient in _ANYTHING
        if event.state in _ENDING or event.restriction:
            if event.earliest <= at and (open_to_all or _hits(scope, channel, recipient)):
                hits.append(event)
        elif event.state in POSITIVE and event.effective <= at and (open_to_all or _grants(scope, channel, recipient)):
            grants.append(event)
    return hits, grants


def _grants(scope: ConsentScope, channel: str | None, recipient: str | None) -> bool:
    return (scope.channel in _ANYTHING or scope.channel == channel) and (
        scope.recipient in _ANYTHING or scope.recipient == recipient
    )


def _hits(scope: ConsentScope, channel: str | None, recipient: str | None) -> bool:
    return (channel is None or scope.channel in _ANYTHING or scope.channel == channel) and (
        recipient is None or scope.recipient in _ANYTHING or scope.recipient == recipient
    )


def _any(value: str | None) -> bool:
    return value is None or value == ANY


def _flaw_of_origin(case: _Case, grant: LedgerEvent) -> str | None:
    evidence = grant.evidence
    if _any(grant.scope.purpose):
        return "consent.blanket_grant_void"
    if evidence.actor not in {"subject", "guardian"}:
        return "consent.not_from_subject"
    if evidence.actor == "guardian" and not evidence.guardian_verified:
        return "consent.guardian_not_verified"
    if evidence.actor == "subject" and _is_child(case.policy, case.query):
        return "consent.minor_needs_guardian"
    return None


def _is_child(policy: Policy, query: Query) -> bool:
    """Whether somebody is known to be too young to consent alone in one of the places that apply."""
    return query.age is not None and query.age < policy.age_of_consent(query.jurisdictions)


def _flaw_of_time(case: _Case, grant: LedgerEvent) -> str | None:
    at = case.query.at
    if grant.valid_from is not None and at < grant.valid_from:
        return "consent.not_yet_valid"
    if grant.valid_until is not None and at >= grant.valid_until:
        return "consent.expired"
    if any(event.effective >= grant.effective for event in case.ended):
        return "consent.expired"
    if case.purpose.max_age is not None and at - grant.effective >= case.purpose.max_age:
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


def _lifted(case: _Case, negative: LedgerEvent) -> bool:
    """Whether a refusal no longer stands: a mere restriction that has run out, or one that a valid grant beats."""
    if negative.state not in NEGATIVE and not _restricts(case, negative):
        return True
    for grant in case.positives:  # the newest first
        if grant.effective <= negative.effective:
            return False
        if _beats(case, grant, negative) and case.flaw(grant) is None:
            return True
    return False


def _restricts(case: _Case, event: LedgerEvent) -> bool:
    return event.restriction and (event.valid_until is None or case.query.at < event.valid_until)


def _beats(case: _Case, grant: LedgerEvent, negative: LedgerEvent) -> bool:
    """Whether a later grant may lift a refusal; whether it is valid at all is for ``flaw`` to say."""
    return (
        _within(case.policy, grant.scope, negative.scope)
        and _is_own_word(grant, negative)
        and (negative.evidence.signal != "gpc" or grant.evidence.explicit)
        and (negative.state is not ConsentState.INVALIDATED or _newer_notice(grant, negative))
        and _after_merge(case.joined, grant, negative)
    )


def _is_own_word(grant: LedgerEvent, negative: LedgerEvent) -> bool:
    """Whether a grant is the word of the person about that refusal: told to the hub, or said where the refusal was said.

    What an object of a system says is an import against everything else: whoever touches its rows cannot undo a refusal.
    Where the hub itself ended a grant because its object is gone, nobody refused: any object of that system may answer anew.
    """
    is_object, is_same_system = negative.evidence.source_kind == "object", grant.system == negative.system
    if grant.evidence.source_kind == "object":
        if negative.state is ConsentState.REVOKED and negative.evidence.actor == "controller":
            return is_same_system
        return is_object and is_same_system and grant.object == negative.object
    return grant.evidence.source_kind == "direct" and not (
        is_object and is_same_system and grant.object != negative.object
    )


def _names_no_notice(negative: LedgerEvent) -> bool:
    """Whether an invalidation does not say of which notice, so that nobody can tell that a later one is better."""
    return negative.state is ConsentState.INVALIDATED and negative.evidence.notice_version is None


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
