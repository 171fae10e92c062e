"""The conformance kit: what every connector must do, driven against the plugin's own simulator.

With pytest, in the plugin's ``tests/test_contract.py``::

    from hub.testing.conformance import ConnectorConformance

    class TestConformance(ConnectorConformance):
        connector = CONNECTOR

Without: ``check_connector(CONNECTOR).render()``. A check that does not apply to a connector is skipped with a reason, never
passed over in silence. Importing this module does not need pytest.
"""

import json
import re
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar
from unittest import SkipTest

from pydantic import ValidationError

from hub.code import OTHER, code
from hub.contract import (
    CONTRACT_VERSION,
    AuthError,
    Batch,
    Capability,
    Checkable,
    Connector,
    ConnectorConfig,
    ConsentSource,
    Destination,
    Eraser,
    ErasureState,
    Fetcher,
    HubError,
    Object,
    Outcome,
    OutcomeState,
    Partitioned,
    PartitionPlan,
    Ranged,
    RawRecord,
    Source,
    Stream,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
    WriteRecord,
)
from hub.mappings import run_examples
from hub.testing.clock import START
from hub.testing.faults import Fault
from hub.testing.rehearsal import Rehearsal, Seen, absent_key, one, records_of, seen_in, subject_of

MOST_CALLS = 40
"""Calls that a connector may make after a fault has begun before it must give up."""

MOST_SECONDS = 10.0
"""Real seconds that a connector may take to give up; waiting is to be done on the hub's clock."""

WRITES = "[!GH]*"
"""Matches calls of every method but GET and HEAD."""

