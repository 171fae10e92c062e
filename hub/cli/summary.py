"""The screen at the end of ``hub run``: what came in, what was withheld and why, what people feel, what went out."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from hub.app import Hub
from hub.cli.figures import render_week
from hub.cli.screen import out, table
from hub.pipeline.door import Look
from hub.pipeline.figures import last_week, week_figures
from hub.pipeline.pull import PullReport
from hub.pipeline.push import PushReport
from hub.pipeline.wording import explain

WIDTH = 100
_KINDS = {
    "person": "profiles", "interaction": "things said", "case": "cases", "feedback": "survey answers",
    "loyalty_account": "loyalty accounts", "loyalty_event": "loyalty events",
}  # fmt: skip


def print_summary(hub: Hub, reports: Sequence[PullReport | PushReport], config: Path) -> None:
    """This prints the summary of one run of all syncs."""
    pulls = [report for report in reports if isinstance(report, PullReport)]
    pushes = [report for report in reports if isinstance(report, PushReport)]
    parts: list[tuple[str, RenderableType]] = [
        ("What came in", _came_in(hub, pulls)),
        ("What was held back, and why", _held_back(pulls, pushes)),
        ("What people feel", _mood(hub, pulls)),
        ("What went out", _went_out(pushes)),
        ("Can you prove it?", _proof(hub)),
        ("What to try next", _next(config)),
    ]
    for title, part in parts:
        out.print(Panel(part, title=f"[bold]{title}[/bold]", title_align="left", border_style="dim", width=WIDTH))


def _came_in(hub: Hub, pulls: Sequence[PullReport]) -> RenderableType:
    columns = ("read", "stored", "unchanged", "withheld", "quarantined", "tagged")
    rows = [[report.sync, *(report.counts[name] for name in columns)] for report in pulls]
    with hub.store.read() as tx:
        people, kinds = tx.persons.count(), tx.records.counts()
    entities = sum((report.entities for report in pulls), Counter())
    found = ", ".join(f"{count} {name}" for name, count in entities.most_common(6))
    return Group(
        table("", ["sync", *columns], rows, right=range(1, 7)),
        Text(f"{people} people; " + ", ".join(f"{count} {_KINDS.get(kind, kind)}" for kind, count in kinds.items())),
        Text(f"removed from their words before anything was stored: {found or 'nothing'}"),
    )


def _held_back(pulls: Sequence[PullReport], pushes: Sequence[PushReport]) -> RenderableType:
    rows: list[list[object]] = []
    for title, reasons in (
        ("not stored", _reasons(pulls, "withheld")),
        ("stored, emotion not read", _reasons(pulls, "stored") - Counter({"source.deleted": 10**9})),
        ("quarantined", _reasons(pulls, "quarantined")),
        ("not sent", _reasons(pushes, "withheld")),
    ):
        rows += [
            [title if i == 0 else "", count, explain(why)] for i, (why, count) in enumerate(reasons.most_common(5))
        ]
    return table("", ["", "records", "why"], rows, right=[1]) if rows else Text("nothing")


def _reasons(reports: Sequence[PullReport | PushReport], state: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for report in reports:
        for reason, count in report.reasons.items():
            if reason.startswith(f"{state}: "):
                found[reason.removeprefix(f"{state}: ")] += count
    return found


def _mood(hub: Hub, pulls: Sequence[PullReport]) -> RenderableType:
    """The last week that is over: these are the figures of ``hub privacy figures``, and no others can be had from a run."""
    look = Look("report", "emotion", "aggregate_k", "ServiceOptimisation")
    answer = hub.door.may(look)
    if not answer.allowed:
        return Text(f"not shown to {hub.actor}: no role of theirs sees figures over emotion (roles in hub.yaml)")
    if any(report.error for report in pulls):
        return Text("a week is counted once only, so this waits for a run in which every pull reads to its end")
    week = last_week(hub.store, hub.now())
    if week is None:
        return Text("nobody who may be asked has said anything in a week that is over")
    return render_week(week_figures(hub.store, hub.now(), week, answer.k or hub.access.k))


def _went_out(pushes: Sequence[PushReport]) -> RenderableType:
    columns = ("selected", "confirmed", "unchanged", "withheld", "failed", "unknown", "pending")
    rows = [[report.sync, *(report.counts[name] for name in columns)] for report in pushes]
    made = table("", ["sync", *columns], rows, right=range(1, 8))
    made.collapse_padding = True  # so that it fits a terminal of 80 columns
    return made


def _proof(hub: Hub) -> RenderableType:
    verified = hub.audit.verify()
    state = Text("holds", style="bold green") if verified.problem is None else Text(verified.problem, style="bold red")
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_row("audit entries", Text(f"{verified.size}, each in a Merkle tree under a signed checkpoint"))
    made.add_row("root", Text(verified.root.hex()[:32] + "…"))
    made.add_row("recomputed", state)
    return made


def _next(config: Path) -> RenderableType:
    option = "" if config == Path("hub.yaml") else f" -c {config}"
    lines = [("source .venv/bin/activate", "puts 'hub' on your path")] if shutil.which("hub") is None else []
    lines += [
        (f"hub outcomes list{option}", "what became of each record, and why"),
        (f"hub audit prove 0{option}", "a proof that others can check without us"),
        (f"hub consent explain C-000001{option}", "why something may be used, or may not"),
        ("hub plugins list", "what is installed, and what it can do"),
        ("hub init my-hub", "a deployment of your own"),
    ]
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(no_wrap=True)  # a command is copied
    made.add_column()
    for command, what in lines:
        made.add_row(Text(command, style="cyan"), Text(what))
    return made
