"""The log: entries pending in the transaction that they describe, then sequenced into the tree and signed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.audit.checkpoint import Checkpoint, open_checkpoint
from hub.audit.entry import Entry
from hub.audit.key import NoteError, Signer, Verifier
from hub.audit.merkle import EMPTY_ROOT, NodeReader, inclusion_proof, leaf_hash, new_nodes, root, verify_inclusion
from hub.audit.tiles import HEIGHT, WIDTH, bundle, entries_path, tile_path, tiles_of
from hub.errors import ConfigError, FatalError
from hub.store.audit import Checkpoint as StoredCheckpoint
from hub.store.audit import Entry as StoredEntry
from hub.store.audit import Pending
from hub.store.store import Store, Tx

SEQUENCE_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the whole log found; ``problem`` says where it breaks, None where it holds."""

    size: int
    root: bytes
    pending: int
    problem: str | None = None


@dataclass(frozen=True)
class AuditLog:
    """The transparency log of one tenant.

    Args:
        store: the database that holds entries and tree.
        signer: the log's key; its name is the log's origin.
        now: the clock.
    """

    store: Store
    signer: Signer
    now: Callable[[], datetime]

    @property
    def origin(self) -> str:
        """The log's name in the world."""
        return self.signer.name

    def record(self, tx: Tx, entries: Sequence[Entry]) -> None:
        """This writes entries in the transaction of what they describe: no audit, no action."""
        at = self.now()
        tx.audit.append([entry.leaf(at) for entry in entries])

    def sequence(self) -> Checkpoint:
        """This moves pending entries into the tree, batch by batch, and signs the new size.

        Raises FatalError where the stored tree contradicts the last signed checkpoint: it never signs over a rewrite.
        """
        while True:
            with self.store.begin() as tx:
                last = self._last(tx)
                rows = tx.audit.pending(SEQUENCE_BATCH)
                if not rows:
                    return last
                size = self._integrate(tx, last, rows)
                current = Checkpoint(self.origin, size, root(size, node_reader(tx)))
                tx.audit.put_checkpoint(StoredCheckpoint(size, current.root, current.sign(self.signer)))

    def _last(self, tx: Tx) -> Checkpoint:
        stored = tx.audit.checkpoint()
        if stored is None:
            return Checkpoint(self.origin, 0, EMPTY_ROOT)
        last = self._open(stored.note)
        if tx.audit.size() != last.size or root(last.size, node_reader(tx)) != last.root:
            raise FatalError(
                f"the audit log no longer matches its checkpoint of {last.size} entries; nothing more is signed.",
                fix="Run 'hub audit verify' to see where, and restore the database from before the change.",
            )
        return last

    def _integrate(self, tx: Tx, last: Checkpoint, rows: Sequence[Pending]) -> int:
        fresh: dict[tuple[int, int], bytes] = {}
        stored = node_reader(tx)

        def read(level: int, index: int) -> bytes:
            return fresh.get((level, index)) or stored(level, index)

        entries = []
        for index, row in enumerate(rows, start=last.size):
            digest = leaf_hash(row.leaf)
            entries.append((row.id, StoredEntry(index, row.leaf, digest)))
            fresh.update({(level, place): node for level, place, node in new_nodes(index, digest, read)})
        tx.audit.integrate(entries)
        tx.audit.put_nodes(fresh)
        return last.size + len(rows)

    def _open(self, note: str) -> Checkpoint:
        return open_checkpoint(note, self.origin, [Verifier.parse(self.signer.vkey())])

    def check_key(self) -> None:
        """This opens the last checkpoint with the log's own key; raises NoteError where it is not the one that signed."""
        note = self.checkpoint()
        if note is not None:
            self._open(note)

    def checkpoint(self) -> str | None:
        """This is the last signed checkpoint as a note, or None before the first."""
        with self.store.read() as tx:
            stored = tx.audit.checkpoint()
        return stored.note if stored else None

    def show(self, *, start: int = 0, limit: int = 100) -> Iterator[dict[str, Any]]:
        """This yields entries with their index, oldest first."""
        with self.store.read() as tx:
            for entry in tx.audit.entries(start, limit):
                yield {"index": entry.idx, **json.loads(entry.leaf)}

    def verify(self) -> Verification:
        """This recomputes the whole tree from the entries and compares it with the signed checkpoint."""
        with self.store.read() as tx:
            stored, pending = tx.audit.checkpoint(), len(tx.audit.pending(SEQUENCE_BATCH))
            nodes: dict[tuple[int, int], bytes] = {}
            size = 0
            while rows := tx.audit.entries(size, SEQUENCE_BATCH):
                for entry in rows:
                    if entry.idx != size:
                        return Verification(size, EMPTY_ROOT, pending, f"entry {size} is missing")
                    nodes.update({(a, b): c for a, b, c in new_nodes(size, leaf_hash(entry.leaf), _reader(nodes))})
                    size += 1
                nodes = _spine(size, nodes)
            digest = root(size, _reader(nodes))
        return Verification(size, digest, pending, self._compare(stored.note if stored else None, size, digest))

    def _compare(self, note: str | None, size: int, digest: bytes) -> str | None:
        if note is None:
            return None if size == 0 else "entries without a signed checkpoint"
        try:
            last = self._open(note)
        except NoteError as error:
            return f"the checkpoint does not verify: {error}"
        if last.size != size:
            return f"the checkpoint promises {last.size} entries, the log has {size}"
        return None if last.root == digest else "an entry was changed: the root differs from the signed one"

    def prove(self, index: int) -> str:
        """This is a self-contained proof that entry ``index`` is in the log (C2SP tlog-proof)."""
        with self.store.read() as tx:
            note = _last_note(tx)
            last = self._open(note)
            if not 0 <= index < last.size:
                raise ConfigError(f"entry {index} is not in the log (0..{last.size - 1}).")
            path = inclusion_proof(index, last.size, node_reader(tx))
            leaf = tx.audit.entries(index, 1)[0].leaf
        if not verify_inclusion(index, last.size, leaf_hash(leaf), path, last.root):
            raise FatalError(f"entry {index} does not match the signed root.", fix="Run 'hub audit verify'.")
        lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *(base64.b64encode(part).decode() for part in path)]
        return "\n".join(lines) + "\n\n" + note

    def export(self, folder: Path) -> int:
        """This writes tiles, entries, checkpoint and key into a folder that any C2SP client can read; gives the size."""
        with self.store.read() as tx:
            note, read = _last_note(tx), node_reader(tx)
            size = self._open(note).size
            for level, index, width in tiles_of(size):
                first = index * WIDTH
                nodes = (read(level * HEIGHT, place) for place in range(first, first + width))
                _write(folder / tile_path(level, index, width), b"".join(nodes))
                if level == 0:
                    leaves = (entry.leaf for entry in tx.audit.entries(first, width))
                    _write(folder / entries_path(index, width), bundle(leaves))
        _write(folder / "log.vkey", (self.signer.vkey() + "\n").encode())
        _write(folder / "checkpoint", note.encode())
        return size


def node_reader(tx: Tx) -> NodeReader:
    """This reads the hashes of complete subtrees from the database."""

    def read(level: int, index: int) -> bytes:
        found = tx.audit.nodes([(level, index)])
        if not found:
            raise FatalError(f"the audit tree lacks node {level}/{index}.", fix="Run 'hub audit verify'.")
        return found[level, index]

    return read


def _last_note(tx: Tx) -> str:
    stored = tx.audit.checkpoint()
    if stored is None:
        raise ConfigError("the log has no checkpoint yet.", fix="Run 'hub run' first.")
    return stored.note


def _reader(nodes: dict[tuple[int, int], bytes]) -> NodeReader:
    return lambda level, index: nodes[level, index]


def _spine(size: int, nodes: dict[tuple[int, int], bytes]) -> dict[tuple[int, int], bytes]:
    """Only the complete subtrees that later hashes can still need: at most one a level, so memory stays flat."""
    keep = {(level, (size >> level) - 1) for level in range(size.bit_length()) if size >> level & 1}
    return {place: node for place, node in nodes.items() if place in keep}


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
