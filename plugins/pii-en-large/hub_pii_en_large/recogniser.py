"""The model as a Presidio recogniser, text by text or in batches. Importing this module imports Presidio and onnxruntime."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult

from hub_pii_en_large.model import Chances, Model
from hub_pii_en_large.pieces import Pieces

SURE = 0.95
"""A word of at least this probability is personal; chosen on the part ``dev`` of the corpus,
where as many clean texts change as with spaCy as the second recogniser."""

SURE_OF_NAMES = 0.98
"""A name has to be surer: another recogniser looks for names beside this one, and what is named like people is nowhere rare."""

_LEAST = 0.15
"""A word beside a personal one counts from here on: what is half removed is not removed."""

_GAP, _HINT = 3, 0.03
"""So many words between two of one type belong to both, where each is as likely personal as this."""

_USUAL_CUT = 0.4

_BETWEEN = re.compile(r"[\s\-'’.,/#:]{0,3}")
"""What may stand between two words of one find."""
_JOINTS = frozenset("-_./:@#+*")
_WORDS = frozenset({"PERSON", "LOCATION", "NRP", "DATE_OF_BIRTH"})
"""Of these a word is taken by itself; of all others everything that is written in one go."""


@dataclass(slots=True)
class _Word:
    start: int
    end: int
    chance: float
    label: int


class PersonalRecogniser(LocalRecognizer):
    """This finds what is personal in English text: names, towns that locate somebody, addresses, handles, numbers.

    Args:
        model: the network; the one of the distribution if absent.
        sure: the probability from which on a word is personal.
        sure_of_names: the same for names of people.
    """

    def __init__(self, model: Model | None = None, sure: float = SURE, sure_of_names: float = SURE_OF_NAMES) -> None:
        self._model, self._sure = model or Model(), sure
        person = self._model.labels.index("PERSON")
        self._cuts = {label: sure_of_names if label == person else sure for label in range(len(self._model.labels))}
        name, _, version = self._model.name.partition("/")
        entities = list(self._model.labels[1:])
        super().__init__(supported_entities=entities, supported_language="en", name=name, version=version)

    def load(self) -> None:
        """There is nothing to load any more."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives what is personal in one text."""
        return [one for one in self.analyze_batch([text])[0] if not entities or one.entity_type in entities]

    def analyze_batch(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        """This gives what is personal in each text: the same as one by one, to the last bit."""
        read = self._model.read(texts)
        return [list(self._results(text, *one)) for text, one in zip(texts, read, strict=True)]

    def _results(self, text: str, pieces: Pieces, chances: Chances) -> Iterator[RecognizerResult]:
        if not len(chances) or float(chances[:, 0].min()) > 1 - self._sure:
            return
        words = list(_words(pieces, chances))
        found = [word for word in _grown(words, self._cuts) if any(map(str.isalnum, text[word.start : word.end]))]
        for word in _joined(text, found):
            label = self._model.labels[word.label]
            start, end = _whole(text, word.start, word.end, glued=label not in _WORDS)
            score = _USUAL_CUT + (1 - _USUAL_CUT) * max(0.0, word.chance - self._sure) / (1 - self._sure)
            yield RecognizerResult(label, start, end, score)


def _words(pieces: Pieces, chances: Chances) -> Iterator[_Word]:
    """Pieces of one word count as the surest of them."""
    last: int | None = None
    word: _Word | None = None
    labels = chances[:, 1:].argmax(axis=1) + 1
    for place, number in enumerate(pieces.words):
        start, end = pieces.spans[place]
        chance = 1 - float(chances[place, 0])
        if word is not None and number == last:
            word.end = end
            if chance > word.chance:
                word.chance, word.label = chance, int(labels[place])
            continue
        if word is not None:
            yield word
        word, last = _Word(start, end, chance, int(labels[place])), number
    if word is not None:
        yield word


def _grown(words: Sequence[_Word], cuts: Mapping[int, float]) -> list[_Word]:
    """The sure words, beside them those that are less sure, and what stands between two of one find."""
    taken = [word.chance >= cuts[word.label] for word in words]
    for order in (range(1, len(words)), range(len(words) - 2, -1, -1)):
        for place in order:
            beside = place + (-1 if order.step > 0 else 1)
            taken[place] = taken[place] or (taken[beside] and words[place].chance >= _LEAST)
    _fill_gaps(words, taken)
    return [word for word, wanted in zip(words, taken, strict=True) if wanted]


def _fill_gaps(words: Sequence[_Word], taken: list[bool]) -> None:
    last: int | None = None
    for place, wanted in enumerate(taken):
        if not wanted:
            continue
        if last is not None and 1 < place - last <= _GAP + 1 and words[last].label == words[place].label:
            between = range(last + 1, place)
            if all(words[one].chance >= _HINT for one in between):
                for one in between:
                    taken[one] = True
        last = place


def _joined(text: str, words: Sequence[_Word]) -> Iterator[_Word]:
    """Neighbours of one type become one."""
    joined: list[_Word] = []
    for word in words:
        before = joined[-1] if joined else None
        if before and before.label == word.label and _BETWEEN.fullmatch(text, before.end, word.start):
            before.end, before.chance = word.end, max(before.chance, word.chance)
        else:
            joined.append(_Word(word.start, word.end, word.chance, word.label))
    yield from joined


def _whole(text: str, start: int, end: int, *, glued: bool) -> tuple[int, int]:
    """A find and the rest of what it is written together with: letters and digits, and for numbers what signs join to it."""
    while start > 0 and _goes_on(text, start - 1, start - 2, glued=glued):
        start -= 1
    while end < len(text) and _goes_on(text, end, end + 1, glued=glued):
        end += 1
    return start, end


def _goes_on(text: str, place: int, beyond: int, *, glued: bool) -> bool:
    if text[place].isalnum():
        return True
    return glued and text[place] in _JOINTS and 0 <= beyond < len(text) and text[beyond].isalnum()
