"""The tagger as a Presidio recogniser, text by text or in batches. Importing this module imports Presidio."""

from collections.abc import Iterator, Sequence
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult

from hub_pii_en.tagger import ORGANISATION, PLACE, Tagger, load_tagger
from hub_pii_en.tokens import Token

SURE = 0.2
"""A word of at least this probability begins a name, or goes on with one across a hyphen; chosen on kinds not trained on."""

_SURE_PLACE = 0.3
"""The same for places and organisations: nobody's leak, and below it the words between two towns join them."""

_USUAL_CUT = 0.4

_LEAST = 0.1
"""A word beside a word of a name counts from here on: a name half removed is not removed."""

_JOINTS = frozenset("-'’.")
_SMALL = frozenset(
    str.split(
        "de da del della di du van von der den bin bint al el la le ten ter zu y e dos das do st ibn abu ó ní mac mc 't ’t"
    )
)
_NO_INITIALS = frozenset("IA")
"""One capital letter after a name is that of another one, unless it is a word itself."""

Tagged = Sequence[tuple[Token, float]]


class PersonRecogniser(LocalRecognizer):
    """This finds people's names in English text.

    Args:
        tagger: the network; the one of the distribution if absent.
    """

    def __init__(self, tagger: Tagger | None = None) -> None:
        super().__init__(supported_entities=["PERSON"], supported_language="en", name="attune_pii_en", version="5")
        self._tagger = tagger or load_tagger()

    def load(self) -> None:
        """There is nothing to load any more."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives the names in one text."""
        return self.analyze_batch([text])[0] if not entities or "PERSON" in entities else []

    def analyze_batch(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        """This gives the names in each text: the same as one by one, several times as fast.

        The score grows with the probability of the surest word, from 0.4 where it is only just sure.
        """
        return [
            [RecognizerResult("PERSON", start, end, _score(chance, SURE)) for start, end, chance in _names(words, SURE)]
            for words in self._tagger.tag(texts, least=SURE)
        ]

    def doubts(self, texts: Sequence[str], margin: float) -> list[bool]:
        """This says of each text whether some word in it may be a name and is not taken for one.

        Args:
            texts: what was written.
            margin: the probability from which on a word may be a name.
        """
        return [
            any(margin <= chance < SURE and word[0].isalpha() for (word, _, _), chance in words)
            for words in self._tagger.tag(texts, least=margin)
        ]


class PlaceRecogniser(LocalRecognizer):
    """This finds places and organisations in English text, whoever lives there: for those who want all of them removed.

    Args:
        tagger: the network; the one of the distribution if absent.
    """

    _LABELS = (("PLACE", PLACE), ("ORGANIZATION", ORGANISATION))

    def __init__(self, tagger: Tagger | None = None) -> None:
        entities = [entity for entity, _ in self._LABELS]
        super().__init__(supported_entities=entities, supported_language="en", name="attune_pii_en_places", version="5")
        self._tagger = tagger or load_tagger()

    def load(self) -> None:
        """There is nothing to load any more."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives the places and organisations in one text."""
        return [one for one in self.analyze_batch([text])[0] if not entities or one.entity_type in entities]

    def analyze_batch(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        """This gives the places and organisations in each text."""
        found: list[list[RecognizerResult]] = [[] for _ in texts]
        for entity, label in self._LABELS:
            for results, words in zip(found, self._tagger.tag(texts, label, _SURE_PLACE), strict=True):
                results += [
                    RecognizerResult(entity, start, end, _score(chance, _SURE_PLACE))
                    for start, end, chance in _names(words, _SURE_PLACE)
                ]
        return found


def _score(chance: float, sure: float) -> float:
    """What is sure enough is never below the cut that Presidio's users and ``min_score`` usually ask for."""
    return _USUAL_CUT + (1 - _USUAL_CUT) * (chance - sure) / (1 - sure)


def _names(words: Tagged, sure: float) -> Iterator[tuple[int, int, float]]:
    """From words to names: neighbours become one, joints and small words between them included."""
    place = 0
    while place < len(words):
        (word, _, _), chance = words[place]
        if chance < sure or not word[0].isalpha():
            place += 1
            continue
        first, last, best = place, place, chance
        while first > 0 and _belongs(words, first - 1, first):
            first -= 1
        if first > 1 and _hyphenated(words, first - 2, first):
            first -= 2
        while last + 1 < len(words) and (reach := _onward(words, last, sure)):
            last = reach
            best = max(best, words[last][1])
        yield words[first][0][1], words[last][0][2], best
        place = last + 1


def _onward(words: Tagged, last: int, sure: float) -> int | None:
    """The place of the next word of the same name, over at most two joints or small words; None where the name ends."""
    for place in range(last + 1, min(last + 4, len(words))):
        (word, _, _), chance = words[place]
        if (word[0].isalpha() and chance >= sure) or (place == last + 1 and _belongs(words, place, last)):
            return place
        if place == last + 2 and _hyphenated(words, last, place):
            return place
        if word not in _JOINTS and word.lower() not in _SMALL:
            return None
    return None


def _hyphenated(words: Tagged, one: int, other: int) -> bool:
    """These are two capitalised halves of one word, whatever the network makes of the second: "Al-Mutairi"."""
    (left, _, end), (joint, begin, after), (right, start, _) = (words[place][0] for place in range(one, other + 1))
    return joint == "-" and end == begin and after == start and left[0].isupper() and right[0].isupper()


def _belongs(words: Tagged, place: int, neighbour: int) -> bool:
    (word, start, end), chance = words[place]
    (_, other_start, other_end), _ = words[neighbour]
    gap = max(other_start - end, start - other_end)
    if gap > 1 or not word[0].isupper():
        return False
    initial = len(word) == 1 and place > neighbour and word not in _NO_INITIALS
    return chance >= _LEAST or initial
