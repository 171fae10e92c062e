"""What every step of the flow may use: the rooms of the house, opened and wired by ``hub.app``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.audit.log import AuditLog
from hub.contract import Tagger
from hub.emotion.selection import Shares
from hub.mappings.load import MappingSet
from hub.pipeline.journal import ErasureJournal
from hub.privacy.deadlines import Deadlines
from hub.privacy.policy import Policy
from hub.privacy.redaction import Redactor
from hub.store.store import Store
from hub.store.vault import Vault


@dataclass(frozen=True)
class Rooms:
    """The opened rooms.

    Args:
        store: the database.
        vault: keyed hashes and encryption.
        audit: the transparency log.
        mappings: compiled mapping files.
        policy: compiled privacy rules.
        redactor: gives the redaction engine; called only when there is text, because loading it takes a second.
        tagger: gives the emotion tagger; the same.
        now: the clock.
        jurisdiction: where a person is who does not say; None asks for the strictest rules.
        revision: that of the configuration, named by every run.
        holder: who holds the leases: host and process.
        journal: erasures on file, outside the database.
        deadlines: by when requests must be answered.
        review: which tags people look at.
        syncs: names of all syncs and other jobs that the settings know; empty: not told.
        sound: whether the privacy rules can be read and the lint finds no error in them; else nothing may be let in or out.
        parts: version or hash of everything that a run works with, by name; a change goes on the audit record.
    """

    store: Store
    vault: Vault
    audit: AuditLog
    mappings: MappingSet
    policy: Policy
    redactor: Callable[[], Redactor]
    tagger: Callable[[], Tagger]
    now: Callable[[], datetime]
    jurisdiction: str | None
    revision: str
    holder: str
    journal: ErasureJournal
    deadlines: Deadlines
    review: Shares = field(default_factory=Shares)
    syncs: frozenset[str] = frozenset()
    sound: bool = True
    parts: Mapping[str, str] = field(default_factory=dict)
