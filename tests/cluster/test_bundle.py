"""The DAG bundle and the approval in a real Airflow: a run keeps its rules, a broken file stops nothing else."""

import json
import time

import pytest
import requests
import sqlalchemy as sa
import yaml

from hub.airflow.rest import Rest
from hub.config import load_settings
from hub.revision import revision_of
from hub.store import tables
from hub.testing.faults import Fault
from tests.airflow.golden import content, worlds
from tests.cluster.conftest import airflow, wait_until, without_schedules

pytestmark = pytest.mark.timeout(900)

PULL, DAG = "zendesk-pull", "hub_sync__zendesk-pull"
RUN = 240
OFFICER = "operator"  # who has the role privacy_officer in the reference deployment


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with worlds(tmp_path_factory.mktemp("worlds"), ["airflow"], people=4) as made:
        without_schedules(made["airflow"].config)
        yield made["airflow"]


@pytest.fixture(scope="module")
def cluster(world, tmp_path_factory):
    kwargs = {"config": str(world.config), "refresh_interval": 2}
    bundle = {"name": "hub", "classpath": "hub.airflow.bundle.HubDagBundle", "kwargs": kwargs}
    settings = {
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([bundle]),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(tmp_path_factory.mktemp("bundles")),
        "AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "1",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "2",
    }
    with airflow(tmp_path_factory.mktemp("airflow"), world.config, workers=2, settings=settings) as cluster:
        cluster.rest.wait_for_dags({DAG}, seconds=180)
        cluster.rest.unpause(DAG)
        yield cluster


def current(world):
    return revision_of(load_settings(world.config))


def revisions(world):
    return [revision for (revision,) in world.rows(sa.select(tables.runs.c.revision).order_by(tables.runs.c.seq))]


def test_a_run_ends_under_the_rules_it_began_with_and_the_next_has_the_new_ones(world, cluster):
    old = current(world)
    slow = Fault("GET /api/v2/incremental/*", "slow", seconds=15)
    world.sandbox.simulators["zendesk"].faults.add(slow)
    first = cluster.rest.trigger(DAG)
    wait_until(lambda: slow.times == 0, RUN)
    with (world.config.parent / "privacy" / "retention.yaml").open("a", encoding="utf-8") as file:
        file.write("# changed in the middle of a run\n")
    assert current(world) != old
    assert cluster.rest.wait(DAG, first, RUN) == "success"
    wait_until(lambda: bundle_version(cluster, cluster.rest.trigger(DAG)) == current(world), RUN, pause=5)
    second = cluster.rest.trigger(DAG)
    assert cluster.rest.wait(DAG, second, RUN) == "success"
    assert bundle_version(cluster, first) == old and revisions(world)[0] == old
    assert bundle_version(cluster, second) == current(world) == revisions(world)[-1]


def bundle_version(cluster, run_id):
    return cluster.rest.call("GET", f"dags/{DAG}/dagRuns/{run_id}")["bundle_version"]


def test_a_broken_file_is_one_import_error_and_everything_runs(world, cluster):
    good = world.config.read_text(encoding="utf-8")
    world.config.write_text("syncs: [", encoding="utf-8")
    try:
        errors = wait_until(lambda: cluster.rest.call("GET", "importErrors")["import_errors"], RUN, pause=1)
        assert len(errors) == 1 and "hub.yaml:1" in errors[0]["stack_trace"]
        assert cluster.rest.wait(DAG, cluster.rest.trigger(DAG), RUN) == "success"
    finally:
        world.config.write_text(good, encoding="utf-8")
    wait_until(lambda: not cluster.rest.call("GET", "importErrors")["import_errors"], RUN, pause=1)


def test_a_pool_that_hub_yaml_begins_to_name_is_there_for_the_next_run(world, cluster):
    settings = yaml.safe_load(world.config.read_text(encoding="utf-8"))
    settings["pools"] = {"helpdesk": {"connections": ["zendesk"], "slots": 2}}
    world.config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    wait_until(lambda: "helpdesk" in pools(cluster), RUN, pause=1)
    # Airflow writes a changed DAG down at most every half a minute (core.min_serialized_dag_update_interval).
    used = wait_until(lambda: (found := pools_used(cluster))["plan"] == "helpdesk" and found, RUN, pause=5)
    assert used == {"approve": "default_pool", "plan": "helpdesk", "run": "helpdesk", "settle": "helpdesk"}
    assert pools(cluster)["helpdesk"] == 2


def pools_used(cluster):
    run_id = cluster.rest.trigger(DAG)
    assert cluster.rest.wait(DAG, run_id, RUN) == "success"
    return {task["task_id"]: task["pool"] for task in cluster.rest.tasks(DAG, run_id)}


def pools(cluster):
    return {pool["name"]: pool["slots"] for pool in cluster.rest.call("GET", "pools")["pools"]}


def test_a_full_read_waits_for_the_officer_and_for_nobody_else(world, cluster):
    run_id = cluster.rest.trigger(DAG, {"full": True})
    wait_until(lambda: "awaiting_input" in {task["state"] for task in cluster.rest.tasks(DAG, run_id)}, RUN, pause=1)
    # An answer within the second in which the question was asked meets Airflow's scheduler before it has heard that the task
    # waits: it tries the task again, and asks again. No person is that quick.
    time.sleep(5)
    answer = {"chosen_options": ["Approve"], "params_input": {}}
    where = f"dags/{DAG}/dagRuns/{run_id}/taskInstances/approve/-1/hitlDetails"
    with pytest.raises(requests.HTTPError, match="403"):
        cluster.rest.call("PATCH", where, answer)
    Rest(cluster.place.url, OFFICER, cluster.place.passwords()[OFFICER]).call("PATCH", where, answer)
    assert cluster.rest.wait(DAG, run_id, RUN) == "success"
    approvals = [json.loads(row[0]) for row in content(world.url)["audited"] if '"approval"' in row[0]]
    assert [(one["outcome"], one["actor"], one["dest"]) for one in approvals] == [("approved", OFFICER, PULL)]
