"""Kills a larger run at moments drawn at random, again and again, until it comes to its end."""

import random
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from canonical import canonical
from comparison import differences
from database import IN_THE_FOLDER
from process import Child
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
    """How often it was killed, how many notes stand at the vendor, and where the two ends differ."""

    kills: int
    notes: int
    different_notes: int
    problems: list[str]


class ShopWorld:
    """A shop that serves from a process of its own, and a hub's folder."""

    def __init__(self, folder: Path, customers: int) -> None:
        self.folder = folder
        self.shop = ShopSimulator(customers=customers, clock=FakeClock())
        with Sandbox([]) as nobody:
            self.config = settle_in(write_deployment(folder, nobody))
        migrate(load_settings(self.config).store_url())

    def work(self, url: str) -> dict[str, Any]:
        """This is what the command line does for ``hub run``."""
        with self.open(url) as hub:
            errors = [report.error for report in (
                pull(hub.rooms, hub.pull_job("shop-pull")), push(hub.rooms, hub.push_job("shop-push")),
            ) if report.error]  # fmt: skip
            if errors:
                raise errors[0]
            hub.audit.sequence()
            return canonical(hub, {})

    def open(self, url: str) -> Hub:
        hub = Hub(
            moved(load_settings(self.config), Place(self.folder, IN_THE_FOLDER, {"shop": url})), now=self.shop.clock.now
        )
        quick = Quick()
        hub.__dict__.update(plugins=Plugins((), Registered({"shop": CONNECTOR})), redactor=quick, tagger=quick)
        return hub

    def live(self, dice: random.Random, most: int) -> tuple[dict[str, Any], int]:
        """What hub and shop hold in the end, and how often the hub was killed before: ``most`` times, unless it was quicker."""
        vendors, kills = Vendors({"shop": self.shop}), 0
        try:
            while True:
                child = Child(lambda _: self.work(vendors.urls["shop"]))
                if kills < most:
                    time.sleep(dice.uniform(0.02, 0.25 + 0.05 * kills))
                    child.kill()
                ended = child.wait()
                if ended.error:
                    raise RuntimeError(ended.error)
                if not ended.killed:
                    return {**ended.answer, "at shop": vendors.tell()["shop"]}, kills
                kills += 1
        finally:
            vendors.end()


def interrupt_at_random(folder: Path, customers: int, seed: int, kills: int) -> Told:
    """This compares a run that is killed at random moments with one that is left alone."""
    whole, broken = ShopWorld(folder / "whole", customers), ShopWorld(folder / "broken", customers)
    for key in ("root.key", "audit.key"):  # the same keys, so that references can be compared
        shutil.copy(whole.folder / "var" / key, broken.folder / "var" / key)
    dice = random.Random(seed)
    expected, _ = whole.live(dice, 0)
    found, kills = broken.live(dice, kills)
    notes = [key for key, _, _ in found["at shop"]["notes"]]
    return Told(kills, len(notes), len(set(notes)), differences(expected, found))
