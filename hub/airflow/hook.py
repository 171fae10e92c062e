"""Hooks: a connector of the hub, opened with what an Airflow connection's form holds. One class for each connection type."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from typing import Any

from airflow.sdk import BaseHook

from hub.airflow.forms import PREFIX, hook_class, installed_forms
from hub.errors import HubError


class HubHook(BaseHook):
    """A connector, opened with the fields of a connection.

    The test button logs in and asks the vendor for nothing else. Records do not pass through hooks: what reads and writes
    them is the hub's flow, with its gate, redaction and ledger.

    Args:
        hub_conn_id: id of the connection.
    """

    conn_name_attr = "hub_conn_id"
    default_conn_name = "hub_default"
    conn_type = "hub"
    hook_name = "Attune"

    def __init__(self, hub_conn_id: str = default_conn_name, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.hub_conn_id = hub_conn_id

    @property
    def connector_name(self) -> str:
        """Which connector the connection is for."""
        return self.conn_type.removeprefix(PREFIX)

    def config(self) -> dict[str, Any]:
        """These are the connector's settings, as the form holds them: without what was left empty."""
        extra = self.get_connection(self.hub_conn_id).extra_dejson
        return {key: value for key, value in extra.items() if value not in (None, "", {}, [])}

    def get_conn(self) -> Any:
        """This opens the connector on a prepared session; it calls nobody yet. Raises ConfigError."""
        from hub.config import check_config
        from hub.contract import Context
        from hub.plugins import load, open_connector
        from hub.transport import Route, check_base_url, prepare_session

        connector = load().connector(self.connector_name)
        host = self.get_connection(self.hub_conn_id).host
        base_url = check_base_url(host or None, where=f"connection {self.hub_conn_id}")
        settings = check_config(f"connection {self.hub_conn_id}", self.config(), connector.config_model)
        route = Route(connector.origin(settings), base_url, connector.manifest.hosts)
        prepared = prepare_session(route, pause=time.sleep)
        now = partial(datetime.now, UTC)
        context = Context(self.hub_conn_id, prepared.session, base_url, now, time.sleep, prepared.clock.time)
        return open_connector(connector, settings, context)

    def test_connection(self) -> tuple[bool, str]:
        """This logs in, and tells whether that went well; never with the vendor's own words, which may quote a secret."""
        from hub.contract import Checkable
        from hub.plugins import shielded

        try:
            opened = self.get_conn()
            if not isinstance(opened, Checkable):
                return True, "the settings are sound; this connector cannot check its credentials"
            with shielded(f"connection {self.hub_conn_id}"):
                opened.check()
        except HubError as error:
            return False, str(error)
        return True, "logged in"


def __getattr__(name: str) -> type[HubHook]:
    """This makes the hook of a connection type: which ones there are is known by what is installed."""
    for form in installed_forms():
        conn_type = f"{PREFIX}{form['connector']}"
        if name == hook_class(conn_type):
            told = {
                "conn_type": conn_type,
                "hook_name": f"Attune: {form['title']}",
                "default_conn_name": f"{conn_type}_default",
                "__module__": __name__,
                "__doc__": f"A connection to {form['title']}.",
            }
            made = type(name, (HubHook,), told)
            globals()[name] = made
            return made
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
