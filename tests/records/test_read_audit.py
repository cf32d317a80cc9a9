"""Objects marked ``audit: [read]``: who opened which record, who listed what; and what exports leave behind."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from jimu.access.audit import verify_audit
from jimu.errors import Forbidden, NotFound
from jimu.exchange import ExportRequest, export_to
from jimu.fieldtypes.ids import encode_id
from jimu.records import Create, Delete, ListRequest, Update, read, write
from tests.records.project import Project, prepared_project

FILES = {
    "objects/patient.yaml": """
label: Patient
audit: [read]
fields:
  name: {label: Name, type: text}
""",
    "objects/visit.yaml": """
label: Visit
title: "'visit'"
fields:
  patient: {label: Patient, type: lookup, to: patient}
""",
    "objects/roles/nurse.yaml": "label: Nurse\nobjects:\n  '*': {create: true, read: all, update: all}\n",
    "objects/roles/chief.yaml": "label: Chief\nsystem: [users]\n",
}
Entry = tuple[str, int | None, dict[str, object]]


@pytest.fixture
def project(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as made:
        yield made


def entries(project: Project, *groups: str) -> list[Entry]:
    with project.store.read() as transaction:
        assert verify_audit(transaction, b"").is_whole
        found = [(r.kind, r.record, dict(r.details)) for r in transaction.each_audit()]
    return [e for e in found if e[0].partition(".")[0] in groups]


def test_opening_a_record_leaves_one_entry_a_request_and_the_engine_none(project: Project) -> None:
    nurse = project.user("nurse", "nurse")
    bob = project.create("patient", name="Bob")
    visit = project.create("visit", patient=bob)
    read.get("patient", bob, project.system)
    assert entries(project, "read") == []
    request = project.acting(nurse)
    read.get("patient", bob, request)
    read.get("patient", bob, request, fields=["name"])
    read.get("patient", bob, project.acting(nurse))
    assert entries(project, "read") == [("read.record", bob, {})] * 2
    read.get("visit", visit, project.acting(nurse))
    assert len(entries(project, "read")) == 2
    read.get("visit", visit, project.acting(nurse), expand=["patient"])
    assert entries(project, "read")[2:] == [("read.list", None, {"count": 1, "by": "expand", "ids": [encode_id(bob)]})]
    with pytest.raises(NotFound):
        read.get("patient", visit, project.acting(nurse))
    assert len(entries(project, "read")) == 3


def test_a_page_of_a_list_leaves_one_entry_with_the_question_and_the_ids(project: Project) -> None:
    nurse = project.user("nurse", "nurse")
    ids = [project.create("patient", name=f"P{n}") for n in range(3)]
    request = ListRequest("patient", where="starts_with(name, 'P')", order=("name",), limit=2)
    page = read.list_records(request, project.acting(nurse))
    read.list_records(ListRequest("patient", order=("name",), limit=2, after=None), project.acting(nurse))
    read.list_records(ListRequest("patient", where="name == 'nobody'"), project.acting(nurse))
    found = entries(project, "read")
    shown = [encode_id(id) for id in ids[:2]]
    assert page.next
    assert found == [
        ("read.list", None, {"count": 2, "where": "starts_with(name, 'P')", "ids": shown}),
        ("read.list", None, {"count": 2, "ids": shown}),
    ]


def test_an_export_is_one_entry_with_count_and_filter_and_no_page_of_it_another(project: Project) -> None:
    nurse = project.user("nurse", "nurse")
    for n in range(3):
        project.create("patient", name=f"P{n}")
    request = ExportRequest("patient", where="name != 'P0'", fields=["name"])
    assert export_to(io.BytesIO(), request, project.acting(nurse)) == 2
    assert entries(project, "read", "export") == [
        ("export.records", None, {"count": 2, "format": "csv", "where": "name != 'P0'", "fields": ["name"]})
    ]


def test_changes_of_roles_and_accounts_are_told(project: Project) -> None:
    ann = project.user("ann", "nurse")
    write.write(Update("user", ann, {"roles": ["chief"], "email": "a@example.com"}), project.system)
    write.write(Update("user", ann, {"active": False}), project.system)
    assert entries(project, "account", "access") == [
        ("account.created", None, {"roles": ["nurse"]}),
        ("access.roles", None, {"given": ["chief"], "taken": ["nurse"]}),
        ("account.changed", None, {"fields": ["email"]}),
        ("account.deactivated", None, {"by": "update"}),
    ]


def test_shares_are_told_with_the_record(project: Project) -> None:
    nurse, other = project.user("nurse", "nurse"), project.user("other")
    bob = project.create("patient", name="Bob", owner=nurse)
    values = {"record": bob, "with_user": other, "access": "read"}
    shared = write.write(Create("share", values), project.acting(nurse)).id
    write.write(Delete("share", shared), project.acting(nurse))
    with project.store.read() as transaction:
        rows = [r for r in transaction.each_audit() if r.kind.startswith("access.")]
    assert [(r.object, r.record, r.actor) for r in rows] == [("patient", bob, nurse)] * 2
    assert (rows[0].kind, [r.subject for r in rows]) == ("access.shared", [other, other])


def test_who_looks_with_anothers_eyes_writes_nothing_even_as_the_engine(project: Project) -> None:
    nurse = project.user("nurse", "nurse")
    bob = project.create("patient", name="Bob")
    looking = project.acting(nurse, viewed_by=7)
    assert read.get("patient", bob, looking).title == "Bob"
    for context in (looking, looking.as_actor(project.system.actor)):
        with pytest.raises(Forbidden):
            write.write(Update("patient", bob, {"name": "Rob"}), context)
        with pytest.raises(Forbidden), write.unit_of_work(context):
            pass
    assert project.value("patient", bob, "name") == "Bob"
    with project.store.read() as transaction:
        (entry,) = [r for r in transaction.each_audit() if r.kind == "read.record"]
    assert (entry.actor, entry.behind) == (nurse, 7)
