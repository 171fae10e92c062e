"""The policy: the privacy officer's four files, read, checked against each other and ready to be asked."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from hub.errors import PolicyError
from hub.privacy.categories import CATEGORY_PARENTS, FIELDS, GROUPS, IDENTIFYING, SENSITIVE_ROOTS
from hub.privacy.document import Document, Trail, read_document, validate
from hub.privacy.dpv import PREFIX, broader
from hub.privacy.lint import Problem, lint
from hub.privacy.redaction.policy import KNOWN_ENTITIES, load_redaction
from hub.privacy.rules import (
    ANY,
    EXPLICIT,
    STRICTNESS,
    Ask,
    Basis,
    Destination,
    DestinationFile,
    FieldRule,
    JurisdictionFile,
    Operations,
    PurposeFile,
    RetentionFile,
    RetentionRule,
)
from hub.schema import RECORD_MODELS, ConsentScope, DataCategory, IdentifierKind

Lineages = Mapping[str, frozenset[str]]
"""Each name with itself and everything it is part of."""

HUB = "hub"
"""The destination that stands for the hub itself, when it collects and infers."""

IDENTIFIER_KINDS = frozenset({*IdentifierKind, "name"})
"""What the egress scan looks for: the kinds of identifier, and a person's name."""

RULE_FILES = ("purposes.yaml", "jurisdictions.yaml", "destinations.yaml", "retention.yaml")
"""The files that make a policy."""

ALWAYS_RUNNING = frozenset({"collected", "occurred"})
"""Clocks that every record has; each category needs a rule that starts with one of them."""


