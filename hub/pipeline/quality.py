"""Quality: how good the tags of one closed month were, as people judged them, and how the month differs from the one before.

Made once and kept, so that no two looks differ (decision 0040). There are no counts of who felt what: shares of groups in steps
of five points, and precision on what was drawn by chance, only where enough people stand behind a line.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from hub.emotion.agreement import cohen_kappa, observed_agreement, wilson_interval
from hub.emotion.drift import read_drift, stability_index
from hub.emotion.taxonomy import LABEL_VALENCE
from hub.emotion.verdict import UNTOLD
from hub.errors import PolicyError
from hub.schema import EmotionTag
from hub.store.store import Store, Tx
from hub.store.tag_reviews import Judgement, Settled

BANDS = ("unpleasant", "even", "pleasant", "no label")
"""The groups of labels whose shares are told."""

_UNKNOWN = "unknown"
_STEP = 5
_PAGE = 2_000
_EVEN = 0.25


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in UTC; ``end`` is the first moment after it."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, at: datetime) -> Month:
        """This is the month that a moment lies in."""
        start = datetime(at.year, at.month, 1, tzinfo=UTC)
        after = start + timedelta(days=32)
        return cls(start, datetime(after.year, after.month, 1, tzinfo=UTC))

    @property
    def before(self) -> Month:
        """The month before."""
        return Month.of(self.start - timedelta(days=1))

    @property
    def name(self) -> str:
        """Such as 2026-10."""
        return f"{self.start:%Y-%m}"


def month_quality(store: Store, now: datetime, month: Month, k: int) -> dict[str, Any]:
    """This is the report of a month, as plain values: as it was made first, else made now.

    Args:
        store: the database.
        now: UTC.
        month: which.
        k: how many people must stand behind a line.

    Raises PolicyError while the month goes on, and where the report was made for smaller groups than are allowed by now.
    """
    if now < month.end:
        raise PolicyError(
            f"{month.name} is not over.", reason="aggregate.window_open",
            fix=f"Ask again from {month.end:%Y-%m-%d} on, or for an earlier month.",
        )  # fmt: skip
    name = f"review.report.{month.name}"
    with store.read() as tx:
        kept = tx.facts.get(name)
        made = None if kept else _make(tx, month, k, now)
    if made is not None:
        with store.begin() as tx:
            kept = tx.facts.keep(name, json.dumps(made))
    found: dict[str, Any] = json.loads(kept or "{}")
    if found["k"] < k:
        raise PolicyError(
            f"{month.name} was counted for groups of {found['k']}, and {k} are asked for by now.",
            reason="aggregate.counted", fix="Ask for a later month; one is counted once only.",
        )  # fmt: skip
    return found


def _make(tx: Tx, month: Month, k: int, now: datetime) -> dict[str, Any]:
    settled = list(tx.tag_reviews.settled(month.start, month.end))
    judged = tx.tag_reviews.judged(month.start, month.end)
    here, earlier = Spread.read(tx, month), Spread.read(tx, month.before)
    return {
        "month": month.name,
        "made_at": now.isoformat(timespec="seconds"),
        "k": k,
        "models": sorted(here.models),
        "reviews": _reviews(settled),
        "agreement": _agreement(judged),
        "precision": {
            "label": list(_precision(settled, "label", "tagged", k)),
            "language": list(_precision(settled, "language", "language", k)),
        },
        "corrections": list(_corrections(settled, k)),
        "drift": list(_drift(earlier, here, k)),
        "groups": {"language": list(here.shares("language", k)), "channel": list(here.shares("channel", k))},
    }


def _reviews(settled: Iterable[Settled]) -> list[dict[str, Any]]:
    found = Counter((one.review.why, one.review.state) for one in settled)
    return [{"why": why, "state": state, "tags": count} for (why, state), count in sorted(found.items())]


def _agreement(judged: Sequence[Judgement]) -> dict[str, Any]:
    """The first two judgements of each message, by whomever: one reviewer alone is nobody's business here."""
    of_tag: dict[str, list[str]] = defaultdict(list)
    for one in judged:
        of_tag[one.tag_id].append(one.label)
    pairs = [(labels[0], labels[1]) for labels in of_tag.values() if len(labels) > 1]
    observed, kappa = observed_agreement(pairs), cohen_kappa(pairs)
    return {
        "judgements": len(judged),
        "reviewers": len({one.reviewer for one in judged}),
        "pairs": len(pairs),
        "observed": None if observed is None else round(observed, 3),
        "kappa": None if kappa is None else round(kappa, 3),
    }


