"""A sourcing request read out of a text: what our lists know of it, and the figures that say what they are."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from app.core import i18n
from app.domain.vocabulary import FIELDS, vocabulary

_LISTS = (
    "products", "materials", "processes", "certificates", "compliance", "business_models", "cooperation", "incoterms",
    "transport", "payment_terms",
)  # fmt: skip
_NUMBER = r"\d{1,3}(?:[ .,\u00a0\u202f']\d{3})+|\d+"
_AMOUNT = re.compile(rf"({_NUMBER})\s*(万)?\s*([A-Za-zÀ-ÿ]+|[\u4e00-\u9fff]{{1,2}})")
_PRICE = re.compile(
    r"(?:(EUR|USD|CNY|RMB|GBP|€|\$|¥|£)\s*(\d+(?:[.,]\d{1,2})?)|(\d+(?:[.,]\d{1,2})?)\s*(EUR|USD|CNY|RMB|GBP|€|\$|元|£))"
)
_DAY = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_SIGNS = {"€": "EUR", "$": "USD", "¥": "CNY", "元": "CNY", "RMB": "CNY", "£": "GBP"}


def read_text(text: str, lang: str) -> tuple[dict[str, Any], list[dict[str, Any]], list[tuple[str, str, str]]]:
    """A request's document, the codes of its words, and rows (field, words of the text, label) of what was found."""
    document: dict[str, Any] = {"text": text}
    resolved: list[dict[str, Any]] = []
    read = []
    for field in _LISTS:
        known = vocabulary(FIELDS[field])
        for code, said in known.find(text):
            label = known.label(code, lang)
            word = label if known.resolve(label).code == code else code
            document.setdefault(field, []).append(word)
            resolved.append({"field": field, "text": word, "code": code})
            read.append((field, said, label))
    figures = _figures(text)
    if not any(field == "quantity" for field, _, _ in figures):
        figures += _counted(text, [said for field, said, _ in read if field == "products"])
    for field, value, said in figures:
        if field not in document:
            document[field] = value
            read.append((field, said, ""))
    for name, code in i18n.countries(lang).items():
        if name in text and "delivery_country" not in document:
            document["delivery_country"] = code
            read.append(("delivery_country", name, name))
    return document, resolved, read


def _counted(text: str, products: list[str]) -> list[tuple[str, Any, str]]:
    """A number that stands before a product, with at most three words between them."""
    for product in products:
        found = re.search(rf"({_NUMBER})\s+(?:[^\W\d]+[\s-]+){{0,3}}{re.escape(product)}", text, re.IGNORECASE)
        if found:
            return [("quantity", float(re.sub(r"\D", "", found.group(1))), found.group(0))]
    return []


def _figures(text: str) -> list[tuple[str, Any, str]]:
    found: list[tuple[str, Any, str]] = []
    units = vocabulary("units")
    for number, myriad, word in _AMOUNT.findall(text):
        unit = units.resolve(word)
        if unit.code and unit.how in ("code", "exact", "alias", "label"):
            amount = float(re.sub(r"\D", "", number)) * (10_000 if myriad else 1)
            found += [("quantity", amount, f"{number}{myriad} {word}"), ("unit", unit.code, word)]
            break
    price = _PRICE.search(text)
    if price:
        sign, figure = price.group(1) or price.group(4), price.group(2) or price.group(3)
        found += [("target_price", float(figure.replace(",", ".")), price.group(0)),
                  ("currency", _SIGNS.get(sign, sign), sign)]  # fmt: skip
    for match in _DAY.finditer(text):
        try:
            found.append(("ship_by", date(*map(int, match.groups())).isoformat(), match.group(0)))
        except ValueError:
            continue
        break
    return found
