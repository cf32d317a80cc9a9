"""What only follows from another fault is not reported: the fault itself is to be seen."""

from __future__ import annotations

import pytest

from jimu.diagnostics import Severity
from tests.definitions.workspaces import BASE, loaded

USING = {
    "layouts/lists/ticket.yaml": "columns: [subject, company.name]\nwhere: \"status == 'open'\"\n",
    "layouts/apps/help.yaml": "label: Help\nitems: [ticket]\n",
    "objects/roles/agent.yaml": "label: Agent\nobjects: {ticket: {read: all, fields: {subject: read}}}\n",
}
TICKET = """\
label: Ticket
fields:
  subject: {type: text}
  status: {type: picklist, options: [open, closed]}
  company: {type: lookup, to: company}
"""


def reported(text: str) -> list[tuple[str, int, str]]:
    """File, line and code of each error where the object ``ticket`` is written as ``text``."""
    _, found = loaded({**USING, "objects/m/ticket.yaml": text})
    return [(d.place.file, d.place.line, d.code) for d in found if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        (TICKET.replace("  status", "   status"), 4, "yaml_syntax"),
        (TICKET.replace("  status", "\tstatus"), 4, "yaml_syntax"),
        (TICKET.replace("company: {", "subject: {"), 5, "duplicate_key"),
        (TICKET.replace("Ticket", "\N{REPLACEMENT CHARACTER}"), 1, "yaml_encoding"),
        (TICKET.replace("to: company", "to: compny"), 5, "unknown_object"),
        (TICKET.replace("type: text", "type: txt"), 3, "unknown_type"),
        ("label: Ticket\nfields:\n  - subject\n", 3, "wrong_type"),
        ("- subject\n", 1, "wrong_type"),
        ("", 1, "wrong_type"),
    ],
)
def test_one_mistake_is_one_report(text: str, line: int, code: str) -> None:
    assert reported(text) == [("objects/m/ticket.yaml", line, code)]


def test_what_does_not_follow_from_it_is_reported_as_well() -> None:
    broken = TICKET.replace("  status", "   status")
    _, found = loaded({**USING, "objects/m/ticket.yaml": broken, "layouts/lists/person.yaml": "columns: [emial]\n"})
    assert {d.code for d in found} == {"yaml_syntax", "unknown_field"}


def test_a_base_that_is_not_there_is_the_only_report() -> None:
    workspace = "name: acme\nlabel: Acme\nextends: [crmm]\n"
    _, found = loaded({"objects/m/company.yaml": "fields: {size: {type: integer}}\n", "workspace.yaml": workspace})
    assert [d.code for d in found] == ["unknown_base"]


def test_a_file_whose_name_cannot_be_a_name_is_refused() -> None:
    _, found = loaded({"objects/m/客户.yaml": BASE["objects/m/company.yaml"]})
    assert [(d.place.file, d.code) for d in found] == [("objects/m/客户.yaml", "bad_name")]
