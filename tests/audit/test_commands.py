"""The audit log's commands, as an operator and an auditor meet them."""

import hashlib
import json
import sqlite3
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import rfc8785
import yaml
from typer.testing import CliRunner

from hub.app import open_hub
from hub.audit.detail import detail_of
from hub.audit.entry import Entry
from hub.cli import app
from hub.errors import HubError
from tests.audit.rows import put_back, rows_of

DEAD = "http://127.0.0.1:9"  # the discard port: nobody answers there


@pytest.fixture
def deployment(tmp_path):
    """A deployment without systems; gives a function that changes its settings."""
    assert CliRunner().invoke(app, ["init", str(tmp_path)]).exit_code == 0
    path = tmp_path / "hub.yaml"

    def edit(**settings):
        path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **settings}))

    edit(connections={}, syncs={})
    assert CliRunner().invoke(app, ["migrate", "-c", str(path)]).exit_code == 0
    return edit


@pytest.fixture
def hub(tmp_path, deployment):
    def run(*arguments):
        return CliRunner().invoke(app, [*arguments, "-c", str(tmp_path / "hub.yaml")])

    return run


@pytest.fixture
def authority(tsa, tmp_path):
    """A timestamp authority on the network; gives what hub.yaml says about it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = tsa.stamp(self.path, body, self.headers["Content-Type"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    yield {"name": "tsa", "url": address, "certificates": str(tsa.certificates)}
    server.shutdown()
    server.server_close()


def test_a_run_anchors_by_itself_and_a_token_that_was_altered_is_refused(hub, deployment, authority, tmp_path):
    deployment(audit={"timestamps": [authority]})
    assert json.loads(hub("status", "--json").stdout)["anchors"][0]["state"] == "ok"  # nothing to anchor yet
    assert hub("sweep").exit_code == 0
    (standing,) = json.loads(hub("status", "--json").stdout)["anchors"]
    assert standing["state"] == "ok" and standing["size"] > 0
    verified = json.loads(hub("audit", "verify", "--json").stdout)
    assert verified["anchors"] == {"checked": 1, "unknown": 0} and verified["problem"] is None
    assert "1 kept cosignatures and timestamps hold" in hub("audit", "verify").stdout
    with sqlite3.connect(tmp_path / "var" / "hub.db") as raw:
        raw.execute("UPDATE audit_anchors SET token = zeroblob(length(token))")
    refused = hub("audit", "verify")
    assert isinstance(refused.exception, HubError) and refused.exception.exit_code == 1
    assert "tsa" in str(refused.exception)
    deployment(audit={})
    assert "1 are of somebody whom hub.yaml does not name" in hub("audit", "verify").stdout


@pytest.fixture
def exported(hub, deployment, authority, tmp_path):
    """An export with two timestamps in it."""
    deployment(audit={"timestamps": [authority]})
    for _ in range(2):
        assert hub("sweep").exit_code == 0
        assert hub("audit", "anchor").exit_code == 0
    told = json.loads(hub("audit", "export", str(tmp_path / "export"), "--json").stdout)
    assert told["timestamps"] == 3  # the first sweep asked by itself, too
    return tmp_path / "export"


def verified(folder, *more):
    ran = CliRunner().invoke(
        app, ["audit", "verify", "--folder", str(folder), "--trust", str(folder / "trust.policy"), "--json", *more]
    )
    if ran.exception:
        raise ran.exception
    return json.loads(ran.stdout)


def test_an_auditor_checks_timestamps_with_openssl_and_with_us(exported, tsa, other_tsa):
    stamps = verified(exported, "--certificates", str(tsa.certificates))["timestamps"]
    assert len(stamps) == 2 and stamps[0]["size"] < stamps[1]["size"]
    for token in (exported / "timestamps").glob("*.tsr"):
        text = token.with_name(token.name.partition("-")[0] + ".txt")
        check = ["openssl", "ts", "-verify", "-data", text, "-in", token, "-CAfile", tsa.certificates]
        assert subprocess.run(check, capture_output=True, check=False).returncode == 0
    assert verified(exported)["timestamps"] == []
    with pytest.raises(HubError, match="timestamp does not verify"):
        verified(exported, "--certificates", str(other_tsa.certificates))


@pytest.mark.parametrize(
    ("pattern", "change"),
    [
        ("*.tsr", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
        ("*.txt", lambda data: data.replace(b"attune.example", b"attune.exampel")),
        ("*.txt", lambda data: b"\n".join([*data.split(b"\n")[:2], b"A" * 43 + b"=", b""])),
        ("*.txt", lambda data: b""),
    ],
)
def test_timestamps_that_were_altered_are_refused(exported, tsa, pattern, change):
    path = sorted((exported / "timestamps").glob(pattern))[0]
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(HubError):
        verified(exported, "--certificates", str(tsa.certificates))


def test_every_command_speaks_json(hub, deployment):
    assert hub("sweep").exit_code == 0
    key = json.loads(hub("audit", "key", "--json").stdout)
    assert key["vkey"].startswith(key["origin"] + "+")
    proof = json.loads(hub("audit", "prove", "0", "--json").stdout)
    assert proof["entry"]["v"] == 1 and proof["proof"] == hub("audit", "prove", "0").stdout
    assert json.loads(hub("audit", "recover", "--json").stdout) == {"entries": 0, "renewed": 0}
    size = json.loads(hub("audit", "mirror", "--json").stdout)["size"]
    assert json.loads(hub("audit", "verify", "--json").stdout)["size"] == size
    assert "nothing is lost" in str(hub("audit", "recover", "--lost").exception)
    for arguments in (["show"], ["report"], ["verify"]):
        assert json.loads(hub("audit", *arguments, "--json").stdout)
    rotated = json.loads(hub("audit", "rotate", "file:var/audit-2.key", "--json").stdout)
    assert rotated["vkey"] != key["vkey"]
    deployment(audit_key="file:var/audit-2.key")
    assert json.loads(hub("audit", "verify", "--json").stdout)["problem"] is None


def test_where_there_are_more_entries_than_are_shown_it_says_how_to_go_on(hub):
    for _ in range(2):
        assert hub("sweep").exit_code == 0
    size = len(json.loads(hub("audit", "show", "--json").stdout))
    some = hub("audit", "show", "-n", str(size - 1)).stdout
    assert f"the first {size - 1} of more; go on with --start {size - 1}" in some
    assert "of more" not in hub("audit", "show", "-n", str(size)).stdout


def test_a_run_begins_nothing_while_the_log_has_less_than_its_mirror(hub, tmp_path):
    """What would be sent now could not be put on record."""
    assert hub("sweep").exit_code == 0
    backup = rows_of(f"sqlite:///{tmp_path / 'var' / 'hub.db'}")
    assert hub("sweep").exit_code == 0
    put_back(f"sqlite:///{tmp_path / 'var' / 'hub.db'}", backup)
    before = rows_of(f"sqlite:///{tmp_path / 'var' / 'hub.db'}")["runs"]
    assert "audit recover" in str(hub("sweep").exception)
    assert rows_of(f"sqlite:///{tmp_path / 'var' / 'hub.db'}")["runs"] == before
    assert hub("audit", "recover").exit_code == 0 and hub("sweep").exit_code == 0


def test_nobody_waits_for_an_anchor_and_an_overdue_one_is_seen(hub, deployment, authority):
    deployment(audit={"timestamps": [{**authority, "url": DEAD}]})
    ran = hub("sweep")
    assert ran.exit_code == 0, ran.output
    assert "not anchored" in ran.stderr and "Traceback" not in ran.output
    assert json.loads(hub("status", "--json").stdout)["anchors"] == [
        {"kind": "timestamp", "name": "tsa", "size": 0, "at": None, "state": "overdue"}
    ]
    assert "overdue" in hub("status").stdout
    deployment(audit={"timestamps": [{**authority, "url": DEAD, "certificates": "nowhere.pem"}]})
    assert hub("sweep").exit_code == 0
    assert "nowhere.pem" in hub("status").stdout
    deployment(audit={"timestamps": [{**authority, "url": DEAD}], "anchor_every": None})
    assert "not anchored" not in hub("sweep").stderr


def test_a_dry_run_asks_nobody(hub, deployment, authority):
    deployment(audit={"timestamps": [authority]})
    assert hub("sweep", "--dry-run").exit_code == 0
    assert json.loads(hub("status", "--json").stdout)["anchors"][0]["size"] == 0


@pytest.fixture
def person(hub, tmp_path):
    """Somebody about whom the log holds one entry with a detail."""
    with open_hub(tmp_path / "hub.yaml") as opened:
        with opened.store.begin() as tx:
            (made,) = tx.persons.create_many(1)
            told = detail_of(made, object="contacts", fields=["Emotion__c"])
            ref = tx.persons.audit_ref(made)
            opened.audit.record(tx, [Entry(type="deliver", outcome="sending", subject=ref, detail=told)])
        opened.audit.sequence()
    return made


def shown(hub, *arguments):
    ran = hub("audit", "show", "--type", "deliver", "--detail", "LegalCompliance", *arguments)
    return json.loads(ran.stdout)[0] if "--json" in arguments else ran


def test_who_is_entitled_opens_a_detail_and_the_look_is_on_record(hub, deployment, person):
    deployment(roles={"operator": ["privacy_officer"]})
    entry = shown(hub, "--json")
    assert entry["detail"] == {"fields": ["Emotion__c"], "object": "contacts"}
    told = b"hub-audit/v1\0" + bytes.fromhex(entry["nonce"]) + rfc8785.dumps(entry["detail"])
    assert hashlib.sha256(told).hexdigest() == entry["c"]
    table = shown(hub).stdout
    assert "Emotion__c" in table and "contacts" in table
    assert hub("sweep").exit_code == 0  # puts what waits into the tree
    looks = json.loads(hub("audit", "show", "--type", "read", "--json").stdout)
    assert [(look["outcome"], look["subject"]) for look in looks] == [("shown", entry["subject"])] * 2


def test_who_is_not_entitled_opens_nothing(hub, deployment, person):
    deployment(roles={"operator": ["auditor"]})
    refused = shown(hub)
    assert isinstance(refused.exception, HubError) and refused.exception.exit_code == 4
    assert "Emotion__c" not in refused.output
    assert hub("audit", "show", "--type", "deliver").exit_code == 0  # the entry itself names nobody


def test_an_erased_persons_detail_is_gone_and_the_entry_stays(hub, deployment, person, tmp_path):
    deployment(roles={"operator": ["privacy_officer"]})
    before = shown(hub, "--json")
    with open_hub(tmp_path / "hub.yaml") as opened, opened.store.begin() as tx:
        tx.persons.erase(person)
    after = shown(hub, "--json")
    assert (after["detail"], after["nonce"], after["c"]) == (None, None, before["c"])
    assert hub("audit", "verify").exit_code == 0
