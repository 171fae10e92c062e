"""The DAGs that hub.yaml makes: all of them, the same each time, and none of them where hub.yaml is wrong."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SYNCS = yaml.safe_load((ROOT / "hub.yaml").read_text(encoding="utf-8"))["syncs"]


def serialise(dag):
    from airflow.serialization.serialized_objects import DagSerialization

    return json.dumps(DagSerialization.serialize_dag(dag), sort_keys=True)


def change(config, edit):
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    edit(settings)
    config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return config


def test_every_sync_the_sweep_and_the_audit_log_have_their_dag(parse):
    bag = parse()
    assert bag.import_errors == {}
    assert set(bag.dags) == {f"hub_sync__{name}" for name in SYNCS} | {
        "hub_sweep",
        "hub_consent",
        "hub_watch",
        "hub_audit",
    }
    for name, sync in SYNCS.items():
        dag = bag.dags[f"hub_sync__{name}"]
        clock = dag.timetable if sync["kind"] == "pull" else dag.timetable.timetable
        assert clock.expression == sync["schedule"] and str(clock.timezone) == "UTC"
        assert dag.task_ids == ["approve", "plan", "run", "settle"]
        assert set(dag.tags) == {"attune", sync["kind"], sync["connection"]}


def test_a_push_is_nudged_by_every_pull_and_by_what_its_system_owes(parse):
    dags = parse().dags
    told = {asset.name for task in dags["hub_sync__x-pull"].tasks for asset in getattr(task, "outlets", ())}
    heard = {asset.name for asset in dags["hub_sync__zendesk-push"].timetable.asset_condition.objects}
    assert told == {"hub.sync.x-pull", "hub.pulled"} and heard == {"hub.pulled", "hub.owed.zendesk"}
    for name, sync in SYNCS.items():
        told = {asset.name for asset in dags[f"hub_sync__{name}"].get_task("settle").outlets}
        assert ("hub.pulled" in told) == (sync["kind"] == "pull"), "a push that nudged pushes would never end"


ELSEWHERE = """
import json, sys
from pathlib import Path
from hub.airflow.factory import build_dags
from airflow.serialization.serialized_objects import DagSerialization
dags = {}
build_dags(Path(sys.argv[1]), dags)
print(json.dumps({name: json.dumps(DagSerialization.serialize_dag(dag), sort_keys=True) for name, dag in dags.items()}))
"""


def test_the_same_file_gives_the_same_dags_to_the_byte(parse):
    """In another process, too: that is what Airflow compares."""
    from hub.airflow.factory import build_dags

    here = {}
    build_dags(ROOT / "hub.yaml", here)
    command = [sys.executable, "-W", "ignore", "-c", ELSEWHERE, str(ROOT / "hub.yaml")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    there = json.loads(ran.stdout.splitlines()[-1])
    assert len(here) > 3
    # Where a DAG was made is known only in a DAG file; both were made outside of one, by different callers.
    assert {name: without_place(serialise(dag)) for name, dag in here.items()} == {
        name: without_place(text) for name, text in there.items()
    }
    first, again = parse(), parse()
    assert {i: serialise(dag) for i, dag in first.dags.items()} == {i: serialise(d) for i, d in again.dags.items()}


def without_place(text):
    return re.sub(r'"(fileloc|relative_fileloc)": "[^"]*"', "", text)


def test_the_order_of_hub_yaml_does_not_matter(parse, deployment):
    before = {name: serialise(dag) for name, dag in parse(deployment).dags.items()}
    change(deployment, lambda s: s.update(syncs=dict(reversed(s["syncs"].items()))))
    assert {name: serialise(dag) for name, dag in parse(deployment).dags.items()} == before


def test_conventions(parse):
    from hub.airflow.factory import START
    from hub.airflow.retry import HubRetryPolicy

    for dag in parse().dags.values():
        assert (dag.catchup, dag.max_active_runs, dag.start_date) == (False, 1, START)
        assert dag.doc_md and dag.dagrun_timeout
        # What watches over withdrawals, retention and the audit log is never switched off by having failed.
        assert bool(dag.max_consecutive_failed_dag_runs) == dag.dag_id.startswith("hub_sync__")
        for task in dag.tasks:
            assert task.retry_exponential_backoff == 2.0 and isinstance(task.retry_policy, HubRetryPolicy)
            assert task.execution_timeout or task.response_timeout, "a wait for people has a limit of its own"
            assert task.pool == "default_pool"
            # What is settled is not settled again: the next run sees what is left.
            assert (task.retries == 0, task.trigger_rule == "all_done") == (task.task_id == "settle",) * 2


def test_the_last_try_begins_after_the_lease_of_a_killed_run_is_over(parse):
    from hub.airflow.retry import LOCKED
    from hub.pipeline.run import LEASE

    task = parse().dags["hub_sweep"].get_task("sweep")
    assert min(task.retry_delay * (2**task.retries - 1), LOCKED * task.retries) > LEASE


def test_connections_can_share_a_pool(parse, deployment):
    change(deployment, lambda s: s.update(pools={"helpdesk": {"connections": ["zendesk"]}}))
    dags = parse(deployment).dags
    pools = {name: {task.task_id for task in dag.tasks if task.pool == "helpdesk"} for name, dag in dags.items()}
    # An approval is waited for, and calls nobody.
    at_work = {"plan", "run", "settle"}
    assert {name: tasks for name, tasks in pools.items() if tasks} == {
        "hub_sync__zendesk-pull": at_work,
        "hub_sync__zendesk-push": at_work,
    }


def test_a_sync_without_a_schedule_runs_only_when_told_to(parse, deployment):
    change(deployment, lambda s: [s["syncs"][name].pop("schedule") for name in ("x-pull", "zendesk-push")])
    dags = parse(deployment).dags
    assert dags["hub_sync__x-pull"].schedule is None and dags["hub_sync__zendesk-push"].schedule is None


def test_as_many_shards_run_at_once_as_the_sync_allows(parse, deployment):
    change(deployment, lambda s: s["syncs"]["zendesk-pull"].update(parallel=3))
    dags = parse(deployment).dags
    limits = {name: dags[f"hub_sync__{name}"].get_task("run").max_active_tis_per_dagrun for name in SYNCS}
    assert limits == dict.fromkeys(SYNCS, 1) | {"zendesk-pull": 3}


def test_those_approve_who_are_privacy_officers_in_hub_yaml(parse, deployment):
    change(deployment, lambda s: s.update(roles={"staff-7": ["privacy_officer"], "operator": ["operations"]}))
    for dag_id in ("hub_sync__x-pull", "hub_sync__zendesk-push", "hub_sweep"):
        assert parse(deployment).dags[dag_id].get_task("approve").assigned_users == [
            {"id": "staff-7", "name": "staff-7"}
        ]


def test_a_task_builds_its_own_dag_only(monkeypatch):
    from hub.airflow.factory import build_dags

    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "hub_sync__x-pull")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_TASK_ID", "pull")
    namespace = {}
    build_dags(ROOT / "hub.yaml", namespace)
    assert set(namespace) == {"hub_sync__x-pull"}


def test_the_pools_of_hub_yaml_are_made_and_follow_it(deployment, airflow_db):
    """Others' pools, and what nobody has changed, are left alone."""
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session

    from hub.airflow.pools import make_pools

    def pools():
        with create_session() as session:
            return {pool.pool: (pool.slots, pool.description) for pool in Pool.get_pools(session=session)}

    before = pools()
    assert make_pools(deployment) == {}
    change(deployment, lambda s: s.update(pools={"helpdesk": {"connections": ["zendesk"], "slots": 2}}))
    assert make_pools(deployment) == {"helpdesk": "2 slots, new"}
    assert make_pools(deployment) == {"helpdesk": "2 slots"}
    change(deployment, lambda s: s["pools"]["helpdesk"].update(slots=3, connections=["zendesk", "x"]))
    assert make_pools(deployment) == {"helpdesk": "3 slots, 2 before"}
    assert pools() == before | {"helpdesk": (3, "Attune: zendesk, x")} and "helpdesk" not in before


