"""The cast as Zendesk knows it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hub.testing import CastMember, Line
from hub_zendesk.simulated.payloads import USER_FIELD_KEYS, Json, comment, iso, rating, ticket, user
from hub_zendesk.simulated.vendor import VendorState

FIRST_USER = 7_000_000_000_000
FIRST_TICKET = 35_000
AGENT, ADMIN = 7_000_000_900_001, 7_000_000_900_002
SUSPENDED = 7_000_000_900_003
UNKNOWN_AUTHOR = 7_000_000_999_999
"""An author that Zendesk no longer shows to anybody."""

_STATES = {"all": "given", "no_emotion": "refused", "withdrawn": "withdrawn"}
_CHANNELS = ("web", "email", "chat", "api", "voice")
_SUBJECTS = ("Order", "Refund", "Login", "Invoice")


def seed_account(vendor: VendorState) -> None:
    """This fills the account with agents, the cast members who speak in Zendesk, their tickets and ratings."""
    start = min((line.at for member in vendor.cast.members for line in member.lines), default=vendor.clock.now())
    known = {"verified": True, "ticket_restriction": None, "restricted_agent": False}
    agents = [
        user(AGENT, "Robin Agent", "robin@agents.example.com", start, role="agent", role_type=0, **known),
        user(ADMIN, "Ada Admin", "integration@example.com", start, role="admin", role_type=4, **known),
    ]
    vendor.users |= {agent["id"]: agent for agent in agents}
    for member in vendor.cast.members:
        if member.said_in("zendesk"):
            _add_member(vendor, member, member.said_in("zendesk"))
    _add_odd_tickets(vendor)


def _add_member(vendor: VendorState, member: CastMember, lines: tuple[Line, ...]) -> None:
    user_id = FIRST_USER + member.number
    state = _STATES.get(member.consent)
    # Consent is given or refused before a word is said, and withdrawn after.
    told = lines[-1].at + timedelta(hours=1) if state == "withdrawn" else lines[0].at - timedelta(days=1)
    fields = dict.fromkeys(USER_FIELD_KEYS) | {
        "consent_emotion": state,
        "consent_emotion_at": iso(told) if state else None,
        "consent_emotion_notice": 1 if state else None,
    }
    locale = "en-GB" if member.country in ("GB", "IE") else "en-US"
    vendor.users[user_id] = user(
        user_id, member.name, member.email, lines[0].at, phone=member.phone, locale=locale, verified=True,
        user_fields=fields,
    )  # fmt: skip
    _add_ticket(vendor, member, user_id, lines)


def _add_ticket(vendor: VendorState, member: CastMember, user_id: int, lines: tuple[Line, ...]) -> None:
    number = FIRST_TICKET + member.number
    channel = _CHANNELS[member.number % len(_CHANNELS)]
    via = {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}}
    last = lines[-1].at
    subject = f"{_SUBJECTS[member.number % len(_SUBJECTS)]} ORD-{10000 + member.number}"
    said = ticket(
        number, user_id, subject, lines[0].at, description=lines[0].text, assignee_id=AGENT, via=via,
        status="solved" if member.satisfaction else "open", priority=("normal", None, "high")[member.number % 3],
        tags=["vip", "priority_customer"] if member.tier == "gold" else [],
        updated_at=iso(last), generated_timestamp=int(last.timestamp()),
    )  # fmt: skip
    vendor.tickets[number] = said
    vendor.comments[number] = list(_comments(vendor, member, user_id, lines, via))
    if member.satisfaction:
        words = "Quick and friendly" if member.satisfaction == "good" else f"Nobody called {member.name} back"
        at = last + timedelta(minutes=5)
        vendor.ratings[360_000 + member.number] = rating(360_000 + member.number, said, member.satisfaction, words, at)
        said["satisfaction_rating"] = {"id": 360_000 + member.number, "score": member.satisfaction, "comment": words}


def _comments(
    vendor: VendorState, member: CastMember, user_id: int, lines: tuple[Line, ...], via: Json
) -> Iterator[Json]:
    for line in lines:
        is_agent = line.by == "agent"
        yield comment(vendor.comment_id(), AGENT if is_agent else user_id, line.text, line.at, via=via)
        if is_agent and member.number % 4 == 0:
            note = f"Internal: {member.name} is upset, please treat with care."
            yield comment(vendor.comment_id(), AGENT, note, line.at + timedelta(minutes=1), public=False)


def _add_odd_tickets(vendor: VendorState) -> None:
    """This adds what real accounts hold besides: a suspended sender, an author nobody knows, a rating only offered."""
    when = vendor.clock.now() - timedelta(days=1)
    vendor.users[SUSPENDED] = user(SUSPENDED, "Unsubscribe Bot", "noreply@spam.example.org", when, suspended=True)
    odd = ticket(FIRST_TICKET + 90_000, SUSPENDED, "Delivery failed", when, status="new", description="Delivery failed")
    vendor.tickets[odd["id"]] = odd
    vendor.comments[odd["id"]] = [
        comment(vendor.comment_id(), SUSPENDED, "Delivery failed", when),
        comment(vendor.comment_id(), UNKNOWN_AUTHOR, "I wrote this before my account went away.", when),
        comment(vendor.comment_id(), -1, "Merged by the system.", when, public=False),
    ]
    vendor.ratings[369_999] = rating(369_999, odd, "offered", None, when)


def add_comment(vendor: VendorState, ticket_id: int, author_id: int, text: str, **known: Any) -> Json:
    """This lets somebody say something in a ticket now."""
    said = comment(vendor.comment_id(), author_id, text, vendor.clock.now(), **known)
    vendor.comments.setdefault(ticket_id, []).append(said)
    vendor.touch_ticket(ticket_id)
    return said
