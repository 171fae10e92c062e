"""The targets of the fault matrix: each connector's pull and push through the hub, and what a vendor holds afterwards."""

import json
import os
import shutil
from collections import Counter
from dataclasses import dataclass, field

import pytest

from hub.store.ledger import PullState
from hub.testing import Reply, Simulator
from hub.transport import TransportLimits
from tests.flows.conftest import tagged

ALL = os.environ.get("ATTUNE_FAULTS") == "all"
ON_POSTGRESQL = 7 if ALL else 61
"""Every cell is tried on SQLite, one of so many on PostgreSQL as well: what a vendor does wrong never reaches the database."""

PEOPLE = 8
LIMITS = TransportLimits(connect_timeout=2, read_timeout=0.4, answer_timeout=0.8, max_response_bytes=4_000_000)
"""Short in real seconds, because sockets know no fake clock."""


@dataclass(frozen=True)
class PullTarget:
    """One connector's pull: its paged call, by which faults strike in the middle, and settings that make several pages."""

    connector: str
    pages: str
    rows: tuple[str, ...]
    config: dict = field(default_factory=dict)
    simulator: dict = field(default_factory=dict)
    first: bool = False  # faults strike from the first call on, because there may be no second


PULLS = {
    "x": PullTarget("x", "GET /2/users/*", ("data",), simulator={"page_cap": 3}),
    "salesforce": PullTarget("salesforce", "GET */query*", ("records",), simulator={"page_size": 3}),
    "zendesk": PullTarget("zendesk", "GET */incremental/*", ("tickets", "users"), {"page_size": 3, "timeout": 0.4}),
    "voucherify": PullTarget("voucherify", "GET /v1/customers*", ("customers",), {"page_size": 3}),
}

FURTHER = {
    "zendesk-comments": PullTarget("zendesk", "GET */comments*", ("comments",), {"timeout": 0.4}),
    "zendesk-ratings": PullTarget(
        "zendesk", "GET */satisfaction_ratings*", ("satisfaction_ratings",), {"timeout": 0.4}, first=True
    ),
    "voucherify-members": PullTarget("voucherify", "GET /v1/loyalties/*/members", ("vouchers",), {"page_size": 3}),
    "voucherify-tiers": PullTarget("voucherify", "GET /v1/loyalties/*/tiers", ("data",)),
    "voucherify-activities": PullTarget("voucherify", "GET /v1/loyalties/*/transactions", ("data",), {"page_size": 3}),
}
"""Calls beside the connector's first one: one of ``ON_FURTHER`` cells each; ATTUNE_FAULTS=all tries them all."""

ON_FURTHER = 1 if ALL else 11


@dataclass(frozen=True)
class PushTarget:
    """One way of one connector to write: the call that has the effect, and the calls that ask how a job is."""

    connector: str
    write: str
    job: str | None = None
    objects: tuple[str, ...] | None = None
    config: dict = field(default_factory=dict)


PUSHES = {
    "salesforce": PushTarget("salesforce", "PATCH */composite/sobjects"),
    "salesforce-bulk": PushTarget(
        "salesforce", "PATCH */jobs/ingest/*", "GET */jobs/ingest/*", config={"bulk_threshold": 0}
    ),
    "zendesk": PushTarget("zendesk", "PUT */update_many*", "GET */job_statuses*", config={"timeout": 0.4}),
    "voucherify": PushTarget("voucherify", "PUT /v1/customers/*"),
    "voucherify-bulk": PushTarget(
        "voucherify", "POST /v1/customers/bulk/async", "GET /v1/async-actions*", config={"bulk_above": 1}
    ),
    "voucherify-points": PushTarget("voucherify", "POST */balance", objects=("points",)),
}

_POINTS = """\
version: 1
connector: voucherify
out:
  object: points
  when: "emotion.label"
  fields:
    points: {value: 100}
    reason: {value: service_recovery}
"""


