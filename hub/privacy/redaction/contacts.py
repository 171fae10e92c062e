"""Ways to reach a person: e-mail, telephone, handle; and the addresses of their devices."""

import re

from hub.privacy.redaction.checksums import is_ip
from hub.privacy.redaction.language import is_common_word
from hub.privacy.redaction.rule import (
    Facts,
    Gate,
    Rule,
    after,
    at_least,
    begins,
    both,
    either,
    has,
    holds,
    many,
    rule,
    shaped,
    value_is,
    whole,
    with_inner_dot,
)

TLD = (
    "com|org|net|edu|gov|io|co|info|biz|app|dev|me|eu|uk|de|fr|es|it|ie|nl|be|at|ch|pt|pl|se|no|dk|fi|us|ca|au|in|jp|br"
    "|mx|nz|za|ng|ke|ua|ro|cz|hu|gr|tr|ru|kr|cn|sg|example|test"
)
_ANY_TLD = (
    f"{TLD}|ae|al|am|ar|az|ba|bd|bg|bo|bw|by|cl|cm|cy|do|dz|ec|ee|eg|et|fj|fo|ge|gh|gl|gt|hk|hn|hr|id|il|iq|ir|is|jm|jo|kh|kw|kz|la|lb|li|lk|lt|lu|lv"
    "|ly|ma|mc|md|mk|mm|mn|mo|mt|mu|mv|mw|my|mz|na|ni|np|om|pa|pe|ph|pk|ps|py|qa|rs|rw|sa|sd|si|sk|sl|sn|sv|sy|th|tn|to|tt|tw|tz|ug|uy|uz|va|ve|vn|ws|ye|zm|zw"
)
"""Where an address is written to be read by people, every country counts; by itself ("that.is") none but the usual."""
_DOT = r"(?:\.|\s*[\[({<]\s*(?i:dot|punkt|punto|\.)\s*[\])}>]\s*|\s+(?i:dot|punkt|punto)\s+|\s+\.\s+)"
_WORDED_DOT = r"(?:\s*[\[({<]\s*(?i:dot|punkt|punto|\.)\s*[\])}>]\s*|\s+(?i:dot|punkt|punto|d0t)\s+)"
_AT = r"(?:@\s{0,2}|\s*[\[({<]\s*(?i:at|@|a|arroba)\s*[\])}>]\s*|\s+@\s+)"
_PLAIN_AT = r"\s+(?i:at|arroba)\s+"
_NUMBER_WORD = (
    "(?i:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    "|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|double|\\d+)"
)
_JOINT = r"(?i:dot|underscore|under\s?score|dash|hyphen|minus|plus|punkt|punto)"
_PART = r"[\w+-]{1,40}"
_MAIL_AHEAD = re.compile(
    r"(?i)\b(?:e-?mails?|mail|write|contact|reach|address|paypal|account|login|gmail|send|is|to)\b"
)

_ROLE = re.compile(
    r"(?i)(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|support|help(?:desk)?|info|contact|complaints?|sales|service|customer[-_.]?(?:care|service|support)"
    r"|care|billing|accounts?|orders?|returns?|office|hello|enquir(?:y|ies)|feedback|press|jobs|careers|admin|postmaster|webmaster|abuse"
    r"|privacy|dpo|security|news(?:letter)?|marketing|team|mail)@"
)


def _is_of_somebody(match: re.Match[str]) -> bool:
    """Mailboxes named after a task belong to a company."""
    return not _ROLE.match(match[0])


