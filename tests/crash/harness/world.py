"""One world: four vendors, a deployment that talks to them, and a clock that all processes share.

The vendors must outlive whoever is killed, so they serve from a process of their own, forked from the state that the
story has reached. Whatever that process changes dies with it: the next point starts from the very same world.
"""

import json
import mmap
import os
import signal
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from database import IN_THE_FOLDER
from process import Child
from truth import truth_of

from hub import plugins
from hub.app import Hub
from hub.cli.sandbox import write_deployment
from hub.config import Deployment, load_settings
from hub.store.migration import migrate
from hub.testing import Sandbox
from hub.testing.clock import START
from hub.testing.simulator import Simulator

ENGINES = ("plugins", "policy", "redaction", "redactor", "tagger")
ROOMS = ("vault", "signer", "mappings")
"""Rooms that are opened once; forked children only have to open the database."""


class SharedClock:
    """A clock in shared memory that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self._cell = mmap.mmap(-1, 8)

    def now(self) -> datetime:
        return START + timedelta(seconds=struct.unpack("d", self._cell[:8])[0])

    def advance(self, seconds: float) -> None:
        self._cell[:8] = struct.pack("d", struct.unpack("d", self._cell[:8])[0] + seconds)

    sleep = advance

    @contextmanager
    def apart(self) -> Iterator[None]:
        """This process, and those forked from it, have a clock of their own for a while."""
        shared, self._cell = self._cell, mmap.mmap(-1, 8)
        self._cell[:8] = shared[:8]
        yield
        self._cell = shared


@dataclass
class Place:
    """Where one hub lives: its folder, its database, and the vendors' addresses."""

    folder: Path
    store: str
    urls: dict[str, str]


class World:
    """The state that the story has reached, in this process and in ``folder``."""

    def __init__(
        self,
        folder: Path,
        size: int,
        rehearsal: "World | None" = None,
        store: str = IN_THE_FOLDER,
        *,
        bulk: bool = False,
    ) -> None:
        self.folder, self.store = folder, store
        self.clock = SharedClock()
        self.compiled: Any = rehearsal.compiled if rehearsal else {}
        self.sandbox = Sandbox(plugins.load().offered.connectors.values(), size=size, clock=self.clock)
        with self.sandbox:
            self._settings = load_settings(_deploy(folder, self.sandbox, bulk=bulk))
        with Hub(self._settings) as hub:
            hub.__dict__.update({name: rehearsal.ready[name] for name in ENGINES} if rehearsal else {})
            self.ready = {name: getattr(hub, name) for name in (*ENGINES, *ROOMS)}
        _settle_threads()

    @property
    def members(self) -> Any:
        return self.vendors["zendesk"].cast.members

    @property
    def vendors(self) -> dict[str, Simulator]:
        return self.sandbox.simulators

    def open(self, place: Place) -> Hub:
        """This opens a hub in a child."""
        hub = Hub(moved(self._settings, place), now=self.clock.now, sleep=self.clock.sleep)
        hub.__dict__.update(self.ready)
        hub.store._engine._compiled_cache = self.compiled  # a third of each short life would go into compiling SQL
        return hub

    def live_through(self, jobs: Callable[[], Iterator[Callable[[Hub], Any]]]) -> None:
        """This does jobs in this very process, so that its children find every module and pattern loaded."""
        with self.sandbox:
            place = Place(self.folder, self.store, {name: vendor.url for name, vendor in self.vendors.items()})
            for job in jobs():
                with self.open(place) as hub:
                    job(hub)
        _settle_threads()

    def serve(self) -> "Vendors":
        """This forks the vendors."""
        return Vendors(self.vendors)

    def advance_story(self, work: Callable[[Place], Any]) -> None:
        """This lets something happen for good: in the vendors of this very process and in the world's own folder."""
        gate_in, gate_out = os.pipe()

        def when_served(_: Any) -> Any:
            os.close(gate_out)
            with os.fdopen(gate_in, "rb") as gate:
                urls = json.loads(gate.read())
            return work(Place(self.folder, self.store, urls))

        child = Child(when_served)  # forked before the servers' threads start
        os.close(gate_in)
        for vendor in self.vendors.values():
            vendor.start()
        with os.fdopen(gate_out, "wb") as gate:
            gate.write(json.dumps({name: vendor.url for name, vendor in self.vendors.items()}).encode())
        ended = child.wait()
        for vendor in self.vendors.values():
            vendor.stop()
            vendor.calls.clear()
        _settle_threads()
        if ended.error:
            raise RuntimeError(ended.error)


