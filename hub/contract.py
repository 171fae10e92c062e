"""The plugin contract: everything that a plugin may import from the hub.

A plugin is a distribution with one entry point in the group ``hub``. The entry point names an object (usually a module)
with a function ``register(register)``, marked with ``hookimpl``, that hands its connectors and extensions to the hub::

    from hub.contract import Connector, hookimpl

    @hookimpl
    def register(register):
        register.connector(Connector(manifest=MANIFEST, config_model=AcmeConfig, open=open_acme))

First-party plugins come in by the same door. Importing this module loads nothing heavy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import pluggy

from hub.errors import (
    AuthError,
    BadRecordError,
    ConfigError,
    HubError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
)
from hub.schema.model import Model
from hub.schema.terms import IdentifierKind
from hub.wait import asked_wait, http_date

if TYPE_CHECKING:
    import requests

PROJECT = "hub"
"""Name of the entry-point group and of the pluggy project."""

CONTRACT_VERSION = 1
"""Major version of this contract; a manifest that names another one is quarantined."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Capability(StrEnum):
    """What a connector can do; what it does not declare is never silently skipped by the hub."""

    READ = "read"
    WRITE = "write"
    ERASE = "erase"
    CONSENT = "consent"
    DELETES = "deletes"
    RECONCILE = "reconcile"
    RANGE = "range"
    PARTITION = "partition"
    FETCH = "fetch"
    BIOMETRIC = "biometric"


MOST_PARTITIONS = 50
"""Most parts that a stream may be cut into: each may become a task of a scheduler."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream that a source reads.

    Args:
        name: such as ``tickets``; the mapping file is ``<connector>.<name>.yaml``.
        description: one sentence for ``hub plugins show``.
        consent: True where its records are consent objects, which the hub reads before any other stream.
        deletes: True where source-side deletes arrive as records with ``deleted``.
        range: what ``read_range`` goes by: ``changed`` (the record's last change lies in the range), ``created``, or
            None where the stream cannot be read by time.
        reach: with ``range``: how many days the vendor looks back; None: without end.
        partitions: True where ``partitions`` cuts it into parts that can be read side by side.
        fetch: True where ``fetch`` reads single records of it.
    """

    name: str
    description: str
    consent: bool = False
    deletes: bool = False
    range: Literal["changed", "created"] | None = None
    reach: int | None = None
    partitions: bool = False
    fetch: bool = False


@dataclass(frozen=True, slots=True)
class Object:
    """An object that a destination writes.

    Args:
        name: such as ``contacts``; the mapping file is ``<connector>.<name>.yaml``, its ``out`` part.
        description: one sentence for ``hub plugins show``.
        about: which canonical kind one row stands for; selects what the hub gathers for it.
        key: the identifier kind that finds the row at the vendor. The hub looks for the person's identifier of this kind
            that was issued by this connector; for cases it is the case's own vendor key.
        fields: vendor fields that the plugin may write; the hub sends no others.
        max_batch: records per ``write`` call.
        clearable: False where a row is something done (points booked) and not something said: it cannot be taken back by
            writing nulls, and the hub never tries.
    """

    name: str
    description: str
    about: Literal["person", "case"]
    key: IdentifierKind
    fields: tuple[str, ...]
    max_batch: int = 100
    clearable: bool = True


