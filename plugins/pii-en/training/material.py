"""What the tagger learns from: licensed sets, our own corpus, and sentences filled with names of many countries.

A set of labels per token, as bits in the order of ``LABELS``: more than one where the source does not tell.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import messages
from letters import ENDS, GREETINGS, SAID, SAID_TRAPS
from lookalikes import FOREIGN, SAYINGS, SIGHTS, TERMS, THINGS, TITLES
from people import People
from sentences import PERSONS, PLACED, TRAPS
from shorthand import NOTED, NOTED_TRAPS
from street import SPOKEN, SPOKEN_TRAPS
from wordings import ABOUT_PEOPLE, ABOUT_THINGS, ROLES

from hub_pii_en.tagger import NOTHING, ORGANISATION, PLACE
from hub_pii_en.tokens import tokens

LABELS = ("PERSON", PLACE, ORGANISATION, NOTHING, *(label for label in messages.LABELS if label not in ("O", "PERSON")))
_BITS = {label: 1 << place for place, label in enumerate(LABELS)}
PERSON, COMPANY, NONE = _BITS["PERSON"], _BITS[ORGANISATION], _BITS[NOTHING]
SOMEWHERE = _BITS[PLACE] | _BITS["LOCATION"]
"""A place of which nobody said whether it tells where somebody lives."""
NOBODY = _BITS[PLACE] | COMPANY | NONE
"""Nothing personal, whatever else it is."""
ANYTHING = (1 << len(LABELS)) - 1
_KINDS = {"PERSON": PERSON, "LOCATION": SOMEWHERE, "ORGANIZATION": COMPANY}
_SLOT = re.compile(r"\[NAME\]|\{([a-zA-Z]+)\}")
Example = tuple[list[str], list[int]]
Span = tuple[int, int, int]


def _label(text: str, spans: list[Span], rest: int) -> Example:
    """Where only people, places and companies were marked, a number or a handle may be anything."""
    words, labels = [], []
    for word, start, end in tokens(text):
        loose = any(map(str.isdigit, word)) or word == "_" or (words and words[-1] in ("@", "_"))
        words.append(word)
        labels.append(next((kind for a, b, kind in spans if start < b and a < end), ANYTHING if loose else rest))
    return words, labels


def _exactly(text: str, spans: Sequence[messages.Span]) -> Example:
    """Where everything personal was marked; of a stretch without a type nothing is known."""
    words, labels = [], []
    for word, start, end in tokens(text):
        marked = next((kind or "" for a, b, kind in spans if start < b and a < end), NOTHING)
        words.append(word)
        labels.append(NOBODY if marked == NOTHING else _BITS.get(marked, ANYTHING))
    return words, labels


def _fill(template: str, people: People, rng: random.Random) -> Example:
    """A sentence with names in its slots; a slot in lower case (``{first}``) is a thing that only looks like a name."""
    draw: dict[str, Callable[[], str]] = {
        "F": people.first, "L": people.last, "N": people.full, "A": people.any, "first": people.first, "last": people.last,
        "P": people.place, "O": people.brand, "R": lambda: people.first().lower(), "S": lambda: " ".join(people.first().lower()),
        "I": lambda: rng.choice("ABCDEFGHJKLMNPRSTVW"), "U": people.capitals,
        "V": lambda: people.full().upper(), "E": lambda: people.full().lower(), "shop": people.shop, "word": people.word,
        "thing": lambda: rng.choice(THINGS), "title": lambda: rng.choice(TITLES), "sight": lambda: rng.choice(SIGHTS),
        "saying": lambda: rng.choice(SAYINGS), "foreign": lambda: rng.choice(FOREIGN), "role": lambda: rng.choice(ROLES),
        "term": lambda: rng.choice(TERMS),
    }  # fmt: skip
    case = rng.random()
    pieces: list[str] = []
    spans: list[Span] = []
    done = length = 0
    for match in _SLOT.finditer(template):
        kind = match[1] or "A"
        name = draw[kind]()
        name = name.lower() if case < 0.2 else name.upper() if case > 0.96 else name
        pieces += [template[done : match.start()], name]
        start = length + match.start() - done
        length = start + len(name)
        if kind.isupper():
            spans.append((start, length, {"P": SOMEWHERE, "O": COMPANY}.get(kind, PERSON)))
        done = match.end()
    text = "".join((*pieces, template[done:]))
    text = (
        messages.same_length(text, str.lower)
        if case < 0.16
        else messages.same_length(text, str.upper)
        if case > 0.985
        else text
    )
    return _label(text, spans, NOBODY)


def marked(path: Path, people: People, rng: random.Random, copies: int) -> Iterator[Example]:
    """This yields a licensed set: as it is, and ``copies`` times with other names in it, sometimes in lower case."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        spans = [(start, end, _KINDS.get(kind, NONE)) for start, end, kind in row["spans"]]
        yield _label(row["text"], spans, NONE)
        if rng.random() < 0.12:
            yield _label(messages.same_length(row["text"], str.lower), spans, NONE)
        if any(kind == PERSON for *_, kind in spans):
            for _ in range(copies):
                yield _renamed(row["text"], spans, people, rng, NONE)


