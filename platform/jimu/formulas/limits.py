"""The bounds that make every formula cheap to check and every evaluation bounded in time and memory."""

from __future__ import annotations

MAX_SOURCE = 20_000  # characters of source
MAX_CONSTANT = 10_000  # characters of one text constant
MAX_NODES = 500  # nodes of one formula
MAX_DEPTH = 50  # nesting
MAX_INLINED = 5_000  # nodes of a formula with all formula fields that it reads put in
MAX_TEXT = 100_000  # characters that replace(), repeat() and the like may make, and that a text formula field may hold
MAX_PADDING = 1_000  # characters that pad_left(), pad_right() and repeat() count to
MAX_DAYS = 4_000_000  # days, months, years: larger steps lead out of the calendar anyway
MAX_WORKDAYS = 5_000  # steps of add_workdays()
MAX_SECONDS = 10**13  # largest duration, in seconds (about 317,000 years)

PLACES = 12  # decimal places that a product or quotient keeps
NUMBER_LIMIT = 10**60  # numbers at or beyond it are blank
