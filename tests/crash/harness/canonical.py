"""What a hub holds, by content: opened with its keys, and with stable names in place of what is drawn at random.

Left out because they must differ: ids and times of runs and batches, row numbers, key material, nonces, attempts.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from hub.app import Hub
from hub.store import tables as t
from hub.store.statements import pairs
from hub.store.store import Tx

_PERSON = re.compile(r"per_[0-9a-f]{32}")
_PASSING = {("withheld", "decision.stale"), ("withheld", "consent.moved"), ("withheld", "superseded")}
_TRIED_AGAIN = {"retried", "superseded"}
"""Rows that another row took the place of: what they wanted to say was decided anew and said, or not, by that one."""


def canonical(hub: Hub, before: dict[str, str]) -> dict[str, Any]:
    """This is everything the hub holds; ``before`` names the audit references and persons of the starting point."""
    verified = hub.audit.verify()
    with hub.store.read() as tx:
        names = Names(tx, before)
        held = {
            "people": _people(tx, names),
            "records": _records(tx),
            "tags": _tags(tx),
            "consents": _consents(tx),
            "outcomes": _outcomes(tx.unit.conn),
            "cursors": _cursors(hub, tx),
            "quarantine": _quarantine(hub, tx.unit.conn),
            "deliveries": _deliveries(tx.unit.conn),
            "due": _due(tx),
            "suppression": sorted(tx.unit.conn.execute(select(t.suppression.c.hash)).scalars()),
            "obligations": _obligations(tx.unit.conn),
            "erasures": _erasures(tx.unit.conn),
            "journal": sorted({json.dumps([sorted(j.persons), sorted(j.hashes)]) for j in hub.journal.read()}),
            "leases": [lease.sync for lease in tx.leases.held()],
            "audit log": [verified.problem, verified.pending],
            "audit": _audit(tx),
        }
        return {name: names.stable(part) for name, part in held.items()}


def names_before(hub: Hub) -> dict[str, str]:
    """These are the audit references of everybody known so far, by person: an erased person's is forgotten later."""
    with hub.store.read() as tx:
        return pairs(tx.unit.conn, select(t.person_keys.c.audit_ref, t.person_keys.c.person_id))


class Names:
    """Stable names: a person is called by the keyed hash of an identifier, or as at the starting point."""

    def __init__(self, tx: Tx, before: dict[str, str]) -> None:
        conn = tx.unit.conn
        roots = pairs(conn, select(t.persons.c.id, t.persons.c.root))
        old = set(before.values())
        hints: dict[str, list[str]] = {}
        for person, lookup in conn.execute(select(t.identifiers.c.person_id, t.identifiers.c.lookup)):
            hints.setdefault(roots[person], []).append(lookup)
        known: dict[str, list[str]] = {}
        for person in old:
            known.setdefault(roots.get(person, person), []).append(person)
        self._of = {
            person: f"old-{min(known[root])[-8:]}" if root in known else f"new-{min(hints.get(root, ['nobody']))[:8]}"
            for person, root in roots.items()
        }
        refs = before | pairs(conn, select(t.person_keys.c.audit_ref, t.person_keys.c.person_id))
        self._refs = {ref: self._of[person] for ref, person in refs.items() if person in self._of}

    def stable(self, part: Any) -> Any:
        text = _PERSON.sub(lambda found: self._of.get(found[0], "stranger"), json.dumps(part, default=str))
        return _sorted(json.loads(re.sub(r"\b[0-9a-f]{32}\b", lambda found: self._refs.get(found[0], found[0]), text)))


def _sorted(part: Any) -> Any:
    return {key: part[key] for key in sorted(part)} if isinstance(part, dict) else part


def _people(tx: Tx, names: Names) -> Any:
    rows = tx.unit.conn.execute(select(t.persons.c.id, t.persons.c.root, t.persons.c.status)).all()
    roots = sorted({row.root for row in rows})
    identifiers, profiles = tx.persons.identifiers(roots), tx.persons.profiles(roots)
    found: dict[str, Any] = {}
    for root in roots:
        mine = [row for row in rows if row.root == root]
        found[names.stable(root)] = {
            "rows": sorted(row.status if row.id != root or len(mine) == 1 else f"{row.status}+" for row in mine),
            "identifiers": sorted(one.model_dump_json() for one in identifiers.get(root, [])),
            "profile": str(profiles.get(root)),
        }
    return found


