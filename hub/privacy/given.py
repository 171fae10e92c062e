"""What a written case gives: events and questions as people write them, flat, and as the gate takes them."""

from dataclasses import dataclass
from typing import Literal

from hub.privacy.consent import NEGATIVE, LedgerEvent, Query
from hub.privacy.policy import Policy
from hub.privacy.rules import ANY, Rule
from hub.schema import ConsentEvidence, ConsentScope, ConsentState, UtcTime


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
    source: Literal["direct", "import", "signal", "object"] = "direct"
    system: str = ""
    object: str = ""
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
            valid_until=self.valid_until, restriction=self.restriction, system=self.system, object=self.object, a=self.a,
            b=self.b,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unheard:
    """What a refusal names and no rule knows: the key, the word, and the words that are known."""

    key: str
    word: str
    choices: tuple[str, ...]


def unheard(event: GivenEvent, policy: Policy) -> Unheard | None:
    """This is what a refusal names and no rule knows: it would refuse nothing, so nobody may overlook it."""
    if not (event.state in NEGATIVE or event.state is ConsentState.EXPIRED or event.restriction):
        return None
    rules = {
        "purpose": policy.purposes.purposes, "category": policy.categories, "recipient": policy.destinations.destinations,
    }  # fmt: skip
    for key, known in rules.items():
        word = getattr(event, key)
        if word not in {None, ANY, *known}:
            return Unheard(key, word, tuple(known))
    return None


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
