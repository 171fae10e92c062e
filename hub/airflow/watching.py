"""What the DAG ``hub_watch`` does: tells people what they should look at, and witnesses how far the audit log has come.

Imports as in ``work``: Airflow imports this module whenever it parses the DAGs.
"""

from __future__ import annotations

import logging
from collections import Counter

from hub.airflow.work import Result, opened, plainly
from hub.errors import TransientError

log = logging.getLogger(__name__)


@plainly
def tell_alerts(config: str) -> Result:
    """This does what ``hub alerts --notify`` does; counts are by alert. Without a channel they stand in the task's log only.

    Raises TransientError where a channel could not be told: the next try tells it.
    """
    with opened(config) as hub:
        found = hub.find_alerts(hub.snapshot())
        for one in found:
            log.warning("[%s] %s %s: %s; %s", one.severity, one.name, one.sync, one.text, one.fix)
        answers = hub.notify(found)
    for answer in answers:
        log.info("%s was told of %d alerts and %d ends", answer.channel, answer.alerts, answer.ended)
    deaf = [answer.channel for answer in answers if answer.error is not None]
    if deaf:
        raise TransientError(f"not told: {', '.join(deaf)}.", fix="See 'hub alerts --notify' for why.")
    return {"counts": dict(Counter(one.name for one in found))}


@plainly
def anchor(config: str) -> Result:
    """This asks witnesses and timestamp authorities whose last word about the audit log is too old.

    Raises TransientError where one did not answer: the next try asks it again.
    """
    with opened(config) as hub:
        hub.audit.sequence()
        answers = hub.anchors.ask(due_only=True)
    silent = [answer.name for answer in answers if answer.error is not None]
    if silent:
        raise TransientError(f"the audit log was not anchored by {', '.join(silent)}.", fix="See 'hub audit anchor'.")
    return {"counts": {"asked": len(answers)}}
