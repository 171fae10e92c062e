"""The console inside a real API server of Airflow: behind its login, with what its roles allow, and never a person."""

import re
import socket
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
import requests

from tests.console.story import CANARIES, NOW, tell

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(airflow_home, airflow_db, tmp_path_factory):
    """An API server with the plugin, on the database of the other tests."""
    import sys

    from hub.airflow.place import API, Place
    from hub.airflow.processes import Processes

    story = tell(tmp_path_factory.mktemp("mounted"))
    place = Place(airflow_home, free_port(), story.config)
    with Processes(airflow_home / "server", airflow_home / "server" / "logs") as processes:
        command = [sys.executable, "-m", "airflow", "api-server", "--workers", "1"]
        processes.start("api-server", command, place.environment(API))
        wait_for(place.url, processes)
        yield Server(place, story)
        processes.kill("api-server")  # asked to end, it waits for whoever keeps a connection open


class Server:
    def __init__(self, place, story):
        self.url, self.place, self.story = place.url, place, story

    def session(self, user=None):
        session = requests.Session()
        session.trust_env = False
        if user is not None:
            login = {"username": user, "password": self.place.passwords()[user]}
            token = session.post(f"{self.url}/auth/token", json=login, timeout=60).json()["access_token"]
            session.headers["Authorization"] = f"Bearer {token}"
        return session

    def get(self, path, user=None, **headers):
        with self.session(user) as session:
            return session.get(self.url + path, headers=headers, timeout=60, allow_redirects=False)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, processes):
    end = time.monotonic() + 240
    with requests.Session() as session:
        session.trust_env = False
        while time.monotonic() < end:
            processes.require_all()
            try:
                if session.get(f"{url}/api/v2/version", timeout=10).ok:
                    return
            except requests.RequestException:
                time.sleep(0.3)
    pytest.fail("the API server did not answer")


@contextmanager
def dag_run(dag_id, run_id, start, end):
    """A run of a DAG as Airflow's database knows it."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        run = DagRun(
            dag_id=dag_id, run_id=run_id, run_type="manual", state="success", start_date=start, run_after=start
        )
        run.end_date = end
        session.add(run)
    yield
    with create_session() as session:
        session.query(DagRun).filter(DagRun.run_id == run_id).delete()


@pytest.mark.parametrize(
    "path", ["/hub/", "/hub/runs", "/hub/runs.json", "/hub/duties", "/hub/dag-runs/a/b", "/hub/audit.json"]
)
def test_nobody_gets_in_without_airflows_login(server, path):
    answer = server.get(path)
    assert answer.status_code == 401 and "zendesk" not in answer.text
    forged = server.get(path, Authorization="Bearer eyJhbGciOiJub25lIn0.e30.")
    assert forged.status_code in (401, 403) and "zendesk" not in forged.text


def test_a_browser_is_sent_to_the_login_and_back(server):
    answer = server.get("/hub/runs", Accept="text/html")
    assert answer.status_code in (302, 307)
    assert "/auth/login" in answer.headers["location"] and "next=" in answer.headers["location"]


def test_a_viewer_sees_counts_and_an_operator_rows(server):
    looked = server.get("/hub/runs.json", "viewer")
    assert looked.status_code == 200
    assert {one["run"] for one in looked.json()["runs"]} >= set(server.story.runs.values())
    assert server.get("/hub/failures.json", "viewer").json()["rows_hidden"] is True
    assert server.get("/hub/duties.json", "viewer").status_code == 403
    assert server.get("/hub/duties.json", "operator").status_code == 200
    assert len(server.get("/hub/failures.json", "operator").json()["rows"]) == 1


def test_the_pages_know_no_person(server):
    for path in ("/hub/", "/hub/runs", "/hub/failures", "/hub/duties", "/hub/audit"):
        text = server.get(path, "admin").text
        assert "Attune" in text and [one for one in (*CANARIES, server.story.person) if one in text] == []
        links = re.findall(r"(?:href|src|action)=\"(/[^\"]*)\"", text)
        assert links and [link for link in links if not link.startswith("/hub/")] == []


def test_the_tab_of_a_dag_run_shows_what_the_hub_did_meanwhile(server):
    start, end = NOW - timedelta(minutes=21), NOW - timedelta(minutes=15)
    run_id = "manual__2026-05-20T02:46:00+00:00"
    with dag_run("hub_sync__zendesk-pull", run_id, start, end):
        path = f"/hub/dag-runs/hub_sync__zendesk-pull/{requests.utils.quote(run_id)}"
        found = server.get(f"{path}.json", "viewer").json()
        assert [one["run"] for one in found["runs"]] == [server.story.runs["good"]]
        assert {one["reason"] for one in found["reasons"]} == {"consent.none", "mapping.missing"}
        page = server.get(path, "viewer")
        assert page.status_code == 200 and "mapping.missing" in page.text
    assert server.get(path, "viewer").status_code == 404


def test_airflow_shows_the_console_in_its_pages(server):
    plugins = server.get("/api/v2/plugins", "admin").json()["plugins"]
    (mine,) = [one for one in plugins if one["name"] == "attune"]
    views = {one["destination"]: one["href"] for one in mine["external_views"]}
    assert views == {"nav": "hub/", "dag_run": "hub/dag-runs/{DAG_ID}/{RUN_ID}"}


def test_the_rest_of_airflow_keeps_its_own_headers(server):
    assert "default-src 'none'" in server.get("/hub/", "viewer").headers["content-security-policy"]
    assert "content-security-policy" not in server.get("/api/v2/version").headers
