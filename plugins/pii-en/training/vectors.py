"""Word vectors, so that a word never met in training is read as its neighbours are: ``python vectors.py MODEL OUT``.

MODEL is the folder of spaCy's ``en_core_web_md`` (the one with ``meta.json``), whose vectors are CC0. What is kept: words of letters only, in
small letters; 20,000 vectors among them, brought down to 96 numbers by their principal components.
"""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

import numpy as np
from spacy.strings import StringStore
from spacy.vectors import Vectors

WIDTH = 96
_LONGEST = 14


def distil(model: Path) -> dict[str, np.ndarray]:
    """This gives ``keys`` (sorted hashes of words), ``rows`` (the vector of each, from 1) and ``vectors`` (row 0 is empty)."""
    strings = StringStore().from_disk(model / "vocab" / "strings.json")
    vectors = Vectors(strings=strings).from_disk(model / "vocab")
    rows: dict[str, int] = {}
    for key, row in vectors.key2row.items():
        word = strings[key]
        low = word.lower()
        if word.isalpha() and len(word) <= _LONGEST and (word == low or low not in rows):
            rows[low] = row
    by_hash = {zlib.crc32(word.encode()): row + 1 for word, row in sorted(rows.items())}
    keys = np.array(sorted(by_hash), np.uint32)
    return {
        "keys": keys,
        "rows": np.array([by_hash[key] for key in keys.tolist()], np.uint16),
        "vectors": np.vstack([np.zeros((1, WIDTH), np.float32), _principal(vectors.data)]),
    }


def _principal(data: np.ndarray) -> np.ndarray:
    unit = data / (np.linalg.norm(data, axis=1, keepdims=True) + 1e-9)
    centred = unit - unit.mean(0)
    _, components = np.linalg.eigh(centred.T @ centred)
    reduced = centred @ components[:, ::-1][:, :WIDTH]
    return (reduced / (reduced.std() + 1e-9)).astype(np.float32)


if __name__ == "__main__":
    np.savez_compressed(Path(sys.argv[2]), **distil(Path(sys.argv[1])))
