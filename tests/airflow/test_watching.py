"""The DAG that watches: alerts get to the channels of hub.yaml, witnesses are asked, and lineage is told of what was moved."""

import json
import logging
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest
import yaml

from hub.app import open_hub
from hub.cli.sandbox import open_sandbox, write_deployment
from hub.errors import AuthError
from hub.store.migration import migrate


@pytest.fixture(scope="module")
def sandbox():
    with open_sandbox(2) as running:
        yield running


@pytest.fixture
def config(tmp_path, sandbox):
    config = write_deployment(tmp_path, sandbox)
    migrate(f"sqlite:///{tmp_path / 'var' / 'hub.db'}")
    return config


@pytest.fixture
def posted():
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield SimpleNamespace(bodies=got, url=f"http://127.0.0.1:{server.server_port}/services/secretsecret")
    server.shutdown()
    server.server_close()


def with_settings(config, **more):
    settings = yaml.safe_load(config.read_text(encoding="utf-8")) | more
    config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return config


def fail(config, sync, times):
    """So many runs of a sync have failed."""
    from hub.pipeline.run import running

    for _ in range(times):
        with open_hub(config) as hub, running(hub.rooms, sync, "pull") as run:
            run.error = AuthError("maria.garcia@example.com was refused")


def states(run):
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def test_what_somebody_should_know_of_is_told_once(config, posted, airflow_db, parse):
    (config.parent / "webhook").write_text(posted.url, encoding="utf-8")
    with_settings(config, alerts={"slack": {"webhook": "file:webhook", "host": "127.0.0.1"}})
    fail(config, "zendesk-pull", 3)
    assert states(parse(config).dags["hub_watch"].test()) == {"alerts": "success", "anchor": "success"}
    from hub.airflow.watching import tell_alerts

    assert tell_alerts(str(config)) == {"counts": {"failing": 1}}
    (body,) = posted.bodies
    assert "failing: zendesk-pull: the last 3 runs have failed" in json.loads(body)["text"] and "garcia" not in body


def test_without_a_channel_alerts_are_counted_and_stand_in_the_log(config, caplog):
    from hub.airflow.watching import tell_alerts

    fail(config, "zendesk-pull", 3)
    assert tell_alerts(str(config)) == {"counts": {"failing": 1}}
    assert "the last 3 runs have failed" in caplog.text and "garcia" not in caplog.text


def test_a_channel_that_was_not_reached_is_tried_again_and_not_named_further(config):
    from hub.airflow.retry import HubRetryPolicy
    from hub.airflow.watching import tell_alerts
    from hub.errors import TransientError

    (config.parent / "webhook").write_text("http://127.0.0.1:1/services/secretsecret", encoding="utf-8")
    with_settings(config, alerts={"slack": {"webhook": "file:webhook", "host": "127.0.0.1"}})
    fail(config, "zendesk-pull", 3)
    with pytest.raises(TransientError, match="not told: slack") as caught:
        tell_alerts(str(config))
    assert "secretsecret" not in str(caught.value)
    assert HubRetryPolicy().evaluate(caught.value, 1, 4).action.name == "DEFAULT"


def test_a_witness_that_is_due_and_silent_is_told_of(config):
    from hub.airflow.watching import anchor
    from hub.audit.key import Signer
    from hub.errors import TransientError

    assert anchor(str(config)) == {"counts": {"asked": 0}}
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    vkey = Signer("witness.example", Ed25519PrivateKey.generate()).verifier.vkey
    witness = {"name": "example", "url": "http://127.0.0.1:1", "vkey": vkey}
    with_settings(config, audit={"witnesses": [witness]})
    fail(config, "zendesk-pull", 1)  # something to speak about
    with pytest.raises(TransientError, match=r"was not anchored by example"):
        anchor(str(config))


