"""The command line: ``hub``, one command group per file."""

from __future__ import annotations

import os
import shutil
import sys

import typer
from rich.text import Text

from hub.cli import (
    access,
    alerts,
    audit,
    backup,
    check,
    connection_form,
    consent,
    console,
    disclosure,
    evaluate,
    evaluate_emotion,
    evaluate_redaction,
    field_rules,
    figures,
    filters,
    flow,
    init,
    keys,
    lineage,
    mappings,
    metrics,
    migrate,
    outcomes,
    papers,
    person,
    plugins,
    policy_diff,
    privacy,
    requests,
    review,
    sandbox,
    status,
    taxonomy,
)
from hub.cli.screen import err
from hub.errors import ConfigError, HubError, TransientError
from hub.pipeline.border import clean_text
from hub.telemetry.export import start as start_traces

app = typer.Typer(
    name="hub",
    help="Attune: reads what customers say, governs it, and sends it back out enriched.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    init,
    check,
    flow,
    status,
    alerts,
    metrics,
    lineage,
    outcomes,
    filters,
    sandbox,
    migrate,
    backup,
    console,
):
    module.add_commands(app)
for name, group in {
    "plugins": plugins.app,
    "mappings": mappings.app,
    "privacy": privacy.app,
    "evaluate": evaluate.app,
    "access": access.app,
    "review": review.app,
    "taxonomy": taxonomy.app,
    "consent": consent.app,
    "person": person.app,
    "requests": requests.app,
    "keys": keys.app,
    "audit": audit.app,
}.items():
    app.add_typer(group, name=name)
for module in (policy_diff, field_rules, disclosure, papers, figures):
    module.add_commands(privacy.app)
connection_form.add_commands(plugins.app)
for module in (evaluate_redaction, evaluate_emotion):
    module.add_commands(evaluate.app)

_MAY = "Check that it is there, and that you may read and write it."


def main() -> None:
    """This runs ``hub`` and ends the process with the exit code that scripts rely on.

    0 done, 1 a bug or a broken invariant, 2 usage or configuration, 3 finished but degraded, 4 refused by policy,
    75 another run holds the lock.
    """
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - whoever closed it wants no output; as long as the process
    if problem := start_traces():
        err.print(Text(f"hub: {problem}", style="yellow"), soft_wrap=True)
    try:
        app()
    except HubError as error:
        _end(str(error), error.exit_code)
    except shutil.Error as error:
        _, target, why = error.args[0][0]
        _end(f"{target!r} cannot be written: {why}. {_MAY}", ConfigError.exit_code)
    except OSError as error:
        # A file or folder that somebody named cannot be used, or the output has no room: no bug of ours.
        if error.filename is not None:
            _end(f"{str(error.filename)!r} cannot be used: {error.strerror}. {_MAY}", ConfigError.exit_code)
        what = error.strerror or type(error).__name__
        _end(f"reading or writing failed: {what}. Check the disk, and where the output goes.", TransientError.exit_code)
    except UnicodeEncodeError:
        if not any(clean_text(one) != one for one in sys.argv):
            raise
        _end("an argument is not UTF-8 text. Check the terminal's encoding.", ConfigError.exit_code)


def _end(message: str, code: int) -> None:
    err.print(Text(f"hub: {message}", style="red"), soft_wrap=True)
    sys.exit(code)
