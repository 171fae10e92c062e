"""Web addresses: a public page is nobody's, one that leads to a person's page, order or session is personal."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from hub.privacy.redaction.contacts import TLD
from hub.privacy.redaction.rule import FoundBy, Stretch, either, has, with_inner_dot

_URL = re.compile(
    r"(?i)\b(?:[a-z][a-z0-9+.-]{1,10}://[^\s<>\"]{2,2000}|www\.[^\s<>\"]{3,2000}"
    rf"|(?<![@\w.])(?:[a-z0-9-]{{1,63}}\.){{1,4}}(?:{TLD})(?:/[^\s<>\"]{{0,2000}}|\b(?![.\w@])))"
)
_OWN = frozenset(
    str.split("""
    account accounts basket booking bookings cart case cases claim claims client clients customer customers dashboard gallery
    id in invite invoice invoices me member members my order orders parcel people photo photos profile profiles reservation
    reset session share shared shipment track tracking ticket tickets u user users verify wallet
    """)
)
_SOCIAL = ("facebook.com", "instagram.com", "linkedin.com", "x.com", "twitter.com", "tiktok.com", "t.me", "github.com",
           "youtube.com", "flickr.com", "pinterest.com", "reddit.com", "snapchat.com", "wa.me", "paypal.me", "venmo.com",
           "linktr.ee", "vk.com", "soundcloud.com", "etsy.com")  # fmt: skip
_PUBLIC_SOCIAL = frozenset(
    {"watch", "hashtag", "explore", "search", "help", "about", "events", "r", "groups", "jobs", "company"}
)
_COUNTED = (
    "utm_",
    "ref_",
    "gclid",
    "fbclid",
    "lang",
    "locale",
    "page",
    "sort",
    "category",
    "size",
    "color",
    "colour",
    "hl",
    "v",
)
_LONG_NUMBER = re.compile(r"\d{5,}")
_TOKEN = re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{16,}")
_SHORTENED = (
    "t.co",
    "bit.ly",
    "tinyurl.com",
    "goo.gl",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "lnkd.in",
    "rebrand.ly",
    "cutt.ly",
    "t.ly",
    "shorturl.at",
)
"""Nobody can tell where these lead, so they count as personal."""

_END = ".,;:!?)]}'*"


def find_links(text: str) -> Iterator[Stretch]:
    """This yields the web addresses that lead to a person."""
    for match in _URL.finditer(text):
        link = match[0].rstrip(_END)
        if is_personal(link):
            yield match.start(), match.start() + len(link)


def is_personal(link: str) -> bool:
    """This address leads to one person's page, order or session, as far as path and query tell."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
    except ValueError:
        return True  # what cannot be read cannot be trusted
    if "@" in parts.netloc or parts.scheme not in {"http", "https"}:
        return True
    if any(value and not key.lower().startswith(_COUNTED) for key, value in parse_qsl(parts.query)):
        return True
    segments = [segment for segment in parts.path.split("/") if segment]
    host = parts.netloc.lower().removeprefix("www.").removeprefix("m.")
    if segments and host in _SHORTENED:
        return True
    if segments and host.endswith(_SOCIAL) and segments[0].lower() not in _PUBLIC_SOCIAL:
        return True
    owned = any(one.lower() in _OWN and number + 1 < len(segments) for number, one in enumerate(segments))
    return owned or any(one[0] in "~@" or _LONG_NUMBER.search(one) or _TOKEN.search(one) for one in segments)


LINKS = (FoundBy("URL", 0.9, find_links, either(with_inner_dot, has("://"))),)
