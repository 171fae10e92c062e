"""What the database remembers of the log outside of it: how far the mirror went, and about what others have spoken."""

from __future__ import annotations

from collections.abc import Callable

from hub.audit.checkpoint import Checkpoint
from hub.audit.merkle import root
from hub.audit.tree import nodes_of
from hub.store.store import Tx

_MIRROR = "audit.mirror"
_LOST = "audit.lost"


def mirror_problem(tx: Tx, seen: Checkpoint | None) -> str | None:
    """This tells where the mirror has less than it had when it was last seen; None where it has not."""
    known, size = _number(tx, _MIRROR), seen.size if seen else 0
    if size >= known:
        return None
    return f"the audit log's mirror has {size} entries and had {known}: it was emptied, moved or is not mounted"


def remember_mirror(tx: Tx, seen: Checkpoint | None, *, less: bool = False) -> None:
    """This remembers how far the mirror went; ``less`` also where that is less than before."""
    size, known = seen.size if seen else 0, _number(tx, _MIRROR)
    if size > known or (less and size != known):
        tx.facts.put(_MIRROR, str(size))


def anchor_problem(tx: Tx, read: Callable[[str], Checkpoint]) -> str | None:
    """This compares the tree with the largest checkpoint that somebody else has spoken about; None where it fits.

    ``read`` opens a note; what it raises goes on.
    """
    size = tx.audit.largest_anchor()
    if size <= _number(tx, _LOST):
        return None
    if size > tx.audit.size():
        return f"others have seen {size} entries of the audit log, which has {tx.audit.size()}: it was cut back"
    stored = tx.audit.checkpoint(size)
    known = read(stored.note) if stored else None
    if known is None or known.size != size or root(size, nodes_of(tx.audit.tile)) != known.root:
        return f"the audit log contradicts what others have seen of it, its checkpoint of {size} entries"
    return None


def give_up(tx: Tx) -> int:
    """From here on nobody asks for what others have seen so far and is lost; gives its size."""
    size = tx.audit.largest_anchor()
    tx.facts.put(_LOST, str(size))
    return size


def _number(tx: Tx, name: str) -> int:
    text = tx.facts.get(name)
    return int(text) if text and text.isdecimal() else 0
