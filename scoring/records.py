"""Reading flat records: dicts or a DataFrame in, checked and coded `Record`s out.

A record never loses what it could not code: unresolved words stay visible and are compared as text.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any

from scoring import codes, fields, places
from scoring.errors import RecordError
from scoring.fields import Side
from scoring.measures import currency_of, unit_of
from scoring.text.denied import affirmed

_AT_A_TIME = 2048  # rows of a DataFrame made into dicts at a time
_ATOMS = frozenset((str, int, float, bool))  # what JSON holds as it is
_TEXTS = frozenset((str,))
_WISHES = (*fields.DEMAND_FIELDS, *fields.SAME_AS, "capacity_per_month")  # what `must` and `info` may name
_LOW_AND_HIGH = (("price_from", "price_to"), *fields.ENDS.values())
_NUMBERS = {
    "supplier": (*fields.BOTH_NUMBERS, *fields.SUPPLIER_NUMBERS),
    "demand": (*fields.BOTH_NUMBERS, *fields.DEMAND_NUMBERS),
}
_LARGE = 1e300  # numbers below it are read without a second look
EVIDENCE = {"declared": 0.75, "documented": 0.9, "verified": 1.0, "expired": 0.0}


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate: its code, until when it is valid (None: no end known) and how well it is proven."""

    code: str
    valid_to: dt.date | None = None
    evidence: str = "declared"


@dataclass(slots=True)
class Record:
    """One checked record. `codes` and `places` hold what each list was resolved to, `unresolved` the words that were
    not."""

    id: str
    side: Side
    name: str = ""
    text: str = ""
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unresolved: dict[str, tuple[str, ...]] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    numbers: dict[str, float] = field(default_factory=dict)
    dates: dict[str, dt.date] = field(default_factory=dict)
    unit: tuple[str, float] | None = None
    currency: str | None = None
    transit: dict[str, float] = field(default_factory=dict)
    must: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)
    _mentions: tuple[tuple[str, str], ...] | None = None
    _hints: tuple[tuple[str, str], ...] | None = None

    @property
    def description(self) -> str:
        """What the record says of itself in running text. A demand's name is the buyer's: it counts only alone."""
        if self.side == "supplier" or not (self.text or self.words):
            return f"{self.name}\n{self.text}".strip()
        return self.text

    @property
    def mentions(self) -> tuple[tuple[str, str], ...]:
        """(vocabulary, code) of every concept the description mentions; looked up once."""
        if self._mentions is None:
            self._mentions = codes.mentioned(self.description)
        return self._mentions

    @property
    def hints(self) -> tuple[tuple[str, str], ...]:
        """(vocabulary, code) of everyday words and of meanings left open, in the description, the words of the lists
        and the equipment; looked up once."""
        if self._hints is None:
            said = (self.description, *self.words, *self.equipment)
            self._hints = tuple(dict.fromkeys(hint for part in said for hint in codes.hinted(part)))
        return self._hints

    @property
    def rules_out(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(gate, ids) of each list of suppliers that a demand rules out by id."""
        lists = (("exclude", self.exclude), ("partners", self.partners))
        return tuple((name, ids) for name, ids in lists if ids)

    def changed(self, **other: Any) -> Record:
        """A copy in which some attributes are others, read as they are (`dataclasses.replace` takes five times as
        long)."""
        out = Record(*_ALL_OF_IT(self))
        for name, value in other.items():
            setattr(out, name, value)
        return out

    def has(self, name: str) -> tuple[str, ...]:
        """Codes of a list field, empty when it is not stated."""
        return self.codes.get(name, ())

    def number(self, name: str) -> float:
        """A number, NaN when it is not stated."""
        return self.numbers.get(name, math.nan)


_ALL_OF_IT = attrgetter(*Record.__slots__)  # in the order the constructor takes them


def rows_of(data: Any, what: str) -> list[Mapping[str, Any]]:
    """The rows of a list of dicts, of one dict, or of a DataFrame (its empty cells dropped)."""
    if isinstance(data, Mapping):
        return [data]
    if hasattr(data, "to_dict") and hasattr(data, "columns"):
        return [{k: v for k, v in row.items() if not is_missing(v)} for row in data.to_dict("records")]
    if isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        raise RecordError(f"{what}: expected a list of dicts or a DataFrame, found {type(data).__name__}")
    rows = list(data)
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise RecordError(f"{what}: row {number} is a {type(row).__name__}, expected a dict of fields")
    return rows


def is_missing(value: Any) -> bool:
    """None, NaN, NaT, an empty string or an empty list: not stated."""
    kind = type(value)
    if kind is str:
        return not value.strip()
    if kind is list or kind is int or value is None:
        return not value and kind is not int
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, float):
        return math.isnan(value)
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        return not value
    return type(value).__name__ in ("NaTType", "NAType")


def read(data: Any, side: Side) -> list[Record]:
    """Check and code every row of one side, in the order given.

    Raises
    ------
    RecordError
        An unknown field (with the nearest known one), a missing or repeated id, a value that cannot be read.
    """
    return list(stream(data, side))


def stream(data: Any, side: Side) -> Iterator[Record]:
    """`read`, one record after the other: also from a generator, and from the path of a file with a JSON object in
    each line."""
    what = "suppliers" if side == "supplier" else "demands"
    seen: dict[str, int] = {}
    for number, row in enumerate(raw_rows(data, what)):
        record = read_one(row, side, f"{what}[{number}]")
        first = seen.setdefault(record.id, number)
        if first != number:
            raise RecordError(
                f"{what}[{number}]: id {record.id!r} is already the id of {what}[{first}]; ids must be unique"
            )
        yield record


def raw_rows(data: Any, what: str) -> Iterator[Mapping[str, Any]]:
    """Rows one after the other, of whatever `stream` takes."""
    if isinstance(data, Path):
        yield from rows_of_lines(lines_of(data), data)
    elif hasattr(data, "to_dict") and hasattr(data, "iloc"):
        for start in range(0, len(data), _AT_A_TIME):
            yield from rows_of(data.iloc[start : start + _AT_A_TIME], what)
    elif isinstance(data, Iterator):
        for number, row in enumerate(data):
            if type(row) is dict:
                yield row
            else:
                yield from rows_of([row], f"{what}[{number}]")
    else:
        yield from rows_of(data, what)


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file, without the mark that some programs put before UTF-8. Raises `RecordError` where it cannot
    be read."""
    try:
        with path.open("rb") as lines:
            if first := next(lines, b"").removeprefix(BOM_UTF8):
                yield first
            yield from lines
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error})") from error


