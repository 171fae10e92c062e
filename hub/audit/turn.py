"""Whose turn it is to sign, as the database knows it: read and changed under the sequencer's lock."""

from __future__ import annotations

from hub.audit.key import NoteError, Signer
from hub.audit.keyring import KeyRing
from hub.errors import FatalError, TransientError
from hub.store.store import Tx

_FACT = "audit.keys"


def require_turn(tx: Tx, ring: KeyRing) -> None:
    """This raises unless the key that signs now by ``ring`` is the one that the database names, too.

    A process may have been opened before a rotation, and end after it. TransientError: start again, with the new key;
    FatalError: the database is older than the key. A database that names none gets ``ring``.
    """
    known = read_turn(tx)
    if known is None:
        hand_over(tx, ring)
    elif known.current in ring.vkeys[:-1]:
        raise FatalError(
            "the database is older than the audit log's key: it names the one before; nothing is signed.",
            fix="A backup was restored? Run 'hub audit recover'.",
        )
    elif known.current != ring.current:
        raise TransientError(
            "the audit log's key changed while this ran: nothing was signed, and what was recorded waits for the new key.",
            fix="Start again with the newest key in hub.yaml; if 'hub audit rotate' was cut off, run it once more.",
        )


def read_turn(tx: Tx) -> KeyRing | None:
    """These are the log's keys as the database knows them; None where it was never told. Raises FatalError."""
    text = tx.facts.get(_FACT)
    try:
        return None if text is None else KeyRing.parse(text)
    except NoteError:
        raise FatalError(
            "what the database says about the audit log's keys cannot be read.", fix="Run 'hub audit recover'."
        ) from None


def hand_over(tx: Tx, ring: KeyRing) -> None:
    """From the end of this transaction on, nobody signs but the last key of ``ring``."""
    tx.facts.put(_FACT, ring.text())


def is_handed_over(tx: Tx, ring: KeyRing, successor: Signer) -> KeyRing | None:
    """This is ``ring`` after ``successor`` has taken over, where the database says that it has: the rest was cut off."""
    known = read_turn(tx)
    if known is None or known.current != successor.vkey():
        return None
    done = ring.rotated(successor, known.spans[-1].from_size)
    if known != done:
        raise FatalError(
            "what the database says about the audit log's keys does not go on from the list of keys.",
            fix="Restore the list of keys (audit.keys in hub.yaml), or run 'hub audit recover'.",
        )
    return done
