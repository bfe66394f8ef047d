"""Many requests at once give, bit for bit, what each gives alone: in any order, block, number of threads, and shard."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.invented import demands as invented_demands
from benchmarks.invented import suppliers as invented_suppliers
from scoring import SupplierRanker, rank_shards, read_shards
from scoring.batch import masks, tables
from scoring.batch import ranking as batch
from scoring.batch.lanes import LANES, opened
from scoring.batch.scan import HEAD, TILE
from scoring.errors import RankingError, RecordError
from scoring.records import read
from tests.scoring import test_gates
from tests.scoring.test_properties import demands, suppliers

AS_OF = "2025-09-15"


def together(ranker, asked, k, **how):
    names = []
    blocks = list(ranker.rank_blocks(asked, k, names=names, together=True, **how))
    found = np.concatenate([block.records for block in blocks])
    ids = np.asarray([*ranker.ids_, None], dtype=object)[found]
    return ids, np.concatenate([block.scores for block in blocks]), sum(int(block.scored.sum()) for block in blocks)


def alone(ranker, asked, k):
    found = [ranker.rank([demand], k) for demand in asked]
    return np.concatenate([one.ids for one in found]), np.concatenate([one.scores for one in found])


def same(one, other):
    assert one[0].tolist() == other[0].tolist()
    np.testing.assert_array_equal(one[1], other[1])


@pytest.fixture(scope="module")
def large():
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit(invented_suppliers(500))
    return ranker, list(invented_demands(300))


@settings(max_examples=15, deadline=None)
@given(suppliers, demands, st.integers(1, 8))
def test_any_requests_together_are_ranked_as_each_alone(suppliers, demands, k):
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit(suppliers)
    same(together(ranker, demands, k), alone(ranker, demands, k))
    same(together(ranker, demands[::-1], k, threads=1), alone(ranker, demands[::-1], k))


def test_a_large_list_is_ranked_exactly_and_few_pairs_are_scored(large):
    ranker, asked = large
    ids, scores, scored = together(ranker, asked, 20)
    same((ids, scores), alone(ranker, asked, 20))
    assert scored < 0.4 * len(asked) * ranker.n_fitted_
    full = ranker.scores(asked[:20])
    for row, (found, values) in enumerate(zip(ids[:20], scores[:20], strict=True)):
        for identity, value in zip(found, values, strict=True):
            assert identity is None or full[row, ranker.ids_.index(identity)] == value


def test_a_last_record_alone_in_its_tile_is_ranked_like_the_others():
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit(invented_suppliers(TILE + 1, seed=8))
    asked = list(invented_demands(40, seed=9))
    same(together(ranker, asked, TILE + 1), alone(ranker, asked, TILE + 1))


@pytest.mark.parametrize("size", [1, 7, 256])
def test_neither_blocks_nor_threads_nor_order_change_a_bit(large, size, monkeypatch):
    ranker, asked = large
    expected = together(ranker, asked, 5)
    monkeypatch.setattr(batch, "BLOCK", size)
    some = slice(0, None if size > 1 else 40)
    found = together(ranker, asked[some], 5, threads=1 + size % 3)
    same(found, (expected[0][some], expected[1][some]))
    order = np.random.default_rng(size).permutation(len(asked))[some]
    shuffled = together(ranker, [asked[at] for at in order], 5)
    same(shuffled, (expected[0][order], expected[1][order]))


def bounds_of(ranker, asked):
    """Upper bounds of all pairs as the scan adds them up, shape (n_fitted, n_asked), and the rounding allowance."""
    ranking = batch.BatchRanker(ranker._space, ranker._book)
    block = ranking.requests.block(read(asked, "demand"))
    fitted, wishes = ranking.tables.fitted, block.asked
    lanes = ranking._lanes(block, np.arange(len(asked)), 1)
    table = lanes.table[fitted.code[:, lanes.groups]].astype(np.int64).sum(axis=1) * lanes.step.astype(float)
    text = fitted.text @ wishes.points[:, :-1].T.astype(float)
    head = fitted.text[:, :HEAD] @ wishes.points[:, : min(HEAD, fitted.text.shape[1])].T.astype(float)
    assert (head + np.outer(fitted.rest, lanes.rest[: len(asked)].astype(float)) >= text).all()
    out = table[:, : len(asked)] + text + wishes.points[:, -1]
    for number in range(len(asked)):
        for at in range(wishes.rare[number], wishes.rare[number + 1]):
            column = wishes.rare_column[at]
            part = slice(fitted.post_start[column], fitted.post_start[column + 1])
            out[fitted.post_record[part], number] += wishes.rare_weight[at] * fitted.post_value[part]
    return out[np.argsort(fitted.number)], wishes.allowance


FEW = {"CLASSES": 4, "PATTERNS": 4, "LIKE": 3, "MANY": 1 / 4}  # so that a small list has every kind of group


@pytest.mark.parametrize("few", [{}, FEW, FEW | {"MANY": 1 / 30}, FEW | {"MANY": 2.0}])
def test_no_bound_is_below_the_score(few, monkeypatch):
    for name, value in few.items():
        monkeypatch.setattr(tables, name, value)
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit(invented_suppliers(150, seed=3))
    asked = list(invented_demands(100, seed=4))
    bounds, allowance = bounds_of(ranker, asked)
    scores = ranker.scores(asked).T
    assert (bounds + allowance >= scores).all()
    assert np.median(bounds - scores) < (30.0 if few else 1.0)  # and they say something
    if few:
        monkeypatch.setattr(ranker, "_batch", None)
        same(together(ranker, asked, 7), alone(ranker, asked, 7))


@settings(max_examples=25, deadline=None)
@given(suppliers, demands)
def test_no_bound_of_odd_records_is_below_the_score(suppliers, demands):
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit(suppliers)
    with pytest.MonkeyPatch.context() as patched:
        for name, value in FEW.items():
            patched.setattr(tables, name, value)
        bounds, allowance = bounds_of(ranker, demands)
    stated = [not empty for empty in ranker_empty(ranker, demands)]
    assert (bounds + allowance >= ranker.scores(demands).T)[:, stated].all()


def ranker_empty(ranker, asked):
    return [not ranker._space.weighed(record) for record in read(asked, "demand")]


def test_ties_at_the_end_of_a_list_go_by_id_whatever_waits(monkeypatch):
    rows = invented_suppliers(40, seed=5)
    twins = [row | {"id": f"t{copy:02d}{row['id']}"} for copy in range(8) for row in rows]
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit(twins)
    asked = list(invented_demands(150, seed=6))
    found = together(ranker, asked, 12)
    same(found, alone(ranker, asked, 12))
    assert sum(float(row[-1] == row[-2]) for row in found[1]) > 50


@pytest.mark.parametrize("k", [1, 20, 200])
def test_where_too_much_was_expected_a_request_is_gone_through_again(large, k, monkeypatch):
    ranker, asked = large
    expected = alone(ranker, asked[:150], k)
    modest = together(ranker, asked[:150], k)
    same(modest, expected)
    again = []
    rerun = batch.BatchRanker._again
    monkeypatch.setattr(batch.BatchRanker, "_again", lambda self, *given: again.extend(given[1]) or rerun(self, *given))
    monkeypatch.setattr(batch, "expecting", lambda n, _: np.zeros(n, dtype=np.int64))  # all are to be like the best
    ranking = batch.BatchRanker(ranker._space, ranker._book)
    monkeypatch.setattr(ranker, "_batch", ranking)
    same(together(ranker, asked[:150], k), expected)
    assert len(again) > 20
    assert len(set(again)) == len(again)
    assert ranking.expected == {k: max(min(2 * batch.REACH * k, batch.FURTHEST), batch.REACH * k)}


def test_what_is_expected_grows_into_all_that_were_asked_for():
    found = batch.expecting(30_000, 40)
    assert found[0] < 5
    assert found[-1] == 39
    assert (np.diff(found) >= 0).all()
    draw = np.random.default_rng(0)
    missed = 0
    for _ in range(500):  # the 40 best of 30,000 in any order: how many of them are among those so far
        place = np.sort(draw.choice(30_000, 40, replace=False))
        missed += bool((np.arange(40) > found[place]).any())
    assert missed <= 2


@pytest.mark.parametrize("passing", [0, 1, 2])
def test_bits_of_the_lanes_say_who_is_open_to_whom(passing):
    draw = np.random.default_rng(passing)
    n, requests = 130, 90
    bits = draw.integers(0, 2**63, (5, 3), dtype=np.uint64)
    gates = np.concatenate(([0], np.cumsum(draw.integers(0, 3, requests))))
    gate = draw.integers(0, 5, gates[-1]).astype(np.int32)
    out = np.zeros((n, LANES // 64), dtype=np.uint64)
    opened(bits, gates, gate, np.arange(requests), out)
    for record in range(n):
        for request in range(requests):
            own = gate[gates[request] : gates[request + 1]]
            expected = all(int(bits[one, record // 64]) >> (record % 64) & 1 for one in own)
            assert (int(out[record, request // 64]) >> (request % 64)) & 1 == expected


def test_every_gate_holds_in_a_batch_as_alone():
    rows = [{"id": f"s{n:03d}", **supplier} for n, (_, _, supplier, _) in enumerate(test_gates.CASES)]
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit(rows)
    asked = [
        {"id": f"d{n}", **demand, "must": [gate]} | ({"exclude": ["s001", "s007", "nobody"]} if n % 3 == 0 else {})
        for n, (gate, demand, _, _) in enumerate(test_gates.CASES)
    ]
    found = together(ranker, asked, len(rows))
    same(found, alone(ranker, asked, len(rows)))
    assert (found[0] == None).any()  # noqa: E711 - gates did leave some out


def test_masks_that_are_forgotten_stay_with_the_blocks_made_with_them(large, monkeypatch):
    ranker, asked = large
    expected = together(ranker, asked, 5)
    monkeypatch.setattr(masks, "KEPT", 3)
    monkeypatch.setattr(batch, "BLOCK", 8)
    same(together(ranker, asked, 5, threads=2), expected)


@pytest.mark.parametrize("what", ["gates", "rows"])
def test_what_was_interrupted_is_made_anew(large, what, monkeypatch):
    ranker, asked = large
    monkeypatch.setattr(ranker, "_batch", None)

    def interrupted(*_):
        raise KeyboardInterrupt

    assert ranker._batch_ranker(20) is not None  # made ready first, from the same matrices
    with monkeypatch.context() as patched:
        if what == "gates":
            patched.setattr(masks.Masks, "_add", interrupted)
        else:
            patched.setattr(ranker._space.terms[0], "matrix", interrupted)
        with pytest.raises(KeyboardInterrupt):
            together(ranker, asked[:60], 20)
    same(together(ranker, asked[:60], 20), alone(ranker, asked[:60], 20))


def test_equal_scores_come_by_id_and_short_lists_are_padded():
    rows = [{"id": f"s{n:03d}", "products": ["socks"]} for n in range(200)]
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit(rows[::-1])
    ids, scores, _ = together(ranker, [{"id": "r", "products": ["socks"]}], 3)
    assert ids.tolist() == [["s000", "s001", "s002"]]
    ids, scores, _ = together(ranker, [{"id": "r", "products": ["socks"], "exclude": ["s000"]}], 200)
    assert ids[0, 0] == "s001"
    assert ids[0, -1] is None
    assert np.isnan(scores[0, -1])


def test_requests_with_answers_or_without_a_wish_are_taken_among_the_others(large):
    asked = large[1]
    taught = SupplierRanker(text="compact", as_of=AS_OF).fit(invented_suppliers(80))
    taught.learn([("d000001", "s000003", 1, "2025-09-01"), ("d000002", "s000004", 0, "2025-09-01")])
    mixed = [*asked[:5], {"id": "silent"}, *asked[5:9]]
    same(together(taught, mixed, 6), alone(taught, mixed, 6))


def test_rank_takes_the_fast_way_by_itself_and_a_generator(large, monkeypatch):
    ranker, asked = large
    expected = alone(ranker, asked[:100], 4)
    calls = []
    monkeypatch.setattr(type(ranker), "_enough", lambda _: 64)
    monkeypatch.setattr(type(ranker), "_batch_ranker", lambda self, k: calls.append(1) or self._batch)
    found = ranker.rank((dict(demand) for demand in asked[:100]), k=4)
    assert calls
    same((found.ids, found.scores), expected)
    assert found.askers == tuple(demand["id"] for demand in asked[:100])
    assert ranker.explain("d000003", found.ids[3, 0]).score == found.scores[3, 0]
    with pytest.raises(RecordError, match="already the id"):
        ranker.rank(iter([asked[0], asked[0]]))


@settings(max_examples=8, deadline=None)
@given(suppliers, demands)
def test_terms_of_the_compact_score_add_up(suppliers, demands):
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit(suppliers)
    ids, scores, _ = together(ranker, demands, 3)
    for demand, found, values in zip(demands, ids, scores, strict=True):
        for identity, value in zip(found, values, strict=True):
            if identity is not None:
                told = ranker.explain(demand, identity)
                total = 0.0
                for number, term in enumerate(told.terms):
                    total = term.points if number == 0 else total + term.points
                assert total == told.score == value


def test_requests_that_differ_in_one_field_only_get_rows_of_their_own(large):
    ranker, _ = large
    one = {"quantity": 60_000, "unit": "H87", "target_price": 9, "currency": "EUR", "delivery_country": "FR"}
    days = {"in_store_by": ["2025-11-10", "2026-02-10", "2026-09-10"], "ship_by": ["2025-10-20", "2026-08-01"]}
    other = {"unit": ["KGM"], "currency": ["CNY"], "transport": ["air"], "delivery_country": ["US"], "gsm": [150]}
    asked = [one, *(one | {name: value} for name, values in (days | other).items() for value in values)]
    asked = [row | {"id": f"a{at}"} for at, row in enumerate(asked)]
    same(together(ranker, asked, 20)[:2], alone(ranker, asked, 20))


# shards ---------------------------------------------------------------------------------------------------------------
def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_shards_hold_the_same_bytes_whoever_writes_them(large, tmp_path):
    ranker, asked = large
    lines = tmp_path / "asked.jsonl"
    lines.write_text("\n".join(json.dumps(demand, ensure_ascii=False) for demand in asked), encoding="utf-8")
    heard = []
    one = rank_shards(ranker, asked, tmp_path / "one", 5, shard_size=64, progress=lambda *at: heard.append(at))
    two = rank_shards(ranker, iter(asked), tmp_path / "two", 5, shard_size=64, workers=2)
    three = rank_shards(ranker, lines, tmp_path / "three", 5, shard_size=64, workers=3)
    four = rank_shards(ranker, str(lines), tmp_path / "four", 5, shard_size=64)
    assert contents(one) == contents(two)
    assert contents(three) == contents(four)  # a file is known by its bytes
    assert told(one) == told(three)
    assert heard[-1] == (300, 300)
    assert len(heard) == 5
    ranking = read_shards(one)
    same((ranking.ids, ranking.scores), alone(ranker, asked, 5))
    assert ranking.askers == tuple(demand["id"] for demand in asked)


def told(folder):
    found = read_shards(folder)
    return found.askers, found.ids.tolist(), found.scores.tobytes()


def test_a_file_is_read_where_its_shards_are_made(large, tmp_path):
    ranker, asked = large
    lines = tmp_path / "asked.jsonl"
    lines.write_text("\n\n".join(json.dumps(demand) for demand in asked[:50]) + "\r\n \n", encoding="utf-8")
    folder = rank_shards(ranker, lines, tmp_path / "a", 5, shard_size=10, workers=2)
    assert told(folder) == told(rank_shards(ranker, asked[:50], tmp_path / "b", 5, shard_size=10))
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*")}
    lines.write_bytes(lines.read_bytes().replace(json.dumps(asked[30]).encode(), json.dumps(asked[60]).encode()))
    rank_shards(ranker, lines, folder, 5, shard_size=10, workers=2)
    after = {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*")}
    assert [name for name in before if before[name] != after[name]] == ["shard-00003.npz"]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("line", "error", "message"),
    [
        ('{"id": "d000003"}', RankingError, "'d000003' comes twice"),
        ('{"id": "d000025"}', RankingError, "'d000025' comes twice"),
        ('{"id": "x"', RecordError, "asked.jsonl, line 30: no JSON object"),
        ("[1]", RecordError, "asked.jsonl, line 30: found list, expected a JSON object"),
        ('{"id": "x", "pries": 1}', RecordError, "unknown field 'pries'"),
        ('{"id": "\udcff"}', RecordError, "line 30: no JSON object"),
    ],
)
def test_a_file_with_a_wrong_line_makes_no_complete_folder(large, tmp_path, workers, line, error, message):
    ranker, asked = large
    rows = [json.dumps(demand) for demand in asked[:40]]
    rows[29] = line
    lines = tmp_path / "asked.jsonl"
    lines.write_text("\n".join(rows), encoding="utf-8", errors="surrogateescape")
    with pytest.raises(error, match=message):
        rank_shards(ranker, lines, tmp_path / "a", 5, shard_size=10, workers=workers)
    with pytest.raises(RankingError, match="call rank_shards again"):
        read_shards(tmp_path / "a")


def test_a_file_that_is_not_there_is_named(large, tmp_path):
    with pytest.raises(RecordError, match=r"nowhere\.jsonl: cannot be read"):
        rank_shards(large[0], tmp_path / "nowhere.jsonl", tmp_path / "a")


def test_full_text_is_ranked_in_shards_too(tmp_path):
    ranker = SupplierRanker(as_of=AS_OF).fit(invented_suppliers(40))
    asked = list(invented_demands(9))
    found = read_shards(rank_shards(ranker, asked, tmp_path / "a", 3, shard_size=4, workers=2))
    same((found.ids, found.scores), alone(ranker, asked, 3))


def test_what_is_there_is_not_made_again_and_what_changed_is(large, tmp_path):
    ranker, asked = large
    folder = rank_shards(ranker, asked, tmp_path / "a", 5, shard_size=100)
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*")}
    changed = [*asked[:150], asked[150] | {"quantity": 123}, *asked[151:]]
    rank_shards(ranker, changed, folder, 5, shard_size=100)
    after = {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*")}
    assert [name for name in before if before[name] != after[name]] == ["shard-00001.npz"]
    rank_shards(ranker, changed[:120], folder, 5, shard_size=100)
    assert len(read_shards(folder).askers) == 120


def _cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _scratch(path: Path) -> None:
    """Another byte in the middle of what it holds, the length as it was."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["shard-00000.npz", "fitted.npy"])
