"""Reasons are plain text: a name in them is escaped once, by the page."""

from __future__ import annotations

import pytest
from fastapi import Request

from app.core.errors import ConflictError
from app.web.page import Page
from app.web.reasons import reason, refused


@pytest.mark.parametrize("lang", ["en", "zh", "fr"])
def test_a_reason_has_the_name_as_it_is(lang: str) -> None:
    page = Page(Request({"type": "http", "headers": []}), None, lang)
    assert "Petit Pois & Compagnie" in reason(page, "withdrawn", "Petit Pois & Compagnie")
    assert reason(page, "unheard of") == ""


def test_a_refusal_is_told_in_the_readers_language() -> None:
    error = ConflictError("The pair has met.", conflict="pair")
    told = {lang: refused(Page(Request({"type": "http", "headers": []}), None, lang), error) for lang in ("en", "zh")}
    assert told["en"] == "The pair has met."
    assert "&" not in told["zh"]
    assert told["zh"] != told["en"]
