"""The entrance of the console on its own: one token, printed where it was started, is exchanged for a cookie, once."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from hub.app import Hub
from hub.console.application import make_console
from hub.console.desk import DoorFor
from hub.console.headers import Headers
from hub.console.office import Office
from hub.console.page import render_entrance
from hub.pipeline.door import Door

COOKIE = "attune_console"
HOSTS = ["127.0.0.1", "localhost", "[::1]"]
"""Under these names the console answers; under any other a page elsewhere could have led a browser here."""

_LONGEST = 4_096


class Entrance:
    """Who was let in. The token is good for one exchange; the cookie lasts as long as the process.

    Args:
        token: what the one at the terminal was told.
    """

    def __init__(self, token: str) -> None:
        self._token: str | None = token
        self._pass = secrets.token_urlsafe(32)

    def exchange(self, token: str) -> str | None:
        """This is the cookie's value for the right token, which is then used up; None for any other."""
        if self._token is None or not secrets.compare_digest(token.encode(), self._token.encode()):
            return None
        self._token = None
        return self._pass

    def identify(self, request: Request) -> DoorFor:
        """This lets in whoever has the cookie, as the deployment's own actor: they could as well use ``hub`` itself."""
        given = request.cookies.get(COOKIE, "")
        if not secrets.compare_digest(given.encode(), self._pass.encode()):
            raise HTTPException(401, "Open the address that 'hub console' printed.")
        return _own_door


def _own_door(hub: Hub) -> Door:
    return hub.door


async def _read(request: Request) -> str:
    """The form that was sent; of one that is longer than any of ours nothing is kept."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST:
            return ""
    return body.decode(errors="replace")


def make_standalone(office: Office, token: str) -> FastAPI:
    """This makes the application with its entrance in front; it answers to this machine's own names only."""
    entrance = Entrance(token)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    def ask(request: Request, token: Annotated[str, Query(max_length=200)] = "") -> Response:
        # The link alone changes nothing: whatever fetches it in advance uses no token up.
        return HTMLResponse(render_entrance(request, token, wrong=False))

    async def enter(request: Request) -> Response:
        value = entrance.exchange(parse_qs(await _read(request)).get("token", [""])[0])
        if value is None:
            return HTMLResponse(render_entrance(request, "", wrong=True), 403)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, value, httponly=True, samesite="strict", path="/")
        return answer

    app.add_api_route("/enter", ask, methods=["GET"])
    app.add_api_route("/enter", enter, methods=["POST"])
    app.mount("/", make_console(office, entrance.identify))
    app.add_middleware(Headers)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)
    return app