@dataclass(frozen=True)
class Policy:
    """All rules of a deployment.

    Args:
        version: short hash over their content; comments and layout do not change it.
        purposes: purposes, legal bases, and what the gate is asked at each step.
        jurisdictions: ages of consent.
        destinations: who may receive what.
        retention: how long what is kept.
        categories: each data category and the one it is part of.
        entities: types of personal data that redaction knows, for ``scan``.
        documents: the files, by name, for line numbers.
    """

    version: str
    purposes: PurposeFile
    jurisdictions: JurisdictionFile
    destinations: DestinationFile
    retention: RetentionFile
    categories: Mapping[str, str | None] = field(default_factory=lambda: dict(CATEGORY_PARENTS))
    entities: frozenset[str] = KNOWN_ENTITIES
    documents: Mapping[str, Document] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_readable(self) -> bool:
        """Whether these are the deployment's rules, and not what stands in for them."""
        return self.version != UNREADABLE

    @cached_property
    def purpose_lineages(self) -> Lineages:
        """Each purpose with itself and its parents."""
        return _lineages({name: purpose.parent for name, purpose in self.purposes.purposes.items()})

    @cached_property
    def category_lineages(self) -> Lineages:
        """Each data category with itself and its parents."""
        return _lineages(self.categories)

    @cached_property
    def purposes_covering(self) -> Mapping[str, frozenset[str | None]]:
        """For each purpose, what a consent event may name so that it speaks of it; None and ``*`` speak of any."""
        return {name: line | {None, ANY} for name, line in self.purpose_lineages.items()}

    @cached_property
    def categories_covering(self) -> Mapping[str, frozenset[str | None]]:
        """For each data category, what a consent event may name so that it speaks of it; None and ``*`` speak of any."""
        return {name: line | {None, ANY} for name, line in self.category_lineages.items()}

    @cached_property
    def retention_rules(self) -> dict[tuple[str, str | None, str | None], tuple[RetentionRule, ...]]:
        """The rules found so far for a category, purpose and source: what ``retention.py`` remembers."""
        return {}

    @cached_property
    def places(self) -> frozenset[str]:
        """Every place that a basis table or ``jurisdictions.yaml`` names, ``*`` among them."""
        bases = (purpose.basis for purpose in self.purposes.purposes.values())
        return frozenset(self.jurisdictions.jurisdictions) | {place for basis in bases for place in basis}

    def basis(self, purpose: str, jurisdictions: Collection[str]) -> Basis:
        """This is the strictest basis of all places that apply; a place nobody knows, or none, asks for the most."""
        rows = self.purposes.purposes[purpose].basis
        strictest = max(rows.values(), key=STRICTNESS.__getitem__)
        found = [_row(rows, place) if self._knows(place) else strictest for place in jurisdictions]
        return max(found, key=STRICTNESS.__getitem__, default=strictest)

    def age_of_consent(self, jurisdictions: Collection[str]) -> int:
        """This is the highest age of consent of all places that apply, in years."""
        default, rows = self.jurisdictions.default_age, self.jurisdictions.jurisdictions
        found = (rows.get(place) or rows.get(_country(place)) for place in jurisdictions)
        return max((row.age_of_consent if row else default for row in found), default=default)

    def unknown_in(self, scope: ConsentScope) -> list[str]:
        """This names what no rule knows in a consent's scope, of purpose, category and recipient: it would refuse nothing."""
        told = {
            "purpose": (scope.purpose, self.purposes.purposes), "category": (scope.category, self.categories),
            "recipient": (scope.recipient, self.destinations.destinations),
        }  # fmt: skip
        return [what for what, (word, known) in told.items() if word not in (None, ANY) and word not in known]

    def destination(self, name: str) -> Destination:
        """This is a destination's entry; raises PolicyError where there is none, because then nothing may leave."""
        entry = self.destinations.destinations.get(name)
        if entry is None:
            raise PolicyError(
                f"destination '{name}' has no entry in destinations.yaml",
                reason="policy.unknown_destination",
                fix="Add it with its purposes, categories and fields.",
            )
        return entry

    def allowed_identifiers(self, destination: str) -> frozenset[str]:
        """These kinds of identifier may stand in the bytes that go to a destination."""
        entry = self.destination(destination)
        kept = {kind for path, kind in IDENTIFYING.items() if path in entry.rules and entry.rules[path].do == "keep"}
        return frozenset(kept) | frozenset(entry.identifiers)

    def lint(self, today: date | None = None) -> list[Problem]:
        """These are the problems of rules that are well-formed: errors first; with ``today`` also what is overdue."""
        found = lint(self.purposes, self.destinations, self.retention, self.where, today)
        return sorted(found, key=lambda problem: (problem.severity, problem.where, problem.code))

    def _knows(self, place: str) -> bool:
        return place in self.places or _country(place) in self.places

    def where(self, file: str, trail: Trail) -> str:
        """This is the place of a value in one of the files, such as ``retention.yaml:12``."""
        document = self.documents.get(file)
        return f"{file}:{document.line(trail)}" if document else file


UNREADABLE = "unreadable"
"""The version of a policy that stands in for rules that nobody can read."""


def closed_policy() -> Policy:
    """This is the policy where the rules cannot be read: it knows no purpose, so whatever is asked, the answer is no.

    For what only takes away. Nothing is collected, sent or swept under it.
    """
    nothing = Operations(collect=(), infer=Ask(purpose="", category=DataCategory.EMOTION_LABEL))
    return Policy(
        version=UNREADABLE,
        purposes=PurposeFile(version=1, purposes={}, emotion_forbidden=(), operations=nothing),
        jurisdictions=JurisdictionFile(version=1, default_age=21, jurisdictions={}),
        destinations=DestinationFile(version=1, destinations={}),
        retention=RetentionFile(version=1, rules=()),
    )


def operation_for(
    policy: Policy, kind: str, *, visibility: str | None = None, channel: str | None = None
) -> tuple[str, str]:
    """This is what the gate is asked, as purpose and category, before a record of ``kind`` is kept.

    ``kind`` is a canonical kind such as ``interaction``, or ``infer`` for reading emotion from a text.
    Raises PolicyError for a kind without a rule.
    """
    if kind == "infer":
        infer = policy.purposes.operations.infer
        return infer.purpose, str(infer.category)
    for rule in policy.purposes.operations.collect:
        if rule.kind == kind and rule.visibility in {None, visibility} and rule.channel in {None, channel}:
            return rule.purpose, str(rule.category)
    raise PolicyError(f"no rule says what '{kind}' is collected for", reason="policy.no_operation")