_FITS: dict[Capability, type] = {
    Capability.READ: Source,
    Capability.WRITE: Destination,
    Capability.RECONCILE: Destination,
    Capability.ERASE: Eraser,
    Capability.CONSENT: ConsentSource,
    Capability.RANGE: Ranged,
    Capability.PARTITION: Partitioned,
    Capability.FETCH: Fetcher,
}
_GONE = {ErasureState.ABSENT, ErasureState.UNSUPPORTED}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that the vendor does wrong while a stream is read, and the only errors that may come of it."""

    name: str
    fault: Callable[[], Fault]
    errors: tuple[type[HubError], ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """One way of reading: what it is called, how to read on from a cursor, and all that it must yield."""

    where: str
    read: Callable[..., Iterator[Batch]]
    all_of: set[Seen]


def _always(make: Callable[..., Fault], **how: Any) -> Callable[[], Fault]:
    return lambda: make("*", times=-1, **how)


_SOON = START + timedelta(seconds=30)
TROUBLES: tuple[Trouble, ...] = (
    Trouble("500", _always(Fault.refused, status=500), (TransientError,)),
    Trouble("503 with HTML", _always(Fault.html, status=503), (TransientError, ThrottledError)),
    Trouble("HTML with 200", _always(Fault.html), (TransientError,)),
    Trouble("malformed JSON", _always(Fault.malformed), (TransientError,)),
    Trouble("null with 200", _always(Fault.answers, body="null"), (TransientError,)),
    Trouble("200 with no body", _always(Fault.empty), (TransientError,)),
    Trouble("corrupt gzip", _always(Fault.corrupt_gzip), (TransientError,)),
    Trouble("a cut connection", _always(Fault.reset), (TransientError,)),
    Trouble("a truncated answer", _always(Fault.truncated), (TransientError,)),
    Trouble("429 with Retry-After", _always(Fault.throttled, retry_after=2), (ThrottledError,)),
    Trouble("429 with a date", _always(Fault.throttled, retry_after=_SOON), (ThrottledError,)),
    Trouble("429 with a long wait", _always(Fault.throttled, retry_after=7200), (ThrottledError,)),
    Trouble("429 without a wait", _always(Fault.throttled), (ThrottledError,)),
    Trouble("401", _always(Fault.refused, status=401), (AuthError,)),
)
"""What may happen at any moment of a read."""


class ConnectorConformance:
    """The checks, one method each; subclass it with ``connector`` set.

    Override ``keys_of`` or ``row_of`` where the kit cannot find valid keys or rows by itself: it takes keys from what the
    plugin's own mappings make of the simulator's records, and rows from the examples of its mapping files.
    """

    connector: ClassVar[Connector]
    functions: ClassVar[Mapping[str, Callable[..., Any]]] = {}

    def keys_of(self, rehearsal: Rehearsal, object: Object) -> list[str]:
        """These keys find rows of ``object`` in the simulator, at least two."""
        return rehearsal.keys(object)

    def row_of(self, rehearsal: Rehearsal, object: Object) -> dict[str, Any]:
        """This is a valid row of ``object`` that differs from what the simulator was seeded with."""
        return rehearsal.row(object)

    # ---- what it says of itself -------------------------------------------------------------------------------------

    def test_manifest_is_valid(self) -> None:
        """The manifest is complete and agrees with itself."""
        m = self.connector.manifest
        _require(re.fullmatch(r"[a-z][a-z0-9_]*", m.name), "the name must be lower-case letters, digits and _")
        _require(re.match(r"\d+\.\d+\.\d+", m.version), "the version must be SemVer")
        _require(m.contract == CONTRACT_VERSION, f"the contract is version {CONTRACT_VERSION}, not {m.contract}")
        _require(m.hosts, "the manifest must name the vendor's hosts")
        for host in m.hosts:
            _require(
                re.fullmatch(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+", host), f"host {host!r} is too wide or no host name"
            )
        for names in ([s.name for s in m.streams], [o.name for o in m.objects]):
            _require(len(set(names)) == len(names), f"a name is given twice among {names}")
        for entry in m.objects:
            _require(entry.fields and entry.max_batch > 0, f"object {entry.name!r} needs fields and a batch size")

    def test_capabilities_agree_with_streams_and_objects(self) -> None:
        """What is declared has something to work on, and nothing works undeclared."""
        m = self.connector.manifest
        pairs = {
            Capability.READ: bool(m.streams),
            Capability.WRITE: bool(m.objects),
            Capability.CONSENT: any(stream.consent for stream in m.streams),
            Capability.DELETES: any(stream.deletes for stream in m.streams),
            Capability.RANGE: any(stream.range for stream in m.streams),
            Capability.PARTITION: any(stream.partitions for stream in m.streams),
            Capability.FETCH: any(stream.fetch for stream in m.streams),
        }
        for capability, has in pairs.items():
            _require(
                (capability in m.capabilities) == has, f"capability {capability!r} and the manifest's lists differ"
            )
        if Capability.RECONCILE in m.capabilities:
            _require(Capability.WRITE in m.capabilities, "there is nothing to reconcile without 'write'")

    def test_settings_refuse_unknown_keys_and_hide_secrets(self) -> None:
        """A misspelt setting is an error, and no secret shows when settings are printed."""
        with self._rehearsal() as rehearsal:
            model = self.connector.config_model
            _require(issubclass(model, ConnectorConfig), "config_model must be a ConnectorConfig")
            settings = rehearsal.simulator.settings()
            text = repr(model.model_validate(settings)) + str(model.model_validate(settings).model_dump())
            _require(
                not any(secret in text for secret in rehearsal.secrets()), "a secret shows in the printed settings"
            )
            try:
                model.model_validate({**settings, "no_such_setting": 1})
            except ValidationError as error:
                _require(not any(s in str(error) for s in rehearsal.secrets()), "a secret shows in a settings error")
            else:
                raise AssertionError("an unknown setting was accepted")

    def test_opens_without_calling_the_vendor_and_fits_its_protocols(self) -> None:
        """Opening is free, and the object has the methods that the capabilities promise."""
        with self._rehearsal() as rehearsal:
            connection = rehearsal.open()
            _require(not rehearsal.simulator.calls, "open() calls the vendor")
            for capability in sorted(self.connector.manifest.capabilities & set(_FITS)):
                fits = isinstance(connection, _FITS[capability])
                _require(fits, f"capability {capability!r} needs the methods of {_FITS[capability].__name__}")
            if isinstance(connection, ConsentSource):
                told = {stream.name for stream in self.connector.manifest.streams if stream.consent}
                _require(set(connection.consent_streams()) == told, "consent_streams() and the manifest differ")

    def test_check_proves_the_credentials(self) -> None:
        """``check`` passes with the right credentials and raises AuthError with wrong ones."""
        with self._rehearsal() as rehearsal:
            connection = rehearsal.open()
            if not isinstance(connection, Checkable):
                raise SkipTest("the connector has no check()")
            connection.check()
            if not rehearsal.wrong_secrets():
                raise SkipTest("the settings have no secret to get wrong")
            self._check_fails(rehearsal, AuthError, rehearsal.open(**rehearsal.wrong_secrets()).check)

    # ---- mappings ---------------------------------------------------------------------------------------------------

    def test_mappings_parse_and_their_examples_hold(self) -> None:
        """Every stream and object has its mapping file, every file parses, every example comes out."""
        with self._rehearsal() as rehearsal:
            mappings = rehearsal.mappings()
            m = self.connector.manifest
            have = {mapping.inbound.stream for mapping in mappings if mapping.inbound}
            lacks = sorted({stream.name for stream in m.streams} - have)
            _require(not lacks, f"no mapping file with an `in` part for streams {lacks}")
            fields = {entry.name: set(entry.fields) for entry in m.objects}
            for mapping in mappings:
                bad = [result.message for result in run_examples(mapping) if not result.passed]
                _require(not bad, "; ".join(bad))
                if mapping.outbound:
                    extra = mapping.outbound.fields - fields.get(mapping.outbound.object, set())
                    _require(not extra, f"{mapping.path.name} writes fields that the manifest lacks: {sorted(extra)}")
            lacks = sorted(set(fields) - {mapping.outbound.object for mapping in mappings if mapping.outbound})
            _require(not lacks, f"no mapping file with an `out` part for objects {lacks}")

    def test_mappings_take_every_record_of_the_simulator(self) -> None:
        """No seeded record is quarantined by the plugin's own mappings."""
        self._need(Capability.READ)
        with self._rehearsal() as rehearsal:
            _require(rehearsal.canonical(), "the plugin's mappings make nothing of the simulator's records")

    # ---- reading ----------------------------------------------------------------------------------------------------

    def test_read_yields_batches_with_text_keys(self) -> None:
        """A read ends; keys, versions and cursors are text; no id is a float; some stream has records."""
        self._need(Capability.READ)
        with self._rehearsal() as rehearsal:
            total = 0
            for stream in self.connector.manifest.streams:
                batches = rehearsal.read(stream.name)
                total += len(records_of(batches))
                for batch in batches:
                    _check_batch(batch, stream.name)
            _require(total, "no stream has any record: seed the simulator")
            _require(not rehearsal.foreign_hosts, f"hosts beside the vendor's were called: {rehearsal.foreign_hosts}")

    def test_unknown_stream_is_refused(self) -> None:
        """An unknown stream is an error of the contract, not an empty read."""
        self._need(Capability.READ)
        with self._rehearsal() as rehearsal:
            self._check_fails(rehearsal, HubError, lambda: rehearsal.read("no_such_stream"))

    def test_resumes_from_every_cursor(self) -> None:
        """Reading from any batch's cursor yields everything after that batch."""
        for rehearsal, stream, batches in self._streams_with_records():
            for index in range(len(batches)):
                if batches[index].cursor is None:
                    raise AssertionError(f"stream {stream!r}: a batch with records has no cursor")
                rest = seen_in(rehearsal.read(stream, batches[index].cursor))
                lost = seen_in(batches[index + 1 :]) - rest - seen_in(batches[: index + 1])
                _require(not lost, f"stream {stream!r}: resumed after batch {index + 1}, {len(lost)} records are lost")

    def test_reading_again_yields_nothing_new(self) -> None:
        """Reading from the last cursor yields nothing that was not there before, and ends."""
        for rehearsal, stream, batches in self._streams_with_records():
            again = rehearsal.read(stream, batches[-1].cursor)
            new = seen_in(again) - seen_in(batches)
            _require(not new, f"stream {stream!r}: {len(new)} records are new though nothing has changed")

    def test_trouble_raises_only_the_contracts_errors_and_loses_nothing(self) -> None:
        """Whatever the vendor does mid-read: the right error, bounded calls and time, and a later resume completes."""
        for rehearsal, stream, batches in self._streams_with_records():
            for trouble in TROUBLES:
                for after in (0, 1, 2):
                    self._read_through(rehearsal, stream, trouble, after, seen_in(batches))

    # ---- ranges, parts and single records ---------------------------------------------------------------------------

    def test_ranges_share_out_every_record(self) -> None:
        """Cut anywhere, adjoining ranges yield together what a full read yields, and no record twice."""
        self._need(Capability.RANGE)
        for rehearsal, stream, batches in self._streams_with_records():
            if self._stream(stream).range is None:
                continue
            seen: list[Seen] = []
            rehearsal.wait(1)  # what was seeded at this very moment lies before the end of the last range
            for start, end in rehearsal.ranges(self._stream(stream)):
                ranged = list(rehearsal.open().read_range(stream, start, end))
                for batch in ranged:
                    _check_batch(batch, stream)
                seen += _told(ranged)
            alive = [one for one in seen if one[1]]
            _require(len(alive) == len(set(alive)), f"stream {stream!r}: a record lies in two ranges")
            lost, strange = _told(batches) - set(seen), set(alive) - _told(batches)
            _require(not lost, f"stream {stream!r}: {len(lost)} records lie in no range")
            _require(not strange, f"stream {stream!r}: {len(strange)} records of ranges are in no full read")

    def test_a_range_resumes_from_every_cursor_and_survives_trouble(self) -> None:
        """A range read on from any of its cursors loses nothing, whatever the vendor does meanwhile."""
        self._need(Capability.RANGE)
        for rehearsal, stream, _ in self._streams_with_records():
            if self._stream(stream).range is not None:
                rehearsal.wait(1)
                ranges = rehearsal.ranges(self._stream(stream))
                start, end = ranges[0][0], ranges[-1][1]
                self._check_resumable(
                    rehearsal, f"stream {stream!r}, a range",
                    lambda connection, cursor, name=stream, a=start, b=end: connection.read_range(name, a, b, cursor),
                )  # fmt: skip

    def test_parts_hold_together_what_a_full_read_holds(self) -> None:
        """At most as many parts as asked for, small and distinct; together they hold everything, and then nothing is new."""
        self._need(Capability.PARTITION)
        for rehearsal, stream, batches in self._streams_with_records():
            if not self._stream(stream).partitions:
                continue
            for at_most in (1, 7):
                plan = rehearsal.open().partitions(stream, at_most)
                _check_plan(plan, at_most, f"stream {stream!r}")
                parts = [list(rehearsal.open().read_partition(stream, part)) for part in plan.partitions]
                lost = seen_in(batches) - {one for part in parts for one in seen_in(part)}
                _require(not lost, f"stream {stream!r}: {len(lost)} records are in none of {at_most} parts")
                new = seen_in(rehearsal.read(stream, plan.cursor)) - seen_in(batches)
                _require(not new, f"stream {stream!r}: after the parts, {len(new)} records are new")

    def test_a_part_resumes_from_every_cursor_and_survives_trouble(self) -> None:
        """A part read on from any of its cursors loses nothing, whatever the vendor does meanwhile."""
        self._need(Capability.PARTITION)
        for rehearsal, stream, _ in self._streams_with_records():
            if self._stream(stream).partitions:
                part = rehearsal.open().partitions(stream, 1).partitions[0]
                self._check_resumable(
                    rehearsal, f"stream {stream!r}, a part",
                    lambda connection, cursor, name=stream, one=part: connection.read_partition(name, one, cursor),
                )  # fmt: skip

    def test_fetch_yields_each_key_once(self) -> None:
        """Keys that are there come as they are, others as deleted, each exactly once; no keys make no call."""
        self._need(Capability.FETCH)
        for rehearsal, stream, batches in self._streams_with_records():
            if not self._stream(stream).fetch:
                continue
            keys = [record.key for record in records_of(batches) if not record.deleted]
            there, nobody = keys[:3], absent_key(keys)
            fetched = list(rehearsal.open().fetch(stream, [*there, nobody]))
            for batch in fetched:
                _check_batch(batch, stream)
                _require(batch.cursor is None, f"stream {stream!r}: single records have no cursor")
            records = records_of(fetched)
            _require(sorted(r.key for r in records) == sorted([*there, nobody]),
                     f"stream {stream!r}: {len(there) + 1} keys gave {len(records)} records")  # fmt: skip
            gone = [record.key for record in records if record.deleted]
            _require(gone == [nobody], f"stream {stream!r}: {len(gone)} of the fetched records are deleted, not 1")
            before = len(rehearsal.simulator.calls)
            _require(not records_of(rehearsal.open().fetch(stream, [])), f"stream {stream!r}: no keys give records")
            _require(len(rehearsal.simulator.calls) == before, f"stream {stream!r}: no keys make calls")

    def test_unknown_streams_are_refused_in_every_way_of_reading(self) -> None:
        """An unknown stream is an error of the contract, and nobody is called."""
        m = self.connector.manifest
        with self._rehearsal() as rehearsal:
            end, name = rehearsal.simulator.clock.now(), "no_such_stream"
            start = end - timedelta(days=1)
            ways: dict[Capability, Callable[[Any], object]] = {
                Capability.RANGE: lambda source: list(source.read_range(name, start, end)),
                Capability.PARTITION: lambda source: source.partitions(name, 2),
                Capability.FETCH: lambda source: list(source.fetch(name, ["1"])),
            }
            for capability in sorted(m.capabilities & set(ways)):
                self._check_fails(rehearsal, HubError, partial(ways[capability], rehearsal.open()))
            _require(not rehearsal.simulator.calls, "an unknown stream calls the vendor")

    # ---- writing ----------------------------------------------------------------------------------------------------

    def test_write_gives_each_record_one_outcome(self) -> None:
        """Good rows are confirmed, at once or by their job; a row for nobody fails for good, with a reason."""
        for rehearsal, entry, connection, records in self._objects():
            nobody = WriteRecord("key-nobody", absent_key(self.keys_of(rehearsal, entry)), records[0].fields)
            batch = [*records[: entry.max_batch - 1], nobody]
            outcomes = list(connection.write(entry.name, batch))
            _require(sorted(o.key for o in outcomes) == sorted(r.idempotency_key for r in batch),
                     f"object {entry.name!r}: {len(batch)} records have {len(outcomes)} outcomes")  # fmt: skip
            by_key = {outcome.key: outcome for outcome in outcomes}
            for record in batch[:-1]:
                outcome = rehearsal.settle(entry.name, record, by_key[record.idempotency_key], connection)
                _require(
                    outcome.state is OutcomeState.CONFIRMED, f"object {entry.name!r}: a good row is {_say(outcome)}"
                )
            outcome = rehearsal.settle(entry.name, nobody, by_key["key-nobody"], connection)
            _require(outcome.state is OutcomeState.FAILED and not outcome.retryable and outcome.reason,
                     f"object {entry.name!r}: a row for nobody is {_say(outcome)}")  # fmt: skip

    def test_write_of_nothing_calls_nobody(self) -> None:
        """An empty batch has no outcomes."""
        for rehearsal, entry, connection, _ in self._objects():
            before = len(rehearsal.simulator.calls)
            _require(not list(connection.write(entry.name, [])), "an empty batch has outcomes")
            _require(len(rehearsal.simulator.calls) == before, "an empty batch calls the vendor")

    def test_unknown_object_is_refused(self) -> None:
        """An unknown object is an error of the contract, and nothing is sent."""
        self._need(Capability.WRITE)
        with self._rehearsal() as rehearsal:
            connection, record = rehearsal.open(), WriteRecord("k", "1", {"a": 1})
            self._check_fails(rehearsal, HubError, lambda: list(connection.write("no_such_object", [record])))
            _require(all(call.method in {"GET", "HEAD"} for call in rehearsal.simulator.calls), "something was sent")

    def test_a_cut_after_the_commit_is_never_called_failed(self) -> None:
        """A write whose answer is lost is unknown, and reconciling finds it; so does writing it again."""
        for rehearsal, entry, connection, records in self._objects():
            first, second = records[0], records[-1]
            rehearsal.settle(entry.name, first, one(connection.write(entry.name, [first]), first), connection)
            rehearsal.fault(Fault.committed_then_reset(WRITES))
            outcome = _attempt(connection, entry.name, second)
            rehearsal.heal()
            _require(
                outcome.state is not OutcomeState.FAILED, f"object {entry.name!r}: a done write is {_say(outcome)}"
            )
            found = rehearsal.settle(entry.name, second, outcome, rehearsal.open())
            _require(found.state is OutcomeState.CONFIRMED, f"object {entry.name!r}: reconciled as {_say(found)}")

    def test_a_cut_before_the_commit_is_never_called_done(self) -> None:
        """A write that never arrived is not confirmed, and reconciling says: send again."""
        for rehearsal, entry, connection, records in self._objects():
            first, second = records[0], records[-1]
            rehearsal.settle(entry.name, first, one(connection.write(entry.name, [first]), first), connection)
            rehearsal.fault(Fault.reset(WRITES, times=-1))
            outcome = _attempt(connection, entry.name, second)
            rehearsal.heal()
            _require(outcome.state in {OutcomeState.UNKNOWN, OutcomeState.FAILED},
                     f"object {entry.name!r}: a write that never arrived is {_say(outcome)}")  # fmt: skip
            found = rehearsal.settle(entry.name, second, outcome, rehearsal.open())
            _require(found.state is OutcomeState.FAILED and found.retryable, f"object {entry.name!r}: {_say(found)}")

    def test_trouble_while_writing_stays_within_the_contract(self) -> None:
        """Refused credentials and limits stop the batch; anything else is an outcome or an error of the contract."""
        expected = {"401": AuthError, "429 with Retry-After": ThrottledError}
        for rehearsal, entry, _, records in self._objects():
            for trouble in TROUBLES:
                before, start = rehearsal.fault(trouble.fault()), time.monotonic()
                error: HubError | None = None
                outcomes: list[Outcome] = []
                try:
                    outcomes = list(rehearsal.open().write(entry.name, records[:2]))
                except HubError as caught:
                    error = caught
                    self._check_clean(rehearsal, caught)
                rehearsal.heal()
                where = f"object {entry.name!r}, {trouble.name}"
                self._check_bounds(rehearsal, before, start, where)
                _check_write_error(error, expected.get(trouble.name), where)
                _require(not any(o.state is OutcomeState.CONFIRMED for o in outcomes), f"{where}: called confirmed")

    # ---- erasing ----------------------------------------------------------------------------------------------------

    def test_erase_then_look_again(self) -> None:
        """A person who is there is found, erased, and then not found by any identifier; erasing twice does no harm."""
        self._need(Capability.ERASE)
        with self._rehearsal() as rehearsal:
            connection, subject = rehearsal.open(), subject_of(rehearsal.people()[0])
            before = {outcome.state for outcome in connection.verify_erased(subject)}
            _require(before - _GONE, "a person who is there is not found")
            outcomes = list(connection.erase(subject))
            _require(outcomes, "erase() must tell at least one outcome")
            bad = [(o.object, o.reason) for o in outcomes if o.state is ErasureState.FAILED]
            _require(not bad, f"erase() failed: {bad}")
            listed = self.connector.manifest.instructions
            told = (o.reason for o in outcomes if o.state is ErasureState.UNSUPPORTED and o.reason)
            loose = [reason for reason in told if reason not in listed and code(reason) == OTHER]
            _require(not loose, f"the manifest's instructions lack {loose}: the hub keeps no other sentence")
            for _ in range(12):
                rehearsal.wait(3600)
                states = {outcome.state for outcome in connection.verify_erased(subject)}
                if states <= _GONE:
                    break
            _require(states and states <= _GONE, f"after erase() the person is still {sorted(states - _GONE)}")
            again = {outcome.state for outcome in connection.erase(subject)}
            _require(ErasureState.FAILED not in again, "erasing a person who is gone fails")

    # ---- how the checks are done ------------------------------------------------------------------------------------

    def _rehearsal(self) -> Rehearsal:
        return Rehearsal(self.connector, self.functions)

    def _need(self, capability: Capability) -> None:
        if capability not in self.connector.manifest.capabilities:
            raise SkipTest(f"the connector does not declare {capability.value!r}")

    def _streams_with_records(self) -> Iterator[tuple[Rehearsal, str, list[Batch]]]:
        self._need(Capability.READ)
        for stream in self.connector.manifest.streams:
            with self._rehearsal() as rehearsal:
                batches = rehearsal.read(stream.name)
                if records_of(batches):
                    yield rehearsal, stream.name, batches

    def _objects(self) -> Iterator[tuple[Rehearsal, Object, Any, list[WriteRecord]]]:
        self._need(Capability.WRITE)
        for entry in self.connector.manifest.objects:
            with self._rehearsal() as rehearsal:
                keys, row = self.keys_of(rehearsal, entry)[:3], self.row_of(rehearsal, entry)
                _require(len(keys) > 1, f"object {entry.name!r}: two rows are needed to write to")
                records = [WriteRecord(f"key-{n}", key, row) for n, key in enumerate(keys)]
                yield rehearsal, entry, rehearsal.open(), records

    def _stream(self, name: str) -> Stream:
        return next(stream for stream in self.connector.manifest.streams if stream.name == name)

    def _read_through(self, rehearsal: Rehearsal, stream: str, trouble: Trouble, after: int, all_of: set[Seen]) -> None:
        passage = Passage(f"stream {stream!r}", lambda connection, cursor: connection.read(stream, cursor), all_of)
        self._pass_through(rehearsal, passage, trouble, after)

    def _check_resumable(self, rehearsal: Rehearsal, where: str, read: Callable[..., Iterator[Batch]]) -> None:
        batches = list(read(rehearsal.open(), None))
        for index, batch in enumerate(batches):
            _require(batch.cursor is not None, f"{where}: a batch has no cursor")
            rest = seen_in(read(rehearsal.open(), batch.cursor))
            lost = seen_in(batches[index + 1 :]) - rest - seen_in(batches[: index + 1])
            _require(not lost, f"{where}: resumed after batch {index + 1}, {len(lost)} records are lost")
        for trouble in TROUBLES:
            self._pass_through(rehearsal, Passage(where, read, seen_in(batches)), trouble, after=1)

    def _pass_through(self, rehearsal: Rehearsal, passage: Passage, trouble: Trouble, after: int) -> None:
        fault = trouble.fault()
        fault.after = after
        before, start, got = rehearsal.fault(fault), time.monotonic(), list[Batch]()
        where = f"{passage.where}, {trouble.name} after {after} calls"
        error = _error_of(lambda: _keep(passage.read(rehearsal.open(), None), got))
        if error is None:
            _require(
                seen_in(got) >= passage.all_of, f"{where}: the read ended as if all was well, but records are missing"
            )
        else:
            _require(isinstance(error, trouble.errors),
                     f"{where}: raised {_name(error)} instead of {_names(trouble.errors)}")  # fmt: skip
            self._check_clean(rehearsal, error)
        rehearsal.heal()
        self._check_bounds(rehearsal, before, start, where)
        rest = seen_in(passage.read(rehearsal.open(), got[-1].cursor if got else None))
        lost = passage.all_of - seen_in(got) - rest
        _require(not lost, f"{where}: resumed, but {len(lost)} records are lost")

    def _check_fails(self, rehearsal: Rehearsal, expected: type[HubError], action: Callable[[], object]) -> None:
        error = _error_of(action)
        _require(isinstance(error, expected), f"raised {_name(error)} instead of {expected.__name__}")
        self._check_clean(rehearsal, error)

    def _check_clean(self, rehearsal: Rehearsal, error: Exception | None) -> None:
        text = "".join(traceback.format_exception(error)) + repr(error and error.__dict__)
        _require(not any(s in text for s in rehearsal.secrets()), f"a secret shows in {_name(error)}")
        _require(not any(p in text for p in rehearsal.personal()), f"personal data show in {_name(error)}")

    def _check_bounds(self, rehearsal: Rehearsal, before: int, start: float, where: str) -> None:
        calls, seconds = len(rehearsal.simulator.calls) - before, time.monotonic() - start
        _require(calls <= MOST_CALLS, f"{where}: {calls} calls were made")
        _require(seconds <= MOST_SECONDS, f"{where}: it took {seconds:.0f} real seconds; wait on the hub's clock")


