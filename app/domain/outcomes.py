"""What came of a meeting, as each side sees it."""

from __future__ import annotations

NEXT_STEPS = ("none", "call", "visit", "sample", "quotation", "order", "contract", "other")
