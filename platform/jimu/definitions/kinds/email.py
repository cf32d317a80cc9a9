"""What notices of a kind say in a mail: ``layouts/emails``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jimu.definitions.documents import Document, text_of
from jimu.definitions.kinds.actions import ActionBuilder
from jimu.definitions.kinds.kind import DefinitionKind, Linking
from jimu.definitions.model import Formula
from jimu.diagnostics import Place
from jimu.messages import Message, Text

NOTIFICATION = "notification"


@dataclass(frozen=True, slots=True)
class EmailDef:
    """``notice``: the kind of notices it is for (``*``: all without one of their own). ``subject`` and ``body`` are
    templates by language over the notification's fields.
    """

    name: str
    label: Text
    notice: str
    subject: Mapping[str, Formula] = field(default_factory=dict)
    body: Mapping[str, Formula] = field(default_factory=dict)
    source: Place = field(default_factory=Place)


def build_email(document: Document, linking: Linking) -> EmailDef | None:
    data, builder = document.data, ActionBuilder(document, linking, NOTIFICATION)
    return EmailDef(
        document.name,
        text_of(data, "label", document.name),
        data["notice"],
        builder.template(data.get("subject"), ("subject",)),
        builder.template(data.get("body"), ("body",)),
        document.place,
    )


EMAIL = DefinitionKind("email", "layouts/emails", Message("mail"), Message("Mails"), build_email)
