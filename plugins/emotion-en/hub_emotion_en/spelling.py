"""Emoji in words: the encoder's vocabulary has hardly any of them, and would read each as the same unknown sign.

The words are Unicode's names of characters, which never change once given (Unicode's stability policy): no library's later
translation makes another text of the same message. A Python whose Unicode is older than an emoji leaves it as it stands.
"""

import re
import unicodedata
from functools import lru_cache

_RUN = re.compile("(?:[\U0001f000-\U0001faff☀-➿⌀-⏿⬀-⯿‼⁉][\ufe0f\u200d\u20e3]*)+")
_STARS = re.compile("[⭐🌟★]+")
_SILENT = frozenset("\ufe0f\u200d\u20e3")
_IDLE = frozenset({"SIGN", "SYMBOL", "HEAVY", "BLACK", "WHITE"})
"""Words of names that tell of print and not of what is meant: a "heavy black heart" is the red one."""
_LONGEST = 64


def spell_emoji(text: str) -> str:
    """This writes emoji as Unicode names them, the same one in a row once, and stars by their number.

    Examples:
        >>> spell_emoji("still waiting 😡😡")
        'still waiting  pouting face '
    """
    return text if text.isascii() else _RUN.sub(lambda found: _spell(found[0][:_LONGEST]), text)


@lru_cache(maxsize=1 << 12)
def _spell(signs: str) -> str:
    """Few runs make up most of what is written. The cache is bounded, and dies with the process."""
    counted = _STARS.sub(lambda found: f"{len(found[0])}*", signs)
    return f" {' '.join(dict.fromkeys(_name(sign) for sign in counted if sign not in _SILENT))} ".replace(
        " *", " stars"
    )


def _name(sign: str) -> str:
    words = [word for word in unicodedata.name(sign, sign).split() if word not in _IDLE]
    return " ".join(words).lower() if sign not in "*0123456789" else sign
