"""A marshmallow field that loads and dumps as a field type does.

The load context comes through ``marshmallow.experimental.context``: open ``LoadingContext(context)`` around ``load``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from marshmallow import ValidationError, fields
from marshmallow.experimental.context import Context

from jimu.fieldtypes.errors import FieldError

if TYPE_CHECKING:
    from jimu.fieldtypes.base import FieldSpec, FieldType, LoadContext

# LoadingContext: the ``LoadContext`` that TypedField reads by.
LoadingContext = Context


class TypedField(fields.Field[Any]):
    """Delegates to a field type. Errors are ``ValidationError`` whose messages are ``FieldError`` objects."""

    def __init__(self, field_type: FieldType, spec: FieldSpec, **options: Any):
        super().__init__(allow_none=True, **options)
        self.field_type = field_type
        self.spec = spec

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        context: LoadContext = Context.get()
        try:
            return self.field_type.load(value, self.spec, context)
        except FieldError as error:
            raise ValidationError([error]) from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return self.field_type.dump(value, self.spec)
