"""Places that tell where somebody lives: addresses with all their parts, postcodes, and a town after "I live in".

A town by itself is not personal: flights go there and shops stand there.
"""

import re
from collections.abc import Iterator
from functools import partial

from hub.privacy.redaction.alternatives import by_letter
from hub.privacy.redaction.language import is_common_word
from hub.privacy.redaction.rule import (
    BRITISH,
    FoundBy,
    Gate,
    Rule,
    Stretch,
    after,
    at_least,
    begins,
    both,
    either,
    has,
    holds,
    rule,
    shaped,
    value_is,
    whole,
)

_TYPE = (
    "Street|St|Str|Road|Rd|Avenue|Ave|Av|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Crt|Place|Pl|Square|Sq|Way|Terrace|Ter|Close|Cl|Crescent"
    "|Cres|Gardens|Gdns|Grove|Hill|Park|Row|Walk|Highway|Hwy|Parkway|Pkwy|Quay|Mews|Circle|Cir|Trail|Loop|Plaza|Alley|Route|Rise|View|Parade"
    "|Green|Wharf|Yard|Mount|Vale|Heights|Fields|Meadow|Meadows|Bypass|Esplanade|Broadway|End|Gate|Cottages|Estate|Buildings"
)
_SURE_TYPE = "street|road|avenue|boulevard|crescent|terrace|lane|drive|gardens|grove|close|mews|court|rd|ave|blvd|rise|way|place|square|ct|gdns|cres|st"
_CAP = r"[A-ZÀ-ÝŁŞŠŽ](?:[\w'’-]{0,30}(?:\.[\w'’-]{1,20}){0,3}|\w{0,2}\.)"
_WORD = r"[^\W\d_][\w'’-]{1,30}"
_UNIT = r"(?:(?i:apt|apartment|appt|flat|suite|ste|unit|floor|room|#|app\.?|top\s+flat|basement|wohnung|whg)\.?\s*#?\s*[\w-]{1,6}|(?i:block|blk|bldg|wing|tower)\s[A-Za-z0-9]{1,3}(?!\w))"
_HOUSE = r"\d{1,5}(?:[A-Za-z](?!\w)|[-/]\d{1,4})?"
_NUMBER_WORD = (
    r"(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|a\s+hundred\s+and)[\s-]+){1,4}"
)
_FOREIGN = (
    r"calle|avenida|avda\.?|plaza|paseo|carrera|rue|avenue|via|viale|piazza|corso|rua|travessa|ulica|ul\.|al\.|aleja|strada|str\.|bulevardul|jalan|jl\."
    r"|rruga|cesta|ulice|trg|odos|prospekt|piazzetta|piazzale|vicolo|largo|praça|praca|rúa|carrer|camino|postbox|postboks|boks|náměstí|nám\.|prospekti"
)
_GERMANIC = (
    r"(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.?|weg|gasse|platz|allee|damm|ufer|ring|steig|chaussee|straat|laan|gracht|plein|gatan|vägen|vej|gade|veien"
    r"|gata|brogade|katu|kuja|polku|tie|stræde|straede|stræti|straeti|braut|backen|gränd|torget|stien|svingen|bakken|kade|singel|dreef|hof|steeg)"
)
_AFTER_NAME = r"(?:utca|utja|útja|út|u\.|tér|köz|kapu|krt\.|sokak|sok\.|caddesi|cad\.|iela|gatvė|g\.|tänav|maantee|mnt\.?|puiestee|pst\.|tn\.)"
"""What stands between the name of a street and its number in Hungarian, Turkish, Latvian, Lithuanian and Estonian."""
_UK = r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}"
_STATE = (
    "(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]"
    "|W[AVIY]|N(?:orth|ew)\\s[A-Z][a-z]+|Illinois|California|Texas|Florida|Ohio|Georgia|Washington|Oregon|Colorado)"
)
_BEFORE = re.compile(
    rf"(?:{_UNIT}|(?i:\d{{1,2}}(?:st|nd|rd|th)|ground|first|second|third|top)\s(?i:floor)|(?i:\d{{1,2}}\s?(?:er|e|ème|eme)\s[ée]tage)|(?:The\s)?{_CAP}(?:\s{_CAP}){{0,2}}\s(?:House|Lodge|Rectory|Cottage|Farm|Court|Barn|Mill|Hall|Manor|Home|Villa|Mansions|Residence|Place|Point|Tower))[\s,]{{1,3}}$"
)
_COMMA = r"(?:\s?,\s?|\s[/|·]\s|\s?<br\s?/?>\s?|\s?,?\s?\n[ \t>*|]{0,12})"
"""Between two parts of an address; lines of it may be moved in or quoted."""
_PIECE = re.compile(
    rf"(?:(?:{_COMMA}|\s)(?:{_UNIT}\b|\d{{1,2}}\.?\s?(?:OG|EG|th|tv|sal|piso|º|ª)\.?(?:\s(?:links|rechts|izq\.?|dcha\.?))?|\d{{1,2}}[ºªoa]?\s?(?:izq|dcha)\b\.?|2\.\s?th\.))"
    rf"|{_COMMA}(?i:escalier|esc|bât(?:iment)?|bat|[ée]tage|porte|stiege|scala|entrance|staircase|stair|level|door|gate|building|house|buzzer|bell)\.?\s(?:\d{{1,4}}[A-Za-z]?|[A-Z])\b"
    r"|\s(?:m|lok|kv|kw|ap|int|pt|lgh|bte|top)\.\s?\d{1,4}\b"
    rf"|(?:{_COMMA}|\.?\s)(?:[IVX]{{1,4}}/\d{{1,3}}|\d{{1,2}}\.?[º°ª]\s?(?i:esq|dto|frente|fte|izq|dcha)\b\.?)"
    rf"|{_COMMA}(?:[A-Z]{{1,2}}-)?\d{{3,5}}(?:-\d{{3,4}}|\s?[A-Z]{{2}}\b)?\s{_CAP}(?:[ -]{_CAP}){{0,2}}(?:\s[A-Z]\b)?"
    rf"|(?:{_COMMA}|\s)(?:{_UK}\b|(?i:[a-z]{{1,2}}\d[a-z\d]?\s?\d[a-z]{{2}})\b|{_STATE}\s+\d{{5}}(?:-\d{{4}})?|\d{{5}}(?:-\d{{4}})?(?!\d)|\d{{4}}(?=\s*(?:$|\n|[.,])))"
    rf"|\s?,?\s?\n\s{{0,4}},?\s?(?:{_STATE}|[A-Z]{{2,3}})(?:\s\d{{5}}(?:-\d{{4}})?)?(?=\s*(?:\n|$|[.,]))"
    rf"|{_COMMA}{_CAP}(?:[ -](?:{_CAP}|upon|on|de|del|di|do|da|la|le|en|am|an\sder|nad|v|u|na)){{0,4}}(?:\s\([^()\n]{{2,20}}\)|\s\d{{1,2}}(?=\s*(?:[,.]|$|\n)))?(?=\s*(?:,|\n|$|[.;)?!](?:\s|$)|\s(?:{_UK}|{_STATE}|\d{{4,5}})\b|\s(?:and|or|please|but|instead|is|was|if|as|with|tel|phone)\b|<br))"
)
_AFTER_UNIT = re.compile(
    rf"\s{_CAP}(?:[ -](?:{_CAP}|de|del|di|do|da|la|le|na)){{0,3}}(?:\s\d{{4,6}})?(?=\s*(?:$|\n|[.,;?!](?:\s|$)))"
)
_ENDS_WITH_UNIT = re.compile(rf"{_UNIT}$")
_POSTCODE_ENDS = re.compile(rf"{_UK}$")
_LOWER_TAIL = re.compile(r"(?:,?\s+[a-zà-ÿ0-9'’]{2,15}){0,5},?\s+[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}\b")
_LOWER_TOWN = re.compile(
    r",\s[a-zà-ÿ]{3,20}(?:\s(?:rd|road|st|street|ave|lane|ln|ct|court)\b)?(?=\s*(?:,|$|\n|\sta\b|\spls\b))"
)
_BARE_TOWN = re.compile(r"\s(?P<town>[a-zà-ÿ]{4,20})(?=\s*(?:$|\n|[,.;?!](?:\s|$)))")
"""After a street in small letters, the last word before the sentence ends: "61 stapleton rd bristol"."""

