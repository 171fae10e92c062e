"""The log: entries pending in the transaction that they describe, then sequenced into the tree and signed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.audit.checkpoint import Checkpoint
from hub.audit.chronology import Chronology
from hub.audit.detail import seal_details
from hub.audit.entry import Entry, stamp_of
from hub.audit.folder import CHECKPOINT, LogFolder
from hub.audit.key import MAX_TIME, NoteError, Signer, Verifier
from hub.audit.keyring import KeyRing
from hub.audit.memory import anchor_problem, give_up, mirror_problem, remember_mirror
from hub.audit.merkle import EMPTY_ROOT, consistency_proof, inclusion_proof, leaf_hash, root, verify_inclusion
from hub.audit.note import add_lines, read_note
from hub.audit.proof import Proof
from hub.audit.recount import Recount, recount
from hub.audit.tree import grow, nodes_of
from hub.audit.turn import hand_over, is_handed_over, require_turn
from hub.errors import ConfigError, FatalError, HubError
from hub.store.audit import Anchor, Pending
from hub.store.audit import Checkpoint as StoredCheckpoint
from hub.store.bundle import LONGEST
from hub.store.store import Store, Tx

SEQUENCE_BATCH = 2_000

CATCH_UP = 5_000
"""So many entries may wait while work goes on: what has no place in the tree yet, a database client can delete unseen."""

_LOST_FIX = (
    "Restore the database from before it was cut, or run 'hub audit recover'; where neither has the entries, "
    "'hub audit recover --lost' goes on without them."
)


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the whole log found; ``problem`` says where it breaks, None where it holds.

    ``remark`` is what a reader should know though the log holds: that the clock was turned back.
    """

    size: int
    root: bytes
    pending: int
    problem: str | None = None
    remark: str | None = None


