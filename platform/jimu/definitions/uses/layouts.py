"""What page layouts, lists, apps and roles refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jimu.definitions.manifest import Manifest
from jimu.definitions.model import AppItem, ListLayoutDef, PageLayoutDef, RelatedList
from jimu.definitions.use import Use, fields_on
from jimu.formulas.formula import Formula


def uses_of_pages(manifest: Manifest) -> Iterator[Use]:
    for page in manifest.pages.values():
        if page.object in manifest.objects:
            yield from _of_page(manifest, page)


def _of_page(manifest: Manifest, page: PageLayoutDef) -> Iterator[Use]:
    source = f"page:{page.name}"

    def use(target: str, how: str) -> Use:
        return Use(target, source, how, page.source)

    yield use(page.object, "layout")
    yield from (use(f"{page.object}.{name}", "highlight") for name in page.highlights)
    for tab in page.tabs:
        for section in tab.sections:
            conditions = [section.visible_when, *(field.visible_when for field in section.fields)]
            for formula in conditions:
                if isinstance(formula, Formula):
                    yield from (
                        use(address, "visible_when")
                        for address in fields_on(manifest, page.object, sorted(formula.paths))
                    )
            yield from (use(f"{page.object}.{field.name}", "layout") for field in section.fields)
        for related in tab.related:
            yield from _of_related(manifest, related, source, page)


def _of_related(manifest: Manifest, related: RelatedList, source: str, page: PageLayoutDef) -> Iterator[Use]:
    yield Use(related.object, source, "related", page.source)
    yield Use(f"{related.object}.{related.field}", source, "related", page.source)
    yield from _columns(manifest, related.object, related.columns, related.sort, Use("", source, "", page.source))


def _columns(manifest: Manifest, object: str, columns: Iterable[str], sort: Iterable[str], by: Use) -> Iterator[Use]:
    """``by`` gives source and place."""
    if object not in manifest.objects:
        return
    for how, names in (("column", columns), ("sort", sort)):
        paths = [tuple(name.removeprefix("-").split(".")) for name in names]
        yield from (Use(address, by.source, how, by.place) for address in fields_on(manifest, object, paths))


def uses_of_lists(manifest: Manifest) -> Iterator[Use]:
    for layout in manifest.lists.values():
        if layout.object in manifest.objects:
            yield from _of_list(manifest, layout)


def _of_list(manifest: Manifest, layout: ListLayoutDef) -> Iterator[Use]:
    source = f"list:{layout.name}"
    yield Use(layout.object, source, "layout", layout.source)
    yield from _columns(manifest, layout.object, layout.columns, layout.sort, Use("", source, "", layout.source))
    if isinstance(layout.where, Formula):
        for address in fields_on(manifest, layout.object, sorted(layout.where.paths)):
            yield Use(address, source, "where", layout.source)
    for name in layout.quick_filters:
        yield Use(f"{layout.object}.{name}", source, "quick_filter", layout.source)
    yield from (Use(f"role:{role}", source, "limited_to", layout.source) for role in layout.roles)


def uses_of_apps(manifest: Manifest) -> Iterator[Use]:
    for app in manifest.apps.values():
        source = f"app:{app.name}"
        for item in _items(app.items):
            if item.object:
                yield Use(item.object, source, "menu", app.source)
            if item.list:
                yield Use(f"list:{item.list}", source, "menu", app.source)
        yield from (Use(f"role:{role}", source, "limited_to", app.source) for role in app.roles)


def _items(items: Iterable[AppItem]) -> Iterator[AppItem]:
    for item in items:
        yield item
        yield from _items(item.items)


def uses_of_roles(manifest: Manifest) -> Iterator[Use]:
    for role in manifest.roles.values():
        source = f"role:{role.name}"
        for object, permission in role.objects.items():
            if object in manifest.objects:
                yield Use(object, source, "permission", role.source)
                yield from (Use(f"{object}.{name}", source, "permission", role.source) for name in permission.fields)
