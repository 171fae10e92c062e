"""The network, and how it is trained: for the model that ships and for the larger one that teaches it."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from material import Examples
from torch import nn
from transformers import AutoModel

BATCH = 64
FREQUENT, RARE = 1500, 4.0
"""Of the 28, a label with fewer texts weighs more where it is there, by the root of how many fewer, and so many times at most."""
MASK_PIECE = {"bert": 103, "mpnet": 30526}
OWN = ("own", "later")
"""What was written for this: few enough to be learnt by heart."""
Place = tuple[str, int]
"""Which examples, and which of them."""


class Net(nn.Module):
    """Encoder, mean of its pieces, and three heads: the twelve, GoEmotions' 28, and negative, neutral, positive.

    Args:
        source: folder of the encoder.
        counts: how many texts of those learnt from have each of the 28.
        texts: how many there are.
        frozen: layers, from the first, that stay as they are; the embeddings always do.
    """

    def __init__(self, source: str, *, counts: np.ndarray, texts: int, frozen: int = 0) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            source, add_pooling_layer=False, attn_implementation="eager", attention_probs_dropout_prob=0.0,
            hidden_dropout_prob=0.0,
        )  # fmt: skip
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:frozen]):
            for weight in part.parameters():
                weight.requires_grad = False
        self.drop, wide = nn.Dropout(0.1), self.encoder.config.hidden_size
        self.canonical, self.native, self.sentiment = nn.Linear(wide, 12), nn.Linear(wide, 28), nn.Linear(wide, 3)
        self.rare = torch.from_numpy(np.sqrt(FREQUENT / counts).clip(1, RARE).astype(np.float32))
        with torch.no_grad():  # from even odds, one in five hundred is a long way, and the pace is falling
            self.native.bias.copy_(torch.logit(torch.from_numpy(counts / texts)) + self.rare.log())

    def settle(self) -> None:
        """Make probabilities of the 28 again: what is rare weighed more while it was learnt."""
        with torch.no_grad():
            self.native.bias.sub_(self.rare.log())

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        found = self.drop((states * weights).sum(1) / weights.sum(1))
        return self.canonical(found), self.native(found), self.sentiment(found)

    def narrow(self, wide: int, rows: list[list[int]]) -> None:
        """Keep, of the neurons in the middle of each layer, the ``wide`` that say most in ``rows`` of pieces: the rest is time."""
        for layer in self.encoder.encoder.layer:
            first, second = layer.intermediate.dense, layer.output.dense
            loud = self._loudness(layer.intermediate, rows) * second.weight.norm(dim=0)
            kept = loud.topk(wide).indices.sort().values
            first.weight, first.bias = (
                nn.Parameter(first.weight[kept].detach()),
                nn.Parameter(first.bias[kept].detach()),
            )
            second.weight = nn.Parameter(second.weight[:, kept].detach())
            first.out_features = second.in_features = wide

    def _loudness(self, middle: nn.Module, rows: list[list[int]]) -> torch.Tensor:
        """How much each neuron in the middle of a layer says, over all pieces of all rows."""
        said: list[torch.Tensor] = []
        watch = middle.register_forward_hook(lambda _module, _given, out: said.append(out.abs().sum((0, 1))))
        with torch.no_grad():
            for row in rows:
                self.encoder(input_ids=torch.tensor([row]))
        watch.remove()
        return torch.stack(said).sum(0)

    def pad(self, rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        ids = torch.full((len(rows), max(map(len, rows))), self.encoder.config.pad_token_id, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = torch.tensor(row)
            mask[place, : len(row)] = 1
        return ids, mask

    def blur(self, pieces: list[int]) -> list[int]:
        """One piece in twelve is hidden, so that a few thousand messages are not learnt by heart."""
        blank = MASK_PIECE[self.encoder.config.model_type]
        inside, hidden = range(1, len(pieces) - 1), torch.rand(len(pieces)) < 1 / 12
        return [blank if place in inside and hidden[place] else piece for place, piece in enumerate(pieces)]


@dataclass(frozen=True)
class Course:
    """How fast is learnt.

    Args:
        encoder: pace of the encoder at its highest.
        heads: pace of the heads at its highest.
        warm: steps until then; from there it falls to nothing.
    """

    encoder: float
    heads: float
    warm: int


def fit(
    net: Net, data: Mapping[str, Examples], batches: list[list[Place]], course: Course, seed: int, keep: Path | None
) -> None:
    """Go through all batches; ``keep`` holds the state, and is gone on with where it exists."""
    encoder = [weight for weight in net.encoder.parameters() if weight.requires_grad]
    heads = [*net.native.parameters(), *net.canonical.parameters(), *net.sentiment.parameters()]
    groups = [{"params": encoder, "lr": course.encoder}, {"params": heads, "lr": course.heads}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    steps = len(batches)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / course.warm, max(0, (steps - step) / (steps - course.warm)))
    )
    begun = resume(keep, net, optimiser, schedule)
    net.train()
    for step in range(begun, steps):
        torch.manual_seed(seed * 1_000_003 + step)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = loss_of(net, data, batches[step])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(encoder, 1.0)
        optimiser.step()
        schedule.step()
        if step % 50 == 0:
            print(f"step {step} of {steps}: loss {loss.item():.3f}", flush=True)
        if keep and ((step + 1) % 200 == 0 or step + 1 == steps):
            state = {"step": step + 1, "net": net.state_dict(), "optimiser": optimiser.state_dict()}
            torch.save(state | {"schedule": schedule.state_dict()}, keep)


def resume(keep: Path | None, net: Net, optimiser: Any, schedule: Any) -> int:
    if keep is None or not keep.exists():
        return 0
    state = torch.load(keep)
    net.load_state_dict(state["net"])
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])


def loss_of(net: Net, data: Mapping[str, Examples], batch: list[Place]) -> torch.Tensor:
    """What the net does not yet know of a batch."""
    rows = [net.blur(data[name].pieces[i]) if name in OWN else data[name].pieces[i] for name, i in batch]
    canonical, native, sentiment = net(*net.pad(rows))
    loss = surprise_of(canonical, np.stack([data[name].canonical[i] for name, i in batch]))
    loss = loss + surprise_of(sentiment, np.stack([data[name].sentiment[i] for name, i in batch]))
    told = [(place, known[i]) for place, (name, i) in enumerate(batch) if (known := data[name].native) is not None]
    if not told:  # long texts are all of the corpus
        return loss
    target = torch.from_numpy(np.stack([row for _, row in told]).astype(np.float32))
    given = native[[place for place, _ in told]].float()
    missed = nn.functional.binary_cross_entropy_with_logits(given, target, pos_weight=net.rare, reduction="sum")
    return loss + missed / len(batch)


def surprise_of(found: torch.Tensor, target: np.ndarray) -> torch.Tensor:
    return -(torch.log_softmax(found.float(), -1) * torch.from_numpy(target.astype(np.float32))).sum(-1).mean()


def plan(data: Mapping[str, Examples], times: Mapping[str, float], rounds: int, seed: int) -> list[list[Place]]:
    """The batches of the whole training, of texts of like length, in a new order each time round.

    ``times`` is how often a text of each kind comes up in a round: a whole number, or half: every other text, in turn.
    """
    drawn = random.Random(seed)
    return [batch for turn in range(rounds) for batch in round_of(data, times, turn, drawn)]


def round_of(
    data: Mapping[str, Examples], times: Mapping[str, float], turn: int, drawn: random.Random
) -> Iterator[list[Place]]:
    order: list[Place] = []
    for name, often in times.items():
        places = range(len(data[name].pieces)) if often >= 1 else range(turn % 2, len(data[name].pieces), 2)
        order += [(name, i) for i in places for _ in range(max(1, int(often)))]
    drawn.shuffle(order)
    chunks = (order[i : i + BATCH * 30] for i in range(0, len(order) - BATCH + 1, BATCH * 30))
    ranked = [sorted(chunk, key=lambda place: len(data[place[0]].pieces[place[1]])) for chunk in chunks]
    found = [chunk[i : i + BATCH] for chunk in ranked for i in range(0, len(chunk) - BATCH + 1, BATCH)]
    drawn.shuffle(found)
    yield from found
