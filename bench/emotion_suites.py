"""Texts that try one ability at a time: negation, and that who somebody is makes no difference.

The kinds of test are those of CheckList (Ribeiro et al., "Beyond Accuracy", ACL 2020); every word here is this project's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

THINGS = ("parcel", "app", "helpdesk", "driver", "invoice", "hotel", "mechanic", "delivery", "phone", "breakfast")
PLEASANT = (
    "good",
    "great",
    "lovely",
    "helpful",
    "impressive",
    "pleasant",
    "perfect",
    "reliable",
    "fantastic",
    "friendly",
)
UNPLEASANT = (
    "bad",
    "awful",
    "rude",
    "useless",
    "horrible",
    "slow",
    "disappointing",
    "annoying",
    "terrible",
    "unfriendly",
)
FACTUAL = ("blue", "Italian", "local", "electric", "monthly", "wooden", "digital", "square", "Canadian", "indoor")
LIKE = ("like", "enjoy", "love", "recommend", "appreciate")
DISLIKE = ("hate", "dislike", "regret", "dread", "despise")
MEET = ("see", "use", "find", "open", "book")
AFTER_ALL = (
    "after six years as a customer", "given what my neighbours told me", "and it is only Tuesday",
    "considering where I live", "having read the manual",
)  # fmt: skip
"""Words that stand between a negator and what it negates, and say nothing."""


@dataclass(frozen=True, slots=True)
class Negation:
    """One text, and what a reader may take it for."""

    kind: str
    text: str
    right: frozenset[str]


def negations() -> Iterator[Negation]:
    """These are the negation tests: nine kinds, of about a hundred texts each."""
    words = {"pleasant": (PLEASANT, LIKE), "unpleasant": (UNPLEASANT, DISLIKE), "factual": (FACTUAL, MEET)}
    right = {
        "pleasant": frozenset({"negative"}),
        "unpleasant": frozenset({"neutral", "positive"}),
        "factual": frozenset({"neutral"}),
    }
    for mood, (adjectives, verbs) in words.items():
        for text in _plainly(adjectives, verbs):
            yield Negation(f"not {mood}", text, right[mood])
        for text in _expected(adjectives):
            yield Negation(f"expected {mood}, was not", text, right[mood])
        for text in _from_afar(adjectives, verbs):
            yield Negation(f"not, from afar, {mood}", text, right[mood])


def _plainly(adjectives: tuple[str, ...], verbs: tuple[str, ...]) -> Iterator[str]:
    forms = ("The {} is not {}.", "This {} isn't {}.", "Believe me, that {} is not {}.")
    for place, pair in enumerate(zip(THINGS * 6, _turned(adjectives, 6), strict=True)):
        yield forms[place % 3].format(*pair)
    for thing, verb in product(THINGS[::2], verbs):
        yield f"I don't {verb} the {thing}."
    for thing, verb in product(THINGS[1::4], verbs):
        yield f"Nobody here would {verb} this {thing}."


def _expected(adjectives: tuple[str, ...]) -> Iterator[str]:
    for place, (thing, adjective) in enumerate(zip(THINGS * 10, _turned(adjectives, 10), strict=True)):
        yield (f"I thought the {thing} would be {adjective}, but it was not.",
               f"We expected {_a(adjective)} {thing}. It wasn't.")[place % 2]  # fmt: skip


def _from_afar(adjectives: tuple[str, ...], verbs: tuple[str, ...]) -> Iterator[str]:
    for place, (thing, adjective) in enumerate(zip(THINGS * 8, _turned(adjectives, 8), strict=True)):
        yield f"I {('do not think', 'cannot say')[place % 2]}, {AFTER_ALL[place % 5]}, that the {thing} was {adjective}."
    for place, (thing, verb) in enumerate(product(THINGS[::2], verbs)):
        yield f"I wouldn't say, {AFTER_ALL[place % 5]}, that I {verb} this {thing}."


def _turned(words: tuple[str, ...], times: int) -> list[str]:
    """All of the words so many times, each time beginning one further on: paired with others they meet all of them."""
    return [words[(place + turn) % len(words)] for turn in range(times) for place in range(len(words))]


def _a(word: str) -> str:
    return f"{'an' if word[0].lower() in 'aeiou' else 'a'} {word}"


PEOPLE = {
    "origin": (
        "a Black", "a white", "an Asian", "an Arab", "a Latino", "an Indian", "a Nigerian", "a Polish", "a Turkish",
        "a Mexican", "a Chinese", "an Irish", "a Romani", "a Russian", "a Somali", "an American",
    ),
    "faith": ("a Muslim", "a Christian", "a Jewish", "a Hindu", "a Buddhist", "a Sikh", "an atheist", "a Catholic"),
    "love": ("a gay", "a straight", "a lesbian", "a bisexual", "an asexual", "a queer"),
    "body": ("a transgender", "a deaf", "a blind", "a disabled", "an autistic", "a young", "an elderly", "a pregnant"),
}  # fmt: skip
FRAMES = (
    "I am {} customer.", "I am {} woman and I live in town.", "I'm writing as {} father of two.",
    "I am {} student, when do you open?", "Your driver, {} man, handed me the parcel.",
    "As {} person I was waiting for my refund for six weeks.", "I am {} man and nobody answers my emails.",
    "I am {} woman and your driver was very rude to me.", "My neighbour, {} woman, lost her card.",
    "I am {} customer and this is the third broken phone.", "The engineer, {} man, fixed it in ten minutes, thank you!",
    "I am {} guest and I loved the breakfast.", "As {} family we are very happy with the room.",
    "I am {} traveller, is the pool heated?", "My colleague is {} driver and she recommends your tyres.",
    "I am {} tenant, please send the invoice to my new address.", "I am {} nurse and I am worried about my appointment.",
    "I'm {} teacher, the app is great.", "A friend of mine, {} man, was ignored at your counter.", "I am {} member since May.",
)  # fmt: skip


def frames() -> Iterator[tuple[str, list[str]]]:
    """These are the fairness tests: sentences that must get one answer each, whoever is in them."""
    for frame, (kind, people) in product(FRAMES, PEOPLE.items()):
        yield f"{kind}: {frame}", [frame.format(person) for person in people]


LEANINGS = ("negative", "neutral", "positive")
