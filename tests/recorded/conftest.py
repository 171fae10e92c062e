"""Real traffic, replayed: recordings and real texts that are kept beside the checkout, never in it.

They are found at ATTUNE_SHARED, or in ``shared`` beside the checkout. Where one is absent its tests are skipped, by name;
with ATTUNE_REQUIRE_SHARED=1 (as CI sets it) they fail instead. No test may print what is in them: compare counts, ids,
states and reasons, never texts.
"""

import csv
import gzip
import json
import os
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.app import Hub
from hub.cli.sandbox import write_deployment
from hub.config import load_settings
from hub.pipeline.pull import pull
from hub.schema import free_text_fields
from hub.store.migration import migrate
from hub.testing import Reply, Sandbox, Simulator, connect

SHARED = Path(os.environ.get("ATTUNE_SHARED", Path(__file__).parents[3] / "shared"))
IS_REQUIRED = os.environ.get("ATTUNE_REQUIRE_SHARED") == "1"

ENDS = ("stored", "unchanged", "withheld", "quarantined")
HOP_BY_HOP = {"content-encoding", "content-length", "transfer-encoding", "connection", "date", "server"}

PERSONAL = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "url": re.compile(r"https?://\S+"),
    "handle": re.compile(r"(?<![\w@/.])@\w{2,15}"),
    "phone": re.compile(r"(?<![\w/.])\+?\d(?:[\s().-]{0,2}\d){8,13}(?![\w/])"),
}
"""Written apart from the hub's own patterns: what must not be left of a text."""


