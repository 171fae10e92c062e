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
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import unquote, urlsplit

from hub.testing.cast import Cast, make_cast
from hub.testing.clock import FakeClock
from hub.testing.faults import Fault, FaultScript
from hub.testing.quota import Quota
from hub.testing.reply import Reply, Request

Handler = Callable[..., Reply]
_IN_PLACE = frozenset({"reply", "refuse", "reset"})
"""Kinds of fault that stand in the place of the vendor: nothing happens there."""

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
    """One call in a simulator's log.

    Args:
        method: HTTP method.
        path: path of the address.
        query_string: what stood behind it.
        status: of the answer; 0 where the connection was cut instead.
        body: what was sent.
        acted: whether the vendor itself dealt with it; False where a fault answered in its place.
    """

    method: str
    path: str
    query_string: str
    status: int
    body: bytes
    acted: bool = True


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

    def refusal(self, status: int) -> Reply:
        """This is the vendor's own error answer with a status, for faults; override for its error shape."""
        return Reply(status, {"error": f"status {status}"})

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
        self._server = _Server(("127.0.0.1", self._port), type("_OwnHandler", (_Handler,), {"simulator": self}))
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

    def answer(self, request: Request, fault: Fault | None) -> Reply:
        """This is what goes back for a request, a fault included."""
        if fault is None or fault.kind not in _IN_PLACE:
            reply = self.handle(request)
            return fault.change(reply) if fault is not None and fault.change is not None else reply
        reply = fault.reply or Reply(500)
        if fault.kind == "reply":
            return reply
        own = self.refusal(reply.status)
        return Reply(reply.status, own.body, {**own.headers, **reply.headers})

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


class _Handler(BaseHTTPRequestHandler):
    """One connection to a simulator; a subclass names the simulator."""

    simulator: ClassVar[Simulator]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """The call log is the simulator's own."""

    def _serve(self) -> None:
        request = self._request()
        fault = self.simulator.faults.next(f"{request.method} {request.path}")
        kind = fault.kind if fault is not None else None
        if kind == "reset":
            return self._cut(request, acted=False)
        if fault is not None and kind == "slow":
            time.sleep(fault.seconds)
        reply = self.simulator.answer(request, fault)
        if fault is not None and kind == "commit_then_slow":
            time.sleep(fault.seconds)
        if kind == "commit_then_reset":
            return self._cut(request, acted=True)
        self._log(request, reply.status, acted=kind not in _IN_PLACE)
        return self._send(request, reply, fault)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The vendor's own clock, which its dates are meant by."""
        return format_datetime(self.simulator.clock.now(), usegmt=True)

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return Request(self.command, parts.path, parts.query, dict(self.headers.items()), body)

    def _cut(self, request: Request, *, acted: bool) -> None:
        self._log(request, 0, acted=acted)
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, request: Request, reply: Reply, fault: Fault | None) -> None:
        kind = fault.kind if fault is not None else None
        body, media_type = reply.encode()
        if fault is not None and kind == "early":
            self._hint(fault.seconds)
        # A reply that names a date shows a clock of its own.
        (self.send_response_only if "Date" in reply.headers else self.send_response)(reply.status)
        for name, value in {"Content-Type": media_type, **reply.headers}.items():
            for _ in range(2 if reply.repeat_headers else 1):
                self.send_header(name, value)
        if kind in {"endless", "odd_chunks"}:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            return self._pour() if kind == "endless" else self._send_odd_chunk(body)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault is not None and kind == "drip":
            return self._drip(body, fault.seconds)
        if request.method != "HEAD":
            self.wfile.write(body[: len(body) // 2] if kind == "truncate" else body)
        self.close_connection = self.close_connection or kind == "truncate"
        return None

    def _drip(self, body: bytes, pause: float) -> None:
        for at in range(len(body)):
            self.wfile.write(body[at : at + 1])
            time.sleep(pause)

    def _hint(self, pause: float) -> None:
        for status in (103, 102):
            self.send_response_only(status)
            self.send_header("Link", "</style.css>; rel=preload")
            self.end_headers()
            self.wfile.flush()
            time.sleep(pause)  # apart, or one read would see all

    def _send_odd_chunk(self, body: bytes) -> None:
        self.close_connection = True
        self.wfile.write(b"-5\r\n" + body + b"\r\n0\r\n\r\n")

    def _pour(self) -> None:
        self.close_connection = True
        chunk = b" " * 65_536
        while True:  # ends when the caller hangs up
            self.wfile.write(b"10000\r\n" + chunk + b"\r\n")

    def _log(self, request: Request, status: int, *, acted: bool) -> None:
        call = Call(request.method, request.path, request.query_string, status, request.body, acted)
        self.simulator.calls.append(call)
