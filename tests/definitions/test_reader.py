"""YAML by the 1.2 rules, with places, within bounds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jimu.definitions.reader import key_place, read, value_place


def values(text: str) -> object:
    value, diagnostics = read(text, "x.yaml")
    assert diagnostics == []
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("017", "017"),
        ("12:30:00", "12:30:00"),
        ("2026-01-02", "2026-01-02"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        (".inf", ".inf"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("17", 17),
        ("-3", -3),
        ("1.10", Decimal("1.10")),
        ("1e3", Decimal("1000")),
        ("'17'", "17"),
        ('"true"', "true"),
        ("|\n  a\n  b", "a\nb"),
    ],
)
def test_a_plain_value_is_what_yaml_1_2_says(text: str, value: object) -> None:
    assert values(f"key: {text}\n") == {"key": value} or values(f"key: {text}\n") == {"key": f"{value}\n"}


def test_keys_are_always_text() -> None:
    assert values("1: a\ntrue: b\n1.5: c\n") == {"1": "a", "true": "b", "1.5": "c"}


def test_places_of_keys_values_and_letters_are_known() -> None:
    data, _ = read('a:\n  - {b: "amount > 5", c: x}\n', "f.yaml")
    assert str(key_place(data, "a")) == "f.yaml:1:1"
    assert str(key_place(data, "a", 0, "b")) == "f.yaml:2:6"
    # Inside the quotes, where the formula begins.
    assert str(value_place(data, "a", 0, "b")) == "f.yaml:2:10"
    assert str(value_place(data, "a", 0, "c")) == "f.yaml:2:26"


def test_an_alias_is_written_out() -> None:
    assert values("a: &x {en: A}\nb: *x\n") == {"a": {"en": "A"}, "b": {"en": "A"}}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [1, 2", "yaml_syntax"),
        ("a: b: c", "yaml_syntax"),
        ("a: *nothing", "yaml_syntax"),
        ("a: 1\n---\nb: 2\n", "yaml_syntax"),
        ("a: \x07", "yaml_syntax"),
        ("a: !!python/object/apply:os.system [x]", "yaml_tag"),
        ("a: !mine x", "yaml_tag"),
        ("[a]: b", "yaml_key"),
        ("a: 1\nb: 2\na: 3", "duplicate_key"),
        ("a: &a [*a]", "yaml_too_deep"),
        ("[" * 100_000, "yaml_too_deep"),
        ("- " * 100_000, "yaml_too_deep"),
        ("a: " + "{a: " * 60 + "}" * 60, "yaml_too_deep"),
        ("a: " + "x" * 2_000_001, "yaml_too_large"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_cannot_be_read_is_reported_with_its_code(text: str, code: str) -> None:
    _, diagnostics = read(text, "x.yaml")
    assert [d.code for d in diagnostics] == [code]
    assert diagnostics[0].place.file == "x.yaml"


def test_aliases_cannot_grow_a_file_without_end() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
    _, diagnostics = read("\n".join(lines), "bomb.yaml")
    assert [d.code for d in diagnostics] == ["yaml_too_large"]


def test_a_tag_of_a_collection_is_refused() -> None:
    _, diagnostics = read("a: !!set {x, y}\nb: !!omap [a: 1]\n", "x.yaml")
    assert [d.code for d in diagnostics] == ["yaml_tag", "yaml_tag"]
