"""The scenarios: written cases with the answer that is expected, run against the rules.

Two kinds of file are understood: ``consent-scenarios/1`` (``vectors.py``; they bring their own rules), and the cases of a
deployment's ``privacy/tests/*.yaml``, which run against the rules of the folder above them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.privacy.access_cases import are_access_cases
from hub.privacy.case_file import Case, CaseFile, ConsentCase
from hub.privacy.consent import Decision, decide_all
from hub.privacy.document import read_document, validate
from hub.privacy.given import unheard
from hub.privacy.policy import Policy, load_policy
from hub.privacy.vectors import are_vectors, read_vectors

OTHERS = ("redaction",)
"""How the names of case files begin that the redaction engine reads."""


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """The result of one case. A line that does not count only tells of something in the file that means nothing."""

    id: str
    name: str
    passed: bool
    want: str
    got: str
    reason_want: str
    reason_got: str
    counts: bool = True


@dataclass(frozen=True, slots=True)
class ScenarioReport:
    """The results of all cases of a file or folder."""

    lines: tuple[ScenarioLine, ...]

    @property
    def passed(self) -> bool:
        """Whether there was at least one case and none failed."""
        return any(line.counts for line in self.lines) and all(line.passed for line in self.lines)


def run_scenarios(path: Path, *, policy: Policy | None = None) -> ScenarioReport:
    """This runs the cases of a file, or of every file of a folder in the order of their names.

    Files of a folder whose name begins with ``redaction``, or that hold access cases, belong to others and are left to them.
    Cases run against ``policy``, or the rules in the folder above them. Raises ConfigError.
    """
    if not path.is_dir():
        return ScenarioReport(tuple(_run_file(path, policy)))
    files = sorted(one for one in path.iterdir() if one.suffix in {".yaml", ".json"} and not _is_for_others(one))
    return ScenarioReport(tuple(line for file in files for line in _run_file(file, policy)))


def read_cases(folder: Path) -> list[Case]:
    """These are the cases of every file of a folder that runs against the rules above it; raises ConfigError."""
    files = sorted(path for path in folder.glob("*.yaml") if not _is_for_others(path) and not are_vectors(path))
    return [case for path in files for _, case in validate(read_document(path), CaseFile).cases()]


def _is_for_others(path: Path) -> bool:
    return path.name.startswith(OTHERS) or are_access_cases(path)


def _run_file(path: Path, policy: Policy | None) -> Iterator[ScenarioLine]:
    if are_vectors(path):
        yield from _run_vectors(path, policy)
        return
    rules, document = policy or load_policy(path.parent.parent), read_document(path)
    for number, case in validate(document, CaseFile).cases():
        for index, event in enumerate(case.given if isinstance(case, ConsentCase) else ()):
            if (strange := unheard(event, rules)) is not None:
                what = f"no rule knows the {strange.key} '{strange.word}', so this would refuse nothing"
                trail = ("consent", number - 1, "given", index, strange.key)
                raise document.error(trail, what, strange.word, strange.choices)
        want, got = case.wanted(), case.ask_of(rules)
        yield _line(f"{path.stem}:{number}", case.name, (want.text, want.reason), (got.text, got.reason))


def _run_vectors(path: Path, policy: Policy | None) -> Iterator[ScenarioLine]:
    found = read_vectors(path, policy)
    for place in found.ignored:
        yield ScenarioLine("-", f"ignored: {place}", True, "", "", "", "", counts=False)
    for one in found.scenarios:
        decisions = decide_all(one.policy, one.events, one.queries)
        for query, decision, (want, reasons) in zip(one.queries, decisions, one.wants, strict=True):
            first = decision.reasons[0]
            # Of several reasons that will do, the one that came is the one that was wanted.
            reason = first if not reasons or first in reasons else reasons[0]
            id = f"{one.id}:{query.category}" if len(one.queries) > 1 else one.id
            yield _line(id, one.name, (want, reason), (_word(decision), first))


def _line(id: str, name: str, want: tuple[str, str], got: tuple[str, str]) -> ScenarioLine:
    return ScenarioLine(id, name, want == got, want[0], got[0], want[1], got[1])


def _word(decision: Decision) -> str:
    return "allow" if decision.allowed else "deny"
