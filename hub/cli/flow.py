"""``hub run``, ``pull``, ``push`` and ``sweep``: the main job, and its parts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.app import Hub, open_hub
from hub.cli.anchoring import anchor_when_due
from hub.cli.lineage import tell_when_wanted
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, DryRun, Purpose, Reason
from hub.cli.planned import print_plan
from hub.cli.reading import Reading
from hub.cli.sandbox import open_sandbox, write_deployment
from hub.cli.screen import err, out, print_json, progress, table
from hub.cli.summary import print_summary
from hub.cli.swept import print_sweep
from hub.errors import FatalError, HubError
from hub.pipeline.door import Look
from hub.pipeline.engine import Report, execute
from hub.pipeline.order import Order
from hub.pipeline.pull import PullReport
from hub.pipeline.push import PushReport
from hub.pipeline.sweep import SweepReport
from hub.pipeline.sweep import sweep as run_sweep
from hub.store.migration import migrate
from hub.testing.sandbox import PEOPLE

DEGRADED = 3
_COLUMNS = {
    PullReport: ("read", "stored", "unchanged", "withheld", "quarantined", "tagged"),
    PushReport: ("selected", "confirmed", "unchanged", "withheld", "failed", "unknown", "pending"),
}


def add_commands(app: typer.Typer) -> None:
    """This adds the commands to ``hub``."""
    app.command("run")(run)
    app.command("pull")(pull)
    app.command("push")(push)
    app.command("sweep")(sweep)


def run(
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Run against simulators of all installed connectors.")
    ] = False,
    people: Annotated[
        int, typer.Option(min=1, max=100_000, help="With --sandbox: how many invented customers.")
    ] = PEOPLE,
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Run every sync of the deployment, pulls first, then the retention sweep, and print a summary.

    Example: hub run --sandbox    (needs no account and no network)
    """
    if sandbox:
        with open_sandbox(people) as running:
            folder = Path("var/demo")
            # A demonstration begins with an empty hub, so that it shows the same story each time.
            shutil.rmtree(folder, ignore_errors=True)
            made = write_deployment(folder, running)
            migrate(f"sqlite:///{(folder / 'var' / 'hub.db').resolve()}")
            return _run_all(made, dry_run=dry_run, as_json=as_json)
    return _run_all(config, dry_run=dry_run, as_json=as_json)


def _run_all(config: Path, *, dry_run: bool, as_json: bool) -> None:
    with open_hub(config, dry_run=dry_run) as hub:
        names = sorted(hub.deployment.settings.syncs, key=lambda name: hub.sync(name).kind != "pull")
        reports = [_run_or_report(hub, name, dry_run=dry_run) for name in names]
        swept = _sweep_or_report(hub)
        kept = hub.upkeep()
        hub.audit.sequence()
        anchor_when_due(hub)
        tell_when_wanted(hub, [report.run_id for report in reports])
        if as_json:
            print_json({"syncs": [_as_dict(report) for report in reports], "swept": dict(swept.deleted)})
        else:
            print_summary(hub, reports, config)
    _end(reports, swept.error or kept.error)