def load_policy(folder: Path) -> Policy:
    """This reads the four rule files of a folder; raises ConfigError with file and line for whatever is not right."""
    redaction = folder / "redaction.yaml"
    own = {one.entity for one in load_redaction(redaction).patterns} if redaction.exists() else set()
    return compile_policy({name: read_document(folder / name) for name in RULE_FILES}, KNOWN_ENTITIES | own)


def compile_policy(documents: Mapping[str, Document], entities: frozenset[str] = KNOWN_ENTITIES) -> Policy:
    """This makes a policy of its four files, and checks them against each other; raises ConfigError."""
    policy = Policy(
        version=content_hash({name: documents[name].data for name in RULE_FILES}),
        purposes=validate(documents["purposes.yaml"], PurposeFile),
        jurisdictions=validate(documents["jurisdictions.yaml"], JurisdictionFile),
        destinations=validate(documents["destinations.yaml"], DestinationFile),
        retention=validate(documents["retention.yaml"], RetentionFile),
        entities=entities,
        documents=documents,
    )
    _check_purposes(policy, documents["purposes.yaml"])
    _check_operations(policy, documents["purposes.yaml"])
    _check_destinations(policy, documents["destinations.yaml"])
    _check_retention(policy, documents["retention.yaml"])
    return policy


