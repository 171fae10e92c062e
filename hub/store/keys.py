"""The persons' keys: loaded in batches, cached for one transaction, shredded by deleting a row."""

import os
from collections.abc import Iterable, Iterator, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, delete, func, select, update

from hub.errors import PolicyError
from hub.store.locks import hold
from hub.store.statements import CHUNK, add, among, chunks, pairs, unique, upsert
from hub.store.tables import meta, person_keys
from hub.store.vault import Vault

_CACHE_SIZE = 20_000
_EPOCH = "epoch"
_LOCK = "epochs"


class Keys:
    """A transaction's view of persons' keys.

    ``shredded`` is True once a key was destroyed, so that the store clears the write-ahead log after the commit.
    """

    def __init__(self, conn: Connection, vault: Vault) -> None:
        self._conn = conn
        self._vault = vault
        self._cache: dict[str, AESGCM | None] = {}
        self._refs: dict[str, str] = {}
        self.shredded = False
        self._followed = False

    def load(self, person_ids: Iterable[str]) -> None:
        """This fetches the keys that are not in the cache yet."""
        if len(self._cache) > _CACHE_SIZE:
            self._cache.clear()
            self._refs.clear()
        missing = [person_id for person_id in unique(person_ids) if person_id not in self._cache]
        for chunk in chunks(missing):
            query = select(person_keys.c.person_id, person_keys.c.wrapped, person_keys.c.audit_ref)
            rows = self._conn.execute(query.where(among(person_keys.c.person_id, chunk))).all()
            found = {person_id: AESGCM(self._vault.unwrap(wrapped)) for person_id, wrapped, _ in rows}
            self._cache.update({person_id: found.get(person_id) for person_id in chunk})
            self._refs.update({person_id: audit_ref for person_id, _, audit_ref in rows})

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
        self._follow()
        rows = []
        for person_id in person_ids:
            dek, wrapped = self._vault.new_key()
            self._cache[person_id] = AESGCM(dek)
            self._refs[person_id] = audit_ref = os.urandom(16).hex()
            rows.append({
                "person_id": person_id, "wrapped": wrapped, "epoch": self._vault.epoch, "audit_ref": audit_ref,
            })  # fmt: skip
        add(self._conn, person_keys, rows)

    def shred(self, person_id: str) -> None:
        """This destroys the key and with it everything sealed under it."""
        self._conn.execute(delete(person_keys).where(person_keys.c.person_id == person_id))
        self._cache[person_id] = None
        self._refs.pop(person_id, None)
        self.shredded = True

    def audit_refs(self, person_ids: Iterable[str]) -> dict[str, str]:
        """These are the names of the persons in the audit log; erased ones are missing."""
        wanted = unique(person_ids)
        for chunk in chunks(person_id for person_id in wanted if person_id not in self._refs):
            query = select(person_keys.c.person_id, person_keys.c.audit_ref)
            self._refs.update(pairs(self._conn, query.where(among(person_keys.c.person_id, chunk))))
        return {person_id: self._refs[person_id] for person_id in wanted if person_id in self._refs}

    def person_of(self, audit_ref: str) -> str | None:
        """This is the person with a name in the audit log; None once erased."""
        query = select(person_keys.c.person_id).where(person_keys.c.audit_ref == audit_ref)
        return self._conn.execute(query).scalar()

    def rewrap(self, limit: int = 1_000) -> int:
        """This wraps up to ``limit`` keys of other epochs under the current one; gives how many it was."""
        self._follow()
        old = select(person_keys.c.person_id, person_keys.c.wrapped).where(person_keys.c.epoch != self._vault.epoch)
        rows = self._conn.execute(old.order_by(person_keys.c.epoch).limit(limit)).all()
        changed = [
            {"whose": person_id, "wrapped": self._vault.rewrap(wrapped), "epoch": self._vault.epoch}
            for person_id, wrapped in rows
        ]
        if changed:
            self._conn.execute(update(person_keys).where(person_keys.c.person_id == bindparam("whose")), changed)
        return len(rows)

    def epoch(self) -> int | None:
        """This is the epoch that the database says is current; None before the first rotation."""
        value = self._conn.execute(select(meta.c.value).where(meta.c.name == _EPOCH)).scalar()
        return None if value is None else int(value)

    def begin(self, epoch: int) -> None:
        """This makes an epoch the current one: from the commit on everybody wraps under it."""
        hold(self._conn, _LOCK)
        upsert(self._conn, meta, [{"name": _EPOCH, "value": str(epoch).encode()}])
        self._vault.follow(epoch)

    def by_epoch(self) -> dict[int, int]:
        """This is how many keys each epoch wraps."""
        query = select(person_keys.c.epoch, func.count()).group_by(person_keys.c.epoch).order_by(person_keys.c.epoch)
        return {int(epoch): int(count) for epoch, count in self._conn.execute(query)}

    def rows(self) -> Iterator[tuple[str, bytes, str]]:
        """This yields every person's id, wrapped key and audit reference, page by page."""
        after = ""
        columns = (person_keys.c.person_id, person_keys.c.wrapped, person_keys.c.audit_ref)
        while True:
            query = select(*columns).where(person_keys.c.person_id > after).order_by(person_keys.c.person_id)
            page = self._conn.execute(query.limit(10 * CHUNK)).all()
            if not page:
                return
            yield from ((row[0], row[1], row[2]) for row in page)
            after = page[-1][0]

    def hold(self) -> None:
        """This lets nobody make a key until the end of the transaction."""
        hold(self._conn, _LOCK)

    def check(self) -> None:
        """This opens one key of the oldest epoch; raises ConfigError where the root key or its epoch's key is not there."""
        query = select(person_keys.c.wrapped).order_by(person_keys.c.epoch).limit(1)
        wrapped = self._conn.execute(query).scalar()
        if wrapped is not None:
            self._vault.unwrap(wrapped)

    def _follow(self) -> None:
        """Another process may have begun an epoch: what is wrapped under an older one would be lost with it."""
        if not self._followed:
            hold(self._conn, _LOCK, shared=True)
            epoch = self.epoch()
            if epoch is not None:
                self._vault.follow(epoch)
            self._followed = True

    def _dek(self, person_id: str) -> AESGCM | None:
        if person_id not in self._cache:
            self.load([person_id])
        return self._cache[person_id]
