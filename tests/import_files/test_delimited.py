"""CSV as people have it: separators, quotes, numbers of rows, and what is said when it is broken."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.io.spreadsheets import FileTooLargeError, Limits, UnreadableFileError, read_tables
from app.io.spreadsheets.delimited import find_separator, read_delimited

WORDS = [
    "T恤",
    "羽绒服",
    "南昌",
    "Firm, Ltd",
    "a;b",
    "tab\tin",
    "line\nbreak",
    'a "quote"',
    "Größe",
    "été",
    "1,50",
    "x|y",
    "=1+1",
]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_list_reads_back_whatever_its_separator_and_encoding(tmp_path: Path, separator: str, codec: str) -> None:
    rows = [
        ["企业名称", "国家", "产品"],
        ["甲厂（虚构）", "中国", "T恤，卫衣"],
        ["乙厂, 虚构", "中国", '羽绒服 "厚"\n第二行'],
    ]
    path = tmp_path / "list.csv"
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    path.write_bytes(out.getvalue().encode(codec))
    table = read_tables(path)[0]
    assert [list(row.cells) for row in table.rows] == rows
    assert [row.number for row in table.rows] == [1, 2, 3]


@given(
    st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(
                st.sampled_from(WORDS)
                | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1),
                min_size=width,
                max_size=width,
            ),
            min_size=2,
            max_size=8,
        )
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
)
def test_any_table_reads_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], separator: str, codec: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "list.csv"
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    path.write_bytes(out.getvalue().encode(codec))
    table = read_delimited(path, Limits(), encoding=codec, separator=separator)
    assert [[cell or "" for cell in row.cells] for row in table.rows] == rows


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("Name;Preis\nA;1,50\nB;2,75\n", ";"),
        ("Name;Text\nA;eins, zwei, drei\nB;vier\n", ";"),
        ('Name,Text\nA,"x; y; z"\nB,"u;\nv"\n', ","),
        ("Exhibitors 2025\n\nName;Land;Ort\nA;DE;X\nB;FR;Y\n", ";"),
        ("Name\tText\nA\tx, y; z\nB\tu\n", "\t"),
        ("Name\nA\nB\n", ","),
        ("Name,A;B\nx,1;2\ny,3;4\nz,5;6\n", ","),
    ],
)
def test_the_separator_is_found(text: str, separator: str) -> None:
    assert find_separator(text) == separator


@pytest.mark.parametrize("first", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n'])
def test_the_separator_line_of_excel_is_believed_and_counted(tmp_path: Path, first: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(first + "Name;Land\nA;DE\n", encoding="utf-8", newline="")
    table = read_tables(path)[0]
    assert [(row.number, row.cells) for row in table.rows] == [(2, ("Name", "Land")), (3, ("A", "DE"))]


def test_blank_rows_are_left_out_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Name,Country\n\n,\nA,FR\n,,,\nB,\n", encoding="utf-8")
    assert [(row.number, row.cells) for row in read_tables(path)[0].rows] == [
        (1, ("Name", "Country")),
        (4, ("A", "FR")),
        (6, ("B",)),
    ]


def test_how_it_was_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_bytes("Société;Pays\nDupré;France\n".encode("cp1252"))
    table = read_tables(path)[0]
    assert table.name == "liste"
    assert table.reading["encoding"] == "cp1252"
    assert table.reading["separator"] == "semicolon"


def test_a_quotation_mark_that_is_never_closed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('Name,Text\nA,"fine"\nB,"open\nC,x\nD,y\n', encoding="utf-8")
    with pytest.raises(UnreadableFileError, match=r"opens in row 3 \(line 3\) is never closed"):
        read_tables(path)


def test_inches_are_not_quotation_marks(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('Name,Width\nA,58"\nB,60" wide', encoding="utf-8")
    assert [row.cells[1] for row in read_tables(path)[0].rows[1:]] == ['58"', '60" wide']


@pytest.mark.parametrize(
    ("text", "limits", "words"),
    [
        ("Name\n" + "A\n" * 20, Limits(rows=10), "more than 10 rows"),
        ("Name," * 20 + "x\n", Limits(columns=10), "Row 1 of 'list.csv' has 21 columns"),
        ("Name,B\n" + "a,b\n" * 10, Limits(cells=10), "more than 10 cells"),
        ("Name,B\nshort," + "x" * 60 + "\n", Limits(cell_characters=50), "Cell B2 of 'list.csv' has 60 characters"),
        ("Name,B\n" * 10, Limits(file_bytes=20), "at most 0 MB"),
        ("Name,B\nA," + "x" * 200_000 + "\n", Limits(), "more than 131,072 characters"),
    ],
)
def test_limits_are_named_with_the_place(tmp_path: Path, text: str, limits: Limits, words: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileTooLargeError, match=words):
        read_tables(path, limits=limits)


@pytest.mark.parametrize("text", ["\n\n\n", " , , \n", "\ufeff"])
def test_a_file_without_content_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="no row with content"):
        read_tables(path)


def test_a_million_rows_are_refused_in_little_memory(tmp_path: Path) -> None:
    """In a process that may use 600 MB in all, interpreter and libraries included."""
    path = tmp_path / "million.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("Company,Country\n")
        file.writelines(f"Firm {number},FR\n" for number in range(1_000_000))
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (600_000_000,) * 2)\n"
        "from pathlib import Path\n"
        "from app.io.spreadsheets import FileTooLargeError, read_tables\n"
        "try: read_tables(Path(sys.argv[1]))\n"
        "except FileTooLargeError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert "more than 100,000 rows" in done.stdout
