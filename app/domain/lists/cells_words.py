"""Cells that hold words: lists, codes, countries, languages, units, certificates, choices."""

from __future__ import annotations

import re
from typing import Any

from app.domain.lists import places
from app.domain.lists.cells import LINE, Context, Reading
from app.domain.lists.cells_amounts import unit_suggestions
from app.domain.lists.certificates import read_certificates
from app.domain.lists.fields import fields_of
from app.domain.lists.headers import recognise_header
from app.domain.lists.index import split_cell
from app.domain.lists.splitting import split_list
from app.domain.lists.tables import Cell, shown
from app.domain.lists.words import choose, labels
from app.domain.participants import kind_of
from app.domain.vocabulary import vocabulary

_PERCENT = re.compile(r"\d+(?:[.,]\d+)?\s*[%％]")
_AT_MOST = 200
#: what suppliers state → the field of a request that asks for it
_ASKED_BY = {
    "moq": "quantity",
    "capacity_per_month": "quantity",
    "price": "target_price",
    "exports_to": "delivery_country",
}


def read_words(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    text = shown(cell)
    if context.index is not None:
        parts, leftover = split_cell(text, context.index)
        items = [*parts, *leftover]
    else:
        items = split_list(text, context.known)
    if context.field.argument == "materials":
        items = _without_percentages(items, reading, text)
    long = [item for item in items if len(item) > LINE]
    if long:
        reading.warn(f"{long[0][:40]!r}… is a sentence rather than an entry; it is kept as text", "entries parted by ;")
        reading.passing["text"] = "\n".join(long)
        items = [item for item in items if len(item) <= LINE]
    if len(items) > _AT_MOST:
        return reading.refuse(f"there are {len(items)} entries", f"at most {_AT_MOST}")
    if items:
        reading.values[context.field.name] = items
    return reading


def _without_percentages(items: list[str], reading: Reading, text: str) -> list[str]:
    """Return fibres without their shares (`60% cotton 40% polyester`); the cell as written is kept beside them."""
    if not _PERCENT.search(text):
        return items
    reading.whole = text
    parts = [part.strip(" -–:：") for item in items for part in _PERCENT.split(item)]
    return list(dict.fromkeys(part for part in parts if part))


def read_certificate_cell(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    found, faults = read_certificates(shown(cell), day_first=context.day_first)
    for fault in faults:
        reading.refuse(fault, "GOTS (2028-03-31, verified); OEKO-TEX Standard 100")
    if len(found) > 100:
        return reading.refuse(f"there are {len(found)} certificates", "at most 100")
    if found:
        reading.values[context.field.name] = found
    return reading


def read_code(cell: Cell, context: Context) -> Reading:
    """A word of a vocabulary, kept as its code."""
    reading = Reading()
    words, text = vocabulary(context.field.argument), shown(cell)
    resolution = words.resolve(text)
    code = kind_of(resolution.code) if context.field.argument == "kinds" else resolution.code
    if code is None:
        near = [words.label(code, context.lang) for code, _ in resolution.candidates[:3]]
        all_of = [words.label(code, context.lang) for code in words.terms]
        return reading.refuse(
            f"{text!r} is none of the {context.field.argument} we know", "one of " + ", ".join(near or all_of)
        )
    if resolution.how == "fuzzy" or code != resolution.code:
        reading.warn(f"{text!r} was read as {words.label(code, context.lang)!r}")
        reading.whole = text
    reading.values[context.field.name] = code
    return reading


def read_choice(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    name, text = context.field.argument, shown(cell)
    words = [choose(name, word) for word in re.split(r"[\s/,;，]+", text)]
    code = choose(name, text) or next((word for word in words if word), None)
    if code is None:
        return reading.refuse(f"{text!r} is no answer here", "one of " + ", ".join(labels(name, context.lang)))
    reading.values[context.field.name] = code
    return reading


def read_choices(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    name, text = context.field.argument, shown(cell)
    pieces = (
        [text]
        if choose(name, text)
        else re.split(r"\s*(?:[;,/+&，、；]|\band\b|\bet\b|\bund\b|\be\b|和|及|与)\s*", text)
    )
    if name == "sides" and re.fullmatch(
        r"\s*(both|beide|les deux|entrambi|entrambe|双方|两者|供需|供需双方|都)\s*", text, re.IGNORECASE
    ):
        pieces = ["supply", "buy"]
    codes = [choose(name, piece) for piece in pieces if piece.strip()]
    if None in codes:
        return reading.refuse(f"{text!r} is not understood", "one or more of " + ", ".join(labels(name, context.lang)))
    reading.values[context.field.name] = list(dict.fromkeys(codes))
    return reading


def read_country(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    text = shown(cell)
    code = places.country(text) or _country_inside(text)
    if code is None:
        return reading.refuse(
            f"{text!r} is no country we know", _perhaps(places.country_suggestions(text), "FR, France, 法国")
        )
    reading.values[context.field.name] = code
    return reading


def _country_inside(text: str) -> str | None:
    """Return the country of `Italy (IT)` or `Paris, France` if its parts name exactly one."""
    parts = [part for part in re.split(r"[()（）,，/;-]", text) if len(part.strip()) > 1]
    codes = {code for part in parts if (code := places.country(part))}
    return codes.pop() if len(codes) == 1 else None


def read_countries(cell: Cell, context: Context) -> Reading:
    """Countries as codes; the EU as its members; other regions as markets, which exports may name and gates may not."""
    reading = Reading()
    codes: list[str] = []
    markets: list[str] = []
    exports = context.field.name == "exports_to"
    for item in split_list(shown(cell), lambda text: places.country(text) is not None):
        code, region = places.country(item), places.region(item)
        if code:
            codes.append(code)
        elif region:
            codes.extend(places.EU_MEMBERS if region == "EU" else ())
            markets.append(region)
            if region != "EU" and not exports:
                reading.refuse(
                    f"{item!r} is a region; here single countries count", "the countries, such as IT, PT, TR"
                )
        elif exports:
            markets.append(item)
            reading.warn(
                f"{item!r} is no country we know; kept as a market", _perhaps(places.country_suggestions(item), "")
            )
        else:
            reading.refuse(f"{item!r} is no country we know", _perhaps(places.country_suggestions(item), "FR; IT; CN"))
    if codes:
        reading.values[context.field.name] = list(dict.fromkeys(codes))
    if markets and exports:
        reading.passing["markets"] = markets
    return reading


def read_currency(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    text = shown(cell)
    code = places.currency(text)
    if code is None:
        near = places.currency_suggestions(text)
        return reading.refuse(f"{text!r} is no currency we know", _perhaps(near, "EUR, CNY or USD"))
    reading.values[context.field.name] = code
    return reading


def read_languages(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    codes: list[str] = []
    for item in split_list(shown(cell), lambda text: places.language(text) is not None):
        found = _languages_in(item)
        if not found:
            near = places.language_suggestions(item)
            reading.refuse(f"{item!r} is no language we know", _perhaps(near, "en; zh; fr"))
        codes.extend(found)
    if codes:
        reading.values[context.field.name] = list(dict.fromkeys(codes))
    return reading


def _languages_in(text: str) -> list[str]:
    """Return the languages of an item: `English (fluent)`, `English and French`, `中英文`."""
    bare = re.sub(r"[(（][^()（）]*[)）]", " ", text).strip()
    if code := places.language(text) or places.language(bare):
        return [code]
    chinese = re.fullmatch(r"([中英法德意日韩西俄]+)[文语]?", bare)
    if chinese:
        short = dict(zip("中英法德意日韩西俄", ("zh", "en", "fr", "de", "it", "ja", "ko", "es", "ru"), strict=True))
        return [short[sign] for sign in chinese.group(1)]
    words = [word for word in re.split(r"\s+|&|\+", bare) if word and word.casefold() not in ("and", "et", "und", "e")]
    found = [places.language(word) for word in words]
    if len(words) > 1 and all(found):
        return [code for code in found if code]
    return [found[0]] if found and found[0] and len(words[0]) > 3 else []


def read_unit(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    text = shown(cell)
    resolution = vocabulary("units").resolve(text)
    if resolution.how not in ("code", "exact", "alias"):
        return reading.refuse(f"{text!r} is no unit we know", unit_suggestions(text))
    reading.values[context.field.name] = resolution.code
    return reading


def read_requirements(cell: Cell, context: Context) -> Reading:
    """Names of the fields of a request, in its own headers' words."""
    reading = Reading()
    names: list[Any] = []
    for item in split_list(shown(cell)):
        name, how, _ = recognise_header("requests", item)
        if name not in fields_of("requests") or how == "fuzzy" or name in ("id", "organisation", "organisation_id"):
            offered, how, _ = recognise_header("exhibitors", item)
            name = _ASKED_BY.get(offered or "")
        if name is None or how == "fuzzy":
            reading.refuse(f"{item!r} is no field of a request", "fields such as certificates; quantity; target_price")
        else:
            names.append(name)
    if names:
        reading.values[context.field.name] = list(dict.fromkeys(names))
    return reading


def _perhaps(near: list[str], otherwise: str) -> str:
    return f"perhaps {', '.join(near)}" if near else otherwise
