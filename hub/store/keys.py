"""The persons' keys: loaded in batches, cached for one transaction, shredded by deleting a row."""

import os
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select, update

from hub.errors import PolicyError
from hub.store.statements import add, among, chunks, pairs, unique
from hub.store.tables import person_keys
from hub.store.vault import Vault

_CACHE_SIZE = 20_000


class Keys:
    """A transaction's view of persons' keys.

    ``shredded`` is True once a key was destroyed, so that the store clears the write-ahead log after the commit.
    """

    def __init__(self, conn: Connection, vault: Vault) -> None:
        self._conn = conn
        self._vault = vault
        self._cache: dict[str, bytes | None] = {}
        self.shredded = False

    def load(self, person_ids: Iterable[str]) -> None:
        """This fetches the keys that are not in the cache yet."""
        if len(self._cache) > _CACHE_SIZE:
            self._cache.clear()
        missing = [person_id for person_id in unique(person_ids) if person_id not in self._cache]
        for chunk in chunks(missing):
            rows = self._conn.execute(
                select(person_keys.c.person_id, person_keys.c.wrapped).where(among(person_keys.c.person_id, chunk))
            )
            found = {person_id: self._vault.unwrap(wrapped) for person_id, wrapped in rows}
            self._cache.update({person_id: found.get(person_id) for person_id in chunk})

    def seal(self, person_id: str, data: bytes, aad: str) -> bytes:
        """This seals under the person's key; raises PolicyError where the person is erased or unknown."""
        dek = self._dek(person_id)
        if dek is None:
            raise PolicyError(
                "The person has no key: erased, or never created.",
                reason="person.erased",
                fix="Withhold the record; the suppression list keeps erased people out.",
            )
        return self._vault.seal(dek, data, aad)

    def open(self, person_id: str, sealed: bytes | None, aad: str) -> bytes | None:
        """This opens what was sealed under the person's key; None where the key was shredded or nothing rests."""
        dek = self._dek(person_id)
        return None if dek is None or sealed is None else self._vault.open(dek, sealed, aad)

    def known(self, person_id: str) -> bool:
        """This tells whether the person has a key: it exists and was not erased."""
        return self._dek(person_id) is not None

    def create(self, person_ids: Sequence[str]) -> None:
        """This gives each person a key and a random 128-bit audit reference."""
        rows = []
        for person_id in person_ids:
            dek, wrapped = self._vault.new_key()
            self._cache[person_id] = dek
            rows.append({
                "person_id": person_id, "wrapped": wrapped, "epoch": self._vault.epoch, "audit_ref": os.urandom(16).hex(),
            })  # fmt: skip
        add(self._conn, person_keys, rows)

    def shred(self, person_id: str) -> None:
        """This destroys the key and with it everything sealed under it."""
        self._conn.execute(delete(person_keys).where(person_keys.c.person_id == person_id))
        self._cache[person_id] = None
        self.shredded = True

    def audit_refs(self, person_ids: Iterable[str]) -> dict[str, str]:
        """These are the names of the persons in the audit log; erased ones are missing."""
        found: dict[str, str] = {}
        for chunk in chunks(unique(person_ids)):
            query = select(person_keys.c.person_id, person_keys.c.audit_ref)
            found.update(pairs(self._conn, query.where(among(person_keys.c.person_id, chunk))))
        return found

    def rewrap(self, limit: int = 1_000) -> int:
        """This wraps up to ``limit`` keys of other epochs under the current one; gives how many it was."""
        old = select(person_keys.c.person_id, person_keys.c.wrapped).where(person_keys.c.epoch != self._vault.epoch)
        rows = self._conn.execute(old.limit(limit)).all()
        for person_id, wrapped in rows:
            changed = {"wrapped": self._vault.rewrap(wrapped), "epoch": self._vault.epoch}
            self._conn.execute(update(person_keys).where(person_keys.c.person_id == person_id).values(changed))
        return len(rows)

    def _dek(self, person_id: str) -> bytes | None:
        if person_id not in self._cache:
            self.load([person_id])
        return self._cache[person_id]
