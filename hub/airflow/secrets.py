"""The hub's connections as a secrets backend of Airflow: credentials stay where ``hub.yaml`` refers to, Airflow keeps none."""

from __future__ import annotations

import json
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from airflow.sdk.bases.secrets_backend import BaseSecretsBackend

from hub.airflow.forms import PREFIX

_ASKED: ContextVar[bool] = ContextVar("asked", default=False)


class HubSecretsBackend(BaseSecretsBackend):
    """Answers for connections named ``hub_NAME``, where NAME is a connection of ``hub.yaml``.

    What is not there, or cannot be read, is no connection: Airflow then looks elsewhere.

    Args:
        config: path of ``hub.yaml``; the deployment's if None.
        prefix: how the ids of connections begin that it answers for.
    """

    def __init__(self, config: str | None = None, prefix: str = PREFIX, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.config = config
        self.prefix = prefix

    def get_conn_value(self, conn_id: str, team_name: str | None = None) -> str | None:
        """This is a connection as JSON, with its secrets; None where it is none of the hub's.

        A reference of ``hub.yaml`` to an Airflow connection does not lead back here.
        """
        if not conn_id.startswith(self.prefix) or _ASKED.get():
            return None
        token = _ASKED.set(True)
        try:
            return self._value(conn_id.removeprefix(self.prefix))
        finally:
            _ASKED.reset(token)

    def _value(self, name: str) -> str | None:
        from hub.airflow.deployment import default_config
        from hub.config import load_settings, resolve_secret
        from hub.errors import ConfigError

        try:
            deployment = load_settings(Path(self.config) if self.config else default_config())
            found = deployment.settings.connections.get(name)
            if found is None:
                return None
            values = found.config.items()
            extra = {
                key: resolve_secret(value, deployment.root) if isinstance(value, str) else value
                for key, value in values
            }
        except ConfigError:
            return None
        return json.dumps({"conn_type": f"{PREFIX}{found.connector}", "host": found.base_url, "extra": extra})
