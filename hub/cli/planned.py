"""What a dry push would do, shown field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.cli.screen import out, print_json, table
from hub.pipeline.diff import FieldChange, changes
from hub.pipeline.plan import Planned
from hub.pipeline.push import PushReport
from hub.pipeline.wording import explain

HIDDEN = "(not shown)"
"""Stands for a value that whoever looks may not see."""


def print_plan(report: PushReport, *, values: bool, as_json: bool) -> None:
    """This prints the rows of a dry push: what each field holds at the vendor now, and what it would be told.

    Without ``values`` it tells which fields are set, changed and emptied, and no value: these are people's feelings.
    """
    if as_json:
        return print_json([_as_dict(row, values=values) for row in report.planned])
    going = [row for row in report.planned if row.fields is not None]
    cells = [cell for row in going for cell in _cells(row, values=values)]
    out.print(table(f"{report.sync}: would send", ["row", "object", "what", "field", "before", "after"], cells))
    rest = [pair for pair in report.reasons.most_common() if not pair[0].startswith("pending: ")]
    if rest:
        out.print(table("Would not send", ["why", "rows"], [[_words(why), count] for why, count in rest], right=[1]))
    out.print(f"{len(report.planned)} rows decided about, {len(going)} would be sent, nothing was sent")
    if not values and going:
        out.print(
            "values are not shown: how people feel is seen with --purpose and --reason, once somebody else agrees"
        )
    return None


def _cells(row: Planned, *, values: bool) -> Iterator[list[str]]:
    for number, change in enumerate(changes(row)):
        head = [row.target_ref, row.object, str(row.change)] if number == 0 else ["", "", ""]
        after = "(emptied)" if change.after is None else _value(change.after, values=values)
        yield [*head, change.field, _before(change, values=values), str(after)]


def _before(change: FieldChange, *, values: bool) -> str:
    if not change.is_shown:
        return HIDDEN
    return "-" if change.before is None else str(_value(change.before, values=values))


def _value(value: Any, *, values: bool) -> Any:
    return value if values or value is None else HIDDEN


def _words(reason: str) -> str:
    state, _, code = reason.partition(": ")
    return f"{state}: {explain(code)}"


def _as_dict(row: Planned, *, values: bool) -> dict[str, Any]:
    return {
        "person": row.subject.person_id,
        "object": row.object,
        "target": row.target_ref,
        "state": str(row.state),
        "reason": row.reason,
        "change": str(row.change) if row.fields is not None else None,
        "fields": {name: _value(value, values=values) for name, value in (row.fields or {}).items()},
        "diff": [
            {
                "field": one.field,
                "before": _value(one.before, values=values),
                "before_shown": one.is_shown and (values or one.before is None),
                "after": _value(one.after, values=values),
            }
            for one in changes(row)
        ],
    }
