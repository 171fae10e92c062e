"""Anchors: what others say about the log, so that whoever holds the database and the keys cannot rewrite it unseen.

A witness cosigns checkpoints (C2SP tlog-witness, https://c2sp.org/tlog-witness); a timestamp authority says when a
checkpoint existed (RFC 3161). Network calls come in as functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response

from hub.audit.checkpoint import read_size
from hub.audit.key import NoteError, Verifier, signature_line
from hub.audit.log import AuditLog
from hub.audit.note import read_note
from hub.audit.witness import request
from hub.errors import ConfigError, FatalError, TransientError
from hub.store.audit import Anchor

Post = Callable[[str, bytes, str], tuple[int, bytes]]
"""Posts a body of a media type to an address; gives status and answer. Raises TransientError where nobody answers."""

_GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class TrustedWitness:
    """A witness that cosigns the log: its name in the settings, its key, and where it takes checkpoints."""

    name: str
    key: Verifier
    url: str


@dataclass(frozen=True, slots=True)
class TimestampAuthority:
    """Who says when a checkpoint existed.

    Args:
        name: in the settings.
        url: where it takes RFC 3161 requests.
        roots: certificates that it must descend from.
    """

    name: str
    url: str
    roots: tuple[Certificate, ...]


def cosign(log: AuditLog, witness: TrustedWitness, post: Post) -> tuple[Anchor, list[str]]:
    """This asks a witness to cosign the last checkpoint; gives what to keep and the signature lines.

    Raises FatalError where the witness has seen a longer or another history of this log, ConfigError where it does not
    take this log, TransientError where it does not answer as it should.
    """
    with log.store.read() as tx:
        old = tx.audit.anchored("witness", witness.name)
    for _ in range(2):  # the second time with the size that the witness told
        proof, note = log.consistency(old)
        size = log.open(note).size
        status, body = post(f"{witness.url.rstrip('/')}/add-checkpoint", request(old, proof, note), "text/plain")
        if status != HTTPStatus.CONFLICT:
            return _cosigned(witness, size, note, status, body)
        old = _told(witness, body)
        if old > size:
            raise FatalError(
                f"witness {witness.name} has seen {old} entries of this log, which has {size}: history was lost.",
                fix="A backup was restored? Run 'hub audit recover'; if the mirror is gone, begin a new log.",
            )
    raise TransientError(f"witness {witness.name} keeps changing its mind about what it has seen.", fix="Try again.")


def _cosigned(witness: TrustedWitness, size: int, note: str, status: int, body: bytes) -> tuple[Anchor, list[str]]:
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        raise FatalError(
            f"witness {witness.name} has seen another history of this log than the one of {size} entries.",
            fix="Run 'hub audit verify'; somebody rewrote the log or restored a backup.",
        )
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
        raise ConfigError(
            f"witness {witness.name} does not take this log (status {status}).",
            fix="Give its operator the key that 'hub audit key' prints.",
        )
    if status != HTTPStatus.OK:
        raise TransientError(f"witness {witness.name} answered with status {status}.", fix="Try again.")
    try:
        # The answer alone beside the text: an earlier cosignature in our note must not stand in for a missing one.
        opened = read_note(f"{note.partition(_GAP)[0]}{_GAP}{body.decode()}", [witness.key])
    except (NoteError, UnicodeDecodeError):
        raise TransientError(
            f"witness {witness.name} gave no cosignature of its own key.", fix="Check its vkey."
        ) from None
    lines = [signature_line(verifier, signature) for verifier, signature in opened.signed]
    return Anchor(size, "witness", witness.name, "".join(lines).encode()), lines


def _told(witness: TrustedWitness, body: bytes) -> int:
    try:
        return read_size(body.decode("ascii").removesuffix("\n"))
    except (NoteError, UnicodeDecodeError):
        raise TransientError(f"witness {witness.name} told no size.", fix="Try again.") from None


def timestamp(log: AuditLog, authority: TimestampAuthority, post: Post) -> Anchor:
    """This asks a timestamp authority to stamp the last checkpoint; gives the verified token to keep.

    Raises TransientError where the answer does not verify.
    """
    with log.store.read() as tx:
        stored = tx.audit.checkpoint()
    if stored is None:
        raise ConfigError("the log has no checkpoint yet.", fix="Run 'hub run' first.")
    text = log.open(stored.note).text().encode()
    asked = TimestampRequestBuilder().data(text).build()
    status, body = post(authority.url, asked.as_bytes(), "application/timestamp-query")
    if status != HTTPStatus.OK:
        raise TransientError(f"timestamp authority {authority.name} answered with status {status}.", fix="Try again.")
    builder = VerifierBuilder.from_request(asked)
    for root in authority.roots:
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify_message(decode_timestamp_response(body), text)
    except (VerificationError, ValueError):
        raise TransientError(
            f"the answer of timestamp authority {authority.name} does not verify.", fix="Check its certificates."
        ) from None
    return Anchor(stored.size, "timestamp", authority.name, body)


def verify_timestamp(text: bytes, token: bytes, roots: Sequence[Certificate]) -> str:
    """This checks a kept token over a checkpoint's text and gives its time (ISO 8601); raises NoteError."""
    builder = VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        response = decode_timestamp_response(token)
        builder.build().verify_message(response, text)
    except (VerificationError, ValueError):
        raise NoteError("a timestamp does not verify.") from None
    return response.tst_info.gen_time.isoformat()


def read_certificates(path: Path) -> tuple[Certificate, ...]:
    """These are the certificates of a PEM file; raises ConfigError."""
    try:
        return tuple(load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError):
        raise ConfigError(f"{path}: no certificates can be read here.", fix="Name a PEM file.") from None
