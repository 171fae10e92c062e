"""The personal detail behind an entry: sealed beside the log under the person's key, and bound to the entry by a commitment.

The entry carries SHA-256 over a label, a random nonce and the detail. Nonce and detail rest together, sealed (those of one
person and one step in one row), and die with the person's key. Until then a detail that is shown with its nonce proves itself
against the entry; afterwards the commitment says nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pydantic_core import to_json

from hub.store.store import Tx

LABEL = b"hub-audit/v1\0"
NONCE_BYTES = 32


class Detail(NamedTuple):
    """What an entry is about in particular: whose detail it is (hub id), and its canonical JSON (RFC 8785)."""

    person_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class OpenedDetail:
    """A detail as it was opened, with the nonce that went into its commitment."""

    nonce: bytes
    data: bytes

    @property
    def commitment(self) -> str:
        """What the entry must carry, if this is its detail."""
        return commitment(self.nonce, self.data)

    @property
    def values(self) -> dict[str, Any]:
        """The detail, read."""
        return dict(json.loads(self.data))


Value = str | int | datetime | Sequence[str] | None


def detail_of(person_id: str, **values: Value) -> Detail:
    """This is a detail about a person; values that are None are left out, times become ISO 8601.

    Raises TypeError for a float: its canonical form is not the same everywhere.
    """
    told = {name: value for name, value in sorted(values.items()) if value is not None}
    if float in map(type, told.values()):
        raise TypeError("a detail of the audit log holds no floats")
    return Detail(person_id, to_json(told))


def commitment(nonce: bytes, data: bytes) -> str:
    """This is what an entry says of its detail, in hexadecimal: hiding as long as nobody has the nonce."""
    return hashlib.sha256(LABEL + nonce + data).hexdigest()


def seal_details(tx: Tx, details: Iterable[Detail]) -> dict[Detail, str]:
    """This seals details in the transaction of their entries and gives their commitments.

    A person without a key, erased or never known, has no details: theirs are left out.
    """
    made: dict[Detail, str] = {}
    of_person: dict[str, list[bytes]] = {}
    wanted = dict.fromkeys(details)
    tx.keys.load([one.person_id for one in wanted])
    for one in wanted:
        if tx.keys.known(one.person_id):
            nonce = os.urandom(NONCE_BYTES)
            made[one] = commitment(nonce, one.data)
            of_person.setdefault(one.person_id, []).append(nonce + one.data)
    tx.audit.put_details([(person_id, b"".join(map(_framed, rest))) for person_id, rest in of_person.items()])
    return made


def open_details(tx: Tx, refs: Iterable[str]) -> dict[str, OpenedDetail]:
    """These are the details that still exist of persons by audit reference, by the commitment that they belong to.

    Raises PolicyError where one of them was altered.
    """
    people = tx.audit.persons_of(refs)
    found = [
        OpenedDetail(data[:NONCE_BYTES], data[NONCE_BYTES:])
        for bundles in tx.audit.details(people.values()).values()
        for together in bundles
        for data in _unframed(together)
    ]
    return {one.commitment: one for one in found}


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _unframed(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : end]
        at = end
