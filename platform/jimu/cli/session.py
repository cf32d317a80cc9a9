"""What a command works with: settings and, opened when first needed, the runtime."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from jimu.settings import Settings

if TYPE_CHECKING:
    from jimu.records.context import Context
    from jimu.runtime import Runtime


class Session:
    """Commands get it by ``@pass_session``. Nothing is opened before it is asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def runtime(self) -> Runtime:
        """The runtime, started: engine tables are there, and a new database has the workspace as its first revision."""
        return self.opened.start()

    @cached_property
    def prepared(self) -> Runtime:
        """The runtime with the engine tables in place, but without anything being applied or loaded."""
        return self.opened.prepare()

    @cached_property
    def opened(self) -> Runtime:
        """The runtime without a start: nothing is created or changed."""
        from jimu.runtime import Runtime

        return Runtime(self.settings)

    def context(self, reason: str = "") -> Context:
        """A context that acts as the engine itself: who may run commands here has the database anyhow."""
        from jimu.access.actor import SYSTEM

        return self.runtime.context(SYSTEM, via="cli", reason=reason)

    def plugin_commands(self) -> dict[str, click.Command]:
        """Commands of the plugins that the workspace on disk names; {} outside a workspace."""
        from jimu.definitions import find_workspace, load

        root = find_workspace(self.settings.workspace)
        if root is None:
            return {}
        from jimu.plugins import build_plugin_manager

        plugins = build_plugin_manager()
        load(root, plugins=plugins)
        found = [command for _, commands in plugins.collect("jimu_commands") for command in commands]
        return {str(command.name): command for command in found}

    def close(self) -> None:
        if "opened" in self.__dict__:
            self.opened.close()


pass_session = click.make_pass_decorator(Session)


def build_settings(given: Mapping[str, Any]) -> Settings:
    """Settings from the environment and the options ``given``. A wrong variable is a usage error that names it."""
    try:
        return Settings.from_environment(**given)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
