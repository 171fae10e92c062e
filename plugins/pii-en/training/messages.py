"""What the reader learns from: licensed sets, our own corpus with other fillings, and messages put together from sentences.

An example is a text with spans ``(start, end, type)``; ``None`` as type says that nothing is known of a stretch.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import sentences
import shorthand
import street
import templates
from fillings import Fillings
from letters import ENDS, GREETINGS, SAID, SAID_TRAPS

Span = tuple[int, int, "str | None"]
Example = tuple[str, list[Span]]

_PART = re.compile(r"<([a-z]+)>")
_SLOT = re.compile(r"\[NAME\]|\{([a-zA-Z]+)\}")
_TYPES = {
    **dict.fromkeys(("PERSON", "FIRST", "LAST", "SPELLED"), "PERSON"),
    "TOWN": "LOCATION",
    **dict.fromkeys(("ROAD", "STREET", "ADDRESS", "HOUSE", "ZIP", "ZIPSAID", "DOOR", "FLAT", "UNIT", "HOMES", "GEO", "WORDS"), "STREET_ADDRESS"),
    **dict.fromkeys(("NICK", "HANDLE"), "HANDLE"),
    **dict.fromkeys(("CODE", "PNR"), "ORDER_NUMBER"),
    **dict.fromkeys(("ACCOUNT", "SORT", "SPOKEN"), "ACCOUNT_NUMBER"),
    **dict.fromkeys(("SSN", "NATIONAL"), "NATIONAL_ID"),
    **dict.fromkeys(("CARD", "CVV", "FOUR"), "CREDIT_CARD"),
    "LOYALTY": "LOYALTY_NUMBER", "PASSPORT": "PASSPORT", "LICENCE": "DRIVER_LICENCE", "PLATE": "LICENCE_PLATE", "IBAN": "IBAN_CODE",
    "PHONE": "PHONE_NUMBER", "EMAIL": "EMAIL_ADDRESS", "LINK": "URL", "IP": "IP_ADDRESS", "MAC": "MAC_ADDRESS", "WALLET": "CRYPTO",
    "BIRTH": "DATE_OF_BIRTH", "BELIEF": "NRP",
}  # fmt: skip

LABELS = (
    "O", "PERSON", "LOCATION", "STREET_ADDRESS", "HANDLE", "ORDER_NUMBER", "ACCOUNT_NUMBER", "LOYALTY_NUMBER", "NATIONAL_ID", "PASSPORT",
    "DRIVER_LICENCE", "LICENCE_PLATE", "CREDIT_CARD", "IBAN_CODE", "PHONE_NUMBER", "EMAIL_ADDRESS", "URL", "IP_ADDRESS", "MAC_ADDRESS", "CRYPTO",
    "DATE_OF_BIRTH", "NRP",
)  # fmt: skip
"""What a piece may belong to; the first is nothing."""

LICENSED = ("btc_train", "btc_dev", "wnut17_train", "wnut17_dev", "tweebank_train", "tweebank_dev")
# Sentences of the small tagger's: its slots, as far as they mean something here. A place there may or may not tell where somebody lives.
_OLD = {
    "F": "FIRST",
    "L": "LAST",
    "N": "PERSON",
    "A": "FIRST",
    "R": "FIRST",
    "S": "SPELLED",
    "I": "INITIAL",
    "P": "PLACE",
    "O": "brand",
    "first": "firstbrand",
    "last": "firstbrand",
}
_OFTEN_SMALL = frozenset(str.split("TOWN town ROAD ADDRESS FIRST PERSON LAST ZIP HOMES STREET PLATE CODE PNR"))
_JOINTS = (". ", ". ", " ", " ", "|", "||", ", ", "! ", " - ", "; ", " / ", "? ", " and ", " but ", "... ")


class Writer:
    """This fills templates and puts messages together.

    Args:
        rng: where chance comes from.
        comments: what people write without naming anybody.
    """

    def __init__(self, rng: random.Random, comments: Sequence[str]) -> None:
        self._rng, self._comments, self._fillings = rng, comments, Fillings(rng)
        old = [*sentences.PERSONS, *sentences.PLACED, *shorthand.NOTED, *SAID, *street.SPOKEN]
        traps = [*sentences.TRAPS, *shorthand.NOTED_TRAPS, *SAID_TRAPS, *street.SPOKEN_TRAPS]
        self._pools: tuple[tuple[float, Sequence[str]], ...] = (
            (0.08, templates.TOWNS), (0.07, templates.PARTS), (0.06, templates.HANDLES), (0.10, templates.NUMBERS), (0.05, templates.NAMES),
            (0.12, templates.WHOLE), (0.16, templates.FRAMES), (0.09, [_renew(one) for one in old]), (0.05, [_renew(one) for one in traps]),
            (0.11, templates.CLEAN), (0.11, templates.TRAPS),
        )  # fmt: skip
        self._clean = [one for _, pool in self._pools for one in pool if _is_clean(one)]
        self._ends = [_renew(one) for one in ENDS]
        self._greetings = [_renew(one) for one in GREETINGS]

    def message(self) -> Example:
        """This writes a message of one to four sentences."""
        rng = self._rng
        clean = rng.random() < 0.3
        parts = [
            self._expand(rng.choice(self._clean)) if clean else self._sentence()
            for _ in range(rng.choice((1, 1, 1, 2, 2, 3)))
        ]
        if rng.random() < 0.3:
            parts.insert(rng.randrange(len(parts) + 1), _plain(rng.choice(self._comments)))
        whole = parts[0]
        for part in parts[1:]:
            whole += rng.choice(_JOINTS) + part
        if rng.random() < 0.18 and not clean:
            whole = rng.choice(self._greetings) + whole
        if rng.random() < 0.18 and not clean:
            whole += rng.choice(self._ends)
        elif rng.random() < 0.2:
            whole += rng.choice((".", "!", "?", "??", "...", " :(", " thanks", " pls", " lol"))
        return self.cased(*self.fill(whole))

    def _sentence(self) -> str:
        way = self._rng.random()
        for share, pool in self._pools:
            if way < share:
                return self._expand(self._rng.choice(pool))
            way -= share
        return self._rng.choice(templates.CLEAN)

    def _expand(self, frame: str) -> str:
        """Parts of speech for what stands in angles."""
        parts = templates.PARTS_OF_SPEECH
        return _PART.sub(lambda match: self._rng.choice(parts[match[1]]) if match[1] in parts else match[0], frame)

    def fill(self, template: str) -> Example:
        """This fills the slots of a template."""
        pieces: list[str] = []
        spans: list[Span] = []
        done = length = 0
        for match in _SLOT.finditer(template):
            slot = match[1] or "FIRST"
            value = self._value(slot, match[1])
            pieces += [template[done : match.start()], value]
            start = length + match.start() - done
            length = start + len(value)
            if slot == "PLACE":
                spans.append((start, length, None))
            elif slot in _TYPES or slot == "INITIAL":
                spans.append((start, length, _TYPES.get(slot, "PERSON")))
            done = match.end()
        text = "".join((*pieces, template[done:]))
        return text.replace("|", "\n"), spans

    def _value(self, slot: str, written: str | None) -> str:
        if slot == "INITIAL":
            return self._rng.choice("ABCDEFGHJKLMNPRSTVW")
        if slot == "PLACE":
            return self._fillings.town()
        if written is None:
            return self._fillings.people.any()
        value = self._fillings(slot)
        way = self._rng.random()
        if slot in _OFTEN_SMALL and way < 0.12:
            return same_length(value, str.lower)
        return same_length(value, str.upper) if way > 0.97 else value

    def cased(self, text: str, spans: list[Span]) -> Example:
        """This writes a text in small letters now and then, seldom in capitals."""
        way = self._rng.random()
        change = str.lower if way < 0.25 else str.upper if way > 0.975 else str
        return same_length(text, change), spans

    def refill(self, text: str, spans: Sequence[Span]) -> Example:
        """This puts other names, towns and numbers in the place of those in a message."""
        pieces: list[str] = []
        moved: list[Span] = []
        done = length = 0
        for start, end, kind in sorted(spans):
            if start < done:
                continue
            new = self._other(text[start:end], kind) if kind and self._rng.random() < 0.75 else text[start:end]
            pieces += [text[done:start], new]
            begin = length + start - done
            length = begin + len(new)
            moved.append((begin, length, kind))
            done = end
        return self.cased("".join((*pieces, text[done:])), moved)

    def _other(self, old: str, kind: str) -> str:
        fill = self._fillings
        new = old
        if kind == "PERSON":
            new = (
                fill.people.full()
                if " " in old
                else self._rng.choice((fill.people.first, fill.people.first, fill.people.last))()
            )
        elif kind == "LOCATION":
            new = fill.town()
        elif kind == "HANDLE" and not any(char in old for char in "/:#"):
            new = fill.nick()
            new = "@" + new.replace(" ", "_") if old[0] == "@" else new
        elif kind == "STREET_ADDRESS" and len(old) > 18 and self._rng.random() < 0.5:
            new = fill.address().replace("|", "\n")
        elif kind not in ("URL", "EMAIL_ADDRESS", "NRP"):
            return self._redrawn(old)
        return (
            same_length(new, str.lower)
            if old.islower()
            else same_length(new, str.upper)
            if old.isupper() and len(old) > 3
            else new
        )

    def _redrawn(self, old: str) -> str:
        """Digits become others, and letters too in a word that has digits."""
        swap = self._rng.choice
        words = re.split(r"(\s+)", old)
        return "".join(
            "".join(
                swap("0123456789") if char.isdigit() else swap("ABCDEFGHJKLMNPRSTVWXYZ") if char.isupper() and any(map(str.isdigit, word)) else char
                for char in word
            )
            for word in words
        )  # fmt: skip


def same_length(text: str, change: Callable[[str], str]) -> str:
    """This changes a text where that leaves all offsets what they are."""
    changed = change(text)
    return changed if len(changed) == len(text) else text


def _is_clean(template: str) -> bool:
    """Nothing in it is personal, nor may become so."""
    return (
        not any(slot in _TYPES or slot in ("INITIAL", "PLACE") for slot in _SLOT.findall(template))
        and "<who>" not in template
    )


def _renew(template: str) -> str:
    return _SLOT.sub(lambda match: "{" + _OLD.get(match[1] or "F", "FIRST") + "}", template)


def _plain(comment: str) -> str:
    return comment.replace("{", "(").replace("}", ")").replace("|", "/")


_MENTION = re.compile(r"@\w+|\b(?:USER|URL)\d+", re.IGNORECASE)
_LIVING = re.compile(r"(?i)\b(?:in|from|at|near|to|of|live|lives)\s+$")


def licensed(path: Path, writer: Writer, rng: random.Random) -> Iterator[Example]:
    """This yields a licensed set, and where it names people once more with others; a place there may tell where somebody lives."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row["text"]
        spans: list[Span] = []
        for start, end, kind in row["spans"]:
            if kind == "PERSON":
                spans.append((start, end, kind))
            elif kind == "HANDLE" or (kind == "LOCATION" and _LIVING.search(text[:start])):
                spans.append((start, end, None))
        people = [one for one in spans if one[2] == "PERSON"]
        for match in _MENTION.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end, _ in spans):
                spans.append((*match.span(), None))
        yield writer.cased(text, spans)
        if people and rng.random() < 0.5:
            yield writer.refill(text, spans)


