"""The flows that races are run over."""

FILES = {
    "objects/roles/admin.yaml": "label: Admin\nsystem: [modify_all]\n",
    "objects/roles/all.yaml": """
label: All
objects:
  thing: {create: true, read: all, update: all, delete: all}
""",
    "objects/m/thing.yaml": """
label: Thing
title: "{name}"
features: [history]
fields:
  name: {type: text, required: true}
  note: {type: text}
  count: {type: integer, default: 0}
  other: {type: lookup, to: thing}
""",
    "flows/approvals/all_sign.yaml": """
label: All
object: thing
lock: none
nodes:
  one: {approvers: [{user: [a@example.com, b@example.com]}], mode: all, to: two}
  two: {approvers: [{user: c@example.com}], to: approved}
  approved: {type: end, actions: [{set: {count: "=count + 1"}}]}
""",
    "flows/approvals/any_sign.yaml": """
label: Any
object: thing
lock: none
nodes:
  one: {approvers: [{user: [a@example.com, b@example.com]}], mode: any, deadline: {after: 8 hours, then: reject},
        to: approved}
  approved: {type: end, actions: [{set: {count: "=count + 1"}}]}
  rejected: {type: end, result: rejected, actions: [{set: {count: "=count - 1"}}]}
""",
    "flows/approvals/chain.yaml": """
label: Chain
object: thing
lock: none
nodes:
  one: {approvers: [{user: a@example.com}], to: two}
  two: {approvers: [{user: b@example.com}], to: three}
  three: {approvers: [{user: [b@example.com, c@example.com]}], to: approved}
  approved: {type: end, actions: [{set: {count: "=count + 1"}}]}
""",
    "flows/approvals/branches.yaml": """
label: Branches
object: thing
lock: none
nodes:
  first: {approvers: [{user: c@example.com}], to: split}
  split: {type: parallel, branches: [left, right], to: approved}
  left: {approvers: [{user: a@example.com}]}
  right: {approvers: [{user: b@example.com}]}
  approved: {type: end}
""",
    "flows/approvals/outer.yaml": """
label: Outer
object: thing
lock: none
nodes:
  inner: {type: sub_flow, flow: any_sign, field: other, to: approved}
  approved: {type: end}
""",
}

# What is published while records are handed in: one step instead of three.
PUBLISHED = {
    **FILES,
    "flows/approvals/chain.yaml": """
label: Chain
object: thing
lock: none
nodes:
  only: {approvers: [{user: c@example.com}], to: approved}
  approved: {type: end, actions: [{set: {count: "=count + 10"}}]}
""",
}
