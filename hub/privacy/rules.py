"""The shape of the four files a privacy officer writes: purposes, jurisdictions, destinations, retention."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from hub.privacy.categories import FIELDS
from hub.schema import Channel, DataCategory, Visibility

Clock = Literal["collected", "occurred", "case_closed", "last_contact"]
"""What a retention period is counted from."""

Operator = Literal["drop", "keep", "redact", "mask", "token", "pseudonym", "generalise", "round", "scan"]
"""What is done to a field before it leaves."""

ANY = "*"
"""Stands for "all others" in a basis table and for "any" in a consent scope."""


class Basis(StrEnum):
    """Legal basis, from the least to the most that the hub asks for before it acts."""

    LEGAL_OBLIGATION = "legal_obligation"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"
    CONSENT = "consent"
    EXPLICIT_CONSENT = "explicit_consent"
    NONE = "none"


STRICTNESS: dict[Basis, int] = {basis: rank for rank, basis in enumerate(Basis)}
"""Rank of each basis; the higher one wins where several apply."""


def _period(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not value.startswith("P"):
        raise ValueError("a period is written as P90D, P2W, P1Y or PT12H (ISO 8601)")
    return value


Period = Annotated[timedelta, BeforeValidator(_period)]
"""An ISO 8601 duration; a month counts 30 days and a year 365."""


class Rule(BaseModel):
    """A frozen part of a rule file that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Purpose(Rule):
    """What data is used for, on which legal ground.

    Args:
        title: one sentence for people.
        dpv: the purpose of W3C DPV that it narrows, as an IRI.
        parent: the purpose of this file that it is part of; consent to the parent covers it.
        basis: legal basis by jurisdiction; ``"*"`` for all others.
        special_basis: basis for special categories and emotion where it is not explicit consent; needs ``dpia``.
        dpia: id of the impact assessment that allows ``special_basis``.
        assessment: id of the balancing test behind a legitimate interest.
        min_notice: oldest version of the privacy notice under which consent still counts.
        max_age: after this long, consent must be asked anew.
        obligations: what comes with a yes, as codes that the audit log repeats.
    """

    title: str
    dpv: str = Field(pattern=r"^https://w3id\.org/dpv#[A-Za-z]+$")
    parent: str | None = None
    basis: dict[str, Basis]
    special_basis: Basis | None = None
    dpia: str | None = None
    assessment: str | None = None
    min_notice: int | None = Field(None, ge=1)
    max_age: Period | None = None
    obligations: tuple[str, ...] = ()

    @field_validator("basis")
    @classmethod
    def _has_a_default(cls, basis: dict[str, Basis]) -> dict[str, Basis]:
        if ANY not in basis:
            raise ValueError("it needs an entry '*' for all other jurisdictions")
        return basis


class Ask(Rule):
    """What the gate is asked: a purpose and a data category."""

    purpose: str
    category: DataCategory


class Collect(Ask):
    """What the gate is asked before a record of one kind is kept; None of ``visibility`` or ``channel`` means any."""

    kind: str
    visibility: Visibility | None = None
    channel: Channel | None = None


class Operations(Rule):
    """What the gate is asked at each step of the flow; the first matching ``collect`` entry counts."""

    collect: tuple[Collect, ...]
    infer: Ask


class PurposeFile(Rule):
    """The file ``purposes.yaml``."""

    version: Literal[1]
    purposes: dict[str, Purpose]
    emotion_forbidden: tuple[str, ...]
    operations: Operations


class Jurisdiction(Rule):
    """A country (ISO 3166-1) or region (ISO 3166-2), and from which age a person consents alone there."""

    name: str
    age_of_consent: int = Field(ge=0, le=21)
    source: str
    reviewed: date


class JurisdictionFile(Rule):
    """The file ``jurisdictions.yaml``; ``default_age`` holds wherever no row applies."""

    version: Literal[1]
    default_age: int = Field(ge=13, le=21)
    jurisdictions: dict[str, Jurisdiction]


