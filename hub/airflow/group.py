"""A sync as a group of tasks, for DAGs of one's own; the hub's own DAGs are made of the same tasks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from airflow.sdk import TaskGroup

from hub.airflow.asset import pulled, synced
from hub.airflow.deployment import officers_of, read_deployment
from hub.airflow.officer import OfficerApproval
from hub.airflow.task import RETRYING, HubTask, SettleTask, patient
from hub.airflow.work import plan_sync, run_shard, settle_sync
from hub.config import SyncSettings
from hub.errors import ConfigError

LABEL = "{{ task.op_kwargs['shard']['label'] }}"


class HubSyncTaskGroup(TaskGroup):
    """A pull or push of ``hub.yaml`` as tasks of somebody else's DAG: approve, plan, run (mapped), settle.

    Args:
        sync: a sync of ``hub.yaml``.
        config: absolute path of ``hub.yaml``.
        group_id: its name in the DAG; that of the sync unless given.
        pool: the Airflow pool of the vendor's account; the one under ``pools`` in ``hub.yaml`` unless given.
        kwargs: as for any task group.
    """

    def __init__(
        self, sync: str, *, config: Path, group_id: str | None = None, pool: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(group_id=group_id or sync, **kwargs)
        settings = read_deployment(config).settings
        if sync not in settings.syncs:
            raise ConfigError(
                f"{config}: unknown sync {sync!r} (known: {', '.join(sorted(settings.syncs)) or 'none'})."
            )
        with self:
            chosen = settings.syncs[sync]
            add_tasks(config, sync, chosen, officers_of(settings), pool or settings.pool_of(chosen.connection))


def add_tasks(config: Path, name: str, sync: SyncSettings, officers: Sequence[str], pool: str | None) -> None:
    """This adds a sync's tasks to the DAG, or the group, that is being made."""
    told: dict[str, Any] = {"config": str(config), "sync": name}
    where: dict[str, Any] = {"pool": pool} if pool else {}
    approve = OfficerApproval(task_id="approve", config=str(config), of=name, officers=officers, **patient())
    plan = HubTask(task_id="plan", python_callable=plan_sync, op_kwargs={**told, "approved": approve.output}, **where)
    run = HubTask.partial(
        task_id="run",
        python_callable=run_shard,
        op_args=[str(config)],
        map_index_template=LABEL,
        # Tasks beside each other share one account: as many as its owner has said.
        max_active_tis_per_dagrun=sync.parallel,
        show_return_value_in_logs=False,
        **RETRYING,
        **where,
    ).expand(op_kwargs=plan.output)
    settle = SettleTask(
        task_id="settle",
        python_callable=settle_sync,
        op_kwargs={**told, "shards": plan.output, "results": run.output},
        outlets=[synced(name), pulled()] if sync.kind == "pull" else [synced(name)],
        trigger_rule="all_done",
        retries=0,
        **where,
    )
    run >> settle
