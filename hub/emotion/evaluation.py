"""How good a tagger is on labelled texts: agreement by label, what abstaining buys, and the surest mistakes."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hub.contract import Emotion
from hub.emotion.taxonomy import CANONICAL

_BINS = 10


@dataclass(frozen=True, slots=True)
class LabelScore:
    """How one label fared: ``texts`` that bear it, and precision, recall and F1, 0..1."""

    label: str
    texts: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One text that was called something else; ``line`` is its line in the file, ``confidence`` 0..1."""

    confidence: float
    line: int
    expected: str
    found: str


@dataclass(slots=True)
class Evaluation:
    """Counts over labelled texts, in memory that does not grow with them.

    Args:
        worst: how many of the surest mistakes are kept.
    """

    worst: int = 10
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    answered: Counter[bool] = field(default_factory=Counter)
    abstained: int = 0
    _mistakes: list[Mistake] = field(default_factory=list)
    _bins: list[list[float]] = field(default_factory=lambda: [[0.0, 0.0, 0.0] for _ in range(_BINS)])

    def add(self, line: int, label: str, emotion: Emotion) -> None:
        """This counts one text. A tagger that abstains still has a best guess, and it is the guess that is compared."""
        found = _guess(emotion)
        self.confusion[label, found] += 1
        if emotion.abstained:
            self.abstained += 1
        else:
            self.answered[found == label] += 1
        part = self._bins[min(int(emotion.confidence * _BINS), _BINS - 1)]
        part[0], part[1], part[2] = part[0] + 1, part[1] + emotion.confidence, part[2] + (found == label)
        if found != label:
            self._keep(Mistake(emotion.confidence, line, label, found))

    def _keep(self, mistake: Mistake) -> None:
        heapq.heappush(self._mistakes, mistake)
        if len(self._mistakes) > self.worst:
            heapq.heappop(self._mistakes)

    @property
    def texts(self) -> int:
        """How many texts were counted."""
        return self.confusion.total()

    def labels(self) -> Iterator[LabelScore]:
        """These are the labels that the file bears, in the order of the taxonomy."""
        for label in CANONICAL:
            texts = sum(count for (expected, _), count in self.confusion.items() if expected == label)
            if texts:
                yield self._score(label, texts)

    def _score(self, label: str, texts: int) -> LabelScore:
        right = self.confusion[label, label]
        called = sum(count for (_, found), count in self.confusion.items() if found == label)
        precision, recall = right / called if called else 0.0, right / texts
        return LabelScore(label, texts, precision, recall, 2 * right / (called + texts))

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the labels that the file bears, 0..1."""
        return _mean(score.f1 for score in self.labels())

    @property
    def accuracy(self) -> float:
        """The share of texts whose best guess is right, 0..1."""
        return _share(
            sum(count for (expected, found), count in self.confusion.items() if expected == found), self.texts
        )

    @property
    def coverage(self) -> float:
        """The share of texts on which the tagger did not abstain, 0..1."""
        return _share(self.texts - self.abstained, self.texts)

    @property
    def accuracy_answered(self) -> float:
        """The share of right answers where the tagger did not abstain, 0..1."""
        return _share(self.answered[True], self.answered.total())

    @property
    def calibration_error(self) -> float:
        """How far confidence and the share of right guesses lie apart, over ten bins, 0..1."""
        return _share(sum(abs(confidence - right) for _, confidence, right in self._bins), self.texts)

    def mistakes(self) -> list[Mistake]:
        """These are the surest mistakes, the surest first."""
        return sorted(self._mistakes, reverse=True)


def _guess(emotion: Emotion) -> str:
    if emotion.label is not None:
        return emotion.label
    return max(emotion.scores, key=emotion.scores.__getitem__) if emotion.scores else "neutral"


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _mean(numbers: Iterable[float]) -> float:
    found = list(numbers)
    return sum(found) / len(found) if found else 0.0
