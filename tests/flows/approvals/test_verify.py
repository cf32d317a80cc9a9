"""Statements 33 and 48: what cannot work is refused when the flow is read, and a dead end shows a way into it."""

from __future__ import annotations

import textwrap

from tests.definitions.workspaces import loaded

FLOW = {"flows/approvals/f.yaml": "label: F\nobject: company\nnodes:\n{}"}


def problems(nodes: str) -> dict[str, str]:
    text = FLOW["flows/approvals/f.yaml"].format(textwrap.indent(textwrap.dedent(nodes), "  "))
    _, diagnostics = loaded({"flows/approvals/f.yaml": text})
    return {d.code: str(d.message) for d in diagnostics if d.severity.value == "error"}


def test_33_a_decision_without_otherwise_is_refused_by_name() -> None:
    found = problems("""
        route: {type: decision, branches: [{when: "employees > 3", to: end}]}
        end: {type: end}
    """)
    assert found == {"no_otherwise": "route needs one branch with otherwise: true."}


def test_48_a_dead_end_shows_a_way_into_it() -> None:
    found = problems("""
        route: {type: decision, branches: [{when: "employees > 3", to: big}, {otherwise: true, to: end}]}
        big: {approvers: [{user: a@example.com}], to: more}
        more: {approvers: [{user: a@example.com}]}
        end: {type: end}
    """)
    assert found["dead_end"].startswith("more leads nowhere: start → route → big → more.")


def test_48_a_split_whose_branches_meet_outside_its_join_is_refused() -> None:
    found = problems("""
        split: {type: parallel, branches: [left, right], to: end}
        left: {approvers: [{user: a@example.com}], to: both}
        right: {approvers: [{user: a@example.com}], to: both}
        both: {approvers: [{user: a@example.com}]}
        end: {type: end}
    """)
    assert list(found) == ["crossing_block"]


def test_the_submitter_can_be_asked_about_in_conditions() -> None:
    assert not problems("""
        route:
          type: decision
          branches: [{when: "submitter.department.name == 'Sales'", to: end}, {otherwise: true, to: end}]
        end: {type: end}
    """)


def test_a_word_that_means_nothing_for_its_node_is_refused() -> None:
    found = problems("""
        one: {approvers: [{user: a@example.com}], branches: [end], to: end}
        end: {type: end, to: one}
    """)
    assert found == {"unused_word": "to means nothing for a node of type end."}


def test_a_vote_that_nobody_could_reject_is_refused() -> None:
    vote = "{approvers: [{user: a@example.com}], mode: {percent: 60, reject_at: 140}, to: end}"
    assert list(problems(f"one: {vote}\nend: {{type: end}}")) == ["bad_vote"]


def test_a_field_that_two_branches_open_at_the_same_time_is_warned_of() -> None:
    text = """
        split: {type: parallel, branches: [left, route], to: end}
        left: {approvers: [{user: a@example.com}], fields: {employees: edit}}
        route: {type: decision, branches: [{when: "employees > 3", to: right}, {otherwise: true, to: right}]}
        right: {approvers: [{user: b@example.com}], fields: {employees: required, name: read}}
        end: {type: end}
    """
    flow = FLOW["flows/approvals/f.yaml"].format(textwrap.indent(textwrap.dedent(text), "  "))
    _, diagnostics = loaded({"flows/approvals/f.yaml": flow})
    (found,) = [d for d in diagnostics if d.code == "shared_field"]
    assert str(found.message) == "employees is opened by left and by right, which run at the same time."
    assert (found.severity.value, found.place.line) == ("warning", 8)