class CheckState:
    """What became of a check."""

    PASSED, FAILED, SKIPPED = "passed", "failed", "not applicable"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: its name, what became of it, and why where it did not pass."""

    name: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConformanceReport:
    """All checks of one connector."""

    connector: str
    results: tuple[CheckResult, ...]

    @property
    def passed(self) -> bool:
        """This is True where no check failed."""
        return all(result.state != CheckState.FAILED for result in self.results)

    def render(self) -> str:
        """This is the report as text, one line a check."""
        lines = [f"{r.state:<15} {r.name}{f': {r.reason}' if r.reason else ''}" for r in self.results]
        return "\n".join([f"conformance of connector '{self.connector}'", *lines])


def check_connector(
    connector: Connector, kit: type[ConnectorConformance] = ConnectorConformance, *, only: str = ""
) -> ConformanceReport:
    """This runs the kit without pytest; ``only`` picks the checks whose name has that text."""
    suite = type("Conformance", (kit,), {"connector": connector})()
    names = [name for name in dir(suite) if name.startswith("test_") and only in name]
    return ConformanceReport(connector.manifest.name, tuple(_run(name, getattr(suite, name)) for name in names))


def _run(name: str, check: Callable[[], None]) -> CheckResult:
    title = name.removeprefix("test_").replace("_", " ")
    try:
        error = _error_of(check)
    except SkipTest as reason:
        return CheckResult(title, CheckState.SKIPPED, str(reason))
    if error is None:
        return CheckResult(title, CheckState.PASSED)
    return CheckResult(title, CheckState.FAILED, f"{_name(error)}: {error}")


def _error_of(action: Callable[[], object]) -> Exception | None:
    """This is whatever a stranger's code raises: what it lets out is the very thing that is checked."""
    try:
        action()
    except SkipTest:
        raise
    except Exception as error:  # noqa: BLE001 - a plugin's code may raise anything, and the report must go on
        return error
    return None