EMAILS: tuple[Rule, ...] = (
    rule(
        "EMAIL_ADDRESS", 1.0, r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", has("@"), _is_of_somebody
    ),
    rule(
        "EMAIL_ADDRESS", 0.9,
        rf"(?i)(?<!\w){_PART}(?:{_DOT}{_PART}){{0,5}}{_AT}[\w-]{{2,40}}(?:{_DOT}[\w-]{{2,40}}){{0,3}}{_DOT}(?:{_ANY_TLD})\b",
        both(has("@", "[", "(", "{", "<"), has("dot", ".", "punkt", "punto"), either(has("@"), holds(r"(?i)[\[({<]\s*(?:at|a|arroba)\s*[\])}>]"))), _is_of_somebody,
    ),
    # "maria dot g at example dot com", "bob dot harris seventy two at example dot com"
    rule(
        "EMAIL_ADDRESS", 0.9,
        rf"(?i)(?<!\w)(?:{_PART}(?:\s+name)?\s+{_JOINT}\s+){{0,5}}{_PART}(?:\s+name)?(?:\s+{_NUMBER_WORD}){{0,5}}{_PLAIN_AT}"
        rf"{_PART}(?:{_WORDED_DOT}{_PART}){{0,3}}{_WORDED_DOT}(?:{_ANY_TLD})\b",
        both(has(" at "), has("dot", "punkt", "punto", "(.)", "[.]")),
    ),
    # "tariq_AT_example_DOT_com"
    rule("EMAIL_ADDRESS", 0.9, r"(?i)(?<![\w.])[a-z0-9][\w.+-]{0,60}?[_.-]at[_.-][a-z0-9-]{2,40}(?:[_.-]dot[_.-][a-z]{2,20}){1,3}(?!\w)", both(has("at_", "at-", "at."), has("dot"))),
    # "p.okoye AT example.com": the word alone is no proof ("I work at example.com")
    rule(
        "EMAIL_ADDRESS", 0.8,
        rf"(?i)(?<!\w)(?:[a-z0-9]+(?:[._+-][a-z0-9]+)+|[a-z]+\d+|(?:[a-z0-9]\s?-\s?){{2,}}[a-z0-9]){_PLAIN_AT}"
        rf"[\w-]{{2,40}}(?:{_DOT}[\w-]{{2,40}}){{0,3}}{_DOT}(?:{TLD})\b",
        both(has(" at "), either(either(has("[", "(", "{", "<"), whole("dot", "punkt", "punto")), holds(r"\.\w|\s\.\s"))),
    ),
    rule(
        "EMAIL_ADDRESS", 0.7,
        rf"(?i)(?<!\w)(?P<value>[\w.+-]{{2,40}}{_PLAIN_AT}[\w-]{{2,40}}(?:\.[\w-]{{2,40}}){{0,3}}\.(?:{TLD}))\b",
        both(has(" at "), has("mail")), lambda match: after(match, _MAIL_AHEAD, 25),
    ),
    rule(
        "EMAIL_ADDRESS", 0.8,
        r"(?i)\be-?mail\s+(?:as|is|:)\s+(?P<value>[a-z](?:\s+as\s+in\s+[a-z]+)?(?:[,\s]+[a-z0-9.]+){0,8}?,?\s+at\s+[a-z0-9-]+"
        rf"\s+dot\s+(?:{TLD}))\b",
        both(has("mail"), has(" dot ")),
    ),
)  # fmt: skip

_BRAND_WORDS = frozenset(
    str.split("""
    air airline airlines airways app bank books broadband business cafe care cares coffee company customer deals delivery
    energy express fashion food foods games gas global group help helpdesk helps hotel hotels hq inc insurance international
    life live market media mobile motors museum music news official online park parking post power radio rail railway safe
    sales service services shop shops solutions sport sports store stores studio supermarket support team tech telecom trains
    travel tube tv uk us usa water
    """)
)
_BRAND_ENDINGS = (
    "support", "help", "helps", "cares", "service", "services", "airlines", "airways", "official", "customercare", "bank",
    "express", "trains", "railway", "mobile", "broadband", "energy", "insurance", "hotels",
)  # fmt: skip
_BRANDS = frozenset(
    str.split("""
    amazon amazonhelp americanair apple applesupport asda askplaystation aldiuk argos bt btcare britishairways british_airways
    comcast comcastcares costco currys delta dell dhl doordash dpd ebay easyjet ee evri facebook fedex flipkart giffgaff google
    greggs hp hulu iberia ikea instagram jetblue klm lidl lloydsbank lufthansa marksandspencer mcdonalds microsoft microsofthelps
    monzo morrisons natwest netflix nike nikesupport o2 ocado paypal playstation revolut royalmail ryanair sainsburys samsung sky
    skyuk southwestair spotify spotifycares sprint starbucks swissair target tesco thameswater threeuk tiktok tmobile tmobilehelp
    turkishairlines twitter uber uber_support ubereats united unitedairlines ups verizon virginatlantic virginmedia virgintrains
    vodafone vodafoneuk walmart waitrose wizzair xbox xboxsupport xfinity youtube zara zoom
    """)
)
_COUNTRIES = frozenset({"uk", "us", "usa", "ie", "ireland", "india", "de", "au", "ca", "nz", "eu"})
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def is_brand(handle: str) -> bool:
    """This handle belongs to a company, as far as its words tell: ``@ParkSafeUK``, ``@BigBank_Help``."""
    name = handle.lstrip("@")
    low = name.lower()
    if low in _BRANDS:
        return True
    words = [word.lower() for word in _CAMEL.findall(name)]
    if len(words) > 2 and words[-1] in _COUNTRIES:
        return True
    return (len(words) > 1 and words[-1] in _BRAND_WORDS) or low.endswith(_BRAND_ENDINGS)


