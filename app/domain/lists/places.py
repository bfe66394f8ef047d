"""Countries, currencies and languages by code or by name in five languages: CLDR (Babel) and ISO (pycountry)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pycountry
from babel import Locale

from app.domain.lists.fields import LANGUAGES
from app.domain.lists.words import key, nearest
from app.domain.vocabulary import COUNTRY_ALIASES, CURRENCY_ALIASES

_REGIONS = {
    "EU": "EU|European Union|欧盟|Union européenne|UE|Europäische Union|Unione europea",
    "Europe": "Europe|欧洲|Europa|Western Europe|Europe de l'Ouest|Westeuropa|西欧|Europa occidentale",
    "North America": "North America|北美|Amérique du Nord|Nordamerika|Nord America|America del Nord|北美洲",
    "South America": "South America|Latin America|南美|拉美|Amérique du Sud|Amérique latine|Südamerika|Lateinamerika|"
    "Sud America|America Latina",
    "Asia": "Asia|亚洲|Asie|Asien",
    "South-East Asia": "South-East Asia|Southeast Asia|ASEAN|东南亚|Asie du Sud-Est|Südostasien|Sud-est asiatico",
    "Middle East": "Middle East|Gulf|中东|Moyen-Orient|Naher Osten|Medio Oriente|GCC",
    "Africa": "Africa|非洲|Afrique|Afrika",
    "Oceania": "Oceania|大洋洲|Océanie|Ozeanien",
    "worldwide": "Worldwide|World|Global|Globally|International|All countries|全球|世界各地|Monde|Monde entier|"
    "Weltweit|Mondo|Tutto il mondo",
}
EU_MEMBERS = tuple(re.findall("..", "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEITLTLULVMTNLPLPTROSESISK"))
_LANGUAGE_ALIASES = {
    "zh": "中|Mandarin|Putonghua|普通话|国语|汉语|中文|华语|Chinese (Mandarin)|Mandarin Chinese|Simplified Chinese|"
    "Hochchinesisch|Mandarino|CN",
    "yue": "Cantonese|粤语|广东话|Cantonais|Kantonesisch|Cantonese",
    "en": "英|英文|英语|Inglese|GB|UK",
    "fr": "法|法文|法语",
    "de": "德|德文|德语",
    "it": "意|意大利文|意大利语|意语",
    "ja": "日文|日语|JP",
    "ko": "韩文|韩语|KR",
    "nl": "Flemish|Flamand",
    "es": "Castilian|Castellano|西语|西班牙文",
}


def _add(found: dict[str, str], code: str, *words: str) -> None:
    for word in words:
        found.setdefault(key(word) or word, code)


@cache
def countries() -> Mapping[str, str]:
    """Return word key → ISO 3166-1 alpha-2."""
    found: dict[str, str] = {}
    for country in pycountry.countries:
        _add(found, country.alpha_2, country.alpha_2)
    for country in pycountry.countries:
        more = [getattr(country, field, "") for field in ("official_name", "common_name")]
        _add(found, country.alpha_2, country.alpha_3, country.name, *(word for word in more if word))
    for code, words in COUNTRY_ALIASES.items():
        _add(found, code, *words.split("|"))
    known = {country.alpha_2 for country in pycountry.countries}
    for lang in LANGUAGES:
        for code, word in Locale.parse(lang).territories.items():
            if code in known:
                _add(found, code, word)
    return found


@cache
def regions() -> Mapping[str, str]:
    """Return word key → the name under which a region of several countries is kept."""
    found: dict[str, str] = {}
    for name, words in _REGIONS.items():
        _add(found, name, name, *words.split("|"))
    return found


@cache
def currencies() -> Mapping[str, str]:
    """Return word key → ISO 4217; signs such as € are keys themselves."""
    found: dict[str, str] = {}
    known = {currency.alpha_3 for currency in pycountry.currencies}
    for code in sorted(known):
        _add(found, code, code)
    for code, words in CURRENCY_ALIASES.items():
        _add(found, code, *words.split("|"))
        for word in words.split("|"):
            found.setdefault(word.casefold(), code)
    for lang in LANGUAGES:
        for code, word in Locale.parse(lang).currencies.items():
            if code in known:
                _add(found, code, word)
    return found


@cache
def languages() -> Mapping[str, str]:
    """Return word key → BCP 47 primary language."""
    found: dict[str, str] = {}
    for code, words in _LANGUAGE_ALIASES.items():
        _add(found, code, code, *words.split("|"))
    for lang in LANGUAGES:
        for code, word in Locale.parse(lang).languages.items():
            if "_" not in code:
                _add(found, code, code, word)
    for language in pycountry.languages:
        tag = getattr(language, "alpha_2", None)
        if tag:
            _add(found, tag, language.alpha_3, language.name)
    return found


def country(text: str) -> str | None:
    """Return the country code of a word in any of the five languages, or None."""
    return countries().get(key(text))


def region(text: str) -> str | None:
    """Return the name of a region of several countries, or None."""
    return regions().get(key(text))


def currency(text: str) -> str | None:
    """Return the currency code of a code, a sign or a word, or None."""
    bare = text.strip().rstrip(".")
    return currencies().get(bare.casefold()) or (currencies().get(key(bare)) if key(bare) else None)


def language(text: str) -> str | None:
    """Return the primary language tag of a tag (also zh-CN), or of a name in any of the five languages, or None."""
    found = languages().get(key(text))
    if found is None and "-" in text and 2 <= len(text.partition("-")[0]) <= 3:
        return languages().get(key(text.partition("-")[0]))
    return found


def country_names(lang: str = "en") -> dict[str, str]:
    """Return country code → name in a language."""
    names = Locale.parse(lang).territories
    return {country.alpha_2: names.get(country.alpha_2, country.name) for country in pycountry.countries}


def language_name(code: str, lang: str = "en") -> str:
    """Return the name of a language in a language."""
    return str(Locale.parse(lang).languages[code])


def country_suggestions(text: str) -> list[str]:
    """Return `code (name)` of the countries whose names are most like the text."""
    names = {name: code for lang in LANGUAGES for code, name in country_names(lang).items()}
    return [f"{names[word]} ({word})" for word in nearest(text, names)]


def currency_suggestions(text: str) -> list[str]:
    """Return `code (name)` of the currencies most like the text."""
    current = {currency.alpha_3 for currency in pycountry.currencies}
    names = {word: code for code, word in Locale.parse("en").currencies.items() if code in current}
    codes = {code: word for word, code in names.items()}
    return [f"{names.get(word, word)} ({codes.get(word, word)})" for word in nearest(text, [*names, *codes])]


def language_suggestions(text: str) -> list[str]:
    """Return `tag (name)` of the languages whose names are most like the text."""
    names: dict[str, str] = {}
    for lang in LANGUAGES:
        names |= {word: code for code, word in Locale.parse(lang).languages.items() if len(code) <= 3}
    return [f"{names[word]} ({word})" for word in nearest(text, names)]
