"""The desk: what one page is made from: the deployment, the door of whoever looks, and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hub.app import Hub
from hub.pipeline.door import Door, Look, refusal

OVERVIEW = Look("view", "runs", "summary")
"""Counts, states and reasons of the hub's own work."""

ROWS = Look("view", "runs", "individual")
"""Single rows of it, by number."""

DoorFor = Callable[[Hub], Door]
"""Gives the door of whoever sent a request."""


@dataclass(frozen=True)
class Desk:
    """One page in the making.

    Args:
        hub: the deployment.
        door: where the viewer is asked about.
        now: the time of the page, UTC.
    """

    hub: Hub
    door: Door
    now: datetime

    def require(self, look: Look) -> None:
        """This raises PolicyError where the viewer may not look; the attempt is on record, and the next run signs for it."""
        answer = self.door.may(look)
        if not answer.allowed:
            raise refusal(self.door.viewer, look, answer)

    def may(self, look: Look) -> bool:
        """This tells whether a part of the page is for the viewer; what is left out is no refusal, and no entry."""
        return self.door.foresee(look).allowed
