"""Filters by clicking: trees of conditions become formulas, and formulas of that shape become trees again."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jimu.definitions import load
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import check, types
from jimu.records.schema import build_schema
from jimu.web.pages.list_conditions import Condition, Group, Tree, dump_tree, is_empty, normal, read_tree
from jimu.web.pages.list_formulas import Unfit, formula_of
from jimu.web.pages.list_operators import FAMILIES, PERIODS, UNITS, can_filter, family_of, operators_of
from jimu.web.pages.list_recognition import recognise
from tests.web.workspace import write_workspace


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    found, diagnostics = load(write_workspace(tmp_path_factory.mktemp("filters") / "shop"))
    assert found is not None, diagnostics
    return found


_MANIFESTS: list[Manifest] = []


@pytest.fixture(autouse=True)
def _known(manifest: Manifest) -> None:
    _MANIFESTS[:] = [manifest]


def find(path: str) -> FieldDef | None:
    here: str | None = "thing"
    found: FieldDef | None = None
    for name in path.split("."):
        found = _MANIFESTS[0].objects[here].fields.get(name) if here else None
        if found is None:
            return None
        here = found.target[0] if len(found.target) == 1 and found.kind is Kind.REFERENCE else None
    return found


def back(source: str) -> Tree | None:
    formula, diagnostics = check(source, build_schema(_MANIFESTS[0]), "thing", types.BOOLEAN)
    assert formula is not None, (source, diagnostics)
    return recognise(formula, find)


PATHS = (
    "name", "notes", "state", "uses", "words", "pieces", "weight", "cost", "margin", "grade", "double", "ready",
    "made_on", "seen_at", "created_at", "opens", "takes", "maker", "about", "owner", "maker.name",
    "maker.owner", "owner.department", "maker.owner.department.head", "maker.owner.email", "owner.active",
    "place_city", "mail", "story", "spot_lat",
)  # fmt: skip
texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=12).map(
    lambda t: unicodedata.normalize("NFC", t)
)
numbers = (
    st.decimals(-(10**9), 10**9, places=3).map(lambda d: f"{d.normalize():f}").map(lambda t: "0" if t == "-0" else t)
)
days = st.one_of(st.dates().map(lambda d: d.isoformat()), st.just("today"))
ids = st.integers(2**40, 2**62).map(encode_id)
hours = st.integers(0, 10_000).map(str)
times = st.times().map(lambda t: t.isoformat("minutes"))


def values_for(field: FieldDef, takes: str) -> st.SearchStrategy[tuple[str, ...]]:
    if takes == "none":
        return st.just(())
    if takes == "period":
        return st.sampled_from(sorted(PERIODS)).map(lambda p: (p,))
    if takes == "span":
        return st.tuples(st.integers(1, 99_999).map(str), st.sampled_from(sorted(UNITS)))
    family = family_of(field)
    one = {"number": numbers, "duration": hours, "date": days, "time": times, "text": texts, "tags": texts}.get(
        family, ids
    )
    if field.choices is not None:
        one = st.sampled_from([c.value for c in field.choices])
    if takes == "many":
        return st.lists(one, min_size=1, max_size=4).map(tuple)
    if takes == "two":
        return st.tuples(one, one)
    return texts.map(lambda t: (t,)) if family in ("reference", "person", "department") else one.map(lambda v: (v,))


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    path = draw(st.sampled_from(PATHS))
    field = find(path)
    assert field is not None, path
    assert can_filter(field), path
    choices = [o for o in operators_of(field) if not (path == "owner.department" and o.name in ("mine", "mine_below"))]
    operator = draw(st.sampled_from(choices))
    found = Condition(path, operator.name, draw(values_for(field, operator.takes)))
    # Two ways to say "on the day that is today"; the other one comes back.
    return Condition(path, "within", ("today",)) if (operator.name, found.values) == ("eq", ("today",)) else found


trees = st.recursive(
    conditions(),
    lambda inner: st.builds(Group, st.sampled_from(["all", "any", "none"]), st.lists(inner, max_size=4).map(tuple)),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(trees)
def test_a_tree_written_as_a_formula_comes_back_as_the_same_tree(tree: Tree) -> None:
    source = formula_of(tree, find)
    if is_empty(normal(tree)):
        assert source == ""
        return
    assert back(source) == normal(tree), source
    assert formula_of(back(source) or tree, find) == source


@settings(max_examples=200, deadline=None)
@given(trees)
def test_a_tree_in_an_address_comes_back_as_it_was(tree: Tree) -> None:
    assert read_tree(dump_tree(tree)) == tree


@pytest.mark.parametrize(
    "source, expected",
    [
        ("state == 'sold'", Condition("state", "in", ("sold",))),
        ("'sold' != state", Condition("state", "not_in", ("sold",))),
        ("5 < pieces", Condition("pieces", "gt", ("5",))),
        ("made_on < today() - 7", Condition("made_on", "older", ("7", "days"))),
        ("maker == None", Condition("maker", "blank")),
        ("'odd' in words", Condition("words", "has_any", ("odd",))),
        ("not (ready)", Condition("ready", "is_false")),
        ("owner.department == user.department", Condition("owner", "my_department")),
        ("owner in user.team", Condition("owner", "my_team")),
        ("not owner in user.subordinates", Group("none", (Condition("owner", "my_subordinates"),))),
        ("owner.department in user.department_and_below", Condition("owner", "my_department_below")),
        ("3 <= pieces <= 5", Group("all", (Condition("pieces", "ge", ("3",)), Condition("pieces", "le", ("5",))))),
        ("takes >= hours(1.5)", Condition("takes", "ge", ("1.5",))),
    ],
)
def test_other_ways_to_write_a_condition_are_recognised(source: str, expected: Tree) -> None:
    assert back(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "pieces > weight",
        "pieces * 2 > 4",
        "len(name) > 3",
        "pieces",
        "state == 'sold' or pieces + 1 > 3",
        "contains(lower(name), 'a')",
        "made_on > add_days(today(), pieces)",
        "if_(ready, pieces > 1, pieces > 2)",
        "seen_at > now()",
        "owner.name == user.name",
        "count(words) > 1",
        "state > 'sold'",
    ],
)
def test_what_has_not_the_shape_of_conditions_stays_a_formula(source: str) -> None:
    assert back(source) is None


@pytest.mark.parametrize(
    "condition",
    [
        Condition("nothing", "eq", ("a",)),
        Condition("pieces", "contains", ("1",)),
        Condition("pieces", "eq", ("many",)),
        Condition("pieces", "eq", ()),
        Condition("pieces", "between", ("1",)),
        Condition("pieces", "eq", ("NaN",)),
        Condition("state", "in", ("unknown",)),
        Condition("state", "in", ()),
        Condition("made_on", "eq", ("soon",)),
        Condition("made_on", "within", ("last_century",)),
        Condition("made_on", "last", ("-3", "days")),
        Condition("made_on", "last", ("3", "weekends")),
        Condition("maker", "in", ("no id",)),
        Condition("opens", "eq", ("25:00",)),
        Condition("key", "eq", ("a",)),
        Condition("story", "contains", ("a",)),
    ],
)
def test_a_condition_that_does_not_fit_is_named(condition: Condition) -> None:
    with pytest.raises(Unfit) as found:
        formula_of(Group("all", (Condition("pieces", "eq", ("1",)), condition)), find)
    assert found.value.condition is condition


@pytest.mark.parametrize(
    "text",
    ["", "1", "[]", "{}", '["a"]', '["a",1]', '{"all":1}', '{"some":[]}', '{"all":[],"any":[]}', '{"all":[3]}',
     '{"all":[' * 20 + "]}" * 20, '["a","b"]' * 5000, "[" * 10000],
)  # fmt: skip
def test_what_is_no_tree_is_refused(text: str) -> None:
    assert read_tree(text) is None


def test_every_family_of_fields_has_operators_that_can_be_written() -> None:
    for family, operators in FAMILIES.items():
        assert operators, family
        assert len({o.name for o in operators}) == len(operators), family
