"""The definitions, frozen: what YAML becomes once it is read, overlaid, checked and linked.

Definitions never change and runs never define: run state points at a definition by address and revision.
``extra`` keeps keys under ``x-…`` that plugins read. Labels are ``messages.Text``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.definitions.care import DuplicateRuleDef, PersonalDef, RetentionDef
from jimu.diagnostics import Place
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Text

NO_TEXT = Text({})
Formula = Any  # formulas.Formula, a checked tree


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a picklist. ``depends``: the values of the controlling field under which it may be chosen (None:
    all).
    """

    value: str
    label: Text
    color: str | None = None
    retired: bool = False
    depends: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RollupDef:
    """``function`` over the records of ``object`` whose lookup ``lookup`` points here."""

    object: str
    lookup: str
    function: str  # sum count min max avg latest
    field: str | None = None
    where: Formula | None = None
    order_by: str | None = None  # latest: by which field
    measure: Formula | None = None  # of money: its amount in the roll-up's currency; blank: it has none
    converts: bool = False
    currency_of: str = ""  # the own field of codes that says in which currency the roll-up is
    own_currency: str = ""  # the workspace's


@dataclass(frozen=True, slots=True)
class FieldDef:
    """A field. ``options`` are the type's own options, already validated and defaulted by the type.

    ``system``: one of the columns every object has. ``part_of``: the composite or currency field this one belongs to.
    ``default``: a plain value, or a Formula. ``stored``: False for a formula that is computed when read.
    ``*_when``: formulas on the record's values. ``was``: earlier names of the field.
    """

    name: str
    object: str
    type: str
    kind: Kind
    label: Text
    options: Mapping[str, Any] = field(default_factory=dict)
    help: Text = NO_TEXT
    required: bool = False
    read_only: bool = False
    unique: bool = False
    indexed: bool = False
    search: bool = False
    summed: bool = False
    sparse: bool = False
    retired: bool = False
    system: bool = False
    hidden: bool = False  # not in default layouts
    clone: bool = True  # copied with the record
    history: bool = True
    default: Any = None
    scale: int = 0
    length: int | None = None
    choices: tuple[Choice, ...] | None = None
    option_list: str | None = None  # the shared list that the choices come from
    controller: str | None = None  # dependent picklist: the controlling field
    target: tuple[str, ...] = ()  # reference kinds: objects it may point at; () = any
    on_delete: str = "set_null"
    filter: Formula | None = None  # lookup: which records may be chosen
    formula: Formula | None = None
    stored: bool = True
    rollup: RollupDef | None = None
    part_of: str | None = None
    parts: tuple[str, ...] = ()
    visible_when: Formula | None = None
    required_when: Formula | None = None
    read_only_when: Formula | None = None
    requires: str | None = None  # the system right needed to edit it
    was: tuple[str, ...] = ()
    known_as: tuple[str, ...] = ()  # what columns of files call it
    source: Place = field(default_factory=Place)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{self.object}.{self.name}"

    @property
    def is_computed(self) -> bool:
        return self.formula is not None or self.rollup is not None or self.type == "autonumber"

    def choice(self, value: str) -> Choice | None:
        return next((c for c in self.choices or () if c.value == value), None)


@dataclass(frozen=True, slots=True)
class CheckDef:
    name: str
    check: Formula  # must be true
    message: Text
    fields: tuple[str, ...] = ()  # beside which the message is shown
    severity: str = "error"
    source: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class RecordTypeDef:
    """A variant of an object: own choices per picklist, more required fields, own layout."""

    name: str
    label: Text
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    layout: str | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    retired: bool = False


@dataclass(frozen=True, slots=True)
class InheritDef:
    """Who may read (``update``: change) the record that ``field`` points at may do the same to this one."""

    field: str
    read: bool = True
    update: bool = False


