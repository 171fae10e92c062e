"""The door: who wants to see something personal asks here first; every answer is on record before anything is shown.

The answer itself is ``hub.privacy.access``'s. This gathers what it must know (is it the viewer's own ticket, has a second
person approved it, was the person erased?) and writes the audit entry. Command line, console and exports come through here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.audit.entry import Entry as AuditEntry
from hub.audit.log import AuditLog
from hub.errors import ConfigError, PolicyError
from hub.privacy.access import NO_PURPOSE, AccessPolicy, Answer, Request, decide_access
from hub.privacy.access_rules import Action, Data, Level, SubjectKind
from hub.schema import Case, CaseStatus
from hub.store.requests import RequestKind
from hub.store.store import Store, Tx

OPEN = frozenset({CaseStatus.NEW, CaseStatus.OPEN, CaseStatus.PENDING})

_LACKING = {
    NO_PURPOSE: "Say what for: --purpose, a purpose of privacy/purposes.yaml.",
    "access.no_role": "Give this actor a role: 'roles' in hub.yaml.",
    "access.not_granted": "See what the role may: 'hub access explain', privacy/access.yaml.",
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks, as the audit log names them, their roles, and the id that they have as an agent at connections."""

    actor: str
    roles: frozenset[str]
    agent: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Look:
    """What a viewer wants.

    Args:
        action: what they would do.
        data: with what.
        level: how closely.
        purpose: what for.
        reason: one of the reasons of ``access.yaml``, where somebody's emotion is looked at.
        case: what they work on: a ticket (``CONNECTION:KEY``) or a request for data (``request:NUMBER``).
        subject: whom it is about.
        scope: what it is about where it is no single person: ``sync:NAME``.
        persons: for figures: how many people stand behind the smallest of them; None where that is not known yet.
    """

    action: Action
    data: Data
    level: Level
    purpose: str | None = None
    reason: str | None = None
    case: str | None = None
    subject: SubjectKind = "customer"
    scope: str | None = None
    persons: int | None = None


