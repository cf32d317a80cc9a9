"""Creating, changing and deleting records, and the live state of a form while it is typed into."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from jimu.access.rules import require_action
from jimu.errors import Conflict, Forbidden, Invalid, JimuError, Locked, StaleVersion, TooLarge
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Command, Create, Delete, Record, Update
from jimu.records.files import Upload, store_file
from jimu.records.write_steps.references import UNKNOWN
from jimu.web.pages.display import Titles, Values
from jimu.web.pages.form import (
    FormPage,
    Sent,
    add_problems,
    base_of,
    build_sections,
    live_state,
    problems_of,
    read_base,
    read_form,
)
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.shapes import PageShape, page_shape
from jimu.web.pages.stale import merge_rows
from jimu.web.responses import go, json, local, page, reader_of, record_id, whole_number
from jimu.web.visit import visit

# What writing may refuse because of the values: these come back on the form, other errors are pages of their own.
_REFUSALS = (Invalid, Conflict, Locked, Forbidden, TooLarge)


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/new", view_func=show_new)
    blueprint.add_url_rule("/o/<object>/new", view_func=create, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/state", view_func=new_state, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/edit", view_func=show_edit)
    blueprint.add_url_rule("/o/<object>/<id>/edit", view_func=change, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/state", view_func=edit_state, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/delete", view_func=ask_delete)
    blueprint.add_url_rule("/o/<object>/<id>/delete", view_func=delete, methods=["POST"])


# --- creating ---------------------------------------------------------------------------------------------------------


def show_new(object: str) -> Response:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "create")
    definition = reader.manifest.object(object)
    variants = [t for t in definition.record_types.values() if not t.retired]
    variant = request.args.get("type", "")
    if len(variants) > 1 and variant not in definition.record_types and "copy" not in request.args:
        title = reader.render(Message("New: {object}", {"object": definition.label}))
        choices = [(reader.label(t.label) or t.name, _address(type=t.name)) for t in variants]
        return page(
            "choose_type.html",
            title,
            object=object,
            choices=choices,
            icon_name=definition.icon,
            crumbs=[Crumb(reader.label(definition.plural), f"/o/{object}"), Crumb(title)],
        )
    variant = variant or (variants[0].name if len(variants) == 1 else "")
    given = _copied(object, reader) if request.args.get("copy") else {}
    variant = given.get("record_type") or variant
    shape = page_shape(object, reader, variant or None)
    typed = {name: request.args.getlist(name) for name in request.args if name in shape.fields}
    given |= read_form(shape, _Arguments(typed), reader).values
    values, titles = _previewed(Create(object, _with_type(given, variant)), given, reader)
    return _form(_new_page(shape, reader, variant, build_sections(shape, values, titles, reader)))


def create(object: str) -> Response:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "create")
    variant = request.form.get("_type", "")
    shape = page_shape(object, reader, variant or None)
    sent = read_form(shape, request.form, reader)
    command = Create(object, _with_type(sent.values, variant))
    try:
        if sent.problems:
            raise Invalid(
                Message("Some values cannot be read."), [*sent.problems, *_other_problems(command, sent, reader)]
            )
        record = _save(command, shape, reader)
    except _REFUSALS as error:
        values, titles = _previewed(command, sent.values, reader)
        sections = build_sections(shape, values, titles, reader, sent.typed)
        return _refused(_new_page(shape, reader, variant, sections), error, reader)
    if request.form.get("_then") == "new":
        return go(_address_of_new(object, variant), Message("{title} was created.", {"title": record.title}))
    back = local(request.form.get("_back"), "")
    target = back or f"{record_url(object, record.id)}?{urlencode({'saved': f'{object}/new'})}"
    return go(target, Message("{title} was created.", {"title": record.title}))


def new_state(object: str) -> Response:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "create")
    variant = request.form.get("_type", "")
    shape = page_shape(object, reader, variant or None)
    sent = read_form(shape, request.form, reader)
    values, titles = _previewed(Create(object, _with_type(sent.values, variant)), sent.values, reader)
    return json(live_state(shape, values, titles, reader))


def _new_page(shape: PageShape, reader: Reader, variant: str, sections: Any) -> FormPage:
    definition = shape.object
    kind = definition.record_types.get(variant)
    return FormPage(
        definition,
        reader.render(Message("New: {object}", {"object": definition.label})),
        f"/o/{definition.name}/new",
        local(request.values.get("_back") or request.args.get("back"), ""),
        sections,
        record_type=variant,
        record_type_label=reader.label(kind.label) if kind else "",
        draft=f"{definition.name}/new",
    )


def _copied(object: str, reader: Reader) -> dict[str, Any]:
    """The values of the record to be copied that the reader could type himself; what must be unique stays blank."""
    record = read.get(object, record_id(request.args["copy"]), reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    found = {}
    for field in shape.fields.values():
        if field.state == "edit" and not field.field.unique and field.widget not in ("secret", "file", "image"):
            for one in (field, *field.parts):
                if (
                    record.values.get(one.name) is not None and one.field.kind.has_column
                ) or one.field.kind is Kind.REFERENCES:
                    found[one.name] = record.values.get(one.name)
    return found | ({"record_type": record.values["record_type"]} if record.values.get("record_type") else {})


# --- changing ---------------------------------------------------------------------------------------------------------


def show_edit(object: str, id: str) -> Response:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "update")
    record = read.get(object, record_id(id), reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    sections = build_sections(shape, record.values, record.titles, reader)
    return _form(_edit_page(shape, record, reader, sections, base_of(shape, record.values, reader), record.version))


def change(object: str, id: str) -> Response:
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    base = read_base(request.form.get("_base"))
    sent = read_form(shape, _chosen(), reader, base)
    given = whole_number(request.form.get("_version"))
    version = record.version if given is None else given
    command = Update(object, record.id, sent.values, version)
    href = record_url(object, record.id)
    try:
        if sent.problems:
            raise Invalid(
                Message("Some values cannot be read."), [*sent.problems, *_other_problems(command, sent, reader)]
            )
        if not sent.values and not _uploads(shape) and not _dropped_files(shape, record):
            return go(href, Message("Nothing was changed."))
        saved = _save(command, shape, reader, record)
    except StaleVersion:
        return _stale(shape, record, base or {}, sent, reader)
    except _REFUSALS as error:
        values, titles = _previewed(command, {**record.values, **sent.values}, reader)
        sections = build_sections(shape, {**record.values, **values}, {**record.titles, **titles}, reader, sent.typed)
        return _refused(_edit_page(shape, record, reader, sections, base or {}, version), error, reader)
    back = local(request.form.get("_back"), "")
    return go(
        back or f"{href}?{urlencode({'saved': f'{object}/{id}'})}",
        Message("{title} was saved.", {"title": saved.title}),
    )


def edit_state(object: str, id: str) -> Response:
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    sent = read_form(shape, request.form, reader, read_base(request.form.get("_base")))
    values, titles = _previewed(Update(object, record.id, sent.values), {**record.values, **sent.values}, reader)
    return json(live_state(shape, {**record.values, **values}, {**record.titles, **titles}, reader))


def _edit_page(
    shape: PageShape, record: Record, reader: Reader, sections: Any, base: Mapping[str, Any], version: int
) -> FormPage:
    href = record_url(record.object, record.id)
    variant = shape.object.record_types.get(record.values.get("record_type") or "")
    return FormPage(
        shape.object,
        record.title,
        f"{href}/edit",
        local(request.values.get("_back") or request.args.get("back"), ""),
        sections,
        version,
        record.values.get("record_type") or "",
        reader.label(variant.label) if variant else "",
        draft=f"{record.object}/{encode_id(record.id)}",
        base=json_module.dumps(base, ensure_ascii=False),
        is_new=False,
    )


def _stale(shape: PageShape, record: Record, base: dict[str, list[str]], sent: Sent, reader: Reader) -> Response:
    """Somebody else was faster: show what was, what is and what I typed, and let me choose for each field."""
    titles = {**record.titles, **read.resolve_titles(_ids(sent.values), reader.context)}
    rows = merge_rows(shape, base, sent, record.values, titles, reader)
    who = titles.get(record.values.get("updated_by") or 0, "")
    crumbs = _crumbs(shape, reader, Crumb(record.title, record_url(record.object, record.id)))
    return page(
        "stale.html",
        reader.render(Message("{title} was changed meanwhile", {"title": record.title})),
        status=409,
        object=record.object,
        rows=rows,
        who=who,
        record=record,
        href=record_url(record.object, record.id),
        crumbs=crumbs,
        base=json_module.dumps(base_of(shape, record.values, reader), ensure_ascii=False),
        draft=f"{record.object}/{encode_id(record.id)}",
    )


class _Arguments:
    """Values by name in the shape of a sent form."""

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        self.values = values

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def getlist(self, name: str) -> list[str]:
        return self.values.get(name, [])


def _chosen() -> Any:
    """The form that was sent; of a merge, only the fields for which mine was chosen."""
    theirs = {
        name.removeprefix("_choose_")
        for name, value in request.form.items()
        if name.startswith("_choose_") and value == "theirs"
    }
    if not theirs:
        return request.form
    owners = {name: name for name in request.form} | {
        part: whole
        for whole in theirs
        for part in request.form
        if part.startswith(f"{whole}_") or part == f"_has_{whole}"
    }
    return _Arguments({name: request.form.getlist(name) for name in request.form if owners[name] not in theirs})


# --- deleting ---------------------------------------------------------------------------------------------------------


def ask_delete(object: str, id: str) -> Response:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "delete")
    record = read.get(object, record_id(id), reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    return page(
        "delete.html",
        reader.render(Message("Delete {title}?", {"title": record.title})),
        object=object,
        record=record,
        href=record_url(object, record.id),
        along=_along(record, reader),
        crumbs=_crumbs(shape, reader, Crumb(record.title, record_url(object, record.id))),
    )


def _along(record: Record, reader: Reader) -> list[tuple[str, str]]:
    """What becomes of the records that point at this one: (their plural with their number, what happens)."""
    from jimu.records.requests import ListRequest

    fates = {
        "cascade": Message("go into the recycle bin too"),
        "restrict": Message("keep it from being deleted"),
        "set_null": Message("no longer point at it"),
    }
    found = []
    for source, field in reader.manifest.object(record.object).dependents:
        target = reader.manifest.objects[source]
        if target.retired or (target.system and source not in ("comment", "attachment")):
            continue
        try:
            count = read.related(
                record.object,
                record.id,
                source,
                field,
                ListRequest(source, limit=1, fields=("id",), count="estimated"),
                reader.context,
            ).count
        except JimuError:
            continue  # records that the reader may not see are no news for them
        if count and count.value:
            number = f"{count.value}{'' if count.exact else '+'}"
            found.append(
                (f"{number} {reader.label(target.plural)}", reader.render(fates[target.fields[field].on_delete]))
            )
    return found


def delete(object: str, id: str) -> Response:
    now = visit()
    number = record_id(id)
    record = read.get(object, number, now.context, fields=())
    write.write(Delete(object, number, whole_number(request.form.get("_version"))), now.context)
    undo = f"/bin/{object}/{encode_id(number)}/restore"
    return go(
        local(request.form.get("_back"), f"/o/{object}"),
        Message("{title} was put into the recycle bin.", {"title": record.title}),
        undo=undo,
    )


# --- shared -----------------------------------------------------------------------------------------------------------


def _form(form_page: FormPage, status: int = 200) -> Response:
    reader = reader_of(visit())
    definition = form_page.object
    crumbs = [Crumb(reader.label(definition.plural), f"/o/{definition.name}")]
    if not form_page.is_new:
        crumbs.append(Crumb(form_page.title, form_page.action.removesuffix("/edit")))
    crumbs.append(Crumb(reader.render(Message("New")) if form_page.is_new else reader.render(Message("Edit"))))
    return page("form.html", form_page.title, status=status, object=definition.name, form=form_page, crumbs=crumbs)


def _refused(form_page: FormPage, error: JimuError, reader: Reader) -> Response:
    """The form again, as it was typed, each problem beside its field: 422."""
    form_page.came_back = True
    add_problems(form_page, problems_of(error), reader)
    return _form(form_page, 422)


def _other_problems(command: Command, sent: Sent, reader: Reader) -> list[Any]:
    """The problems of what could be read, so that all are seen at once; those of fields that could not be are about
    nothing."""
    unread = {p.field for p in sent.problems}
    return [p for p in write.preview(command, reader.context).problems if p.field not in unread]


def _previewed(command: Command, values: Values, reader: Reader) -> tuple[dict[str, Any], Titles]:
    """The values that would be stored, computed ones included, and the titles of what they point at."""
    preview = write.preview(command, reader.context)
    # A reference that may not be made is blank: nothing that is computed for the form may read on through it.
    refused = {p.field or "" for p in preview.problems if p.code == UNKNOWN}
    found = {**values, **preview.values, **dict.fromkeys(refused & values.keys())}
    return found, read.resolve_titles(_ids(found, reader, command.object), reader.context)


def _ids(values: Values, reader: Reader | None = None, object: str = "") -> set[int]:
    fields = reader.manifest.object(object).fields if reader else {}
    found: set[int] = set()
    for name, value in values.items():
        if reader and name in fields and fields[name].kind not in (Kind.REFERENCE, Kind.REFERENCES):
            continue
        if isinstance(value, int) and not isinstance(value, bool):
            found.add(value)
        elif isinstance(value, list):
            found.update(v for v in value if isinstance(v, int))
    return found


def _with_type(values: Mapping[str, Any], variant: str) -> dict[str, Any]:
    return {**values, "record_type": variant} if variant else dict(values)


def _uploads(shape: PageShape) -> list[tuple[str, Any]]:
    return [
        (name, file)
        for name, field in shape.fields.items()
        if field.state == "edit" and field.widget in ("file", "image")
        for file in request.files.getlist(name)
        if file.filename
    ]


def _dropped_files(shape: PageShape, record: Record) -> dict[str, Any]:
    """File fields from which the person took something away, with what is left."""
    found: dict[str, Any] = {}
    for name, field in shape.fields.items():
        if field.state != "edit" or field.widget not in ("file", "image") or f"_has_{name}" not in request.form:
            continue
        before = record.values.get(name)
        if field.widget == "image":
            if before is not None and encode_id(before) not in request.form.getlist(f"_keep_{name}"):
                found[name] = None
            continue
        kept = [v for v in before or [] if encode_id(v) in request.form.getlist(f"_keep_{name}")]
        if kept != (before or []):
            found[name] = kept
    return found


def _save(command: Create | Update, shape: PageShape, reader: Reader, before: Record | None = None) -> Record:
    """Write the values, then the files that belong to the record now known: one unit, all or nothing."""
    uploads = _uploads(shape)
    dropped = _dropped_files(shape, before) if before else {}
    if not uploads and not dropped:
        return write.write(command, reader.context)
    with write.unit_of_work(reader.context) as unit:
        record = write.write(command, unit) if command.values or isinstance(command, Create) else before
        assert record is not None
        changes: dict[str, Any] = dict(dropped)
        for name, file in uploads:
            field = shape.fields[name]
            upload = Upload(
                file.filename,
                file.content_type or "",
                file.stream,
                name,
                int(field.field.options.get("max_size_mb", 25)) << 20,
            )
            attachment = store_file(upload, record.id, unit)
            if field.widget == "image":
                changes[name] = attachment.id
            else:
                kept = changes.get(name, (before.values.get(name) if before else None) or [])
                changes[name] = [*kept, attachment.id]
        return write.write(Update(command.object, record.id, changes), unit)


def _crumbs(shape: PageShape, reader: Reader, *more: Crumb) -> list[Crumb]:
    return [Crumb(reader.label(shape.object.plural), f"/o/{shape.object.name}"), *more]


def _address(**changes: str) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    return f"{request.path}?{urlencode([*kept, *changes.items()])}"


def _address_of_new(object: str, variant: str) -> str:
    return f"/o/{object}/new" + (f"?{urlencode({'type': variant})}" if variant else "")
