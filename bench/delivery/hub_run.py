"""The hub over the feed: ``python -m delivery.hub_run URL FOLDER`` migrates, pulls, pushes and seals the audit log.

Everything governs as in a real deployment: consent gate at collecting and sending, field policy, identity resolution,
suppression list, sealing under each person's key, outcome ledger, outbox, audit log with its signed tree.
The records hold no free text, so there is nothing to redact or to tag.
"""

from __future__ import annotations

import json
import shutil
import sys
import time

start = time.process_time(), time.perf_counter()

from collections.abc import Callable  # noqa: E402 - loading the hub is part of what is measured
from pathlib import Path  # noqa: E402 - after the clock has started
from typing import Any  # noqa: E402 - after the clock has started

import yaml  # noqa: E402 - after the clock has started

from hub.app import Hub, defaults_folder, open_hub, write_key  # noqa: E402 - after the clock has started
from hub.pipeline.pull import pull  # noqa: E402 - after the clock has started
from hub.pipeline.push import push  # noqa: E402 - after the clock has started
from hub.store.migration import migrate  # noqa: E402 - after the clock has started

SETTINGS: dict[str, Any] = {
    "version": 1,
    "jurisdiction": "DE",
    "plugins": ["bench"],
    "connections": {"loyalty": {"connector": "bench"}},
    "syncs": {
        "in": {"kind": "pull", "connection": "loyalty", "streams": ["members", "activities"]},
        "out": {"kind": "push", "connection": "loyalty", "objects": ["members"], "purpose": "CustomerCare"},
    },
}

ENTRY = {
    "title": "The measured destination",
    "purposes": ["CustomerCare"],
    "categories": ["loyalty"],
    "fields": {"loyalty.tier": "keep", "loyalty.points": "keep"},
}
"""The destination's entry in the privacy rules; all others are those that the hub is delivered with."""


def deployment(url: str, folder: Path) -> Path:
    """This writes a deployment with the delivered privacy rules, and one destination more."""
    shutil.copytree(defaults_folder() / "privacy", folder / "privacy")
    (folder / "mappings").mkdir()
    rules = folder / "privacy" / "destinations.yaml"
    data = yaml.safe_load(rules.read_text())
    data["destinations"]["loyalty"] = ENTRY
    rules.write_text(yaml.safe_dump(data, sort_keys=False))
    for key in ("root.key", "audit.key"):
        write_key(folder / "var" / key)
    config = folder / "hub.yaml"
    config.write_text(yaml.safe_dump({**SETTINGS, "store": url}, sort_keys=False))
    return config


def main(url: str, folder: Path) -> None:
    """This runs the whole path and prints what each stage took and what became of the records."""
    config = deployment(url, folder)
    migrate(url)
    took: dict[str, tuple[float, float]] = {}

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        before = time.process_time(), time.perf_counter()
        done = work()
        took[stage] = (time.process_time() - before[0], time.perf_counter() - before[1])
        return done

    with open_hub(config) as hub:
        jobs = _open(hub)
        took["open"] = (time.process_time() - start[0], time.perf_counter() - start[1])
        read = timed("pull", lambda: pull(hub.rooms, jobs[0]))
        sent = timed("push", lambda: push(hub.rooms, jobs[1]))
        timed("audit", hub.audit.sequence)
    for report in (read, sent):
        if report.error:
            raise report.error
    counts = {"read": read.counts["stored"], "sent": sent.counts["confirmed"]}
    print(json.dumps({"records": read.counts["read"], "counts": counts, "stages": took}))


def _open(hub: Hub) -> tuple[Any, Any]:
    return hub.pull_job("in"), hub.push_job("out")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
