"""The lint: what a privacy officer should look at again, found without running anything."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from hub.privacy.categories import CATEGORY_PARENTS, FIELDS, FREE_TEXT
from hub.privacy.rules import (
    ANY,
    STRICTNESS,
    Basis,
    Destination,
    DestinationFile,
    PurposeFile,
    RetentionFile,
)
from hub.schema import DataCategory

LEAST_EVIDENCE = timedelta(days=180)
"""Consent evidence is kept at least this long: shorter, and nobody could answer a complaint."""

SENSITIVE = frozenset(c for c, parent in CATEGORY_PARENTS.items() if {c, parent} & {"emotion", "special"})
"""Categories that may be kept as briefly as emotion, or more so."""

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
    purposes: PurposeFile, destinations: DestinationFile, retention: RetentionFile, where: Where
) -> Iterator[Problem]:
    """This yields every problem of rules that were well-formed enough to load."""
    yield from _purposes(purposes, where)
    yield from _unused(purposes, destinations, where)
    for name, destination in destinations.destinations.items():
        yield from _destination(name, destination, where)
    yield from _joins(destinations, where)
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
    for path, rule in destination.fields.items():
        place = where("destinations.yaml", ("destinations", name, "fields", path))
        if path in FREE_TEXT and rule.do not in {"scan", "drop", "redact"}:
            yield Problem("error", "field.free_text", place, f"'{path}' is free text; use 'scan', 'redact' or 'drop'")
        category = FIELDS[path]
        if category is not None and rule.do != "drop" and not _covered(category, destination):
            yield Problem(
                "warning", "field.never_leaves", place, f"'{path}' is {category} data, which '{name}' may not receive"
            )


def _covered(category: DataCategory, destination: Destination) -> bool:
    return category in destination.categories or CATEGORY_PARENTS[category] in destination.categories


def _joins(file: DestinationFile, where: Where) -> Iterator[Problem]:
    users: dict[str, set[str]] = defaultdict(set)
    for name, destination in file.destinations.items():
        for rule in destination.fields.values():
            if rule.scope:
                users[rule.scope].add(name)
    for scope, names in users.items():
        if len(names) > 1 and not file.token_scopes[scope].join_reason:
            place = where("destinations.yaml", ("token_scopes", scope))
            together = " and ".join(sorted(names))
            yield Problem("error", "token.joinable", place, f"{together} can join by '{scope}'; name a 'join_reason'")


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
