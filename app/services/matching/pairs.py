"""The rows of one request: its listed suppliers, and the best that fail a gate, told in every language."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np

from app.core.i18n import text
from app.core.ids import new_id
from app.db.models import MatchRun
from app.services.explanations import LANGUAGES
from app.services.matching.plan import Ask
from app.services.matching.stored import failure, words
from scoring import SupplierRanker, combine_mutual

#: suppliers kept that would rank well and fail a gate
LEFT_OUT = 3


class Pairs:
    """Writes rows of matches for one run; a row depends on nothing but its request, the model and the plan."""

    def __init__(self, run: MatchRun, ranker: SupplierRanker, providers: dict[str, UUID]) -> None:
        self._run = run
        self._ranker = ranker
        self._providers = providers

    def of(self, ask: Ask) -> list[dict[str, Any]]:
        """One row per kept pair."""
        return self._listed(ask) + self._left_out(ask)

    def _listed(self, ask: Ask) -> list[dict[str, Any]]:
        if not ask.listed:
            return []
        codes = [listed.supplier for listed in ask.listed]
        told = {lang: self._ranker.explain_many(ask.record, codes, lang=lang) for lang in LANGUAGES}
        forward = np.array([why.score for why in told["en"]])
        mutual = combine_mutual(forward, np.array([listed.backward for listed in ask.listed]))
        rows = []
        for at, listed in enumerate(ask.listed):
            explanation = words({lang: told[lang][at] for lang in LANGUAGES})
            if listed.delegates:
                explanation["members"] = listed.delegates
            explanation["notes"] += _moved(listed.moved_from, at + 1)
            rows.append(
                self._row(ask, listed.supplier)
                | {
                    "rank": at + 1,
                    "score": float(forward[at]),
                    "probability": told["en"][at].probability,
                    "backward": listed.backward,
                    "backward_rank": listed.backward_rank,
                    "mutual": float(mutual[at]),
                    "explanation": explanation,
                    "failed": None,
                }
            )
        return rows

    def _left_out(self, ask: Ask) -> list[dict[str, Any]]:
        """The best that fail a gate, but for those whose exclusion goes without saying."""
        count = LEFT_OUT + len(ask.no_news)
        told = {lang: self._ranker.left_out(ask.record, k=count, lang=lang) for lang in LANGUAGES}
        places = [n for n, out in enumerate(told["en"]) if out.supplier not in ask.no_news][:LEFT_OUT]
        return [
            self._row(ask, told["en"][place].supplier)
            | {
                "rank": None,
                "score": float(told["en"][place].score),
                "probability": None,
                "backward": None,
                "backward_rank": None,
                "mutual": None,
                "explanation": {},
                "failed": failure({lang: told[lang][place] for lang in LANGUAGES}),
            }
            for place in places
        ]

    def _row(self, ask: Ask, code: str) -> dict[str, Any]:
        return {
            "id": new_id(),
            "event_id": self._run.event_id,
            "run_id": self._run.id,
            "request_id": ask.request_id,
            "revision_id": ask.revision_id,
            "seeker_id": ask.seeker_id,
            "provider_id": self._providers[code],
        }


def _moved(plain: int | None, place: int) -> list[dict[str, str]]:
    """What a place owes to the dial, in every language; nothing where score alone gives it."""
    if plain is None:
        return []
    key = "evenness.up" if plain > place else "evenness.down"
    return [{lang: text(key, lang, place=plain) for lang in LANGUAGES}]
