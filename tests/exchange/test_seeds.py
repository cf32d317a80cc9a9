"""Seeds: the demo company, and what seeds can say in general."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jimu.access import accounts
from jimu.definitions import load
from jimu.errors import Invalid
from jimu.exchange import check_import_plans, check_seeds, demo_accounts, load_seeds
from jimu.exchange.seeding.generate import make_records
from jimu.exchange.seeding.generators import GENERATORS, BadSeed, Maker
from jimu.exchange.seeding.made import MadeRecord
from jimu.exchange.seeding.templates import fill, host, slug
from jimu.exchange.seeding.words import WordList, read_word_lists
from jimu.records import AggregateRequest, read
from tests.exchange.conftest import FILES, rows_of, standard_manifest
from tests.records.project import START, Project, build_manifest, open_project, prepared_project

SEEDS = FILES | {
    "seed/words/thing.yaml": """
en: {patterns: ['{size} {what}'], size: [Big, Small], what: [Saw, Lathe, Press]}
zh-CN: [锯床, 车床]
""",
    "seed/one.yaml": """
order: 1
sets: [demo]
steps:
  - object: maker
    as: makers
    key: code
    records:
      - {code: A, name: Acme}
      - {code: B, name: Bolt, parent: {code: A}}
  - object: machine
    key: number
    generate:
      count: 6
      fields:
        number: {sequence: "M-{n:03d}"}
        name: {words: thing, language: {choice: {en: 1, zh-CN: 1}}}
        price: {amount: {median: 900, step: 10, min: 100, max: 5000}}
        bought_on: {days_ago: [1, 30]}
        maker: {pick: makers}
        state: {choice: {new: 1, used: 2}}
        tags: {several: [1, 2], of: {choice: [loud, old, red]}}
""",
    "seed/two.yaml": """
order: 2
sets: [other]
steps:
  - {object: maker, key: code, existing: update, records: [{code: A, name: Acme Ltd}]}
