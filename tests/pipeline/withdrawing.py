"""Withdraws consents in a process of its own: ``python withdrawing.py hub.yaml``, one person a line on standard input.

Each answer is a line: the person, when the withdrawal was on record, and when it was answered, on the clock that all
processes share.
"""

import random
import sys
import time
from pathlib import Path

from hub.app import open_hub
from hub.cli.consent import _event, _record
from hub.pipeline.propagation import wait_for_what_is_under_way
from hub.schema import ConsentScope, ConsentState

with open_hub(Path(sys.argv[1])) as hub:
    hub.rooms  # noqa: B018 - loaded before the race begins
    print("ready", flush=True)
    for line in sys.stdin:
        time.sleep(random.random() * 0.01)
        person, scope = line.strip(), ConsentScope(purpose="EmotionAnalysis")
        _record(hub, person, _event(hub, person, ConsentState.WITHDRAWN, scope, explicit=True, notice=None))
        known = time.monotonic()
        wait_for_what_is_under_way(hub.rooms, [person], hub.sleep)
        print(person, known, time.monotonic(), flush=True)
