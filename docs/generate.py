"""Writes the reference pages that follow from the code: ``python docs/generate.py``, or ``--check`` to compare only."""

from __future__ import annotations

import enum
import inspect
import json
import re
import sys
import textwrap
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from hub import config, contract, errors, plugins
from hub.cli import app
from hub.cli.connection_form import FILE, make_form
from hub.cli.plugins import time_range
from hub.schema import json_schemas
from hub.telemetry import catalogue, vocabulary

DOCS = Path(__file__).parent
REFERENCE = DOCS / "reference"
WIDTH = 100
NOTE = "<!-- Written by docs/generate.py from the code; change the code, then run 'make format'. -->\n\n"

EXIT_CODES = {
    0: "done",
    1: "a bug, or an invariant that does not hold",
    2: "usage, settings or credentials; nothing was done, or only what went before",
    3: "finished, but degraded: something failed, was quarantined, or is still open",
    4: "refused by a privacy rule, or by a cap on how much may change at once",
    75: "another run of the same sync is under way",
    130: "interrupted; what was stored stays stored",
}

MEANING = {
    "Settings.version": "version of this format: `1`",
    "Settings.tenant": "name of the deployment; part of the audit log's name",
    "Settings.store": "database URL: `sqlite:///PATH` or `postgresql://...`; may be a reference",
    "Settings.root_key": "reference to the root key: without it nothing that is stored can be read",
    "Settings.audit_key": "reference to the key that signs the audit log",
    "Settings.erasure_journal": "append-only file of erasures, outside the database: it keeps a restored backup from "
    "bringing somebody back; keep it apart from the database's backups",
    "Settings.privacy": "folder of the privacy rules",
    "Settings.mappings": "folder of the site's own mapping files",
    "Settings.tagger": "the emotion tagger; `linear-en` is built in, plugins may bring others; with a `/` in it: a folder",
    "Settings.connections": "configured connectors by name, see below",
    "Settings.syncs": "scheduled pulls and pushes by name, see below",
    "Settings.sweep": "when retention runs, see below",
    "ConnectionSettings.connector": "which connector: a name of [connectors.md](connectors.md)",
    "ConnectionSettings.base_url": "call this address instead of the vendor's own: a proxy or a simulator",
    "ConnectionSettings.config": "the connector's own settings, see [connectors.md](connectors.md)",
    "ConnectionSettings.limits": "how often the system may be called, see below; a name that the connector declares "
    "([connectors.md](connectors.md)) changes its number, another name adds a limit",
    "SyncSettings.kind": "read from the connection, or write to it",
    "SyncSettings.connection": "a name under `connections`",
    "SyncSettings.streams": "pull: what to read, in this order; consent streams always go first",
    "SyncSettings.objects": "push: what to write, in this order",
    "SyncSettings.purpose": "push: what it is for; a purpose of `privacy/purposes.yaml`",
    "SweepSettings.schedule": "cron expression, UTC",
    "EmailSettings.port": "its port",
}


def main(arguments: Sequence[str]) -> int:
    """This writes the pages, or with ``--check`` names those that are stale; gives the exit code."""
    made = pages()
    if list(arguments) == ["--check"]:
        return _check(made)
    if arguments:
        sys.stderr.write("usage: docs/generate.py [--check]\n")
        return 2
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in _left_over(made):
        path.unlink()
    return 0


