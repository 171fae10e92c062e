"""A notifier for ``on_failure_callback``: tells the channels of ``hub.yaml`` that a task has failed, by names and ids only."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from airflow.sdk import BaseNotifier

from hub.errors import HubError

log = logging.getLogger(__name__)


class HubNotifier(BaseNotifier):
    """Tells Slack and people by e-mail, as ``alerts`` in ``hub.yaml`` names them, with the text of ``hub alerts --notify``.

    Neither the exception's text nor anything that a person has typed is in it. What hinders the notice is logged and
    hinders nothing else.

    Args:
        config: path of ``hub.yaml``.
    """

    def __init__(self, config: str | Path) -> None:
        super().__init__()
        self.config = str(config)

    def notify(self, context: Any) -> None:
        """This tells of the failure that Airflow's context describes."""
        from hub.airflow.connections import register
        from hub.app import open_hub
        from hub.watch.notice import failure_notice

        task = context.get("ti") or context.get("task_instance")
        dag_run = context.get("dag_run")
        notice = failure_notice(
            str(getattr(task, "dag_id", None) or getattr(dag_run, "dag_id", "")),
            str(getattr(task, "task_id", "")),
            str(context.get("run_id") or getattr(dag_run, "run_id", "")),
            int(getattr(task, "try_number", None) or 1),
            context.get("exception"),
        )
        register()
        try:
            with open_hub(Path(self.config)) as hub:
                channels = hub.channels
        except HubError as error:
            log.warning("nobody was notified: %s", error)
            return
        for channel in channels:
            try:
                channel.send(notice)
            except HubError as error:
                log.warning("%s was not notified: %s", channel.name, error)
