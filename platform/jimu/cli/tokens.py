"""``jimu token``: API tokens of users. They work at once, while the server runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from jimu.cli.exits import Exit
from jimu.cli.output import console, fail, format_option, print_json, print_table, say
from jimu.cli.session import Session, pass_session


@click.group("token")
def token_group() -> None:
    """Create, list and revoke API tokens."""


@token_group.command("create")
@click.argument("user")
@click.option("--name", default="cli", show_default=True, help="What the token is for.")
@click.option("--scope", "scopes", multiple=True, metavar="SCOPE", help="Limit it, for example read, or account:write.")
@click.option("--expires", metavar="DAYS|DATE", help="Days from now, or a date such as 2027-01-31; default: never.")
@click.option("--quiet", is_flag=True, help="Print the token and nothing else.")
@format_option
@pass_session
def create_command(
    session: Session, user: str, name: str, scopes: tuple[str, ...], expires: str | None, quiet: bool,
    output_format: str,
) -> None:
    """Make a token for USER (id, e-mail address, what stands in it before the @, or name). It is shown once."""
    from jimu.access import accounts
    from jimu.cli.accounts import get_user

    expires_at = _expiry(expires)
    context = session.context()
    record = get_user(context, user)
    wish = accounts.TokenWish(name, frozenset(scopes) or None, expires_at)
    made = accounts.create_token(context.store, record.id, wish, accounts.By(context.actor, context.clock()))
    if quiet:
        click.echo(made.secret)
    elif output_format == "json":
        print_json({"token": made.secret, "id": made.id, "user": record.title, "expires_at": expires_at})
    else:
        say(f"a token for {record.title}; keep it now, it is not shown again:")
        console().print(made.secret, style="bold")


@token_group.command("list")
@click.argument("user")
@format_option
@pass_session
def list_command(session: Session, user: str, output_format: str) -> None:
    """List the tokens of USER (never their secrets)."""
    from jimu.access import accounts
    from jimu.cli.accounts import get_user

    context = session.context()
    tokens = accounts.list_tokens(context.store, get_user(context, user).id)
    rows: list[dict[str, Any]] = [
        {"id": t.id, "name": t.name, "scopes": sorted(t.scopes) if t.scopes is not None else None,
         "created_at": t.created_at, "expires_at": t.expires_at, "last_used_at": t.used_at}
        for t in tokens
    ]
    if output_format == "json":
        print_json(rows)
    else:
        print_table(
            ("id", "name", "scopes", "created", "expires", "last used"),
            [(r["id"], r["name"], ", ".join(r["scopes"] or ["everything"]), _day(r["created_at"]),
              _day(r["expires_at"]) or "never", _day(r["last_used_at"])) for r in rows],
        )


@token_group.command("revoke")
@click.argument("token_id", type=int)
@pass_session
def revoke_command(session: Session, token_id: int) -> None:
    """Revoke the token with this id (see ``jimu token list``)."""
    from jimu.access import accounts

    context = session.context()
    if not accounts.revoke_token(context.store, None, token_id, accounts.By(context.actor, context.clock())):
        fail(f"there is no token {token_id}")
        raise click.exceptions.Exit(Exit.PROBLEMS)
    say(f"token {token_id} is revoked")


def _expiry(text: str | None) -> datetime | None:
    """The moment said by ``text``: a number of days from now, or the end of a date (UTC)."""
    if text is None:
        return None
    if text.isdigit():
        return datetime.now(UTC) + timedelta(days=int(text))
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(days=1)
    except ValueError:
        raise click.UsageError(f"--expires takes a number of days or a date like 2027-01-31, not {text!r}") from None


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
