"""The log of a process: one line an event, as text or JSON, and never what people sent.

A line holds when, how grave, who says it, the request it belongs to, and a sentence. An error comes with its class and
the lines of our code it passed, not with its message: messages quote names, letters and keys. What is left is searched
for keys, passwords and addresses of people all the same. Libraries speak from WARNING up at any level: what they say
below it are the bytes they move.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from app.core.settings import Settings

#: id of the request that is being answered here
REQUEST: ContextVar[str | None] = ContextVar("request", default=None)
#: what a line may carry beside its sentence, in this order
_FACTS = ("request", "method", "route", "status", "ms", "tenant", "run")
_OURS = ("app", "uvicorn")
_HIDDEN = "***"
_SECRETS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',;]+"), rf"\1 {_HIDDEN}"),
    (re.compile(r"\bfm_[A-Za-z0-9_~.-]+"), f"fm_{_HIDDEN}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s/]*@"), rf"\1:{_HIDDEN}@"),
    (re.compile(r"(?i)\b([\w-]*(?:password|secret|token|api[_-]?key|cookie)\W{1,4})[^\s\"'&,;)}\]]+"), rf"\1{_HIDDEN}"),
    (re.compile(r"[^\s@<>\"'(=:,/]+@[^\s@<>\"'),;]+\.\w{2,}"), f"{_HIDDEN}@{_HIDDEN}"),
)  # fmt: skip


def redact(text: str) -> str:
    """Return the text without keys, passwords and e-mail addresses."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def config(settings: Settings) -> dict[str, Any]:
    """How Python's logging is set up; for `logging.config.dictConfig`, in each process of the service."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": f"{__name__}.{'Json' if settings.log_format == 'json' else 'Text'}Lines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"level": _not_below(settings.log_level, "WARNING"), "handlers": ["stderr"]},
        "loggers": {
            **{name: {"level": settings.log_level, "handlers": [], "propagate": True} for name in _OURS},
            # the job queue would bring a form of its own, with the messages of errors
            "dbos": {"level": "ERROR", "handlers": ["stderr"], "propagate": False},
            # ours says the same with the route in place of the address, which may hold a name or a key
            "uvicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }


def _not_below(level: str, least: str) -> str:
    levels = logging.getLevelNamesMapping()
    return max(level, least, key=lambda name: levels[name])


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """Everything that a line says, ready to be written."""
    found: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": redact(record.getMessage()).replace("\n", "\n    "),
    }
    values = {"request": REQUEST.get()} | record.__dict__
    found |= {name: values[name] for name in _FACTS if values.get(name) is not None}
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        found |= {"error": type(error).__name__, "trace": _trace(error)}
    return found


def _trace(error: BaseException) -> list[str]:
    """Where an error came from, the innermost last, and the errors that it was raised from before it."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    frames = traceback.extract_tb(error.__traceback__)
    return [
        *(_trace(earlier) if earlier else []),
        *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames),
        f"{type(error).__module__}.{type(error).__qualname__}{_technical(error)}",
    ]


def _technical(error: BaseException) -> str:
    """What the system or the database said, where that cannot quote anybody's data."""
    state, code = getattr(error, "sqlstate", None), getattr(error, "sqlite_errorname", None)
    said = state or code or (error.strerror if isinstance(error, OSError) else None)
    return f": {redact(str(said))}" if said else ""


class JsonLines(logging.Formatter):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(facts(record), ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """A line for people; where an error came from stands below it."""

    def format(self, record: logging.LogRecord) -> str:
        told = facts(record)
        head = f"{told.pop('time')} {told.pop('level'):7} {told.pop('logger')}: {told.pop('message')}"
        trace = "".join(f"\n    {line}" for line in told.pop("trace", ()))
        return f"{head}{''.join(f' {name}={value}' for name, value in told.items())}{trace}"
