"""The last active user with an indispensable right keeps it."""

from __future__ import annotations

from typing import Any

import pytest

from jimu.errors import Conflict, Invalid
from jimu.records import Delete, Update, write
from tests.records.project import Project


def admin_role(project: Project) -> str:
    return next(n for n, role in project.manifest.roles.items() if {"users", "modify_all"} <= role.system)


def test_the_last_one_is_neither_shut_out_nor_deleted_nor_stripped(project: Project) -> None:
    role = admin_role(project)
    root = project.user("root", role)
    context = project.acting(root)
    for values in ({"active": False}, {"roles": []}):
        with pytest.raises(Invalid) as refused:
            write.write(Update("user", root, values), context)
        assert {p.code for p in refused.value.problems} == {"last_holder"}
    with pytest.raises(Conflict):
        write.write(Delete("user", root), context)


def test_with_another_one_it_is_allowed(project: Project) -> None:
    role = admin_role(project)
    root, other = project.user("root", role), project.user("other", role)
    write.write(Update("user", other, {"active": False}), project.acting(root))
    with pytest.raises(Invalid):
        write.write(Update("user", root, {"active": False}), project.acting(root))


def test_many_at_once_do_not_get_around_it(project: Project) -> None:
    role = admin_role(project)
    ids = [project.user(name, role) for name in ("root", "other", "third")]
    commands: list[Any] = [Update("user", id, {"active": False}) for id in ids]
    result = write.write_many(commands, project.acting(ids[0]), atomic=True)
    assert len(result.failed) == 3
    with project.store.read() as transaction:
        assert any(row["active"] for row in transaction.fetch("user", ids).values())


def test_the_engine_itself_gets_out_of_any_corner(project: Project) -> None:
    root = project.user("root", admin_role(project))
    write.write(Update("user", root, {"active": False}), project.system)
    with project.store.read() as transaction:
        assert not transaction.fetch("user", [root])[root]["active"]
