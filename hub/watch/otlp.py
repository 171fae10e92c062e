"""Metrics by OTLP: the same figures as the exposition has, sent once to an OpenTelemetry collector."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hub.errors import ConfigError, TransientError
from hub.telemetry.catalogue import METRICS, Metric
from hub.watch.sample import Sample, by_metric

_MILLISECONDS = 20_000


def send_metrics(found: Sequence[Sample], exporter: Any = None) -> None:
    """This sends figures to the collector that the ``OTEL_EXPORTER_OTLP_*`` variables name; raises TransientError.

    Args:
        found: the figures.
        exporter: another exporter of OpenTelemetry's than the one for OTLP over HTTP.
    """
    try:
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricExportResult
        from opentelemetry.sdk.resources import Resource
    except ImportError:
        raise ConfigError("OpenTelemetry is not installed.", fix="Install attune-hub[otel].") from None
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], Resource.create({"service.name": "attune-hub"}), shutdown_on_exit=False)
    try:
        _instruments(provider.get_meter("attune"), by_metric(found))
        data = reader.get_metrics_data()
    finally:
        provider.shutdown()
    if data is None:
        return
    made = exporter or _exporter()
    try:
        if made.export(data, timeout_millis=_MILLISECONDS) is not MetricExportResult.SUCCESS:
            raise TransientError("the collector did not take the metrics.", fix="Check OTEL_EXPORTER_OTLP_ENDPOINT.")
    finally:
        made.shutdown()


def _exporter() -> Any:
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    except ImportError:
        raise ConfigError("OpenTelemetry's OTLP exporter is not installed.", fix="Install attune-hub[otel].") from None
    return OTLPMetricExporter()


def _instruments(meter: Any, grouped: dict[str, list[Sample]]) -> None:
    for metric in METRICS:
        # The totals are the store's, not the process's: whichever process sends them, they go on.
        make = meter.create_observable_counter if metric.kind == "counter" else meter.create_observable_gauge
        make(
            metric.name, callbacks=[_observed(metric, grouped[metric.name])], unit=metric.unit, description=metric.about
        )


def _observed(metric: Metric, found: Sequence[Sample]) -> Callable[[Any], Iterable[Any]]:
    from opentelemetry.metrics import Observation

    def observe(_: Any) -> Iterable[Any]:
        return [Observation(one.value, dict(zip(metric.labels, one.labels, strict=True))) for one in found]

    return observe
