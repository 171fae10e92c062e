"""Finds: from words, each with a probability, to stretches of a text that are personal, whole."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

LEAST = 0.15
"""A word beside a personal one counts from here on: what is half removed is not removed."""

_GAP, _HINT = 3, 0.03
"""So many words between two of one type belong to both, where each is as likely personal as this."""

_GAP_OF_ADDRESS = 6
"""So many, whatever they are, between two of an address: it is half prose ("the blue door behind the mill on Cinder Lane")."""
_LONGEST = 100
"""No number goes on for more characters; whoever writes without a blank for pages costs no more than pages."""
_APART = frozenset({"PLACE", "ORGANIZATION"})
"""With a word between them, two of these are two: nobody's leak."""
_STOPS = frozenset(".!?\n")

_USUAL_CUT = 0.4

_BETWEEN = re.compile(r"[\s\-'’.,/#:]{0,3}")
"""What may stand between two words of one find."""
_BETWEEN_NAMES = re.compile(r"[^\S\n]?[\-'’.]?[^\S\n]?")
"""The same for names: a comma or a new line parts two people."""
_PARTICLES = frozenset(
    str.split(
        "de da del della di du van von der den bin bint al el la le ten ter zu y e dos das do st ibn abu ó ní mac mc 't ’t"
    )
)
"""Small words within names: what stands behind one with a capital letter is the rest of the name."""
_JOINING = _PARTICLES | frozenset("-'’.")
"""What belongs to a name between two words of it, however unlikely it is by itself."""
_JOINTS = frozenset("-_./:@#+*")
_CALENDAR = frozenset(
    str.split(
        "january february march april may june july august september october november december"
        " monday tuesday wednesday thursday friday saturday sunday"
    )
)
"""No town is called so, though it stands behind "in"."""
_MOMENT = re.compile(r"(?<![\w:.-])(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?|\d\d:\d\d:\d\d)(?![\w:-])")
"""A day with the time of day, or that to the second: when something was done, and no number of anybody's."""
_LETTERED = frozenset({"PERSON", "LOCATION", "NRP"})
"""No find of these is a number."""
_WORDS = frozenset({"PERSON", "LOCATION", "NRP", "DATE_OF_BIRTH", "PLACE", "ORGANIZATION"})
"""Of these a word is taken by itself; of all others everything that is written in one go."""


@dataclass(slots=True)
class Word:
    """A word of a text: where it stands, how likely it is personal, and what it most likely is."""

    start: int
    end: int
    chance: float
    label: str


def find(
    text: str, words: Sequence[Word], cuts: dict[str, float], least: float = LEAST
) -> Iterator[tuple[str, int, int, float]]:
    """This yields label, start, end and score of each find.

    Args:
        text: what was written.
        words: all words of it, in order.
        cuts: by label, the probability from which on a word is personal. A score grows with the probability of the surest word,
            from 0.4 where it is only just sure: Presidio's users and ``min_score`` usually ask for that.
        least: the probability from which on a word beside a personal one counts.
    """
    moments = {place for match in _MOMENT.finditer(text) for place in range(*match.span())}
    taken = [word.chance >= cuts[word.label] and _may_be(text, word, moments) for word in words]
    if not any(taken):
        return
    _grow(words, taken, least)
    _fill_gaps(text, words, taken)
    _end_names(text, words, taken)
    found = [word for word, wanted in zip(words, taken, strict=True) if wanted]
    for word in _joined(text, [word for word in found if any(map(str.isalnum, text[word.start : word.end]))]):
        start, end = _whole(text, word.start, word.end, glued=word.label not in _WORDS)
        cut = cuts[word.label]
        yield word.label, start, end, _USUAL_CUT + (1 - _USUAL_CUT) * max(0.0, word.chance - cut) / (1 - cut)


