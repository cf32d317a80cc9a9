"""How people are written beside what they did."""

from __future__ import annotations

import pytest

from jimu.web.markup import letters
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


def test_the_first_of_two_wide_characters_can_be_left_out_of_a_small_circle() -> None:
    assert str(letters("雅雯")) == '<span class="avatar-first">雅</span>雯'
    assert str(letters("RK")) == "RK"
    assert str(letters("<b")) == "&lt;b"