def rows_of_lines(lines: Iterable[bytes], path: Path, first: int = 1) -> Iterator[Mapping[str, Any]]:
    """The JSON object of each line that is not empty; `first` is the number of the first line."""
    for number, line in enumerate(lines, start=first):
        if line.isspace():
            continue
        try:
            row = json.loads(line.decode())
        except ValueError as error:
            raise RecordError(f"{path}, line {number}: no JSON object ({error}); write one object per line") from error
        if not isinstance(row, Mapping):
            raise RecordError(f"{path}, line {number}: found {type(row).__name__}, expected a JSON object")
        yield row


def read_one(row: Mapping[str, Any], side: Side, where: str = "record") -> Record:
    """Check and code one row."""
    known = fields.KNOWN[side]
    if not known.issuperset(row):
        name = next(name for name in row if name not in known)
        hint = fields.suggestion(str(name), fields.allowed(side))
        raise RecordError(f"{where}: unknown field {name!r} in a {side} record{hint}")
    given = {name: value for name, value in row.items() if not is_missing(value)}
    if "id" not in given:
        raise RecordError(f"{where}: no 'id'; every {side} record needs one that is unique and stays the same")
    if isinstance(given["id"], (list, tuple, set, dict)) or getattr(given["id"], "ndim", False):
        raise RecordError(f"{where}: 'id' holds several values; give one dict a record, or columns as a DataFrame")
    where = f"{where} (id {given['id']!r})"
    record = _read_fields(given, side, where)
    if record.info:
        both = [name for name in record.info if name in record.must]
        if both:
            raise RecordError(f"{where}: {both[0]!r} is in 'must' and in 'info'; keep it in one of them")
        shown_only = {name for name in given if fields.SAME_AS.get(name, name) in record.info} - {"id", "must", "info"}
        record = _read_fields({name: value for name, value in given.items() if name not in shown_only}, side, where)
    record.raw = {name: value if type(value) in _ATOMS else _plain(value) for name, value in given.items()}
    return record


def _read_fields(given: Mapping[str, Any], side: Side, where: str) -> Record:
    record = Record(id=str(given["id"]), side=side)
    record.name = str(given.get("name", ""))
    record.text = affirmed(str(given.get("text", "")))
    _read_lists(record, given, where)
    _read_values(record, given, where)
    if side == "demand":
        _read_wishes(record, given, where)
    return record


