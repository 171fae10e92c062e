"""The shape of the four files a privacy officer writes: purposes, jurisdictions, destinations, retention."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

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


def _operator(value: Any) -> Any:
    return {"do": value} if isinstance(value, str) else value


class FieldRule(Rule):
    """What becomes of one field at one destination.

    Args:
        do: the operator.
        scope: with ``token`` and ``pseudonym``: the token scope whose key is used.
        keep_last: with ``mask``: how many characters stay readable at the end.
        keep_first: with ``generalise``: how many characters stay at the start.
        to: with ``generalise``: the part of a time that stays.
        step: with ``round``: the step to round to.
        requires: another question that must be answered with yes before this field leaves.
    """

    do: Operator
    scope: str | None = None
    keep_last: int | None = Field(None, ge=0, le=8)
    keep_first: int | None = Field(None, ge=0, le=8)
    to: Literal["hour", "day", "month", "year"] | None = None
    step: float | None = Field(None, gt=0)
    requires: Ask | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> "FieldRule":
        needed = {"token": ("scope",), "pseudonym": ("scope",), "round": ("step",), "generalise": ("to", "keep_first")}
        options = needed.get(self.do, ())
        if options and sum(getattr(self, option) is not None for option in options) != 1:
            raise ValueError(f"'{self.do}' needs {' or '.join(repr(option) for option in options)}")
        return self


class Destination(Rule):
    """Somebody who receives data: a connection of ``hub.yaml``, or the hub itself.

    Args:
        title: who that is, for people.
        purposes: what they may receive data for; a parent purpose covers its parts.
        categories: which data categories they may receive; a category covers its parts.
        vault: True where reversible pseudonyms may go there.
        identifiers: kinds of identifier that may be in the outgoing bytes beside those that ``fields`` keep.
        fields: the allow-list; a field that is not in it never leaves.
    """

    title: str
    purposes: tuple[str, ...]
    categories: tuple[DataCategory, ...]
    vault: bool = False
    identifiers: tuple[str, ...] = ()
    fields: dict[str, Annotated[FieldRule, BeforeValidator(_operator)]] = Field(default_factory=dict)


class TokenScope(Rule):
    """A key for tokens; two destinations with the same scope can join their data, so that needs a reason."""

    key_version: int = Field(1, ge=1)
    join_reason: str | None = None


class DestinationFile(Rule):
    """The file ``destinations.yaml``."""

    version: Literal[1]
    token_scopes: dict[str, TokenScope] = Field(default_factory=dict)
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
