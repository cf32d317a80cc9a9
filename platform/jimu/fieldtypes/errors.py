"""What is wrong with one value."""

from __future__ import annotations

from jimu.messages import Message


class FieldError(Exception):
    """``code`` is stable. ``part``: the suffix of the composite's part that is wrong."""

    def __init__(self, code: str, message: Message, part: str | None = None):
        super().__init__(message.render())
        self.code = code
        self.message = message
        self.part = part


def wrong(code: str, template: str, /, part: str | None = None, **params: object) -> FieldError:
    return FieldError(code, Message(template, params), part)
