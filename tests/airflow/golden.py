"""What a database of the hub tells of what was done, without times and random ids.

The same input must leave the same, whoever ran it. ``digest(url)`` gives one hash for each look, ``content(url)`` what was
hashed, for where two differ. Persons are named by the smallest keyed hash of their identifiers, hence two deployments can be
compared only under the same keys: ``worlds`` makes such ones. ``python tests/airflow/golden.py URL`` prints the hashes as JSON.
"""

import hashlib
import json
import shutil
import sys
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import sqlalchemy as sa
import yaml

from hub.cli.sandbox import open_sandbox, write_deployment
from hub.store import tables
from hub.store.bundle import unbundle
from hub.store.engine import make_engine
from hub.store.store import migrate
from hub.testing.clock import FakeClock, SystemClock

KEYS = ("root.key", "audit.key")


def digest(url):
    """One hash for each look at the ledger, the outcomes and the audit log behind a database URL."""
    return {name: hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16] for name, rows in content(url).items()}


def content(url):
    """The rows of each look, sorted: the order in which two workers came is no matter."""
    engine = make_engine(url)
    try:
        with engine.connect() as conn:
            book = Book(conn)
            return {look.__name__: sorted(look(book), key=json.dumps) for look in LOOKS}
    finally:
        engine.dispose()


class Book:
    """A database that is being read, and what its persons, subjects and runs are called in any other one."""

    def __init__(self, conn):
        self.conn = conn
        lookup = sa.func.min(tables.identifiers.c.lookup)
        named = sa.select(tables.persons.c.root, lookup).join_from(
            tables.persons, tables.identifiers, tables.identifiers.c.person_id == tables.persons.c.id
        )
        by_root = dict(self.rows(named.group_by(tables.persons.c.root)))
        roots = self.rows(sa.select(tables.persons.c.id, tables.persons.c.root))
        self.people = {person: plain(by_root.get(root)) for person, root in roots}
        keys = tables.person_keys.c
        self.subjects = {ref: self.people[one] for ref, one in self.rows(sa.select(keys.audit_ref, keys.person_id))}
        self.runs = dict(self.rows(sa.select(tables.runs.c.id, tables.runs.c.sync)))

    def rows(self, query):
        return [tuple(row) for row in self.conn.execute(query)]


def plain(value):
    return value.hex() if isinstance(value, bytes | memoryview) else value


def runs(book):
    c = tables.runs.c
    return [list(row) for row in book.rows(sa.select(c.sync, c.kind, c.status, c.dry_run))]


def counts(book):
    c = tables.batches.c
    sums = [sa.func.sum(c[name]) for name in ("read", "stored", "unchanged", "withheld", "quarantined", "selected")]
    found = book.rows(sa.select(c.sync, c.stream, *sums).group_by(c.sync, c.stream))
    # Plans have random ids; what was read under them is counted as read of the stream.
    total = {}
    for sync, stream, *numbers in found:
        name = (sync, stream.partition("@")[0])
        total[name] = [a + int(b) for a, b in zip(total.get(name, [0] * 6), numbers, strict=True)]
    return [[*name, *numbers] for name, numbers in total.items()]


def outcomes(book):
    c = tables.outcomes.c
    query = sa.select(c.sync, c.connection, c.stream, c.ref, c.state, c.reason, c.person_id)
    return [[*map(plain, row[:-1]), book.people.get(row[-1])] for row in book.rows(query)]


def deliveries(book):
    c = tables.deliveries.c
    query = sa.select(
        c.sync, c.object, c.target_ref, c.state, c.reason, c.fields, c.attempt, c.open, c.change, c.person_id
    )
    return [[*map(plain, row[:-1]), book.people.get(row[-1])] for row in book.rows(query)]


