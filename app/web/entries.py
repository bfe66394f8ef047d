"""Forms of profiles and requests as lists of entries: what to ask, in which words, and how to read what was said.

The shapes are those of `app.domain.profiles`; this says only how they look as a form. Words stay as they were written
where they mean the same as before, so that a profile keeps the language of who wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core import i18n
from app.domain.vocabulary import FIELDS, vocabulary
from app.services.matching import field_name
from app.web import numbers
from app.web.forms import Form
from app.web.words import comma, say, say_count, text_of

#: languages that are offered as boxes; others that a profile names stay in it
TONGUES = ("zh", "en", "fr", "de", "it", "es", "nl", "pt", "pl", "ru", "ja", "ko", "ar", "tr")


@dataclass(frozen=True)
class Entry:
    """One field: `kind` is words, pick, count, number, text, long, day, days, choice, tongues, countries or country."""

    name: str
    kind: str
    label: str
    hint: str = ""
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    most: float = 1e12


@dataclass(frozen=True)
class Group:
    """Entries that belong together, under one heading."""

    title: str
    entries: tuple[Entry, ...]
    open: bool = True


_PRODUCTS = Entry(
    "products", "words", text_of("Products"), text_of("One a line, in your own words; any of our languages.")
)
_LANGUAGES = Entry("languages", "tongues", text_of("Languages"), text_of("In which you can talk business."))
_UNIT = Entry(
    "unit", "unit", text_of("Unit of quantities"), text_of("In which minimum, capacity and prices are meant.")
)
_CURRENCY = Entry("currency", "text", text_of("Currency"), text_of("Three letters, for example EUR or CNY."))
_TRADE = Group(text_of("Terms of trade"), (
    Entry("incoterms", "pick", text_of("Incoterms")), Entry("transport", "pick", text_of("Transport")),
    Entry("payment_terms", "pick", text_of("Terms of payment")),
    Entry("customs_modes", "pick", text_of("Customs modes")),
), open=False)  # fmt: skip
_LEVELS = tuple((str(level), str(level)) for level in range(6))

CAPABILITIES = (
    Group(text_of("What you make"), (
        _PRODUCTS,
        Entry("text", "long", text_of("Description"), text_of("What a buyer should know, in a few sentences.")),
        Entry("materials", "words", text_of("Materials"), text_of("One a line.")),
        Entry("processes", "words", text_of("Processes in house"), text_of("One a line.")),
        Entry("subcontracted", "words", text_of("Processes done elsewhere"), text_of("One a line.")),
        Entry("equipment", "words", text_of("Equipment"), text_of("One a line.")),
        Entry("smart_level", "choice", text_of("Smart-factory level"),
              text_of("0 by hand … 5 planned and steered by data throughout."), choices=_LEVELS),
    )),
    Group(text_of("How much, how soon, for how much"), (
        _UNIT,
        Entry("moq", "count", text_of("Minimum order")),
        Entry("moq_per", "choice", text_of("Minimum is meant per"), choices=(
            ("style", text_of("style")), ("colour", text_of("colour")), ("fabric", text_of("fabric")))),
        Entry("capacity_per_month", "number", text_of("Capacity a month")),
        Entry("sample_days", "days", text_of("Days for a sample")),
        Entry("lead_time_days", "days", text_of("Days for an order")),
        Entry("reorder_days", "days", text_of("Days for a repeat order")),
        Entry("transit_days", "days", text_of("Days on the way")),
        _CURRENCY,
        Entry("price_from", "number", text_of("Lowest price")),
        Entry("price_to", "number", text_of("Highest price")),
        Entry("gsm_from", "number", text_of("Lightest fabric"), unit="g/m²"),
        Entry("gsm_to", "number", text_of("Heaviest fabric"), unit="g/m²"),
        Entry("gauge_from", "number", text_of("Coarsest gauge")),
        Entry("gauge_to", "number", text_of("Finest gauge")),
        Entry("width_from", "number", text_of("Narrowest fabric"), unit="cm"),
        Entry("width_to", "number", text_of("Widest fabric"), unit="cm"),
    )),
    Group(text_of("How you work, and for whom"), (
        Entry("business_models", "pick", text_of("Business models")),
        Entry("cooperation", "pick", text_of("Kinds of cooperation")),
        _LANGUAGES,
        Entry("exports_to", "countries", text_of("Exports to"), text_of("Countries, one a line.")),
        Entry("markets", "pick", text_of("Markets")),
        Entry("channels", "pick", text_of("Sales channels of your customers")),
        Entry("compliance", "pick", text_of("Rules you comply with")),
        Entry("founded", "count", text_of("Founded in"), most=2100),
        Entry("employees", "number", text_of("Employees")),
    )),
    Group(
        _TRADE.title, (*_TRADE.entries, Entry("ports", "words", text_of("Ports"), text_of("One a line."))), open=False,
    ),
)  # fmt: skip

BUYER = (
    Group(text_of("What you buy"), (
        _PRODUCTS,
        Entry("text", "long", text_of("Description"),
              text_of("Who you are and what you look for, in a few sentences.")),
        Entry("brands", "words", text_of("Brands"), text_of("One a line.")),
        Entry("price_tier", "choice", text_of("Price level"), choices=(
            ("entry", text_of("entry")), ("mid", text_of("middle")), ("premium", text_of("premium")),
            ("luxury", text_of("luxury")))),
        Entry("yearly_volume", "number", text_of("Volume a year")), _UNIT, _CURRENCY,
        Entry("existing_suppliers", "words", text_of("Suppliers you have"),
              text_of("One a line; they are not proposed as new ones.")),
    )),
    Group(text_of("Where and how you sell"), (
        Entry("markets", "pick", text_of("Markets")), Entry("channels", "pick", text_of("Sales channels")), _LANGUAGES,
    )),
    Group(text_of("What you ask of suppliers"), (
        Entry("certificates", "words", text_of("Certificates"), text_of("One a line.")),
        Entry("compliance", "pick", text_of("Rules to comply with")),
        Entry("business_models", "pick", text_of("Business models")),
        Entry("cooperation", "pick", text_of("Kinds of cooperation")),
    ), open=False),
    _TRADE,
)  # fmt: skip

REQUEST = (
    Group(text_of("What you look for"), (
        Entry("title", "text", text_of("Title"), text_of("How you call it, for example Tees for spring.")),
        _PRODUCTS,
        Entry("text", "long", text_of("Description"), text_of("Whatever helps to understand it.")),
        Entry("materials", "words", text_of("Materials"), text_of("One a line.")),
        Entry("processes", "words", text_of("Processes"), text_of("One a line.")),
        Entry("gsm", "number", text_of("Fabric weight"), unit="g/m²"),
        Entry("gauge", "number", text_of("Gauge")),
        Entry("width", "number", text_of("Fabric width"), unit="cm"),
        Entry("tech_pack", "choice", text_of("Technical pack"), choices=(
            ("complete", text_of("complete")), ("partial", text_of("partial")), ("sketch", text_of("a sketch")))),
    )),
    Group(text_of("How much, for how much"), (
        Entry("quantity", "number", text_of("Quantity")), _UNIT,
        Entry("target_price", "number", text_of("Target price for one")), _CURRENCY,
        Entry("colours", "count", text_of("Colours")), Entry("sizes", "text", text_of("Sizes")),
        Entry("frequency", "text", text_of("How often"), text_of("For example once, or each season.")),
    )),
    Group(text_of("When and where"), (
        Entry("season", "text", text_of("Season")),
        Entry("sample_by", "day", text_of("Sample by")), Entry("ship_by", "day", text_of("Ship by")),
        Entry("in_store_by", "day", text_of("In store by")),
        Entry("lead_time_days", "days", text_of("Days you can wait")),
        Entry("delivery_country", "country", text_of("Delivered to")),
        Entry("sourcing_countries", "countries", text_of("Only from these countries"),
              text_of("Countries, one a line.")),
    )),
    Group(text_of("What you ask of suppliers"), (
        Entry("certificates", "words", text_of("Certificates"), text_of("One a line.")),
        Entry("compliance", "pick", text_of("Rules to comply with")),
        Entry("business_models", "pick", text_of("Business models")),
        Entry("cooperation", "pick", text_of("Kinds of cooperation")),
        _LANGUAGES,
        Entry("smart_level", "choice", text_of("Smart-factory level at least"), choices=_LEVELS),
        Entry("exclude", "words", text_of("Suppliers to leave out"), text_of("Names or codes, one a line.")),
    ), open=False),
    _TRADE,
)  # fmt: skip
#: what a request can insist on
GATES = (
    "products", "quantity", "certificates", "materials", "processes", "compliance", "target_price", "ship_by",
    "in_store_by", "lead_time_days", "delivery_country", "sourcing_countries", "languages", "business_models",
    "cooperation", "smart_level", "gsm", "gauge", "width", "incoterms", "payment_terms",
)  # fmt: skip


def entries_of(groups: Sequence[Group]) -> list[Entry]:
    return [entry for group in groups for entry in group.entries]


def filled(
    groups: Sequence[Group], document: Mapping[str, Any], resolved: Sequence[Mapping[str, Any]], lang: str
) -> Form:
    """A form filled with a document; of coded boxes those whose words it says."""
    values: dict[str, Any] = {}
    codes = _codes(resolved)
    for entry in entries_of(groups):
        said = document.get(entry.name)
        if entry.kind == "words":
            values[entry.name] = "\n".join(word_of(item) for item in said or [])
        elif entry.kind == "pick":
            words = [str(word) for word in said or []]
            values[entry.name] = [codes[entry.name, word] for word in words if (entry.name, word) in codes]
            values[f"{entry.name}-more"] = "\n".join(word for word in words if (entry.name, word) not in codes)
        elif entry.kind == "countries":
            values[entry.name] = "\n".join(i18n.format_country(code, lang) for code in said or [])
        elif entry.kind == "unit":
            values[entry.name] = codes.get((entry.name, str(said)), "H87") if said else "H87"
        elif isinstance(said, float):
            values[entry.name] = numbers.shown(said, lang)
        else:
            values[entry.name] = said
    values["must"] = list(document.get("must", []))
    return Form.filled(values, lang)


def read(
    groups: Sequence[Group], form: Form, before: Mapping[str, Any], resolved: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The values that a form says, for its shape; faults stay with the form. What it does not ask stays as it was."""
    asked = {entry.name for entry in entries_of(groups)}
    values = {name: value for name, value in before.items() if name not in asked}
    means = meant(form)
    for entry in entries_of(groups):
        value = _value(entry, form, before, resolved, means)
        if value not in (None, "", []):
            values[entry.name] = value
    return values


