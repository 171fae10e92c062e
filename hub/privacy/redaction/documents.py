"""Numbers of a state's papers: national identity, passport, driving licence, number plate, date of birth."""

import re

from hub.privacy.redaction.alternatives import by_letter
from hub.privacy.redaction.checksums import is_nif, is_ssn
from hub.privacy.redaction.language import is_common_word
from hub.privacy.redaction.rule import Rule, after, at_least, begins, both, has, rule, shaped, value_is, whole

MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_ORDINAL = (
    "(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth"
    "|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|(?:twenty|thirty)[- ](?:first|second|third|fourth|fifth"
    "|sixth|seventh|eighth|ninth))"
)
_YEAR_WORDS = (
    r"(?:nineteen|twenty|two\s+thousand(?:\s+and)?)(?:[\s-]+(?:hundred|oh|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|one|two|three|four|five|six|seven|eight"
    r"|nine)){1,3}"
)
_SHORT_YEAR_WORDS = r"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-]+(?:one|two|three|four|five|six|seven|eight|nine))?|oh\s+\w{3,5})"
_DATE = (
    rf"(?:\d{{4}}[-./]\s?\d{{1,2}}[-./]\s?\d{{1,2}}|\d{{1,2}}[./-]\s?\d{{1,2}}[./-]\s?\d{{2,4}}"
    rf"|{_DAY}[\s-]+(?:of\s+)?{MONTH}\.?,?(?:[\s-]+\d{{2,4}})?|{MONTH}\.?\s+{_DAY}(?:,?\s+\d{{4}})?"
    rf"|{_ORDINAL}\s+(?:of\s+)?(?:the\s+)?(?:{MONTH}|{_ORDINAL})(?:,?\s+(?:of\s+)?(?:{_YEAR_WORDS}|{_SHORT_YEAR_WORDS}|\d{{2,4}}))?"
    rf"|{MONTH}\s+(?:the\s+)?{_ORDINAL}(?:,?\s+(?:{_YEAR_WORDS}|{_SHORT_YEAR_WORDS}|\d{{4}}))?)"
)
_BIRTH = re.compile(
    r"(?i)\b(?:born|d\.?\s?o\.?\s?b\b|turn(?:ed|s|ing)?\s+\d{1,3}\b|date\s+of\s+birth|birth\s?(?:day|date)|birth|geb(?:oren)?|née?)\b"
)
_OLD_YEAR = r"(?:19[2-9]\d|200\d)"
_OLD_YEARS = begins("192", "193", "194", "195", "196", "197", "198", "199", "200")
_NOT_BIRTH = re.compile(
    r"(?i)\b(?:since|until|till|ordered|bought|purchased|paid|charged|from|before|after|opened|joined|expires?|expiry|exp|valid"
    r"|dated?|sent|signed|delivered|invoice|due|on|back in|between|to|by|of)\W{0,2}(?:the\s+)?$"
)
_BIRTH_GATE = has("born", "dob", "d.o.b", "birth", "geb", "turn")

