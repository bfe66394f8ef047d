"""What a match says for itself: stored once in every language, read in one.

Stored form: {"terms": [{"name", "points", "most", "because": {lang: text}}], "gates": [{"name", "state", "wanted":
{lang: text}, "found": {lang: text}}], "unknown": [field …], "lifts": [{"change": {lang: text}, "score", "rank"}],
"notes": [{lang: text}], "members": [{"id", "name", "can": [code …]}]}; matches stored before there were notes have
none, and only delegations have members.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LANGUAGES = ("en", "zh", "fr", "de", "it")


def language(tag: str) -> str:
    """The language we speak that is nearest to a tag: zh-Hans is zh, what we do not speak is English."""
    primary = tag.split("-")[0].lower()
    return primary if primary in LANGUAGES else "en"


def said(words: Any, lang: str) -> str:
    """A stored text in one language."""
    if isinstance(words, Mapping):
        return str(words.get(lang) or words.get("en") or "")
    return str(words or "")


def in_language(explanation: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """An explanation as the API shows it; gates that failed are not among these, they left the pair out."""
    return {
        "terms": [
            {"name": term["name"], "points": term["points"], "because": said(term["because"], lang)}
            for term in explanation.get("terms", [])
        ],
        "gates": [{"name": gate["name"], "state": gate["state"]} for gate in explanation.get("gates", [])],
        "unknown": list(explanation.get("unknown", [])),
        "lifts": [
            {"change": said(lift["change"], lang), "score": lift["score"], "rank": lift["rank"]}
            for lift in explanation.get("lifts", [])
        ],
        "notes": [said(note, lang) for note in explanation.get("notes", [])],
        "members": list(explanation.get("members", [])),
    }


def strongest(explanation: Mapping[str, Any], lang: str, count: int) -> tuple[str, ...]:
    """The reasons of the terms that add most, best first."""
    terms = sorted(explanation.get("terms", []), key=lambda term: -term["points"])
    return tuple(said(term["because"], lang) for term in terms[:count] if term["points"] > 0)


def in_every(told: Mapping[str, Any]) -> Any:
    """One thing told in each of `LANGUAGES`, as one to be kept: texts that differ become {lang: text}."""
    first = next(iter(told.values()))
    if isinstance(first, Mapping):
        return {key: in_every({lang: one[key] for lang, one in told.items()}) for key in first}
    if isinstance(first, list):
        return [in_every({lang: one[n] for lang, one in told.items()}) for n in range(len(first))]
    return first if all(one == first for one in told.values()) else dict(told)


def in_one(kept: Any, lang: str) -> Any:
    """What `in_every` kept, as it was told in one language."""
    if isinstance(kept, Mapping):
        if kept.keys() == set(LANGUAGES):
            return kept[lang]
        return {key: in_one(one, lang) for key, one in kept.items()}
    return [in_one(one, lang) for one in kept] if isinstance(kept, list) else kept
