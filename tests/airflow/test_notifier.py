"""A failed task is told to the channels of hub.yaml, without anything that a stranger or a person has written."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest
import yaml
from typer.testing import CliRunner

from hub.cli import app
from hub.errors import AuthError

CANARY = "maria.garcia@example.com"


@pytest.fixture
def posted():
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    got_at = SimpleNamespace(texts=got, url=f"http://127.0.0.1:{server.server_port}/services/secretsecret")
    yield got_at
    server.shutdown()
    server.server_close()


@pytest.fixture
def config(tmp_path, posted):
    assert CliRunner().invoke(app, ["init", str(tmp_path / "hub")]).exit_code == 0
    path = tmp_path / "hub" / "hub.yaml"
    (tmp_path / "webhook").write_text(posted.url)
    settings = yaml.safe_load(path.read_text())
    settings["alerts"] = {"slack": {"webhook": f"file:{tmp_path / 'webhook'}", "host": "127.0.0.1"}}
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    return path


def tell(config, context):
    from hub.airflow.notifier import HubNotifier

    HubNotifier(config).notify(context)


def context(**change):
    task = SimpleNamespace(dag_id="hub_sync__zendesk-pull", task_id="pull", try_number=3)
    return {"ti": task, "run_id": "scheduled__2026-06-02T12:00:00+00:00", "exception": AuthError(CANARY), **change}


def test_a_failure_is_told(config, posted):
    tell(config, context())
    (text,) = posted.texts
    assert "hub_sync__zendesk-pull has failed" in text
    assert "task pull, run scheduled__2026-06-02T12:00:00+00:00, attempt 3" in text and "AuthError" in text


def test_what_strangers_and_people_have_written_is_left_out(config, posted):
    tell(config, context(run_id=f"manual__{CANARY}", exception=ValueError(CANARY)))
    assert "garcia" not in posted.texts[0].lower()


def test_a_whole_dag_run_may_be_told_of(config, posted):
    run = SimpleNamespace(dag_id="hub_sweep", run_id="scheduled__2026-06-02T12:00:00+00:00")
    tell(config, {"dag_run": run})
    assert "hub_sweep has failed" in posted.texts[0] and "task" not in posted.texts[0].splitlines()[1]


def test_a_channel_that_is_down_hinders_nothing(config, posted, tmp_path, caplog):
    (tmp_path / "webhook").write_text("http://127.0.0.1:1/services/secretsecret")
    tell(config, context())
    assert "slack was not notified" in caplog.text and "secretsecret" not in caplog.text


def test_a_broken_configuration_hinders_nothing(tmp_path, caplog):
    tell(tmp_path / "none.yaml", context())
    assert "nobody was notified" in caplog.text
