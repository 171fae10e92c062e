"""People, and what they live in and buy from: names drawn from lists of many countries."""

from __future__ import annotations

import random
from collections.abc import Sequence

from lookalikes import shop
from names import lists
from regions import written
from things import BRANDS, Places


class People:
    """This draws names: every country is as likely as another.

    Args:
        rng: where chance comes from.
        words: words that people write in small letters; those that are also names are left out.
    """

    def __init__(self, rng: random.Random, words: Sequence[str]) -> None:
        self._rng = rng
        self._first, self._last = (known + more for known, more in zip(lists(), written(), strict=True))
        self._places = Places()
        names = {name.lower() for group in (*self._first, *self._last) for name in group}
        self._words = [word for word in words if word not in names]

    def place(self) -> str:
        """This draws a place."""
        return self._places.draw(self._rng)

    def word(self) -> str:
        """This draws a plain word in small letters."""
        return self._rng.choice(self._words)

    def shop(self) -> str:
        """This draws a company that is called like a person."""
        return shop(self._rng, self.first, self.last)

    def capitals(self) -> str:
        """This draws initials and a last name in capitals, as slips and tickets have them."""
        initials, last = self._rng.choice(("{} {}", "{}. {}", "{}{} {}", "{} {} {}", "{}.{}. {}")), self.last().upper()
        letters = [self._rng.choice("ABCDEFGHJKLMNPRSTVWYZ") for _ in range(initials.count("{}") - 1)]
        return initials.format(*letters, last) if self._rng.random() < 0.8 else f"{last} {letters[0]}."

    def brand(self) -> str:
        """This draws a company, a brand, a holiday: what is written with a capital letter and is nobody."""
        return self._rng.choice(BRANDS)

    def first(self) -> str:
        """This draws a first name."""
        return self._rng.choice(self._rng.choice(self._first))

    def last(self) -> str:
        """This draws a last name, sometimes a double one."""
        name = self._rng.choice(self._rng.choice(self._last))
        return f"{name}-{self._rng.choice(self._rng.choice(self._last))}" if self._rng.random() < 0.06 else name

    def full(self) -> str:
        """This draws first and last name of one country, in one of the usual forms."""
        i = self._rng.randrange(len(self._first))
        first, last = self._rng.choice(self._first[i]), self._rng.choice(self._last[i])
        forms = (
            f"{first} {last}", f"{first} {last}", f"{first} {last}", f"{first} {last}", f"{first} {last}",
            f"{first} {self._rng.choice(self._last[i])} {last}", f"{first[0]}. {last}", f"{first} {last[0]}.",
            f"{first} {self._rng.choice('ABCDEFGHJKLMNPRSTW')}. {last}", f"{first}-{self.first()} {last}",
        )  # fmt: skip
        return self._rng.choice(forms)

    def any(self) -> str:
        """This draws a name as people give it."""
        return self._rng.choice((self.first, self.first, self.full, self.full, self.last))()
