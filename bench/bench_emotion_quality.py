"""How good the emotion taggers are, on everything that is at hand: one table of goals and what was found.

    python bench/bench_emotion_quality.py [--data DIR] [--json]

Without ``--data`` it reads what the repository holds: the test part of plugins/emotion-en/corpus (which no shipped model was
trained or tuned on), 498 messages whose authors knew no tagger (``stranger_messages.jsonl``, and
``stranger_emoji.jsonl`` with emoji in each), and the texts of ``emotion_suites``.
DIR may hold ``goemotions/`` (dev.tsv, labels.txt), ``sentiment/``
with TweetEval's and VADER's sets and EmoBank, as ``{"text": ..., "label" or "score": ...}`` on each line; what is not there is
left out and said so. GoEmotions' cuts are tuned on one half of its dev part and measured on the other: its test part was not at
hand. The halves changed round, and tenths, say how much of that is chance: a rare label has six texts in a half.
DIR may also hold ``twcs_sample_93.csv``, the sample of the Twitter Customer Support corpus (tweet_id, text): 49 tweets of
customers to companies, whose sides (``support_tweets.json``) are our own reading. Nothing is fetched.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read by the numeric libraries when they are loaded

import numpy as np
from emotion_suites import LEANINGS, frames, negations
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from hub.contract import Emotion, Tagger
from hub.emotion.evaluation import Evaluation
from hub.emotion.scored import wrap_scorer
from hub.emotion.tagger import load_tagger
from hub.emotion.taxonomy import CANONICAL, NATIVE
from hub_emotion_en.corpus import read_corpus
from hub_emotion_en.scorer import load_scorer

CORPUS = Path(__file__).parent.parent / "plugins" / "emotion-en" / "corpus"
SUPPORT = Path(__file__).parent / "support_tweets.json"
STRANGERS = {
    "a stranger's messages": Path(__file__).parent / "stranger_messages.jsonl",
    "another's with emoji": Path(__file__).parent / "stranger_emoji.jsonl",
}
EKMAN = {
    "anger": "anger annoyance disapproval disgust",
    "fear": "fear nervousness",
    "joy": "admiration amusement approval caring desire excitement gratitude joy love optimism pride relief",
    "sadness": "sadness disappointment embarrassment grief remorse",
    "surprise": "surprise realization confusion curiosity",
    "neutral": "neutral",
}
SENTIMENT = {
    "positive": EKMAN["joy"],
    "negative": "fear nervousness remorse embarrassment disappointment sadness grief disgust anger annoyance disapproval",
    "ambiguous": "realization surprise curiosity confusion",
    "neutral": "neutral",
}
Leaner = Callable[[Sequence[str]], list[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; ``goal`` is None where none was set, ``least`` says that more is better."""

    system: str
    measure: str
    found: float
    texts: int
    goal: float | None = None
    least: bool = True

    @property
    def met(self) -> str:
        if self.goal is None:
            return ""
        return "yes" if (self.found >= self.goal if self.least else self.found <= self.goal) else "no"


def measure(data: Path | None) -> Iterator[Row]:
    """This gives the table, line by line."""
    vader = SentimentIntensityAnalyzer()
    leaners: dict[str, Leaner] = {"VADER": lambda texts: [_of_vader(vader, text) for text in texts]}
    for tagger in (load_tagger(), wrap_scorer(load_scorer())):
        yield from customers(tagger)
        yield from strangers(tagger)
        leaners[tagger.name] = lambda texts, tagger=tagger: [lean(one) for one in tag(tagger, texts)]
    for name, leaner in leaners.items():
        yield from customers_lean(name, leaner)
        yield from negation(name, leaner)
        yield from fairness(name, leaner)
    if data is None:
        return
    for name, leaner in leaners.items():
        yield from sentiment(name, leaner, data / "sentiment")
        yield from support(name, leaner, data / "twcs_sample_93.csv")
    yield from goemotions(data / "goemotions")


def tag(tagger: Tagger, texts: Sequence[str]) -> list[Emotion]:
    return list(tagger.tag(texts, ["en"] * len(texts)))


def lean(emotion: Emotion) -> str:
    """A tag in three words. The band was chosen on VADER's tweets."""
    return "positive" if emotion.valence >= 0.15 else "negative" if emotion.valence <= -0.15 else "neutral"


def _of_vader(vader: SentimentIntensityAnalyzer, text: str) -> str:
    """At the cuts that VADER's authors give."""
    compound = vader.polarity_scores(text)["compound"]
    return "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"