EXPLICIT = "explicit_consent"
"""In ``requires``: the yes to this very field must rest on an explicit consent, whatever else would do."""

ScanOperator = Literal["drop", "redact", "mask", "token", "pseudonym"]
"""What is done to a piece of personal data that ``scan`` finds in a text."""

OPTIONS: Mapping[str, frozenset[str]] = {
    "drop": frozenset(),
    "keep": frozenset({"requires"}),
    "redact": frozenset({"requires"}),
    "mask": frozenset({"requires", "keep_last"}),
    "token": frozenset({"requires", "scope"}),
    "pseudonym": frozenset({"requires", "scope"}),
    "generalise": frozenset({"requires", "to", "keep_first"}),
    "round": frozenset({"requires", "step"}),
    "scan": frozenset({"requires", "entities", "with_", "min_score", "max_len", "scope"}),
}
"""The options that each operator takes; any other is refused, for it would promise what does not happen."""

KEYED = frozenset({"token", "pseudonym"})
"""Operators that need the key of a token scope."""

_NEEDED = {"token": ("scope",), "pseudonym": ("scope",), "round": ("step",), "generalise": ("to", "keep_first")}
_ENTITY_ALIASES = {"EMAIL": "EMAIL_ADDRESS", "PHONE": "PHONE_NUMBER", "IBAN": "IBAN_CODE"}


def _operator(value: Any) -> Any:
    if isinstance(value, str):
        return {"do": value}
    if isinstance(value, dict) and value.get("do") == "generalise" and "keep" in value:
        return {("keep_first" if key == "keep" else key): one for key, one in value.items()}
    return value


def _entity(value: Any) -> Any:
    return _ENTITY_ALIASES.get(value, value) if isinstance(value, str) else value


EntityName = Annotated[str, BeforeValidator(_entity)]
"""A type of personal data as ``redaction.yaml`` names it; EMAIL, PHONE and IBAN are short for Presidio's names."""


class FieldRule(Rule):
    """What becomes of one field at one destination.

    Args:
        do: the operator.
        scope: with ``token`` and ``pseudonym``: the token scope whose key is used.
        keep_last: with ``mask``: how many characters stay readable at the end.
        keep_first: with ``generalise``: how many characters stay at the start.
        to: with ``generalise``: the part of a time that stays.
        step: with ``round``: the step to round to.
        entities: with ``scan``: what is taken out of the text; everything that redaction knows if absent.
        with_: with ``scan``: what each entity is replaced by; ``with`` in the file, ``"*"`` for all others.
        min_score: with ``scan``: findings below it stay; never less than ``redaction.yaml`` asks for.
        max_len: with ``scan``: a longer text stays as a whole.
        requires: another question that must be answered with yes before this field leaves: a purpose, a purpose and a
            category, or ``explicit_consent``.
        decision: what the system may do with it: ``advisory`` (it helps somebody decide), or ``solely_automated``, which is
            refused for emotion (GDPR Art. 22).
    """

    model_config = ConfigDict(populate_by_name=True)

    do: Operator
    scope: str | None = None
    keep_last: int | None = Field(None, ge=0, le=8)
    keep_first: int | None = Field(None, ge=0, le=8)
    to: Literal["hour", "day", "month", "year"] | None = None
    step: float | None = Field(None, gt=0)
    entities: tuple[EntityName, ...] | None = Field(None, min_length=1)
    with_: dict[EntityName, ScanOperator] = Field(default_factory=dict, alias="with")
    min_score: float | None = Field(None, ge=0, le=1)
    max_len: int | None = Field(None, ge=1)
    requires: Ask | str | None = None
    decision: Literal["advisory", "solely_automated"] = "advisory"

    @model_validator(mode="after")
    def _fits_its_operator(self) -> Self:
        strange = sorted(self.model_fields_set - OPTIONS[self.do] - {"do", "decision"})
        if strange:
            raise ValueError(f"'{self.do}' takes no '{strange[0].rstrip('_')}'")
        needed = _NEEDED.get(self.do, ())
        if needed and sum(getattr(self, option) is not None for option in needed) != 1:
            raise ValueError(f"'{self.do}' needs {' or '.join(repr(option) for option in needed)}")
        keyed = sorted(KEYED & {self.do, *self.with_.values()})
        if keyed and self.scope is None:
            raise ValueError(f"'{keyed[0]}' needs 'scope'")
        return self

    @property
    def is_reversible(self) -> bool:
        """Whether what leaves can be turned back into the value, or a piece of it, with a key."""
        return "pseudonym" in {self.do, *self.with_.values()}


