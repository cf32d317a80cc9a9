"""The page model: what a template gets. Plain data, no behaviour beyond small conveniences of reading it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from jimu.definitions.model import FieldDef, LayoutField
from jimu.web.pages.display import BLANK, Presenter, Shown
from jimu.web.pages.targets import Kinds

_OF_THEIR_OWN = frozenset({"secret", "file", "image", "rich_text", "json"})
_MOST_DRAWN = 200
_MOST_TYPED = 80


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select. ``depends``: the controller's values under which it may be chosen (None: all)."""

    value: str
    label: str
    color: str | None = None
    depends: tuple[str, ...] | None = None
    retired: bool = False


@dataclass(frozen=True, slots=True)
class FieldShape:
    """What is the same for this field on every record's page, for readers of one language and one set of roles.

    ``state``: edit, read (shown in the form, but not to be changed) or computed. ``attributes`` go onto the input.
    ``parts``: the shapes of a composite's parts, or of a currency's code.
    """

    name: str
    label: str
    help: str
    widget: str
    state: str
    field: FieldDef
    present: Presenter
    span: int = 1
    required: bool = False
    options: tuple[Option, ...] = ()
    attributes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    parts: tuple[FieldShape, ...] = ()
    source: str = ""  # where a lookup is searched
    dialog: str = ""  # how its records are looked through: search or people
    quick: str = ""  # where one is made on the spot
    kinds: Kinds = ()  # of records, where it points at several
    layout: LayoutField | None = None
    drawn: dict[Any, str] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    @property
    def kinds_text(self) -> str:
        """``kinds`` for the script that offers them."""
        return json.dumps(self.kinds, ensure_ascii=False)

    def drawn_once(self, look: tuple[Any, ...] | None, draw: Callable[[], str]) -> str:
        """What ``draw`` makes of a field that looks like this, kept; None: of one that hardly ever looks the same."""
        if look is None:
            return draw()
        found = self.drawn.get(look)
        if found is None:
            if len(self.drawn) >= _MOST_DRAWN:
                self.drawn.clear()
            found = self.drawn[look] = draw()
        return found


@dataclass(slots=True)
class FieldView:
    """One field on one page. ``typed``: what stands in the form's controls; ``chosen``: the choices that it names.

    ``place``: the beginning of the ids of its controls, so that a field may stand on a page more than once.
    """

    shape: FieldShape
    shown: Shown = BLANK
    typed: list[str] = dataclasses.field(default_factory=list)
    chosen: list[Option] = dataclasses.field(default_factory=list)
    errors: list[str] = dataclasses.field(default_factory=list)
    visible: bool = True
    required: bool = False
    read_only: bool = False
    is_set: bool = False  # of a secret: there is one, which is never shown
    parts: list[FieldView] = dataclasses.field(default_factory=list)
    place: str = "f"

    @property
    def name(self) -> str:
        return self.shape.name

    @property
    def input_id(self) -> str:
        return f"{self.place}-{self.shape.name}"

    @property
    def text(self) -> str:
        """The one text of a control with a single value."""
        return self.typed[0] if self.typed else ""

    @property
    def described_by(self) -> str:
        """Ids of the texts that describe the control: its help and its errors."""
        ids = [f"{self.input_id}-help"] if self.shape.help else []
        return " ".join([*ids, *([f"{self.input_id}-errors"] if self.errors else [])])

    def html(self, draw: Callable[[FieldView], str]) -> str:
        """What ``draw`` makes of it, kept: most fields of most forms are blank or hold one of a few choices."""
        return self.shape.drawn_once(self._look(), lambda: draw(self))

    def _look(self) -> tuple[Any, ...] | None:
        """All that its picture depends on beside the shape; None for what is hardly ever the same again."""
        if self.errors or self.shape.widget in _OF_THEIR_OWN or sum(map(len, self.typed)) > _MOST_TYPED:
            return None
        parts = [part._look() for part in self.parts]
        if None in parts:
            return None
        shown = None if self.shape.state == "edit" else self.shown
        state = (self.place, self.visible, self.required, self.read_only, self.is_set)
        return (*state, shown, tuple(self.typed), tuple(self.chosen), *parts)


@dataclass(frozen=True, slots=True)
class SectionView:
    key: str
    label: str
    help: str
    columns: int
    collapsed: bool
    fields: list[FieldView]
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Action:
    """A button. ``method`` post: a form with the session's token around it. ``style``: primary, plain or danger."""

    label: str
    href: str
    icon: str = ""
    style: str = "plain"
    method: str = "get"


@dataclass(frozen=True, slots=True)
class Crumb:
    label: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list. ``sort``: the address that sorts by it ('' if it cannot); ``sorted``: '', 'ascending',
    'descending'."""

    name: str
    label: str
    css: str
    sort: str = ""
    sorted: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """``cells``: the opening tag of each cell, made once per column, and what stands in it."""

    href: str
    cells: list[tuple[Markup, Shown]]


@dataclass(frozen=True, slots=True)
class RelatedView:
    """A related list, or (``href`` set, ``rows`` empty) the place where it is fetched to."""

    key: str
    label: str
    columns: list[Column]
    rows: list[Row]
    more: str = ""
    new: str = ""
    icon: str = "list"


@dataclass(frozen=True, slots=True)
class TabView:
    key: str
    label: str
    sections: list[SectionView] = dataclasses.field(default_factory=list)
    related: list[Any] = dataclasses.field(default_factory=list)
