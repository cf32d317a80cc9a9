"""Values are loaded quickly by the very fields of the marshmallow schema."""

import pytest
from marshmallow import ValidationError

from jimu.access.actor import SYSTEM
from jimu.api.schemas import record_schema
from jimu.definitions import load_files
from jimu.fieldtypes import LoadContext
from jimu.fieldtypes.marshal import LoadingContext

FILES = {
    "workspace.yaml": "name: t\n",
    "objects/thing.yaml": """
label: Thing
title: "{name}"
fields:
  name: {type: text, required: true, max_length: 5}
  email: {type: email}
  phone: {type: phone}
  status: {type: picklist, options: [new, lost]}
  amount: {type: decimal, scale: 2}
  day: {type: date}
  double: {type: formula, formula: "amount * 2"}
""",
}
BODIES = (
    {},
    {"name": "a", "email": "a@example.com", "phone": "+8613800138000", "status": "new", "amount": "1.5"},
    {"name": None, "email": "", "phone": "  ", "status": None, "amount": 2},
    {"name": "too long", "email": "no", "phone": 5, "status": "old", "amount": "x", "day": "2024-02-30"},
    {"nowhere": [1], "double": 3, "id": "x", "version": 2, "name": "b"},
)


@pytest.mark.parametrize("body", BODIES)
def test_load_values_gives_what_the_schema_loads(body):
    manifest, diagnostics = load_files(FILES)
    assert manifest is not None, diagnostics
    schema, context = record_schema(SYSTEM, manifest, "thing"), LoadContext()
    values, problems = schema.load_values(body, context)
    with LoadingContext(context):
        try:
            expected, refused = schema.load(body, partial=True), {}
        except ValidationError as error:
            expected, refused = error.valid_data, error.messages_dict
    assert dict(values) == expected
    assert {p.field: p.code for p in problems} == {name: errors[0].code for name, errors in refused.items()}
