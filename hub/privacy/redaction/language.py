"""Which texts the name recogniser may be trusted with."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NO_WORD = re.compile(r"(?<!\S)(?:(?!://)[^\s@\d])*(?:[@\d]|://)\S*")
_OTHER_LETTER = re.compile(r"[^\W\d_\x00-\x7f]")
_ENGLISH = frozenset(
    str.split("""
    the of to and a an in is it you that he was for on are with as i his they be at one have this from or had by not
    but what all were we when your can said there use each which she do how their if will up other about out many
    then them these so some her would make like him into time has look two more go see no way could my than been
    call who its now find long down did get come made may me our over again just any because very after where why
    also still never nobody nothing only please thanks thank sorry hello hi hey okay ok yes yeah great good bad
    noted done works worked working wow really happy help helps order refund account service support waiting wait
    don't can't won't i'm it's i've didn't doesn't isn't wasn't you're that's appreciate wonderful awesome terrible
    awful love loved hate hated angry disappointed frustrating fine cool nice perfect solved fixed broken late lost
    missing customer am being does every since third first last day week month year today
    """)
)
_FOREIGN = frozenset(
    str.split("""
    el los las una del que por con para como pero muy está este esta mi su le les des une est et pas pour avec dans
    sur vous je nous mais très ce cette mon der das und ist nicht ich sie wir ein eine einen mit für auf von zu den
    dem sich auch war mein meine il gli che di per non sono è questo questa mio della een het niet ik zijn voor met
    op maar ook wel van dat não uma com os seu meu são é jest nie się na że do jak mam det og jeg ikke som til på av
    är inte jag och har med ve bir bu için
    """)
)  # fmt: skip
_SCRIPTS_WITH_CAPITALS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "FULLWIDTH LATIN")
_UNDECLARED = frozenset({"", "und", "zxx", "mul", "mis", "qam", "qct", "qht", "qme", "qst", "art"})
_LEAST_SHARE = 0.25
"""Running English has about half function words; a text with a quarter of them is not asked about where English is declared."""

_LEAST_CHANCE, _NO_CHANCE = 0.1, 0.005
"""From the first on an undeclared text is taken for English, below the second a declared one is not.

Of 1,200 short messages in 22 other languages, with English words in them as people write, 1.5 % reach the first and 83 % stay
below the second; of the 9,028 English ones of that day 97 % and 1 %, most of which are in other languages after all.
"""

_FEWEST = 3
"""Of fewer words nobody says against what was declared that they are in another language."""

_CASELESS_SHARE = 0.2
"""An English text may hold so many letters of a script without capitals: a signature, a dash in a wrong encoding."""


def base_language(declared: str | None) -> str | None:
    """This is the primary subtag of a BCP 47 tag in small letters, or None where it declares nothing."""
    tag = (declared or "").strip().lower().replace("_", "-").partition("-")[0]
    return None if tag in _UNDECLARED else tag


def reads_as_english(text: str) -> bool:
    """This text clearly reads as English, or has no words."""
    words = _words(text)
    english = _common(words)
    if english == len(words):  # "Hello": of a word or two the library cannot say much
        return True
    return english >= _common(words, _FOREIGN) and _english_chance(words) >= _LEAST_CHANCE


def reads_as_another(text: str) -> bool:
    """This text clearly reads as another language than English, whatever somebody declared: many desks declare English."""
    said = text.lower().split()
    if len(_ENGLISH.intersection(said)) >= _LEAST_SHARE * len(said):
        return False
    words = _words(text)
    few = _common(words) < _LEAST_SHARE * len(words)
    return len(words) >= _FEWEST and few and _english_chance(words) < _NO_CHANCE


def _words(text: str) -> list[str]:
    """The words in small letters, without links, addresses and codes: those are in no language."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(_NO_WORD.sub(" ", text))]


def _common(words: Sequence[str], table: frozenset[str] = _ENGLISH) -> int:
    return sum(map(table.__contains__, words))


def _english_chance(words: Sequence[str]) -> float:
    return float(dict(_identifier().rank(" ".join(words)))["en"])


@cache
def _identifier() -> "LanguageIdentifier":
    """It takes a second and 100 MB to load: only where common words do not tell."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def has_caseless_script(text: str) -> bool:
    """This text has letters of a script without capitals, in which no name can be told by its first letter."""
    return not text.isascii() and any(map(is_caseless, set(_OTHER_LETTER.findall(text))))


def is_caseless(char: str) -> bool:
    """This is a letter of a script without capitals; signs that only look like one, such as the ohm's, are not."""
    if char.isascii() or not char.isalpha() or unicodedata.category(char) == "Lm":
        return False
    return not unicodedata.name(unicodedata.normalize("NFKC", char)[0], "").startswith(_SCRIPTS_WITH_CAPITALS)


def is_english_with_other_scripts(text: str) -> bool:
    """This text clearly reads as English, and few of its letters are of a script without capitals."""
    letters = sum(map(str.isalpha, text))
    return sum(map(is_caseless, text)) <= _CASELESS_SHARE * letters and reads_as_english(text)


def is_common_word(word: str) -> bool:
    """This is a common English word, which a name recogniser sometimes takes for a name at the start of a sentence."""
    return word.lower().replace("’", "'").strip(".,!?;:'\"") in _ENGLISH
