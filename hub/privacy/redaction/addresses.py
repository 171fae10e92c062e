"""Addresses without a known word for street: rows of capitals and numbers that are built like an address.

Half of the world names a plot, a block, a sector or a lane instead. What counts is how many parts of an address stand in one
row: units with a number, a postcode beside a town, compound house numbers, commas, towns and countries.
"""

import re
from collections.abc import Iterator
from functools import partial

from hub.privacy.redaction.alternatives import by_letter
from hub.privacy.redaction.language import is_common_word
from hub.privacy.redaction.rule import (
    BRITISH,
    FoundBy,
    Stretch,
    at_least,
    both,
    has,
    rule,
    shaped,
    whole,
    with_capital,
)

_JOIN = (
    "de|da|do|del|della|di|du|des|la|las|los|le|of|the|an|der|am|on|upon|sur|y|na|nad|no|nr|apto|apt|piso|scala|int|bte|lgh|etg|bl|sc"
    "|ap|et|kv|kw|d|m|st|sal|tv|th|esq|dto|izq|izda|dcha|puerta|casa|oficina|interior|bloco|sala|andar|porta|floor|flat|block|unit|room|flr|fl|rm|door|cross|plot|villa|street|lane|phase|sector|level|tower|building|dorm|vía|carretera"
    "|house|near|opp|opposite|behind|bis|ter|km|em|ul|vul|bul|str|bâtiment|bat|étage|norte|sul|esc|stiege|top|ix|il|tal|es|ku|gu|dong|ro|gil|daero|cho|machi|shi|ken|chome|chōme"
)
_PIECE = rf"(?:[^\W\d_a-zß-öø-ÿ]\w*+(?:['’]\w++)?+|\d\w*+[ºª°]?+|{by_letter(_JOIN, cased=True)}(?!\w))"
_ROW = re.compile(rf"(?<!\w)#?{_PIECE}(?:(?:[ ,./#()–-]|\n(?!\n)|<br ?/?>|(?<=No|.D):(?=\s?\d)){{1,4}}+{_PIECE})++")
"""No two alternatives begin alike and nothing is given back, so the time grows with the length of the text alone."""

