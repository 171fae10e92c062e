"""The built-in rules: regular expressions, each with the cheap gate and the check that go with it.

All quantifiers are bounded or anchored to distinct characters, so that no text can make matching slow.
"""

from hub.privacy.redaction.addresses import ROWS
from hub.privacy.redaction.contacts import DEVICES, EMAILS, HANDLES, PHONES
from hub.privacy.redaction.documents import BIRTHS, IDENTITIES, PAPERS, PLATES
from hub.privacy.redaction.links import LINKS
from hub.privacy.redaction.numbers import CARDS, IBANS, PURCHASES, SECRETS, WALLETS
from hub.privacy.redaction.places import PLACES
from hub.privacy.redaction.rule import FoundBy, Rule
from hub.privacy.redaction.spoken import SPOKEN

BUILT_IN: tuple[Rule | FoundBy, ...] = (
    *EMAILS, *LINKS, *CARDS, *IBANS, *WALLETS, *DEVICES, *HANDLES, *PHONES, *SPOKEN, *PURCHASES, *BIRTHS, *PLACES, *ROWS,
    *IDENTITIES, *PAPERS, *PLATES, *SECRETS,
)  # fmt: skip
"""Rules that every policy may switch on by entity."""
