"""What goes into the slots of the templates: made-up towns, addresses, handles and numbers of many countries, and what only looks like them."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

from people import People
from things import BRANDS, listed

_STREETS = str.split(
    "Mill Church Station High Park Castle Bridge Elm Oak Maple Willow Juniper Birch Larkspur Rose Heather Harrow Queen King Victoria Albert Abbey Priory Chapel Vicar"
    " Orchard Meadow Brook Spring River Lake Hill Valley Wood Forest Field Farm Quarry Tanner Cooper Smith Baker Fisher Market Union Liberty Washington Lincoln Franklin"
    " Jefferson Sunset Prospect Cedar Pine Chestnut Walnut Hickory Magnolia Cypress Dogwood Fox Deer Swan Heron Kestrel Falcon Badger Otter Cromwell Nelson Wellington"
    " Stapleton Harrowgate Cavendish Kingsland Sandgate Thornbury Ashwell Nettlecombe Cardigan Marsh Dock Canal Wharf Protea Acacia Jacaranda Banyan Lotus"
)
_KINDS = str.split(
    "Street Road Avenue Lane Drive Close Court Crescent Gardens Grove Terrace Way Place Walk Row Rise Hill Mews Square Boulevard St Rd Ave Ln Dr Cl Ct Cres Gdns Blvd Pl"
)
_ABROAD = str.split(
    "{l}straße {n}|{l}strasse {n}|{l}str. {n}|{l}weg {n}|{l}gasse {n}|{l}allee {n}|{l}platz {n}|{l}straat {n}|{l}laan {n}|{l}gade {n}|{l}gatan {n}|{l}veien {n}|{l}katu {n}|rue {l} {n}|{n} rue de la {l}|{n}, rue {l}"
    "|{n} rue du {l}|{n} avenue {l}|Calle {l} {n}|C/ {l} {n}|Avenida {l} {n}|Av. {l} {n}|Via {l} {n}|Viale {l}, {n}|Piazza {l} {n}|Rua {l} {n}|Travessa {l} {n}|ul. {l} {n}|ulica {l} {n}|al. {l} {n}|{l} utca {n}|{l} út {n}"
    "|{l} Sokak No: {n}|{l} Cad. {n}|Strada {l} {n}|Jalan {l} {n}|Jln {l} {n}/{m}|Jl. {l} No. {n}|Lorong {n}|{n} {l} Marg|{n}/{m} {l} Nagar|H.No. {n}-{m} {l} Colony|Plot {n} {l} Way|No {n} {l} Close|{n} {l} Crescent, Phase {m}"
    "|Soi {n} {l}|{n} Nguyen {l}|Km {n} {l} Road|Sector {n}, Block {m}|House {n}, Road {m}, {l}|Blk {n} {l} Ave {m} #{m}-{n}|{l} Road {n}|{n} {l} Bahn",
    "|",
)
_FIRSTS = str.split(
    "Sunny Rose Ivy Holly Old New Far Upper Nether Hill Brook Oak Ash Elm Heather Raven Fox Owl Swan Bramble Thistle Briar Primrose Beech Larks Gorse Tan Ty Glen Strath Kil Bal White Black Red Green"
)
_ENDS = str.split(
    "ton ham bury ford ley field worth wick by thorpe mouth stead dale combe well minster port pool bridge gate side more view croft hurst"
)
_BEFORE = str.split(
    "Little Great Upper Lower North South East West Nether Over St Bad San Santa Villa Saint- Sankt New Port Fort Llan Bally"
)
_ADJECTIVES = str.split(
    "night silent crazy sleepy tiny big lil mad happy sad lost grumpy salty sweet spicy dark golden iron steel lazy busy lucky royal super ultra hyper retro neon wild free slow fast nutty dizzy fluffy muddy rusty dusty shady foggy stormy windy sunny cosmic lunar solar pixel turbo angry brave quiet loud wandering travelling tired caffeinated"
)
_NOUNS = str.split(
    "owl wolf fox bear tiger panda otter sloth frog toad duck goose swan falcon raven crow dragon wizard knight queen king lord lady ninja pirate viking samurai hunter slayer reaper ghost shadow storm thunder rain snow moon star sun rocket pixel gamer coder baker cook knitter runner rider biker hiker climber gardener reader writer painter drummer guitar bass piano coffee tea pizza taco noodle potato pickle waffle muffin cookie biscuit kitchen garden closet thumb heart soul spirit will professor doctor captain major sergeant loin beef overthinker shopper cooker bakes knits codes runs paints sews reads grows"
)
_HASHTAGS = str.split(
    "fail help neveragain customerservice fyp love travel delayed refundnow scam ootd monday blessed sale giveaway"
)
_COMPANIES = str.split("help support care official uk us de app team news hq")
_SAID = str.split("zero one two three four five six seven eight nine oh")
_MONTHS = str.split("January February March April May June July August September October November December")
_ORDINALS = str.split(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth twentieth twenty-first thirtieth"
)
_DECADES = str.split("fifty sixty seventy eighty ninety forty")
_BELIEFS = str.split(
    "Muslim|Sikh|Hindu|Buddhist|Jew|Catholic|Protestant|Quaker|Jehovah's Witness|Mormon|Methodist|Orthodox Jew|gay|lesbian|bisexual|trans|Shia Muslim|Sunni|atheist|Baptist|Seventh-day Adventist|practising Catholic|devout Hindu|socialist|communist|conservative",
    "|",
)
_CODES = str.split(
    "AA-dddd-dddd|ddddddd|dddddd|dddddddd|AAdddddd|A-ddddd|dddd-dddd|ddd-ddddddd-ddddddd|AA/dddd/dd|#ddddd|#dddd-A|AAA-dddd|AAA-ddd-dd|dAAddAddddddddd|AdAdAd|AAdAAd|ddddd-dd|RE-20dd-dddd|AA.dd.dddd|dd/dddd/AA|Adddddd-d|AAA dddd|dddd dddd|ddd ddd ddd|A.ddd.ddd|AAdd AAdd|adaadaadda|dddd-A|dd-dddd-dd|AAAA-dd-AAAA|ddA-dAd|AA ddd ddd ddd AA|dddddddddddd|AAdddddddddAA",
    "|",
)
_ACCOUNTS = str.split(
    "dddddddd|dddd dddd|ddd-ddd-ddd|A-dddddd|C dd ddddd|dd ddd ddd|Addddddd|dddddd-d|d.ddd.ddd-d|AAdddddd|dddddddddd|dd ddd ddd dd|ddA-dddd|dddd dddd dddd|A-dAdd dddd|ddAd dddd ddd|adddddd|#dd-ddd-dddd|AA/dddd/dddd-d|ddddd ddddd",
    "|",
)
_LOYALTIES = str.split(
    "dddd dddd dddd|ddddddddddd|AAA-dddd-dddd|dd dddd dddd|AAdddddddd|ddd ddd ddd|AA dddd dddd|dddddd dddd dddd dddd|dddd-ddd-ddd|ddddddddd|AA dddddd|dddd dddd dddd d",
    "|",
)
_PLATES = str.split(
    "AAdd AAA|AAddAAA|aadd aaa|A-AA dddd|AA-ddd-AA|AA ddd AA|dAAAddd|AAA-dddd|AAA dddd|dd-AAA-d|dd AA dd|AA dd AA dddd|ddd-A-ddddd|dd-A-dddd|AAA ddA|AA-dd-dd|dAA dddd|dddd AAA|A ddd AA dd|AAAddd|ddddAAA|AAd dAAA|AA dddd A",
    "|",
)
_NATIONALS = str.split(
    "AA dd dd dd A|AAddddddA|ddd ddd dddd|dddddddddd|ddddddddddd|ddddddddA|ddd.ddd.ddd-dd|dddd dddd dddd|AAAAAddddA|dddddd-dddd|ddddd-ddddddd-d|ddddddd-d|ddd-dddd-ddddddd-d|AAAAAAddAddAdddA|dddd-ddd-dddd|AddddddddA|ddd-dd-dddd|dddd ddddd d",
    "|",
)
_PASSPORTS = str.split("Adddddddd|AAddddddd|ddddddddd|Addddddd|AddAddAdd|ddAAddddd|ddddd dddd|AA dddddd|AAddddddA", "|")
_LICENCES = str.split(
    "AAAAAddddddAAdAA|AAAAA dddddd AAdAA dd|Addddddd|A ddd ddd ddd ddd|AddddddddddddA|dddddddd|AAAddddddAA", "|"
)
_PHONES = str.split(
    "+dd ddd dddddd|+dd dd dddd dddd|0dddd dddddd|0ddddddddddd|07ddd dddddd|07dddddddd|(ddd) ddd-dddd|ddd-ddd-dddd|ddd.ddd.dddd|+1 ddd ddd dddd|0ddd ddd dddd|00dd dd ddd dd dd|ddddd ddddd|0dd-ddddddd|ddd dddd|+ddd dd ddd dddd|0d dd dd dd dd|0dddd/dddddd|dddddddddd|ddd-dddd",
    "|",
)
_MODELS = str.split("AAddd|A-dddd|AAdddd|dddA|XL-dd|MkII|A dd|Pro dd|AA-dd|Gen d|AAAdddA|dddd-AA|Z-dd|S dd|AddA", "|")


_THINGS = str.split(
    "sofa lamp chair dress jeans coat boots cami mirror table vase mug duvet rug curtain kettle toaster range bag wallet ring watch bra sandal trainer perfume lipstick cream candle bed wardrobe desk shelf tile tap bike pram cot helmet tent speaker router headset printer toaster firmware font theme plan tariff menu burger pizza cake sauce tea rose apple potato cup knife pan blanket pillow jumper scarf hat skirt suit collection edition suite cruise tour"
)
_LOOKS = str.split(
    "too small|lovely|out of stock|scratched|the wrong colour|broken|not what it says|see-through|too loud|back|perfect|gone|ugly|solid oak|worth it|overpriced",
    "|",
)
_STARS = str.split(
    "Taylor Swift|Beyoncé|Ed Sheeran|Adele|Coldplay|Shakespeare|Mozart|Beethoven|Van Gogh|Frida Kahlo|Picasso|Banksy|Harry Potter|Sherlock Holmes|James Bond|Darth Vader|Batman|Peppa Pig|Winnie the Pooh|Mickey Mouse|Barbie|Elsa|Messi|Ronaldo|Serena Williams|Gordon Ramsay|Jamie Oliver|Stephen King|Jane Austen|Agatha Christie|Elton John|Billie Eilish|Bruno Mars|Lady Gaga|Metallica|Hamilton|Napoleon|Cleopatra|Einstein|Marie Curie|Father Christmas|Santa|Rudolf|Robin Hood|King Arthur|Queen Victoria|Bob Marley|Johnny Cash|Miles Davis|Drake|Rihanna",
    "|",
)
_LIKE_PEOPLE = str.split(
    "Russell Hobbs|Barbour|Dr Martens|Dr. Oetker|Jordan|Air Jordan 1|The Ivy|Pret|Caffè Nero|Nero|Bettys|Morrisons|Harrods|Selfridges|Harvey Nichols|Fortnum & Mason|Debenhams|Clarks|Russell & Bromley|Ted Baker|Karen Millen|Laura Ashley|Cath Kidston|Fred Perry|Ben Sherman|Ralph Lauren|Vivienne Westwood|Stella McCartney|Jimmy Choo|Tom Ford|Giorgio Armani|Hugo|Massimo Dutti|Bershka|Mango|Desigual|Zalando|Otto|Rossmann|Müller|Saturn|Douglas|Lindt|Ritter Sport|Haribo|Bahlsen|Dr Hauschka|Weleda|Nivea|L'Oréal|Max Mara|Elizabeth Arden|Helena Rubinstein|Bobbi Brown|Jo Malone|Penhaligon's|Charles Tyrwhitt|Oliver Bonas|Oliver Peoples|Ray-Ban|Warby Parker|Johnson & Johnson|Procter & Gamble|Gillette|Wilkinson Sword|Tommee Tippee|Mothercare|Hamleys|Lloyds|Ladbrokes|William Hill|Paddy Power|Betfred|Coral|Stanley|Black & Decker|Makita|Hilti|Kärcher|Vorwerk|Henry hoover|Henry|Morphy Richards|Kenwood|DeLonghi|Sage|Le Creuset|Joseph Joseph|Emma|Simba|Eve|Casper|Hypnos|Octopus|Bulb|Ovo|EDF|Scottish Power|Giffgaff|Voxi|Lebara|Jio|Airtel|MTN|Glo|Safaricom|M-Pesa|Zomato|Swiggy|Flipkart|Grab|Gojek|Shopee|Lazada|Deliveroo|Just Eat|Wolt|Glovo|Wendy's|Papa John's|Five Guys|Tim Hortons|Jollibee|Carl's Jr|Trader Joe's|Whole Foods|Kroger|Wegmans|Publix|Sam's Club|Kohl's|Dillard's|Bloomingdale's|J.Crew|Abercrombie|Victoria's Secret|Dick's|Bed Bath & Beyond|Crate & Barrel|Norton|McAfee|Kaspersky|Sophos|Jenkins|Grafana|Django|Ruby|Pandas|Jira|Trello|Asana|Monday|Alexa|Siri|Cortana|Bixby|Sonos|Marshall|Bose|Beats|Fender|Gibson|Yamaha|Steinway|Harley|Triumph|Royal Enfield|Lincoln|Bentley|Morgan|Aston Martin|Mercedes|Zoe|Clio|Megane|Octavia|Corsa|Astra|Leon|Ibiza|Marco Polo|Columbus|Santa Fe|Tucson|Avis|Enterprise|Thomas Cook|Thomson|Kuoni|Hurtigruten|Aurora|Queen Mary 2|Aida|Costa|St Pancras|King's Cross|Charing Cross|Clapham Junction|Grand Central|O'Hare|JFK|LaGuardia|Charles de Gaulle|Schiphol|Marienplatz|Ostbahnhof|Ashley Madison|Match|Tinder|Bumble|Klarna|Clearpay|Wise|Starling|Chase|Charles Schwab|Robinhood|Goldman Sachs|JP Morgan|Morgan Stanley|Wells Fargo|Nationwide|Churchill|Aviva|Admiral|Esure|Hastings|Lemonade|Legal & General|Royal London|St James's Place",
    "|",
)
_DISHES = str.split(
    "Caesar|Pavlova|Stroganoff|Wellington|Victoria sponge|Eccles cake|Bloody Mary|Tom Collins|Margherita|Benedict|Carpaccio|Bolognese|Wiener Schnitzel|Peking duck|Kobe beef|Cornish pasty|Battenberg|Bakewell tart|Earl Grey|Granny Smith|Pink Lady|Maris Piper|King Edward|Charlotte potatoes|Dr Pepper|Jack Daniels|Uncle Ben's|Captain Morgan|Aunt Bessie's|Ben & Jerry's|Mr Kipling|Quiche Lorraine|Salade Niçoise|Sachertorte|Crêpe Suzette|Béchamel|Dauphinoise|Yorkshire pudding|Lamington|Reuben|Sloppy Joe|Cobb salad|Waldorf",
    "|",
)
_SAINTS = str.split(
    "St Patrick's Day|Valentine's Day|St Andrew's|Diwali|Eid|Easter|Christmas|Halloween|Hanukkah|Thanksgiving|Mother's Day|Boxing Day|Bonfire Night|Holi|Ramadan|New Year|Michaelmas|Guy Fawkes",
    "|",
)
_STATES = str.split(
    "angry tired livid fed up done happy sad late sick hungry waiting confused sure new here lost cold sorry impressed disappointed thrilled vegan pregnant diabetic allergic deaf retired busy off early stuck furious upset broke alone unemployed ready delighted shocked serious worried grateful gutted"
)


def draw(pattern: str, rng: random.Random) -> str:
    """This replaces d by a digit, A and a by a letter; all else stays. ``AAA`` in words is no pattern: only patterns come here."""
    kinds = {"d": string.digits, "A": "ABCDEFGHJKLMNPRSTUVWXYZ", "a": string.ascii_lowercase}
    return "".join(rng.choice(kinds[char]) if char in kinds else char for char in pattern)


def towns() -> list[str]:
    """These are the towns of Faker's lists (MIT), in Latin letters."""
    found = listed(("cities", "city_names"))
    return [one for one in found if 2 < len(one) < 28 and not any(map(str.isdigit, one))]


