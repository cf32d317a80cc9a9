"""Keeping spreadsheets from taking text for formulas.

A CSV cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return is run as a formula by Excel and
its kin, which lets whoever typed it reach the computer of whoever opens the file. Such a text gets an apostrophe in
front; so does one that has apostrophes before such a sign, and the import takes exactly one away, so that nothing is
lost on the way.
"""

from __future__ import annotations

import re

_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
# A phone number in international form: digits can do no harm, and the apostrophe would be dialled.
_PHONE = re.compile(r"\+[\d ()]+")


def protect(text: str) -> str:
    """``text`` as it may stand in a CSV file."""
    if _DANGEROUS.match(text) and not _PHONE.fullmatch(text):
        return "'" + text
    return text


def unprotect(text: str) -> str:
    """What ``protect`` was given."""
    return text[1:] if _ESCAPED.match(text) else text
