# mypy: disable-error-code="no-untyped-call,no-untyped-def,call-overload"
"""The compiled part: from upper bounds to the exact best `k` of each request.

Many requests side by side, one in each lane, go through the fitted records: a record's bound in every lane is the sum
of one row of the table per group of columns, and its text. What reaches a lane's kth exact score so far waits, and is
scored exactly, the highest bounds first, when enough do. What was not scored cannot be among the best, so the result is
exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import types

from scoring.batch.compiling import jit
from scoring.batch.lanes import F32, F64, I16, I32, I64, LANES, U64, WISHES, named
from scoring.batch.lanes import array as _array

WAITING = 256  # records of a lane that wait to be scored
TOGETHER = 16  # records scored exactly side by side


class Fitted(NamedTuple):
    """The fitted side: rows of text in whole steps, and for each term the distinct rows its records have.

    `text` (n, 128); `code` (n, n_groups): the row of the table of bounds for each group of columns, and `exact`
    (n_terms,) the group whose classes are the distinct rows, -1 where none is. `row` (n, n_terms, 2): where the
    record's row of a term begins, and how many entries it has. Entry i is `column[2 * i]` and `value[2 * i + 1]`: two
    views of one array, so that they are fetched together. `post_*` are the postings of rare columns.
    """

    text: np.ndarray
    code: np.ndarray
    exact: np.ndarray
    row: np.ndarray
    column: np.ndarray
    value: np.ndarray
    post_start: np.ndarray
    post_record: np.ndarray
    post_value: np.ndarray


class Asked(NamedTuple):
    """A block of requests beside their `Wishes`. `text` is a request's place, the term's value is `shift + slope *
    text @ row`, and `points` are those of the term, column by column, the shift last. Rare columns `rare[i]` to
    `rare[i + 1]`, read up to `rare_from`. What rounding can take from a bound is below `allowance`.
    """

    text: np.ndarray
    shift: np.ndarray
    slope: np.ndarray
    points: np.ndarray
    rare: np.ndarray
    rare_column: np.ndarray
    rare_from: np.ndarray
    rare_weight: np.ndarray
    allowance: np.ndarray


class Lanes(NamedTuple):
    """Requests side by side: `request` (-1: none), the `table` of their bounds, what one of its `step`s is in points,
    and the exact values it is `known` to have; `groups` that any of them uses (a multiple of four); `opened`, bits per
    fitted record: who may see it; `scratch`, zeros, one for each column of any term.

    What is found goes into `least`: the bound a record must have by now (in points, of all but the text's shift),
    `waiting`, `record` and `bound` of those that wait, and `found` exact scores.
    """

    request: np.ndarray
    table: np.ndarray
    step: np.ndarray
    known: np.ndarray
    groups: np.ndarray
    opened: np.ndarray
    scratch: np.ndarray
    least: np.ndarray
    waiting: np.ndarray
    record: np.ndarray
    bound: np.ndarray
    found: np.ndarray


_FITTED = named(Fitted, (F32, 2), (I32, 2), (I64, 1), (I32, 3), (I32, 1), (F32, 1), (I64, 1), (I32, 1), (F32, 1))
_ASKED = named(Asked, (F64, 2), (F64, 1), (F64, 1), (F32, 2), (I64, 1), (I32, 1), (I64, 1), (F32, 1), (F32, 1))
_LANES = named(
    Lanes,
    *((I64, 1), (I16, 2), (F32, 1), (F64, 2), (I64, 1), (U64, 2), (F64, 1), (F32, 1), (I64, 1), (I32, 2), (F32, 2)),
    (I64, 1),
)
_SCRATCH, _RECORDS, _SCORES, _SCORED = _array(F64, 1), _array(I32, 2), _array(F64, 2), _array(I64, 1)


@jit(F64, _FITTED, _ASKED, I64, I64, no_cpython_wrapper=True, fastmath={"reassoc", "contract", "nsz"})
def text_value(fitted, asked, request, record):
    """The text term: an inner product of whole steps, whatever the order of its sum."""
    place, row = asked.text[request], fitted.text[record]
    total = 0.0
    for column in range(row.size):
        total += place[column] * row[column]
    return asked.shift[request] + asked.slope[request] * total


@jit(F64, _FITTED, WISHES, I64, I64, I64, I64, no_cpython_wrapper=True)
def looked_up(fitted, wishes, first, last, low, end):
    """The inner product of two rows of whole steps: entries `first` to `last` of the request are looked for in those of
    the fitted side, `low` to `end`."""
    value = 0.0
    for entry in range(first, last):
        column = wishes.column[entry]
        # the nodes of a grid follow each other: the place is known before it is looked for
        if low + 1 < end:
            guess = low + 1 + column - fitted.column[2 * low + 2]
            if low < guess < end and fitted.column[2 * guess] == column:
                value += wishes.value[entry] * fitted.value[2 * guess + 1]
                low = guess
                continue
        high = end
        while low < high:
            middle = (low + high) >> 1
            if fitted.column[2 * middle] < column:
                low = middle + 1
            else:
                high = middle
        if low < end and fitted.column[2 * low] == column:
            value += wishes.value[entry] * fitted.value[2 * low + 1]
    return value


@jit(types.void, _FITTED, WISHES, _ASKED, _LANES, I64, _array(I64, 1), I64, _array(F64, 1), no_cpython_wrapper=True)
def score(fitted, wishes, asked, lanes, lane, records, count, totals):
    """The exact scores of `count` records: the terms in their order, added one after the other.

    Term after term over all of them, so that the machine fetches the rows of several at a time. The request's row is
    written out in `scratch`, which has zeros again afterwards.
    """
    request, scratch, known = lanes.request[lane], lanes.scratch, lanes.known[lane]
    for one in range(count):
        totals[one] = 0.0
    for at in range(wishes.terms[request], wishes.terms[request + 1]):
        term, most = wishes.term[at], wishes.most[at]
        first, last = wishes.low[at], wishes.high[at]
        if term < 0:
            for one in range(count):
                totals[one] += most * text_value(fitted, asked, request, records[one])
            continue
        group = fitted.exact[term]
        if group >= 0:
            for one in range(count):
                totals[one] += most * known[fitted.code[records[one], group]]
            continue
        for entry in range(first, last):
            scratch[wishes.column[entry]] = wishes.value[entry]
        for one in range(count):
            low, size = fitted.row[records[one], term, 0], fitted.row[records[one], term, 1]
            value = 0.0
            if size > 4 * (last - first):
                value = looked_up(fitted, wishes, first, last, low, low + size)
            else:
                for entry in range(low, low + size):
                    value += scratch[fitted.column[2 * entry]] * fitted.value[2 * entry + 1]
            totals[one] += most * value
        for entry in range(first, last):
            scratch[wishes.column[entry]] = 0.0


@jit(I64, _array(F64, 1), _array(I32, 1), I64, F64, I64, no_cpython_wrapper=True)
def insert(scores, records, count, value, record):
    """Keep the best of `scores`, highest first, equal ones by number; return how many there are."""
    size = scores.size
    if count == size and (value < scores[size - 1] or (value == scores[size - 1] and record > records[size - 1])):
        return count
    place = count if count < size else size - 1
    while place > 0 and (scores[place - 1] < value or (scores[place - 1] == value and records[place - 1] > record)):
        scores[place] = scores[place - 1]
        records[place] = records[place - 1]
        place -= 1
    scores[place] = value
    records[place] = record
    return count + 1 if count < size else count


@jit(types.void, _FITTED, WISHES, _ASKED, _LANES, I64, _RECORDS, _SCORES, _SCORED)
def settle(fitted, wishes, asked, lanes, lane, records, scores, scored):
    """Score the waiting records of a lane that may be among the best, and learn what others must reach."""
    request = lanes.request[lane]
    waiting, found, k = lanes.waiting[lane], lanes.found[lane], records.shape[1]
    bound, record = lanes.bound[lane], lanes.record[lane]
    shift = asked.points[request, fitted.text.shape[1]]
    allowance = np.float64(asked.allowance[request]) + shift
    heap, heap_at, count = np.empty(k, dtype=np.float64), np.empty(k, dtype=np.int32), 0
    for at in range(waiting):
        count = insert(heap, heap_at, count, np.float64(bound[at]), at)
    first = heap[k - 1] if count == k else -np.inf
    some, totals = np.empty(TOGETHER, dtype=np.int64), np.empty(TOGETHER, dtype=np.float64)
    for turn in range(2):
        size = 0
        for at in range(waiting + 1):
            if at < waiting:
                if (bound[at] >= first) != (turn == 0):
                    continue
                if found == k and bound[at] + allowance < scores[request, k - 1]:
                    continue
                some[size] = record[at]
                size += 1
            if size == TOGETHER or at == waiting:
                score(fitted, wishes, asked, lanes, lane, some, size, totals)
                for one in range(size):
                    found = insert(scores[request], records[request], found, totals[one], some[one])
                scored[request] += size
                size = 0
    lanes.waiting[lane], lanes.found[lane] = 0, found
    if found == k:
        lanes.least[lane] = np.float32(scores[request, k - 1] - allowance)


@jit(types.void, _FITTED, WISHES, _ASKED, _LANES, _array(F32, 2), I64, _RECORDS, _SCORES, _SCORED)
def scan(fitted, wishes, asked, lanes, text, begin, records, scores, scored):
    """Go through the records from `begin` on; `text`, of shape (n_records, LANES), are the points of their texts."""
    size = text.shape[0]
    for lane in range(LANES):
        request = lanes.request[lane]
        if request >= 0:
            for at in range(asked.rare[request], asked.rare[request + 1]):
                low, high = asked.rare_from[at], fitted.post_start[asked.rare_column[at] + 1]
                while low < high and fitted.post_record[low] < begin + size:
                    text[fitted.post_record[low] - begin, lane] += asked.rare_weight[at] * fitted.post_value[low]
                    low += 1
                asked.rare_from[at] = low
    total = np.empty(LANES, dtype=np.int16)
    reached = np.zeros(LANES, dtype=np.uint8)
    eight = reached.view(np.uint64)
    groups, table, least, step = lanes.groups, lanes.table, lanes.least, lanes.step
    for at in range(size):
        record = begin + at
        code, opened = fitted.code[record], lanes.opened[record]
        for lane in range(LANES):
            total[lane] = 0
        for group in range(0, groups.size, 4):
            one, two = code[groups[group]], code[groups[group + 1]]
            three, four = code[groups[group + 2]], code[groups[group + 3]]
            for lane in range(LANES):
                total[lane] = np.int16(
                    total[lane] + table[one, lane] + table[two, lane] + table[three, lane] + table[four, lane]
                )
        for lane in range(LANES):
            reached[lane] = np.uint8(text[at, lane] + np.float32(total[lane]) * step[lane] >= least[lane])
        for part in range(LANES // 64):
            bits = np.uint64(0)
            for byte in range(8):  # the low bits of eight bytes next to each other
                packed = (eight[8 * part + byte] * np.uint64(0x0102040810204080)) >> np.uint64(56)
                bits |= packed << np.uint64(8 * byte)
            bits &= opened[part]
            lane = 64 * part
            while bits != np.uint64(0):
                while bits & np.uint64(255) == np.uint64(0):
                    bits >>= np.uint64(8)
                    lane += 8
                if bits & np.uint64(1) != np.uint64(0):
                    place = lanes.waiting[lane]
                    lanes.record[lane, place] = record
                    lanes.bound[lane, place] = text[at, lane] + np.float32(total[lane]) * step[lane]
                    lanes.waiting[lane] = place + 1
                    if place + 1 == WAITING:
                        settle(fitted, wishes, asked, lanes, lane, records, scores, scored)
                bits >>= np.uint64(1)
                lane += 1
