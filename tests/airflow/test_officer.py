"""The approval of the privacy officer: who is asked for what, and what becomes of the answer."""

import json
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from hub.app import open_hub
from hub.cli.sandbox import open_sandbox, write_deployment
from hub.errors import ConfigError, PolicyError
from hub.store import tables
from hub.store.bundle import unbundle
from hub.store.migration import migrate

CONFIG = {"full": False, "from": None, "to": None}


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """A deployment of simulators that nobody calls."""
    folder = tmp_path_factory.mktemp("deployed")
    with open_sandbox(2) as sandbox:
        config = write_deployment(folder, sandbox)
    migrate(f"sqlite:///{folder / 'var' / 'hub.db'}")
    return config


class Told:
    """As much of a task instance as an approval needs."""

    id = "00000000-0000-0000-0000-000000000000"

    def __init__(self):
        self.xcoms = {}

    def xcom_push(self, key, value):
        self.xcoms[key] = value

    def xcom_pull(self, task_ids, key):
        return json.loads(json.dumps(self.xcoms[key]))


@pytest.fixture
def asked(config, monkeypatch):
    """An approval task, what it was given, and what Airflow is asked to show to whom."""
    import airflow.providers.standard.operators.hitl as hitl

    from hub.airflow.officer import OfficerApproval

    shown = {}
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **told: shown.update(told))

    def asked(of, officers=("staff-7",), **params):
        task = OfficerApproval(task_id="approve", config=str(config), of=of, officers=officers)
        told = Told()
        context = {"params": CONFIG | params, "ti": told, "task_instance": told, "task": task}
        return task, context, shown

    return asked


def answer(option):
    by = {"id": "staff-7", "name": "Grace Hopper"}
    return {"chosen_options": [option], "params_input": {}, "responded_at": datetime.now(UTC), "responded_by_user": by}


@pytest.mark.parametrize("of", ["x-pull", "zendesk-push", "sweep"])
def test_what_is_usual_is_not_asked_about(asked, of):
    task, context, shown = asked(of)
    assert task.execute(context) == {"rows": 0} and shown == {}


def test_a_full_read_waits_for_the_officer(asked):
    from airflow.sdk.exceptions import TaskAwaitingInput

    task, context, shown = asked("x-pull", full=True)
    with pytest.raises(TaskAwaitingInput):
        task.execute(context)
    assert shown["assigned_users"] == [{"id": "staff-7", "name": "staff-7"}] and "from the beginning" in shown["body"]


def test_nobody_is_asked_to_approve_what_could_not_be_done(asked):
    task, context, shown = asked("x-pull", full=True, **{"from": "2026-01-01"})
    with pytest.raises(ConfigError, match="exclude each other"):
        task.execute(context)
    assert shown == {}


def test_a_range_that_is_none_is_told_before_anything_is_planned(config):
    from hub.airflow.work import plan_sync

    for start, end in (("2026-01-02", "2026-01-01"), ("yesterday", "2026-01-01"), ("2026-01-01", None)):
        with pytest.raises(ConfigError, match="range"):
            plan_sync(str(config), "zendesk-pull", {"full": False, "from": start, "to": end})


@pytest.mark.slow
def test_a_run_that_did_nothing_is_no_success(parse, config, airflow_db):
    """Airflow takes the state of the last task for that of the run."""
    run = parse(config).dags["hub_sync__x-pull"].test(run_conf={"from": "2026-01-01"})
    states = {task.task_id: str(task.state) for task in run.get_task_instances()}
    assert (states["approve"], states["plan"], states["settle"], str(run.state)) == (
        "failed", "upstream_failed", "failed", "failed",
    )  # fmt: skip


def test_where_nobody_may_approve_nothing_is_done(asked):
    task, context, _ = asked("x-pull", officers=(), full=True)
    with pytest.raises(PolicyError, match="Nobody may approve"):
        task.execute(context)


@pytest.mark.parametrize(("option", "outcome"), [("Approve", "approved"), ("Reject", "refused")])
def test_the_answer_is_on_the_audit_record_with_who_gave_it(asked, config, monkeypatch, option, outcome):
    from airflow.sdk.exceptions import TaskAwaitingInput

    task, context, _ = asked("x-pull", full=True)
    monkeypatch.setattr(task, "skip", lambda **_: None)
    with pytest.raises(TaskAwaitingInput):
        task.execute(context)
    result = task.execute_complete(context, answer(option))
    assert result == {"rows": 0}, "no name goes into the XCom"
    entry = audited(config)[-1]
    assert (entry["type"], entry["outcome"], entry["dest"], entry["actor"]) == (
        "approval", outcome, "x-pull", "staff-7",
    )  # fmt: skip


def test_an_answer_of_somebody_else_is_no_approval(asked, config):
    from airflow.sdk.exceptions import TaskAwaitingInput

    task, context, _ = asked("x-pull", officers=("staff-8",), full=True)
    with pytest.raises(TaskAwaitingInput):
        task.execute(context)
    with pytest.raises(PolicyError, match="without the role privacy_officer"):
        task.execute_complete(context, answer("Approve"))
    assert (audited(config)[-1]["outcome"], audited(config)[-1]["actor"]) == ("refused", "staff-7")


def test_a_user_of_airflow_may_stand_in_hub_yaml_as_for_the_console(config):
    """FAB and Keycloak know people by numbers: one entry under ``roles`` says what they are everywhere."""
    from hub.airflow.deployment import actor_of, officers_of
    from hub.config import load_settings

    roles = {"airflow:7": ("privacy_officer",), "staff-7": ("privacy_officer", "auditor"), "airflow:8": ("analyst",)}
    settings = load_settings(config).settings.model_copy(update={"roles": roles})
    assert officers_of(settings) == ["7", "staff-7"]
    assert [actor_of(settings, user) for user in ("7", "staff-7")] == ["airflow:7", "staff-7"]


def test_nothing_that_follows_a_refusal_is_run(asked):
    task, _, _ = asked("sweep")
    assert task.ignore_downstream_trigger_rules, "settle comes after all else, whatever became of it"


def audited(config):
    engine = sa.create_engine(f"sqlite:///{config.parent / 'var' / 'hub.db'}")
    with open_hub(config) as hub:
        hub.audit.sequence()
    with engine.connect() as conn:
        bundles = conn.execute(sa.select(tables.audit_bundles.c.leaves).order_by(tables.audit_bundles.c.idx)).scalars()
        leaves = [json.loads(leaf) for one in bundles for leaf in unbundle(one)]
    engine.dispose()
    return leaves
