"""What opens records beyond the scopes of roles, what takes them away, and what is told in part only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jimu.access import load_actor
from jimu.definitions import load_files
from jimu.errors import BadRequest, Forbidden, Invalid, JimuError, NotFound
from jimu.fieldtypes.masking import Masked
from jimu.records import AggregateRequest, Context, Create, Delete, ListRequest, Update, read, write
from jimu.records.explaining import explain_access
from tests.records.project import Project, prepared_project

FILES = {
    "objects/x/firm.yaml": """
label: Firm
features: [history, team]
fields:
  name: {type: text, required: true, search: true}
  phone: {type: phone, search: true}
  worth: {type: integer}
  helper: {type: user}
""",
    "objects/x/deal.yaml": """
label: Deal
access: {inherits: [{field: firm, read: true}]}
features: [history]
fields:
  name: {type: text, required: true}
  firm: {type: lookup, to: firm}
""",
    "objects/roles/rep.yaml": """
label: Rep
objects:
  firm: {create: true, read: own, update: own, delete: own}
  deal: {create: true, read: own, update: own}
""",
    "objects/roles/clerk.yaml": """
label: Clerk
objects:
  firm: {create: true, read: all, update: own, share: false, fields: {phone: mask, worth: mask}}
""",
    "objects/roles/boss.yaml": "label: Boss\nobjects: {firm: {read: own}}\nsystem: [users]\n",
    "objects/roles/root.yaml": "label: Root\nsystem: [modify_all]\nobjects: {}\n",
    "objects/sharing/big.yaml": (
        "object: firm\nwhen: \"worth > 100\"\naccess: edit\nwith: [{managers_of: owner, levels: 1}]\n"
    ),
    "objects/sharing/helped.yaml": "object: firm\nwith: [{field: helper}]\n",
    "objects/restrictions/small.yaml": (
        "object: firm\nonly: \"is_blank(worth) or worth < 1000\"\nactions: [create, update, export]\nexcept: [boss]\n"
    ),
}


@pytest.fixture
def project(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as opened:
        yield opened


def acting(project: Project, user: int) -> Context:
    with project.store.read() as transaction:
        actor = load_actor(transaction, project.manifest, user, at=project.clock())
    assert actor is not None
    return project.context(actor)


class Pair:
    """Ann has a firm; Bob has none."""

    def __init__(self, project: Project, role: str = "rep") -> None:
        self.project = project
        self.ann, self.bob = (project.user(name, role) for name in ("ann", "bob"))
        self.firm = project.create("firm", name="Acme", owner=self.ann, phone="+8613800138000", worth=5)

    def sees(self, user: int) -> bool:
        context = acting(self.project, user)
        listed = self.firm in self.project.ids("firm", context)
        try:
            read.get("firm", self.firm, context)
        except NotFound:
            assert not listed
            return False
        assert listed
        return True

    def changes(self, user: int, **values: Any) -> bool:
        return self.does(user, Update("firm", self.firm, values or {"name": "Acme & Co"}))

    def does(self, user: int, command: Any) -> bool:
        try:
            write.write(command, acting(self.project, user))
        except JimuError:
            return False
        return True


@pytest.fixture
def pair(project: Project) -> Pair:
    return Pair(project)


def test_a_team_member_sees_the_record_and_with_edit_changes_it(pair: Pair) -> None:
    ann = acting(pair.project, pair.ann)
    member = write.write(Create("team_member", {"record": pair.firm, "member": pair.bob}), ann).id
    assert (pair.sees(pair.bob), pair.changes(pair.bob)) == (True, False)
    write.write(Update("team_member", member, {"access": "edit"}), ann)
    assert pair.changes(pair.bob)
    assert not pair.does(pair.bob, Delete("firm", pair.firm))
    write.write(Delete("team_member", member), ann)
    assert not pair.sees(pair.bob)


def test_a_share_ends_with_its_last_day(pair: Pair) -> None:
    today = pair.project.clock().date()
    given = {"record": pair.firm, "with_user": pair.bob, "until": today.isoformat()}
    write.write(Create("share", given), acting(pair.project, pair.ann))
    assert pair.sees(pair.bob)
    pair.project.clock.forward(days=1)
    assert not pair.sees(pair.bob)


def test_a_share_with_a_department_reaches_those_below_if_it_says_so(pair: Pair) -> None:
    above = pair.project.create("department", name="Sales")
    below = pair.project.create("department", name="East", above=above)
    write.write(Update("user", pair.bob, {"department": below}), pair.project.system)
    share = pair.project.create("share", record=pair.firm, with_department=above, below=False)
    assert not pair.sees(pair.bob)
    write.write(Update("share", share, {"below": True}), pair.project.system)
    assert pair.sees(pair.bob)


def test_only_who_may_change_a_record_may_open_it(pair: Pair) -> None:
    write.write(Create("team_member", {"record": pair.firm, "member": pair.bob}), acting(pair.project, pair.ann))
    cid = pair.project.user("cid", "rep")
    assert not pair.does(pair.bob, Create("share", {"record": pair.firm, "with_user": cid}))
    assert not pair.does(pair.bob, Create("team_member", {"record": pair.firm, "member": cid}))
    assert not pair.sees(cid)


def test_a_role_may_keep_its_holders_from_sharing(project: Project) -> None:
    clerks = Pair(project, "clerk")
    with pytest.raises((Forbidden, Invalid, NotFound)):
        write.write(Create("share", {"record": clerks.firm, "with_user": clerks.bob}), acting(project, clerks.ann))


def test_without_a_role_for_the_object_nothing_is_opened(pair: Pair) -> None:
    guest = pair.project.user("guest")
    pair.project.create("share", record=pair.firm, with_user=guest)
    assert not pair.does(guest, Update("firm", pair.firm, {}))
    with pytest.raises(NotFound):
        read.get("firm", pair.firm, acting(pair.project, guest))


def test_a_share_names_one_recipient_and_a_record_that_can_be_shared(pair: Pair) -> None:
    for values in ({}, {"with_user": pair.bob, "with_role": "rep"}):
        with pytest.raises(Invalid):
            write.write(Create("share", {"record": pair.firm, **values}), pair.project.system)
    deal = pair.project.create("deal", name="A deal", owner=pair.ann)
    with pytest.raises(Invalid):
        write.write(Create("team_member", {"record": deal, "member": pair.bob}), pair.project.system)


def test_default_team_members_join_what_comes_to_be_somebodys(pair: Pair) -> None:
    ann = acting(pair.project, pair.ann)
    write.write(Create("default_team_member", {"member": pair.bob, "of_object": "firm"}), ann)
    made = write.write(Create("firm", {"name": "New"}), ann).id
    assert pair.project.ids("firm", acting(pair.project, pair.bob)) == {made}
    cid = pair.project.user("cid", "rep")
    theirs = pair.project.create("firm", name="Theirs", owner=cid)
    write.write(Update("firm", theirs, {"owner": pair.ann}), pair.project.system)
    assert pair.project.ids("firm", acting(pair.project, pair.bob)) == {made, theirs}


def test_sharing_rules_follow_the_record_and_the_reporting_line(pair: Pair) -> None:
    write.write(Update("user", pair.ann, {"manager": pair.bob}), pair.project.system)
    assert not pair.sees(pair.bob)
    write.write(Update("firm", pair.firm, {"worth": 200}), pair.project.system)
    assert (pair.sees(pair.bob), pair.changes(pair.bob)) == (True, True)
    cid = pair.project.user("cid", "rep")
    write.write(Update("firm", pair.firm, {"helper": cid}), pair.project.system)
    assert (pair.sees(cid), pair.changes(cid)) == (True, False)


def test_who_reads_the_firm_reads_its_deals_and_no_more(pair: Pair) -> None:
    deal = pair.project.create("deal", name="A deal", firm=pair.firm)
    ann = acting(pair.project, pair.ann)
    assert pair.project.ids("deal", ann) == {deal}
    with pytest.raises(Forbidden):
        write.write(Update("deal", deal, {"name": "Mine"}), ann)
    assert pair.project.ids("deal", acting(pair.project, pair.bob)) == set()


def test_restrictions_hold_for_what_is_and_for_what_would_be(pair: Pair) -> None:
    assert not pair.changes(pair.ann, worth=5000)
    assert not pair.does(pair.ann, Create("firm", {"name": "Huge", "worth": 5000}))
    write.write(Update("firm", pair.firm, {"worth": 5000}), pair.project.system)
    assert (pair.sees(pair.ann), pair.changes(pair.ann)) == (True, False)


def test_an_agent_sees_and_changes_what_the_absent_may_while_they_are_away(pair: Pair) -> None:
    now = pair.project.clock()
    given = {
        "starts_at": (now + timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(hours=3)).isoformat(),
        "agent": pair.bob,
        "delegates_access": True,
    }
    write.write(Create("absence", given), acting(pair.project, pair.ann))
    assert not pair.sees(pair.bob)
    pair.project.clock.forward(hours=1)
    assert (pair.sees(pair.bob), pair.changes(pair.bob)) == (True, True)
    assert not pair.does(pair.bob, Delete("firm", pair.firm))
    assert not pair.does(pair.bob, Create("share", {"record": pair.firm, "with_user": pair.bob}))
    pair.project.clock.forward(hours=2)
    assert not pair.sees(pair.bob)


def test_absences_of_others_are_noted_by_who_manages_accounts_but_not_of_the_mightier(pair: Pair) -> None:
    now = pair.project.clock()
    span = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=3)).isoformat(), "delegates_access": True}
    boss, root = pair.project.user("boss", "boss"), pair.project.user("root", "root")
    assert not pair.does(pair.bob, Create("absence", {**span, "owner": pair.ann, "agent": pair.bob}))
    assert not pair.does(boss, Create("absence", {**span, "owner": root, "agent": boss}))
    assert pair.does(boss, Create("absence", {**span, "owner": pair.ann, "agent": pair.bob}))
    assert pair.sees(pair.bob)


def test_masked_fields_are_shown_in_part_and_answer_no_question(project: Project) -> None:
    clerks = Pair(project, "clerk")
    context = acting(project, clerks.bob)
    record = read.get("firm", clerks.firm, context)
    assert (record.values["phone"], record.values["worth"]) == ("138****8000", "•••")
    assert isinstance(record.values["phone"], Masked)
    assert read.search("13800138000", context, ["firm"]) == []
    assert read.list_records(ListRequest("firm", search="13800138000"), context).records == []
    for request in (
        lambda: read.list_records(ListRequest("firm", where="worth > 1"), context),
        lambda: read.list_records(ListRequest("firm", order=("worth",)), context),
        lambda: read.aggregate(AggregateRequest("firm", measures=("sum(worth)",)), context),
        lambda: read.aggregate(AggregateRequest("firm", groups=("phone",)), context),
    ):
        with pytest.raises(BadRequest):
            request()
    own = project.create("firm", name="Bobs", owner=clerks.bob)
    with pytest.raises(Invalid):
        write.write(Update("firm", own, {"worth": 7}), context)
    write.write(Update("firm", clerks.firm, {"worth": 8}), project.system)
    told = {change.field for item in read.history("firm", clerks.firm, context).items for change in item.changes}
    assert not told & {"phone", "worth"}


def test_an_explanation_names_the_rule_that_gives_and_says_what_holds(pair: Pair) -> None:
    boss = acting(pair.project, pair.project.user("boss", "boss"))
    write.write(Update("firm", pair.firm, {"helper": pair.bob}), pair.project.system)
    with pytest.raises(NotFound):
        explain_access("firm", pair.firm, pair.bob, boss)  # the boss may not read the record
    pair.project.create("share", record=pair.firm, with_user=boss.actor.id)
    found = {e.action: e for e in explain_access("firm", pair.firm, pair.bob, boss).actions}
    assert found["read"].allowed
    assert {r.rule for r in found["read"].reasons if r.holds} == {"sharing:helped"}
    assert not found["update"].allowed
    with pytest.raises(Forbidden):
        explain_access("firm", pair.firm, pair.ann, acting(pair.project, pair.bob))


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("objects/sharing/a.yaml", "object: firm\nwith: [{role: nobody}]\n", "unknown_role"),
        ("objects/sharing/a.yaml", "object: firm\nwith: [{field: name}]\n", "not_a_user"),
        ("objects/sharing/a.yaml", "object: user\nwith: [{role: rep}]\n", "not_shareable"),
        ("objects/restrictions/a.yaml", "object: firm\nonly: \"nothing > 1\"\n", "unknown_field"),
        (
            "objects/x/firm.yaml",
            "label: F\naccess: {inherits: [{field: deal}]}\nfields:\n  deal: {type: lookup, to: deal}\n"
            "  worth: {type: integer}\n  helper: {type: user}\n  phone: {type: phone}\n",
            "inherits_cycle",
        ),
    ],
)
def test_rules_that_cannot_be_are_refused_at_their_place(path: str, text: str, code: str) -> None:
    _, diagnostics = load_files({"workspace.yaml": "label: T\n", **FILES, path: text})
    assert (path, code) in {(d.place.file, d.code) for d in diagnostics}, [str(d.message) for d in diagnostics]


