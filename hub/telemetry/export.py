"""Sends the spans of a command to an OpenTelemetry collector, where OpenTelemetry's own variables name one.

Airflow, and ``opentelemetry-instrument``, set OpenTelemetry up themselves, and are left alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_SECONDS = 5
"""How long a collector that does not answer may hold up the end of a command."""


def is_wanted(environ: Mapping[str, str] = os.environ) -> bool:
    """This tells whether somebody wants traces: a collector is named, and nothing says no."""
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or environ.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return any(environ.get(name) for name in _ENDPOINTS)


def start(environ: Mapping[str, str] = os.environ) -> str | None:
    """This sets OpenTelemetry up where it is wanted; gives why it cannot, None otherwise.

    The exporter reads the ``OTEL_EXPORTER_OTLP_*`` variables; traces go by HTTP.
    """
    if not is_wanted(environ) or "opentelemetry.sdk.trace" in sys.modules:
        return None
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        return "traces are wanted, and OpenTelemetry is not installed: install attune-hub[otel]."
    # The name that OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES give goes before ours.
    named: dict[str, Any] = {} if environ.get("OTEL_SERVICE_NAME") else {"service.name": "attune-hub"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=_SECONDS)))
    trace.set_tracer_provider(provider)
    return None
