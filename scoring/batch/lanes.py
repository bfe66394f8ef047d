# mypy: disable-error-code="no-untyped-call,no-untyped-def,call-overload"
"""What the scan needs of many requests side by side, one in each lane: tables of bounds, and who is open to whom."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import types

from scoring.batch.compiling import jit

LANES = 128  # a multiple of 64
BESIDE = 8  # lanes whose tables are written together
FULL = 32_000.0  # whole units of the largest sum of bounds: they are added up in 16 bits
F32, F64, I16, I32, I64, U64 = types.float32, types.float64, types.int16, types.int32, types.int64, types.uint64


def array(kind: object, dimensions: int) -> object:
    """An array as numba names it."""
    return types.Array(kind, dimensions, "C")


def named(kind: type, *fields: tuple[object, int]) -> object:
    """A named tuple of arrays."""
    return types.NamedTuple(tuple(array(*one) for one in fields), kind)


class Bounds(NamedTuple):
    """What the table of bounds is filled with. Group g has the rows `group_start[g]` to `group_start[g + 1]`, term t
    the groups `term_group[t, 0]` to `term_group[t, 1]`; the first `known` rows are exact. Column c of term t is number
    `term_column[t] + c`, and adds to the rows its entries (`column_entry`) name.
    """

    group_start: np.ndarray
    term_group: np.ndarray
    known: np.ndarray
    term_column: np.ndarray
    column_entry: np.ndarray
    row: np.ndarray
    value: np.ndarray


class Wishes(NamedTuple):
    """The rows of a block of requests. Request i has the terms `terms[i]` to `terms[i + 1]`: number (-1: text), points,
    and the entries of its row, `low` to `high` in `column` and `value`."""

    terms: np.ndarray
    term: np.ndarray
    most: np.ndarray
    low: np.ndarray
    high: np.ndarray
    column: np.ndarray
    value: np.ndarray


BOUNDS = named(Bounds, (I64, 1), (I64, 2), (I64, 1), (I64, 1), (I64, 1), (I32, 1), (F64, 1))
WISHES = named(Wishes, (I64, 1), (I32, 1), (F64, 1), (I64, 1), (I64, 1), (I32, 1), (F64, 1))


@jit(F64, BOUNDS, WISHES, I64, array(F64, 1), array(F64, 1), no_cpython_wrapper=True)
def valued(bounds, wishes, request, value, known):
    """The points of every row of the table for one request, and the values of exact terms; returns the largest sum."""
    value[:] = 0.0
    largest = 1e-6
    for at in range(wishes.terms[request], wishes.terms[request + 1]):
        term, most = wishes.term[at], wishes.most[at]
        if term < 0:
            continue
        for entry in range(wishes.low[at], wishes.high[at]):
            column = bounds.term_column[term] + wishes.column[entry]
            for one in range(bounds.column_entry[column], bounds.column_entry[column + 1]):
                value[bounds.row[one]] += wishes.value[entry] * bounds.value[one]
        for group in range(bounds.term_group[term, 0], bounds.term_group[term, 1]):
            peak = 0.0
            for row in range(bounds.group_start[group], bounds.group_start[group + 1]):
                if row < known.size:
                    known[row] = value[row]
                value[row] *= most
                peak = max(peak, abs(value[row]))
            largest += peak
    return largest


@jit(types.void, BOUNDS, WISHES, array(I64, 1), array(I16, 2), array(F32, 1), array(F64, 2))
def fill(bounds, wishes, request, table, step, known):
    """The table of the lanes' requests (-1: none): whole steps, rounded up; the values of exact terms in full."""
    value = np.zeros((BESIDE, table.shape[0]), dtype=np.float64)
    per_step = np.zeros(BESIDE, dtype=np.float64)
    for begin in range(0, LANES, BESIDE):
        for lane in range(begin, begin + BESIDE):
            per_step[lane - begin] = 0.0
            if request[lane] >= 0:
                step[lane] = valued(bounds, wishes, request[lane], value[lane - begin], known[lane]) / FULL
                per_step[lane - begin] = 1.0 / step[lane]
        for row in range(table.shape[0]):
            for one in range(BESIDE):
                exact = value[one, row] * per_step[one]
                table[row, begin + one] = 0 if exact == 0.0 else np.int16(np.ceil(exact + 0.01))


@jit(types.void, array(U64, 1), no_cpython_wrapper=True)
def transpose(bits):
    """Bit `j` of word `i` becomes bit `i` of word `j`, in place; 64 words."""
    mask = np.uint64(0x00000000FFFFFFFF)
    width = 32
    while width > 0:
        shift = np.uint64(width)
        at = 0
        while at < 64:
            other = at + width
            moved = ((bits[at] >> shift) ^ bits[other]) & mask
            bits[other] ^= moved
            bits[at] ^= moved << shift
            at = (other + 1) & ~width
        width >>= 1
        mask ^= mask << np.uint64(width)


@jit(types.void, array(U64, 2), array(I64, 1), array(I32, 1), array(I64, 1), array(U64, 2))
def opened(masks, gates, gate, requests, out):
    """Bits per fitted record, 64 in a word: whether it passes all gates of the request in that lane."""
    block = np.empty(64, dtype=np.uint64)
    for word in range(masks.shape[1]):
        for part in range(LANES // 64):
            for lane in range(64):
                block[lane] = np.uint64(0)
                if 64 * part + lane < requests.size:
                    request = requests[64 * part + lane]
                    passing = ~np.uint64(0)
                    for at in range(gates[request], gates[request + 1]):
                        passing &= masks[gate[at], word]
                    block[lane] = passing
            transpose(block)
            for at in range(min(64, out.shape[0] - 64 * word)):
                out[64 * word + at, part] = block[at]
