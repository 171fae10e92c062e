"""What the hub's DAGs are called: every sync has one of its own."""

from __future__ import annotations

from collections.abc import Iterable

_SYNC = "hub_sync__"

SWEEP, CONSENT, WATCH, AUDIT = "hub_sweep", "hub_consent", "hub_watch", "hub_audit"


def dag_of(sync: str) -> str:
    """This is the DAG of a sync."""
    return f"{_SYNC}{sync}"


def dags_of(syncs: Iterable[str]) -> list[str]:
    """These are all DAGs of a deployment with these syncs, in their order."""
    return [*map(dag_of, syncs), SWEEP, CONSENT, WATCH, AUDIT]


def sync_of(dag_id: str) -> str | None:
    """This is what the ledger calls the runs that a DAG starts; None where it starts runs of no sync, or is not the hub's."""
    if dag_id == SWEEP:
        return "sweep"
    return dag_id.removeprefix(_SYNC) if dag_id.startswith(_SYNC) else None
