"""Numbers that lead to a payment, a purchase or a contract: cards, accounts, orders, loyalty programmes, wallets."""

import re
from collections.abc import Iterator

from hub.privacy.redaction.alternatives import by_letter
from hub.privacy.redaction.checksums import is_card, is_iban
from hub.privacy.redaction.contacts import DATE_OR_YEARS, is_free_line
from hub.privacy.redaction.rule import (
    FoundBy,
    Rule,
    Stretch,
    after,
    at_least,
    begins,
    both,
    cue_of,
    has,
    rule,
    shaped,
    unbroken,
    value_is,
)

CARDS: tuple[Rule, ...] = (
    rule("CREDIT_CARD", 1.0, r"(?<![\d.])\d(?:[ -]?\d){11,18}(?![\d])", at_least(12), value_is(is_card)),
    # Printed in its groups, with whatever people put between them; and in one piece, whatever stands around it.
    rule("CREDIT_CARD", 1.0, r"(?<!\d)\d{4}(?:[\s._\-–—/*]{1,3}\d{4}){3}(?!\d)", both(at_least(12), shaped("0000")), value_is(is_card)),
    rule("CREDIT_CARD", 1.0, r"(?<!\d)3\d{3}[\s._\-–—/*]{1,3}\d{6}[\s._\-–—/*]{1,3}\d{5}(?!\d)", both(at_least(15), shaped("000000")), value_is(is_card)),
    rule("CREDIT_CARD", 1.0, r"(?<!\d)\d{12,19}(?!\d)", both(at_least(12), shaped("0" * 12)), value_is(is_card)),
)  # fmt: skip

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \n-]?[A-Za-z0-9]){11,30}")
_SHORTEST_IBAN = 15


def find_ibans(text: str) -> Iterator[Stretch]:
    """This yields IBANs, cutting off words that follow one without punctuation."""
    for match in _IBAN.finditer(text):
        end = match.end()
        while end - match.start() >= _SHORTEST_IBAN:
            if text[end - 1].isalnum() and is_iban(text[match.start() : end]):
                yield match.start(), end
                break
            end -= 1


IBANS = (FoundBy("IBAN_CODE", 1.0, find_ibans, both(at_least(8), shaped("AA00", "aa00", "Aa00", "aA00"))),)

WALLETS: tuple[Rule, ...] = (
    rule("CRYPTO", 0.95, r"\b(?:bc1|tb1|ltc1)[02-9ac-hj-np-z]{20,80}\b|\baddr1[02-9a-z]{30,100}\b", has("c1", "b1", "addr1")),
    rule("CRYPTO", 0.95, r"\b0x[0-9a-fA-F]{40}\b", has("0x")),
    rule(
        "CRYPTO", 0.9, r"\b(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|[LMDTr][1-9A-HJ-NP-Za-km-z]{26,34})\b", both(at_least(2), shaped("0A", "0a", "A0", "a0"), unbroken(26)),
        value_is(lambda value: any(c.isdigit() for c in value[1:]) and any(map(str.islower, value)) and any(map(str.isupper, value))),
    ),
    rule("CRYPTO", 0.8, r"(?i)\bwallet\b\W{0,3}(?:addr(?:ess)?|id)?\W{0,3}(?:is\s+)?(?P<value>(?=\w*\d)[0-9a-z]{20,110})\b", has("wallet")),
)  # fmt: skip

_THING = re.compile(
    r"(?i)\b(?:sku|part|serial|model|batch|lot|version|firmware|build|error|code|spec|type|product|item|art(?:icle)?|s/n|sn|rev"
    r"|regulation|directive|iso|iec|din|rfc|kb|cve|flight|room|seat|gate|bus|route|junction|vat|tax code)\b\W{0,4}"
    r"(?:no|number|nr|is|id)?\W{0,3}$"
)
_PART = re.compile(
    r"(?i)\b(?:sku|part|serial|model|batch|lot|version|firmware|build|s/n|sn|flight)\b\W{0,4}(?:no|number|nr|is|id)?\W{0,3}$"
)
_NOT_A_CODE = re.compile(
    r"(?i)(?:ISO|IEC|DIN|EN|RFC|KB|CVE|COVID|UTC|GMT|RTX|GTX|DDR|USB|HDMI|IP|SN|SKU|PCB|EC|EU)[-/ ]?\d"
)


