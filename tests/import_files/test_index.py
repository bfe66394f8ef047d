"""Category cells that were run together, split by what the whole column shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.lists import learn_index, split_cell
from app.domain.lists.index import is_run_together

ENTRIES = [
    "Bags",
    "Bike & Running",
    "Corporate Wear",
    "Fibres / Yarns",
    "Health/Medical",
    "Labels (woven)",
    "Zip-ups",
    "Winter Sports",
    "UV",
]


def joined(*picks: list[str]) -> list[str]:
    return ["".join(pick) for pick in picks]


CELLS = joined(
    ["Bags", "Bike & Running", "Corporate Wear"],
    ["Bags", "Fibres / Yarns"],
    ["Health/Medical", "Winter Sports"],
    ["Bike & Running"],
    ["Fibres / Yarns", "Health/Medical"],
    ["Corporate Wear", "Winter Sports"],
    ["Bags"],
    ["Labels (woven)", "Zip-ups"],
    ["Bags", "Labels (woven)"],
    ["Zip-ups"],
)


def test_entries_of_the_column_are_learned() -> None:
    index = learn_index(CELLS)
    assert set(index.entries) == {
        "Bags", "Bike & Running", "Corporate Wear", "Fibres / Yarns", "Health/Medical", "Winter Sports",
        "Labels (woven)", "Zip-ups",
    }  # fmt: skip
    assert index.entries["Bags"] == 4
    assert split_cell("BagsBike & RunningCorporate Wear", index) == (("Bags", "Bike & Running", "Corporate Wear"), ())


def test_what_the_index_does_not_know_is_left_over() -> None:
    index = learn_index(CELLS)
    assert split_cell("BagsSwimwearHealth/Medical", index) == (("Bags", "Health/Medical"), ("Swimwear",))
    assert split_cell("", index) == ((), ())


def test_a_border_inside_one_entry_is_seen_by_its_company() -> None:
    index = learn_index(["PrimaLoft fillingBags", "BagsPrimaLoft filling", "PrimaLoft fillingShoes", "Bags", "Shoes"])
    assert "PrimaLoft filling" in index
    assert "Prima" not in index


def test_entries_that_often_stand_together_but_also_apart_are_two() -> None:
    index = learn_index(["TapesTransfers", "TapesTransfersTrims", "BagsTapesTransfers", "Tapes", "Bags"])
    assert {"Tapes", "Transfers", "Trims", "Bags"} == set(index.entries)


def test_a_very_short_piece_belongs_to_its_neighbour() -> None:
    assert set(learn_index(["McDonald partsBags", "Bags"]).entries) == {"McDonald parts", "Bags"}


def test_known_entries_part_others_where_no_capital_helps() -> None:
    index = learn_index(["UVBags", "UVShoes", "UV", "Bags", "Shoes"])
    assert set(index.entries) == {"UV", "Bags", "Shoes"}
    assert split_cell("ShoesUVBags", index)[0] == ("Shoes", "UV", "Bags")


def test_an_entry_that_stands_alone_is_not_taken_apart() -> None:
    index = learn_index(["Sportswear", "Sportswear", "Sports", "Sports", "wear", "wear"])
    assert "Sportswear" in index


def test_only_columns_that_look_run_together_are_split() -> None:
    assert is_run_together(CELLS)
    assert not is_run_together(["Bags; Shoes", "Shoes; McDonald", "Bags; PrimaLoft"])
    assert not is_run_together(["Plain", "Words", "Only"])
    assert not is_run_together(["We make PrimaLoft jackets and LaTeX gloves", "Our iPhone bags", "An eCommerce firm"])
    assert not is_run_together([])


@given(st.lists(st.lists(st.sampled_from(ENTRIES[:8]), min_size=1, max_size=5, unique=True), min_size=5, max_size=25))
def test_splitting_loses_no_letter(picks: list[list[str]]) -> None:
    cells = joined(*picks)
    index = learn_index(cells)
    for cell, pick in zip(cells, picks, strict=True):
        parts, leftover = split_cell(cell, index)
        assert sorted("".join([*parts, *leftover])) == sorted("".join(pick))


@given(st.permutations(ENTRIES[:8]), st.randoms())
def test_any_list_whose_entries_also_stand_alone_is_split_exactly(entries: list[str], dice: object) -> None:
    cells = [*entries, *("".join(entries[start : start + 3]) for start in range(6))]
    index = learn_index(cells)
    assert set(index.entries) == set(entries)
    for start in range(6):
        assert split_cell(cells[8 + start], index) == (tuple(entries[start : start + 3]), ())
