"""The forms of connections in Airflow, one for each installed connector, read from the plugins without running them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

GROUP = "hub"
FILE = "connection.json"
PREFIX = "hub_"
"""How connection types begin; the rest is the connector's name."""

HIDDEN = ("schema", "login", "password", "port", "extra")
_LARGEST = 256 * 1024


@cache
def installed_forms() -> tuple[dict[str, Any], ...]:
    """These are the forms of the installed connectors, by name; every process asks, and none changes what is installed."""
    return tuple(sorted(read_forms(entry_points(group=GROUP)), key=lambda form: str(form["connector"])))


def read_forms(points: Iterable[EntryPoint]) -> Iterator[dict[str, Any]]:
    """These are the forms that the packages behind entry points hold; a package without a sound one is passed over."""
    for point in points:
        path = _file_of(point)
        if path is not None and path.is_file() and path.stat().st_size <= _LARGEST:
            try:
                form = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                continue
            if _is_sound(form):
                yield form


def _is_sound(form: Any) -> bool:
    """Airflow refuses a provider with a single word of the wrong kind in it, and with it all that the hub brings."""
    return (
        isinstance(form, dict)
        and isinstance(form.get("connector"), str)
        and isinstance(form.get("title"), str)
        and isinstance(form.get("fields"), dict)
        and all(
            isinstance(one, dict) and isinstance(one.get("label"), str) and isinstance(one.get("schema"), dict)
            for one in form["fields"].values()
        )
    )


def connection_types() -> list[dict[str, Any]]:
    """These are the connection types as a provider describes them."""
    return [_connection_type(form) for form in installed_forms()]


def _connection_type(form: dict[str, Any]) -> dict[str, Any]:
    name = f"{PREFIX}{form['connector']}"
    return {
        "connection-type": name,
        "hook-class-name": f"hub.airflow.hook.{hook_class(name)}",
        "hook-name": f"Attune: {form['title']}",
        "conn-fields": {key: _entry(entry) for key, entry in form["fields"].items()},
        "ui-field-behaviour": {
            "hidden-fields": list(HIDDEN),
            "relabeling": {"host": "Address instead of the vendor's own"},
            "placeholders": {"host": "https://proxy.example:8443; empty: the vendor's own"},
        },
    }


def hook_class(connection_type: str) -> str:
    """This is the name of a connection type's hook: ``hub_zendesk`` has ``HubZendeskHook``."""
    return "".join(word.capitalize() for word in connection_type.split("_")) + "Hook"


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    told = {"description": entry["description"]} if "description" in entry else {}
    return {"label": entry["label"], "schema": dict(entry["schema"]), **told}


def _file_of(point: EntryPoint) -> Path | None:
    # The specification of a top-level package is found without running it; its members' is not.
    package = point.module.partition(".")[0]
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return None
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) / FILE if places else None