def _require(holds: Any, message: str) -> None:
    if not holds:
        raise AssertionError(message)


def _keep(batches: Iterable[Batch], got: list[Batch]) -> None:
    """This takes batches one by one, because those before an error stay good."""
    for batch in batches:
        got.append(batch)


def _check_batch(batch: Batch, stream: str) -> None:
    _require(isinstance(batch, Batch) and (batch.cursor is None or isinstance(batch.cursor, str)), "no text cursor")
    for record in batch.records:
        _require(
            isinstance(record, RawRecord) and record.stream == stream, f"a record of stream {stream!r} is misnamed"
        )
        _require(isinstance(record.key, str) and record.key, f"stream {stream!r}: a key is not text")
        _require(isinstance(record.version, str) and record.version, f"stream {stream!r}: a version is not text")
        path = _float_id(record.data)
        _require(path is None, f"stream {stream!r}: the id at {path!r} is a float")


def _told(batches: Iterable[Batch]) -> set[Seen]:
    """Keys and versions; without version what is gone, because a vendor may word that differently each time."""
    return {(record.key, "" if record.deleted else record.version) for record in records_of(batches)}


def _check_plan(plan: PartitionPlan, at_most: int, where: str) -> None:
    names = {part.name for part in plan.partitions}
    _require(len(plan.partitions) <= at_most, f"{where}: {len(plan.partitions)} parts instead of at most {at_most}")
    _require(len(names) == len(plan.partitions), f"{where}: two parts have one name")
    _require(isinstance(plan.cursor, str) and plan.cursor, f"{where}: the plan has no cursor")
    for part in plan.partitions:
        _require(re.fullmatch(r"[\w.:+/-]{1,80}", part.name), f"{where}: the name of a part is not plain")
        _require(json.loads(json.dumps(dict(part.bounds))) == part.bounds and len(json.dumps(dict(part.bounds))) < 2_000,
                 f"{where}: the bounds of a part are not small JSON")  # fmt: skip