def pages() -> dict[Path, str]:
    """These are the generated files by path; the same code always gives the same text."""
    made = {
        REFERENCE / "cli.md": cli_page(),
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "errors.md": errors_page(),
        REFERENCE / "plugin-contract.md": contract_page(),
        REFERENCE / "connectors.md": connectors_page(),
        REFERENCE / "airflow-connections.md": airflow_page(),
        REFERENCE / "metrics.md": metrics_page(),
    }
    for name, connector in _own_connectors().items():
        form = json.dumps(make_form(connector), indent=2, ensure_ascii=False) + "\n"
        made[DOCS.parent / "plugins" / name / f"hub_{name}" / FILE] = form
    for kind, schema in json_schemas().items():
        made[REFERENCE / "schema" / f"{kind}.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return made


def _check(made: dict[Path, str]) -> int:
    stale = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    stale += _left_over(made)
    for path in stale:
        sys.stderr.write(f"{path.relative_to(DOCS.parent)}: not what the code says; run 'make format'.\n")
    return 1 if stale else 0


def _left_over(made: dict[Path, str]) -> list[Path]:
    return sorted(path for path in (REFERENCE / "schema").glob("*.json") if path not in made)


def cli_page() -> str:
    """This is every command with its help text, as the terminal shows it."""
    parts = [
        "# The command line\n\n",
        NOTE,
        "`hub` is installed in the virtual environment; `python -m hub` is the same. "
        "Every command ends with one of these exit codes:\n\n",
        table(("code", "meaning"), [(str(code), meaning) for code, meaning in EXIT_CODES.items()]),
    ]
    for name, text in _helps(typer.main.get_command(app), "hub", None):
        parts.append(f"\n## {name}\n\n```text\n{text}\n```\n")
    return "".join(parts)


def _helps(command: Any, name: str, parent: Any) -> Iterator[tuple[str, str]]:
    # terminal_width is inherited from the parent; a page must not depend on the terminal it was made in.
    options = {**command.context_settings, "terminal_width": WIDTH, "color": False}
    context = command.context_class(command, info_name=name, parent=parent, **options)
    yield context.command_path, _trimmed(command.get_help(context))
    for child, found in getattr(command, "commands", {}).items():
        yield from _helps(found, child, context)


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def settings_page() -> str:
    """This is hub.yaml, key by key."""
    parts = [
        "# hub.yaml\n\n",
        NOTE,
        "One file names the connections and syncs of a deployment. Paths are relative to its folder. A key that is not "
        "listed here stops the hub, with file, line and the nearest valid name.\n\n"
        "A *reference* names a secret without holding it: `env:NAME` is an environment variable, `file:PATH` the content "
        "of a file. Secret fields of a connector (type `secret`) refuse anything else.\n",
    ]
    models: list[tuple[str, type[BaseModel]]] = [
        ("Top level", config.Settings),
        ("connections.NAME", config.ConnectionSettings),
        ("connections.NAME.limits.NAME", config.LimitSettings),
        ("syncs.NAME", config.SyncSettings),
        ("syncs.NAME.caps", config.CapSettings),
        ("sweep", config.SweepSettings),
        ("pools.NAME", config.PoolSettings),
        ("console", config.ConsoleSettings),
        ("review", config.ReviewSettings),
        ("audit", config.AuditSettings),
        ("audit.witnesses, each", config.WitnessSettings),
        ("audit.timestamps, each", config.TimestampSettings),
        ("alerts", config.AlertSettings),
        ("alerts.slack", config.SlackSettings),
        ("alerts.email", config.EmailSettings),
    ]
    for title, model in models:
        rows = [
            (f"`{name}`", type_of(info), default_of(info), info.description or _meaning(model, name))
            for name, info in model.model_fields.items()
        ]
        parts += [f"\n## {title}\n\n", table(("key", "type", "default", "meaning"), rows)]
    parts.append("\nA name is lower-case letters, digits, `-` and `_`, and begins with a letter.\n")
    return "".join(parts)


def _meaning(model: type[BaseModel], name: str) -> str:
    key = f"{model.__name__}.{name}"
    if key not in MEANING:
        sys.exit(f"docs/generate.py: {key} is not explained; give the field a description, or MEANING a line.")
    return MEANING[key]


def errors_page() -> str:
    """This is the exception tree and the exit codes."""
    tree = inspect.getdoc(errors) or ""
    drawn = textwrap.dedent(tree.partition("::\n")[2].partition("Each message")[0]).strip("\n").rstrip()
    rows = []
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.HubError):
            rows.append((f"`{name}`", str(kind.exit_code), first_paragraph(kind)))
    return "".join(
        [
            "# Errors and exit codes\n\n",
            NOTE,
            "Errors are grouped by what the hub does next. A message says what is wrong, where, and what to do; it never "
            "holds personal data. Anything else that ends in a traceback is a bug.\n\n",
            f"```text\n{drawn}\n```\n\n",
            table(("error", "exit code", "meaning"), rows),
            "\n## Exit codes of `hub`\n\n",
            table(("code", "meaning"), [(str(code), meaning) for code, meaning in EXIT_CODES.items()]),
        ]
    )


def contract_page() -> str:
    """This is everything a plugin may import, from the docstrings of the contract."""
    parts = [
        "# The plugin contract\n\n",
        NOTE,
        f"Everything here is imported from `hub.contract`, contract version {contract.CONTRACT_VERSION}. "
        "How to use it: [write a plugin](../how-to/write-a-plugin.md). Errors: [errors.md](errors.md).\n",
        "\n## The hook\n\n",
        _method(contract.Hooks.register),
    ]
    titles: dict[str, Callable[[Any], bool]] = {
        "Protocols": lambda one: getattr(one, "_is_protocol", False),
        "Values": is_dataclass,
        "Words": lambda one: isinstance(one, type) and issubclass(one, enum.Enum),
        "Settings": lambda one: isinstance(one, type) and issubclass(one, BaseModel),
    }
    for title, belongs in titles.items():
        parts.append(f"\n## {title}\n")
        parts += [_describe(name, one) for name, one in _public() if belongs(one)]
    return "".join(parts)


