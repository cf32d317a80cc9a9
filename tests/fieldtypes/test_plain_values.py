"""The quick ways for plain addresses and numbers give what the libraries give."""

import random

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jimu.fieldtypes.email import _address, _plain_address
from jimu.fieldtypes.phone import _canonical, _valid
from jimu.fieldtypes.phone_plain import quick_canonical

NAMES = st.one_of(
    st.sampled_from(["info", "Info", "postmaster", "ABUSE", "a.b", "a..b", ".a", "a.", "a+b", "_", "x" * 64, "x" * 65]),
    st.text("abcXYZ019_+-.", min_size=1, max_size=70),
)
LABELS = st.one_of(
    st.sampled_from(["com", "COM", "test", "local", "invalid", "xn--fiqs8s", "xn--", "ab--c", "a-", "-a", "1"]),
    st.text("abZ09-", max_size=12), st.text("a", min_size=60, max_size=66),
)
DOMAINS = st.lists(LABELS, min_size=1, max_size=5).map(".".join)


@given(NAMES, DOMAINS)
@example("info", "example.com")
@example("lead1", "Example.COM")
@example("a", "localhost")
@example("a", "1.1")
def test_a_plain_address_comes_out_as_the_library_would_have_it(name, domain):
    text = f"{name}@{domain}"
    quick = _plain_address(text)
    assert quick is None or quick == _address(text)


def test_a_usual_address_goes_the_quick_way():
    assert _plain_address("ann.lee+crm@Example.com") == "ann.lee+crm@example.com"


CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


def slow(text):
    number = _valid(text, "CN")
    return _canonical(number) if number is not None else ""


@given(st.sampled_from(CODES), st.text("0123456789", min_size=3, max_size=13), st.text(" -", max_size=3), st.data())
@example(86, "13800138000", "", None)
@example(86, "1012345678", " ", None)
def test_a_plain_number_is_judged_as_the_library_judges_it(code, number, separators, data):
    text = f"+{code} {number}"
    for separator in separators:
        place = data.draw(st.integers(2, len(text))) if data is not None else 6
        text = text[:place] + separator + text[place:]
    quick = quick_canonical(text)
    assert quick is None or quick == slow(text)


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_numbers_of_every_region_are_judged_as_the_library_judges_them(region):
    numbers = random.Random(region)
    for kind in (0, 1, 3, 4):
        sample = phonenumbers.example_number_for_type(region, kind)
        if sample is None:
            continue
        text = phonenumbers.format_number(sample, phonenumbers.PhoneNumberFormat.E164)
        for _ in range(10):
            quick = quick_canonical(text)
            assert quick is None or quick == slow(text)
            place = numbers.randrange(1, len(text))
            text = text[:place] + str(numbers.randrange(10)) + text[place + 1 :]


def test_usual_numbers_go_the_quick_way():
    assert quick_canonical("+86 138 0013 8000") == "+8613800138000"
    assert quick_canonical("+86 99 0000") == ""
    assert quick_canonical("010 1234 5678") is None