def is_a_number(value: str) -> bool:
    """This value can lead to something: digits enough, and neither a year nor an amount."""
    digits = sum(map(str.isdigit, value))
    if digits < 3 or re.fullmatch(r"(?:19|20)\d\d", value):
        return False
    return digits >= 4 or any(map(str.isalpha, value)) or "-" in value


def _is_code(match: re.Match[str]) -> bool:
    value = match[0]
    if _NOT_A_CODE.match(value) or after(match, _THING, 24):
        return False
    return sum(map(str.isdigit, value)) >= 5


_NO = r"(?:\s*(?:numbers?|num|no|nr|nbr|nummer|id|code|ref(?:erence)?)\b\.?|\s*[#№])"
_IS = r"(?:\s*(?:\(|is|was|as|under|says|[:=#,-]|->|\u2013))*"
_VALUE = r"(?P<value>#?(?:[A-Z]{1,5}[-/ ]?)?\d[\dA-Z]*(?:[-/ .]?\d[\dA-Z]*|[-/][A-Z]{1,4}\b)*(?:-[A-Z]{1,3}\b)?)"
_CODE = r"(?P<value>#?(?:[A-Z]-\d{3,8}|\d{2,5}[ ][A-Z]{2}[ ]\d{4,8}|\d{2,8}(?:[ ]\d{2,8}){1,4}|(?=[A-Z0-9/-]*\d)[A-Z0-9]{2,12}(?:[-/][A-Z0-9]{1,12}){0,4}(?:/[a-z]{1,3})?|[A-Z]{1,6}\d{0,4}(?:[._][A-Z0-9]{1,12}){1,4}|\d{2,6}(?:\.\d{2,6}){1,2}\.[A-Z]{1,2}|(?=[A-Z0-9-]*\d)[A-Z]-[A-Z0-9]{2,8}(?:[ -]\d{2,8}){1,3}|(?=[A-Z]*[a-z_])(?=\w{8,40}\b)[A-Za-z]{1,8}_?(?=\w*\d\w*\d\w*\d)\w+)(?:\s/\s\d{1,4})?)\b"
_ORDER_WORD = by_letter(
    r"orders?|ordr|ord|bestellung|pcn|penalty(?:\s+charge)?(?:\s+notice)?|fine|booking|reservation|ticket|case|claim|tracking|shipment|parcel|package|consignment|invoice|receipt"
    r"|awb|waybill|folio|dossier|credit\s+note|purchase\s+order|repair|rma|return|confirmation|reference|ref|pnr|complaint|dispute|delivery|transaction|payment|purchase|incident|bag\s?tag|tag|file"
)
_ACCOUNT_WORD = by_letter(
    r"accounts?|acct?|acc|a/c|konto|badge|warden|hosp(?:ital)?\.?|customer|cust|client|contract|policy|policyholder|student|staff|employee|emp|subscriber"
    r"|sort\s?code\s+[\d-]{6,8},?\s+account|user|patient|post\s+number|insurance|mandate|meter(?:\s+(?:point|serial))?|mpan|mprn|licen[cs]e\s+key"
)
_LOYALTY_WORD = by_letter(
    r"loyalty(?:\s?card)?|member(?:ship)?|mbr|frequent\s+fl[iy]er|ffn|miles(?:\s+card)?|rewards?(?:\s+card)?|bonus(?:\s?card)?"
    r"|points\s+(?:card|account)|club\s?card|nectar|ff\s?(?:card|no|nr|number|#)|ffp|(?:advantage|fidelity|stamp|library|travel)\s?card|railcard|avios|bonvoy"
    r"|sky\s?miles|aadvantage|mileage\s?plus|flying\s+blue|miles\s*(?:&|and)\s*more|krisflyer|executive\s+club|payback|airpoints"
)


