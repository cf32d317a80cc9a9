"""What else a revision holds: option lists, apps and layouts, and the text of every file."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.definitions.kinds import KINDS
from jimu.errors import NotFound
from jimu.messages import Message
from jimu.web.pages.admin_objects import use_groups
from jimu.web.responses import reader_of
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/options", list_options, "options")
    add(blueprint, "/admin/options/<name>", show_options, "options")
    add(blueprint, "/admin/layouts", list_layouts, "layouts")
    add(blueprint, "/admin/source", show_source, "source")


def list_options() -> Response:
    now = visit()
    reader = reader_of(now)
    lists = sorted(now.manifest.option_lists.values(), key=lambda o: o.name)
    used = {o.name: sum(len(g.users) for g in use_groups(f"options:{o.name}", reader)) for o in lists}
    return admin_page("options", now.say(Message("Option lists")), "options", lists=lists, used=used)


def show_options(name: str) -> Response:
    now = visit()
    found = now.manifest.option_lists.get(name)
    if found is None:
        raise NotFound(Message("There is no option list called {name}.", {"name": name}))
    groups = use_groups(f"options:{name}", reader_of(now))
    return admin_page("option_list", found.label.get(now.locale) or name, "options", list=found, groups=groups)


def list_layouts() -> Response:
    """Everything that arranges or loads, by kind."""
    now, manifest = visit(), visit().manifest
    kinds = [
        (Message("Apps"), "app", manifest.apps),
        (Message("Page layouts"), "page", manifest.pages),
        (Message("Lists"), "list", manifest.lists),
        (Message("Seeds"), "seed", manifest.seeds),
        (Message("Import plans"), "import_plan", manifest.import_plans),
        *((kind.title, kind.name, manifest.all(kind.name)) for kind in KINDS),
    ]
    return admin_page("layouts", now.say(Message("Apps and layouts")), "layouts", kinds=kinds, manifest=manifest)


def show_source() -> Response:
    """One file of the revision in force, or all of their names."""
    now = visit()
    name = request.args.get("file", "")
    files = now.manifest.files
    if name and name not in files:
        raise NotFound(Message("There is no file called {name} in this revision.", {"name": name}))
    folders: dict[str, list[str]] = {}
    for path in sorted(files):
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    title = name.rpartition("/")[2] if name else now.say(Message("YAML source"))
    return admin_page(
        "source",
        title,
        "source",
        file=name,
        lines=files[name].splitlines() if name else [],
        folders=folders,
        files=files,
        revision=now.snapshot.revision,
    )
