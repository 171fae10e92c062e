"""Kills the hub at every boundary of every chapter, and says where the resumed run ended otherwise than the whole one.

Started by the tests as a process of its own, because only a process without threads may fork. It writes one line of JSON
for each chapter.
"""

import argparse
import gc
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from boundary import Boundaries
from canonical import canonical, names_before
from comparison import differences
from database import Postgres, Sqlite
from moments import interrupt_at_random
from process import Child
from story import PEOPLE, STORY, Chapter
from world import Place, Vendors, World, new_database

SPREAD = {"spread": 10, "many": 50}
"""Points of a chapter that are spread evenly over it, beside the first of each kind of boundary."""

FORGET = {"never": lambda point: False, "odd": lambda point: point % 2, "always": lambda point: True}
"""Of which points the vendors' jobs are over, and forgotten, when the run is resumed; else they are at work."""

RESUMPTIONS = 4
"""A scheduler starts a sync again and again; what was interrupted must be through after so many times."""

INTERVAL = 900
"""Seconds between two of them; a row that was interrupted waits before it is tried again, as any that failed."""


@dataclass
class Told:
    """What is told about one chapter."""

    chapter: str
    boundaries: list[str] = field(default_factory=list)
    hit: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
    resumed: int = 0


def main() -> None:
    options = _options()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as scratch, ExitStack() as stack:
        folder = Path(scratch)
        if options.random is not None:
            with Postgres(options.postgres) if options.postgres else Sqlite() as database:
                told: Any = interrupt_at_random(folder, options, database)
            print(json.dumps(asdict(told)), flush=True)
            return
        rehearsal = World(folder / "rehearsal", PEOPLE, bulk=options.bulk)
        rehearse(rehearsal)
        database = stack.enter_context(Postgres(options.postgres) if options.postgres else Sqlite())
        world = World(folder / "world", PEOPLE, rehearsal, database.url, bulk=options.bulk)
        new_database(world.folder)
        gc.freeze()  # a child's garbage collector need not look at, and so copy, what it has from here
        wanted = options.chapters.split(",") if options.chapters else [chapter.name for chapter in STORY]
        for chapter in STORY[: max(n for n, chapter in enumerate(STORY, 1) if chapter.name in wanted)]:
            chapter.meanwhile(world)
            chapter = chapter.twice() if options.bulk else chapter
            if chapter.name in wanted:
                print(
                    json.dumps(asdict(Interrupter(world, database, chapter, folder, options).interrupt())), flush=True
                )
            world.advance_story(lambda place, job=chapter.job: _work(world, place, job))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", choices=[*SPREAD, "all"], default="spread")
    parser.add_argument("--lanes", type=int, default=1, help="points that are tried at the same time")
    parser.add_argument("--chapters", default="", help="only these, with commas between")
    parser.add_argument("--at", default="", help="only these points, such as 12 or 12-20")
    parser.add_argument("--postgres", default="", help="a server's address, in place of SQLite")
    parser.add_argument("--bulk", action="store_true", help="write by the vendors' jobs wherever they have them")
    parser.add_argument(
        "--forget",
        choices=[*FORGET],
        default="never",
        help="at which points the jobs end and expire before the resumption",
    )
    parser.add_argument("--random", type=int, default=None, help="a seed: kill a larger run at random moments instead")
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=25)
    return parser.parse_args()


def rehearse(world: World) -> None:
    """The whole story, once, in this process."""
    new_database(world.folder)

    def jobs() -> Iterator[Any]:
        for chapter in STORY:
            chapter.meanwhile(world)
            yield lambda hub, job=chapter.job: [canonical(hub, {}), job(hub)]

    world.live_through(jobs)


def _work(world: World, place: Place, job: Any) -> None:
    with world.open(place) as hub:
        if errors := job(hub):
            raise errors[0]


