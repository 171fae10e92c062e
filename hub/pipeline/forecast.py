"""The forecast: for how many people a change of the rules lets out other fields, counted before it goes live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hub.contract import Object
from hub.pipeline.plan import PushJob, outgoing
from hub.pipeline.rooms import Rooms
from hub.privacy.policy import Policy
from hub.store.store import Tx

BATCH = 200


@dataclass
class Forecast:
    """How many people a push says something else about: those of whom it says more, less, or the same otherwise.

    ``fields`` tells for each field of how many people it starts and stops leaving. Nobody is named.
    """

    connection: str
    purpose: str
    people: int = 0
    more: int = 0
    less: int = 0
    other: int = 0
    fields: dict[str, tuple[int, int]] = field(default_factory=dict)


def forecast(
    rooms: Rooms, old: Policy, new: Policy, jobs: Sequence[PushJob], progress: Callable[[int], None] = lambda _: None
) -> list[Forecast]:
    """This decides about everybody under both policies, as each push would, and counts the differences; it writes nothing."""
    found = [Forecast(job.connection, job.purpose) for job in jobs]
    with rooms.store.read() as tx:
        for person_ids in _everybody(tx):
            for job, told in zip(jobs, found, strict=True):
                _count(told, *(_fields(replace(rooms, policy=policy), tx, job, person_ids) for policy in (old, new)))
            progress(len(person_ids))
    return found


def _everybody(tx: Tx) -> Iterator[list[str]]:
    position = 0
    while touched := tx.persons.touched_since(position, BATCH):
        position = touched[-1][1]
        yield [person_id for person_id, _ in touched]


Fields = dict[str, dict[str, Any]]
"""By person, what leaves about them: by object, row and field."""


def _fields(rooms: Rooms, tx: Tx, job: PushJob, person_ids: Sequence[str]) -> Fields:
    found: Fields = defaultdict(dict)
    if job.connection in rooms.policy.destinations.destinations:
        for obj in job.objects:
            _add(found, obj, outgoing(rooms, tx, job, obj, person_ids))
    return found


def _add(found: Fields, obj: Object, rows: Sequence[Any]) -> None:
    for subject, permitted, _ in rows:
        for group, fields in permitted.view.items():
            # The version of the policy is another one by itself.
            for name, value in fields.items() if group != "hub" else ():
                found[subject.person_id][f"{obj.name}|{subject.target}|{group}.{name}"] = value


def _count(told: Forecast, before: Fields, after: Fields) -> None:
    people = set(before) | set(after)
    told.people += len(people)
    for person in people:
        was, now = before.get(person, {}), after.get(person, {})
        starts, stops = set(now) - set(was), set(was) - set(now)
        told.more += bool(starts)
        told.less += bool(stops) and not starts
        told.other += not starts and not stops and was != now
        for number, keys in enumerate((starts, stops)):
            for path in {key.rpartition("|")[2] for key in keys}:
                counts = list(told.fields.get(path, (0, 0)))
                counts[number] += 1
                told.fields[path] = (counts[0], counts[1])