@dataclass(frozen=True)
class AuditLog:
    """The transparency log of one tenant.

    Args:
        store: the database that holds entries and tree.
        signer: the log's key; its name is the log's origin.
        now: the clock.
        mirror: a copy of the log outside the database, or None. The log never signs what contradicts it.
        keyring: all keys that the log ever had; by default it never changed its key.
    """

    store: Store
    signer: Signer
    now: Callable[[], datetime]
    mirror: LogFolder | None = None
    keyring: KeyRing | None = None

    @property
    def origin(self) -> str:
        """The log's name in the world."""
        return self.signer.name

    @property
    def keys(self) -> KeyRing:
        """All keys that the log ever had."""
        return self.keyring or KeyRing.of(self.signer)

    def record(self, tx: Tx, entries: Sequence[Entry]) -> None:
        """This writes entries, and seals their details, in the transaction of what they describe: no audit, no action.

        Raises ConfigError where somebody's words make an entry longer than the log can hold.
        """
        stamp = stamp_of(self.now())
        sealed = seal_details(tx, [entry.detail for entry in entries if entry.detail])
        leaves = [entry.leaf(stamp, sealed.get(entry.detail) if entry.detail else None) for entry in entries]
        if max(map(len, leaves), default=0) > LONGEST:
            raise ConfigError(
                f"the audit log takes entries of at most {LONGEST:,} bytes, so nothing was done.",
                fix="Give a shorter reason, and keep the rest elsewhere.",
            )
        tx.audit.append(leaves)

    def sequence(self) -> Checkpoint:
        """This moves pending entries into the tree, batch by batch, and signs the new size.

        Raises FatalError where the stored tree contradicts the last signed checkpoint or the mirror: the log never signs
        over a rewrite, nor goes on from a restored backup. Raises TransientError where another key has taken over.
        """
        while True:
            with self.store.begin() as tx:
                last = self._hold(tx)
                rows = tx.audit.pending(SEQUENCE_BATCH)
                if rows:
                    self._refuse_fork(tx, last, self._mirrored())
                    remember_mirror(tx, self._mirrored())
                    self._sign(tx, self._integrate(tx, last.size, rows), self.signer)
            if not rows:
                self._mirror(last)
                return last

    def catch_up(self) -> None:
        """This sequences in the middle of long work once ``CATCH_UP`` entries wait. What only its end need know, it keeps.

        Raises FatalError as ``sequence`` does: work does not go on under a log that nobody signs.
        """
        if self.store.dry_run:
            return
        with self.store.read() as tx:
            waiting = tx.audit.waiting()
        if waiting >= CATCH_UP:
            try:
                self.sequence()
            except FatalError:
                raise
            except HubError:  # busy, another key's turn, no room for the mirror: entries wait, and the end tells
                return

    def rotate(self, successor: Signer) -> AuditLog:
        """This lets ``successor`` take over, and gives the log as it holds it: save its ``keys`` beside the database.

        Entry, both signatures and the change of turns are one transaction. A rotation that was cut off after it, before
        the keys were saved, is not made twice. Raises as ``sequence`` does.
        """
        with self.store.read() as tx:
            ring = is_handed_over(tx, self.keys, successor)
        if ring is None:
            self.sequence()
            with self.store.begin() as tx:
                ring = self._hand_over(tx, self._hold(tx), successor)
        return replace(self, signer=successor, keyring=ring)

    def _hand_over(self, tx: Tx, last: Checkpoint, successor: Signer) -> KeyRing:
        self._refuse_fork(tx, last, self._mirrored())
        self.record(tx, [_key_entry("rotated", self.keys.current, successor)])
        size = self._integrate(tx, last.size, tx.audit.pending(tx.audit.waiting()))
        self._sign(tx, size, self.signer, successor)
        ring = self.keys.rotated(successor, size)
        hand_over(tx, ring)
        return ring

    def _hold(self, tx: Tx) -> Checkpoint:
        """Nobody else sequences until the transaction ends; gives where the log stands."""
        tx.audit.lock()
        require_turn(tx, self.keys)
        return self._last(tx)

    def _last(self, tx: Tx) -> Checkpoint:
        stored = tx.audit.checkpoint()
        if stored is None:
            return Checkpoint(self.origin, 0, EMPTY_ROOT)
        last = self.open(stored.note)
        if (
            not _tells(stored, last)
            or tx.audit.size() != last.size
            or root(last.size, nodes_of(tx.audit.tile)) != last.root
        ):
            raise FatalError(
                f"the audit log no longer matches its checkpoint of {last.size} entries; nothing more is signed.",
                fix="Run 'hub audit verify' to see where, and restore the database from before the change.",
            )
        return last

    def check(self) -> None:
        """This raises FatalError where the log is older than, or contradicts, what is known outside of it. It is cheap.

        Asked before work begins: nothing may be sent under a log that nobody will sign.
        """
        seen = self._mirrored()  # before the view of the database: the mirror runs behind
        with self.store.read() as tx:
            self._refuse_fork(tx, self._last(tx), seen)

    def _refuse_fork(self, tx: Tx, last: Checkpoint, seen: Checkpoint | None) -> None:
        if told := anchor_problem(tx, self.open):
            raise FatalError(f"{told}; nothing more is signed.", fix=_LOST_FIX)
        if self.mirror is None or self.store.dry_run:
            return
        if told := mirror_problem(tx, seen):
            raise FatalError(f"{told}.", fix="Bring it back; or run 'hub audit mirror', and it begins anew.")
        if seen is None:
            return
        if seen.size > last.size:
            raise FatalError(
                f"the audit log has {last.size} entries, its mirror {seen.size}: the database is older than the log.",
                fix="A backup was restored? Run 'hub audit recover' to bring the missing entries back from the mirror.",
            )
        if root(seen.size, nodes_of(tx.audit.tile)) != seen.root:
            raise FatalError(
                f"the audit log contradicts its mirror's checkpoint of {seen.size} entries; nothing more is signed.",
                fix="Run 'hub audit verify', and compare with the mirror and with what witnesses have seen. "
                "If the mirror is wrong, move it away and run 'hub audit mirror'.",
            )

    def _mirrored(self) -> Checkpoint | None:
        note = self.mirror.note() if self.mirror else None
        return self.open(note) if note else None

    def _integrate(self, tx: Tx, size: int, rows: Sequence[Pending]) -> int:
        tx.audit.integrate(size, rows)
        hashes = [leaf_hash(leaf) for row in rows for leaf in row.leaves]
        tx.audit.put_tiles(grow(size, hashes, tx.audit.tile))
        return size + len(hashes)

    def _sign(self, tx: Tx, size: int, *signers: Signer) -> None:
        if size < self.keys.spans[-1].from_size:
            raise FatalError(f"the log has {size} entries, fewer than when its key took over.", fix=_LOST_FIX)
        current = Checkpoint(self.origin, size, root(size, nodes_of(tx.audit.tile)))
        tx.audit.put_checkpoint(StoredCheckpoint(size, current.root, current.sign(*signers)))

    def _mirror(self, last: Checkpoint) -> None:
        """The mirror runs behind the database, never ahead: what it promises has been committed."""
        if self.mirror is None or self.store.dry_run or last.size == 0 or self._has_mirrored(last):
            return
        with self.mirror.held():
            if not self._has_mirrored(last):  # somebody else may have, meanwhile
                seen = self._mirrored()
                self._write(self.mirror, seen.size if seen else 0)

    def _has_mirrored(self, last: Checkpoint) -> bool:
        seen = self._mirrored()
        return seen is not None and seen.size >= last.size

    def _write(self, folder: LogFolder, old: int) -> Checkpoint:
        with self.store.read() as tx:
            note = _last_note(tx)
            last = self.open(note)
            folder.grow(old, last.size, _leaves(tx), tx.audit.tile)
            folder.write(CHECKPOINT, note.encode())
        return last

    def open(self, note: str) -> Checkpoint:
        """This is a checkpoint of this log, signed by a key that had its turn; raises NoteError."""
        return self.keys.open(note, self.origin)

    def check_key(self) -> None:
        """This opens the last checkpoint with the log's own key; raises NoteError where it is not the one that signed."""
        note = self.checkpoint()
        if note is not None:
            self.open(note)

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

    def verify(self, *, saved: str | None = None) -> Verification:
        """This recomputes the whole tree from the entries and compares it with the signed checkpoint.

        ``saved`` is a checkpoint that somebody kept: the log must still begin with it. Raises NoteError where that is not
        one of this log's.
        """
        known, clock = self.open(saved) if saved else None, Chronology()
        # Before the view of the database: the mirror runs behind, and whoever writes meanwhile lets it catch up with more.
        seen, told = self._mirror_read()
        with self.store.read() as tx:
            stored, pending = tx.audit.checkpoint(), tx.audit.waiting()
            at = [one.size for one in (known, seen) if one]
            found = recount(clock.watch(_leaves(tx)), tx.audit.tile, at=at)
            problem = self._compare(stored.note if stored else None, found.size, found.root) or found.problem
            problem = (
                problem
                or _compare_rows(tx)
                or told
                or self._compare_anchor(tx)
                or (mirror_problem(tx, seen) if self.mirror else None)
            )
        if known and found.roots.get(known.size) != known.root:
            problem = problem or f"the log does not begin with the saved checkpoint of {known.size} entries"
        problem = problem or _compare_mirror(found, seen)
        return Verification(found.size, found.root, pending, problem, clock.problem)

    def _compare(self, note: str | None, size: int, digest: bytes) -> str | None:
        if note is None:
            return None if size == 0 else "entries without a signed checkpoint"
        try:
            last = self.open(note)
        except NoteError as error:
            return f"the checkpoint does not verify: {error}"
        if last.size != size:
            return f"the checkpoint promises {last.size} entries, the log has {size}"
        return None if last.root == digest else "an entry was changed: the root differs from the signed one"

    def _mirror_read(self) -> tuple[Checkpoint | None, str | None]:
        try:
            return self._mirrored(), None
        except NoteError as error:
            return None, f"the mirror's checkpoint does not verify: {error}"

    def _compare_anchor(self, tx: Tx) -> str | None:
        try:
            return anchor_problem(tx, self.open)
        except HubError as error:
            return f"a checkpoint that others have seen does not verify: {error.message}"

    def prove(self, index: int) -> Proof:
        """This is a self-contained proof that entry ``index`` is in the log; raises ConfigError where it is not."""
        with self.store.read() as tx:
            note = _last_note(tx)
            last = self.open(note)
            if not 0 <= index < last.size:
                raise ConfigError(f"entry {index} is not in the log (0..{last.size - 1}).")
            path = inclusion_proof(index, last.size, nodes_of(tx.audit.tile))
            leaf = tx.audit.leaf(index)
        if not verify_inclusion(index, last.size, leaf_hash(leaf), path, last.root):
            raise FatalError(f"entry {index} does not match the signed root.", fix="Run 'hub audit verify'.")
        return Proof(index, tuple(path), note, leaf)

    def consistency(self, old: int) -> tuple[list[bytes], str]:
        """This proves that the log at its last checkpoint begins with its first ``old`` entries; gives proof and note."""
        with self.store.read() as tx:
            note = _last_note(tx)
            size = self.open(note).size
            return consistency_proof(old, size, nodes_of(tx.audit.tile)) if old else [], note

    def keep(self, anchors: Sequence[Anchor], lines: Sequence[str]) -> None:
        """This stores what others said about the last checkpoint, and adds their cosignature ``lines`` to its note."""
        with self.store.begin() as tx:
            tx.audit.lock()
            tx.audit.put_anchors(anchors)
            for size in {anchor.size for anchor in anchors}:
                stored = tx.audit.checkpoint(size)
                if stored is not None and lines:
                    tx.audit.set_note(size, add_lines(stored.note, lines))

    def export(self, folder: Path) -> int:
        """This writes the log into a folder that any C2SP client can read; gives its size."""
        target = LogFolder(folder)
        with target.held(tidy=True):  # of two at once, each would tidy away what the other's checkpoint needs
            last = self._write(target, 0)
            target.write("log.vkey", (self.signer.vkey() + "\n").encode())
            target.write("keys.json", self.keys.text().encode())
        return last.size

    def renew(self) -> int:
        """This signs again what a key signed whose turn was over, in database and mirror; gives how many checkpoints.

        That happened where a process went on with the old key after a rotation. Each is compared with the tree first, and
        an entry says so. It also names this log's key in the database as the one that signs now. Raises FatalError where a
        checkpoint contradicts the tree, NoteError where none of the log's keys has signed it; then nothing was changed.
        """
        with self.store.begin() as tx:
            tx.audit.lock()
            found = [one for one in tx.audit.checkpoints(self.keys.spans[-1].from_size) if self._is_late(one.note)]
            for one in found:
                tx.audit.set_note(one.size, self._renewed(tx, one.note))
            hand_over(tx, self.keys)
            if found:
                late = next(iter(read_note(found[-1].note, self.keys.verifiers).signers))
                self.record(tx, [_key_entry("renewed", late.vkey, self.signer)])
        self._renew_mirror()
        return len(found)

    def _is_late(self, note: str) -> bool:
        try:
            self.open(note)
        except NoteError:
            return True
        return False

    def _renewed(self, tx: Tx, note: str) -> str:
        told = self.keys.read(note, self.origin)
        if told.size > tx.audit.size() or root(told.size, nodes_of(tx.audit.tile)) != told.root:
            raise FatalError(
                f"the audit log contradicts its checkpoint of {told.size} entries; nothing was signed again.",
                fix="Run 'hub audit verify' to see where, and restore the database from before the change.",
            )
        return add_lines(note, [self.signer.line(told.text())])

    def _renew_mirror(self) -> None:
        if self.mirror is None or self.store.dry_run:
            return
        with self.mirror.held():
            note = self.mirror.note()
            with self.store.read() as tx:
                # One that is ahead of the database waits until its entries came back.
                if note and self._is_late(note) and self.keys.read(note, self.origin).size <= tx.audit.size():
                    self.mirror.write(CHECKPOINT, self._renewed(tx, note).encode())

    def begin_mirror(self) -> int:
        """This makes the folder of the settings the mirror, though it has less than the mirror had; gives what it had.

        An entry says so, and the whole log is written there. Raises ConfigError where the settings name none, FatalError
        where the log contradicts what is in it.
        """
        if self.mirror is None:
            raise ConfigError("hub.yaml names no mirror.", fix="Name a folder there as audit.mirror.")
        with self.store.begin() as tx:
            self._hold(tx)
            seen = self._mirrored()
            remember_mirror(tx, seen, less=True)
            self.record(
                tx, [Entry(type="change", outcome="audit mirror", reasons=(f"has {seen.size if seen else 0}",))]
            )
        return self.sequence().size

    def give_up(self) -> AuditLog:
        """This lets the log go on though entries are lost that others have seen, or that its key's turn began with.

        An entry says so. What others said of it does not verify any more: it speaks of another history. Gives the log as
        it goes on: save its ``keys`` beside the database. Raises ConfigError where nothing is lost.
        """
        with self.store.begin() as tx:
            last = self._hold(tx)
            if anchor_problem(tx, self.open) is None and last.size >= self.keys.spans[-1].from_size:
                raise ConfigError("nothing is lost that anybody else has seen.", fix="Leave out --lost.")
            ring = self.keys.cut(last.size)
            hand_over(tx, ring)
            told = (f"seen {give_up(tx)}", f"left {last.size}")
            self.record(tx, [Entry(type="change", outcome="audit lost", reasons=told)])
        return replace(self, keyring=ring)

    def recover(self) -> int:
        """This brings entries back that only the mirror still has, after an older backup was restored; gives how many.

        Raises ConfigError without a mirror, FatalError where the mirror does not go on from what the database holds.
        """
        note = self.mirror.note() if self.mirror else None
        if self.mirror is None or note is None:
            raise ConfigError("there is no mirror to recover from.", fix="Name one in hub.yaml as audit.mirror.")
        seen = self.keys.read(note, self.origin)
        with self.store.begin() as tx:
            last = self._hold(tx)
            missing = self.mirror.leaves(seen.size)(last.size, max(0, seen.size - last.size))
            leaves = [leaf for _, leaf in missing]
            tx.audit.restore(last.size, leaves)
            _drop_twins(tx, leaves)
            tx.audit.put_tiles(grow(last.size, [leaf_hash(leaf) for leaf in leaves], tx.audit.tile))
            if tx.audit.size() < seen.size or root(seen.size, nodes_of(tx.audit.tile)) != seen.root:
                raise FatalError("the mirror does not go on from what the database holds; nothing was changed.")
            if leaves:
                note = self._renewed(tx, note) if self._is_late(note) else note
                tx.audit.put_checkpoint(StoredCheckpoint(seen.size, seen.root, note))
        self._renew_mirror()
        return len(leaves)