def comments(path: Path) -> list[str]:
    """These are forum comments as they stand."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            row[0].replace("[RELIGION]", "Christian")
            for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def corpus(path: Path, held: Sequence[str]) -> list[tuple[str, list[Span]]]:
    """These are the messages of a part of our corpus, without those of the kinds ``held``."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [(row["text"], [tuple(span) for span in row["spans"]]) for row in rows if row["channel"] not in held]


def gather(
    data: Path, own: Path, seed: int, *, held: Sequence[str] = (), held_kinds: Sequence[str] = (), scale: float = 1.0
) -> list[Example]:
    """This gathers everything but the licensed sets and kinds of message held out, in an order that depends on the seed and these only."""
    rng = random.Random(seed)
    said = comments(data / "goemotions" / "train.tsv")
    named = [one for one in said if "[NAME]" in one]
    plain = [one for one in said if "[" not in one]
    writer = Writer(rng, plain)
    examples: list[Example] = []
    for name in LICENSED:
        if name not in held:
            examples += licensed(data / "pii" / f"{name}.jsonl", writer, rng)
    messages = corpus(own / "train.jsonl", held_kinds)
    for copy in range(round(14 * scale)):
        examples += [writer.refill(text, spans) if copy or spans else (text, spans) for text, spans in messages]
    examples += [writer.cased(*writer.fill(_renew(_plain(one)))) for one in rng.sample(named, round(3500 * scale))]
    examples += [(one, []) for one in rng.sample(plain, round(3500 * scale))]
    examples += [writer.message() for _ in range(round(40000 * scale))]
    rng.shuffle(examples)
    return [(text, spans) for text, spans in examples if text.strip()]
