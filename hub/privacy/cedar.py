"""Cedar: the access rules as Cedar policy text, for those who run Cedar, and for checking the hub's own answers against it.

A request to Cedar is ``User`` asks ``Action`` on ``Data``, with level, purpose, subject and facts as its context; the roles are
the user's parents. https://docs.cedarpolicy.com
"""

import json
from collections.abc import Collection, Iterable

from hub.privacy.access import AccessPolicy, Line, Request
from hub.privacy.access_rules import FACTS


def cedar_text(policy: AccessPolicy) -> str:
    """These are all lines of a policy, the floor's included, as a Cedar policy set; each line is named by its ``@id``."""
    head = f"// Written by 'hub access cedar' from access.yaml {policy.version}; change that file, not this text.\n"
    # Personal data needs a purpose that exists: the built-in rule behind access.no_purpose.
    no_purpose = (
        '@id("access.no_purpose")\nforbid (principal, action, resource)\n'
        f'when {{ resource != Data::"runs" && !({_strings(policy.purposes)}.contains(context.purpose)) }};\n'
    )
    forbids = (_statement("forbid", line) for line in policy.forbid)
    allows = (_statement("permit", line) for line in policy.allow)
    return "\n".join([head, no_purpose, *forbids, *allows])


def cedar_request(asked: Request) -> dict[str, object]:
    """This is a request as Cedar takes it; its user has an entity of the name that ``cedar_entities`` gives it."""
    context: dict[str, object] = {"level": asked.level, "purpose": asked.purpose or "", "subject": asked.subject}
    return {
        "principal": {"type": "User", "id": _user(asked.roles)},
        "action": {"type": "Action", "id": asked.action},
        "resource": {"type": "Data", "id": asked.data},
        "context": context | {fact: fact in asked.facts for fact in FACTS},
    }


def cedar_entities(groups: Iterable[Collection[str]]) -> list[dict[str, object]]:
    """These are the entities of users, each with the roles of one group."""
    return [
        {
            "uid": {"type": "User", "id": _user(roles)},
            "attrs": {},
            "parents": [{"type": "Role", "id": role} for role in sorted(roles)],
        }
        for roles in groups
    ]


def _user(roles: Collection[str]) -> str:
    return "+".join(sorted(roles))


def _statement(effect: str, line: Line) -> str:
    tests = [
        *_one_of("principal in", "Role", line.roles),
        *_one_of("action in", "Action", line.actions),
        *_one_of("resource in", "Data", line.data),
        *_contains(line.purposes, "purpose"),
        *_contains(line.levels, "level"),
        *_contains(line.subjects, "subject"),
        *(f"context.{fact}" for fact in sorted(line.when)),
        *(f"!context.{fact}" for fact in sorted(line.unless)),
    ]
    body = " && ".join(tests) or "true"
    why = f"// {line.why}\n" if line.why else ""
    return f'{why}@id("{line.name}")\n{effect} (principal, action, resource)\nwhen {{ {body} }};\n'


def _one_of(test: str, kind: str, names: Collection[str] | None) -> list[str]:
    if names is None:
        return []
    return [f"{test} [{', '.join(f'{kind}::{json.dumps(name)}' for name in sorted(names))}]"]


def _contains(names: Collection[str] | None, place: str) -> list[str]:
    return [] if names is None else [f"{_strings(names)}.contains(context.{place})"]


def _strings(names: Collection[str]) -> str:
    return f"[{', '.join(json.dumps(name) for name in sorted(names))}]"
