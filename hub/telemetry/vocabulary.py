"""The vocabulary: every word that may stand in a label of a metric or in an attribute of a span, and nothing else.

Metrics and traces leave the hub for systems that many people look into and nobody erases from. A word that is not in here -
a plugin's own reason, an exception's class, whatever a vendor may have told - becomes ``other``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from hub import errors
from hub.schema import ConsentState, EmotionLabel, IdentifierKind

OTHER = "other"
"""What any word becomes that is not in the vocabulary."""

FEW = "few"
"""The emotion of tags that fewer people than ``ENOUGH`` had at once: who made a run knows whom it read."""

ENOUGH = 10
"""People of whom one transaction must tell the same emotion before a metric names it."""

STATES = frozenset({
    "stored", "unchanged", "withheld", "quarantined", "confirmed", "failed", "unknown", "accepted", "pending",
    "queued", "unanswered", "waiting", "dead", "running", "succeeded", "partial",
})  # fmt: skip

KINDS = frozenset({
    "pull", "push", "sweep", "erase", "rotate", "restore", "import", "export", "propagate", "records", "tags", "witness",
    "timestamp", "requests", "obligations", "erasures",
})  # fmt: skip

ENTITIES = frozenset({
    "PERSON", "LOCATION", "NRP", "EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "MAC_ADDRESS",
    "URL", "HANDLE", "DATE_OF_BIRTH", "STREET_ADDRESS", "ZIP_CODE", "US_SSN", "UK_NINO", "PASSWORD", "ORDER_NUMBER",
    "ACCOUNT_NUMBER", "LOYALTY_NUMBER", "NATIONAL_ID", "PASSPORT", "DRIVER_LICENCE", "LICENCE_PLATE", "CRYPTO", "MASKED",
    "TEXT",
})  # fmt: skip

EMOTIONS = frozenset({*(one.value for one in EmotionLabel), "abstained", FEW})

_REASONS = frozenset({
    # what became of a record that was read
    "subject.unknown", "suppressed", "superseded", "source.deleted", "source.changed", "mapping.not_wanted",
    "author.not_customer", "redaction.not_possible", "redaction.too_slow", "redaction.unavailable",
    "record.no_id", "record.no_time", "record.untold",
    "record.unreadable", "record.bad_comment", "bad_record", "mapping.time", "mapping.type", "mapping.required",
    "mapping.missing_id", "mapping.invalid", "mapping.function", "mapping.expression", "mapping.enum", "mapping.each",
    "vault.unreadable", "export.unreadable",
    # the gate's answers
    "consent.given", "consent.not_required", "consent.none", "consent.expired", "consent.stale", "consent.not_explicit",
    "consent.not_from_subject", "consent.not_yet_valid", "consent.notice_outdated", "consent.special_not_named",
    "consent.blanket_grant_void", "consent.guardian_not_verified", "consent.minor_needs_guardian",
    "consent.unknown_purpose", "consent.unknown_category", "consent.unknown_recipient", "consent.moved",
    "restriction.active", "hard.erased", "hard.unknown_purpose", "hard.unknown_category", "hard.unknown_operation",
    "hard.emotion_non_customer",
    "hard.emotion_forbidden_purpose", "hard.recipient_not_mapped_to_purpose", "hard.recipient_not_mapped_to_category",
    "li.no_objection", "link.not_explicit", "gpp.unreadable", "gpp.nothing_refused", "policy.no_operation",
    "policy.unknown_destination",
    "retention.no_rule", "assessment.stale", "person.erased",
    # what became of a row that was to be sent
    "nothing_to_say", "cleared", "decision.stale", "not_sent", "dead_letter", "dropped", "already_queued", "no_answer",
    "erased", "not_found", "not_applied", "closed", "bad_key", "unknown_field", "custom_field_not_configured", "egress.name",
    *(f"optout.{state}" for state in ConsentState), "optout.no_notice",
    *(f"egress.{kind}" for kind in IdentifierKind),
})  # fmt: skip

REASONS = _REASONS | {f"partly.{reason}" for reason in _REASONS}

ALERTS = frozenset({
    "degraded", "failing", "stale", "zero_rows", "dead_letters", "withheld_rise", "anchoring", "requests", "obligations",
    "erasures", "lease", "expiry",
})  # fmt: skip

ERRORS = frozenset(
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.HubError)
)

_RUN = re.compile(r"run_[0-9a-f]{32}")

_declared: set[str] = set()


def declare(names: Iterable[str]) -> None:
    """This adds names of the configuration: syncs, connections, streams, objects, limits, witnesses."""
    _declared.update(names)


def reason(code: str | None) -> str:
    """This is a reason as a label: the code itself where the hub knows it; empty where there is none."""
    return "" if code is None else code if code in REASONS else OTHER


def entity(type_: str) -> str:
    """This is a type of redacted entity as a label; a company's own is ``other``."""
    return type_ if type_ in ENTITIES else OTHER


def name(of: str) -> str:
    """This is a sync, connection, stream, object or limit as a label: one of the configuration's; or none at all."""
    return of if not of or of in _declared else OTHER


def run_id(of: str) -> str:
    """This is a run's random id; only spans have room for it."""
    return of if _RUN.fullmatch(of) else OTHER


def _one_of(words: frozenset[str]) -> Callable[[str], str]:
    return lambda word: word if word in words else OTHER


WORDS: dict[str, Callable[[str], str]] = {
    "sync": name,
    "connection": name,
    "stream": name,
    "object": name,
    "limit": name,
    "name": name,
    "kind": _one_of(KINDS),
    "state": _one_of(STATES),
    "reason": reason,
    "entity": entity,
    "emotion": _one_of(EMOTIONS),
    "alert": _one_of(ALERTS),
    "run": run_id,
    "error": _one_of(ERRORS),
}
"""For each label what makes a word of it."""


def say(label: str, word: str) -> str:
    """This is a word fit for a label; KeyError for a label that nobody has defined."""
    return WORDS[label](word)
