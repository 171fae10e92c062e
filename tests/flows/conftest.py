"""A whole world in a test: simulators of four systems, a deployment that talks to them, and a clock that is told.

Every test that asks for one is run on both databases.
"""

import json
import pickle
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from hub import plugins
from hub.app import Hub
from hub.cli.sandbox import write_deployment
from hub.config import load_settings
from hub.pipeline.erase import erase
from hub.pipeline.pull import pull
from hub.pipeline.push import push
from hub.pipeline.sweep import sweep
from hub.privacy.erasure import Progress
from hub.store.engine import make_engine
from hub.store.tables import metadata
from hub.testing import FakeClock, Sandbox

EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC)


def tagged(tx):
    """How many tags there are, and how often each label was felt."""
    return len(tx.tags.due(EVER[1], 100_000)), Counter(label for _, label, _ in tx.tags.felt(*EVER))


@pytest.fixture(scope="session")
def engines():
    """The real redactor and tagger, loaded once."""
    return {}


class World:
    def __init__(self, folder: Path, engines: dict, size: int, url: str) -> None:
        self.url = url
        self.clock = FakeClock()
        self.folder = folder
        self.engines = engines
        self.limits = None
        self.sandbox = Sandbox(plugins.load().offered.connectors.values(), size=size, clock=self.clock)
        self.members = next(iter(self.sandbox.simulators.values())).cast.members

    def __enter__(self):
        self.sandbox.__enter__()
        self.config = write_deployment(self.folder, self.sandbox)
        self.edit(lambda settings: settings.update(tagger="linear-en"))  # the one that abstains least
        if not self.url.startswith("sqlite"):
            secret = self.folder / "var" / "secrets" / "store"
            secret.write_text(self.url + "\n")
            self.edit(lambda settings: settings.update(store="file:var/secrets/store"))
        return self

    def __exit__(self, *error):
        self.sandbox.__exit__(*error)

    @property
    def database(self) -> Path:
        """The SQLite file; a test that looks into it is about SQLite."""
        if not self.url.startswith("sqlite"):
            pytest.skip("about the SQLite file")
        return self.folder / "var" / "hub.db"

    def sql(self, work):
        engine = make_engine(self.url)
        with engine.begin() as conn:
            found = work(conn)
        engine.dispose()
        return found

    def rows(self, *names) -> dict:
        """What the tables hold, as it rests."""
        tables = [metadata.tables[name] for name in names] or metadata.sorted_tables

        def read(conn):
            ordered = {table: sa.select(table).order_by(*table.primary_key) for table in tables}
            return {table.name: [tuple(row) for row in conn.execute(query)] for table, query in ordered.items()}

        return self.sql(read)

    def restore(self, rows) -> None:
        """Puts a backup back, in place of what is there."""

        def write(conn):
            for table in reversed(metadata.sorted_tables):
                conn.execute(table.delete())
            for table in metadata.sorted_tables:
                names = [column.name for column in table.columns]
                if rows[table.name]:
                    conn.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows[table.name]])

        self.sql(write)

    def simulator(self, name):
        return self.sandbox.simulators[name]

    def open(self, *, dry_run=False) -> Hub:
        hub = Hub(
            load_settings(self.config), now=self.clock.now, sleep=self.clock.sleep, dry_run=dry_run, bounds=self.limits
        )
        for name in ("redactor", "tagger"):
            if name not in self.engines:
                self.engines[name] = getattr(hub, name)
            hub.__dict__[name] = self.engines[name]
        return hub

    def pull(self, *names, **options):
        with self.open() as hub:
            wanted = names or [n for n, s in hub.deployment.settings.syncs.items() if s.kind == "pull"]
            return {name: pull(hub.rooms, hub.pull_job(name, **options)) for name in wanted}

    def push(self, *names, dry_run=False):
        with self.open(dry_run=dry_run) as hub:
            wanted = names or [n for n, s in hub.deployment.settings.syncs.items() if s.kind == "push"]
            return {name: push(hub.rooms, hub.push_job(name), dry_run=dry_run) for name in wanted}

    def sweep(self):
        with self.open() as hub:
            return sweep(hub.rooms)

    def erase(self, person, *, by_hand=True, rounds=6):
        """Erases a person over some hours, as an operator would; ``by_hand`` does what no connector can."""
        for _ in range(rounds):
            with self.open() as hub:
                plan = erase(hub.rooms, hub.erase_job(person))
                if plan.progress is Progress.COMPLETE:
                    break
                with hub.store.begin() as tx:
                    for one in tx.obligations.list() if by_hand else ():
                        if "by hand" in one.what:
                            tx.obligations.close(one.id, "done")
            self.clock.advance(3600)
        return plan

    def edit(self, change):
        settings = yaml.safe_load(self.config.read_text())
        change(settings)
        self.config.write_text(yaml.safe_dump(settings, sort_keys=False))

    def tags_of(self, member) -> list:
        with self.open() as hub, hub.store.read() as tx:
            person = self.person(hub, tx, member)
            return tx.tags.for_person([person], self.clock.now()).get(person, []) if person else []

    def person(self, hub, tx, member):
        from hub.schema import Identifier

        known = [
            Identifier(kind="customer_id", value=member.customer_id),
            Identifier(kind="vendor_id", value=str(7_000_000_000_000 + member.number), issuer="zendesk"),
        ]
        found = tx.persons.find([hub.vault.lookup_identifier(one) for one in known])
        return next(iter(found.values()), None)

    def resting_bytes(self) -> bytes:
        """Everything the hub has on disk, but keys and the settings' secrets."""
        files = [path for path in (self.folder / "var").rglob("*") if path.is_file() and "secrets" not in path.parts]
        found = b"\0".join(path.read_bytes() for path in files if path.suffix != ".key")
        return found if self.url.startswith("sqlite") else found + pickle.dumps(self.rows())

    def secrets_of(self, member) -> list[str]:
        """What must never rest or leave in the clear."""
        digits = "".join(c for c in member.phone if c.isdigit())
        return [member.email, member.phone, "+" + digits, member.name, member.handle]


@pytest.fixture
def world_in(tmp_path, engines, make_database):
    """Makes a world that rests in one kind of database."""
    opened = []

    def make(kind, size=12, name="world") -> World:
        folder = tmp_path / name
        world = World(folder, engines, size, make_database(kind, folder / "var" / "hub.db")).__enter__()
        opened.append(world)
        return world

    yield make
    for world in opened:
        world.__exit__(None, None, None)


@pytest.fixture(params=["sqlite", "postgresql"])
def make_world(request, world_in):
    return partial(world_in, request.param)


@pytest.fixture
def world(make_world):
    return make_world()


@pytest.fixture
def audit_entries():
    def read(world, **only):
        with world.open() as hub:
            hub.audit.sequence()
            with hub.store.read() as tx:
                rows, start = [], 0
                while page := tx.audit.entries(start, 1000):
                    rows += [json.loads(entry.leaf) for entry in page]
                    start = page[-1].idx + 1
        return [row for row in rows if all(row.get(key) == value for key, value in only.items())]

    return read
