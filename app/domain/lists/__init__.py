"""Lists that organisers have: which column is what, what each cell means, and what is wrong with it."""

from __future__ import annotations

from app.domain.lists.fields import KINDS, LANGUAGES, Field, Kind, fields_of
from app.domain.lists.headers import Column, Mapping, map_headers
from app.domain.lists.index import Index, learn_index, split_cell
from app.domain.lists.parsing import Parsed, parse_table
from app.domain.lists.problems import Problem, UnusableListError, summary
from app.domain.lists.reading import Lists, Told, read_list, read_lists
from app.domain.lists.recognising import Header, Recognition, find_header, recognise
from app.domain.lists.records import Record
from app.domain.lists.tables import Cell, CellFault, Row, Table, address, shown

__all__ = [
    "KINDS",
    "LANGUAGES",
    "Cell",
    "CellFault",
    "Column",
    "Field",
    "Header",
    "Index",
    "Kind",
    "Lists",
    "Mapping",
    "Parsed",
    "Problem",
    "Recognition",
    "Record",
    "Row",
    "Table",
    "Told",
    "UnusableListError",
    "address",
    "fields_of",
    "find_header",
    "learn_index",
    "map_headers",
    "parse_table",
    "read_list",
    "read_lists",
    "recognise",
    "shown",
    "split_cell",
    "summary",
]