@dataclass(frozen=True)
class Door:
    """The decision point at work for one viewer."""

    store: Store
    audit: AuditLog
    access: AccessPolicy
    viewer: Viewer
    now: Callable[[], datetime]

    def may(self, look: Look, person_id: str | None = None) -> Answer:
        """This answers, and puts the answer on record; a yes about runs alone is no entry, because it names nobody."""
        if look.data == "runs" and (foreseen := self.foresee(look, person_id)).allowed:
            return foreseen  # no entry, so nobody who looks waits for a run that is writing
        self._check_reason(look)
        with self.store.begin() as tx:
            answer = decide_access(self.access, self._request(look, self._facts(tx, look, person_id)))
            if not answer.allowed or look.data != "runs":
                subject = tx.persons.audit_ref(person_id) if person_id else None
                self.audit.record(tx, [self._entry(look, answer, subject)])
        return answer

    def may_all(self, looks: Sequence[Look], person_id: str) -> bool:
        """This asks for several looks at one person at once, and puts every answer on record; yes only if all are yes."""
        for look in looks:
            self._check_reason(look)
        with self.store.begin() as tx:
            subject = tx.persons.audit_ref(person_id)
            answers = [
                decide_access(self.access, self._request(look, self._facts(tx, look, person_id))) for look in looks
            ]
            told = zip(looks, answers, strict=True)
            self.audit.record(tx, [self._entry(look, answer, subject) for look, answer in told])
        return all(answer.allowed for answer in answers)

    def require(self, look: Look, person_id: str | None = None) -> Answer:
        """This is the answer where it is yes; raises PolicyError where it is no, which is then on record."""
        answer = self.may(look, person_id)
        if not answer.allowed:
            self.audit.sequence()
            raise refusal(self.viewer, look, answer)
        return answer

    def foresee(self, look: Look, person_id: str | None = None) -> Answer:
        """This is what the answer would be; nothing may be shown on it, so nothing is put on record."""
        self._check_reason(look)
        with self.store.read() as tx:
            return decide_access(self.access, self._request(look, self._facts(tx, look, person_id)))

    def purposes(self, look: Look) -> list[str]:
        """These purposes would open a look that is about nobody in particular; nothing is put on record."""
        asked = {
            purpose: self._request(replace(look, purpose=purpose), frozenset()) for purpose in self.access.purposes
        }
        return sorted(purpose for purpose, request in asked.items() if decide_access(self.access, request).allowed)

    def require_chance(self, looks: Sequence[Look]) -> None:
        """This raises PolicyError where no person whatever could be shown: before anybody is looked up.

        So nobody learns who is known here by asking for what they may not see.
        """
        for look in looks:
            self._check_reason(look)
            best = frozenset({"own_case", "own_request", "approved"}) | self._named(look)
            answer = decide_access(self.access, self._request(look, best))
            if not answer.allowed:
                with self.store.begin() as tx:
                    self.audit.record(tx, [self._entry(look, answer, None)])
                self.audit.sequence()
                raise refusal(self.viewer, look, answer)

    def stamp(self, look: Look, answers: Iterable[Answer]) -> str | None:
        """This is the line that names viewer, purpose and time on what is shown, where an answer asks for it."""
        if not any("watermark" in answer.duties for answer in answers):
            return None
        return f"shown to {self.viewer.actor} for {look.purpose} at {self.now():%Y-%m-%d %H:%M:%SZ}; this look is on record"

    def _check_reason(self, look: Look) -> None:
        known = self.access.file.reasons
        if look.reason is not None and look.reason not in known:
            raise ConfigError(
                f"there is no reason {look.reason!r} (known: {', '.join(known) or 'none'}).", fix="See access.yaml."
            )

    def _request(self, look: Look, facts: frozenset[str]) -> Request:
        return Request(self.viewer.roles, look.action, look.data, look.level, look.purpose, look.subject, facts)

    def _named(self, look: Look) -> frozenset[str]:
        named = {"reason"} if look.reason is not None else set()
        if look.persons is not None and look.persons < self.access.k:
            named.add("small_group")
        return frozenset(named)

    def _facts(self, tx: Tx, look: Look, person_id: str | None) -> frozenset[str]:
        facts = set(self._named(look))
        if self._is_approved(tx, look, person_id):
            facts.add("approved")
        if person_id is None:
            return frozenset(facts)
        if tx.persons.status(person_id) == "erased":
            facts.add("erased")
        if tx.holds.standing([person_id]):
            facts.add("held")
        if look.case is not None and self._is_own_case(tx, person_id, look.case):
            facts.add("own_case")
        if look.case is not None and is_own_request(tx, person_id, look.case):
            facts.add("own_request")
        return frozenset(facts)

    def _is_own_case(self, tx: Tx, person_id: str, case: str) -> bool:
        """Whether ``CONNECTION:KEY`` names an open ticket of the person that is assigned to the viewer.

        A ticket that is nobody's, or of which a mapping does not tell whose it is, is not the viewer's.
        """
        connection, _, key = case.partition(":")
        if connection not in self.viewer.agent:
            return False
        mine = self.store.vault.record_id("agent", connection, self.viewer.agent[connection])
        held = (one for one in tx.records.for_person(person_id) if isinstance(one, Case))
        return any(
            (one.provenance.connection, one.provenance.key, one.assignee_id) == (connection, key, mine)
            and one.status in OPEN
            and not one.deleted
            for one in held
        )

    def _is_approved(self, tx: Tx, look: Look, person_id: str | None) -> bool:
        scope = tx.persons.audit_ref(person_id) if person_id else look.scope
        if scope is None or look.purpose is None or look.reason is None:
            return False
        return tx.grants.stands(scope, look.purpose, look.reason, self.viewer.actor)

    def _entry(self, look: Look, answer: Answer, subject: str | None) -> AuditEntry:
        told = (*answer.reasons, f"{look.action} {look.data} {look.level}", f"roles {_roles(self.viewer)}")
        return AuditEntry(
            type="read",
            outcome="shown" if answer.allowed else "denied",
            actor=self.viewer.actor,
            purpose=look.purpose[:80] if look.purpose in self.access.purposes else None,
            reasons=(*told, f"because {look.reason}") if look.reason else told,
            policy=self.access.version,
            subject=subject,
        )


def _roles(viewer: Viewer) -> str:
    return "+".join(sorted(viewer.roles)) or "none"


def is_own_request(tx: Tx, person_id: str, case: str) -> bool:
    """This tells whether ``request:NUMBER`` names an open request of the person for their data."""
    asked = tx.requests.find(person_id, RequestKind.ACCESS)
    return asked is not None and case == f"request:{asked.id}"


def refusal(viewer: Viewer, look: Look, answer: Answer) -> PolicyError:
    """This is the error that tells a viewer why they may not look, and what to do about it."""
    what = f"{look.action} {look.data} ({look.level})"
    fix = next((_LACKING[reason] for reason in answer.reasons if reason in _LACKING), "No role and no file opens this.")
    if any(reason.startswith("forbid.") for reason in answer.reasons):
        fix = "privacy/access.yaml says why."
    return PolicyError(
        f"{viewer.actor} ({_roles(viewer)}) may not {what}: {', '.join(answer.reasons)}. The attempt is on record.",
        reason=answer.reasons[0],
        fix=fix,
    )


__all__ = ["Door", "Look", "Viewer", "is_own_request", "refusal"]
