"""What the views of administration share: the guard before each of them, and the frame around their pages."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response

from jimu.errors import Forbidden
from jimu.messages import Message
from jimu.web.pages.admin_links import href_of
from jimu.web.pages.admin_nav import PAGES, groups_for, may_open
from jimu.web.pages.display import BLANK, Shown, presenter_for
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader
from jimu.web.responses import page, reader_of
from jimu.web.visit import visit

View = Callable[..., Response]


def guarded(view: View, rights: Sequence[str]) -> View:
    """``view`` for those who have one of ``rights``; for others it is Forbidden, before anything else is looked at."""
    needed = tuple(rights)

    @functools.wraps(view)
    def checked(**arguments: Any) -> Response:
        now = visit()
        if not may_open(now.actor, now.manifest, needed):
            raise Forbidden(Message("This needs the system right {right}.", {"right": needed}))
        return view(**arguments)

    return checked


def add(blueprint: Blueprint, rule: str, view: View, name: str, *, post: bool = False) -> None:
    """An address of the page ``name``, guarded by its rights."""
    rights, endpoint = PAGES[name].rights, f"admin_{view.__name__}"
    methods = ["POST"] if post else ["GET"]
    blueprint.add_url_rule(rule, endpoint, view_func=guarded(view, rights), methods=methods)


def admin_page(
    template: str, title: str, name: str = "", *, crumbs: Sequence[Crumb] = (), status: int = 200, **values: Any
) -> Response:
    """A page of administration: ``templates/admin/<template>.html``, ``name`` marked in the menu at its side."""
    reader = reader_of(visit())
    own = PAGES.get(name)
    trail = [Crumb(reader.render(Message("Administration")), "/admin"), *crumbs]
    if own is not None and reader.render(own.label) != title:
        trail.insert(1, Crumb(reader.render(own.label), own.href))
    return page(
        f"admin/{template}.html",
        title,
        status=status,
        crumbs=[*trail, Crumb(title)] if name else [],
        admin_groups=groups_for(reader.actor, reader.manifest),
        admin_here=name,
        moment=moment_of(reader),
        href_of=functools.partial(href_of, reader.manifest),
        **values,
    )


def moment_of(reader: Reader) -> Callable[[datetime | None], Shown]:
    """Shows moments in the reader's language and zone."""
    present = presenter_for(reader.manifest.objects["user"].fields["created_at"], reader)
    return lambda at: BLANK if at is None else present(at, {}, {})
