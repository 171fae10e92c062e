"""``hub plugins form``: a connector's settings as the form that Airflow shows for a connection."""

from __future__ import annotations

import inspect
import re
import textwrap
from typing import Annotated, Any

import typer

from hub import plugins as loader
from hub.cli.screen import to_json
from hub.contract import Connector

FILE = "connection.json"
"""Where a plugin's package holds its forms: Airflow must be able to show them without running the plugin."""

_KEPT = ("enum", "default", "format", "pattern", "minimum", "maximum", "minLength", "maxLength", "items")
_SHORT = {"id": "ID", "url": "URL", "api": "API", "x": "X"}


def add_commands(parent: typer.Typer) -> None:
    """This adds the command to ``hub plugins``."""
    parent.command("form")(form)


def form(name: Annotated[str, typer.Argument(help="A connector's name.")]) -> None:
    """Print a connector's form for Airflow, as its package must hold it in connection.json.

    Example: hub plugins form zendesk > hub_zendesk/connection.json
    """
    typer.echo(to_json(make_form(loader.load().connector(name)), indent=2))


def make_form(connector: Connector) -> dict[str, Any]:
    """This is the form that follows from a connector's settings model; secret fields are passwords."""
    schema = connector.config_model.model_json_schema()
    told = _told(connector)
    required = set(schema.get("required", ()))
    fields = {
        name: _field(name, _resolved(one, schema), told.get(name), required=name in required)
        for name, one in schema["properties"].items()
    }
    return {"connector": connector.manifest.name, "title": connector.manifest.title, "fields": fields}


def _field(name: str, schema: dict[str, Any], told: str | None, *, required: bool) -> dict[str, Any]:
    plain = _without_null(schema)
    kind = plain.get("type", "string")
    kept = {key: plain[key] for key in _KEPT if plain.get(key) is not None}
    if "default" in schema and schema["default"] is not None:
        kept["default"] = schema["default"]
    # Airflow has no "required": the hub itself says what is missing. An empty field counts as not given.
    entry: dict[str, Any] = {"label": _label(name), "schema": {"type": [kind, "null"], **kept}}
    text = plain.get("description") or schema.get("description") or told
    if text or required:
        entry["description"] = "; ".join(filter(None, (text and text.rstrip("."), "required" if required else None)))
    return entry


def _resolved(one: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = one.get("$ref")
    return schema["$defs"][reference.rpartition("/")[2]] if reference else one


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return {**schema, **kinds[0]} if kinds else schema


def _label(name: str) -> str:
    words = [_SHORT.get(word, word) for word in name.split("_")]
    first = words[0] if words[0].isupper() else words[0].capitalize()
    return " ".join([first, *words[1:]])


def _told(connector: Connector) -> dict[str, str]:
    """What the ``Args:`` of the model's docstring say, by name."""
    _, _, rest = (inspect.getdoc(connector.config_model) or "").partition("\nArgs:\n")
    joined = re.sub(r"\n\s{2,}(?=\S)", " ", textwrap.dedent(rest))
    pairs = (line.partition(": ") for line in joined.splitlines())
    return {name.strip(): text.replace("``", "").strip() for name, _, text in pairs if text}