""",
}


@pytest.fixture
def seeded(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, SEEDS) as project:
        yield project


def maker(**known: Any) -> Maker:
    pool = [MadeRecord("x", {"n": n, "even": n % 2 == 0}) for n in range(10)]
    return Maker(
        Random(7), START, {"w": WordList("w", {"any": ["one", "two"]})}, {"pool": pool}, number=3, known=dict(known)
    )


def count(project: Project, object: str, where: str | None = None) -> int:
    (row,) = read.aggregate(AggregateRequest(object, where=where), project.system).rows
    found: int = row["count"]
    return found


def test_the_demo_company_loads_once_however_often(crm: Project) -> None:
    report = load_seeds(crm.manifest, crm.system)
    assert report.created["account"] >= 400
    assert report.created["opportunity"] == 800
    assert load_seeds(crm.manifest, crm.system).created == {}
    assert count(crm, "opportunity", "line_count > 0 and amount != lines_total") == 0
    assert count(crm, "opportunity", "is_open and close_on < today()") > 5
    assert count(crm, "opportunity", "not is_open and close_on > today()") == 0
    assert count(crm, "lead", "status == 'unassigned' and not is_blank(owner)") == 0
    assert 0 < count(crm, "account", "country == 'CN'") < report.created["account"]
    states = {row[0] for row in rows_of(crm, "approval", "state")}
    assert {"running", "approved", "rejected"} <= states
    for account in demo_accounts(crm.manifest):
        attempt = accounts.LogIn(account.email, account.password)
        session = accounts.log_in(crm.store, crm.manifest, attempt, START)
        assert session.token


def test_loading_again_leaves_passwords_and_changes_of_people_alone(seeded: Project) -> None:
    load_seeds(seeded.manifest, seeded.system)
    with seeded.store.write() as transaction:
        ((id,),) = transaction.find_ids("machine", "number", ["M-001"]).values()
        transaction.update("machine", [(id, {"name": "Renamed"}, None)])
    report = load_seeds(seeded.manifest, seeded.system)
    assert (report.created, report.kept) == ({}, {"maker": 2, "machine": 6})
    assert rows_of(seeded, "machine", "name", order="number")[0] == ("Renamed",)


def test_sets_are_loaded_when_asked_for_and_may_update(seeded: Project) -> None:
    load_seeds(seeded.manifest, seeded.system)
    report = load_seeds(seeded.manifest, seeded.system, sets=("other",))
    assert report.updated == {"maker": 1}
    assert rows_of(seeded, "maker", "name", order="code") == [("Acme Ltd",), ("Bolt",)]


def test_a_seed_that_can_not_be_stored_names_its_step_and_record(database_url: str) -> None:
    wrong = SEEDS | {
        "seed/one.yaml": "steps:\n  - {object: machine, key: number, records: [{number: '1', name: a, price: 13}]}\n"
    }
    with open_project(database_url, wrong) as project:
        with pytest.raises(Invalid) as caught:
            load_seeds(project.manifest, project.system)
        assert "one.machine" in str(caught.value)
        assert "Nobody sells for 13" in str(caught.value.problems[0].message)
        assert rows_of(project, "machine", "name") == []


def test_the_same_seed_makes_the_same_records() -> None:
    step = {
        "object": "x",
        "key": "a",
        "generate": {
            "count": 20,
            "fields": {
                "a": {"sequence": "{n}"},
                "b": {"amount": {"median": 10}},
                "c": {"choice": [1, 2, 3]},
                "d": {"words": "w"},
            },
        },
    }
    first, _ = make_records(step, maker(), "s.x")
    second, _ = make_records(step, maker(), "s.x")
    other, _ = make_records(step, maker(), "s.y")
    assert [r.values for r in first] == [r.values for r in second]
    assert [r.values for r in first] != [r.values for r in other]


def test_children_know_their_parent_and_add_up() -> None:
    step = {
        "object": "deal",
        "key": "name",
        "generate": {
            "count": 3,
            "let": {"n": {"integer": [1, 3]}},
            "fields": {"name": {"sequence": "D{n}"}},
            "totals": {"amount": "lines.total"},
            "children": [
                {
                    "object": "line",
                    "as": "lines",
                    "lookup": "deal",
                    "key": ["deal", "position"],
                    "count": {"copy": "n"},
                    "let": {"price": {"integer": [5, 9]}, "total": {"multiply": ["price", 2], "scale": 0}},
                    "fields": {"position": {"sequence": "{n}"}, "text": {"text": "{parent.name} {position}"}},
                }
            ],
        },
    }
    deals, children = make_records(step, maker(), "s.deal")
    for deal in deals:
        own = [c for c in children[0] if c.values["deal"] is deal]
        assert [c.values["text"] for c in own] == [f"{deal.values['name']} {i}" for i in range(1, len(own) + 1)]
        assert deal.values["amount"] == sum(c.known["total"] for c in own)


def test_words_that_do_not_suffice_are_told() -> None:
    step = {"object": "x", "key": "a", "generate": {"count": 5, "fields": {"a": {"words": "w"}}}}
    with pytest.raises(BadSeed, match="words do not suffice"):
        make_records(step, maker(), "s.x")


@pytest.mark.parametrize(
    ("spec", "allowed"),
    [
        ({"value": {"a": 1}}, lambda v: v == {"a": 1}),
        ({"words": "w"}, lambda v: v in ("one", "two")),
        ({"choice": ["a", "b"]}, lambda v: v in ("a", "b")),
        ({"choice": {"a": 0, "b": 3}}, lambda v: v == "b"),
        ({"integer": [2, 4]}, lambda v: 2 <= v <= 4),
        ({"integer": {"max": 1}}, lambda v: 0 <= v <= 1),
        ({"amount": {"median": 100, "step": 10, "min": 50, "max": 300}}, lambda v: 50 <= v <= 300 and v % 10 == 0),
        ({"days_ago": [3, 5]}, lambda v: 3 <= (START.date() - v).days <= 5),
        ({"days_ago": [3, 5], "not_before": "day"}, lambda v: START.date() - timedelta(days=4) <= v),
        ({"days_ahead": 2}, lambda v: v == START.date() + timedelta(days=2)),
        ({"days_after": [500, 900], "from": "day", "until": "today"}, lambda v: v == START.date()),
        ({"date": [1990, 1990]}, lambda v: v.year == 1990),
        ({"pick": "pool"}, lambda v: isinstance(v, MadeRecord)),
        ({"pick": "pool", "where": {"even": True}, "skew": 2}, lambda v: v.values["n"] % 2 == 0),
        ({"pick": "pool", "where": {"n": 99}}, lambda v: v is None),
        ({"copy": "amount"}, lambda v: v == Decimal("12.50")),
        ({"text": "{name:slug}@x"}, lambda v: v == "wang.lei@x"),
        ({"digits": "+1 ##"}, lambda v: v[:3] == "+1 " and v[3:].isdigit()),
        ({"sequence": "P-{n:04d}"}, lambda v: v == "P-0003"),
        ({"by": "flag", "cases": {"true": "yes"}, "else": "no"}, lambda v: v == "yes"),
        ({"chance": 0, "of": 1, "else": 2}, lambda v: v == 2),
        ({"several": 2, "of": {"choice": ["a", "b", "c"]}}, lambda v: len(v) == len(set(v)) == 2),
        ({"map": {"city": {"words": "w"}}}, lambda v: set(v) == {"city"}),
        ({"multiply": ["amount", 2]}, lambda v: v == Decimal("25.00")),
        ({"percent_off": 10, "from": "amount"}, lambda v: v == Decimal("11.25")),
    ],
    ids=lambda x: next(iter(x)) if isinstance(x, dict) else "",
)
def test_each_generator_makes_what_it_says(spec: dict[str, Any], allowed: Any) -> None:
    known = {"amount": Decimal("12.50"), "name": "王 磊", "flag": True, "day": START.date() - timedelta(days=4)}
    if spec.get("text"):
        known["name"] = "Wang Lei"
    for _ in range(20):
        assert allowed(maker(**known).make(spec))


def test_a_record_is_picked_other_than_the_one_that_is_named() -> None:
    made = maker()
    made.known["owner"] = owner = made.pools["pool"][0]
    assert not any(made.make({"pick": "pool", "but": "owner", "skew": 3}) is owner for _ in range(50))
    assert made.make({"pick": "pool", "where": {"n": 0}, "but": "owner"}) is None


def test_every_generator_is_tested_above() -> None:
    marks = [m for m in test_each_generator_makes_what_it_says.pytestmark if m.name == "parametrize"]  # type: ignore[attr-defined]
    tested = {next(iter(spec)) for spec, _ in marks[0].args[1]}
    assert tested == set(GENERATORS)


def test_chinese_names_become_addresses_by_their_pinyin() -> None:
    assert slug("王 磊") == "wang.lei"
    assert slug("Zoë O'Neill") == "zoe.o.neill"
    assert host("北京安禾科技有限公司") == "beijinganhekejiyouxiangongsi"
    assert fill("{a}  {b}", {"a": None, "b": date(2026, 1, 2)}.get) == "2026-01-02"


def test_checks_name_what_a_seed_or_plan_gets_wrong() -> None:
    manifest = build_manifest(
        FILES
        | {
            "seed/words/bad.yaml": "en: {patterns: ['{nothing}']}\n",
            "seed/bad.yaml": """
