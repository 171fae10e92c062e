"""The page: a template filled with what it shows, with numbers and times as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request

from hub.console import charts
from hub.console.desk import FIGURES, OVERVIEW, ROWS, Desk
from hub.console.runs import READ, SENT, STATUSES
from hub.console.timeline import make_timeline
from hub.pipeline.door import Look
from hub.privacy.aggregate import TOTAL
from hub.schema import EmotionLabel

_AGES = ((timedelta(days=2), 86_400, "d"), (timedelta(hours=2), 3_600, "h"), (timedelta(minutes=2), 60, "min"))
_MOST_REASONS = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation, for those who may look so."""

    path: str
    title: str
    look: Look


NAVIGATION = (
    Entry("", "Overview", OVERVIEW),
    Entry("/runs", "Runs", OVERVIEW),
    Entry("/failures", "Failures", OVERVIEW),
    Entry("/duties", "Duties", ROWS),
    Entry("/figures", "Figures", FIGURES),
    Entry("/audit", "Audit log", OVERVIEW),
)


def render(template: str, request: Request, desk: Desk, found: dict[str, Any]) -> str:
    """This is a page as HTML."""
    root = request.scope.get("root_path", "")
    entries = [(entry, root + (entry.path or "/")) for entry in NAVIGATION if desk.may_for_some_purpose(entry.look)]
    here = request.url.path.removeprefix(root).rstrip("/")
    return _ENVIRONMENT.get_template(template).render(
        **found,
        root=root,
        here=here,
        json=f"{root}{here or '/overview'}.json" + (f"?{request.url.query}" if request.url.query else ""),
        navigation=entries,
        now=desk.now,
        who=desk.door.viewer,
        tenant=desk.hub.deployment.settings.tenant,
    )


def render_error(request: Request, status: int, text: str) -> str:
    """This is a page that tells why there is no other; it shows nothing of the deployment."""
    return _ENVIRONMENT.get_template("error.html").render(
        root=request.scope.get("root_path", ""), status=status, text=text, now=datetime.now(UTC)
    )


def render_entrance(request: Request, token: str, *, wrong: bool) -> str:
    """This is the page that asks for the token."""
    return _ENVIRONMENT.get_template("entrance.html").render(
        root=request.scope.get("root_path", ""), token=token, wrong=wrong, now=datetime.now(UTC)
    )


def ago(at: datetime | None, now: datetime) -> str:
    """This is how long ago something was, or how long it still takes."""
    if at is None:
        return "never"
    age = abs(now - at)
    number = next(
        (f"{age // timedelta(seconds=1) // unit} {word}" for least, unit, word in _AGES if age >= least), None
    )
    text = number or f"{age.seconds} s"
    return f"in {text}" if at > now else f"{text} ago"


def when(at: datetime | None) -> str:
    """This is a time in UTC."""
    return at.strftime("%Y-%m-%d %H:%M:%SZ") if at else ""


def took(seconds: float | None) -> str:
    """This is a duration."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.3g} h"


def number(value: float | None) -> str:
    """This is a number with commas."""
    return "" if value is None else f"{value:,}"


def timeline(rows: Sequence[dict[str, Any]], kind: str, now: datetime) -> Any:
    """This draws what became of the records of the latest runs of one kind."""
    made = make_timeline(rows, kind, now)
    title = {"pull": "Records read, by what became of them", "push": "Rows selected, by what became of them"}[kind]
    return charts.stacked(title, made.labels, made.series(READ if kind == "pull" else SENT))


def withheld(rows: Sequence[dict[str, Any]]) -> Any:
    """This draws the reasons for which most was withheld."""
    counts: dict[str, int] = {}
    for row in rows:
        if row["state"] == "withheld":
            words = row["words"].removesuffix(f" ({row['reason']})")
            counts[words] = counts.get(words, 0) + row["count"]
    most = sorted(counts.items(), key=lambda pair: -pair[1])[:_MOST_REASONS]
    return charts.ranked("Withheld, by reason", dict(most))


def felt(cells: Sequence[dict[str, Any]]) -> Any:
    """This draws how many people felt what in one week; what is hidden has no bar."""
    sums = {one["label"]: one["people"] for one in cells if one["channel"] == TOTAL and one["label"] != TOTAL}
    return charts.ranked("People by what they felt", {label: count for label, count in sums.items() if count}, "people")


def weeks_felt(weeks: Sequence[dict[str, Any]]) -> Any:
    """This draws how many people felt what, week by week; what is hidden is a gap."""
    labels = [str(label) for label in EmotionLabel if any(str(label) in week["people"] for week in weeks)]
    series = {label: [week["people"].get(label) for week in weeks] for label in labels}
    return charts.lines("People by what they felt, week by week", [week["week"] for week in weeks], series)


def states(kind: str) -> tuple[str, ...]:
    """These states a run of a kind counts."""
    return {"push": SENT, "pull": READ}.get(kind, ())


_ENVIRONMENT = Environment(
    loader=PackageLoader("hub.console"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(when=when, took=took, number=number)
_ENVIRONMENT.globals.update(
    ago=ago, timeline=timeline, withheld=withheld, felt=felt, weeks_felt=weeks_felt, states=states, READ=READ, SENT=SENT,
    STATUSES=STATUSES, LABELS=[str(label) for label in EmotionLabel],
)  # fmt: skip
