"""The corpus: customer messages written and labelled by hand.

One message a line: ``label[,second reading] | channel | text``; lines that begin with # and empty lines say nothing.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Part = Literal["train", "dev", "test"]

LABELS = (
    "anger", "frustration", "disappointment", "anxiety", "confusion", "sadness", "surprise", "curiosity", "satisfaction",
    "gratitude", "delight", "neutral",
)  # fmt: skip
"""The hub's canonical emotions, in the order of the model's head."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``second`` is what another reader may take it for, where the first reading is not the only sound one."""

    label: str
    second: str | None
    channel: str
    text: str

    @property
    def part(self) -> Part:
        """Which part it belongs to, for ever: a hash of its text decides. A fifth is for testing, a tenth for choosing."""
        number = zlib.crc32(self.text.encode()) % 10
        return "test" if number % 5 == 0 else "dev" if number == 1 else "train"


def read_corpus(folder: Path) -> list[Message]:
    """This reads all ``*.txt`` of a folder; raises ValueError, with file and line, for what is not a message."""
    return [message for path in sorted(folder.glob("*.txt")) for message in _read_file(path)]


def _read_file(path: Path) -> Iterator[Message]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield _read_line(line, f"{path.name}:{number}")


def _read_line(line: str, place: str) -> Message:
    parts = line.split(" | ", 2)
    if len(parts) != 3 or not parts[2].strip():
        raise ValueError(f"{place}: expected 'label | channel | text'")
    label, _, second = parts[0].partition(",")
    if unknown := {label, second or label} - set(LABELS):
        raise ValueError(f"{place}: unknown label {min(unknown)!r}; the labels are {', '.join(LABELS)}")
    return Message(label, second or None, parts[1], parts[2])
