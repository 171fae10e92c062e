"""``hub consent import`` and ``hub consent gpp``: consents from a file, and what a GPP string says."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.app import open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, DryRun
from hub.cli.screen import err, out, print_json, progress
from hub.errors import ConfigError
from hub.pipeline.border import clean_text
from hub.pipeline.intake import IntakeReport, take_in
from hub.privacy.gpp.bits import GppError
from hub.privacy.gpp.codec import decode, encode
from hub.privacy.gpp.meaning import said, unreadable
from hub.privacy.sheet import check_columns

_BATCH = 200
_SHOWN = 20


def add_commands(app: typer.Typer) -> None:
    """This adds the commands to ``hub consent``."""
    app.command("import")(import_sheet)
    app.command("gpp")(read_gpp)


def import_sheet(
    file: Annotated[Path, typer.Argument(help="A CSV file; its first line names the columns.")],
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take in consents and refusals from a CSV file; an import may establish a first consent, and lifts no refusal.

    Columns: person, at, and state, gpp or gpc; and purpose, category, channel, recipient, valid_from, valid_until,
    explicit, actor, guardian_verified, notice_id, notice_version, method, language, source_system. Rows that cannot be read
    are named, the others are taken in (exit code 3); so are consents while the privacy rules have an error. The same file
    twice changes nothing.

    Example: hub consent import optouts.csv --dry-run
    """
    total = IntakeReport()
    with open_hub(config, dry_run=dry_run) as hub, progress("rows", shown=not as_json) as advance:
        _ = hub.policy  # what a sheet says is read by the rules: those that cannot be read stop it before its first row
        rows, rooms = _rows(file), hub.rooms_to_erase
        while batch := list(itertools.islice(rows, _BATCH)):
            _add(total, take_in(rooms, batch, file=file.name, actor=hub.actor))
            advance(len(batch))
        if not dry_run:
            hub.audit.sequence()
    _tell(total, file, dry_run=dry_run, as_json=as_json)
    if total.refused or total.unreadable:
        raise typer.Exit(3)


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True, restkey="")
            check_columns(reader.fieldnames)
            for row in reader:
                cells = {key: clean_text(value or "").strip() for key, value in row.items() if key}
                # What stands beyond the last column, or is missing at the end, cannot be told apart from a shifted row.
                shifted = "" in row or None in row.values()
                yield reader.line_num, {} if shifted else cells
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: not UTF-8 text.", fix="Save it as CSV in UTF-8.") from None
    except csv.Error as error:
        raise ConfigError(f"{file}: not valid CSV: {error}.") from None
    except ConfigError as error:
        raise ConfigError(f"{file}:1: {error}") from None


def _add(total: IntakeReport, part: IntakeReport) -> None:
    total.rows += part.rows
    total.events.update(part.events)
    total.known += part.known
    total.created += part.created
    total.unreadable += part.unreadable
    total.refused += part.refused


def _tell(total: IntakeReport, file: Path, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        refused = [{"line": number, "why": why} for number, why in total.refused]
        return print_json({
            "rows": total.rows, "events": dict(total.events), "known": total.known, "created": total.created,
            "unreadable": total.unreadable, "refused": refused, "dry_run": dry_run,
        })  # fmt: skip
    for number, why in total.refused[:_SHOWN]:
        err.print(f"{file}:{number}: {why}", markup=False, soft_wrap=True)
    if len(total.refused) > _SHOWN:
        err.print(f"... and {len(total.refused) - _SHOWN} more; --json lists all", markup=False)
    would = "would be " if dry_run else ""
    words = ", ".join(f"{count} {state}" for state, count in sorted(total.events.items())) or "nothing"
    out.print(f"{total.rows} rows: {words}; {total.known} of these were on record already", markup=False)
    if total.created:
        out.print(f"{total.created} people {would}made known, so that their refusal holds", markup=False)
    if total.unreadable:
        out.print(
            f"{total.unreadable} GPP strings cannot be read: they count as refusals, and {would}quarantined; see "
            "'hub outcomes quarantine'",
            markup=False,
        )
    if total.refused:
        out.print(f"{len(total.refused)} rows {would}left out: mend them, and import the file again", markup=False)
    if dry_run:
        out.print("nothing was written; leave out --dry-run to take it in", markup=False)
    return None


def read_gpp(
    text: Annotated[str, typer.Argument(metavar="STRING", help="A GPP string, or a bare TCF v2 string.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say what an IAB GPP string means: its sections and fields, and what it would put on record here.

    A string that cannot be read counts as a refusal of all that it could have refused (exit code 3).

    Example: hub consent gpp DBABBg~BRkVUFGg.QA
    """
    with open_hub(config) as hub:
        policy = hub.policy
    try:
        gpp = decode(text)
    except GppError as error:
        told = [_row(one) for one in unreadable(policy)]
        if as_json:
            print_json({"readable": False, "why": str(error), "means": told})
        else:
            out.print(f"cannot be read: {error}", markup=False)
            _print_meaning(told)
        raise typer.Exit(3) from None
    told = [_row(one) for one in said(gpp, policy)]
    if as_json:
        sections = {section.name: section.fields for section in gpp.sections}
        unknown = [id for id, _ in gpp.unknown]
        return print_json({
            "readable": True, "sections": sections, "section_ids": list(gpp.ids), "unknown_sections": unknown,
            "reencoded": encode(gpp), "means": told,
        })  # fmt: skip
    for section in gpp.sections:
        out.print(f"{section.name} (section {section.id})", style="bold")
        for name, value in section.fields.items():
            out.print(f"  {name}: {value}", markup=False, soft_wrap=True)
    for id, _ in gpp.unknown:
        out.print(f"section {id} is not known here; it is taken for a refusal", markup=False)
    _print_meaning(told)
    return None


def _row(one: Any) -> dict[str, Any]:
    return {
        "state": str(one.state),
        "purpose": one.scope.purpose,
        "category": one.scope.category,
        "because": one.because,
        "source_kind": one.evidence.source_kind,
        "signal": one.evidence.signal,
    }


def _print_meaning(told: list[dict[str, Any]]) -> None:
    if not told:
        out.print("means: nothing is refused; not having refused is no consent", markup=False)
    grouped: Counter[tuple[str, str]] = Counter()
    for row in told:
        about = row["purpose"] or f"any purpose, {row['category']} data"
        grouped[f"{row['state']}: {about}", row["because"]] += 1
    for what, because in grouped:
        out.print(f"means: {what}  ({because})", markup=False, soft_wrap=True)
