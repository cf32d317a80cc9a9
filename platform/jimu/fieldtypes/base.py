"""What a field type is: data about a kind of field, and the ways of its values in and out.

A type knows how its values are stored (``kind``), loaded from JSON, dumped to JSON, read from what people type, shown
to people and described to programs. It knows nothing of records, users, the store or HTTP. To make one: a file with a
subclass, a line in ``builtin.BUILT_IN`` (or a plugin's ``jimu_field_types`` hook) and a sample in
``tests/fieldtypes/samples.py``.

Blank is ``None``. Blank values never reach the ``*_value`` methods; the public methods let them through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from jimu.fieldtypes.errors import FieldError, wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.marshal import TypedField
from jimu.fieldtypes.masking import HIDDEN, Masked
from jimu.fieldtypes.regions import RegionTree
from jimu.formulas import types
from jimu.formulas.types import Symbol, Type
from jimu.messages import Message, Text, Translator

__all__ = ["FieldError", "wrong"]

JsonSchema = dict[str, Any]

# Keys that the linker turns into something better than their text: choices, the controlling field.
LINKED = frozenset({"options", "controller"})


class ChoiceSpec(Protocol):
    """One option of a picklist (``definitions.model.Choice``)."""

    @property
    def value(self) -> str: ...
    @property
    def label(self) -> Text: ...
    @property
    def retired(self) -> bool: ...


class FieldSpec(Protocol):
    """What a type must know of the field it is asked about (``definitions.model.FieldDef``)."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def label(self) -> Text: ...
    @property
    def options(self) -> Mapping[str, Any]: ...
    @property
    def scale(self) -> int: ...
    @property
    def length(self) -> int | None: ...
    @property
    def choices(self) -> tuple[ChoiceSpec, ...] | None: ...
    @property
    def target(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class PlainField:
    """A field specification made on the spot: the parts of composites, values outside any object, tests."""

    name: str
    type: str
    kind: Kind
    label: Text = field(default_factory=lambda: Text({}))
    options: Mapping[str, Any] = field(default_factory=dict)
    scale: int = 0
    length: int | None = None
    choices: tuple[ChoiceSpec, ...] | None = None
    target: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PartSpec:
    """A companion field ``<field>_<suffix>`` that a composite or currency field brings along."""

    suffix: str
    type: str
    options: Mapping[str, Any]
    label: Text


@dataclass(frozen=True, slots=True)
class OptionProblem:
    """Something wrong with a field's own YAML keys. ``key`` is the key it stands under."""

    code: str
    message: Message
    key: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a field's YAML keys amount to. ``options``: the type's own keys with defaults filled in.

    ``needs_link``: kind and scale are known only after the definition is linked (formula, roll-up); see
    ``kind_of_formula`` and ``kind_of_rollup`` there. ``problems`` is empty when all is well.
    """

    kind: Kind
    scale: int = 0
    length: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    target: tuple[str, ...] = ()
    on_delete: str = "set_null"
    parts: tuple[PartSpec, ...] = ()
    search: bool = False
    read_only: bool = False
    needs_link: bool = False
    problems: tuple[OptionProblem, ...] = ()


@dataclass(frozen=True)
class LoadContext:
    """What reading a value may depend on. One is made per request or import, not per value.

    ``day_first``: how 3/5/2026 is meant when a file or person writes it (None: not known, so refused when it
    matters). ``decimal_mark``: "." or ","; the other one, spaces and apostrophes may group thousands.
    ``blank_texts``: what else means blank in a file ("?", "N/A"), compared without case. ``secret_key``: Fernet key
    for secret fields. ``country``: two letters, how phone numbers without a country code are read. ``keeps_retired``:
    retired options are let through (seed and import of old data). ``regions``: the region tree of each country that
    has one.
    """

    locale: str = "en"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    currency: str = "USD"
    currencies: tuple[str, ...] = ()
    country: str | None = None
    day_first: bool | None = None
    decimal_mark: str = "."
    blank_texts: frozenset[str] = frozenset()
    secret_key: bytes | None = None
    keeps_retired: bool = False
    regions: Mapping[str, RegionTree] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FormatContext:
    """How to show values. ``titles``: id -> title of the records that references point at, as far as the reader may
    know.
    """

    locale: str = "en"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    currency: str = "USD"
    country: str | None = None
    titles: Mapping[int, str] = field(default_factory=dict)
    regions: Mapping[str, RegionTree] = field(default_factory=dict)
    translate: Translator | None = None

    @property
    def babel_locale(self) -> str:
        return BABEL_LOCALES.get(self.locale, "en_US")

    @property
    def list_mark(self) -> str:
        """What stands between the members of a list."""
        return "、" if self.locale.startswith("zh") else ", "

    def say(self, message: Message) -> str:
        return message.render(self.translate)


BABEL_LOCALES = {"en": "en_US", "zh-CN": "zh_Hans_CN", "zh-TW": "zh_Hant_TW"}


class FieldType:
    """Base of all field types. Subclasses set the class attributes and override ``*_value`` and ``value_schema``.

    ``option_schema``: JSON-Schema properties, each with a description, of the type's own YAML keys;
    ``required_options`` names those that must be written. ``operators``: what a filter on such a field may ask.
    ``widget``: the form control. ``has_choices``: the field has a list of options (``options``).
    """

    name: ClassVar[str]
    label: ClassVar[Text]
    help: ClassVar[str] = ""
    kind: ClassVar[Kind]
    widget: ClassVar[str] = "text"
    operators: ClassVar[tuple[str, ...]] = ("eq", "ne", "in", "blank", "not_blank")
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {}
    required_options: ClassVar[tuple[str, ...]] = ()
    has_choices: ClassVar[bool] = False
    is_tied: ClassVar[bool] = False
    """True: the whole and its parts say the same, each follows from the other (``split``, ``joined``)."""
    sorted_by: ClassVar[tuple[str, ...]] = ()
    """The parts by which records are sorted that are to be sorted by the field; none: by its own value."""
    is_internal: ClassVar[bool] = False
    """True: made by the engine only, cannot be written as ``type:`` in YAML."""

    # --- definition ---------------------------------------------------------------------------------------------------

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        """What the keys ``raw`` of a field in YAML (already valid by ``option_schema``) amount to; never raises."""
        return Resolved(kind=self.kind, options=self.own_options(raw))

    def own_options(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The type's own keys in ``raw``, with the defaults of ``option_schema``."""
        defaults = {key: schema["default"] for key, schema in self.option_schema.items() if "default" in schema}
        return defaults | {
            key: raw[key] for key in self.option_schema if raw.get(key) is not None and key not in LINKED
        }

    def symbol(self, field: FieldSpec) -> Symbol:
        """What formulas know of the field. The linker adds ``formula`` and ``deterministic`` for computed fields."""
        choices = tuple(c.value for c in field.choices) if field.choices is not None else None
        return Symbol(formula_type(field), scale=field.scale, choices=choices)

    # --- values -------------------------------------------------------------------------------------------------------

    def load(self, value: Any, field: FieldSpec, context: LoadContext) -> Any:
        """The Python value of ``value`` (JSON, or already a Python value of the kind), or None; raises FieldError."""
        if is_blank(value):
            return None
        loaded = self.load_value(value, field, context)
        return loaded if loaded is value or not is_blank(loaded) else None

    def dump(self, value: Any, field: FieldSpec) -> Any:
        """The JSON value of a Python value."""
        if value is None:
            return None
        return str(value) if isinstance(value, Masked) else self.dump_value(value, field)

    def dumper(self, field: FieldSpec) -> Callable[[Any], Any] | None:
        """``dump`` for one field, for loops; None when orjson writes the Python value as it should be."""
        if type(self).dump_value is FieldType.dump_value:
            return None
        dump_value = self.dump_value
        return lambda value: None if value is None else dump_value(value, field)

    def parse_text(self, text: str, field: FieldSpec, context: LoadContext) -> Any:
        """The Python value of what a person typed or a file holds, or None; tolerant where no meaning can be lost."""
        text = text.strip()
        if not text or text.casefold() in context.blank_texts:
            return None
        parsed = self.parse_value(text, field, context)
        return None if is_blank(parsed) else parsed

    def format(
        self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any] | None = None
    ) -> str:
        """The value for a reader, '' for blank. ``values``: the record's other values (a currency's code is among
        them).
        """
        if value is None:
            return ""
        return str(value) if isinstance(value, Masked) else self.format_value(value, field, context, values or {})

    def mask(self, value: Any, field: FieldSpec) -> Any:
        """What is shown of the value to who may not see it whole; blank stays blank."""
        return value if value is None or isinstance(value, Masked) else self.mask_value(value, field)

    def fit(self, value: Any, field: FieldSpec) -> Any:
        """A computed value made to fit the column (numbers rounded half up, text cut), never an error."""
        return value

    # --- to override --------------------------------------------------------------------------------------------------

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> Any:
        raise NotImplementedError

    def dump_value(self, value: Any, field: FieldSpec) -> Any:
        return value

    def mask_value(self, value: Any, field: FieldSpec) -> Masked:
        """By default nothing but that there is one."""
        return HIDDEN

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> Any:
        return self.load(text, field, context)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return str(value)

    def split(self, value: Any, field: FieldSpec) -> dict[str, Any]:
        """The parts, by suffix, of a tied whole that was written."""
        return {}

    def joined(self, parts: Mapping[str, Any], field: FieldSpec) -> Any:
        """The tied whole of parts that were written; raises FieldError where it is not a value of the field."""
        return None

    def tidy_parts(self, parts: Mapping[str, Any], field: FieldSpec) -> dict[str, Any]:
        """Written parts as they are kept."""
        return dict(parts)

    def part_order(self, field: FieldSpec, locale: str) -> tuple[str, ...]:
        """The suffixes of the parts as a form for readers of ``locale`` asks for them; none: as they are declared."""
        return ()

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        """JSON Schema (2020-12) of a value that is not blank, as ``dump`` writes it and ``load`` takes it."""
        raise NotImplementedError

    # --- faces --------------------------------------------------------------------------------------------------------

    def json_schema(self, field: FieldSpec) -> JsonSchema:
        """``value_schema``, or null."""
        schema = dict(self.value_schema(field))
        if isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
            return schema
        return schema if not schema else {"anyOf": [schema, {"type": "null"}]}

    def marshmallow_field(self, field: FieldSpec, **options: Any) -> TypedField:
        """A marshmallow field that loads and dumps as this type does."""
        return TypedField(self, field, **options)


_FORMULA_TYPES = {
    Kind.TEXT: types.TEXT,
    Kind.INTEGER: types.NUMBER,
    Kind.DECIMAL: types.NUMBER,
    Kind.BOOLEAN: types.BOOLEAN,
    Kind.DATE: types.DATE,
    Kind.DATETIME: types.DATETIME,
    Kind.TIME: types.TIME,
    Kind.DURATION: types.DURATION,
    Kind.TEXTS: types.TEXTS,
    Kind.JSON: types.JSON,
    Kind.COMPOSITE: types.JSON,
}


def formula_type(field: FieldSpec) -> Type:
    """The type that formulas give to the field's values."""
    one_target = field.target[0] if len(field.target) == 1 else None
    if field.kind is Kind.REFERENCE:
        return types.reference(one_target)
    if field.kind is Kind.REFERENCES:
        return types.references(one_target)
    return _FORMULA_TYPES[field.kind]


def is_blank(value: Any) -> bool:
    """Blank: None, the empty text (white space counts as none), the empty list and the empty map."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value or value.isspace()
    return not value and isinstance(value, (list, tuple, dict, set))