@dataclass(frozen=True, slots=True)
class Limit:
    """How often a vendor lets itself be called: one class of endpoints and its calls per window.

    The hub keeps it for all its processes together, in any window of that length, and counts every attempt.

    Args:
        name: such as ``incremental-export``; ``hub.yaml`` sets another number under this name.
        match: shell pattern for "METHOD /path", such as ``GET /api/v2/incremental/*``; ``*`` is every call. A call counts
            against every limit that it matches: the narrowest one stands first and takes the vendor's 429, the widest one
            stands last and takes the numbers that the vendor's general headers tell.
        per: length of the window in seconds.
        calls: calls per window; None where the vendor's headers tell the number (plans differ).
    """

    name: str
    match: str
    per: float
    calls: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a connector is and what it may touch.

    Args:
        name: connector name as used in ``hub.yaml`` (lower-case letters, digits, ``_``).
        version: version of the plugin, SemVer.
        title: name for people.
        capabilities: what it can do.
        hosts: the vendor's own hosts that it may reach (exact names, or ``*.zendesk.com``). Any other is refused.
        streams: what it reads.
        objects: what it writes.
        contract: major version of the contract it was written for.
        limits: the vendor's documented call limits, narrowest first; without any, the vendor's headers alone rule.
        high_risk: True where it takes in voice, faces or typing (capability ``biometric``): a high-risk system by the EU AI
            Act, Annex III.
        conformity: with ``high_risk``: id of its conformity assessment. Without both a ``biometric`` connector does not load.
        instructions: every sentence with which its eraser tells people what to do by hand. The hub keeps no other sentence of
            a plugin: one that is made up on the way may quote a person.
    """

    name: str
    version: str
    title: str
    capabilities: frozenset[Capability]
    hosts: tuple[str, ...]
    streams: tuple[Stream, ...] = ()
    objects: tuple[Object, ...] = ()
    contract: int = CONTRACT_VERSION
    limits: tuple[Limit, ...] = ()
    high_risk: bool = False
    conformity: str | None = None
    instructions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as the vendor gave it.

    Args:
        stream: the stream it was read from.
        key: the vendor's id, as text, unique within the stream.
        version: changes whenever the record changes (a revision, or the time of the last change); with ``key`` it says
            whether the hub has seen this very record.
        data: JSON-like content: str, int, float, bool, None, list, dict. Ids in it are text or int, never float.
        deleted: the vendor says that the record is gone.
        flaw: a short code of why the record cannot be read, or None. The hub quarantines it and reads on; a page on which
            every record has a flaw stops the read, because then the vendor has changed and not a record.
    """

    stream: str
    key: str
    version: str
    data: Mapping[str, Any]
    deleted: bool = False
    flaw: str | None = None

    @classmethod
    def unreadable(cls, stream: str, row: object, flaw: str = "record.no_id") -> RawRecord:
        """This stands for a row that has no usable id of its own; the same row is given the same key again."""
        mark = "?" + hashlib.sha256(repr(row).encode("utf-8", "replace")).hexdigest()[:24]
        return cls(stream, mark, mark, {}, flaw=flaw)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records, and where to resume once all of them have an outcome.

    A batch may be empty and still move the cursor. The hub stores records, outcomes and cursor in one transaction.
    """

    records: tuple[RawRecord, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of a stream that can be read alone.

    Args:
        name: unique within its plan, and short; it stands in logs and in a scheduler's task names, so it tells nothing
            about anybody.
        bounds: what the connector needs to find the part again, at most about a kilobyte.
    """

    name: str
    bounds: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PartitionPlan:
    """A stream cut into parts.

    Args:
        partitions: at most ``MOST_PARTITIONS``; none where the stream is empty. Together they hold at least what a read
            from the beginning would have yielded when the plan was made.
        cursor: where ``read`` goes on once all parts have been read. It stands for a moment before the plan was made:
            whatever changed since is read again rather than lost.
    """

    partitions: tuple[Partition, ...]
    cursor: str


