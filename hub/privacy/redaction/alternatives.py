"""Long lists of words in a regular expression, laid out so that one look at a letter rules most of them out."""

import re
from collections.abc import Iterator

_LETTER = re.compile(r"[a-z](?![?*+{])")


def by_letter(words: str, *, cased: bool = False) -> str:
    """This puts alternatives with the same first letter together: ``ab|cd|ae`` becomes ``[aA](?:b|e)|[cC](?:d)``.

    For expressions in which small and large letters are the same, unless they are ``cased``. Alternatives that begin with
    anything but a letter come last, as they are; the order of those with the same letter stays, so the same texts match.

    Args:
        words: alternatives between ``|``; those inside brackets belong to one alternative.
        cased: only the small letters count: ``a(?:b|e)|c(?:d)``.
    """
    groups: dict[str, list[str]] = {}
    for one in _top_level(words):
        letter = one[0] if _LETTER.match(one) else ""
        groups.setdefault(letter, []).append(one[len(letter) :])
    rest = groups.pop("", [])
    first = "{0}" if cased else "(?-i:[{0}{1}])"
    laid_out = [
        f"{first.format(letter, letter.upper())}(?:{'|'.join(ends)})" for letter, ends in sorted(groups.items())
    ]
    return f"(?:{'|'.join([*laid_out, *rest])})"


def _top_level(words: str) -> Iterator[str]:
    depth, start = 0, 0
    for place, sign in enumerate(words):
        depth += (sign in "([") - (sign in ")]")
        if sign == "|" and not depth:
            yield words[start:place]
            start = place + 1
    yield words[start:]
