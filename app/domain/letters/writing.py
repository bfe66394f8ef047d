"""From facts to a letter: subject, plain text and HTML, in one language, with times on the event's wall clock."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from importlib import resources

from app.core.clock import in_zone
from app.core.i18n import format_date, format_datetime, format_span, format_zone
from app.core.i18n import language as language_of_labels
from app.core.text import clean, one_line, shorten
from app.domain.agenda_changes import AgendaChange
from app.domain.letters.facts import Facts
from app.domain.timetables import Agenda, EventInfo, PersonalMeeting

LANGUAGES = ("en", "zh", "fr")
_LONGEST_NAME, _LONGEST_QUOTE = 80, 4_000  # characters
_ALONE = re.compile(r"\{(link|message|reason|meetings|changes)\}")
_BODY = "font:15px/1.5 'Segoe UI',Helvetica,Arial,'PingFang SC','Microsoft YaHei',sans-serif;color:#1b242c"
_BUTTON = (
    "display:inline-block;padding:9px 18px;border-radius:5px;background:#145c70;color:#ffffff;text-decoration:none"
)
_QUOTE = "margin:0 0 16px;padding:2px 14px;border-left:3px solid #d6dce1;color:#60707a;white-space:pre-line"
_SMALL = "color:#60707a;font-size:12px"


@dataclass(frozen=True)
class Letter:
    """What goes into a mail; `lang` is the language it came out in."""

    subject: str
    text: str
    html: str
    lang: str


@cache
def catalogue() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Kind → language → subject and body, with their placeholders; `common` holds the parts that letters share."""
    file = resources.files("app.domain.letters").joinpath("letters.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def letter_language(tag: str | None) -> str:
    """The language of letters that serves a BCP 47 tag best: one of `LANGUAGES`, English where none fits."""
    found = language_of_labels(tag)
    return found if found in LANGUAGES else "en"


def write_letter(facts: Facts, lang: str | None = "en") -> Letter:
    """The letter of these facts.

    Parameters
    ----------
    lang
        Any BCP 47 tag; a language that has no letters gives English.

    Raises
    ------
    ValueError
        If a link is none of http or https.
    """
    lang = letter_language(lang)
    words = catalogue()[facts.kind][lang]
    values = _values(facts, lang)
    blocks = [block.strip() for block in words["body"].strip().split("\n\n")]
    plain, marked = zip(*(_block(block, values, facts, lang) for block in blocks), strict=True)
    common = catalogue()["common"][lang]
    name = _short(facts.name)
    greeting = common["greeting"].format(name=name) if name else common["greeting_nobody"]
    signed = values.get("house") or values["event"]
    end = [f"{common['regards']}\n{signed}", common["automatic"]]
    subject = words["subject"].format_map({key: _short(value) for key, value in values.items()})
    text = "\n\n".join(part for part in (greeting, *plain, *end) if part) + "\n"
    inside = "".join(
        (_paragraph(escape(greeting)), *marked, _paragraph(f"{escape(common['regards'])}<br>{escape(signed)}"))
    )
    html = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{escape(subject)}</title></head>'
        f'<body style="{_BODY}"><div style="max-width:600px;margin:0 auto;padding:16px">{inside}'
        f'<p style="{_SMALL}">{escape(common["automatic"])}</p></div></body></html>\n'
    )
    return Letter(subject, text, html, lang)


def _values(facts: Facts, lang: str) -> dict[str, str]:
    """The placeholders that stand inside sentences, each on one line."""
    agenda: Agenda | None = getattr(facts, "agenda", None)
    event: EventInfo | None = agenda.event if agenda else getattr(facts, "event", None)
    zone = event.zone if event else getattr(facts, "zone", "UTC")
    values: dict[str, str] = {}
    for name in ("house", "counterpart", "organisation", "reference"):
        if hasattr(facts, name):
            values[name] = _short(getattr(facts, name))
    if event:
        values |= {"event": _short(event.name), "place": _short(event.place) or "–"}
    for name, field in (("expires", "expires_at"), ("erased", "erased_at")):
        if hasattr(facts, field):
            values[name] = _moment(getattr(facts, field), zone, lang)
    return values


