"""Names of people from many countries, in Latin letters, taken from Faker's lists (MIT)."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable

LOCALES = [
    "en_US",
    "en_GB",
    "en_IN",
    "en_NZ",
    "en_PK",
    "en_KE",
    "de_DE",
    "de_AT",
    "fr_FR",
    "es_ES",
    "es_MX",
    "es_AR",
    "es_CO",
    "it_IT",
    "pt_BR",
    "pt_PT",
    "pl_PL",
    "nl_NL",
    "nl_BE",
    "sv_SE",
    "no_NO",
    "da_DK",
    "fi_FI",
    "tr_TR",
    "cs_CZ",
    "sk_SK",
    "hu_HU",
    "ro_RO",
    "hr_HR",
    "sl_SI",
    "et_EE",
    "lt_LT",
    "lv_LV",
    "vi_VN",
    "id_ID",
    "fil_PH",
    "yo_NG",
    "ha_NG",
    "ig_NG",
    "en_NG",
    "zu_ZA",
    "tw_GH",
    "ga_IE",
    "az_AZ",
    "sq_AL",
    "uz_UZ",
    "ja_JP",
    "zh_CN",
    "ru_RU",
    "uk_UA",
    "bg_BG",
    "is_IS",
    "mg_MG",
    "sw",
    "fr_DZ",
    "fr_CH",
]
_LATIN = dict(zip(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ",
    ["a", "b", "v", "g", "d", "e", "yo", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya", "i", "yi", "ye", "g"],
    strict=False,
))  # fmt: skip
_NAME = re.compile(r"[^\W\d_][^\W\d_'’ -]*(?:['’ -][^\W\d_'’ -]+){0,2}")


def lists() -> tuple[list[list[str]], list[list[str]]]:
    """These are first names and last names, one list per locale."""
    first: list[list[str]] = []
    last: list[list[str]] = []
    for locale in LOCALES:
        try:
            provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        except ImportError:
            continue
        firsts = _clean(_gather(provider, "first"))
        lasts = _clean(_gather(provider, "last"))
        if firsts and lasts:
            first.append(firsts)
            last.append(lasts)
    return first, last


def _gather(provider: type, kind: str) -> Iterable[str]:
    for attribute in dir(provider):
        if attribute.startswith(kind) and "name" in attribute and "prefix" not in attribute:
            value = getattr(provider, attribute)
            if isinstance(value, (tuple, list, dict)):
                for one in value:
                    yield one if isinstance(one, str) else one[-1] if isinstance(one, tuple) else ""


def _clean(names: Iterable[str]) -> list[str]:
    latin = {_to_latin(name.strip()) for name in names}
    return sorted(
        name for name in latin if (_NAME.fullmatch(name) and name.isprintable() and max(name) < "ɐ") or _viet(name)
    )


def _viet(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and all(char < "ɐ" or "Ḁ" <= char <= "ỿ" for char in name)


def _to_latin(name: str) -> str:
    if not any("а" <= char <= "ґ" for char in name.lower()):
        return name
    return "".join(_LATIN.get(char, char) for char in name.lower()).title()
