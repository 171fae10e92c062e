"""The exposition: samples as Prometheus reads them, once as text or served on an address of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Thread
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from hub.telemetry.catalogue import METRICS
from hub.watch.sample import Sample, by_metric

LOOPBACK = "127.0.0.1"


class _Collector:
    """What prometheus_client asks for figures, each time that somebody looks."""

    def __init__(self, read: Callable[[], Sequence[Sample]]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        """These are the figures by metric."""
        grouped = by_metric(self._read())
        for metric in METRICS:
            family = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
            made = family(metric.exposed, metric.about, labels=metric.labels)
            for sample in grouped[metric.name]:
                made.add_metric(list(sample.labels), sample.value)
            yield made

    def describe(self) -> Iterable[Metric]:
        """Nothing is told beforehand: the store is read only when somebody looks."""
        return ()


def registry(read: Callable[[], Sequence[Sample]]) -> CollectorRegistry:
    """This is a registry whose figures are read whenever somebody looks."""
    made = CollectorRegistry(auto_describe=False)
    made.register(_Collector(read))
    return made


def exposition(found: Sequence[Sample]) -> str:
    """This is the text that Prometheus, or the textfile collector of its node exporter, reads."""
    return generate_latest(registry(lambda: found)).decode()


def serve(read: Callable[[], Sequence[Sample]], port: int, host: str = LOOPBACK) -> tuple[Any, Thread]:
    """This serves the figures at ``/metrics`` in a thread of its own; gives the server, and the thread."""
    server, thread = start_http_server(port, addr=host, registry=registry(read))
    return server, thread
