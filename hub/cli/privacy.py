"""``hub privacy``: check the privacy rules, and test them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.app import open_hub
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import out, show
from hub.errors import ConfigError, PolicyError
from hub.privacy.scenarios import run_scenarios

app = typer.Typer(
    help="Purposes, jurisdictions, destinations, retention and redaction: check and test.", no_args_is_help=True
)


@app.command("lint")
def lint(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Show what is wrong or doubtful in the privacy rules.

    Example: hub privacy lint
    """
    with open_hub(config) as hub:
        problems = hub.policy.lint()
    rows: list[dict[str, Any]] = [
        {"severity": str(p.severity), "where": p.where, "code": p.code, "what": p.message} for p in problems
    ]
    show("Problems", ["severity", "where", "what"], rows, as_json=as_json)
    if any(row["severity"] == "error" for row in rows):
        raise PolicyError("the privacy rules have errors.", reason="policy.lint", fix="Correct the lines named above.")


@app.command("test")
def test(
    files: Annotated[list[Path] | None, typer.Argument(help="Case files; those in privacy/tests if absent.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Run given/expect cases against the rules: a line for each case; exit code 0 when all pass.

    Example: hub privacy test privacy/tests/consent.yaml
    """
    rows: list[dict[str, Any]] = []
    with open_hub(config) as hub:
        own = sorted((hub.deployment.path(hub.deployment.settings.privacy) / "tests").glob("*.yaml"))
        for path in files or own:
            # Files with a configuration of their own bring their rules along.
            report = run_scenarios(path, policy=None if path.suffix == ".json" else hub.policy)
            rows += [
                {
                    "id": line.id,
                    "name": line.name,
                    "result": "passed" if line.passed else "FAILED",
                    "want": f"{line.want} {line.reason_want}".strip(),
                    "got": f"{line.got} {line.reason_got}".strip(),
                }
                for line in report.lines
            ]
    if not rows:
        raise ConfigError("no cases were found.", fix="Put case files into privacy/tests, or name one.")
    show("Cases", ["id", "name", "result", "want", "got"], rows, as_json=as_json)
    failed = sum(row["result"] != "passed" for row in rows)
    if not as_json:
        out.print(f"{len(rows) - failed} cases passed, {failed} failed")
    if failed:
        raise PolicyError(
            f"{failed} privacy cases failed.", reason="policy.cases", fix="Correct the rules, or the cases."
        )
