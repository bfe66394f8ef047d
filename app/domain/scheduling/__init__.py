"""The timetabling engine: which pairs meet, when, where and with which interpreter; see `docs/scheduling.md`.

The heavy libraries are loaded by the routes that need them, so importing this package is cheap.
"""

from __future__ import annotations

from app.domain.scheduling.events import EventsFile, read_events
from app.domain.scheduling.fairness import FairnessPoint, fairness_curve
from app.domain.scheduling.plan import Plan, PlannedMeeting, Progress, Unscheduled
from app.domain.scheduling.portfolio import solve
from app.domain.scheduling.problem import Problem
from app.domain.scheduling.reading import ScheduleFileError, read_plan, read_problem
from app.domain.scheduling.repair import Change, Repair, Standby, repair
from app.domain.scheduling.verify import Verdict, Violation, verify

__all__ = [
    "Change",
    "EventsFile",
    "FairnessPoint",
    "Plan",
    "PlannedMeeting",
    "Problem",
    "Progress",
    "Repair",
    "ScheduleFileError",
    "Standby",
    "Unscheduled",
    "Verdict",
    "Violation",
    "fairness_curve",
    "read_events",
    "read_plan",
    "read_problem",
    "repair",
    "solve",
    "verify",
]
