"""Bring spreadsheets in: read, recognise, check, and write all of it or nothing."""

from app.services.imports.bring import Understood, bring_in, understand, write_in
from app.services.imports.report import Report, TableReport

__all__ = ["Report", "TableReport", "Understood", "bring_in", "understand", "write_in"]