def _public() -> list[tuple[str, Any]]:
    """The contract's names in the order of its source."""
    source = inspect.getsource(contract)
    names = [name for name in contract.__all__ if inspect.isclass(getattr(contract, name))]
    return [(name, getattr(contract, name)) for name in sorted(names, key=lambda name: _place(source, name))]


def _place(source: str, name: str) -> int:
    found = re.search(rf"^class {name}\b", source, re.MULTILINE)
    return found.start() if found else len(source)


def _describe(name: str, one: Any) -> str:
    text, arguments = split_docstring(one)
    parts = [f"\n### {name}\n\n{text}\n\n"]
    if isinstance(one, type) and issubclass(one, enum.Enum):
        return "".join([*parts, ", ".join(f"`{member.value}`" for member in one), "\n"])
    if is_dataclass(one):
        rows = [
            (f"`{each.name}`", f"`{each.type}`", _default(each), arguments.get(each.name, "")) for each in fields(one)
        ]
        return "".join([*parts, table(("field", "type", "default", "meaning"), rows)])
    if getattr(one, "_is_protocol", False):
        annotations = [f"- `{key}: {value}`\n" for key, value in one.__annotations__.items()]
        methods = [method for key, method in vars(one).items() if inspect.isfunction(method) and key[0] != "_"]
        parts += [*annotations, *(["\n"] if annotations else []), "\n".join(_method(method) for method in methods)]
    return "".join(parts).rstrip("\n") + "\n"


def _default(each: Any) -> str:
    if each.default is not MISSING:
        # A function's repr holds its address in memory.
        return "a function" if inspect.isfunction(each.default) else f"`{each.default!r}`"
    return "empty" if each.default_factory is not MISSING else "required"


def _method(method: Any) -> str:
    text, _ = split_docstring(method)
    signature = str(inspect.signature(method)).replace("'", "").replace("(self, ", "(").replace("(self)", "()")
    return f"```python\n{method.__name__}{signature}\n```\n\n{text}\n"


def _own_connectors() -> dict[str, contract.Connector]:
    own = {path.name for path in (DOCS.parent / "plugins").iterdir() if path.is_dir()}
    return plugins.load(own).offered.connectors


def airflow_page() -> str:
    """This is each connection type in Airflow, with the fields of its form."""
    parts = [
        "# Connections in Airflow\n\n",
        NOTE,
        "Each connector of this repository is a connection type. The form's fields are the connector's settings; what is left "
        "empty counts as not given. *Host* is an address to call instead of the vendor's own. How to use one: "
        "[Run on Airflow](../how-to/run-on-airflow.md).\n",
    ]
    for name, connector in sorted(_own_connectors().items()):
        form = make_form(connector)
        rows = [_form_row(key, entry) for key, entry in form["fields"].items()]
        parts += [
            f"\n## {form['title']}\n\n`conn_type`: `hub_{name}`\n\n",
            table(("field", "label", "kind", "meaning"), rows),
        ]
    return "".join(parts)


def _form_row(key: str, entry: dict[str, Any]) -> tuple[str, ...]:
    schema = entry["schema"]
    kind = "password" if schema.get("format") == "password" else schema["type"][0]
    default = f"; `{schema['default']}` if empty" if "default" in schema else ""
    return f"`{key}`", entry["label"], kind, entry.get("description", "").rstrip(".") + default


def connectors_page() -> str:
    """This is what the plugins of this repository read, write and want to be told."""
    offered = _own_connectors()
    parts = [
        "# Connectors\n\n",
        NOTE,
        "What the connectors of this repository read and write, and their settings under `connections.NAME.config`. "
        "The same, for whatever is installed: `hub plugins show NAME`. Notes on each vendor: the README of its plugin.\n",
    ]
    for name in sorted(offered):
        parts += _connector(name, offered[name])
    return "".join(parts)


def _connector(name: str, connector: contract.Connector) -> list[str]:
    manifest = connector.manifest
    streams = [
        (
            f"`{one.name}`", one.description, yes(one.consent), yes(one.deletes), time_range(one), yes(one.partitions),
            yes(one.fetch),
        )
        for one in manifest.streams
    ]  # fmt: skip
    objects = [
        (f"`{one.name}`", one.description, one.about, f"`{one.key}`", ", ".join(f"`{each}`" for each in one.fields))
        for one in manifest.objects
    ]
    prose, told = split_docstring(connector.config_model)
    settings = [
        (f"`{key}`", type_of(info), default_of(info), info.description or told.get(key, ""))
        for key, info in connector.config_model.model_fields.items()
    ]
    parts = [
        f"\n## {manifest.title}\n\n",
        f"`connector: {name}`, version {manifest.version}, [README](../../plugins/{name}/README.md). ",
        f"Capabilities: {', '.join(sorted(manifest.capabilities))}. ",
        f"Hosts: {', '.join(f'`{host}`' for host in manifest.hosts)}.\n",
        "\n### Streams\n\n",
        table(("stream", "what", "consent", "deletions", "by time", "in parts", "by key"), streams),
    ]
    if objects:
        parts += ["\n### Objects\n\n", table(("object", "what", "about", "found by", "fields"), objects)]
    if manifest.limits:
        limits = [(f"`{one.name}`", f"`{one.match}`", _number(one.calls), f"{one.per:g}") for one in manifest.limits]
        parts += ["\n### Call limits\n\n", table(("limit", "calls", "how many", "seconds"), limits)]
    return [*parts, f"\n### Settings\n\n{prose}\n\n", table(("key", "type", "default", "meaning"), settings)]