_STOP = re.compile(
    r"(?<=[^\W\d_]{5})[.]\s+(?=[^\W\d_])|(?<=\d)\.\s+(?=[A-Z][a-z]{3})|\n(?=[^\n:]{1,16}:)|[,.]?[ \n](?=(?:I|We|My|Please|Thanks|Thank|Regards|Kind"
    r"|Best|Call|Tel(?!\sAviv)|Phone|Mob|Mobile|Email|The|And|But|Your|You|Order|Not|Was|Is|Where|When|Why)\b(?![ ]\d))"
)
_UNIT = re.compile(
    r"(?i)\b(?:flat|h\.?\s?no|house|door|d\.?\s?no|plot|block|blk|lot|villa|erf|stand|unit|apt|apartment|level|tower|building|bldg|floor|room|sector|dorm"
    r"|phase|ward|lane|road|street|cross|main|moo|soi|brgy|barangay|phuong|quan|apto|depto|oficina|torre|casa|piso|scala|int|sc|bl|ap|kv|d|bte|lgh|box"
    r"|esc|stiege|top|bloco|sala|interior|mz|lt|manzana|lote|km|rr|gali|gate|compound|house\s+no|flat\s+no|plot\s+no|door\s+no|road\s+no|bloc|bâtiment)"
    r"\b[\s.:#]{0,3}(?:no\.?\s?)?(?:[A-Z]-?)?\d[\w/-]{0,12}|\b(?:block|blk|tower|torre|building|wing|bâtiment|bloco)\s[A-Z]\b|\b\d{1,3}(?:st|nd|rd|th)\s(?:cross|main|floor|flr?|lane|street|block|avenue)\b"
    r"|\b\d{1,2}/F\b|\b\d{1,3}[ºª°]\s?[A-Z]?\b"
)
_ROAD = re.compile(
    r"\b(?:Calle|Carrera|Cra|Cll|Avenida|Avda|Av|Ave|Rua|R|Via|Rue|Rruga|Str|Ul|ul|vul|bul|Bul|Jalan|Jl|Soi|Lorong|Lrg|Transversal|Diagonal|Travessa|Praça"
    r"|Triq|Ulitsa|Prospekt|Chemin|Allée|Plaza|Paseo|Camino|Barrio|Col|Colonia|Mah|Cad|Sok|Caddesi|Sokak|Mahallesi|C/)\b\.?[\s/]|\b\w{2,20}-(?:ku|gu|dong|ro|gil|daero|cho|machi|shi|ken|chome|chōme)\b"
    r"|\b\w{1,20}(?:straße|strasse|gasse|weg|straat|gracht|laan|gatan|vej|katu|utca)\b|\b(?:Road|Rd|Street|St|Lane|Nagar|Colony|Marg|Chowk|Bagh|Vihar|Enclave|Layout"
    r"|Estate|Crescent|Close|Avenue|Drive|Way|Residency|Apartments|Heights|Gardens|Villas|Mansion)\b"
)
_POST = re.compile(
    r"\b\w[^\W\d_A-ZÀ-Þ]{2,30}\.?\)?\s?[-–,]?\s?\d{5,7}\b|\b\d{3}[- ]?\d{2,3}\s[^\W\d_]{3,30}|(?<=[,\n] )\d{4}\s[A-Z]{0,2}\s?[^\W\d_]{3,30}|\b\d{4}-\d{3}\b|\b\d{5}-\d{3}\b|\b\d{3}-\d{4}\b|\b[^\W\d_]{3,30}\s\d{3}\s\d{2}\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z][ -]?\d[A-Z]\d\b|\b[A-Z]{2}\s\d{4,5}\b"
)
_COMPOUND = re.compile(
    r"\b\d{1,5}[A-Z]?[/-]\d{1,5}\b|\b[A-Z]-\d{1,4}\b|#\s?\d{1,4}-\d{1,5}|\b\d{1,3}[A-Z]?\s?#\s?\d{1,3}"
)
_THING = re.compile(
    r"(?i)\b(?:regulation|directive|model|serial|version|sku|item|article|error|page|chapter|section|figure|flight|android|ios|windows)\b"
)
_TOWNS = frozenset(
    str.split("""
    lagos abuja kano ibadan accra kumasi nairobi mombasa kampala kigali dakar lusaka harare windhoek durban johannesburg
    pretoria dar addis cairo alexandria casablanca tunis algiers dubai sharjah doha riyadh jeddah kuwait muscat manama
    amman beirut baghdad tehran karachi lahore islamabad rawalpindi dhaka chittagong colombo kandy kathmandu delhi
    mumbai bombay pune bengaluru bangalore chennai madras kolkata hyderabad ahmedabad jaipur lucknow noida gurgaon
    gurugram patna kochi indore nagpur surat bangkok phuket hanoi minh jakarta bandung surabaya manila quezon makati
    cebu davao singapore kuala selangor penang johor hong kowloon shanghai beijing shenzhen guangzhou taipei tokyo osaka
    kyoto seoul busan istanbul ankara izmir athens sofia bucurești bucharest beograd belgrade zagreb ljubljana budapest
    praha prague warszawa warsaw kraków wrocław moscow kyiv kiev minsk riga vilnius tallinn helsinki stockholm oslo
    københavn copenhagen berlin münchen hamburg köln wien vienna zürich genève bruxelles brussels amsterdam rotterdam
    paris lyon marseille madrid barcelona sevilla valencia bilbao lisboa lisbon porto roma milano napoli torino london
    dublin belfast edinburgh glasgow cardiff manchester birmingham bogotá bogota medellín medellin cali lima quito
    guayaquil caracas santiago buenos rosario montevideo asunción paz paulo janeiro brasília salvador recife cdmx méxico
    guadalajara monterrey heredia panamá toronto montréal vancouver ottawa sydney melbourne brisbane perth adelaide
    auckland wellington chicago boston houston dallas seattle denver nigeria ghana kenya uganda tanzania zambia zimbabwe
    namibia uae india pakistan bangladesh thailand vietnam malaysia indonesia philippines japan korea china brazil
    brasil colombia argentina chile peru méxico mexico turkey türkiye tel
    """)
)
_TOLD = re.compile(
    r"(?i)\b(?:add?ress(?:e|es)?(?:\s+(?:is|was|to))?|adres|adresse|deliver(?:ed|y)?(?:\s+to)?|ship(?:ped)?(?:\s+it)?\s+to|liv(?:e|es|ing)\s+(?:at|in)"
    r"|stay(?:ing)?\s+(?:at|in)|moved\s+to|sen[dt]\s+(?:it\s+)?to|located\s+at|post\s+to)\W{0,3}$"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_LEAST, _LEAST_WITH_PLACE = 4, 3
_MOST_UNITS = 2
"""So many units count."""
_LONGEST = 200
"""Characters; what is longer is a list, and its lines are looked at one by one."""

_LOOSE = r"(?:the|of|an|on|am|do|no|near|at|y|opposite|behind)"
_ENDS = re.compile(rf"^(?:{_LOOSE}[ ,.]+)+|(?:[ ,.]+{_LOOSE})+$")
_NEAR = re.compile(r"(?i)\b(?:near|opp|opposite|behind|beside)\.?(?:\s[^\s,]+){0,3}$")
_BESIDE = re.compile(r"(?:\s[a-z]{3,15}){1,2}(?:,\s[^\W\d_a-zß-öø-ÿ][\w'’-]{2,20}){0,2}(?=\s*(?:$|\n|[,.;)]))")
"""A landmark in small letters ends the row: "near Hanuman temple, Warangal"."""
_LINE, _DIGIT = re.compile(r"\n"), re.compile(r"\d")


_MEASURED = re.compile(
    r"(?i)^\d{1,5},?\s(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|times?|people|orders?|emails?|calls?|items?|of|x)\b"
)


def is_measured(value: str) -> bool:
    """This begins with so many of something and not with a house: "3 days late to chester ca 96020"."""
    return _MEASURED.match(value) is not None


def find_rows(text: str) -> Iterator[Stretch]:
    """This yields the rows of a text that are built like an address."""
    for match in _ROW.finditer(text):
        if not _DIGIT.search(text, *match.span()):
            continue
        for row in _cut(text, *match.span(), _STOP):
            for start, end in _cut(text, *row, _LINE) if row[1] - row[0] > _LONGEST else [row]:
                if end - start <= _LONGEST and _is_address(text, start, end):
                    first, last = _trimmed(text, start, end)
                    beside = _BESIDE.match(text, last) if _NEAR.search(text, first, last) else None
                    yield first, beside.end() if beside else last


def _cut(text: str, start: int, end: int, stop: re.Pattern[str]) -> Iterator[Stretch]:
    for match in stop.finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    yield start, end


def _trimmed(text: str, start: int, end: int) -> Stretch:
    """Small words of the sentence around it are no part of an address."""
    for match in _ENDS.finditer(text[start:end]):
        if match.start() == 0:
            start += match.end()
        else:
            end -= len(match[0])
    return start, end


def _is_address(text: str, start: int, end: int) -> bool:
    row = text[start:end]
    words = _WORD.findall(row)
    if not words or not any(map(str.isdigit, row)):
        return False
    road, post, compound = 2 * bool(_ROAD.search(row)), 2 * bool(_POST.search(row)), bool(_COMPOUND.search(row))
    town = any(word.lower() in _TOWNS for word in words)
    told = 2 * bool(_TOLD.search(text, max(0, start - 30), start))
    commas = row.count(",")
    points = road + post + compound + town + told + (commas + row.count("\n") >= 2)
    least = _LEAST_WITH_PLACE if town or post or road or told else _LEAST
    if points + _MOST_UNITS < least and commas < 2:
        return False  # units are the slowest to look for, and not even two of them would do
    units = min(_MOST_UNITS, len(_UNIT.findall(row)))
    if not (units or road or post or compound) or _THING.search(row):
        return False
    return points + units >= least or (units == _MOST_UNITS and commas >= 2 and len(words) >= 2 + units)


_AREA = (
    "(?:A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]"
    "|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE)"
)
_CODE = rf"{_AREA}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{{2}}"
_STATES = "(?:nyc|a[lkzr]|c[at]|d[ce]|fl|ga|i[la]|k[sy]|m[dinst]|n[evhjmycd]|ri|s[cd]|t[nx]|ut|v[ta]|w[aviy]|(?-i:CO|HI|ID|IN|LA|MA|ME|MO|OH|OK|OR|PA|DE))"
_DOOR = re.compile(
    r"(?i)(?<!\w)(?:flat|unit|apt|apartment|suite|studio|shop|office|room|house|no)\.?\s(?:\d{1,4}[a-z]?,?\s)?$"
)


def _numbered(pattern: re.Pattern[str], text: str) -> Iterator[Stretch]:
    """An address from the number of its house, and what stands before it: "unit 4 riverside"."""
    for match in pattern.finditer(text):
        if not is_measured(match[0]):
            door = _DOOR.search(text[max(0, match.start() - 20) : match.start()])
            yield match.start() - (len(door[0]) if door else 0), match.end()


_KIND = "street|road|avenue|lane|drive|close|crescent|terrace|gardens|grove|court|row|walk|way|hill|green|square|place|mews|rd|st|ave|ln"
_NAMED = re.compile(
    rf"(?i)(?P<before>(?:[a-z'’]{{2,15}},?[ \n]){{1,5}})(?:{_KIND}),?[ \n](?:[a-z'’]{{2,15}},?[ \n]){{0,3}}{_CODE}(?!\w)"
)


def _named(text: str) -> Iterator[Stretch]:
    """An address without a number before its postcode, in large or small letters: "the old forge church lane ashwell sg7 5nf"."""
    for match in _NAMED.finditer(text):
        start = match.start()
        for word in re.finditer(r"[a-zA-Z'’]+", match["before"]):
            if is_common_word(word[0]):
                start = match.start() + (word.start() if word[0].lower() == "the" else word.end())
        while text[start] in " ,\n":
            start += 1
        yield start, match.end()


SMALL = (
    FoundBy("STREET_ADDRESS", 0.7, _named, both(at_least(2), whole(*_KIND.split("|")), BRITISH)),
    # "12b station parade london e8 1aa", "4417 n larch ave apt 2r chicago il 60641": with its code, no part needs a capital.
    FoundBy(
        "STREET_ADDRESS", 0.8, partial(_numbered, re.compile(rf"(?i)(?<![\w.,$€£])\d{{1,5}}[a-z]?,?\s(?:[a-z'’\d]{{2,15}},?\s){{1,7}}{_CODE}(?!\w)")),
        both(at_least(3), BRITISH),
    ),
    FoundBy(
        "STREET_ADDRESS", 0.8,
        partial(_numbered, re.compile(rf"(?i)(?<![\w.,$€£])\d{{1,5}}[a-z]?,?\s(?:[a-z'’\d]{{1,15}},?\s){{2,8}}{_STATES},?\s\d{{5}}(?:-\d{{4}})?(?!\w)")),
        both(at_least(6), shaped(" 00000")),
    ),
    rule("ZIP_CODE", 0.7, rf"(?i)(?<![\w-]){_AREA}\d{{1,2}}[a-z]?\s\d[abd-hjlnp-uw-z]{{2}}(?![\w-])", both(at_least(2), BRITISH), lambda match: match[0][-2:].lower() not in {"st", "nd", "rd", "th", "tb", "gb", "hr", "ft", "lb", "pt"}),
    rule("ZIP_CODE", 0.7, r"\b[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]\d[ABCEGHJ-NPRSTV-Z]\d\b", both(at_least(3), shaped("A0A 0A0", "A0A-0A0"))),
)  # fmt: skip


_MAY_HOLD_ONE = both(at_least(2), has(",", "\n", "#"), with_capital)
"""An address has digits and capitals, and more than one part."""


ROWS = (
    *SMALL,
    FoundBy("STREET_ADDRESS", 0.7, find_rows, _MAY_HOLD_ONE),
)
