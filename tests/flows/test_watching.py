"""What leaves the hub for those who watch it - metrics, traces, notices, lineage - tells nothing of anybody."""

import json
import re
from collections import Counter

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.errors import HubError
from hub.telemetry.catalogue import METRICS

pytestmark = pytest.mark.slow

CANARY = "maria.garcia@example.com said that she is furious"


def hub(world, *arguments, codes=(0,)):
    ran = CliRunner().invoke(app, [*arguments, "-c", str(world.config)])
    found = ran.exception.exit_code if isinstance(ran.exception, HubError) else ran.exit_code
    assert found in codes, (arguments, ran.output, ran.exception)
    return ran.stdout


@pytest.fixture
def spans(monkeypatch):
    """The spans of everything that runs, as JSON."""
    pytest.importorskip("opentelemetry.sdk", reason="opentelemetry-sdk is not installed (extra: otel)")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("opentelemetry.trace.get_tracer", lambda name: provider.get_tracer(name))
    return lambda: [json.loads(one.to_json()) for one in exporter.get_finished_spans()]


def personal(world):
    """Everything that would tell of somebody: names, addresses, words, the hub's own ids and hashes, vendors' keys."""
    said = {line.text for member in world.members for line in member.lines if len(line.text) > 12}
    names = {secret for member in world.members for secret in world.secrets_of(member)}
    rows = world.rows("persons", "records", "tags", "identifiers", "outcomes", "deliveries", "person_keys")
    own = {str(row[0]) for table in ("persons", "records", "tags", "identifiers") for row in rows[table]}
    own |= {str(cell) for table in ("outcomes", "deliveries", "person_keys") for row in rows[table] for cell in row
            if isinstance(cell, str) and re.search(r"[0-9a-f]{24}", cell) and not cell.startswith("run_")}  # fmt: skip
    return said | names | own | {CANARY, "maria", "garcia"}


def test_nothing_that_is_seen_tells_of_anybody(world_in, spans, audit_entries):
    world = world_in("sqlite")
    reports = {**world.pull(), **world.push(), "sweep": world.sweep()}
    with world.open() as opened, opened.store.begin() as tx:
        # What a plugin might say where a code is expected.
        from hub.store.tallies import count_outcomes, count_redactions

        count_outcomes(tx.unit, "rows", "zendesk-push", [("failed", CANARY)])
        count_outcomes(tx.unit, "rows", CANARY, [("failed", None)])
        count_redactions(tx.unit, [("zendesk", {CANARY: 1})])
    text = hub(world, "metrics")
    seen = {
        "metrics": text,
        "json": hub(world, "metrics", "--json"),
        "alerts": hub(world, "alerts", "--json", codes=(0, 3)),
        "spans": json.dumps(spans()),
        "otlp": sent_by_otlp(world),
        "lineage": json.dumps([json.loads(hub(world, "lineage", one.run_id)) for one in reports.values()]),
    }
    wanted = personal(world)
    assert len(wanted) > 200
    found = {(name, one) for name, told in seen.items() for one in wanted if one.lower() in told.lower()}
    assert found == set()

    lineage = json.loads(hub(world, "lineage", reports["zendesk-pull"].run_id))
    assert {one["name"] for one in lineage["inputs"]} <= {"users", "tickets", "satisfaction_ratings"}
    assert sum(one["rows"] for one in lineage["inputs"]) == reports["zendesk-pull"].counts["read"]

    figures = read(text)
    for name in ("zendesk-pull", "x-pull"):
        for state in ("stored", "withheld", "quarantined", "unchanged"):
            told = sum(
                value
                for labels, value in figures["attune_records_total"]
                if {"sync": name, "state": state}.items() <= labels.items()
            )
            assert told == reports[name].counts[state], (name, state)
    confirmed = sum(
        v
        for labels, v in figures["attune_rows_total"]
        if labels["sync"] == "zendesk-push" and labels["state"] == "confirmed"
    )
    assert confirmed == reports["zendesk-push"].counts["confirmed"] > 0
    taken = Counter()
    for report in reports.values():
        taken.update(getattr(report, "entities", {}))
    told = Counter()
    for labels, value in figures["attune_redactions_total"]:
        told[labels["entity"]] += value
    assert told.pop("other") == 1
    assert told == taken and told["EMAIL_ADDRESS"]
    made = sum(report.counts["tagged"] for report in reports.values() if hasattr(report, "entities"))
    assert sum(value for labels, value in figures["attune_tags_total"] if labels["emotion"] != "abstained") <= made
    assert figures["attune_audit_size"] or figures["attune_audit_waiting"]
    assert {labels["sync"] for labels, _ in figures["attune_sync_lag_seconds"]} >= {
        "zendesk-pull",
        "zendesk-push",
        "sweep",
    }
    names = Counter(one["name"] for one in spans())
    assert names["attune.run"] == 8
    assert {"attune.pull.page", "attune.pull.store", "attune.push.select", "attune.push.claim", "attune.push.write",
            "attune.push.settle"} <= set(names)  # fmt: skip


def read(text):
    """The exposition as prometheus_client itself reads it: labels and value by name."""
    from prometheus_client.parser import text_string_to_metric_families

    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def sent_by_otlp(world):
    """What goes to a collector, as it is about to be encoded."""
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.metrics.export import MetricExportResult

    from hub.watch.otlp import send_metrics

    class Collector:
        def export(self, data, timeout_millis):
            self.got = data.to_json()
            return MetricExportResult.SUCCESS

        def shutdown(self):
            pass

    collector = Collector()
    with world.open() as opened:
        send_metrics(opened.samples(), collector)
    names = re.findall(r'"name": "(attune\.[a-z_.]+)"', collector.got)
    assert {"attune.records", "attune.sync.lag", "attune.redactions"} <= set(names) <= {one.name for one in METRICS}
    return collector.got
