"""A site's own pattern: whatever it says and whatever the text, looking for it ends.

Python's ``re`` has no end to what some patterns cost on some texts (``(a|aa)+$``). ``regex`` reads the same language
and stops when told.
"""

from dataclasses import dataclass
from typing import Any

import regex

from hub.privacy.redaction.policy import CustomPattern
from hub.privacy.redaction.rule import OPEN, Facts, Gate, Stretch


class ScanTooLong(Exception):
    """This ends the scan of one text; caught by ``engine.Analyser``, which leaves the text to be withheld."""


@dataclass(frozen=True, slots=True)
class OwnPattern:
    """One pattern of the policy, with the processor time that one text may take it.

    Where ``regex`` has a group named ``value``, only that group counts.
    """

    entity: str
    score: float
    regex: Any
    seconds: float
    group: str | int
    gate: Gate = OPEN

    def find(self, facts: Facts) -> list[Stretch]:
        """These are the stretches of the text that the pattern matches, left to right; raises ScanTooLong."""
        try:
            # The time is the process's own and not the clock's: a busy machine withholds no more than an idle one.
            matches = list(self.regex.finditer(facts.text, timeout=self.seconds))
        except TimeoutError:
            raise ScanTooLong from None
        return [match.span(self.group) for match in matches if match[self.group]]


def own_pattern(pattern: CustomPattern, seconds: float) -> OwnPattern:
    """This makes a rule of a pattern of the policy."""
    compiled = regex.compile(pattern.regex)
    group = "value" if "value" in compiled.groupindex else 0
    return OwnPattern(pattern.entity, pattern.score, compiled, seconds, group)
