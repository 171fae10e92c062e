"""One engine: the DAGs leave the same ledger and the same audit content as the command line, and Airflow learns nothing."""

import json
import logging
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from hub.cli import app
from hub.cli.sandbox import open_sandbox, write_deployment
from hub.errors import ThrottledError
from hub.store import tables
from hub.store.bundle import unbundle
from hub.store.store import migrate
from hub.testing.clock import FakeClock, SystemClock
from hub.testing.faults import Fault
from hub.testing.reply import Reply

pytestmark = pytest.mark.slow

PEOPLE = 8
SYNCS = (
    "salesforce-pull",
    "zendesk-pull",
    "voucherify-pull",
    "x-pull",
    "salesforce-push",
    "zendesk-push",
    "voucherify-push",
)


class World:
    """A deployment and the simulators it talks to."""

    def __init__(self, folder, sandbox, keys=None):
        self.sandbox = sandbox
        if keys:
            # References are keyed hashes: only under the same keys can two ledgers be compared.
            shutil.copytree(keys, folder / "var")
        self.config = write_deployment(folder, sandbox)
        self.url = f"sqlite:///{folder / 'var' / 'hub.db'}"
        migrate(self.url)

    @property
    def keys(self):
        return self.config.parent / "var"

    def rows(self, query):
        engine = sa.create_engine(self.url)
        try:
            with engine.connect() as conn:
                return [tuple(row) for row in conn.execute(query)]
        finally:
            engine.dispose()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    one, two = open_sandbox(PEOPLE), open_sandbox(PEOPLE)
    if casts(one) != casts(two):  # the hour struck in between: the cast speaks relative to the hour
        one = open_sandbox(PEOPLE)
    simulators = [*one.simulators.values(), *two.simulators.values()]
    # Vendors make ids and versions of the time of day: both worlds are made at the same instant, and time goes on after.
    made_at = FakeClock(datetime.now(UTC))
    for simulator in simulators:
        simulator.clock = made_at
    with one, two:
        for simulator in simulators:
            simulator.clock = SystemClock()
        folder = tmp_path_factory.mktemp("worlds")
        keys = folder / "keys"
        first = World(folder / "airflow", one)
        keys.mkdir()
        for name in ("root.key", "audit.key"):
            shutil.copy(first.keys / name, keys / name)
        yield first, World(folder / "cli", two, keys)


def casts(sandbox):
    return [simulator.cast for simulator in sandbox.simulators.values()]


@pytest.fixture(scope="module")
def by_airflow(worlds, airflow_db):
    """All DAGs run once, in the order of a day; gives what Airflow was told, and all that it printed."""
    world, _ = worlds
    said = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_CONFIG", str(world.config))
        from airflow.dag_processing.dagbag import DagBag

        listener = Listener(said)
        logging.getLogger().addHandler(listener)
        dags = DagBag().dags
        runs = {
            name: dags[name].test() for name in [*(f"hub_sync__{sync}" for sync in SYNCS), "hub_sweep", "hub_audit"]
        }
        logging.getLogger().removeHandler(listener)
    return runs, said


class Listener(logging.Handler):
    def __init__(self, said):
        super().__init__()
        self.said = said

    def emit(self, record):
        self.said.append(record.getMessage())


@pytest.fixture(scope="module")
def by_cli(worlds):
    _, world = worlds
    for command in [*([sync.rpartition("-")[2], sync] for sync in SYNCS), ["sweep"], ["audit", "verify"]]:
        ran = CliRunner().invoke(app, [*command, "-c", str(world.config)])
        assert ran.exit_code == 0, ran.output


def people(world):
    """Persons have random ids; the smallest keyed hash of their identifiers names them the same in both worlds."""
    query = sa.select(tables.persons.c.root, sa.func.min(tables.identifiers.c.lookup)).join_from(
        tables.persons, tables.identifiers, tables.identifiers.c.person_id == tables.persons.c.id
    )
    by_root = dict(world.rows(query.group_by(tables.persons.c.root)))
    return {person: by_root[root] for person, root in world.rows(sa.select(tables.persons.c.id, tables.persons.c.root))}


