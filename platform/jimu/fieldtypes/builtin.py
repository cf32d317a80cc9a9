"""The field types that the engine brings, registered through the same hook as those of plugins."""

from __future__ import annotations

from jimu.fieldtypes import registry
from jimu.fieldtypes.address import Address
from jimu.fieldtypes.any_lookup import AnyLookup
from jimu.fieldtypes.attachment import Attachment
from jimu.fieldtypes.autonumber import Autonumber
from jimu.fieldtypes.base import FieldType
from jimu.fieldtypes.boolean import Boolean
from jimu.fieldtypes.country import Country
from jimu.fieldtypes.currency import Currency
from jimu.fieldtypes.currency_code import CurrencyCode
from jimu.fieldtypes.date import Date
from jimu.fieldtypes.datetime import Datetime
from jimu.fieldtypes.decimal import Decimal
from jimu.fieldtypes.duration import Duration
from jimu.fieldtypes.email import Email
from jimu.fieldtypes.formula import Formula
from jimu.fieldtypes.geolocation import Geolocation
from jimu.fieldtypes.image import Image
from jimu.fieldtypes.integer import Integer
from jimu.fieldtypes.json import Json
from jimu.fieldtypes.long_text import LongText
from jimu.fieldtypes.lookup import Lookup
from jimu.fieldtypes.multi_lookup import MultiLookup
from jimu.fieldtypes.multi_picklist import MultiPicklist
from jimu.fieldtypes.parent import Parent
from jimu.fieldtypes.percent import Percent
from jimu.fieldtypes.person_name import PersonName
from jimu.fieldtypes.phone import Phone
from jimu.fieldtypes.picklist import Picklist, RecordTypeField
from jimu.fieldtypes.rating import Rating
from jimu.fieldtypes.record_id import RecordId
from jimu.fieldtypes.rich_text import RichText
from jimu.fieldtypes.rollup import Rollup
from jimu.fieldtypes.secret import Secret
from jimu.fieldtypes.tags import Tags
from jimu.fieldtypes.text import Text, Title
from jimu.fieldtypes.time import Time
from jimu.fieldtypes.url import Url
from jimu.fieldtypes.user import User
from jimu.hookspecs import hookimpl

BUILT_IN: tuple[FieldType, ...] = (
    Text(),
    LongText(),
    RichText(),
    Integer(),
    Decimal(),
    Currency(),
    CurrencyCode(),
    Percent(),
    Rating(),
    Boolean(),
    Date(),
    Datetime(),
    Time(),
    Duration(),
    Picklist(),
    MultiPicklist(),
    Tags(),
    Email(),
    Phone(),
    Url(),
    Lookup(),
    AnyLookup(),
    MultiLookup(),
    Parent(),
    User(),
    Autonumber(),
    Formula(),
    Rollup(),
    PersonName(),
    Address(),
    Country(),
    Geolocation(),
    Attachment(),
    Image(),
    Json(),
    Secret(),
    RecordId(),
    Title(),
    RecordTypeField(),
)


@hookimpl
def jimu_field_types() -> tuple[FieldType, ...]:
    return BUILT_IN


registry.register(BUILT_IN)
