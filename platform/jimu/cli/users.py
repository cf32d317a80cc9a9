"""``jimu user``: the accounts of people, for when nobody can log in yet."""

from __future__ import annotations

import secrets
from typing import Any

import click

from jimu.cli.output import console, format_option, print_json, print_table, say
from jimu.cli.session import Session, pass_session


@click.group("user")
def user_group() -> None:
    """Create, list and change users."""


@user_group.command("create")
@click.argument("email")
@click.option("--name", help="Full name; default: what stands before the @.")
@click.option("--role", "roles", multiple=True, help="A role; may be given several times.")
@click.option("--password", help="Default: one is made and printed.")
@format_option
@pass_session
def create_command(
    session: Session, email: str, name: str | None, roles: tuple[str, ...], password: str | None, output_format: str
) -> None:
    """Create a user with the log-in name EMAIL."""
    from jimu.access import accounts
    from jimu.records import Create, write

    context = session.context("jimu user create")
    secret = password or secrets.token_urlsafe(12)
    values = {"email": email, "name": name or email.split("@")[0], "roles": list(roles), "active": True}
    record = write.write(Create("user", values), context)
    by, policy = accounts.By(context.actor, context.clock()), accounts.policy_of(session.settings)
    accounts.set_password(context.store, record.id, secret, by, policy)
    if output_format == "json":
        print_json({"id": _shown(record.id), "email": email, "password": None if password else secret})
    elif password:
        say(f"{email} can log in")
    else:
        say(f"{email} can log in with the password")
        console().print(secret, style="bold")


@user_group.command("list")
@format_option
@pass_session
def list_command(session: Session, output_format: str) -> None:
    """List all users."""
    from jimu.records import ListRequest, read

    context = session.context()
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        page = read.list_records(ListRequest("user", order=("email",), limit=500, after=after), context)
        rows += [
            {"id": _shown(r.id), "name": r.title, "email": r.values.get("email"),
             "roles": list(r.values.get("roles") or ()), "active": bool(r.values.get("active"))} for r in page.records
        ]
        after = page.next
        if after is None:
            break
    if output_format == "json":
        print_json(rows)
    else:
        print_table(("id", "name", "email", "roles", "active"),
                    [(r["id"], r["name"], r["email"], ", ".join(r["roles"]), "yes" if r["active"] else "no")
                     for r in rows])


@user_group.command("password")
@click.argument("user")
@click.option("--password", help="Default: one is made and printed.")
@pass_session
def password_command(session: Session, user: str, password: str | None) -> None:
    """Set the password of USER (id, e-mail address or name). Ends all sessions of that user."""
    from jimu.access import accounts
    from jimu.cli.accounts import get_user

    context = session.context()
    record = get_user(context, user)
    secret = password or secrets.token_urlsafe(12)
    by, policy = accounts.By(context.actor, context.clock()), accounts.policy_of(session.settings)
    accounts.set_password(context.store, record.id, secret, by, policy)
    say(f"the password of {record.title} is set")
    if not password:
        console().print(secret, style="bold")


@user_group.command("deactivate")
@click.argument("user")
@pass_session
def deactivate_command(session: Session, user: str) -> None:
    """Shut USER out: no log-in, no session, no token works any more. The records stay."""
    from jimu.access import accounts
    from jimu.cli.accounts import get_user
    from jimu.records import Update, write

    context = session.context("jimu user deactivate")
    record = get_user(context, user)
    write.write(Update("user", record.id, {"active": False}), context)
    accounts.end_sessions(context.store, record.id, accounts.By(context.actor, context.clock()))
    say(f"{record.title} is deactivated")


@user_group.command("roles")
@click.argument("user")
@click.argument("roles", nargs=-1)
@pass_session
def roles_command(session: Session, user: str, roles: tuple[str, ...]) -> None:
    """Give USER exactly these ROLES; without any, show those that there are."""
    from jimu.cli.accounts import get_user
    from jimu.records import Update, write

    context = session.context("jimu user roles")
    record = get_user(context, user)
    if not roles:
        held = set(record.values.get("roles") or ())
        print_table(("", "role", "label"), [
            ("✓" if name in held else "", name, role.label) for name, role in sorted(context.manifest.roles.items())
        ])
        return
    write.write(Update("user", record.id, {"roles": list(roles)}), context)
    say(f"{record.title}: {', '.join(roles)}")


def _shown(id: int) -> str:
    from jimu.fieldtypes.ids import encode_id

    return encode_id(id)
