"""People named where people are named: after a greeting, a title, an introduction, at the end of a message.

This complements the name recogniser, which was trained on news and misses names in short service messages.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import takewhile

from hub.privacy.redaction.alternatives import by_letter
from hub.privacy.redaction.language import is_common_word
from hub.privacy.redaction.rule import FoundBy, Stretch, at_least, begins, both, either, has, shaped, whole

_NAME = r"[^\W\d_][\w'’-]{1,30}"
_FULL = (
    rf"(?P<name>{_NAME}(?:\s+(?:(?:de|da|del|della|di|van|von|der|den|bin|al|el|la|le|['’]t)\s+){{0,2}}{_NAME}){{0,3}})"
)

_GREETING = by_letter(
    r"hi|hello|hey|hiya|yo|oi|hola|ciao|salut|bonjour|namaste|salam|greetings|dear|good\s+(?:morning|afternoon|evening|day)|welcome"
)
_TITLE = by_letter(
    r"mr|mrs|ms|miss|mx|dr|prof|professor|herr|frau|señor|señora|monsieur|madame|sgt|sergeant|constable|capt|captain|rev|reverend"
    r"|cllr|councillor|ma['’]am|mme|mlle|encik|puan|shri|smt|kuya|pastor|rabbi|imam|sheikh|hajj?i"
)
_FIELD = by_letter(
    r"driver|emp|employee|pax|guest|tenant|patient|owner|payee|beneficiary|cardholder|witness|student|pupil|surname|forenames?"
    r"|complainant|applicant|claimant|traveller|passenger|attendees?|participants?|request[eo]r|assignee|recipient|consignee|spouse|guardian"
    r"|next\s+of\s+kin|emergency\s+contact|account\s?holder|policy\s?holder|fao|(?:served|reported|raised|logged|handled|seen)\s+by"
    r"|assigned\s+to|on\s+behalf\s+of"
)
_SOMEBODY = by_letter(
    r"agent|colleague|manager|supervisor|representative|rep|advisor|adviser|husband|wife|son|daughter|mother|father|mum|mom|dad"
    r"|brother|sister|friend|partner|gran|granny|nan|nana|grand(?:ma|pa|mother|father|son|daughter)|uncle|aunt|auntie|aunty|niece|nephew"
    r"|cousin|neighbou?r|landlord|landlady|boss|boyfriend|girlfriend|fianc[eé]e?|hubby|dentist|doctor|nurse|teacher|driver|engineer"
    r"|technician|guide|waiter|waitress|chef|lawyer|solicitor|flatmate|roommate|housemate|receptionist|cashier|secretary|pa"
    r"|courier|plumber|electrician|therapist|surgeon|midwife|pharmacist|hairdresser|stylist|carer|nanny|babysitter|godson|goddaughter"
    r"|step(?:son|daughter|mother|father|mum|mom|dad|brother|sister)|caretaker|concierge|paramedic|gardener|cleaner|mechanic"
    r"|called|named|name\s+tag|ask\s+for|attn\.?:?|c/o"
)
_CUES = tuple(
    re.compile(cue + _FULL)
    for cue in (
        rf"(?i:\b{_GREETING}(?:\s+(?:there|again))?,?)[ \t]+",
        rf"(?i:\b{_TITLE}\b\.?)\s+",
        rf"(?i:\b{_FIELD}\s*[:=]\s*)",
        r"(?i:\b(?:my\s+n[aem]{2,3}(?:\s+(?:is|si)|'s|’s|:)|in\s+the\s+name\s+of|signed\s+for\s+by|the\s+estate\s+of|made\s+out\s+to|tnv|t\.n\.v\.|name\s*:|i\s+am\s+called|this\s+is|signed(?:\s+by)?[,:]?))\s+",
        r"(?i:\bname\s+on\s+(?:the|my|our|your|his|her)\s+\w+\s+(?:is|was|says?|said|reads?|should\s+be)\s*:?|\b(?:buzzer|interphone|intercom)(?:\s+(?:is|says|reads|name))?\s*:?)\s+",
        r"(?i:\b(?:thank\s+you|thanks|thx|cheers|kudos|props|shout-?out)(?:\s+(?:so\s+much|very\s+much|a\s+lot|again|to))*,?)\s+",
        r"(?i:\b(?:spoke|speaking|talked|talking|chatted|dealt)\s+(?:to|with)\s+(?:a\s+|an\s+|your\s+)?(?:guy\s+|lady\s+|agent\s+|man\s+|woman\s+)?(?:called\s+|named\s+)?)",
        rf"(?i:\b{_SOMEBODY}(?:[\s-]in[\s-]law)?),?\s+[\"“(]?",
    )
)
_SIGN_OFF = re.compile(
    r"(?i:\b(?:(?:kind|best|warm|many)\s+)?(?:regards|wishes|sincerely|faithfully|truly|cheers|thanks|thank\s+you|best|yours|love))"
    rf"\s*[,.!–-]{{0,3}}\s*(?:<br\s*/?>\s*)?{_FULL}\s*(?:[.!<]|$|\n)"
)
_AFTER_MY_NAME = re.compile(rf"(?i:\bmy\s+n[aem]{{2,3}}(?:\s+(?:is|si)|'s|’s)\s+)(?P<name>{_NAME}(?:\s+{_NAME})?)")

_DESKS = frozenset(
    str.split("""
    accounting accounts admin billing complaints dispatch finance helpdesk housekeeping iphone legal logistics
    maintenance management marketing office operations outlook payroll payments planning procurement purchasing
    reception refunds returns sales security shipping warehouse android galaxy ipad samsung encl enclosed copy
    attachments attached invoice draft confidential yes sent
    """)
)
"""Who signs like a person and is none."""
_PART_OF_NAME = r"[^\W\d_a-zà-ÿ](?:[\w'’-]{1,25}|\.)"
_LAST_LINE = re.compile(
    rf"\n[ \t>]*(?:--?|[–—~/^])?[ \t]*(?P<name>{_PART_OF_NAME}(?:[ \t]{_PART_OF_NAME}){{0,3}})[ \t]*[.!x]{{0,3}}\s*\Z"
)
_INITIALS = re.compile(
    r"(?:^|(?<=[\n(,/:]\s)|(?<=[\n(,/:])|\b(?i:mr|mrs|ms|miss|dr|prof|of|by|to|from|for|and|with|late|name|is|am|letter)\.?\s)"
    r"(?P<name>[A-Z]\.(?:[ ]?[A-Z]\.)?[ ](?:(?:St|de|van|von|der|al)\.?[ ]){0,2}[A-Z][^\W\d_]+(?:[-'’][A-Z][^\W\d_]+)?)"
)
_TWO_INITIALS = re.compile(
    r"(?<![\w.])(?!(?:U\.\s?[SKN]|E\.\s?U|P\.\s?[OSM]|A\.\s?[MD]|N\.\s?Y|L\.\s?A|D\.\s?C|B\.\s?C)\.)"
    r"(?P<name>[A-Z]\.[ ]?[A-Z]\.[ ][A-Z][a-zß-ÿ]{2,20}(?:[-'’][A-Z][a-zß-ÿ]+)?)(?!\w)"
)
_IN_CAPITALS = re.compile(
    r"\b(?:name\s+of|signed\s+(?:for\s+)?(?:by|as)|[Pp]ayee|[Pp]assenger|[Cc]ardholder|[Bb]eneficiary|account\s+of|made\s+out\s+to|paid\s+to|addressed\s+to)\W{1,3}"
    r"(?P<name>[A-Z]\.?[ ](?:[A-Z]\.?[ ]){0,2}[A-Z][A-Z'’-]{2,25})(?!\w)"
)
_ROLES_BESIDE = (
    r"porter|janitor|doorman|postman|postwoman|postie|milkman|tutor|coach|instructor|trainer|vet|barber|butcher|baker|florist|accountant|notary|warden"
    r"|steward|stewardess|usher|lifeguard|intern|apprentice|deputy|foreman|handyman|decorator|roofer|joiner|tailor|cobbler|gatekeeper|watchman|usherette"
    r"|groundsman|housekeeper|matron|headmistress|headmaster|principal|librarian|clerk|teller|barista|bartender|bouncer|host|hostess|lodger|subtenant"
)
_BESIDE_ROLE = re.compile(
    rf"\b(?i:{_ROLES_BESIDE}),\s+"
    rf"(?P<name>{_PART_OF_NAME}(?:[ ]{_PART_OF_NAME})?)(?=[,.;)]|\s(?:he|she|who|said|says|signed|has|took)\b|$)"
)
_BEFORE_PHONE = re.compile(
    r"(?:^|[.!?\n][ \t]*)(?P<name>[^\W\d_]{3,15}(?:[ ][^\W\d_]{2,20})?),?[ ](?=\+\d|0\d{2,4}[ -]?\d{3})"
)
_CALLED_BY = frozenset(
    str.split("""
    call calls calling ring rings phone tel mobile mob cell text whatsapp fax contact dial number order ref reference card use
    try reach ticket case invoice customer landline hotline helpline office home work claim policy meter parcel tracking
    booking code message msg answer missed
    """)
)
"""What stands before a telephone number at the beginning of a sentence, and is nobody."""
_TOLD_NAME = re.compile(
    r"(?i:\b(?:(?:her|his|their|the|my|whose)\s+(?:first\s+|last\s+)?name\s+(?:was|is)|(?:some(?:one|body)|guy|girl|lady|man|woman|lad|chap|bloke|agent|driver"
    r"|person)\s+(?:was\s+)?(?:called|named)|missus|mister|it['’]?s\s+(?=\w+\s+from\s+(?:upstairs|downstairs|next\s+door|work|the\s+\w+|number)))\s+)"
    r"(?P<name>[a-z][a-z'’-]{1,20}(?:\s(?!and\b|or\b|from\b|he\b|she\b|who\b|at\b|in\b|i\b|but\b)[a-z][a-z'’-]{2,20}(?=[,.!?]|$))?)"
)


def _closings(text: str) -> Iterator[Stretch]:
    """A line of capitalised words at the very end is who wrote it, unless one of them is a common word."""
    for match in _LAST_LINE.finditer(text):
        words = re.findall(r"[^\W\d_][\w'’-]*", match["name"])
        if all(is_name_like(word) and not is_common_word(word) and word.lower() not in _NOBODY for word in words):
            yield match.span("name")


_AFTER_THE_END = re.compile(
    rf"[.!?]\s+(?:\((?P<one>{_PART_OF_NAME}(?:[ ]{_PART_OF_NAME}){{1,2}})\)"
    r"|The[ ](?P<all>[A-ZÀ-Þ][a-zß-ÿ]{3,20}s))[ ]?[.!x]{0,3}\s*\Z"
)


def _behind_the_end(text: str) -> Iterator[Stretch]:
    """After the last sentence stands who wrote it: a full name in brackets, or a family ("The Gallaghers")."""
    for match in _AFTER_THE_END.finditer(text):
        group = "one" if match["one"] else "all"
        words = match[group].split()
        if all(is_name_like(word) and not is_common_word(word) and word.lower() not in _NOBODY for word in words):
            yield match.span(group)


def _initialled(text: str) -> Iterator[Stretch]:
    """A surname after initials, where a name may begin."""
    for match in _INITIALS.finditer(text):
        last = match["name"].rpartition(" ")[2]
        if is_name_like(last) and not is_common_word(last) and last.lower() not in _ORGANISATION:
            yield match.span("name")


def _plainly_named(pattern: re.Pattern[str], text: str) -> Iterator[Stretch]:
    """What stands where only a name can, unless one of its words is a common one."""
    for match in pattern.finditer(text):
        words = re.findall(r"[^\W\d_][\w'’-]+", match["name"])
        if not any(
            is_common_word(word) or word.lower() in _NOT_NAMES | _NOBODY | _CALLED_BY | _OF_A_ROLE for word in words
        ):
            yield match.span("name")


def _told(text: str) -> Iterator[Stretch]:
    """What somebody is said to be called needs no capital letter."""
    for match in _TOLD_NAME.finditer(text):
        words = match["name"].split()
        if words[0] not in _NOT_NAMES and not is_common_word(words[0]):
            more = len(words) > 1 and words[1] not in _NOT_NAMES and not is_common_word(words[1])
            yield match.start("name"), match.start("name") + (len(match["name"]) if more else len(words[0]))


_NOT_NAMES = frozenset(
    str.split("""
    alexa siri google cortana anonymous sirs hr booking note uber dhl ups fedex dpd hermes amazon
    a about account again agent airline airport all also am an and any anyone app are as at attune attuneair back
    bad best billing bot brand business but by can car card care case ceo chat cheers crew customer customers day
    delivery desk did do does dm driver email euro everybody everyone everything fix flight folks for friday from
    god good got great guys has have he help her here him his hello hey hi how i if in is it its just know ladies
    last let lol madam manager me miss monday mr mrs ms much my never next no not nothing now of ok okay omg on one
    operator order our please pls product purchase really refund regards sad saturday sales service shame she sir so
    someone sorry staff still sunday super support sure team thank thanks that the their them then there they this
    those thursday to today tomorrow tonight too truly tuesday two u unhappy until up us very was we wednesday well
    were what when where which who why will with wonderful wow wtf you your yours yesterday
    """)
)
_LABELS = frozenset(
    str.split("""
    phone tel telephone mobile mob cell fax email e-mail mail address addr street city town country zip postcode date dob order
    account subject from to cc sent company organisation organization title job position department website web desk office
    """)
)
"""What the line after a name begins with, and is no part of it."""
_SMALL = frozenset(str.split("de da del della di van von der den bin al el la le 't ’t"))


_NEXT_LABEL = re.compile(r"\s{2,}\S+$")
"""The label of the next field, after a name and a gap: "Driver: Ada Lee  Load: 22"."""


_PRODUCT = re.compile(
    r"(?i)(?:uncle\s+ben['’]?s|aunt(?:ie)?\s+(?:bessie['’]?s|jemima)|captain\s+(?:birds\s?eye|crunch)|mr\.?\s+(?:muscle|kipling|sheen|whippy|porky|tumble|potato)"
    r"|mrs\.?\s+(?:meyer['’]?s|hinch)|dr\.?\s+(?:martens|oetker|pepper|scholl['’]?s?|hauschka|seuss|dre))\b"
)
"""What is sold under a form of address. That somebody may be called so as well is left to the recogniser of names."""


def _cued(pattern: re.Pattern[str], text: str) -> Iterator[Stretch]:
    for match in pattern.finditer(text):
        if _PRODUCT.match(match[0]):
            continue
        labelled = text.startswith(":", match.end("name"))
        end = _name_end(_NEXT_LABEL.sub("", match["name"]) if labelled else match["name"])
        if end:
            yield match.start("name"), match.start("name") + end


def _introduced(text: str) -> Iterator[Stretch]:
    """After "my name is" a name needs no capital letter."""
    for match in _AFTER_MY_NAME.finditer(text):
        words = match["name"].lower().split()
        if words[0] not in _NOT_NAMES:
            length = len(match["name"]) if words[-1] not in _NOT_NAMES else len(words[0])
            yield match.start("name"), match.start("name") + length


_ROLE = re.compile(
    r"\b(?i:guest|passenger|pax|tenant|resident|pupil|customer|cust\.?|caller|client|member|student|moderator)\s+"
    r"(?P<name>[^\W\d_a-zß-öø-ÿ][\w'’]{1,25}(?:-[^\W\d_][\w'’]{1,25}){0,2}(?:,?[ ][^\W\d_a-zß-öø-ÿ][\w'’-]{1,25}){0,2})"
)
_OF_A_ROLE = frozenset(
    str.split("""
    services care supports portal area wifi wi-fi relations experience success locator rights terminal id number
    union discount loan loans login evil permit parking advisor satisfaction reference agreement rewards club price
    lounge list feedback journey house hall room data base hub zone lift only pass railcard finance accommodation
    loyalty day rep
    """)
)


def _in_role(text: str) -> Iterator[Stretch]:
    """Who is named after what they are here, without a colon: "Guest Al-Mutairi, Khalid reports"."""
    for match in _ROLE.finditer(text):
        words = re.split(r",? ", match["name"])
        taken = list(takewhile(lambda word: is_name_like(word) and word.lower() not in _OF_A_ROLE | _NOBODY, words))
        if taken and not is_common_word(taken[0]):
            yield match.start("name"), match.start("name") + match["name"].index(taken[-1]) + len(taken[-1])


_DESK = re.compile(
    r"(?<![\w'’])(?P<name>[A-ZÀ-Þ][a-zß-ÿ]{1,15})\s+(?:in|at|from|on)\s+(?:(?:the|your|our)\s+)?(?:customer\s+(?:care|service|support|relations)|tech(?:nical)?\s+support"
    r"|support|reception|billing|accounts|parts|payroll|sales|returns|refunds|repairs|bookings|housekeeping|dispatch|checkout|complaints|pharmacy|bakery"
    r"|(?:front|help|service|returns|information|check-?in|reception|welcome)\s+desk|(?:the\s+)?(?:till|bar|deli|counter|chat|phones|warehouse))\b"
)
_AT_A_DESK = frozenset(
    str.split("""
    man woman lady guy girl boy lad person people staff queue line service agent advisor adviser clerk assistant
    employee colleague worker cashier manager team help chaos prices price food music wait waiting everyone anyone
    nobody none card payment error talk speak ask call ring email mail chat message complain refund discount item items
    stock wifi music noise mess left lost stuck swap unit doa replaced based young old rude great lovely nice poor
    problem issue update answer reply letter quote invoice receipt
    """)
)
"""What stands at a desk at the beginning of a sentence, and is no name."""


def _at_a_desk(text: str) -> Iterator[Stretch]:
    """Who works where: "Ask Rusty in parts", "Only Hortense at the returns desk smiles"."""
    for match in _DESK.finditer(text):
        word = match["name"]
        if is_name_like(word) and not (
            is_common_word(word) or word.endswith(("ed", "ing")) or word.lower() in _AT_A_DESK | _NOBODY
        ):
            yield match.span("name")


_SCORE = 0.75
_SOMEBODYS = either(
    whole(*str.split("""
        agent colleague manager supervisor representative rep advisor adviser husband wife son daughter mother father
        mum mom dad brother sister friend partner gran granny nan nana uncle aunt auntie aunty niece nephew cousin
        neighbour neighbor landlord landlady boss boyfriend girlfriend hubby dentist doctor nurse teacher driver
        engineer technician guide waiter waitress chef lawyer solicitor flatmate roommate housemate receptionist cashier
        secretary pa courier plumber electrician therapist surgeon midwife pharmacist hairdresser stylist carer nanny
        babysitter godson goddaughter caretaker concierge paramedic gardener cleaner mechanic called named tag ask attn
    """)),
    begins("grand", "fianc", "step", "c/o"),
)  # fmt: skip
_GATES = (
    whole("hi", "hello", "hey", "hiya", "yo", "oi", "hola", "ciao", "salut",
          "bonjour", "namaste", "salam", "greetings", "dear", "good", "welcome"),
    either(
        whole(*str.split("""
            mr mrs ms miss mx dr prof professor herr frau señor señora monsieur madame sgt sergeant constable capt
            captain rev reverend cllr councillor mme mlle encik puan shri smt kuya pastor rabbi imam sheikh haji hajji
        """)),
        begins("ma'am", "ma’am"),
    ),
    both(has(":", "="), whole(*str.split("""
        driver emp employee pax guest tenant patient owner payee beneficiary cardholder witness student pupil surname
        forename forenames complainant applicant claimant traveller passenger attendee attendees participant
        participants requester requestor assignee recipient consignee spouse guardian kin contact accountholder
        policyholder holder fao by assigned behalf
    """))),
    has("name", "my n", "called", "this is", "signed", "estate of", "made out", "tnv", "t.n.v"),
    either(has("name on"), begins("buzzer", "interphone", "intercom")),
    begins("thank", "thx", "cheers", "kudos", "props", "shout"),
    begins("spoke", "speaking", "talk", "chatted", "dealt"),
    both(either(has("ask for", "name tag"), begins(
        "agent", "colleague", "manager", "superv", "rep", "advis", "husband", "wife", "son", "daughter", "mother", "father",
        "mum", "mom", "dad", "brother", "sister", "friend", "partner", "called", "named", "attn", "c/o", "gran",
        "nan", "uncle", "aunt", "niece", "nephew", "cousin", "neighb", "landl", "boss", "boyfriend", "girlfriend", "fianc",
        "hubby", "dentist", "doctor", "nurse", "teacher", "driver", "engineer", "technician", "guide", "waiter", "waitress",
        "chef", "lawyer", "solicitor", "flatmate", "roommate", "housemate", "receptionist", "cashier", "secretary", "pa",
        "courier", "plumber", "electrician", "therapist", "surgeon", "midwife", "pharmacist", "hairdresser",
        "stylist", "carer", "nanny",
        "babysitter", "god", "step", "caretaker", "concierge", "paramedic", "gardener", "cleaner", "mechanic",
    )), _SOMEBODYS),
)  # fmt: skip
PEOPLE = (
    *(FoundBy("PERSON", _SCORE, partial(_cued, cue), gate) for cue, gate in zip(_CUES, _GATES, strict=True)),
    FoundBy(
        "PERSON", _SCORE, partial(_cued, _SIGN_OFF),
        has("regards", "wishes", "sincerely", "faithfully", "truly", "cheers", "thank", "best", "yours", "love"),
    ),
    FoundBy("PERSON", _SCORE, _introduced, has("my n")),
    FoundBy(
        "PERSON", _SCORE, _in_role,
        whole("guest", "passenger", "pax", "tenant", "resident", "pupil", "customer", "cust", "caller", "client", "member",
              "student", "moderator"),
    ),
    FoundBy(
        "PERSON", _SCORE, _at_a_desk,
        begins("customer", "tech", "support", "reception", "billing", "accounts", "parts", "payroll", "sales", "returns",
               "refunds", "repairs", "bookings", "housekeeping", "dispatch", "checkout", "check-in", "complaints", "pharmacy",
               "bakery", "front", "help", "service", "information", "welcome", "till", "bar", "deli", "counter", "chat",
               "phones", "warehouse"),
    ),
    FoundBy("PERSON", _SCORE, _closings, has("\n")),
    FoundBy("PERSON", _SCORE, _behind_the_end, either(has(")"), begins("the"))),
    FoundBy("PERSON", _SCORE, _initialled, both(has(". "), shaped("A. ", "A.A"))),
    FoundBy("PERSON", _SCORE, partial(_plainly_named, _TWO_INITIALS), both(has(". "), shaped("A.A. ", "A. A. "))),
    FoundBy(
        "PERSON", _SCORE, partial(_plainly_named, _IN_CAPITALS),
        begins("name", "signed", "payee", "passenger", "cardholder", "beneficiary", "account", "made", "paid", "addressed"),
    ),
    FoundBy(
        "PERSON", _SCORE, partial(_plainly_named, _BESIDE_ROLE),
        both(
            has(","), whole(*_ROLES_BESIDE.split("|")),
            begins("porter", "janitor", "doorman", "post", "milkman", "tutor", "coach", "instruct", "trainer", "vet",
                   "barber", "butcher", "baker", "florist", "account", "notary", "warden", "steward", "usher",
                   "lifeguard", "intern", "apprent", "deputy", "foreman", "handyman", "decorator", "roofer", "joiner",
                   "tailor", "cobbler", "gate", "watchman", "grounds", "housekeeper", "matron", "head", "principal",
                   "librarian", "clerk", "teller", "barista", "bartender", "bouncer", "host", "lodger", "subtenant"),
        ),
    ),
    FoundBy("PERSON", 0.6, partial(_plainly_named, _BEFORE_PHONE), both(at_least(9), has("+", " 0"))),
    FoundBy(
        "PERSON", _SCORE, _told,
        both(
            has("name", "called", "missus", "mister", " from "),
            either(whole("name", "called", "named", "missus", "mister"), both(whole("from"), whole("it", "its"))),
        ),
    ),
)  # fmt: skip
"""Stretches that name a person by their place in the sentence; only after "my name is" small letters count too."""


_WORD = re.compile(r"[^\W\d_]{3,}")


def repeated(text: str, names: Iterable[Stretch]) -> Iterator[Stretch]:
    """This yields where else in the text the words of people's names stand, in the same letters."""
    words = {
        word
        for start, end in names
        for word in _WORD.findall(text[start:end])
        if is_name_like(word) and not is_common_word(word)
    }
    return (match.span() for match in _WORD.finditer(text) if match[0] in words) if words else iter(())


