"""``hub privacy notice``, ``dpia``, ``ropa`` and ``approve``: what people are told, and what officers sign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from hub.app import Hub, open_hub
from hub.audit.entry import Entry as AuditEntry
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, DryRun
from hub.cli.screen import out, print_json, show
from hub.errors import PolicyError
from hub.file import rewriting
from hub.privacy.approvals import FILE, Approvals, load_approvals
from hub.privacy.assessment import as_data, assessment, assessment_digest, questions, record_rows
from hub.privacy.notice import notice, notice_digest
from hub.privacy.paper import Block, data, html, markdown

OFFICER = "privacy_officer"
Check = Annotated[
    bool,
    typer.Option("--check", help="Print nothing but what has changed since the approval; exit code 4 where it has."),
]


class Form(StrEnum):
    """How a paper is written."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


As = Annotated[Form, typer.Option("--as", help="As Markdown, as an HTML page or as JSON.")]


def add_commands(parent: typer.Typer) -> None:
    """This adds the commands to ``hub privacy``."""
    parent.command("notice")(print_notice)
    parent.command("dpia")(print_dpia)
    parent.command("ropa")(print_ropa)
    parent.command("approve")(approve)


def print_notice(
    lang: Annotated[str, typer.Option("--lang", help="Language: de, en or fr.")] = "en",
    form: As = Form.MARKDOWN,
    check: Check = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Write the transparency notice: what is read and inferred, what for, how long, who receives it, and how to say no.

    Example: hub privacy notice --lang de --as html > notice.html
    """
    with open_hub(config) as hub:
        dossier, approvals = hub.dossier, hub.approvals
        edition = approvals.edition(dossier)
        if check:
            _require(edition is not None, "the notice", approvals.notice is not None)
            return out.print(f"notice {edition.version if edition else ''} says what is so", markup=False)
        blocks = notice(dossier, lang, edition)
        facts = {"language": lang, "version": edition.version if edition else None, "digest": notice_digest(dossier)}
    return _write(blocks, form, language=lang, facts=facts)


def print_dpia(form: As = Form.MARKDOWN, check: Check = False, config: Config = DEFAULT_CONFIG) -> None:
    """Write the impact assessment: what the configuration answers, and gaps where a person must judge.

    Example: hub privacy dpia > assessment.md
    """
    with open_hub(config) as hub:
        dossier, approvals = hub.dossier, hub.approvals
        current, known = approvals.is_current(dossier), approvals.assessment
        if check:
            _tell_stale(hub)
            _require(current, "the impact assessment", known is not None)
            return out.print("the approved impact assessment describes what is done", markup=False)
        approved = f"Approved by {known.by} on {known.at}." if known and current else None
        blocks, facts = assessment(dossier, approved=approved), as_data(dossier)
    if form is Form.JSON:
        return print_json(facts | {"approved": approved})
    return _write(blocks, form, language="en", facts={})


def _tell_stale(hub: Hub) -> None:
    for told in hub.approvals.changes(hub.dossier):
        out.print(told, markup=False, soft_wrap=True)


def _require(current: bool, what: str, was_approved: bool) -> None:
    if not current:
        state = "is not what was approved: the configuration has changed" if was_approved else "was never approved"
        raise PolicyError(f"{what} {state}.", reason="assessment.stale", fix="Read it, then run 'hub privacy approve'.")


def print_ropa(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Write the record of processing (GDPR Art. 30): a row for each purpose in use.

    Example: hub privacy ropa --json
    """
    with open_hub(config) as hub:
        rows = record_rows(hub.dossier)
    show("Record of processing", list(rows[0]) if rows else [], rows, as_json=as_json)


def approve(
    only: Annotated[str | None, typer.Option(help="Only this: notice or assessment; both if absent.")] = None,
    config: Config = DEFAULT_CONFIG,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Approve notice and impact assessment as they are now: flows that had changed go on, and a changed notice gets a version.

    Only an actor with the role privacy_officer may, and it goes on the audit record. What is written is
    privacy/approvals.yaml: keep it with the rules.

    Example: hub privacy approve --dry-run
    """
    if only not in {None, "notice", "assessment"}:
        raise typer.BadParameter("--only is notice or assessment.")
    with open_hub(config, dry_run=dry_run) as hub:
        _require_officer(hub)
        stale, gaps = hub.stale_flows, sum(question.is_open for question in questions(hub.dossier))
        renew = partial(
            Approvals.renewed, dossier=hub.dossier, by=hub.actor, on=hub.now().date(),
            notice=only != "assessment", assessment=only != "notice",
        )  # fmt: skip
        renewed = renew(hub.approvals) if dry_run else _keep(hub, renew)
    told = {"notice": renewed.notice.version if renewed.notice else None, "flows": list(stale), "open questions": gaps}
    if as_json:
        return print_json(told | {"dry_run": dry_run})
    verb = "would approve" if dry_run else "approved"
    out.print(f"{verb}: notice {told['notice']}, assessment with {gaps} open questions", markup=False)
    for name in stale:
        out.print(f"  {name} goes on", markup=False)
    return None


def _require_officer(hub: Hub) -> None:
    if OFFICER not in hub.door.viewer.roles:
        raise PolicyError(
            f"{hub.actor} may not approve: that takes the role {OFFICER}.",
            reason="access.not_granted",
            fix="See 'hub access roles'.",
        )


def _keep(hub: Hub, renew: Callable[[Approvals], Approvals]) -> Approvals:
    """Whoever approves at the same time waits: each adds to what the other has approved, and nobody reads half a file."""
    folder = hub.deployment.path(hub.deployment.settings.privacy)
    with rewriting(folder / FILE, mode=0o666) as file:
        renewed = renew(load_approvals(folder))
        with hub.store.begin() as tx:  # no audit, no approval
            hub.audit.record(tx, [_entry(hub, renewed)])
        file.write(renewed.text().encode())
    hub.audit.sequence()
    return renewed


def _entry(hub: Hub, renewed: Approvals) -> AuditEntry:
    version = renewed.notice.version if renewed.notice else 0
    return AuditEntry(
        type="approval",
        outcome="approved",
        actor=hub.actor,
        policy=hub.policy.version,
        reasons=(f"notice {version} {notice_digest(hub.dossier)}", f"assessment {assessment_digest(hub.dossier)}"),
    )


def _write(blocks: list[Block], form: Form, *, language: str, facts: Mapping[str, object]) -> None:
    if form is Form.JSON:
        return print_json({**facts, "blocks": data(blocks)})
    text = html(blocks, title=blocks[0].text, language=language) if form is Form.HTML else markdown(blocks)
    return typer.echo(text, nl=False)
