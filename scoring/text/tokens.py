"""From a paragraph in any language to countable tokens.

Words are folded (NFKC, lower case, no accents) and stemmed. Runs of Chinese, Japanese or Korean characters have no
spaces: they become overlapping pairs. Character n-grams are cut inside words, with a space at either edge, and catch
inflections, compounds (Daunenjacke ~ Jacke) and misspellings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from scoring.text.porter import stem as english_stem
from scoring.vocabulary.inflect import stem as light_stem
from scoring.vocabulary.language import likely_language

_RUN = re.compile(r"[㐀-䶿一-鿿豈-﫿぀-ヿ가-힯]+|[^\W_㐀-䶿一-鿿豈-﫿぀-ヿ가-힯]+")
_ASCII_RUN = re.compile("[0-9a-z]+")  # the same in a text of plain letters, in half the time
_CJK = re.compile(r"[㐀-䶿一-鿿豈-﫿぀-ヿ가-힯]")

# Function words of the five languages and the phrases every fair list repeats; content words of trade stay in.
_FUNCTION_WORDS = """
    a about all also an and any are as at be been but by can could do does each for from get had has have how if in
    into is it its just like may more most much no not of on one only or other our out over own please s she so some
    such than that the their them then there these they this those through to too under up us very was we were what
    when where which while who will with without would you your i he his her him me my
    au aux avec ce ces cette dans de des du elle en est et eux il ils je la le les leur leurs lui mais ne nos notre
    nous ou par pas plus pour qui que quoi sa se ses son sont sur sans tous tout toute toutes un une vos votre vous
    aber als am an auch auf aus bei bin bis das dass dem den der des die dies diese dieser durch ein eine einem einen
    einer eines er es fur hat ich ihr ihre im ist kein keine keinem keinen
    keiner keines mit nach nicht noch nur oder ohne sein seine sich sie sind so sowie uber um und uns unser unsere
    unter vom von vor was wenn werden wie wir wird zu zum zur
    agli ai al alla alle allo anche che chi ci come con cui da dal dalla dalle dei del della delle dello di e ed gli ha
    hanno i il in la le lo loro ma nel nella nelle niente noi non nostra nostri nostro o per piu quale
    questa questo se senza si sia sono sua sue suo sul sulla tra tutti un una uno vi
"""
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
# What every request says and no supplier is chosen by: "we are looking for a reliable manufacturer of …".
_REQUEST_WORDS = """
    looking look seeking seek searching search sourcing source need needs wanted want require required interested maker
    makers manufacturer manufacturers producer producers supplier suppliers vendor vendors reliable
    cherchons recherchons cherche recherche voulons souhaitons besoin fabricant fabricants fournisseur fournisseurs
    suchen suche gesucht benotigen brauchen hersteller lieferant lieferanten produzent produzenten
    cerchiamo cerco ricerca vogliamo produttore produttori fornitore fornitori fabbricante fabbricanti
