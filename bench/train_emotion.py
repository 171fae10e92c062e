"""Train the emotion tagger that ships with the hub, and write its weights and model card.

    pip install scikit-learn vaderSentiment pydantic pluggy numpy
    PYTHONPATH=. python bench/train_emotion.py --goemotions DIR --vader DIR

``--goemotions`` holds train.tsv, dev.tsv and labels.txt of GoEmotions; ``--vader`` the labelled texts of vaderSentiment as
vader_tweets.jsonl and vader_amazonReviewSnippets.jsonl. Everything is deterministic: same data, same libraries, same file.
"""

import argparse
import json
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from hub.emotion.features import DIMENSIONS, mask, rows, tokens
from hub.emotion.model import WEIGHTS, LinearModel
from hub.emotion.taxonomy import CANONICAL, LABEL_VALENCE, NATIVE

SEED = 20240501
COMMON_WORDS = 3000
SERVICE_WORDS = str.split("""
    account accounts address airport answered appreciate arrive arrived bag bags bill billed billing booking broken cancel
    canceled cancelled canceling cancelling charge charged charges chat checkout claim code compensation complaint confirm
    confirmed connection contacted crew customer customers damaged debit delay delayed deliver delivered delivery desk
    disappointed download error expired flight flights helpful hold invoice item items lawyer lost login logs loyalty
    luggage manager membership missing mistake noted okay online order ordered orders overnight package parcel password
    patience payment phone points policy promised provider purchase quickly receipt received refund refunded renew renewal
    replacement replied reply resolved reward rude sent service shipped shipping sorted staff subscription support
    switching team ticket tickets unacceptable update upgrade voucher waiting website worried
""")
"""Words of service messages that are rare in GoEmotions; they help to tell that a text is English, nothing else."""
WANTED_ACCURACY = 0.7
TO_CANONICAL = np.asarray([CANONICAL.index(label.value) for label in NATIVE.values()])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--goemotions", type=Path, required=True)
    arguments.add_argument("--vader", type=Path, required=True)
    arguments.add_argument("--out", type=Path, default=WEIGHTS)
    given = arguments.parse_args()
    train, dev = (read_goemotions(given.goemotions, name) for name in ("train", "dev"))
    model = fit_native(*train)
    model, metrics = calibrate(model, *dev)
    model, valence_metrics = fit_valence(model, read_vader(given.vader))
    np.savez_compressed(given.out, **{name: getattr(model, name) for name in model.__slots__})
    metrics |= valence_metrics | {"bytes": given.out.stat().st_size}
    given.out.with_suffix(".metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    print(json.dumps(metrics, indent=1))


def read_goemotions(folder: Path, part: str) -> tuple[list[str], list[list[int]]]:
    names = (folder / "labels.txt").read_text().split()
    order = [list(NATIVE).index(name) for name in names]
    lines = [line.split("\t") for line in (folder / f"{part}.tsv").read_text().split("\n") if line]
    return [line[0] for line in lines], [[order[int(i)] for i in line[1].split(",")] for line in lines]


def read_vader(folder: Path) -> list[tuple[str, float]]:
    texts = []
    for name in ("vader_tweets", "vader_amazonReviewSnippets"):
        for line in (folder / f"{name}.jsonl").read_text().splitlines():
            item = json.loads(line)
            texts.append((item["text"], item["score"] / 4))
    return texts


def matrix(texts: list[str], idf: np.ndarray | None = None) -> Any:
    found = rows([mask(text) for text in texts])
    counted = sp.csr_matrix((found.value, found.index, found.start), shape=(len(texts), DIMENSIONS))
    return counted if idf is None else unit(counted, idf)


def unit(counted: Any, idf: np.ndarray) -> Any:
    weighted = counted @ sp.diags(idf.astype(np.float32))
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1))[:, 0])
    return sp.diags(1 / np.maximum(lengths, 1e-9)) @ weighted


