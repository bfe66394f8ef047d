"""Units in families that can be compared, and money in euros by dated offline rates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import numpy as np

from scoring.errors import RecordError
from scoring.vocabulary.iso import CURRENCY_ALIASES

# UN/ECE Recommendation 20 code -> (family, how many of the family's base unit one is)
UNITS: Final = MappingProxyType(
    {
        "H87": ("count", 1.0),
        "SET": ("count", 1.0),
        "PR": ("count", 1.0),
        "DZN": ("count", 12.0),
        "MTR": ("length", 1.0),
        "KMT": ("length", 1000.0),
        "YRD": ("length", 0.9144),
        "MTK": ("area", 1.0),
        "KGM": ("mass", 1.0),
        "GRM": ("mass", 0.001),
        "TNE": ("mass", 1000.0),
        "LBR": ("mass", 0.45359237),
        "XRO": ("roll", 1.0),
        "XCT": ("carton", 1.0),
        "XAJ": ("cone", 1.0),
    }
)
FAMILIES: Final = ("count", "length", "area", "mass", "roll", "carton", "cone")

RATES_AS_OF: Final = "2025-09-15"
# Euros for one unit: round planning values set by hand for that time, not looked up; pass `rates` for real ones.
RATES: Final = MappingProxyType(
    {
        "EUR": 1.0,
        "USD": 0.852,
        "CNY": 0.1196,
        "HKD": 0.1095,
        "TWD": 0.0282,
        "GBP": 1.156,
        "CHF": 1.070,
        "JPY": 0.00578,
        "KRW": 0.000613,
        "SEK": 0.0914,
        "NOK": 0.0864,
        "DKK": 0.1340,
        "PLN": 0.2350,
        "CZK": 0.0411,
        "HUF": 0.00256,
        "RON": 0.1973,
        "TRY": 0.0206,
        "INR": 0.00966,
        "BDT": 0.0070,
        "PKR": 0.00302,
        "VND": 0.0000323,
        "THB": 0.0268,
        "IDR": 0.0000519,
        "MYR": 0.2025,
        "SGD": 0.6640,
        "CAD": 0.6180,
        "MXN": 0.0462,
        "BRL": 0.1600,
        "AUD": 0.5680,
        "NZD": 0.5080,
        "AED": 0.2320,
        "SAR": 0.2272,
        "ZAR": 0.0491,
        "MAD": 0.0945,
        "EGP": 0.0177,
    }
)


def unit_of(code: str, where: str) -> tuple[str, float]:
    """Family and factor of a unit code."""
    key = code.strip().upper()
    if key not in UNITS:
        raise RecordError(
            f"{where}: unit {code!r} is not one of the UN/ECE Rec 20 codes known here ({', '.join(UNITS)}); "
            "use H87 for pieces, MTR for metres, KGM for kilograms"
        )
    return UNITS[key]


# RMB is no ISO code, and the one that price lists from China use most.
_YUAN: Final = frozenset(word.casefold() for word in CURRENCY_ALIASES["CNY"].split("|"))


@cache
def _iso() -> frozenset[str]:
    import pycountry

    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


def currency_of(word: str) -> str | None:
    """The ISO 4217 code of a code, or of what the yuan is called (RMB, CNH, 元); None where it is neither."""
    text = word.strip()
    if text.casefold() in _YUAN:
        return "CNY"
    return text.upper() if text.upper() in _iso() else None


def checked_rates(rates: Mapping[str, float] | None) -> dict[str, float]:
    """The offline rates with the caller's own laid over them."""
    table = dict(RATES)
    for code, rate in (rates or {}).items():
        if not (isinstance(rate, (int, float, np.floating)) and 0.0 < float(rate) < float("inf")):
            raise RecordError(f"rates: {code} = {rate!r} is not a positive number of euros")
        table[currency_of(code) or code.upper()] = float(rate)
    return table
