"""Countries, regions and languages by any of their names in five languages, and door-to-port days between regions."""

from __future__ import annotations

from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from scoring.vocabulary.iso import COUNTRY_ALIASES

LOCALES: Final = ("en", "zh", "fr", "de", "it")

_EUROPE: Final = frozenset(
    [
        "AD",
        "AL",
        "AT",
        "BA",
        "BE",
        "BG",
        "BY",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MC",
        "MD",
        "ME",
        "MK",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "RS",
        "SE",
        "SI",
        "SK",
        "SM",
        "UA",
        "VA",
        "XK",
    ]
)
_EU: Final = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())  # noqa: SIM905
_EAST_ASIA: Final = frozenset("CN HK MO TW JP KR MN KP".split())  # noqa: SIM905
_SOUTH_ASIA: Final = frozenset("IN PK BD LK NP BT MV VN TH KH LA MM MY SG ID PH BN TL".split())  # noqa: SIM905
_NORTH_AMERICA: Final = frozenset("US CA MX".split())  # noqa: SIM905
_NEAR_EAST: Final = frozenset("TR AE SA QA KW BH OM IL JO LB IQ IR EG MA TN DZ LY SY YE GE AM AZ".split())  # noqa: SIM905
ZONES: Final = ("europe", "east-asia", "south-asia", "north-america", "near-east", "elsewhere")
_ZONE_OF: Final = MappingProxyType(
    {
        country: zone
        for zone, members in zip(ZONES, (_EUROPE, _EAST_ASIA, _SOUTH_ASIA, _NORTH_AMERICA, _NEAR_EAST), strict=False)
        for country in members
    }
)
_REGIONS: Final = MappingProxyType(
    {
        **dict.fromkeys(("eu", "european union", "欧盟", "ue", "union européenne", "unione europea"), _EU),
        **dict.fromkeys(("europe", "europa", "欧洲", "europäische union", "union europeenne"), _EUROPE),
        **dict.fromkeys(("north america", "北美", "amérique du nord", "nordamerika", "nord america"), _NORTH_AMERICA),
        **dict.fromkeys(("middle east", "中东", "moyen-orient", "naher osten", "medio oriente"), _NEAR_EAST),
        **dict.fromkeys(("southeast asia", "南亚", "东南亚", "asie du sud-est", "südostasien"), _SOUTH_ASIA),
    }
)

_MARKETS: Final = MappingProxyType(
    {
        "europe": tuple(sorted(_EUROPE)),
        "uk-market": ("GB",),
        "north-america": tuple(sorted(_NORTH_AMERICA)),
        "latin-america": ("AR", "BR", "CL", "CO", "EC", "MX", "PA", "PE", "UY"),
        "japan-korea": ("JP", "KR"),
        "southeast-asia": ("BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "VN"),
        "middle-east-africa": (*sorted(_NEAR_EAST), "ET", "KE", "NG", "ZA"),
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
                found.setdefault(name.casefold(), code)
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
    found.update({k.casefold(): v for k, v in (aliases if kind == "country" else spoken).items()})
    return found


@lru_cache(maxsize=65_536)
def countries(word: str) -> tuple[str, ...]:
    """ISO 3166 alpha-2 codes a word stands for: one for a country, many for a region, none when it is neither."""
    text = word.strip()
    if text.upper() in _iso():
        return (text.upper(),)
    region = _REGIONS.get(text.casefold())
    if region is not None:
        return tuple(sorted(region))
    code = _names("country").get(text.casefold())
    return (code,) if code else ()


def language(word: str) -> str | None:
    """BCP 47 primary tag of a language given by tag ("fr", "zh-Hans") or by name in any of the five languages."""
    text = word.strip()
    head = text.replace("_", "-").split("-")[0]
    if len(head) in (2, 3) and head.isascii() and head.isalpha():
        return head.lower()
    return _names("language").get(text.casefold())


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