def runs(world):
    query = sa.select(tables.runs.c.id, tables.runs.c.sync, tables.runs.c.kind, tables.runs.c.status)
    return world.rows(query.order_by(tables.runs.c.seq))


def outcomes(world):
    c, names = tables.outcomes.c, people(world)
    query = sa.select(c.sync, c.connection, c.stream, c.ref, c.state, c.reason, c.person_id).order_by(c.id)
    return [(*row[:-1], names.get(row[-1])) for row in world.rows(query)]


def counts(world):
    c = tables.batches.c
    columns = (c.read, c.stored, c.unchanged, c.withheld, c.quarantined)
    query = sa.select(c.sync, c.stream, *(sa.func.sum(column) for column in columns))
    return sorted(world.rows(query.group_by(c.sync, c.stream)))


def deliveries(world):
    c, names = tables.deliveries.c, people(world)
    query = sa.select(c.sync, c.object, c.target_ref, c.state, c.reason, c.fields, c.attempt, c.person_id)
    return Counter((*row[:-1], names.get(row[-1])) for row in world.rows(query))


def held(world):
    c, names = tables.records.c, people(world)
    query = sa.select(c.kind, c.category, c.channel, c.role, c.connection, c.stream, c.source_ref, c.person_id)
    return Counter((*row[:-1], names[row[-1]]) for row in world.rows(query))


def audited(world):
    """Every audit entry without its time, with people and runs named the same in both worlds."""
    names, syncs = people(world), {id_: sync for id_, sync, *_ in runs(world)}
    keys = tables.person_keys.c
    subjects = {ref: names[person] for ref, person in world.rows(sa.select(keys.audit_ref, keys.person_id))}
    found = []
    bundles = world.rows(sa.select(tables.audit_bundles.c.leaves).order_by(tables.audit_bundles.c.idx))
    for leaf in (leaf for (leaves,) in bundles for leaf in unbundle(leaves)):
        entry = json.loads(leaf)
        del entry["at"]
        if entry["type"] == "change":  # the settings differ: each names its own simulators
            entry["reasons"] = None
        entry["subject"] = subjects[entry["subject"]] if "subject" in entry else None
        entry["run"] = syncs[entry["run"]] if "run" in entry else None
        found.append(json.dumps(entry, sort_keys=True))
    return Counter(found)


@pytest.mark.parametrize("look", [counts, outcomes, deliveries, held, audited], ids=lambda look: look.__name__)
def test_the_dags_and_the_command_line_leave_the_same(worlds, by_airflow, by_cli, look):
    airflow, cli = worlds
    assert look(airflow), "there must be something to compare"
    assert look(airflow) == look(cli)


def test_the_runs_are_the_same_and_all_succeeded(worlds, by_airflow, by_cli):
    airflow, cli = ([row[1:] for row in runs(world)] for world in worlds)
    assert airflow == cli
    assert [row[0] for row in airflow] == [*SYNCS, "sweep"] and {row[-1] for row in airflow} == {"succeeded"}


def test_every_dag_succeeded(by_airflow):
    assert {name: str(run.state) for name, run in by_airflow[0].items()} == dict.fromkeys(by_airflow[0], "success")


def test_the_result_of_a_task_is_its_run_and_its_counts(worlds, by_airflow, airflow_db):
    results = {dag_id: values[0] for dag_id, values in xcoms(airflow_db).items()}
    known = {run: sync for run, sync, *_ in runs(worlds[0])}
    read = {(sync, stream): total for sync, stream, total, *_ in counts(worlds[0])}
    for sync in SYNCS[:4]:
        result = results[f"hub_sync__{sync}"]
        assert set(result) == {"run", "counts"} and known[result["run"]] == sync
        assert result["counts"]["read"] == sum(total for (name, _), total in read.items() if name == sync)
    assert results["hub_sync__zendesk-push"]["counts"]["confirmed"] > 0
    assert results["hub_audit"] == {"counts": {"entries": sum(audited(worlds[0]).values())}}


def xcoms(database):
    """Every DAG's results, oldest first."""
    engine = sa.create_engine(f"sqlite:///{database}")
    query = "select x.dag_id, x.value from xcom x join dag_run r on r.id = x.dag_run_id"
    query += " where x.key = 'return_value' order by r.id"
    with engine.connect() as conn:
        rows = conn.execute(sa.text(query)).all()
    engine.dispose()
    results = {}
    for dag_id, text in rows:
        value = json.loads(text)
        results.setdefault(dag_id, []).append(json.loads(value) if isinstance(value, str) else value)
    return results


