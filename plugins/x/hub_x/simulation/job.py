"""Batch compliance jobs as X runs them: one of a kind at a time."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from hub_x.simulation.world import World, iso

JobKind = Literal["tweets", "users"]

UPLOAD_TIME = timedelta(minutes=15)
DOWNLOAD_TIME = timedelta(days=7)


@dataclass(slots=True)
class SimJob:
    """One compliance job; ``uploaded_at`` is empty until its ids have come."""

    id: str
    kind: JobKind
    name: str | None
    created_at: datetime
    seconds: float
    ids: tuple[str, ...] = ()
    uploaded_at: datetime | None = None

    def status(self, now: datetime) -> str:
        """This is the job's state at an instant, in X's words."""
        if self.uploaded_at is None:
            return "expired" if now >= self.created_at + UPLOAD_TIME else "created"
        return "complete" if now >= self.uploaded_at + timedelta(seconds=self.seconds) else "in_progress"

    def is_active(self, now: datetime) -> bool:
        """This tells whether it keeps another job of its kind from being created."""
        return self.status(now) in {"created", "in_progress"}

    def render(self, storage: str, now: datetime) -> dict[str, Any]:
        """This is X's job object; ``storage`` is the address that its signed addresses begin with."""
        return {
            "id": self.id,
            "type": self.kind,
            "status": self.status(now),
            "resumable": False,
            "created_at": iso(self.created_at),
            "upload_url": f"{storage}/submission/{self.id}?X-Goog-Signature={self.signature}",
            "upload_expires_at": iso(self.created_at + UPLOAD_TIME),
            "download_url": f"{storage}/delivery/{self.id}?X-Goog-Signature={self.signature}",
            "download_expires_at": iso(self.created_at + DOWNLOAD_TIME),
            **({"name": self.name} if self.name else {}),
        }

    @property
    def signature(self) -> str:
        """What lets the bearer of an address in."""
        return f"{int(self.id) * 2_654_435_761 % 2**64:016x}"

    def results(self, world: World) -> str:
        """This is what must go: one JSON object a line, nothing for ids that may stay."""
        finder = _post_event if self.kind == "tweets" else _user_event
        events = ((one, finder(world, one)) for one in self.ids)
        return "".join(json.dumps({"id": one, "action": "delete", **event}) + "\n" for one, event in events if event)


def _post_event(world: World, post_id: str) -> dict[str, str] | None:
    post = world.posts.get(post_id)
    if post is None:
        return None
    if post.deleted_at:
        reason, at = "deleted", post.deleted_at
    elif (author := world.users[post.author_id]).state != "active" and author.changed_at:
        reason, at = author.state, author.changed_at
    elif post.scrubbed_at:
        reason, at = "scrub_geo", post.scrubbed_at
    else:
        return None
    return {"created_at": iso(post.created_at), "redacted_at": iso(at), "reason": reason}


def _user_event(world: World, user_id: str) -> dict[str, str] | None:
    user = world.users.get(user_id)
    if user is None or user.state == "active" or user.changed_at is None:
        return None
    return {"created_at": iso(user.changed_at), "redacted_at": iso(user.changed_at), "reason": user.state}
