"""One engine: the DAGs leave the same ledger and the same audit content as the command line, and Airflow learns nothing."""

import json
import logging
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from typer.testing import CliRunner

from hub.cli import app
from hub.errors import ThrottledError
from hub.store import tables
from hub.testing.faults import Fault
from hub.testing.reply import Reply
from tests.airflow import golden

pytestmark = pytest.mark.slow

PEOPLE = 8
CUT = "salesforce-pull"
SYNCS = (
    "salesforce-pull",
    "zendesk-pull",
    "voucherify-pull",
    "x-pull",
    "salesforce-push",
    "zendesk-push",
    "voucherify-push",
)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    with golden.worlds(tmp_path_factory.mktemp("worlds"), ["airflow", "cli"], PEOPLE) as made:
        for world in made.values():
            settings = yaml.safe_load(world.config.read_text(encoding="utf-8"))
            settings["syncs"][CUT]["parallel"] = 2
            world.config.write_text(yaml.safe_dump(settings), encoding="utf-8")
        yield made["airflow"], made["cli"]


@dataclass(frozen=True)
class Day:
    """What a day has left, looked at before any other test goes on with the same deployment."""

    content: dict
    digest: dict
    runs: list
    dag_runs: dict = field(default_factory=dict)
    results: dict = field(default_factory=dict)
    told: str = ""

    @classmethod
    def of(cls, world, **more):
        return cls(golden.content(world.url), golden.digest(world.url), runs(world), **more)


@pytest.fixture(scope="module")
def by_airflow(worlds, airflow_db, airflow_home):
    """All DAGs run once, in the order of a day; Airflow's files and all that it printed are in ``told``."""
    world, _ = worlds
    said = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_CONFIG", str(world.config))
        from airflow.dag_processing.dagbag import DagBag

        listener = Listener(said)
        logging.getLogger().addHandler(listener)
        dag_runs = run_all(DagBag().dags)
        logging.getLogger().removeHandler(listener)
    said += [path.read_bytes().decode(errors="replace") for path in airflow_home.rglob("*") if path.is_file()]
    results = {dag_id: values[0] for dag_id, values in xcoms(airflow_db, "settle", "verify").items()}
    return Day.of(world, dag_runs=dag_runs, results=results, told="\n".join(said))


def run_all(dags):
    """Every DAG once, in the order of a day, and a full read in parts before the sweep."""
    runs = {name: dags[name].test() for name in (f"hub_sync__{sync}" for sync in SYNCS)}
    # Nobody is there to approve it.
    runs["full"] = dags[f"hub_sync__{CUT}"].test(run_conf={"full": True}, mark_success_pattern="approve")
    return runs | {name: dags[name].test() for name in ("hub_sweep", "hub_consent", "hub_watch", "hub_audit")}


class Listener(logging.Handler):
    def __init__(self, said):
        super().__init__()
        self.said = said

    def emit(self, record):
        self.said.append(record.getMessage())


@pytest.fixture(scope="module")
def by_cli(worlds):
    _, world = worlds
    syncs = [[sync.rpartition("-")[2], sync] for sync in SYNCS]
    for command in [*syncs, ["pull", CUT, "--full"], ["sweep"], ["audit", "verify"]]:
        ran = CliRunner().invoke(app, [*command, "-c", str(world.config)])
        assert ran.exit_code == 0, ran.output
    return Day.of(world)


def runs(world):
    query = sa.select(tables.runs.c.id, tables.runs.c.sync, tables.runs.c.kind, tables.runs.c.status)
    return world.rows(query.order_by(tables.runs.c.seq))


@pytest.mark.parametrize("look", [look.__name__ for look in golden.LOOKS])
def test_the_dags_and_the_command_line_leave_the_same(by_airflow, by_cli, look):
    assert by_airflow.content[look], "there must be something to compare"
    assert by_airflow.content[look] == by_cli.content[look]
    assert by_airflow.digest[look] == by_cli.digest[look]


def test_the_runs_are_the_same_and_all_succeeded(by_airflow, by_cli):
    airflow, cli = ([row[1:] for row in day.runs] for day in (by_airflow, by_cli))
    assert airflow == cli
    whole = [row[0] for row in airflow if "#" not in row[0]]
    assert (
        whole == [*SYNCS, CUT, CUT, "sweep"]
        and len(airflow) > len(whole) + 5
        and {row[-1] for row in airflow} == {"succeeded"}
    )


def test_every_dag_succeeded(by_airflow):
    states = {name: str(run.state) for name, run in by_airflow.dag_runs.items()}
    assert states == dict.fromkeys(states, "success") and len(states) > len(SYNCS)