def _precision(settled: Sequence[Settled], title: str, by: str, k: int) -> Iterator[dict[str, Any]]:
    """Of what was drawn by chance alone: what is drawn because it is doubtful is worse than the rest."""
    groups: dict[str, list[Settled]] = defaultdict(list)
    for one in settled:
        if one.review.why == "sampled" and one.told["tagged"] != UNTOLD:
            groups[one.told[by] or _UNKNOWN].append(one)
    for name, group in sorted(groups.items()):
        if len({one.review.person_id for one in group}) < k:
            continue  # that there is such a line would tell of them
        right = sum(one.review.state == "confirmed" for one in group)
        low, high = wilson_interval(right, len(group))
        share = round(right / len(group), 2)
        yield {title: name, "tags": len(group), "precision": share, "from": round(low, 2), "to": round(high, 2)}


def _corrections(settled: Iterable[Settled], k: int) -> Iterator[dict[str, Any]]:
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    tags: Counter[tuple[str, str]] = Counter()
    for one in settled:
        if one.review.state == "corrected":
            change = (one.told["tagged"], one.told["agreed"])
            people[change].add(one.review.person_id)
            tags[change] += 1
    for (tagged, agreed), count in tags.most_common():
        if len(people[tagged, agreed]) >= k:
            yield {"tagged": tagged, "agreed": agreed, "tags": count}


class Spread:
    """How the tags of one month are spread; people are counted once in each group."""

    def __init__(self) -> None:
        self.of: dict[str, Counter[str]] = {name: Counter() for name in ("label", "confidence", "language", "channel")}
        self.bands: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.people: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.models: set[str] = set()

    @classmethod
    def read(cls, tx: Tx, month: Month) -> Spread:
        """This is the spread of all tags that rest of what was said in a month."""
        made, found = cls(), tx.tags.said(month.start, month.end)
        while page := list(islice(found, _PAGE)):
            records = tx.records.get([tag.record_id for _, _, tag in page])
            for person_id, channel, tag in page:
                language = getattr(records.get(tag.record_id), "language", None)
                made.add(person_id, channel or _UNKNOWN, language or _UNKNOWN, tag)
        return made

    def add(self, person_id: str, channel: str, language: str, tag: EmotionTag) -> None:
        """This counts one tag."""
        self.models.add(tag.model)
        self.of["label"][UNTOLD if tag.label is None else tag.label.value] += 1
        if not tag.reviewed:  # people are always sure; how sure the model is must not hang on how many they looked at
            self.of["confidence"][str(min(int(tag.confidence * 10), 9))] += 1
        self.people["all", ""].add(person_id)
        for by, name in (("channel", channel), ("language", language)):
            self.of[by][name] += 1
            self.bands[by, name][_band(tag)] += 1
            self.people[by, name].add(person_id)

    def shares(self, by: str, k: int) -> Iterator[dict[str, Any]]:
        """These are the shares of each group that is large enough, in steps that tell of nobody."""
        for (kind, name), bands in sorted(self.bands.items()):
            if kind == by and len(self.people[kind, name]) >= k:
                yield {by: name} | {band: _share(bands[band] / bands.total()) for band in BANDS}


def _band(tag: EmotionTag) -> str:
    if tag.label is None:
        return BANDS[3]
    valence = LABEL_VALENCE[tag.label]
    return BANDS[0] if valence < -_EVEN else BANDS[2] if valence > _EVEN else BANDS[1]


def _share(value: float) -> int:
    """Per cent in steps of five; none and all are not told apart from few and nearly all."""
    return min(max(round(100 * value / _STEP) * _STEP, _STEP), 100 - _STEP)


def _drift(earlier: Spread, here: Spread, k: int) -> Iterator[dict[str, Any]]:
    enough = min(len(earlier.people["all", ""]), len(here.people["all", ""])) >= k
    for name in here.of:
        index = stability_index(earlier.of[name], here.of[name]) if enough else None
        told: Mapping[str, Any] = {"psi": None, "reading": None}
        if index is not None:
            told = {"psi": round(index, 2), "reading": read_drift(index)}
        yield {"of": name, **told}
