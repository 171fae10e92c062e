"""How good redaction is: what it leaks, what it changes without need, and how well it names what it finds.

An entity leaks where at least one letter or digit of it is left, whatever type was given to the rest of it: what matters to
the person is that it is gone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Span = tuple[int, int, str]
"""Start, end (characters) and type."""

FAMILIES = {
    **dict.fromkeys(("STREET_ADDRESS", "ZIP_CODE"), "LOCATION"),
    **dict.fromkeys(("US_SSN", "UK_NINO", "US_ITIN", "UK_NHS", "IN_PAN", "ES_NIF", "PL_PESEL"), "NATIONAL_ID"),
    **dict.fromkeys(("LOYALTY_NUMBER", "ORDER_NUMBER"), "ACCOUNT_NUMBER"),
    **dict.fromkeys(("US_PASSPORT", "US_DRIVER_LICENSE", "DRIVER_LICENCE"), "PASSPORT"),
}
"""Types that count as one when names are compared: everybody cuts addresses and numbers differently."""

_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled text with what was found in it, and the line of the file where it stands."""

    text: str
    marked: tuple[Span, ...]
    found: tuple[Span, ...]
    line: int = 0

    def leaks(self) -> list[Span]:
        """These marked entities have a letter or digit that nothing covers."""
        return [span for span in self.marked if self._bare(span)]

    def excess(self) -> list[Span]:
        """These findings touch nothing that is marked."""
        return [span for span in self.found if not any(_overlap(span, other) for other in self.marked)]

    def _bare(self, span: Span) -> bool:
        covered = [False] * (span[1] - span[0])
        for start, end, _ in self.found:
            for place in range(max(start, span[0]), min(end, span[1])):
                covered[place - span[0]] = True
        inside = self.text[span[0] : span[1]]
        return any(char.isalnum() and not done for char, done in zip(inside, covered, strict=True))


@dataclass(slots=True)
class Tally:
    """The counts for one type of entity."""

    marked: int = 0
    leaked: int = 0
    named: int = 0
    found: int = 0
    right: int = 0

    @property
    def leak_rate(self) -> float:
        """This is the share of marked entities with a character left."""
        return self.leaked / self.marked if self.marked else 0.0

    @property
    def f2(self) -> float:
        """This is the F-measure that weighs recall four times as much as precision."""
        recall = self.named / self.marked if self.marked else 0.0
        precision = self.right / self.found if self.found else 0.0
        return 5 * precision * recall / (4 * precision + recall) if precision + recall else 0.0


@dataclass(slots=True)
class Report:
    """What came out over all texts."""

    cases: list[Case]
    types: dict[str, Tally] = field(default_factory=dict)
    confusion: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def leak_rate(self) -> float:
        """This is the share of all marked entities with a character left."""
        marked = sum(tally.marked for tally in self.types.values())
        return sum(tally.leaked for tally in self.types.values()) / marked if marked else 0.0

    @property
    def clean(self) -> list[Case]:
        """These texts have nothing marked."""
        return [case for case in self.cases if not case.marked]

    @property
    def changed(self) -> list[Case]:
        """These texts have nothing marked and yet something found."""
        return [case for case in self.clean if case.found]

    @property
    def changed_rate(self) -> float:
        """This is the share of texts without personal data that were changed."""
        return len(self.changed) / len(self.clean) if self.clean else 0.0

    def worst(self, count: int) -> list[Case]:
        """These are the cases with most mistakes: leaks weigh twice as much as needless findings."""
        scored = [(2 * len(case.leaks()) + len(case.excess()), case) for case in self.cases]
        return [case for score, case in sorted(scored, key=lambda pair: -pair[0])[:count] if score]


def evaluate(cases: Iterable[Case]) -> Report:
    """This counts leaks, right and wrong names over all cases."""
    report = Report(list(cases))
    for case in report.cases:
        _count(report, case)
    return report


def _count(report: Report, case: Case) -> None:
    leaked = case.leaks()
    for span in case.marked:
        tally = report.types.setdefault(span[2], Tally())
        match = _match(span, case.found)
        tally.marked += 1
        tally.leaked += span in leaked
        tally.named += match is not None and _family(match) == _family(span)
        _confuse(report, span[2], match[2] if match else "(missed)")
    for span in case.found:
        match = _match(span, case.marked)
        right = match is not None and _family(match) == _family(span)
        tally = report.types.setdefault(match[2] if match and right else span[2], Tally())
        tally.found += 1
        tally.right += right
        if match is None and not any(_overlap(span, other) for other in case.marked):
            _confuse(report, "(nothing)", span[2])


def _confuse(report: Report, marked: str, found: str) -> None:
    report.confusion[marked, found] = report.confusion.get((marked, found), 0) + 1


def _family(span: Span) -> str:
    return FAMILIES.get(span[2], span[2])


def _match(span: Span, others: Sequence[Span]) -> Span | None:
    """The span that covers the most, if the two share at least half of what they cover together."""
    best = max(others, key=lambda other: _overlap(span, other), default=None)
    if best is None:
        return None
    shared = _overlap(span, best)
    return best if shared >= _OVERLAP * (span[1] - span[0] + best[1] - best[0] - shared) else None


def _overlap(one: Span, other: Span) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))
