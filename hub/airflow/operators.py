"""Operators for DAGs of your own: a pull, a push or the sweep of ``hub.yaml`` as one task, with a link to the console."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from hub.airflow.connections import register
from hub.airflow.lineage import Traced, tell
from hub.airflow.link import ConsoleLink
from hub.airflow.task import RETRYING, Killed
from hub.airflow.work import opened, plainly

if TYPE_CHECKING:
    from hub.app import Hub


class _HubOperator(Traced, BaseOperator):
    """What the operators share: where ``hub.yaml`` is, and a result of ids and counts.

    The lease of the sync keeps two of its runs from going on at once, whoever starts them. A task that is killed loses
    nothing: the next run goes on behind what was committed.
    """

    operator_extra_links = (ConsoleLink(),)
    ui_color = "#d8f0ec"

    def __init__(self, *, hub_config: str | None = None, **arguments: Any) -> None:
        super().__init__(**{**RETRYING, **arguments})
        self.hub_config = hub_config

    def execute(self, context: Any) -> dict[str, Any]:
        """This does the work; what it gives is what Airflow keeps."""
        register()
        result: dict[str, Any] = self.note(plainly(self._work)())
        return result

    def on_kill(self) -> None:
        """This interrupts the work where it stands: nothing is lost, and nobody waits for its lease."""
        raise Killed

    def where(self) -> Path:
        """This is the ``hub.yaml`` that it works with."""
        from hub.airflow.deployment import default_config

        return Path(self.hub_config) if self.hub_config else default_config()

    def _work(self) -> dict[str, Any]:
        with opened(str(self.where())) as hub:
            return self._run(hub)

    def _run(self, hub: Hub) -> dict[str, Any]:
        raise NotImplementedError


class HubPullOperator(_HubOperator):
    """Reads a pull of ``hub.yaml``, from where the last run stopped.

    Args:
        sync: its name.
        full: read from the beginning again; what is unchanged stays.
        hub_config: path of ``hub.yaml``, where it is another than the deployment's.
    """

    template_fields = ("sync",)

    def __init__(self, *, sync: str, full: bool = False, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.sync = sync
        self.full = full

    def _run(self, hub: Hub) -> dict[str, Any]:
        from hub.pipeline.pull import pull

        return _told(hub, pull(hub.rooms, hub.pull_job(self.sync, full=self.full)))


class HubPushOperator(_HubOperator):
    """Writes a push of ``hub.yaml``: what is due and permitted.

    Args:
        sync: its name.
        hub_config: path of ``hub.yaml``, where it is another than the deployment's.
    """

    template_fields = ("sync",)

    def __init__(self, *, sync: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.sync = sync

    def _run(self, hub: Hub) -> dict[str, Any]:
        from hub.pipeline.push import push

        return _told(hub, push(hub.rooms, hub.push_job(self.sync)))


class HubSweepOperator(_HubOperator):
    """Deletes what has outlived its retention rule, and goes on with erasures that wait.

    Args:
        hub_config: path of ``hub.yaml``, where it is another than the deployment's.
    """

    def _run(self, hub: Hub) -> dict[str, Any]:
        from hub.pipeline.sweep import sweep

        kept = hub.upkeep()  # first: erasures need no sound rules, the sweep does
        report = sweep(hub.rooms, hub.sweep_job())
        if kept.error is not None:
            raise kept.error
        return {"run": report.run_id, "counts": dict(report.deleted)}


def _told(hub: Hub, report: Any) -> dict[str, Any]:
    tell(hub, [report.run_id])
    if report.error is not None:
        raise report.error
    return {"run": report.run_id, "counts": dict(report.counts)}
