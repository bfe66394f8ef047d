"""Requests for meetings: ask, answer, read, and what the clock does to them."""

from __future__ import annotations

from app.services.meeting_requests.answering import Held, accept, decline, hold, withdraw
from app.services.meeting_requests.asking import Wish, ask
from app.services.meeting_requests.clockwork import expire_requests, remind_of_requests
from app.services.meeting_requests.reading import Request, find_request, list_requests, shown

__all__ = [
    "Held",
    "Request",
    "Wish",
    "accept",
    "ask",
    "decline",
    "expire_requests",
    "find_request",
    "hold",
    "list_requests",
    "remind_of_requests",
    "shown",
    "withdraw",
]
