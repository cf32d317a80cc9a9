"""CSV files as people send them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jimu.exchange.readers import ReadOptions, UnreadableFile, find_encoding, open_table
from tests.exchange.conftest import SAMPLES, sample

SPECTRUM = sorted((SAMPLES / "messy_csv" / "csv_spectrum").glob("*.csv"))
ENCODINGS = [
    "companies.gbk.csv",
    "companies.gb18030.csv",
    "companies.utf8.csv",
    "companies.utf8bom.csv",
    "companies.utf16le_bom.csv",
    "companies.utf16be_bom.csv",
    "companies.semicolon_quoted.utf8.csv",
    "companies.pipe_cr.gbk.txt",
]


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def rows(path: Path, options: ReadOptions | None = None) -> list[tuple[object, ...]]:
    return [row.cells for row in open_table(path, options).rows()]


@pytest.mark.parametrize("path", [p for p in SPECTRUM if p.stem != "location_coordinates"], ids=lambda p: p.stem)
def test_the_spectrum_parses_as_its_json_says(path: Path) -> None:
    table = open_table(path)
    found = [dict(zip(table.headers, row.cells, strict=True)) for row in table.rows()]
    assert found == json.loads(path.with_suffix(".json").read_text("utf-8"))


def test_bare_quotes_inside_an_unquoted_cell_are_text() -> None:
    path = sample("messy_csv", "csv_spectrum", "location_coordinates.csv")
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    table = open_table(path)
    assert next(table.rows()).cells[table.headers.index("Location Coordinates")] == expected["Location Coordinates"]


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_same_table_in_any_encoding_gives_the_same_rows(name: str) -> None:
    reference = open_table(sample("messy_csv", "encodings", "companies.utf8.csv"))
    table = open_table(sample("messy_csv", "encodings", name))
    assert table.headers == reference.headers
    assert list(table.rows()) == list(reference.rows())


def test_gbk_keeps_leading_zeros_stars_and_characters_outside_gb2312() -> None:
    table = open_table(sample("chinese", "listed_companies.gbk.csv"))
    assert table.headers == ("column 1", "TS代码", "股票代码", "股票名称", "行业")
    found = {r.cells[2]: r.cells[3] for r in table.rows()}
    assert len(found) == 4347
    assert found["000001"] == "平安银行"
    assert sum(str(name).startswith("*ST") for name in found.values()) == 117
    assert {"昇兴股份", "昇辉科技", "泽璟制药-U", "芯碁微装"} <= set(found.values())


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("客戶名稱,產業\n台灣積體電路製造,半導體\n鴻海精密工業,電子零組件\n", "big5", "cp950"),
        ("客户名称,行业\n平安银行,银行\n万科,地产\n", "gbk", "gb18030"),
        ("name,city\nCafé Zoë,Köln\n", "cp1252", "cp1252"),
        ("name,city\nCafé,Köln\n", "utf-8", "utf-8"),
        ("name,city\nCafé,Köln\n", "utf-8-sig", "utf-8-sig"),
        ("name,city\nplain,text\n", "utf-16-le", "utf-16-le"),
        ("名称,城市\n昇兴,福州\n", "utf-16", "utf-16"),
    ],
)
def test_encodings_are_told_apart(tmp_path: Path, text: str, encoding: str, found: str) -> None:
    path = write(tmp_path / "x.csv", text.encode(encoding))
    assert find_encoding(path) == found
    assert [*rows(path)] == [tuple(line.split(",")) for line in text.splitlines()[1:]]


def test_a_character_that_is_no_utf8_at_the_end_of_a_long_file_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", b"name\n" + b"plain\n" * 100_000 + "中文".encode("gbk") + b"\n")
    assert find_encoding(path) == "gb18030"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found_out(tmp_path: Path, delimiter: str, end: str) -> None:
    lines = [["a", "b", "c"], ["1", "x y", "2.5"], ["2", "z", ""]]
    path = write(tmp_path / "x.csv", end.join(delimiter.join(line) for line in lines).encode())
    table = open_table(path)
    assert (table.headers, table.delimiter) == (("a", "b", "c"), delimiter)
    assert rows(path) == [("1", "x y", "2.5"), ("2", "z", "")]


def test_commas_in_text_do_not_win_over_semicolons(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", b"name;note\nA, Ltd;red, green, blue\nB, Ltd;x, y\n")
    assert rows(path) == [("A, Ltd", "red, green, blue"), ("B, Ltd", "x, y")]


def test_a_file_of_one_column_is_not_split_at_its_commas(tmp_path: Path) -> None:
    assert rows(write(tmp_path / "x.csv", b"name\nAcme, Inc\nBolt\n")) == [("Acme, Inc",), ("Bolt",)]


def test_repeated_and_empty_headers_get_names_of_their_own(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "x.csv", b"name,,name, \n1,2,3,4\n"))
    assert table.headers == ("name", "column 2", "name (2)", "column 4")


def test_short_rows_are_filled_long_rows_say_what_is_too_much_and_blank_lines_are_left_out(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "x.csv", b"\na,b\n1\n\n1,2,3,\n"))
    assert [(r.number, r.cells, r.surplus) for r in table.rows()] == [(2, ("1", ""), ()), (4, ("1", "2"), ("3",))]


def test_a_quotation_mark_that_never_closes_does_not_eat_the_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", b'a,b\n1,2\n3,"open\n' + b"x" * 5_000_000 + b"\n")
    found = list(open_table(path, ReadOptions(delimiter=",")).rows())
    assert found[0].cells == ("1", "2")
    assert any(row.broken for row in found)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"a\x00b\x01\x02"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        open_table(write(tmp_path / "x.csv", content))


def test_a_given_encoding_that_does_not_fit_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "名称\n中文\n".encode("gbk"))
    with pytest.raises(UnreadableFile):
        rows(path, ReadOptions(encoding="ascii"))
    with pytest.raises(UnreadableFile, match="no encoding"):
        open_table(path, ReadOptions(encoding="klingon"))
