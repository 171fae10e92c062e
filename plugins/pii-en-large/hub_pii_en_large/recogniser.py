"""The model as a Presidio recogniser, text by text or in batches. Importing this module imports Presidio and onnxruntime."""

from collections.abc import Iterator, Sequence
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult

from hub_pii_en.finds import Word, find, surest
from hub_pii_en_large.model import Chances, Model
from hub_pii_en_large.pieces import Pieces

SURE, SURE_OF_NAMES = 0.8, 0.9
"""A text in which no word is as likely personal (a name: as the second) has nothing personal, unless others found something."""

WITHIN = 0.02
"""In a text that has, a word counts from here on: who writes of a person once does so again. Chosen, as those, on ``dev``."""

_DENIED = 0.3
"""What another recogniser found is nothing where no word of it is as likely personal as this."""

_DENIED_ELSE = {"HANDLE": 0.02}
"""The same for what a rule knows by its form: a company's handle is told from a person's by the text around, if at all."""


def _is_denied(found: RecognizerResult, chance: float) -> bool:
    return chance < _DENIED_ELSE.get(found.entity_type, _DENIED)


class PersonalRecogniser(LocalRecognizer):
    """This finds what is personal in English text: names, towns that locate somebody, addresses, handles, numbers.

    Args:
        model: the network; the one of the distribution if absent.
        sure: the probability that a word of a text must reach, for anything in it to be personal.
        sure_of_names: the same for names of people.
        within: the probability from which on a word is personal in such a text, or where others found something.
    """

    def __init__(
        self,
        model: Model | None = None,
        sure: float = SURE,
        sure_of_names: float = SURE_OF_NAMES,
        within: float = WITHIN,
    ) -> None:
        self._model = model or Model()
        personal = self._model.labels[1:]
        self._sure = dict.fromkeys(personal, sure) | {"PERSON": sure_of_names}
        self._cuts = dict.fromkeys(personal, within)
        name, _, version = self._model.name.partition("/")
        super().__init__(supported_entities=[*personal], supported_language="en", name=name, version=version)

    def load(self) -> None:
        """There is nothing to load any more."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives what is personal in one text."""
        return [one for one in self.analyze_batch([text])[0] if not entities or one.entity_type in entities]

    def analyze_batch(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        """This gives what is personal in each text: the same as one by one, to the last bit."""
        return [
            list(self._results(text, self._words(*read)))
            for text, read in zip(texts, self._model.read(texts), strict=True)
        ]

    def review_batch(
        self, texts: Sequence[str], found: Sequence[Sequence[RecognizerResult]]
    ) -> list[list[RecognizerResult]]:
        """This gives what is personal in each text, and of another recogniser's finds those that may be.

        Args:
            texts: what was written.
            found: what the other one found in each text.
        """
        reviewed = []
        for text, others, read in zip(texts, found, self._model.read(texts), strict=True):
            words = self._words(*read)
            chances = surest(words, [(one.start, one.end) for one in others])
            # Where nothing can be read, nothing can be denied.
            kept = [
                one
                for one, chance in zip(others, chances, strict=True)
                if chance is None or not _is_denied(one, chance)
            ]
            reviewed.append([*kept, *self._results(text, words, is_personal=bool(kept))])
        return reviewed

    def _results(self, text: str, words: Sequence[Word], *, is_personal: bool = False) -> Iterator[RecognizerResult]:
        if is_personal or any(word.chance >= self._sure[word.label] for word in words):
            for one in find(text, words, self._cuts):
                yield RecognizerResult(*one)

    def _words(self, pieces: Pieces, chances: Chances) -> list[Word]:
        """Pieces of one word count as the surest of them."""
        words: list[Word] = []
        last: int | None = None
        labels = chances[:, 1:].argmax(axis=1) + 1
        for place, number in enumerate(pieces.words):
            start, end = pieces.spans[place]
            chance, label = 1 - float(chances[place, 0]), self._model.labels[int(labels[place])]
            if words and number == last:
                word = words[-1]
                word.end = end
                if chance > word.chance:
                    word.chance, word.label = chance, label
            else:
                words.append(Word(start, end, chance, label))
            last = number
        return words