"""
REQUEST_WORDS = frozenset(_REQUEST_WORDS.split())
_CJK_REQUEST = re.compile("寻找|寻求|求购|采购|需要|想要|诚征|生产厂家|生产厂商|厂家|厂商|供应商|制造商|我们")
# How many and by when: "500 pcs", "10 tonnellate", "within 40 days", "2026年3月底" are in fields of their own.
# Lengths are bounded, so that a page of digits takes no longer than a page of words.
_PIECES = "pcs|pieces|pièces|pieces|stück|stueck|pezzi|pz|units|unités|einheiten|unità|sets|pairs|paires|paar|paia|kg"
_TIMES = (
    "tons?|tonnes?|tonnen|tonnellat[ae]|days|jours|tagen?|giorni|weeks|semaines|wochen|settimane|months|mois|"
    "monaten?|mesi"
)
_ORDERED = re.compile(
    rf"\b(?P<pieces>\d[\d.,' ]{{0,12}})\s?(?:{_PIECES})\b|\b\d[\d.,]{{0,9}}(?:\s?[-–]\s?\d{{1,4}})?\s?(?:{_TIMES})\b"
    r"|(?P<counted>\d[\d,]{0,9})\s?[件个條条双套只台打]|\d[\d,]{0,9}\s?(?:吨|天|周|个月)"
    r"|(?:\d{4}年)?\d{1,2}月(?:\d{1,2}[日号]|底|初|[上中下]旬)?|\d{4}年",
    re.IGNORECASE,
)
_ORDER_LEAST = 50  # pieces of an order; "3 pieces" and "5 kg" say what the thing is
CJK_STOP = frozenset("的了和与是在有我们为及等或也之以于并就都而其")


def fold(word: str) -> str:
    """Lower case without accents or width variants: "Écharpe" and "echarpe", "Ｔ" and "t" are one."""
    flat = unicodedata.normalize("NFKC", word).casefold()
    if flat.isascii():
        return flat
    return "".join(c for c in unicodedata.normalize("NFKD", flat) if not unicodedata.combining(c))


def runs(text: str) -> list[str]:
    """Folded words and unbroken CJK runs, in order."""
    if text.isascii():
        return _ASCII_RUN.findall(text.lower())
    return _RUN.findall(fold_text(text))


def fold_text(text: str) -> str:
    """A whole text, folded."""
    if text.isascii():
        return text.lower()
    flat = unicodedata.normalize("NFKC", text).casefold()
    if flat.isascii():
        return flat
    return unicodedata.normalize(
        "NFC", "".join(c for c in unicodedata.normalize("NFKD", flat) if not unicodedata.combining(c))
    )


def accented(text: str) -> dict[str, str]:
    """How the words that `runs` folds are written in a text, in lower case; the first way where there are two."""
    if text.isascii():
        return {}
    out: dict[str, str] = {}
    for word in _RUN.findall(unicodedata.normalize("NFKC", text)):
        out.setdefault(fold_text(word), word.lower())
    return out


def is_unspaced(run: str) -> bool:
    """Whether a run is of a script that puts no spaces between words."""
    return _CJK.match(run) is not None


def words(text: str) -> list[str]:
    """Stemmed content words, and pairs of characters where a script has no spaces."""
    return [feature for feature, _ in spelled(text)]


def spelled(text: str) -> list[tuple[str, str]]:
    """The features of `words`, each with how it is written in the text.

    A text that shows itself to be French, German or Italian gets that language's light stems, any other English ones:
    else `fabricant`, a maker, would fall together with `fabric`.
    """
    found = runs(text)
    return stems(found, likely_language(found))


def stems(found: Iterable[str], language: str | None) -> list[tuple[str, str]]:
    """(feature, run) of the content words among the runs of a text in `language`."""
    out: list[tuple[str, str]] = []
    light = language in ("fr", "de", "it")
    for run in found:
        if _CJK.match(run):
            kept = [c for c in run if c not in CJK_STOP]
            pairs = [a + b for a, b in pairwise(kept)] or kept
            out.extend((pair, pair) for pair in pairs)
        elif run not in STOP_WORDS and (len(run) > 1 or run.isdigit()):
            out.append((light_stem(run, str(language)) if light else english_stem(run), run))
    return out


@lru_cache(maxsize=200_000)
def _grams(run: str, low: int, high: int) -> tuple[str, ...]:
    if _CJK.match(run):
        return tuple(run[i : i + n] for n in (1, 2, 3) for i in range(len(run) - n + 1))
    padded = f" {run} "
    if len(padded) <= low:
        return (padded,)
    return tuple(padded[i : i + n] for n in range(low, high + 1) for i in range(len(padded) - n + 1))


def grams(text: str, low: int = 3, high: int = 3) -> list[str]:
    """Character 3-grams of the content words (1 to 3 characters where a script has no spaces).

    Three alone measured better than three to five on both development lists, and takes a third of the memory.
    """
    out: list[str] = []
    for run in runs(text):
        if run not in STOP_WORDS:
            out.extend(_grams(run, low, high))
    return out


@lru_cache(maxsize=64)
def _kept(text: str) -> tuple[str, ...]:
    """The runs of a request but for the words that every request has; none where function words alone are left.

    Remembered for the few moments in which a request is read as words and as a title.
    """
    said = _CJK_REQUEST.sub(" ", _ORDERED.sub(_without_amount, text))
    kept = [run for run in runs(said) if run not in REQUEST_WORDS]
    return () if STOP_WORDS.issuperset(kept) else tuple(kept)


def _without_amount(found: re.Match[str]) -> str:
    """Nothing in place of how many are ordered; a few pieces or kilograms are part of what a thing is."""
    amount = "".join(letter for letter in found["pieces"] or found["counted"] or "" if letter.isdigit())
    return found[0] if amount and int(amount) < _ORDER_LEAST else " "


def wished(text: str) -> list[str]:
    """The runs of `wish`; those of plain letters are not put together to be cut again."""
    return list(_kept(text)) or runs(text) if text.isascii() else runs(wish(text))


def wish(text: str) -> str:
    """A request without the words that every request has; the text itself when nothing else is left."""
    return " ".join(_kept(text)) or text