def latest_xcom(database, dag_id):
    return xcoms(database)[dag_id][-1]


def test_airflow_learns_nobodys_name(worlds, by_airflow, airflow_home):
    kept = {str(path): path.read_bytes().decode(errors="replace") for path in airflow_home.rglob("*") if path.is_file()}
    everything = "\n".join([*kept.values(), *by_airflow[1]])
    known = {run for run, *_ in runs(worlds[0])}
    assert sum(run in everything for run in known) == len(known), "XComs must be among what is searched"
    assert '"sync": "x-pull"' in everything, "rendered fields must be among what is searched"
    assert [value for value in identifiers(worlds[0].sandbox) if value in everything] == []


def identifiers(sandbox):
    for member in next(iter(sandbox.simulators.values())).cast.members:
        phones = {member.phone, member.phone.replace(" ", ""), member.phone.replace(" ", "").replace("-", "")}
        yield from (member.name, member.email, member.handle, member.customer_id, *phones)
        yield from (line.text for line in member.lines)


def test_a_refused_login_fails_at_once_and_says_so_plainly(worlds, by_airflow, by_cli, parse, airflow_db, capfd):
    world, _ = worlds
    (secret,) = (world.keys / "secrets").glob("zendesk.*")
    right = secret.read_text(encoding="utf-8")
    secret.write_text("wrong\n", encoding="utf-8")
    try:
        run = parse(world.config).dags["hub_sync__zendesk-pull"].test()
    finally:
        secret.write_text(right, encoding="utf-8")
    (task,) = run.get_task_instances()
    assert (str(task.state), task.try_number) == ("failed", 1)
    assert runs(world)[-1][1:] == ("zendesk-pull", "pull", "failed")
    told = "".join(capfd.readouterr())
    assert "AuthError: trying again cannot help" in told
    assert "requests/sessions.py" not in told and [one for one in identifiers(world.sandbox) if one in told] == []


def test_a_vendor_that_asks_for_an_hour_is_given_it(worlds, by_airflow, by_cli):
    from hub.airflow.retry import HubRetryPolicy
    from hub.airflow.work import pull_sync

    world, _ = worlds
    faults = world.sandbox.simulators["voucherify"].faults
    faults.add(Fault("*", reply=Reply(429, {}, {"Retry-After": "3600"}), times=20))
    with pytest.raises(ThrottledError) as caught:
        pull_sync(str(world.config), "voucherify-pull", {"full": False})
    faults.faults.clear()
    decision = HubRetryPolicy().evaluate(caught.value, 1, 4)
    assert decision.retry_delay.total_seconds() == pytest.approx(3600, abs=5)
    assert caught.value.__suppress_context__ and caught.value.__cause__ is None


def test_a_full_pull_is_told_by_the_form_of_the_run(worlds, by_airflow, by_cli, parse, airflow_db):
    dag = parse(worlds[0].config).dags["hub_sync__x-pull"]
    dag.test()
    assert latest_xcom(airflow_db, dag.dag_id)["counts"]["read"] == 0
    dag.test(run_conf={"full": True})
    assert latest_xcom(airflow_db, dag.dag_id)["counts"]["read"] > 0


def test_an_altered_audit_log_fails_its_dag(worlds, by_airflow, tmp_path):
    from hub.airflow.work import verify_audit
    from hub.errors import FatalError

    folder = tmp_path / "altered"
    shutil.copytree(worlds[0].config.parent, folder)
    engine = sa.create_engine(f"sqlite:///{folder / 'var' / 'hub.db'}")
    with engine.begin() as conn:
        leaves = conn.execute(sa.select(tables.audit_bundles.c.leaves).limit(1)).scalar_one()
        conn.execute(sa.update(tables.audit_bundles).values(leaves=leaves.replace(b"started", b"skipped", 1)))
    engine.dispose()
    with pytest.raises(FatalError):
        verify_audit(str(folder / Path(worlds[0].config).name))
