"""The unit of work: what the rooms of one transaction share."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from hub.store.keys import Keys
from hub.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Unit:
    """A transaction as its rooms see it.

    Args:
        conn: connection inside the transaction.
        vault: keyed hashes and the hub's own key.
        keys: the persons' keys.
        now: UTC time of the whole transaction.
        touched: persons that changed, in order; ``touches.settle`` writes them down.
        tally: what was done, for the totals; ``tallies.settle`` writes it down.
    """

    conn: Connection
    vault: Vault
    keys: Keys
    now: datetime
    touched: dict[str, None] = field(default_factory=dict)
    tally: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
