"""What a sweep did, or would do: what went and by which rule, what stays, and what follows from it."""

from __future__ import annotations

from hub.cli.screen import out, print_json, table
from hub.pipeline.sweep import SweepReport
from hub.pipeline.upkeep import UpkeepReport


def print_sweep(report: SweepReport, kept: UpkeepReport, *, dry_run: bool, as_json: bool) -> None:
    """This prints both, as tables or as JSON."""
    if as_json:
        return print_json(_as_dict(report, kept, dry_run=dry_run))
    rows = sorted(report.deleted.items())
    out.print(table("Would delete" if dry_run else "Deleted", ["category", "records"], rows, right=[1]))
    why = [[one.rule, one.reason, count] for one, count in sorted(report.why.items())]
    out.print(table("Why", ["rule", "reason", "records"], why, right=[2]))
    told = sorted(report.downstream.items())
    if told:
        out.print(table("Cleared by the next push", ["connection", "rows"], told, right=[1]))
    if report.brought_forward:
        would = "would end" if dry_run else "now end"
        out.print(f"{report.brought_forward} {would} earlier, because the retention rules have become stricter")
    out.print(f"kept by a legal hold though due: {report.held}")
    out.print(f"people of whom nothing is left: {report.people}")
    out.print(f"dead letters and quarantined records given up: {report.given_up}")
    if kept.erased or kept.waiting:
        out.print(f"erasures: {kept.erased} completed, {kept.waiting} still wait ('hub requests list')")
    if kept.rotation is not None:
        out.print(
            f"epoch {kept.rotation.epoch} of the keys has begun; make a new backup of the database ('hub backup')"
        )
    return None


def _as_dict(report: SweepReport, kept: UpkeepReport, *, dry_run: bool) -> dict[str, object]:
    return {
        "deleted": dict(report.deleted),
        "why": [
            {"category": one.category, "rule": one.rule, "reason": one.reason, "records": count}
            for one, count in sorted(report.why.items())
        ],
        "brought_forward": report.brought_forward,
        "held": report.held,
        "downstream": dict(report.downstream),
        "people": report.people,
        "given_up": report.given_up,
        "erasures": {"completed": kept.erased, "waiting": kept.waiting},
        "epoch": kept.rotation.epoch if kept.rotation else None,
        "dry_run": dry_run,
    }