steps:
  - object: machine
    key: number
    generate: {count: 1, fields: {nam: x, notes: {wrds: thing}, tags: {words: gone}, maker: {pick: nobody}}}
""",
            "seed/imports/bad.yaml": """
steps:
  - {file: a.csv, object: machine, key: number, columns: {A: nme, B: double}}
""",
        }
    )
    assert {d.code for d in check_seeds(manifest)} == {
        "unknown_words",
        "unknown_field",
        "unknown_generator",
        "unknown_step",
        "key_not_given",
    }
    assert {d.code for d in check_import_plans(manifest)} == {"unknown_field", "key_not_mapped"}
    assert check_seeds(standard_manifest()) == check_import_plans(standard_manifest()) == []


def test_a_workspace_that_builds_on_the_standard_finds_its_words_and_may_replace_them(tmp_path: Path) -> None:
    (tmp_path / "seed/words").mkdir(parents=True)
    (tmp_path / "workspace.yaml").write_text("name: acme\nlabel: Acme\nextends: [crm]\n")
    (tmp_path / "seed/words/city.yaml").write_text("en: [Atlantis]\n")
    manifest, problems = load(tmp_path)
    assert manifest is not None, problems
    found = read_word_lists(manifest)
    assert found.keys() == read_word_lists(standard_manifest()).keys()
    assert found["city"].by_language == {"en": ["Atlantis"]}
