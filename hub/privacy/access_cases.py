"""The access cases: who is expected to see what, and what is expected to be denied, run against the access rules.

A list in a question stands for each of its entries: one case asks every combination and expects the same answer to all.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from hub.privacy.access import AccessPolicy, Answer, Line, Request, decide_access
from hub.privacy.access_rules import Action, Data, Fact, Level, SubjectKind
from hub.privacy.document import read_document, validate
from hub.privacy.rules import Rule


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _together(value: Any) -> Any:
    return [one.split("+") for one in _listed(value)]


class AskedAccess(Rule):
    """The questions of a case; ``role`` with a plus, ``agent+sales``, is somebody who has both."""

    role: Annotated[tuple[tuple[str, ...], ...], BeforeValidator(_together)]
    action: Annotated[tuple[Action, ...], BeforeValidator(_listed)]
    data: Annotated[tuple[Data, ...], BeforeValidator(_listed)]
    level: Annotated[tuple[Level, ...], BeforeValidator(_listed)]
    purpose: Annotated[tuple[str | None, ...], BeforeValidator(_listed)] = (None,)
    subject: Annotated[tuple[SubjectKind, ...], BeforeValidator(_listed)] = ("customer",)
    facts: tuple[Fact, ...] = ()

    def requests(self) -> Iterator[Request]:
        """These are the questions, one for each combination."""
        for roles, action, data, level, purpose, subject in product(
            self.role, self.action, self.data, self.level, self.purpose, self.subject
        ):
            named = frozenset(role for role in roles if role)
            yield Request(named, action, data, level, purpose, subject, frozenset(self.facts))


class AccessCase(Rule):
    """One case: questions, and the answer that each of them must get; ``reason`` is one of the answer's reasons."""

    name: str
    ask: AskedAccess
    expect: Literal["allow", "deny"]
    reason: str
    duties: tuple[str, ...] | None = None
    k: int | None = None


class AccessCaseFile(Rule):
    """A file of access cases, in ``privacy/tests``."""

    version: Literal[1]
    access: tuple[AccessCase, ...]


@dataclass(frozen=True, slots=True)
class AccessLine:
    """The result of one case; ``got`` is the first answer that was not expected."""

    name: str
    passed: bool
    want: str
    got: str


_TOP = re.compile(r"^(?P<quote>['\"]?)access(?P=quote)\s*:", re.MULTILINE)


def are_access_cases(path: Path) -> bool:
    """This tells by what stands in it, whatever its name, whether a file holds access cases."""
    try:
        return path.suffix in {".yaml", ".yml"} and _TOP.search(path.read_text("utf-8", errors="replace")) is not None
    except OSError:
        return False


def read_access_cases(path: Path) -> tuple[AccessCase, ...]:
    """This reads a file of access cases; raises ConfigError with file and line."""
    return validate(read_document(path), AccessCaseFile).access


def run_access_cases(cases: Iterable[AccessCase], policy: AccessPolicy) -> Iterator[AccessLine]:
    """This asks every question of every case, one case after the other."""
    return (_run(case, policy) for case in cases)


def _run(case: AccessCase, policy: AccessPolicy) -> AccessLine:
    want = f"{case.expect} {case.reason}"
    for asked in case.ask.requests():
        answer = decide_access(policy, asked)
        if not _is_expected(case, answer):
            got = f"{'allow' if answer.allowed else 'deny'} {' '.join(answer.reasons)} ({_told(asked)})"
            return AccessLine(case.name, False, want, got)
    return AccessLine(case.name, True, want, want)


def _is_expected(case: AccessCase, answer: Answer) -> bool:
    return (
        answer.allowed is (case.expect == "allow")
        and case.reason in answer.reasons
        and (case.duties is None or answer.duties == case.duties)
        and (case.k is None or answer.k == case.k)
    )


def _told(asked: Request) -> str:
    parts = ("+".join(sorted(asked.roles)), asked.action, asked.data, asked.level, asked.purpose, asked.subject)
    return " ".join(str(part) for part in parts)


def mutants(policy: AccessPolicy) -> Iterator[tuple[str, AccessPolicy]]:
    """These are all policies that differ from one by a single flaw in a single line, each with what is wrong with it.

    A line is gone, or says the opposite; an entry of a list is gone, or the list means any; a condition or duty is gone.
    """
    for part, other in (("forbid", "allow"), ("allow", "forbid")):
        lines: tuple[Line, ...] = getattr(policy, part)
        for at, line in enumerate(lines):
            before, after = lines[:at], lines[at + 1 :]
            flipped = {part: before + after, other: (*getattr(policy, other), line)}
            yield f"{line.name} is gone", _changed(policy, {part: before + after})
            yield f"{line.name} says the opposite", _changed(policy, flipped)
            for what, weak in _weakened(line):
                yield f"{line.name}: {what}", _changed(policy, {part: (*before, weak, *after)})


def _changed(policy: AccessPolicy, parts: dict[str, Any]) -> AccessPolicy:
    """A changed policy remembers nothing of the old one."""
    return replace(policy, answers={}, _index={}, **parts)


def _weakened(line: Line) -> Iterator[tuple[str, Line]]:
    for one in fields(line):
        value = getattr(line, one.name)
        if one.name in {"name", "why"} or value is None:
            continue
        for gone in sorted(value):
            rest: dict[str, Any] = {one.name: type(value)(entry for entry in value if entry != gone)}
            yield f"{one.name} without {gone}", replace(line, **rest)
        if one.name in {"roles", "actions", "data", "purposes", "levels", "subjects"}:
            any_: dict[str, Any] = {one.name: None}
            yield f"any {one.name}", replace(line, **any_)