@dataclass(frozen=True, slots=True)
class ObjectDef:
    """``fields`` is ordered, system fields first, and holds retired ones too (``active_fields`` leaves them out).

    ``title`` is a Formula of type text. ``uniques`` holds those of single fields too. ``owner``: user, pool, parent
    or none. ``parent``: the parent field's name if the object has one. ``dependents``: (object, field) pairs that
    refer to this object, for deletion and related lists. ``follow``: the fields whose changes followers of a record are
    told of; None: those among the highlights of its page.
    """

    name: str
    module: str
    label: Text
    plural: Text
    fields: Mapping[str, FieldDef]
    title: Formula
    title_source: str = ""
    help: Text = NO_TEXT
    icon: str = "box"
    color: str | None = None
    owner: str = "user"
    features: frozenset[str] = frozenset()
    checks: tuple[CheckDef, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    duplicates: tuple[DuplicateRuleDef, ...] = ()
    retention: RetentionDef | None = None
    personal: PersonalDef | None = None
    audit: frozenset[str] = frozenset()
    follow: tuple[str, ...] | None = None
    record_types: Mapping[str, RecordTypeDef] = field(default_factory=dict)
    parent: str | None = None
    inherits: tuple[InheritDef, ...] = ()
    system: bool = False
    retired: bool = False
    was: tuple[str, ...] = ()
    dependents: tuple[tuple[str, str], ...] = ()
    compute_order: tuple[str, ...] = ()  # the stored formula fields, each after those that it reads
    rollups_on: tuple[tuple[str, str], ...] = ()  # (object, roll-up field) computed from this object's records
    source: Place = field(default_factory=Place)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def active_fields(self) -> list[FieldDef]:
        return [f for f in self.fields.values() if not f.retired]

    @property
    def has_owner(self) -> bool:
        """Whether each record has an owner of its own, for all time or until it goes back to a pool."""
        return self.owner in ("user", "pool")


@dataclass(frozen=True, slots=True)
class OptionListDef:
    name: str
    label: Text
    choices: tuple[Choice, ...]
    retired: bool = False
    source: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class ObjectPermission:
    """Scopes are ``none | own | subordinates | department | department_and_below | company | all``. ``fields`` maps to
    none, mask, read or edit.
    """

    create: bool = False
    read: str = "none"
    update: str = "none"
    delete: str = "none"
    purge: bool = False
    export: bool = True
    share: bool = True
    fields: Mapping[str, str] = field(default_factory=dict)
    default_field: str = "edit"


@dataclass(frozen=True, slots=True)
class RoleDef:
    """``objects`` may have the key ``*`` for all others. ``system``: named rights such as configure, users, view_all,
    modify_all. ``allowed_addresses``: networks from which its holders come in, none: from all.
    """

    name: str
    label: Text
    objects: Mapping[str, ObjectPermission] = field(default_factory=dict)
    system: frozenset[str] = frozenset()
    require_second_factor: bool = False
    allowed_addresses: tuple[str, ...] = ()
    help: Text = NO_TEXT
    source: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class AppItem:
    label: Text
    icon: str
    object: str | None = None
    list: str | None = None
    url: str | None = None
    items: tuple[AppItem, ...] = ()


@dataclass(frozen=True, slots=True)
class AppDef:
    name: str
    label: Text
    icon: str = "apps"
    items: tuple[AppItem, ...] = ()
    roles: tuple[str, ...] = ()  # () = everyone
    order: int = 100
    source: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class LayoutField:
    name: str
    span: int = 1
    visible_when: Formula | None = None
    read_only: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    label: Text
    fields: tuple[LayoutField, ...]
    columns: int = 2
    collapsed: bool = False
    visible_when: Formula | None = None
    help: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class RelatedList:
    """Records of ``object`` whose ``field`` points at the record shown.

    ``is_grid``: they are edited as rows of a table together with the record; ``position`` keeps their order ('': none),
    ``totals`` are the columns added up.
    """

    object: str
    field: str
    label: Text
    columns: tuple[str, ...]
    sort: tuple[str, ...] = ()  # field names, "-" before = descending
    limit: int = 10
    is_grid: bool = False
    position: str = ""
    totals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tab:
    label: Text
    sections: tuple[Section, ...] = ()
    related: tuple[RelatedList, ...] = ()


@dataclass(frozen=True, slots=True)
class PageLayoutDef:
    """The record page and form of an object. ``name`` equal to the object's is its default layout.

    ``other_fields``: whether fields that no layout of the object names are shown all the same, in a section of
    their own. ``quick``: the fields asked for when a record is made on the spot; () = the required ones.
    """

    name: str
    object: str
    label: Text
    highlights: tuple[str, ...] = ()
    tabs: tuple[Tab, ...] = ()
    other_fields: bool = True
    source: Place = field(default_factory=Place)
    quick: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowColor:
    """Rows for which ``when`` holds are marked in ``color``."""

    color: str
    when_source: str
    when: Formula | None = None


@dataclass(frozen=True, slots=True)
class ListLayoutDef:
    """A list of an object. ``name`` equal to the object's is its default list, unless another one says ``default`` for
    a reader's role. ``group_by``: field paths, those of days inside ``month(…)`` and the like. ``density``: '' = as the
    reader likes it.
    """

    name: str
    object: str
    label: Text
    columns: tuple[str, ...]
    where: Formula | None = None
    where_source: str = ""
    sort: tuple[str, ...] = ()
    page_size: int | None = None
    quick_filters: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    order: int = 100
    default: bool = False
    group_by: tuple[str, ...] = ()
    colors: tuple[RowColor, ...] = ()
    freeze: int = 1
    density: str = ""
    source: Place = field(default_factory=Place)
    pool: str = ""  # it shows what lies in this pool


@dataclass(frozen=True, slots=True)
class SeedDef:
    """Records to load: rows given here, or a file, or a generator; ``key`` makes loading again change nothing twice."""

    name: str
    steps: tuple[Mapping[str, Any], ...]
    order: int = 100
    sets: tuple[str, ...] = ("demo",)  # named sets it belongs to: base (always), demo …
    source: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class ImportPlanDef:
    """Which file becomes which object, in which order; see docs/import.md."""

    name: str
    label: Text
    steps: tuple[Mapping[str, Any], ...]
    source: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class WorkspaceDef:
    """workspace.yaml."""

    name: str
    label: Text
    extends: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    locale: str = "en"
    locales: tuple[str, ...] = ("en", "zh-CN", "zh-TW")
    time_zone: str = "UTC"
    currency: str = "USD"
    currencies: tuple[str, ...] = ("USD",)
    country: str | None = None
    source: Place = field(default_factory=Place)