BROKEN = {
    "unknown key": (lambda s: s.update(sync={}), "unknown key 'sync', did you mean 'syncs'?"),
    "unknown connection": (lambda s: s["syncs"]["x-pull"].update(connection="y"), "names unknown connection 'y'"),
    "pool of nobody": (
        lambda s: s.update(pools={"a": {"connections": ["y"]}}),
        "pool 'a' names unknown connection 'y'",
    ),
    "two pools": (
        lambda s: s.update(pools={"a": {"connections": ["x"]}, "b": {"connections": ["x"]}}),
        "connection 'x' is in two pools, 'a' and 'b'",
    ),
    "no cron": (lambda s: s["syncs"]["x-pull"].update(schedule="hourly"), "syncs.x-pull.schedule: 'hourly' is no cron"),
    "no cron for the sweep": (lambda s: s["sweep"].update(schedule="61 * * * *"), "sweep.schedule: '61 * * * *' is no"),
}


@pytest.mark.parametrize(("edit", "told"), BROKEN.values(), ids=BROKEN)
def test_a_broken_hub_yaml_is_one_import_error_with_its_reason(parse, deployment, edit, told):
    bag = parse(change(deployment, edit))
    assert [Path(file).name for file in bag.import_errors] == ["hub_config_check.py"]
    (text,) = bag.import_errors.values()
    assert str(deployment) in text and told in text
    assert bag.dags == {}


def test_a_broken_hub_yaml_stops_no_dag_of_anybody_else(parse, deployment, tmp_path):
    folder = tmp_path / "dags"
    folder.mkdir()
    for name in ("hub_dags.py", "hub_config_check.py"):
        (folder / name).write_text((ROOT / "dags" / name).read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "other.py").write_text(
        "from airflow.sdk import DAG\nwith DAG('somebody_elses'):\n    pass\n", encoding="utf-8"
    )
    deployment.write_text("syncs: [", encoding="utf-8")
    bag = parse(deployment, folder)
    assert set(bag.dags) == {"somebody_elses"} and len(bag.import_errors) == 1


def test_a_task_of_a_broken_deployment_says_why(monkeypatch, deployment):
    from hub.airflow.factory import build_dags
    from hub.errors import ConfigError

    deployment.write_text("syncs: [", encoding="utf-8")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "hub_sync__x-pull")
    with pytest.raises(ConfigError, match="not valid YAML"):
        build_dags(deployment, {})


@pytest.mark.parametrize("given", [None, "hub.yaml", "elsewhere/hub.yaml", "/etc/attune/hub.yaml"])
def test_where_hub_yaml_is_looked_for(given, tmp_path):
    from hub.airflow.deployment import config_of

    found = config_of(str(tmp_path / "dags" / "hub_dags.py"), {} if given is None else {"HUB_CONFIG": given})
    assert found == tmp_path / (given or "hub.yaml")


def test_parsing_loads_nothing_heavy():
    heavy = ("presidio_analyzer", "spacy", "hub.app", "hub.store.engine", "tweepy", "simple_salesforce", "zenpy")
    code = f"import sys, hub.airflow.factory; print([m for m in {heavy!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip().splitlines()[-1] == "[]"