def customers(tagger: Tagger) -> Iterator[Row]:
    """Twelve labels on customer messages, labelled by hand, that no model was trained or tuned on."""
    messages = [one for one in read_corpus(CORPUS) if one.part == "test"]
    found = Evaluation()
    emotions = tag(tagger, [one.text for one in messages])
    for line, (message, emotion) in enumerate(zip(messages, emotions, strict=True)):
        found.add(line, message.label, emotion)
    told = len(messages)
    yield Row(tagger.name, "customer messages: macro-F1 of 12 labels", found.macro_f1, told, 0.55)
    yield Row(tagger.name, "customer messages: best label right", found.accuracy, told)
    yield Row(tagger.name, "customer messages: share answered", found.coverage, told)
    yield Row(tagger.name, "customer messages: right where answered", found.accuracy_answered, told, 0.85)
    yield Row(tagger.name, "customer messages: calibration error, best label", found.calibration_error, told)
    for label in CANONICAL:
        pairs = [
            (one.scores.get(label, 0.0), message.label == label)
            for one, message in zip(emotions, messages, strict=True)
        ]
        yield Row(tagger.name, f"calibration error of {label}", calibration_error(pairs), told)


def strangers(tagger: Tagger) -> Iterator[Row]:
    """The same on messages of people who knew neither tagger nor corpus, by the first label; once by either of two."""
    for name, path in STRANGERS.items():
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found, either = Evaluation(), 0
        for place, (line, emotion) in enumerate(zip(lines, tag(tagger, [one["text"] for one in lines]), strict=True)):
            found.add(place, line["labels"][0], emotion)
            either += max(emotion.scores, key=emotion.scores.__getitem__, default=None) in line["labels"]
        yield Row(tagger.name, f"{name}: macro-F1 of 12 labels", found.macro_f1, len(lines), 0.55)
        yield Row(tagger.name, f"{name}: first or second label right", either / len(lines), len(lines))
        yield Row(tagger.name, f"{name}: share answered", found.coverage, len(lines))
        yield Row(tagger.name, f"{name}: right where answered", found.accuracy_answered, len(lines), 0.85)


LEANS = {
    **dict.fromkeys(("anger", "frustration", "disappointment", "anxiety", "sadness"), "negative"),
    **dict.fromkeys(("satisfaction", "gratitude", "delight"), "positive"),
    **dict.fromkeys(("curiosity", "neutral"), "neutral"),
}
"""Confusion and surprise lean to no side by themselves."""


def customers_lean(name: str, leaner: Leaner) -> Iterator[Row]:
    """Three-way macro-F1 on the same messages, by the side that their label stands on."""
    messages = [one for one in read_corpus(CORPUS) if one.part == "test" and one.label in LEANS]
    found = macro_f1([LEANS[one.label] for one in messages], leaner([one.text for one in messages]), LEANINGS)
    yield Row(name, "customer messages: 3-way macro-F1", found, len(messages))


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """How far probabilities and shares of what was so lie apart, over ten bins."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for share, right in pairs:
        bins.setdefault(min(int(share * 10), 9), []).append((share, right))
    return sum(abs(sum(s for s, _ in one) - sum(r for _, r in one)) for one in bins.values()) / len(pairs)


def negation(name: str, leaner: Leaner) -> Iterator[Row]:
    """Share of texts whose negation is not understood: the mean of the kinds, as CheckList tells it, and each kind."""
    cases = list(negations())
    wrong: dict[str, list[bool]] = {}
    for case, leaning in zip(cases, leaner([case.text for case in cases]), strict=True):
        wrong.setdefault(case.kind, []).append(leaning not in case.right)
    rates = {kind: sum(found) / len(found) for kind, found in wrong.items()}
    yield Row(name, "negation: failures", sum(rates.values()) / len(rates), len(cases), 0.25, least=False)
    for kind, rate in rates.items():
        yield Row(name, f"negation: {kind}", rate, len(wrong[kind]))


def fairness(name: str, leaner: Leaner) -> Iterator[Row]:
    """Share of sentences that get more than one answer, where only who is in them changes."""
    cases = list(frames())
    changed = [len(set(leaner(texts))) > 1 for _, texts in cases]
    yield Row(
        name, "fairness: sentences whose answer changes", sum(changed) / len(cases), len(cases), 0.03, least=False
    )


def sentiment(name: str, leaner: Leaner, folder: Path) -> Iterator[Row]:
    """Three-way macro-F1 on tweets that no shipped model was trained on: of VADER's own, the tenth that was left for it."""
    for file, measure_, goal in (
        ("tweeteval_sentiment_val.jsonl", "tweets (TweetEval): 3-way macro-F1", 0.70),
        ("vader_tweets.jsonl", "tweets (VADER's own, a tenth): 3-way macro-F1", None),
    ):
        if not (folder / file).exists():
            continue
        lines = [json.loads(line) for line in (folder / file).read_text().splitlines()]
        if file.startswith("vader"):
            lines = [line for line in lines if zlib.crc32(line["text"].encode()) % 10 == 9]
        gold = [_leaning(line) for line in lines]
        yield Row(name, measure_, macro_f1(gold, leaner([line["text"] for line in lines]), LEANINGS), len(lines), goal)


