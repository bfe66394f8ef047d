"""PDFs read back by another library: the words are there, Chinese too; the fonts are small; nothing breaks them."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pypdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.ttLib.tables.TupleVariation import TupleVariation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import InvalidInputError
from app.core.i18n import LANGUAGES
from app.domain.timetables import Party, Timetable
from app.io import faces, fonts, pdf
from app.io.pdf.canvas import Canvas, Style
from app.io.pdf.pages import Block, paginate
from app.io.pdf.typeface import Typeface, left_to_right
from app.io.pdf.wrapping import wrap


def _pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_personal_timetables_show_chinese_and_accents(timetable: Timetable) -> None:
    content = pdf.personal_pdf(timetable.agendas(), lang="zh")
    pages = _pages(content)
    assert len(pages) == 5
    first = pages[0]
    for words in (
        "Maison Été & Fils",
        "青山湖港湾针织有限公司",
        "13:30",
        "翻译：Li Wei 李伟",
        "第 1 页，共 1 页",
        "南昌市商务局",
    ):
        assert words in first
    assert "Größenwahn" not in first
    assert "71.25" not in "".join(pages)
    assert len(content) < 300_000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_label_is_in_the_font(timetable: Timetable, lang: str) -> None:
    typeface = pdf.typeface_for(timetable, lang)
    for content in (
        pdf.personal_pdf(timetable.agendas(), lang=lang, typeface=typeface),
        pdf.timetable_pdf(timetable, lang=lang, typeface=typeface),
        pdf.cards_pdf(timetable, lang=lang, typeface=typeface),
    ):
        assert "□" not in "".join(_pages(content))


def test_an_empty_agenda_says_so_and_breaks_are_visible(timetable: Timetable) -> None:
    pages = _pages(pdf.personal_pdf([timetable.agenda("s3"), timetable.agenda("s1")]))
    assert "No meetings are planned yet." in pages[0]
    assert "Free until 15:00 (1 h)" in pages[1]
    assert "Monday, 15 September 2025" in pages[1]
    assert "Hosted by" in pages[1]


def test_the_whole_event_and_the_table_cards(timetable: Timetable) -> None:
    (page,) = _pages(pdf.timetable_pdf(timetable, lang="fr"))
    assert page.index("13:30–14:00") < page.index("14:00–14:30") < page.index("15:00–15:30")
    assert "annulé" in page
    cards = _pages(pdf.cards_pdf(timetable))
    assert [f"Table {name}" in card for name, card in zip(("T1", "T2", "T10"), cards, strict=True)] == [True] * 3
    assert "No meetings are planned yet." in cards[2]
    assert "Größenwahn" not in cards[1]  # that meeting is cancelled


def test_long_agendas_run_over_pages_that_are_counted(timetable: Timetable) -> None:
    model = timetable.meetings[0]
    hour = timedelta(hours=1)
    meetings = tuple(
        replace(model, id=f"m{n}", starts_at=model.starts_at + n * hour, ends_at=model.ends_at + n * hour)
        for n in range(40)
    )
    pages = _pages(pdf.personal_pdf([replace(timetable, meetings=meetings).agenda("b1")]))
    assert len(pages) > 3
    assert all(f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, start=1))
    assert sum(page.count("Nanchang Éclat Textile") for page in pages) == 40


def test_equal_timetables_give_equal_bytes(timetable: Timetable, tmp_path: Path) -> None:
    for name in ("a", "b"):
        pdf.write_personal(timetable.agendas(), tmp_path / f"p{name}.pdf", lang="zh")
        pdf.write_timetable(timetable, tmp_path / f"t{name}.pdf", lang="zh")
        pdf.write_cards(timetable, tmp_path / f"c{name}.pdf", lang="zh")
    for kind in "ptc":
        assert (tmp_path / f"{kind}a.pdf").read_bytes() == (tmp_path / f"{kind}b.pdf").read_bytes()


def test_a_second_process_gives_the_same_bytes(timetable: Timetable) -> None:
    script = (
        "from datetime import date, datetime, UTC\n"
        "from app.domain.timetables import *\nfrom app.io import pdf\nimport hashlib, sys\n"
        "e = EventInfo('e', '南昌 é Łódź', 'Europe/Paris', 'Paris', date(2025, 9, 15), date(2025, 9, 15))\n"
        "t = Timetable(e, (), ('T1',), (), datetime(2025, 9, 1, tzinfo=UTC), parties=(Party('p', '针织'),))\n"
        "print(hashlib.sha256(pdf.personal_pdf(t.agendas())).hexdigest(), 'matplotlib' in sys.modules)\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert runs[0].split()[1] == "False"  # the font is found without importing the package that carries it


def test_names_of_all_europe_have_their_letters(timetable: Timetable) -> None:
    names = "Łódź Čeština Győr İstanbul Ελλάδα Київ Đặng Ísland Ħal ’s-Hertogenbosch “Mode”"
    party = Party("x", names, "“南昌”针织…")
    content = pdf.personal_pdf([replace(timetable, parties=(party,)).agenda("x")])
    (page,) = _pages(content)
    assert "□" not in page
    for name in names.split():
        assert name in page


def test_what_no_font_has_becomes_a_visible_box(timetable: Timetable) -> None:
    party = Party("x", "A\x07B ไทย 👩‍💻 e\u0301 \ud800" + "W" * 5000, "\n\t\u202e")
    (page,) = _pages(pdf.personal_pdf([replace(timetable, parties=(party,)).agenda("x")]))
    assert "A�B □□□" in page
    assert "é" in page


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(), max_size=300), purpose=st.text(st.characters(), max_size=300))
def test_no_text_breaks_a_pdf(timetable: Timetable, shared: Typeface, name: str, purpose: str) -> None:
    party = Party("x", name, name, name, name[:2], (name[:2],))
    meeting = replace(timetable.meetings[0], parties=(party, party), purpose=purpose, place=name, interpreter=name)
    hostile = replace(
        timetable, meetings=(meeting,), places=(), parties=(), event=replace(timetable.event, name=name, place=purpose)
    )
    for content in (
        pdf.personal_pdf(hostile.agendas(), typeface=shared),
        pdf.timetable_pdf(hostile, typeface=shared),
        pdf.cards_pdf(hostile, typeface=shared),
    ):
        assert _pages(content)


@pytest.fixture(scope="module")
def shared() -> Typeface:
    return Typeface(["南昌青山湖"])


def test_a_typeface_made_for_other_texts_still_shows_boxes(shared: Typeface) -> None:
    assert shared.shown("南昌织é") == "南昌□é"


def test_quotation_marks_are_narrow_in_latin_and_wide_in_chinese() -> None:
    typeface = Typeface(["d’été “南昌”…"])
    narrow, wide = typeface.width("d’été", 10), typeface.width("“南昌”", 10)
    assert narrow < 5 * 10 * 25.4 / 72 * 0.62
    assert wide == pytest.approx(4 * 10 * 25.4 / 72)


def test_right_to_left_names_stand_in_reading_order() -> None:
    assert left_to_right("abc שלום def") == "abc םולש def"
    assert left_to_right("南昌 é") == "南昌 é"


@pytest.mark.parametrize("content", [b"", b"no font", b"ttcf", b"OTTO" + b"\0" * 200, b"\0\1\0\0" + b"\xff" * 64])
def test_a_file_that_is_no_font_is_named(timetable: Timetable, tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad.ttf"
    bad.write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"bad\.ttf cannot be used as a font"):
        pdf.write_timetable(timetable, tmp_path / "t.pdf", font_path=bad)
    assert not (tmp_path / "t.pdf").exists()


def test_a_missing_font_is_named(timetable: Timetable, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be used as a font"):
        pdf.write_timetable(timetable, tmp_path / "t.pdf", font_path=tmp_path / "none.otf")


def test_a_configured_latin_font_is_helped_out_with_chinese(timetable: Timetable, tmp_path: Path) -> None:
    spare = fonts.bundled("matplotlib", "mpl-data/fonts/ttf/DejaVuSans.ttf")
    assert spare is not None
    pdf.write_timetable(timetable, tmp_path / "t.pdf", font_path=spare.path)
    (page,) = pypdf.PdfReader(tmp_path / "t.pdf").pages
    assert "青山湖港湾针织有限公司" in page.extract_text()
    names = {str(font["/BaseFont"]) for font in (f.get_object() for f in page["/Resources"]["/Font"].values())}
    assert {name.partition("+")[2][:6] for name in names} == {"DejaVu", "NotoSa"}


def test_a_font_that_may_not_be_embedded_is_refused(tmp_path: Path) -> None:
    spare = fonts.bundled("matplotlib", "mpl-data/fonts/ttf/DejaVuSans.ttf")
    assert spare is not None
    with TTFont(spare.path) as font:
        font["OS/2"].fsType = 0x0002
        font.save(tmp_path / "locked.ttf")
    with pytest.raises(InvalidInputError, match=r"licence of the font .*locked\.ttf"):
        Typeface(["a"], tmp_path / "locked.ttf")


def test_outlines_survive_the_way_to_truetype() -> None:
    """The area and the bounds of a glyph stay the same within a thousandth of the em."""
    file = fonts.bundled("mplfonts", "fonts/NotoSansCJKsc-Regular.otf")
    assert file is not None
    face = faces.cut(file, frozenset("南é&8"))
    with TTFont(file.path, lazy=True) as before, TTFont(io.BytesIO(face.sfnt)) as after:
        for character in "南é&8":
            bounds, areas = [], []
            for font in (before, after):
                glyphs = font.getGlyphSet()
                glyph = glyphs[font.getBestCmap()[ord(character)]]
                box, area = BoundsPen(glyphs), AreaPen(glyphs)
                glyph.draw(box)
                glyph.draw(area)
                bounds.append(box.bounds)
                areas.append(abs(area.value))
            assert bounds[1] == pytest.approx(bounds[0], abs=1.5)
            assert areas[1] == pytest.approx(areas[0], rel=0.01)


@given(st.text(st.sampled_from("ab 南昌，。（\n—Wé"), max_size=60), st.integers(1, 20), st.none() | st.integers(1, 4))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int, most: int | None) -> None:
    lines = wrap(text, lambda part: float(len(part)), width, most)
    assert all(len(line) <= max(width, 1) for line in lines)
    if most is None:
        assert "".join("".join(lines).split()) == "".join(text.split())
    else:
        assert len(lines) <= most


def test_chinese_breaks_between_characters_but_not_before_a_comma() -> None:
    assert wrap("针织企业，合作", lambda part: float(len(part)), 4) == ["针织企", "业，合作"]
    assert wrap("knitted shirts 针织衫", lambda part: float(len(part)), 10) == ["knitted", "shirts 针织衫"[:10]]


@given(st.lists(st.tuples(st.floats(1, 60), st.booleans(), st.booleans()), max_size=40))
def test_every_block_stands_once_and_pages_are_not_overfull(shapes: list[tuple[float, bool, bool]]) -> None:
    blocks = [Block(height, lambda y: None, keep, again) for height, keep, again in shapes]
    pages = paginate(blocks, 130)
    for page in pages:
        assert sum(block.height for block in page) <= 130 + 1e-9
    firsts = [block for page in pages for block in page]
    assert list(dict.fromkeys(map(id, firsts))) == [id(block) for block in blocks]


def test_a_heading_is_never_the_last_on_a_page() -> None:
    heading = Block(10, lambda y: None, keep=True)
    row = Block(20, lambda y: None)
    pages = paginate([row, row, heading, row], 60)
    assert [len(page) for page in pages] == [2, 2]


def test_text_is_placed_where_it_was_measured(shared: Typeface, timetable: Timetable) -> None:
    canvas = Canvas(shared, title="t", lang="en", as_of=timetable.as_of)
    canvas.new_page()
    width = canvas.measure("Right edge", Style(12))
    canvas.write(100, 20, "Right edge", Style(12), align="right")
    positions: list[tuple[float, str]] = []
    page = pypdf.PdfReader(io.BytesIO(canvas.output())).pages[0]
    page.extract_text(visitor_text=lambda text, cm, tm, font, size: positions.append((tm[4], text)))
    x = next(x for x, text in positions if "Right" in text)
    assert x == pytest.approx((100 - width) / 25.4 * 72, abs=0.02)


def test_the_foot_names_the_offset_of_the_events_day_not_of_today(timetable: Timetable) -> None:
    winter = replace(timetable, as_of=timetable.as_of.replace(month=1))
    assert "Europe/Paris (UTC+02:00)" in _pages(pdf.timetable_pdf(winter))[0]
    across = replace(timetable.event, starts_on=date(2025, 10, 25), ends_on=date(2025, 10, 26))
    assert "All times: Europe/Paris   ·" in _pages(pdf.timetable_pdf(replace(timetable, event=across)))[0]


def test_the_outline_leads_to_each_participant(timetable: Timetable) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf.personal_pdf(timetable.agendas())))
    assert [entry.title for entry in reader.outline] == [agenda.party.name for agenda in timetable.agendas()]
    assert reader.metadata is not None
    assert reader.metadata.title == "Nanchang Qingshanhu in Paris: matching event – Meeting timetable"


def test_a_meeting_without_a_table_is_no_card_and_no_crash(timetable: Timetable) -> None:
    nowhere = replace(timetable, meetings=(replace(timetable.meetings[0], place=""),), places=("T1",))
    assert len(_pages(pdf.cards_pdf(nowhere))) == 1
    assert "Maison Été" in _pages(pdf.personal_pdf([nowhere.agenda("s2")]))[0]


def test_a_variable_font_is_used_at_regular_weight(tmp_path: Path) -> None:
    """Some installed CJK fonts are variable and thin by default."""
    path = tmp_path / "variable.ttf"
    _variable_font(path)
    face = faces.cut(faces.FontFile(path), frozenset("A "))
    with TTFont(io.BytesIO(face.sfnt)) as font:
        assert "fvar" not in font
        assert font["glyf"]["A"].xMax == 300  # a third of the way from 200 (weight 100) to 500 (weight 1000)
    assert face.advances["A"] == 0.6


def _variable_font(path: Path) -> None:
    """A font with one letter, a bar that grows with its weight."""

    def bar(right: int) -> Glyph:
        pen = TTGlyphPen(None)
        for step, point in enumerate([(100, 0), (right, 0), (right, 700), (100, 700)]):
            (pen.lineTo if step else pen.moveTo)(point)
        pen.closePath()
        return pen.glyph()

    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "space", "A"])
    builder.setupCharacterMap({32: "space", 65: "A"})
    builder.setupGlyf({".notdef": Glyph(), "space": Glyph(), "A": bar(200)})
    builder.setupHorizontalMetrics({".notdef": (600, 0), "space": (300, 0), "A": (600, 100)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Bars", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.setupFvar([("wght", 100, 100, 1000, "Weight")], [])
    grown = [(0, 0), (300, 0), (300, 0), (0, 0), *[(0, 0)] * 4]
    builder.setupGvar({"A": [TupleVariation({"wght": (0.0, 1.0, 1.0)}, grown)]})
    builder.save(path)


def test_an_event_without_meetings_has_its_papers(timetable: Timetable) -> None:
    bare = replace(timetable, meetings=(), places=("T1",), event=replace(timetable.event, bodies=()))
    assert "No meetings are planned yet." in _pages(pdf.timetable_pdf(bare))[0]
    assert "Hosted by" not in _pages(pdf.cards_pdf(bare))[0]
    with pytest.raises(ValueError, match="at least one agenda"):
        pdf.personal_pdf([])
