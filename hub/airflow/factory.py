"""The DAG factory: one DAG per sync of ``hub.yaml``, one for the retention sweep, one for the audit log.

The same file gives the same DAGs to the byte: Airflow keeps a version of a DAG for every difference it sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, CronTriggerTimetable, Param, get_parsing_context

from hub.airflow.deployment import read_deployment
from hub.airflow.retry import HubRetryPolicy
from hub.airflow.work import Result, pull_sync, push_sync, sweep, verify_audit
from hub.config import SyncSettings
from hub.errors import ConfigError

START = datetime(2026, 1, 1, tzinfo=UTC)
"""Since when the DAGs could have run; a constant, and nothing is caught up on."""

AUDIT_SCHEDULE = "47 3 * * *"
"""When the audit log is recomputed: once a night, because it reads all of it."""

RETRIES = 4
"""With the delays below, and with those of the retry policy, the last try begins after a killed run's lease is over."""

_DEFAULTS: Mapping[str, Any] = {
    "owner": "attune",
    "retries": RETRIES,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=30),
    "retry_policy": HubRetryPolicy(),
    "execution_timeout": timedelta(hours=2),
}


def build_dags(config: Path, namespace: dict[str, Any], *, pools: Mapping[str, str] | None = None) -> None:
    """This puts the deployment's DAGs into a DAG file's ``globals()``.

    A ``hub.yaml`` that cannot be read makes no DAGs and no error here: ``dags/hub_config_check.py`` is the one that tells.

    Args:
        config: absolute path of ``hub.yaml``.
        namespace: where Airflow looks for DAGs.
        pools: the Airflow pool for each connection that shares a vendor's limit; the default pool for all others.
    """
    only = get_parsing_context().dag_id
    try:
        makers = _makers(config, pools or {})
    except ConfigError:
        if only is not None:
            raise  # a task that cannot find its DAG says why in its own log
        return
    for dag_id, make in makers.items():
        # A task's process needs its own DAG only.
        if only in (None, dag_id):
            namespace[dag_id] = make(dag_id)


def _makers(config: Path, pools: Mapping[str, str]) -> dict[str, Callable[[str], DAG]]:
    settings = read_deployment(config).settings
    makers: dict[str, Callable[[str], DAG]] = {
        f"hub_sync__{name}": _sync_maker(config, name, sync, pools.get(sync.connection))
        for name, sync in sorted(settings.syncs.items())
    }
    makers["hub_sweep"] = lambda dag_id: _sweep_dag(dag_id, config, settings.sweep.schedule)
    makers["hub_audit"] = lambda dag_id: _audit_dag(dag_id, config)
    return makers


def _sync_maker(config: Path, name: str, sync: SyncSettings, pool: str | None) -> Callable[[str], DAG]:
    make = _pull_dag if sync.kind == "pull" else _push_dag
    return lambda dag_id: make(dag_id, config, name, sync, pool)


def _pull_dag(dag_id: str, config: Path, name: str, sync: SyncSettings, pool: str | None) -> DAG:
    doc = (
        f"Reads {', '.join(f'`{stream}`' for stream in sync.streams)} of connection `{sync.connection}`, from where the "
        f"last run stopped. The same as `hub pull {name}`.\n\n{_ADVICE}"
    )
    full = Param(
        False, type="boolean", title="Full", description="Read from the beginning again; what is unchanged stays."
    )
    with _dag(dag_id, f"Pull: {name}", sync.schedule, doc, ["pull", sync.connection], {"full": full}) as dag:
        _task("pull", pull_sync, pool, config=str(config), sync=name)
    return dag


def _push_dag(dag_id: str, config: Path, name: str, sync: SyncSettings, pool: str | None) -> DAG:
    doc = (
        f"Writes {', '.join(f'`{one}`' for one in sync.objects)} to connection `{sync.connection}` for the purpose "
        f"`{sync.purpose}`: what is due and permitted. The same as `hub push {name}`.\n\n{_ADVICE}"
    )
    with _dag(dag_id, f"Push: {name}", sync.schedule, doc, ["push", sync.connection]) as dag:
        _task("push", push_sync, pool, config=str(config), sync=name)
    return dag


def _sweep_dag(dag_id: str, config: Path, schedule: str | None) -> DAG:
    doc = "Deletes what has outlived its retention rule; the next pushes clear it downstream. The same as `hub sweep`."
    with _dag(dag_id, "Retention sweep", schedule, doc, ["sweep"]) as dag:
        _task("sweep", sweep, None, config=str(config))
    return dag


def _audit_dag(dag_id: str, config: Path) -> DAG:
    doc = "Recomputes the audit log's tree and compares it with the signed checkpoint. The same as `hub audit verify`."
    with _dag(dag_id, "Audit log check", AUDIT_SCHEDULE, doc, ["audit"]) as dag:
        _task("verify", verify_audit, None, config=str(config))
    return dag


_ADVICE = (
    "Made from `hub.yaml`: change the sync there, not the DAG. A failed task may always be cleared or retried, and a run "
    "may be doubled or killed: the hub's own ledger knows what was done. `hub outcomes` and `hub status` tell more."
)


def _dag(
    dag_id: str, title: str, schedule: str | None, doc: str, tags: list[str], params: dict[str, Param] | None = None
) -> DAG:
    return DAG(
        dag_id=dag_id,
        dag_display_name=title,
        schedule=CronTriggerTimetable(schedule, timezone="UTC") if schedule else None,
        start_date=START,
        catchup=False,
        max_active_runs=1,
        # Five failed runs in a row pause the DAG: somebody should look.
        max_consecutive_failed_dag_runs=5,
        dagrun_timeout=timedelta(hours=12),
        default_args=dict(_DEFAULTS),
        tags=sorted({"attune", *tags}),
        params=dict(params or {}),
        doc_md=doc,
    )


def _task(task_id: str, work: Callable[..., Result], pool: str | None, **arguments: str) -> PythonOperator:
    chosen: dict[str, Any] = {"pool": pool} if pool else {}
    # The result is in the XCom; Airflow would print it into the log as well.
    return PythonOperator(
        task_id=task_id, python_callable=work, op_kwargs=arguments, show_return_value_in_logs=False, **chosen
    )