_NO_PIECE = frozenset(
    str.split("""
    i the my thanks thank regards best kind please yours cheers we you it and but or so he she they order tel phone mobile email
    why what when where who how this that is are sent from to re date subject hi hello dear also not no yes ps
    """)
)
_PIECES = 8


_NUMBER_BEFORE = re.compile(r"(?<![\w.,$€£:/-])\d{1,5}[A-Za-z]?,?[ -]$")
"""Of a house with two numbers, or of a town before its street."""


def _addresses(pattern: re.Pattern[str], text: str) -> Iterator[Stretch]:
    group = "value" if "value" in pattern.groupindex else 0
    for match in pattern.finditer(text):
        if not _is_a_phrase(match[group]):
            yield _widen(text, *match.span(group))


def _street(pattern: str, gate: Gate) -> FoundBy:
    """An address from the flat to the country, however many lines it takes, around a street that the pattern finds."""
    return FoundBy("STREET_ADDRESS", 0.8, partial(_addresses, re.compile(pattern)), gate)


_ENGLISH_ENDS = re.compile(
    r"(?i)(?:[aeiou]|sp|b|st)ring|(?:de|ar)cade|(?:un|es|ca|oo|or|ut|ot|eck)tie|\b\w{1,3}tie|(?:inter|con|tail|navi|dele|agri)?gate"
)


def _is_a_phrase(street: str) -> bool:
    """This is no street: "2 weeks on the road", where every word between number and street is a common one; "during 1980"."""
    words = re.findall(r"[^\W\d_]{2,}", street)
    if len(words) == 1 and _ENGLISH_ENDS.search(words[0]):
        return True
    between = words[:-1]
    return (bool(between) and all(is_common_word(word) and not word[0].isupper() for word in between)) or any(
        word.lower() in _MEASURES for word in words
    )


_MEASURES = frozenset(
    str.split("""
    minutes minute hours hour days day weeks week months month years year miles km metres meters times people percent min
    at on from until stars points pounds dollars euros quid kids adults nights items bags pieces pairs calls emails
    """)
)


def _widen(text: str, start: int, end: int) -> Stretch:
    for _ in range(2):
        before = _BEFORE.search(text[max(0, start - 60) : start])
        start -= len(before[0]) if before else 0
    number = _NUMBER_BEFORE.search(text[max(0, start - 12) : start])
    start -= len(number[0]) if number else 0
    for _ in range(_PIECES):
        piece = _PIECE.match(text, end) or _LOWER_TAIL.match(text, end) or _LOWER_TOWN.match(text, end)
        if piece is None and _ENDS_WITH_UNIT.search(text, max(start, end - 20), end):
            piece = _AFTER_UNIT.match(text, end)
        if piece is None and text[start:end].islower():
            piece = _BARE_TOWN.match(text, end)
            piece = None if piece and (is_common_word(piece["town"]) or piece["town"] in _NO_TOWN) else piece
        if (
            piece is None
            or _first_word(piece[0]) in _NO_PIECE
            or _is_label(text, piece)
            or _POSTCODE_ENDS.search(text, start, end)
        ):
            break
        end = piece.end()
    return start, end


def _is_label(text: str, piece: re.Match[str]) -> bool:
    """The line after an address names what it holds ("Phone: ...")."""
    return "\n" in piece[0] and text[piece.end() : piece.end() + 1] == ":"


def _first_word(piece: str) -> str:
    word = re.search(r"[^\W\d_]+", piece)
    return word[0].lower() if word else ""


_MOVE = (
    r"(?:i|we|he|she|they|mum|mom|dad|who|and)(?:\s+(?:both|all|now|currently|still|just|used\s+to|only|have|has|had|actually|also|recently|since))?\s*(?:'ve\s+|’ve\s+)?"
    r"(?:live[sd]?|living|reside[sd]?|stay(?:ing|ed)?\s+with\s+\w+|grew\s+up|(?:just\s+)?moved(?:\s+(?:back|house))?|relocated|settled|was\s+born|(?:'m|’m|\s?am|\s?are|\s?is|'re|’re)\s+(?:living|based|located|moving|residing))"
    r"(?:\s+\w+)?\s+(?:in|to|at|near|outside|around|just\s+outside|over\s+in|up\s+in|down\s+in)\s+"
)
_HERE = r"(?:i\s?'?m|i’m|i\s+am|we\s?'?re|we’re|we\s+are|he\s?'?s|she\s?'?s|he\s+is|she\s+is|we\s+r|my\s+\w+\s+is)\s+(?:(?:from|here\s+in|up\s+in|down\s+in|out\s+in|over\s+in|in|near|a\s+\w+\s+in)\s+)"
_TITLED = r"(?:home\s+town|hometown|city|town|village|location|based|residing|resident\s+of|born|living|caller|customer|cust|cx|neighbours?|people|anyone\s+else|greetings|hello|hi)\s*(?:is|:|=)?\s*(?:in|from|of|around|near)?\s+"
_WHO = r"(?:i\s?['’]?m|i\s+am|we\s?['’]?re|we\s+are|s?he\s?['’]?s|s?he\s+is|as)\s+(?:just\s+|only\s+)?(?:an?|two|three|both)(?:\s+[\w'’-]+){1,3}\s+(?:from|in|near|outside)\s+"
"""What somebody is, before where: "I'm a pensioner from"."""
_RELATION = by_letter(
    r"wife|husband|family|mother|father|mum|mom|dad|parents|son|daughter|kids|children|child|brother|sister|partner|boyfriend|girlfriend"
    r"|fianc[eé]e?|flatmate|roommate|housemate|friend|neighbou?rs?|gran|grand(?:ma|pa|mother|father|parents)|uncle|aunt|cousin|colleague|boss|in-laws"
)
_DOING = (
    r"(?:i|we)\s+(?:run|own|teach|work|study|farm|volunteer|manage|operate|keep|have|rent)(?:\s+[\w'’&-]+){0,4}\s+(?:in|near|outside)\s+"
    rf"|(?:my|our|his|her)\s+(?:\w+\s+)?{_RELATION}\s+(?:(?:is|are|was|were|lives?|stays?|all|both|back|home|over)\s+){{0,3}}(?:in|from|near|outside)\s+"
)
"""Who does something there, or whose family is there: "we run a small hotel in", "my sister in"."""
_TOWN = rf"(?P<value>{_CAP}(?:[ -](?:{_CAP}|(?:upon|on|de|la|le)\b)){{0,2}})(?!\w)"
_TOWN_AND_LAND = rf"(?P<value>{_CAP}(?:[ -](?:{_CAP}|(?:upon|on|de|la|le)\b)){{0,2}}(?:,[ ]{_CAP}(?:[ ]{_CAP})?)?)"
_ANY_TOWN = r"(?P<value>[^\W\d_]{3,20}(?:[ -][^\W\d_]{3,20})?)"
_NO_TOWN = frozenset(
    str.split("""
    january february march april may june july august september october november december monday tuesday wednesday thursday friday
    saturday sunday the a an my your our their his her this that same flat house apartment home hotel room street third second first
    top ground floor store shop branch office app chat queue gmt utc cet est pst english german french spanish italian group charge
    love touch need trouble hospital airport train bus car plane town city village country area building basement middle north south
    number no uni east west fear pain hope debt hell peace london's person store stores general total fact order sales support billing it i bed work
    school university college court care hurry mood line hold holiday vacation shock tears contact two three four five six seven eight
    nine ten shared rented new old one uk eu usa us england britain scotland wales ireland germany france spain italy europe america
    different another nearby here there both person marketing accounts hr it finance seat coach row here's black row agreement
    """)
)


