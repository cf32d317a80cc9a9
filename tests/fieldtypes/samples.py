"""One sample per field type: what goes in, what it becomes, how it reads. A new type adds one here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from jimu.definitions.model import Choice, FieldDef
from jimu.fieldtypes import registry
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Text

STAGES = (
    Choice("open", Text({"en": "Open", "zh-CN": "进行中", "zh-TW": "進行中"})),
    Choice("won_deal", Text({"en": "Won", "zh-CN": "赢单", "zh-TW": "贏單"})),
    Choice("old", Text({"en": "Old", "zh-CN": "旧", "zh-TW": "舊"}), retired=True),
)
ID = 4_815_162_342
OTHER = 7
TITLES = {ID: "Acme 有限公司", OTHER: "Ann Lee"}


@dataclass(frozen=True)
class Sample:
    """``json`` loads to ``value``; ``dumped`` (else ``json``) is what it dumps to; each of ``texts`` reads as it.

    ``shown``: en, zh-CN and zh-TW. ``bad``: JSON that must be refused; ``bad_texts``: what people may not type.
    """

    json: Any
    value: Any
    shown: tuple[str, str, str]
    texts: tuple[str, ...] = ()
    bad: tuple[Any, ...] = ()
    bad_texts: tuple[str, ...] = ()
    dumped: Any = None
    options: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] | None = None
    kind: Kind | None = None
    scale: int | None = None
    writable: bool = True


def same(text: str) -> tuple[str, str, str]:
    return (text, text, text)


SAMPLES: dict[str, Sample] = {
    "text": Sample(
        "Zoe\u0301",
        "Zo\u00e9",
        same("Zo\u00e9"),
        (" Zoe\u0301 ", "Zo\u00e9\u0007"),
        (1, True, ["a"], {"a": 1}, "x" * 256, "\ud800"),
        ("x" * 256,),
        dumped="Zo\u00e9",
    ),
    "long_text": Sample("a\r\nb", "a\nb", same("a\nb"), ("a\nb\n",), (1, "x" * 32_001), dumped="a\nb"),
    "rich_text": Sample(
        "<p>Hi <b>Ann</b><script>alert(1)</script></p>",
        "<p>Hi <b>Ann</b></p>",
        same("Hi Ann"),
        ("<p onclick='x'>Hi <b>Ann</b></p>",),
        (1, ["a"]),
        dumped="<p>Hi <b>Ann</b></p>",
    ),
    "integer": Sample(
        1234,
        1234,
        same("1,234"),
        ("1,234", "１２３４", "+1234", "1234.0", "1 234"),
        ("abc", 1.5, True, 10**18, [1], "1,234", float("nan")),
        ("1.5", "12,34", "one", "--1"),
    ),
    "decimal": Sample(
        1054.1,
        Decimal("1054.10"),
        same("1,054.10"),
        ("1,054.10", "１，０５４．１", "1054.1", "1'054.10"),
        ("abc", "1,054.10", True, 0.001, "1.005", 10**17, float("inf"), [1]),
        ("1,05.1", "1.2.3", "12,34,56"),
        dumped="1054.10",
    ),
    "currency": Sample(
        "1234.5",
        Decimal("1234.50"),
        ("€1,234.50", "€1,234.50", "€1,234.50"),
        ("€ 1,234.50", "1,234.5 EUR", "EUR 1234.5"),
        ("abc", 1.005, False),
        ("1,2", "12€3"),
        dumped="1234.50",
        options={"currency": "EUR"},
    ),
    "currency_code": Sample(
        "eur",
        "EUR",
        ("EUR · Euro", "EUR · 欧元", "EUR · 歐元"),
        ("EUR", "eur"),
        ("XYZQ", 1, "ZZZ"),
        ("euros?",),
        dumped="EUR",
    ),
    "percent": Sample(
        "15", Decimal("15.00"), same("15%"), ("15%", "15 ％", "15"), ("abc", True), ("15 %%x",), dumped="15.00"
    ),
    "rating": Sample(4, 4, same("4/5"), ("4",), (6, -1, 2.5, "x"), ("6",)),
    "boolean": Sample(
        True, True, ("Yes", "Yes", "Yes"), ("是", "Yes", "TRUE", "1", "on", "ｙ"), ("true", 1, 0, "yes"), ("maybe", "2")
    ),
    "date": Sample(
        "2026-03-05",
        date(2026, 3, 5),
        ("Mar 5, 2026", "2026年3月5日", "2026年3月5日"),
        ("2026-03-05", "2026/3/5", "2026年3月5日", "5 March 2026", "Mar 5, 2026", "20260305", "5.3.2026", "5-Mar-26"),
        ("2026-02-30", "05/03/2026", 20260305, "2026-03-05T00:00:00Z", "2026-3-5"),
        ("2026-13-01", "tomorrow", "3/5/2026"),
    ),
    "datetime": Sample(
        "2026-03-05T14:30:00+08:00",
        datetime(2026, 3, 5, 6, 30, tzinfo=UTC),
        ("Mar 5, 2026, 2:30\u202fPM", "2026年3月5日 14:30", "2026年3月5日 下午2:30"),
        (
            "2026-03-05 14:30",
            "2026/3/5 2:30 PM",
            "2026年3月5日 下午2:30",
            "2026-03-05T06:30:00Z",
            "2026年3月5日14时30分",
        ),
        ("2026-03-05", "x", 1, "2026-03-05T25:00:00Z"),
        ("2026-03-05 25:00", "soon"),
        dumped="2026-03-05T06:30:00Z",
    ),
    "time": Sample(
        "14:30",
        time(14, 30),
        ("2:30\u202fPM", "14:30", "下午2:30"),
        ("14:30", "2:30 pm", "下午2:30", "14时30分", "14：30"),
        ("24:00", "14", 14, "2pm"),
        ("25:10", "noon", "14"),
        dumped="14:30:00",
    ),
    "duration": Sample(
        5400,
        timedelta(hours=1, minutes=30),
        same("1h 30m"),
        ("1h 30m", "90", "1:30", "90 min", "1.5 hours", "1小时30分", "PT1H30M", "１小时 ３０分钟"),
        ("x", True, 10**12, [1]),
        ("1 fortnight", "h", "5m 5m"),
    ),
    "picklist": Sample(
        "won_deal",
        "won_deal",
        ("Won", "赢单", "贏單"),
        ("won_deal", "WON", "赢单", "won deal"),
        ("lost", 1, "Won", "old"),
        ("lost", "old"),
        choices=STAGES,
    ),
    "multi_picklist": Sample(
        ["won_deal", "open", "open"],
        ["open", "won_deal"],
        ("Open, Won", "进行中、赢单", "進行中、贏單"),
        ("Won; open", "赢单，进行中"),
        ("open", ["lost"], [1], ["old"]),
        ("open, lost",),
        dumped=["open", "won_deal"],
        choices=STAGES,
    ),
    "tags": Sample(
        ["VIP", "vip", "展会"],
        ["VIP", "展会"],
        ("VIP, 展会", "VIP、展会", "VIP、展会"),
        ("VIP; vip ,#展会", "VIP，展会"),
        ("VIP", [1], ["x" * 81]),
        ("x" * 81,),
        dumped=["VIP", "展会"],
    ),
    "email": Sample(
        "Ann@Example.COM",
        "Ann@example.com",
        same("Ann@example.com"),
        ("Ann Lee <Ann@example.com>", "mailto:Ann@example.com", "Ann＠example.com"),
        ("ann", 1, "ann@", "a b@example.com"),
        ("nobody",),
        dumped="Ann@example.com",
    ),
    "phone": Sample(
        "138 0013 8000",
        "+8613800138000",
        same("138 0013 8000"),
        ("+86 138-0013-8000", "１３８００１３８０００", "tel:13800138000"),
        ("hello", 13800138000, "12"),
        ("call me", "ab"),
        dumped="+8613800138000",
    ),
    "url": Sample(
        "HTTPS://example.com/a",
        "https://example.com/a",
        same("example.com/a"),
        ("example.com/a", "https://example.com/a"),
        (
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://example.com",
            1,
            "https://",
            "https://a b.com",
            "http://[::1",
        ),
        ("not a link",),
        dumped="https://example.com/a",
    ),
    "lookup": Sample(
        encode_id(ID),
        ID,
        same("Acme 有限公司"),
        (encode_id(ID).lower(),),
        ("x", True, -1, [ID]),
        ("Acme",),
        options={"to": "account"},
    ),
    "any_lookup": Sample(encode_id(ID), ID, same("Acme 有限公司"), (encode_id(ID),), ("x", 0), ("Acme",)),
    "multi_lookup": Sample(
        [encode_id(ID), encode_id(OTHER), encode_id(ID)],
        [ID, OTHER],
        ("Acme 有限公司, Ann Lee", "Acme 有限公司、Ann Lee", "Acme 有限公司、Ann Lee"),
        (f"{encode_id(ID)}, {encode_id(OTHER)}",),
        (encode_id(ID), ["x"]),
        ("Acme",),
        dumped=[encode_id(ID), encode_id(OTHER)],
        options={"to": ["account"]},
    ),
    "parent": Sample(
        encode_id(ID), ID, same("Acme 有限公司"), (encode_id(ID),), ("x",), ("Acme",), options={"to": "account"}
    ),
    "user": Sample(encode_id(OTHER), OTHER, same("Ann Lee"), (encode_id(OTHER),), ("x",), ("Ann",)),
    "autonumber": Sample(
        "OPP-0001",
        "OPP-0001",
        same("OPP-0001"),
        ("OPP-0001",),
        (1, "x" * 81),
        ("x" * 81,),
        options={"format": "OPP-{0000}"},
    ),
    "formula": Sample(
        None,
        Decimal("12.50"),
        ("CN¥12.50", "¥12.50", "CN¥12.50"),
        (),
        ("12.5",),
        ("12.5",),
        dumped="12.50",
        options={"formula": "a", "returns": "currency", "currency": "CNY"},
        scale=2,
        writable=False,
    ),
    "rollup": Sample(
        None,
        1200,
        same("1,200"),
        (),
        (1200,),
        ("1200",),
        dumped=1200,
        options={"of": "line.order", "function": "count"},
        writable=False,
    ),
    "person_name": Sample(
        "欧阳娜娜",
        "欧阳娜娜",
        same("欧阳娜娜"),
        (" 欧阳娜娜 ",),
        (1, ["a"], {"family": "王"}, "x" * 256),
        ("x" * 256,),
    ),
    "address": Sample(
        {"country": "CN", "city": "深圳市", "street": "科技路 1 号", "postcode": "518000"},
        {
            "country": "CN",
            "region": None,
            "city": "深圳市",
            "district": None,
            "street": "科技路 1 号",
            "postcode": "518000",
        },
        ("深圳市 科技路 1 号 518000", "深圳市科技路 1 号 518000", "深圳市科技路 1 号 518000"),
        (),
        ("深圳", {"town": "x"}, {"country": "XX"}, {"city": 1}),
        (),
        dumped={
            "country": "CN",
            "region": None,
            "city": "深圳市",
            "district": None,
            "street": "科技路 1 号",
            "postcode": "518000",
        },
    ),
    "country": Sample(
        "cn", "CN", ("China", "中国", "中國"), ("CN", "China", "中国", "中國"), ("XX", 1), ("Atlantis",), dumped="CN"
    ),
    "geolocation": Sample(
        {"lat": 31.2304, "lng": "121.4737"},
        {"lat": Decimal("31.230400"), "lng": Decimal("121.473700")},
        same("31.230400, 121.473700"),
        ("31.2304, 121.4737", "31.2304°N 121.4737°E", "(31.2304;121.4737)"),
        ("x", {"lat": 1}, {"lat": 91, "lng": 0}, {"lat": 1, "lng": 2, "alt": 3}),
        ("here", "91, 0"),
        dumped={"lat": "31.230400", "lng": "121.473700"},
    ),
    "attachment": Sample([encode_id(OTHER)], [OTHER], same("Ann Lee"), (encode_id(OTHER),), ("x", ["x"]), ("a.pdf",)),
    "image": Sample(encode_id(OTHER), OTHER, same("Ann Lee"), (encode_id(OTHER),), ("x",), ("a.png",)),
    "json": Sample(
        {"a": [1, "二", None]},
        {"a": [1, "二", None]},
        same('{\n  "a": [\n    1,\n    "二",\n    null\n  ]\n}'),
        ('{"a":[1,"二",null]}',),
        ({"a": float("nan")}, "a\0b", {"k": 2**70}, "x" * 70_000),
        ("{", "{'a': 1}"),
    ),
    "secret": Sample("hunter2", None, same("••••••••"), (), (1, "••••••••"), ("••••••••",), dumped="••••••••"),
    "id": Sample(encode_id(ID), ID, same(encode_id(ID)), (encode_id(ID),), ("x",), ("x",)),
    "title": Sample("Acme", "Acme", same("Acme"), ("Acme",), (1,), ()),
    "record_type": Sample(
        "open", "open", ("Open", "进行中", "進行中"), ("open",), ("nope",), ("nope",), choices=STAGES
    ),
}


def field_of(name: str, **changes: Any) -> FieldDef:
    """A field of the type ``name`` made as the loader makes it from the sample's options."""
    sample = SAMPLES[name]
    options = {**sample.options, **changes}
    resolved = registry.get(name).resolve(options)
    assert not resolved.problems, resolved.problems
    return FieldDef(
        name="sample",
        object="thing",
        type=name,
        kind=sample.kind or resolved.kind,
        label=Text.of("Sample"),
        options=resolved.options,
        scale=resolved.scale if sample.scale is None else sample.scale,
        length=resolved.length,
        choices=sample.choices,
        target=resolved.target,
    )
