"""The design system on one page: every component in every state, in any language, theme and density."""

from __future__ import annotations

from datetime import timedelta

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent
from flask import Blueprint, Response

from jimu.access.rights import has_right
from jimu.errors import Forbidden
from jimu.messages import Message
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader
from jimu.web.responses import page, reader_of
from jimu.web.visit import THEMES, visit

COLOURS = (
    "blue azure indigo purple pink red orange yellow lime green teal cyan gray brown black".split()  # noqa: SIM905
)
TOKENS = {
    "colours": (  # noqa: SIM905
        "accent accent-strong on-accent text text-muted surface surface-sunken hover selected border border-strong "
        "success success-soft info info-soft warning warning-soft danger danger-soft mark focus star"
    ).split(),
    "sizes": [f"size-{n}" for n in range(1, 8)],
    "spaces": [f"space-{n}" for n in range(1, 8)],
}

# Names and Chinese text stand on the page in every language: that is what it is to be looked at for.
SAMPLES = {
    "names": ("Ada Lovelace", "李娜", "欧阳修远", "Robin Keller", "林宗豪", "Maria Santos"),
    "parts_en": (("Given name", "Maria"), ("Family name", "Santos")),
    "parts_zh": (("姓", "欧阳"), ("名", "修远")),
    "line": "季度工作复盘，共 12 项",
    "text": "深圳市南山区高新技术产业园（北区）第12栋：CRM 系统 2.0 版上线，共 38 家客户。",
    "choice": "处理中",
    "condition": "状态为“处理中”",
    "tab": "很长的中文标签页名称",
    "figure": "本月新增记录",
}


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/design", view_func=show_design)


def show_design() -> Response:
    now = visit()
    if not has_right(now.actor, now.manifest, "configure"):
        raise Forbidden(Message("The design system is for those who configure the workspace."))
    title = now.say(Message("Design system"))
    return page(
        "design.html",
        title,
        crumbs=[Crumb(title)],
        tokens=TOKENS,
        colours=COLOURS,
        samples=SAMPLES,
        themes=THEMES,
        densities=("comfortable", "compact"),
        written=_written(reader_of(now)),
    )


def _written(reader: Reader) -> list[tuple[str, str]]:
    """Numbers, money and days as the language writes them."""
    locale = reader.format_context().babel_locale
    moment = reader.context.clock().astimezone(reader.time_zone)
    examples = (
        (Message("Number"), format_decimal(1234567.891, locale=locale)),
        (Message("Short number"), format_compact_decimal(12345678, locale=locale, fraction_digits=1)),
        (Message("Percentage"), format_percent(0.256, "#,##0.0%", locale=locale)),
        (Message("Renminbi"), format_currency(1234567.8, "CNY", locale=locale)),
        (Message("Taiwan dollars"), format_currency(1234567, "TWD", locale=locale)),
        (Message("US dollars"), format_currency(1234567.8, "USD", locale=locale)),
        (Message("Day"), format_date(moment.date(), "full", locale=locale)),
        (Message("Moment"), format_datetime(moment, "medium", locale=locale)),
        (Message("Ago"), format_timedelta(-timedelta(hours=3), add_direction=True, locale=locale)),
    )
    return [(reader.render(name), text) for name, text in examples]
