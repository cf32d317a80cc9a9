"""Roll-ups of money: in which currency they are, and how amounts are counted in it.

A formula on the rolled-up record, the measure, says how: the amount if it is in that currency, or what it is worth in
it. Where it is blank the roll-up is blank, too: amounts of several currencies have no sum.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jimu.definitions.documents import Document
from jimu.definitions.model import FieldDef, RollupDef
from jimu.definitions.money import MoneyOf, is_money, money_found
from jimu.fieldtypes.currency_code import known_currency
from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import NUMBER

if TYPE_CHECKING:
    from jimu.definitions.link.linker import Linker

_MOMENTS = (Kind.DATE, Kind.DATETIME)


def link_money(
    linker: Linker, field: FieldDef, rollup: RollupDef, source: FieldDef, document: Document
) -> tuple[FieldDef, RollupDef] | None:
    """Both with the currency and the measure they have; None when they are wrong (reported)."""
    convert = field.options.get("convert", "")
    if not is_money(source) or (len(linker.currencies) < 2 and not convert):
        if not convert:
            return field, rollup
        _refuse(linker, field, "convert", document)
        return None
    money = money_found(source, linker.field)
    if convert and not (convert.isupper() or convert == "default"):
        return _in_currency_of(linker, field, rollup, source, money, document)
    code = _code(linker, field, money)
    if not known_currency(code):
        _refuse(linker, field, "convert" if convert else "currency", document)
        return None
    shown = replace(field, options={"returns": "currency", **field.options, "currency": code})
    if not money.fields and money.fixed in ((), (code,)) and (money.fixed or code == linker.currency):
        return shown, rollup
    if not convert:
        _warn(linker, field, source, code, document)
    text = f"convert({source.name}, {{code}}, '{code}', {_day(field)})" if convert else source.name
    return _measured(linker, shown, replace(rollup, converts=bool(convert)), text, money, f"'{code}'", document)


def _code(linker: Linker, field: FieldDef, money: MoneyOf) -> str:
    """The one currency of the roll-up: what it says, else that of the amounts if it is written there, else the own."""
    asked: str = field.options.get("convert") or field.options.get("currency") or ""
    if asked == "default":
        return linker.currency
    return asked or (money.fixed[0] if len(money.fixed) == 1 and not money.fields else linker.currency)


def _in_currency_of(
    linker: Linker, field: FieldDef, rollup: RollupDef, source: FieldDef, money: MoneyOf, document: Document
) -> tuple[FieldDef, RollupDef] | None:
    """In the currency whose code is in a field of the record itself."""
    name = field.options["convert"]
    place = document.value_place("fields", field.name, "convert")
    codes = linker.check_field(name, field.object, place, field.address)
    if codes is None:
        return None
    if codes.type != "currency_code":
        _refuse(linker, field, "convert", document)
        return None
    code = f"coalesce({rollup.lookup}.{name}, '{linker.currency}')"
    day = _day(field)
    worth = f"{source.name} * exchange_rate({{code}}, {day}) / exchange_rate({code}, {day})"
    text = f"({source.name} if {{code}} == {code} else {worth})"
    shown = replace(field, options={"returns": "currency", **field.options})
    return _measured(linker, shown, replace(rollup, converts=True, currency_of=name), text, money, code, document)


def _measured(
    linker: Linker, field: FieldDef, rollup: RollupDef, text: str, money: MoneyOf, code: str, document: Document
) -> tuple[FieldDef, RollupDef] | None:
    codes = [f"coalesce({name}, '{linker.currency}')" for name in money.fields]
    codes += [f"'{fixed}'" for fixed in money.fixed] or ([] if codes else [f"'{linker.currency}'"])
    # Without conversion each is the wanted one; with it all are the same, whichever.
    alike = [f"{codes[0]} == {other}" for other in codes[1:]]
    conditions = alike if rollup.converts else [f"{one} == {code}" for one in codes]
    source = text.replace("{code}", codes[0])
    if conditions:
        source = f"{source} if {' and '.join(conditions)} else None"
    place = document.value_place("fields", field.name, "convert" if rollup.converts else "field")
    measure = linker.formula(source, rollup.object, NUMBER, place, field.address)
    if measure is None:
        return None
    day = linker.field(rollup.object, field.options.get("convert_on") or "created_at")
    if rollup.converts and (day is None or not day.stored or day.kind not in _MOMENTS):
        _refuse(linker, field, "convert_on", document)
        return None
    return field, replace(rollup, measure=measure, own_currency=linker.currency)


def _day(field: FieldDef) -> str:
    return f"date({field.options.get('convert_on') or 'created_at'})"


def _refuse(linker: Linker, field: FieldDef, option: str, document: Document) -> None:
    template = "{option} {value} does not fit: money is converted into a currency, or that of a field of codes."
    values = {"option": option, "value": str(field.options.get(option, ""))}
    place = document.value_place("fields", field.name, option)
    linker.findings.error("rollup_currency", template, values, place, field.address)


def _warn(linker: Linker, field: FieldDef, source: FieldDef, code: str, document: Document) -> None:
    template = "{field} may be in several currencies: without convert the roll-up is blank while one is not in {code}."
    place = document.value_place("fields", field.name, "field")
    values = {"field": source.address, "code": code}
    linker.findings.warning("rollup_currencies", template, values, place, field.address)
