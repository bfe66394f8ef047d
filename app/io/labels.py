"""What exported files call a thing that is a code inside: kinds of participants."""

from __future__ import annotations

from app.domain.vocabulary import vocabulary


def kind_label(kind: str, lang: str) -> str:
    """A kind of participant in words: `brand-owner` gives `Brand owner`, `品牌商`; other text stays as it is."""
    kinds = vocabulary("kinds")
    return kinds.label(kind, lang) if kind in kinds.terms else kind
