"""The recycle bin: deleting, restoring, removing for good."""

from __future__ import annotations

import pytest

from jimu.errors import Conflict, Forbidden, NotFound
from jimu.records import Context, Create, Delete, Restore, Update, read, write
from tests.records.project import Project


def test_a_deleted_record_is_gone_from_lists_and_found_in_the_recycle_bin(project: Project) -> None:
    customer = project.create("customer", name="Acme")
    write.write(Delete("customer", customer), project.system)
    assert project.ids("customer") == set()
    assert project.ids("customer", deleted="deleted") == {customer}
    with pytest.raises(NotFound):
        read.get("customer", customer, project.system)
    with pytest.raises(NotFound):
        write.write(Update("customer", customer, {"name": "x"}), project.system)


def test_restoring_brings_a_record_back(project: Project) -> None:
    customer = project.create("customer", name="Acme", code="A")
    write.write(Delete("customer", customer), project.system)
    record = write.write(Restore("customer", customer), project.system)
    assert record.values["name"] == "Acme"
    assert project.ids("customer") == {customer}
    with pytest.raises(NotFound):
        write.write(Restore("customer", customer), project.system)


def test_a_restricting_reference_keeps_its_target(project: Project) -> None:
    customer = project.create("customer", name="Acme")
    deal = project.create("deal", name="D", customer=customer)
    with pytest.raises(Conflict) as caught:
        write.write(Delete("customer", customer), project.system)
    assert caught.value.details["restricted_by"] == [{"object": "deal", "field": "customer", "count": 1}]
    write.write(Delete("deal", deal), project.system)
    write.write(Delete("customer", customer), project.system)


def test_a_refused_deletion_counts_only_what_may_be_read(project: Project) -> None:
    customer = project.create("customer", name="Acme")
    project.create("deal", name="D", customer=customer)
    porter = project.acting(project.user("pat", "porter"))
    own = write.write(Create("customer", {"name": "Own"}), porter).id
    project.create("deal", name="E", customer=own)
    with pytest.raises(Conflict) as caught:
        write.write(Delete("customer", own), porter)
    assert caught.value.details["restricted_by"] == [{"object": "deal", "field": "customer", "count": None}]


def test_the_account_of_the_mightier_is_not_deleted_by_who_has_fewer_rights(project: Project) -> None:
    boss, clerk = project.user("ada", "admin"), project.user("cem", "seller")
    porter = project.acting(project.user("pat", "porter"))
    with pytest.raises(Forbidden):
        write.write(Delete("user", boss), porter)
    write.write(Delete("user", clerk), porter)


def test_other_references_are_blanked_and_come_back(project: Project) -> None:
    vip = project.create("customer", name="Vip", vip=True)
    kept, moved = project.create("deal", name="D", partner=vip), project.create("deal", name="E", partner=vip)
    write.write(Delete("customer", vip), project.system)
    assert project.value("deal", kept, "partner") is None
    other = project.create("customer", name="Other", vip=True)
    write.write(Update("deal", moved, {"partner": other}), project.system)
    write.write(Restore("customer", vip), project.system)
    assert project.value("deal", kept, "partner") == vip
    assert project.value("deal", moved, "partner") == other
    fields = [c.field for i in read.history("deal", kept, project.system).items for c in i.changes]
    assert fields == ["partner", "partner"]


def test_children_go_and_come_back_with_their_parent(project: Project) -> None:
    deal = project.create("deal", name="D")
    before = project.create("line", deal=deal, what="deleted before")
    lines = {project.create("line", deal=deal, what=what) for what in ("one", "two")}
    comment = project.create("comment", record=deal, text="Well")
    write.write(Delete("line", before), project.system)
    project.clock.forward(minutes=1)
    write.write(Delete("deal", deal), project.system)
    assert project.ids("line") == set()
    assert project.ids("comment") == set()
    write.write(Restore("deal", deal), project.system)
    assert project.ids("line") == lines
    assert project.ids("comment") == {comment}


def test_a_child_cannot_come_back_without_its_parent(project: Project) -> None:
    deal = project.create("deal", name="D")
    line = project.create("line", deal=deal, what="one")
    write.write(Delete("deal", deal), project.system)
    with pytest.raises(Conflict):
        write.write(Restore("line", line), project.system)


def test_a_key_that_was_taken_meanwhile_stops_restoring(project: Project) -> None:
    customer = project.create("customer", name="Acme", code="A")
    write.write(Delete("customer", customer), project.system)
    project.create("customer", name="New", code="A")
    with pytest.raises(Conflict) as caught:
        write.write(Restore("customer", customer), project.system)
    assert caught.value.details["fields"] == ["code"]
    assert project.ids("customer", deleted="deleted") == {customer}


def test_removing_for_good_is_a_right_of_its_own(project: Project) -> None:
    seller = project.acting(project.user("sam", "seller"))
    customer = project.create("customer", seller, name="Acme")
    write.write(Delete("customer", customer), seller)
    with pytest.raises(Forbidden):
        write.write(Delete("customer", customer, purge=True), seller)
    admin = project.acting(project.user("adm", "admin"))
    write.write(Delete("customer", customer, purge=True), admin)
    assert project.ids("customer", deleted="any") == set()


def test_removing_for_good_takes_children_and_blanks_references_also_in_the_recycle_bin(project: Project) -> None:
    vip = project.create("customer", name="Vip", vip=True)
    deal, binned = (project.create("deal", name=name, partner=vip) for name in "DE")
    line = project.create("line", deal=deal, what="one")
    write.write(Delete("deal", binned), project.system)
    write.write(Delete("customer", vip, purge=True), project.system)
    assert project.value("deal", deal, "partner") is None
    assert project.value("deal", binned, "partner") is None
    write.write(Delete("deal", deal, purge=True), project.system)
    assert project.ids("line", deleted="any").isdisjoint({line})


def test_many_are_deleted_at_once_and_bad_ones_reported(project: Project) -> None:
    free = [project.create("customer", name=f"C{i}") for i in range(3)]
    bound = project.create("customer", name="Bound")
    project.create("deal", name="D", customer=bound)
    commands = [Delete("customer", id) for id in [*free, bound, 99]]
    result = write.write_many(commands, project.system, atomic=False)
    assert [r.status for r in result.rows] == ["deleted", "deleted", "deleted", "failed", "failed"]
    assert project.ids("customer") == {bound}


def test_somebody_elses_record_cannot_be_deleted_or_restored(project: Project) -> None:
    seller: Context = project.acting(project.user("sam", "seller"))
    customer = project.create("customer", name="Acme")
    with pytest.raises(NotFound):
        write.write(Delete("customer", customer), seller)
    write.write(Delete("customer", customer), project.system)
    with pytest.raises(NotFound):
        write.write(Restore("customer", customer), seller)


def test_a_deleted_record_can_be_made_again_under_its_key(project: Project) -> None:
    write.write(Delete("customer", project.create("customer", name="Acme", code="A")), project.system)
    assert write.write(Create("customer", {"name": "Acme", "code": "A"}), project.system).created
