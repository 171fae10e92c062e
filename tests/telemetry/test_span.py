"""Spans tell names, ids and counts of the catalogue, and of an error its class only."""

import json
import subprocess
import sys

import pytest

trace = pytest.importorskip("opentelemetry.trace", reason="opentelemetry is not installed (extra: otel)")
pytest.importorskip("opentelemetry.sdk", reason="opentelemetry-sdk is not installed (extra: otel)")

from opentelemetry.sdk.trace import TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: E402

from hub.errors import ThrottledError  # noqa: E402
from hub.telemetry.span import each_traced, span, traced  # noqa: E402
from hub.telemetry.vocabulary import declare  # noqa: E402

CANARY = "maria.garcia@example.com"


@pytest.fixture
def finished(monkeypatch):
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("opentelemetry.trace.get_tracer", lambda name: provider.get_tracer(name))
    return exporter.get_finished_spans


def test_a_span_has_its_names_and_counts(finished):
    declare(["zendesk-pull"])
    with span("attune.run", sync="zendesk-pull", run_kind="pull") as mark:
        mark.tell(count=3, run_state="succeeded", stream=None)
    (one,) = finished()
    assert one.name == "attune.run"
    assert dict(one.attributes) == {
        "attune.sync": "zendesk-pull", "attune.run.kind": "pull", "attune.count": 3, "attune.run.state": "succeeded",
    }  # fmt: skip


def test_words_of_strangers_stay_out(finished):
    class Garcia(Exception):
        pass

    with pytest.raises(Garcia), span("attune.push.write", object=CANARY, run_id=CANARY) as mark:
        mark.tell(stream=CANARY)
        raise Garcia(CANARY)
    told = json.dumps([json.loads(one.to_json()) for one in finished()])
    assert "garcia" not in told.lower()
    assert dict(finished()[0].attributes)["error.type"] == "other"


def test_an_error_is_told_by_its_class(finished):
    with pytest.raises(ThrottledError), span("attune.push.write"):
        raise ThrottledError(CANARY)
    (one,) = finished()
    assert one.attributes["error.type"] == "ThrottledError"
    assert not one.status.is_ok and one.status.description is None and one.events == ()


def test_each_wait_is_a_span_and_each_call(finished):
    work = traced("attune.pull.store")(lambda item: item * 2)
    assert [work(item) for item in each_traced("attune.pull.page", [1, 2])] == [2, 4]
    names = [one.name for one in finished()]
    assert names == ["attune.pull.page", "attune.pull.store"] * 2 + ["attune.pull.page"]


def test_only_spans_and_attributes_of_the_catalogue():
    with pytest.raises(KeyError):
        traced("attune.something")
    with pytest.raises(KeyError), span("attune.run", person="per_1"):
        pass


def test_whoever_has_no_opentelemetry_does_not_load_it():
    code = (
        "import sys\nfrom hub.telemetry.span import span\n"
        "with span('attune.run', sync='x') as mark:\n    mark.tell(count=1)\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
