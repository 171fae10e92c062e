"""Upkeep: what the nightly sweep does beside retention - epoch keys take turns, and erasures that wait are gone on with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hub.errors import FatalError, HubError
from hub.pipeline.erase import EraseJob, erase
from hub.pipeline.rooms import Rooms
from hub.pipeline.rotation import RotationJob, RotationReport, rotate
from hub.privacy.erasure import Progress

_PAGE = 500


@dataclass
class UpkeepReport:
    """What the upkeep did: the rotation, where one was due, and how many erasures it ended and how many still wait."""

    rotation: RotationReport | None = None
    erased: int = 0
    waiting: int = 0
    error: HubError | None = None


def upkeep(
    rooms: Rooms, rotation: RotationJob, erasure: Callable[[str], EraseJob], *, progress: Callable[[int], None]
) -> UpkeepReport:
    """This rotates the epoch keys where it is time, and tries every erasure that is not complete once more."""
    report = UpkeepReport()
    if rooms.store.dry_run:
        return report
    try:
        resume(rooms, erasure, report)
        report.rotation = rotate(rooms, rotation, progress=progress)
    except FatalError:
        raise
    except HubError as error:
        report.error = error
    return report


def resume(rooms: Rooms, erasure: Callable[[str], EraseJob], report: UpkeepReport) -> None:
    """This goes on with every erasure that is not complete, each person once."""
    after = ""
    while True:
        with rooms.store.read() as tx:
            people = tx.erasures.open_persons(_PAGE, after)
        if not people:
            return
        for person in people:
            ended = erase(rooms, erasure(person)).progress is Progress.COMPLETE
            report.erased += ended
            report.waiting += not ended
        after = people[-1]
