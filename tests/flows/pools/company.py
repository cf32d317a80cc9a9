"""The YAML of the tests of pools and assignment."""

from __future__ import annotations

FILES = {
    "objects/roles/rep.yaml": """
label: Rep
objects:
  lead: {create: true, read: own, update: own}
  activity: {create: true, read: own, update: own}
  notification: {read: own, update: own}
""",
    "objects/roles/chief.yaml": """
label: Chief
objects: {lead: {create: true, read: own, update: own}, notification: {read: own}}
""",
    "objects/roles/boss.yaml": """
label: Boss
system: [modify_all]
objects: {"*": {read: all}}
""",
    "objects/sales/lead.yaml": """
label: Lead
title: "{name}"
owner: pool
features: [activities, history]
fields:
  name: {type: text, required: true}
  status: {type: picklist, options: [new, pending, following, done, invalid], default: new}
  region: {type: picklist, options: [north, south]}
  level: {type: picklist, options: [a, b, c]}
  phone: {type: phone}
  budget: {type: currency}
  secret_plan: {type: text}
  last_activity_at:
    {type: rollup, of: activity.record, function: max, field: updated_at, where: "status != 'cancelled'"}
""",
    "flows/pools/north.yaml": """
object: lead
label: North
order: 1
when: "region == 'north' and status != 'invalid'"
members: [{roles: [rep], when: "position == 'Sales'"}]
managers: [{roles: [chief]}]
masked: [phone]
hidden: [secret_plan]
claim: {per_day: 3, most: "case(employee_number, 'junior', 2, 5)", counts: "status != 'done'", cooling: {days: 3}}
reasons: [no_need, wrong_data]
on_claim: {set: {status: pending}}
on_return: {set: {status: new}}
moves: [{when: "status == 'pending' and last_activity_at >= owner_since", set: {status: following}}]
protect_days: 2
returns:
  - name: idle
    label: No follow-up
    when: "status in ['pending', 'following']"
    except: "level == 'a'"
    after: {by: level, days: {b: 30}, otherwise: 10}
    since: [last_activity_at]
    warn: [3, 1]
    advice: Log an activity.
  - {name: no_deal, label: No deal, when: "status != 'done'", after: 90, grace: 5}
""",
    "flows/pools/rest.yaml": """
object: lead
label: Rest
members: [{roles: [rep]}]
managers: [{roles: [chief]}]
claim: {cooling: {days: 2, for: department}}
""",
    "flows/assignments/turn.yaml": """
object: lead
label: In turn
order: 1
when: "level == 'b'"
on: [create, return, button]
how: round_robin
to: [{roles: [rep], departments: [SALES]}]
limits: {open: 4}
load: "status != 'done'"
accept: {within: 4 hours, when: "last_activity_at >= owner_since", tries: 2}
""",
    "flows/assignments/match.yaml": """
object: lead
label: By region
order: 2
when: "level == 'c'"
how: by_match
to: [{roles: [rep]}]
score: "(10 if candidate.position == region else 0) + (1 if candidate.employee_number == 'senior' else 0)"
least_score: 1
otherwise: managers
""",
}