def news(groups: Sequence[Group], values: Mapping[str, Any], before: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(field, word) of every word that will be looked up and was not there before."""
    found = []
    for entry in entries_of(groups):
        if entry.kind != "words" or entry.name not in FIELDS:
            continue
        known = {word_of(item) for item in before.get(entry.name) or []}
        found += [(entry.name, word) for word in values.get(entry.name, []) if word not in known]
    return found


def understood(pairs: Iterable[tuple[str, str]], lang: str) -> list[dict[str, Any]]:
    """What each word is taken for: `{field, word, code, label, how, candidates: [(code, label)]}`."""
    rows = []
    for name, word in pairs:
        known = vocabulary(FIELDS[name])
        found = known.resolve(word)
        label = known.label(found.code, lang) if found.code else None
        near = [(code, known.label(code, lang)) for code, _ in found.candidates if code != found.code]
        if found.code and not near:
            near = [(code, known.label(code, lang)) for code in known.ancestors(found.code)[:1]]
        rows.append({"field": name, "word": word, "code": found.code, "label": label, "how": found.how,
                     "candidates": near[:5]})  # fmt: skip
    return rows


def meant(form: Form) -> dict[tuple[str, str], str]:
    """What was chosen for words that are not known, by field and word: fields `means` of the form field|code|word."""
    found = {}
    for value in form.all("means"):
        name, _, rest = value.partition("|")
        code, _, word = rest.partition("|")
        if name in FIELDS and code in vocabulary(FIELDS[name]):
            label = vocabulary(FIELDS[name]).label(code, form.lang)
            found[name, word] = label if vocabulary(FIELDS[name]).resolve(label).code == code else code
    return found


def options(entry: Entry, lang: str, chosen: Sequence[str] = ()) -> list[tuple[str, str]]:
    """The boxes or choices of an entry: codes with their labels."""
    if entry.kind == "tongues":
        return [(tag, i18n.format_language(tag, lang)) for tag in (*TONGUES, *(t for t in chosen if t not in TONGUES))]
    if entry.kind == "country":
        return [(code, name) for name, code in i18n.countries(lang).items()]
    known = vocabulary(FIELDS[entry.name])
    leaves = set(known) if entry.kind == "unit" else {*known.leaves(), *chosen}
    return [(code, known.label(code, lang)) for code in known if code in leaves]


def word_of(item: Any) -> str:
    """The words of an item of a list, which may be a certificate with its papers."""
    return str(item["code"]) if isinstance(item, Mapping) else str(item)


def _value(entry: Entry, form: Form, before: Mapping[str, Any], resolved: Sequence[Mapping[str, Any]],
           means: Mapping[tuple[str, str], str]) -> Any:  # fmt: skip
    name, kind = entry.name, entry.kind
    if kind == "words":
        return list(dict.fromkeys(means.get((name, word), word) for word in form.lines(name)))
    if kind == "pick":
        words = {
            code: word for (of, word), code in _codes(resolved).items() if of == name and word in before.get(name, ())
        }
        return [*(words.get(code, code) for code in form.all(name)), *form.lines(f"{name}-more")]
    if kind == "countries":
        return _countries(form, name)
    if kind == "tongues":
        return form.all(name)
    if kind == "count":
        return form.integer(name, least=1, most=int(entry.most))
    if kind in ("number", "days"):
        value = form.number(name, most=3650 if kind == "days" else entry.most)
        return int(value) if value is not None and name == "employees" else value
    if kind == "day":
        day = form.day(name)
        return day.isoformat() if day else None
    if kind == "choice":
        chosen = form.chosen(name, [code for code, _ in entry.choices], needed=False)
        return int(chosen) if chosen and name == "smart_level" else chosen
    text = form.text(name, most=20_000 if kind == "long" else 200)
    return text.upper() if text and name == "currency" else text


def _countries(form: Form, name: str) -> list[str]:
    found = []
    for line in form.lines(name):
        code = i18n.find_country(line)
        if code is None:
            form.fault(
                name, say("There is no country {name}; write its name or its two letters.", form.lang, name=line)
            )
        else:
            found.append(code)
    return list(dict.fromkeys(found))


def _codes(resolved: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    return {(row["field"], row["text"]): row["code"] for row in resolved}


_ENTRIES = {entry.name: entry for group in (*BUYER, *CAPABILITIES) for entry in group.entries}


def called(lang: str, name: str) -> str:
    """What a field of a profile is called, as its form calls it."""
    return str(say(_ENTRIES[name].label, lang)) if name in _ENTRIES else field_name(name, lang)


def said_in(lang: str, name: str, value: Any) -> str:
    """What a profile says in a field, in words: numbers and codes as readers of the language write them."""
    if isinstance(value, (list, tuple)):
        return comma(lang).join(said_in(lang, name, each) for each in value)
    if isinstance(value, Mapping):
        return comma(lang).join(
            f"{said_in(lang, name, key)}: {said_in(lang, name, each)}" for key, each in value.items()
        )
    if isinstance(value, (int, float)) and name != "founded":
        return i18n.format_number(value, lang)
    text = str(value)
    choices = dict(_ENTRIES[name].choices) if name in _ENTRIES else {}
    if text in choices:
        return str(say(choices[text], lang))
    if name == "languages":
        return i18n.format_language(text, lang)
    if name in _COUNTRIES and len(text) == 2:
        return i18n.format_country(text, lang)
    known = vocabulary("units" if name == "unit" else FIELDS[name]) if name == "unit" or name in FIELDS else None
    return known.label(text, lang) if known is not None and text in known.terms else text


def asked_for(document: Mapping[str, Any], resolved: Sequence[Mapping[str, Any]], lang: str) -> list[tuple[str, str]]:
    """What a request asks for, field and words: its first facts, and all that it insists on."""
    codes = _codes(resolved)

    def told(name: str) -> str:
        value = document[name]
        if _KINDS.get(name) == "day":
            return i18n.format_date(date.fromisoformat(str(value)), lang, "medium")
        if _KINDS.get(name) == "days":
            return str(say_count("{count} day", "{count} days", int(value), lang))
        many = [each["code"] if isinstance(each, Mapping) and "code" in each else each
                for each in (value if isinstance(value, list) else [value])]  # fmt: skip
        text = said_in(lang, name, [codes.get((name, str(each)), each) for each in many])
        beside = {"quantity": "unit", "target_price": "currency"}.get(name)
        return f"{text} {told(beside)}" if beside and document.get(beside) else text

    names = [*_FACTS, *(name for name in document.get("must", []) if name not in (*_FACTS, "products"))]
    return [
        (str(say(_FACTS[name], lang)) if name in _FACTS else field_name(name, lang), told(name))
        for name in names
        if document.get(name)
    ]


#: of every request told, whether or not it insists on it
_FACTS = {
    "quantity": text_of("Quantity"), "target_price": text_of("Target price"), "ship_by": text_of("Ship by"),
    "in_store_by": text_of("In store by"), "lead_time_days": text_of("Lead time accepted"),
    "certificates": text_of("Certificates"),
}  # fmt: skip
_KINDS = {entry.name: entry.kind for group in REQUEST for entry in group.entries}


_COUNTRIES = frozenset({"exports_to", "markets", "transit_days", "delivery_country", "sourcing_countries"})
