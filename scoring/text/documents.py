"""What a record says: in words, as features to be counted, and as concepts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from scoring import codes
from scoring.records import Record
from scoring.text.tokens import STOP_WORDS, runs, stems, wish
from scoring.vocabulary import vocabulary
from scoring.vocabulary.language import likely_language

_LISTED = ("products", "materials", "processes")
_WORDS = "words"


@dataclass(frozen=True)
class Document:
    """The countable side of one record: stems of its name and of the rest, and all its words as written."""

    name: tuple[str, ...]
    rest: tuple[str, ...]
    written: tuple[str, ...]


def body(record: Record) -> str:
    """What a request says in words: its description and the words of its lists."""
    return "\n".join(part for part in (record.description, *record.words) if part)


def asked(record: Record) -> str:
    """`body` without what every demand says ("we are looking for …")."""
    return wish(body(record)) if record.side == "demand" else body(record)


def document(record: Record) -> Document:
    """A fitted record: its name, then the words of its lists, its text and its equipment, in one language."""
    name = runs(record.name)
    rest = runs("\n".join((*record.words, record.text, *record.equipment)))
    language = likely_language([*name, *rest])
    return Document(
        tuple(feature for feature, _ in stems(name, language)),
        tuple(feature for feature, _ in stems(rest, language)),
        tuple(run for run in (*name, *name, *rest) if run not in STOP_WORDS),
    )


def concepts(record: Record) -> list[str]:
    """Codes stated or mentioned in the text, as `vocabulary:code`: itself twice, an ancestor once for each below."""
    chains = (
        (name, member) for name, code in own_codes(record) for member in (code, code, *codes.ancestors(name, code))
    )
    return [f"{name}:{member}" for name, member in chains]


def own_codes(record: Record) -> list[tuple[str, str]]:
    """(vocabulary, code) stated or mentioned, each once, without ancestors."""
    found = {(name, code) for name in _LISTED for code in record.has(name)}
    found |= {("certificates", certificate.code) for certificate in record.certificates}
    if record.side == "demand":  # a wish may be the name of a category, and nothing else
        found |= {*codes.titled(asked(record))}
    return sorted(found | {*record.mentions, *record.hints})


def told_of(shared: Iterable[tuple[float, str, str]], one: Record, other: Record) -> list[tuple[float, str, str]]:
    """Of the (weight, kind, feature) that two records share, those that a reader of both would find in them.

    Hints count for both (decision 50), and are read into a text: buckets into `cibo secco`, rain into 防水. A meaning
    that a word may have besides is not told where neither side is sure of it, an everyday word only where there is
    nothing else, and the group that a certificate belongs to never.
    """
    found = list(shared)
    left_open = hinted(one) & hinted(other) if any(kind == "concepts" for _, kind, _ in found) else set()
    told = [row for row in found if row[1] != "concepts" or not (row[2] in left_open or row[2] in _groups())]
    sure = [row for row in told if not row[2].startswith(f"{_WORDS}:")]
    return sure or told


def hinted(record: Record) -> set[str]:
    """What a record hints at without naming it, with all above that, as `vocabulary:code`; everyday words aside."""
    hints = [(name, code) for name, code in record.hints if name != _WORDS]
    if not hints:
        return set()
    named = {*record.mentions, *((name, code) for name in _LISTED for code in record.has(name))}
    if record.side == "demand":
        named.update(codes.titled(asked(record)))
    above = {(name, member) for name, code in named for member in codes.chain(name, code)}
    below = ((name, member) for name, code in hints for member in codes.chain(name, code))
    return {f"{name}:{code}" for name, code in below if (name, code) not in above}


@cache
def _groups() -> frozenset[str]:
    """Certificates that are only the name of a group of them."""
    terms = vocabulary("certificates").terms
    return frozenset(f"certificates:{code}" for code in terms if not codes.ancestors("certificates", code))
