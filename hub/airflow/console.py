"""The console inside Airflow's pages: the hub's own, behind Airflow's login, with a page for each DAG run."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import select

from hub.airflow.dag_ids import sync_of
from hub.airflow.deployment import default_config
from hub.airflow.viewer import door_of, may_read_runs
from hub.console.application import AtDesk, add_page, make_console
from hub.console.desk import DoorFor
from hub.console.office import Office
from hub.console.runs import show_span


def make_mounted() -> FastAPI:
    """This makes the application that the plugin mounts."""
    app = make_console(Office(default_config()), identify)
    add_page(app, "/dag-runs/{dag_id}/{run_id:path}", "dag_run.html", _dag_run)
    app.add_exception_handler(401, _to_login)
    return app


def identify(user: GetUserDep) -> DoorFor:
    """This is the door of whoever is logged in to Airflow; nobody else gets this far."""
    return partial(_door, user)


def _door(user: Any, hub: Any) -> Any:
    return door_of(hub, user)


def _require_dag(user: GetUserDep, dag_id: str) -> None:
    if not may_read_runs(user, dag_id):
        raise HTTPException(403, "Airflow does not let you see the runs of this DAG.")


def _dag_run(desk: AtDesk, dag_id: str, run_id: str, _: Annotated[None, Depends(_require_dag)]) -> dict[str, Any]:
    with create_session() as session:
        wanted = select(DagRun.start_date, DagRun.end_date, DagRun.state)
        found = session.execute(wanted.where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)).one_or_none()
    if found is None:
        raise HTTPException(404, "Airflow knows no such run of this DAG.")
    told = show_span(desk, sync_of(dag_id), found.start_date, found.end_date)
    return {**told, "dag_id": dag_id, "state": str(found.state), "start": found.start_date, "end": found.end_date}


def _to_login(request: Request, error: Exception) -> Response:
    """Somebody at a browser is sent to Airflow's login; a program is told."""
    if "text/html" in request.headers.get("accept", "") and not request.url.path.endswith(".json"):
        return RedirectResponse(get_auth_manager().get_url_login(next_url=str(request.url)))
    return JSONResponse({"error": str(getattr(error, "detail", "Not authenticated"))}, 401)
