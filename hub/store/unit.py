"""The unit of work: what the rooms of one transaction share."""

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
    """

    conn: Connection
    vault: Vault
    keys: Keys
    now: datetime
    touched: dict[str, None] = field(default_factory=dict)