def set_up(world, connector, config, switches):
    world.limits = LIMITS
    for name, value in switches.items():
        setattr(world.simulator(connector), name, value)
    (world.folder / "mappings" / "voucherify.points.yaml").write_text(_POINTS)
    world.edit(lambda settings: settings["connections"][connector]["config"].update(config))


def truth_of_reading(world):
    """What a pull has left in the hub: the last word on each record, and what was made of all of them."""
    with world.open() as hub, hub.store.read() as tx:
        said = {}
        for one in tx.ledger.outcomes(limit=10_000):  # newest first
            nameless = one.state is PullState.QUARANTINED and (one.reason or "").startswith("record.")
            if one.state is not PullState.UNCHANGED and not nameless:
                said.setdefault((one.stream, one.ref), (one.version, str(one.state), one.reason))
        return said, tx.records.counts(), tx.persons.count(), *tagged(tx)


def vendor_holds(simulator: Simulator):
    """What a push has left at the vendor: every field that the hub may write, by row."""
    if simulator.name == "salesforce":
        rows = {key: row for name in ("Contact", "Case") for key, row in simulator.tables[name].items()}
        return {key: {n: v for n, v in row.items() if n.endswith("__c")} for key, row in rows.items()}
    if simulator.name == "zendesk":
        users = {key: row["user_fields"] for key, row in simulator.users.items()}
        return users | {key: (row["custom_fields"], row["tags"]) for key, row in simulator.tickets.items()}
    balances = {code: card["loyalty_card"]["balance"] for code, card in simulator.cards.items()}
    return balances | {key: row["metadata"] for key, row in simulator.customers.items()}


def writes_of(simulator: Simulator) -> Counter:
    """How often the vendor carried out each write of a row."""
    done = Counter()
    for call in simulator.calls:
        if call.acted and call.method != "GET" and "oauth" not in call.path:
            for row, content in _rows(call):
                done[row, json.dumps(content, sort_keys=True)] += 1
    for job in getattr(simulator, "jobs", {}).values():
        if simulator.name == "salesforce" and job.state == "JobComplete":
            done.update((row["Id"], json.dumps(row, sort_keys=True)) for row in job.rows())
    return done


def _rows(call):
    body = json.loads(call.body) if call.body[:1] in (b"{", b"[") else None
    if "composite/sobjects" in call.path and call.method == "PATCH":
        return [(record["id"], record) for record in body["records"]]
    if "update_many" in call.path:
        loose = ("updated_stamp", "safe_update")
        (rows,) = body.values()
        return [(row["id"], {k: v for k, v in row.items() if k not in loose}) for row in rows]
    if call.path.endswith("/bulk/async"):
        return [(row["source_id"], row) for row in body]
    if call.path.endswith("/balance"):
        return [(call.path, body["points"])]
    return [(call.path, body)] if call.path.startswith("/v1/customers/") and call.method == "PUT" else []


def pytest_collection_modifyitems(config, items):
    """Leaves out most cells on PostgreSQL; a number that shares no factor with that of the connectors visits them all."""
    there = [
        item for item in items if _params(item).get("database") == "postgresql" and "tests/flows/faults" in item.nodeid
    ]
    further = [item for item in items if _params(item).get("connector") in FURTHER and item not in there]
    left_out = {item for number, item in enumerate(there) if number % ON_POSTGRESQL}
    left_out |= {item for number, item in enumerate(further) if number % ON_FURTHER}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def _params(item):
    return item.callspec.params if hasattr(item, "callspec") else {}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """Where the hub under the fault keeps what it has; clean runs are on SQLite, so that both must end alike."""
    return request.param


@pytest.fixture(scope="session")
def clean_runs():
    """What runs without faults leave behind, by target; made once each."""
    return {}


@pytest.fixture
def fresh(world_in, clean_runs, tmp_path_factory):
    """Makes worlds that share their keys, so that references can be compared."""
    keys = clean_runs.setdefault("keys", tmp_path_factory.mktemp("keys"))

    def make(connector, config, switches, name, kind="sqlite"):
        world = world_in(kind, PEOPLE, name)
        for key in ("root.key", "audit.key"):
            if (keys / key).exists():
                shutil.copy(keys / key, world.folder / "var" / key)
            else:
                shutil.copy(world.folder / "var" / key, keys / key)
        set_up(world, connector, config, switches)
        return world

    return make