def _block(block: str, values: Mapping[str, str], facts: Facts, lang: str) -> tuple[str, str]:
    """A paragraph as plain text and as HTML; both empty if it has nothing to say."""
    alone = _ALONE.fullmatch(block)
    if alone is None:
        said = block.format_map(values)
        return said, _paragraph(escape(said))
    if alone[1] == "link":
        return _link(str(getattr(facts, "link", "")), lang)
    if alone[1] in ("message", "reason"):
        said = shorten(clean(str(getattr(facts, alone[1]))).strip(), _LONGEST_QUOTE)
        quoted = "\n".join(f"> {line}".rstrip() for line in said.split("\n")) if said else ""
        return quoted, f'<blockquote style="{_QUOTE}">{escape(said)}</blockquote>' if said else ""
    lines = _changes(facts, lang) if alone[1] == "changes" else _meetings(facts, lang)
    items = "".join(f'<li style="margin-bottom:6px">{escape(line)}</li>' for line in lines)
    return "\n".join(f"- {line}" for line in lines), f'<ul style="padding-left:20px">{items}</ul>'


def _link(link: str, lang: str) -> tuple[str, str]:
    if not re.fullmatch(r"https?://[^\s<>\"]+", link):
        raise ValueError("a letter's link is a whole address that begins with https:// or http://")
    button = f'<a href="{escape(link)}" style="{_BUTTON}">{escape(catalogue()["common"][lang]["button"])}</a>'
    return link, _paragraph(f'{button}<br><span style="{_SMALL}">{escape(link)}</span>')


def _meetings(facts: Facts, lang: str) -> list[str]:
    agenda: Agenda = facts.agenda  # type: ignore[union-attr]  # only letters that have one name {meetings}
    held = [_meeting(meeting, agenda.event.zone, lang) for meeting in agenda.held]
    return held or [catalogue()["common"][lang]["none"]]


def _changes(facts: Facts, lang: str) -> list[str]:
    found: tuple[AgendaChange, ...] = facts.changes  # type: ignore[union-attr]  # only one kind names {changes}
    zone: str = facts.agenda.event.zone  # type: ignore[union-attr]
    common = catalogue()["common"][lang]
    return [
        common[change.kind].format(
            meeting=_meeting(change.meeting, zone, lang),
            before=_when_and_where(change.before, zone, lang) if change.before else "",
        )
        for change in found
    ]


def _meeting(meeting: PersonalMeeting, zone: str, lang: str) -> str:
    words = catalogue()["common"][lang]
    return words["meeting"].format(
        day=format_date(in_zone(meeting.starts_at, zone).date(), lang),
        span=format_span(meeting.starts_at, meeting.ends_at, zone, lang),
        zone=format_zone(zone, meeting.starts_at, lang),
        place=_place(meeting, lang),
        counterpart=_short(meeting.counterpart.names(lang)[0]),
    )


def _when_and_where(meeting: PersonalMeeting, zone: str, lang: str) -> str:
    day = format_date(in_zone(meeting.starts_at, zone).date(), lang, "medium")
    return f"{day}, {format_span(meeting.starts_at, meeting.ends_at, zone, lang)}, {_place(meeting, lang)}"


def _place(meeting: PersonalMeeting, lang: str) -> str:
    words, place = catalogue()["common"][lang], _short(meeting.place)
    return words["table"].format(place=place) if place else words["no_table"]


def _moment(moment: datetime, zone: str, lang: str) -> str:
    return f"{format_datetime(moment, zone, lang)}, {format_zone(zone, moment, lang)}"


def _paragraph(inside: str) -> str:
    return f"<p>{inside}</p>"


def _short(value: str) -> str:
    return shorten(one_line(value), _LONGEST_NAME)