def own(path: Path, held: Sequence[str], writer: messages.Writer, copies: int) -> Iterator[Example]:
    """This yields our corpus but for the kinds ``held``: as it is, and with other names, towns and numbers."""
    for text, spans in messages.corpus(path, held):
        yield _exactly(text, spans)
        for _ in range(copies - 1):
            yield _exactly(*writer.refill(text, spans))


def read_by_another(path: Path) -> Iterator[Example]:
    """This yields texts that nobody marked, with what the large reader says of them (``silver.py``)."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield _exactly(row["text"], [tuple(span) for span in row["spans"]])


def _renamed(text: str, spans: list[Span], people: People, rng: random.Random, rest: int) -> Example:
    pieces: list[str] = []
    moved: list[Span] = []
    done = length = 0
    for start, end, kind in sorted(spans):
        if start < done:
            continue
        old = text[start:end]
        new = old
        if kind == PERSON:
            new = people.full() if " " in old else rng.choice((people.first, people.last))()
            new = new.lower() if old.islower() else new.upper() if old.isupper() and len(old) > 3 else new
        pieces += [text[done:start], new]
        begin = length + start - done
        length = begin + len(new)
        moved.append((begin, length, kind))
        done = end
    return _label("".join((*pieces, text[done:])), moved, rest)


def comments(path: Path, people: People, rng: random.Random, plain: int) -> Iterator[Example]:
    """This yields forum comments in which ``[NAME]`` stood for a person, and ``plain`` without one."""
    left = plain
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = row[0].replace("[RELIGION]", "Christian")
            if "[NAME]" in text:
                yield _fill(text, people, rng)
            elif left and "{" not in text:
                left -= 1
                yield _label(text, [], NOBODY)


_STAND_INS = ("word", "word", "word", "word", "word", "role", "P", "O", "shop", "thing", "title", "sight")
_SOMEBODY = re.compile(r"\{[FLNAR]\}(?: \{[FL]\})?")


def twin(template: str, rng: random.Random) -> str:
    """This is a sentence about people with something else in their place, so that surroundings alone make no name."""
    return _SOMEBODY.sub(lambda _: f"{{{rng.choice(_STAND_INS)}}}", template)


def plain_speech(path: Path, least: int) -> list[str]:
    """These are the words that forum comments hold at least so often in small letters."""
    words = re.findall(r"(?<!\w)[a-z]{3,14}(?!\w)", path.read_text(encoding="utf-8"))
    return sorted(word for word, count in Counter(words).items() if count >= least)


PLAIN_THINGS = tuple(template for template in ABOUT_THINGS if "{" not in template)


def sentences(people: People, rng: random.Random, copies: int) -> Iterator[Example]:
    """This yields our own sentences for service messages, with names, and with things that only look like names."""
    for template in (
        *PERSONS,
        *TRAPS,
        *PLACED * 3,
        *NOTED * 3,
        *NOTED_TRAPS * 2,
        *SAID,
        *SAID_TRAPS,
        *SPOKEN * 2,
        *SPOKEN_TRAPS,
        *ABOUT_PEOPLE,
        *(template for template in ABOUT_THINGS * 3 if "{" in template),
        *PLAIN_THINGS,
    ):
        for _ in range(copies if template not in PLAIN_THINGS else _FEW):
            yield _fill(template.replace("|", "\n"), people, rng)
        for _ in range(copies // _TWINS):
            yield _fill(twin(template, rng), people, rng)


def letters(path: Path, people: People, rng: random.Random, number: int) -> Iterator[Example]:
    """This yields whole messages: forum comments and sentences of ours between a greeting and an end."""
    with path.open(encoding="utf-8", newline="") as file:
        read = (row[0] for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        plain = [text for text in read if "[" not in text and "{" not in text and "|" not in text]
    for _ in range(number):
        parts = [
            rng.choice(plain),
            *rng.choices(
                (
                    *NOTED_TRAPS,
                    *SAID_TRAPS,
                    *TRAPS,
                    *SPOKEN_TRAPS,
                    *SAID,
                    *PERSONS,
                    *SPOKEN,
                    *ABOUT_THINGS * 2,
                    *ABOUT_PEOPLE,
                ),
                k=rng.randrange(3),
            ),
        ]
        rng.shuffle(parts)
        template = rng.choice(GREETINGS) + rng.choice((" ", ". ", "|")).join(parts) + rng.choice(ENDS)
        yield _fill(template.replace("|", "\n"), people, rng)


_FEW = 4
"""So often a sentence is met that is the same each time."""

_TWINS = 12
"""One sentence in so many has something else in the place of its people."""

LICENSED = ("btc_train", "btc_dev", "wnut17_train", "wnut17_dev", "tweebank_train", "tweebank_dev")


_TYPO = 0.012
"""How often a word is mistyped: what is no word is not therefore a name."""


def mistyped(words: list[str], rng: random.Random) -> list[str]:
    """This swaps, drops or doubles a letter now and then; the first stays."""
    return [_slip(word, rng) if len(word) > 3 and word.isalpha() and rng.random() < _TYPO else word for word in words]


def _slip(word: str, rng: random.Random) -> str:
    place = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(3)
    middle = (word[place + 1] + word[place], "", word[place] * 2)[kind]
    return word[:place] + middle + word[place + (2 if kind == 0 else 1) :]


_HEARD = 8
"""A word in small letters that stands so often in the comments is an ordinary one."""


def gather(
    data: Path,
    corpus: Path,
    seed: int,
    held: Sequence[str] = (),
    held_kinds: Sequence[str] = (),
    silver: Path | None = None,
) -> list[Example]:
    """This gathers everything but the licensed sets and kinds of message held out, in an order that depends on seed and sets only."""
    rng = random.Random(seed)
    people = People(rng, plain_speech(data / "goemotions" / "train.tsv", _HEARD))
    examples: list[Example] = []
    for name in LICENSED:
        if name in held:
            continue
        examples += marked(data / "pii" / f"{name}.jsonl", people, rng, 1)
    writer = messages.Writer(
        rng, [one for one in messages.comments(data / "goemotions" / "train.tsv") if "[" not in one]
    )
    examples += own(corpus / "train.jsonl", held_kinds, writer, 12)
    examples += (_exactly(*writer.message()) for _ in range(24_000))
    examples += read_by_another(silver) if silver else ()
    examples += comments(data / "goemotions" / "train.tsv", people, rng, 14000)
    examples += sentences(people, rng, 24)
    examples += letters(data / "goemotions" / "train.tsv", people, rng, 14000)
    examples = [(mistyped(words, rng), labels) for words, labels in examples if words]
    rng.shuffle(examples)
    return examples
