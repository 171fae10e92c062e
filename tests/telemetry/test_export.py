"""The spans of a command get to the collector that the environment names; a collector that is gone holds it up briefly."""

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from hub.telemetry.export import is_wanted

CODE = """
from hub.telemetry.export import start
from hub.telemetry.span import span
print(start())
with span("attune.run", run_kind="pull", sync="maria.garcia@example.com"):
    pass
"""


@pytest.fixture
def collector():
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.got = got
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def run(endpoint):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    environ |= {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    return subprocess.run([sys.executable, "-c", CODE], env=environ, capture_output=True, text=True, timeout=200)


def test_spans_get_to_the_collector(collector):
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="OTLP exporter is not installed (extra: otel)")
    ran = run(f"http://127.0.0.1:{collector.server_port}")
    assert ran.returncode == 0 and ran.stdout == "None\n", ran.stderr
    ((path, body),) = collector.got
    assert path == "/v1/traces"
    assert b"attune.run" in body and b"attune-hub" in body and b"pull" in body
    assert b"garcia" not in body


def test_a_collector_that_is_gone_stops_nothing():
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="OTLP exporter is not installed (extra: otel)")
    assert run("http://127.0.0.1:1").returncode == 0


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_traces_are_sent_only_where_somebody_wants_them(environ, wanted):
    assert is_wanted(environ) is wanted
