"""A rule: what to look for, when it is worth looking, and what must be true of a match."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain
from string import ascii_lowercase, ascii_uppercase, digits
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
        self._places: dict[re.Pattern[str], list[int]] = {}

    @cached_property
    def low(self) -> str:
        """This is the text in small letters, for looking up words; its offsets may differ.

        An expression without regard to case takes the two Turkish letters for an i, so that gates have to.
        """
        text = self.text if self.text.isascii() else self.text.replace("İ", "i").replace("ı", "i")
        return text.lower()

    @cached_property
    def marks(self) -> int:
        """These are the marks of gates that stand in the text, a bit for each."""
        return MARKS.held(self.low)

    @cached_property
    def digits(self) -> int:
        """This is the number of digits."""
        return sum(map(len, _DIGITS.findall(self.text)))

    @cached_property
    def shape(self) -> str:
        """This is the text with 0 for every digit, A and a for every letter of English, and a blank for every space."""
        text = self.text if self.text.isascii() else _OTHER_SPACE.sub(" ", _OTHER_DIGIT.sub("0", self.text))
        return text.translate(_SHAPES)

    @cached_property
    def longest(self) -> int:
        """This is the length of the longest piece of text without a space in it."""
        return max(map(len, self.text.split()), default=0)

    @cached_property
    def has_inner_dot(self) -> bool:
        """This is True where a dot stands before a letter or digit, as in a web address and not at the end of a sentence."""
        return _INNER_DOT.search(self.text) is not None

    @cached_property
    def has_code(self) -> bool:
        """This is True where something ends with a digit and two letters, as every British postcode does."""
        return _CODE.search(self.text) is not None

    @cached_property
    def has_capital(self) -> bool:
        """This is True where there is a capital letter."""
        return not self.text.islower() and self.text != self.low

    def places(self, cue: re.Pattern[str]) -> list[int]:
        """These are the places where a cue stands: some rules have one in common, which is looked for once."""
        if cue not in self._places:
            self._places[cue] = [match.start() for match in cue.finditer(self.text)]
        return self._places[cue]


_DIGITS = re.compile(r"\d+")
_OTHER_DIGIT, _OTHER_SPACE = re.compile(r"[^\D\x00-\x7f]"), re.compile(r"[^\S\x00-\x7f]")
_SHAPES = {ord(sign): "A" for sign in f"{ascii_uppercase}ÄÖÜ"} | {ord(sign): "a" for sign in ascii_lowercase}
_SHAPES |= {ord(sign): "0" for sign in digits} | {ord(sign): " " for sign in map(chr, range(128)) if sign.isspace()}
_INNER_DOT, _CODE = re.compile(r"\.\w"), re.compile(r"(?i)\d[a-z]{2}(?!\w)")
Test = Callable[[Facts], bool]
Check = Callable[[re.Match[str]], bool]


@dataclass(frozen=True, slots=True)
class Gate:
    """What must be true of a text before a rule looks through it; equal gates are asked once per text.

    Args:
        least: so many digits.
        bits: of each of these, one mark.
        tests: whatever else, the cheaper first.
    """

    least: int = 0
    bits: tuple[int, ...] = ()
    tests: tuple[Test, ...] = ()

    def __call__(self, facts: Facts) -> bool:
        """This is True where the gate lets the text through."""
        if facts.digits < self.least:
            return False
        for bits in self.bits:
            if not facts.marks & bits:
                return False
        return all(test(facts) for test in self.tests)

    def through(self, texts: Sequence[Facts]) -> Sequence[Facts]:
        """These are the texts that the gate lets through, of some with digits enough."""
        for bits in self.bits:
            texts = [facts for facts in texts if facts.marks & bits]
        for test in self.tests:
            texts = [facts for facts in texts if test(facts)]
        return texts


OPEN = Gate()
"""This gate lets every text through."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern. ``gate`` must be true of the text before ``regex`` is tried; ``check`` must be true of the match.

    Where ``regex`` has a group named ``value``, only that group counts. Where every match begins with a ``cue`` that other
    rules have too, the text is looked through for it once. A rule that finds a form is asked ``always``: also where a
    reader of names knows better what is a guess, who then says of its finds whether they are something.
    """

    entity: str
    score: float
    regex: re.Pattern[str]
    gate: Gate = OPEN
    check: Check = bool
    cue: re.Pattern[str] | None = None
    always: bool = False
    group: str | int = field(init=False)

    def __post_init__(self) -> None:
        """This looks up once what every text would ask again."""
        object.__setattr__(self, "group", "value" if "value" in self.regex.groupindex else 0)

    def find(self, facts: Facts) -> list[Stretch]:
        """These are the stretches of the text that the rule matches, left to right; the gate was asked before."""
        group, check = self.group, self.check
        matches = self.regex.finditer(facts.text) if self.cue is None else self._behind_cues(facts)
        return [match.span(group) for match in matches if match[group] and check(match)]

    def _behind_cues(self, facts: Facts) -> Iterator[re.Match[str]]:
        end = 0
        for place in facts.places(self.cue) if self.cue else ():
            match = self.regex.match(facts.text, place) if place >= end else None
            if match:
                end = match.end()
                yield match


@dataclass(frozen=True, slots=True)
class FoundBy:
    """A rule whose stretches come from a function instead of one regular expression."""

    entity: str
    score: float
    search: Callable[[str], Iterator[Stretch]]
    gate: Gate = OPEN
    always: bool = False

    def find(self, facts: Facts) -> Iterator[Stretch]:
        """These are the stretches of the text that the function finds; the gate was asked before."""
        return self.search(facts.text)


def rule(
    entity: str,
    score: float,
    regex: str,
    gate: Gate = OPEN,
    check: Check = bool,
    *,
    cue: re.Pattern[str] | None = None,
    always: bool = False,
) -> Rule:
    """This makes a rule of the text of a regular expression."""
    return Rule(entity, score, re.compile(regex), gate, check, cue, always)


def cue_of(words: str) -> re.Pattern[str]:
    """This is the cue of rules that all begin with one of the words, in any case."""
    return re.compile(rf"(?i)\b(?={words})")


def at_least(least: int) -> Gate:
    """This gate lets texts with that many digits through."""
    return Gate(least=least)


def has(*marks: str) -> Gate:
    """This gate lets texts with one of the marks through, in any case; marks are in small letters."""
    return Gate(bits=(MARKS.bits(marks),))


def begins(*marks: str) -> Gate:
    """This gate lets texts through in which a word begins with one of the marks, in any case; marks are in small letters."""
    return Gate(bits=(MARKS.bits(marks, beginning=True),))


def whole(*marks: str) -> Gate:
    """This gate lets texts through in which one of the marks is all of a word, in any case; marks are in small letters."""
    return Gate(bits=(MARKS.bits(marks, whole=True),))


@cache
def holds(regex: str) -> Gate:
    """This gate lets texts through that hold what the expression says: a part of every match that is quickly looked for."""
    search = re.compile(regex).search
    return Gate(tests=(lambda facts: search(facts.text) is not None,))


@cache
def shaped(*shapes: str) -> Gate:
    """This gate lets texts through that hold one of the shapes, written like ``Facts.shape``: "AA-000"."""
    return Gate(tests=(lambda facts: any(map(facts.shape.__contains__, shapes)),))


@cache
def many(mark: str, least: int) -> Gate:
    """This gate lets texts with that many of the mark through."""
    return Gate(tests=(lambda facts: facts.text.count(mark) >= least,))


@cache
def unbroken(least: int) -> Gate:
    """This gate lets texts with that many characters in a row through, no space among them."""
    return Gate(tests=(lambda facts: facts.longest >= least,))


@cache
def either(one: Gate, other: Gate) -> Gate:
    """This gate lets through what one of the gates does; the cheaper one stands first."""
    marks = [gate.bits[0] for gate in (one, other) if gate == Gate(bits=gate.bits[:1])]
    if len(marks) == 2:
        return Gate(bits=(marks[0] | marks[1],))
    return Gate(tests=(lambda facts: one(facts) or other(facts),))


def both(*gates: Gate) -> Gate:
    """This gate lets through what all of the gates do."""
    return Gate(
        least=max(gate.least for gate in gates),
        bits=tuple(chain.from_iterable(gate.bits for gate in gates)),
        tests=tuple(chain.from_iterable(gate.tests for gate in gates)),
    )


with_capital = Gate(tests=(lambda facts: facts.has_capital,))
"""This gate lets texts with a capital letter through."""

with_inner_dot = Gate(tests=(lambda facts: facts.has_inner_dot,))
"""This gate lets texts through in which a dot stands before a letter or digit."""

BRITISH = Gate(tests=(lambda facts: facts.has_code,))
"""This gate lets through what may hold a British postcode."""


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


def by_gate(rules: Iterable[Finder]) -> dict[int, dict[Gate, list[Finder]]]:
    """This puts rules with one gate together, so that it is asked once, by the number of digits that it asks for."""
    groups: dict[int, dict[Gate, list[Finder]]] = {}
    for one in rules:
        groups.setdefault(one.gate.least, {}).setdefault(one.gate, []).append(one)
    return groups


def value_is(test: Callable[[str], bool]) -> Check:
    """This checks the text of the match, or of its group ``value``."""
    return lambda match: test(match["value"] if "value" in match.re.groupindex else match[0])


def after(match: re.Match[str], words: re.Pattern[str], reach: int = 30) -> bool:
    """This match stands after one of the words, at most ``reach`` characters away and in the same line."""
    start = match.start("value") if "value" in match.re.groupindex else match.start()
    before = match.string[max(0, start - reach) : start].rpartition("\n")[2]
    return words.search(before) is not None
