"""Lineage of tasks: what a run of the ledger moved, for Airflow's OpenLineage provider, or told by the hub without one."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.errors import HubError

if TYPE_CHECKING:
    from hub.app import Hub

log = logging.getLogger(__name__)


class Traced:
    """A task whose result names a run of the ledger: OpenLineage's provider asks it what that run moved.

    ``moved`` is the run's id once there is one.
    """

    moved: str = ""

    def note(self, result: Any) -> Any:
        """This keeps the run of a result, and gives the result back."""
        self.moved = str(result.get("run", "")) if isinstance(result, dict) else ""
        return result

    def where(self) -> Path:
        """This is the ``hub.yaml`` whose ledger knows the run."""
        raise NotImplementedError

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """This is what OpenLineage's provider puts into the task's event: datasets with their numbers of rows.

        It is asked in a process of its own beside the task. What goes wrong is logged, and holds nothing up.
        """
        from airflow.providers.openlineage.extractors import OperatorLineage

        from hub.app import open_hub
        from hub.watch.lineage import datasets_of

        if not self.moved:
            return OperatorLineage()
        try:
            with open_hub(self.where()) as hub:
                found = hub.lineage_of(self.moved)
        except HubError as error:
            log.warning("lineage was not told: %s", error)
            return OperatorLineage()
        inputs, outputs = datasets_of(found) if found is not None else ([], [])
        return OperatorLineage(inputs=inputs, outputs=outputs)


def tell(hub: Hub, run_ids: Iterable[str]) -> None:
    """This tells OpenLineage of runs, as the command line does at their end, where Airflow's provider does not.

    What goes wrong is logged, and holds nothing up.
    """
    from hub.watch.lineage import is_wanted, tell_lineage

    if not is_wanted() or is_told_by_provider():
        return
    try:
        tell_lineage([one for one in map(hub.lineage_of, filter(None, run_ids)) if one is not None])
    except HubError as error:
        log.warning("lineage was not told: %s 'hub lineage RUN --send' tells it later.", error)


def is_told_by_provider() -> bool:
    """This tells whether Airflow's OpenLineage provider is installed and switched on: events of both would be twice."""
    try:
        from airflow.providers.openlineage import conf
    except ImportError:
        return False
    return not conf.is_disabled()
