"""The step that reads GPP strings: what a source holds as one string becomes the refusals that the string speaks of.

A mapping only names the field (``gpp``); what a string means depends on the purposes of the deployment, and is said here. No
string goes further than this step, and none gives a permission: one that cannot be read refuses all that it could have refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.pipeline.batch import PullBatch
from hub.pipeline.item import Entry, Item
from hub.privacy.gpp.bits import GppError
from hub.privacy.gpp.codec import decode
from hub.privacy.gpp.meaning import Said, said, unreadable
from hub.privacy.policy import Policy
from hub.schema import ConsentEvent

UNREADABLE = "gpp.unreadable"
"""Why somebody must look at a record: its GPP string counts as a refusal, and says nothing else."""


def read_signals(batch: PullBatch, items: Sequence[Item]) -> list[Item]:
    """This puts, in the place of each record with a GPP string, what the string says."""
    return [_read(batch, item) if any(_string_of(entry) for entry in item.entries) else item for item in items]


def is_unreadable(item: Item) -> bool:
    """This tells whether a string of the record could not be read, whatever became of the rest of it."""
    return any(entry.withheld == UNREADABLE for entry in item.entries)


def _read(batch: PullBatch, item: Item) -> Item:
    entries = [one for entry in item.entries for one in (_entries(batch, entry) if _string_of(entry) else [entry])]
    return item.with_entries(entries) if entries else item.end("withheld", "gpp.nothing_refused")


def _string_of(entry: Entry) -> str:
    return (entry.record.gpp or "").strip() if isinstance(entry.record, ConsentEvent) else ""


def _entries(batch: PullBatch, entry: Entry) -> Iterator[Entry]:
    carrier = entry.record
    assert isinstance(carrier, ConsentEvent)  # noqa: S101 - only asked of one that carries a string
    found, is_readable = _said(_string_of(entry), batch.rooms.policy)
    for one in found:
        yield entry._replace(record=_event(batch, carrier, one))
    if not is_readable:  # that there was one stays on record; it says nothing
        yield entry._replace(record=carrier.model_copy(update={"gpp": None}), withheld=UNREADABLE)


def _said(text: str, policy: Policy) -> tuple[list[Said], bool]:
    try:
        gpp = decode(text)
    except GppError:
        return unreadable(policy), False
    return said(gpp, policy), not gpp.unknown


def _event(batch: PullBatch, carrier: ConsentEvent, one: Said) -> ConsentEvent:
    told = (str(one.state), one.scope.purpose, one.scope.category, one.evidence.signal)
    evidence = one.evidence.model_copy(update={"source_system": carrier.evidence.source_system})
    return carrier.model_copy(
        update={
            "id": batch.mint("consent", "|".join([carrier.id, *map(str, told)])),
            "state": one.state, "scope": one.scope, "evidence": evidence, "gpp": None,
        }
    )  # fmt: skip
