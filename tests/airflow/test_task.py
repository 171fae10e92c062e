"""The tasks: how they stop, come back, and wait for what a vendor has only accepted; and the group for other DAGs."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from hub.errors import NotYetError, TransientError


@pytest.fixture
def settle(monkeypatch):
    """A settle task, with what it found when it settled, and what the vendor answers when asked again."""
    from hub.airflow import task as module

    def settle(waiting, *answers):
        said = iter(answers)

        def ask(config, sync):
            answer = next(said)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(module, "ask_after_jobs", ask)
        return module.SettleTask(
            task_id="settle", python_callable=lambda config, sync: {"run": "r", "counts": {}, "waiting": waiting},
            op_kwargs={"config": "hub.yaml", "sync": "zendesk-push"},
        )  # fmt: skip

    return settle


class Others:
    """A task instance beside others of its run, so many of which have failed for good."""

    dag_id, run_id, task_id = "hub_sync__salesforce-pull", "manual", "run"

    def __init__(self, failed):
        self.failed, self.asked = failed, []

    def get_ti_count(self, **asked):
        self.asked.append(asked)
        return self.failed


def test_a_shard_whose_turn_has_not_come_comes_back_and_spends_no_try():
    from airflow.sdk.exceptions import AirflowRescheduleException

    from hub.airflow.task import HubTask

    def too_early():
        raise NotYetError("an earlier stream is being read.")

    with pytest.raises(AirflowRescheduleException) as caught:
        HubTask(task_id="run", python_callable=too_early).execute({"ti": Others(0)})
    wait = caught.value.reschedule_date - datetime.now(UTC)
    assert timedelta(0) < wait < timedelta(minutes=1)


@pytest.mark.parametrize(("failed", "kind"), [(0, "AirflowRescheduleException"), (1, "AirflowFailException")])
def test_a_shard_does_not_wait_for_one_that_has_failed_for_good(failed, kind):
    """It waited until the run was over, 36 hours later, and no other run of the sync could begin before."""
    from airflow.sdk import exceptions

    from hub.airflow.task import HubTask

    def too_early():
        raise NotYetError("an earlier stream is being read.", fix="Read it first.")

    others = Others(failed)
    with pytest.raises(getattr(exceptions, kind)):
        HubTask(task_id="run", python_callable=too_early).execute({"ti": others})
    assert others.asked == [
        {"dag_id": others.dag_id, "run_ids": ["manual"], "task_ids": ["run"], "states": ["failed", "upstream_failed"]}
    ]


WAITING = """
from airflow.sdk import DAG
from hub.airflow.task import HubTask
from hub.errors import ConfigError, NotYetError

def work(number):
    raise NotYetError("an earlier stream has not been read.") if number else ConfigError("the credentials are wrong.")

with DAG("waits", schedule=None):
    HubTask.partial(task_id="run", python_callable=work).expand(op_kwargs=[{"number": 0}, {"number": 1}])
"""


@pytest.mark.slow
def test_airflow_itself_says_that_another_has_failed(airflow_db, parse, tmp_path):
    (tmp_path / "waits.py").write_text(WAITING, encoding="utf-8")
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import sync_bag_to_db

    bag = parse(folder=tmp_path)
    DagBundlesManager().sync_bundles_to_db()
    sync_bag_to_db(bag, "dags-folder", None)
    run = bag.dags["waits"].test()
    assert [str(one.state) for one in run.get_task_instances()] == ["failed", "failed"]


def test_a_task_that_is_told_to_end_is_interrupted_where_nobody_catches_it():
    from hub.airflow.task import HubTask, Killed

    with pytest.raises(Killed):
        HubTask(task_id="run", python_callable=print).on_kill()
    assert not issubclass(Killed, Exception), "a plugin that catches everything must not go on"


def test_what_waits_for_nobody_ends_at_once(settle):
    assert settle(0).execute({"ti": None})["waiting"] == 0


def test_bulk_jobs_are_waited_for_without_a_worker_until_they_end(settle):
    from airflow.sdk.exceptions import TaskDeferred

    task = settle(7, 7, TransientError("the vendor is away."), 0)
    with pytest.raises(TaskDeferred) as waits:
        task.execute({"ti": None})
    for _ in range(2):  # still under way; and the vendor did not say
        known, again = waits.value.kwargs, getattr(task, waits.value.method_name)
        assert waits.value.trigger.moment > datetime.now(UTC) + timedelta(seconds=30), "never an answer within moments"
        with pytest.raises(TaskDeferred) as waits:
            again({}, None, **known)
    assert task.resume({}, None, **waits.value.kwargs)["waiting"] == 0


def test_jobs_that_never_end_are_left_to_the_next_run(settle):
    from hub.airflow.task import JOB_WAITS

    result = settle(3, 3).resume({}, None, {"run": "r", "counts": {}, "waiting": 3}, len(JOB_WAITS))
    assert result == {"run": "r", "counts": {}, "waiting": 3}


@pytest.mark.parametrize(
    ("counts", "reasons", "said"),
    [
        ({"read": 1200, "stored": 1190, "withheld": 9, "unchanged": 0}, {"withheld: li.none": 9},
         "zendesk-pull: read 1,200, stored 1,190, withheld 9; withheld: li.none 9; more: 'hub outcomes list --run run_1'"),
        ({}, {}, "zendesk-pull: nothing (run run_1)"),
    ],
)  # fmt: skip
def test_a_log_says_in_words_what_a_run_has_done_and_where_to_look_further(counts, reasons, said):
    from hub.airflow.work import in_words
    from hub.pipeline.pull import PullReport

    told = in_words(PullReport("run_1", "zendesk-pull", Counter(counts), Counter(reasons)))
    assert told == said


OWN = """
from datetime import datetime
from pathlib import Path
from airflow.sdk import DAG
from hub.airflow.group import HubSyncTaskGroup
with DAG("nightly", schedule=None, start_date=datetime(2026, 1, 1)):
    pull = HubSyncTaskGroup("zendesk-pull", config=Path({config!r}), pool="helpdesk")
    pull >> HubSyncTaskGroup("salesforce-push", config=Path({config!r}), group_id="send")
"""


def test_syncs_are_groups_in_a_dag_of_ones_own(parse, deployment, tmp_path):
    from hub.airflow.retry import HubRetryPolicy

    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "nightly.py").write_text(OWN.format(config=str(deployment)), encoding="utf-8")
    bag = parse(deployment, folder)
    assert bag.import_errors == {}
    dag = bag.dags["nightly"]
    steps = ("approve", "plan", "run", "settle")
    assert set(dag.task_ids) == {f"{group}.{step}" for group in ("zendesk-pull", "send") for step in steps}
    assert dag.get_task("zendesk-pull.settle").downstream_task_ids == {"send.approve"}
    assert dag.get_task("zendesk-pull.run").pool == "helpdesk"
    assert isinstance(dag.get_task("send.run").retry_policy, HubRetryPolicy), "whatever that DAG's own defaults are"


def test_a_group_of_a_sync_that_there_is_not_says_so(parse, deployment, tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    text = OWN.format(config=str(deployment)).replace("zendesk-pull", "zendesk-pul")
    (folder / "nightly.py").write_text(text, encoding="utf-8")
    (told,) = parse(deployment, folder).import_errors.values()
    assert "unknown sync 'zendesk-pul'" in told
