"""The one suite that every registered field type passes."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from cryptography.fernet import Fernet
from jsonschema import Draft202012Validator
from marshmallow import Schema, ValidationError

from jimu.fieldtypes import FieldError, FormatContext, Kind, LoadContext, registry
from jimu.fieldtypes.base import formula_type
from jimu.fieldtypes.marshal import LoadingContext
from tests.fieldtypes.samples import SAMPLES, TITLES, field_of

LOADING = LoadContext(time_zone=ZoneInfo("Asia/Shanghai"), country="CN", secret_key=Fernet.generate_key())
NAMES = registry.names(internal=True)
PYTHON_TYPES = {
    Kind.TEXT: "str",
    Kind.INTEGER: "int",
    Kind.DECIMAL: "Decimal",
    Kind.BOOLEAN: "bool",
    Kind.DATE: "date",
    Kind.DATETIME: "datetime",
    Kind.TIME: "time",
    Kind.DURATION: "timedelta",
    Kind.REFERENCE: "int",
    Kind.TEXTS: "list",
    Kind.REFERENCES: "list",
    Kind.JSON: "dict",
    Kind.COMPOSITE: "dict",
}


def showing(locale: str) -> FormatContext:
    return FormatContext(locale=locale, time_zone=ZoneInfo("Asia/Shanghai"), country="CN", titles=TITLES)


def value_of(name: str) -> Any:
    """The sample's Python value; a secret's differs each time."""
    sample = SAMPLES[name]
    return sample.value if sample.value is not None else registry.get(name).load(sample.json, field_of(name), LOADING)


def test_every_type_has_a_sample_and_every_sample_a_type() -> None:
    assert set(SAMPLES) == set(NAMES)


@pytest.mark.parametrize("name", [n for n in NAMES if SAMPLES[n].writable])
def test_json_loads_to_the_value_of_its_kind(name: str) -> None:
    sample, field, type_ = SAMPLES[name], field_of(name), registry.get(name)
    loaded = type_.load(sample.json, field, LOADING)
    if sample.value is not None:
        assert loaded == sample.value
    found = {"Sealed": "str"}.get(type(loaded).__name__, type(loaded).__name__)
    assert found == PYTHON_TYPES[field.kind]


@pytest.mark.parametrize("name", NAMES)
def test_the_value_dumps_to_json_that_its_schema_allows(name: str) -> None:
    sample, field, type_ = SAMPLES[name], field_of(name), registry.get(name)
    dumped = type_.dump(value_of(name), field)
    assert dumped == (sample.json if sample.dumped is None else sample.dumped)
    as_json = orjson.loads(orjson.dumps(dumped, option=orjson.OPT_UTC_Z))
    schema = type_.json_schema(field)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(as_json)
    Draft202012Validator(schema).validate(None)
    dumper = type_.dumper(field)
    fast = dumper(value_of(name)) if dumper else value_of(name)
    assert orjson.loads(orjson.dumps(fast, option=orjson.OPT_UTC_Z)) == as_json
    assert (dumper(None) if dumper else None) is None


@pytest.mark.parametrize("name", [n for n in NAMES if SAMPLES[n].writable and n != "secret"])
def test_what_is_dumped_loads_to_the_same_value_again(name: str) -> None:
    field, type_ = field_of(name), registry.get(name)
    as_json = orjson.loads(orjson.dumps(type_.dump(value_of(name), field)))
    assert type_.load(as_json, field, LOADING) == value_of(name)
    assert type_.load(value_of(name), field, LOADING) == value_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_blank_stays_blank_on_every_way(name: str) -> None:
    field, type_ = field_of(name), registry.get(name)
    for blank in (None, "", "  ", [], {}):
        assert type_.load(blank, field, LOADING) is None
    assert type_.parse_text("   ", field, LOADING) is None
    assert type_.parse_text("N/A", field, LoadContext(blank_texts=frozenset({"n/a"}))) is None
    assert type_.dump(None, field) is None
    assert type_.format(None, field, showing("en")) == ""
    assert type_.fit(None, field) is None


@pytest.mark.parametrize(("name", "bad"), [(n, bad) for n in NAMES for bad in SAMPLES[n].bad])
def test_bad_json_is_refused_with_a_code_and_a_sentence(name: str, bad: Any) -> None:
    with pytest.raises(FieldError) as caught:
        registry.get(name).load(bad, field_of(name), LOADING)
    assert caught.value.code.isidentifier()
    assert caught.value.message.render().endswith((".", "?"))


@pytest.mark.parametrize(("name", "text"), [(n, text) for n in NAMES for text in SAMPLES[n].texts])
def test_what_people_type_is_understood(name: str, text: str) -> None:
    assert registry.get(name).parse_text(text, field_of(name), LOADING) == value_of(name)


@pytest.mark.parametrize(("name", "text"), [(n, text) for n in NAMES for text in SAMPLES[n].bad_texts])
def test_what_cannot_be_understood_is_refused(name: str, text: str) -> None:
    with pytest.raises(FieldError):
        registry.get(name).parse_text(text, field_of(name), LOADING)


@pytest.mark.parametrize(
    ("name", "number", "locale"), [(n, i, loc) for n in NAMES for i, loc in enumerate(("en", "zh-CN", "zh-TW"))]
)
def test_the_value_is_shown_in_three_languages(name: str, number: int, locale: str) -> None:
    shown = registry.get(name).format(value_of(name), field_of(name), showing(locale))
    assert shown == SAMPLES[name].shown[number]


@pytest.mark.parametrize("name", NAMES)
def test_the_type_describes_itself(name: str) -> None:
    type_ = registry.get(name)
    assert type_.name == name
    assert not type_.label.missing() or type_.is_internal
    assert type_.help.endswith(".")
    assert type_.operators
    assert set(type_.required_options) <= set(type_.option_schema)
    for key, schema in type_.option_schema.items():
        Draft202012Validator.check_schema(schema)
        assert schema["description"].endswith("."), key
    assert type_.symbol(field_of(name)).type == formula_type(field_of(name))


@pytest.mark.parametrize("name", [n for n in NAMES if SAMPLES[n].writable])
def test_marshmallow_loads_and_dumps_as_the_type_does(name: str) -> None:
    field, type_ = field_of(name), registry.get(name)
    schema = Schema.from_dict({"sample": type_.marshmallow_field(field)})()
    with LoadingContext(LOADING):
        loaded = schema.load({"sample": SAMPLES[name].json})
        if name != "secret":
            assert loaded == {"sample": value_of(name)}
        if SAMPLES[name].bad:
            with pytest.raises(ValidationError) as caught:
                schema.load({"sample": SAMPLES[name].bad[0]})
            assert isinstance(caught.value.messages_dict["sample"][0], FieldError)
    assert schema.dump({"sample": value_of(name)}) == {"sample": type_.dump(value_of(name), field)}
