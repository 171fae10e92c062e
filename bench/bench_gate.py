"""What a consent decision costs: alone, by length of the person's history, and for whole batches as a push asks.

``python bench/bench_gate.py`` prints its tables and ends with 1 where a goal is missed. Processor time is what counts,
because the clock also measures whoever else uses the machine. The histories are made of grants, withdrawals and noise for
several purposes, channels and recipients, under the rules of ``privacy/``.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rich.console import Console
from rich.table import Table

from hub.pipeline.gate import Desk, Question
from hub.privacy.consent import LedgerEvent, Query, decide, decide_all
from hub.privacy.policy import load_policy
from hub.schema import ConsentEvidence, ConsentScope, ConsentState
from hub.store.persons import Profile

POLICY = load_policy(Path(__file__).parents[1] / "privacy")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SIZES = (0, 1, 5, 12, 50, 200, 1_000)
GOAL_P50, GOAL_P99, GOAL_RATE = 50.0, 1_000.0, 20_000
QUESTIONS = tuple(
    Question(purpose, category, "salesforce", "activate")
    for purpose, category in (
        ("EmotionAnalysis", "emotion"), ("EmotionAnalysis", "emotion.label"), ("EmotionAnalysis", "emotion.distress"),
        ("CustomerCare", "content"), ("ServicePersonalisation", "loyalty"),
    )
)  # fmt: skip
"""What a push asks about each person: one question for each group of fields."""


def main() -> int:
    """This measures and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2_000, help="decisions measured for each length")
    parser.add_argument("--people", type=int, default=2_000, help="people in a batch")
    options = parser.parse_args()
    out, missed = Console(), []
    alone = [(size, *_alone(size, options.rounds)) for size in SIZES]
    out.print(_table("One decision, microseconds of processor", ["events", "p50", "p99", "per event"], [
        [f"{size:,}", f"{p50:.1f}", f"{p99:.1f}", f"{p50 / size:.2f}" if size else ""] for size, p50, p99 in alone
    ]))  # fmt: skip
    missed += [f"p50 at {size} events" for size, p50, _ in alone if size == 50 and p50 > GOAL_P50]
    missed += [f"p99 at {size} events" for size, _, p99 in alone if size == 50 and p99 > GOAL_P99]
    rows = []
    for size in (0, 5, 50):
        for name, rate in _batches(size, options.people).items():
            rows.append([f"{size}", name, f"{rate:,.0f}"])
            if rate < GOAL_RATE:
                missed.append(f"{name} with {size} events")
    out.print(_table(f"Decisions a second, {options.people:,} people, {len(QUESTIONS)} questions each",
                     ["events", "how", "per second"], rows))  # fmt: skip
    for one in missed:
        out.print(f"missed: {one}", style="red")
    return 1 if missed else 0


def _alone(size: int, rounds: int) -> tuple[float, float]:
    """p50 and p99 of single decisions about different people, in microseconds of processor."""
    random.seed(size)
    ledgers = [_history(f"per_{n}", size) for n in range(20)]
    queries = [
        Query(f"per_{n}", *_of(random.choice(QUESTIONS)), NOW, ("DE",), operation="activate")
        for n in range(len(ledgers))
    ]
    spent = []
    with _no_gc():
        for n in range(max(200, rounds // max(1, size // 50))):
            ledger, query = ledgers[n % len(ledgers)], queries[n % len(queries)]
            begin = time.process_time_ns()
            decide(POLICY, ledger, query)
            spent.append((time.process_time_ns() - begin) / 1_000)
    spent.sort()
    return spent[len(spent) // 2], spent[len(spent) * 99 // 100]


def _of(question: Question) -> tuple[str, str, str]:
    return question.purpose, question.category, question.recipient


def _batches(size: int, people: int) -> dict[str, float]:
    """Decisions a second on one core, several ways of asking the same."""
    random.seed(size)
    ledgers = {f"per_{n}": _history(f"per_{n}", size) for n in range(people)}
    profile = Profile(country="DE")
    rooms: Any = SimpleNamespace(policy=POLICY, jurisdiction="DE")

    def one_by_one() -> None:
        for person, ledger in ledgers.items():
            for question in QUESTIONS:
                decide(POLICY, ledger, Query(person, *_of(question), NOW, ("DE",)))

    def together() -> None:
        for person, ledger in ledgers.items():
            decide_all(POLICY, ledger, [Query(person, *_of(question), NOW, ("DE",)) for question in QUESTIONS])

    def as_a_push_asks() -> None:
        desk = Desk(rooms, NOW)
        for person, ledger in ledgers.items():
            for question in QUESTIONS:
                desk.ask(ledger, profile, person_id=person, question=question)

    ways = {"one by one": one_by_one, "a record in one call": together, "as a push asks": as_a_push_asks}
    return {name: people * len(QUESTIONS) / _seconds(work) for name, work in ways.items()}


def _seconds(work: Callable[[], None]) -> float:
    with _no_gc():
        begin = time.process_time()
        work()
        return time.process_time() - begin


class _no_gc:
    def __enter__(self) -> None:
        gc.collect()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        gc.enable()


def _history(person: str, size: int) -> list[LedgerEvent]:
    states = [
        ConsentState.GIVEN,
        ConsentState.GIVEN,
        ConsentState.RENEWED,
        ConsentState.WITHDRAWN,
        ConsentState.REQUESTED,
    ]
    events = []
    for n in range(size):
        at = NOW - timedelta(days=600 * (size - n) / size)
        scope = ConsentScope(
            purpose=random.choice(["EmotionAnalysis", "DirectMarketing", "ServicePersonalisation", "CustomerCare"]),
            category=random.choice([None, "emotion", "contact", "loyalty"]),
            channel=random.choice([None, None, "email"]),
            recipient=random.choice([None, None, None, "voucherify"]),
        )
        proof = ConsentEvidence(explicit=random.random() < 0.8, notice_version=2)
        events.append(
            LedgerEvent(
                id=f"e{n}", type="consent", at=at, recorded=at, subject=person, state=random.choice(states), scope=scope,
                evidence=proof, valid_until=NOW + timedelta(days=90) if random.random() < 0.3 else None,
            )
        )  # fmt: skip
    return events


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, min_width=len(title))
    for column in columns:
        made.add_column(column, justify="left" if column == "how" else "right")
    for row in rows:
        made.add_row(*row)
    return made


if __name__ == "__main__":
    sys.exit(main())
