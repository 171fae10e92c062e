"""Whom a verifier trusts: logs, witnesses, and how many of those must agree (C2SP tlog-policy, https://c2sp.org/tlog-policy)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hub.audit.checkpoint import Checkpoint, read_checkpoint
from hub.audit.key import KeyType, NoteError, Verifier

NONE = "none"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses, or groups of them, of which ``least`` must agree."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness and where it takes checkpoints (None: not told)."""

    key: Verifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Trust:
    """A trust policy: a checkpoint holds where one of ``logs`` has signed it and the quorum of witnesses has cosigned it.

    Args:
        logs: keys of logs; a key's name is its log's origin.
        witnesses: by the name that the policy gives them.
        groups: of witnesses, by name.
        quorum: a witness, a group or ``none``.
    """

    logs: tuple[Verifier, ...]
    witnesses: Mapping[str, Witness] = field(default_factory=lambda: MappingProxyType({}))
    groups: Mapping[str, Group] = field(default_factory=lambda: MappingProxyType({}))
    quorum: str = NONE

    def open(self, note: str) -> Checkpoint:
        """This is the checkpoint in a note that the policy accepts; raises NoteError, saying what is missing."""
        origin = note.split("\n", 1)[0]
        logs = [key for key in self.logs if key.name == origin]
        if not logs:
            raise NoteError("this is a checkpoint of a log that the policy does not name.")
        known = {name: one.key for name, one in self.witnesses.items()}
        checkpoint, opened = read_checkpoint(note, origin, [*logs, *known.values()])
        if not opened.signers & set(logs):
            raise NoteError("the log itself has not signed this checkpoint.")
        seen = {name for name, key in known.items() if key in opened.signers}
        if not self._agrees(self.quorum, seen):
            told = ", ".join(sorted(seen)) or "none"
            raise NoteError(
                f"too few witnesses have cosigned this checkpoint (quorum {self.quorum}, cosigned: {told})."
            )
        return checkpoint

    def _agrees(self, name: str, seen: set[str]) -> bool:
        if name == NONE or name in seen:
            return True
        group = self.groups.get(name)
        return group is not None and sum(self._agrees(one, seen) for one in group.members) >= group.least

    def text(self) -> str:
        """This is the policy as a file."""
        lines = [f"log {key.vkey}" for key in self.logs]
        lines += [
            f"witness {name} {one.key.vkey}" + (f" {one.url}" if one.url else "")
            for name, one in self.witnesses.items()
        ]
        lines += [f"group {name} {one.least} {' '.join(one.members)}" for name, one in self.groups.items()]
        return "\n".join([*lines, f"quorum {self.quorum}"]) + "\n"


@dataclass
class _Reading:
    logs: list[Verifier] = field(default_factory=list)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    quorum: str | None = None

    def log(self, words: list[str]) -> None:
        _expect(1 <= len(words) <= 2, "log <vkey> [<url>]")
        key = Verifier.parse(words[0])
        _expect(key.type is KeyType.LOG, "a log's key, of type 1")
        _expect(all(key.raw != other.raw for other in self.logs), "each log's key only once")
        self.logs.append(key)

    def witness(self, words: list[str]) -> None:
        _expect(2 <= len(words) <= 3, "witness <name> <vkey> [<url>]")
        key = Verifier.parse(words[1])
        _expect(key.type is not KeyType.LOG, "a witness's key, of type 4 or 6")
        _expect(all(key.raw != one.key.raw for one in self.witnesses.values()), "each witness's key only once")
        self.witnesses[self._fresh(words[0])] = Witness(key, words[2] if len(words) == 3 else None)

    def group(self, words: list[str]) -> None:
        _expect(len(words) >= 3, "group <name> all|any|<k> <name>...")
        name, least, *members = words
        for one in members:
            _expect(one in self.witnesses or one in self.groups, f"a witness or group defined above, not {one!r}")
            _expect(one not in self.used, f"{one!r} in one group only")
            self.used.add(one)
        count = {"all": len(members), "any": 1}.get(least) or (
            int(least) if re.fullmatch("[1-9][0-9]{0,3}", least) else 0
        )
        _expect(1 <= count <= len(members), "a number between 1 and the group's members")
        self.groups[self._fresh(name)] = Group(count, tuple(members))

    def quorum_line(self, words: list[str]) -> None:
        _expect(len(words) == 1 and self.quorum is None, "exactly one quorum line with one name")
        _expect(words[0] in {NONE, *self.witnesses, *self.groups}, "a witness or group defined above")
        self.quorum = words[0]

    def _fresh(self, name: str) -> str:
        _expect(name != NONE and name not in self.witnesses and name not in self.groups, "a name that is not taken")
        return name


def read_trust(text: str) -> Trust:
    """This reads a policy file; raises NoteError with the line that is wrong."""
    reading = _Reading()
    for number, line in enumerate(text.split("\n"), start=1):
        words = [word for word in _BLANK.split(line) if word]
        if not words or words[0].startswith("#"):
            continue
        verbs = {"log": reading.log, "witness": reading.witness, "group": reading.group, "quorum": reading.quorum_line}
        try:
            _expect(not _FORBIDDEN.search(line), "no control characters")
            _expect(words[0] in verbs, "log, witness, group or quorum")
            verbs[words[0]](words[1:])
        except NoteError as error:
            raise NoteError(f"trust policy, line {number}: {error.message}", fix=error.fix) from None
    if reading.quorum is None:
        raise NoteError("trust policy: no quorum line.", fix="Write 'quorum none' where no witness is needed.")
    return Trust(tuple(reading.logs), reading.witnesses, reading.groups, reading.quorum)


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise NoteError("cannot be read.", fix=f"Expected {what}.")