def _homes(pattern: re.Pattern[str], small: bool, text: str) -> Iterator[Stretch]:
    for match in pattern.finditer(text):
        end = _town_end(match["value"])
        if end and not (small and match["value"][0].isupper()):
            yield match.start("value"), match.start("value") + end


def _home(pattern: str, gate: Gate, *, small: bool = False) -> FoundBy:
    """A town where the text says that somebody lives or comes from; ``small`` for towns without a capital letter."""
    return FoundBy("LOCATION", 0.7, partial(_homes, re.compile(pattern), small), gate)


_KINDS = frozenset({"city", "town", "village"})
"""Part of a town's name where they stand behind it: "Davao City"."""


def _town_end(found: str) -> int:
    """How many characters of ``found`` are a town, reading from the left."""
    end = 0
    for word in re.finditer(r"[^\s]+", found):
        low = word[0].lower().strip(".,'’")
        if (low in _NO_TOWN and not (end and low in _KINDS)) or is_common_word(word[0]):
            break
        end = word.end()
    return end if any(map(str.isalpha, found[:end])) else 0


_PROFESSED = (
    r"(?:muslim|christian|jewish|jew|catholic|protestant|orthodox|hindu|sikh|buddhist|mormon|atheist|quaker|jehovah['’]s\s+witness|roma|gypsy|traveller"
    r"|socialist|communist|conservative|liberal|republican|democrat|labour\s+(?:voter|member)|tory|gay|lesbian|bisexual|transgender|queer|hasidic|haredi|shia|sunni|ahmadi|druze|zoroastrian|bah[aá]['’]?[ií]|jain|rastafarian|pagan|wiccan|evangelical|pentecostal|baptist|methodist"
    r"|lutheran|anglican|presbyterian|copt(?:ic)?|amish|adventist|taoist|agnostic|marxist|asexual|pansexual|non-?binary|intersex)"
)
_CODE_CUE = re.compile(r"(?i)\b(?:post\s?code|postal\s+code|zip(?:\s?code)?|plz)\b[^\n]{0,20}$")

