"""All tables; import from here, so that every table is known before any is used."""

from app.db.models.access import ApiKey, Tenant
from app.db.models.clusters import Cluster, ClusterFact
from app.db.models.fairs import Event, EventBody, HostFair, Phase, Series
from app.db.models.grid import Interpreter, Place, Slot, SlotClosed
from app.db.models.imports import ImportedFile
from app.db.models.matching import Match, MatchPlan, MatchRun, MatchShard
from app.db.models.meetings import InterpreterHold, LeftOutPair, Meeting, PlaceHold, Schedule, Seat
from app.db.models.organisations import Organisation, Representative
from app.db.models.participants import Attendee, PairingRule, Participation, Preference, Unavailable
from app.db.models.profiles import BuyerProfile, CapabilityProfile, Certificate, RequestRevision, SourcingRequest

__all__ = [
    "ApiKey",
    "Attendee",
    "BuyerProfile",
    "CapabilityProfile",
    "Certificate",
    "Cluster",
    "ClusterFact",
    "Event",
    "EventBody",
    "HostFair",
    "ImportedFile",
    "Interpreter",
    "InterpreterHold",
    "LeftOutPair",
    "Match",
    "MatchPlan",
    "MatchRun",
    "MatchShard",
    "Meeting",
    "Organisation",
    "PairingRule",
    "Participation",
    "Phase",
    "Place",
    "PlaceHold",
    "Preference",
    "Representative",
    "RequestRevision",
    "Schedule",
    "Seat",
    "Series",
    "Slot",
    "SlotClosed",
    "SourcingRequest",
    "Tenant",
    "Unavailable",
]
