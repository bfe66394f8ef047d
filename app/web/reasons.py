"""What stands in the way of a meeting, in the reader's language; as plain text, which pages escape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from app.core.errors import AppError
from app.web import sentences
from app.web.page import Page

_BETWEEN = {"en": "; ", "fr": " ; ", "zh": "；"}


def reason(page: Page, code: str, name: str = "") -> str:
    """Why a slot will not do; `name` is whom it is about, where it is somebody. A code we do not know is ""."""
    who = name or page.say("one of the two")
    told: Mapping[str, Markup] = {
        "blocked": page.say("one of the two has blocked the other"),
        "withdrawn": page.say("{name} has withdrawn", name=who),
        "pair": page.say("the two meet already, and once is the rule"),
        "maximum": page.say("{name} has as many meetings as it may have", name=who),
        "availability": page.say("{name} is not available then", name=who),
        "participant": page.say("{name} has another meeting then", name=who),
        "held": page.say("a request of {name} holds this slot", name=who),
        "place": page.say("no table is free then, or the one named is taken"),
        "interpreter": page.say("no interpreter for the two is free then"),
        "length": page.say("the session ends before the meeting would"),
        "locked": page.say("the meeting is locked; unlock it first"),
        "state": page.say("what it is now does not allow that"),
        "schedule": page.say("the meeting belongs to a schedule that is not the current one"),
    }
    return told.get(code, Markup()).unescape()


def refused(page: Page, error: AppError) -> str:
    """A sentence for what a service refused, in the reader's language; where nobody has translated it, by its code."""
    said = sentences.translated(error.message, page.lang)
    known = reason(page, str(error.details.get("conflict") or ""))
    if said is not None or not known:
        return said or error.message
    return page.say("Not done: {why}.", why=known).unescape()


def because(page: Page, reasons: list[dict[str, Any]]) -> str:
    """All that stands in the way in one slot, as `slots_shown` tells it."""
    return _BETWEEN[page.lang].join(
        reason(page, one["code"], page.name_of(one["organisation"]) if one["organisation"] else "") for one in reasons
    )