_ROADS = has(
    "street",
    "road",
    "avenue",
    "boulevard",
    "crescent",
    "terrace",
    "lane",
    "drive",
    "gardens",
    "grove",
    "close",
    "mews",
    "court",
    "park",
    "rise",
    "hill",
    "green",
    "straße",
    "strasse",
)
_STREETS = (
    _street(rf"\b(?:{_HOUSE}),?\s+(?:(?:[NSEW]|[NS][EW]|North|South|East|West|Old|New|Upper|Lower)\.?\s+)?(?:(?:{_CAP}|of|the|and)\s+){{0,4}}{_CAP}\s+(?:{_TYPE})\b\.?", both(at_least(1), whole(*_TYPE.lower().split("|")))),
    _street(rf"(?i)\b{_HOUSE},?\s+(?:{_WORD}\s+){{1,3}}?(?:{_SURE_TYPE})\b(?!\s+(?:of|is|was|to|the)\b)", both(at_least(1), whole(*_SURE_TYPE.split("|")))),
    _street(rf"(?i)\b(?:{_FOREIGN})\s+(?:(?:de|del|de la|de los|des|du|della|di|la|do|da|kralja|generała|san|santa)\s+){{0,2}}{_WORD}(?:\s+{_WORD}){{0,3}}?,?\s+(?:nr\.?\s*)?{_HOUSE}\b", both(at_least(1), has("calle", "aven", "avda", "plaza", "paseo", "carrera", "rue ", "via", "piazza", "corso", "rua ", "travessa", "ul", "al. ", "alej", "strada", "str. ", "bulevard", "jalan", "jl.", "rruga", "cesta", "trg", "odos", "prospekt", "piazz", "vicolo", "largo", "praça", "praca", "rúa", "carrer", "camino", "postbo", "boks", "nám"), whole(*re.findall(r"\w+", _FOREIGN)))),
    _street(rf"\b{_HOUSE}(?:,?\s+(?:bis|ter|quater))?,?\s+(?i:rue|avenue|boulevard|place|allée|chemin|impasse|quai|cours)\s+(?:de\s+la\s+|de\s+l['’]|des?\s+|du\s+|d['’])?{_CAP}(?:[\s-]{_CAP}){{0,3}}", both(at_least(1), has("rue", "avenue", "boulevard", "place", "allée", "chemin", "impasse", "quai", "cours"))),
    _street(rf"\b(?:Am|An der|Im|In der|Auf dem|Zum|Zur|Alter?)\s+{_CAP}(?:\s{_CAP})?\s+{_HOUSE}\b", both(at_least(1), has("am ", "an der ", "im ", "in der ", "auf dem ", "zum ", "zur ", "alte"))),
    _street(rf"\b(?:(?:Lange|Korte|Oude|Nieuwe|Grote|Kleine|Große|Obere|Untere|Alte|Neue|Hohe|Stora|Lilla|Gamla|Nya|Store|Lille|Gamle|Nye)\s)?[^\W\d_][\w'’-]{{1,30}}{_GERMANIC}\s+{_HOUSE}(?:-?bis|-[IVX]{{1,3}})?\b", both(at_least(1), has("straße", "strasse", "str", "weg", "gasse", "platz", "allee", "damm", "ufer", "ring", "steig", "chaussee", "straat", "laan", "gracht", "plein", "gata", "vägen", "vej", "gade", "vei", "katu", "tie ", "kuja", "polku", "stræ", "strae", "braut", "backen", "gränd", "torget", "stien", "svingen", "bakken", "kade", "singel", "dreef", "hof", "steeg"))),
    _street(rf"\b{_CAP}(?:\s{_CAP}){{0,2}}\s(?:Street|Road|Drive|Avenue|Lane|Close|Straße|Strasse|Street)\s+{_HOUSE}\b", both(at_least(1), _ROADS)),
    _street(rf"(?i)\b(?:flat|apt|apartment|unit)\s+\d{{1,4}}[a-z]?,?\s+(?:{_WORD}\s+){{1,2}}(?:ct|court|house|rd|road|st|street|lodge|tower|mansions)\b", both(at_least(1), has("flat", "apt", "apartment", "unit"))),
    _street(rf"\b(?i:p\.?\s?o\.?\s?box|postfach|apartado|casilla|packstation|po\s?box|(?:rr|hc)\s\d{{1,3}},?\sbox)\s+\d{{1,8}}\b(?:[ -]\d{{4,6}})?(?:,?\s{_CAP}(?=\s*(?:$|\n|[,.])))?", both(at_least(1), has("box", "postfach", "apartado", "casilla", "packstation"))),
    _street(rf"\b{_UNIT},?\s+{_CAP}(?:\s{_CAP}){{0,2}}\s(?:House|Court|Lodge|Tower|Mansions|Apartments|Building|Heights|Place|Point)\b", both(at_least(1), has("house", "court", "lodge", "tower", "mansion", "apartment", "building", "heights", "place", "point"))),
)  # fmt: skip
_ROADS_BY_CAPITAL = begins(
    "row", "way", "place", "hill", "square", "view", "walk", "quay", "yard", "wharf", "green", "vale"
)
_MILITARY = r"(?i:PSC|CMR|UNIT|USS|USNS|USCGC|USNV|HHC)"
_TOLD = (
    r"(?i:\b(?:(?:home\s+|new\s+|old\s+|postal\s+|billing\s+|shipping\s+|delivery\s+|mailing\s+|current\s+)?address(?:\s+(?:is|was|to|will\s+be))?\s*:?"
    r"|liv(?:e|es|ed|ing)\s+at|resid(?:e|es|ing)\s+at|located\s+at|moved\s+to|move\s+to|deliver(?:ed|y)?\s+to|ship(?:ped)?\s+to|sen[dt]\s+(?:it\s+|this\s+|them\s+|one\s+)?to"
    r"|pick\s+(?:me|us|him|her|it)\s+up\s+at)\s+)"
)
_TOLD_MARKS = has(
    "address",
    "lives at",
    "live at",
    "lived at",
    "living at",
    "reside at",
    "resides at",
    "residing at",
    "located at",
    "moved to",
    "move to",
    "deliver",
    "ship",
    "send",
    "sent",
    "pick",
)
_ROADS_BEHIND = begins("street", "str", "road", "avenue", "prospekt", "lane")
_HERE_AND_THERE = (
    # An American soldier's address has neither street nor town.
    _street(
        rf"\b(?:{_MILITARY}\s[\w-]{{1,20}},?\s+(?:(?i:box)\s\d{{1,6}},?\s+)?)?(?i:APO|FPO|DPO),?\s+(?i:A[AEP])\s+\d{{5}}(?:-\d{{4}})?\b",
        both(at_least(5), has("apo", "fpo", "dpo")),
    ),
    _street(
        rf"(?i:\bthe\s+)?(?i:\bcorner\s+of)\s+(?:{_HOUSE}\s+)?{_CAP}(?:\s(?:{_CAP}|de|del|la|of)){{0,4}}(?:\s{_HOUSE}\.?)?\s(?:and|&)\s(?:{_HOUSE}\s+)?{_CAP}(?:\s{_CAP}){{0,3}}(?:\s\d{{1,4}}\b)?",
        has("corner of"),
    ),
    # A street named without saying that it is one: a number beside capitals, where the text says that an address comes.
    _street(
        rf"{_TOLD}(?P<value>(?:\d{{1,5}}[A-Za-z]?,?\s+)?{_CAP}(?:[ '’-](?:{_CAP}|{_AFTER_NAME}|de|del|di|do|da|la|le|of|z|v|von|van)){{0,4}}\s\d{{1,5}}[A-Za-z]?\b\.?)(?=\s*(?:,|\n|$|[.;?!](?:\s|$)))",
        both(at_least(1), _TOLD_MARKS),
    ),
    _street(
        rf"{_TOLD}(?P<value>\d{{1,5}}[A-Za-z]?,?\s+(?:\d{{1,5}}\s+)?{_CAP}(?:[ '’-](?:{_CAP}|de|del|di|do|da|la|le|of|z|v|von|van|y|yr|na|nan|an|op|på)){{1,4}})(?=\s*(?:,|\n|$|[.;?!](?:\s|$)))",
        both(at_least(1), _TOLD_MARKS),
    ),
    _street(
        rf"\b(?:\d{{1,5}}\s+)?{_CAP}(?:\s{_CAP}){{0,2}}\s{_AFTER_NAME}\s\d{{1,4}}(?:[a-z])?(?:-\d{{1,3}})?\b\.?",
        both(
            at_least(1),
            has(
                "utca",
                "utja",
                "útja",
                "út",
                " u. ",
                "tér",
                "köz",
                "kapu",
                "krt",
                "sok",
                "cad",
                "iela",
                "gatv",
                " g. ",
                "tänav",
                "maantee",
                "mnt",
                "puiestee",
                "pst.",
                "tn.",
            ),
        ),
    ),
    # "Afrosiyob street 12": the number behind, the word in small letters.
    _street(
        rf"\b{_CAP}(?:\s{_CAP}){{0,2}}\s(?:street|str\.?|road|avenue|prospekt|lane)\s{_HOUSE}\b",
        both(at_least(1), _ROADS_BEHIND),
    ),
    # A street of France or Romandy beside its town, and no number: "Kerlaz, route de la Plage"
    _street(
        rf"\b{_CAP}(?:[ -]{_CAP}){{0,2}},\s(?i:rue|route|avenue|chemin|allée|impasse|quai|boulevard|place)\s(?:de\sla\s|de\sl['’]|des?\s|du\s|d['’]){_CAP}(?:[\s-]{_CAP}){{0,2}}",
        has("rue", "route", "avenue", "chemin", "allée", "impasse", "quai", "boulevard", "place"),
    ),
    # The number before a word for street of another language: "12 Triq San Pawl"
    _street(
        rf"\b{_HOUSE},?\s(?:Triq|Via|Viale|Calle|Avenida|Rua|Rruga|Jalan|Jl\.?|Soi|Lorong|Ulica|Ulitsa|Strada|Carrer)\s{_CAP}(?:\s{_CAP}){{0,2}}",
        both(
            at_least(1),
            has(
                "triq",
                "via",
                "calle",
                "avenida",
                "rua ",
                "rruga",
                "jalan",
                "jl",
                "soi",
                "lorong",
                "ulica",
                "ulitsa",
                "strada",
                "carrer",
            ),
        ),
    ),
    # Blocks of Singapore, of Japan: "blk 55 #03-12", "2-chome 4-8, Shibuya"
    _street(r"(?i)\b(?:blk|block)\s\d{1,4}[a-z]?,?\s#\d{1,3}-\d{1,4}\b", both(at_least(4), has("#"))),
    _street(r"(?i)\b\d{1,2}-ch[oō]me\s\d{1,3}(?:-\d{1,3}){0,2}\b", has("-chome", "-chōme")),
    # "we're at No 8 Adeola Odeku"
    _street(
        rf"(?i:\b(?:at|to|from|is)\s+)(?P<value>(?:No|Nr|Number)\.?\s?\d{{1,4}}[A-Za-z]?,?\s{_CAP}(?:\s{_CAP}){{0,2}})(?=\s*(?:$|\n|[,.;?!]))",
        both(at_least(1), holds(r"N(?:o|r|umber)\.?\s?\d")),
    ),
    # "Our house is Tigh na Mara, Balintore"
    _street(
        rf"(?i:\b(?:our|my|the|his|her)\s+(?:house|cottage|farm|home|place|building|address)\s+(?:is|['’]s)\s+(?:called\s+|named\s+)?)(?P<value>{_CAP}(?:\s(?:{_CAP}|na|nan|an|of|the|y|yr)){{0,3}},\s{_CAP}(?:\s{_CAP})?)",
        begins("house", "cottage", "farm", "home", "place", "building", "address"),
    ),
    # A room of a hall, as students have it: "Hollis Hall rm 311"
    _street(
        rf"\b{_CAP}(?:\s{_CAP}){{0,2}}\s(?:Hall|House|Court|Tower|Towers|Residence|Residences|Hostel|Lodge|Dorm),?\s(?i:rm|room|apt|flat|unit|#)\.?\s?\d{{1,4}}[A-Za-z]?\b",
        both(at_least(1), has("hall", "house", "court", "tower", "residence", "hostel", "lodge", "dorm")),
    ),
    # Name and number of a street, and a flat: "Rahu 37 Apt. 405"
    _street(
        rf"\b(?:\d{{1,5}}\s+)?{_CAP}(?:[ '’-](?:{_CAP}|de|del|di|do|da|la|le)){{0,4}}\s\d{{1,4}}\.?(?:{_COMMA}|\s)(?i:apt|apartment|suite|ste|flat)\.?\s*#?\s*\d{{1,5}}\b",
        both(at_least(2), has("apt", "apartment", "suite", "ste", "flat")),
    ),
)
_HOUSE_NAMES = ("schoolhouse", "farmhouse", "rectory", "vicarage", "manse", "steading", "bungalow", "lighthouse", "millhouse", "smithy", "coach", "croft", "granary",
                "cottage", "old")  # fmt: skip
