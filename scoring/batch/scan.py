# mypy: disable-error-code="no-untyped-call,no-untyped-def,call-overload"
"""The compiled part: from upper bounds to the exact best `k` of each request.

Bounds are looked through in chunks of 64 records, one word of the gate mask each. The records whose bound is among the
`k` best chunk maxima are scored exactly; then every record whose bound still reaches the kth exact score. What was not
scored cannot be among the best, so the result is exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import types

from scoring.batch.compiling import jit

CHUNK = 64
TOGETHER = 4  # records scored exactly side by side
F32, F64, I32, I64, U64 = types.float32, types.float64, types.int32, types.int64, types.uint64


class Fitted(NamedTuple):
    """The fitted side: rows of text in whole steps, and for each term the distinct rows its records have.

    `text` (n, 128); `row` (n, n_terms, 2): where the record's row of a term begins, and how many entries it has. Entry
    i is `column[2 * i]` and `value[2 * i + 1]`: two views of one array, so that they are fetched together. `post_*` are
    the postings of rare columns.
    """

    text: np.ndarray
    row: np.ndarray
    column: np.ndarray
    value: np.ndarray
    post_start: np.ndarray
    post_record: np.ndarray
    post_value: np.ndarray


class Asked(NamedTuple):
    """A block of requests. Request i has the terms `terms[i]` to `terms[i + 1]`: number (-1: text), points, and where
    its row lies in `column` and `value`; rare columns `rare[i]` to `rare[i + 1]`; gate masks `gates[i]` to
    `gates[i + 1]`; `text` is its place, the term's value is `shift + slope * text @ row`.
    """

    terms: np.ndarray
    term: np.ndarray
    most: np.ndarray
    low: np.ndarray
    high: np.ndarray
    column: np.ndarray
    value: np.ndarray
    text: np.ndarray
    shift: np.ndarray
    slope: np.ndarray
    rare: np.ndarray
    rare_column: np.ndarray
    rare_weight: np.ndarray
    gates: np.ndarray
    gate: np.ndarray
    allowance: np.ndarray


def _array(kind: object, dimensions: int) -> object:
    return types.Array(kind, dimensions, "C")


_FITTED = types.NamedTuple(
    (
        _array(F32, 2),
        _array(I32, 3),
        _array(I32, 1),
        _array(F32, 1),
        _array(I64, 1),
        _array(I32, 1),
        _array(F32, 1),
    ),
    Fitted,
)
_ASKED = types.NamedTuple(
    (
        _array(I64, 1),
        _array(I32, 1),
        _array(F64, 1),
        _array(I64, 1),
        _array(I64, 1),
        _array(I32, 1),
        _array(F64, 1),
        _array(F64, 2),
        _array(F64, 1),
        _array(F64, 1),
        _array(I64, 1),
        _array(I32, 1),
        _array(F32, 1),
        _array(I64, 1),
        _array(I32, 1),
        _array(F32, 1),
    ),
    Asked,
)
_BOUNDS, _MASKS = _array(F32, 2), _array(U64, 2)


@jit(F64, _FITTED, _ASKED, I64, I64, no_cpython_wrapper=True)
def text_value(fitted, asked, request, record):
    """The text term: an inner product of whole steps, whatever the order of its sum."""
    one = two = three = four = 0.0
    width = fitted.text.shape[1]
    whole = width - width % 4
    for column in range(0, whole, 4):
        one += asked.text[request, column] * fitted.text[record, column]
        two += asked.text[request, column + 1] * fitted.text[record, column + 1]
        three += asked.text[request, column + 2] * fitted.text[record, column + 2]
        four += asked.text[request, column + 3] * fitted.text[record, column + 3]
    for column in range(whole, width):
        one += asked.text[request, column] * fitted.text[record, column]
    return asked.shift[request] + asked.slope[request] * ((one + two) + (three + four))


@jit(F64, _FITTED, _ASKED, I64, I64, I64, I64, no_cpython_wrapper=True)
def term_value(fitted, asked, first, last, low, end):
    """The exact inner product of two rows of whole steps: entries `first` to `last` of the request, `low` to `end` of
    the fitted side."""
    value = 0.0
    if last - first > 4 * (end - low):  # a short row is looked up in a long request, not the other way round
        for entry in range(low, end):
            column = fitted.column[2 * entry]
            high = last
            while first < high:
                middle = (first + high) >> 1
                if asked.column[middle] < column:
                    first = middle + 1
                else:
                    high = middle
            if first < last and asked.column[first] == column:
                value += asked.value[first] * fitted.value[2 * entry + 1]
        return value
    for entry in range(first, last):
        column = asked.column[entry]
        # the nodes of a grid follow each other: the place is known before it is looked for
        if low + 1 < end:
            guess = low + 1 + column - fitted.column[2 * low + 2]
            if low < guess < end and fitted.column[2 * guess] == column:
                value += asked.value[entry] * fitted.value[2 * guess + 1]
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
            value += asked.value[entry] * fitted.value[2 * low + 1]
    return value


@jit(types.void, _FITTED, _ASKED, I64, _array(I64, 1), I64, _array(F64, 1), no_cpython_wrapper=True)
def score(fitted, asked, request, records, count, totals):
    """The exact scores of `count` records: the terms in their order, added one after the other.

    Term after term over all of them, so that the machine fetches the rows of several at a time.
    """
    for one in range(count):
        totals[one] = 0.0
    for at in range(asked.terms[request], asked.terms[request + 1]):
        term = asked.term[at]
        most = asked.most[at]
        if term < 0:
            for one in range(count):
                totals[one] += most * text_value(fitted, asked, request, records[one])
        else:
            first, last = asked.low[at], asked.high[at]
            for one in range(count):
                record = records[one]
                low = fitted.row[record, term, 0]
                end = low + fitted.row[record, term, 1]
                totals[one] += most * term_value(fitted, asked, first, last, low, end)


@jit(F32, _array(F32, 1), I64, I64, no_cpython_wrapper=True, fastmath={"nnan", "nsz"})
def highest(bounds, low, high):
    """The largest bound of a chunk."""
    best = bounds[low]
    for record in range(low + 1, high):
        best = max(best, bounds[record])
    return best


@jit(F32, _array(F32, 1), I64, I64, U64, no_cpython_wrapper=True, fastmath={"nnan", "nsz"})
def highest_open(bounds, low, high, passing):
    """The largest bound of the open records of a chunk."""
    best = np.float32(-np.inf)
    for at in range(high - low):
        is_open = (passing >> np.uint64(at)) & np.uint64(1)
        best = max(best, bounds[low + at] if is_open != np.uint64(0) else np.float32(-np.inf))
    return best


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


@jit(
    types.void,
    _FITTED,
    _ASKED,
    _BOUNDS,
    _MASKS,
    I64,
    _array(I32, 2),
    _array(F64, 2),
    _array(I64, 1),
)
def scan(fitted, asked, bounds, masks, begin, records, scores, scored):
    """Fill `records` (-1: none) and `scores` of shape (n_requests, k), and how many were scored exactly, for the
    requests from `begin` on whose bounds there are."""
    n = fitted.row.shape[0]
    words = masks.shape[1]
    k = records.shape[1]
    top = np.empty(words, dtype=np.float32)
    open_ = np.empty(words, dtype=np.uint64)
    heap = np.empty(k, dtype=np.float64)
    heap_at = np.empty(k, dtype=np.int32)
    candidates = np.empty(TOGETHER, dtype=np.int64)
    totals = np.empty(TOGETHER, dtype=np.float64)
    lowest = np.float32(-np.inf)
    for request in range(begin, begin + bounds.shape[0]):
        bound_of = bounds[request - begin]
        for at in range(asked.rare[request], asked.rare[request + 1]):
            weight = asked.rare_weight[at]
            column = asked.rare_column[at]
            for entry in range(fitted.post_start[column], fitted.post_start[column + 1]):
                bound_of[fitted.post_record[entry]] += weight * fitted.post_value[entry]
        count = 0
        for word in range(words):
            passing = ~np.uint64(0)
            for at in range(asked.gates[request], asked.gates[request + 1]):
                passing &= masks[asked.gate[at], word]
            low, high = word * CHUNK, min(n, word * CHUNK + CHUNK)
            if high - low < CHUNK:
                passing &= (np.uint64(1) << np.uint64(high - low)) - np.uint64(1)
            open_[word] = passing
            if passing == np.uint64(0):
                continue
            best = highest(bound_of, low, high)
            # of a chunk with closed records the largest open bound counts, if even the largest of all would
            if passing != ~np.uint64(0) and (count < k or best > heap[k - 1]):
                best = highest_open(bound_of, low, high, passing)
            top[word] = best
            count = insert(heap, heap_at, count, np.float64(best), word)
        first = np.float32(heap[k - 1]) if count == k else lowest
        allowance = asked.allowance[request]
        found = 0
        exact = 0
        waiting = 0
        for turn in range(2):
            for word in range(words):
                if open_[word] == np.uint64(0):
                    continue
                if turn == 0 and top[word] < first:
                    continue
                if turn == 1 and found == k and top[word] + allowance < scores[request, k - 1]:
                    continue
                low, high = word * CHUNK, min(n, word * CHUNK + CHUNK)
                for record in range(low, high):
                    bound = bound_of[record]
                    if (bound >= first) != (turn == 0):
                        continue
                    if (open_[word] >> np.uint64(record - low)) & np.uint64(1) == np.uint64(0):
                        continue
                    if found == k and bound + allowance < scores[request, k - 1]:
                        continue
                    candidates[waiting] = record
                    waiting += 1
                    if waiting == TOGETHER:
                        score(fitted, asked, request, candidates, waiting, totals)
                        for one in range(waiting):
                            found = insert(scores[request], records[request], found, totals[one], candidates[one])
                        exact += waiting
                        waiting = 0
            score(fitted, asked, request, candidates, waiting, totals)
            for one in range(waiting):
                found = insert(scores[request], records[request], found, totals[one], candidates[one])
            exact += waiting
            waiting = 0
        for place in range(found, k):
            records[request, place] = -1
            scores[request, place] = np.nan
        scored[request] = exact