def _is_chosen(value: str) -> bool:
    """A name that somebody chose for an account, and not the next word of the sentence."""
    inner = value.strip("_.-")
    if len(inner) < 3 or inner.replace(".", "").replace(",", "").isdigit():
        return False
    return any(char.isdigit() or char in "_.-" for char in inner) or (
        inner[1:] != inner[1:].lower() and not inner.isupper()
    )


_NETWORK = r"insta(?:gram)?|ig|telegram|tiktok|snap(?:chat)?|twitter|discord|skype|signal|threads|mastodon|bluesky|reddit|psn|xbox"
_NETWORKS = ("insta", "instagram", "ig", "telegram", "tiktok", "snap", "snapchat", "twitter", "discord", "skype", "signal", "threads", "mastodon", "bluesky",
             "reddit", "psn", "xbox")  # fmt: skip
_ACCOUNT = (
    r"user\s?-?(?:name|id)?|usr(?:\s?name)?|login(?:\s?name)?|handle|nick(?:name)?|gamer\s?tag|screen\s?name|alias"
)

_TECHNICAL = re.compile(
    r"(?:^|_)(?:id|ids|key|code|error|err|file|name|date|time|type|status|url|token|api|json|xml|html|csv|log|config|test|user|order|count|size"
    r"|is|get|set|not|no|the|of|to|max|min|total|version|v\d*|final|new|old|copy|img|image|screenshot|invalid|failed|failure|timeout|null|proxy|pass|server|http|https|host|port|path|dir|root|conf|env|var|sql|db|table|default|auth|client|request"
    r"|response|param|params|value|index|list|add|remove|update|delete|read|write|send|fetch|load|save|start|stop|run|enable|disable|allow|deny)(?:_|$)"
)
_ENDS_LIKE_A_FILE = re.compile(
    rf"(?i)\.(?:{TLD}|exe|dll|sys|bat|sh|py|js|conf|cfg|ini|pdf|docx?|xlsx?|zip|local|lan|service|timeout)$"
)
_OF_A_PROGRAM = re.compile(
    r"(?i)\b(?:error|code|field|file|column|status|parameter|setting|event|table|msg|message)\W{0,3}$"
)

_DEVICES = frozenset(
    str.split("windows iphone android office galaxy pixel playstation chrome firefox version level area guide manual")
)
_PRODUCTS = frozenset(["gamepass", "seriesx", "seriess", "playstation", "xcloud", "nitro", "livechat", "deckoled"])
_NOBODYS = frozenset(
    str.split("""
    admin administrator guest root user owner someone somebody myself visitor another different usual normal
    before always
    """)
)
_OPINIONS = frozenset(
    str.split("""
    terrible brilliant amazing rubbish horrible excellent useless perfect nothing messages stories slower
    private public
    """)
)
"""What stands behind a network's name and is nobody's account there."""

_SAID_OF_A_THING = re.compile(
    r"(?:ed|ing|[ai]ble|ful|less|ent|ant|ous|ive|ly|ic|al|en|ish|est|ary)$|^(?:rubbish|garbage|useless|terrible|unknown|awesome|invalid|correct|working|offline|unstable"
    r"|suddenly|already|another|something|somebody|nothing|whatever|another|visible|outdated|expired|glitchy|awkward|someone|nowhere|amateur|disabled)$"
)
"""How words end that say what a thing is like, and what becomes of it."""

