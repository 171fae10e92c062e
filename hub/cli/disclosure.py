"""``hub privacy reveal``: go back from a pseudonym to the value, on the side that holds the vault's key."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from hub.app import Hub, open_hub
from hub.audit.entry import Entry as AuditEntry
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config
from hub.cli.screen import out, print_json
from hub.errors import ConfigError
from hub.pipeline.door import Look
from hub.privacy.document import nearest
from hub.privacy.operator import reveal as open_pseudonym

_PSEUDONYM = re.compile(r"p([1-9][0-9]{0,5})_[A-Za-z2-7]{16,}")


def add_commands(parent: typer.Typer) -> None:
    """This adds the command to ``hub privacy``."""
    parent.command("reveal")(reveal)


def reveal(
    pseudonym: Annotated[str, typer.Argument(help="What the destination has, such as p1_…")],
    kind: Annotated[
        str, typer.Option(help="The field it was made for (person.email), or the entity in a text (PERSON).")
    ],
    scope: Annotated[str, typer.Option(help="The token scope of destinations.yaml that it was made with.")],
    purpose: Annotated[str, typer.Option(help="What the value is needed for: a purpose of privacy/purposes.yaml.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show the value behind a pseudonym that a destination got; that somebody looked goes on the audit record.

    Example: hub privacy reveal p1_MFRGG43EMVRQ… --kind person.email --scope crm --purpose CustomerCare
    """
    with open_hub(config) as hub:
        key = hub.vault.token_key(_key_name(hub, scope, pseudonym))
        _require_known(purpose, "purpose", hub.policy.purposes.purposes)
        try:
            value = open_pseudonym(pseudonym, kind, key)
        except ValueError as error:
            raise ConfigError(f"{error}.", fix="Check --kind and --scope, and that it was copied whole.") from None
        hub.door.require(Look("view", "contact", "individual", purpose))
        with hub.store.begin() as tx:  # no audit, no look
            entry = AuditEntry(
                type="read", outcome="revealed", actor=hub.actor, purpose=purpose, policy=hub.policy.version
            )
            hub.audit.record(tx, [entry])
        hub.audit.sequence()
    if as_json:
        return print_json({"value": value})
    out.print(value, markup=False, highlight=False)
    return None


def _key_name(hub: Hub, scope: str, pseudonym: str) -> str:
    """The key of the version that the pseudonym begins with, which need not be today's."""
    scopes = hub.policy.destinations.token_scopes
    _require_known(scope, "token scope", scopes)
    match = _PSEUDONYM.fullmatch(pseudonym)
    if match is None:
        raise ConfigError("this is no pseudonym.", fix="One begins with p, the key's version and _, such as p1_MFRGG….")
    return scopes[scope].model_copy(update={"key_version": int(match[1])}).key_name(scope)


def _require_known(name: str, what: str, known: object) -> None:
    names = list(known) if isinstance(known, dict) else []
    if name not in names:
        raise ConfigError(
            f"the {what} '{name}' is not known{nearest(name, names)}.", fix=f"Known: {', '.join(names) or 'none'}."
        )
