"""``hub review``: people look at emotion tags, and what they agree on counts."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.prompt import Prompt

from hub.app import Hub, open_hub
from hub.cli.holdings import Sight, tags_seen
from hub.cli.options import DEFAULT_CONFIG, AsJson, Case, Config, Limit, Reason
from hub.cli.screen import out, print_json, show
from hub.cli.subject import Who, find_person
from hub.emotion.verdict import CHOICES, UNTOLD, Verdict
from hub.errors import ConfigError, PolicyError
from hub.pipeline.door import Look
from hub.pipeline.judging import Shown, dispute, judge, next_messages, queue_resting
from hub.pipeline.quality import Month, month_quality
from hub.pipeline.quality_page import write_html, write_markdown
from hub.privacy.policy import operation_for

app = typer.Typer(help="Judge emotion tags that people look at: what two agree on stands in place of the tagger's.")
For = Annotated[
    str | None,
    typer.Option("--purpose", help="What you look for; the purpose that emotion is inferred for if absent."),
]
_ASKS = "label (number or name), s to skip, q to stop"
_YEARS = range(1970, 9999)
"""The first and the last month of the calendar have none beside them to compare with."""
_TOLD = {
    "begun": "on record; one more reviewer is wanted",
    "disputed": "on record; the others say something else, so one more is asked",
    "confirmed": "settled: the tag was right",
    "corrected": "settled: the tag is corrected, and the next pushes send it",
    "unclear": "settled: nobody can tell, so the tag says nothing any more",
}


@app.callback(invoke_without_command=True)
def review(context: typer.Context, purpose: For = None, config: Config = DEFAULT_CONFIG, limit: Limit = 20) -> None:
    """Judge messages one by one at the terminal. You see redacted text only, and neither the tag nor what others said.

    Example: hub review
    """
    if context.invoked_subcommand is not None:
        return
    if not _is_terminal():
        raise ConfigError("there is no terminal to ask at.", fix="Use 'hub review next' and 'hub review judge'.")
    with open_hub(config) as hub:
        _ask_one_by_one(hub, purpose, limit)


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _ask_one_by_one(hub: Hub, purpose: str | None, limit: int) -> None:
    wanted, done = _purpose(hub, purpose), 0
    out.print("  ".join(f"{number} {label}" for number, label in enumerate(CHOICES, start=1)), markup=False)
    for shown in next_messages(hub.rooms, hub.door, wanted, limit):
        out.print(f"\n{_about(shown)}\n{shown.text}\n", markup=False)
        said = _asked()
        if said == "q":
            break
        if said == "s":
            continue
        try:
            out.print(_TOLD[_judged(hub, wanted, shown.review, said).state], markup=False)
            done += 1
        except (ConfigError, PolicyError) as error:  # settled or gone since it was fetched: the next one may not be
            out.print(f"not on record: {error}", markup=False)
    hub.audit.sequence()
    out.print(f"{done} judged", markup=False)


def _asked() -> str:
    while True:
        said = Prompt.ask(_ASKS, console=out).strip().lower()
        if said.isdecimal() and 0 < int(said) <= len(CHOICES):
            return CHOICES[int(said) - 1]
        if said in {"s", "q", *CHOICES}:
            return said


def _about(shown: Shown) -> str:
    return " · ".join(part for part in (shown.channel, shown.language, shown.why) if part)


@app.command("list")
def list_reviews(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Count what waits and what was settled, by why it was drawn; nothing of anybody is shown.

    Example: hub review list
    """
    with open_hub(config) as hub:
        hub.door.require(Look("view", "runs", "individual"))
        with hub.store.read() as tx:
            found = tx.tag_reviews.counts()
    rows = [{"why": why, "state": state, "tags": count} for (why, state), count in sorted(found.items())]
    show("Reviews", ["why", "state", "tags"], rows, as_json=as_json)


@app.command("next")
def next_reviews(
    purpose: For = None, config: Config = DEFAULT_CONFIG, limit: Limit = 1, as_json: AsJson = False
) -> None:
    """Show the next messages that wait for you: redacted text, and neither the tag nor what others said.

    Example: hub review next -n 10 --json
    """
    with open_hub(config) as hub:
        found = list(next_messages(hub.rooms, hub.door, _purpose(hub, purpose), limit))
        hub.audit.sequence()
    rows = [
        {"review": one.review, "text": one.text, "channel": one.channel, "language": one.language, "why": one.why}
        for one in found
    ]
    show("Messages to judge", ["review", "text", "channel", "why"], rows, as_json=as_json)


