"""What people write for a country or a currency, beside its ISO code and its names in CLDR: words between |."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

COUNTRY_ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "GB": "UK|U.K.|Great Britain|Britain|England|Scotland|Wales|英格兰|Grande Bretagne|Angleterre|Großbritannien|"
        "Gran Bretagna",
        "US": "USA|U.S.A.|U.S.|America|United States of America|États-Unis d'Amérique|Amerika|美利坚合众国|"
        "Stati Uniti d'America",
        "CN": "PRC|P.R. China|PR China|People's Republic of China|Mainland China|China (Mainland)|中国大陆|中国内地|"
        "中华人民共和国|RPC",
        "NL": "Holland|The Netherlands|Hollande|Olanda|荷兰",
        "KR": "Korea|South Korea|Republic of Korea|韩国|Corée|Corea",
        "CZ": "Czech Republic|République tchèque|Repubblica Ceca|捷克共和国",
        "TR": "Turkey|Turquie|Türkei|Turchia|Türkiye",
        "VN": "Viet Nam|Vietnam",
        "AE": "UAE|Emirates|阿联酋|EAU|VAE",
        "HK": "Hong Kong|Hongkong|香港|中国香港",
        "MO": "Macao|Macau|澳门|中国澳门",
        "TW": "Taiwan|台湾|中国台湾",
        "RU": "Russia|Russian Federation|俄国",
        "CI": "Ivory Coast",
        "MM": "Burma",
        "MK": "Macedonia",
        "CH": "Swiss|La Suisse",
        "DE": "Deutschland|Bundesrepublik Deutschland|BRD",
        "GR": "EL",
        "XK": "XK|Kosovo|科索沃",
    }
)
CURRENCY_ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CNY": "RMB|CNH|人民币|元|人民币元|Yuan|Renminbi|RMB yuan|CN¥|¥|￥|yuans",
        "EUR": "€|Euro|Euros|欧元|欧",
        "USD": "$|US$|Dollar|Dollars|US Dollar|US Dollars|American dollars|美元|美金|USD$",
        "GBP": "£|Pound|Pounds|Pound sterling|Sterling|英镑",
        "JPY": "Yen|日元|円|JP¥",
        "HKD": "HK$|港币|港元",
        "CHF": "SFr|Fr.|Franken|Swiss francs|瑞士法郎",
    }
)