class OutcomeState(StrEnum):
    """What became of one record at one destination."""

    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A destination's answer for one record.

    Args:
        key: the ``idempotency_key`` of the write it answers.
        state: ``confirmed`` only where the vendor said so for this very record; ``accepted`` where a job will tell;
            ``unknown`` where the request may or may not have had its effect.
        vendor_ref: the vendor's id of the row, where it gave one.
        job: id of the vendor's job, with ``accepted``.
        retryable: with ``failed``: a later attempt may succeed.
        reason: with ``failed``: the vendor's error code, never its message text (which may quote the data).
    """

    key: str
    state: OutcomeState
    vendor_ref: str | None = None
    job: str | None = None
    retryable: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class WriteRecord:
    """One row to write.

    Args:
        idempotency_key: the same for every attempt to deliver this payload; hand it to the vendor where it takes one.
        key: what finds the row at the vendor: see ``Object.key``.
        fields: vendor field to value; already permitted, redacted and mapped. A value of None clears the field.
        job: with ``reconcile``: the job that the vendor accepted the row in.
    """

    idempotency_key: str
    key: str
    fields: Mapping[str, Any]
    job: str | None = None


@dataclass(frozen=True, slots=True)
class SubjectIdentifier:
    """An identifier of a person to erase: kind, value and the connector that issued it (empty for e-mail and phone)."""

    kind: IdentifierKind
    value: str
    issuer: str = ""


class ErasureState(StrEnum):
    """What became of one erasure step at one system."""

    ERASED = "erased"
    ABSENT = "absent"
    PENDING = "pending"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class ErasureOutcome:
    """What became of one object of the person at one system.

    Args:
        object: such as ``users``.
        state: ``erased`` only after looking again; ``unsupported`` opens an obligation for the system's owner.
        reason: the vendor's code; or, where it is ``unsupported``, what a person must do by hand, as the manifest lists it.
    """

    object: str
    state: ErasureState
    reason: str | None = None


@runtime_checkable
class Source(Protocol):
    """This reads streams in batches, resumable at every batch."""

    def read(self, stream: str, cursor: str | None) -> Iterator[Batch]:
        """This yields batches from ``cursor`` (None: from the beginning) up to now, then returns.

        Reading again from a batch's cursor yields everything after that batch; repeating a record is harmless, losing
        one is not. Raises AuthError, ThrottledError or TransientError; whatever was yielded before stays good.
        """
        ...


@runtime_checkable
class Destination(Protocol):
    """This writes rows and tells what became of each."""

    def write(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This yields exactly one outcome per record, in any order, and never raises for a single bad record.

        Records without an outcome when it raises are taken as ``unknown`` (UnknownOutcomeError, TransientError) or as not
        sent (AuthError, ThrottledError).
        """
        ...

    def reconcile(self, object: str, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This reads back rows whose outcome is ``accepted`` or ``unknown``, and yields what is true at the vendor now.

        ``failed`` with ``retryable`` means: it is certainly not there, send again.
        """
        ...


@runtime_checkable
class Eraser(Protocol):
    """This erases a person at the vendor, then looks again."""

    def erase(self, subject: Sequence[SubjectIdentifier]) -> Iterator[ErasureOutcome]:
        """This deletes what the system holds about the person, one outcome per kind of object."""
        ...

    def verify_erased(self, subject: Sequence[SubjectIdentifier]) -> Iterator[ErasureOutcome]:
        """This looks for the person by every identifier.

        The state is ``absent`` where nothing is left, else ``pending`` or ``failed``.
        """
        ...


@runtime_checkable
class ConsentSource(Protocol):
    """This names the streams that hold the vendor's own consent objects."""

    def consent_streams(self) -> Sequence[str]:
        """These streams are read with ``Source.read`` before any other, and mapped to canonical consent events."""
        ...


@runtime_checkable
class Rechecker(Protocol):
    """This asks the vendor whether records that the hub holds may still be held."""

    def recheck(self, stream: str, keys: Sequence[str]) -> Iterator[Batch]:
        """This yields a deleted record for each of ``keys`` that is gone at the vendor, or must go by its rules.

        X demands it for posts that were deleted, protected or suspended after they were read.
        """
        ...


@runtime_checkable
class Ranged(Protocol):
    """This reads what a stream holds of a range of time, for streams whose ``Stream.range`` is set."""

    def read_range(self, stream: str, start: datetime, end: datetime, cursor: str | None = None) -> Iterator[Batch]:
        """This yields every record of which the vendor says today that its time lies in [``start``, ``end``), UTC.

        Which time that is, ``Stream.range`` says. Cursors resume inside this range only. Raises as ``Source.read`` does;
        the hub does not ask for a range beyond ``Stream.reach``.
        """
        ...


@runtime_checkable
class Partitioned(Protocol):
    """This cuts streams into parts that can be read side by side, for streams with ``Stream.partitions``."""

    def partitions(self, stream: str, at_most: int) -> PartitionPlan:
        """This cuts the stream, as it is now, into at most ``at_most`` parts of about the same size."""
        ...

    def read_partition(self, stream: str, partition: Partition, cursor: str | None = None) -> Iterator[Batch]:
        """This yields one part; cursors resume inside it only. Raises as ``Source.read`` does."""
        ...


@runtime_checkable
class Fetcher(Protocol):
    """This reads single records anew, for streams with ``Stream.fetch``."""

    def fetch(self, stream: str, keys: Sequence[str]) -> Iterator[Batch]:
        """This yields each of ``keys`` exactly once, as it is now; one that is gone comes with ``deleted``.

        The batches carry no cursor. Raises as ``Source.read`` does.
        """
        ...


@runtime_checkable
class Checkable(Protocol):
    """This can prove its credentials without reading or writing customer data."""

    def check(self) -> None:
        """This makes the cheapest authenticated call; raises AuthError, TransientError or ConfigError."""
        ...


def _by_our_clock(at: datetime) -> datetime:
    return at


@dataclass(frozen=True, slots=True)
class Context:
    """What the hub gives a connector when it opens one.

    Args:
        connection: the connection's name in ``hub.yaml``.
        session: a prepared ``requests.Session``: hosts pinned, time-outs, bounded retries with Retry-After, no environment
            proxies, byte counters. It sends requests for the vendor's own address to ``base_url`` where one is
            configured. Every call must go through it.
        base_url: where the vendor is, without a trailing slash: the configured address, or None for the vendor's own.
        now: the clock; never call ``datetime.now`` yourself.
        sleep: waits that many seconds; never call ``time.sleep`` yourself.
        vendor_time: turns a time of ``now`` into what the vendor's clock showed then, as the ``Date`` of its latest answer
            tells; never later than the time given. A position that is taken from a clock and not from a record must be of
            this one, asked for after the first answer: where the hub's clock is ahead, records would be passed over. Without
            it both clocks are taken for one.
    """

    connection: str
    session: requests.Session
    base_url: str | None
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    vendor_time: Callable[[datetime], datetime] = _by_our_clock


class ConnectorConfig(Model):
    """Root of a connector's settings model; secrets are ``pydantic.SecretStr`` fields, unknown keys are refused."""


@dataclass(frozen=True, slots=True)
class Connector:
    """A connector as a plugin registers it.

    Args:
        manifest: what it is.
        config_model: pydantic model of its settings in ``hub.yaml``.
        open: makes the working connector: an object that fits Source, Destination, Eraser, ConsentSource, Ranged,
            Partitioned, Fetcher, Checkable as far as the manifest's capabilities say. It must not call the vendor yet. A
            parallel read opens one for each reader.
        origin: gives the vendor's own address for a configuration ("https://acme.zendesk.com"), which the session replaces
            with ``base_url`` where one is configured.
        mappings: folder inside the plugin with its mapping files, or None.
        simulator: "module:Class" of its simulator, imported only when asked for.
    """

    manifest: Manifest
    config_model: type[ConnectorConfig]
    open: Callable[[Any, Context], Any]
    origin: Callable[[Any], str]
    mappings: str | None = None
    simulator: str | None = None


@dataclass(frozen=True, slots=True)
class Emotion:
    """A tagger's answer for one text: see ``hub.schema.EmotionTag`` for the scales.

    ``scores`` maps canonical labels and ``native`` the tagger's own labels to probabilities. ``arousal`` is 0..1, None where
    the tagger does not tell it. ``evidence`` is what the label rests on: the first character, and the one behind the last.
    """

    label: str | None
    intensity: float
    confidence: float
    abstained: bool
    valence: float
    distress: float
    churn_risk: float
    scores: Mapping[str, float] = field(default_factory=dict)
    native: Mapping[str, float] = field(default_factory=dict)
    arousal: float | None = None
    evidence: tuple[int, int] | None = None


@runtime_checkable
class Tagger(Protocol):
    """This tells what a customer most likely felt; pure and local."""

    name: str

    def tag(self, texts: Sequence[str], languages: Sequence[str | None]) -> Sequence[Emotion]:
        """This answers for each redacted text, in order; it abstains on languages it was not made for."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """This tells how likely each canonical emotion is; the hub makes the tag of it: abstention, valence, distress, churn risk.

    ``cut`` is the probability, 0..1, below which the best label is not trusted. Where a model was trained on other labels than
    the hub's, its scores are added up to the hub's before they are handed over.
    """

    name: str
    cut: float

    def score(self, texts: Sequence[str]) -> Sequence[Mapping[str, float]]:
        """This answers for each redacted, masked English text, in order: a probability for each canonical label."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model reads in one text: ``scores`` maps canonical labels and ``native`` the model's own to probabilities.

    ``valence``, -1..1, says how pleasant the text is; where it is None it follows from the scores.
    """

    scores: Mapping[str, float]
    native: Mapping[str, float] = field(default_factory=dict)
    valence: float | None = None


@runtime_checkable
class Reader(Scorer, Protocol):
    """This is a scorer that also tells valence and labels of its own; ``read`` is asked instead of ``score``."""

    def read(self, texts: Sequence[str]) -> Sequence[Reading]:
        """This answers for each redacted, masked English text, in order."""
        ...


class Register(Protocol):
    """This is where a plugin hands in what it offers."""

    def connector(self, connector: Connector) -> None:
        """This adds a connector."""
        ...

    def tagger(self, name: str, make: Callable[[], Tagger | Scorer]) -> None:
        """This adds an emotion tagger, or a model that scores emotions, chosen by name in ``hub.yaml``."""
        ...

    def recogniser(self, name: str, make: Callable[[], Any]) -> None:
        """This adds a Presidio ``EntityRecognizer``, switched on by name in ``privacy/redaction.yaml``."""
        ...

    def mapping_function(self, name: str, function: Callable[..., Any]) -> None:
        """This adds a pure JMESPath function for mapping files; its name must begin with the plugin's name and ``_``."""
        ...


class Hooks:
    """The hub's only hook."""

    @hookspec
    def register(self, register: Register) -> None:
        """This hands the plugin's connectors and extensions to the hub by calling methods of ``register``."""


__all__ = [
    "CONTRACT_VERSION",
    "MOST_PARTITIONS",
    "PROJECT",
    "AuthError",
    "BadRecordError",
    "Batch",
    "Capability",
    "Checkable",
    "ConfigError",
    "Connector",
    "ConnectorConfig",
    "ConsentSource",
    "Context",
    "Destination",
    "Emotion",
    "Eraser",
    "ErasureOutcome",
    "ErasureState",
    "Fetcher",
    "Hooks",
    "HubError",
    "IdentifierKind",
    "Limit",
    "Manifest",
    "Object",
    "Outcome",
    "OutcomeState",
    "Partition",
    "PartitionPlan",
    "Partitioned",
    "Ranged",
    "RawRecord",
    "Reader",
    "Reading",
    "Rechecker",
    "Register",
    "Scorer",
    "Source",
    "Stream",
    "SubjectIdentifier",
    "Tagger",
    "ThrottledError",
    "TransientError",
    "UnknownOutcomeError",
    "WriteRecord",
    "asked_wait",
    "hookimpl",
    "hookspec",
    "http_date",
]