def _read_lists(record: Record, given: Mapping[str, Any], where: str) -> None:
    spoken: list[str] = []
    for name, vocabulary in fields.CODED.items():
        if name in given:
            words = _words(given, name, where)
            found, rest = codes.resolve(vocabulary, tuple(words))
            record.codes[name] = found
            if rest:
                record.unresolved[name] = rest
            if name in ("products", "materials", "processes"):
                spoken.extend(words)
    record.words = tuple(spoken)
    if "equipment" in given:  # text, and no products: who has sewing machines does not make them
        record.equipment = tuple(_words(given, "equipment", where))
    for name in fields.PLACES:
        if name in given:
            _read_places(record, name, _words(given, name, where))
    if record.side == "supplier":
        derived, found = "sells_to", (*record.has("exports_to"), *record.has("markets"))
    else:
        derived, found = "goes_to", record.has("delivery_country") or record.has("markets")
    if found:
        record.codes[derived] = tuple(sorted(set(found)))
    if "languages" in given:
        tags = [(word, places.language(word)) for word in _words(given, "languages", where)]
        record.codes["languages"] = tuple(dict.fromkeys(tag for _, tag in tags if tag))
        unknown = tuple(word for word, tag in tags if tag is None)
        if unknown:
            record.unresolved["languages"] = unknown
    if "certificates" in given:
        record.certificates = _certificates(record, given["certificates"], f"{where}, field 'certificates'")


def _read_places(record: Record, name: str, words: Sequence[str]) -> None:
    found: list[str] = []
    rest: list[str] = []
    for word in words:
        here = places.countries(word)
        market = codes.code_of("markets", word) if name != "country" and not here else None
        if market is not None:
            here = record.has("country") if market in ("domestic", "both") else places.market(market)
            if name != "markets" and not here:  # "export" is a market, and no place
                market = None
        found.extend(here)
        if not here and market is None:
            rest.append(word)
    record.codes[name] = tuple(dict.fromkeys(found))
    if rest:
        record.unresolved[name] = tuple(rest)


def _certificates(record: Record, value: Any, where: str) -> tuple[Certificate, ...]:
    rows = value
    if type(value) is not list:
        rows = [value] if isinstance(value, Mapping) else value
        rows = words_of(rows, where) if isinstance(rows, str) or not isinstance(rows, Iterable) else rows
    out: dict[str, Certificate] = {}
    for row in rows:
        if is_missing(row):
            continue
        if type(row) is not str and isinstance(row, Mapping):
            unknown = [key for key in row if key not in ("code", "valid_to", "evidence")]
            if unknown or is_missing(row.get("code")):
                raise RecordError(
                    f"{where}: found {dict(row)!r}; a certificate is a word or has 'code', 'valid_to' and 'evidence'"
                )
            evidence = "declared" if is_missing(row.get("evidence")) else str(row["evidence"])
            word = str(row["code"])
            until = None if is_missing(row.get("valid_to")) else _date(row["valid_to"], where)
        else:
            word, until, evidence = str(row), None, "declared"
        if evidence not in EVIDENCE:
            raise RecordError(f"{where}: evidence {evidence!r} is none of {', '.join(EVIDENCE)}")
        found, rest = codes.resolve("certificates", (word,))
        if rest:
            record.unresolved["certificates"] = (*record.unresolved.get("certificates", ()), word)
        for code in found:
            new = Certificate(code, until, evidence)
            out[code] = max(out[code], new, key=strength) if code in out else new
    return tuple(out[code] for code in sorted(out))


def strength(certificate: Certificate) -> tuple[bool, dt.date, float]:
    """Which of two certificates for one thing counts: the one that holds longer, then the better proven.

    A mere claim without an end tells less than any that has one; a paper without an end holds for good.
    """
    proven = EVIDENCE[certificate.evidence] > EVIDENCE["declared"]
    until = certificate.valid_to or (dt.date.max if proven else dt.date.min)
    return certificate.evidence != "expired", until, EVIDENCE[certificate.evidence]