HANDLES: tuple[Rule, ...] = (
    # A customer's or a company's: that stands in the text around, if anywhere.
    rule(
        "HANDLE", 0.74, r"(?<![\w@./])@[^\W_](?:[\w.-]{0,48}\w)?|(?<![\w@./])@_\w[\w.-]{0,46}\w", has("@"),
        lambda match: not is_brand(match[0]), always=True,
    ),
    # Digits alone tell no company: nobody may say that they are nobody's.
    rule("HANDLE", 0.8, r"(?<![\w@./])@\d{5,20}(?![\w@]|\.\w)", has("@")),
    rule("HANDLE", 0.8, r"(?i)(?<![\w/])/?u/[\w-]{3,30}\b", has("u/")),
    rule(
        "HANDLE", 0.75, r"(?<![\w#.])(?P<value>[a-zA-Z][\w.]{1,31}#\d{4})(?!\w)", both(has("#"), at_least(4)),
        lambda match: not after(match, _OF_A_PROGRAM, 16),
    ),
    rule("HANDLE", 0.8, r"(?i)(?<!\w)live:[\w.-]{3,40}\w", has("live:")),
    rule(
        "HANDLE", 0.7, rf"(?i)(?<![\w@./])(?P<value>[a-z0-9][\w.]{{2,30}}\w)\s+on\s+(?:{_NETWORK}|x|fb|facebook)\b", both(has(" on "), whole(*_NETWORKS, "x", "fb", "facebook")), value_is(_is_chosen),
    ),
    rule(
        "HANDLE", 0.75,
        rf"(?i)\b(?:{_NETWORK}|{_ACCOUNT})\b[^\n.@]{{0,25}}?(?:\s|[:=]\s*\"?|[\"'(])(?P<value>(?=[\w-]*[\d_.-]\w)[a-z0-9][\w.-]{{1,40}}\w)(?![\w@])",
        both(
            has("insta", "ig", "tele", "tiktok", "snap", "twitter", "discord", "user", "usr", "login", "handle", "nick", "tag",
                "screen", "alias", "skype", "reddit", "psn", "xbox"),
            begins(*_NETWORKS, "user", "usr", "login", "handle", "nick", "gamer", "screen", "alias"),
        ),
        value_is(_is_chosen),
    ),
    # "user tkowalski2 is locked out": right behind the word, digits at the end are enough.
    rule(
        "HANDLE", 0.7, rf"(?i)\b(?:{_ACCOUNT}|acct|account)\s+(?:is\s+|was\s+|name\s+)?(?P<value>[a-z]{{4,20}}\d{{1,4}})(?![\w.@])",
        both(at_least(1), has("user", "usr", "login", "handle", "nick", "tag", "screen", "alias", "acc")),
        value_is(lambda value: value.lower().rstrip("0123456789") not in _DEVICES),
    ),
    # "PSN SleepyOtter", "tiktok: lunabakesdaily"
    rule(
        "HANDLE", 0.7, rf"\b(?i:{_NETWORK}|steam|fortnite|roblox|twitch|vinted|ebay|depop|etsy)(?i:\s+(?:name|id|user|seller|handle|tag|account|is))*[\s:]+(?P<value>[A-Z]?[a-z]{{2,15}}[A-Z][A-Za-z]{{2,20}}\d{{0,4}})(?![\w@.])",
        both(
            has("insta", "ig", "tele", "tiktok", "snap", "twitter", "discord", "skype", "reddit", "psn", "xbox", "steam", "fortnite", "roblox", "twitch", "vinted", "ebay", "depop", "etsy"),
            whole(*_NETWORKS, "steam", "fortnite", "roblox", "twitch", "vinted", "ebay", "depop", "etsy"),
        ),
        value_is(lambda value: value.lower() not in _PRODUCTS and not is_brand(value)),
    ),
    rule(
        "HANDLE", 0.6, rf"(?i)(?<!\w)(?:{_NETWORK}|twitch)(?:\s+(?:name|id))?\s?:\s?(?P<value>[a-z][\w.]{{4,29}}\w)(?![\w@])",
        both(has(":"), has("insta", "ig", "tele", "tiktok", "snap", "twitter", "discord", "skype", "threads", "reddit", "psn", "xbox", "twitch", "signal", "mastodon", "bluesky")),
        value_is(lambda value: not (is_common_word(value) or is_brand(value) or value.lower() in _OPINIONS)),
    ),
    rule("HANDLE", 0.75, r"(?i)\b(?:gamer\s?tag|psn(?:\s+id)?|xbox\s+(?:id|name))\s*[:=]\s*(?P<value>[^\W_][^\n,;]{1,24}\w)", has("gamertag", "gamer tag", "psn", "xbox")),
    rule(
        "HANDLE", 0.7, r"(?i)\b(?:logged|signed|log|sign|logging|signing)\s+(?:in|on)\s+as\s+(?:user\s+)?[\"']?(?P<value>[a-z][\w.-]{3,30}\w)",
        has(" as "), value_is(lambda value: value.islower() and not (is_common_word(value) or value in _NOBODYS)),
    ),
    rule(
        "HANDLE", 0.8, r"(?i)[\"']?(?:user|username|login|handle|nick)[\"']?\s*[:=]\s*[\"']?(?P<value>[a-z0-9][\w.-]{2,40})",
        has("user", "login", "handle", "nick"),
        value_is(lambda value: value.lower() not in {"agent", "none", "null", "true", "false", "unknown", "mozilla"}),
    ),
    # "my handle is mossgirl", "my roblox is icecreamtractor": a word that nobody says of a thing.
    rule(
        "HANDLE", 0.6, rf"(?i)\b(?:my|his|her)\s+(?:{_NETWORK}|twitch|roblox|fortnite|steam|{_ACCOUNT})(?:\s+(?:name|id|user))?\s+(?:is|was)\s+[\"']?(?P<value>[a-z]{{7,24}})(?=[\"']?\s*(?:$|[.,!?\n]|\s(?:and|but|if)\b))",
        begins("insta", "ig", "telegram", "tiktok", "snap", "twitter", "discord", "skype", "signal", "threads", "mastodon", "bluesky", "reddit", "psn", "xbox",
               "twitch", "roblox", "fortnite", "steam", "user", "usr", "login", "handle", "nick", "gamer", "screen", "alias"),
        value_is(lambda value: not (is_common_word(value) or _SAID_OF_A_THING.search(value.lower()))),
    ),
    # "I go by quiet.kettle there"
    rule(
        "HANDLE", 0.6, r"(?i)\b(?:i\s+go\s+by|known\s+as|aka|i['’]?ve\s+been)\s+(?P<value>[a-z]{3,15}[._][a-z]{3,15})(?![\w@]|\.\w)",
        both(either(with_inner_dot, has("_")), begins("go", "known", "aka", "been")), value_is(lambda value: not any(map(is_common_word, re.split(r"[._]", value)))),
    ),
    # "pkowalczyk2 locked out again"
    rule(
        "HANDLE", 0.65, r"(?<![\w@./-])(?P<value>[a-z]{4,20}\d{1,4})\s+(?:is\s+|was\s+|got\s+|keeps\s+(?:getting\s+)?)?locked\b",
        both(at_least(1), has("locked")),
        value_is(lambda value: value.rstrip("0123456789") not in _DEVICES),
    ),
    # A name of an account with capitals, where the text speaks of accounts: "My gamertag: Silent_Otter"
    rule(
        "HANDLE", 0.6, r"(?<![\w@./=?&#<\[{$-])(?=\w*[a-z])[A-Z][A-Za-z\d]{1,19}(?:_[A-Za-z\d]{1,20}){1,3}(?![\w@=(/\]>}]|\.\w|:\w)",
        both(has("_"), has("gamer", "username", "handle", "profile", "nickname", "channel", "banned", "account")),
        lambda match: not _TECHNICAL.search(match[0].lower()) and not after(match, _OF_A_PROGRAM, 16),
    ),
    # Accounts that somebody at a help desk works on: "unlock k.oduya-smith"
    rule(
        "HANDLE", 0.7, r"(?i)\b(?:unlock|reset|re-?enable|enable|disable|deactivate|offboard|onboard|provision)\s+(?:user\s+|account\s+)?(?P<value>[a-z][a-z\d]{0,20}[._][a-z][a-z\d-]{1,25})(?![\w@(./\\=])",
        begins("unlock", "reset", "reenable", "re-enable", "enable", "disable", "deactivate", "offboard", "onboard", "provision"),
        lambda match: not _TECHNICAL.search(match["value"]) and not _ENDS_LIKE_A_FILE.search(match["value"]),
    ),
    # "dj_mossy", "xx_ollie_99": nobody writes words of a sentence like that; names of files and of fields end otherwise.
    rule(
        "HANDLE", 0.55, r"(?<![\w@./=?&#<\[{$-])(?=[a-z\d_]*[a-z]{2})_?[a-z\d]{2,20}(?:_[a-z\d]{1,20}){1,4}_?(?![\w@=(/\]>}]|\.\w|:\w)", has("_"),
        lambda match: not _TECHNICAL.search(match[0]) and not after(match, _OF_A_PROGRAM, 16),
    ),
)  # fmt: skip

