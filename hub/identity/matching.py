"""Which identifiers may tie records together at all."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from hub.schema import Identifier, IdentifierKind

ROLE_MAILBOXES = frozenset(
    str.split("""
    abuse accounting accounts admin administrator all billing bookings careers compliance contact customercare
    customerservice desk donotreply do-not-reply enquiries enquiry everyone feedback finance frontdesk hello help
    helpdesk hostmaster hr info information inquiries invoice invoices it jobs legal mail mailer-daemon marketing
    media news newsletter no-reply no_reply noreply nobody notifications office operations orders owner postmaster
    press privacy reception recruiting reservations root sales security service staff subscribe support team test
    unsubscribe user webmaster welcome
    """)
)
"""Local parts of mailboxes that several people read."""

_PLACEHOLDER_DOMAIN = re.compile(r"(?:^|\.)(?:invalid|localhost|local|none|noemail|no-email)(?:\.|$)")
_ONE_DIGIT_REPEATED = re.compile(r"\+\d{1,3}(\d)\1{5,}")


def is_matchable(identifier: Identifier) -> bool:
    """This identifier, in normal form, belongs to one person, so that two records sharing it speak of the same one.

    Handles never do: they are chosen freely on each platform, and change hands. Role mailboxes and made-up values never
    do. Ids given out by a system do only where the system is named, except customer numbers, which are the company's own.
    """
    test = _TESTS.get(identifier.kind)
    return test is None or test(identifier)


def _is_personal_mailbox(identifier: Identifier) -> bool:
    local, _, domain = identifier.value.rpartition("@")
    base = local.partition("+")[0]
    return (
        base not in ROLE_MAILBOXES
        and base.rstrip("0123456789.-_") not in ROLE_MAILBOXES
        and not _is_placeholder(domain)
    )


@lru_cache(maxsize=4_096)  # most customers share a few domains
def _is_placeholder(domain: str) -> bool:
    return _PLACEHOLDER_DOMAIN.search(domain) is not None


_TESTS: Mapping[IdentifierKind, Callable[[Identifier], bool]] = {
    IdentifierKind.HANDLE: lambda one: False,
    IdentifierKind.EMAIL: _is_personal_mailbox,
    IdentifierKind.PHONE: lambda one: not _ONE_DIGIT_REPEATED.fullmatch(one.value),
    IdentifierKind.VENDOR_ID: lambda one: bool(one.issuer),
}