def content_hash(data: object) -> str:
    """This is a short hash over JSON-like content, the same for every order of keys."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _lineages(parents: Mapping[str, str | None]) -> Lineages:
    def line(name: str) -> frozenset[str]:
        seen: list[str] = []
        at: str | None = name
        while at is not None and at not in seen:
            seen.append(at)
            at = parents.get(at)
        return frozenset(seen)

    return {name: line(name) for name in parents}


def _row(rows: Mapping[str, Basis], place: str) -> Basis:
    return rows.get(place) or rows.get(_country(place)) or rows[ANY]


def _country(place: str) -> str:
    return place.partition("-")[0]


def _known(document: Document, trail: Trail, what: str, name: str, choices: Iterable[str]) -> None:
    known = list(choices)
    if name not in known:
        raise document.error(trail, f"the {what} '{name}' is not known", name, known)


def _check_purposes(policy: Policy, document: Document) -> None:
    names = policy.purposes.purposes
    for name, purpose in names.items():
        trail = ("purposes", name)
        _known(document, (*trail, "dpv"), "purpose of the DPV", purpose.dpv.removeprefix(PREFIX), broader())
        if purpose.parent is not None:
            _known(document, (*trail, "parent"), "purpose", purpose.parent, names)
            if name in policy.purpose_lineages[purpose.parent]:
                raise document.error((*trail, "parent"), f"'{name}' is part of itself")
        if purpose.special_basis and not purpose.dpia:
            raise document.error((*trail, "special_basis"), "'special_basis' needs the id of an assessment in 'dpia'")
        for place in purpose.basis:
            if place != ANY:
                _known(document, (*trail, "basis", place), "jurisdiction", place, policy.jurisdictions.jurisdictions)
    for index, name in enumerate(policy.purposes.emotion_forbidden):
        _known(document, ("emotion_forbidden", index), "purpose", name, names)


def _check_operations(policy: Policy, document: Document) -> None:
    operations, names = policy.purposes.operations, policy.purposes.purposes
    for index, rule in enumerate(operations.collect):
        trail = ("operations", "collect", index)
        _known(document, (*trail, "kind"), "kind", rule.kind, RECORD_MODELS)
        _known(document, (*trail, "purpose"), "purpose", rule.purpose, names)
    _known(document, ("operations", "infer", "purpose"), "purpose", operations.infer.purpose, names)
    if DataCategory.EMOTION not in policy.category_lineages[operations.infer.category]:
        raise document.error(
            ("operations", "infer", "category"),
            "only emotion is inferred: no health, no belief, no other trait may be read from what people write",
        )
    always = {rule.kind for rule in operations.collect if rule.visibility is None and rule.channel is None}
    for kind in RECORD_MODELS:
        if kind not in always:
            raise document.error(("operations", "collect"), f"no entry says what every '{kind}' is collected for")


def _check_destinations(policy: Policy, document: Document) -> None:
    entries = policy.destinations.destinations
    if HUB not in entries:
        raise document.error(
            ("destinations",), f"the destination '{HUB}' is missing: the hub itself collects and infers"
        )
    for name, entry in entries.items():
        trail = ("destinations", name)
        for index, purpose in enumerate(entry.purposes):
            _known(document, (*trail, "purposes", index), "purpose", purpose, policy.purposes.purposes)
        for index, kind in enumerate(entry.identifiers):
            _known(document, (*trail, "identifiers", index), "kind of identifier", kind, IDENTIFIER_KINDS)
        for path, rule in entry.fields.items():
            here = (*trail, "fields", path)
            _check_field(policy, document, here, path, rule)
            if rule.is_reversible and not entry.vault:
                raise document.error(here, f"'{name}' has no vault, so a reversible pseudonym may not go there")


def _check_field(policy: Policy, document: Document, here: Trail, path: str, rule: FieldRule) -> None:
    group, _, name = path.partition(".")
    if name == "*":
        _known(document, here, "group", group, GROUPS)
        covered = [field for field in FIELDS if field.startswith(f"{group}.")]
    else:
        _known(document, here, "field", path, FIELDS)
        covered = [path]
    if rule.decision != "advisory" and any(_is_emotion(field) for field in covered):
        raise document.error((*here, "decision"), "a feeling may advise, it never decides alone (GDPR Art. 22)")
    if rule.scope is not None:
        _known(document, (*here, "scope"), "token scope", rule.scope, policy.destinations.token_scopes)
    for entity in {*(rule.entities or ()), *rule.with_} - {ANY}:
        _known(document, here, "entity", entity, policy.entities)
    if isinstance(rule.requires, Ask):
        _known(document, (*here, "requires"), "purpose", rule.requires.purpose, policy.purposes.purposes)
    elif rule.requires is not None:
        known = {EXPLICIT, *policy.purposes.purposes}
        _known(document, (*here, "requires"), "purpose", rule.requires, known)
        for field in covered:
            _check_requires(document, here, field, rule.requires)


def _is_emotion(field: str) -> bool:
    category = FIELDS[field]
    return category is not None and DataCategory.EMOTION in {category, CATEGORY_PARENTS[category]}


def _check_requires(document: Document, here: Trail, field: str, required: str) -> None:
    category = FIELDS[field]
    if category is None:
        raise document.error(here, f"'{field}' is no personal data, so there is nothing to require")
    if required == EXPLICIT and not {category, CATEGORY_PARENTS[category]} & SENSITIVE_ROOTS:
        raise document.error(
            here, f"'{EXPLICIT}' is for emotion and special categories; for {category} name a purpose with that basis"
        )


def _check_retention(policy: Policy, document: Document) -> None:
    rules = policy.retention.rules
    for index, rule in enumerate(rules):
        if rule.purpose is not None:
            _known(document, ("rules", index, "purpose"), "purpose", rule.purpose, policy.purposes.purposes)
    general = {str(r.category) for r in rules if not (r.purpose or r.source) and r.start in ALWAYS_RUNNING}
    for category, lineage in policy.category_lineages.items():
        if not lineage & general:
            raise document.error(
                ("rules",),
                f"no rule for every '{category}' counts from 'collected' or 'occurred', so it would never go",
            )