CITIES = str.split(
    "London Paris Berlin Madrid Rome Vienna Munich Hamburg Leeds Bristol Manchester Birmingham Glasgow Edinburgh Dublin Cardiff Belfast Liverpool York Bath Oxford Cambridge Brighton"
    " Chicago Boston Denver Austin Dallas Houston Phoenix Atlanta Seattle Portland Miami Orlando Memphis Nashville Detroit Cleveland Toronto Montreal Vancouver Sydney Melbourne Perth Auckland Wellington"
    " Lagos Nairobi Accra Kampala Johannesburg Durban Cairo Casablanca Tunis Dubai Doha Istanbul Athens Lisbon Porto Barcelona Valencia Seville Milan Naples Turin Venice Florence Zurich Geneva Basel Brussels Antwerp"
    " Amsterdam Rotterdam Copenhagen Oslo Bergen Stockholm Gothenburg Malmö Helsinki Tallinn Riga Vilnius Warsaw Kraków Prague Brno Bratislava Budapest Bucharest Sofia Belgrade Zagreb Split Ljubljana Mumbai Delhi Pune"
    " Chennai Kolkata Bangalore Hyderabad Karachi Lahore Dhaka Colombo Bangkok Hanoi Manila Cebu Jakarta Singapore Tokyo Osaka Seoul Busan Beijing Shanghai Taipei Lima Bogotá Quito Santiago Recife Guadalajara Heathrow Gatwick"
    " Euston Paddington Waterloo Newark Schiphol Oslo Graz Linz Salzburg Cologne Dresden Leipzig Stuttgart Lyon Nice Marseille Bordeaux Lille Nantes Ghent Bruges Utrecht Eindhoven"
)  # fmt: skip


