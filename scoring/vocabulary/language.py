"""Which language a paragraph is in, from its commonest little words; silent when it cannot tell."""

from __future__ import annotations

from collections.abc import Iterable

_LISTED = {
    "en": "the and of for with our we are is from to by as that this which have has all you your their also at on its",
    "fr": "le la les des du de et est nous nos pour avec dans une sur qui sont ainsi par plus aux ses leur vous ou son",
    "de": "der die das und fur fuer mit von wir sind ist unsere unser aus auf im eine ein den dem zu sowie bei auch",
    "it": "il la le di e per con che sono una un nel della delle dei degli nostra nostri nostre da si anche come gli",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _words in _LISTED.items():
    for _word in _words.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_language)
LITTLE_WORDS = frozenset(_LANGUAGES_OF)


def likely_language(words: Iterable[str]) -> str | None:
    """`en`, `fr`, `de` or `it` when folded `words` show it by at least two little words and a clear lead, else None."""
    known = [_LANGUAGES_OF[word] for word in words if word in _LANGUAGES_OF]
    if len(known) < 2:
        return None
    counts = dict.fromkeys(_LISTED, 0)
    for languages in known:
        for language in languages:
            counts[language] += 1
    *_, second, most = sorted(counts.values())
    if most < 2 or most < 1.5 * second:
        return None
    return max(counts, key=counts.__getitem__)
