"""The hub in Airflow's pages: the console under ``/hub``, as an entry of the navigation and a tab of each DAG run.

Every process of Airflow imports this. So it names things only; the console itself is loaded by the API server, with its first
request.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.plugins_manager import AirflowPlugin

PREFIX = "hub"
"""Where the console is mounted, and how its addresses in Airflow's pages begin."""

Message = MutableMapping[str, Any]


class LazyConsole:
    """The console as an ASGI application that is made when somebody first asks for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._app: Callable[..., Awaitable[None]] | None = None

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """This hands one request on."""
        with self._lock:
            if self._app is None:
                self._app = importlib.import_module("hub.airflow.console").make_mounted()
        await self._app(scope, receive, send)


class AttunePlugin(AirflowPlugin):
    """What Airflow mounts and shows; the console asks for Airflow's own login."""

    name = "attune"
    fastapi_apps = [{"name": "attune", "app": LazyConsole(), "url_prefix": f"/{PREFIX}"}]  # noqa: RUF012 - Airflow's own form
    external_views = [  # noqa: RUF012 - Airflow's own form
        # Addresses are relative: Airflow itself may stand below a path.
        {
            "name": "Attune",
            "href": f"{PREFIX}/",
            "destination": "nav",
            "url_route": "attune",
            "nav_top_level": True,
            "icon": f"/{PREFIX}/static/attune.svg",
        },
        {
            "name": "Attune",
            "href": f"{PREFIX}/dag-runs/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "attune-run",
        },
    ]