def test_an_audit_log_that_does_not_hold_is_told_of_by_its_own_task(config, parse):
    from hub.airflow.notifier import HubNotifier

    (callback,) = parse(config).dags["hub_audit"].get_task("verify").on_failure_callback
    assert isinstance(callback, HubNotifier) and callback.config == str(config)


def test_a_tasks_log_tells_of_the_task_only(config, monkeypatch):
    """Libraries that tell what they are made of would stand above what an operator looks for."""
    from hub.airflow.work import plan_sync, run_shard

    heard = []
    listener = logging.Handler()
    listener.emit = lambda record: heard.append(record.name)
    monkeypatch.setattr(logging.getLogger(), "handlers", [listener])
    for name in ("alembic.runtime.migration", "presidio-analyzer"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)
    (planned,) = plan_sync(str(config), "zendesk-pull", {})
    run_shard(str(config), **planned)
    assert {name.partition(".")[0] for name in heard} == {"hub"}


@pytest.fixture
def pulled(config):
    """A task that has pulled, as OpenLineage's provider finds it."""
    from hub.airflow.task import HubTask
    from hub.airflow.work import plan_sync, run_shard

    (planned,) = plan_sync(str(config), "zendesk-pull", {})
    task = HubTask(task_id="run", python_callable=run_shard, op_args=[str(config)], op_kwargs=planned)
    task.execute({"params": {}})
    return task


def rows(datasets, facet):
    return {(one.namespace, one.name): getattr(one, f"{facet.split('S')[0]}Facets")[facet].rowCount for one in datasets}


def test_the_provider_of_openlineage_gets_datasets_and_numbers_of_rows(pulled, config):
    extractors = pytest.importorskip("airflow.providers.openlineage.extractors.manager")
    from airflow.utils.state import TaskInstanceState

    run = SimpleNamespace(run_id="manual__2026")
    found = extractors.ExtractorManager().extract_metadata(run, pulled, TaskInstanceState.SUCCESS, None)
    read, stored = rows(found.inputs, "inputStatistics"), rows(found.outputs, "outputStatistics")
    assert read[("zendesk://zendesk", "tickets")] > 0 and set(stored) == {("attune://attune", "records")}
    with open_hub(config) as hub:
        told = hub.lineage_of(pulled.moved)
    assert (sum(read.values()), sum(stored.values())) == tuple(
        sum(one.rows for one in side) for side in (told.inputs, told.outputs)
    )


def test_a_task_without_a_run_has_no_datasets(config):
    pytest.importorskip("airflow.providers.openlineage")
    from hub.airflow.task import HubTask
    from hub.airflow.work import verify_audit

    task = HubTask(task_id="verify", python_callable=verify_audit, op_kwargs={"config": str(config)})
    task.execute({"params": {}})
    found = task.get_openlineage_facets_on_complete(None)
    assert (found.inputs, found.outputs) == ([], [])


@pytest.mark.parametrize("provided", [False, True])
def test_the_hub_tells_of_its_runs_itself_where_the_provider_does_not(config, tmp_path, monkeypatch, provided):
    pytest.importorskip("openlineage.client")
    from hub.airflow import lineage, work

    path = tmp_path / "events.jsonl"
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(path))
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__APPEND", "true")
    monkeypatch.setattr(lineage, "is_told_by_provider", lambda: provided)
    (planned,) = work.plan_sync(str(config), "zendesk-pull", {})
    work.run_shard(str(config), **planned)
    events = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    assert [(one["eventType"], one["job"]["name"]) for one in events] == (
        [] if provided else [("START", "zendesk-pull"), ("COMPLETE", "zendesk-pull")]
    )


def test_whether_the_provider_tells(monkeypatch):
    pytest.importorskip("airflow.providers.openlineage")
    from hub.airflow.lineage import is_told_by_provider

    assert not is_told_by_provider(), "nobody has said where to"
    monkeypatch.setenv("OPENLINEAGE_URL", "http://127.0.0.1:5000")
    assert is_told_by_provider()
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__DISABLED", "True")
    assert not is_told_by_provider()
