"""How people are written beside what they did."""

from __future__ import annotations

import pytest

from jimu.web.pages.people import initials_of


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Robin Keller", "RK"),
        ("Élodie", "É"),
        ("Álvaro Gómez", "ÁG"),
        ("林雅雯", "雅雯"),
        ("林 雅雯", "雅雯"),
        ("陈东", "陈"),
        ("김민준", "민준"),
        ("", "?"),
    ],
)
def test_initials_are_letters_of_words_or_the_given_name_in_characters(name: str, initials: str) -> None:
    assert initials_of(name) == initials
