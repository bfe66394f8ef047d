"""Countries, regions and languages by any of their names in five languages, and door-to-port days between regions."""

from __future__ import annotations

from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from scoring.vocabulary.iso import COUNTRY_ALIASES
from scoring.vocabulary.text import squeeze

LOCALES: Final = ("en", "zh", "fr", "de", "it")


def _of(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


_EUROPE: Final = _of(
    "AD AL AT BA BE BG BY CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO "
    "PL PT RO RS SE SI SK SM UA VA XK"
)
_EU: Final = _of("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")
_EAST_ASIA: Final = _of("CN HK MO TW JP KR MN KP")
_SOUTH_ASIA: Final = _of("IN PK BD LK NP BT MV VN TH KH LA MM MY SG ID PH BN TL")
_NORTH_AMERICA: Final = _of("US CA MX")
_NEAR_EAST: Final = _of("TR AE SA QA KW BH OM IL JO LB IQ IR EG MA TN DZ LY SY YE GE AM AZ")
ZONES: Final = ("europe", "east-asia", "south-asia", "north-america", "near-east", "elsewhere")
_ZONE_OF: Final = MappingProxyType(
    {
        country: zone
        for zone, members in zip(ZONES, (_EUROPE, _EAST_ASIA, _SOUTH_ASIA, _NORTH_AMERICA, _NEAR_EAST), strict=False)
        for country in members
    }
)
_SOUTHEAST_ASIA: Final = _of("BN ID KH LA MM MY PH SG TH VN")
_AFRICA: Final = _of(
    "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RW "
    "SC SD SL SN SO SS ST SZ TD TG TN TZ UG ZA ZM ZW"
)
_LATIN_AMERICA: Final = _of("AR BO BR CL CO CR CU DO EC GT HN MX NI PA PE PR PY SV UY VE")
# words for a region, between |, and its countries
_REGION_WORDS: Final = (
    ("EU|EU-27|European Union|EU countries|欧盟|欧盟国家|UE|Union européenne|Unione europea|Europäische Union", _EU),
    ("Europe|Europa|欧洲", _EUROPE),
    ("Europe and America|Europe and North America|欧美", _EUROPE | _NORTH_AMERICA),
    ("North America|北美|北美洲|Amérique du Nord|Nordamerika|Nord America|America del Nord", _NORTH_AMERICA),
    ("Middle East|Near East|中东|Moyen-Orient|Proche-Orient|Naher Osten|Nahost|Medio Oriente", _NEAR_EAST),
    ("Gulf|Gulf States|GCC|海湾|海湾国家|pays du Golfe|Golfstaaten|paesi del Golfo", _of("AE BH KW OM QA SA")),
    ("Africa|非洲|Afrique|Afrika", _AFRICA),
    ("South Asia|南亚|Asie du Sud|Südasien|Asia meridionale", _SOUTH_ASIA - _SOUTHEAST_ASIA - {"TL"}),
    ("East Asia|东亚|Asie de l'Est|Ostasien|Asia orientale", _EAST_ASIA),
    ("Asia|亚洲|Asie|Asien", _EAST_ASIA | _SOUTH_ASIA),
    ("Benelux|比荷卢|Beneluxländer", _of("BE LU NL")),
    ("DACH|D-A-CH|DACH region|德奥瑞|D-A-CH-Region", _of("AT CH DE")),
    ("Scandinavia|Nordics|Nordic countries|北欧|Scandinavie|pays nordiques|Skandinavien|Paesi nordici",
     _of("DK FI IS NO SE")),
    ("Baltics|Baltic states|波罗的海国家|pays baltes|Baltikum|Paesi baltici", _of("EE LT LV")),
    ("Hong Kong, Macao and Taiwan|港澳台", _of("HK MO TW")),
)  # fmt: skip

_MARKETS: Final = MappingProxyType(
    {
        "europe": tuple(sorted(_EUROPE)),
        "uk-market": ("GB",),
        "north-america": tuple(sorted(_NORTH_AMERICA)),
        "latin-america": tuple(sorted(_LATIN_AMERICA)),
        "japan-korea": ("JP", "KR"),
        "southeast-asia": tuple(sorted(_SOUTHEAST_ASIA)),
        "middle-east-africa": tuple(sorted(_NEAR_EAST | _AFRICA)),
        "russia-central-asia": ("BY", "KG", "KZ", "RU", "TJ", "TM", "UZ"),
        "oceania": ("AU", "NZ"),
        "china-market": ("CN",),
    }
)

# Planning values in days, door to door with customs, when a supplier states no transit days of its own. Round
# figures set by hand, sea by the longer Cape route; what a supplier states itself goes first. (same zone, by road: 5)
_SEA: Final = MappingProxyType(
    {
        frozenset(("europe", "east-asia")): 42,
        frozenset(("europe", "south-asia")): 35,
        frozenset(("europe", "near-east")): 14,
        frozenset(("europe", "north-america")): 22,
        frozenset(("east-asia", "north-america")): 28,
        frozenset(("south-asia", "north-america")): 35,
        frozenset(("east-asia", "south-asia")): 12,
        frozenset(("east-asia", "near-east")): 28,
        frozenset(("south-asia", "near-east")): 18,
        frozenset(("near-east", "north-america")): 30,
    }
)
_RAIL: Final = MappingProxyType({frozenset(("europe", "east-asia")): 22})
_WITHIN: Final = MappingProxyType({"road": 5, "rail": 6, "air": 4, "sea": 10})
_AIR_DAYS, _FAR_DAYS = 7, 40
MODES: Final = ("sea", "rail", "air", "road")


def zone(country: str) -> str:
    """The transit zone of an ISO 3166 country."""
    return _ZONE_OF.get(country, "elsewhere")


def transit(origin: str, destination: str, modes: tuple[str, ...] = ()) -> int:
    """Planning days from a zone to a zone by the quickest of `modes`; none stated means sea, or road within a zone."""
    if origin == destination and origin != "elsewhere":
        return min((_WITHIN[mode] for mode in modes), default=_WITHIN["road"])
    pair = frozenset((origin, destination))
    days = {"sea": _SEA.get(pair, _FAR_DAYS), "air": _AIR_DAYS}
    if pair in _RAIL:
        days["rail"] = _RAIL[pair]
    wanted = [days[m] for m in modes if m in days]
    return min(wanted) if wanted else days["sea"]


def market(code: str) -> tuple[str, ...]:
    """Countries of a code of the markets vocabulary; none where it names no place (export)."""
    return _MARKETS.get(code, ())


@cache
def _iso() -> frozenset[str]:
    """ISO 3166-1 alpha-2, and Kosovo, which has a code by use."""
    import pycountry

    return frozenset({"XK", *(country.alpha_2 for country in pycountry.countries)})


@cache
def _names(kind: str) -> dict[str, str]:
    from babel import Locale

    found: dict[str, str] = {}
    for locale in (*LOCALES, "es", "pt", "nl", "pl", "tr", "ja", "ko"):
        table = Locale.parse(locale).territories if kind == "country" else Locale.parse(locale).languages
        for code, name in table.items():
            if code in _iso() if kind == "country" else len(code) == 2 and code.isalpha():
                found.setdefault(squeeze(name), code)
    aliases = {word: code for code, words in COUNTRY_ALIASES.items() for word in words.split("|")}
    spoken = {
        "mandarin": "zh",
        "putonghua": "zh",
        "普通话": "zh",
        "汉语": "zh",
        "英文": "en",
        "法文": "fr",
        "德文": "de",
    }
    found.update({squeeze(k): v for k, v in (aliases if kind == "country" else spoken).items()})
    return found


@cache
def _regions() -> dict[str, frozenset[str]]:
    return {squeeze(word): members for words, members in _REGION_WORDS for word in words.split("|")}


@lru_cache(maxsize=65_536)
def countries(word: str) -> tuple[str, ...]:
    """ISO 3166 alpha-2 codes a word stands for: one for a country, many for a region, none when it is neither."""
    text = word.strip()
    if text.upper() in _iso():
        return (text.upper(),)
    region = _regions().get(squeeze(text))
    if region is not None:
        return tuple(sorted(region))
    code = _names("country").get(squeeze(text))
    return (code,) if code else ()


def language(word: str) -> str | None:
    """BCP 47 primary tag of a language given by tag ("fr", "zh-Hans") or by name in any of the five languages."""
    text = word.strip()
    head = text.replace("_", "-").split("-")[0]
    if len(head) in (2, 3) and head.isascii() and head.isalpha():
        return head.lower()
    return _names("language").get(squeeze(text))


@cache
def country_name(code: str, lang: str) -> str:
    """A country in the reader's language; the code itself when it is unknown."""
    from babel import Locale

    return str(Locale.parse(lang).territories.get(code, code))


@cache
def language_name(code: str, lang: str) -> str:
    """A language in the reader's language; the tag itself when it is unknown."""
    from babel import Locale

    return str(Locale.parse(lang).languages.get(code, code))
