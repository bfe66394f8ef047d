"""Further lists: what is accepted, and what each kind of broken list is told."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from scoring.vocabulary import UnknownCodeError, VocabularyError, load, vocabulary
from scoring.vocabulary.loading import joined_terms

GOOD = "code,parent,hs,cpv,en,fr\nbags,,4202,18900000 18930000,Bags | =bag,Sacs | sac\ntotes,bags,,,Totes,Cabas\n"


def _file(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "index.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_csv_file_becomes_a_vocabulary(tmp_path: Path, encoding: str):
    index = load(_file(tmp_path, GOOD, encoding), "fair index")
    assert (index.name, len(index), list(index)) == ("fair index", 2, ["bags", "totes"])
    assert index.terms["bags"].maps == {"hs": ("4202",), "cpv": ("18900000", "18930000")}
    assert index.terms["bags"].vocabulary == "fair index"
    assert index.ancestors("totes") == ("bags",)
    assert index.resolve("sacs").how == "exact"
    assert index.label("totes", "zh") == "Totes"


def test_rows_will_do_with_any_language():
    index = load([{"code": 7, "parent": None, "es": "Chaqueta | chaquetas", "pt": "Casaco"}], "índice")
    assert index.resolve("chaquetas").code == "7"
    assert index.label("7", "en") == "Chaqueta"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,en\n", r"no rows"),
        ("id,en\n1,Bags\n", r"'id' is none of|no column 'code'"),
        ("en\nBags\n", r"no column 'code'; found en"),
        ("code,English\n1,Bags\n", r"column 'english' is none of"),
        ("code,parnet,en\n1,,Bags\n", r"'parnet'.*did you mean 'parent'"),
        ("code,en\n,Bags\n", r"row 1: 'code' is empty"),
        ("code,en\na,Bags\na,Totes\n", r"row 2: the code 'a' is there twice"),
        ("code,en\na,\n", r"\(a\): no label"),
        ("code,en\na, | Bags\n", r"\(a\): the en label.*is empty"),
        ("code,parent,en\nbags,,Bags\ntotes,bag,Totes\n", r"parent 'bag' of 'totes'.*did you mean 'bags'"),
        ("code,parent,en\na,b,A1\nb,a,B1\n", r"circle: a → b → a"),
        ("code,parent,en\na,a,A1\n", r"circle: a → a"),
        ("code,en\na,Bags | Sacks\nb,Totes | SACKS\n", r"'sacks' \(en\) by a and b"),
        ("code,en\na,Bags,more\n", r"line 2: 1 cell\(s\) more"),
        ('code,en\na,"Bags\n', r"line \d: .*quotes"),
    ],
)
def test_a_broken_list_is_told_what_and_where(tmp_path: Path, text: str, message: str):
    with pytest.raises(VocabularyError, match=message):
        load(_file(tmp_path, text), "index")


def test_a_list_may_be_spread_over_files_and_its_tree_crosses_them():
    first = [{"code": "bags", "parent": "leather", "en": "Bags"}]
    terms = joined_terms({"p.csv": first, "p.more.csv": [{"code": "leather", "en": "Leather goods"}]}, "p")
    assert list(terms) == ["bags", "leather"]
    assert {term.vocabulary for term in terms.values()} == {"p"}


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (
            {"code": "bags", "en": "Sacks"},
            r"p\.more\.csv, row 1: the code 'bags' is there twice \(first in p\.csv, row 1",
        ),
        ({"code": "totes", "en": "bags"}, r"'bags' \(en\) by bags \(p\.csv, row 1\) and totes \(p\.more\.csv, row 1\)"),
        ({"code": "totes", "parent": "sacks", "en": "Totes"}, r"parent 'sacks' of totes \(p\.more\.csv, row 1\)"),
        ({"code": "totes", "en": ""}, r"p\.more\.csv, row 1 \(totes\): no label"),
    ],
)
def test_what_is_wrong_with_a_list_of_several_files_names_file_and_row(second: dict[str, str], message: str):
    with pytest.raises(VocabularyError, match=message):
        joined_terms({"p.csv": [{"code": "bags", "en": "Bags"}], "p.more.csv": [second]}, "p")


def test_a_file_in_another_encoding_is_told_so(tmp_path: Path):
    with pytest.raises(VocabularyError, match="not UTF-8"):
        load(_file(tmp_path, "code,zh\na,羽绒服\n", "gbk"), "index")


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(VocabularyError, match=r"nowhere\.csv is not a file"):
        load(tmp_path / "nowhere.csv", "index")


def test_official_lists_may_share_words_between_codes():
    rows = [{"code": "1", "en": "Other | gloves"}, {"code": "2", "en": "Other | mittens"}]
    with pytest.raises(VocabularyError, match=r"'other' \(en\) by 1 and 2"):
        load(rows, "headings")
    headings = load(rows, "headings", shared_words=True)
    found = headings.resolve("other")
    assert (found.code, [code for code, _ in found.candidates[:2]]) == (None, ["1", "2"])
    assert headings.resolve("gloves").code == "1"


def test_an_unknown_code_is_named_with_the_nearest():
    with pytest.raises(UnknownCodeError, match=r"materials has no code 'slik'; did you mean 'silk'"):
        vocabulary("materials").label("slik")


def test_a_vocabulary_survives_pickling():
    again = pickle.loads(pickle.dumps(vocabulary("units")))
    assert again.terms == vocabulary("units").terms
    assert again.resolve("pcs").code == "H87"


def test_a_list_of_a_hundred_thousand_links_is_no_stack_overflow():
    rows = [{"code": f"c{i}", "parent": f"c{i - 1}" if i else "", "en": f"Term {i}"} for i in range(1500)]
    assert len(load(rows, "chain").ancestors("c1499")) == 1499
