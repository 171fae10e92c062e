"""The DAG factory: one DAG per sync of ``hub.yaml``, and one each for retention, withdrawals, alerts and the audit log.

The same file gives the same DAGs to the byte: Airflow keeps a version of a DAG for every difference it sees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, AssetAlias, AssetAny, AssetOrTimeSchedule, CronTriggerTimetable, Param, get_parsing_context

from hub.airflow.asset import owed, pulled
from hub.airflow.connections import register
from hub.airflow.dag_ids import AUDIT, CONSENT, SWEEP, WATCH, dag_of
from hub.airflow.deployment import officers_of, read_deployment
from hub.airflow.group import add_tasks
from hub.airflow.notifier import HubNotifier
from hub.airflow.officer import OfficerApproval
from hub.airflow.task import HubTask, patient
from hub.airflow.watching import anchor, tell_alerts
from hub.airflow.work import check_overdue, nudge_owing, sweep, verify_audit
from hub.config import Settings, SyncSettings
from hub.errors import ConfigError

START = datetime(2026, 1, 1, tzinfo=UTC)
"""Since when the DAGs could have run; a constant, and nothing is caught up on."""

AUDIT_SCHEDULE = "47 3 * * *"
"""When the audit log is recomputed: once a night, because it reads all of it."""

CONSENT_SCHEDULE = "*/10 * * * *"
"""When it is looked which systems owe a withdrawal: often enough that a push can still fail once within the hour."""

WATCH_SCHEDULE = "7-59/15 * * * *"
"""When it is looked for what people should know: beside the quarters of an hour, when syncs begin."""

FAILURES = 5
"""So many failed runs of a sync in a row pause its DAG: somebody should look. The DAGs that watch over promises never pause."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What the DAGs are made of.

    Args:
        config: absolute path of ``hub.yaml``.
        settings: what it says.
    """

    config: Path
    settings: Settings

    @property
    def officers(self) -> Sequence[str]:
        """Who may approve for privacy."""
        return officers_of(self.settings)


def build_dags(config: Path, namespace: dict[str, Any]) -> None:
    """This puts the deployment's DAGs into a DAG file's ``globals()``.

    A ``hub.yaml`` that cannot be read makes no DAGs and no error here: ``dags/hub_config_check.py`` is the one that tells.

    Args:
        config: absolute path of ``hub.yaml``.
        namespace: where Airflow looks for DAGs.
    """
    register()
    only = get_parsing_context().dag_id
    try:
        deployed = Deployed(config, read_deployment(config).settings)
    except ConfigError:
        if only is not None:
            raise  # a task that cannot find its DAG says why in its own log
        return
    for dag_id, make in _makers(deployed).items():
        # A task's process needs its own DAG only.
        if only in (None, dag_id):
            namespace[dag_id] = make(dag_id)


def _makers(deployed: Deployed) -> dict[str, Callable[[str], DAG]]:
    makers: dict[str, Callable[[str], DAG]] = {
        dag_of(name): _sync_maker(deployed, name, sync) for name, sync in sorted(deployed.settings.syncs.items())
    }
    makers[SWEEP] = lambda dag_id: _sweep_dag(dag_id, deployed)
    makers[CONSENT] = lambda dag_id: _consent_dag(dag_id, deployed)
    makers[WATCH] = lambda dag_id: _watch_dag(dag_id, deployed)
    makers[AUDIT] = lambda dag_id: _audit_dag(dag_id, deployed)
    return makers


def _sync_maker(deployed: Deployed, name: str, sync: SyncSettings) -> Callable[[str], DAG]:
    make = _pull_dag if sync.kind == "pull" else _push_dag
    return lambda dag_id: make(dag_id, deployed, name, sync)


def _pull_dag(dag_id: str, deployed: Deployed, name: str, sync: SyncSettings) -> DAG:
    doc = (
        f"Reads {', '.join(f'`{stream}`' for stream in sync.streams)} of connection `{sync.connection}`, from where the "
        f"last run stopped. The same as `hub pull {name}`.\n\n{_ADVICE}"
    )
    tags = ["pull", sync.connection]
    with _dag(dag_id, f"Pull: {name}", _cron(sync.schedule), doc, tags, _reading(), failures=FAILURES) as dag:
        add_tasks(deployed.config, name, sync, deployed.officers, deployed.settings.pool_of(sync.connection))
    return dag


def _push_dag(dag_id: str, deployed: Deployed, name: str, sync: SyncSettings) -> DAG:
    doc = (
        f"Writes {', '.join(f'`{one}`' for one in sync.objects)} to connection `{sync.connection}` for the purpose "
        f"`{sync.purpose}`: what is due and permitted, after each pull and by the clock. The same as `hub push {name}`."
        f"\n\n{_ADVICE}"
    )
    clock = _cron(sync.schedule)
    schedule = _nudged(sync, clock) if clock else None
    with _dag(dag_id, f"Push: {name}", schedule, doc, ["push", sync.connection], failures=FAILURES) as dag:
        add_tasks(deployed.config, name, sync, deployed.officers, deployed.settings.pool_of(sync.connection))
    return dag


def _nudged(sync: SyncSettings, clock: CronTriggerTimetable) -> AssetOrTimeSchedule:
    """A nudge may be lost, the clock comes again; either way a push sends all that is due."""
    return AssetOrTimeSchedule(timetable=clock, assets=AssetAny(pulled(), owed(sync.connection)))


def _sweep_dag(dag_id: str, deployed: Deployed) -> DAG:
    doc = "Deletes what has outlived its retention rule; the next pushes clear it downstream. The same as `hub sweep`."
    config = str(deployed.config)
    with _dag(dag_id, "Retention sweep", _cron(deployed.settings.sweep.schedule), doc, ["sweep"]) as dag:
        approve = OfficerApproval(task_id="approve", config=config, of="sweep", officers=deployed.officers, **patient())
        HubTask(task_id="sweep", python_callable=sweep, op_kwargs={"config": config, "approved": approve.output})
    return dag


def _consent_dag(dag_id: str, deployed: Deployed) -> DAG:
    doc = (
        "Looks which systems owe a withdrawal and nudges their pushes; red where one should have been through by now. "
        "`hub outcomes obligations` tells more."
    )
    told = {"config": str(deployed.config)}
    with _dag(dag_id, "Withdrawals", _cron(CONSENT_SCHEDULE), doc, ["consent"]) as dag:
        HubTask(task_id="nudge", python_callable=nudge_owing, op_kwargs=told, outlets=[AssetAlias(owed("").name)])
        HubTask(task_id="overdue", python_callable=check_overdue, op_kwargs=told)
    return dag


def _watch_dag(dag_id: str, deployed: Deployed) -> DAG:
    doc = (
        "Looks for what somebody should know of and tells the channels under `alerts` in `hub.yaml`: `hub alerts --notify`. "
        "Asks the audit log's witnesses whose last word is too old. Red where one of them was not reached."
    )
    told = {"config": str(deployed.config)}
    with _dag(dag_id, "Alerts", _cron(WATCH_SCHEDULE), doc, ["alerts"]) as dag:
        HubTask(task_id="alerts", python_callable=tell_alerts, op_kwargs=told)
        HubTask(task_id="anchor", python_callable=anchor, op_kwargs=told)
    return dag


def _audit_dag(dag_id: str, deployed: Deployed) -> DAG:
    doc = "Recomputes the audit log's tree and compares it with the signed checkpoint. The same as `hub audit verify`."
    config = str(deployed.config)
    with _dag(dag_id, "Audit log check", _cron(AUDIT_SCHEDULE), doc, ["audit"]) as dag:
        HubTask(
            task_id="verify",
            python_callable=verify_audit,
            op_kwargs={"config": config},
            on_failure_callback=HubNotifier(config),  # the ledger cannot tell of its own record being altered
        )
    return dag


_ADVICE = (
    "Made from `hub.yaml`: change the sync there, not the DAG. A failed task may always be cleared or retried, and a run "
    "may be doubled or killed: the hub's own ledger knows what was done. `hub outcomes dead` and `hub status` tell more."
)


def _reading() -> dict[str, Param]:
    """What the form of a pull asks; a range leaves the place where the next pull goes on as it is."""
    moment: dict[str, Any] = {"type": ["null", "string"], "format": "date-time"}
    return {
        "full": Param(
            False,
            type="boolean",
            title="Full",
            description="Read from the beginning again; what is unchanged stays. The privacy officer must approve it.",
        ),
        "from": Param(None, **moment, title="From", description="Read a range of time once more: from here, UTC."),
        "to": Param(None, **moment, title="To", description="With From: up to here, without it."),
    }


def _cron(schedule: str | None) -> CronTriggerTimetable | None:
    return CronTriggerTimetable(schedule, timezone="UTC") if schedule else None


def _dag(
    dag_id: str,
    title: str,
    schedule: Any,
    doc: str,
    tags: list[str],
    params: dict[str, Param] | None = None,
    *,
    failures: int = 0,
) -> DAG:
    return DAG(
        dag_id=dag_id,
        dag_display_name=title,
        schedule=schedule,
        start_date=START,
        catchup=False,
        max_active_runs=1,
        max_consecutive_failed_dag_runs=failures,
        # An approval may take a day, and the vendors' bulk jobs an hour.
        dagrun_timeout=timedelta(hours=36),
        default_args={"owner": "attune"},
        tags=sorted({"attune", *tags}),
        params=dict(params or {}),
        doc_md=doc,
    )