BIRTHS: tuple[Rule, ...] = (
    rule("DATE_OF_BIRTH", 0.9, rf"(?i)(?<![\w/.-])(?P<value>{_DATE})(?![\w/-]|\.\d)", _BIRTH_GATE, lambda match: after_birth(match)),
    rule("DATE_OF_BIRTH", 0.85, r"(?i)\b(?:dob|d\.o\.b\.?|born|birth)\W{0,4}(?:on\s+|is\s+)?(?P<value>\d{6}|\d{8})(?!\d)", _BIRTH_GATE),
    rule(
        "DATE_OF_BIRTH", 0.8, r"(?<![\w.-])(?:\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d)(?![\w.-])",
        both(at_least(6), _BIRTH_GATE), lambda match: after_birth(match),
    ),
    rule("DATE_OF_BIRTH", 0.8, rf"(?i)\baged?\W{{1,2}}\d{{1,3}}[,;)\s(]{{1,3}}(?:b\.?\s+)?(?P<value>{_DATE})(?![\w/-]|\.\d)", both(at_least(3), begins("age"))),
    rule("DATE_OF_BIRTH", 0.8, rf"(?i)\bborn\s+(?:in|on)\s+(?P<value>{MONTH}\.?,?\s+(?:19|20)\d\d)\b", has("born")),
    rule("DATE_OF_BIRTH", 0.75, r"(?i)\b(?:b-?day|birthday)\W{0,3}(?:is\s+|on\s+)?(?P<value>\d{1,2}[/.]\d{1,2})(?![\w/]|[.]\d)", both(at_least(2), has("bday", "b-day", "birthday"))),
    rule("DATE_OF_BIRTH", 0.85, r"(?i)\b(?:dob|d\.o\.b\.?|born|birth)\W{0,4}(?:on\s+|is\s+)?(?P<value>\d{1,2}\s\d{1,2}\s(?:19|20)?\d\d)(?!\d)", both(at_least(4), _BIRTH_GATE)),
    # "on 17 March 1961 I was born"
    rule(
        "DATE_OF_BIRTH", 0.8, rf"(?i)(?<![\w/.-])(?P<value>{_DATE}),?\s+(?:(?:i|he|she|we|they)\s+(?:was|were)\s+born|is\s+(?:my|his|her)\s+birthday)\b",
        both(at_least(2), has("born", "birthday")),
    ),
    # A full date of long ago is nobody's delivery date.
    rule(
        "DATE_OF_BIRTH", 0.6,
        rf"(?i)(?<![\w/.-])(?P<value>\d{{1,2}}[./-]\d{{1,2}}[./-]{_OLD_YEAR}|{_OLD_YEAR}-\d\d-\d\d"
        rf"|{_DAY}\s+(?:of\s+)?{MONTH}\.?,?\s+{_OLD_YEAR}|{MONTH}\.?\s+{_DAY},?\s+{_OLD_YEAR})(?![\w/-]|\.\d|[\sT]{{0,3}}\d\d?:\d\d)",
        both(at_least(5), _OLD_YEARS), lambda match: not after(match, _NOT_BIRTH, 14),
    ),
)  # fmt: skip


def after_birth(match: re.Match[str]) -> bool:
    """This date stands after a word of birth, in the same passage: "date of birth is wrong, it should be 1.2.1980"."""
    before = match.string[max(0, match.start() - 90) : match.start()]
    cues = list(_BIRTH.finditer(before))
    return bool(cues) and before[cues[-1].end() :].count("\n") <= 1


_ID_WORD = by_letter(
    r"ssn|social(?:\s+security)?|sin|national\s+(?:id(?:entity)?|insurance)|nino|ni\s+number|identity\s+card|id\s?card|id|personal\s+(?:id|number)"
    r"|personnummer|pps|ppsn|bsn|cpf|cnpj|curp|rfc|dni|nie|nif|cnic|nric|hkid|aadhaar|aadhar|uid|pan(?:\s+card)?|pesel|tax\s+(?:id|number|file)"
    r"|tin|tfn|steuer-?id(?:entifikationsnummer)?|codice\s+fiscale|nhs|medicare|medicaid|mbi|vin|chassis|bvn|nin|ghana\s+card|iqama|my\s?kad|ktp|nik|cccd|npwp|c[eé]dula|rut|ruc|cuil|cuit|cnp|oib|jmbg|egn|nip|niss|nrn|cpr|hetu|kennitala|isikukood|amka|afm|tckn|t\.?c\.?\s+(?:kimlik\s+)?no|inn|snils|iin|rrn|gstin|ahv|svnr|rodn[eé]\s+[cč][ií]slo|ein|itin|voter|ehic|f[øo]dselsnummer|residence\s+permit|permit|insee|sozialversicherungsnummer|imei|pension|upn|uln|omang|trn|nuit|philhealth|kra\s+pin"
)
_NUM = r"(?:\s*(?:numbers?|no|nr|num|card|id)\b\.?|\s*#)*"
_ID_MARKS = has(
    "ssn", "social", "sin", "national", "nino", "ni number", "ident", "id", "personn", "pps", "bsn", "cpf", "cnpj", "curp", "rfc",
    "dni", "nie", "nif", "cnic", "nric", "hkid", "aadha", "pan", "pesel", "tax", "tin", "tfn", "steuer", "codice", "nhs", "medicare",
    "permit", "insee", "sozial", "imei", "pension", "medicaid", "mbi", "vin", "chassis", "bvn", "nin", "ghana card", "iqama", "kad", "ktp", "nik",
    "cccd", "npwp", "dula", "rut", "ruc", "cuil", "cuit", "cnp", "oib", "jmbg", "egn", "nip", "niss", "nrn", "cpr", "hetu", "kennitala", "isikukood",
    "amka", "afm", "tckn", "tc ", "t.c.", "upn", "uln", "omang", "trn", "nuit", "philhealth", "kra", "inn", "snils", "iin", "rrn", "gstin", "ahv", "svnr", "rodn", "ein", "itin", "voter", "ehic", "dselsnummer",
)  # fmt: skip