_HOUSE_ENDS = has("house,", "rectory,", "vicarage,", "manse,", "steading,", "bungalow,", "smithy,", "croft,", "granary,", "cottage,", "mill,", "forge,", "chapel,",
                  "school,", "bakery,", "barn,", "dairy,", "stables,", "station,", "brewery,", "office,", "kirk,", "inn,")  # fmt: skip
_HOUSE_NAME = (
    r"(?:(?:schoolhouse|farmhouse|rectory|vicarage|manse|steading|bungalow|lighthouse|millhouse|smithy|coach\s?house|croft|granary|cottage)"
    r"|(?<=old\s)(?:mill|forge|chapel|school|bakery|barn|dairy|stables|station|tollhouse|brewery|post\soffice|kirk|inn))"
)
_SMALL_PART = r"(?:[a-zà-ÿ][a-zà-ÿ'’]{1,14}\s){0,2}[a-zà-ÿ][a-zà-ÿ'’]{2,14}"
_UK_SMALL = r"[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}"
_NUMBERS = whole(*str.split("""
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
"""))  # fmt: skip
_WORDED = (
    _street(rf"(?i)\b{_NUMBER_WORD}(?:{_WORD}\s+){{1,3}}?(?:street|road|avenue|boulevard|crescent|terrace|lane|drive|gardens|grove|close|mews|court|park|rise)\b", both(_ROADS, _NUMBERS)),
    _street(rf"\b{_CAP}(?:\s(?:{_CAP}|na|nan|y|an|bryn)){{0,3}},\s(?:{_CAP}\s){{1,3}}(?:Lane|Street|Road|Avenue|Drive|Close|Hill|Green)(?=,)", has("lane,", "street,", "road,", "avenue,", "drive,", "close,", "hill,", "green,")),
    # A number, any words and a flat: no street is called so by its type in half of the world.
    _street(rf"\b{_HOUSE},?\s+(?:{_CAP},?\s+){{1,4}}(?:\d{{1,4}}\s+)?(?i:apt|apartment|suite|ste|unit|flat)\.?\s*#?\s*\d{{1,5}}\b", both(at_least(2), has("apt", "apartment", "suite", "ste", "unit", "flat"))),
    # "is he still at ninety one moss bank": a number in words where somebody lives, and what the street is called.
    _street(rf"(?i)\b(?:still|liv(?:e|es|ed|ing))\s+at\s+(?:number\s+)?(?P<value>{_NUMBER_WORD}{_WORD}(?:\s+{_WORD})?)(?=\s*(?:$|\n|[,.?!]))", begins("still", "live", "living")),
    # A house that is called by what it was, and its village: "the old schoolhouse, tarves"
    _street(rf"(?i)\b(?P<value>(?:(?:the|old|new|upper|lower|west|east|north|south)\s+){{0,2}}(?:{_WORD}\s+)?{_HOUSE_NAME},\s(?!and\b|but\b|so\b|or\b|not\b|it\b|we\b|i\b|the\b|which\b|who\b|where\b|please\b|then\b|my\b){_WORD}(?:\s(?:of\s)?(?!and\b|but\b|is\b|was\b){_WORD})?(?:,\s{_WORD}(?:\s{_WORD})?)?)(?=\s*(?:$|\n|[,.?!]|\s(?:but|and|is|was|not|please)\b))", both(begins(*_HOUSE_NAMES), _HOUSE_ENDS)),
    # Parts in small letters before a postcode: "ty newydd, llanfrothen, ll48 6xx"
    _street(rf"(?i)(?<=[,:.]\s)(?P<value>(?:{_SMALL_PART},\s){{1,3}}{_UK_SMALL})(?!\w)", both(at_least(2), BRITISH)),
    # Only with a capital are these streets: "Eleven Pottery Row", and not "one good way".
    _street(rf"(?i:\b{_NUMBER_WORD})(?:{_CAP}\s){{1,3}}(?:Row|Way|Place|Hill|Square|View|Walk|Quay|Yard|Wharf|Green|Vale)\b", both(_ROADS_BY_CAPITAL, _NUMBERS)),
    # Where somebody lives needs no number: "I live on Cardigan Lane".
    _street(rf"(?i:\b(?:liv(?:e|es|ed|ing)|(?:our|my|last|first|only|corner)\s+house(?:\s+is)?)\s+(?:on|in|off|near|at)\s+)(?P<value>(?:{_CAP}\s){{1,3}}(?:{_TYPE})\b)", both(begins("live", "living", "house"), begins(*_TYPE.lower().split("|")))),
    # "from 22 hawthorn cres to 5 beech walk"
    _street(rf"(?i)\b(?:from|frm|to|at|@)\s+(?P<value>{_HOUSE}\s+(?:{_WORD}\s+){{1,2}}?(?:{_SURE_TYPE}|walk|view|hill|row|green|quay|vale|mount))\b(?!\s+(?:of|is|was|the)\b)", both(at_least(1), begins("cres", "walk", "view", "hill", "row", "green", "quay", "vale", "mount", "rd", "st", "ave", "lane", "close", "drive", "road", "way", "grove"), whole(*_SURE_TYPE.split("|"), "walk", "view", "hill", "row", "green", "quay", "vale", "mount"))),
    # A house with a name and no number: what stands between commas before a postcode.
    _street(rf"\b(?:{_CAP}(?:\s(?:{_CAP}|of|on|the|upon|in|by)){{0,4}},\s){{1,4}}(?:{_CAP}(?:\s{_CAP}){{0,2}}\s)?{_UK}\b", both(at_least(2), BRITISH)),
    _street(rf"\b(?i:shop|stall|kiosk|unit|office|suite)\s\d{{1,4}}[A-Za-z]?,\s{_CAP}(?:\s{_CAP}){{0,3}}", both(at_least(1), has("shop", "stall", "kiosk", "unit", "office", "suite"))),
)  # fmt: skip
_AT_HOME = by_letter(
    r"house|flat|home|garden|yard|drive|driveway|garage|roof|fence|hedge|gate|doorstep|porch|kitchen|cellar|boiler|meter|street|road|building|address|apartment"
    r"|farm|allotment|lawn|flowers|roses|dahlias|shop|studio|caravan|boat|village|parish"
)
_CAME = by_letter(
    r"(?:sent|writing)\s+from(?:\s+(?:my|a|the)\s+\w+\s+in)?|good\s+(?:morning|afternoon|evening|day)\s+from|born\s+and\s+(?:bred|raised)\s+in"
    r"|originally\s+from|hail(?:s|ing)?\s+from|native\s+of|resident\s+of|back\s+home\s+in|(?:commute|drive|travel)\s+(?:(?:in|up|down|over)\s+)?from"
    r"|address\s+(?:is|was)|working\s+in"
)
"""What stands before the town where somebody is at home."""
_OWN = both(has(" in ", " near ", "outside"), begins("my", "our", "his", "her", "their", "mine"))
_SOMEBODYS = both(has(" in ", " from "), begins("i", "this", "here", "mr", "ms", "miss", "dr"))


