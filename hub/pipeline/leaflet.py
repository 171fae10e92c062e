"""The leaflet: one HTML page that tells a person everything the hub holds about them. It loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any

from hub.pipeline.portable import Held, Portable
from hub.privacy.controller import Controller
from hub.schema.model import Model

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24 }
h1 { font-size: 1.7rem } h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid #d0d7de }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid #eaeef2 }
td { overflow-wrap: break-word } .note { color: #57606a } nav a { margin-right: 1rem }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_NOTHING = '<p class="note">Nothing.</p>'


def leaflet(
    held: Portable,
    recipients: Sequence[dict[str, Any]],
    inferences: Sequence[dict[str, Any]],
    controller: Controller,
    issued: datetime,
) -> bytes:
    """This is the page as UTF-8; whatever anybody wrote is shown as text."""
    sections = [
        ("you", "Who we think you are", _you(held)),
        ("said", "What you said and did", _records(held.records)),
        ("guessed", "What was guessed from it", _inferences(inferences)),
        ("allowed", "What you allowed and refused", _consents(held)),
        ("told", "Who was sent something about you", _recipients(recipients)),
        ("rights", "What you can do", _rights(controller)),
    ]
    nav = "".join(f'<a href="#{key}">{escape(title)}</a>' for key, title, _ in sections)
    body = "".join(f'<section id="{key}"><h2>{escape(title)}</h2>{text}</section>' for key, title, text in sections)
    head = f"Data about you, held by {escape(controller.name)}"
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{head}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><h1>{head}</h1>'
        f'<p class="note">As of {issued:%d %B %Y, %H:%M} UTC. The same is in the files beside this page, for machines: '
        f"data.json, csv/, consents.jsonld, recipients.json, inferences.json.</p><nav>{nav}</nav>{body}</body></html>\n"
    )
    return page.encode()


def _you(held: Portable) -> str:
    known = [(str(one.kind).replace("_", " "), one.value, one.issuer or "-") for one in held.identifiers]
    facts = [(name, value) for name in ("name", "language", "country", "region", "birth_year")
             if (value := getattr(held.profile, name)) is not None]  # fmt: skip
    return _table(("kind", "value", "given out by"), known) + _table(("what", "as we know it"), facts)


def _records(records: Sequence[Held]) -> str:
    rows = [
        (
            f"{one.record.occurred_at:%Y-%m-%d %H:%M}", one.record.kind.replace("_", " "), one.record.provenance.connection,
            _text(one.record), f"{one.expires_at:%Y-%m-%d}" if one.expires_at else "-",
        )
        for one in records
    ]  # fmt: skip
    note = '<p class="note">Names and numbers in texts were replaced, as in &lt;PERSON_1&gt;, before anything was stored.</p>'
    return note + _table(("when", "what", "from", "content", "gone by"), rows)


def _text(record: Model) -> str:
    told = [str(getattr(record, name)) for name in ("subject", "text", "comment") if getattr(record, name, None)]
    return " - ".join(told)


def _inferences(inferences: Sequence[dict[str, Any]]) -> str:
    rows = [
        (one["said"][:16].replace("T", " "), one["label"] or "not sure", f"{one['confidence']:.0%}", one["model"],
         ", ".join(said["label"] for said in one["judgements"]) or "-", one["explanation"], one["gone_by"][:10])
        for one in inferences
    ]  # fmt: skip
    return _table(
        ("you wrote", "guess", "confidence", "model", "people who checked it", "what that means", "gone by"), rows
    )


def _consents(held: Portable) -> str:
    rows = [
        (f"{one.event.occurred_at:%Y-%m-%d %H:%M}", str(one.event.state).replace("_", " "),
         one.event.scope.purpose or "any purpose", one.event.scope.category or "any data",
         one.event.evidence.source_system or one.event.provenance.connection)
        for one in held.consents
    ]  # fmt: skip
    return _table(("when", "you", "purpose", "data", "told us through"), rows)


def _recipients(recipients: Sequence[dict[str, Any]]) -> str:
    rows = [
        (one["at"][:16].replace("T", " "), one["connection"], one["purpose"] or "-", ", ".join(one["fields"]), one["state"])
        for one in recipients
    ]  # fmt: skip
    return _table(("when", "who", "what for", "fields", "what became of it"), rows)


def _rights(controller: Controller) -> str:
    rows = [
        ("withdraw consent", controller.withdraw_at),
        ("ask for a correction, a copy or erasure, or object", controller.rights_at),
        ("write to us", f"{controller.contact}, {controller.address}"),
        ("complain", "to the data protection authority of the place where you live"),
    ]
    return _table(("you may", "where"), rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else _NOTHING