def metrics_page() -> str:
    """This is every metric with its labels, every span, and the words that may stand in them."""
    metrics = [
        (
            f"`{one.name}`",
            f"`{one.exposed}`",
            one.kind,
            one.unit,
            ", ".join(f"`{label}`" for label in one.labels),
            one.about,
        )
        for one in catalogue.METRICS
    ]
    words = [
        ("sync, connection, stream, object, limit, name", "names of `hub.yaml`, and of the connectors' call limits"),
        ("run", "the random id of a run; only in spans"),
        ("error", _listed(vocabulary.ERRORS)),
        ("state", _listed(vocabulary.STATES)),
        ("kind", _listed(vocabulary.KINDS)),
        ("entity", _listed(vocabulary.ENTITIES)),
        ("emotion", _listed(vocabulary.EMOTIONS)),
        ("alert", _listed(vocabulary.ALERTS)),
        (
            "reason",
            _listed(one for one in vocabulary.REASONS if not one.startswith("partly."))
            + "; each also behind `partly.`",
        ),
    ]
    attributes = [(f"`{name}`", label or "whole number") for name, label in catalogue.ATTRIBUTES.items()]
    return "".join([
        "# Metrics and spans\n\n",
        NOTE,
        "What `hub metrics` tells, by its name in OpenTelemetry and in Prometheus. Counters are totals since the database has "
        "had them, and go on when a process ends. How to use them: [watch the hub](../how-to/watch-the-hub.md).\n\n",
        table(("metric", "in Prometheus", "kind", "unit", "labels", "what"), metrics),
        "\n## Words\n\nA label holds a word from here, or `other`.\n\n",
        table(("label", "words"), words),
        "\n## Spans\n\n",
        table(("span", "what"), [(f"`{name}`", about) for name, about in catalogue.SPANS.items()]),
        "\n",
        table(("attribute", "word"), attributes),
    ])  # fmt: skip


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))


def _number(calls: int | None) -> str:
    return "as the answers tell" if calls is None else f"{calls:,}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """This is a Markdown table; a bar in a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(_cell(cell) for cell in line) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def yes(fact: bool) -> str:
    """This is a fact in a cell."""
    return "yes" if fact else ""


def type_of(info: FieldInfo) -> str:
    """This is a settings field's type in words."""
    return _words(info.annotation)


def _words(kind: Any) -> str:
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _words(inside[0])
    if origin is typing.Literal:
        return " or ".join(f"`{one}`" for one in inside)
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(_words(one) for one in inside if one is not type(None))
    if origin in {tuple, list, set, frozenset}:
        return f"list of {_words(inside[0])}"
    if origin in {dict, typing.get_origin(typing.Mapping[str, str])}:
        return "mapping" if inside[1] is Any else f"mapping of name to {_words(inside[1])}"
    names = {"str": "text", "int": "whole number", "bool": "true or false", "Path": "path", "SecretStr": "secret",
             "float": "number", "datetime": "time", "AwareDatetime": "time", "NoneType": "null"}  # fmt: skip
    name = getattr(kind, "__name__", str(kind))
    return names.get(name, "mapping" if inspect.isclass(kind) and issubclass(kind, BaseModel) else name)


def default_of(info: FieldInfo) -> str:
    """This is a settings field's default in a cell."""
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True)
    if value is None or value in ({}, (), []):
        return ""
    if isinstance(value, BaseModel):
        return "see below"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def first_paragraph(one: Any) -> str:
    """This is the first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(one) or "").partition("\n\n")[0].split())


def split_docstring(one: Any) -> tuple[str, dict[str, str]]:
    """This is a docstring's prose as Markdown, and what its ``Args:`` say, by name."""
    text, _, rest = (inspect.getdoc(one) or "").partition("\nArgs:\n")
    arguments: dict[str, str] = {}
    name = ""
    for line in textwrap.dedent(rest).splitlines():
        found = re.match(r"(\w+): (.*)", line)
        if found:
            name = found[1]
            arguments[name] = found[2]
        elif line.strip() and name:
            arguments[name] += " " + line.strip()
    return _markdown(text).strip(), {key: _markdown(value) for key, value in arguments.items()}


def _markdown(text: str) -> str:
    return text.replace("``", "`")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
