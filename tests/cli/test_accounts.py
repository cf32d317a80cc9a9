"""``jimu user`` and ``jimu token``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from jimu.cli.exits import Exit
from jimu.runtime import Runtime
from jimu.settings import Settings
from tests.cli.conftest import Jimu


@pytest.fixture
def ada(jimu: Jimu) -> dict[str, Any]:
    """Ada's id, e-mail and password."""
    made = jimu.json("user", "create", "ada@example.com", "--name", "Ada Lovelace", "--role", "boss")
    assert isinstance(made, dict)
    return made


@pytest.mark.parametrize("key", ["id", "email", "name", "short"])
def test_quiet_prints_one_token_and_takes_id_email_or_name(jimu: Jimu, ada: dict[str, Any], key: str) -> None:
    user = {**ada, "name": "Ada Lovelace", "short": "ada"}[key]
    result = jimu("token", "create", user, "--quiet")
    assert result.exit_code == Exit.OK, result.output
    assert len(result.stdout.split()) == 1
    identity = _identity(jimu, result.stdout.strip())
    assert identity is not None


def test_a_short_name_that_several_have_is_refused(jimu: Jimu, ada: dict[str, Any]) -> None:
    jimu("user", "create", "ada@example.org", "--name", "Ada Byron", "--role", "boss")
    refused = jimu("token", "create", "ada", "--quiet")
    assert (refused.exit_code, refused.stdout) == (Exit.PROBLEMS, "")
    assert "Several users are called ada" in refused.stderr


def test_a_token_can_be_limited_listed_and_revoked(jimu: Jimu, ada: dict[str, Any]) -> None:
    made = jimu.json("token", "create", "ada@example.com", "--name", "ERP", "--scope", "read", "--expires", "30")
    listed = jimu.json("token", "list", "ada@example.com")
    assert [(t["name"], t["scopes"]) for t in listed] == [("ERP", ["read"])]
    assert made["token"] not in str(listed)
    assert jimu("token", "revoke", str(listed[0]["id"])).exit_code == Exit.OK
    assert _identity(jimu, made["token"]) is None
    assert jimu("token", "revoke", "4711").exit_code == Exit.PROBLEMS


def test_an_unknown_user_is_said_plainly(jimu: Jimu) -> None:
    result = jimu("token", "create", "nobody@example.com")
    assert result.exit_code == Exit.PROBLEMS
    assert "There is no user nobody@example.com." in result.stderr


def test_a_wrong_expiry_is_a_usage_error(jimu: Jimu, ada: dict[str, Any]) -> None:
    assert jimu("token", "create", "ada@example.com", "--expires", "tomorrow").exit_code == Exit.USAGE


def test_users_are_listed_with_their_roles(jimu: Jimu, ada: dict[str, Any]) -> None:
    listed = jimu.json("user", "list")
    assert [(u["name"], u["email"], u["roles"], u["active"]) for u in listed] == [
        ("Ada Lovelace", "ada@example.com", ["boss"], True)]


def test_an_unknown_role_is_refused(jimu: Jimu) -> None:
    result = jimu("user", "create", "bob@example.com", "--role", "emperor")
    assert result.exit_code == Exit.PROBLEMS
    assert "roles" in result.stderr


def test_a_deactivated_user_can_no_longer_use_a_token(jimu: Jimu, ada: dict[str, Any]) -> None:
    token = jimu("token", "create", "ada@example.com", "--quiet").stdout.strip()
    assert jimu("user", "deactivate", "ada@example.com").exit_code == Exit.OK
    assert jimu.json("user", "list")[0]["active"] is False
    assert _actor(jimu, token) is None


def test_a_password_can_be_set(jimu: Jimu, ada: dict[str, Any]) -> None:
    from jimu.access import accounts

    assert jimu("user", "password", "ada@example.com", "--password", "correct horse battery").exit_code == Exit.OK
    runtime = _open(jimu)
    snapshot = runtime.current
    attempt = accounts.LogIn("ada@example.com", "correct horse battery")
    session = accounts.log_in(snapshot.store, snapshot.manifest, attempt, datetime.now(UTC))
    assert session.token
    runtime.close()


def _open(jimu: Jimu) -> Runtime:
    return Runtime(Settings(workspace=jimu.folder, home=jimu.folder / "var")).start()


def _identity(jimu: Jimu, token: str) -> Any:
    from jimu.access import accounts

    runtime = _open(jimu)
    try:
        return accounts.find_token(runtime.current.store, token, datetime.now(UTC))
    finally:
        runtime.close()


def _actor(jimu: Jimu, token: str) -> Any:
    from jimu.access import accounts

    runtime = _open(jimu)
    try:
        identity = accounts.find_token(runtime.current.store, token, datetime.now(UTC))
        return identity and accounts.find_actor(runtime.current.store, runtime.current.manifest, identity)
    finally:
        runtime.close()