@pytest.mark.parametrize(
    "damage",
    [_cut_in_half, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"not an array"), Path.unlink],
    ids=["half", "empty", "other", "gone"],
)
def test_what_a_disk_has_damaged_is_told_and_made_anew(large, tmp_path, name, damage):
    ranker, asked = large
    folder = rank_shards(ranker, asked[:20], tmp_path / "a", 5, shard_size=10)
    before = contents(folder)
    damage(folder / name)
    with pytest.raises(RankingError, match=rf"{name}: cannot be read .* call rank_shards again"):
        read_shards(folder)
    assert contents(rank_shards(ranker, asked[:20], folder, 5, shard_size=10)) == before
    assert len(read_shards(folder).askers) == 20


def test_a_shard_with_one_wrong_byte_is_made_anew(large, tmp_path):
    ranker, asked = large
    folder = rank_shards(ranker, asked[:20], tmp_path / "a", 5, shard_size=10)
    before = contents(folder)
    _scratch(folder / "shard-00001.npz")
    with pytest.raises(RankingError, match=r"shard-00001.npz: cannot be read"):
        read_shards(folder)
    assert contents(rank_shards(ranker, asked[:20], folder, 5, shard_size=10)) == before


def test_a_file_that_begins_with_a_mark_of_utf_8_is_read(large, tmp_path):
    ranker, asked = large
    plain, marked, empty = tmp_path / "plain.jsonl", tmp_path / "marked.jsonl", tmp_path / "empty.jsonl"
    plain.write_text("".join(json.dumps(row) + "\n" for row in asked[:20]), encoding="utf-8")
    marked.write_text(plain.read_text(encoding="utf-8"), encoding="utf-8-sig")
    empty.write_text("", encoding="utf-8-sig")
    two = [rank_shards(ranker, path, tmp_path / path.stem, 5, shard_size=10) for path in (plain, marked)]
    assert contents(two[0]) == contents(two[1])
    assert read_shards(rank_shards(ranker, empty, tmp_path / "none", 5)).askers == ()
    assert ranker.rank(marked, 5).ids.tolist() == ranker.rank(asked[:20], 5).ids.tolist()


