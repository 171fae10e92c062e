"""Lineage tells which datasets a run read and wrote, and how many rows, by names of the configuration only."""

import json
from datetime import UTC, datetime

import pytest

pytest.importorskip("openlineage.client", reason="openlineage-python is not installed (extra: lineage)")

from openlineage.client import OpenLineageClient
from openlineage.client.transport.file import FileConfig, FileTransport

from hub.errors import TransientError
from hub.store.ledger import RunStatus
from hub.watch.lineage import Dataset, Lineage, events_of, is_wanted, tell_lineage

AT = datetime(2026, 6, 2, 12, tzinfo=UTC)
PULL = Lineage(
    "run_" + "0a" * 16, "attune://acme", "zendesk-pull", AT, AT, RunStatus.PARTIAL,
    (Dataset("zendesk://desk", "tickets", 40), Dataset("zendesk://desk", "users", 2)),
    (Dataset("attune://acme", "records", 39),),
)  # fmt: skip


def test_the_events_of_a_run_get_to_where_openlineage_is_told(tmp_path):
    path = tmp_path / "events.jsonl"
    client = OpenLineageClient(transport=FileTransport(FileConfig(log_file_path=str(path), append=True)))
    assert tell_lineage([PULL], client) == 1
    began, ended = (json.loads(line) for line in path.read_text().splitlines())
    assert (began["eventType"], ended["eventType"]) == ("START", "COMPLETE")
    assert began["run"]["runId"] == ended["run"]["runId"] == "0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a"
    assert ended["job"]["name"] == "zendesk-pull" and ended["job"]["namespace"] == "attune://acme"
    read = {
        (one["namespace"], one["name"]): one["inputFacets"]["inputStatistics"]["rowCount"] for one in ended["inputs"]
    }
    assert read == {("zendesk://desk", "tickets"): 40, ("zendesk://desk", "users"): 2}
    (written,) = ended["outputs"]
    assert written["outputFacets"]["outputStatistics"]["rowCount"] == 39


@pytest.mark.parametrize(("status", "told"), [(RunStatus.SUCCEEDED, "COMPLETE"), (RunStatus.FAILED, "FAIL")])
def test_how_a_run_ended(status, told):
    ended = events_of(Lineage("run_" + "0" * 32, "attune://a", "a", AT, AT, status))
    assert [one.eventType.value for one in ended] == ["START", told]


def test_a_run_under_way_has_only_begun():
    assert len(events_of(Lineage("run_" + "0" * 32, "attune://a", "a", AT, None, RunStatus.RUNNING))) == 1


def test_an_error_of_the_transport_is_told_without_its_text():
    class Broken:
        def emit(self, event):
            raise ValueError("https://user:secret@lineage.example")

    with pytest.raises(TransientError) as told:
        tell_lineage([PULL], Broken())
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, False),
        ({"OPENLINEAGE_URL": "http://x"}, True),
        ({"OPENLINEAGE_CONFIG": "x.yml"}, True),
        ({"OPENLINEAGE__TRANSPORT__TYPE": "file"}, True),
        ({"OPENLINEAGE_URL": "http://x", "OPENLINEAGE_DISABLED": "true"}, False),
    ],
)
def test_lineage_is_told_only_where_somebody_wants_it(environ, wanted):
    assert is_wanted(environ) is wanted
