"""The shape of ``access.yaml``, and the floor: what no file can allow."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from hub.privacy.rules import ANY, Rule

Action = Literal["view", "report", "filter", "export", "review", "log", "hand_over"]
"""What somebody would do: look, count, find people by it, take it out, judge a label, write it to a log or metric, give it
to third-party code."""

Data = Literal["contact", "content", "behaviour", "loyalty", "consent", "emotion", "special", "runs"]
"""What it is about: a data category, or ``runs`` for counts, states and times of the hub's own work."""

Level = Literal["aggregate_k", "summary", "individual", "raw_text"]
"""How closely: figures over at least k people, one person in a word, one person in full, what a person wrote (redacted)."""

SubjectKind = Literal["customer", "employee", "unknown"]
"""Whom the data is about."""

Fact = Literal["own_case", "own_request", "reason", "approved", "erased", "held", "small_group"]
"""What else is true: the viewer works on this person's open ticket, or on their open request; names a reason; has a second
person's approval; the person is erased, or on legal hold; fewer than k people stand behind a figure."""

Duty = Literal["watermark", "mask_identifiers"]
"""What goes with a yes: name viewer and time on what is shown, or show no identifiers."""

ACTIONS: tuple[Action, ...] = ("view", "report", "filter", "export", "review", "log", "hand_over")
DATA: tuple[Data, ...] = ("contact", "content", "behaviour", "loyalty", "consent", "emotion", "special", "runs")
LEVELS: tuple[Level, ...] = ("aggregate_k", "summary", "individual", "raw_text")
SUBJECTS: tuple[SubjectKind, ...] = ("customer", "employee", "unknown")
FACTS: tuple[Fact, ...] = ("own_case", "own_request", "reason", "approved", "erased", "held", "small_group")

LEAST_GROUP = 5
"""No figure may ever stand on fewer people."""

LONGEST_APPROVAL = 4
"""Hours that a second person's approval lasts at most."""


class AccessRule(Rule):
    """One line that allows or forbids; a list that is absent means any.

    Args:
        name: short name, which answers and audit entries give as their reason.
        roles: who.
        actions: what they do.
        data: with what.
        purposes: for which purposes of ``purposes.yaml``; a purpose covers its parts.
        levels: how closely.
        subjects: about whom.
        when: only where all of these are true.
        unless: only where none of these is true.
        duties: what goes with a yes.
        why: the reason, for people.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{2,40}$")
    roles: tuple[str, ...] | None = None
    actions: tuple[Action, ...] | None = None
    data: tuple[Data, ...] | None = None
    purposes: tuple[str, ...] | None = None
    levels: tuple[Level, ...] | None = None
    subjects: tuple[SubjectKind, ...] | None = None
    when: tuple[Fact, ...] = ()
    unless: tuple[Fact, ...] = ()
    duties: tuple[Duty, ...] = ()
    why: str


def _any(value: Any) -> Any:
    return None if value == ANY else value


class Allow(AccessRule):
    """A line that allows: it names everything; only ``purposes: "*"`` stands for any, and only for ``runs``."""

    roles: tuple[str, ...]
    actions: tuple[Action, ...]
    data: tuple[Data, ...]
    purposes: Annotated[tuple[str, ...] | None, BeforeValidator(_any)]
    levels: tuple[Level, ...]
    subjects: tuple[SubjectKind, ...] = ("customer",)


class Role(Rule):
    """Somebody who works with the hub, as a role."""

    title: str


class AccessFile(Rule):
    """The file ``access.yaml``.

    Args:
        version: of this format.
        smallest_group: k: how many people must stand behind a figure.
        approval_hours: how long a second person's approval lasts.
        approvers: roles that may be the second person.
        reasons: codes from which somebody who looks at one person's emotion must choose.
        roles: who works with the hub.
        allow: who may see what; whatever no line allows is denied.
        forbid: who may not, whatever is allowed.
    """

    version: Literal[1]
    smallest_group: int = Field(10, ge=LEAST_GROUP)
    approval_hours: int = Field(LONGEST_APPROVAL, ge=1, le=LONGEST_APPROVAL)
    approvers: tuple[str, ...] = ()
    reasons: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,40}$")], ...] = ()
    roles: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,40}$")], Role] = Field(default_factory=dict)
    allow: tuple[Allow, ...] = ()
    forbid: tuple[AccessRule, ...] = ()


PERSONAL: tuple[Data, ...] = tuple(data for data in DATA if data != "runs")
"""Everything that is about a person."""

FLOOR: tuple[AccessRule, ...] = (
    AccessRule(
        name="not_a_customer",
        data=("emotion",),
        subjects=("employee", "unknown"),
        why="nobody sees the emotion of an employee or of somebody unknown, whatever their role (AI Act, Art. 5(1)(f))",
    ),
    AccessRule(
        name="sales_and_collections",
        roles=("sales", "collections"),
        data=("emotion",),
        why="a mood is no lever to sell by, and none to collect a debt by",
    ),
    AccessRule(
        name="plugin_vendor",
        roles=("plugin_vendor",),
        data=PERSONAL,
        why="whoever writes a plugin has no business with the people in it",
    ),
    AccessRule(
        name="raw_text_to_plugin",
        actions=("hand_over",),
        levels=("raw_text",),
        why="third-party code gets fields that it declared, after gate and redaction, by the flow and by nothing else",
    ),
    AccessRule(
        name="side_channel",
        actions=("log",),
        data=PERSONAL,
        why="logs, metrics, task messages and errors hold no personal data",
    ),
    AccessRule(name="erased", data=PERSONAL, when=("erased",), why="erased stays erased"),
    AccessRule(
        name="small_group",
        levels=("aggregate_k",),
        data=PERSONAL,
        when=("small_group",),
        why="a figure over few people tells about each of them",
    ),
)
"""Forbidden by the product itself; beside these, the purposes of ``emotion_forbidden`` never see emotion."""
