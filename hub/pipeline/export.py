"""Export: the answer to an access request as a ZIP file, with everything the hub holds about one person.

::

    data.json + data.schema.json        canonical, to be taken to another system
    csv/KIND.csv                        the same as tables
    consents.jsonld + its schema        receipts, ISO/IEC TS 27560 in DPV terms
    recipients.json                     who was sent what and when, by the audit log
    inferences.json                     what was read between the lines: label, model, confidence, explanation, reviewers' words
    audit/checkpoint, audit/proofs      the log's entries about the person, each with a proof that stands alone
    index.html                          all of it, to be read by a person
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.audit.log import AuditLog
from hub.pipeline.leaflet import leaflet
from hub.pipeline.portable import Portable, data_schema, gather
from hub.pipeline.rooms import Rooms
from hub.privacy.controller import Controller
from hub.privacy.receipt import Known, receipt, receipt_schema
from hub.schema import EmotionTag
from hub.store.store import Tx
from hub.store.tag_reviews import Judgement

_PAGE = 5_000
_PROOFS = 2_000
"""Proofs in one export; entries beyond are listed, and 'hub audit prove' makes theirs."""
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")

Entry = tuple[int, dict[str, Any]]
"""Index and content of one audit entry."""


@dataclass(frozen=True, slots=True)
class Export:
    """One export: what is held, what was told of it to whom, what the log says about the person, and reviewers of each tag."""

    held: Portable
    recipients: list[dict[str, Any]]
    entries: tuple[Entry, ...]
    issued: datetime
    judgements: Mapping[str, Sequence[Judgement]] = field(default_factory=dict)


def collect(rooms: Rooms, person_id: str) -> Export:
    """This gathers everything for an export; the audit log must have been sequenced."""
    with rooms.store.read() as tx:
        held = gather(tx, person_id, rooms.now())
        refs = set(tx.keys.audit_refs(tx.persons.members(person_id)).values())
        entries = tuple(_entries_about(tx, refs))
        judgements = tx.tag_reviews.judgements(tag.id for tag in held.tags)
        sent = [
            {"connection": one.connection, "object": one.object, "fields": list(one.fields), "last": one.last_at.isoformat()}
            for one in tx.outbox.receipts(person_id)
        ]  # fmt: skip
    return Export(held, [*_recipients(entries, sent)], entries, rooms.now(), judgements)


def write_zip(export: Export, rooms: Rooms, controller: Controller) -> bytes:
    """This is the ZIP file; the same export gives the same bytes."""
    consents = receipt(
        [Known(one.event, one.recorded) for one in export.held.consents],
        subject=export.held.person_id, controller=controller, policy=rooms.policy,
        recipients=sorted({row["connection"] for row in export.recipients}), issued=export.issued,
    )  # fmt: skip
    inferences = [inference(tag, export.judgements.get(tag.id, ())) for tag in export.held.tags]
    files = {
        "data.json": _json(export.held.data()),
        "data.schema.json": _json(data_schema()),
        **{f"csv/{name}.csv": text for name, text in _tables(export.held)},
        "consents.jsonld": _json(consents),
        "consents.schema.json": _json(receipt_schema()),
        "recipients.json": _json(export.recipients),
        "inferences.json": _json(inferences),
        "index.html": leaflet(export.held, export.recipients, inferences, controller, export.issued),
        **dict(_audit_files(rooms.audit, export.entries)),
    }
    return _zip(files, export.issued)


def inference(tag: EmotionTag, judgements: Sequence[Judgement] = ()) -> dict[str, Any]:
    """This tells what was inferred from one thing somebody said, by which model, how surely, and what that means.

    It also tells what reviewers said of it and when. Who they are is not about the person, and is left out.
    """
    return {
        "id": tag.id,
        "about": tag.record_id,
        "said": tag.occurred_at.isoformat(),
        "label": tag.label,
        "confidence": tag.confidence,
        "intensity": tag.intensity,
        "valence": tag.valence,
        "distress": tag.distress,
        "churn_risk": tag.churn_risk,
        "arousal": tag.arousal,
        "evidence": list(tag.evidence) if tag.evidence else None,
        "model": tag.model,
        "taxonomy": tag.taxonomy,
        "gone_by": tag.expires_at.isoformat(),
        "reviewed": tag.reviewed,
        "judgements": [{"at": one.at.isoformat(), "label": one.label} for one in judgements],
        "explanation": _explanation(tag),
    }


def _explanation(tag: EmotionTag) -> str:
    guess = "It may advise the people who serve you; it never decides anything alone, and you may object to it."
    if tag.reviewed:
        agreed = "could not agree on a feeling" if tag.label is None else f"agreed on '{tag.label}'"
        return f"The model {tag.model} read your words; then people read them, without your name, and {agreed}. {guess}"
    if tag.abstained or tag.label is None:
        return f"The model {tag.model} read your words and was not sure enough to name a feeling. {guess}"
    return (
        f"From your words alone, the model {tag.model} guessed '{tag.label}' with a confidence of {tag.confidence:.0%}: "
        f"of a hundred such guesses about {round(tag.confidence * 100)} would be right. {guess}"
    )


def _entries_about(tx: Tx, refs: Iterable[str]) -> Iterator[Entry]:
    """The log is not indexed by person, on purpose: whoever has its files must not find a person in it either."""
    wanted, start = [ref.encode() for ref in sorted(refs)], 0
    while page := tx.audit.entries(start, _PAGE):
        for entry in page:
            if any(ref in entry.leaf for ref in wanted):
                yield entry.idx, json.loads(entry.leaf)
        start = page[-1].idx + 1


def _recipients(entries: Sequence[Entry], sent: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Who was sent something, each time, by the log; with the fields that the outbox remembers."""
    fields: dict[str, set[str]] = {}
    for row in sent:
        fields.setdefault(row["connection"], set()).update(row["fields"])
    for index, told in entries:
        if told["type"] in {"deliver", "delivered"}:
            yield {
                "at": told["at"], "connection": told["dest"], "state": told["outcome"], "purpose": told.get("purpose"),
                "fields": sorted(fields.get(told["dest"], ())), "audit_entry": index,
            }  # fmt: skip


def _tables(held: Portable) -> Iterator[tuple[str, bytes]]:
    yield "identifiers", _csv([one.model_dump(mode="json") for one in held.identifiers])
    for kind in sorted({one.record.kind for one in held.records}):
        rows = [one.record.model_dump(mode="json") for one in held.records if one.record.kind == kind]
        yield kind, _csv(rows)
    yield "emotion_tag", _csv([one.model_dump(mode="json") for one in held.tags])
    yield "consent", _csv([
        {"recorded": one.recorded.isoformat(), **one.event.model_dump(mode="json")} for one in held.consents
    ])  # fmt: skip


def _csv(rows: Sequence[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    if rows:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """A spreadsheet must not take what somebody wrote for a formula."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def _audit_files(log: AuditLog, entries: Sequence[Entry]) -> Iterator[tuple[str, bytes]]:
    note = log.checkpoint()
    if note is None:
        return
    yield "audit/checkpoint", note.encode()
    yield "audit/entries.json", _json([{"index": index, **told} for index, told in entries])
    size = log.open(note).size
    for index, _ in entries[:_PROOFS]:
        if index < size:
            yield f"audit/proofs/{index}.tlog-proof", log.prove(index).text().encode()


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str).encode() + b"\n"


def _zip(files: dict[str, bytes], at: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, at.timetuple()[:6])
            info.external_attr = 0o600 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, data)
    return out.getvalue()
