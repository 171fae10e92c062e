"""Reason codes in words, for people who do not know the codes."""

REASONS: dict[str, str] = {
    "subject.unknown": "nobody it could belong to",
    "suppressed": "erased before, stays erased",
    "source.deleted": "deleted at the source",
    "mapping.not_wanted": "no mapping rule wants it",
    "author.not_customer": "said by an agent or a bot",
    "redaction.not_possible": "its text could not be redacted",
    "redaction.too_slow": "looking through its text took too long",
    "consent.given": "consent was given",
    "consent.not_required": "the law asks for no consent here",
    "consent.unknown_purpose": "a consent for a purpose that no rule knows",
    "consent.unknown_category": "a consent for a data category that no rule knows",
    "run.interrupted": "killed, and closed by the next run of the sync",
    "partly.redaction.not_possible": "a part of it could not be redacted",
    "partly.redaction.too_slow": "looking through a part of it took too long",
    "consent.none": "no consent on record",
    "consent.expired": "consent has expired",
    "consent.stale": "consent is too old",
    "consent.not_explicit": "consent was not explicit",
    "consent.minor_needs_guardian": "a minor, without a guardian's consent",
    "optout.withdrawn": "consent was withdrawn",
    "optout.refused": "consent was refused",
    "optout.objected": "the person objected",
    "optout.opted_out": "the person opted out",
    "optout.revoked": "consent was revoked",
    "restriction.active": "processing is restricted",
    "hard.erased": "the person was erased",
    "withdrawal": "take back what a withdrawal ends",
    "withdrawal.not_clearable": "empty by hand what a withdrawal ends: the connector cannot",
    "withdrawal.not_found": "find and empty by hand what a withdrawal ends: the row can no longer be addressed",
    "withdrawal.not_gone": "empty by hand what a withdrawal or a period ends: it could not be emptied, or is not empty",
    "gpp.unreadable": "a GPP string that cannot be read; it counts as a refusal",
    "partly.gpp.unreadable": "its GPP string cannot be read, and counts as a refusal; the rest of it was stored",
    "gpp.nothing_refused": "its GPP string refuses nothing, which is no consent",
    "assessment.stale": "changed since the impact assessment was approved; see 'hub privacy dpia --check'",
    "nothing_to_say": "nothing to say about them",
    "cleared": "taken back what was said before",
    "consent.moved": "consent changed on the way",
    "decision.stale": "decided anew",
    "not_sent": "not sent yet",
    "dead_letter": "failed for good; see 'hub outcomes dead'",
    "dropped": "given up by hand",
    "superseded": "newer content took its place",
    "already_queued": "on its way already",
    "no_answer": "the vendor did not answer",
}


def explain(reason: str) -> str:
    """This is a reason code in words, followed by the code itself; unknown codes stand for themselves."""
    words = REASONS.get(reason)
    return f"{words} ({reason})" if words else reason
