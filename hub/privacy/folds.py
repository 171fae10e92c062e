"""The folds: what does not matter when an identifier is looked for in a text - case, look-alike letters, separators."""

import re
import sys
import unicodedata
from functools import cache

# Letters that pass for Latin ones, each by the shape that it has: a capital Greek Nu is an N, a small one a v.
_SHAPES = (
    "АВЕКМНОРСТУХІЈЅԚԜҺΑΒΕΖΗΙΚΜΝΟΡΤΥΧаеіјѕорсухԁԛԝһӏցոսօανικορτυχγωεⅼıɡɑ",
    "ABEKMHOPCTYXIJSQWHABEZHIKMNOPTYXaeijsopcyxdqwhlgnuoavikoptuxywelıga",
)
_SMALL = ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢвкмнт", "abcdefghijklmnoprstuvwyzbkmht")
_GONE = frozenset({"Mn", "Me", "Cf"})


@cache
def _table() -> dict[int, str | None]:
    """What each character is read as: look-alikes as Latin, every decimal digit as 0-9, marks and invisible ones as nothing."""
    table: dict[int, str | None] = {}
    for code in range(0x80, sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category in _GONE:
            table[code] = None
        elif category == "Nd":
            table[code] = str(unicodedata.decimal(chr(code)))
    for lookalikes, latin in (_SHAPES, _SMALL):
        table |= {ord(one): other for one, other in zip(lookalikes, latin, strict=True)}
    # Letters in circles and squares, flags, and "tags", which machines read and nobody sees.
    for first, start in ((0x1F150, "a"), (0x1F170, "a"), (0x1F130, "a"), (0x1F1E6, "a")):
        table |= {first + number: chr(ord(start) + number) for number in range(26)}
    table |= {0xE0000 + code: chr(code) for code in range(0x20, 0x7F)}
    table[ord("ı")] = "i"
    # Letters by their category, and drawn as nothing or as a blank (NFKD makes these of the fillers of U+3164 and U+FFA0).
    table |= dict.fromkeys((0x115F, 0x1160, 0x2800))
    return table


def letters(text: str) -> str:
    """This is a text in small Latin letters without accents, invisible characters or runs of blanks."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_table())
    return " ".join(text.casefold().split())


_WORDS = re.compile(r"[^\W_]+")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[^0-9a-z]{1,3}(?=[0-9])")


def words(folded: str) -> str:
    """This is a folded text's letters and digits, with one blank for whatever stands between them."""
    return " ".join(_WORDS.findall(folded))


def digits(folded: str) -> str:
    """This is a folded text without what people put between the digits of a number."""
    return _BETWEEN_DIGITS.sub("", folded)