_ID_WORDS = whole(*str.split("""
    ssn social sin national nino ni identity id idcard personal personnummer pps ppsn bsn cpf cnpj curp rfc dni nie nif
    cnic nric hkid aadhaar aadhar uid pan pesel tax tin tfn steuer steuerid steueridentifikationsnummer codice nhs
    medicare medicaid mbi vin chassis bvn nin ghana iqama kad mykad ktp nik cccd npwp cédula cedula rut ruc cuil cuit
    cnp oib jmbg egn nip niss nrn cpr hetu kennitala isikukood amka afm tckn tc c inn snils iin rrn gstin ahv svnr rodné
    rodne ein itin voter ehic fødselsnummer fodselsnummer residence permit insee sozialversicherungsnummer imei pension
    upn uln omang trn nuit philhealth kra
"""))  # fmt: skip
_SPELLED_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|[a-z]|\d)"


_OF_A_PROGRAM = re.compile(
    r"(?i)\b(?:request|trace|span|correlation|build|job|run|event|message|commit|deployment|transaction)[\s_-]?id\W{0,3}(?:is\s)?$"
)


def _leads_to_somebody(value: str) -> bool:
    digits, letters = sum(map(str.isdigit, value)), sum(map(str.isalpha, value))
    return 5 <= digits <= 20 or (digits == 4 and letters >= 4)


IDENTITIES: tuple[Rule, ...] = (
    rule("US_SSN", 0.95, r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])", both(at_least(9), shaped("000-00-0000")), value_is(is_ssn)),
    rule("NATIONAL_ID", 0.8, r"(?<![\w-])\d{3}[ .]\d{2}[ .]\d{4}(?![\w-])", both(at_least(9), has("ssn", "social"))),
    rule("UK_NINO", 0.95, r"\b[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b", both(at_least(6), shaped("AA0", "AA 0"))),
    rule("NATIONAL_ID", 0.85, rf"(?i)\b{_ID_WORD}\b{_NUM}\W{{0,4}}(?:(?:is|was|of)\s+)?(?P<value>(?=[A-Z]*\d)[A-Z]{{0,6}}\d[\dA-Z]{{0,17}}(?:[ ./-]\d[\dA-Z]{{0,9}}|[./-](?=[A-Z]{{0,3}}\d)[\dA-Z]{{2,9}}){{0,5}}(?:[ -]?[A-Z]\b)?)(?!\w)", both(at_least(4), _ID_MARKS, _ID_WORDS), lambda match: _leads_to_somebody(match["value"]) and not after(match, _OF_A_PROGRAM)),
    rule("NATIONAL_ID", 0.85, r"\b[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]\b|\b[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d\b", both(at_least(7), shaped("AAAAAA00A00A000A", "AAAA000000AAAAAA"))),
    rule("NATIONAL_ID", 0.8, r"(?i)\b(?:\d{8}-?[A-Z]|[XYZ]-?\d{7}-?[A-Z])\b", both(at_least(7), shaped("0000000")), value_is(is_nif)),
    rule("NATIONAL_ID", 0.8, r"(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?!\w)|(?<![\w-])\d{5}-\d{7}-\d(?![\w-])", both(at_least(11), shaped("000.000.000-00", "00000-0000000-0"))),
    rule("NATIONAL_ID", 0.8, r"\b[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]\b|\b\d{7}[A-W][A-IW]?\b|\b[STFG]\d{7}[A-Z]\b", both(at_least(4), shaped("AAAAA0000A", "0000000A"))),
    rule("NATIONAL_ID", 0.7, r"(?<![\w-])(?:19|20)?\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])[-+]\d{4}(?![\w-])", both(at_least(10), shaped("000000-0000", "000000+0000"))),
    rule("NATIONAL_ID", 0.8, rf"(?i)\b(?:pension|insurance|social\s+security|id)(?:\s+number)?(?:\s+(?:is|it['’]s)|['’]s|:)?\s+(?P<value>{_SPELLED_DIGIT}(?:[,\s]+{_SPELLED_DIGIT}){{5,14}})\b", has("pension", "insurance", "security", "id number", "id is")),
)  # fmt: skip

