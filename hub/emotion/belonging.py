"""Belonging: what somebody is - origin, faith, whom they love, body, age - is hidden before anything is scored.

A model has heard some groups spoken of in anger more often than others, and would answer for the group. Names are hidden for
the same reason. What is hidden here cannot matter; the list is not complete, and dialect shows belonging too.
"""

import re

_ORIGINS = """
afghan african albanian algerian american angolan arab arabic argentine argentinian armenian asian australian austrian
azerbaijani bangladeshi belarusian belgian black bolivian bosnian brazilian british bulgarian burmese cambodian
cameroonian canadian caribbean caucasian chilean chinese colombian congolese croatian cuban cypriot czech danish
dominican dutch eastern ecuadorian egyptian english eritrean estonian ethiopian european filipino finnish french
gambian georgian german ghanaian greek guatemalan guinean gypsy haitian hispanic honduran hungarian icelandic indian
indigenous indonesian iranian iraqi irish israeli italian ivorian jamaican japanese jordanian kazakh kenyan korean
kosovan kurdish kuwaiti kyrgyz laotian latin latina latino latvian lebanese liberian libyan lithuanian macedonian
malaysian malian maori mexican moldovan mongolian moroccan mozambican native nepalese nepali nicaraguan nigerian
norwegian oriental pakistani palestinian panamanian paraguayan persian peruvian polish portuguese roman romani
romanian russian rwandan salvadoran saudi scottish senegalese serbian singaporean slovak slovenian somali spanish
sudanese swedish swiss syrian taiwanese tajik tamil tanzanian thai tunisian turkish ugandan ukrainian uruguayan uzbek
venezuelan vietnamese welsh white yemeni zambian zimbabwean
"""
_FAITHS = """
agnostic anglican atheist baptist buddhist catholic christian evangelical hindu islamic jain jew jewish lutheran
methodist mormon muslim orthodox presbyterian protestant quaker shia shiite sikh sunni taoist
"""
_LOVES = """
asexual bisexual cisgender gay genderqueer hetero heterosexual homosexual intersex lesbian lgbt lgbtq nonbinary
non-binary pansexual queer trans transgender transsexual
"""
_BODIES = "autistic blind deaf disabled dyslexic elderly middle-aged old pregnant straight young"
_AMBIGUOUS = frozenset(
    f"black eastern english french latin native oriental orthodox roman white trans {_BODIES}".split()
)
"""Words that mean something else as well: hidden only beside a word for somebody."""
_WORDS = frozenset(f"{_ORIGINS} {_FAITHS} {_LOVES} {_BODIES}".split())
_PLAIN = {word.rpartition("-")[2] for word in _WORDS - _AMBIGUOUS}
_PLAIN_FORMS = frozenset(_PLAIN | {f"{word}s" for word in _PLAIN})
_FORMS = _PLAIN_FORMS | {word.rpartition("-")[2] for word in _AMBIGUOUS}
_SOMEBODY = (
    "man|men|woman|women|guy|guys|girl|girls|boy|boys|lady|ladies|gentleman|gentlemen|person|people|adult|adults|kid|kids|child"
    "|children|teenager|couple|family|families|mother|father|mum|mom|dad|parent|parents|son|daughter|wife|husband|partner|sister"
    "|brother|friend|friends|neighbour|neighbor|customer|customers|client|clients|guest|guests|passenger|passengers|traveller"
    "|traveler|tourist|user|users|member|members|tenant|student|students|teacher|nurse|doctor|driver|engineer|employee|employees"
    "|worker|workers|staff|colleague|manager|waiter|waitress|agent|citizen|citizens|immigrant|refugee|community"
)
_SOMEBODIES = frozenset(_SOMEBODY.split("|"))
_ONESELF = ("i am", "i'm", "he is", "he's")
_LETTERS = re.compile(r"[a-z]+")
_LIKE = str.maketrans("ıſ", "is")
"""Letters that a search without regard to capitals takes for others."""

_FLAG = (
    r"[\U0001F1E6-\U0001F1FF]{2}|\U0001F3F4[\U000E0020-\U000E007F]+|\U0001F3F3\uFE0F?\u200D(?:\U0001F308|\u26A7\uFE0F?)"
)
_FAITH = "[✝☦☪✡🕉☸☯🔯🕎🛐🪯⛪🕌🕍🛕📿🕋]\ufe0f?"
_BUILT = "👦👧👨👩👪👫👬👭👰👱👲👳👴👵👶👸💃🕺🎅🤴🤵🤶🤰🤱🧑🧒🧓🧔🧕🫃🫄💏💑"
"""People drawn as of a sex, an age or a faith, alone or with others."""
_SIGNS = re.compile(rf"{_FLAG}|{_FAITH}|[\U0001F3FB-\U0001F3FF]|\u200D[♀♂]\uFE0F?")
_PEOPLE = re.compile(rf"[{_BUILT}](?:\u200D[^\w\s]\uFE0F?)*")


def _any(words: frozenset[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_BESIDE = re.compile(rf"\b(?:(an?)\s+)?(?:(?:{_any(_WORDS)})[\s-]+)+(?=(?:{_SOMEBODY})\b)", re.I)
_OF_ONESELF = re.compile(rf"\b(i am|i'm|s?he is|s?he's)\s+(?:an?\s+)?(?:(?:{_any(_WORDS)})\b[\s-]*)+", re.I)
_ALONE = re.compile(rf"\b(?:an?\s+)?(?:(?:{_any(_WORDS - _AMBIGUOUS)})s?\b[\s-]*)+", re.I)


def hide_belonging(text: str) -> str:
    """This takes away what somebody is where a word for them follows, and puts a masked name in its place where none does.

    Of emoji it takes flags, signs of faith, and what shows colour of skin and sex; whoever is drawn becomes a person.
    """
    if not text.isascii():
        text = _PEOPLE.sub("🧑", _SIGNS.sub("", text))
    low = text.lower().translate(_LIKE)
    said = _LETTERS.findall(low)
    if _FORMS.isdisjoint(said):
        return text
    # Each search costs many times what it takes to see that it can find nothing.
    if not _SOMEBODIES.isdisjoint(said):
        text = _BESIDE.sub(lambda found: "a " if found[1] else "", text)
    if any(start in low for start in _ONESELF):
        text = _OF_ONESELF.sub(r"\1 xname ", text)
    return text if _PLAIN_FORMS.isdisjoint(said) else _ALONE.sub(" xname ", text)
