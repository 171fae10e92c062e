"""The lint: what a privacy officer should look at again, found without running anything."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from hub.privacy.categories import CATEGORY_PARENTS, FIELDS, FREE_TEXT, NUMBERS, SENSITIVE_ROOTS, TIMES
from hub.privacy.rules import (
    ANY,
    STRICTNESS,
    Basis,
    Destination,
    DestinationFile,
    FieldRule,
    PurposeFile,
    RetentionFile,
    listed_as,
)
from hub.schema import DataCategory

LEAST_EVIDENCE = timedelta(days=180)
"""Consent evidence is kept at least this long: shorter, and nobody could answer a complaint."""

SENSITIVE = frozenset(c for c, parent in CATEGORY_PARENTS.items() if {c, parent} & SENSITIVE_ROOTS)
"""Emotion and special categories, their parts included; they may be kept as briefly as emotion, or more so."""

CONSENTED = frozenset({Basis.CONSENT, Basis.EXPLICIT_CONSENT})


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding: ``severity`` "error" must be mended before data flows, "warning" is for the officer to judge."""

    severity: Literal["error", "warning"]
    code: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.severity}: {self.message} [{self.code}]"


Where = Callable[[str, tuple[str | int, ...]], str]
"""Gives "file:line" for a file name and a trail of keys."""


def lint(
    purposes: PurposeFile,
    destinations: DestinationFile,
    retention: RetentionFile,
    where: Where,
    today: date | None = None,
) -> Iterator[Problem]:
    """This yields every problem of rules that were well-formed enough to load; with ``today`` also what is overdue."""
    yield from _purposes(purposes, where)
    yield from _unused(purposes, destinations, where)
    for name, destination in destinations.destinations.items():
        yield from _destination(name, destination, where)
        yield from _without_basis(name, destination, purposes, where)
    yield from _joins(destinations, where)
    yield from _scopes(destinations, where, today)
    yield from _retention(retention, where)


def _purposes(file: PurposeFile, where: Where) -> Iterator[Problem]:
    for name, purpose in file.purposes.items():
        place = where("purposes.yaml", ("purposes", name))
        bases = set(purpose.basis.values())
        if max(STRICTNESS[b] for b in bases) > STRICTNESS[purpose.basis[ANY]]:
            yield Problem(
                "error", "basis.default_is_weak", place, f"'{name}': '*' must be the strictest basis of all rows"
            )
        if Basis.LEGITIMATE_INTEREST in bases and not purpose.assessment:
            yield Problem("warning", "basis.not_assessed", place, f"'{name}': legitimate interest without 'assessment'")
        if bases & CONSENTED and purpose.max_age is None:
            yield Problem(
                "warning", "consent.never_stale", place, f"'{name}': consent without 'max_age' never grows old"
            )
        if Basis.EXPLICIT_CONSENT in bases and purpose.min_notice is None:
            yield Problem("warning", "consent.any_notice", place, f"'{name}': explicit consent without 'min_notice'")
        if name.startswith("IdentityLink.") and bases - {Basis.EXPLICIT_CONSENT, Basis.NONE}:
            yield Problem("error", "link.not_explicit", place, f"'{name}': linking an account needs explicit consent")


def _unused(file: PurposeFile, destinations: DestinationFile, where: Where) -> Iterator[Problem]:
    used = {purpose for one in destinations.destinations.values() for purpose in one.purposes}
    for name, purpose in file.purposes.items():
        if not {name, purpose.parent} & used and name not in file.emotion_forbidden:
            place = where("purposes.yaml", ("purposes", name))
            yield Problem("warning", "purpose.unused", place, f"'{name}' is a purpose of no destination")


def _destination(name: str, destination: Destination, where: Where) -> Iterator[Problem]:
    if name != "hub" and not destination.fields:
        place = where("destinations.yaml", ("destinations", name))
        yield Problem("warning", "destination.silent", place, f"'{name}' lists no fields, so nothing ever leaves to it")
    for entry in destination.fields:
        if entry.endswith(".*") and destination.fields[entry].do != "drop":
            place = where("destinations.yaml", ("destinations", name, "fields", entry))
            yield Problem(
                "warning", "field.whole_group", place, f"'{entry}' also lets out what a later version adds to the group"
            )
    for path, rule in destination.rules.items():
        place = where(
            "destinations.yaml", ("destinations", name, "fields", listed_as(destination.fields, path) or path)
        )
        yield from _field(name, destination, path, rule, place)


