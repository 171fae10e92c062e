"""A cast of invented customers whose story runs through all systems at once.

The same person is a Contact in the CRM, an end user in the helpdesk, a member of the loyalty program and an author on the
social platform, so simulators that know nothing of each other show one consistent world. Everything is invented: domains
are example.*, telephone numbers come from the ranges that the national regulators reserve for fiction, card numbers and
IBANs are the published test ones.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from hub.testing.clock import START

Where = Literal["x", "zendesk", "salesforce", "voucherify"]
Consent = Literal["all", "service", "no_emotion", "withdrawn", "none"]

_NAMES = [
    "Maria Garcia", "Kwame Mensah", "Ingrid Larsen", "Rajesh Iyer", "Chloe Dubois", "Tomasz Nowak", "Aisha Bello",
    "Liam O'Connor", "Mei Tanaka", "Sofia Rossi", "Jonas Weber", "Priya Raman", "Noah Becker", "Fatima Zahra",
    "Lucas Almeida", "Hannah Schmidt", "Omar Haddad", "Elena Petrova", "Daniel Kim", "Grace Okafor", "Mateo Fernandez",
    "Yuki Sato", "Anna Kowalska", "David Cohen",
]  # fmt: skip
_COUNTRIES = ["ES", "DE", "FR", "US", "GB", "IE"]
_PHONES = {
    "ES": "+34 910 55 51 {n:02d}", "DE": "+49 30 231259{n:02d}", "FR": "+33 1 99 00 12 {n:02d}",
    "US": "+1 202-555-01{n:02d}", "GB": "+44 7700 9002{n:02d}", "IE": "+353 20 910 00{n:02d}",
}  # fmt: skip
_CONSENT: list[Consent] = [
    "all",
    "all",
    "all",
    "service",
    "all",
    "no_emotion",
    "all",
    "withdrawn",
    "all",
    "all",
    "none",
    "all",
]

_TROUBLE = [
    "My order {order} arrived broken and nobody answers. I am absolutely furious, this is the third time!",
    "Still waiting for the refund of order {order}. Really disappointed, you promised it last week.",
    "I can't log in since the update and I don't understand the error message. What does code 17 mean?",
    "You charged my card {card} twice! Please call me on {phone}, I'm worried about my account.",
    "If this isn't fixed by Friday I am cancelling and switching to somebody else. Write to {email}.",
    "The delivery guy left my parcel at 12 Baker Street, not my address. So frustrating.",
    "I'm sad to say the support chat was rude to me. Regards, {name}",
    "Honestly surprised that the app logs me out every morning. Is that intended?",
]
_AGENT = [
    "Hi {first}, sorry for the trouble. I have passed this on to our team and will write to {email} today.",
    "Hello {first}, thank you for your patience, the refund was issued this morning.",
    "Hi {first}, could you send us the order number so that we can look into it?",
]
_HAPPY = [
    "Wow, thank you so much {agent}, the replacement came the very next day. You are wonderful!",
    "Great, that solved it. I'm really happy with how quickly you answered.",
    "Thanks, all good now. I appreciate the help.",
    "Okay, noted.",
]
_PUBLIC = [
    "@AttuneAir third day without my bag and not a word from you. Never again. #fail",
    "@AttuneAir shout-out to the crew on flight 482, I love this airline!",
    "@AttuneAir is the app down for anyone else?",
    "@AttuneAir your loyalty program is a joke, lost 4000 points overnight. So angry. DM me at {email}",
]
CARD = "4111 1111 1111 1111"
"""The payment industry's public test card number."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said by a cast member or by an agent answering them.

    ``where`` is the system it is said in, ``at`` the instant, ``by`` who says it.
    """

    where: Where
    by: Literal["customer", "agent"]
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CastMember:
    """One invented customer; ``number`` counts from 1 and makes every id.

    ``consent`` says what the vendors have on record: everything; service only; everything but emotion analysis; withdrawn
    after having been given; nothing at all.
    """

    number: int
    name: str
    email: str
    phone: str
    handle: str
    country: str
    birth_year: int
    consent: Consent
    points: int
    tier: str
    satisfaction: Literal["good", "bad"] | None
    lines: tuple[Line, ...] = field(default=())

    @property
    def customer_id(self) -> str:
        """The company's own customer number, which CRM and loyalty system share."""
        return f"C-{self.number:06d}"

    def said_in(self, where: Where) -> tuple[Line, ...]:
        """The lines of one system, oldest first."""
        return tuple(line for line in self.lines if line.where == where)


@dataclass(frozen=True, slots=True)
class Cast:
    """All invented customers, by number."""

    members: tuple[CastMember, ...]


def make_cast(size: int = 24, *, start: datetime = START - timedelta(days=3)) -> Cast:
    """This makes ``size`` customers; the same arguments give the same cast, byte for byte.

    Args:
        size: number of customers; above 24 the names repeat with a number.
        start: when the first of them speaks.
    """
    return Cast(tuple(_member(number, start) for number in range(1, size + 1)))


def _member(number: int, start: datetime) -> CastMember:
    index = number - 1
    name = _NAMES[index % len(_NAMES)] + (f" {index // len(_NAMES) + 1}" if index >= len(_NAMES) else "")
    slug = "".join(c for c in name.lower().replace(" ", ".") if c.isalnum() or c == ".")
    country = _COUNTRIES[index % len(_COUNTRIES)]
    email, phone = (
        f"{slug}@example.{('com', 'org', 'net')[index % 3]}",
        _PHONES[country].format(n=number % 100),
    )
    lines = _story(number, name, email, phone, start + timedelta(minutes=37 * index))
    return CastMember(
        number, name, email, phone, slug.replace(".", "_")[:15], country, 1958 + (index * 7) % 45, _CONSENT[index % 12],
        (index * 350) % 5000, ("bronze", "silver", "gold")[index % 3], (None, "good", "bad")[index % 3], lines,
    )  # fmt: skip


def _story(number: int, name: str, email: str, phone: str, start: datetime) -> tuple[Line, ...]:
    words = {
        "name": name, "first": name.split()[0], "email": email, "phone": phone, "card": CARD, "agent": "Robin",
        "order": f"ORD-{10000 + number}",
    }  # fmt: skip
    where: Where = "zendesk" if number % 3 else "salesforce"
    told: list[tuple[Where, Literal["customer", "agent"], str]] = [
        (where, "customer", _TROUBLE[number % len(_TROUBLE)]),
        (where, "agent", _AGENT[number % len(_AGENT)]),
        (where, "customer", _HAPPY[number % len(_HAPPY)]),
    ]
    if number % 2 == 0:
        told.append(("x", "customer", _PUBLIC[number // 2 % len(_PUBLIC)]))
    return tuple(
        Line(system, by, text.format(**words), start + timedelta(minutes=11 * i))
        for i, (system, by, text) in enumerate(told)
    )