def _may_be(text: str, word: Word, moments: Set[int]) -> bool:
    """What a word is taken for can be written so."""
    written = text[word.start : word.end]
    if word.label in _LETTERED and not any(map(str.isalpha, written)):
        return False
    if word.label == "LOCATION" and written.lower() in _CALENDAR:
        return False
    return word.label == "DATE_OF_BIRTH" or word.start not in moments


def surest(words: Sequence[Word], spans: Sequence[tuple[int, int]]) -> list[float | None]:
    """This gives the largest probability of the words within each span; None where no word in it was asked about.

    Args:
        words: all words of a text, in order; a probability of 0 means that a word was not asked about.
        spans: where in the text something was found by others.
    """
    starts, ends = [word.start for word in words], [word.end for word in words]
    found: list[float | None] = []
    for start, end in spans:
        within = words[bisect_right(ends, start) : bisect_left(starts, end)]
        found.append(max((word.chance for word in within if word.chance > 0), default=None))
    return found


def _grow(words: Sequence[Word], taken: list[bool], least: float) -> None:
    """Beside the sure words those that are less sure."""
    for order in (range(1, len(words)), range(len(words) - 2, -1, -1)):
        for place in order:
            beside = place + (-1 if order.step > 0 else 1)
            if not taken[place] and taken[beside] and words[place].chance >= least:
                taken[place], words[place].label = True, words[beside].label


def _fill_gaps(text: str, words: Sequence[Word], taken: list[bool]) -> None:
    last: int | None = None
    for place, wanted in enumerate(taken):
        if not wanted:
            continue
        if last is not None and last + 1 < place and _are_one(text, words, last, place):
            for one in range(last + 1, place):
                taken[one], words[one].label = True, words[last].label
        last = place


def _end_names(text: str, words: Sequence[Word], taken: list[bool]) -> None:
    """No name ends with "de la": what is written behind it with a capital letter is the rest of it."""
    for place in range(2, len(words)):
        before, word = words[place - 1], words[place]
        if not (taken[place - 1] and taken[place - 2]) or before.label != "PERSON":
            continue
        particle, gap = text[before.start : before.end].lower(), text[before.end : word.start]
        if particle in _PARTICLES and text[word.start].isupper() and "\n" not in gap:
            taken[place], word.label = True, "PERSON"


def _are_one(text: str, words: Sequence[Word], first: int, second: int) -> bool:
    label, between = words[first].label, range(first + 1, second)
    if label != words[second].label or label in _APART:
        return False
    if label == "STREET_ADDRESS" and len(between) <= _GAP_OF_ADDRESS:
        return _STOPS.isdisjoint(text[words[first].end : words[second].start])
    if label == "PERSON":
        return len(between) <= _GAP and all(
            text[words[one].start : words[one].end].lower() in _JOINING for one in between
        )
    return len(between) <= _GAP and all(words[one].chance >= _HINT for one in between)


def _joined(text: str, words: Sequence[Word]) -> Iterator[Word]:
    """Neighbours of one type become one."""
    joined: list[Word] = []
    for word in words:
        before = joined[-1] if joined else None
        between = _BETWEEN_NAMES if word.label == "PERSON" else _BETWEEN
        if before and before.label == word.label and between.fullmatch(text, before.end, word.start):
            before.end, before.chance = word.end, max(before.chance, word.chance)
        else:
            joined.append(Word(word.start, word.end, word.chance, word.label))
    yield from joined


def _whole(text: str, start: int, end: int, *, glued: bool) -> tuple[int, int]:
    """A find and the rest of what it is written together with: letters and digits, and for numbers what signs join to it."""
    first, last = max(0, start - _LONGEST), min(len(text), end + _LONGEST)
    while start > first and _goes_on(text, start - 1, start - 2, glued=glued):
        start -= 1
    while end < last and _goes_on(text, end, end + 1, glued=glued):
        end += 1
    return start, end


def _goes_on(text: str, place: int, beyond: int, *, glued: bool) -> bool:
    if text[place].isalnum():
        return True
    return glued and text[place] in _JOINTS and 0 <= beyond < len(text) and text[beyond].isalnum()