_PASSPORT_GAP = r"(?:[^\w\n]|no|nr|num(?:ber)?(?:'s|’s)?|is|card|with|the|my|um|hi|yes|id|\s){0,8}"
_LICENCE_WORD = r"(?:driv(?:er|ing)(?:'?s|’s)?\s*(?:licen[cs]e|lic\b\.?|permit)|driver\s+lic\b\.?|licen[cs]e|lic\.|d\.?l\.?|führerschein)"

PAPERS: tuple[Rule, ...] = (
    rule("PASSPORT", 0.85, rf"(?i:\bpass(?:port|\s?n[ro])\b{_PASSPORT_GAP})[\W]{{0,3}}(?P<value>(?=[A-Z0-9]*\d{{2}})[A-Z0-9]{{6,10}}|\d{{2,4}}\s\d{{5,6}}|[A-Z]{{1,2}}[ -]\d{{6,8}}|[A-Z]{{1,2}}(?:[ -]\d{{1,3}}){{3,5}})\b", both(at_least(4), has("pass"))),
    rule("PASSPORT", 0.8, rf"(?i)\bpassport\b{_PASSPORT_GAP}\W{{0,3}}(?P<value>{_SPELLED_DIGIT}(?:[,\s]+{_SPELLED_DIGIT}){{6,10}})\b", has("passport")),
    rule("DRIVER_LICENCE", 0.9, r"\b[A-Z9]{5}\d{6}[A-Z9]{2}\d?[A-Z\d][A-Z]{2}\b", both(at_least(6), shaped("000000"), shaped("AAA", "0AA"))),
    rule("DRIVER_LICENCE", 0.85, r"(?<![\w-])[A-Z]\d{3}-\d{3,4}-\d{2,4}(?:-\d{2,3}){0,2}(?:-\d)?(?![\w-])", both(at_least(9), shaped("A000-000"))),
    rule(
        "DRIVER_LICENCE", 0.8,
        rf"(?i)\b{_LICENCE_WORD}(?:\W|\bno\b|\bnumber\b|\bnr\b|\bis\b){{0,12}}(?P<value>(?=[A-Z0-9 -]{{0,12}}\d{{3}})[A-Z0-9]{{4,16}}(?:[ -](?=[A-Z]{{0,3}}\d)[A-Z0-9]{{2,6}}){{0,4}}|(?=[A-Z0-9 -]{{0,14}}\d{{3}})[A-Z]{{0,2}}\d{{1,3}}(?:-[A-Z0-9]{{2,9}}){{1,4}}|[A-Z]{{1,3}}(?:[ ]\d{{2,4}}){{2,4}})(?=$|[\s,.;)])",
        both(at_least(3), has("licen", "lic", "dl", "führerschein")), value_is(lambda value: sum(map(str.isdigit, value)) >= 4 or (sum(map(str.isdigit, value)) == 3 and len(value) >= 10)),
    ),
    # Read out sign by sign: "the driving licence is m o r g a six five seven"
    rule(
        "DRIVER_LICENCE", 0.75, rf"(?i)\b{_LICENCE_WORD}(?:\W|\bno\b|\bnumber\b|\bis\b|\bit['’]s\b|\bum\b){{0,10}}(?P<value>{_SPELLED_DIGIT}(?:[,\s]+{_SPELLED_DIGIT}){{6,18}})(?!\w)",
        has("licen", "lic", "führerschein"),
    ),
)  # fmt: skip

