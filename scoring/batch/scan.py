# mypy: disable-error-code="no-untyped-call,no-untyped-def,call-overload"
"""The compiled part: from upper bounds to the exact best `k` of each request.

Many requests side by side, one in each lane, go through the fitted records. A record's bound in a lane is the sum of
one row of the table per group of columns, and the points of its text, of which a few columns and the length of the
others say enough at first. What reaches the lane's threshold waits, and is scored exactly in the end, the highest
bounds first.

The threshold is a guess: what the best bounds so far let expect of the kth score. Where the kth score bears it out,
what was not scored cannot be among the best, and the result is exact; where it does not, the lane is gone through again
with that score for a threshold.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import types

from scoring.batch.compiling import jit
from scoring.batch.lanes import F32, F64, I16, I32, I64, LANES, U64, WISHES, named
from scoring.batch.lanes import array as _array

TOGETHER = 16  # records scored exactly side by side
TILE = 256  # records whose text is held at a time: their points stay near the processor; even
HEAD = 64  # columns of text that are multiplied for every pair; those of the largest values come first


class Fitted(NamedTuple):
    """The fitted side: rows of text in whole steps, and for each term the distinct rows its records have. Records lie
    in an order that has nothing to do with what they are; `number` says which one it is.

    `text` (n, 128), and `rest` (n,) the length of what follows its head; `code` (n, n_groups): the row of the table of
    bounds for each group of columns, and `exact` (n_terms,) the group whose classes are the distinct rows, -1 where
    none is. `row` (n, n_terms, 2): where the record's row of a term begins, and how many entries it has. Entry i is
    `column[2 * i]` and `value[2 * i + 1]`: two views of one array, so that they are fetched together. `post_*` are the
    postings of rare columns.
    """

    number: np.ndarray
    text: np.ndarray
    rest: np.ndarray
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
    and the exact values it is `known` to have; `rest`, the length of what follows the head of its text; `groups` that
    any of them uses (a multiple of four); `opened`, bits per fitted record: who may see it; `scratch`, zeros, one for
    each column of any term.

    What is found goes into `least`: the bound a record must have by now (in points, of all but the text's shift),
    `waiting`, `record` and `bound` of those that wait, and `found` exact scores. `expected` are the best bounds so far,
    highest first: what comes must reach the one of `rank[record]`, less the lane's `slack`.
    """

    request: np.ndarray
    table: np.ndarray
    step: np.ndarray
    known: np.ndarray
    rest: np.ndarray
    groups: np.ndarray
    opened: np.ndarray
    scratch: np.ndarray
    least: np.ndarray
    waiting: np.ndarray
    record: np.ndarray
    bound: np.ndarray
    found: np.ndarray
    expected: np.ndarray
    rank: np.ndarray
    slack: np.ndarray


_FITTED = named(
    Fitted,
    *((I32, 1), (F32, 2), (F32, 1), (I32, 2), (I64, 1), (I32, 3), (I32, 1), (F32, 1), (I64, 1), (I32, 1), (F32, 1)),
)
_ASKED = named(Asked, (F64, 2), (F64, 1), (F64, 1), (F32, 2), (I64, 1), (I32, 1), (I64, 1), (F32, 1), (F32, 1))
_LANES = named(
    Lanes,
    *((I64, 1), (I16, 2), (F32, 1), (F64, 2), (F32, 1), (I64, 1), (U64, 2), (F64, 1), (F32, 1), (I64, 1), (I32, 2)),
    *((F32, 2), (I64, 1), (F32, 2), (I64, 1), (F32, 1)),
)
_SEQUENCE = 0x03F79D71B4CB0A89  # of de Bruijn: times a word of one bit, its six highest bits say which bit it is
_SUMS = {"reassoc", "contract", "nsz"}  # sums in whatever order suits the machine
_BRUIJN, _BIT = np.uint64(_SEQUENCE), np.zeros(64, dtype=np.int64)
_BIT[[(_SEQUENCE << bit) % 2**64 >> 58 for bit in range(64)]] = np.arange(64)
_SCRATCH, _RECORDS, _SCORES, _SCORED = _array(F64, 1), _array(I32, 2), _array(F64, 2), _array(I64, 1)


@jit(F64, _FITTED, _ASKED, I64, I64, no_cpython_wrapper=True, fastmath=_SUMS)
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
                    found = insert(scores[request], records[request], found, totals[one], fitted.number[some[one]])
                scored[request] += size
                size = 0
    lanes.waiting[lane], lanes.found[lane] = 0, found
    if found == k:
        lanes.least[lane] = max(lanes.least[lane], np.float32(scores[request, k - 1] - allowance))


@jit(types.void, _LANES, I64, I64, F32, no_cpython_wrapper=True)
def wait(lanes, lane, record, bound):
    """Keep a record to be scored, and expect what the best bounds so far let expect."""
    place, expected = lanes.waiting[lane], lanes.expected[lane]
    lanes.record[lane, place] = record
    lanes.bound[lane, place] = bound
    lanes.waiting[lane] = place + 1
    at, rank = expected.size - 1, lanes.rank[record]
    if bound > expected[at]:
        while at > 0 and expected[at - 1] < bound:
            expected[at] = expected[at - 1]
            at -= 1
        expected[at] = bound
        lanes.least[lane] = max(lanes.least[lane], expected[rank] - lanes.slack[lane])


