"""Airflow with SQLite and LocalExecutor: the same ledger as the command line's, and nothing personal in all of Airflow."""

import json
from urllib.parse import quote

import pytest

from hub.testing.faults import Fault
from tests.airflow.golden import content, worlds
from tests.browser import find_program, opened_browser
from tests.cluster.canary import all_files, canaries, found_in, whole_database, written
from tests.cluster.conftest import airflow, embedded, wait_until, without_schedules

pytestmark = pytest.mark.timeout(900)

SYNCS = ("salesforce-pull", "zendesk-pull", "zendesk-push")
DAGS = (*(f"hub_sync__{sync}" for sync in SYNCS), "hub_sweep", "hub_consent", "hub_watch", "hub_audit")
AGAIN = "zendesk-push"
LINEAGE = "lineage.jsonl"
RUN = 240


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    with worlds(tmp_path_factory.mktemp("worlds"), ("embedded", "airflow"), people=8) as made:
        for world in made.values():
            without_schedules(world.config)
        yield made


@pytest.fixture(scope="module")
def ran(both, tmp_path_factory):
    """Every DAG once, and one of them again; Airflow writes all that it would ever write into its logs."""
    home = tmp_path_factory.mktemp("airflow")
    # Among the logs: what is told to a catalogue of data is searched as well.
    lineage = {"type": "file", "log_file_path": str(home / "logs" / LINEAGE), "append": True}
    settings = {"AIRFLOW__LOGGING__LOGGING_LEVEL": "DEBUG", "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(lineage)}
    with airflow(home, both["airflow"].config, workers=2, settings=settings) as cluster:
        cluster.rest.wait_for_dags(set(DAGS), seconds=120)
        states = [run(cluster, dag_id) for dag_id in (*DAGS, f"hub_sync__{AGAIN}")]
        yield cluster, states


def run(cluster, dag_id):
    cluster.rest.unpause(dag_id)
    run_id = cluster.rest.trigger(dag_id)
    return dag_id, run_id, cluster.rest.wait(dag_id, run_id, RUN)


@pytest.fixture(scope="module")
def by_cli(both):
    runs = [[sync.rpartition("-")[2], sync] for sync in SYNCS]
    embedded(both["embedded"].config, *runs, ["sweep"], ["audit", "verify"], ["push", AGAIN])


def test_every_run_succeeds_and_leaves_the_same_as_the_command_line(both, ran, by_cli):
    _, states = ran
    assert {state for *_, state in states} == {"success"}, states
    here, there = content(both["airflow"].url), content(both["embedded"].url)
    assert here["outcomes"] and here["deliveries"] and here["audited"]
    for look in here:
        assert here[look] == there[look], look


def test_no_import_error_and_one_version_of_each_dag(ran):
    cluster, _ = ran
    assert cluster.rest.call("GET", "importErrors")["import_errors"] == []
    versions = {dag_id: cluster.rest.call("GET", f"dags/{dag_id}/dagVersions")["total_entries"] for dag_id in DAGS}
    assert versions == dict.fromkeys(DAGS, 1)


def test_lineage_has_the_datasets_of_every_sync(both, ran):
    """Through Airflow's own provider, of each task that ran a shard: the rows that the ledger knows."""
    cluster, _ = ran
    lines = (cluster.place.logs / LINEAGE).read_text(encoding="utf-8").splitlines()
    ended = [one for one in map(json.loads, lines) if one["eventType"] == "COMPLETE" and one.get("inputs")]
    moved = {one["job"]["name"]: (rows(one["inputs"], "input"), rows(one["outputs"], "output")) for one in ended}
    assert set(moved) == {f"hub_sync__{sync}.run" for sync in SYNCS}
    read, stored = moved["hub_sync__zendesk-pull.run"]
    assert read["zendesk://zendesk", "tickets"] > 0 and stored["attune://attune", "records"] > 0


def rows(datasets, kind):
    return {(one["namespace"], one["name"]): one[f"{kind}Facets"][f"{kind}Statistics"]["rowCount"] for one in datasets}


def test_airflows_pages_in_a_browser(ran):
    """Somebody logs in and sees the hub's page, and its tab at a DAG run."""
    cluster, states = ran
    find_program()
    dag_id, run_id, _ = states[1]
    with opened_browser() as browser:
        browser.go(f"{cluster.place.url}/", "document.querySelector('input[name=password]')")
        for name, value in (("username", "admin"), ("password", cluster.place.passwords()["admin"])):
            browser.ask(f"document.querySelector('input[name={name}]').focus()")
            browser.call("Input.insertText", text=value)
        browser.ask("document.querySelector('form button[type=submit]').click()")
        browser.wait("location.pathname === '/' && document.body.innerText.includes('Attune')")
        for path, title in (
            ("plugin/attune", "Overview"),
            (f"dags/{dag_id}/runs/{quote(run_id, safe='')}/plugin/attune-run", dag_id.partition("__")[2]),
        ):
            inside = "document.querySelector('iframe')?.contentDocument"
            browser.go(f"{cluster.place.url}/{path}", f"{inside}?.querySelector('h1')?.innerText === '{title}'")
            assert [one for one in browser.errors if "allow-same-origin" not in one] == []
            assert browser.ask(f"{inside}.documentElement.dataset.theme") in {"light", "dark"}


def test_nothing_personal_is_anywhere_in_airflow(both, ran):
    """A system that is down and one that answers with a person's words included: errors are where such things get out."""
    cluster, states = ran
    world = both["airflow"]
    member = world.sandbox.simulators["zendesk"].cast.members[0]
    body = {"error": f"{member.email} was rejected", "description": member.lines[0].text}
    world.sandbox.simulators["zendesk"].faults.add(Fault.answers("GET *", status=403, body=body, times=1))
    failed = run(cluster, "hub_sync__zendesk-pull")
    world.sandbox.simulators["zendesk"].stop()
    down = cluster.rest.trigger("hub_sync__zendesk-pull")
    tried = {"up_for_retry", "failed"}
    wait_until(lambda: tried & {task["state"] for task in cluster.rest.tasks("hub_sync__zendesk-pull", down)}, RUN)
    assert failed[-1] == "failed"

    database = whole_database(f"sqlite:///{cluster.place.home}/airflow.db")
    files = all_files(cluster.place.logs)
    told = {**database, **files}
    everything = "\n".join(told.values())
    for _, run_id, _ in states:
        assert run_id in everything
    assert {"dag_run", "xcom", "rendered_task_instance_fields", "import_error", "task_instance"} <= database.keys()
    assert database["xcom"] and database["rendered_task_instance_fields"]
    assert any("task_id=" in name and files[name] for name in files)
    values = canaries(world.sandbox)
    assert {name: sorted(found) for name, text in told.items() if (found := found_in(text, values))} == {}


@pytest.mark.parametrize("planted", ["Ada O'Neill", "ada@example.com", "+44 7700 900201"])
def test_the_search_finds_what_is_there(planted):
    import base64
    import json
    import zlib
    from urllib.parse import quote

    around = f"so {planted} said"
    for text in (around, around.upper(), json.dumps({"a": around}), quote(around), around.encode().hex()):
        assert found_in(text, {planted}) == {planted}
    for shift in range(3):
        assert found_in(base64.b64encode(b"x" * shift + around.encode()).decode(), {planted}) == {planted}
    assert found_in(written(zlib.compress(around.encode())), {planted}) == {planted}
    assert found_in(around, {"Eve"}) == set()
