"""How values are shown: one presenter per field, made once per manifest, language and zone, then called per value.

A presenter turns a Python value into ``Shown``, plain data that ``components/value.html`` and the list's cells render.
Texts come from the field type's ``format``; what is added here is what a page can do and a text cannot: links, colours,
stars, pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from jimu.access.per_manifest import PerManifest
from jimu.definitions.model import FieldDef
from jimu.definitions.money import money_of
from jimu.fieldtypes import registry
from jimu.fieldtypes.base import FieldType, FormatContext
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.masking import Masked
from jimu.fieldtypes.rich_text import sanitised
from jimu.fieldtypes.secret import MASK
from jimu.messages import Message
from jimu.records.stored_files import is_picture_name
from jimu.web.pages.reader import Reader, any_record_url, record_url

Values = Mapping[str, Any]
Titles = Mapping[int, str]
COLORS = frozenset(
    {
        "blue",
        "azure",
        "indigo",
        "purple",
        "pink",
        "red",
        "orange",
        "yellow",
        "lime",
        "green",
        "teal",
        "cyan",
        "gray",
        "grey",
        "brown",
        "black",
    }
)


class Shown(NamedTuple):
    """A tuple, since a page makes hundreds. ``kind``: blank text link external badge list html multiline stars check
    meter json image file secret place.
    ``css`` is a class name; of a place ``number`` and ``most`` say where on a map of the world it lies."""

    kind: str
    text: str = ""
    href: str = ""
    css: str = ""
    items: tuple[Shown, ...] = ()
    number: float = 0
    most: float = 0


BLANK = Shown("blank")
Presenter = Callable[[Any, Values, Titles], Shown]

_known: PerManifest[dict[Any, Presenter]] = PerManifest(lambda manifest: {})


def presenter_for(field: FieldDef, reader: Reader) -> Presenter:
    """The presenter of ``field`` for readers of this language and zone."""
    known = _known.get(reader.manifest)
    key = (field.object, field.name, reader.locale, reader.time_zone.key)
    found = known.get(key)
    if found is None:
        found = known[key] = _unless_masked(_unless_blank(_build(field, reader), field))
    return found


def type_of(field: FieldDef) -> FieldType:
    """The type that shows the field: for formulas and roll-ups the one that they return."""
    found = (
        registry.find(str(field.options.get("returns") or field.type))
        if field.is_computed
        else registry.find(field.type)
    )
    if found is None or (field.is_computed and found.name in ("formula", "rollup")):
        return registry.for_kind(field.kind)
    return found


def _unless_masked(present: Presenter) -> Presenter:
    """What a reader may see in part only is the same plain text for every type."""

    def shown(value: Any, values: Values, titles: Titles) -> Shown:
        return Shown("text", value) if type(value) is Masked else present(value, values, titles)

    return shown


def _unless_blank(present: Presenter, field: FieldDef) -> Presenter:
    if field.kind is Kind.BOOLEAN:
        return present

    def shown(value: Any, values: Values, titles: Titles) -> Shown:
        return BLANK if value is None or value == "" or value == [] else present(value, values, titles)

    return shown


def _build(field: FieldDef, reader: Reader) -> Presenter:
    type_ = type_of(field)
    build = _BUILDERS.get(type_.name) or _BUILDERS.get(str(field.kind)) or _text
    return build(field, type_, reader.format_context(), reader)


Builder = Callable[[FieldDef, FieldType, FormatContext, Reader], Presenter]


def _text(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    return lambda value, values, titles: Shown("text", type_.format(value, field, context, values))


def _repeated(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    """Texts that come up again and again on a page (dates, small numbers) are made once."""

    @lru_cache(maxsize=2048)
    def shown(value: Any) -> Shown:
        return Shown("text", type_.format(value, field, context))

    return lambda value, values, titles: shown(value)


def _currency(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    money, companion = money_of(field, reader.manifest), f"{field.name}_currency"
    number = registry.get("decimal")

    @lru_cache(maxsize=2048)
    def shown(value: Any, code: str | None) -> Shown:
        if code is None:  # of several currencies: a number, of none
            return Shown("text", number.format(value, field, context))
        return Shown("text", type_.format(value, field, context, {companion: code}))

    def present(value: Any, values: Values, titles: Titles) -> Shown:
        given = values.get(companion)  # for sums, by whoever added them up
        return shown(value, given or money.code(values, context.currency))

    return present


def _multiline(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    return lambda value, values, titles: Shown("multiline", type_.format(value, field, context, values))


def _rich(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    return lambda value, values, titles: Shown(
        "html", sanitised(str(value)), css=type_.format(value, field, context, values)[:200]
    )


def _json(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    return lambda value, values, titles: Shown("json", type_.format(value, field, context, values))


def _boolean(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    yes = Shown("check", reader.render(Message("Yes")), number=1)
    no = Shown("check", reader.render(Message("No")))
    return lambda value, values, titles: yes if value else no


def _choice(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    badges = _badges(field, reader)
    return lambda value, values, titles: badges.get(value) or Shown("badge", str(value), css="badge-plain")


def _choices(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    badges = _badges(field, reader)
    return lambda value, values, titles: Shown(
        "list", items=tuple(badges.get(v) or Shown("badge", str(v), css="badge-plain") for v in value)
    )


def _badges(field: FieldDef, reader: Reader) -> dict[Any, Shown]:
    return {
        c.value: Shown("badge", reader.label(c.label), css=f"choice-{c.color}" if c.color in COLORS else "badge-plain")
        for c in field.choices or ()
    }


def _reference(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    address, hidden = _address(field), _hidden(reader)

    def shown(value: Any, values: Values, titles: Titles) -> Shown:
        title = titles.get(value)
        return hidden if title is None else Shown("link", title, address(value))

    return shown


def _references(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    address = _address(field)

    def shown(value: Any, values: Values, titles: Titles) -> Shown:
        return Shown("list", items=tuple(Shown("link", titles[v], address(v)) for v in value if v in titles))

    return shown


def _hidden(reader: Reader) -> Shown:
    return Shown("text", reader.render(Message("(not for you to see)")), css="blank")


def _address(field: FieldDef) -> Callable[[int], str]:
    if len(field.target) == 1:
        target = field.target[0]
        return lambda id: record_url(target, id)
    return any_record_url


def _email(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    return lambda value, values, titles: Shown("link", str(value), f"mailto:{value}")


def _phone(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    @lru_cache(maxsize=2048)
    def shown(value: Any) -> Shown:
        number = "".join(c for c in str(value) if c.isdigit() or c == "+")
        return Shown("link", type_.format(value, field, context), f"tel:{number}")

    return lambda value, values, titles: shown(value)


def _url(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    def shown(value: Any, values: Values, titles: Titles) -> Shown:
        text = str(value)
        if not text.lower().startswith(("http://", "https://")):
            return Shown("text", text)
        return Shown("external", text.split("://", 1)[1].rstrip("/"), text)

    return shown


def _rating(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    most = int(field.options.get("max", 5))
    return lambda value, values, titles: Shown(
        "stars", reader.render(Message("{n} of {most} stars", {"n": value, "most": most})), number=int(value), most=most
    )


def _percent(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    @lru_cache(maxsize=2048)
    def shown(value: Any) -> Shown:
        return Shown("meter", type_.format(value, field, context), number=float(value), most=100)

    return lambda value, values, titles: shown(value)


def _files(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    def one(id: int, name: str) -> Shown:
        return Shown("file", name, f"/files/{encode_id(id)}", "picture" if is_picture_name(name) else "")

    return lambda value, values, titles: Shown("list", items=tuple(one(v, titles[v]) for v in value if v in titles))


def _image(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    hidden = _hidden(reader)

    def shown(value: Any, values: Values, titles: Titles) -> Shown:
        return Shown("image", titles[value], f"/files/{encode_id(value)}") if value in titles else hidden

    return shown


def _tags(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    return lambda value, values, titles: Shown(
        "list", items=tuple(Shown("badge", str(v), css="badge-plain") for v in value)
    )


def _geolocation(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    def shown(value: Any, values: Values, titles: Titles) -> Shown:
        text = type_.format(value, field, context, values)
        lat, lng = (value.get("lat"), value.get("lng")) if isinstance(value, Mapping) else (None, None)
        if not text or lat is None or lng is None:
            return BLANK
        x, y = round(float(lng) + 180, 1), round(90 - float(lat), 1)
        return Shown("place", text, f"geo:{float(lat)},{float(lng)}", number=x, most=y)

    return shown


def _secret(field: FieldDef, type_: FieldType, context: FormatContext, reader: Reader) -> Presenter:
    masked = Shown("secret", MASK)
    return lambda value, values, titles: masked


_BUILDERS: dict[str, Builder] = {
    "currency": _currency,
    "percent": _percent,
    "rating": _rating,
    "rich_text": _rich,
    "long_text": _multiline,
    "json": _json,
    "email": _email,
    "phone": _phone,
    "url": _url,
    "picklist": _choice,
    "multi_picklist": _choices,
    "tags": _tags,
    "attachment": _files,
    "image": _image,
    "address": _multiline,
    "geolocation": _geolocation,
    "secret": _secret,
    "record_type": _choice,
    "date": _repeated,
    "datetime": _repeated,
    "integer": _repeated,
    "decimal": _repeated,
    "duration": _repeated,
    "boolean": _boolean,
    "reference": _reference,
    "references": _references,
    "texts": _tags,
}