def _records(tx: Tx) -> Any:
    rows = {row.id: row for row in tx.unit.conn.execute(select(t.records))}
    opened = tx.records.get(rows)
    names = ("kind", "person_id", "category", "channel", "role", "case_id", "connection", "stream", "source_ref",
             "occurred_at", "expires_at")  # fmt: skip
    return {
        key: {name: getattr(row, name) for name in names} | {"body": opened[key].model_dump(mode="json")}
        for key, row in rows.items()
    }


def _tags(tx: Tx) -> Any:
    people = list(tx.unit.conn.execute(select(t.tags.c.person_id).distinct()).scalars())
    return {tag.id: tag.model_dump(mode="json") for tags in tx.tags.for_person(people).values() for tag in tags}


def _consents(tx: Tx) -> Any:
    """Per person, in the order in which the hub came to know; a merge without its random counterpart.

    A consent that was emptied has another id, by its place in the ledger.
    """
    roots = sorted(set(tx.unit.conn.execute(select(t.persons.c.root)).scalars()))
    return {
        root: [
            ["consent", entry.id, entry.event.model_dump(mode="json")] if entry.event else [entry.type]
            for entry in entries
        ]
        for root, entries in tx.consents.for_persons(roots).items()
        if entries
    }


def _outcomes(conn: Connection) -> Any:
    """Per vendor record what became of it, in order; ``unchanged`` and repetitions of the same answer say nothing new."""
    found: dict[str, list[Any]] = {}
    for row in conn.execute(select(t.outcomes).where(t.outcomes.c.state != "unchanged").order_by(t.outcomes.c.id)):
        told = [row.version, row.state, row.reason, row.person_id]
        mine = found.setdefault(f"{row.connection}/{row.stream}/{row.ref}", [])
        if mine[-1:] != [told]:
            mine.append(told)
    return found


def _cursors(hub: Hub, tx: Tx) -> Any:
    pairs = tx.unit.conn.execute(select(t.batches.c.sync, t.batches.c.stream).distinct()).all()
    return {
        f"{sync}/{stream}": tx.ledger.cursor(sync, stream)
        for sync, stream in pairs
        if not stream.startswith(("push:", "recheck:"))  # positions in a sequence of changes, and times
    }


def _quarantine(hub: Hub, conn: Connection) -> Any:
    return {
        row.ref: [row.connection, row.stream, row.version, row.reason] for row in conn.execute(select(t.quarantine))
    }


def _deliveries(conn: Connection) -> Any:
    """Per row at a vendor: the payloads that were confirmed, in order, how it stands in the end, and whether it is open."""
    found: dict[str, Any] = {}
    for row in conn.execute(select(t.deliveries).order_by(t.deliveries.c.id)):
        mine = found.setdefault(
            f"{row.sync}/{row.object}/{row.target_ref}", {"confirmed": [], "stands": None, "open": [], "whose": None}
        )
        mine["whose"] = row.person_id
        if row.state == "confirmed":
            mine["confirmed"].append([row.payload_hash, row.fields])
        if row.open:
            mine["open"].append([row.state, row.reason])
        if row.state != "unchanged" and (row.state, row.reason) not in _PASSING and row.closed_as not in _TRIED_AGAIN:
            mine["stands"] = [row.state, row.reason]
    return found


def _due(tx: Tx) -> Any:
    """Whom the next push of each sync would look at."""
    conn = tx.unit.conn
    rows = conn.execute(
        select(t.batches.c.sync, t.batches.c.stream).where(t.batches.c.stream.like("push:%")).distinct()
    )
    touched = conn.execute(select(t.persons.c.id, t.persons.c.touched).where(t.persons.c.touched.is_not(None))).all()
    return {
        f"{sync}/{stream}": sorted(person for person, at in touched if at > int(tx.ledger.cursor(sync, stream) or 0))
        for sync, stream in rows.tuples()
    }


def _obligations(conn: Connection) -> Any:
    names = ("audit_ref", "system", "what", "owner", "outcome")
    return sorted([getattr(row, name) or "" for name in names] for row in conn.execute(select(t.obligations)))


def _erasures(conn: Connection) -> Any:
    rows = conn.execute(select(t.erasure_steps))
    return sorted([row.person_id, row.step, row.system, row.state, row.reason or ""] for row in rows)


def _audit(tx: Tx) -> Any:
    entries: list[Any] = []
    while page := tx.audit.entries(len(entries), 1_000):
        entries += [json.loads(entry.leaf) for entry in page]
    return [{key: value for key, value in _plain(entry) if key not in ("at", "c", "run", "v")} for entry in entries]


def _plain(entry: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    return sorted(entry.items())
