"""What the distribution brings to Airflow: connection types with forms, hooks, operators, a secrets backend, commands."""

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from hub.cli.sandbox import open_sandbox, write_deployment
from hub.store import tables
from hub.store.store import migrate

ROOT = Path(__file__).resolve().parents[2]
CONNECTORS = ("salesforce", "voucherify", "x", "zendesk")


@pytest.fixture(scope="module")
def sandbox():
    with open_sandbox(4) as running:
        yield running


@pytest.fixture(scope="module")
def deployed(sandbox, tmp_path_factory):
    config = write_deployment(tmp_path_factory.mktemp("provided"), sandbox)
    migrate(f"sqlite:///{config.parent}/var/hub.db")
    return config


@pytest.fixture
def stored(monkeypatch):
    """Stores a connection as Airflow's environment does; gives its id."""

    def store(conn_type, extra, host=None):
        told = {"conn_type": conn_type, "host": host, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_DESK", json.dumps(told))
        return "desk"

    return store


def test_every_connector_has_a_connection_type_with_its_form():
    from hub.airflow.provider_info import get_provider_info

    types = {one["connection-type"]: one for one in get_provider_info()["connection-types"]}
    assert set(types) >= {f"hub_{name}" for name in CONNECTORS}
    for name in CONNECTORS:
        from hub import plugins

        model = plugins.load().connector(name).config_model
        fields = types[f"hub_{name}"]["conn-fields"]
        assert set(fields) == set(model.model_fields)
        secret = {key for key, info in model.model_fields.items() if "SecretStr" in str(info.annotation)}
        assert secret and {key for key, one in fields.items() if one["schema"].get("format") == "password"} == secret


def test_airflow_takes_the_provider_as_it_is():
    from airflow.providers_manager import ProvidersManager
    from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

    manager, tasks = ProvidersManager(), ProvidersManagerTaskRuntime()
    assert "attune-hub" in manager.providers
    for name in CONNECTORS:
        hook = tasks.hooks[f"hub_{name}"]
        assert (
            hook is not None
            and hook.connection_id_attribute_name == "hub_conn_id"
            and hook.package_name == "attune-hub"
        )
    manager.initialize_providers_extra_links()
    assert "hub.airflow.link.ConsoleLink" in manager.extra_links_class_names


def test_asking_for_the_provider_runs_no_plugin():
    heavy = ("hub_x", "hub_zendesk", "hub_salesforce", "hub_voucherify", "hub.app", "hub.airflow.hook", "airflow.sdk")
    code = (
        "import sys; from hub.airflow.provider_info import get_provider_info as g; n = len(g()['connection-types']); "
    )
    code += f"print(n, [m for m in {heavy!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == f"{len(CONNECTORS)} []"


BROKEN_FORMS = (
    "{", "[]", '{"connector": "acme"}', '{"connector": "acme", "title": 7, "fields": {}}',
    '{"connector": "acme", "title": "Acme", "fields": {"key": "text"}}', None,
)  # fmt: skip


@pytest.mark.parametrize("text", BROKEN_FORMS)
def test_a_package_without_a_sound_form_is_passed_over(tmp_path, monkeypatch, text):
    from hub.airflow.forms import read_forms

    package = tmp_path / "hub_acme"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('must not be run')\n")
    if text is not None:
        (package / "connection.json").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    points = [EntryPoint("acme", "hub_acme", "hub"), EntryPoint("gone", "not_installed_at_all", "hub")]
    assert list(read_forms(points)) == []
    (package / "connection.json").write_text('{"connector": "acme", "title": "Acme", "fields": {}}')
    assert [one["connector"] for one in read_forms(points)] == ["acme"]


def test_the_test_button_logs_in(sandbox, stored):
    from hub.airflow.hook import HubZendeskHook

    told = sandbox.connection("zendesk")
    conn = stored("hub_zendesk", {**told["config"], "start_time": None}, told["base_url"])
    assert HubZendeskHook(hub_conn_id=conn).test_connection() == (True, "logged in")
    conn = stored("hub_zendesk", {**told["config"], "api_token": "wr0ng-s3cret"}, told["base_url"])
    fine, why = HubZendeskHook(hub_conn_id=conn).test_connection()
    assert not fine and "wr0ng-s3cret" not in why and why


def test_a_connection_that_is_not_complete_says_what_is_missing(stored):
    from hub.airflow.hook import HubZendeskHook

    fine, why = HubZendeskHook(
        hub_conn_id=stored("hub_zendesk", {"subdomain": "acme", "api_token": "s3cret"})
    ).test_connection()
    assert not fine and "email" in why and "s3cret" not in why
    fine, why = HubZendeskHook(hub_conn_id=stored("hub_zendesk", {}, "http://elsewhere.example")).test_connection()
    assert not fine and "https" in why


def test_the_secrets_backend_answers_for_the_hubs_connections_only(deployed, sandbox):
    from hub.airflow.secrets import HubSecretsBackend

    backend = HubSecretsBackend(config=str(deployed))
    found = json.loads(backend.get_conn_value("hub_zendesk"))
    told = sandbox.connection("zendesk")
    assert (found["conn_type"], found["host"]) == ("hub_zendesk", told["base_url"])
    assert found["extra"]["api_token"] == told["config"]["api_token"]
    assert backend.get_conn_value("zendesk") is None and backend.get_conn_value("hub_nobody") is None


def test_the_secrets_backend_knows_nothing_where_a_secret_is_gone(deployed):
    from hub.airflow.secrets import HubSecretsBackend

    (secret,) = (deployed.parent / "var" / "secrets").glob("zendesk.*")
    kept = secret.read_bytes()
    secret.unlink()
    try:
        assert HubSecretsBackend(config=str(deployed)).get_conn_value("hub_zendesk") is None
    finally:
        secret.write_bytes(kept)
    assert HubSecretsBackend(config=str(deployed.parent / "nowhere.yaml")).get_conn_value("hub_zendesk") is None


def test_a_reference_back_to_the_hubs_own_connection_ends(deployed, tmp_path, monkeypatch):
    """Airflow asks its backends for every reference; this one must not be asked by itself for ever."""
    from hub import references
    from hub.airflow.secrets import HubSecretsBackend

    settings = yaml.safe_load(deployed.read_text())
    settings["connections"]["zendesk"]["config"]["api_token"] = "airflow:hub_zendesk/api_token"
    circle = deployed.parent / "circle.yaml"
    circle.write_text(yaml.safe_dump(settings))
    backend = HubSecretsBackend(config=str(circle))
    asked = []

    def read(connection, field):
        asked.append(connection)
        return backend.get_conn_value(connection)

    monkeypatch.setattr(references, "_readers", [read])
    assert backend.get_conn_value("hub_zendesk") is None and asked == ["hub_zendesk"]


@pytest.mark.slow
def test_the_operators_do_what_the_commands_do(deployed):
    from airflow.sdk import DAG

    from hub.airflow.operators import HubPullOperator, HubPushOperator, HubSweepOperator
    from hub.airflow.task import Killed

    shared = {"hub_config": str(deployed)}
    with DAG("my_own", schedule=None):
        tasks = [
            HubPullOperator(task_id="read", sync="zendesk-pull", **shared),
            HubPushOperator(task_id="write", sync="zendesk-push", **shared),
            HubSweepOperator(task_id="sweep", **shared),
        ]
    results = [task.execute({}) for task in tasks]
    assert all(set(one) == {"run", "counts"} for one in results)
    engine = sa.create_engine(f"sqlite:///{deployed.parent}/var/hub.db")
    with engine.connect() as conn:
        runs = conn.execute(sa.select(tables.runs.c.sync, tables.runs.c.status).order_by(tables.runs.c.seq)).all()
    engine.dispose()
    assert runs == [("zendesk-pull", "succeeded"), ("zendesk-push", "succeeded"), ("sweep", "succeeded")]
    assert tasks[0].operator_extra_links[0].name == "Attune"
    with pytest.raises(Killed):
        tasks[0].on_kill()


def test_the_link_leads_to_the_page_of_the_run():
    from types import SimpleNamespace

    from hub.airflow.link import ConsoleLink

    key = SimpleNamespace(dag_id="my_own", run_id="manual__2026-05-20T03:07:00+00:00")
    assert ConsoleLink().get_link(None, ti_key=key) == "/hub/dag-runs/my_own/manual__2026-05-20T03%3A07%3A00%2B00%3A00"


def test_airflows_command_line_has_the_hubs(deployed):
    command = [sys.executable, "-W", "ignore", "-m", "airflow", "hub", "runs", "--json"]
    environment = {**os.environ, "AIRFLOW__HUB__CONFIG": str(deployed)}
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert ran.returncode == 0, ran.stderr
    assert isinstance(json.loads(ran.stdout[ran.stdout.index("[") :]), list)


@pytest.mark.parametrize(
    ("pools", "code", "said"),
    [({"desk": {"connections": ["zendesk"]}}, 0, "desk: 1 slots, new\n"), ({"desk": {}}, 2, "")],
)
def test_airflows_command_line_makes_pools(deployed, airflow_db, tmp_path, monkeypatch, capsys, pools, code, said):
    from airflow.configuration import conf

    from hub.airflow import commands

    config = tmp_path / "hub.yaml"
    config.write_text(yaml.safe_dump({**yaml.safe_load(deployed.read_text()), "pools": pools}))
    monkeypatch.setenv("AIRFLOW__HUB__CONFIG", str(config))
    assert conf.get("hub", "config") == str(config)
    (group,) = commands.get_commands()
    (command,) = [one for one in group.subcommands if one.name == "pools"]
    try:
        command.func(None)
        ended = 0
    except SystemExit as error:
        ended = error.code
    out, err = capsys.readouterr()
    assert (ended, out) == (code, said) and ("pools.desk.connections" in err) == bool(code)


def test_every_command_of_the_group_is_one_of_the_hubs():
    import typer

    from hub.airflow.commands import COMMANDS
    from hub.cli import app

    assert set(COMMANDS) <= set(typer.main.get_command(app).commands)


def test_the_forms_of_the_plugins_are_what_the_code_says():
    from hub import plugins
    from hub.cli.connection_form import FILE, make_form

    for name in CONNECTORS:
        kept = json.loads((ROOT / "plugins" / name / f"hub_{name}" / FILE).read_text(encoding="utf-8"))
        assert kept == json.loads(json.dumps(make_form(plugins.load().connector(name))))