@pytest.fixture
def read_world(fresh, clean_runs, database):
    """A world whose connector has been read by nobody yet, and the truth of a clean run."""

    def make(target: PullTarget):
        if ("read", target.connector) not in clean_runs:
            world = fresh(target.connector, target.config, target.simulator, "clean")
            report = world.pull(f"{target.connector}-pull")[f"{target.connector}-pull"]
            assert report.error is None and not report.counts["quarantined"]
            calls = len(world.simulator(target.connector).calls)
            clean_runs["read", target.connector] = truth_of_reading(world), calls
        faulty = fresh(target.connector, target.config, target.simulator, "faulty", database)
        return faulty, *clean_runs["read", target.connector]

    return make


@pytest.fixture
def write_world(fresh, clean_runs, tmp_path_factory, database):
    """A world where everything has been read and nothing sent, and what a clean push leaves at the vendor."""

    def prepared(target, name, kind="sqlite"):
        world = fresh(target.connector, target.config, {}, name, kind)
        if kind != "sqlite" or "pulled" not in clean_runs:
            assert not any(report.error for report in world.pull().values())
        if kind == "sqlite":  # a file can be copied, which is quicker than reading everything again
            if "pulled" not in clean_runs:
                clean_runs["pulled"] = tmp_path_factory.mktemp("pulled")
                shutil.copytree(world.folder / "var", clean_runs["pulled"], dirs_exist_ok=True)
            shutil.copytree(clean_runs["pulled"], world.folder / "var", dirs_exist_ok=True)
        sync = f"{target.connector}-push"
        if target.objects:
            world.edit(lambda settings: settings["syncs"][sync].update(objects=list(target.objects)))
        world.simulator(target.connector).calls.clear()
        return world

    def make(name: str):
        target = PUSHES[name]
        if ("write", name) not in clean_runs:
            world = prepared(target, "clean")
            report = settled(world, target)[0]
            simulator = world.simulator(target.connector)
            assert report.error is None and report.counts["failed"] == report.counts["unknown"] == 0
            assert writes_of(simulator) and set(writes_of(simulator).values()) == {1}
            clean_runs["write", name] = vendor_holds(simulator), writes_of(simulator), len(simulator.calls)
        return prepared(target, "faulty", database), *clean_runs["write", name]

    return make


def settled(world, target, holds=None, rounds=6):
    """The reports of pushes until the vendor holds what it should and nothing is open, and of one more.

    Rows that failed are tried ever less often, so some time passes between two pushes.
    """
    reports = []
    for _ in range(rounds):
        reports.append(world.push(f"{target.connector}-push")[f"{target.connector}-push"])
        world.clock.advance(1_300)
        there = holds is None or vendor_holds(world.simulator(target.connector)) == holds
        if reports[-1].error is None and there and not open_rows(world, f"{target.connector}-push"):
            break
    return [*reports, *world.push(f"{target.connector}-push").values()]


def open_rows(world, sync):
    with world.open() as hub, hub.store.read() as tx:
        return tx.outbox.unsettled(sync)


class Thief(Simulator):
    """A host that is not the vendor's: whoever calls it gives credentials away."""

    def handle(self, request):
        return Reply(200, {"data": []})


@pytest.fixture
def thief():
    with Thief() as running:
        yield running
        assert running.calls == [], "a host that is not the vendor's was called"


@pytest.fixture
def pull_targets():
    return PULLS | FURTHER


@pytest.fixture
def push_targets():
    return PUSHES


@pytest.fixture
def reading():
    return truth_of_reading


@pytest.fixture
def held():
    return vendor_holds


@pytest.fixture
def written():
    return writes_of


@pytest.fixture
def settle():
    return settled


@pytest.fixture
def rows_open():
    return open_rows
