"""Registrations for an event: an application by form, which the organiser approves or refuses."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from app.domain.contacts import Email, Phone
from app.domain.fairs import Kind
from app.domain.participations import Staff, known_kind
from app.domain.profiles import BuyerProfile, CapabilityProfile, Country, Language, Shape, SourcingRequest, Word

REGISTRATION_STATES = ("pending", "approved", "refused", "withdrawn")

#: domains that many unrelated people have their mailboxes at, so that sharing one says nothing
_SHARED = """
126.com 139.com 163.com aliyun.com aol.com foxmail.com free.fr gmail.com gmx.de gmx.net
googlemail.com hotmail.com hotmail.fr icloud.com laposte.net libero.it live.com mail.com me.com
msn.com orange.fr outlook.com proton.me protonmail.com qq.com sina.com sohu.com t-online.de
wanadoo.fr web.de yahoo.com yahoo.fr yeah.net
"""
SHARED_DOMAINS = frozenset(_SHARED.split())
#: what the law forms of firms are written as; they do not tell two firms apart
_WRITTEN = "ab ag bv co company corp corporation gmbh group inc kg limited llc ltd nv oy plc sa sarl sas spa srl"
_FORMS = frozenset(_WRITTEN.split())
_FORMS_ZH = re.compile("(股份)?(有限)?(责任)?公司$|集团$")


class OrganisationForm(Shape):
    """Who wants to take part."""

    name: Word
    name_local: Word | None = None
    kind: Kind
    country: Country | None = None
    city: Word | None = None

    @field_validator("kind")
    @classmethod
    def _kind(cls, value: str) -> str:
        return known_kind(value)


class PersonForm(Shape):
    """Who fills the form in, and comes."""

    name: Word
    email: Email
    phone: Phone | None = None
    role: Word | None = None
    languages: Annotated[list[Language], Field(max_length=20)] = []


class RegistrationForm(Shape):
    """An application to take part in an event."""

    organisation: OrganisationForm
    person: PersonForm
    supplies: bool = False
    buys: bool = False
    staff: Staff = 1
    capabilities: CapabilityProfile | None = Field(None, description="what it can make, for those who supply")
    buyer: BuyerProfile | None = Field(None, description="who buys, for those who do")
    request: SourcingRequest | None = Field(None, description="a first sourcing request, for those who buy")
    consents: Annotated[list[UUID], Field(max_length=20)] = Field([], description="ids of the wordings agreed to")
    language: Literal["en", "zh", "fr"] = Field("en", description="language of our letters")
    message: Annotated[str, Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _sides_fit(self) -> Self:
        if self.capabilities is not None and not self.supplies:
            raise ValueError("capabilities are for those who supply; set supplies")
        if (self.buyer is not None or self.request is not None) and not self.buys:
            raise ValueError("a buyer profile and a request are for those who buy; set buys")
        return self


def form_of(document: dict[str, Any]) -> RegistrationForm:
    """A form as it was kept."""
    return RegistrationForm.model_validate_json(json.dumps(document))


class RefusalIn(Shape):
    """Why an application is refused, for the letter."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class ApprovalIn(Shape):
    """Whose application it is, where an organisation looks like one that is known."""

    organisation_id: UUID | None = Field(None, description="one that is here already")
    new: bool = Field(False, description="it is none of those that look like it")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.new and self.organisation_id is not None:
            raise ValueError("it is either new or the one named")
        return self


def name_key(name: str | None) -> str:
    """A name without case, accents, punctuation and law form: equal for spellings of one firm's name."""
    plain = unicodedata.normalize("NFKD", name or "").casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign) and sign != ".")
    words = [word for word in re.split(r"[\W_]+", plain) if word]
    while len(words) > 1 and words[-1] in _FORMS:
        words.pop()
    return _FORMS_ZH.sub("", " ".join(words))


def own_domain(email: str | None) -> str | None:
    """The domain of an address, if it is a firm's own and not one that everybody can have a mailbox at."""
    domain = (email or "").rpartition("@")[2].lower()
    return domain if domain and domain not in SHARED_DOMAINS else None
