"""What a text says it is not about: "plush toys but no plastic toys" is no request for plastic.

A count of words knows no "no". The stretch a negation reaches is therefore left out before anything is counted: up to
the next comma, "but", "and" or preposition, and a few words at most. Only negations of things are taken, which all five
languages say plainly; "we do not only make …" and `non-woven` deny nothing.
"""

from __future__ import annotations

import re

REACH = 3  # words that a negation reaches, little ones between them aside
REACH_HAN = 8  # characters
_VERBS_EN = "need|want|require|accept|buy|offer|make|produce|sell|supply|use|deal in|deal with|work with"
_VERBS_IT = "cerchiamo|vogliamo|produciamo|facciamo|vendiamo|offriamo|trattiamo|usiamo|servono|serve"
# Each ends before what is denied.
# `but no plastic`, not `no-show socks`, nor `no drill blinds`, which are wanted
_NO = (
    r"(?:(?<=[,;:.(!?\n])|(?<=\b(?:but|and|has|use))|(?<=\b(?:with|have|want|need)))\s{0,3}"
    r"\bno(?=\s+(?!matter\b|doubt\b|problem\b|less\b|more\b|longer\b|one\b|other\b|limits?\b|\d))"
)
# where it begins a clause: "sandals, not sneakers", not "is not"
_NOT = (
    r"(?:^|(?<=[,;:.(!?\n])|(?<=\bbut)|(?<=\baber)|(?<=\bund)|(?<=\band))\s{0,3}\b(?:not|nicht)\b"
    r"(?!\s+(?:only|just|limited|less|more|necessarily|nur|allein|bloß|zuletzt|weniger|mehr)\b)"
)
_NEGATIONS = (
    _NO,
    _NOT,
    rf"\b(?:do|does)(?:\s+not|n['’]t)\s+(?:{_VERBS_EN})\b(?!\s+only\b)",
    r"\b(?:except(?:\s+for)?|excluding|other\s+than|apart\s+from)\b",
    r"\bkein(?:e[nmrs]?)?\b",
    r"\b(?:außer|ausser|ausgenommen)\b",
    r"\bpas\s+(?:de\b|d['’])",
    r"\b(?:aucune?|sauf|hormis|excepté)\b",
    rf"\bnon\s+(?:{_VERBS_IT})\b(?!\s+solo\b)",
    r"(?<=,)\s*(?:ma\s+|mais\s+|e\s+|et\s+)?non\s+(?=(?:di|in|de|en|des|les|il|la|le|i|gli)\b)",
    r"\b(?:niente|nessuna?|nessun['’]?|tranne|eccetto|eccettuat[oaie])\b",
)
_DENYING = re.compile("|".join(_NEGATIONS), re.IGNORECASE)
_DENYING_HAN = re.compile(
    rf"(?:不需要|不要|不含|不做|不生产|不接受|不采购|不卖)[^\s，、。；：！？,;:.!?()（）的但而和]{{1,{REACH_HAN}}}"
    rf"(?:、[^\s，、。；：！？,;:.!?()（）的但而和]{{1,{REACH_HAN}}})*"
    rf"|除了?[^，。；：！？,;:.!?]{{1,{REACH_HAN}}}?(?<!户)(?:之外|以外|外)"
)
_MAY_DENY_HAN = re.compile("[不除]")
_WORD = re.compile(r"\s*[-–—/'’]?\s*([^\W_]+(?:[-'’][^\W_]+)*)")
# A denial goes on over these, and they do not count;
_LITTLE_WORDS = """
    of the a an any made or nor der die das den dem des aus von oder noch de d du des la le les l un une ou ni en di del
    della dei degli delle o né
"""
_LITTLE = frozenset(_LITTLE_WORDS.split())
# it ends before these.
_END_WORDS = """
    but and for in with from on at to which that only please since because aber und sondern für mit im bei nur bitte
    mais et pour avec dans par qui seulement ma e ed per con che solo ne
"""
_END = frozenset(_END_WORDS.split())


def affirmed(text: str) -> str:
    """A text without what it denies; the text itself where it denies nothing."""
    if _MAY_DENY_HAN.search(text):
        text = _DENYING_HAN.sub("，", text)
    found = _DENYING.search(text)
    if found is None:
        return text
    kept, begin = [], 0
    while found is not None:
        kept.append(text[begin : found.start()])
        begin = _end_of_denial(text, found.end())
        found = _DENYING.search(text, begin)
    return ", ".join([*kept, text[begin:]])


def _end_of_denial(text: str, begin: int) -> int:
    """Where what is denied from `begin` on ends."""
    words, end = 0, begin
    while words < REACH and (found := _WORD.match(text, end)):
        word = found[1].casefold()
        if word in _END:
            break
        words += word not in _LITTLE
        end = found.end()
    return end
