"""One connector, opened against its own seeded simulator, and what a check needs to drive it."""

import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Self
from unittest import SkipTest
from unittest.mock import patch

from pydantic import SecretStr

from hub.contract import (
    Batch,
    Connector,
    Object,
    Outcome,
    OutcomeState,
    RawRecord,
    Stream,
    SubjectIdentifier,
    WriteRecord,
)
from hub.mappings import MappingFile, load_mapping
from hub.schema import Case, Identifier, Person
from hub.schema.record import Record
from hub.testing.connect import connect, load_simulator
from hub.testing.faults import Fault
from hub.testing.simulator import Simulator

MOST_BATCHES = 5_000
"""A read of a seeded simulator that yields more batches than this does not end."""

_LOOPBACK = {"127.0.0.1", "localhost", "::1", b"127.0.0.1", b"localhost", None}

Seen = tuple[str, str]
"""Key and version of a record."""


class Rehearsal:
    """A running simulator with the connector that belongs to it; use it as a context manager.

    Args:
        connector: as the plugin registers it.
        functions: mapping functions that the plugin registers.
    """

    def __init__(self, connector: Connector, functions: Mapping[str, Callable[..., Any]] | None = None) -> None:
        self.connector = connector
        self.simulator: Simulator = load_simulator(connector)()
        self._functions = functions or {}
        self._stack = ExitStack()
        self.foreign_hosts: list[str] = []

    def __enter__(self) -> Self:
        self.simulator.seed()
        self._stack.enter_context(self.simulator)
        self._stack.enter_context(self._loopback_only())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def open(self, **changes: Any) -> Any:
        """This opens a fresh connection; ``changes`` replace settings."""
        return connect(self.connector, self.simulator, settings={**self.simulator.settings(), **changes})

    def secrets(self) -> list[str]:
        """These values of the settings are secret."""
        config = self.connector.config_model.model_validate(self.simulator.settings())
        values = (getattr(config, name) for name in type(config).model_fields)
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]

    def wrong_secrets(self) -> dict[str, str]:
        """These settings have every secret wrong."""
        config = self.connector.config_model.model_validate(self.simulator.settings())
        names = type(config).model_fields
        return {name: "wrong-secret" for name in names if isinstance(getattr(config, name), SecretStr)}

    def mappings(self) -> list[MappingFile]:
        """These are the plugin's mapping files, compiled; raises ConfigError."""
        folder = self.connector.mappings
        files = sorted(Path(folder).glob("*.y*ml")) if folder else []
        return [load_mapping(path, functions=self._functions) for path in files]

    def read(self, stream: str, cursor: str | None = None, connection: Any = None) -> list[Batch]:
        """This reads a stream to its end; raises AssertionError where it has none."""
        batches: list[Batch] = []
        for batch in (connection or self.open()).read(stream, cursor):
            batches.append(batch)
            if len(batches) > MOST_BATCHES:
                raise AssertionError(f"stream {stream!r} yields batches without end")
        return batches

    def ranges(self, stream: Stream) -> list[tuple[datetime, datetime]]:
        """These ranges adjoin one another, as far back as the vendor looks; their ends lie on what the cast said."""
        said = sorted({line.at for member in self.simulator.cast.members for line in member.lines})
        now = self.simulator.clock.now()
        # An hour less than the vendor's reach, because its clock moves while it is asked.
        oldest = now - (timedelta(days=stream.reach, hours=-1) if stream.reach else timedelta(days=3_650))
        inner = [at for at in said[:: max(1, len(said) // 6)] if oldest < at < now]
        return list(pairwise([oldest, *inner, now]))

    def canonical(self) -> list[Record]:
        """These are all records of all streams, mapped by the plugin's own files."""
        found: list[Record] = []
        connection = self.open()
        for mapping in self.mappings():
            if mapping.inbound is None:
                continue
            for raw in records_of(self.read(mapping.inbound.stream, connection=connection)):
                found += mapping.inbound.apply(raw, connection="rehearsal", mint=lambda kind, key: f"{kind}:{key}")
        return found

    def people(self) -> list[tuple[Identifier, ...]]:
        """These are the identifiers of each person that the plugin's profile records name; raises SkipTest."""
        people = [r.party.identifiers for r in self.canonical() if isinstance(r, Person) and r.party.identifiers]
        if not people:
            raise SkipTest("no stream is mapped to person records with identifiers")
        return people

    def keys(self, object: Object) -> list[str]:
        """These keys find rows of ``object`` at the vendor, as the hub would know them; raises SkipTest."""
        if object.about == "case":
            keys = [record.provenance.key for record in self.canonical() if isinstance(record, Case)]
        else:
            issuers = {"", self.connector.manifest.name}
            found = (i for person in self.people() for i in person if i.issuer in issuers)
            keys = [identifier.value for identifier in found if identifier.kind is object.key]
        if not keys:
            raise SkipTest(f"no stream tells the keys of object {object.name!r}; override keys_of()")
        return list(dict.fromkeys(keys))

    def row(self, object: Object) -> dict[str, Any]:
        """This is a row from the mapping file's examples; raises SkipTest."""
        for mapping in self.mappings():
            if mapping.outbound is not None and mapping.outbound.object == object.name:
                rows = [e.expect for e in mapping.examples if not e.inbound and isinstance(e.expect, dict)]
                full = sorted(rows, key=lambda row: sum(value is None for value in row.values()))
                if full:
                    return dict(full[0])
        raise SkipTest(f"no example with expect_out for object {object.name!r}; override row_of()")

    def settle(self, object: str, record: WriteRecord, outcome: Outcome, connection: Any) -> Outcome:
        """This reconciles until the outcome is neither accepted nor unknown, moving the clock between."""
        for _ in range(12):
            if outcome.state not in {OutcomeState.ACCEPTED, OutcomeState.UNKNOWN}:
                break
            job = outcome.job if outcome.job else record.job
            record = WriteRecord(record.idempotency_key, record.key, record.fields, job)
            outcome = one(connection.reconcile(object, [record]), record)
            self.wait(30)
        return outcome

    def wait(self, seconds: float) -> None:
        """This moves the simulator's clock."""
        self.simulator.clock.sleep(seconds)

    def fault(self, fault: Fault) -> int:
        """This adds a fault; returns how many calls were made before."""
        self.simulator.faults.add(fault)
        return len(self.simulator.calls)

    def heal(self) -> None:
        """This takes all faults away."""
        self.simulator.faults.faults.clear()

    def personal(self) -> list[str]:
        """These texts are personal data of the cast and must not stand in an error."""
        return [text for m in self.simulator.cast.members for text in (m.email, m.phone, m.name)]

    @contextmanager
    def _loopback_only(self) -> Iterator[None]:
        real = socket.getaddrinfo

        def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
            if host in _LOOPBACK:
                return real(host, *args, **kwargs)
            self.foreign_hosts.append(str(host))
            raise OSError("a host that is not the simulator's was called")

        with patch("socket.getaddrinfo", guarded):
            yield


def records_of(batches: Iterable[Batch]) -> list[RawRecord]:
    """These are the records of some batches."""
    return [record for batch in batches for record in batch.records]


def seen_in(batches: Iterable[Batch]) -> set[Seen]:
    """These are keys and versions of some batches."""
    return {(record.key, record.version) for record in records_of(batches)}


def one(outcomes: Iterable[Outcome], record: WriteRecord) -> Outcome:
    """This is the one outcome of one record; raises AssertionError where there are none or more."""
    found = list(outcomes)
    if [outcome.key for outcome in found] != [record.idempotency_key]:
        raise AssertionError(f"one record must have exactly one outcome with its key, there are {len(found)}")
    return found[0]


def subject_of(identifiers: Sequence[Identifier]) -> list[SubjectIdentifier]:
    """This is a person to erase."""
    return [SubjectIdentifier(i.kind, i.value, i.issuer) for i in identifiers]


def absent_key(known: Sequence[str]) -> str:
    """This looks like the known keys but is none of them."""
    key = known[0]
    local, at, domain = key.partition("@")
    if at:
        return f"nobody-{local}@{domain}"
    shapes = [*(re.sub(r"\d", digit, key) for digit in "987"), f"{key}9", f"nobody-{key}"]
    return next(shape for shape in shapes if shape not in known)
