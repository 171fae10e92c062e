"""Kills a larger run at moments drawn at random, again and again, until it comes to its end."""

import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from canonical import canonical
from comparison import differences
from database import IN_THE_FOLDER
from process import Child, Ended
from shop import CONNECTOR, ShopSimulator, settle_in
from world import Place, Vendors, moved

from hub.app import Hub
from hub.cli.sandbox import write_deployment
from hub.config import load_settings
from hub.contract import Emotion
from hub.pipeline.pull import pull
from hub.pipeline.push import push
from hub.plugins import Plugins, Registered
from hub.privacy.redaction import Redacted
from hub.schema import EmotionLabel
from hub.store.ledger import RunStatus
from hub.store.migration import migrate
from hub.testing import FakeClock, Sandbox


class Quick:
    """An engine that is told what to find: this run is about volume, and the real one takes its time over each text."""

    engine = name = "quick"

    def redact(self, texts: list[str], **_: Any) -> list[Redacted]:
        return [Redacted("<TEXT>", ()) for _ in texts]

    def tag(self, texts: list[str], languages: list[str | None]) -> list[Emotion]:
        return [
            Emotion(label=EmotionLabel.ANGER, intensity=0.9, confidence=0.9, abstained=False, valence=-0.8, distress=0.9,
                    churn_risk=0.5)
            for _ in texts
        ]  # fmt: skip


@dataclass
class Told:
    """How often it was killed and in which part of its work, how many notes stand at the vendor, where the ends differ."""

    kills: int
    killed_in: dict[str, int]
    seconds: dict[str, float]
    notes: int
    different_notes: int
    problems: list[str]


RESUMPTIONS = 6
"""A row that was interrupted twice waits before it is tried again; a scheduler comes back so often within some hours."""

INTERVAL = 3_600
"""Seconds between two of them."""


@dataclass
class Life:
    """What one hub and its shop hold in the end, in which half it was killed how often, and how long each took at last."""

    end: dict[str, Any] = field(default_factory=dict)
    killed_in: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def kills(self) -> int:
        return self.killed_in.total()


class ShopWorld:
    """A shop that serves from a process of its own, and a hub's folder and database."""

    def __init__(self, folder: Path, customers: int, store: str) -> None:
        self.folder, self.store = folder, store
        self.shop = ShopSimulator(customers=customers, clock=FakeClock())
        with Sandbox([]) as nobody:
            self.config = settle_in(write_deployment(folder, nobody))
        if store == IN_THE_FOLDER:
            migrate(load_settings(self.config).store_url())

    def work(self, url: str, part: str) -> None:
        """This is what the command line does for one half of ``hub run``."""
        with self.open(url) as hub:
            if part == "pull":
                report: Any = pull(hub.rooms, hub.pull_job("shop-pull"))
            else:
                report = push(hub.rooms, hub.push_job("shop-push"))
            if report.error:
                raise report.error
            hub.audit.sequence()

    def tell(self, url: str) -> dict[str, Any]:
        """This is what the hub holds, and what in it does not add up."""
        with self.open(url) as hub:
            with hub.store.read() as tx:
                wrong = [str(one) for one in tx.balance.of_latest()]
                wrong += [f"{run.sync} still runs" for run in tx.ledger.runs(10_000) if run.status is RunStatus.RUNNING]
            return {**canonical(hub, {}), "conservation": wrong}

    def open(self, url: str) -> Hub:
        hub = Hub(
            moved(load_settings(self.config), Place(self.folder, self.store, {"shop": url})), now=self.shop.clock.now
        )
        quick = Quick()
        hub.__dict__.update(plugins=Plugins((), Registered({"shop": CONNECTOR})), redactor=quick, tagger=quick)
        return hub

    def live(self, dice: random.Random, kills: int, whole: dict[str, float]) -> Life:
        """This lets the hub live until its work is done, killed in each half of it ``kills`` times, unless it was quicker.

        ``whole`` is what each half takes an uninterrupted hub.
        """
        vendors, life = Vendors({"shop": self.shop}), Life()
        try:
            for part in ("pull", "push"):
                self._kill(vendors, life, part, dice, kills, whole.get(part, 0))
                begun = time.monotonic()
                _well(Child(lambda _, part=part: self.work(vendors.urls["shop"], part)))
                life.seconds[part] = time.monotonic() - begun
            life.end = {**self._settle(vendors), "at shop": vendors.tell()["shop"]}
            return life
        finally:
            vendors.end()

    def _kill(self, vendors: Vendors, life: Life, part: str, dice: random.Random, kills: int, whole: float) -> None:
        for _ in range(kills):
            child = Child(lambda _: self.work(vendors.urls["shop"], part))
            time.sleep(dice.uniform(0.02, 0.3 + 2 * whole / kills))
            child.kill()
            if not _well(child).killed:
                return
            life.killed_in[part] += 1

    def _settle(self, vendors: Vendors) -> dict[str, Any]:
        for _ in range(RESUMPTIONS):
            told: dict[str, Any] = _well(Child(lambda _: self.tell(vendors.urls["shop"]))).answer
            if not any(row["open"] for row in told["deliveries"].values()):
                break
            self.shop.clock.advance(INTERVAL)
            _well(Child(lambda _: self.work(vendors.urls["shop"], "push")))
        return told


def _well(child: Child) -> Ended:
    """How a child ended; raises RuntimeError where that was by an error."""
    if (ended := child.wait()).error:
        raise RuntimeError(ended.error)
    return ended


def interrupt_at_random(folder: Path, options: Any, database: Any) -> Told:
    """This compares a run that is killed at random moments with one that is left alone."""
    with database.copied("whole") as first, database.copied("broken") as second:
        whole = ShopWorld(folder / "whole", options.customers, first)
        broken = ShopWorld(folder / "broken", options.customers, second)
        for key in ("root.key", "audit.key"):  # the same keys, so that references can be compared
            shutil.copy(whole.folder / "var" / key, broken.folder / "var" / key)
        dice = random.Random(options.random)
        expected = whole.live(dice, 0, {})
        found = broken.live(dice, options.kills, expected.seconds)
    notes = [key for key, _, _ in found.end["at shop"]["notes"]]
    problems = differences(expected.end, found.end) + expected.end["conservation"]
    seconds = {part: round(one, 1) for part, one in expected.seconds.items()}
    return Told(found.kills, dict(found.killed_in), seconds, len(notes), len(set(notes)), problems)