@jit(types.void, _FITTED, WISHES, _ASKED, _LANES, I64, _RECORDS, _SCORES, _SCORED, no_cpython_wrapper=True)
def make_room(fitted, wishes, asked, lanes, lane, records, scores, scored):
    """Forget the waiting records of which more is expected by now; score the others where they are too many."""
    kept, least = 0, lanes.least[lane]
    for at in range(lanes.waiting[lane]):
        if lanes.bound[lane, at] >= least:
            lanes.record[lane, kept], lanes.bound[lane, kept] = lanes.record[lane, at], lanes.bound[lane, at]
            kept += 1
    lanes.waiting[lane] = kept
    if 2 * kept > lanes.record.shape[1]:
        settle(fitted, wishes, asked, lanes, lane, records, scores, scored)


@jit(F32, _FITTED, _ASKED, I64, I64, no_cpython_wrapper=True, fastmath=_SUMS)
def points_beyond(fitted, asked, request, record):
    """The points of a text beyond its head."""
    points, row = asked.points[request][HEAD:], fitted.text[record][HEAD:]
    total = np.float32(0.0)
    for column in range(row.size):
        total += points[column] * row[column]
    return total


@jit(types.void, _array(F32, 2), I64, _array(F32, 2), _array(F32, 2), I64, no_cpython_wrapper=True, fastmath=_SUMS)
def add_heads(rows, record, heads, text, at):
    """Add the points of the heads of two records next to each other, four columns at a time, so that what is read of
    the requests serves both; a last record alone is its own neighbour."""
    other = min(record + 1, rows.shape[0] - 1)
    whole = heads.shape[0] - heads.shape[0] % 4
    for column in range(0, whole, 4):
        a, b, c, d = rows[record, column], rows[record, column + 1], rows[record, column + 2], rows[record, column + 3]
        e, f, g, h = rows[other, column], rows[other, column + 1], rows[other, column + 2], rows[other, column + 3]
        for lane in range(LANES):
            one, two = heads[column, lane], heads[column + 1, lane]
            three, four = heads[column + 2, lane], heads[column + 3, lane]
            text[at, lane] += a * one + b * two + c * three + d * four
            text[at + 1, lane] += e * one + f * two + g * three + h * four
    for column in range(whole, heads.shape[0]):
        for lane in range(LANES):
            text[at, lane] += rows[record, column] * heads[column, lane]
            text[at + 1, lane] += rows[other, column] * heads[column, lane]


@jit(types.void, _FITTED, _ASKED, _LANES, I64, _array(F32, 2), no_cpython_wrapper=True)
def add_rare(fitted, asked, lanes, end, text):
    """Add the points of rare columns of the records before `end` that have not been read."""
    begin = end - text.shape[0]
    for lane in range(LANES):
        request = lanes.request[lane]
        if request >= 0:
            for at in range(asked.rare[request], asked.rare[request + 1]):
                low, high = asked.rare_from[at], fitted.post_start[asked.rare_column[at] + 1]
                while low < high and fitted.post_record[low] < end:
                    text[fitted.post_record[low] - begin, lane] += asked.rare_weight[at] * fitted.post_value[low]
                    low += 1
                asked.rare_from[at] = low


@jit(types.void, _FITTED, WISHES, _ASKED, _LANES, _array(F32, 2), _RECORDS, _SCORES, _SCORED)
def scan(fitted, wishes, asked, lanes, heads, records, scores, scored):
    """Go through the records; `heads`, of shape (n_columns, LANES), are the points of the heads of the texts asked
    for."""
    text = np.empty((TILE, LANES), dtype=np.float32)
    total = np.empty(LANES, dtype=np.int16)
    reached = np.zeros(LANES, dtype=np.uint8)
    eight = reached.view(np.uint64)
    groups, table, least, step, beyond = lanes.groups, lanes.table, lanes.least, lanes.step, lanes.rest
    for record in range(fitted.text.shape[0]):
        at = record % TILE
        if at == 0:
            text[:] = np.float32(0.0)
            add_rare(fitted, asked, lanes, record + TILE, text)
        if at % 2 == 0:
            add_heads(fitted.text, record, heads, text, at)
        code, opened, rest = fitted.code[record], lanes.opened[record], fitted.rest[record]
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
            most = text[at, lane] + rest * beyond[lane] + np.float32(total[lane]) * step[lane]
            reached[lane] = np.uint8(most >= least[lane])
        for part in range(LANES // 64):
            bits = np.uint64(0)
            for byte in range(8):  # the low bits of eight bytes next to each other
                packed = (eight[8 * part + byte] * np.uint64(0x0102040810204080)) >> np.uint64(56)
                bits |= packed << np.uint64(8 * byte)
            bits &= opened[part]
            while bits != np.uint64(0):
                lowest = bits & (~bits + np.uint64(1))
                bits ^= lowest
                lane = 64 * part + _BIT[(lowest * _BRUIJN) >> np.uint64(58)]
                bound = text[at, lane] + np.float32(total[lane]) * step[lane]
                bound += points_beyond(fitted, asked, lanes.request[lane], record)
                if bound >= least[lane]:
                    wait(lanes, lane, record, bound)
                    if lanes.waiting[lane] == lanes.record.shape[1]:
                        make_room(fitted, wishes, asked, lanes, lane, records, scores, scored)