def pull(
    sync: Annotated[str, typer.Argument(help="A pull of hub.yaml.")],
    full: Annotated[bool, typer.Option("--full", help="Read from the beginning again.")] = False,
    parallel: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=16,
            help="With --full: how many parts of a stream to read at once; syncs.NAME.parallel if absent.",
        ),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Read a range of time: from here (UTC unless it names a zone).")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="With --from: up to here, without it.")] = None,
    stream: Annotated[list[str] | None, typer.Option(help="Leave out all other streams; may be repeated.")] = None,
    quarantined: Annotated[
        bool, typer.Option("--quarantined", help="Read quarantined records once more, by their vendor keys.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Read one system from where the last pull stopped; or all of it, a range of time, or what was quarantined.

    Reading a range or what was quarantined leaves the place where the next pull goes on as it is.

    Example: hub pull zendesk-pull --from 2026-01-01 --to 2026-02-01
    """
    reading = Reading(full, parallel, start, end, tuple(stream or ()), quarantined)
    with _opened(config, dry_run) as hub:
        report = _run_one(hub, reading.order(sync, hub.sync(sync)), "pull")
        hub.audit.sequence()
        anchor_when_due(hub)
        tell_when_wanted(hub, [report.run_id])
    _print_reports([report], as_json=as_json)
    _end([report])


def push(
    sync: Annotated[str, typer.Argument(help="A push of hub.yaml.")],
    approve_changes: Annotated[
        int, typer.Option(min=0, help="Let this run change or empty so many rows, whatever the sync's caps say.")
    ] = 0,
    purpose: Purpose = None,
    reason: Reason = None,
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Send what is due and permitted to one system; --dry-run shows what each row would change, field by field.

    A dry run shows values only with --purpose and --reason, and where somebody else has approved the look.

    Example: hub push salesforce-push --dry-run
    """
    values = dry_run and _may_see_values(config, sync, purpose, reason)
    with _opened(config, dry_run) as hub:
        report = _run_one(hub, Order(sync, approved=approve_changes), "push", dry_run=dry_run)
        hub.audit.sequence()
        anchor_when_due(hub)
        tell_when_wanted(hub, [report.run_id])
    if dry_run and isinstance(report, PushReport):
        print_plan(report, values=values, as_json=as_json)
    else:
        _print_reports([report], as_json=as_json)
    _end([report])


def _may_see_values(config: Path, sync: str, purpose: str | None, reason: str | None) -> bool:
    """A dry run leaves no trace, this question does: it is asked before the dry run begins."""
    if purpose is None:
        return False
    with open_hub(config) as hub:
        hub.sync(sync)
        hub.door.require(Look("view", "emotion", "individual", purpose, reason, scope=f"sync:{sync}"))
    return True


def sweep(
    approve: Annotated[
        int | None, typer.Option(min=0, help="Let this run delete so many records and tags, whatever sweep.cap says.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Delete what has outlived its retention rule; the next push clears it downstream.

    It also goes on with erasures that wait, and begins a new epoch of keys where it is time. --dry-run shows what would go,
    by which rule, and what a legal hold keeps.

    Example: hub sweep --dry-run
    """
    with _opened(config, dry_run) as hub:
        kept = hub.upkeep()  # first: erasures need no sound rules, the sweep does
        report = _run_sweep(hub, approve)
        hub.audit.sequence()
        anchor_when_due(hub)
    print_sweep(report, kept, dry_run=dry_run, as_json=as_json)
    _end([], kept.error)


@contextmanager
def _opened(config: Path, dry_run: bool) -> Iterator[Hub]:
    with open_hub(config, dry_run=dry_run) as hub:
        yield hub


def _run_one(hub: Hub, order: Order, kind: str, *, dry_run: bool = False) -> Report:
    job = hub.job(order, kind)
    with progress(order.sync) as advance:
        return execute(hub.rooms, job, order, dry_run=dry_run or hub.dry_run, progress=advance)


def _run_or_report(hub: Hub, name: str, *, dry_run: bool) -> Report:
    """One sync that cannot run, or is being run by somebody else, is no reason to leave out the others."""
    try:
        return _run_one(hub, Order(name), hub.sync(name).kind, dry_run=dry_run)
    except FatalError:
        raise
    except HubError as error:
        return (PullReport if hub.sync(name).kind == "pull" else PushReport)("", name, error=error)


def _run_sweep(hub: Hub, approved: int | None = None) -> SweepReport:
    with progress("sweep") as advance:
        return run_sweep(hub.rooms, hub.sweep_job(approved=approved), progress=advance)


def _sweep_or_report(hub: Hub) -> SweepReport:
    try:
        return _run_sweep(hub)
    except FatalError:
        raise
    except HubError as error:
        return SweepReport("", error=error)


def _print_reports(reports: Sequence[Report], *, as_json: bool) -> None:
    if as_json:
        return print_json([_as_dict(report) for report in reports])
    for report in reports:
        columns = _COLUMNS[type(report)]
        out.print(table(report.sync, columns, [[report.counts[c] for c in columns]], right=range(len(columns))))
        if report.reasons:
            out.print(table("Reasons", ["reason", "records"], report.reasons.most_common(20), right=[1]))
        if dead := getattr(report, "dead", 0):
            out.print(f"dead letters that wait for somebody: {dead} (hub outcomes dead --sync {report.sync})")
    return None


def _as_dict(report: Report) -> dict[str, Any]:
    return {
        "run": report.run_id,
        "sync": report.sync,
        "counts": dict(report.counts),
        "reasons": dict(report.reasons),
        **({"dead": report.dead} if isinstance(report, PushReport) else {}),
        "error": str(report.error) if report.error else None,
    }


def _end(reports: Sequence[Report], swept: HubError | None = None) -> None:
    """The exit code tells scripts how it went; the error tells people."""
    told = [(report.sync, report.error) for report in reports if report.error] + ([("sweep", swept)] if swept else [])
    for name, error in told:
        text = str(error)
        prefix = "" if text.startswith(f"{name}: ") else f"{name}: "
        err.print(f"hub: {prefix}{text}", style="red", soft_wrap=True, markup=False)
    errors: list[HubError] = [error for _, error in told]
    bad = sum(report.counts[state] for report in reports for state in ("quarantined", "failed", "unknown"))
    if errors:
        raise typer.Exit(max(error.exit_code for error in errors))
    if bad:
        raise typer.Exit(DEGRADED)
