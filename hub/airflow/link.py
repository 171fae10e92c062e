"""The link from a task in Airflow to what the hub did for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink


class ConsoleLink(BaseOperatorLink):
    """The console's page of a DAG run."""

    name = "Attune"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """This is the address of the page, below Airflow's own."""
        return f"/hub/dag-runs/{quote(ti_key.dag_id)}/{quote(ti_key.run_id)}"
