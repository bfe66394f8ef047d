"""What a form said, checked field by field, so that it can be shown again with each fault at its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Request
from markupsafe import Markup
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from app.core.crypto import content_hash
from app.core.errors import AppError, ChangedMeanwhileError
from app.core.i18n import format_number
from app.domain.lists.dates import UnclearDateError, read_date, read_moment
from app.web import numbers, sentences, words

T = TypeVar("T")
_MOST_FIELDS = 2_000


class Form:
    """The fields of a form by name, and what is wrong with them; `refusal` is what a service said.

    Reading a field strips it; a field that is missing is empty. Faults are kept by field, those of no field under "".
    """

    def __init__(self, given: Mapping[str, Sequence[str]] | None = None, lang: str = "en",
                 files: Mapping[str, list[UploadFile]] | None = None) -> None:  # fmt: skip
        self._given = {name: [value.strip() for value in values] for name, values in (given or {}).items()}
        self._files = dict(files or {})
        self.faults: dict[str, list[str]] = {}
        self.status = 200
        self.refusal: AppError | None = None
        self.lang = lang

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def __getitem__(self, name: str) -> str:
        """The text of a field, "" if it was not sent."""
        values = self._given.get(name) or [""]
        return values[-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    @classmethod
    def filled(cls, values: Mapping[str, Any], lang: str = "en") -> Form:
        """A form as it is first shown, filled with what is known; None leaves a field empty."""
        shown: dict[str, list[str]] = {}
        for name, value in values.items():
            many = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
            shown[name] = ["" if each is None else str(each) for each in many]
        return cls(shown, lang)

    def with_sent(self, sent: Form) -> Form:
        """This form with what was sent of it, and what is wrong with that."""
        both = Form({**self._given, **sent._given}, self.lang)
        both.faults, both.status, both.refusal = sent.faults, sent.status, sent.refusal
        return both

    def marked(self) -> Form:
        """This form, with a mark of what it shows in its field `seen`: see `written_over`."""
        self._given["seen"] = [content_hash(json.dumps(self._given, sort_keys=True))[:16]]
        return self

    def written_over(self, now: Form) -> bool:
        """Whether others have saved since this form was opened what it would undo; that is said at its fields.

        `now` is the form as it would be opened now. Sent once more, this one replaces what was saved.
        """
        if self["seen"] in ("", now["seen"]):
            return False
        theirs = [name for name in now if name != "seen" and self._meant(name) != now._meant(name)]
        if not theirs:
            return False
        self.status = ChangedMeanwhileError.status
        self.fault("", words.say("Somebody has saved this since you opened it, and yours is not saved yet. Save again "
                                 "to replace what was saved.", self.lang))  # fmt: skip
        for name in theirs:
            value = words.comma(self.lang).join(now._lines(name)) or "–"
            self.fault(name, words.say("Saved meanwhile: {value}", self.lang, value=value))
        self._given["seen"] = [now["seen"]]
        return True

    def _lines(self, name: str) -> list[str]:
        """What stands in a field, a line or a ticked box each."""
        return [line.strip() for value in self.all(name) for line in value.splitlines() if line.strip()]

    def _meant(self, name: str) -> list[str]:
        """The same, to be compared: numbers by their value, boxes in any order."""
        meant = []
        for line in self._lines(name):
            try:
                meant.append(str(numbers.typed(line, self.lang)))
            except ValueError:
                meant.append(line)
        return sorted(meant)

    def all(self, name: str) -> list[str]:
        """All values of a field that may be sent several times (boxes), the empty ones left out."""
        return [value for value in self._given.get(name, []) if value]

    def sent(self, name: str) -> list[str]:
        """All values of a field, empty ones too, to be sent again as they were."""
        return list(self._given.get(name, []))

    @property
    def has_files(self) -> bool:
        return bool(self._files)

    def files(self, name: str) -> list[tuple[str, bytes]]:
        """The files that were sent in a field, each with its name."""
        return [(each.filename or "file", each.file.read()) for each in self._files.get(name, [])]

    def lines(self, name: str) -> list[str]:
        """The lines of a text field, the empty ones left out."""
        return [line.strip() for line in self[name].splitlines() if line.strip()]

    def text(self, name: str, *, needed: bool = False, most: int = 10_000) -> str | None:
        """A text, or None where nothing was entered."""
        value = self[name]
        if not value:
            if needed:
                self._missing(name)
            return None
        if len(value) > most:
            self.fault(name, words.say("At most {most} characters; these are {count}.", self.lang, most=most,
                                       count=len(value)))  # fmt: skip
            return None
        return value

    def integer(self, name: str, *, needed: bool = False, least: int = 0, most: int = 2_000_000_000) -> int | None:
        """A whole number; separators of thousands are taken."""
        value = self.number(name, needed=needed, least=least, most=most)
        if value is not None and value != int(value):
            self.fault(name, words.say("Write a whole number, for example {example}.", self.lang, example="600"))
            return None
        return None if value is None else int(value)

    def number(self, name: str, *, needed: bool = False, least: float = 0, most: float = 1e15) -> float | None:
        """A number as people type it, in the conventions of the form's language; see `app.web.numbers`."""
        if not self[name]:
            if needed:
                self._missing(name)
            return None
        try:
            value = numbers.typed(self[name], self.lang)
        except numbers.AmbiguousNumberError as two:
            self.fault(name, words.say("This may be {large} or {small}; write it like one of these.", self.lang,
                                       large=two.large, small=two.small))  # fmt: skip
            return None
        except ValueError:
            example = numbers.shown(1250.5, self.lang)
            self.fault(name, words.say("Write a number, for example {example}.", self.lang, example=example))
            return None
        if not least <= value <= most:
            self.fault(name, words.say("Between {least} and {most}, please.", self.lang,
                                       least=format_number(least, self.lang, 6),
                                       most=format_number(most, self.lang, 6)))  # fmt: skip
            return None
        return value

    def day(self, name: str, *, needed: bool = False) -> date | None:
        """A date: as date fields send it, or as people type one where it can be one day only."""
        return self._told(name, _a_day, needed, "2025-09-15", str)

    def moment(self, name: str, *, needed: bool = False) -> datetime | None:
        """A local date and time without a zone, as such fields send it or as people type it."""
        return self._told(name, _a_moment, needed, "2025-09-15T13:30", lambda at: f"{at:%Y-%m-%dT%H:%M}")

    def clock(self, name: str, *, needed: bool = False) -> time | None:
        """A time of day, as time fields send it or as people type it."""
        return self._told(name, _a_time, needed, "13:30", lambda at: f"{at:%H:%M}")

    def id(self, name: str, *, needed: bool = True) -> UUID | None:
        """The id of a thing chosen from a list."""
        return self._parsed(name, UUID, needed, "–")

    def chosen(self, name: str, among: Sequence[str], *, needed: bool = True) -> str | None:
        """One of a few."""
        value = self[name]
        if value in among:
            return value
        if value or needed:
            self.fault(name, words.say("Choose one of those offered.", self.lang))
        return None

    def yes(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self[name] not in ("", "no", "off", "0")

    def shape(self, model: type[BaseModel], values: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Any:
        """The values as a model of the domain; None, with the faults kept, where it refuses them.

        `names` says which field of the form shows the faults of a field of the model; else the one of the same name.
        """
        try:
            return model.model_validate_json(json.dumps(dict(values), default=str))
        except ValidationError as error:
            for each in error.errors():
                top = str(each["loc"][0]) if each["loc"] else ""
                place = ".".join(str(part) for part in each["loc"][1:])
                said = sentences.plain(each["msg"].removeprefix("Value error, "), self.lang)
                self.fault((names or {}).get(top, top), f"{place + ': ' if place else ''}{said}")
            return None

    def fault(self, name: str, message: str | Markup) -> None:
        """Keep what is wrong with a field; the form is then shown again with status 422."""
        self.faults.setdefault(name, []).append(words.plain(message))  # the page it is shown on escapes it
        self.status = self.status if self.status >= 400 else 422

    @property
    def right(self) -> bool:
        return not self.faults

    @property
    def elsewhere(self) -> list[str]:
        """Faults of no field that the form shows."""
        return [text for name, texts in self.faults.items() if name not in self._given for text in texts]

    @contextmanager
    def attempt(self, session: Session) -> Iterator[None]:
        """Do something that a service may refuse: its words become faults of the form, and nothing of it stays."""
        point = session.begin_nested()
        try:
            yield
            session.flush()
        except AppError as error:
            point.rollback()
            session.info["kept"] = False
            self.refused(error)
        else:
            point.commit()

    def refused(self, error: AppError) -> None:
        """Keep what a service said, at the fields that it named."""
        found = error.details.get("errors") or [{"field": error.details.get("field") or "", "message": error.message}]
        for each in found:
            said = str(each.get("message") or error.message)
            self.fault(str(each.get("field") or ""), sentences.plain(said, self.lang))
        self.status, self.refusal = error.status, error

    def _missing(self, name: str) -> None:
        self.fault(name, words.say("This is needed.", self.lang))

    def _told(self, name: str, parse: Callable[[str], T], needed: bool, example: str,
              field: Callable[[T], str]) -> T | None:  # fmt: skip
        """A date or time; where it was understood the field holds it as date fields want it, to be shown again."""
        try:
            found = self._parsed(name, parse, needed, example)
        except UnclearDateError as two:
            one, other = (day.isoformat() for day in two.days)
            self.fault(name, words.say("This may be {large} or {small}; write it like one of these.", self.lang,
                                       large=one, small=other))  # fmt: skip
            return None
        if found is not None:
            self._given[name] = [field(found)]
        return found

    def _parsed(self, name: str, parse: Callable[[str], T], needed: bool, example: str) -> T | None:
        value = self[name]
        if not value:
            if needed:
                self._missing(name)
            return None
        try:
            return parse(value)
        except UnclearDateError:
            raise
        except ValueError:
            self.fault(name, words.say("Write it like {example}.", self.lang, example=example))
            return None


def _a_day(text: str) -> date:
    """One day; a month alone is none."""
    found = read_date(text)
    if found != read_date(text, last_day=True):
        raise ValueError(text)
    return found


def _a_moment(text: str) -> datetime:
    found = read_moment(text)
    if not isinstance(found, datetime) or found.tzinfo:
        raise ValueError(text)
    return datetime.combine(read_date(found.date()), found.time())  # within the years that there are


def _a_time(text: str) -> time:
    found = read_moment(text)
    if not isinstance(found, time):
        raise ValueError(text)
    return found


async def read_form(request: Request, lang: str) -> Form:
    """What was sent; files are kept apart."""
    sent: FormData = await request.form(max_fields=_MOST_FIELDS, max_files=20)
    given: dict[str, list[str]] = {}
    files: dict[str, list[UploadFile]] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str):
            given.setdefault(name, []).append(value.replace("\x00", ""))
        elif value.filename:
            files.setdefault(name, []).append(value)
    return Form(given, lang, files)