def _cued(entity: str, word: str, *marks: str) -> tuple[Rule, ...]:
    """A number after its word: with "number" or a sign between them, or written like a code."""
    test, cue = value_is(is_a_number), cue_of(word)
    gate = both(at_least(3), has(*marks))
    return (
        rule(entity, 0.85, rf"(?i)\b{word}{_NO}{_IS}\s*{_VALUE}", gate, test, cue=cue),
        rule(
            entity,
            0.8,
            rf"(?i:\b{word}(?:{_NO})?(?:['’]s)?(?:\s*(?:\(|is|was|under|[:=#]))*\s*){_CODE}",
            gate,
            test,
            cue=cue,
        ),
        rule(entity, 0.8, rf"(?i)\b{word}\s*(?:[:=#(]|\bis\b)+\s*{_VALUE}", gate, test, cue=cue),
        rule(
            entity,
            0.8,
            rf"(?i:\b{word}(?:\s(?:no|number|nr|id)\b\.?)?(?:['’]s)?)\s+(?P<value>[A-Z]{{2,4}}[ -]?\d{{2,6}}(?:[ -]\d{{2,6}}){{1,4}}(?:[ -]\d{{1,3}}[A-Z]{{1,3}})?)\b",
            gate,
            test,
            cue=cue,
        ),
        # Several of them: "two orders, 551920 and 551921"
        rule(
            entity,
            0.75,
            rf"(?i)\b{word}(?:\s\([^()\n]{{1,40}}\))?,\s+#?(?P<value>\d{{5,12}})(?![\w.,]\d|\w|%)",
            gate,
            cue=cue,
        ),
        rule(
            entity,
            0.75,
            rf"(?i)\b{word}\b[,:]?\s+#?\d{{5,12}}(?:\s*[,&/]|\s*->|\s+(?:and|or|und|into|to|with|from|not))\s*#?(?P<value>\d{{5,12}})(?![\w.,]\d|\w|%)",
            gate,
            cue=cue,
        ),
    )


_ORDER_MARKS = ("order", "ordr", "bestellung", "pcn", "penalty", "fine", "booking", "reserv", "ticket", "case", "claim", "tracking", "shipment", "parcel",
                "package", "consign", "invoice", "receipt", "rma", "return", "confirm", "ref", "pnr", "complaint", "dispute",
                "delivery", "transaction", "payment", "purchase", "incident", "tag", "file", "awb", "waybill", "folio", "dossier", "credit", "repair")  # fmt: skip
_ACCOUNT_MARKS = ("acc", "a/c", "konto", "badge", "warden", "hosp", "cust", "client", "contract", "policy", "student", "staff", "emp", "subscriber", "user",
                  "patient", "post number", "insurance", "mandate", "meter", "mpan", "mprn", "licen")  # fmt: skip
_LOYALTY_MARKS = ("loyal", "member", "mbr", "frequent", "ff", "mile", "reward", "bonus", "points", "club", "nectar", "fidelity", "stamp", "library", "travel", "rail", "krisf", "avios", "bonvoy",
                  "advantage", "flying", "flyer", "payback")  # fmt: skip

