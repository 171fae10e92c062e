"""A small local server with a vendor's real semantics.

A plugin subclasses ``Simulator``, marks methods with ``route`` and keeps the vendor's truth in plain attributes, so that a
test can count objects "at the vendor's side". One lock serialises the handlers.
"""

import math
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import unquote, urlsplit

from hub.testing.cast import Cast, make_cast
from hub.testing.clock import FakeClock
from hub.testing.faults import Fault, FaultScript
from hub.testing.quota import Quota
from hub.testing.reply import Reply, Request

Handler = Callable[..., Reply]
Clock = Any
"""Anything with ``now()``: a FakeClock or the hub's own."""


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """This marks a method as the handler of ``METHOD path``; ``{name}`` in the path becomes an argument."""

    def mark(handler: Handler) -> Handler:
        handler.__dict__.setdefault("routes", []).append((method, _pattern(path)))
        return handler

    return mark


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    regex = "".join(f"(?P<{part}>[^/]+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return re.compile(regex + r"\Z")


@dataclass(frozen=True, slots=True)
class Call:
    """One call in a simulator's log."""

    method: str
    path: str
    query_string: str
    status: int
    body: bytes


class Simulator:
    """Root of all simulators.

    Args:
        clock: source of vendor time; a FakeClock unless given.
        cast: the customers that ``seed`` fills the vendor with.
        port: 0 picks a free one.

    A test sets ``quotas`` to limits that are enforced, and reads ``violations``.
    """

    name: ClassVar[str] = "simulator"

    def __init__(self, *, clock: Clock | None = None, cast: Cast | None = None, port: int = 0) -> None:
        self.clock = clock or FakeClock()
        self.cast = cast if cast is not None else make_cast()
        self.faults = FaultScript()
        self.quotas: list[Quota] = []
        self.calls: list[Call] = []
        self.lock = threading.RLock()
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self._routes = self._find_routes()

    def seed(self) -> None:
        """This fills the vendor with the cast; override."""

    def settings(self) -> dict[str, Any]:
        """These are the connection settings (``hub.yaml``: ``config``) that work against this simulator; override."""
        return {}

    def authorise(self, request: Request) -> Reply | None:
        """This refuses a request without the right credentials, as the vendor would; override."""
        return None

    def throttled(self, request: Request, wait: timedelta) -> Reply:
        """This answers a call beyond one of ``quotas``, to be made again after ``wait``; override for its error shape."""
        return Reply(429, {"error": "too many requests"}, {"Retry-After": str(math.ceil(wait.total_seconds()))})

    def not_found(self, request: Request) -> Reply:
        """This answers for a path that the vendor does not have; override for its error shape."""
        return Reply(404, {"error": "not found"})

    def finish(self, request: Request, reply: Reply) -> Reply:
        """This adds what every answer carries (rate limit headers, request ids); override."""
        return reply

    @property
    def url(self) -> str:
        """The server's address; it must be running."""
        if self._server is None:
            raise RuntimeError("the simulator is not running; use it as a context manager or call start()")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> Self:
        """This starts the server on loopback in a thread of its own."""
        self._server = _Server(("127.0.0.1", self._port), _make_handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """This stops the server."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def handle(self, request: Request) -> Reply:
        """This is the vendor's answer to a request, without faults."""
        with self.lock:
            refused = self._above_quota(request) or self.authorise(request)
            return self.finish(request, refused or self._dispatch(request))

    @property
    def violations(self) -> int:
        """This is how many calls were beyond a quota."""
        return sum(quota.violations for quota in self.quotas)

    def _above_quota(self, request: Request) -> Reply | None:
        call, now = f"{request.method} {request.path}", self.clock.now()
        waits = [wait for quota in self.quotas if (wait := quota.refuse(call, now)) is not None]
        return self.throttled(request, max(waits)) if waits else None

    def _dispatch(self, request: Request) -> Reply:
        for method, pattern, handler in self._routes:
            found = pattern.match(request.path)
            if found and method == request.method:
                return handler(request, **{k: unquote(v) for k, v in found.groupdict().items()})
        return self.not_found(request)

    def _find_routes(self) -> list[tuple[str, re.Pattern[str], Handler]]:
        found = []
        for name in dir(type(self)):
            for method, pattern in getattr(getattr(type(self), name), "routes", ()):
                found.append((method, pattern, getattr(self, name)))
        # Literal paths before patterns, so that "/tickets/update_many" is not taken for "/tickets/{id}".
        return sorted(found, key=lambda entry: (entry[1].groups, -len(entry[1].pattern)))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""


def _make_handler(simulator: Simulator) -> type[BaseHTTPRequestHandler]:
    class _Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:
            """The call log is the simulator's own."""

        def _serve(self) -> None:
            request = self._request()
            fault = simulator.faults.next(f"{request.method} {request.path}")
            if fault is not None and fault.kind == "reset":
                return self._cut(request)
            if fault is not None and fault.kind == "slow":
                time.sleep(fault.seconds)
            reply = fault.reply if fault and fault.kind == "reply" and fault.reply else simulator.handle(request)
            if fault is not None and fault.kind == "commit_then_reset":
                return self._cut(request)
            return self._send(request, reply, fault)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

        def _request(self) -> Request:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            return Request(self.command, parts.path, parts.query, dict(self.headers.items()), body)

        def _cut(self, request: Request) -> None:
            self._log(request, 0)
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

        def _send(self, request: Request, reply: Reply, fault: Fault | None) -> None:
            self._log(request, reply.status)
            body, media_type = reply.encode()
            self.send_response(reply.status)
            headers = {"Content-Type": media_type, **reply.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if fault is not None and fault.kind == "truncate":
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            elif request.method != "HEAD":
                self.wfile.write(body)

        def _log(self, request: Request, status: int) -> None:
            simulator.calls.append(Call(request.method, request.path, request.query_string, status, request.body))

    return _Handler
