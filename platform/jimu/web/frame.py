"""The parts of the frame that are alike on many pages, drawn once for all who see the same navigation.

They hold nothing of one request or one person; ``responses.page`` asks for them.
"""

from __future__ import annotations

from dataclasses import dataclass

from jimu.web.pages.shell import AppEntry, Frame
from jimu.web.rendering import Renderer

_MOST = 500


@dataclass(frozen=True, slots=True)
class ShellParts:
    """Markup: the navigation, what stands at its foot, the person's menu, the bar at the bottom of a phone."""

    nav: str
    foot: str
    menu: str
    shortcuts: str


@dataclass(frozen=True, slots=True)
class Look:
    """What the parts depend on besides the frame. ``current``: the address of the entry that is marked."""

    current: str
    path: str
    theme: str
    density: str

    @property
    def place(self) -> str:
        """The entry above those of the app that the page belongs to, if any."""
        if self.path == "/":
            return "home"
        return "inbox" if self.path.startswith(("/inbox", "/approvals/")) else ""


def shell_parts(frame: Frame, app: AppEntry | None, look: Look, renderer: Renderer) -> ShellParts:
    """The parts in the language of ``renderer``."""
    key = (renderer, app.name if app else "", look.current, look.place, look.theme, look.density)
    found: ShellParts | None = frame.drawn.get(key)
    if found is None:
        if len(frame.drawn) >= _MOST:
            frame.drawn.clear()
        found = frame.drawn[key] = _drawn(frame, app, look, renderer)
    return found


def _drawn(frame: Frame, app: AppEntry | None, look: Look, renderer: Renderer) -> ShellParts:
    def draw(macro: str, *given: object) -> str:
        return renderer.macro("components/shell.html", macro)(*given)

    return ShellParts(
        draw("nav", frame, app, look.current, look.place),
        draw("foot", frame, look.current),
        draw("menu", look.theme, look.density),
        draw("shortcuts", app, look.current),
    )
