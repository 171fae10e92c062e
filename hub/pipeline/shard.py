"""A shard: a piece of the work that an order asks for, small enough to be told to another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hub.pipeline.order import Order
from hub.pipeline.parts import Part

MOST_SHARDS = 50
"""Pieces that one order is cut into at most: a scheduler pays for each of them, and the vendor's limit is one for all."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One piece of the work. It holds ids, ranges and numbers only, so that a scheduler may keep it.

    Args:
        order: what is wanted.
        label: what people call this piece.
        since: number of the latest run when it was planned; what came later belongs to the order.
        part: the part of a full read that it is; None: it is all that the order asks for.
    """

    order: Order
    label: str
    since: int
    part: Part | None = None

    def dump(self) -> dict[str, Any]:
        """This is the shard as plain data, for JSON."""
        return asdict(self)

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Shard:
        """This is a shard again."""
        order = {**data["order"], "streams": tuple(data["order"]["streams"])}
        part = None if data["part"] is None else Part(**data["part"])
        return cls(Order(**order), data["label"], data["since"], part)
