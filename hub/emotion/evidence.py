"""Evidence: which sentence of a text a label rests on, so that a reader need not take it on trust.

It is judged by the word weights of the linear model, whichever model gave the label: they can be told sentence by sentence for
next to nothing. It shows where to look; it does not explain what a larger model computed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from hub.contract import Emotion
from hub.emotion.derivation import LONGEST
from hub.emotion.features import mask, rows
from hub.emotion.model import LinearModel
from hub.emotion.taxonomy import CANONICAL, NATIVE

Span = tuple[int, int]
"""First character, and the one behind the last."""

_END = re.compile(r"[.!?]+[\"')\]]*(?=\s|$)|\n")
_MOST = 40
"""Sentences of one text that are looked at."""
_LEAST = 3
"""Letters and digits that make a sentence; the rest goes with what stands before it."""
_COLUMNS = {label: [place for place, own in enumerate(NATIVE.values()) if own.value == label] for label in CANONICAL}


class Evidence:
    """Finds the sentence that speaks most for a label.

    Args:
        model: word weights.
    """

    def __init__(self, model: LinearModel) -> None:
        self._model = model

    def attach(self, texts: Sequence[str], answers: Sequence[Emotion]) -> list[Emotion]:
        """These are the answers, each with the place in its redacted text that its label rests on."""
        spans = self.find([text[:LONGEST] for text in texts], [one.label for one in answers])
        return [replace(one, evidence=span) if span else one for one, span in zip(answers, spans, strict=True)]

    def find(self, texts: Sequence[str], labels: Sequence[str | None]) -> list[Span | None]:
        """This is, for each redacted text, where the sentence stands; None where there is no label."""
        spans = [split_sentences(text) if label else [] for text, label in zip(texts, labels, strict=True)]
        asked = [
            (place, span) for place, own in enumerate(spans) if len(own) > 1 for span in own
        ]  # one sentence needs no choice
        weights = self._weigh([(texts[place][slice(*span)], labels[place] or "") for place, span in asked])
        found: list[Span | None] = [own[0] if own else None for own in spans]
        best: dict[int, float] = {}
        for (place, span), weight in zip(asked, weights, strict=True):
            if weight > best.get(place, -np.inf):
                best[place], found[place] = weight, span
        return found

    def _weigh(self, asked: Sequence[tuple[str, str]]) -> list[float]:
        """How much each sentence speaks for its label: the log odds of the label's own columns."""
        if not asked:
            return []
        logits = self._model.logits(self._model.weighted(rows([mask(text) for text, _ in asked])))
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = raised / raised.sum(axis=1, keepdims=True)
        return [float(row[_COLUMNS[label]].sum()) for row, (_, label) in zip(shares, asked, strict=True)]


def split_sentences(text: str) -> list[Span]:
    """These are the sentences of a text, without the blanks around them; a scrap goes with the sentence before it."""
    found: list[Span] = []
    for start, end in _trimmed(text):
        scrap = sum(map(str.isalnum, text[start:end])) < _LEAST
        if found and (scrap or len(found) == _MOST):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _trimmed(text: str) -> Iterator[Span]:
    start = 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        own = text[start:end].strip()
        if own:
            first = text.index(own, start)
            yield first, first + len(own)
        start = end
