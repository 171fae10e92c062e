"""Service cues: what customers say when something went wrong, or when they are about to leave.

Complaints often state facts ("third day without my bag") that a model of feelings reads as neutral. Each cue is bound to
whole words, looks for a negator before it where that turns its meaning round, and says how much it moves the scores.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import ahocorasick
import yaml

from hub.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue.

    Args:
        name: for explanations.
        regex: matched against the text in small letters with straight apostrophes.
        distress: 0..1, how much distress it shows on its own.
        churn: 0..1, how much it announces that the customer leaves.
        nudges: what it adds to the logits of native labels.
        negatable: a negator shortly before it silences it ("I won't cancel").
        near: pieces of words of which every match holds at least one; empty: the regex is always tried.
    """

    name: str
    regex: re.Pattern[str]
    distress: float = 0.0
    churn: float = 0.0
    nudges: Mapping[str, float] = field(default_factory=dict)
    negatable: bool = False
    near: tuple[str, ...] = ()

    def fires(self, text: str) -> bool:
        """This cue is in the text, and not negated."""
        return any(not (self.negatable and _negated(text, match.start())) for match in self.regex.finditer(text))


class Cues:
    """The cues of a pack, in its order.

    The pieces of words of all of them are looked for at once: a regex, or a search for each, costs several times as much.
    """

    def __init__(self, cues: Iterable[Cue]) -> None:
        self._cues = tuple(cues)
        self._always = frozenset(place for place, cue in enumerate(self._cues) if not cue.near)
        holders: dict[str, list[int]] = {}
        for place, cue in enumerate(self._cues):
            for piece in cue.near:
                holders.setdefault(piece, []).append(place)
        self._pieces = ahocorasick.Automaton()
        for piece, places in holders.items():
            self._pieces.add_word(piece, places)
        if holders:  # without any word it cannot be made
            self._pieces.make_automaton()
        self._searches = bool(holders)

    def __iter__(self) -> Iterator[Cue]:
        return iter(self._cues)

    def firing(self, text: str) -> list[Cue]:
        """These cues are in a text in small letters, and not negated."""
        near = set(self._always)
        for _, places in self._pieces.iter(text) if self._searches else ():
            near.update(places)
        return [cue for cue in map(self._cues.__getitem__, sorted(near)) if cue.fires(text)]


_NEGATED = re.compile(
    r"\b(?:not|never|no|don't|dont|do not|didn't|won't|wont|wouldn't|isn't|wasn't|aren't|without|nobody|rather than"
    r"|instead of|no plans to|no need to|no intention of|wouldn't dream of)(?:\s+(?!but\b)[a-z']+){0,2}\s+$"
)


def _negated(text: str, start: int) -> bool:
    clause = re.split(r"[.,;!?]", text[max(0, start - 60) : start])[-1]
    return bool(_NEGATED.search(clause))


PACK = Path(__file__).parent / "cues-en.yaml"
"""The rule pack that ships with the hub."""


def load_cues(path: Path = PACK) -> Cues:
    """This reads a rule pack; raises ConfigError where the file cannot be used."""
    try:
        pack = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Cues(_cue(entry, pack["words"], pack["nudges"]) for entry in pack["cues"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, re.error) as error:
        raise ConfigError(f"{path.name}: the rule pack cannot be used ({type(error).__name__}).") from None


def _cue(entry: Mapping[str, Any], words: Mapping[str, list[str]], nudges: Mapping[str, Mapping[str, float]]) -> Cue:
    regex = re.sub(r"<([a-z]+)>", lambda found: "".join(words[found[1]]), "".join(entry["regex"]))
    nudge = entry.get("nudge", {})
    return Cue(
        entry["name"],
        re.compile(regex),
        entry.get("distress", 0.0),
        entry.get("churn", 0.0),
        nudges[nudge] if isinstance(nudge, str) else nudge,
        entry.get("negatable", False),
        tuple(entry.get("near", ())),
    )


_RESOLVED = re.compile(
    r"\b(?:all good now|(?:is|was|got|been|all|now) (?:fully |finally )?(?:solved|resolved|fixed|sorted)|solved it|fixed it"
    r"|sorted (?:it )?out|works (?:again|now|perfectly|great)|no complaints?|no (?:problems?|issues?) (?:at all|whatsoever))\b"
)
_UNRESOLVED = re.compile(r"\b(?:not|\w+n't) (?:\w+ ){0,2}(?:solved|resolved|fixed|sorted)")
_RESOLVED_SHARE = 0.35
"""What is left of the cues' weight in a message that says the matter is settled."""
_NUDGE_CAP = 4.5


@dataclass(frozen=True, slots=True)
class Fired:
    """What the cues of one text add up to; ``distress`` and ``churn`` are 0..1, ``nudges`` are logits."""

    names: tuple[str, ...]
    distress: float
    churn: float
    nudges: Mapping[str, float]


def read_cues(text: str, cues: Cues) -> Fired:
    """This finds ``cues`` in a masked text."""
    low = text.lower().replace("’", "'")
    found = cues.firing(low)
    share = _RESOLVED_SHARE if found and _is_settled(low) else 1.0
    return Fired(
        tuple(cue.name for cue in found),
        share * _either(cue.distress for cue in found),
        share * _either(cue.churn for cue in found),
        {label: share * total for label, total in _sums(found)},
    )


def _is_settled(low: str) -> bool:
    return bool(_RESOLVED.search(low)) and not _UNRESOLVED.search(low)


def _either(shares: Iterable[float]) -> float:
    """The share that at least one of several independent signs is right."""
    return 1 - prod(1 - share for share in shares)


def _sums(cues: Iterable[Cue]) -> Iterator[tuple[str, float]]:
    totals: dict[str, float] = {}
    for cue in cues:
        for label, nudge in cue.nudges.items():
            totals[label] = totals.get(label, 0.0) + nudge
    for label, total in totals.items():
        yield label, max(-_NUDGE_CAP, min(_NUDGE_CAP, total))