def _read_values(record: Record, given: Mapping[str, Any], where: str) -> None:
    for name in _NUMBERS[record.side]:
        if name in given:
            value = given[name]
            plain = type(value) is int or type(value) is float
            record.numbers[name] = (
                float(value) if plain and 0 <= value < _LARGE else _number(value, f"{where}, field {name!r}")
            )
    if "smart_level" in record.numbers and record.numbers["smart_level"] > 5:
        raise RecordError(f"{where}, field 'smart_level': found {given['smart_level']!r}, levels run from 0 to 5")
    for low, high in _LOW_AND_HIGH if record.side == "supplier" else ():
        if record.number(low) > record.number(high):
            raise RecordError(f"{where}: {low} {given[low]} is above {high} {given[high]}; swap them")
    if "unit" in given:
        word = str(given["unit"])
        record.unit = unit_of(codes.code_of("units", word) or word, f"{where}, field 'unit'")
    if "currency" in given:
        word = str(given["currency"]).strip()
        known = currency_of(word)
        if known is None:
            if len(word) != 3 or not word.isalpha():
                raise RecordError(
                    f"{where}, field 'currency': found {given['currency']!r}, expected an ISO 4217 code as EUR"
                )
            record.unresolved["currency"] = (word,)
        record.currency = known or word.upper()
    if "transit_days" in given and record.side == "supplier":
        record.transit = _transit(given["transit_days"], f"{where}, field 'transit_days'")


def _transit(value: Any, where: str) -> dict[str, float]:
    if not isinstance(value, Mapping):
        return {"any": _number(value, where)}
    unknown = [mode for mode in value if mode not in places.MODES]
    if unknown:
        raise RecordError(
            f"{where}: found {unknown[0]!r}, expected days or a dict of days by {', '.join(places.MODES)}"
        )
    days = {str(mode): _number(number, where) for mode, number in value.items() if not is_missing(number)}
    return days | {"any": min(days.values())} if days else {}


def _read_wishes(record: Record, given: Mapping[str, Any], where: str) -> None:
    for name in fields.DATES:
        if name in given:
            record.dates[name] = _date(given[name], f"{where}, field {name!r}")
    for name in ("must", "info"):
        if name in given:
            wishes = _words(given, name, where)
            for wish in wishes:
                if wish not in _WISHES:
                    hint = fields.suggestion(wish, _WISHES)
                    raise RecordError(f"{where}, field {name!r}: {wish!r} is not the name of a field{hint}")
            setattr(record, name, tuple(dict.fromkeys(fields.SAME_AS.get(wish, wish) for wish in wishes)))
    for name in (*fields.RULED_OUT, "met"):
        if name in given:
            setattr(record, name, tuple(dict.fromkeys(_words(given, name, where))))


def _words(given: Mapping[str, Any], name: str, where: str) -> list[str]:
    """`words_of` one field; where it stands is put into words only for what is no list of plain words."""
    value = given[name]
    if type(value) is list and _TEXTS.issuperset(map(type, value)):
        return [word for word in map(str.strip, value) if word]
    return words_of(value, f"{where}, field {name!r}")


def words_of(value: Any, where: str) -> list[str]:
    """The words of a list field: a list, or one text with ; between them."""
    if isinstance(value, str):
        parts = value.replace("|", ";").replace("；", ";").replace("、", ";").split(";")
        return [part.strip() for part in parts if part.strip()]
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        raise RecordError(f"{where}: found {value!r}, expected a list of codes or words")
    return [str(part).strip() for part in value if not is_missing(part)]


_TWO_WAYS = re.compile(r"[1-9]\d{0,2}\.\d{3}")


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool):
        raise RecordError(f"{where}: found {value!r}, expected a number")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise RecordError(f"{where}: found {value!r}, expected a number without words or units") from None
    except OverflowError:
        raise RecordError(f"{where}: found a number of more than 308 digits, expected one that can be") from None
    if not math.isfinite(number) or number < 0:
        raise RecordError(f"{where}: found {value!r}, expected a number of 0 or more")
    if isinstance(value, str) and _TWO_WAYS.fullmatch(value.strip()):
        raise RecordError(
            f"{where}: found {value!r}, which is {number:g} to some and thousands to others; give a number"
        )
    return number


def _date(value: Any, where: str) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        raise RecordError(f"{where}: found {value!r}, expected a date as 2026-03-31") from None


def _plain(value: Any) -> Any:
    """The value as JSON holds it, for saved models and for hashes."""
    if type(value) is list:
        return value[:] if _ATOMS.issuperset(map(type, value)) else [_plain(item) for item in value]
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()[:10]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items() if not is_missing(item)}
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(item) for item in value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):  # arrays and numbers of numpy
        return _plain(value.tolist())
    return float(value) if isinstance(value, Decimal) else value
