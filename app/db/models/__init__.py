"""All tables; import from here, so that every table is known before any is used."""

from app.db.models.access import Account, ApiKey, Invitation, Membership, PasswordReset, SignIn, SignInAttempt, Tenant
from app.db.models.agenda import AgendaItem
from app.db.models.audit import AuditEntry, IdempotencyKey
from app.db.models.clusters import Cluster, ClusterFact
from app.db.models.deliveries import Letter, Webhook, WebhookDelivery
from app.db.models.fairs import Event, EventBody, HostFair, Phase, Series
from app.db.models.files import FeedToken, StoredFile
from app.db.models.grid import Interpreter, Place, Slot, SlotClosed
from app.db.models.imports import ImportedFile
from app.db.models.jobs import Job
from app.db.models.learning import SeriesLesson
from app.db.models.matching import Match, MatchPlan, MatchRun, MatchShard
from app.db.models.meeting_requests import MeetingRequest
from app.db.models.meetings import InterpreterHold, LeftOutPair, Meeting, PlaceHold, Schedule, Seat
from app.db.models.organisations import Organisation, Representative
from app.db.models.outcomes import Outcome, Quotation
from app.db.models.participants import Attendee, PairingRule, Participation, Preference, Unavailable
from app.db.models.privacy import Consent, ConsentWording
from app.db.models.profiles import BuyerProfile, CapabilityProfile, Certificate, RequestRevision, SourcingRequest
from app.db.models.publications import Publication
from app.db.models.registrations import Registration

__all__ = [
    "Account",
    "AgendaItem",
    "ApiKey",
    "Attendee",
    "AuditEntry",
    "BuyerProfile",
    "CapabilityProfile",
    "Certificate",
    "Cluster",
    "ClusterFact",
    "Consent",
    "ConsentWording",
    "Event",
    "EventBody",
    "FeedToken",
    "HostFair",
    "IdempotencyKey",
    "ImportedFile",
    "Interpreter",
    "InterpreterHold",
    "Invitation",
    "Job",
    "LeftOutPair",
    "Letter",
    "Match",
    "MatchPlan",
    "MatchRun",
    "MatchShard",
    "Meeting",
    "MeetingRequest",
    "Membership",
    "Organisation",
    "Outcome",
    "PairingRule",
    "Participation",
    "PasswordReset",
    "Phase",
    "Place",
    "PlaceHold",
    "Preference",
    "Publication",
    "Quotation",
    "Registration",
    "Representative",
    "RequestRevision",
    "Schedule",
    "Seat",
    "Series",
    "SeriesLesson",
    "SignIn",
    "SignInAttempt",
    "Slot",
    "SlotClosed",
    "SourcingRequest",
    "StoredFile",
    "Tenant",
    "Unavailable",
    "Webhook",
    "WebhookDelivery",
]
