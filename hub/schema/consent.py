"""Consent: one event of the append-only, bitemporal consent ledger (design: consent.md 1.3, ISO/IEC TS 27560 fields)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from hub.schema.model import Model, UtcTime
from hub.schema.person import Party
from hub.schema.provenance import Provenance
from hub.schema.terms import ConsentState


class ConsentScope(Model):
    """What a consent event speaks about; None means "any"."""

    purpose: str | None = None
    category: str | None = None
    channel: str | None = None
    recipient: str | None = None


class ConsentEvidence(Model):
    """How the event is known: notice, method, source and actor.

    ``object`` is the kind of a system that keeps one standing answer an object and wants the most restrictive of them heard.
    """

    notice_id: str | None = None
    notice_version: int | None = None
    method: str | None = None
    language: str | None = None
    source_system: str | None = None
    source_kind: Literal["direct", "import", "signal", "object"] = "direct"
    signal: Literal["gpc", "gpp"] | None = None
    actor: Literal["subject", "guardian", "controller", "authority"] = "subject"
    guardian_verified: bool = False
    explicit: bool = False


class ConsentEvent(Model):
    """What one person expressed about one scope, at one moment, as the hub came to know it.

    ``occurred_at`` is when the person expressed it; the store adds ``recorded``, when the hub knew.
    ``gpp`` is only a means of reading: a pull puts what the string says in its place, and stores no string.
    """

    kind: Literal["consent"] = "consent"
    id: str
    provenance: Provenance
    party: Party
    state: ConsentState
    occurred_at: UtcTime
    scope: ConsentScope = ConsentScope()
    evidence: ConsentEvidence = ConsentEvidence()
    valid_from: UtcTime | None = None
    valid_until: UtcTime | None = None
    restriction: bool = Field(False, description="GDPR Art. 18: processing is restricted while this stands")
    deleted: bool = False
    gpp: str | None = Field(None, description="IAB GPP string as a source holds it, in place of a state; never stored")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.gpp is not None and self.state is not ConsentState.UNKNOWN:
            raise ValueError("an event with a GPP string has the state 'unknown': the string says what was said")
        return self