@app.command("judge")
def judge_one(
    review: Annotated[str, typer.Argument(help="The review, or the beginning of its name ('hub review next').")],
    label: Annotated[str, typer.Argument(help=f"One of: {', '.join(CHOICES)}. '{UNTOLD}': no feeling is told.")],
    purpose: For = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say what a message tells. Once enough reviewers say the same, their label stands, and is sent, in the tagger's place.

    Example: hub review judge 3f9a2c frustration
    """
    with open_hub(config) as hub:
        verdict = _judged(hub, _purpose(hub, purpose), review, label)
        hub.audit.sequence()
    if as_json:
        return print_json({"state": verdict.state, "final": verdict.is_final})
    out.print(_TOLD[verdict.state], markup=False)
    return None


def _judged(hub: Hub, purpose: str, review: str, label: str) -> Verdict:
    needed = hub.deployment.settings.review.reviewers
    return judge(hub.rooms, hub.door, purpose, review, label, needed=needed)


@app.command("dispute")
def dispute_tag(
    who: Who,
    purpose: Annotated[str, typer.Option(help="What you look for: a purpose of privacy/purposes.yaml.")],
    reason: Reason = None,
    case: Case = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Doubt the latest label of a person, which 'hub person show' shows you: reviewers look at it before all others.

    Example: hub review dispute C-000001 --purpose CustomerCare --case zendesk:42
    """
    with open_hub(config) as hub:
        sight = Sight.of(hub, purpose, reason, case)
        hub.door.require_chance(sight.least())
        person_id = find_person(hub, who)
        seen = sight.ask(person_id)
        with hub.store.read() as tx:
            told = [tag for tag in tags_seen(tx, hub, person_id, seen) if tag.label is not None]
        if not told:
            raise ConfigError("nothing that this person said bears a label.", fix="See 'hub person show'.")
        dispute(hub.rooms, hub.door, sight.moods[-1], told[-1])
        hub.audit.sequence()
    if as_json:
        return print_json({"review": told[-1].id})
    out.print("reviewers will look at it before all others", markup=False)
    return None


@app.command("fill")
def fill(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Draw from all tags that rest, as pulls do from new ones: after an upgrade, or after 'review' in hub.yaml has changed.

    Example: hub review fill
    """
    with open_hub(config) as hub:
        hub.door.require(Look("view", "runs", "individual"))
        queued = queue_resting(hub.rooms)
        hub.audit.sequence()
    if as_json:
        return print_json({"queued": queued})
    out.print(f"{queued} more tags wait for reviewers", markup=False)
    return None


@app.command("report")
def report(
    purpose: Annotated[str, typer.Option(help="What you look for: a purpose of privacy/purposes.yaml.")],
    month: Annotated[str | None, typer.Option(help="Such as 2026-10; the last closed one if absent.")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Write it to this file: .md or .html.", dir_okay=False)
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Report how good the tags of a closed month were: agreement, precision by label and language, corrections, drift, groups.

    A month is counted once, at the first look. Lines with too few people behind them are not told.

    Example: hub review report --purpose ServiceOptimisation --month 2026-10 --to october.html
    """
    if to is not None and to.suffix not in {".md", ".html"}:
        raise ConfigError(f"--to: {str(to)!r} is neither .md nor .html.", fix="Example: --to october.md")
    with open_hub(config) as hub:
        wanted = _month(month) if month else Month.of(hub.now()).before
        look = Look("report", "emotion", "aggregate_k", purpose)
        answer = hub.door.require(look)
        found = month_quality(hub.store, hub.now(), wanted, answer.k or hub.access.k)
        stamp = hub.door.stamp(look, [answer])
        hub.audit.sequence()
    if to is not None:
        to.write_text((write_html if to.suffix == ".html" else write_markdown)(found, stamp), encoding="utf-8")
    if as_json:
        return print_json(found | {"stamp": stamp})
    if to is None:
        typer.echo(write_markdown(found, stamp), nl=False)
    return None


def _month(text: str) -> Month:
    try:
        at = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        at = None
    if at is None or at.year not in _YEARS:
        raise ConfigError(f"--month: {text!r} is no month.", fix="Example: 2026-10")
    return Month.of(at)


def _purpose(hub: Hub, given: str | None) -> str:
    return given or operation_for(hub.policy, "infer")[0]