_CAR = re.compile(
    r"(?i)\b(?:rego?|registration|plates?|licen[cs]e\s+plate|number\s?plate|kennzeichen|car|van|truck|lorry|vehicle|cab|taxi|bus|motorbike|permit"
    r"|park(?:ed|ing)|fined|fining|toll|driv(?:e|es|ing|er)|dash\s?cam|moped|scooter|motorcycle|minibus|trailer|fiesta|golf|polo|tesla|audi|bmw|ford|vauxhall|toyota|honda|kia|hyundai|nissan"
    r"|skoda|renault|peugeot|fiat|volvo|mercedes|mazda|chevrolet|opel|suzuki|jeep|dacia|volkswagen|registered)\b"
)


_CARS = has(
    "reg", "plate", "car", "van", "truck", "vehicle", "park", "taxi", "cab", "drives", "dash", "toll", "fine", "fining", "moped", "scooter", "bike", "bus",
    "trailer", "fiesta", "tesla", "audi", "bmw", "ford", "vauxhall", "toyota", "honda", "kia", "hyundai", "nissan", "skoda", "renault",
    "peugeot", "fiat", "volvo", "mercedes", "mazda", "chevrolet", "opel", "suzuki", "jeep", "dacia", "volkswagen", "lorry",
)  # fmt: skip


def _of_a_car(match: re.Match[str]) -> bool:
    return after(match, _CAR, 60)


def _is_plate_shaped(value: str) -> bool:
    return 4 <= sum(map(str.isalnum, value)) <= 10 and value.upper() == value


_SPELLED_PLATE = rf"(?:{_SPELLED_DIGIT}\s+){{3,8}}{_SPELLED_DIGIT}"