class Vendors:
    """The vendors in a process of their own."""

    def __init__(self, vendors: dict[str, Simulator]) -> None:
        answers, self._answers_in = os.pipe()
        self._commands_out, commands = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(answers)
            os.close(commands)
            _serve(vendors, self._commands_out, self._answers_in)
        os.close(self._answers_in)
        os.close(self._commands_out)
        self._answers, self._commands = os.fdopen(answers, "r"), os.fdopen(commands, "w")
        self.urls: dict[str, str] = json.loads(self._answers.readline())

    def tell(self) -> dict[str, Any]:
        """This gives what is true at their side."""
        self._commands.write("tell\n")
        self._commands.flush()
        told: dict[str, Any] = json.loads(self._answers.readline())
        return told

    def forget_jobs(self) -> None:
        """This lets time pass at their side: their jobs end, and what is known of them expires."""
        self._commands.write("forget\n")
        self._commands.flush()
        self._answers.readline()

    def end(self) -> None:
        """This ends the process."""
        self._commands.close()
        self._answers.close()
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def _serve(vendors: dict[str, Simulator], commands: int, answers: int) -> None:
    with os.fdopen(commands, "r") as ask, os.fdopen(answers, "w") as tell:
        tell.write(json.dumps({name: vendor.start().url for name, vendor in vendors.items()}) + "\n")
        tell.flush()
        while asked := ask.readline():
            if asked == "forget\n":
                for name in ("salesforce", "voucherify"):
                    vendors[name].forget_jobs()
                tell.write("\n")
            else:
                tell.write(json.dumps(truth_of(vendors), default=str) + "\n")
            tell.flush()
    os._exit(0)


def _settle_threads() -> None:
    """Only a process without other threads may fork."""
    deadline = time.monotonic() + 10
    while threading.active_count() > 1:
        if time.monotonic() > deadline:
            raise RuntimeError(f"threads are left: {threading.enumerate()}")
        time.sleep(0.005)


BULK = {"salesforce": {"bulk_threshold": 0}, "voucherify": {"bulk_above": 1}}
"""Settings under which whatever can go by a job does."""


def _deploy(folder: Path, sandbox: Sandbox, *, bulk: bool) -> Path:
    """The reference deployment, which also books points for whoever is tagged."""
    config = write_deployment(folder, sandbox)
    _edit(config, lambda d: d.update(tagger="linear-en"))  # hundreds of processes load it
    for name, settings in BULK.items() if bulk else ():
        _edit(config, lambda d, name=name, settings=settings: d["connections"][name]["config"].update(settings))
    _edit(config, lambda d: d["syncs"]["voucherify-push"].update(objects=["customers", "points"]))
    points = {
        "version": 1,
        "connector": "voucherify",
        "out": {
            "object": "points",
            "when": "emotion.label",
            "fields": {"points": {"value": 100}, "reason": {"value": "service_recovery"}},
        },
    }
    (folder / "mappings" / "voucherify.points.yaml").write_text(yaml.safe_dump(points, sort_keys=False))
    return config


def _edit(path: Path, change: Callable[[Any], Any]) -> None:
    data = yaml.safe_load(path.read_text())
    change(data)
    path.write_text(yaml.safe_dump(data, sort_keys=False))


def moved(deployment: Deployment, place: Place) -> Deployment:
    settings = deployment.settings
    connections = {
        name: connection.model_copy(update={"base_url": place.urls[connection.connector]})
        for name, connection in settings.connections.items()
    }
    moved = settings.model_copy(update={"connections": connections, "store": place.store})
    return deployment.model_copy(update={"settings": moved, "root": place.folder})


def new_database(folder: Path) -> None:
    migrate(f"sqlite:///{folder / 'var' / 'hub.db'}")