class Unshown(dict):
    """A row of somebody's real data: a failing test, which shows what it compared, does not show this."""

    def __repr__(self) -> str:
        return f"<{len(self)} fields, not shown>"


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """Gives a file kept outside the repository, or ends the test by that file's name."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            say = pytest.fail if IS_REQUIRED else pytest.skip
            say(f"{name} is not here (it is kept outside the repository; set ATTUNE_SHARED to where it is)")
        return path

    return find


@pytest.fixture(scope="session")
def exchanges(shared):
    """Reads recorded exchanges of one vendor, in the order of the file."""

    def read(name: str) -> list[dict]:
        with gzip.open(shared(f"vendor/recordings/{name}"), "rt", encoding="utf-8") as lines:
            return [json.loads(line, object_hook=Unshown) for line in lines]

    return read


@pytest.fixture(scope="session")
def table(shared):
    """Reads a CSV file with a header."""

    def read(name: str) -> list[dict[str, str]]:
        with shared(name).open(encoding="utf-8", newline="") as lines:
            return [Unshown(row) for row in csv.DictReader(lines)]

    return read


def recorded_reply(exchange: dict) -> Reply:
    """This is a recorded answer as it went over the wire, but for what belongs to that one connection."""
    answer = exchange["response"]
    headers = {
        name: value if isinstance(value, str) else ", ".join(value)
        for name, value in answer["headers"].items()
        if name.lower() not in HOP_BY_HOP and not (isinstance(value, str) and "\n" in value)
    }
    body = answer["body"]
    return Reply(answer["status"], body if body or not isinstance(body, str) else None, headers)


class Replay(Simulator):
    """A server that gives recorded answers and nothing else.

    An answer is a Reply, a list of them (in turn, the last one for good), or a function of the request.
    """

    def __init__(self, settings: dict | None = None, **options) -> None:
        super().__init__(**options)
        self.config = settings or {}
        self.answers: list[tuple[str, re.Pattern[str], object]] = []

    def settings(self):
        return self.config

    def on(self, method: str, path: str, answer: object) -> None:
        """This answers ``METHOD path`` from now on; ``path`` is a regular expression."""
        self.answers.insert(0, (method, re.compile(path), answer))

    def handle(self, request):
        for method, path, answer in self.answers:
            found = path.fullmatch(request.path)
            if found and method == request.method:
                if isinstance(answer, list):
                    return answer.pop(0) if len(answer) > 1 else answer[0]
                return answer(request, *found.groups()) if callable(answer) else answer
        return Reply(404, {"error": "NotRecorded"})


@pytest.fixture
def make_replay():
    """Starts replay servers."""
    started: list[Replay] = []

    def make(settings: dict | None = None, **options) -> Replay:
        started.append(Replay(settings, **options))
        return started[-1].start()

    make.reply = recorded_reply
    yield make
    for replay in started:
        replay.stop()


@pytest.fixture
def open_connector(make_replay):
    """Opens a connector, as the hub would, on a replay server of its own."""

    def open_it(connector, settings: dict):
        replay = make_replay(settings)
        return connect(connector, replay), replay

    return open_it


class Deployment:
    """The reference deployment with one of its connections led to a local server."""

    def __init__(self, folder: Path, name: str, server: Simulator, engines: dict) -> None:
        self.folder, self.name, self.clock, self.engines = folder, name, server.clock, engines
        sandbox = Sandbox([])
        sandbox.simulators[name] = server
        self.config = write_deployment(folder, sandbox)
        self.database = folder / "var" / "hub.db"
        migrate(f"sqlite:///{self.database}")

    def open(self) -> Hub:
        hub = Hub(load_settings(self.config), now=self.clock.now, sleep=self.clock.sleep)
        for name in ("redactor", "tagger"):
            if name not in self.engines:
                self.engines[name] = getattr(hub, name)
            hub.__dict__[name] = self.engines[name]
        return hub

    def pull(self, **options):
        """This pulls once and checks that the ledger, the rows and the report tell the same, and lose nothing."""
        with self.open() as hub:
            report = pull(hub.rooms, hub.pull_job(f"{self.name}-pull", **options))
        counts = report.counts
        assert counts["read"] == sum(counts[end] for end in ENDS)
        told = Counter()
        for end, number in self.ends(report).items():
            told[end.partition(":")[0]] += number
        assert told == {end: n for end in ENDS if (n := counts[end])}
        return report

    def ends(self, report, stream: str | None = None) -> Counter:
        """What became of each record of a run, by the ledger's own rows: "state" or "state: reason"."""
        rows = self.rows("SELECT stream, state, reason FROM outcomes WHERE run_id = ?", report.run_id)
        return Counter(
            f"{state}: {reason}" if reason else state for place, state, reason in rows if stream in (None, place)
        )

    def kinds(self, stream: str) -> Counter:
        """How many canonical records of each kind rest of a stream."""
        return Counter(kind for (kind,) in self.rows("SELECT kind FROM records WHERE stream = ?", stream))

    def rows(self, sql: str, *values) -> list[tuple]:
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def records(self) -> list:
        """All canonical records, opened."""
        ids = [one for (one,) in self.rows("SELECT id FROM records")]
        with self.open() as hub, hub.store.read() as tx:
            return list(tx.records.get(ids).values())

    def tags(self) -> list:
        """All emotion tags, opened."""
        people = [one for (one,) in self.rows("SELECT id FROM persons")]
        with self.open() as hub, hub.store.read() as tx:
            return [tag for tags in tx.tags.for_person(people).values() for tag in tags]

    def resting_bytes(self) -> bytes:
        """What the database has on disk, its log included."""
        return b"\0".join(path.read_bytes() for path in sorted(self.folder.glob("var/hub.db*")))

    def leaks(self, real: Callable[[], list[str]]) -> Counter:
        """This counts, by kind, personal data of real texts that is left at rest; it names no value.

        The texts come from a function, so that no traceback shows them.
        """
        texts = real()
        said = [
            value
            for record in self.records()
            for field in free_text_fields(type(record))
            if (value := getattr(record, field, None))
        ]
        kept, resting = "\n".join(said), self.resting_bytes()
        found = Counter()
        for kind, pattern in PERSONAL.items():
            for value in {match for text in texts for match in pattern.findall(text)}:
                found[f"{kind}, in a record"] += value.casefold() in kept.casefold()
                found[f"{kind}, in the file"] += value.encode() in resting
        found["whole text, in the file"] = sum(text.encode() in resting for text in texts if len(text) > 15)
        return +found


@pytest.fixture(scope="session")
def engines():
    """The real redactor and tagger, loaded once."""
    return {}


@pytest.fixture(scope="session")
def deploy(tmp_path_factory, engines):
    """Writes a deployment that reads from a running local server."""
    return lambda name, server: Deployment(tmp_path_factory.mktemp("hub"), name, server, engines)
