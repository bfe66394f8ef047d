"""Amounts with what belongs to them: a number with its unit, period, basis, currency or span of time.

`600 pcs per colour` · `20万件/月` · `USD 3.50–5.00` · `4-6 weeks` · `180–220 g/m²`
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.domain.lists import places
from app.domain.lists.numbers import Found, Mark, figure, numbers_in, plain
from app.domain.lists.words import HAN, choose
from app.domain.vocabulary import vocabulary

_WORD = re.compile(r"[^\W\d_]+(?:[²³][^\W\d_]*|2\b)?|[€$£¥]|[%‰]")
_GSM = re.compile(r"g\s*/\s*m\s*[²2]|g\s*/\s*sq\.?\s*m|gsm|gr\s*/\s*mq|g/㎡|克/平方米|克每平方米|克", re.IGNORECASE)
#: lengths as they stand after a figure, and how many centimetres they are; the longer words first
_LENGTHS = tuple(
    (re.compile(rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])|{signs}", re.IGNORECASE), factor)
    for words, signs, factor in (
        ("mm|millimet(?:re|er)s?|Millimeter", "毫米", 0.1),
        ("cm|cms|centimet(?:re|er)s?|Zentimeter|centim[eè]tres?", "厘米|公分", 1.0),
        ("in|inch|inches|Zoll|pouces?|pollici", "英寸|英吋|吋|[\"″”]|''|′′", 2.54),
        ("m|met(?:re|er)s?|Meter|m[eè]tres?|metri", "米", 100.0),
    )
)
_CONNECTOR = re.compile(r"[-–—~〜/…]|\.\.+|\b(?:to|bis|à|a|al|au|and|und|et|e)\b|[至到]", re.IGNORECASE)
#: words that only say that the number is a bound or an estimate
APPROX = "approx"


class AmountError(ValueError):
    """A text that is no amount of the wanted sort; the message says what stands in the way."""


@dataclass
class Amount:
    """What was read: one number or a range, and the words found with it, as codes."""

    low: float
    high: float
    unit: str | None = None
    period: str | None = None
    basis: str | None = None
    currency: str | None = None
    span: str | None = None
    ambiguous: bool = False
    unknown: list[str] = field(default_factory=list)

    @property
    def is_range(self) -> bool:
        return self.low != self.high


def read_amount(text: str, decimal: Mark = ".", *, whole: bool = False) -> Amount:
    """Return the number or range of a text and the words with it.

    Raises
    ------
    AmountError
        If there is no number, more than a range of two, or a range that runs downwards.
    """
    bare = plain(text).strip()
    found = numbers_in(bare, decimal, whole=whole)
    if not found:
        raise AmountError("there is no number in it")
    if len(found) > 2 or (len(found) == 2 and not _is_range(bare, found)):
        raise AmountError("there is more than one number in it")
    low, high = found[0].value, found[-1].value
    if found[0].scale == 1.0 and low * found[-1].scale <= high:  # `10-20万` means 100,000 to 200,000
        low *= found[-1].scale
    if low > high:
        raise AmountError(f"the range runs downwards, from {figure(low)} to {figure(high)}")
    amount = Amount(low, high, ambiguous=any(number.ambiguous for number in found))
    rest = bare[found[-1].end :]
    if len(found) == 2:
        rest = _CONNECTOR.sub(" ", bare[found[0].end : found[1].start]) + " " + rest
    _read_words(bare[: found[0].start] + " " + rest, amount)
    return amount


def _is_range(text: str, found: list[Found]) -> bool:
    """Return whether two numbers are joined by a dash or a word for "to", with at most a unit or currency between."""
    between = text[found[0].end : found[1].start].strip()
    return bool(_CONNECTOR.search(between)) and len(_CONNECTOR.sub("", between).strip()) <= 10


def _read_words(rest: str, amount: Amount) -> None:
    for word in _split_words(rest):
        _place_word(word, amount)


def _split_words(rest: str) -> list[str]:
    """Return the words; known phrases (`per month`, `no MOQ`, `US dollar`) first, Chinese cut at known words."""
    words = [match.group() for match in _WORD.finditer(rest)]
    out: list[str] = []
    position = 0
    while position < len(words):
        for length in (3, 2):
            phrase = words[position : position + length]
            if len(phrase) == length and all(word[0].isalpha() for word in phrase) and _is_known(" ".join(phrase)):
                out.append(" ".join(phrase))
                position += length
                break
        else:
            word = words[position]
            out.extend(_cut_chinese(word) if HAN.search(word) and not _is_known(word) else [word])
            position += 1
    return out


def _is_known(word: str) -> bool:
    if any(choose(name, word) for name in ("period", "span", "moq_per")):
        return True
    if places.currency(word):
        return True
    resolution = vocabulary("units").resolve(word)
    return resolution.how in ("code", "exact", "alias")


def _cut_chinese(word: str) -> list[str]:
    """Cut `每月件` into known words, the longest first; what no list knows stays together."""
    out: list[str] = []
    unknown = ""
    position = 0
    while position < len(word):
        for length in range(min(5, len(word) - position), 0, -1):
            piece = word[position : position + length]
            if choose(APPROX, piece) or _is_known(piece):
                if unknown:
                    out.append(unknown)
                    unknown = ""
                out.append(piece)
                position += length
                break
        else:
            unknown += word[position]
            position += 1
    return [*out, unknown] if unknown else out


def _place_word(word: str, amount: Amount) -> None:
    """Put a word where it belongs; the first unit, period, basis and currency count."""
    unit = vocabulary("units").resolve(word)
    plainly = unit.code if unit.how in ("code", "exact", "alias") else None
    readings = {
        "basis": choose("moq_per", word),
        "currency": places.currency(word),
        "period": choose("period", word),
        "span": choose("span", word),
        "unit": plainly,
    }
    known = False
    for name, code in readings.items():
        if code and getattr(amount, name) is None:
            setattr(amount, name, code)
        known = known or bool(code)
    if not known and choose(APPROX, word) is None:
        amount.unknown.append(word)


def read_grams(text: str, decimal: Mark = ".") -> Amount:
    """Return a weight per area (g/m²) or a gauge, whose unit is part of its name and dropped."""
    bare = _GSM.sub(" ", plain(text))
    return read_amount(re.sub(r"\b(gg|针|g|npi)\b|针", " ", bare, flags=re.IGNORECASE), decimal)


def read_centimetres(text: str, decimal: Mark = ".") -> Amount:
    """Return the width of a fabric in centimetres; inches, millimetres and metres are turned into them."""
    bare = plain(text)
    factor = next((factor for pattern, factor in _LENGTHS if pattern.search(bare)), 1.0)
    for pattern, _ in _LENGTHS:
        bare = pattern.sub(" ", bare)
    amount = read_amount(bare, decimal)
    amount.low, amount.high = round(amount.low * factor, 2), round(amount.high * factor, 2)
    return amount


def days_of(amount: Amount, *, longest: bool = True) -> float:
    """Return a span in days: hours as fractions, weeks of 7, months of 30; of a range the longest (or shortest) end."""
    factor = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0}[amount.span or "day"]
    return round((amount.high if longest else amount.low) * factor, 4)


def per_month(value: float, period: str | None) -> float | None:
    """Return a capacity per month; a day's is not converted, because working days differ: None."""
    factors = {None: 1.0, "month": 1.0, "year": 1 / 12, "week": 52 / 12}
    factor = factors.get(period)
    return None if factor is None else round(value * factor, 2)


def per_year(value: float, period: str | None) -> float | None:
    """Return a volume per year; a day's is not converted, because working days differ: None."""
    factor = {None: 1.0, "year": 1.0, "month": 12.0, "week": 52.0}.get(period)
    return None if factor is None else round(value * factor, 2)
