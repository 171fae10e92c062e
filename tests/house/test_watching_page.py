"""The page about watching, its rules for Prometheus and its dashboard: alerts, settings, metrics and labels that exist."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from hub.config import AlertSettings
from hub.telemetry.catalogue import METRICS
from hub.telemetry.vocabulary import ALERTS
from hub.watch.thresholds import Thresholds

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PAGE = (HOW_TO / "watch-the-hub.md").read_text(encoding="utf-8")
RULES = yaml.safe_load((HOW_TO / "watching" / "prometheus-rules.yml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((HOW_TO / "watching" / "grafana-dashboard.json").read_text(encoding="utf-8"))
LABELS = {metric.exposed: set(metric.labels) for metric in METRICS}

QUERIES = [rule["expr"] for group in RULES["groups"] for rule in group["rules"]]
QUERIES += [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def used(query):
    """Metrics of a query, and the labels that it asks for."""
    names = set(re.findall(r"\battune_\w+", query))
    labels = {one for inside in re.findall(r"\{([^}]*)\}", query) for one in re.findall(r"(\w+)\s*=~?", inside)}
    labels |= {one.strip() for inside in re.findall(r"by \(([^)]*)\)", query) for one in inside.split(",")}
    return names, labels


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_asks_for_what_there_is(query):
    names, labels = used(query)
    assert names and names <= set(LABELS)
    assert all(labels <= LABELS[name] for name in names)


def test_a_query_for_what_there_is_not_would_be_noticed():
    names, labels = used('sum by (person) (rate(attune_gone_total{colour="red"}[5m]))')
    assert names == {"attune_gone_total"} and labels == {"person", "colour"}


def test_legends_and_summaries_name_labels_that_their_queries_have():
    told = [(target["expr"], target["legendFormat"]) for panel in DASHBOARD["panels"] for target in panel["targets"]]
    told += [(rule["expr"], json.dumps(rule["annotations"])) for group in RULES["groups"] for rule in group["rules"]]
    for query, text in told:
        known = set().union(*(LABELS[name] for name in used(query)[0]))
        asked = set(re.findall(r"\{\{(?: \$labels\.)?\s*(\w+) ?\}\}", text)) - {"value"}
        assert asked <= known, (query, asked)


def test_the_dashboard_shows_each_kind_of_thing():
    shown = {name for query in QUERIES for name in used(query)[0]}
    assert {"attune_records_total", "attune_rows_total", "attune_sync_lag_seconds", "attune_queue", "attune_budget_left",
            "attune_redactions_total", "attune_tags_total", "attune_expiry_backlog", "attune_audit_size"} <= shown  # fmt: skip


def test_the_page_tells_of_every_alert_and_its_bounds():
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \|(.*)\|$", PAGE, re.MULTILINE)
    assert {name for name, _ in rows} == ALERTS
    bounds = {bound for _, cell in rows for bound in re.findall(r"`(\w+)`", cell)}
    assert bounds == {one.name for one in fields(Thresholds)} <= set(AlertSettings.model_fields)


def test_the_settings_on_the_page_are_valid():
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert AlertSettings.model_validate(yaml.safe_load(block)["alerts"]).slack.host == "hooks.slack.com"


def test_the_bounds_are_the_same_with_and_without_a_file():
    assert all(getattr(AlertSettings(), one.name) == one.default for one in fields(Thresholds))