def quantise(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signed square roots as int8, one scale per column: the few large weights and the many small ones both survive."""
    scale = np.abs(weights).max(axis=0) / 127**2
    roots = np.sign(weights) * np.sqrt(np.abs(weights) / scale)
    return np.round(roots).astype(np.int8), scale.astype(np.float32)


def fit_native(texts: list[str], labels: list[list[int]]) -> LinearModel:
    counted = matrix(texts)
    frequency = np.bincount(counted.indices, minlength=DIMENSIONS)
    idf = (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float16)
    data = unit(counted, idf.astype(np.float32)).tocsr()
    repeated = [i for i, chosen in enumerate(labels) for _ in chosen]
    weights = [1 / len(chosen) for chosen in labels for _ in chosen]
    fitted = LogisticRegression(C=2, max_iter=120, tol=1e-3, random_state=SEED)
    fitted.fit(data[repeated], [label for chosen in labels for label in chosen], sample_weight=weights)
    native, scale = quantise(fitted.coef_.T)
    zero, one = np.zeros(DIMENSIONS, np.int8), np.ones(1, np.float32)
    return LinearModel(
        native, scale, fitted.intercept_.astype(np.float32), idf, zero, one, one * 0, np.zeros(4, np.float32), one,
        one * 0, common_words(texts),
    )  # fmt: skip


def common_words(texts: list[str]) -> np.ndarray:
    counts: dict[str, int] = {}
    for text in texts:
        for word in tokens(mask(text)):
            if word.isascii() and word[0].isalpha():
                counts[word] = counts.get(word, 0) + 1
    common = sorted(sorted(counts), key=counts.__getitem__, reverse=True)[:COMMON_WORDS]
    return np.frombuffer("\n".join(sorted({*common, *SERVICE_WORDS})).encode(), np.uint8)


def canonical_probabilities(logits: np.ndarray, temperature: float) -> np.ndarray:
    scaled = logits / temperature
    native = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    native /= native.sum(axis=1, keepdims=True)
    totals = np.zeros((len(logits), len(CANONICAL)))
    for column, target in enumerate(TO_CANONICAL):
        totals[:, target] += native[:, column]
    return totals


def calibrate(model: LinearModel, texts: list[str], labels: list[list[int]]) -> tuple[LinearModel, dict[str, Any]]:
    """Temperature, threshold and per-label cut-offs come from one half of dev; every figure reported from the other."""
    logits = model.logits(model.weighted(rows([mask(text) for text in texts])))
    gold = np.zeros((len(texts), len(CANONICAL)), bool)
    for i, chosen in enumerate(labels):
        gold[i, TO_CANONICAL[chosen]] = True
    first = np.asarray([zlib.crc32(text.encode()) % 2 == 0 for text in texts])
    temperature = min(
        np.arange(0.5, 2.01, 0.05), key=lambda t: loss(canonical_probabilities(logits[first], t), gold[first])
    )
    scores = canonical_probabilities(logits, float(temperature))
    threshold = choose_threshold(scores[first], gold[first])
    model = replace(
        model,
        temperature=np.asarray([temperature], np.float32),
        threshold=np.asarray([threshold], np.float32),
    )
    return model, report(scores, gold, first, threshold) | {"temperature": float(temperature)}


def loss(scores: np.ndarray, gold: np.ndarray) -> float:
    share = gold / gold.sum(axis=1, keepdims=True)
    return float(-(share * np.log(np.maximum(scores, 1e-9))).sum(axis=1).mean())


def hits(scores: np.ndarray, gold: np.ndarray) -> np.ndarray:
    return gold[np.arange(len(gold)), scores.argmax(axis=1)]


def choose_threshold(scores: np.ndarray, gold: np.ndarray) -> float:
    best, right = scores.max(axis=1), hits(scores, gold)
    for threshold in np.arange(0.2, 0.9, 0.01):
        if right[best >= threshold].mean() >= WANTED_ACCURACY:
            return float(round(threshold, 2))
    raise SystemExit("no threshold reaches the wanted accuracy")


def report(scores: np.ndarray, gold: np.ndarray, first: np.ndarray, threshold: float) -> dict[str, Any]:
    cuts = [best_cut(scores[first, c], gold[first, c]) for c in range(len(CANONICAL))]
    scores, gold = scores[~first], gold[~first]
    best, right = scores.max(axis=1), hits(scores, gold)
    per_label = {
        name: round(float(f1_score(gold[:, c], scores[:, c] >= cuts[c], zero_division=0)), 3)
        for c, name in enumerate(CANONICAL)
    }
    argmax = np.eye(len(CANONICAL), dtype=bool)[scores.argmax(axis=1)]
    coverage = {
        f"{t:.2f}": [round(float((best >= t).mean()), 3), round(float(right[best >= t].mean()), 3)]
        for t in sorted({0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, threshold})
    }
    bins = np.clip((best * 10).astype(int), 0, 9)
    ece = sum(
        abs(best[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in range(10)
        if (bins == b).any()
    )
    return {
        "texts_reported_on": len(gold),
        "macro_f1_12_tuned_cuts": round(float(np.mean(list(per_label.values()))), 3),
        "macro_f1_12_best_label_only": round(float(f1_score(gold, argmax, average="macro", zero_division=0)), 3),
        "f1_by_label": per_label,
        "best_label_in_gold_set": round(float(right.mean()), 3),
        "threshold": threshold,
        "coverage_and_accuracy_by_threshold": coverage,
        "expected_calibration_error": round(float(ece), 3),
    }


def best_cut(scores: np.ndarray, gold: np.ndarray) -> float:
    return float(max(np.arange(0.04, 0.8, 0.02), key=lambda cut: f1_score(gold, scores >= cut, zero_division=0)))


def fit_valence(model: LinearModel, data: list[tuple[str, float]]) -> tuple[LinearModel, dict[str, Any]]:
    """Ridge on four fifths of VADER's labelled texts; the blend with lexicon and labels is fitted on half of the rest."""
    part = np.asarray([zlib.crc32(text.encode()) % 10 for text, _ in data])
    texts, target = [text for text, _ in data], np.asarray([score for _, score in data])
    ridge = Ridge(alpha=2.0, random_state=SEED, solver="lsqr")
    ridge.fit(matrix([t for t, p in zip(texts, part, strict=True) if p < 8], model.idf), target[part < 8])
    weights, scale = quantise(ridge.coef_[:, None])
    model = replace(
        model, valence=weights[:, 0], valence_scale=scale, valence_bias=np.asarray([ridge.intercept_], np.float32)
    )
    features = valence_features(model, texts)
    blend = np.linalg.lstsq(features[part == 8], target[part == 8], rcond=None)[0]
    model = replace(model, blend=blend.astype(np.float32))
    held = part == 9
    correlation = {
        name: round(float(np.corrcoef(answer[held], target[held])[0, 1]), 3)
        for name, answer in (
            ("lexicon", features[:, 0]),
            ("ridge", features[:, 1]),
            ("labels", features[:, 2]),
            ("blend", features @ blend),
        )
    }
    return model, {"valence_pearson_vader_held_out": correlation, "blend": [round(float(b), 3) for b in blend]}


def valence_features(model: LinearModel, texts: list[str]) -> np.ndarray:
    lexicon = SentimentIntensityAnalyzer()
    masked = [mask(text) for text in texts]
    found = model.weighted(rows(masked))
    labels = canonical_probabilities(model.logits(found), float(model.temperature[0])) @ np.asarray(
        [LABEL_VALENCE[label] for label in LABEL_VALENCE]
    )
    words = [lexicon.polarity_scores(text)["compound"] for text in masked]
    return np.stack([words, model.valences(found), labels, np.ones(len(texts))], axis=1)


if __name__ == "__main__":
    main()
