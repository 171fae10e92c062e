"""Kills a larger run at moments drawn at random, again and again, until it comes to its end."""

import os
import random
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from canonical import canonical
from comparison import differences
from process import Child, Ended
from shop import CONNECTOR, ShopSimulator, settle_in

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

KILLS = 25
"""After so many kills a run is let through, however slow the machine."""


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
    problems: list[str]


def run(folder: Path, customers: int, seed: int, store: str = "sqlite:///var/hub.db") -> Told:
    whole, _ = _live(folder / "whole", customers, None, store)
    broken, kills = _live(folder / "broken", customers, random.Random(seed), store)
    if isinstance(broken, str):
        return Told(kills, 0, [broken])
    twice = len(broken["at shop"]["notes"]) - len(set(broken["at shop"]["notes"]))
    problems = [f"{twice} notes stand twice at the vendor"] if twice else []
    return Told(kills, len(broken["at shop"]["notes"]), problems + differences(whole, broken))
