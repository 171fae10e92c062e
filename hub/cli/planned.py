"""What a dry push would do, shown field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.cli.screen import out, print_json, table
from hub.cli.wording import explain
from hub.pipeline.diff import FieldChange, changes
from hub.pipeline.plan import Planned
from hub.pipeline.push import PushReport


def print_plan(report: PushReport, *, as_json: bool) -> None:
    """This prints the rows of a dry push: what each field holds at the vendor now, and what it would be told."""
    if as_json:
        return print_json([_as_dict(row) for row in report.planned])
    going = [row for row in report.planned if row.fields is not None]
    cells = [cell for row in going for cell in _cells(row)]
    out.print(table(f"{report.sync}: would send", ["row", "object", "what", "field", "before", "after"], cells))
    rest = [pair for pair in report.reasons.most_common() if not pair[0].startswith("pending: ")]
    if rest:
        out.print(table("Would not send", ["why", "rows"], [[_words(why), count] for why, count in rest], right=[1]))
    out.print(f"{len(report.planned)} rows decided about, {len(going)} would be sent, nothing was sent")
    return None


def _cells(row: Planned) -> Iterator[list[str]]:
    for number, change in enumerate(changes(row)):
        head = [row.target_ref, row.object, str(row.change)] if number == 0 else ["", "", ""]
        yield [*head, change.field, _before(change), "(emptied)" if change.after is None else str(change.after)]


def _before(change: FieldChange) -> str:
    if not change.is_shown:
        return "(not shown)"
    return "-" if change.before is None else str(change.before)


def _words(reason: str) -> str:
    state, _, code = reason.partition(": ")
    return f"{state}: {explain(code)}"


def _as_dict(row: Planned) -> dict[str, Any]:
    return {
        "person": row.subject.person_id,
        "object": row.object,
        "target": row.target_ref,
        "state": str(row.state),
        "reason": row.reason,
        "change": str(row.change) if row.fields is not None else None,
        "fields": dict(row.fields or {}),
        "diff": [
            {"field": one.field, "before": one.before, "before_shown": one.is_shown, "after": one.after}
            for one in changes(row)
        ],
    }