def ends(book):
    """The last word about each row that was to be sent: a later look that found it as it should be changes nothing."""
    c = tables.deliveries.c
    query = sa.select(c.sync, c.object, c.target_ref, c.state, c.reason, c.fields, c.change, c.open).order_by(c.id)
    last = {}
    for *target, state, reason, fields, change, is_open in book.rows(query):
        if state != "unchanged" or tuple(target) not in last:
            last[tuple(target)] = [state, reason, fields, change, is_open]
    return [[*map(plain, target), *end] for target, end in last.items()]


def held(book):
    c = tables.records.c
    tagged = sa.exists().where(tables.tags.c.record_id == c.id)
    query = sa.select(c.kind, c.category, c.channel, c.role, c.connection, c.stream, c.source_ref, tagged, c.person_id)
    return [[*map(plain, row[:-1]), book.people.get(row[-1])] for row in book.rows(query)]


def audited(book):
    """Every audit entry without its time, with people and runs named the same everywhere."""
    bundles = book.rows(sa.select(tables.audit_bundles.c.leaves).order_by(tables.audit_bundles.c.idx))
    return [entry(book, json.loads(leaf)) for (leaves,) in bundles for leaf in unbundle(leaves)]


def entry(book, leaf):
    del leaf["at"]
    leaf["c"] = "c" in leaf  # a commitment is different each time
    if leaf["type"] == "change":  # the settings differ: each names its own simulators
        leaf["reasons"] = None
    leaf["subject"] = book.subjects.get(leaf["subject"], "gone") if "subject" in leaf else None
    leaf["run"] = book.runs.get(leaf["run"]) if "run" in leaf else None
    return [json.dumps(leaf, sort_keys=True)]


LOOKS = (runs, counts, outcomes, deliveries, ends, held, audited)


class World:
    """A deployment, the simulators that it talks to, and its database."""

    def __init__(self, folder, sandbox, keys=None, store=None):
        self.sandbox = sandbox
        if keys is not None:
            (folder / "var").mkdir(parents=True)
            for name in KEYS:
                shutil.copy(keys / name, folder / "var" / name)
        self.config = write_deployment(folder, sandbox)
        self.url = store or f"sqlite:///{folder / 'var' / 'hub.db'}"
        if store is not None:
            (folder / "var" / "secrets" / "store").write_text(store, encoding="utf-8")
            settings = yaml.safe_load(self.config.read_text(encoding="utf-8"))
            self.config.write_text(yaml.safe_dump({**settings, "store": "file:var/secrets/store"}), encoding="utf-8")
        migrate(self.url)

    @property
    def keys(self):
        return self.config.parent / "var"

    def rows(self, query):
        engine = make_engine(self.url)
        try:
            with engine.connect() as conn:
                return [tuple(row) for row in conn.execute(query)]
        finally:
            engine.dispose()


@contextmanager
def worlds(folder, names, people=8, stores=None):
    """Deployments that differ in nothing but their simulators' ports, by name; ``stores`` names other databases than SQLite."""
    sandboxes = [open_sandbox(people) for _ in names]
    while (
        len({repr(casts(one)) for one in sandboxes}) > 1
    ):  # the hour struck in between: the cast speaks relative to it
        sandboxes = [open_sandbox(people) for _ in names]
    simulators = [one for sandbox in sandboxes for one in sandbox.simulators.values()]
    # Vendors make ids and versions of the time of day: all worlds are made at the same instant, and time goes on after.
    made_at = FakeClock(datetime.now(UTC))
    for simulator in simulators:
        simulator.clock = made_at
    with ExitStack() as stack:
        for sandbox in sandboxes:
            stack.enter_context(sandbox)
        for simulator in simulators:
            simulator.clock = SystemClock()
        made, keys = {}, None
        for name, sandbox in zip(names, sandboxes, strict=True):
            made[name] = World(folder / name, sandbox, keys, (stores or {}).get(name))
            keys = keys or made[name].keys
        yield made


def casts(sandbox):
    return [simulator.cast for simulator in sandbox.simulators.values()]


if __name__ == "__main__":
    print(json.dumps(digest(sys.argv[1]), indent=1))
