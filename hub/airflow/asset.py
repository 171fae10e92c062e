"""The assets by which DAGs tell each other that there is something to do.

An event is a nudge: whoever hears it does all that is due.

Airflow drops events that arrive while a run of the DAG waits; hence nothing is read from them, and time sweeps as well.
"""

from __future__ import annotations

from airflow.sdk import Asset

GROUP = "attune"


def synced(sync: str) -> Asset:
    """This is told whenever a sync has ended well, with its counts."""
    return Asset(name=f"hub.sync.{sync}", uri=f"hub://sync/{sync}", group=GROUP)


def pulled() -> Asset:
    """This is told whenever any pull has ended well: one for all, because every push listens to every pull."""
    return Asset(name="hub.pulled", uri="hub://pulled/any", group=GROUP)


def owed(system: str) -> Asset:
    """This is told while a system owes the hub to take back what somebody has withdrawn."""
    return Asset(name=f"hub.owed.{system}", uri=f"hub://owed/{system}", group=GROUP)
