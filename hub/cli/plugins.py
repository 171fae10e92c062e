"""``hub plugins``: what is installed, what it can do, and why something is not used."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from hub import plugins as loader
from hub.cli.options import AsJson
from hub.cli.screen import out, print_json, show, table
from hub.contract import Connector, Stream

app = typer.Typer(help="Installed plugins, their capabilities, and why one is not used.", no_args_is_help=True)


@app.command("list")
def list_plugins(as_json: AsJson = False) -> None:
    """List installed plugins with version, capabilities, status and reason.

    Example: hub plugins list
    """
    rows: list[dict[str, Any]] = [
        {
            "name": plugin.name,
            "version": plugin.version,
            "status": plugin.status,
            "capabilities": ", ".join(plugin.capabilities),
            "reason": plugin.reason,
            "distribution": plugin.distribution,
        }
        for plugin in loader.load().found
    ]
    show("Plugins", ["name", "version", "status", "capabilities", "reason"], rows, as_json=as_json)


@app.command("show")
def show_plugin(name: Annotated[str, typer.Argument(help="A connector's name.")], as_json: AsJson = False) -> None:
    """Show one connector: its streams, its objects and fields, its hosts.

    Example: hub plugins show zendesk
    """
    connector = loader.load().connector(name)
    if as_json:
        return print_json(_describe(connector))
    manifest = connector.manifest
    out.print(f"{manifest.title} ({manifest.name} {manifest.version})", style="bold")
    out.print(f"capabilities: {', '.join(sorted(manifest.capabilities))}; hosts: {', '.join(manifest.hosts)}")
    streams = [[s.name, s.description, time_range(s), _yes(s.partitions), _yes(s.fetch)] for s in manifest.streams]
    out.print(table("Streams", ["name", "description", "by time", "in parts", "by key"], streams))
    rows = [[o.name, o.about, o.key, ", ".join(o.fields)] for o in manifest.objects]
    out.print(table("Objects", ["name", "about", "key", "fields"], rows))
    return None


def time_range(stream: Stream) -> str:
    """This says how a stream can be read by time: by which time, and how far back."""
    return (stream.range or "") + (f", {stream.reach} days back" if stream.reach else "")


def _yes(value: object) -> str:
    return "yes" if value else ""


def _describe(connector: Connector) -> dict[str, Any]:
    manifest = connector.manifest
    return {
        "name": manifest.name,
        "version": manifest.version,
        "title": manifest.title,
        "capabilities": sorted(manifest.capabilities),
        "hosts": list(manifest.hosts),
        "streams": [asdict(stream) for stream in manifest.streams],
        "objects": [
            {"name": o.name, "about": o.about, "key": str(o.key), "fields": list(o.fields)} for o in manifest.objects
        ],
        "settings": connector.config_model.model_json_schema(),
    }
