"""One engine on two databases: the same input leaves the same, and several processes at once leave what one would."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.contract import Batch
from hub.pipeline.pull import store_batch
from hub.pipeline.run import running

pytestmark = pytest.mark.slow

WRITERS = 4


def same_keys(first, second):
    """References are keyed hashes: only under the same keys can two databases be compared."""
    for name in ("root.key", "audit.key"):
        (second.folder / "var" / name).write_bytes((first.folder / "var" / name).read_bytes())


class Account:
    """What a database holds, without ids and times that are new each time. The smallest lookup names a person."""

    def __init__(self, world):
        self.rows = world.rows()
        self.columns = {}
        lookups = {}
        roots = {row["id"]: row["root"] for row in self.of("persons")}
        for row in self.of("identifiers"):
            lookups.setdefault(roots[row["person_id"]], []).append(row["lookup"])
        self.names = {person: min(lookups.get(root, ["nobody"])) for person, root in roots.items()}
        self.subjects = {row["audit_ref"]: self.names[row["person_id"]] for row in self.of("person_keys")}
        self.syncs = {row["id"]: row["sync"] for row in self.of("runs")}
        with world.open() as hub, hub.store.read() as tx:
            self.tags = self._tags(tx, world.clock.now())
            self.entries = [json.loads(one.leaf) for one in tx.audit.entries(0, 100_000)]

    def of(self, table):
        from hub.store.tables import metadata

        names = [column.name for column in metadata.tables[table].columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows[table]]

    def _tags(self, tx, now):
        found = tx.tags.for_person(sorted({row["root"] for row in self.of("persons")}), now)
        return Counter(
            (tag.record_id, tag.label, tag.intensity, tag.confidence, tag.distress, self.names[tag.person_id])
            for tags in found.values()
            for tag in tags
        )

    def told(self, table, *columns):
        return [
            tuple(self.names.get(row[one]) if one == "person_id" else row[one] for one in columns)
            for row in self.of(table)
        ]

    def people(self):
        found = {}
        for row in self.of("identifiers"):
            found.setdefault(self.names[row["person_id"]], set()).add((row["lookup"], row["kind"], row["verified"]))
        return found

    def held(self):
        return Counter(self.told("records", "id", "kind", "category", "channel", "role", "source_ref", "person_id"))

    def said(self):
        # A consent that two bring at once is one entry; in which order they came differs.
        return Counter(self.told("consent_events", "type", "event_id", "digest", "person_id"))

    def audit(self):
        for entry in self.entries:
            # A commitment is different each time.
            plain = {**entry, "at": None, "c": "c" in entry, "run": self.syncs.get(entry.get("run"))}
            if entry["type"] == "change":  # the settings differ: each names its own store and its own simulators
                plain["reasons"] = None
            yield {**plain, "subject": self.subjects.get(entry.get("subject"))}

    def everything(self):
        return {
            "people": self.people(),
            "records": self.held(),
            "tags": self.tags,
            "consents": Counter(row[1:] for row in self.told("consent_events", "seq", "type", "digest", "person_id")),
            "runs": self.told("runs", "sync", "kind", "status"),
            "batches": self.told("batches", "sync", "stream", "read", "stored", "unchanged", "withheld", "quarantined"),
            "outcomes": self.told("outcomes", "sync", "stream", "ref", "version", "state", "reason", "person_id"),
            "deliveries": Counter(
                self.told("deliveries", "sync", "object", "target_ref", "payload_hash", "state", "reason", "person_id")
            ),
            "audit": Counter(json.dumps(entry, sort_keys=True) for entry in self.audit()),
        }


def test_the_same_input_leaves_the_same_on_both_databases(world_in):
    worlds = [world_in("sqlite", name="one"), world_in("postgresql", name="two")]
    same_keys(*worlds)
    for world in worlds:
        assert all(report.error is None for report in (*world.pull().values(), *world.push().values()))
        world.clock.advance(86_400)
        world.simulator("zendesk").clock = world.clock
        world.pull()
        world.push()
        world.sweep()
        with world.open() as hub:
            hub.audit.sequence()
    one, two = (Account(world).everything() for world in worlds)
    assert all(len(one[name]) > 5 for name in one)
    for name, found in one.items():
        assert found == two[name], name


def raw_records(hub, job):
    return {stream: [raw for batch in job.source.read(stream, None) for raw in batch.records] for stream in job.streams}


def shards(records):
    """What each of several writers reads: a part of its own, and half of its neighbour's, each in another order."""
    for number in range(WRITERS):
        mine = records[number::WRITERS] + records[(number + 1) % WRITERS :: WRITERS][::2]
        yield mine[::-1] if number % 2 else mine


def store_shard(world, job, stream, number, records):
    with world.open() as hub, running(hub.rooms, f"part-{number}", "pull") as run:
        for start in range(0, len(records), 4):
            store_batch(hub.rooms, job, stream, run, Batch(records[start : start + 4], None))


@pytest.mark.parametrize("sync", ["zendesk-pull", "salesforce-pull"])
def test_several_that_store_the_same_people_at_once_leave_what_one_would(world_in, sync):
    """Records that overlap, people that overlap, in opposite orders, on as many connections as there are writers."""
    alone, together = world_in("postgresql", name="alone"), world_in("postgresql", name="together")
    same_keys(alone, together)
    for world, threads in ((alone, 1), (together, WRITERS)):
        with world.open() as hub:
            job = hub.pull_job(sync)
            read = raw_records(hub, job)
            _ = hub.redactor, hub.tagger
            for stream in job.streams:
                with ThreadPoolExecutor(threads) as pool:
                    parts = [
                        pool.submit(store_shard, world, job, stream, number, part)
                        for number, part in enumerate(shards(read[stream]))
                    ]
                    for part in parts:
                        part.result(240)
    one, two = Account(alone), Account(together)
    assert len(one.people()) >= 8 and one.held() and one.tags
    assert two.people() == one.people()
    assert two.held() == one.held()
    assert two.said() == one.said()
    assert two.tags == one.tags
    conserved(together)


def conserved(world):
    for row in Account(world).of("batches"):
        assert row["read"] == row["stored"] + row["unchanged"] + row["withheld"] + row["quarantined"]


def test_four_pulls_at_once_leave_four_systems_people(world_in):
    """Four syncs on one database, each with connections of its own: every pull ends well, and everybody is one person."""
    world, alone = world_in("postgresql", name="together"), world_in("postgresql", name="alone")
    same_keys(alone, world)
    names = ["salesforce-pull", "zendesk-pull", "voucherify-pull", "x-pull"]
    alone.pull(*names)
    with ThreadPoolExecutor(len(names)) as pool:
        for done in [pool.submit(world.pull, name) for name in names]:
            assert all(report.error is None for report in done.result(240).values())
    together, one = Account(world), Account(alone)
    read = {(row["sync"], row["stream"], row["ref"]) for row in one.of("outcomes")}
    assert {(row["sync"], row["stream"], row["ref"]) for row in together.of("outcomes")} == read
    # An X account is linked only once the consent is known, and comments only once their case is: which depends on who
    # came first. What each of the others says about who somebody is does not.
    assert together_without_x(together) == together_without_x(one)
    conserved(world)
    with world.open() as hub:
        hub.audit.sequence()
        assert hub.audit.verify().problem is None


def together_without_x(account):
    of_x = {row["lookup"] for row in account.of("identifiers") if row["issuer"].startswith("x")}
    groups = [frozenset(one[0] for one in group) - of_x for group in account.people().values()]
    return {group for group in groups if group}