def _tells(stored: StoredCheckpoint, signed: Checkpoint) -> bool:
    return (stored.size, stored.root) == (signed.size, signed.root)


def _compare_rows(tx: Tx) -> str | None:
    """The columns beside the notes are for finding them; who changed one hides a note."""
    for stored in tx.audit.checkpoints(-MAX_TIME):
        try:
            signed = Checkpoint.parse(stored.note.partition("\n\n")[0] + "\n")
        except NoteError:
            return f"the checkpoint of {stored.size} entries cannot be read"
        if not _tells(stored, signed):
            return f"the database says otherwise about its checkpoint of {signed.size} entries than what was signed"
    return None


def _compare_mirror(found: Recount, seen: Checkpoint | None) -> str | None:
    if seen is None:
        return None
    if seen.size > found.size:
        return f"the mirror has {seen.size} entries, the database {found.size}: a backup was restored"
    return None if found.roots.get(seen.size) == seen.root else "the log contradicts its mirror"


def _key_entry(outcome: str, old: str, successor: Signer) -> Entry:
    before, after = Verifier.parse(old).key_hash.hex(), successor.verifier.key_hash.hex()
    return Entry(type="key", outcome=outcome, reasons=(f"from {before}", f"to {after}"))


def _drop_twins(tx: Tx, leaves: Sequence[bytes]) -> None:
    """What waits in the restored database and has its place in the mirror already must not get a second one."""
    known = Counter(leaves)
    for row in tx.audit.pending(tx.audit.waiting()):
        left = []
        for leaf in row.leaves:
            known[leaf] -= 1
            if known[leaf] < 0:
                left.append(leaf)
        if len(left) < len(row.leaves):
            tx.audit.replace_pending(row.id, left)


def _leaves(tx: Tx) -> Callable[[int, int], list[tuple[int, bytes]]]:
    return lambda start, limit: [(entry.idx, entry.leaf) for entry in tx.audit.entries(start, limit)]


def _last_note(tx: Tx) -> str:
    stored = tx.audit.checkpoint()
    if stored is None:
        raise ConfigError("the log has no checkpoint yet.", fix="Run 'hub run' first.")
    return stored.note
