"""Bytes to characters: every encoding that lists come in, and clear words when none fits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.io.spreadsheets.encodings import decode
from app.io.spreadsheets.errors import UnknownEncodingError

CHINESE = "企业名称,国家,主营产品\n南昌青山湖针织有限公司（虚构）,中国,针织T恤、羽绒服\n"
FRENCH = "Société;Pays;Délai\nÉtablissements Dupré (inventé);Allemagne;à partir de 30 jours, prêt-à-porter\n"
GERMAN = "Firma;Größe;Maß\nMüller & Söhne (erfunden);groß;ähnlich wie üblich\n"


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"]
)
def test_chinese_lists_read_back(codec: str) -> None:
    assert decode(CHINESE.encode(codec)).text == CHINESE


@pytest.mark.parametrize("text", [FRENCH, GERMAN, "Name,Price\nGröße,€5\n", "Nom\nCAFÉ DÉPÔT ÎLE\n", "a\nß\n"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_western_lists_read_back(codec: str, text: str) -> None:
    found = decode(text.encode(codec))
    assert found.text == text
    if codec == "cp1252":
        assert found.encoding == "cp1252"
        assert "1252" in found.how


def test_gbk_is_named_as_found() -> None:
    found = decode(CHINESE.encode("gbk"))
    assert found.encoding == "gb18030"
    assert "GBK" in found.how


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("big5", "公司名稱,國家,產品\n臺灣針織股份有限公司,臺灣,針織布與羽絨衣，歡迎各國買家洽談合作\n" * 5),
        ("shift_jis", "会社名,国,製品\n架空ニット株式会社,日本,ニット製品とダウンジャケットのメーカーです\n" * 5),
        ("cp1251", "Компания,Страна\nВымышленная трикотажная фабрика,Россия\nОдежда и ткани,Россия\n" * 5),
    ],
)
def test_other_scripts_are_proposed_and_read_when_confirmed(codec: str, text: str) -> None:
    with pytest.raises(UnknownEncodingError, match="it would read") as refused:
        decode(text.encode(codec))
    proposed = re.search(r"; as (\S+) it would read", refused.value.message)
    assert proposed
    assert decode(text.encode(codec), encoding=proposed[1]).text == text


def test_a_mixed_file_is_refused() -> None:
    mixed = "公司名称,国家\n示例针织,中国\n".encode() + "虚构服装,中国\n".encode("gbk")
    with pytest.raises(UnknownEncodingError, match="fit neither"):
        decode(mixed)


def test_an_encoding_can_be_told() -> None:
    assert decode("Ł,ą\n".encode("cp1250"), encoding="cp1250").text == "Ł,ą\n"


def test_an_unknown_encoding_is_refused_by_name() -> None:
    with pytest.raises(UnknownEncodingError, match="No encoding is called 'klingon'"):
        decode(b"a", encoding="klingon")


def test_a_told_encoding_that_does_not_fit_names_the_byte() -> None:
    with pytest.raises(UnknownEncodingError, match=r"byte 4 \(0xE9\)") as caught:
        decode("Name é".encode("cp1252")[1:], encoding="utf-8")
    assert caught.value.details["byte"] == 4


def test_a_cut_off_utf16_file_is_refused() -> None:
    with pytest.raises(UnknownEncodingError, match="cut off"):
        decode(CHINESE.encode("utf-16")[:-1])


def test_broken_utf8_behind_a_mark_is_refused() -> None:
    with pytest.raises(UnknownEncodingError, match="UTF-8 with byte-order mark"):
        decode(b"\xef\xbb\xbfName\xff\n")


def test_binary_content_is_refused() -> None:
    with pytest.raises(UnknownEncodingError, match="NUL bytes"):
        decode(bytes(range(256)) * 4)


def test_bytes_that_mean_nothing_are_refused() -> None:
    with pytest.raises(UnknownEncodingError, match="fit neither"):
        decode(b"\x81\x8d\x8f\x90\x9d\xff\xfe\x81" * 40 + b"\x81")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_text_reads_back_from_utf8(text: str) -> None:
    assert decode(text.removeprefix("\ufeff").encode()).text == text.removeprefix("\ufeff")


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.sampled_from(["utf-8", "utf-16", "gb18030", "utf-32"])
)
def test_any_text_reads_back_from_a_told_encoding(text: str, codec: str) -> None:
    bare = text.lstrip("\ufeff")
    assert decode(bare.encode(codec), encoding=codec).text == bare