def is_name_like(word: str) -> bool:
    """This word could be a name: it begins with a capital letter and is none of the words that only look so."""
    bare = word.lower().partition("'")[0].partition("’")[0]
    return word[0].isupper() and bare not in _NOT_NAMES and not (word.isupper() and len(word) > 1 and bare in _SHOUTED)


_SHOUTED = frozenset(
    str.split("""
    worst terrible awful horrible hate angry furious ridiculous pathetic joke fail lost broken
    """)
)


_ORGANISATION = frozenset(
    str.split("""
    inc ltd llc plc gmbh ag corp co company bank airlines airways university institute school hospital hotel group foundation
    association council ministry department court church museum club league party union international national federal
    united royal street airport station center centre times news press post tv radio media games studios app store shop
    express services solutions systems technologies technology insurance energy motors mobile telecom
    """)
)


def reads_as_person(name: str) -> bool:
    """This stretch has the form of a person's full name: two to four capitalised words, none of them known as another."""
    words = name.split()
    return 2 <= len(words) <= 4 and all(_is_name_part(word) for word in words)


def _is_name_part(word: str) -> bool:
    if re.fullmatch(r"[^\W\d_]\.?", word):
        return word[0].isupper()
    low = word.lower()
    shaped = re.fullmatch(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", word) is not None and not word.isupper()
    return shaped and is_name_like(word) and not is_common_word(word) and low not in _ORGANISATION


_NOBODY = _ORGANISATION | _DESKS


def _name_end(found: str) -> int:
    """How many characters of ``found`` are a name, reading from the left."""
    end = 0
    for word in re.finditer(r"\S+", found):
        if end and "\n" in found[end : word.start()] and word[0].lower() in _LABELS:
            break
        if is_name_like(word[0]):
            end = word.end()
        elif word[0].lower() not in _SMALL or not end:
            break
    return end
