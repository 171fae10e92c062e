"""The story that is interrupted: four persons, four systems, told in chapters, each of which is one job for the hub."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from world import World

from hub.app import Hub
from hub.errors import HubError
from hub.pipeline.erase import erase
from hub.pipeline.pull import pull
from hub.pipeline.push import push
from hub.pipeline.sweep import sweep
from hub.privacy.erasure import Progress
from hub.schema import Identifier
from hub.schema.terms import IdentifierKind

PEOPLE = 4
Job = Callable[[Hub], list[HubError]]
"""This does a chapter's work as the command line does it, and gives the errors that ended parts of it."""


@dataclass(frozen=True)
class Chapter:
    """One job, and what has happened in the world since the last one."""

    name: str
    job: Job
    meanwhile: Callable[[World], Any] = field(default=lambda world: None)

    def twice(self) -> "Chapter":
        """This does the job again at once: whoever was confirmed late, by a job, is looked at once more by the next run."""
        return replace(self, job=lambda hub: [*self.job(hub), *self.job(hub)])


def syncs(*names: str) -> Job:
    def job(hub: Hub) -> list[HubError]:
        reports: list[Any] = []
        for name in names:
            if hub.sync(name).kind == "pull":
                reports.append(pull(hub.rooms, hub.pull_job(name)))
            else:
                reports.append(push(hub.rooms, hub.push_job(name)))
        hub.audit.sequence()
        return [report.error for report in reports if report.error]

    return job


def sweeping(hub: Hub) -> list[HubError]:
    sweep(hub.rooms)
    hub.audit.sequence()
    return []


def erasing(number: int) -> Job:
    def job(hub: Hub) -> list[HubError]:
        customer = Identifier(kind=IdentifierKind.CUSTOMER_ID, value=f"C-{number:06d}")
        with hub.store.read() as tx:
            found = tx.persons.find([hub.vault.lookup_identifier(customer)])
            people = list(found.values()) or tx.erasures.open_persons(10)
        for person in people:
            for _ in range(5):
                if erase(hub.rooms, hub.erase_job(person)).progress is Progress.COMPLETE:
                    break
                _do_by_hand(hub)
                hub.sleep(3600)
        hub.audit.sequence()
        return []

    return job


def _do_by_hand(hub: Hub) -> None:
    """What no connector can erase is erased by somebody, who says so."""
    with hub.store.begin() as tx:
        for one in tx.obligations.list():
            if "by hand" in one.what:
                tx.obligations.close(one.id, "done")


def _a_day_of_changes(world: World) -> None:
    """People change their minds, and delete what they said."""
    world.clock.advance(24 * 3600)
    now = world.clock.now()
    zendesk, salesforce, x = (world.vendors[name] for name in ("zendesk", "salesforce", "x"))
    talker = next(m for m in world.members if m.consent == "all" and m.said_in("zendesk"))
    refused = {"consent_emotion": "withdrawn", "consent_emotion_at": now.isoformat()}
    zendesk.touch_user(7_000_000_000_000 + talker.number, user_fields=refused)
    zendesk.delete_ticket(sorted(zendesk.tickets)[1])
    author = next(m for m in world.members if m.said_in("x"))
    posts = [post for post in x.world.posts.values() if x.world.users[post.author_id].username == author.handle]
    x.world.delete_post(posts[0].id, now - timedelta(hours=1))
    salesforce.update_contact(3, Phone="+33 1 99 00 12 77")
    world.clock.advance(3600)


def _a_hundred_days(world: World) -> None:
    world.clock.advance(100 * 24 * 3600)


PULLS = ("salesforce-pull", "zendesk-pull", "voucherify-pull", "x-pull")
PUSHES = ("salesforce-push", "zendesk-push", "voucherify-push")
STORY = (
    *(Chapter(name, syncs(name)) for name in PULLS),
    *(Chapter(name, syncs(name)) for name in PUSHES),
    Chapter("pull-changes", syncs(*PULLS), _a_day_of_changes),
    Chapter("push-changes", syncs(*PUSHES)),
    Chapter("erase", erasing(1)),
    Chapter("sweep", sweeping, _a_hundred_days),
    Chapter("push-clearing", syncs(*PUSHES)),
)
