"""The tagger as a Presidio recogniser, text by text or in batches. Importing this module imports Presidio."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult

from hub_pii_en.finds import LEAST, Word, find, surest
from hub_pii_en.tagger import ORGANISATION, PLACE, Tagger, Told, load_tagger

SURE = 0.65
"""A text in which no word is as likely personal as this has nothing personal in it, unless others found something."""

WITHIN = 0.02
"""In a text that has, a word counts from here on: who writes of a person once does so again. All cuts are chosen on ``dev``."""

_WITHIN_ELSE = {
    "PERSON": 0.1,
    "LOCATION": 0.1,
    # They have forms that rules know: nothing more is found below, and "my mail is" would lose its "mail".
    **dict.fromkeys(("EMAIL_ADDRESS", "URL", "IP_ADDRESS", "MAC_ADDRESS", "IBAN_CODE", "CRYPTO"), 0.4),
}
"""The same for types of which lower words are nearly always something else."""

_SURE_PLACE = 0.8
"""A place or an organisation from here on: nobody's leak, and below it the words between two towns join them."""

_DENIED = 0.05
"""What others found is nothing where no word of it is as likely personal as this."""

_DENIED_ELSE = {"HANDLE": 0.003}
"""The same for a rule of a form: of 87 handles of people in ``dev`` and ``test`` none is below it, of 265 others most are."""

_VERSION = "9"


def _is_denied(found: RecognizerResult, chance: float) -> bool:
    return chance < _DENIED_ELSE.get(found.entity_type, _DENIED)


def _words(told: Sequence[Told]) -> list[Word]:
    return [Word(start, end, chance, label) for (_, start, end), chance, label in told]


class _TaggerRecogniser(LocalRecognizer):
    """What both recognisers are: words of some labels, each from a cut on."""

    def __init__(self, name: str, cuts: Mapping[str, float], sure: float, beside: float, tagger: Tagger) -> None:
        super().__init__(supported_entities=[*cuts], supported_language="en", name=name, version=_VERSION)
        self._cuts, self._sure, self._beside, self._tagger = dict(cuts), sure, beside, tagger

    def load(self) -> None:
        """There is nothing to load any more."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """This gives what is found in one text."""
        return [one for one in self.analyze_batch([text])[0] if not entities or one.entity_type in entities]

    def analyze_batch(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        """This gives what is found in each text: the same as one by one, several times as fast."""
        tagged = self._tagger.tag(texts, tuple(self._cuts), self._sure)
        return [list(self._results(text, _words(told))) for text, told in zip(texts, tagged, strict=True)]

    def _results(self, text: str, words: Sequence[Word]) -> Iterator[RecognizerResult]:
        return (RecognizerResult(*one) for one in find(text, words, self._cuts, self._beside))


class PersonalRecogniser(_TaggerRecogniser):
    """This finds what is personal in English text: names, towns that locate somebody, addresses, handles, numbers.

    Args:
        tagger: the network; the one of the distribution if absent.
        sure: the probability that a word of a text must reach, for anything in it to be personal.
        within: the probability from which on a word is personal in such a text, or where others found something; names, towns
            and what has a form from a higher one on.
    """

    def __init__(self, tagger: Tagger | None = None, sure: float = SURE, within: float = WITHIN) -> None:
        tagger = tagger or load_tagger()
        cuts = {label: max(within, _WITHIN_ELSE.get(label, within)) for label in tagger.personal}
        super().__init__("attune_pii_en", cuts, sure, LEAST, tagger)

    def review_batch(
        self, texts: Sequence[str], found: Sequence[Sequence[RecognizerResult]]
    ) -> list[list[RecognizerResult]]:
        """This gives what is personal in each text, and of what others found what may be.

        Args:
            texts: what was written.
            found: what others found in each text.
        """
        least = [0.0 if others else self._sure for others in found]
        reviewed = []
        for text, others, told in zip(texts, found, self._tagger.tag(texts, least=least), strict=True):
            words = _words(told)
            chances = surest(words, [(one.start, one.end) for one in others])
            # Of words that were not asked about nothing is known, so that nothing can be denied.
            kept = [
                one
                for one, chance in zip(others, chances, strict=True)
                if chance is None or not _is_denied(one, chance)
            ]
            personal = kept or any(word.chance >= self._sure for word in words)
            reviewed.append([*kept, *self._results(text, words)] if personal else [])
        return reviewed

    def doubts(self, texts: Sequence[str], margin: float) -> list[bool]:
        """This says of each text whether some word in it may be personal and is not taken for it.

        Args:
            texts: what was written.
            margin: the probability from which on a word may be personal.
        """
        return [
            all(chance < self._sure for _, chance, _ in words)
            and any(margin <= chance and word[0].isalpha() for (word, _, _), chance, _ in words)
            for words in self._tagger.tag(texts, least=margin)
        ]


class PlaceRecogniser(_TaggerRecogniser):
    """This finds places and organisations in English text, whoever lives there: for those who want all of them removed.

    Args:
        tagger: the network; the one of the distribution if absent.
    """

    def __init__(self, tagger: Tagger | None = None) -> None:
        cuts = {PLACE: _SURE_PLACE, ORGANISATION: _SURE_PLACE}
        super().__init__("attune_pii_en_places", cuts, _SURE_PLACE, _SURE_PLACE, tagger or load_tagger())
