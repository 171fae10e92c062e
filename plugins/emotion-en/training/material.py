"""What the models learn from: texts in pieces, and what each of them should be told to be."""

import csv
import json
import zlib
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from hub.emotion.features import mask
from hub_emotion_en.corpus import LABELS, Message
from hub_emotion_en.scorer import load_tokenizer, split_texts

PER_LABEL = 900
"""Texts of GoEmotions that count in full towards one of the twelve; of what is more frequent each counts less."""
GROUPS = {
    "anger": "anger disgust",
    "frustration": "annoyance disapproval",
    "disappointment": "disappointment",
    "anxiety": "fear nervousness",
    "confusion": "confusion",
    "sadness": "sadness grief remorse embarrassment",
    "surprise": "surprise realization",
    "curiosity": "curiosity",
    "satisfaction": "approval relief optimism caring",
    "gratitude": "gratitude",
    "neutral": "neutral desire",
    "delight": "joy love admiration excitement amusement pride",
}
"""GoEmotions' labels, in the hub's groups."""
LEANS = {
    **dict.fromkeys(("anger", "frustration", "disappointment", "anxiety", "sadness"), (1.0, 0.0, 0.0)),
    **dict.fromkeys(("satisfaction", "gratitude", "delight"), (0.0, 0.0, 1.0)),
    "confusion": (0.5, 0.5, 0.0),
    "curiosity": (0.0, 0.8, 0.2),
    "surprise": (0.0, 0.0, 0.0),
    "neutral": (0.0, 1.0, 0.0),
}
"""What the twelve say of negative, neutral and positive; nothing where it may be any of them."""
HEADS = ("canonical", "native", "sentiment")
SIDES = ("negative", "neutral", "positive")
BAND, DOUBT = 0.5, 0.5
"""VADER's raters give -4..4: what is within the band is neutral, and the edge of it is as blurred as the raters are."""


Sided = list[tuple[str, str]]
"""Texts, and the side that each is on."""


@dataclass(frozen=True)
class Examples:
    """Texts in pieces and what each should give, as much as it weighs; a row of zeros says that nothing is known."""

    pieces: list[list[int]]
    canonical: np.ndarray
    sentiment: np.ndarray
    native: np.ndarray | None = None

    def learn_from(self, answers: "Answers", weight: float, trust: float) -> "Examples":
        """The same texts, with what a teacher says of them beside what people said; of the 28 it says ``trust`` of all."""
        if len(answers.native) != len(self.pieces):
            raise SystemExit(f"the teacher read {len(answers.native)} texts, here are {len(self.pieces)}: teach anew")
        native = answers.native if self.native is None else (1 - trust) * self.native + trust * answers.native
        canonical = self.canonical + weight * answers.canonical
        return Examples(self.pieces, canonical, self.sentiment + weight * answers.sentiment, native)


@dataclass(frozen=True)
class Answers:
    """What a teacher says of texts: for each a share of the twelve, a probability of each of the 28, a share of the sides."""

    canonical: np.ndarray
    native: np.ndarray
    sentiment: np.ndarray


def write_answers(path: Path, found: Mapping[str, Answers]) -> None:
    """The answers to each kind of texts, for ``read_answers``."""
    arrays = {
        f"{name}.{head}": getattr(answers, head).astype(np.float16) for name, answers in found.items() for head in HEADS
    }
    np.savez_compressed(path, **arrays)


def read_answers(path: Path) -> dict[str, Answers]:
    """What ``write_answers`` wrote."""
    with np.load(path) as file:
        names = {key.split(".")[0] for key in file}
        return {name: Answers(*(file[f"{name}.{head}"].astype(np.float32) for head in HEADS)) for name in names}


Encode = Callable[[Sequence[str]], list[list[int]]]
"""From texts to the pieces that a model reads."""


class Encoder:
    """From texts to pieces, as the product does it: names and what somebody is are masked."""

    def __init__(self, source: Path) -> None:
        self._tokenizer = load_tokenizer((source / "tokenizer.json").read_bytes())

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        return [list(row) for row in split_texts(self._tokenizer, [mask(text) for text in texts])]


def read_goemotions(folder: Path, names: list[str], encode: Encode) -> Examples:
    """All of its training part; a text of one label counts towards the twelve, rarer ones more than frequent ones."""
    group = np.asarray([LABELS.index(label) for name in names for label, own in GROUPS.items() if name in own.split()])
    lines = [line.split("\t") for line in (folder / "train.tsv").read_text().split("\n") if line]
    native = np.zeros((len(lines), len(names)), np.float32)
    for place, line in enumerate(lines):
        native[place, [int(number) for number in line[1].split(",")]] = 1
    single = native.sum(axis=1) == 1
    canonical = np.zeros((len(lines), len(LABELS)), np.float32)
    canonical[single, group[native[single].argmax(axis=1)]] = 1
    counts = canonical.sum(axis=0)
    canonical *= np.minimum(1, PER_LABEL / counts) * single.sum() / np.minimum(counts, PER_LABEL).sum()
    leans = native @ np.asarray([LEANS[LABELS[place]] for place in group], np.float32)
    leans /= np.maximum(leans.sum(axis=1, keepdims=True), 1)
    return Examples(encode([line[0] for line in lines]), 0.3 * canonical, 0.2 * leans, native)


