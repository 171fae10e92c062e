"""``hub metrics`` and ``hub alerts``, as schedulers and scrapers meet them."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request

import pytest
import yaml
from typer.testing import CliRunner

from hub.cli import app
from hub.errors import HubError
from hub.store.migration import migrate
from hub.telemetry.catalogue import METRICS


@pytest.fixture
def deployment(tmp_path, make_database):
    """A deployment of one pull that never ran, and the sweep."""
    ran = CliRunner().invoke(app, ["init", str(tmp_path / "hub")])
    assert ran.exit_code == 0, ran.output
    folder = tmp_path / "hub"
    migrate(f"sqlite:///{folder / 'var' / 'hub.db'}")
    edit(folder / "hub.yaml", lambda settings: settings.update(alerts={"stale_hours": 1}))
    return folder / "hub.yaml"


def edit(path, change):
    settings = yaml.safe_load(path.read_text())
    change(settings)
    path.write_text(yaml.safe_dump(settings, sort_keys=False))


def hub(*arguments):
    ran = CliRunner().invoke(app, list(arguments))
    code = ran.exception.exit_code if isinstance(ran.exception, HubError) else ran.exit_code
    return code, ran.stdout, str(ran.exception or "") + ran.stderr


def killed_run(deployment):
    """A run that was killed, long ago."""
    from hub.app import open_hub

    with open_hub(deployment) as opened, opened.store.begin() as tx:
        tx.ledger.start_run("zendesk-pull", "pull", "rev")


def test_the_metrics_are_printed_in_the_order_of_the_catalogue(deployment):
    code, text, _ = hub("metrics", "-c", str(deployment))
    assert code == 0
    told = re.findall(r"^# TYPE (\w+) (counter|gauge)$", text, re.MULTILINE)
    assert told == [(one.exposed, one.kind) for one in METRICS]
    assert "attune_audit_size 0.0" in text


def test_a_file_is_written_at_once(deployment, tmp_path):
    path = tmp_path / "attune.prom"
    assert hub("metrics", "-c", str(deployment), "--to", str(path))[0] == 0
    assert path.read_text().startswith("# HELP attune_runs_total ")
    assert [one.name for one in tmp_path.glob("*attune.prom*")] == ["attune.prom"]


def test_ways_that_exclude_each_other(deployment):
    code, _, error = hub("metrics", "-c", str(deployment), "--json", "--otlp")
    assert code == 2 and "exclude each other" in error


def test_they_are_served_and_read_anew_each_time(deployment):
    command = [sys.executable, "-m", "hub", "metrics", "--serve", "--port", "0", "-c", str(deployment)]
    environment = {**os.environ, "COLUMNS": "200"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        try:
            url = re.search(r"http://127\.0\.0\.1:\d+/metrics", server.stderr.readline())[0]
            assert 'attune_sync_running{sync="zendesk-pull"} 0.0' in fetch(url)
            killed_run(deployment)
            assert 'attune_sync_running{sync="zendesk-pull"} 1.0' in fetch(url)
        finally:
            server.terminate()


def fetch(url):
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return answer.read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_alerts_tell_what_to_do_and_the_exit_code_tells_that_there_are_some(deployment):
    assert hub("alerts", "-c", str(deployment))[0] == 0
    killed_run(deployment)
    code, text, _ = hub("alerts", "-c", str(deployment), "--json")
    assert code == 3
    (alert,) = json.loads(text)
    assert (alert["alert"], alert["sync"], alert["severity"]) == ("lease", "zendesk-pull", "warning")
    assert "hub runs" in alert["next"]


def test_there_must_be_somebody_to_notify(deployment):
    code, _, error = hub("alerts", "-c", str(deployment), "--notify")
    assert code == 2 and "alerts.slack" in error


def test_a_secret_in_the_file_itself_is_refused(deployment):
    edit(deployment, lambda one: one["alerts"].update(slack={"webhook": "https://hooks.slack.com/services/secret"}))
    code, _, error = hub("alerts", "-c", str(deployment))
    assert code == 2 and "alerts.slack.webhook" in error and "services/secret" not in error


def test_a_password_is_sent_over_tls_only(deployment):
    mail = {"host": "mail.example", "security": "none", "sender": "a@b.example", "to": ["c@b.example"]}
    edit(deployment, lambda one: one["alerts"].update(email=mail))
    code, _, error = hub("alerts", "-c", str(deployment))
    assert code == 2 and "without TLS" in error


def test_the_channels_are_told_and_remembered(deployment, tmp_path):
    (tmp_path / "webhook").write_text("http://127.0.0.1:1/services/secretsecret")
    slack = {"webhook": f"file:{tmp_path / 'webhook'}", "host": "127.0.0.1"}
    edit(deployment, lambda one: one["alerts"].update(slack=slack))
    assert hub("alerts", "-c", str(deployment), "--notify")[0] == 0  # nothing to tell
    killed_run(deployment)
    code, _, error = hub("alerts", "-c", str(deployment), "--notify")
    assert code == 3 and "does not answer" in error and "secretsecret" not in error
