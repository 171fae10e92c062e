"""The tasks of the hub's DAGs: operators that stop cleanly when killed, come back soon, and wait without a worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.providers.standard.operators.python import PythonOperator
from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException

from hub.airflow.lineage import Traced
from hub.airflow.retry import HubRetryPolicy
from hub.airflow.work import Result, ask_after_jobs
from hub.errors import HubError, NotYetError

RETRIES = 4
"""With the delays below, and with those of the retry policy, the last try begins after a killed run's lease is over."""

RETRYING: dict[str, Any] = {
    "retries": RETRIES,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=30),
    "retry_policy": HubRetryPolicy(),
    "execution_timeout": timedelta(hours=2),
}
"""How every task of the hub is tried again; given to each of them, because a DAG of somebody else's has other defaults."""


def patient() -> dict[str, Any]:
    """This is how a task that waits for people is tried again: its wait has a limit of its own."""
    return {name: value for name, value in RETRYING.items() if name != "execution_timeout"}


SOON = timedelta(seconds=20)
"""When a shard looks again whether it is its turn."""

JOB_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15, 30))
"""How long the vendors' bulk jobs are waited for; what is not done by then is for the next run."""


class Killed(BaseException):
    """Somebody ends this task: the run in the ledger is closed and its lease given back on the way out."""


class HubTask(Traced, PythonOperator):
    """A task that calls one function of ``hub.airflow.work``, with the path of ``hub.yaml`` as its first argument."""

    def __init__(self, **kwargs: Any) -> None:
        # The result is in the XCom; Airflow would print it into the log as well.
        super().__init__(**{**RETRYING, "show_return_value_in_logs": False, **kwargs})

    def execute(self, context: Any) -> Any:
        """This does the work; where others are not through with what comes first, it comes back without costing a try.

        Where one of those has failed for good, it fails as well: the run would end with nothing but waiting.
        """
        try:
            return self.note(super().execute(context))
        except NotYetError as error:
            if _others_failed(context["ti"]):
                raise AirflowFailException(
                    f"{error.message} A task beside this one has failed: see its log, mend it, and clear both."
                ) from None
            self.log.info("%s", error)
            raise AirflowRescheduleException(  # type: ignore[no-untyped-call]  # Airflow has not typed it
                datetime.now(UTC) + SOON
            ) from None

    def where(self) -> Path:
        """This is the ``hub.yaml`` that it works with."""
        return Path([*self.op_args, self.op_kwargs.get("config")][0])

    def on_kill(self) -> None:
        """This lets the work be interrupted where it stands, as by Ctrl-C: nothing is lost, and nobody waits for its lease."""
        raise Killed


def _others_failed(mine: Any) -> bool:
    """Whether a task that was mapped from the same one has failed in this run, and is not tried again."""
    states = ["failed", "upstream_failed"]
    asked = {"dag_id": mine.dag_id, "run_ids": [mine.run_id], "task_ids": [mine.task_id], "states": states}
    return bool(mine.get_ti_count(**asked))


class SettleTask(HubTask):
    """The last task of a sync. Where the vendor works on bulk jobs it waits for them, without a worker, and asks again.

    They have been asked after before it waits for the first time: an answer that is there already is never waited for.
    """

    def note(self, result: Any) -> Any:
        """This keeps the run only where settling had one of its own, behind the parts of a full read."""
        is_cut = any(one["shard"]["part"] for one in self.op_kwargs.get("shards") or ())
        return super().note(result) if is_cut else result

    def execute(self, context: Any) -> Any:
        """This settles."""
        return self._wait(super().execute(context), 0)

    def resume(self, context: Any, event: Any, result: Result, waits: int) -> Result:
        """This asks again."""
        try:
            result = {**result, "waiting": ask_after_jobs(self.op_kwargs["config"], self.op_kwargs["sync"])}
        except HubError as error:
            self.log.warning("%s", error)
        return self._wait(result, waits)

    def _wait(self, result: Result, waits: int) -> Result:
        if not result["waiting"] or waits == len(JOB_WAITS):
            return result
        self.log.info("%d rows wait for bulk jobs of the vendor", result["waiting"])
        self.defer(
            trigger=TimeDeltaTrigger(JOB_WAITS[waits]),
            method_name="resume",
            kwargs={"result": result, "waits": waits + 1},
        )
        raise AssertionError("deferred")