DATE_OR_YEARS = re.compile(
    r"(?:19|20)\d\d[ ./-]\d\d?(?:[ ./-]\d\d?)?(?!\d)|\d\d?[ ./-]\d\d?[ ./-](?:19|20)\d\d(?!\d)|(?:19|20)\d\d[ -](?:19|20)\d\d(?!\d)"
)
"""Digits that are a date or two years and not a telephone number."""
_FREE = re.compile(
    r"\(?(?:\+44|0)\s?(?:800|808|845|844|843|870|871|300|330|333|345)|(?:\+?1[ -.]?)?\(?8(?:00|88|77|66|55|44|33)\)?[ .-]"
)
"""Lines of companies, free of charge or at a shared one: nobody lives at the other end."""

_NO_PHONE = re.compile(
    r"(?i)\b(?:serial|sku|part|model|batch|version|build|order|tracking|invoice|account|acct|acc|policy|ref(?:erence)?|card|iban|id"
    r"|imei|isbn|ean|meter|ticket|case|no|nr|member(?:ship)?|loyalty|points|code|error)\b[\s.:#]*(?:is|no|number|nr)?[\s.:#]*$"
)


def _is_phone_shaped(match: re.Match[str]) -> bool:
    value = match["value"] if "value" in match.re.groupindex else match[0]
    digits = sum(map(str.isdigit, value))
    return (
        7 <= digits <= 15
        and not DATE_OR_YEARS.match(value.lstrip("("))
        and _is_of_a_person(match)
        and not after(match, _NO_PHONE)
    )


