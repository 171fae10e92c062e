"""Access: who may look at what, for which purpose and how closely. The one decision point of all that shows or exports.

What no line of ``access.yaml`` allows is denied; what a line of it or of the floor forbids is denied whatever is allowed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.privacy.access_rules import FACTS, FLOOR, PERSONAL, AccessFile, AccessRule, Allow
from hub.privacy.document import Document, read_document, validate
from hub.privacy.policy import Policy, content_hash

FILE = "access.yaml"
NOT_GRANTED = "access.not_granted"
NO_PURPOSE = "access.no_purpose"
NO_ROLE = "access.no_role"

MOST_ANSWERS = 20_000
"""Answers that are remembered; whoever makes up words cannot fill the memory with them."""


@dataclass(frozen=True, slots=True)
class Request:
    """May somebody do this?

    Args:
        roles: the roles that they have; what is forbidden to one of them is forbidden.
        action: what they would do.
        data: with what.
        level: how closely.
        purpose: a purpose of ``purposes.yaml``; None where none was named.
        subject: whom it is about.
        facts: what else is true.
    """

    roles: frozenset[str]
    action: str
    data: str
    level: str
    purpose: str | None = None
    subject: str = "customer"
    facts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the decision point says.

    Args:
        allowed: yes or no.
        reasons: the lines that decided, or a code where none did.
        duties: what goes with a yes.
        k: with a yes to figures: how many people must stand behind each of them.
    """

    allowed: bool
    reasons: tuple[str, ...]
    duties: tuple[str, ...] = ()
    k: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One rule with its lists as sets; None means any."""

    name: str
    roles: frozenset[str] | None
    actions: frozenset[str] | None
    data: frozenset[str] | None
    purposes: frozenset[str] | None
    levels: frozenset[str] | None
    subjects: frozenset[str] | None
    when: frozenset[str]
    unless: frozenset[str]
    duties: tuple[str, ...]
    why: str

    def fits(self, asked: Request) -> bool:
        """This tells whether the line speaks of a request."""
        return (
            (self.roles is None or not self.roles.isdisjoint(asked.roles))
            and (self.actions is None or asked.action in self.actions)
            and (self.data is None or asked.data in self.data)
            and (self.levels is None or asked.level in self.levels)
            and (self.subjects is None or asked.subject in self.subjects)
            and (self.purposes is None or asked.purpose in self.purposes)
            and self.when <= asked.facts
            and self.unless.isdisjoint(asked.facts)
        )


@dataclass(frozen=True)
class AccessPolicy:
    """Who may look at what in a deployment; without a file nobody may look at anything.

    Args:
        version: short hash over the file's content.
        file: the file.
        purposes: all purposes there are.
        allow: the lines that allow.
        forbid: the floor's lines and the file's.
        document: the file with its line numbers; None where there is no file.
        answers: those given so far; there are only so many questions.
    """

    version: str
    file: AccessFile
    purposes: frozenset[str]
    allow: tuple[Line, ...]
    forbid: tuple[Line, ...]
    document: Document | None = field(default=None, repr=False, compare=False)
    _index: dict[tuple[str, str, str], tuple[tuple[Line, ...], tuple[Line, ...]]] = field(
        default_factory=dict, repr=False, compare=False
    )
    answers: dict[Request, Answer] = field(default_factory=dict, repr=False, compare=False)

    @property
    def k(self) -> int:
        """How many people must stand behind a figure."""
        return self.file.smallest_group

    def lines(self, action: str, data: str, level: str) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
        """These lines may speak of a request: those that forbid, and those that allow; found once, then remembered."""
        key = (action, data, level)
        found = self._index.get(key)
        if found is None:
            found = self._index[key] = (_about(self.forbid, *key), _about(self.allow, *key))
        return found


def _about(lines: Iterable[Line], action: str, data: str, level: str) -> tuple[Line, ...]:
    return tuple(
        line
        for line in lines
        if (line.actions is None or action in line.actions)
        and (line.data is None or data in line.data)
        and (line.levels is None or level in line.levels)
    )


def decide_access(policy: AccessPolicy, asked: Request) -> Answer:
    """This answers a request; every line that forbids is named, else every line that allows."""
    answer = policy.answers.get(asked)
    if answer is None:
        answer = _decide(policy, asked)
        if len(policy.answers) < MOST_ANSWERS:
            policy.answers[asked] = answer
    return answer


def _decide(policy: AccessPolicy, asked: Request) -> Answer:
    forbids, allows = policy.lines(asked.action, asked.data, asked.level)
    against = [line.name for line in forbids if line.fits(asked)]
    if asked.data != "runs" and asked.purpose not in policy.purposes:
        against.append(NO_PURPOSE)
    if against:
        return Answer(False, tuple(against))
    granted = [line for line in allows if line.fits(asked)]
    if not granted:
        return Answer(False, (NOT_GRANTED if asked.roles else NO_ROLE,))
    duties = tuple(dict.fromkeys(duty for line in granted for duty in line.duties))
    k = policy.k if asked.level == "aggregate_k" and asked.data != "runs" else None
    return Answer(True, tuple(line.name for line in granted), duties, k)


def load_access(folder: Path, policy: Policy) -> AccessPolicy:
    """This reads ``access.yaml``; raises ConfigError with file and line. Where there is none, nobody may look."""
    path = folder / FILE
    if not path.exists():
        return compile_access(AccessFile(version=1), policy)
    document = read_document(path)
    file = validate(document, AccessFile)
    _check(file, policy, document)
    return compile_access(file, policy, document)


def compile_access(file: AccessFile, policy: Policy, document: Document | None = None) -> AccessPolicy:
    """This makes the rules of a file and the floor ready to be asked."""
    forbidden = AccessRule(
        name="forbidden_purpose",
        data=("emotion",),
        purposes=policy.purposes.emotion_forbidden,
        why="purposes.yaml keeps emotion away from these purposes",
    )
    return AccessPolicy(
        version=content_hash(file.model_dump(mode="json")),
        file=file,
        purposes=frozenset(policy.purposes.purposes),
        allow=tuple(_line(rule, policy, "allow.") for rule in file.allow),
        forbid=(
            *(_line(rule, policy, "floor.") for rule in (*FLOOR, forbidden)),
            *(_line(rule, policy, "forbid.") for rule in file.forbid),
        ),
        document=document,
    )


def _line(rule: AccessRule, policy: Policy, prefix: str) -> Line:
    return Line(
        name=prefix + rule.name,
        roles=_set(rule.roles),
        actions=_set(rule.actions),
        data=_set(rule.data),
        purposes=None if rule.purposes is None else frozenset(_with_parts(rule.purposes, policy)),
        levels=_set(rule.levels),
        subjects=_set(rule.subjects),
        when=frozenset(rule.when),
        unless=frozenset(rule.unless),
        duties=rule.duties,
        why=rule.why,
    )


def _set(names: Iterable[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _with_parts(purposes: Iterable[str], policy: Policy) -> Iterator[str]:
    wanted = frozenset(purposes)
    return (name for name, lineage in policy.purpose_lineages.items() if not wanted.isdisjoint(lineage))


def _check(file: AccessFile, policy: Policy, document: Document) -> None:
    for index, role in enumerate(file.approvers):
        if role not in file.roles:
            raise document.error(("approvers", index), f"the role '{role}' is not known", role, file.roles)
    seen: set[str] = set()
    for part, rules in _rules(file).items():
        for index, rule in enumerate(rules):
            trail = (part, index)
            if rule.name in seen:
                raise document.error((*trail, "name"), f"the name '{rule.name}' stands here twice")
            seen.add(rule.name)
            _check_names(rule, file, policy, document, trail)


def _rules(file: AccessFile) -> Mapping[str, tuple[AccessRule, ...]]:
    return {"allow": file.allow, "forbid": file.forbid}


def _check_names(
    rule: AccessRule, file: AccessFile, policy: Policy, document: Document, trail: tuple[str | int, ...]
) -> None:
    for index, role in enumerate(rule.roles or ()):
        if role not in file.roles:
            raise document.error((*trail, "roles", index), f"the role '{role}' is not known", role, file.roles)
    for index, purpose in enumerate(rule.purposes or ()):
        known = policy.purposes.purposes
        if purpose not in known:
            raise document.error((*trail, "purposes", index), f"the purpose '{purpose}' is not known", purpose, known)
    if isinstance(rule, Allow) and rule.purposes is None and not set(rule.data).isdisjoint(PERSONAL):
        raise document.error((*trail, "purposes"), "only 'runs' may be seen for any purpose; name the purposes")
    if both := set(rule.when) & set(rule.unless):
        raise document.error((*trail, "unless"), f"'{min(both)}' cannot be both true and not true")


__all__ = ["FACTS", "AccessPolicy", "Answer", "Line", "Request", "compile_access", "decide_access", "load_access"]
