r"""The corpus: messages written by hand with the personal data marked in place, and the JSON lines made of them.

A source file holds messages of one channel, a line ``%%`` between two. Personal data stands in ``[[TYPE:value]]``; a
character that nobody can see is written as ``\u200b``. ``python -m hub_pii_en.corpus FOLDER`` writes ``train.jsonl``,
``dev.jsonl`` and ``test.jsonl`` beside ``source/``.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

TYPES = {
    "PERSON": "PERSON", "LOCATION": "LOCATION", "ADDRESS": "STREET_ADDRESS", "EMAIL": "EMAIL_ADDRESS",
    "PHONE": "PHONE_NUMBER", "CARD": "CREDIT_CARD", "IBAN": "IBAN_CODE", "ID": "NATIONAL_ID", "IP": "IP_ADDRESS",
    "MAC": "MAC_ADDRESS", "URL": "URL", "HANDLE": "HANDLE", "DOB": "DATE_OF_BIRTH", "ORDER": "ORDER_NUMBER",
    "ACCOUNT": "ACCOUNT_NUMBER", "LOYALTY": "LOYALTY_NUMBER", "PASSPORT": "PASSPORT", "LICENCE": "DRIVER_LICENCE",
    "PLATE": "LICENCE_PLATE", "WALLET": "CRYPTO", "BELIEF": "NRP",
}  # fmt: skip
"""Marks of the source, and the entity names of the redaction policy."""

PARTS = ("train", "dev", "test")
"""``test`` is for measuring only: neither rules nor weights are made with it in sight."""

_MARK = re.compile(r"\[\[([A-Z]+):(.+?)\]\](?!\])", re.DOTALL)
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``spans`` are ``(start, end, type)`` in characters of ``text``, in order."""

    id: str
    channel: str
    text: str
    spans: tuple[tuple[int, int, str], ...]

    @property
    def part(self) -> str:
        """This is the part the message belongs to, by a hash of its text: adding messages moves no other."""
        place = int(hashlib.sha256(self.text.encode()).hexdigest()[:8], 16) % 10
        return "train" if place < 5 else "dev" if place < 7 else "test"


def read_source(path: Path) -> Iterator[Message]:
    """This yields the messages of a source file.

    Raises ValueError, naming file and message, where a mark is of an unknown type or not closed.
    """
    source = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), path.read_text(encoding="utf-8"))
    for number, raw in enumerate(re.split(r"^%%$\n?", source, flags=re.MULTILINE), start=1):
        yield _parse(raw.strip("\n"), f"{path.stem}-{number:03}", path.stem)


def _parse(raw: str, name: str, channel: str) -> Message:
    pieces: list[str] = []
    spans: list[tuple[int, int, str]] = []
    done = length = 0
    for match in _MARK.finditer(raw):
        if match[1] not in TYPES:
            raise ValueError(f"{name}: unknown type {match[1]}; known are {', '.join(TYPES)}.")
        pieces += [raw[done : match.start()], match[2]]
        start = length + match.start() - done
        length = start + len(match[2])
        spans.append((start, length, TYPES[match[1]]))
        done = match.end()
    text = "".join((*pieces, raw[done:]))
    if "[[" in text or "]]" in text.replace("[at]", "").replace("[dot]", ""):
        raise ValueError(f"{name}: a mark is not closed, or not one of [[TYPE:value]].")
    return Message(name, channel, text, tuple(spans))


def build(folder: Path) -> dict[str, str]:
    """This makes the content of each part of the corpus in ``folder``, as JSON lines."""
    messages = [message for path in sorted((folder / "source").glob("*.txt")) for message in read_source(path)]
    return {
        part: "".join(
            json.dumps(asdict(message), ensure_ascii=False) + "\n" for message in messages if message.part == part
        )
        for part in PARTS
    }


def load_part(path: Path) -> list[Message]:
    """This reads one part of the corpus, or a labelled file in the same form."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [
        Message(row["id"], row["channel"], row["text"], tuple((start, end, kind) for start, end, kind in row["spans"]))
        for row in rows
    ]


def main(folder: Path) -> None:
    """This writes all parts."""
    for part, content in build(folder).items():
        (folder / f"{part}.jsonl").write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
