"""Values made comparable: what is left of a name, number or address when its spelling is taken away.

Every function gives '' where nothing that could be compared is left, is pure, and gives the same for its own result.
Characters are made simplified by the table of OpenCC.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

import phonenumbers

from jimu.records.duplicates.words import words
from jimu.storage.search.pinyin import syllables

_CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af"
_WORDS = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_AND = re.compile(r"\s*[&+]\s*")
_BRACKETED = re.compile(r"[()\[\]{}（）【】]")
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@?#]*@)?([^/:?#\s]+)")
_NOT_DIGITS = re.compile(r"\D+")
_LATIN_END = re.compile(r"[a-z0-9]")
_EXTENSION = re.compile(r"\s*(?:转|轉|分机|分機|内线|內線)\s*")
_SHORTEST_NUMBER = 5


@cache
def _simplified() -> dict[int, str]:
    """Traditional character → simplified, until nothing changes any more."""
    import opencc  # loaded with the first name that is compared

    convert = opencc.OpenCC("t2s").convert
    table: dict[int, str] = {}
    for code in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00)):
        character = unicodedata.normalize("NFKC", chr(code))
        simple = convert(convert(character))
        if simple != chr(code):
            table[code] = simple
    return table


def exact(text: str) -> str:
    """The text itself, one space where there are several."""
    return " ".join(unicodedata.normalize("NFC", text).split())


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Words in lower case, simplified, without accents and punctuation, one space between."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = _AND.sub(" and ", plain).translate(_simplified())
    plain = unicodedata.normalize("NFKD", plain)
    plain = unicodedata.normalize("NFC", "".join(c for c in plain if not unicodedata.combining(c)))
    return " ".join(_WORDS.findall(plain.casefold()))


@lru_cache(maxsize=65536)
def name(text: str, more: tuple[str, ...] = ()) -> str:
    """``fold`` without legal forms (and ``more`` like them) and the mark behind a city; the whole, if nothing else
    were left.
    """
    folded = fold(text)
    forms = words().forms if not more else tuple(sorted((*words().forms, *map(fold, more)), key=len, reverse=True))
    return _without_city_mark(_without_forms(folded, forms))


def _without_forms(text: str, forms: tuple[str, ...]) -> str:
    while True:
        shorter = _without_head(_without_form(text, forms))
        if shorter in (text, ""):
            return text
        text = shorter


def _without_form(text: str, forms: tuple[str, ...]) -> str:
    for form in forms:
        if text.endswith(form) and len(text) > len(form):
            rest = text[: -len(form)]
            # A Latin form is a word of its own; a Chinese one ends a run of characters.
            if not _LATIN_END.match(form) or rest.endswith(" ") or not _LATIN_END.match(rest[-1]):
                return rest.rstrip()
    return text


def _without_head(text: str) -> str:
    for head in words().heads:
        if text.startswith(head) and len(text) > len(head):
            rest = text[len(head) :]
            if not _LATIN_END.match(head) or rest.startswith(" "):
                return rest.lstrip()
    return text


def _without_city_mark(text: str) -> str:
    known = words()
    for length in (4, 3, 2):
        if text[length : length + 1] in known.city_marks and text[:length] in known.cities and text[length + 1 :]:
            return text[:length] + text[length + 1 :].lstrip()
    return text


@lru_cache(maxsize=65536)
def sorted_name(text: str, more: tuple[str, ...] = ()) -> str:
    """``name`` with its words in the order of the alphabet, nothing between them: what is compared by likeness."""
    return "".join(sorted(name(text, more).split()))


@lru_cache(maxsize=65536)
def sound(text: str, more: tuple[str, ...] = ()) -> str:
    """``name`` as it is read: pinyin of Chinese characters, other words as they are."""
    return "".join(syllables(name(text, more)))


@lru_cache(maxsize=65536)
def phone(text: str, country: str | None = None) -> str:
    """A number as +8613800138000, without extension; digits alone where it is no number of any country."""
    plain = _EXTENSION.sub(" ext ", unicodedata.normalize("NFKC", text).strip())
    if country is None and plain.startswith("00"):
        plain = "+" + plain[2:]
    try:
        number = phonenumbers.parse(plain, country)
        if phonenumbers.is_possible_number(number):
            return str(phonenumbers.format_number(_bare(number), phonenumbers.PhoneNumberFormat.E164))
    except phonenumbers.NumberParseException:
        pass
    digits = _NOT_DIGITS.sub("", "".join(str(unicodedata.decimal(c, "")) for c in plain))
    return digits if len(digits) >= _SHORTEST_NUMBER else ""


def _bare(number: phonenumbers.PhoneNumber) -> phonenumbers.PhoneNumber:
    number.extension = None
    return number


@lru_cache(maxsize=65536)
def email(text: str) -> str:
    """An address in lower case without a +tag, and without dots where they do not count."""
    local, _, domain = unicodedata.normalize("NFKC", text).strip().casefold().rpartition("@")
    domain = words().mail_aliases.get(domain, domain)
    local = local.partition("+")[0] or local
    if domain in words().dotless_mail:
        local = local.replace(".", "") or local
    return f"{local}@{domain}" if local and domain else ""


@lru_cache(maxsize=65536)
def domain(text: str) -> str:
    """The site of an e-mail or web address; '' for public mail, which says nothing of where somebody works."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    plain = plain.rpartition("@")[2] if "@" in plain and "/" not in plain else plain
    found = _HOST.match(plain)
    host = found.group(1).strip(".").removeprefix("www.") if found else ""
    return host if "." in host and host not in words().public_mail else ""
