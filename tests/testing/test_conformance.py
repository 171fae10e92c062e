import importlib
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hub.contract import (
    Batch,
    Capability,
    HubError,
    Outcome,
    OutcomeState,
    Partition,
    PartitionPlan,
    RawRecord,
    TransientError,
)
from hub.testing import Reply
from hub.testing.conformance import CheckState, check_connector

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-plugin.md"
BLOCK = re.compile(r"```(?:python|yaml|toml)\n# (\S+)\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def parrot(tmp_path_factory):
    """The how-to's plugin, written out from the page as a reader would."""
    folder = tmp_path_factory.mktemp("parrot")
    for name, content in BLOCK.findall(PAGE.read_text()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("hub_parrot")
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.startswith("hub_parrot")]:
        del sys.modules[name]


@pytest.fixture
def broken(parrot):
    """A connector whose connection has some methods replaced."""

    def make(**methods):
        base = importlib.import_module("hub_parrot.connection").ParrotConnection
        return replace(parrot.CONNECTOR, open=type("Broken", (base,), methods))

    return make


def failures(connector, only=""):
    report = check_connector(connector, only=only)
    assert report.results, "no check has that name"
    return {r.name: r.reason for r in report.results if r.state == CheckState.FAILED}


def test_the_how_to_is_true(parrot):
    report = check_connector(parrot.CONNECTOR)
    assert report.passed, report.render()
    assert all(result.state == CheckState.PASSED for result in report.results), report.render()
    assert len(report.results) >= 18


def test_the_how_to_is_complete():
    names = {name for name, _ in BLOCK.findall(PAGE.read_text())}
    assert "pyproject.toml" in names
    assert "tests/test_contract.py" in names


def test_checks_that_do_not_apply_say_why(parrot):
    manifest = replace(parrot.CONNECTOR.manifest, capabilities=frozenset({Capability.READ}), objects=())
    report = check_connector(replace(parrot.CONNECTOR, manifest=manifest), only="erase")
    assert [r.state for r in report.results] == [CheckState.SKIPPED]
    assert "does not declare 'erase'" in report.render()


def test_the_kit_needs_no_pytest():
    code = "import sys; import hub.testing.conformance; sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def changed(manifest, connector):
    return replace(connector, manifest=replace(connector.manifest, **manifest))


@pytest.mark.parametrize(
    "manifest", [{"name": "Parrot"}, {"version": "1"}, {"hosts": ()}, {"hosts": ("*",)}, {"contract": 99}]
)
def test_a_wrong_manifest_is_found(parrot, manifest):
    assert failures(changed(manifest, parrot.CONNECTOR), "manifest")


def test_a_capability_without_streams_is_found(parrot):
    assert failures(changed({"streams": ()}, parrot.CONNECTOR), "capabilities")


def test_calling_the_vendor_while_opening_is_found(broken):
    connector = broken()
    eager = replace(connector, open=lambda config, context: _checked(connector.open(config, context)))
    assert "open() calls the vendor" in str(failures(eager, "opens"))


def _checked(connection):
    connection.check()
    return connection


def test_a_cursor_that_skips_is_found(broken):
    def read(self, stream, cursor):
        for batch in super(type(self), self).read(stream, cursor):
            yield Batch(batch.records, str(int(batch.cursor) + 1))

    assert set(failures(broken(read=read), "resumes")) == {"resumes from every cursor"}


def test_a_read_that_swallows_errors_is_found(broken):
    def read(self, stream, cursor):
        try:
            yield from super(type(self), self).read(stream, cursor)
        except TransientError:
            return

    assert "ended as if all was well" in str(failures(broken(read=read), "trouble_raises"))


def test_a_foreign_error_is_found(broken):
    def read(self, stream, cursor):
        try:
            yield from super(type(self), self).read(stream, cursor)
        except TransientError as error:
            raise OSError("oops") from error

    assert "raised OSError instead of" in str(failures(broken(read=read), "trouble_raises"))


def test_a_request_storm_is_found(broken):
    def read(self, stream, cursor):
        for _ in range(50):
            try:
                return list(super(type(self), self).read(stream, cursor))
            except TransientError as error:
                last = error
        raise last

    assert "calls were made" in str(failures(broken(read=read), "trouble_raises"))


def test_a_secret_in_an_error_is_found(broken):
    def _call(self, *args, **options):
        try:
            return super(type(self), self)._call(*args, **options)
        except TransientError:
            raise
        except HubError as error:
            raise type(error)(f"refused: {self._token.get_secret_value()}") from None

    assert "a secret shows" in str(failures(broken(_call=_call), "trouble_raises"))


def test_an_endless_read_is_found(broken):
    def read(self, stream, cursor):
        while True:
            yield Batch((), cursor)

    assert "without end" in str(failures(broken(read=read), "read_yields"))


def test_a_float_id_is_found(broken):
    def read(self, stream, cursor):
        for batch in super(type(self), self).read(stream, cursor):
            records = (replace(r, data={**r.data, "owner": {"account_id": 1.0}}) for r in batch.records)
            yield Batch(tuple(records), batch.cursor)

    assert "'owner.account_id' is a float" in str(failures(broken(read=read), "read_yields"))


def test_a_missing_outcome_is_found(broken):
    def write(self, object, records):
        return iter(list(super(type(self), self).write(object, records))[1:])

    assert "outcomes" in str(failures(broken(write=write), "one_outcome"))


def test_a_lost_write_called_failed_is_found(broken):
    def _put(self, record):
        outcome = super(type(self), self)._put(record)
        if outcome.state is OutcomeState.UNKNOWN:
            return Outcome(outcome.key, OutcomeState.FAILED, retryable=True, reason="time_out")
        return outcome

    assert "a done write is failed" in str(failures(broken(_put=_put), "after_the_commit"))


def test_a_lost_write_called_confirmed_is_found(broken):
    def _put(self, record):
        super(type(self), self)._put(record)
        return Outcome(record.idempotency_key, OutcomeState.CONFIRMED)

    connector = broken(_put=_put)
    assert failures(connector, "before_the_commit")
    assert failures(connector, "one_outcome")
    assert failures(connector, "trouble_while_writing")


def test_a_lie_about_erasure_is_found(broken):
    def erase(self, subject):
        return iter(())

    assert failures(broken(erase=erase), "erase_then")
    assert failures(broken(verify_erased=lambda self, subject: iter(())), "erase_then")


def test_a_foreign_host_is_found(broken):
    def read(self, stream, cursor):
        import socket

        with pytest.raises(OSError, match="not the simulator"):
            socket.create_connection(("tracker.example.com", 80), timeout=1)
        yield from super(type(self), self).read(stream, cursor)

    assert "tracker.example.com" in str(failures(broken(read=read), "read_yields"))


def test_wrong_credentials_that_pass_the_check_are_found(broken):
    assert "raised nothing instead of AuthError" in str(failures(broken(check=lambda self: None), "credentials"))


def test_a_record_that_the_mapping_refuses_is_found(parrot, monkeypatch):
    simulator = importlib.import_module("hub_parrot.simulator").ParrotSimulator
    route = simulator.list_people

    def without_times(self, request):
        body = route(self, request).body
        return Reply(200, {**body, "items": [{**p, "changed_at": None} for p in body["items"]]})

    without_times.routes = route.routes
    monkeypatch.setattr(simulator, "list_people", without_times)
    assert failures(parrot.CONNECTOR, "mappings_take")


def test_a_range_without_an_end_is_told(broken):
    connector = broken(read_range=lambda self, stream, start, end, cursor=None: self._pages(stream, "0", {}))
    (reason,) = failures(connector, "ranges_share").values()
    assert "a record lies in two ranges" in reason


def test_a_range_that_leaves_out_its_first_instant_is_told(broken):
    def read_range(self, stream, start, end, cursor=None):
        bounds = {"since": start.isoformat(), "before": end.isoformat()}
        for batch in self._pages(stream, cursor or "0", bounds):
            yield Batch(batch.records[1:], batch.cursor)

    (reason,) = failures(broken(read_range=read_range), "ranges_share").values()
    assert "records lie in no range" in reason


def test_a_range_whose_cursor_skips_is_told(broken):
    def read_range(self, stream, start, end, cursor=None):
        after = str(int(cursor) + 1) if cursor else "0"
        yield from self._pages(stream, after, {"before": end.isoformat()})

    (reason,) = failures(broken(read_range=read_range), "a_range_resumes").values()
    assert "resumed after batch 1, 1 records are lost" in reason


def test_parts_that_overlook_the_last_records_are_told(broken):
    def partitions(self, stream, at_most):
        return PartitionPlan((Partition("all", {"after": "0", "upto": "20"}),), "24")

    (reason,) = failures(broken(partitions=partitions), "parts_hold").values()
    assert "4 records are in none of 1 parts" in reason


def test_too_many_parts_and_shared_names_are_told(broken):
    def partitions(self, stream, at_most):
        return PartitionPlan(tuple(Partition("p", {"after": "0", "upto": "99"}) for _ in range(2)), "24")

    (reason,) = failures(broken(partitions=partitions), "parts_hold").values()
    assert "2 parts instead of at most 1" in reason


def test_a_fetch_that_says_nothing_of_what_is_gone_is_told(broken):
    def fetch(self, stream, keys):
        for key in keys:
            found = self._get(f"/respondents/{key}", missing_ok=True)
            yield Batch((RawRecord(stream, key, "1", found),) if found else (), None)

    (reason,) = failures(broken(fetch=fetch), "fetch_yields").values()
    assert "4 keys gave 3 records" in reason


def test_ways_of_reading_that_no_stream_offers_are_told(parrot):
    manifest = parrot.CONNECTOR.manifest
    streams = tuple(replace(stream, range=None, partitions=False, fetch=False) for stream in manifest.streams)
    (reason,) = failures(replace(parrot.CONNECTOR, manifest=replace(manifest, streams=streams)), "agree").values()
    assert "lists differ" in reason
