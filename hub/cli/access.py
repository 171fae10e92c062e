"""``hub access``: who may look at what, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, get_args

import typer

from hub.app import Hub, open_hub
from hub.audit.entry import Entry as AuditEntry
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, Limit
from hub.cli.screen import out, print_json, show
from hub.cli.subject import find_person
from hub.errors import ConfigError, PolicyError
from hub.pipeline.door import Look
from hub.privacy.access import Request, decide_access
from hub.privacy.access_rules import Action, Data, Fact, Level, SubjectKind
from hub.privacy.cedar import cedar_text
from hub.store.grants import Grant
from hub.store.store import Tx

app = typer.Typer(help="Who may look at what, for which purpose, and why.", no_args_is_help=True)


@app.command("roles")
def roles(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List the roles of privacy/access.yaml, and who has them.

    Example: hub access roles
    """
    with open_hub(config) as hub:
        bound = hub.deployment.settings.roles
        rows = [
            {"role": name, "who": role.title, "actors": ", ".join(sorted(a for a, has in bound.items() if name in has))}
            for name, role in hub.access.file.roles.items()
        ]
    show("Roles", ["role", "who", "actors"], rows, as_json=as_json)


@app.command("explain")
def explain(
    role: Annotated[list[str] | None, typer.Option(help="A role; may be repeated. Your own if absent.")] = None,
    action: Annotated[str, typer.Option(help=f"One of: {', '.join(get_args(Action))}.")] = "view",
    data: Annotated[str, typer.Option(help=f"One of: {', '.join(get_args(Data))}.")] = "emotion",
    level: Annotated[str, typer.Option(help=f"One of: {', '.join(get_args(Level))}.")] = "summary",
    purpose: Annotated[str | None, typer.Option(help="A purpose of privacy/purposes.yaml.")] = None,
    subject: Annotated[str, typer.Option(help=f"One of: {', '.join(get_args(SubjectKind))}.")] = "customer",
    fact: Annotated[
        list[str] | None, typer.Option(help=f"What else is true; may be repeated: {', '.join(get_args(Fact))}.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say whether a role may see something, and which lines of the rules say so. Nobody's data is looked at.

    Example: hub access explain --role agent --data emotion --level summary --purpose CustomerCare --fact own_case
    """
    for name, value, known in (
        ("action", [action], Action), ("data", [data], Data), ("level", [level], Level),
        ("subject", [subject], SubjectKind), ("fact", fact or [], Fact),
    ):  # fmt: skip
        _check(name, value, get_args(known))
    with open_hub(config) as hub:
        _check("role", role or [], tuple(hub.access.file.roles))
        chosen = frozenset(role or hub.door.viewer.roles)
        asked = Request(chosen, action, data, level, purpose, subject, frozenset(fact or ()))
        answer = decide_access(hub.access, asked)
        why = {line.name: line.why for line in (*hub.access.forbid, *hub.access.allow)}
    if as_json:
        told: dict[str, Any] = {"allowed": answer.allowed, "reasons": list(answer.reasons)}
        return print_json(told | {"duties": list(answer.duties), "k": answer.k, "policy": hub.access.version})
    out.print("allowed" if answer.allowed else "denied", style="bold green" if answer.allowed else "bold red")
    for reason in answer.reasons:
        out.print(f"  {reason}: {why.get(reason, _BUILT_IN.get(reason, ''))}", markup=False)
    for duty in (*answer.duties, *([f"at least {answer.k} people behind each figure"] if answer.k else [])):
        out.print(f"  with: {duty}", markup=False)
    return None


_BUILT_IN = {
    "access.not_granted": "no line of access.yaml allows this",
    "access.no_purpose": "personal data is seen for a purpose of purposes.yaml only",
    "access.no_role": "an actor without a role sees nothing",
}


def _check(name: str, values: list[str], known: tuple[Any, ...]) -> None:
    for value in values:
        if value not in known:
            raise ConfigError(f"--{name}: there is no {value!r}.", fix=f"One of: {', '.join(known)}.")


@app.command("cedar")
def cedar(config: Config = DEFAULT_CONFIG) -> None:
    """Print the access rules, the built-in ones included, as a Cedar policy set.

    Example: hub access cedar > access.cedar
    """
    with open_hub(config) as hub:
        typer.echo(cedar_text(hub.access), nl=False)


@app.command("request")
def request(
    who: Annotated[str | None, typer.Argument(help="Whose emotion: as in 'hub person show'.")] = None,
    sync: Annotated[str | None, typer.Option(help="Or the values of this push's dry run.")] = None,
    purpose: Annotated[str, typer.Option(help="What for: a purpose of privacy/purposes.yaml.")] = "LegalCompliance",
    reason: Annotated[str, typer.Option(help="Why: one of the reasons of privacy/access.yaml.")] = "incident",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Ask to see somebody's emotion in full; a second person must approve it, and then it lasts some hours.

    Example: hub access request C-000001 --purpose LegalCompliance --reason complaint
    """
    if (who is None) == (sync is None):
        raise typer.BadParameter("name a person, or a push with --sync.")
    with open_hub(config) as hub:
        look = Look("view", "emotion", "individual", purpose, reason, scope=f"sync:{sync}" if sync else None)
        hub.door.require_chance([look])
        person_id = find_person(hub, who) if who else None
        if sync:
            hub.sync(sync)
        with hub.store.begin() as tx:
            scope = tx.persons.audit_ref(person_id) if person_id else look.scope
            number = tx.grants.ask(str(scope), purpose, reason, hub.actor)
            _record(hub, tx, tx.grants.get(number), "asked")
        hub.audit.sequence()
    if as_json:
        return print_json({"look": number})
    out.print(f"look {number} waits for a second person: hub access approve {number}", markup=False)
    return None


@app.command("approve")
def approve(
    number: Annotated[int, typer.Argument(min=1, help="As in 'hub access list'.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Approve a look that somebody else asked for. It is on the audit record, and an obligation to go over it is opened.

    Example: hub access approve 3
    """
    with open_hub(config) as hub:
        with hub.store.begin() as tx:
            grant = tx.grants.get(number)
            refused = _refusal(hub, grant)
            if refused is None:
                grant = tx.grants.approve(number, hub.actor, hub.access.file.approval_hours)
                what = f"go over look {number}: {grant.purpose}, {grant.reason}"
                tx.obligations.open(grant.scope, "hub", what, "privacy officer", hub.now() + timedelta(days=7))
            _record(hub, tx, grant, "denied" if refused else "approved")
        hub.audit.sequence()
    if refused is not None:
        raise PolicyError(refused, reason="access.second_person", fix="See 'approvers' in privacy/access.yaml.")
    until = f"{grant.expires_at:%Y-%m-%d %H:%M}Z" if grant.expires_at else ""
    if as_json:
        return print_json({"look": number, "until": until})
    out.print(f"look {number} is approved until {until}", markup=False)
    return None


def _refusal(hub: Hub, grant: Grant) -> str | None:
    if grant.asked_by == hub.actor:
        return f"{hub.actor} asked for look {grant.id}; somebody else must approve it."
    if hub.door.viewer.roles.isdisjoint(hub.access.file.approvers):
        return f"{hub.actor} has no role that approves looks."
    return None


def _record(hub: Hub, tx: Tx, grant: Grant, outcome: str) -> None:
    is_person = not grant.scope.startswith("sync:")
    entry = AuditEntry(
        type="access",
        outcome=outcome,
        actor=hub.actor,
        purpose=grant.purpose,
        dest=None if is_person else grant.scope[:80],
        reasons=(f"look {grant.id}", f"because {grant.reason}", f"asked by {grant.asked_by}"),
        policy=hub.access.version,
        subject=grant.scope if is_person else None,
    )
    hub.audit.record(tx, [entry])


@app.command("list")
def list_looks(config: Config = DEFAULT_CONFIG, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List looks that were asked for, newest first: by whom, why, and until when somebody approved them.

    Example: hub access list
    """
    with open_hub(config) as hub:
        hub.door.require(Look("view", "runs", "individual"))
        with hub.store.read() as tx:
            rows = [_row(one) for one in tx.grants.list(limit)]
    show("Looks", ["look", "whom", "purpose", "reason", "asked by", "approved by", "until"], rows, as_json=as_json)


def _row(one: Grant) -> dict[str, Any]:
    return {
        "look": one.id,
        "whom": one.scope,
        "purpose": one.purpose,
        "reason": one.reason,
        "asked by": one.asked_by,
        "approved by": one.approved_by,
        "until": f"{one.expires_at:%Y-%m-%d %H:%M}Z" if one.expires_at else None,
    }
