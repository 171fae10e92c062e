"""The console's application: its pages, each also as JSON, behind whoever tells who is looking. Nothing is changed by it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as AnyHTTPException

from hub.console.audit_head import show_audit
from hub.console.desk import Desk, DoorFor
from hub.console.duties import show_duties
from hub.console.failures import show_failures
from hub.console.figures import show_figures
from hub.console.headers import Headers
from hub.console.office import Office
from hub.console.overview import show_overview
from hub.console.page import render, render_error
from hub.console.runs import show_run, show_runs
from hub.errors import ConfigError, FatalError, HubError, PolicyError, TransientError
from hub.pipeline.figures import monday_of

Identify = Callable[..., Any]
"""A dependency of FastAPI that gives a ``DoorFor``: it tells who sent a request, or ends it with an HTTPException."""

Show = Callable[..., dict[str, Any]]
"""A dependency of FastAPI that gives what a page shows."""

STATIC = Path(__file__).parent / "static"
_STATUS: dict[type[HubError], int] = {PolicyError: 403, ConfigError: 503, TransientError: 503, FatalError: 500}

Sync = Annotated[str, Query(max_length=100)]
Word = Annotated[str, Query(max_length=60)]


def make_console(office: Office, identify: Identify) -> FastAPI:
    """This makes the application of one deployment.

    Args:
        office: keeps the deployment open.
        identify: tells who looks; everything but style sheet and icon asks it first.
    """
    identified = Depends(identify)

    def admit(request: Request, door_for: DoorFor = identified) -> None:
        request.state.door_for = door_for

    app = FastAPI(
        title="Attune console", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(admit)]
    )
    app.state.office = office
    app.add_middleware(Headers)
    app.add_exception_handler(HubError, _tell)
    app.add_exception_handler(AnyHTTPException, _tell)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for path, (template, show) in _PAGES.items():
        add_page(app, path, template, show)
    return app


def add_page(app: FastAPI, path: str, template: str, show: Show) -> None:
    """This adds a page, and the same as JSON at its path with ``.json``."""
    shown = Depends(show)

    def page(request: Request, desk: AtDesk, found: dict[str, Any] = shown) -> Response:
        return HTMLResponse(render(template, request, desk, found))

    def data(desk: AtDesk, found: dict[str, Any] = shown) -> Response:
        return JSONResponse(jsonable_encoder({"at": desk.now, **found}))

    app.add_api_route(f"{path or '/overview'}.json", data, methods=["GET"])
    app.add_api_route(path or "/", page, methods=["GET"], response_class=HTMLResponse)


def get_desk(request: Request) -> Desk:
    """This is the desk of a request that was let in; raises HubError where the deployment cannot be opened."""
    hub = request.app.state.office.hub()
    return Desk(hub, request.state.door_for(hub), hub.now())


AtDesk = Annotated[Desk, Depends(get_desk)]


def _overview(desk: AtDesk) -> dict[str, Any]:
    return show_overview(desk)


def _runs(desk: AtDesk, sync: Sync = "", status: Word = "", before: Word = "") -> dict[str, Any]:
    return show_runs(desk, sync=sync or None, status=status or None, before=before or None)


def _run(desk: AtDesk, run_id: str) -> dict[str, Any]:
    found = show_run(desk, run_id)
    if found is None:
        raise HTTPException(404, "There is no such run. See the list of runs.")
    return found


def _failures(desk: AtDesk) -> dict[str, Any]:
    return show_failures(desk)


def _duties(desk: AtDesk) -> dict[str, Any]:
    return show_duties(desk)


def _figures(desk: AtDesk, purpose: Word = "", week: Word = "") -> dict[str, Any]:
    start = monday_of(week) if week else None
    if week and start is None:
        raise HTTPException(400, "This is no ISO week. Write one like 2026-W18.")
    return show_figures(desk, purpose=purpose or None, start=start)


def _audit(desk: AtDesk) -> dict[str, Any]:
    return show_audit(desk)


_PAGES: dict[str, tuple[str, Show]] = {
    "": ("overview.html", _overview),
    "/runs": ("runs.html", _runs),
    "/runs/{run_id}": ("run.html", _run),
    "/failures": ("failures.html", _failures),
    "/duties": ("duties.html", _duties),
    "/figures": ("figures.html", _figures),
    "/audit": ("audit.html", _audit),
}


def _tell(request: Request, error: Exception) -> Response:
    """What went wrong, in the hub's own words; anything else is a bug, and tells nothing."""
    if isinstance(error, HubError):
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
        text, headers = str(error), None
    else:
        status = getattr(error, "status_code", 500)
        text, headers = str(getattr(error, "detail", "")), getattr(error, "headers", None)
    if request.url.path.endswith(".json"):
        return JSONResponse({"error": text}, status, headers)
    return HTMLResponse(render_error(request, status, text), status, headers)
