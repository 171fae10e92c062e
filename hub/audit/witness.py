"""A witness: cosigns what only grows, so that no log can show two people two histories.

Protocol: C2SP tlog-witness (https://c2sp.org/tlog-witness). Two operators of hubs can be each other's witness.
"""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from hub.audit.checkpoint import Checkpoint, read_hash, read_size
from hub.audit.key import Cosigner, NoteError, Verifier
from hub.audit.merkle import verify_consistency
from hub.audit.note import add_lines, read_note
from hub.errors import ConfigError

MAX_REQUEST_BYTES = 64 * 1024
MAX_PROOF_LINES = 63
SIZE_TYPE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: HTTPStatus
    body: str = ""
    type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest checkpoint that was cosigned of one log: its size, root and note with the cosignatures."""

    size: int
    root: bytes
    note: str


class WitnessMemory:
    """What a witness has cosigned, one row a log, in a SQLite file.

    Args:
        path: the file; made where it is missing. Losing it means: this witness can be shown another history.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._begin() as conn:
                conn.execute(
                    "CREATE TABLE IF NOT EXISTS seen (origin TEXT PRIMARY KEY, size INTEGER, root BLOB, note TEXT)"
                )
        except (OSError, sqlite3.Error):
            raise ConfigError(
                f"{path}: the witness's memory cannot be opened.", fix="Name a file in a folder of yours."
            ) from None

    def latest(self, origin: str) -> Seen | None:
        """This is what was cosigned last of a log."""
        with self._begin() as conn:
            return _seen(conn, origin)

    def of_hash(self, origin_hash: str) -> Seen | None:
        """This is what was cosigned last of the log whose origin has this SHA-256 hash in hexadecimal."""
        with self._begin() as conn:
            origins = [row[0] for row in conn.execute("SELECT origin FROM seen")]
            found = [one for one in origins if hashlib.sha256(one.encode()).hexdigest() == origin_hash]
            return _seen(conn, found[0]) if found else None

    def replace(self, origin: str, before: Seen | None, after: Seen) -> bool:
        """This remembers ``after``, unless somebody has moved on from ``before`` meanwhile (False)."""
        with self._begin() as conn:
            if _seen(conn, origin) != before:
                return False
            row = (origin, after.size, after.root, after.note)
            conn.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", row)
            return True

    @contextmanager
    def _begin(self) -> Iterator[sqlite3.Connection]:
        conn = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            conn.execute("PRAGMA synchronous = FULL")
            conn.execute("BEGIN IMMEDIATE")
            yield conn
            conn.execute("COMMIT")
        finally:
            conn.close()


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness for some logs.

    Args:
        logs: keys of the logs it cosigns for.
        cosigners: its own keys.
        memory: what it has cosigned.
    """

    logs: tuple[Verifier, ...]
    cosigners: tuple[Cosigner, ...]
    memory: WitnessMemory

    def add_checkpoint(self, body: bytes) -> Answer:
        """This answers one ``add-checkpoint`` request as the protocol says."""
        try:
            old, proof, note = _read_request(body)
        except (NoteError, UnicodeDecodeError):
            return Answer(HTTPStatus.BAD_REQUEST, "the request is malformed\n")
        origin = note.split("\n", 1)[0]
        logs = [key for key in self.logs if key.name == origin]
        if not logs:
            return Answer(HTTPStatus.NOT_FOUND, "unknown log\n")
        try:
            text = read_note(note, logs).text
        except NoteError:
            return Answer(HTTPStatus.FORBIDDEN, "invalid signature\n")
        try:
            return self._consider(old, proof, text, note)
        except NoteError:
            return Answer(HTTPStatus.BAD_REQUEST, "the checkpoint is malformed\n")

    def checkpoint(self, origin_hash: str) -> Answer:
        """This is the latest checkpoint of a log with this witness's cosignatures, for monitors."""
        seen = self.memory.of_hash(origin_hash)
        return Answer(HTTPStatus.OK, seen.note) if seen else Answer(HTTPStatus.NOT_FOUND, "never cosigned\n")

    def _consider(self, old: int, proof: Sequence[bytes], text: str, note: str) -> Answer:
        new = Checkpoint.parse(text)
        if old > new.size:
            return Answer(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint's\n")
        before = self.memory.latest(new.origin)
        if old != (before.size if before else 0):
            return _conflict(before)
        if not new.is_possible or not _is_consistent(before, new, proof):
            return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "the consistency proof does not hold\n")
        lines = [cosigner.line(text) for cosigner in self.cosigners]
        if not self.memory.replace(new.origin, before, Seen(new.size, new.root, add_lines(note, lines))):
            return _conflict(self.memory.latest(new.origin))
        return Answer(HTTPStatus.OK, "".join(lines))


def request(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """This is the body of an ``add-checkpoint`` request."""
    return "".join([f"old {old}\n", *(f"{base64.b64encode(one).decode()}\n" for one in proof), "\n", note]).encode()


def _read_request(body: bytes) -> tuple[int, list[bytes], str]:
    head, gap, note = body.decode().partition("\n\n")
    lines = head.split("\n")
    if not gap or len(body) > MAX_REQUEST_BYTES or not lines[0].startswith("old ") or len(lines) > MAX_PROOF_LINES + 1:
        raise NoteError("malformed request.")
    return read_size(lines[0].removeprefix("old ")), [read_hash(line) for line in lines[1:]], note


def _is_consistent(before: Seen | None, new: Checkpoint, proof: Sequence[bytes]) -> bool:
    if before is None or before.size == 0:
        return not proof
    return verify_consistency(before.size, new.size, before.root, new.root, proof)


def _conflict(seen: Seen | None) -> Answer:
    return Answer(HTTPStatus.CONFLICT, f"{seen.size if seen else 0}\n", SIZE_TYPE)


def _seen(conn: sqlite3.Connection, origin: str) -> Seen | None:
    row = conn.execute("SELECT size, root, note FROM seen WHERE origin = ?", (origin,)).fetchone()
    return Seen(*row) if row else None
