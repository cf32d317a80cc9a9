"""Pools and assignment rules for administrators: all of them, with their last runs."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response

from jimu.messages import Message
from jimu.web.pages.pools import pool_cards
from jimu.web.pages.reader import Reader
from jimu.web.responses import reader_of
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit

HOW = {
    "round_robin": Message("In turn"),
    "weighted": Message("In turn by weight"),
    "by_load": Message("Who has least to do"),
    "by_match": Message("Who fits best"),
    "manager_of": Message("Somebody's manager"),
    "random": Message("By lot"),
}


@dataclass(frozen=True, slots=True)
class RuleRow:
    label: str
    object: str
    how: str
    when: str


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/pools", list_pools, "pools")


def list_pools() -> Response:
    now = visit()
    reader = reader_of(now)
    return admin_page(
        "pools", now.say(Message("Pools")), "pools", pools=pool_cards(reader, managed=True), rules=_rules(reader)
    )


def _rules(reader: Reader) -> list[RuleRow]:
    found = sorted(reader.manifest.all("assignment").values(), key=lambda r: (r.object, r.order, r.name))
    return [
        RuleRow(
            reader.label(r.label),
            reader.label(reader.manifest.object(r.object).plural),
            reader.render(HOW[r.how]),
            r.when.source if r.when is not None else "",
        )
        for r in found
    ]