def _field(name: str, destination: Destination, path: str, rule: FieldRule, place: str) -> Iterator[Problem]:
    if path in FREE_TEXT and rule.do not in {"scan", "drop", "redact"}:
        yield Problem("error", "field.free_text", place, f"'{path}' is free text; use 'scan', 'redact' or 'drop'")
    if misfit := _misfit(path, rule):
        yield Problem("error", "field.wrong_operator", place, misfit)
    category = FIELDS[path]
    if category is not None and rule.do != "drop" and not _covered(category, destination):
        yield Problem(
            "warning", "field.never_leaves", place, f"'{path}' is {category} data, which '{name}' may not receive"
        )


def _misfit(path: str, rule: FieldRule) -> str | None:
    """What an operator cannot do with a field: it would never leave, and nobody would know why."""
    if rule.do == "round" and path not in NUMBERS:
        return f"'{path}' is no number, so it cannot be rounded"
    if rule.do == "generalise" and rule.to is not None and path not in TIMES:
        return f"'{path}' is no time, so no '{rule.to}' of it can be kept"
    if rule.do == "scan" and path not in FREE_TEXT:
        return f"'{path}' is no free text, so there is nothing to scan"
    return None


def _without_basis(name: str, destination: Destination, purposes: PurposeFile, where: Where) -> Iterator[Problem]:
    """Emotion and special categories that would go out as they are, though nothing there asks for an explicit consent."""
    if any(_asks_explicitly(purposes, purpose) for purpose in destination.purposes):
        return
    for path, rule in destination.rules.items():
        if rule.do == "keep" and FIELDS[path] in SENSITIVE and rule.requires is None:
            entry = listed_as(destination.fields, path) or path
            place = where("destinations.yaml", ("destinations", name, "fields", entry))
            yield Problem(
                "error", "field.special_without_basis", place,
                f"'{path}' is {FIELDS[path]} data, and no purpose of '{name}' has explicit consent or 'special_basis' "
                "for its basis; add 'requires: explicit_consent', or such a purpose",
            )  # fmt: skip


def _asks_explicitly(purposes: PurposeFile, name: str) -> bool:
    purpose = purposes.purposes[name]
    return Basis.EXPLICIT_CONSENT in purpose.basis.values() or purpose.special_basis is not None


def _covered(category: DataCategory, destination: Destination) -> bool:
    return category in destination.categories or CATEGORY_PARENTS[category] in destination.categories


def _joins(file: DestinationFile, where: Where) -> Iterator[Problem]:
    """Destinations that get tokens made with one key, be it through one scope or through two that name it."""
    users: dict[str, set[str]] = defaultdict(set)
    scopes: dict[str, set[str]] = defaultdict(set)
    for name, destination in file.destinations.items():
        for rule in destination.rules.values():
            if rule.scope:
                key = file.token_scopes[rule.scope].key or rule.scope
                users[key].add(name)
                scopes[key].add(rule.scope)
    for key, names in users.items():
        for scope in sorted(scopes[key]) if len(names) > 1 else ():
            if not file.token_scopes[scope].join_reason:
                place = where("destinations.yaml", ("token_scopes", scope))
                together = " and ".join(sorted(names))
                yield Problem("error", "token.joinable", place, f"{together} can join by '{key}'; name a 'join_reason'")


def _scopes(file: DestinationFile, where: Where, today: date | None) -> Iterator[Problem]:
    used = {rule.scope for one in file.destinations.values() for rule in one.fields.values()}
    for name, scope in file.token_scopes.items():
        place = where("destinations.yaml", ("token_scopes", name))
        if name not in used:
            yield Problem("warning", "token.unused", place, f"no field uses the token scope '{name}'")
        if scope.rotate is not None and scope.since is None:
            yield Problem("warning", "token.undated", place, f"'{name}': 'rotate' without 'since' is never due")
        elif scope.rotate is not None and scope.since is not None and today and today >= scope.since + scope.rotate:
            yield Problem(
                "warning", "token.rotation_due", place,
                f"'{name}': version {scope.key_version} of its key has served its time; count 'key_version' up, set 'since', "
                "then push everybody anew",
            )  # fmt: skip


def _retention(file: RetentionFile, where: Where) -> Iterator[Problem]:
    emotion = [r.keep for r in file.rules if r.category.startswith("emotion") and not (r.purpose or r.source)]
    for index, rule in enumerate(file.rules):
        place = where("retention.yaml", ("rules", index))
        if emotion and rule.category not in SENSITIVE and rule.keep < max(emotion):
            yield Problem(
                "warning", "retention.emotion_outlives", place, f"emotion is kept longer than {rule.category} here"
            )
        if rule.category is DataCategory.CONSENT and rule.keep < LEAST_EVIDENCE:
            yield Problem("error", "retention.evidence", place, "consent evidence must be kept for 180 days at least")
