"""``hub metrics``: the hub's metrics for Prometheus and for OpenTelemetry collectors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.app import open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import err, print_json
from hub.errors import ConfigError
from hub.file import write_whole

PORT = 9464
"""Where exporters of OpenTelemetry for Prometheus listen by custom."""


def add_commands(app: typer.Typer) -> None:
    """This adds the command to ``hub``."""
    app.command("metrics")(metrics)


def metrics(
    serve: Annotated[bool, typer.Option("--serve", help="Serve them at http://127.0.0.1:PORT/metrics.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="With --serve: the port; 0: any.")] = PORT,
    host: Annotated[str, typer.Option(help="With --serve: the address to listen on.")] = "127.0.0.1",
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Write them to a file, at once, for the node exporter's textfile collector."),
    ] = None,
    otlp: Annotated[
        bool, typer.Option("--otlp", help="Send them once to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Print the metrics once, or serve them: totals and states, read from the database; no label tells of anybody.

    Example: hub metrics --to /var/lib/node_exporter/attune.prom
    """
    if sum((serve, otlp, to is not None, as_json)) > 1:
        raise ConfigError("--serve, --to, --otlp and --json exclude each other.", fix="Choose one of them.")
    if serve:
        return _serve(config, host, port)
    with open_hub(config) as hub:
        found = hub.samples()
    if as_json:
        return print_json([
            {"metric": one.metric.name, **dict(zip(one.metric.labels, one.labels, strict=True)), "value": one.value}
            for one in found
        ])  # fmt: skip
    if otlp:
        from hub.watch.otlp import send_metrics

        return send_metrics(found)
    from hub.watch.exposition import exposition

    text = exposition(found)
    return typer.echo(text, nl=False) if to is None else write_whole(to, text.encode(), mode=0o666)


def _serve(config: Path, host: str, port: int) -> None:
    from hub.watch.exposition import serve

    with open_hub(config) as hub:
        hub.samples()  # what is wrong with the deployment is told at once, not to whoever looks first
        server, thread = serve(hub.samples, port, host)
        err.print(f"metrics at http://{host}:{server.server_port}/metrics; ctrl-c ends it", markup=False)
        try:
            thread.join()
        except KeyboardInterrupt:
            pass
        finally:
            server.shutdown()
            server.server_close()