class Fillings:
    """This draws what goes into a slot.

    Args:
        rng: where chance comes from.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng, self.people, self._towns = rng, People(rng, ()), towns()

    def __call__(self, slot: str) -> str:
        """This draws a filling for a slot of the templates."""
        return self._ways[slot]()

    @property
    def _ways(self) -> dict[str, Callable[[], str]]:
        people, pick = self.people, self._rng.choice
        return {
            "PERSON": people.full, "FIRST": people.first, "LAST": people.last, "SPELLED": self._spelled,
            "TOWN": self.town, "town": self.town, "ROAD": self.road, "STREET": self._street, "street": self._street,
            "ADDRESS": self.address, "HOUSE": self._house, "ZIP": self._zip, "ZIPSAID": self._zip_said, "DOOR": lambda: self._code("dddd|dddd#|ddAdd|C dddd|ddd ddd|*dddd"),
            "FLAT": lambda: self._code("d|dd|dA|dda|dda|A|AAd|d/d"), "UNIT": self._unit, "HOMES": self.home, "GEO": lambda: self._code("dd.dddd, -d.dddd|dd.ddddd,dd.dddd"),
            "WORDS": lambda: ".".join(pick(_NOUNS) for _ in range(3)), "NICK": self.nick, "HANDLE": lambda: "@" + self.nick().replace(" ", "_"),
            "FOUR": lambda: draw("dddd", self._rng), "CVV": lambda: draw("ddd", self._rng), "CODE": lambda: draw(pick(_CODES), self._rng),
            "PNR": lambda: "".join(pick("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(6)), "ACCOUNT": lambda: draw(pick(_ACCOUNTS), self._rng),
            "SORT": lambda: draw("dd-dd-dd", self._rng), "LOYALTY": lambda: draw(pick(_LOYALTIES), self._rng), "PASSPORT": lambda: draw(pick(_PASSPORTS), self._rng),
            "LICENCE": lambda: draw(pick(_LICENCES), self._rng), "PLATE": lambda: draw(pick(_PLATES), self._rng), "SSN": lambda: self._code("ddd-dd-dddd|ddd dd dddd|ddddddddd"),
            "NATIONAL": lambda: draw(pick(_NATIONALS), self._rng), "CARD": lambda: self._code("4ddd dddd dddd dddd|5ddd-dddd-dddd-dddd|4ddddddddddddddd|37dd dddddd ddddd|ddddddddddddddd"),
            "IBAN": self._iban, "PHONE": lambda: draw(pick(_PHONES), self._rng), "SPOKEN": self._spoken, "EMAIL": self._email, "LINK": self._link,
            "IP": lambda: ".".join(str(self._rng.randrange(1, 255)) for _ in range(4)), "MAC": lambda: pick(":-").join(f"{self._rng.randrange(256):02X}" for _ in range(6)),
            "WALLET": lambda: pick(("0x", "bc1q", "1", "T")) + "".join(pick("0123456789abcdefABCDEFxyzQRS") for _ in range(34)), "BIRTH": self._birth, "BELIEF": lambda: pick(_BELIEFS),
            "brand": lambda: pick(BRANDS if self._rng.random() < 0.5 else _LIKE_PEOPLE), "firstbrand": people.first, "lastbrand": people.last, "thing": lambda: pick(_THINGS), "look": lambda: pick(_LOOKS), "star": lambda: pick(_STARS),
            "dish": lambda: pick(_DISHES), "saint": lambda: pick(_SAINTS), "adjective": lambda: pick(_STATES), "small": lambda: str(self._rng.randrange(1, 60)), "version": lambda: self._code("d.d|d.d.d|dd.d|v d.d.d|vd.d|dd.d.dd|20dd.d"),
            "build": lambda: self._code("ddddd|dddd|dddddd"), "error": lambda: self._code("404|500|503|E-dd|Edd|0x8ddddddd|ddd|ERR_ddd|Fdd|-dddd|E:dd"), "model": lambda: draw(pick(_MODELS), self._rng),
            "size": lambda: pick(("M", "XL", "42", "10", "UK 8", "EU 39", "128 GB", "55 inch", "2m x 1m", "W32 L34")), "price": self._price, "promo": lambda: pick(("SUMMER", "WELCOME", "SAVE", "HELLO", "FLASH", "BLACK")) + self._code("dd|d|20|dd"),
            "flight": lambda: self._code("AAddd|AA ddd|AAdddd|AA dddd|Ad dddd"), "seat": lambda: self._code("ddA|dA|Add|Ad"), "room": lambda: self._code("ddd|dddd|d|dd"), "date": self._date, "time": lambda: self._code("dd:dd|d pm|1d.dd|dd.00|d:dd pm"),
            "year": lambda: pick(("2019", "2020", "2021", "2022", "2023", "2024", "2025", "2026", "1998")), "companyhandle": lambda: "@" + pick(BRANDS).replace(" ", "").replace("'", "") + pick(("", "", pick(_COMPANIES), "_" + pick(_COMPANIES))),
            "hashtag": lambda: pick(_HASHTAGS), "publiclink": lambda: pick(BRANDS).lower().replace(" ", "").replace("'", "") + pick((".com", ".com/help", ".co.uk/returns", ".de", ".com/faq")), "companymail": lambda: pick(("support", "info", "help", "hello", "service", "no-reply")) + "@" + pick(BRANDS).lower().replace(" ", "").replace("'", "") + ".example",
            "freeline": lambda: self._code("0800 ddd dddd|1-800-ddd-dddd|0800 dddddd|0845 ddd dddd"),
        }  # fmt: skip

    def _code(self, patterns: str) -> str:
        return (
            draw(self._rng.choice(patterns.split("|")), self._rng) if "A" in patterns or "d" in patterns else patterns
        )

    def town(self) -> str:
        """This draws a town: a well-known one, one of Faker's, or an invented one."""
        way, pick = self._rng.random(), self._rng.choice
        if way < 0.35:
            return pick(CITIES)
        if way < 0.8:
            return pick(self._towns)
        name = pick(_FIRSTS) + pick(_ENDS) if way < 0.92 else pick(self._towns)
        before = pick(_BEFORE) if way > 0.86 else ""
        glued = before.endswith("-") or before in ("Llan", "Bally")
        return (
            before + (name.lower() if glued and before[-1] != "-" else name) if glued else f"{before} {name}"
        ).strip()

    def _street(self) -> str:
        if self._rng.random() < 0.25:
            return (
                self._rng.choice(_ABROAD)
                .replace(" {n}", "")
                .replace("{n}", "")
                .replace("{m}", "2")
                .replace("{l}", self.people.last())
                .strip(" ,")
            )
        name = self._rng.choice((*_STREETS, self.people.last(), self.people.last()))
        return f"{name} {self._rng.choice(_KINDS)}"

    def _house(self) -> str:
        return self._code("d|dd|dd|ddd|dda|ddA|d|dddd|d-d|ddb")

    def road(self) -> str:
        """This draws a street with a number, or at times without."""
        way = self._rng.random()
        if way < 0.3:
            template = self._rng.choice(_ABROAD)
            return (
                template.replace("{n}", self._house())
                .replace("{m}", draw("d", self._rng))
                .replace("{l}", self.people.last())
            )
        return self._street() if way < 0.4 else f"{self._house()} {self._street()}"

    def _unit(self) -> str:
        kind = self._rng.choice(
            (
                "flat",
                "Flat",
                "apt",
                "Apt",
                "apartment",
                "unit",
                "Unit",
                "suite",
                "app.",
                "#",
                "block",
                "top floor flat",
                "basement",
                "3rd floor",
                "second floor left",
            )
        )
        return kind if " " in kind or kind == "basement" else f"{kind} {self._code('d|dd|dA|dda|A')}".replace("# ", "#")

    def home(self) -> str:
        """This draws a house that has a name instead of a number."""
        first = self._rng.choice(_FIRSTS) + self._rng.choice((*_ENDS, "", ""))
        kind = self._rng.choice(
            (
                "Cottage",
                "House",
                "Farm",
                "Lodge",
                "Court",
                "Barn",
                "Mill",
                "Hall",
                "Manor",
                "Mansions",
                "Heights",
                "Towers",
                "Villas",
                "Care Home",
                "Nursing Home",
                "Residence",
                "Croft",
                "Rectory",
                "Chalet",
                "Caravan Park",
                "Marina",
                "Hostel",
                "",
            )
        )
        return f"{self._rng.choice(('', '', 'The '))}{first} {kind}".strip()

    def _zip(self) -> str:
        return self._code(
            "AAd dAA|AAdd dAA|Ad dAA|AdA dAA|aadd daa|aad daa|ddddd|ddddd|dddd AA|dddd|ddddd-dddd|ddd dd|dd-ddd|AdA dAd|dddd-ddd|dddddd|Add AAdd"
        )

    def _zip_said(self) -> str:
        return " ".join(
            self._rng.choice((*_SAID, *string.ascii_lowercase, "double", "b for bravo", "s for sierra"))
            for _ in range(self._rng.randrange(5, 8))
        )

    def address(self) -> str:
        """This draws an address of two to five parts, in the ways in which people write one."""
        parts = [
            self.road(),
            self.town() if self._rng.random() < 0.8 else "",
            self._zip() if self._rng.random() < 0.6 else "",
        ]
        if self._rng.random() < 0.35:
            parts.insert(self._rng.choice((0, 0, 1)), self._unit())
        if self._rng.random() < 0.2:
            parts.insert(0, self.home())
        parts = [part for part in parts if part]
        return self._rng.choice((", ", ", ", " ", "|", " / ")).join(parts)

    def nick(self) -> str:
        """This draws what somebody calls themselves: plain words, names with digits, or both."""
        pick, first = self._rng.choice, self.people.first().split()[0]
        one, other = pick(_ADJECTIVES), pick(_NOUNS)
        way = pick((
            one + other, f"{one}_{other}", one.title() + other.title(), f"{one.title()} {other.title()}", f"{one}{other}{draw('dd', self._rng)}", f"{first}_{other}", f"{other}_{first}", f"{first}{draw('dd', self._rng)}", f"{first}_{draw('dddd', self._rng)}",
            f"{first}.{self.people.last()}", f"{first[0]}{self.people.last()}{pick(('', draw('d', self._rng)))}", f"its{pick(('_', ''))}{first}", f"the{pick(('', '_'))}{one}{other}", f"x{one}{other}x", f"{other.title()}{draw('ddd', self._rng)}", one.title() + other, other.title(),
            f"mrs_{other}", f"dj_{other}", f"{first}{other.title()}", f"{first}In{pick(_NOUNS).title()}", f"{one}.{other}", f"{first}_{pick(('irl', 'uk', 'xo', 'x', 'hd', 'tv', 'yt', 'ttv'))}", f"{one.title()}{other.title()}{draw('dd', self._rng)}", f"{other}fan{draw('dd', self._rng)}", f"{one}-{other}-{draw('d', self._rng)}",
        ))  # fmt: skip
        return way.lower() if self._rng.random() < 0.4 else way

    def _spelled(self) -> str:
        name = self.people.last().split()[0]
        return self._rng.choice((" ", "-", " - ", ", ")).join(
            name.lower() if self._rng.random() < 0.5 else name.upper()
        )

    def _spoken(self) -> str:
        words = [
            self._rng.choice((*_SAID, *_SAID, "double", "triple", "dash")) for _ in range(self._rng.randrange(5, 12))
        ]
        return self._rng.choice((" ", " ", ", ")).join(words)

    def _iban(self) -> str:
        number = draw(
            "AAdd AAAA dddd dddd dddd dd" if self._rng.random() < 0.4 else "AAdd dddd dddd dddd dddd dd", self._rng
        )
        return number.replace(" ", self._rng.choice((" ", "", "-")))

    def _email(self) -> str:
        user = self.nick().replace(" ", ".")
        host = self._rng.choice(
            ("example.com", "example.net", "example.org", "mail.example", "example.co.uk", "web.example.de")
        )
        way = self._rng.random()
        if way < 0.7:
            return f"{user}@{host}"
        return f"{user} at {host.replace('.', ' dot ')}".lower() if way < 0.9 else f"{user} (at) {host}"

    def _link(self) -> str:
        user = self.nick().replace(" ", "")
        return self._rng.choice(
            (
                f"linkedin.com/in/{user}",
                f"facebook.com/{user}",
                f"https://instagram.com/{user}",
                f"https://photos.example.net/~{user}/{draw('dddd', self._rng)}",
                f"https://example.com/u?id={draw('ddaadda', self._rng)}&user={user}",
            )
        )

    def _birth(self) -> str:
        day, month, year = self._rng.randrange(1, 29), self._rng.choice(_MONTHS), self._rng.randrange(1930, 2012)
        number = _MONTHS.index(month) + 1
        return self._rng.choice((f"{day} {month} {year}", f"{day}/{number:02}/{year}", f"{day:02}.{number:02}.{year}", f"{year}-{number:02}-{day:02}", f"{month} {day}, {year}", f"{day} {month[:3].lower()} {year % 100:02}",
            f"{day}.{number}.{year % 100:02}", f"{day}th of {month} {year}", f"the {self._rng.choice(_ORDINALS)} of {month} {self._rng.choice(_DECADES)} {self._rng.choice(_SAID[1:10])}", f"{self._rng.choice(_ORDINALS)} of {month}, nineteen {self._rng.choice(_DECADES)}"))  # fmt: skip

    def _date(self) -> str:
        day, month = self._rng.randrange(1, 29), self._rng.choice(_MONTHS)
        return self._rng.choice(
            (
                f"{day} {month}",
                f"{month} {day}",
                f"{day}/{self._rng.randrange(1, 13)}",
                f"{day}.{self._rng.randrange(1, 13)}.",
                month,
                f"the {day}th",
                f"{day} {month} {self._rng.randrange(2019, 2027)}",
                f"{day:02}/{self._rng.randrange(1, 13):02}/{self._rng.randrange(2019, 2027)}",
                "Monday",
                "Friday",
                "tuesday",
            )
        )

    def _price(self) -> str:
        amount = self._code("d|dd|ddd|d.dd|dd.dd|ddd.dd|d,ddd.dd|dd,dd")
        return self._rng.choice(
            (
                f"£{amount}",
                f"${amount}",
                f"€{amount}",
                f"{amount} EUR",
                f"{amount} euros",
                f"{amount} pounds",
                f"{amount} quid",
                f"Rs {amount}",
                f"{amount} USD",
            )
        )