def _float_id(data: Any, path: str = "") -> str | None:
    if isinstance(data, Mapping):
        pairs = [(str(name), value) for name, value in data.items()]
    elif isinstance(data, list):
        pairs = [(path.rpartition(".")[2], value) for value in data]
    else:
        return None
    for name, value in pairs:
        if isinstance(value, float) and re.search(r"(^|_)ids?$|[a-z]Ids?$|^Id$", name):
            return f"{path}.{name}".strip(".")
        found = _float_id(value, f"{path}.{name}")
        if found:
            return found
    return None


def _attempt(connection: Any, object: str, record: WriteRecord) -> Outcome:
    """This writes one record; an error that leaves it open counts as unknown, as the hub has it."""
    try:
        return one(connection.write(object, [record]), record)
    except (UnknownOutcomeError, TransientError):
        return Outcome(record.idempotency_key, OutcomeState.UNKNOWN)


def _check_write_error(error: HubError | None, expected: type[HubError] | None, where: str) -> None:
    if expected is not None:
        _require(isinstance(error, expected), f"{where}: raised {_name(error)} instead of {expected.__name__}")
    allowed = (AuthError, ThrottledError, TransientError, UnknownOutcomeError)
    _require(error is None or isinstance(error, allowed), f"{where}: raised {_name(error)}")


def _say(outcome: Outcome) -> str:
    retryable = ", retryable" if outcome.retryable else ""
    return f"{outcome.state.value}{retryable}{f' ({outcome.reason})' if outcome.reason else ''}"


def _name(error: BaseException | None) -> str:
    return type(error).__name__ if error is not None else "nothing"


def _names(errors: tuple[type[HubError], ...]) -> str:
    return " or ".join(error.__name__ for error in errors)
