"""``hub privacy``: check the privacy rules, and test them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.app import Hub, open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import err, out, print_json, show
from hub.errors import ConfigError, PolicyError
from hub.privacy.access_cases import are_access_cases, read_access_cases, run_access_cases
from hub.privacy.case_file import Case
from hub.privacy.coverage import coverage as rule_coverage
from hub.privacy.mutation import run_mutants
from hub.privacy.policy import Policy
from hub.privacy.scenarios import read_cases, run_scenarios

app = typer.Typer(
    help="Purposes, jurisdictions, destinations, retention and redaction: check and test.", no_args_is_help=True
)


@app.command("lint")
def lint(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Show what is wrong or doubtful in the privacy rules.

    Example: hub privacy lint
    """
    with open_hub(config) as hub:
        problems = hub.policy.lint(hub.now().date())
    rows: list[dict[str, Any]] = [
        {"severity": str(p.severity), "where": p.where, "code": p.code, "what": p.message} for p in problems
    ]
    show("Problems", ["severity", "where", "what"], rows, as_json=as_json)
    if any(row["severity"] == "error" for row in rows):
        raise PolicyError("the privacy rules have errors.", reason="policy.lint", fix="Correct the lines named above.")


@app.command("test")
def test(
    files: Annotated[list[Path] | None, typer.Argument(help="Case files; those in privacy/tests if absent.")] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Also list the rules that no case asks about.")] = False,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Change every rule, one at a time: some case must fail each time.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Run given/expect cases against the rules: a line for each case; exit code 0 when all pass.

    With --mutate also 4 where a changed rule is noticed by no case.

    Example: hub privacy test privacy/tests/consent.yaml
    """
    with open_hub(config) as hub:
        folder = hub.deployment.path(hub.deployment.settings.privacy) / "tests"
        rows = [row for path in files or sorted(folder.glob("*.yaml")) for row in _rows(path, hub)]
        if not rows:
            raise ConfigError("no cases were found.", fix="Put case files into privacy/tests, or name one.")
        failed = sum(row["result"] != "passed" for row in rows)
        report: dict[str, Any] = {"cases": rows}
        if (coverage or mutate) and not failed:
            report |= _guards(hub.policy, read_cases(folder), coverage=coverage, mutate=mutate)
    if as_json:
        print_json(report if coverage or mutate else rows)
    else:
        _print_report(report, failed)
    if failed:
        raise PolicyError(
            f"{failed} privacy cases failed.", reason="policy.cases", fix="Correct the rules, or the cases."
        )
    if survivors := report.get("survivors"):
        raise PolicyError(
            f"{survivors[0]['where']}: {survivors[0]['change']}: no case notices ({len(survivors)} such changes).",
            reason="policy.unguarded", fix="Write a case into privacy/tests that fails when the rule is so changed.",
        )  # fmt: skip


def _rows(path: Path, hub: Hub) -> list[dict[str, Any]]:
    if are_access_cases(path):
        return _access_rows(path, hub)
    # Files with a configuration of their own bring their rules along.
    report = run_scenarios(path, policy=hub.policy)
    for line in report.lines:
        if not line.counts:
            err.print(f"{path}: {line.name}", markup=False, soft_wrap=True)
    return [
        {
            "id": line.id,
            "name": line.name,
            "result": "passed" if line.passed else "FAILED",
            "want": f"{line.want} {line.reason_want}".strip(),
            "got": f"{line.got} {line.reason_got}".strip(),
        }
        for line in report.lines
        if line.counts
    ]


def _guards(policy: Policy, cases: list[Case], *, coverage: bool, mutate: bool) -> dict[str, Any]:
    """What the cases leave unguarded, as far as it was asked for."""
    found: dict[str, Any] = {}
    if coverage:
        touched = rule_coverage(policy, cases)
        found["rules"] = len(touched)
        found["untouched"] = [{"where": one.where, "what": one.what} for one in touched if not one.cases]
    if mutate:
        report = run_mutants(policy, cases)
        found["mutants"] = report.tried
        found["survivors"] = [{"where": one.where, "change": one.change} for one in report.survivors]
    return found


def _print_report(report: dict[str, Any], failed: int) -> None:
    for row in report["cases"]:
        got = f" (wanted: {row['want']}; got: {row['got']})" if row["result"] != "passed" else f" ({row['got']})"
        out.print(f"{row['result']}  {row['id']}  {row['name']}{got}", markup=False, soft_wrap=True)
    out.print(f"{len(report['cases']) - failed} cases passed, {failed} failed")
    if "rules" in report:
        show("Rules that no case asks about", ["where", "what"], report["untouched"], as_json=False)
        out.print(f"{report['rules'] - len(report['untouched'])} of {report['rules']} rules are asked about")
    if "mutants" in report:
        show("Changes that no case notices", ["where", "change"], report["survivors"], as_json=False)
        out.print(f"{report['mutants'] - len(report['survivors'])} of {report['mutants']} changed rules are noticed")


def _access_rows(path: Path, hub: Hub) -> list[dict[str, Any]]:
    """The results of cases about who sees what."""
    return [
        {
            "id": f"access-{number}",
            "name": line.name,
            "result": "passed" if line.passed else "FAILED",
            "want": line.want,
            "got": line.got,
        }
        for number, line in enumerate(run_access_cases(read_access_cases(path), hub.access), start=1)
    ]
