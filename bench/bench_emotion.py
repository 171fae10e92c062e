"""Texts per second of CPU time: the hub's emotion taggers beside VADER, in one process, in turn, on the same texts.

    python bench/bench_emotion.py [--reps 3]

The texts are the messages of plugins/emotion-en/corpus, each once. What is timed for the hub's taggers is all of a tag: names
masked, language judged, label or abstention, valence, distress and churn risk; VADER gives one number. Nothing is fetched.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read by the numeric libraries when they are loaded

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from hub.emotion.scored import wrap_scorer
from hub.emotion.tagger import load_tagger
from hub_emotion_en.corpus import read_corpus
from hub_emotion_en.scorer import load_scorer

CORPUS = Path(__file__).parent.parent / "plugins" / "emotion-en" / "corpus"
BATCH = 256


def measure(reps: int) -> list[dict[str, object]]:
    """This runs all of them ``reps`` times, one after the other, and gives the median, least and most of each."""
    texts = [message.text for message in read_corpus(CORPUS)]
    taken: dict[str, list[float]] = {}
    runs = contestants()
    for _, run in runs:
        run(texts[:BATCH])  # what is loaded on first use is loaded now
    for _ in range(reps):
        for name, run in runs:
            start = time.process_time()
            run(texts)
            taken.setdefault(name, []).append(len(texts) / (time.process_time() - start))
    return [
        {"system": name, "texts": len(texts), "per_cpu_s": round(statistics.median(rates)),
         "least": round(min(rates)), "most": round(max(rates))}
        for name, rates in taken.items()
    ]  # fmt: skip


def contestants() -> list[tuple[str, Callable[[Sequence[str]], object]]]:
    vader, linear, scorer = SentimentIntensityAnalyzer(), load_tagger(), load_scorer()
    whole = wrap_scorer(scorer)

    def batches(tag: Callable[[Sequence[str]], object]) -> Callable[[Sequence[str]], object]:
        return lambda texts: [tag(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]

    return [
        ("VADER, sentiment only", lambda texts: [vader.polarity_scores(text) for text in texts]),
        (f"{linear.name}, whole tag", batches(lambda texts: linear.tag(texts, ["en"] * len(texts)))),
        (f"{whole.name}, whole tag", batches(lambda texts: whole.tag(texts, ["en"] * len(texts)))),
        (f"{whole.name}, scores alone", batches(scorer.score)),
        (f"{whole.name}, scores, one by one", lambda texts: [scorer.score([text]) for text in texts]),
    ]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--reps", type=int, default=3)
    for row in measure(arguments.parse_args().reps):
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