_THEIRS = either(
    whole("run", "own", "teach", "work", "study", "farm", "volunteer", "manage", "operate", "keep", "have", "rent"),
    begins("wife", "husband", "family", "mother", "father", "mum", "mom", "dad", "parents", "son", "daughter", "kids", "child", "brother", "sister", "partner",
           "boyfriend", "girlfriend", "fianc", "flatmate", "roommate", "housemate", "friend", "neighb", "gran", "uncle", "aunt", "cousin", "colleague", "boss",
           "in-laws"),
)  # fmt: skip
_MAY_END_WITH_A_TOWN = Gate(tests=(lambda facts: "," in facts.text[-45:],))


_MOVED = both(
    has(" in ", " to ", " near ", " at ", "outside", "around"),
    has("live", "living", "resid", "stay", "grew", "moved", "located", "settled", "born", "based", "moving"),
)
_FROM_WHERE = both(has(" from "), whole("moved", "moving", "move", "relocated", "relocating"))

_HOMES = (
    _home(rf"(?i:(?<!\w){_MOVE}){_TOWN}", _MOVED),
    _home(rf"(?i:(?<!\w){_HERE}){_TOWN}(?!\s+(?:for|on|until|till|again|station|airport|office|branch|store|now\s+for))", has(" in ", " from ", " near ")),
    _home(rf"(?i:\b(?:based|located|resident|residing|living|born|raised|neighbou?rs)\s+(?:in|at|of|near)\s+){_TOWN}", has("based", "located", "resid", "living", "born", "raised", "neighb")),
    _home(rf"(?i:\b(?:caller|customer|cust|cx|client|user|anyone\s+else|someone|anyone|people|folks|friends|regards|love|greetings|hello|all\s+of\s+us)\s+(?:is\s+)?(?:in|from|around|near)\s+){_TOWN}", has("caller", "cust", "cx", "client", "user", "anyone", "someone", "people", "folks", "friends", "regards", "love", "greetings", "hello", "all of us")),
    _home(rf"(?i:\b(?:home\s?town|city|town|village|location|place\s+of\s+(?:birth|residence))\s*[:=]\s*){_TOWN_AND_LAND}", has("town", "city", "village", "location", "place of")),
    _home(rf"(?i:^from\s+|\bfrom\s+){_TOWN}(?i:(?=\s+here\b))", both(has("from"), whole("here"))),
    _home(rf"(?i:\b(?:village|farm|house|flat|cottage|home|place|town|plumber|nurse|teacher|driver|student|shop|electrician)\s+(?:near|in|outside|at|past|by)\s+){_TOWN}", both(has(" near ", " in ", " outside ", " at ", " past ", " by "), whole("village", "farm", "house", "flat", "cottage", "home", "place", "town", "plumber", "nurse", "teacher", "driver", "student", "shop", "electrician"))),
    _home(rf"(?i:\b(?:just|recently|finally)\s+(?:moved|relocated)\s+to\s+){_TOWN}", has("moved to", "relocated to")),
    _home(rf"(?i:\bin\s+){_TOWN}(?i:(?=,?\s+like\s+(?:me|us)\b))", has("like me", "like us")),
    _home(rf"(?i:\b(?:i|we)\s+c[oa]me\s+(?:all\s+the\s+way\s+)?from\s+){_TOWN}", has("came from", "come from", "all the way")),
    _home(rf"(?i:\b(?:my|our|his|her)\s+home\s?town,?\s+(?:is\s+)?){_TOWN}", has("town")),
    _home(rf"(?im:^[ \t>]*(?:just\s+)?(?:moved\s+to|living\s+in|live\s+in|based\s+in)\s+){_TOWN}", has("moved to", "live in", "living in", "based in")),
    _home(rf"(?i:\b(?:in|from|at|near)\s+){_TOWN}(?i:(?=,?\s+where\s+(?:i|we)\s+live))", has("where i live", "where we live")),
    _home(rf"(?i:\b(?:i['’]?m|name\s+is|this\s+is|here\s+is)\s+)[^\W\d_]{{2,20}}(?:\s[^\W\d_]{{2,20}})?,\s{_TOWN}(?=\s*(?:[.!]?\s*$|\n))", has("i'm", "im ", "i’m", "name is", "this is", "here is")),
    _home(rf"(?m:(?:^|[.!?)…])[ \t]*[-–—~]\s?)(?:{_CAP}\s?){{1,3}},\s{_TOWN}(?=\s*$)", has("- ", "– ", "— ", "~")),
    _home(rf"(?i:\bverified\s+buyer,?\s+){_TOWN}", has("buyer")),
    _home(rf"(?i:\b{_WHO}){_TOWN}(?!\s+(?:for|on|until|till|station|airport|office|branch|store|shop))", both(has(" from ", " in ", " near ", "outside"), begins("i", "we", "s", "h", "as"), whole("a", "an", "two", "three", "both"))),
    _home(rf"(?i:\b(?:here\s+from|(?:hello|greetings|hi|hey)\s+from\s+[a-z]{{3,10}})\s+){_TOWN}", both(has(" from "), whole("here", "hello", "greetings", "hi", "hey"))),
    _home(rf"(?i:\b(?:{_DOING})){_TOWN}(?!\s+(?:for|on|until|till|station|airport|office|branch|store|shop|next|this|last)\b)", both(has(" from ", " in ", " near ", "outside"), begins("i", "we", "my", "our", "his", "her"), _THEIRS)),
    _home(rf"\b{_TOWN}(?i:(?=[ -](?:lad|lass|native|resident|dweller|born\s+(?:and|n|&|'n'?)\s+(?:bred|raised))\b))", begins("lad", "lass", "native", "resident", "dweller", "born")),
    # "Maria, 29, Graz, looking for": a name, an age, a town.
    _home(rf"(?<!\w){_CAP},\s\d{{2}},\s(?:from\s)?{_TOWN}(?=\s*(?:[,.)\n]|$))", holds(r",\s\d\d,")),
    _home(rf"(?m:^[ \t>]*){_CAP}\sfrom\s{_TOWN}(?=\s?[:–-])", has(" from ")),
    _home(rf"(?i:\b(?:been|lived?|living|worked|stayed)\s+in\s+){_TOWN}(?i:(?=\s+(?:all|most\s+of)\s+(?:my|our|his|her)\b))", has(" all my", " all our", " all his", " all her", "most of")),
    _home(rf"(?i:\b(?:moved|moving|move|relocated|relocating)\s+from\s+){_TOWN}", _FROM_WHERE),
    # "its Bru from Benoni", "Good evening from Tórshavn", "a Mr Gill in Slough"
    _home(rf"(?i:(?<!\w)(?:it['’]?s|i['’]?m|i\s+am|this\s+is|here\s+is)\s+)[^\W\d_]{{2,20}}(?:\s{_CAP})?\sfrom\s{_TOWN}(?!\s*(?:support|office|branch|team|department|&|and\s+{_CAP}))", both(_SOMEBODYS, whole("from"))),
    _home(rf"(?i:\b(?:{_CAME})\s+){_TOWN}(?!\s(?:to\b|support|app|branch|office))", both(begins("sent", "writing", "good", "born", "originally", "hail", "native", "resident", "back", "commute", "drive", "travel", "address", "working"), has("from", "bred", "raised", "native", "resident", "home", "address", "working"))),
    _home(rf"(?i:\b(?:shipped|delivered|sent|posted|went|dispatched|taken)\s+to\s+){_TOWN}(?i:(?=,?\s+(?:but|instead|and\s+not|not)\b))", begins("shipped", "delivered", "sent", "posted", "went", "dispatched", "taken")),
    # Behind the last sentence, who wrote it and where: "It leaks. Ana Tamayo, Iloilo."
    _home(rf"(?:[.!?]\s|\n)(?!(?:Best|Kind|Many|Warm|Dear|Thank|Thanks|Hello|Hi|Yours|The|My|No|Not|Your|Our)\s){_CAP}(?:\s{_CAP}){{1,2}},\s{_TOWN}(?=\s*\.?\s*\Z)", _MAY_END_WITH_A_TOWN),
    _home(rf"(?i:\b(?:mr|mrs|ms|miss|dr)\.?\s){_CAP}(?:\s{_CAP})?\s(?:in|from)\s{_TOWN}", both(_SOMEBODYS, whole("mr", "mrs", "ms", "miss", "dr"))),
    _home(rf"(?i:\b(?:ours|mine|(?:our|my)\s+(?:house|flat|place|home|farm|cottage|apartment))\s+is\b)[^.!?\n]{{0,50}}?\s(?:in|near|outside)\s{_TOWN}", _OWN),
    _home(rf"(?i:\b(?:my|our|his|her|their)\s+(?:\w+\s+)?(?:{_AT_HOME})\s+(?:(?:is|are|back|over|up|down)\s+)?(?:in|near|outside)\s+){_TOWN}", _OWN),
    _home(rf"(?i:\b(?:moved|moving|move|relocated|relocating)\s+from\s+){_CAP}(?:[ -]{_CAP}){{0,2}}\s+to\s+{_TOWN}", _FROM_WHERE),
)  # fmt: skip
_SMALL_HOMES = (
    _home(rf"(?i)(?<!\w){_MOVE}{_ANY_TOWN}", _MOVED, small=True),
    _home(rf"(?i)(?<!\w)(?:we\s+r|i'?m|im|we're|i\s+am)\s+(?:from|in)\s+{_ANY_TOWN}(?=\s*[,.!]|\s*$|\s+(?:here|now|and|so|but)\b)", both(has(" in ", " from "), whole("r", "m", "im", "re", "am")), small=True),
    _home(r"(?i)\b(?:i['’]?m|name\s+is|this\s+is)\s+[^\W\d_]{2,20}(?:\s[^\W\d_]{2,20})?,\s(?P<value>[^\W\d_]{3,20}\s(?:city|town|village))(?=\s*[.!]?\s*$)", has(" city", " town", " village"), small=True),
    _home(rf"(?i)\bfrom\s+{_ANY_TOWN}\s+here\b", has(" here"), small=True),
    _home(rf"(?i)\b(?:city|town|hometown|village)\s*(?::|is)\s*{_ANY_TOWN}", has("city", "town", "village"), small=True),
)  # fmt: skip

