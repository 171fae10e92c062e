"""Lineage: which datasets a run read and wrote, and how many rows, as OpenLineage tells it. Names and counts only."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hub.errors import ConfigError
from hub.plugins import shielded
from hub.store.leases import PART
from hub.store.ledger import RunStatus
from hub.store.pulse import Moved
from hub.store.store import Store

PRODUCER = "https://attune.example/hub"

_ENDS = {RunStatus.SUCCEEDED: "COMPLETE", RunStatus.PARTIAL: "COMPLETE", RunStatus.FAILED: "FAIL"}


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset: where it is, its name there, and the rows that a run read from it or wrote to it."""

    namespace: str
    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class Lineage:
    """What one run moved.

    Args:
        run_id: the run, as the ledger calls it.
        namespace: where the job is: the deployment.
        job: the sync.
        started_at: when it began, UTC.
        ended_at: when it ended, UTC; None: it has not.
        status: how.
        inputs: what was read.
        outputs: what was written.
    """

    run_id: str
    namespace: str
    job: str
    started_at: datetime
    ended_at: datetime | None
    status: RunStatus
    inputs: tuple[Dataset, ...] = ()
    outputs: tuple[Dataset, ...] = ()

    @property
    def uuid(self) -> str:
        """This is the run's id as OpenLineage wants it; the same run has always the same one."""
        return str(UUID(self.run_id.removeprefix("run_")))


def lineage_of(store: Store, tenant: str, connectors: Mapping[str, str], run_id: str) -> Lineage | None:
    """This is what a run of the ledger moved; None where there is no such run, or it was a dry one.

    Args:
        store: the database.
        tenant: name of the deployment.
        connectors: the connector of each connection.
        run_id: the run.
    """
    with store.read() as tx:
        run = tx.pulse.run(run_id)
        if run is None or run.dry_run:
            return None
        hub, inputs, outputs = f"attune://{tenant}", tuple[Dataset, ...](), tuple[Dataset, ...]()
        if run.kind == "pull":
            moved, rest = tx.pulse.taken_in(run_id)
            inputs, outputs = _at(connectors, moved), (Dataset(hub, "records", rest),)
        elif run.kind == "push":
            moved, chosen = tx.pulse.sent_out(run_id)
            inputs, outputs = (Dataset(hub, "records", chosen),), _at(connectors, moved)
    job = run.sync.partition(PART)[0]
    return Lineage(run.id, hub, job, run.started_at, run.finished_at, run.status, inputs, outputs)


def _at(connectors: Mapping[str, str], moved: Iterable[Moved]) -> tuple[Dataset, ...]:
    return tuple(
        Dataset(f"{connectors.get(one.connection, 'unknown')}://{one.connection}", one.name, one.rows) for one in moved
    )


def is_wanted(environ: Mapping[str, str] = os.environ) -> bool:
    """This tells whether somebody has told OpenLineage's own client where to send lineage.

    Without that the client would print events.
    """
    if environ.get("OPENLINEAGE_DISABLED", "").lower() == "true":
        return False
    return any(
        name in {"OPENLINEAGE_URL", "OPENLINEAGE_CONFIG"} or name.startswith("OPENLINEAGE__") for name in environ
    )


def tell_lineage(lineages: Iterable[Lineage], client: Any = None) -> int:
    """This sends what runs moved to where OpenLineage's own configuration says; gives how many runs it told of.

    Raises ConfigError where the client is not installed, TransientError where the events were not taken.
    """
    try:
        from openlineage.client import OpenLineageClient
    except ImportError:
        raise ConfigError(
            "lineage: OpenLineage's client is not installed.", fix="Install attune-hub[lineage]."
        ) from None
    told = 0
    with shielded("lineage"):
        sender = client or OpenLineageClient()
        for lineage in lineages:
            for event in events_of(lineage):
                sender.emit(event)
            told += 1
        sender.close(20)
    return told


def events_of(lineage: Lineage) -> list[Any]:
    """These are the events of a run: that it began, and once it has ended how, with its datasets."""
    from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
    from openlineage.client.facet_v2 import job_type_job

    kind = job_type_job.JobTypeJobFacet(processingType="BATCH", integration="ATTUNE", jobType="SYNC", producer=PRODUCER)
    run, job = Run(lineage.uuid), Job(lineage.namespace, lineage.job, {"jobType": kind})
    same: dict[str, Any] = {"run": run, "job": job, "producer": PRODUCER}
    began = RunEvent(eventTime=lineage.started_at.isoformat(), eventType=RunState.START, **same)
    if lineage.ended_at is None:
        return [began]
    inputs, outputs = datasets_of(lineage)
    how = RunState[_ENDS[lineage.status]]
    at = lineage.ended_at.isoformat()
    return [began, RunEvent(eventTime=at, eventType=how, inputs=inputs, outputs=outputs, **same)]


def datasets_of(lineage: Lineage) -> tuple[list[Any], list[Any]]:
    """These are the datasets that a run read and wrote, as OpenLineage's client has them, with their numbers of rows."""
    from openlineage.client.event_v2 import InputDataset, OutputDataset
    from openlineage.client.facet_v2 import input_statistics_input_dataset, output_statistics_output_dataset

    read = input_statistics_input_dataset.InputStatisticsInputDatasetFacet
    written = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet
    inputs = [
        InputDataset(one.namespace, one.name, inputFacets={"inputStatistics": read(one.rows, producer=PRODUCER)})
        for one in lineage.inputs
    ]
    outputs = [
        OutputDataset(one.namespace, one.name, outputFacets={"outputStatistics": written(one.rows, producer=PRODUCER)})
        for one in lineage.outputs
    ]
    return inputs, outputs