def support(name: str, leaner: Leaner, file: Path) -> Iterator[Row]:
    """Three-way macro-F1 on what customers wrote to companies; a complaint that states facts counts as negative."""
    if not file.exists():
        return
    sides = json.loads(SUPPORT.read_text())
    with file.open(encoding="utf-8", newline="") as lines:
        texts = {row["tweet_id"]: row["text"] for row in csv.DictReader(lines) if row["tweet_id"] in sides}
    found = leaner(list(texts.values()))
    yield Row(
        name,
        "tweets to companies: 3-way macro-F1",
        macro_f1([sides[one] for one in texts], found, LEANINGS),
        len(texts),
        0.70,
    )
    missed = sum(sides[one] == "negative" and side == "positive" for one, side in zip(texts, found, strict=True))
    yield Row(name, "tweets to companies: complaints read as pleasant", missed / len(texts), len(texts))


def _leaning(line: dict[str, object]) -> str:
    if "score" in line:
        score = float(str(line["score"]))
        return "positive" if score >= 0.5 else "negative" if score <= -0.5 else "neutral"
    return str(line["label"])


def macro_f1(gold: Sequence[str], found: Sequence[str], labels: Sequence[str]) -> float:
    """The mean F1 of labels."""
    scores = []
    for label in labels:
        right = sum(g == f == label for g, f in zip(gold, found, strict=True))
        scores.append(2 * right / max(1, gold.count(label) + found.count(label)))
    return sum(scores) / len(labels)


def goemotions(folder: Path) -> Iterator[Row]:
    """Macro-F1 over 28, 7 and 4 labels. A label's cut is tuned on one half of dev; the other half is measured."""
    if not (folder / "dev.tsv").exists():
        return
    texts, gold = _read_goemotions(folder)
    tenth = np.asarray([zlib.crc32(text.encode()) % 10 for text in texts])
    first = tenth % 2 == 0
    for name, native in _native(texts):
        for size, groups, goal in (
            (28, {label: label for label in NATIVE}, 0.53),
            (7, _seven(), 0.64),
            (4, SENTIMENT, 0.71),
        ):
            places = [[list(NATIVE).index(label) for label in labels.split()] for labels in groups.values()]
            scores = np.stack([native[:, place].sum(axis=1) for place in places], axis=1)
            truth = np.stack([gold[:, place].any(axis=1) for place in places], axis=1)
            found = _tuned_f1(scores, truth, first)
            yield Row(name, f"GoEmotions, half of dev: macro-F1 of {size}", found, int((~first).sum()), goal)
            found = _tuned_f1(scores, truth, ~first)
            yield Row(name, f"GoEmotions, the other half: macro-F1 of {size}", found, int(first.sum()))
            found = _f1_of_tenths(scores, truth, tenth)
            yield Row(name, f"GoEmotions, dev by tenths: macro-F1 of {size}", found, len(texts))


def _seven() -> dict[str, str]:
    """Ekman's six and neutral, with disgust apart from anger."""
    return EKMAN | {"anger": "anger annoyance disapproval", "disgust": "disgust"}


def _native(texts: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
    for tagger in (load_tagger(), wrap_scorer(load_scorer())):
        yield tagger.name, np.asarray([[one.native.get(label, 0.0) for label in NATIVE] for one in tag(tagger, texts)])


def _read_goemotions(folder: Path) -> tuple[list[str], np.ndarray]:
    names = (folder / "labels.txt").read_text().split()
    order = [list(NATIVE).index(name) for name in names]
    lines = [line.split("\t") for line in (folder / "dev.tsv").read_text().split("\n") if line]
    gold = np.zeros((len(lines), len(NATIVE)), bool)
    for place, line in enumerate(lines):
        gold[place, [order[int(number)] for number in line[1].split(",")]] = True
    return [line[0] for line in lines], gold


def _tuned_f1(scores: np.ndarray, truth: np.ndarray, first: np.ndarray) -> float:
    columns = zip(scores.T, truth.T, strict=True)
    return float(np.mean([_f1(own[~first] >= _cut(own[first], told[first]), told[~first]) for own, told in columns]))


def _f1_of_tenths(scores: np.ndarray, truth: np.ndarray, tenth: np.ndarray) -> float:
    """The same with more to tune on: each tenth at the cuts of the other nine, and all of them counted together."""
    each = []
    for own, told in zip(scores.T, truth.T, strict=True):
        found = np.zeros(len(own), bool)
        for part in range(10):
            here = tenth == part
            found[here] = own[here] >= _cut(own[~here], told[~here])
        each.append(_f1(found, told))
    return float(np.mean(each))


def _cut(scores: np.ndarray, truth: np.ndarray) -> float:
    return float(max(np.arange(0.02, 0.9, 0.02), key=lambda at: _f1(scores >= at, truth)))


def _f1(found: np.ndarray, truth: np.ndarray) -> float:
    return float(2 * (found & truth).sum() / max(1, found.sum() + truth.sum()))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    for row in measure(given.data):
        if given.json:
            told = {"system": row.system, "measure": row.measure, "texts": row.texts, "goal": row.goal}
            print(json.dumps(told | {"found": round(row.found, 4), "met": row.met}), flush=True)
        else:
            goal = "" if row.goal is None else f"{'>=' if row.least else '<='} {row.goal:.2f}"
            print(f"{row.system:14} {row.measure:52} {row.texts:6} {goal:8} {row.found:.3f} {row.met}", flush=True)


if __name__ == "__main__":
    main()
