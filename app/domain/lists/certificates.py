"""Certificates as they stand in one cell: `GOTS (2026-03-31, verified); OEKO-TEX Standard 100 class I`."""

from __future__ import annotations

import re
from typing import Any

from app.domain.lists.dates import UnclearDateError, read_date
from app.domain.lists.splitting import Known, split_list
from app.domain.lists.words import choose
from app.domain.vocabulary import vocabulary

_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]*)[)）\]]")
_NUMBER = re.compile(
    r"^(?:no|nr|n°|nº|num|number|cert(?:ificate)? no|lic(?:ence|ense)?(?: no)?|编号|证书号|证书编号)[.:：\s]+(\S+)$"
    r"|^(?-i:((?=.*\d{3})[A-Z0-9][A-Z0-9 ./-]*))$",
    re.IGNORECASE,
)
_CLASS = re.compile(r"\b(?:product )?(?:class|classe|klasse)\s+(?:IV|I{1,3}|[1-4])\b|[一二三四ⅠⅡⅢⅣ]类", re.IGNORECASE)
_UNTIL = re.compile(
    r"^(?:valid (?:until|to|till|thru)|until|till|exp(?:ires|iry|\.)?(?: on| date)?|to|有效期至|有效期|至|到期|"
    r"valable jusqu['’]au|jusqu['’]au|expire le|gültig bis|bis|valido fino al|fino al|scade il|scadenza)[:：\s]*",
    re.IGNORECASE,
)
_CHINESE_UNTIL = re.compile(r"(?<=\S)(?=有效期|到期)|(?<=[^\s期])(?=至\d)")
_UNTIL_AFTER = re.compile(r"(?:到期|止|失效)$")


def known_certificate(text: str) -> bool:
    """Return whether a text is one certificate as a whole, so that its comma or slash does not part it."""
    return vocabulary("certificates").resolve(text).how in ("code", "exact", "alias")


def read_certificates(cell: str, *, day_first: bool | None = None) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the certificates of a cell and what is wrong with them.

    Each is {"code": the holder's words} with, where given, `valid_to`, `evidence`, `number` and `scope`.
    """
    found: list[dict[str, Any]] = []
    faults: list[str] = []
    for text in _pieces(cell):
        certificate, wrong = _read_one(text, day_first=day_first)
        faults.extend(wrong)
        if certificate:
            found.append(certificate)
        elif found and not wrong and text:
            faults.append(f"{text!r} belongs to no certificate")
    return found, faults


def _pieces(cell: str) -> list[str]:
    """Cut at semicolons and lines; at commas only before what is no detail of the one before it."""
    joined: list[str] = []
    known: Known = known_certificate
    for strong in re.split(r"[;；\n|]", cell):
        fresh = True
        for piece in split_list(strong, known):
            if fresh or not _is_detail(piece):
                joined.append(piece)
            else:
                joined[-1] += f" ({piece})"
            fresh = False
    return joined


def _is_detail(text: str) -> bool:
    """Return whether a piece after a comma says something of the certificate before it; `ISO 14001` does not."""
    number = _NUMBER.match(text)
    if choose("evidence", text) or (number and number.group(1)) or _CLASS.fullmatch(text):
        return True
    try:
        read_date(_without_until(text), day_first=True)
    except ValueError:
        return False
    return True


def _without_until(text: str) -> str:
    return _UNTIL_AFTER.sub("", _UNTIL.sub("", text.strip())).strip()


def _read_one(text: str, *, day_first: bool | None) -> tuple[dict[str, Any] | None, list[str]]:
    details = [part.strip() for inner in _BRACKETS.findall(text) for part in re.split(r"[,;，；、]", inner)]
    name = re.sub(r"\s+", " ", _BRACKETS.sub(" ", text)).strip(" ,;:-–")
    certificate: dict[str, Any] = {}
    faults = []
    unexplained = []
    for detail in filter(None, details):
        try:
            taken = _take_detail(detail, certificate, day_first=day_first)
        except UnclearDateError as error:
            faults.append(str(error))
            continue
        if not taken:
            unexplained.append(detail)
    name, wrong = _take_tail(name, certificate, day_first=day_first)
    faults.extend(wrong)
    klass = _CLASS.search(name)
    if klass:
        certificate.setdefault("scope", klass.group())
        name = (name[: klass.start()] + name[klass.end() :]).strip(" ,;-–")
    if not name:
        return None, faults
    if unexplained:  # brackets that are part of the name, or its scope
        certificate["scope"] = ", ".join(filter(None, [certificate.get("scope"), *unexplained]))[:200]
    return {"code": name[:200], **certificate}, faults


def _take_tail(name: str, certificate: dict[str, Any], *, day_first: bool | None) -> tuple[str, list[str]]:
    """Take a date or a grade of evidence off the end of a name written without brackets: `GOTS valid until 5/2027`."""
    words = _CHINESE_UNTIL.sub(" ", name).split(" ")
    for start in range(1, len(words)):
        tail = " ".join(words[start:])
        if not (_UNTIL.match(tail) or choose("evidence", tail) or re.fullmatch(r"\d{1,4}[-/.年][\d\W年月日]+", tail)):
            continue
        try:
            if not _NUMBER.match(tail) and _take_detail(tail, certificate, day_first=day_first):
                return " ".join(words[:start]).strip(" ,;:-–"), []
        except UnclearDateError as error:
            return " ".join(words[:start]).strip(" ,;:-–"), [str(error)]
    return name, []


def _take_detail(detail: str, certificate: dict[str, Any], *, day_first: bool | None) -> bool:
    if evidence := choose("evidence", detail):
        certificate["evidence"] = evidence
        return True
    if _CLASS.fullmatch(detail):
        certificate["scope"] = detail
        return True
    try:
        certificate["valid_to"] = read_date(_without_until(detail), last_day=True, day_first=day_first)
    except UnclearDateError:
        raise
    except ValueError:
        match = _NUMBER.match(detail)
        if match:
            certificate["number"] = match.group(1) or match.group(2)
        return match is not None
    return True