_READ_OUT = r"(?:[a-z]\s+(?:as\s+in|for)\s+[a-z]+|[a-z]|\d{1,2}|zero|oh|one|two|three|four|five|six|seven|eight|nine)"


def _is_read_out(value: str) -> bool:
    """Letters and at least two digits: a code, and no sentence."""
    words: list[str] = re.findall(r"\w+", value.lower())
    return sum(word.isdigit() or word in _DIGIT_WORDS for word in words) >= 2


_DIGIT_WORDS = frozenset(["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])

PLACES: tuple[Rule | FoundBy, ...] = (
    *_STREETS,
    *_HERE_AND_THERE,
    *_WORDED,
    *_HOMES,
    *_SMALL_HOMES,
    rule("ZIP_CODE", 0.8, r"\b(?:[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2})\b", both(at_least(2), shaped("0 0AA", "A 0AA"))),
    # Of Ireland: "H91 E2K3"
    rule("ZIP_CODE", 0.75, r"\b(?:[AC-FHKNPRTV-Y]\d{2}|D6W)\s?(?=\d*[AC-FHKNPRTV-Y])(?=[A-Z]*\d)[0-9AC-FHKNPRTV-Y]{4}\b", both(at_least(3), shaped("A00", "A0A"))),
    rule("ZIP_CODE", 0.8, rf"\b{_STATE},?\s+(?P<value>\d{{5}}(?:-\d{{4}})?)\b", both(at_least(5), shaped(" 00000"))),
    rule(
        "ZIP_CODE", 0.8,
        r"(?i)\b(?:zip|post(?:al)?|plz)\s?(?:code)?\s*(?:is|:)?\s+(?P<value>(?=[a-z -]{0,4}\d)[a-z0-9]{2,5}(?:[ -][a-z0-9]{2,4})?)\b",
        both(at_least(1), has("zip", "post", "plz")),
    ),
    rule("ZIP_CODE", 0.7, r"(?i)(?<!\w)[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}(?!\w)", both(at_least(2), has("post", "zip", "address", "live")), lambda match: after(match, _CODE_CUE, 60)),
    rule(
        "ZIP_CODE", 0.75,
        r"(?i)\bpost\s?code\b[^\n]{0,30}?\s(?P<value>(?:[a-z]\s){1,2}(?:(?:one|two|three|four|five|six|seven|eight|nine|zero|oh|\d)\s){1,3}(?:[a-z]\s)?"
        r"(?:(?:one|two|three|four|five|six|seven|eight|nine|zero|oh|\d)\s)?[a-z]\s[a-z])(?!\w)", has("postcode", "post code"),
    ),
    rule(
        "ZIP_CODE", 0.75, r"(?i)\bpost\s?code\b[^\n]{0,30}\n[ \t>]*(?:\w{1,20}:\s*)?(?P<value>[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2})(?!\w)",
        both(at_least(2), has("postcode", "post code")),
    ),
    rule(
        "ZIP_CODE", 0.75, r"(?i)\b(?:zip|post(?:al)?)\s?(?:code)?(?:['’]s|\s+is|:)?,?\s+(?P<value>(?:(?:one|two|three|four|five|six|seven|eight|nine|zero|oh|double|\d)[\s,-]+){3,6}"
        r"(?:one|two|three|four|five|six|seven|eight|nine|zero|oh|\d))\b", has("zip", "postal", "postcode", "post code"),
    ),
    rule(
        "STREET_ADDRESS", 0.7, r"(?i)\bhouse\s+(?:number|no)\b(?:[^\w\n]|\bis\b|\bit['’]?s\b|\n[^\n:]{0,15}:){0,6}\s*(?P<value>\d{1,4}[a-z]?|(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven"
        r"|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|oh)[\s-]?){1,4})(?!\w)",
        has("house n"),
    ),
    # "c: b for bravo, t for tango, seven, one, two, j, n"
    rule(
        "ZIP_CODE", 0.75, rf"(?i)\bpost\s?code\b[^\n]{{0,30}}?\s(?P<value>{_READ_OUT}(?:[,\s]+{_READ_OUT}){{4,7}})(?!\w)",
        both(has("postcode", "post code"), has(" for ", " as in ")), value_is(_is_read_out),
    ),
    # What answers the question for an address, where it begins with the number of a house.
    rule(
        "STREET_ADDRESS", 0.7,
        rf"(?i)\b(?:address|street|where\s+(?:do|are)\s+you(?:\s+live)?)\b[^\n?]{{0,40}}\?\s*\n[ \t>]*(?:\[?[\w:. ]{{1,20}}\]?:\s*)?(?:it['’]?s\s+|um,?\s+|yes,?\s+)?"
        rf"(?P<value>(?:{_NUMBER_WORD}|\d{{1,5}}[a-z]?,?\s+)(?:[a-z'’]{{2,20}}(?:[ ,]+|(?=[.\n]|$))){{1,6}})",
        both(has("?"), has("address", "street", "where")),
    ),
    rule("STREET_ADDRESS", 0.7, r"(?i)\bliv(?:e|es|ed|ing)\s+(?:at|in)\s+(?:number|no\.?|nr\.?|#)\s*(?P<value>\d{1,4}[a-z]?)(?!\w)", both(at_least(1), begins("live", "living"))),
    rule("STREET_ADDRESS", 0.75, r"(?i)\bcode\W{0,3}(?:is\s+)?(?P<value>[#*]?\d{3,6}[#*]|[#*]\d{3,6})(?!\w)", both(at_least(3), has("#", "*"))),
    rule("STREET_ADDRESS", 0.75, r"(?i:\bcode)\W{0,2}\s(?P<value>[AB]\d{4}|\d{4}[AB])(?!\w)", both(at_least(4), begins("code"))),
    # "Left with her at No 40"
    rule("STREET_ADDRESS", 0.6, r"(?i)\bat\s+(?:no\.?|number)\s?(?P<value>\d{1,4}[a-z]?)(?!\w|[.,]\d|\s?[%(]|\s+(?:in|on|of)\s+(?:the|your|my|a|our)\b)", both(at_least(1), has("at n"))),
    rule("STREET_ADDRESS", 0.6, r"(?i)\b(?:i\s?['’]?m|i\s+am|we\s?['’]?re|we\s+are)\s+(?:at\s+)?(?:number|no\.?|nr\.?)\s?(?P<value>\d{1,4}[a-z]?)(?!\w|[.,]\d|\s?%|\s+(?:in|on|of)\b)", both(at_least(1), has("number", " no"))),
    # A flat by itself: "Flat 2/1", "Studio 14b", "Apt 5,"; "a flat 20" is a price.
    rule("STREET_ADDRESS", 0.65, r"(?i:\b(?:flat|apt|apartment|studio)\.?\s(?:no\.?\s)?(?:\d{1,4}/\d{1,4}|\d{1,4}[a-z]))(?![\w/%])|\b(?:Flat|Apt|Apartment)\.?\s\d{1,4}(?=\s*(?:,|$|\n))", both(at_least(1), begins("flat", "apt", "apartment", "studio"))),
    rule("STREET_ADDRESS", 0.65, rf"\b(?:[Pp]lot|[Ee]rf)\s(?:(?i:no)\.?\s)?\d{{1,6}}(?:,?\s{_CAP}(?:\s(?:{_CAP}|\d{{1,4}})){{0,3}})?", both(at_least(1), begins("plot", "erf"))),
    # "we are at 37a": a number with a letter where somebody lives; without one it may be a time.
    rule("STREET_ADDRESS", 0.7, r"(?i)\b(?:i|we|they|s?he)\s?(?:['’]?m|['’]?re|['’]s|am|are|is|live|lives)\s+(?:at|in|(?:at\s+)?(?:number|no\.?))\s+(?P<value>\d{1,4}\s?[a-f])(?!\w)(?!['’.]\w)", both(at_least(1), whole("at", "in", "number", "no"), holds(r"(?i)\d\s?[a-f](?!\w)"))),
    rule("STREET_ADDRESS", 0.75, r"(?i)\b(?:digicode|door\s?code|gate\s?code|entry\s?code|key\s?safe(?:\s?code)?|lock\s?box(?:\s?code)?)\W{0,3}(?:is\s+)?(?P<value>(?=\w*\d)\w{3,8})\b", both(at_least(2), has("code", "safe", "box"))),
    rule("NRP", 0.7, rf"(?i)\b(?:faith|religion|creed|denomination|orientation)\b[^\n.!?]{{0,30}}?\W(?P<value>{_PROFESSED})\b", begins("faith", "religion", "creed", "denomination", "orientation")),
    rule("ZIP_CODE", 0.7, rf"(?m)^\s*(?:[A-Z]{{1,2}}-)?\d{{4,5}}\s{_CAP}(?:[ -]{_CAP})?\s*$", both(at_least(4), shaped("0000 "))),
    rule(
        "NRP", 0.7, rf"(?i)\b(?:i\s?'?m|i’m|i\s+am|as|we\s+are|we['’]re|being|(?:my|our)\s+(?:\w{{2,15}}\s+)?{_RELATION}\s+(?:is|are)|s?he(?:['’]s|\s+is))\s+(?:an?\s+)?(?:practi[sc]ing\s+|devout\s+)?(?P<value>{_PROFESSED}(?:\s{_PROFESSED})?)\b",
        has("muslim", "christian", "jew", "cathol", "protest", "orthod", "hindu", "sikh", "buddh", "mormon", "atheist", "quaker", "jehov",
            "roma", "gypsy", "travel", "social", "commun", "conserv", "liberal", "republ", "democ", "labour", "tory", "gay", "lesb", "bisex",
            "trans", "queer", "hasid", "hared", "shia", "sunni", "ahmad", "druze", "zoroa", "bah", "jain", "rasta", "pagan", "wicca", "evang",
            "pentec", "bapt", "method", "luther", "angli", "presb", "copt", "amish", "advent", "taoi", "agnos", "marx", "sexual", "binary"),
    ),
)  # fmt: skip
