"""How well the tagger knows people: on social text, and where it never met a name in training.

``python bench/bench_names.py DATA --weights A.npz --weights B.npz`` with DATA as for ``training/train.py``; it needs Faker,
as that does. Two tables: F2 of people on sets that were left out of training (``train.py --held btc_dev --held wnut17_dev
--held tweebank_dev``), and the share of people's names removed whole, by whether training met a word of the name.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = ROOT / "plugins" / "pii-en"
SOCIAL = ("btc_dev", "wnut17_dev", "tweebank_dev")
Span = tuple[int, int]


def finder(weights: Path | None) -> Any:
    """This is redaction as a deployment has it, with other weights where they are given."""
    import numpy as np

    from hub.privacy.redaction import load_redaction, make_redactor
    from hub_pii_en.recogniser import PersonalRecogniser
    from hub_pii_en.tagger import Tagger, load_tagger

    tagger = load_tagger()
    if weights is not None:
        with np.load(weights, allow_pickle=False) as stored:
            tagger = Tagger({name: stored[name] for name in stored.files})
    return make_redactor(load_redaction(ROOT / "privacy" / "redaction.yaml"), names=PersonalRecogniser(tagger))


def found_in(redactor: Any, texts: Sequence[str]) -> list[list[tuple[int, int, str]]]:
    """These are the entities in each text."""
    results = redactor.redact(texts, languages=["en"] * len(texts), known=[()] * len(texts))
    return [[(one.start, one.end, one.type) for one in result.entities] for result in results]


def person_f2(rows: Sequence[dict[str, Any]], found: Sequence[Iterable[tuple[int, int, str]]]) -> float:
    """This is F2 of people, two spans being one from half of their union on; finds on a marked handle count nowhere."""
    hits = marked = given = 0
    for row, spans in zip(rows, found, strict=True):
        people = [(start, end) for start, end, kind in row["spans"] if kind == "PERSON"]
        handles = [(start, end) for start, end, kind in row["spans"] if kind == "HANDLE"]
        mine = [(start, end) for start, end, kind in spans if kind == "PERSON"]
        mine = [one for one in mine if not any(_shared(one, other) for other in handles)]
        marked, given = marked + len(people), given + len(mine)
        hits += sum(any(_alike(one, other) for other in mine) for one in people)
    recall, precision = hits / max(marked, 1), hits / max(given, 1)
    return 5 * precision * recall / max(4 * precision + recall, 1e-9)


def _shared(one: Span, other: Span) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def _alike(one: Span, other: Span) -> bool:
    shared = _shared(one, other)
    return shared >= 0.5 * (one[1] - one[0] + other[1] - other[0] - shared)


def words_met(data: Path, held: Sequence[str]) -> frozenset[str]:
    """These are the words that training has seen, in small letters."""
    sys.path.insert(0, str(PLUGIN / "training"))
    from material import gather  # type: ignore[import-not-found] # a script beside the plugin

    examples = gather(data, PLUGIN / "corpus", 0, held)
    return frozenset(word.lower() for words, _ in examples for word in words)


def recall_by_novelty(
    rows: Sequence[dict[str, Any]], found: Sequence[Sequence[tuple[int, int, str]]], met: frozenset[str]
) -> dict[str, tuple[int, int]]:
    """This gives (removed whole, all) of the people no word of whose name training met, and of the others."""
    from hub_pii_en.tokens import tokens

    counts = {"never met": [0, 0], "met": [0, 0]}
    for row, spans in zip(rows, found, strict=True):
        for start, end, kind in row["spans"]:
            words = [
                word.lower() for word, _, _ in tokens(row["text"][start:end]) if len(word) > 1 and word[0].isalpha()
            ]
            if kind != "PERSON" or not words:
                continue
            covered = {place for one in spans for place in range(one[0], one[1])}
            whole = all(place in covered for place in range(start, end) if row["text"][place].isalnum())
            count = counts["met" if any(word in met for word in words) else "never met"]
            count[0], count[1] = count[0] + whole, count[1] + 1
    return {name: (removed, number) for name, (removed, number) in counts.items()}


def read(path: Path) -> list[dict[str, Any]]:
    """This reads a labelled file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def main() -> int:
    """This prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with pii/ and goemotions/")
    parser.add_argument(
        "--weights", type=Path, action="append", help="trained without the sets; the plugin's own if absent"
    )
    wanted = parser.parse_args()
    engines = [finder(weights) for weights in wanted.weights or [None]]
    held = SOCIAL if wanted.weights else ()  # the plugin's own weights have seen them
    for name in held:
        rows = read(wanted.data / "pii" / f"{name}.jsonl")
        scores = [person_f2(rows, found_in(engine, [row["text"] for row in rows])) for engine in engines]
        print(f"{name:16} people F2 {statistics.mean(scores):.3f} ({min(scores):.3f}-{max(scores):.3f})")
    met = words_met(wanted.data, held)
    sets = {"corpus, test": PLUGIN / "corpus" / "test.jsonl"}
    sets |= {name: wanted.data / "pii" / f"{name}.jsonl" for name in ("presidio_synth_v2", *held)}
    for name, path in sets.items():
        rows = read(path)
        tables = [recall_by_novelty(rows, found_in(one, [row["text"] for row in rows]), met) for one in engines]
        for novelty in ("never met", "met"):
            shares = [table[novelty][0] / max(table[novelty][1], 1) for table in tables]
            print(
                f"{name:18} {novelty:10} {tables[0][novelty][1]:4} names, removed whole "
                f"{statistics.mean(shares):.3f} ({min(shares):.3f}-{max(shares):.3f})"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