_LOCATOR_CUE = r"(?i:\b(?:booking|reservation|pnr|locator|confirmation|ref(?:erence)?|flight\s+ref)\b(?:\s*(?:code|ref(?:erence)?|number|no|nr))?)"
_DIGIT_WORD = "(?:zero|oh|nought|one|two|three|four|five|six|seven|eight|nine)"
_NATO = (
    "alpha|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliet|kilo|lima|mike|november|oscar|papa|quebec|romeo|sierra|tango|uniform"
    "|victor|whiske?y|x-?ray|yankee|zulu"
)
_SPELLED = rf"(?:[a-z]\s+(?:as\s+in|for)\s+[a-z]+|(?:double|triple|treble)\s+(?:{_DIGIT_WORD}|[a-z]\b)|{_DIGIT_WORD}|dash|slash|{_NATO}|[a-z]|\d+)"
_SPELLED_RUN = rf"(?P<value>{_SPELLED}(?:[,\s-]+{_SPELLED}){{2,16}}?)\b(?![,\s-]+(?!i\s){_SPELLED}\b)"
_SPELLED_MARKS = has("zero", "oh ", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_FILLER = (
    r"(?:[,\s]+(?:number|code|no|nr|card|id|that|i['’]ve|i|have|got|here|says|on|it|is|was|um|uh|er|sorry|yeah)|['’]s)"
)
_MIN_SPELLED = 5
_SIGNS = {"double": 1, "triple": 2, "treble": 2, "dash": 0, "slash": 0}
"""How many signs such a word stands for; any other stands for one, and what is doubled for itself."""


def _is_spelled(value: str) -> bool:
    """Signs enough for a number, and at least two of them digits: "one or two" is none."""
    words = re.split(r"[,\s-]+", value.lower())
    digits = sum(word.isdigit() or re.fullmatch(_DIGIT_WORD, word) is not None for word in words)
    signs = sum(_SIGNS.get(word, 1) for word in words)
    return digits >= 2 and signs >= _MIN_SPELLED


def _said(entity: str, cue: str, *marks: str) -> Rule:
    """A number read out sign by sign after its word: "my membership is, um, triple two nine oh one"."""
    return rule(
        entity,
        0.75,
        rf"(?i)\b(?:{cue})\b{_FILLER}{{0,6}}[\s:,]+{_SPELLED_RUN}",
        both(has(*marks), _SPELLED_MARKS),
        value_is(_is_spelled),
    )


_CARD_CODE = rf"(?:cvv2?|cvc2?|csc|cid|security\s+(?:code|number))(?:\s+(?:code|number|no))?{_IS}\s*(?P<value>\d{{3,4}}|(?:{_DIGIT_WORD}[\s,]+){{2,3}}{_DIGIT_WORD})(?!\w)"

_PAINT = re.compile(r"(?i)\b(?:colou?r|hex|background|paint|shade|css)\b[^\n]{0,12}$")

_ORDER_CUE, _ACCOUNT_CUE, _LOYALTY_CUE = cue_of(_ORDER_WORD), cue_of(_ACCOUNT_WORD), cue_of(_LOYALTY_WORD)

PURCHASES: tuple[Rule, ...] = (
    *_cued("ORDER_NUMBER", _ORDER_WORD, *_ORDER_MARKS),
    *_cued("ACCOUNT_NUMBER", _ACCOUNT_WORD, *_ACCOUNT_MARKS),
    *_cued("LOYALTY_NUMBER", _LOYALTY_WORD, *_LOYALTY_MARKS),
    # A record locator of an airline has six places and often no digit.
    rule(
        "ORDER_NUMBER", 0.8, rf"{_LOCATOR_CUE}(?:\s*(?:is|was|:|#|,|\(|pnr|ref)){{0,6}}\s*(?P<value>(?=[A-Z0-9]*[A-Z])(?:[A-Z0-9]{{6}}|(?=[A-Z]*\d)[A-Z0-9]{{5,8}}))\b",
        has("booking", "reserv", "pnr", "locator", "confirm", "ref"),
    ),
    # The number comes a few words later: "you lost my order again, it's 8841023"
    rule(
        "ORDER_NUMBER", 0.7, rf"(?i)\b{_ORDER_WORD}\b(?:,?\s+[a-z'’]{{1,12}}){{0,4}},?\s+(?:it['’]?s|its|is|was)\s+(?P<value>\d{{6,12}})(?![\w.,]\d|\w|%)",
        both(at_least(6), has(*_ORDER_MARKS)),
        cue=_ORDER_CUE,
    ),
    rule(
        "ACCOUNT_NUMBER", 0.8, r"(?i)\bac\s*(?:no|num|number|nr|#)\b\.?\s*:?\s*(?P<value>\d{3,10}(?:[ -]\d{2,8}){0,3})(?!\w)",
        both(at_least(4), begins("ac")),
    ),
    # "the order number is written on the slip as 2025/WK11/0073"
    rule(
        "ORDER_NUMBER", 0.7,
        rf"(?i:\b{_ORDER_WORD}\b(?:,?\s+[a-z'’]{{1,12}}){{1,6}}\s+(?:as|is|was|says|said|reads|shows)\s+)(?P<value>(?=[A-Z\d/-]*\d{{3}})[A-Z\d]{{2,10}}(?:[-/][A-Z\d]{{1,10}}){{1,4}})(?![\w%]|[.,]\d)",
        both(at_least(4), has(*_ORDER_MARKS)), value_is(lambda value: not DATE_OR_YEARS.match(value)),
        cue=_ORDER_CUE,
    ),
    # "did you ever get it? Ordered in May, TIN-3381": few digits are enough in a sentence about an order.
    rule(
        "ORDER_NUMBER", 0.6, rf"(?i:\b(?:ordered|{_ORDER_WORD})\b)[^\n.!?:;]{{0,40}}?[\s(](?P<value>[A-Z]{{2,5}}-\d{{3,8}})(?![\w%-]|[.,]\d)",
        both(at_least(3), has(*_ORDER_MARKS)), lambda match: not (_NOT_A_CODE.match(match["value"]) or after(match, _THING, 24)),
        cue=_ORDER_CUE,
    ),
    # "Code BI.7731.P": letters, signs and digits in turn, where no machine and no shop speaks.
    rule(
        "ORDER_NUMBER", 0.6, r"(?<![\w-])(?<!error )(?<!promo )(?<!colour )(?<!fault )(?i:code)\W{0,2}\s(?:is\s)?(?P<value>[A-Z]{1,4}[./]\d{3,8}(?:[./-][A-Z\d]{1,4})?)(?!\w)",
        both(at_least(3), begins("code")),
    ),
    # "my reference with you is NHL 220 418"
    rule(
        "ORDER_NUMBER", 0.7, rf"(?i:\b{_ORDER_WORD}\b(?:,?\s+[a-z'’]{{1,12}}){{0,4}},?\s+(?:it['’]?s|its|is|was)\s+)(?P<value>[A-Z]{{2,5}}[ -]?\d{{2,6}}(?:[ -]\d{{2,6}}){{0,3}})\b",
        both(at_least(4), has(*_ORDER_MARKS)),
        cue=_ORDER_CUE,
    ),
    rule(
        "ORDER_NUMBER", 0.7, r"(?i)\b(?:(?:locker|pick-?\s?up|collection|release)\s+(?:code|number)|rx(?:\s+(?:no|number))?|prescription\s+(?:no|number|nr))\.?\s*(?:is|says|[:#])?\s*(?P<value>\d{3,8}(?:[ -]\d{2,6}){0,3})(?![\w%]|[.,]\d)",
        both(at_least(4), begins("locker", "pick", "collection", "release", "rx", "prescription")),
    ),
    rule(
        "ACCOUNT_NUMBER", 0.7, rf"(?i)\b{_ACCOUNT_WORD}\b(?:,?\s+[a-z'’]{{1,12}}){{0,4}},?\s+(?:it['’]?s|its|is|was)\s+(?P<value>\d{{6,12}})(?![\w.,]\d|\w|%)",
        both(at_least(6), has(*_ACCOUNT_MARKS)),
        cue=_ACCOUNT_CUE,
    ),
    rule(
        "LOYALTY_NUMBER", 0.7, rf"(?i:\b{_LOYALTY_WORD}\b(?:,?\s+[a-z'’]{{1,12}}){{0,4}},?\s+(?:it['’]?s|its|is|was|on)\s+)(?P<value>(?:[A-Z]{{1,4}}[ -]?)?\d{{3,12}}(?:[ -]\d{{2,6}}){{0,4}})(?![\w%]|[.,]\d)",
        both(at_least(5), has(*_LOYALTY_MARKS)), value_is(lambda value: sum(map(str.isdigit, value)) >= 5),
        cue=_LOYALTY_CUE,
    ),
    # "Silver member since 2019, no. LH 9922 0417 7719"
    rule(
        "LOYALTY_NUMBER", 0.7, rf"(?i:\b{_LOYALTY_WORD}\b[^\n.!?:;]{{0,30}}?\b(?:no|number|nr|card|id)\b\.?\s*(?:is|was|:)?\s*)(?P<value>(?:[A-Z]{{1,4}}[ -]?)?\d{{3,12}}(?:[ -]\d{{2,6}}){{0,4}})(?![\w%]|[.,]\d)",
        both(at_least(5), has(*_LOYALTY_MARKS)), value_is(lambda value: sum(map(str.isdigit, value)) >= 5),
        cue=_LOYALTY_CUE,
    ),
    _said("ORDER_NUMBER", "reference|ref|ord(?:er)?|booking|confirmation|code|ticket|invoice|claim|case|tracking|parcel", "ref", "ord", "booking",
          "confirm", "code", "ticket", "invoice", "claim", "case", "tracking", "parcel"),
    _said("ACCOUNT_NUMBER", "account|customer|policy|contract|meter", "account", "customer", "policy", "contract", "meter"),
    _said("ACCOUNT_NUMBER", "(?:the|my|our|his|her)\\s+(?:number|no|code)", "number", " no", "code"),
    _said("LOYALTY_NUMBER", "member(?:ship)?|loyalty|rewards?|miles|points|club\\s?card|nectar", "member", "loyal", "reward", "miles", "points",
          "club", "nectar"),
    rule("ORDER_NUMBER", 0.9, r"\b1Z[0-9A-Z]{16}\b|\b[A-Z]{2}\d{9,16}[A-Z]{2}\b|\bJJ?D\d{11,20}\b", both(at_least(9), shaped("0A", "A00000000000"))),
    rule("ORDER_NUMBER", 0.85, r"\b\d{3}-\d{7}-\d{7}\b", both(at_least(17), shaped("000-0000000-0000000"))),
    rule("ORDER_NUMBER", 0.6, r"(?<![\w&/#])#\d{5,12}\b", both(has("#"), at_least(5)), lambda match: not after(match, _PAINT, 24)),
    # Papers of a job: their numbers have letters, or say that they are one. "the estimate is 4500" is a price.
    rule(
        "ORDER_NUMBER", 0.8,
        r"(?i:\b(?:quote|quotation|estimate|job|docket|waybill|work\s?order|application|enquiry|logged\s+under|registered\s+under|filed\s+under)\b(?:\s+(?:ref|number|no|nr|id)\b\.?)?(?:\s*(?:is|says|as|[:#]))*\s*)"
        r"(?P<value>[A-Z]{1,4}(?:[-/ ][A-Z]{1,3})?[-/ ]?\d{2,8}(?:[-/ ]\d{2,8}){0,3}(?:[-/][A-Z]{1,2})?)\b",
        both(at_least(3), begins("quot", "estim", "job", "docket", "waybill", "work", "applic", "enquir", "logged", "regist", "filed")), value_is(is_a_number),
    ),
    rule(
        "ORDER_NUMBER", 0.75, r"(?i)\b(?:quote|quotation|estimate|job|docket|waybill|work\s?order|application|enquiry)\s+(?:ref(?:erence)?|number|no|nr|id)\b\W{0,3}(?:is\s+)?(?P<value>\d{4,12})(?![\w%]|[.,]\d)",
        both(at_least(4), begins("quot", "estim", "job", "docket", "waybill", "work", "applic", "enquir")),
    ),
    # Of a payment by telephone, letters and digits in turn: "SGH7K2L9QP"
    rule("ORDER_NUMBER", 0.6, r"\b(?=\w{9,12}\b)(?:[A-Z]{1,4}\d{1,3}){3,5}[A-Z]{0,4}\b", both(at_least(3), shaped("A0"), shaped("0A")), lambda match: not after(match, _PART, 24)),
    # The number in brackets behind who has it: "membership of Ada Lee (GM 004417)"
    rule("LOYALTY_NUMBER", 0.7, r"(?i:\b(?:membership|member|subscription)\b)[^\n()]{0,40}\((?P<value>[A-Z]{0,4}[ -]?\d{4,10})\)", both(at_least(4), has("member", "subscr"))),
    rule("LOYALTY_NUMBER", 0.7, r"(?i)\b(?:platinum|gold|silver|bronze|diamond|elite)(?:\s+(?:card|member|status|tier|number|no\.?|is))*[\s:#]+(?P<value>(?:[A-Z]{1,3}[ -]?)?\d{6,12})(?![\w%]|[.,]\d)", both(at_least(6), begins("platinum", "gold", "silver", "bronze", "diamond", "elite"))),
    # Letters, a dash, digits: most shops number like this. Things are numbered so too, and say so before it.
    rule(
        "ORDER_NUMBER", 0.6, r"(?<![\w/.-])(?:[A-Z]{1,5}(?:[-/][A-Z]{1,3})?[-/#]\d[\dA-Z]*(?:[-/]\d[\dA-Z]*)*(?:[-/][A-Z]{1,3}\b)?|[A-Z]{2,4}\d{5,12})(?![\w%]|\.\d)",
        both(at_least(5), shaped("A-0", "A/0", "A#0", "AA00000")), _is_code,
    ),
    rule(
        "ACCOUNT_NUMBER", 0.45, r"(?<![^\W_]|[.,$€£])(?:\d{9,34}|\d{3,6}(?:[ -]\d{3,6}){2,5})(?![\w%]|[.,]\d)", both(at_least(9), shaped("000000000", "000 000", "000-000")),
        lambda match: not (after(match, _THING, 24) or is_free_line(match[0])),
    ),
)  # fmt: skip

_NO_SECRETS = frozenset(
    str.split("""
    too not wrong incorrect invalid expired required correct right weak strong short long the that this always never also
    still just probably maybe being changed reset rejected accepted refused blocked locked sent missing empty different old new and but what which
    """)
)

SECRETS: tuple[Rule, ...] = (
    rule(
        "PASSWORD", 0.8, r"(?i)\b(?:password|passcode|pin(?:\s?code)?)\s*(?:is|was|:|=)\s*[\"']?(?P<value>[^\s\"']{3,64})",
        has("pass", "pin"),
        value_is(lambda value: value.lower().strip(".,!?") not in _NO_SECRETS),
    ),
    # A secret of digits needs no colon, and may be read out one by one: "her pin as 2 2 9 1"
    rule(
        "PASSWORD", 0.8,
        rf"(?i)\b(?:pin|passcode|otp|one[- ]time\s+(?:code|password|pin)|(?:verification|2fa|sms|login)\s+code)(?:\s+(?:code|number|no))?{_IS}\s*"
        rf"(?P<value>\d(?:[ -]?\d){{3,7}}|(?:{_DIGIT_WORD}[\s,]+){{3,7}}{_DIGIT_WORD})(?!\w)",
        has("pin", "passcode", "otp", "one-time", "one time", "code"),
    ),
    rule("CREDIT_CARD", 0.8, rf"(?i)\b{_CARD_CODE}", has("cv", "csc", "cid", "security")),
    # Behind the card and the month in which it ends, the code needs no name.
    rule("CREDIT_CARD", 0.7, r"(?<![\d/])(?:0[1-9]|1[0-2])\s?[/-]\s?(?:20)?[2-4]\d[\s,;]{1,3}(?P<value>\d{3,4})(?![\d/-])", at_least(19)),
)  # fmt: skip
