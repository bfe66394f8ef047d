"""Read the description of an edition from a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from app.core.errors import InvalidInputError
from app.domain.fairs import EventShape

_MOST_BYTES = 2_000_000


def read_edition(path: Path) -> EventShape:
    """Return the edition that a file describes; raise InvalidInputError naming every field that is wrong."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InvalidInputError(f"{path} is larger than {_MOST_BYTES:,} bytes; that is no description of an event.")
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{path} is not UTF-8 text; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"{path} is not valid TOML: {error}.") from error
    try:
        return EventShape.model_validate(data)
    except ValidationError as error:
        faults = [f"{'.'.join(str(part) for part in e['loc']) or 'event'}: {e['msg']}" for e in error.errors()]
        raise InvalidInputError(f"{path} does not describe an event: {'; '.join(faults)}.", problems=faults) from error
