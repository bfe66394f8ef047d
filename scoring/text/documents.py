"""What a record says: in words, as features to be counted, and as concepts."""

from __future__ import annotations

from dataclasses import dataclass

from scoring import codes
from scoring.records import Record
from scoring.text.tokens import STOP_WORDS, runs, stems, wish
from scoring.vocabulary.language import likely_language


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
    found = {(name, code) for name in ("products", "materials", "processes") for code in record.has(name)}
    found |= {("certificates", certificate.code) for certificate in record.certificates}
    if record.side == "demand":  # a wish may be the name of a category, and nothing else
        found |= {*codes.titled(asked(record))}
    return sorted(found | {*record.mentions, *record.hints})