class Destination(Rule):
    """Somebody who receives data: a connection of ``hub.yaml``, or the hub itself.

    Args:
        title: who that is, for people.
        purposes: what they may receive data for; a parent purpose covers its parts.
        categories: which data categories they may receive; a category covers its parts.
        vault: True where reversible pseudonyms may go there.
        identifiers: kinds of identifier that may be in the outgoing bytes beside those that ``fields`` keep.
        fields: the allow-list as it is written: by field, or by group (``case.*``); what is not in it never leaves.
    """

    title: str
    purposes: tuple[str, ...]
    categories: tuple[DataCategory, ...]
    vault: bool = False
    identifiers: tuple[str, ...] = ()
    fields: dict[str, Annotated[FieldRule, BeforeValidator(_operator)]] = Field(default_factory=dict)

    @cached_property
    def rules(self) -> dict[str, FieldRule]:
        """The rule of every known field that is listed by itself or by its group; its own line comes first."""
        listed = ((path, listed_as(self.fields, path)) for path in FIELDS)
        return {path: _asking(self.fields[entry], path) for path, entry in listed if entry is not None}


def listed_as(fields: Mapping[str, Any], path: str) -> str | None:
    """This is the entry of an allow-list that decides about a field: its own, else its group's, else None."""
    group = f"{path.partition('.')[0]}.*"
    return path if path in fields else group if group in fields else None


def _asking(rule: FieldRule, path: str) -> FieldRule:
    """The rule with a purpose that it requires made a whole question: about the field's own category."""
    category = FIELDS[path]
    if not isinstance(rule.requires, str) or rule.requires == EXPLICIT or category is None:
        return rule
    return rule.model_copy(update={"requires": Ask(purpose=rule.requires, category=category)})


class TokenScope(Rule):
    """A key for tokens; two destinations with the same key can join their data, so that needs a reason.

    Args:
        key: name of the key; the scope's own name if absent.
        key_version: counts up when the key is renewed; tokens begin with it.
        since: the day on which this version of the key began.
        rotate: how long one version is used; the lint says when that is over.
        join_reason: why two destinations may share the key.
    """

    key: str | None = Field(None, pattern=r"^[A-Za-z0-9._/-]{1,60}$")
    key_version: int = Field(1, ge=1)
    since: date | None = None
    rotate: Period | None = None
    join_reason: str | None = None

    def key_name(self, scope: str) -> str:
        """This names the secret key of the scope called ``scope`` to the vault, a new one for each version."""
        name = self.key or scope
        return name if self.key_version == 1 else f"{name}#{self.key_version}"


class DestinationFile(Rule):
    """The file ``destinations.yaml``."""

    version: Literal[1]
    token_scopes: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,60}$")], TokenScope] = Field(
        default_factory=dict
    )
    destinations: dict[str, Destination]


class RetentionRule(Rule):
    """How long data of a category is kept.

    Args:
        category: the category, its parts included.
        purpose: only data held for this purpose.
        source: only data that came through this connector.
        keep: how long.
        start: the clock that the period is counted from; ``from`` in the file.
        why: the reason, for people.
    """

    model_config = ConfigDict(populate_by_name=True)

    category: DataCategory
    purpose: str | None = None
    source: str | None = None
    keep: Period
    start: Clock = Field(alias="from")
    why: str | None = None


class RetentionFile(Rule):
    """The file ``retention.yaml``; of all rules that apply the shortest wins."""

    version: Literal[1]
    rules: tuple[RetentionRule, ...]