def frequencies(examples: Examples) -> dict[str, Any]:
    """How many texts have each of the 28, and how many texts there are."""
    assert examples.native is not None
    return {"counts": examples.native.sum(axis=0), "texts": len(examples.native)}


def read_vader(folder: Path, encode: Encode) -> Examples:
    """Four fifths of it, by a hash of the text, as for the hub's own tagger; the rest is for choosing and measuring."""
    lines = vader_lines(folder, range(8))
    scores = np.asarray([line["score"] for line in lines])
    below, above = (1 / (1 + np.exp((sign * scores + BAND) * 1.7 / DOUBT)) for sign in (1, -1))
    leans = np.stack([below, 1 - below - above, above], axis=1).clip(0, 1)
    leans *= (leans / leans.mean(axis=0)).sum(axis=1, keepdims=True) / 3  # the rarer kind counts more
    nothing = np.zeros((len(lines), len(LABELS)), np.float32)
    return Examples(encode([line["text"] for line in lines]), nothing, 2 * leans.astype(np.float32))


def vader_lines(folder: Path, tenths: Container[int]) -> list[dict[str, Any]]:
    lines = [
        json.loads(line)
        for name in ("vader_tweets", "vader_amazonReviewSnippets")
        for line in (folder / f"{name}.jsonl").read_text().splitlines()
    ]
    return [line for line in lines if zlib.crc32(line["text"].encode()) % 10 in tenths]


def read_plain(paths: Sequence[Path], encode: Encode) -> Examples:
    """Texts of which nobody says anything but the teacher: the field ``text`` of JSON lines or CSV, each text once."""
    texts = list(dict.fromkeys(text for path in paths for text in _texts_of(path) if text.strip()))
    nothing = np.zeros((len(texts), len(LABELS)), np.float32)
    return Examples(encode(texts), nothing, nothing[:, : len(SIDES)])


def read_tweets(paths: Sequence[Path], labels: Path, encode: Encode) -> Examples:
    """Of those texts the ones whose side was read by hand, but for a tenth; the rarer side counts more."""
    rows = [(text, side) for text, side in _read_sides(paths, labels) if zlib.crc32(text.encode()) % 10 != 8]
    leans = np.asarray([[0.9 if side == own else 0.05 for own in SIDES] for _, side in rows], np.float32)
    leans *= (leans / leans.mean(axis=0)).sum(axis=1, keepdims=True) / 3
    return Examples(encode([text for text, _ in rows]), np.zeros((len(rows), len(LABELS)), np.float32), 2 * leans)


def _read_sides(paths: Sequence[Path], labels: Path) -> Sided:
    """The labels name a text by its hash: whoever wrote a tweet may take it back."""
    signs = dict(zip("-0+", SIDES, strict=True))
    told = dict(line.split("\t") for line in labels.read_text(encoding="utf-8").splitlines())
    texts = dict.fromkeys(text.strip() for path in paths for text in _texts_of(path))
    named = ((text, told.get(sha256(text.encode()).hexdigest()[:16])) for text in texts)
    found = [(text, signs[sign]) for text, sign in named if sign]
    if len(found) != len(told):
        raise SystemExit(f"{labels}: {len(told)} texts are labelled, {len(found)} of them were given with --plain")
    return found


def _texts_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines) if path.suffix == ".csv" else map(json.loads, lines)
        return [row["text"] for row in rows]


def read_own(own: list[Message], encode: Encode) -> Examples:
    canonical = np.stack([soft(message) for message in own])
    leans = canonical @ np.asarray([LEANS[label] for label in LABELS], np.float32)
    return Examples(encode([message.text for message in own]), 2 * canonical, leans)


def soft(message: Message) -> np.ndarray:
    """A second reading keeps a fifth of the weight."""
    target = np.zeros(len(LABELS), np.float32)
    target[LABELS.index(message.label)] = 0.8 if message.second else 1.0
    if message.second:
        target[LABELS.index(message.second)] += 0.2
    return target


def sides_of_goemotions(folder: Path, names: list[str]) -> Sided:
    """Of the half of dev on which the bench chooses, texts all of whose labels are on one side."""
    group = {name: LEANS[label] for label, natives in GROUPS.items() for name in natives.split()}
    lines = [line.split("\t") for line in (folder / "dev.tsv").read_text().split("\n") if line]
    found = [
        (line[0], {group[names[int(number)]] for number in line[1].split(",")})
        for line in lines
        if zlib.crc32(line[0].encode()) % 2 == 0
    ]
    return [
        (text, SIDES[next(iter(leans)).index(1.0)]) for text, leans in found if len(leans) == 1 and 1.0 in min(leans)
    ][:800]


def sides_of_vader(folder: Path) -> Sided:
    return [
        (line["text"], SIDES[1 + (line["score"] >= BAND) - (line["score"] <= -BAND)])
        for line in vader_lines(folder, [8])
    ]


def sides_of_tweets(paths: Sequence[Path], labels: Path) -> Sided:
    """The tenth that nothing is trained on."""
    return [one for one in _read_sides(paths, labels) if zlib.crc32(one[0].encode()) % 10 == 8]


def sides_of(own: list[Message]) -> Sided:
    return [
        (one.text, SIDES[LEANS[one.label].index(1.0)]) for one in own if one.part == "dev" and 1.0 in LEANS[one.label]
    ]
