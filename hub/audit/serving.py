"""Serves a witness over HTTP (C2SP tlog-witness), for one or a few logs; loopback by default, a proxy in front for TLS."""

from __future__ import annotations

import re
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from hub.audit.witness import MAX_REQUEST_BYTES, Answer, Witness

_MONITORING = re.compile(r"/([0-9a-f]{64})/checkpoint\Z")
_TIMEOUT = 10


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    """So many hubs may ask at once; with the library's 5 the others find their connection reset."""


def make_server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """This is a server that answers for ``witness``; call ``serve_forever``. Port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        """This answers add-checkpoint and the monitors' question; it logs nothing about who asks."""

        protocol_version = "HTTP/1.1"
        timeout = _TIMEOUT

        def do_POST(self) -> None:
            """This takes a checkpoint."""
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                self._answer(Answer(HTTPStatus.NOT_FOUND, "no such path\n"))
            elif not length.isdecimal() or int(length) > MAX_REQUEST_BYTES:
                self.close_connection = True
                self._answer(Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long\n"))
            else:
                self._answer(witness.add_checkpoint(self.rfile.read(int(length))))

        def do_GET(self) -> None:
            """This shows the latest cosigned checkpoint of a log."""
            found = _MONITORING.match(self.path)
            self._answer(
                witness.checkpoint(found.group(1)) if found else Answer(HTTPStatus.NOT_FOUND, "no such path\n")
            )

        def _answer(self, answer: Answer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """This keeps the terminal quiet."""

    return _Server((host, port), Handler)
