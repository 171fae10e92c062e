"""A small local Zendesk with the real one's semantics, for the demo, the tutorial and the tests."""

from typing import Any

from hub_zendesk.simulated.erasures import Erasures
from hub_zendesk.simulated.exports import Exports
from hub_zendesk.simulated.payloads import Json
from hub_zendesk.simulated.seeding import add_comment, seed_account


class ZendeskSimulator(Exports, Erasures):
    """A simulated Zendesk account.

    Args:
        options: ``clock``, ``cast`` and ``port``: see ``hub.testing.Simulator``.

    Attributes for tests: ``users``, ``tickets``, ``comments``, ``ratings``, ``jobs``; the switches are documented at
    ``Exports``, ``Jobs`` and ``Erasures``.
    """

    def seed(self) -> None:
        """This fills the account with the cast."""
        seed_account(self)

    def add_comment(self, ticket_id: int, author_id: int, text: str, **known: Any) -> Json:
        """This lets somebody say something in a ticket now; ``known`` replaces fields of the comment."""
        return add_comment(self, ticket_id, author_id, text, **known)
