"""A rule: what to look for, when it is worth looking, and what must be true of a match."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Protocol

from hub.privacy.redaction.marks import MARKS

Stretch = tuple[int, int]
"""Start and end, in characters."""


class Facts:
    """What gates ask about a text; each is worked out at most once.

    Args:
        text: the normalised text.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def low(self) -> str:
        """This is the text in small letters, for looking up words; its offsets may differ."""
        return self.text.lower()

    @cached_property
    def marks(self) -> int:
        """These are the marks of gates that stand in the text, a bit for each."""
        return MARKS.held(self.low)

    @cached_property
    def digits(self) -> int:
        """This is the number of digits."""
        return len(_DIGIT.findall(self.text))

    @cached_property
    def has_inner_dot(self) -> bool:
        """This is True where a dot stands before a letter or digit, as in a web address and not at the end of a sentence."""
        return _INNER_DOT.search(self.text) is not None

    @cached_property
    def has_capital(self) -> bool:
        """This is True where there is a capital letter."""
        return not self.text.islower() and self.text != self.low


_DIGIT = re.compile(r"\d")
_INNER_DOT = re.compile(r"\.\w")
Gate = Callable[[Facts], bool]
Check = Callable[[re.Match[str]], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern. ``gate`` must be true of the text before ``regex`` is tried; ``check`` must be true of the match.

    Where ``regex`` has a group named ``value``, only that group counts.
    """

    entity: str
    score: float
    regex: re.Pattern[str]
    gate: Gate = bool
    check: Check = bool
    group: str | int = field(init=False)

    def __post_init__(self) -> None:
        """This looks up once what every text would ask again."""
        object.__setattr__(self, "group", "value" if "value" in self.regex.groupindex else 0)

    def find(self, facts: Facts) -> list[Stretch]:
        """These are the stretches of the text that the rule matches, left to right; the gate was asked before."""
        group, check = self.group, self.check
        return [match.span(group) for match in self.regex.finditer(facts.text) if match[group] and check(match)]


@dataclass(frozen=True, slots=True)
class FoundBy:
    """A rule whose stretches come from a function instead of one regular expression."""

    entity: str
    score: float
    search: Callable[[str], Iterator[Stretch]]
    gate: Gate = bool

    def find(self, facts: Facts) -> Iterator[Stretch]:
        """These are the stretches of the text that the function finds; the gate was asked before."""
        return self.search(facts.text)


def rule(entity: str, score: float, regex: str, gate: Gate = bool, check: Check = bool) -> Rule:
    """This makes a rule of the text of a regular expression."""
    return Rule(entity, score, re.compile(regex), gate, check)


_LEAST: dict[Gate, int] = {}
_BITS: dict[Gate, int] = {}
"""What gates of digits and of marks ask for, so that two in one cost one call instead of three."""


@cache
def at_least(least: int) -> Gate:
    """This gate lets texts with that many digits through; equal gates are one, and are asked once per text."""

    def gate(facts: Facts) -> bool:
        return facts.digits >= least

    _LEAST[gate] = least
    return gate


def _marked(bits: int) -> Gate:
    def gate(facts: Facts) -> bool:
        return facts.marks & bits != 0

    _BITS[gate] = bits
    return gate


@cache
def has(*marks: str) -> Gate:
    """This gate lets texts with one of the marks through, in any case; marks are in small letters."""
    return _marked(MARKS.bits(marks))


@cache
def begins(*marks: str) -> Gate:
    """This gate lets texts through in which a word begins with one of the marks, in any case; marks are in small letters."""
    return _marked(MARKS.bits(marks, beginning=True))


@cache
def holds(regex: str) -> Gate:
    """This gate lets texts through that hold what the expression says: a part of every match that is quickly looked for."""
    search = re.compile(regex).search
    return lambda facts: search(facts.text) is not None


@cache
def many(mark: str, least: int) -> Gate:
    """This gate lets texts with that many of the mark through."""
    return lambda facts: facts.text.count(mark) >= least


@cache
def either(one: Gate, other: Gate) -> Gate:
    """This gate lets through what one of the gates does; the cheaper one stands first."""
    return lambda facts: one(facts) or other(facts)


def with_capital(facts: Facts) -> bool:
    """This gate lets texts with a capital letter through."""
    return facts.has_capital


def with_inner_dot(facts: Facts) -> bool:
    """This gate lets texts through in which a dot stands before a letter or digit."""
    return facts.has_inner_dot


@cache
def both(one: Gate, other: Gate) -> Gate:
    """This gate lets through what both gates do; the cheaper one stands first."""
    if other in _BITS:
        bits = _BITS[other]
        if one in _LEAST:
            least = _LEAST[one]
            return lambda facts: facts.digits >= least and facts.marks & bits != 0
        if one in _BITS:
            first = _BITS[one]
            return lambda facts: facts.marks & bits != 0 and facts.marks & first != 0
    return lambda facts: one(facts) and other(facts)


BRITISH = holds(r"(?i)\d[a-z]{2}(?!\w)")
"""This gate lets through what may hold a British postcode: every one ends with a digit and two letters."""


class Finder(Protocol):
    """This is what looks through a text once its gate has let the text through: a rule, or a site's own pattern."""

    @property
    def entity(self) -> str:
        """This is the type of what is found."""
        ...

    @property
    def score(self) -> float:
        """This is how sure a find is, 0..1."""
        ...

    @property
    def gate(self) -> Gate:
        """This must be true of the text before it is looked through."""
        ...

    def find(self, facts: Facts) -> Iterable[Stretch]:
        """These are the stretches found."""
        ...


def by_gate(rules: Iterable[Finder]) -> list[tuple[Gate, list[Finder]]]:
    """This puts rules with one gate together, so that it is asked once."""
    groups: dict[Gate, list[Finder]] = {}
    for one in rules:
        groups.setdefault(one.gate, []).append(one)
    return list(groups.items())


def value_is(test: Callable[[str], bool]) -> Check:
    """This checks the text of the match, or of its group ``value``."""
    return lambda match: test(match["value"] if "value" in match.re.groupindex else match[0])


def after(match: re.Match[str], words: re.Pattern[str], reach: int = 30) -> bool:
    """This match stands after one of the words, at most ``reach`` characters away and in the same line."""
    start = match.start("value") if "value" in match.re.groupindex else match.start()
    before = match.string[max(0, start - reach) : start].rpartition("\n")[2]
    return words.search(before) is not None