class Interrupter:
    """One chapter, told once without interruption and once for each boundary at which it is killed."""

    def __init__(self, world: World, database: Any, chapter: Chapter, folder: Path, options: Any) -> None:
        self.world, self.database, self.chapter, self.folder, self.options = world, database, chapter, folder, options

    def interrupt(self) -> Told:
        begun = time.monotonic()
        told = Told(self.chapter.name)
        before = self._before()
        names, whole = self._whole(before)
        told.boundaries = names
        points = self._choose(names)
        lanes = [Child(lambda _, mine=points[lane :: self.options.lanes]: [
            self._kill_and_resume(point, names[point], before, whole) for point in mine
        ]) for lane in range(self.options.lanes)]  # fmt: skip
        for lane in lanes:
            ended = lane.wait()
            if ended.error:
                told.problems.append(ended.error)
            for point, resumed, problems in ended.answer or []:
                told.resumed = max(told.resumed, resumed)
                told.problems += [f"{self.chapter.name}, killed at {point} ({names[point]}): {one}" for one in problems]
                told.hit.append(point)
        told.seconds = round(time.monotonic() - begun, 2)
        return told

    def _choose(self, names: list[str]) -> list[int]:
        if self.options.at:
            first, _, last = self.options.at.partition("-")
            return list(range(int(first), int(last or first) + 1))
        if self.options.points == "all":
            return list(range(len(names)))
        kinds = [" ".join(name.split()[:2]) for name in names]
        firsts = {kinds.index(kind) for kind in kinds}
        count = SPREAD[self.options.points]
        evenly = [(2 * n + 1) * len(names) // (2 * count) for n in range(count)]
        return sorted({*firsts, *evenly})

    def _whole(self, before: dict[str, str]) -> tuple[list[str], dict[str, Any]]:
        def tell(place: Place) -> Any:
            boundaries = Boundaries()
            boundaries.watch()
            with self.world.open(place) as hub:
                if errors := self.chapter.job(hub):
                    raise errors[0]
                names = list(boundaries.names)
                return names, canonical(hub, before)

        with Copy(self.world, self.database, self.folder / "whole") as copy:
            names, state = copy.do(tell)
            return names, {**state, **_vendors(copy.vendors.tell())}

    def _kill_and_resume(self, point: int, name: str, before: dict[str, str], whole: dict[str, Any]) -> Any:
        with Copy(self.world, self.database, self.folder / f"point-{point}") as copy:
            killed = copy.try_(lambda place, say: self._until(place, Boundaries(point, say)))
            if not killed.killed:
                return point, 0, [f"was not killed: {killed.error or 'it came to its end'}"]
            problems = [] if killed.last_words == name else [f"died elsewhere: {killed.last_words}"]
            if FORGET[self.options.forget](point):
                copy.vendors.forget_jobs()
            resumed, left = 0, ["not resumed"]
            while left and resumed < RESUMPTIONS:
                self.world.clock.advance(INTERVAL if resumed else 0)
                resumed += 1
                ended = copy.try_(lambda place, _: self._resume(place, before))
                left = [ended.error] if ended.error else ended.answer[0]
                if ended.error:
                    break
            if left:
                return point, resumed, [*problems, f"does not come to its end: {left}"]
            state = {**ended.answer[1], **_vendors(copy.vendors.tell())}
            return point, resumed, problems + differences(whole, state)

    def _until(self, place: Place, boundaries: Boundaries) -> None:
        boundaries.watch()
        with self.world.open(place) as hub:
            self.chapter.job(hub)

    def _resume(self, place: Place, before: dict[str, str]) -> Any:
        """What is left to do, and what the hub holds."""
        with self.world.open(place) as hub:
            errors = [repr(error) for error in self.chapter.job(hub)]
            state = canonical(hub, before)
            waiting = [f"{name} waits" for name, row in state["deliveries"].items() if row["open"]]
            return errors or waiting, state

    def _before(self) -> dict[str, str]:
        nobody = dict.fromkeys(self.world.vendors, "http://127.0.0.1:9")

        def names(_: Any) -> dict[str, str]:
            with self.world.open(Place(self.world.folder, self.database.url, nobody)) as hub:
                return names_before(hub)

        ended = Child(names).wait()
        if ended.error:
            raise RuntimeError(ended.error)
        return ended.answer


class Copy:
    """A copy of the world: its files, its database, its vendors in a process of their own, its clock."""

    def __init__(self, world: World, database: Any, folder: Path) -> None:
        self.world, self.database, self.folder = world, database, folder

    def __enter__(self) -> "Copy":
        self._stack = ExitStack()
        shutil.copytree(self.world.folder, self.folder)
        self._stack.callback(shutil.rmtree, self.folder)
        store = self._stack.enter_context(self.database.copied(self.folder.name))
        self._stack.enter_context(self.world.clock.apart())
        self.vendors: Vendors = self.world.serve()
        self._stack.callback(self.vendors.end)
        self.place = Place(self.folder, store, self.vendors.urls)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def do(self, work: Any) -> Any:
        ended = Child(lambda _: work(self.place)).wait()
        if ended.error:
            raise RuntimeError(ended.error)
        return ended.answer

    def try_(self, work: Any) -> Any:
        return Child(lambda say: work(self.place, say)).wait()


def _vendors(told: dict[str, Any]) -> dict[str, Any]:
    return {f"at {name}": truth for name, truth in told.items()}


if __name__ == "__main__":
    main()
