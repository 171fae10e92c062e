"""Airflow with PostgreSQL, Redis and two Celery workers, one of which dies in the middle: nothing is lost, nothing doubled."""

import json
import uuid
from collections import Counter
from contextlib import contextmanager

import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from hub.testing.faults import Fault
from tests.airflow.golden import content, worlds
from tests.cluster.canary import all_files, canaries, found_in, whole_database
from tests.cluster.conftest import airflow, embedded, wait_until, without_schedules
from tests.conftest import driven, schema_of
from tests.crash.harness.truth import truth_of

pytestmark = pytest.mark.timeout(900)

SYNCS = ("salesforce-pull", "voucherify-pull", "voucherify-push", "zendesk-pull", "zendesk-push")
UNTOUCHED = SYNCS[:3]
DAGS = (*(f"hub_sync__{sync}" for sync in SYNCS), "hub_sweep", "hub_consent", "hub_watch", "hub_audit")
RUN = 400
SETTINGS = {
    # A dead worker is noticed sooner here; on a busy machine a living one may be silent for a while, too.
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "2",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": "4",
}


@contextmanager
def database_of(address):
    """A database of Airflow's own, dropped in the end."""
    name = f"attune_airflow_{uuid.uuid4().hex[:12]}"
    engine = create_engine(driven(address), isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(driven(address)).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as conn:
            conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


@pytest.fixture(scope="module")
def both(tmp_path_factory, postgres):
    with schema_of(postgres) as store:
        folder = tmp_path_factory.mktemp("worlds")
        with worlds(folder, ("embedded", "airflow"), people=8, stores={"airflow": store}) as made:
            for world in made.values():
                without_schedules(world.config)
            yield made


@pytest.fixture(scope="module")
def cluster(both, tmp_path_factory, postgres, redis_url):
    home = tmp_path_factory.mktemp("airflow")
    with database_of(postgres) as database:
        config = both["airflow"].config
        with airflow(home, config, database=database, broker=redis_url, workers=2, settings=SETTINGS) as cluster:
            cluster.rest.wait_for_dags(set(DAGS), seconds=180)
            yield cluster


@pytest.fixture(scope="module")
def ran(both, cluster):
    """All DAGs once. The worker of a pull dies while it waits for a page, that of a push when its first row has just been
    taken by the system, before the hub has heard of it."""
    simulators = both["airflow"].sandbox.simulators
    states = [run(cluster, f"hub_sync__{sync}") for sync in UNTOUCHED]
    slow = Fault("GET /api/v2/incremental/*", "slow", seconds=20)
    states.append(run_and_kill(cluster, "hub_sync__zendesk-pull", simulators["zendesk"], slow))
    late = Fault("PUT *", "commit_then_slow", seconds=20)
    states.append(run_and_kill(cluster, "hub_sync__zendesk-push", simulators["zendesk"], late))
    states += [run(cluster, "hub_sweep"), run(cluster, "hub_consent"), run(cluster, "hub_watch")]
    states.append(run(cluster, "hub_audit"))
    return states


def run(cluster, dag_id):
    cluster.rest.unpause(dag_id)
    return dag_id, cluster.rest.wait(dag_id, cluster.rest.trigger(dag_id), RUN)


def run_and_kill(cluster, dag_id, simulator, fault):
    """Starts a run, kills the worker that is in the midst of the fault, and tries its task again as an operator would."""
    simulator.faults.add(fault)
    cluster.rest.unpause(dag_id)
    run_id = cluster.rest.trigger(dag_id)
    wait_until(lambda: fault.times == 0, RUN)
    (task,) = (one for one in cluster.rest.tasks(dag_id, run_id) if one["state"] == "running")
    worker = cluster.processes.owner_of(task["pid"])
    assert worker.startswith("worker-")
    cluster.processes.kill(worker)
    assert not psutil.pid_exists(task["pid"])
    cluster.start_worker(int(worker.rpartition("-")[2]) + 2)
    # Airflow would wait a minute before the next try.
    wait_until(lambda: "up_for_retry" in {one["state"] for one in cluster.rest.tasks(dag_id, run_id)}, RUN, pause=0.5)
    cleared = {"dry_run": False, "dag_run_id": run_id, "task_ids": [task["task_id"]], "only_failed": False}
    cluster.rest.call("POST", f"dags/{dag_id}/clearTaskInstances", cleared)
    return dag_id, cluster.rest.wait(dag_id, run_id, RUN)


@pytest.fixture(scope="module")
def by_cli(both):
    pulls_and_pushes = [[sync.rpartition("-")[2], sync] for sync in SYNCS]
    embedded(both["embedded"].config, *pulls_and_pushes, ["sweep"], ["audit", "verify"])


def test_every_run_succeeds_although_two_workers_died(ran):
    assert ran == [(dag_id, "success") for dag_id in DAGS]


def test_the_ledger_is_that_of_a_command_line_that_nobody_disturbed(both, ran, by_cli):
    here, there = content(both["airflow"].url), content(both["embedded"].url)
    for look in ("outcomes", "ends", "held"):
        assert there[look] and here[look] == there[look], look
    # What was under way when the worker died is selected a second time.
    assert [row[:-1] for row in here["counts"]] == [row[:-1] for row in there["counts"]]


def test_what_no_death_has_touched_is_the_same_to_the_last_look(both, ran, by_cli):
    """Runs, counts, outcomes, rows and audit entries of syncs whose workers lived."""
    here, there = (content(both[name].url) for name in ("airflow", "embedded"))
    for look in ("runs", "counts", "outcomes", "deliveries", "ends"):
        mine, theirs = ([row for row in told[look] if row[0] in UNTOUCHED] for told in (here, there))
        assert mine == theirs != [], look
    mine, theirs = (
        [row for row in told["audited"] if json.loads(row[0])["run"] in UNTOUCHED] for told in (here, there)
    )
    assert mine == theirs and {json.loads(row[0])["run"] for row in mine} == {*UNTOUCHED}


def test_the_audit_log_tells_of_the_two_deaths(both, ran, by_cli):
    """Nothing is missing in it; what it has more are the runs that died, and that consent was asked again before sending."""
    here, there = (Counter(row[0] for row in content(both[name].url)["audited"]) for name in ("airflow", "embedded"))
    more = [json.loads(entry) for entry in (here - there).elements()]
    assert there - here == Counter()
    assert (
        {"run.started", "run.finished"}
        <= {entry["type"] for entry in more}
        <= {"run.started", "run.finished", "activate"}
    )
    assert sum("run.interrupted" in entry["reasons"] for entry in more if entry["type"] == "run.finished") == 2


def test_nothing_is_lost_or_doubled_at_the_systems(both, ran, by_cli):
    here, there = (truth_of(both[name].sandbox.simulators) for name in ("airflow", "embedded"))
    assert there["zendesk"]["tickets"] and here == there


def test_workers_need_no_key_and_leave_nothing_personal(both, ran, cluster):
    home = cluster.place.home
    told = {**whole_database(cluster.place.database), **all_files(cluster.place.logs)}
    values = canaries(both["airflow"].sandbox)
    assert told["xcom"] and {name: found for name, text in told.items() if (found := found_in(text, values))} == {}
    keys = {*cluster.place.keys().values()}
    for worker in home.glob("worker-*"):
        assert not [one for one in keys if any(one in text for text in all_files(worker).values())]