def test_the_result_of_a_task_is_its_run_and_its_counts(by_airflow):
    results = by_airflow.results
    known = {run: sync for run, sync, *_ in by_airflow.runs}
    read = {(sync, stream): total for sync, stream, total, *_ in by_airflow.content["counts"]}
    for sync in SYNCS[:4]:
        result = results[f"hub_sync__{sync}"]
        assert set(result) == {"run", "counts", "waiting"} and known[result["run"]] == sync
        total = sum(total for (name, _), total in read.items() if name == sync)
        assert 0 < result["counts"]["read"] <= total
    assert results["hub_sync__zendesk-push"]["counts"]["confirmed"] > 0
    assert results["hub_audit"] == {"counts": {"entries": len(by_airflow.content["audited"])}}


def xcoms(database, *tasks):
    """Every DAG's results of some tasks, oldest first."""
    engine = sa.create_engine(f"sqlite:///{database}")
    query = "select x.dag_id, x.value from xcom x join dag_run r on r.id = x.dag_run_id"
    query += f" where x.key = 'return_value' and x.task_id in ({', '.join(map(repr, tasks))}) order by r.id"
    with engine.connect() as conn:
        rows = conn.execute(sa.text(query)).all()
    engine.dispose()
    results = {}
    for dag_id, text in rows:
        value = json.loads(text)
        results.setdefault(dag_id, []).append(json.loads(value) if isinstance(value, str) else value)
    return results


def latest_xcom(database, dag_id):
    return xcoms(database, "settle")[dag_id][-1]


def test_airflow_learns_nobodys_name(worlds, by_airflow):
    everything = by_airflow.told
    silent = [sync for run, sync, *_ in by_airflow.runs if run not in everything]
    assert silent == [CUT], "XComs must be among what is searched; the run of a plan gives shards, and not its number"
    assert '"sync": "x-pull"' in everything, "rendered fields must be among what is searched"
    assert '"stream": "individuals"' in everything, "parts must be among what is searched"
    assert [value for value in identifiers(worlds[0].sandbox) if value in everything] == []


def identifiers(sandbox):
    for member in next(iter(sandbox.simulators.values())).cast.members:
        phones = {member.phone, member.phone.replace(" ", ""), member.phone.replace(" ", "").replace("-", "")}
        yield from (member.name, member.email, member.handle, member.customer_id, *phones)
        yield from (line.text for line in member.lines)


def test_a_refused_login_fails_at_once_and_says_so_plainly(worlds, by_airflow, parse, airflow_db, capfd):
    world, _ = worlds
    (secret,) = (world.keys / "secrets").glob("zendesk.*")
    right = secret.read_text(encoding="utf-8")
    secret.write_text("wrong\n", encoding="utf-8")
    try:
        run = parse(world.config).dags["hub_sync__zendesk-pull"].test()
    finally:
        secret.write_text(right, encoding="utf-8")
    tries = {task.task_id: (str(task.state), task.try_number) for task in run.get_task_instances()}
    assert tries["run"] == ("failed", 1) and tries["settle"][0] == "failed"
    assert runs(world)[-1][1:] == ("zendesk-pull", "pull", "failed")
    told = "".join(capfd.readouterr())
    assert "AuthError: trying again cannot help" in told
    assert "requests/sessions.py" not in told and [one for one in identifiers(world.sandbox) if one in told] == []


def test_a_vendor_that_asks_for_an_hour_is_given_it(worlds, by_airflow):
    from hub.airflow.retry import HubRetryPolicy
    from hub.airflow.work import plan_sync, run_shard

    world, _ = worlds
    (planned,) = plan_sync(str(world.config), "voucherify-pull", {"full": False})
    faults = world.sandbox.simulators["voucherify"].faults
    faults.add(Fault("*", reply=Reply(429, {}, {"Retry-After": "3600"}), times=20))
    with pytest.raises(ThrottledError) as caught:
        run_shard(str(world.config), **planned)
    faults.faults.clear()
    decision = HubRetryPolicy().evaluate(caught.value, 1, 4)
    assert decision.retry_delay.total_seconds() == pytest.approx(3600, abs=5)
    assert caught.value.__suppress_context__ and caught.value.__cause__ is None


def test_a_full_pull_is_told_by_the_form_of_the_run(worlds, by_airflow, parse, airflow_db):
    dag = parse(worlds[0].config).dags["hub_sync__x-pull"]
    dag.test()
    assert latest_xcom(airflow_db, dag.dag_id)["counts"]["read"] == 0
    dag.test(run_conf={"full": True}, mark_success_pattern="approve")
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