def test_a_folder_of_something_else_is_refused(large, tmp_path):
    ranker, asked = large
    folder = rank_shards(ranker, asked[:10], tmp_path / "a", 5, shard_size=100)
    with pytest.raises(RankingError, match="k=5, asked for 6"):
        rank_shards(ranker, asked[:10], folder, 6, shard_size=100)
    with pytest.raises(RankingError, match="comes twice"):
        rank_shards(ranker, [asked[0], asked[0]], tmp_path / "b", 5)
    with pytest.raises(RankingError, match="call rank_shards again"):
        read_shards(tmp_path / "b")
    with pytest.raises(RankingError, match="no readable manifest"):
        read_shards(tmp_path / "c")
    with pytest.raises(RankingError, match="at least 1"):
        rank_shards(ranker, [], tmp_path / "d", workers=0)


PROGRAM = """
import sys
from benchmarks.invented import demands, suppliers
from scoring import SupplierRanker, rank_shards
ranker = SupplierRanker(text="compact", as_of="2025-09-15").fit(suppliers(500))
rank_shards(ranker, demands(300), sys.argv[1], 5, shard_size=20, workers=int(sys.argv[2]),
            progress=lambda done, of: print(done, flush=True))
"""


def start(folder, workers):
    here = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(here)}
    command = [sys.executable, "-c", PROGRAM, str(folder), str(workers)]
    return subprocess.Popen(
        command, cwd=here, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def test_killed_and_called_again_it_goes_on_and_ends_in_the_same_bytes(large, tmp_path):
    ranker, asked = large
    folder = tmp_path / "killed"
    process = start(folder, 2)
    assert process.stdout is not None
    process.stdout.readline()  # the first shard is written
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    done = {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*.npz")}
    assert done
    assert "shards" not in json.loads((folder / "manifest.json").read_text())
    time.sleep(0.01)
    rank_shards(ranker, asked, folder, 5, shard_size=20)
    assert {name: (folder / name).stat().st_mtime_ns for name in done} == done
    assert contents(folder) == contents(rank_shards(ranker, asked, tmp_path / "whole", 5, shard_size=20))


MEMORY = """
import resource, sys
from benchmarks.invented import demands, suppliers
from scoring import SupplierRanker
from scoring.batch.ranking import BLOCK
ranker = SupplierRanker(text="compact", as_of="2025-09-15").fit(suppliers(600))
def run(n):
    for _ in ranker.rank_blocks(demands(n), 20, together=True): pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
first = run(BLOCK)
print(first, run(3 * BLOCK))
"""


def test_memory_does_not_grow_with_the_number_of_requests():
    here = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", MEMORY],
        cwd=here,
        env=os.environ | {"PYTHONPATH": str(here)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    before, after = map(int, done.stdout.split())
    unit = 1 if sys.platform == "darwin" else 1024
    assert (after - before) * unit < 30 * 2**20


def test_asking_for_more_than_there_are_gives_all_and_takes_no_room_for_the_rest(tmp_path):
    ranker = SupplierRanker(as_of="2025-09-15").fit([{"id": f"s{n}", "products": ["socks"]} for n in range(3)])
    demands = [{"id": f"d{n}", "products": ["socks"]} for n in range(2)]
    most = 10**12  # numbers for so many would not fit into any memory
    assert ranker.rank(demands, k=most).ids.shape == (2, 3)
    assert read_shards(rank_shards(ranker, demands, tmp_path / "shards", k=most)).ids.shape == (2, 3)