PLATES: tuple[Rule, ...] = (
    rule("LICENCE_PLATE", 0.85, r"\b[A-HJ-PR-Y][A-HJ-PR-Y](?:0[1-9]|[1-9]\d)\s?[A-HJ-PR-Z]{3}\b", both(at_least(2), shaped("AA00AAA", "AA00 AAA"))),
    rule("LICENCE_PLATE", 0.8, r"(?<![\w-])[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z]{1,3}[ -]?\d{4}(?![\w-])", both(at_least(5), shaped("AA0", "AA 0", "AA-0"))),
    rule("LICENCE_PLATE", 0.8, r"(?<![\w-])[A-HJ-NP-TV-Z]{2}-\d{3}-[A-HJ-NP-TV-Z]{2}(?![\w-])", both(at_least(3), shaped("AA-000-AA"))),
    rule("LICENCE_PLATE", 0.75, r"(?<![\w-])[A-ZÄÖÜ]{1,3}-[A-ZÄÖÜ]{1,2}[ -]?[1-9]\d{0,3}[EH]?(?![\w-])", both(at_least(2), shaped("A-A"), shaped("A0", "A 0", "A-0")), lambda match: sum(map(str.isdigit, match[0])) >= 2),
    rule("LICENCE_PLATE", 0.75, r"(?<![\w-])(?:0\d|1\d|2\d|9\d)[12]?-(?:[CDGLTW]|CE|CN|CW|DL|KE|KK|KY|LD|LH|LM|LS|MH|MN|MO|OY|RN|SO|TN|TS|TY|WD|WH|WX|WW)-\d{1,6}(?![\w-])", both(at_least(3), shaped("0-A-0", "0-AA-0"))),
    rule(
        "LICENCE_PLATE", 0.8,
        r"(?i)\b(?:reg(?:istration)?|plates?|number\s?plate|kennzeichen)\b(?:\W|\bno\b|\bnumber\b|\bnr\b|\bis\b){0,8}(?P<value>(?=[A-Z0-9 -]{0,9}\d)(?=[A-Z0-9 -]{0,9}[A-Z])[A-Z0-9]{1,7}(?:[ -][A-Z0-9]{1,4}){0,3})(?=$|[\s,.;:)!?])",
        both(at_least(1), has("reg", "plate", "kennzeichen")), value_is(_is_plate_shaped),
    ),
    # The same before words in small letters: "reg KBZ 412T got a ticket"
    rule(
        "LICENCE_PLATE", 0.8,
        r"(?i:\b(?:reg(?:istration)?|plates?|number\s?plate|kennzeichen)\b(?:['’]s)?(?:\W|\bno\b|\bnumber\b|\bnr\b|\bis\b){0,8})(?P<value>(?=[A-Z0-9 -]{0,9}\d)(?=[A-Z0-9 -]{0,9}[A-Z])[A-Z0-9]{1,7}(?:[ -][A-Z0-9]{1,4}){0,3})(?=$|[\s,.;:)!?])",
        both(at_least(1), has("reg", "plate", "kennzeichen")), value_is(_is_plate_shaped),
    ),
    # "the plate ended in k x z"
    rule(
        "LICENCE_PLATE", 0.7, rf"(?i)\b(?:plates?|registration|reg)\s+(?:that\s+)?(?:end(?:s|ed|ing)?|start(?:s|ed|ing)?|begin(?:s|ning)?|began)\s+(?:in|with)\s+(?P<value>(?-i:[A-Z\d]{{2,4}})|{_SPELLED_DIGIT}(?:\s+{_SPELLED_DIGIT}){{1,4}})(?!\w)",
        has("plate", "reg"),
    ),
    rule("LICENCE_PLATE", 0.7, r"(?<![\w-])(?P<value>\d[A-Z]{3}\d{3}|\d[A-Z]{2,3}\s\d{3,4}|[A-Z]{3}[ -]?\d{3,4}|\d{3}[ -][A-Z]{3}|[A-Z]{2}\s\d{3}[ -]\d{3}|[A-Z]{2}\d{2}\s?[A-Z]{3}|\d{2}-[A-Z]{2}-\d{2}|[A-Z]{2}-\d{2}-[A-Z]{2}|\d{2}-\d{2}-[A-Z]{2}|\d{1,2}-[A-Z]{3}-\d{1,2}|\d{2}\s[A-Z]{1,3}\s\d{2,5}(?:\s[A-Z]{2,3})?|[A-Z]{1,3}\s\d{2,4}\s[A-Z]{1,3}(?:\s(?:[A-Z]{2}|\d{2,3}))?|[A-Z]\s?\d{6}|[A-Z]{3}\s?\d{3}[A-Z]|[A-Z]\d{3}\s?[A-Z]{3}|[A-Z]{3}\d[A-Z]\d{2}|\d{4}\s?[B-DF-HJ-NP-TV-Z]{3}|[A-Z]{3}\s\d\d[A-Z\d]|[A-Z]{2}\s\d{3,4}[A-Z]{1,2})(?![\w-])", both(at_least(2), _CARS, shaped("A0", "A 0", "A-0", "0A", "0 A", "0-A")), _of_a_car),
    rule(
        "LICENCE_PLATE", 0.7, r"(?<![\w-])[a-hj-pr-y]{2}(?:0[1-9]|[1-7]\d)\s?(?P<end>[a-hj-pr-z]{3})(?![\w-])",
        both(at_least(2), begins("reg", "plate", "car", "van", "park", "ticket", "fine", "toll", "pcn", "bay", "truck", "taxi", "cab")), lambda match: not is_common_word(match["end"]),
    ),
    rule("LICENCE_PLATE", 0.7, rf"(?i)\b(?:reg(?:istration)?|plate|van|car|truck)\b\W{{0,3}}(?:is\s+)?(?P<value>{_SPELLED_PLATE})\b", has("reg", "plate", "van", "car", "truck"), value_is(lambda value: sum(len(word) == 1 for word in value.split()) >= 3)),
)  # fmt: skip