def _is_of_a_person(match: re.Match[str]) -> bool:
    return not is_free_line(match["value"] if "value" in match.re.groupindex else match[0])


def is_free_line(number: str) -> bool:
    """This telephone number is a company's, free of charge or at a shared one."""
    return _FREE.match(number) is not None


_EXTENSION = r"(?:[,;]?\s?(?i:x|extn?\.?|extension|durchwahl|int\.)\s?:?\s?\d{1,5}(?!\w))?"
_BETWEEN = r"[\s().\-–/]{0,3}"
PHONES: tuple[Rule, ...] = (
    rule("PHONE_NUMBER", 0.7, rf"(?<![\w+])(?:\+|00)\s?[1-9](?:{_BETWEEN}\d){{6,14}}(?!\d){_EXTENSION}", both(at_least(7), has("+", "00")), _is_of_a_person),
    rule(
        "PHONE_NUMBER", 0.65,
        r"(?i)\b(?:phone|tel(?:ephone)?|mobile|mob|cell|call(?:ed)?(?: me| us| him| her| back)?(?: at| on)?|text(?: me)?|whatsapp|ring"
        rf"|reach|answer(?:ing)?|dial|number|nr|no)\b[^\d\n]{{0,20}}(?P<value>\(?\d(?:{_BETWEEN}\d){{6,14}})(?!\d){_EXTENSION}",
        both(at_least(7), whole("phone", "tel", "telephone", "mobile", "mob", "cell", "call", "called", "text", "whatsapp", "ring", "reach", "answer", "answering", "dial", "number", "nr", "no")),
        _is_phone_shaped,
    ),
    rule("PHONE_NUMBER", 0.65, rf"(?<![\w.,$€£+#/-])\(?\d{{3}}\)?[ .-]{{0,2}}\d{{3}}[ .-]\d{{4}}(?!\d|%|[.,-]\d){_EXTENSION}(?!\w)", both(at_least(10), shaped("000-0000", "000 0000", "000.0000")), _is_phone_shaped),
    rule("PHONE_NUMBER", 0.6, r"(?<![\w.,$€£+#/-])\(?0\d(?:[ ()./\-–]{0,2}\d){7,11}(?![\w%]|[.,-]\d)"
        rf"{_EXTENSION}", both(at_least(9), begins("0")), _is_phone_shaped),
    rule("PHONE_NUMBER", 0.5, r"(?<![\w.,$€£+#/-])\(?\d{2,5}\)?(?:[ .-]\d{2,4}){1,4}(?![\w%]|[.,/-]\d)"
        rf"{_EXTENSION}", both(at_least(7), shaped("00 00", "00-00", "00.00", "00) 00", "00)-00", "00).00")), _is_phone_shaped),
    rule("PHONE_NUMBER", 0.6, r"(?<![\w.,-])\(?\d\)?(?:[ .()\-]{1,3}\d){8,14}(?![\w.,]|-\d)", at_least(9), _is_phone_shaped),
    # Letters for noughts: "o7700 9OO 442"
    rule("PHONE_NUMBER", 0.6, r"(?<![\w.,-])\+?[\doO](?:[ .-]?[\doO]){8,13}(?!\w|[.,]\d)", both(at_least(6), holds(r"[oO](?:(?=\d)|(?<=\d[oO]))"))),
)  # fmt: skip

