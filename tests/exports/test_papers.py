"""What is printed for the day itself: table cards by day, the list at the door, badges whose code a camera reads."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pypdf
import pytest
import segno
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.i18n import LANGUAGES
from app.domain.alphabet import in_order, initial
from app.domain.badges import Badge
from app.domain.timetables import Party, Timetable
from app.io import pdf
from app.io.pdf.badges import HEIGHT, WIDTH
from app.io.pdf.typeface import Typeface

LONG = "Süddeutsche Strickwarenmanufaktur und Textilhandelsgesellschaft Größenwahn & Söhne GmbH & Co. KGaA"


def _pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


# table cards ---------------------------------------------------------------------------------------------------------
def test_a_card_holds_one_day(timetable: Timetable) -> None:
    first = timetable.meetings[0]
    next_day = replace(
        first, id="n", starts_at=first.starts_at + timedelta(days=1), ends_at=first.ends_at + timedelta(days=1)
    )
    both = replace(timetable, meetings=(first, next_day), places=("T2",))
    one, two = _pages(pdf.cards_pdf(both))
    assert ("15 September 2025" in one, "16 September 2025" in one) == (True, False)
    assert "Tuesday, 16 September 2025" in two
    assert all("Table T2" in page and "1 meeting" in page for page in (one, two))
    assert all("14:00–14:30" in page and "Maison Été & Fils" in page and "Li Wei" in page for page in (one, two))


def test_a_full_day_with_long_names_stays_on_one_card_and_a_fuller_one_says_that_it_goes_on(
    timetable: Timetable,
) -> None:
    model = timetable.meetings[0]
    long = replace(model.parties[1], name=LONG)

    def day(count: int) -> Timetable:
        step = timedelta(minutes=8 * 60 // count)
        rows = tuple(
            replace(
                model,
                id=f"m{n}",
                starts_at=model.starts_at + n * step,
                ends_at=model.starts_at + (n + 1) * step,
                parties=(model.parties[0], long),
            )
            for n in range(count)
        )
        return replace(timetable, meetings=rows, places=("T2",))

    assert len(_pages(pdf.cards_pdf(day(10)))) == 1
    pages = _pages(pdf.cards_pdf(day(24)))
    assert len(pages) > 1
    assert all("Table T2" in page and "15 September 2025" in page for page in pages)
    assert sum(page.count("Nanchang Éclat") for page in pages) == 24


# the list at the door ------------------------------------------------------------------------------------------------
def test_the_letters_of_names() -> None:
    names = [
        "Éclat",
        "éa",
        "Ølsen",
        "Łódź Tex",
        "“Zara”",
        "3M",
        "青山湖",
        "重庆",
        "中山",
        "鑫源",
        "长沙",
        "",
        "Ａpex",
        "ไทย",
    ]
    assert [initial(name) for name in names] == list("EEOLZ#QCZXC#A#")
    order = in_order(["中山", "Zeta", "安徽", "Alfa", "éa", "重庆", "常州", "3M"], lambda name: name)
    assert [letter for letter, _ in order] == ["A", "C", "E", "Z", "#"]
    assert [names for _, names in order] == [["Alfa", "安徽"], ["常州", "重庆"], ["éa"], ["Zeta", "中山"], ["3M"]]


@given(st.lists(st.text(max_size=8), max_size=20))
def test_every_name_is_in_the_list_once(names: list[str]) -> None:
    sections = in_order(names, lambda name: name)
    assert sorted(name for _, found in sections for name in found) == sorted(names)
    letters = [letter for letter, _ in sections]
    assert len(set(letters)) == len(letters)


def test_the_list_names_everybody_with_the_first_meeting(timetable: Timetable) -> None:
    (page,) = _pages(pdf.doors_pdf(timetable))
    lines = [line.strip() for line in page.split("\n")]
    names = ["Größenwahn Strickwaren GmbH", "Maison Été & Fils", "Nanchang Éclat Textile", "Unbooked Garments"]
    assert [lines.index(name) for name in names] == sorted(lines.index(name) for name in names)
    for person in timetable.parties:
        assert page.count(person.name) == 1
    assert "5 participants" in page
    assert lines[lines.index("Maison Été & Fils") + 2] == "2 13:30 Table T1"
    assert lines[lines.index("Unbooked Garments") + 2] == "0"
    assert "Brand owner  ·  France" in page


def test_a_chinese_list_is_searched_by_chinese_names(timetable: Timetable) -> None:
    (page,) = _pages(pdf.doors_pdf(timetable, lang="zh"))
    places = [page.index(name) for name in ("Maison Été", "南昌艺蓝纺织", "青山湖港湾针织有限公司", "未排程服饰")]
    assert places == sorted(places)
    assert "签到名单" in page


def test_chinese_papers_begin_with_the_own_name(timetable: Timetable) -> None:
    own, latin = "青山湖港湾针织有限公司", "Qingshanhu Harbour Knitting"
    for make in (pdf.cards_pdf, pdf.timetable_pdf):
        chinese, english = ("".join(_pages(make(timetable, lang=lang))) for lang in ("zh", "en"))
        assert chinese.index(own) < chinese.index(latin)
        assert english.index(latin) < english.index(own)


def test_two_hundred_participants(timetable: Timetable) -> None:
    many = tuple(Party(f"p{n}", f"{LONG} {n:03}" if n % 9 == 0 else f"Firm {n:03}", "针织厂") for n in range(200))
    pages = _pages(pdf.doors_pdf(replace(timetable, meetings=(), parties=many), lang="de"))
    assert all("Teilnehmer" in page for page in pages)  # the head of the columns, on each page
    text = "".join(pages)
    assert all(text.count(f"Firm {n:03}") == 1 for n in range(200) if n % 9)
    assert len(pages) < 14


# badges --------------------------------------------------------------------------------------------------------------
def _badges(count: int) -> list[Badge]:
    return [Badge("Li Na", LONG, f"01J9-K{n:04}-QX7B", "李娜", "Buyer", ("zh", "fr"), "CN") for n in range(count)]


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (10, 1), (11, 2), (200, 20)])
def test_ten_badges_to_a_page(timetable: Timetable, count: int, pages: int) -> None:
    content = pdf.badges_pdf(timetable.event, _badges(count), timetable.as_of, lang="fr")
    found = _pages(content)
    assert len(found) == pages
    assert sum(page.count("Li Na") for page in found) == count
    assert all(f"01J9-K{n:04}-QX7B" in found[n // 10] for n in range(count))
    assert "Chine  ·  chinois, français" in found[0]
    if count == 11:
        assert content == pdf.badges_pdf(timetable.event, _badges(count), timetable.as_of, lang="fr")


@pytest.mark.parametrize("code", ["01J9-K0000-QX7B", "x" * 120])
def test_the_code_is_drawn_module_by_module(timetable: Timetable, code: str) -> None:
    content = pdf.badges_pdf(timetable.event, [Badge("Li Na", "Knit", code)], timetable.as_of)
    page = pypdf.PdfReader(io.BytesIO(content)).pages[0]
    wanted = [[bool(module) for module in row] for row in segno.make(code, micro=False, error="m").matrix]
    side = len(wanted)
    left, bottom, module = _square(page, side)
    drawn = [[False] * side for _ in range(side)]
    for x, y, width, height in _boxes(page):
        if abs(height) < 1.1 * module and y >= bottom - module and x >= left - 0.01:
            row = side - 1 - round((y - bottom) / module)
            for column in range(round((x - left) / module), round((x - left + width) / module)):
                if 0 <= row < side and 0 <= column < side:
                    drawn[row][column] = True
    assert drawn == wanted


def _boxes(page: pypdf.PageObject) -> list[tuple[float, float, float, float]]:
    """Each filled rectangle as left, lower edge, width, height in points, upwards from the lower left corner."""
    content = page.get_contents()
    assert content is not None
    found = []
    for operands, operator in content.operations:
        if operator == b"re":
            x, y, width, height = map(float, operands)
            found.append((x, min(y, y + height), width, abs(height)))
    return found


def _square(page: pypdf.PageObject, side: int) -> tuple[float, float, float]:
    """Left edge, lowest module's lower edge and size of a module of the code's square of paper on the first badge."""
    paper = next(box for box in _boxes(page) if abs(box[2] - box[3]) < 0.01 and box[2] > 50)
    module = paper[2] / (side + 8)
    return paper[0] + 4 * module, paper[1] + 4 * module, module


def test_nothing_of_a_badge_leaves_its_card(timetable: Timetable) -> None:
    wide = Badge("W" * 200, LONG * 3, "c" * 24, "织" * 80, LONG, ("zh", "fr", "de", "en", "it"), "DE")
    content = pdf.badges_pdf(timetable.event, [wide], timetable.as_of)
    page = pypdf.PdfReader(io.BytesIO(content)).pages[0]
    found: list[tuple[float, float]] = []
    page.extract_text(
        visitor_text=lambda text, cm, tm, font, size: found.append((tm[4], tm[5])) if text.strip() else None
    )
    points = 72 / 25.4
    left, top = (210 - 2 * WIDTH) / 2 * points, (297 + 5 * HEIGHT) / 2 * points
    assert found
    for x, y in found:
        assert left < x < left + WIDTH * points
        assert top - HEIGHT * points < y < top


@pytest.mark.parametrize("code", ["", "x" * 121])
def test_a_code_that_no_camera_reads_is_refused(timetable: Timetable, code: str) -> None:
    with pytest.raises(ValueError, match="1 to 120 characters"):
        pdf.badges_pdf(timetable.event, [Badge("a", "b", code)], timetable.as_of)
    with pytest.raises(ValueError, match="at least one badge"):
        pdf.badges_pdf(timetable.event, [], timetable.as_of)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_label_is_in_the_font(timetable: Timetable, lang: str) -> None:
    for content in (
        pdf.doors_pdf(timetable, lang=lang),
        pdf.cards_pdf(timetable, lang=lang),
        pdf.badges_pdf(timetable.event, _badges(2), timetable.as_of, lang=lang),
    ):
        assert "□" not in "".join(_pages(content))


@pytest.fixture(scope="module")
def shared() -> Typeface:
    return Typeface(["南昌青山湖"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(), max_size=200), role=st.text(st.characters(), max_size=100))
def test_no_text_breaks_them(timetable: Timetable, shared: Typeface, name: str, role: str) -> None:
    party = Party("x", name, role, name, name[:2], (name[:2],))
    meeting = replace(timetable.meetings[0], parties=(party, party), place=name, interpreter=role)
    hostile = replace(timetable, meetings=(meeting,), parties=(party,), places=())
    badge = Badge(name, role, "code", role, name, (name[:2],), role[:2])
    for content in (
        pdf.doors_pdf(hostile, typeface=shared),
        pdf.badges_pdf(hostile.event, [badge], hostile.as_of, typeface=shared),
    ):
        assert _pages(content)
