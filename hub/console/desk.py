"""The desk: what one page is made from: the deployment, the door of whoever looks, and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hub.app import Hub
from hub.pipeline.door import Door, Look, refusal
from hub.privacy.access import Answer

OVERVIEW = Look("view", "runs", "summary")
"""Counts, states and reasons of the hub's own work."""

FIGURES = Look("report", "emotion", "aggregate_k")
"""What many people felt, in numbers that tell of none of them; a purpose must be said."""

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

    def require(self, look: Look) -> Answer:
        """This raises PolicyError where the viewer may not look; the attempt is on record, and the next run signs for it."""
        answer = self.door.may(look)
        if not answer.allowed:
            raise refusal(self.door.viewer, look, answer)
        return answer

    def may(self, look: Look) -> bool:
        """This tells whether a part of the page is for the viewer; what is left out is no refusal, and no entry."""
        return self.door.foresee(look).allowed

    def may_for_some_purpose(self, look: Look) -> bool:
        """This tells whether there is anything that the viewer may look so for; runs may be looked at for nothing at all."""
        return self.may(look) if look.data == "runs" else bool(self.door.purposes(look))