_VERSION = re.compile(
    r"(?i)\b(?:v|ver|version|release|firmware|build|fw|update|patch|upgrade[d]?(?: to)?|driver)\W{0,3}(?:to\W)?$"
)
_SMALL = 32
_CHANGE = re.compile(
    r"(?i)\b(?:up|down)?(?:grad|dat)(?:es?|ed|ing)\b|\b(?:patch\w*|versions?|firmware|releases?|build|bios|changelog|rev|since|went|moved|rolled)\b"
)
_NET = re.compile(
    r"(?i)(?<![^\W_])(?:ips?|ipv4|ip_?addr\w*|addr\w*|hosts?|hostname|log(?:ged|ging|ins?|on|s)?|sign(?:ed|ing)?|servers?|ping\w*|gateway|dns|vpn|connect\w*|traceroute"
    r"|subnet|proxy|ssh|client|clientip|forwarded|received|remote|src|dst|user|firewall|requests?|port|attack\w*|spam\w*)(?![^\W_])"
)
_ON_THE_NET = re.compile(r":\d|/\d|\s-\s-|\s+port\b|\s+is\s+my\s+ip\b")
_BEFORE = 40
"""Where small numbers stand behind a change and nothing says the net, they are versions: an address has such in one of a thousand."""
_DEFANGED = r"(?:\.|\[\.\]|\(\.\))"


_NOBODYS_IP = re.compile(
    r"(?:192\.168\.\d{1,3}|10\.0\.\d)\.(?:1|254)$|127\.|0\.0\.0\.0$|255\.|8\.8\.[84]\.[84]$|1\.[10]\.[10]\.1$"
)
"""Where every router waits, and what everybody may ask: such an address leads to nobody."""


def _is_address(match: re.Match[str]) -> bool:
    value = match[0].replace("[", "").replace("]", "").replace("(", "").replace(")", "")
    if not is_ip(value) or _NOBODYS_IP.match(value) or after(match, _VERSION, 14):
        return False
    return value != match[0] or not _is_version(match)


def _is_version(match: re.Match[str]) -> bool:
    """As in "went from 11.2.0.4 to 12.1.0.2"."""
    if any(int(number) >= _SMALL for number in match[0].split(".")) or _ON_THE_NET.match(match.string, match.end()):
        return False
    before = match.string[max(0, match.start() - _BEFORE) : match.start()]
    return not before.endswith(("[", "=", ":", "/")) and _CHANGE.search(before) is not None and not _NET.search(before)


_DOTTED = re.compile(r"\.[0-9A-Fa-f]{4}\.")


def _has_signs_of_a_mac(facts: Facts) -> bool:
    return facts.text.count(":") >= 5 or facts.text.count("-") >= 5 or _DOTTED.search(facts.text) is not None


DEVICES: tuple[Rule, ...] = (
    rule("IP_ADDRESS", 0.95, rf"(?<![\d.])(?:\d{{1,3}}{_DEFANGED}){{3}}\d{{1,3}}(?![\d]|\.\d)", both(at_least(4), shaped("0.0", "0[.]0", "0(.)0")), _is_address),
    rule(
        "IP_ADDRESS", 0.95, r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])", both(at_least(1), either(has("::"), many(":", 7))),
        lambda match: len(match[0]) > 4 and is_ip(match[0]),
    ),
    rule(
        "MAC_ADDRESS", 0.95,
        r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])|(?<!\w)[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}(?!\w)",
        Gate(tests=(_has_signs_of_a_mac,)), value_is(lambda value: not value.replace(".", "").isdigit()),
    ),
    rule("MAC_ADDRESS", 0.8, r"(?i)\bmac(?:\s+addr(?:ess)?)?\W{1,3}(?:is\s+)?(?P<value>[0-9a-f]{12})\b", has("mac")),
)  # fmt: skip
