"""The YAML of the test company: customers with deals, lines under deals, and people with different roles."""

from __future__ import annotations

FILES = {
    "objects/crm/region.yaml": """
label: Region
title: "{name}"
owner: none
fields:
  name: {type: text, required: true, search: true}
  total: {type: rollup, of: customer.region, function: sum, field: won}
""",
    "objects/crm/customer.yaml": """
label: Customer
title: "{name}"
features: [history, comments]
fields:
  name: {type: text, required: true, max_length: 80, search: true}
  code: {type: text, unique: true}
  region: {type: lookup, to: region}
  secret_note: {type: text, search: true}
  limit: {type: decimal, scale: 2}
  vip: {type: boolean, default: false}
  address: {type: address}
  deals: {type: rollup, of: deal.customer, function: count}
  won: {type: rollup, of: deal.customer, function: sum, field: amount, where: "stage == 'won'"}
  best: {type: rollup, of: deal.customer, function: max, field: amount}
  last_stage: {type: rollup, of: deal.customer, function: latest, field: stage, order_by: close_on}
  shout: {type: formula, returns: text, formula: "upper(name)"}
  secret_length: {type: formula, returns: integer, formula: "len(secret_note)"}
""",
    "objects/crm/deal.yaml": """
label: Deal
title: "{name} · {number}"
features: [history, comments]
fields:
  name: {type: text, required: true, search: true}
  number: {type: autonumber, format: "D-{yyyy}-{000}"}
  customer: {type: lookup, to: customer, on_delete: restrict}
  colleague: {type: user}
  partner: {type: lookup, to: customer, on_delete: set_null, filter: "vip"}
  tags: {type: tags}
  helpers: {type: multi_lookup, to: customer}
  amount: {type: decimal, scale: 2, min: 0}
  probability: {type: integer, default: 50}
  weighted: {type: formula, returns: decimal, scale: 2, formula: "amount * probability / 100"}
  double: {type: formula, returns: decimal, scale: 2, formula: "weighted * 2"}
  customer_name: {type: formula, returns: text, formula: "customer.name"}
  stage: {type: picklist, options: [open, won, lost, {value: old, label: Old, retired: true}], default: open}
  reason:
    type: picklist
    controller: stage
    options: [{value: price, label: Price, depends: [lost]}, {value: quality, label: Quality, depends: [lost, won]}]
  lost_reason: {type: text, required_when: "stage == 'lost'", visible_when: "stage == 'lost'"}
  close_on: {type: date, default: {formula: "today()"}}
  frozen: {type: text, read_only_when: "stage == 'won'"}
  approved: {type: boolean, read_only: true}
  fee: {type: currency}
checks:
  - {name: small_when_lost, check: "stage != 'lost' or amount < 1000", message: Too big to lose, fields: [amount]}
  - name: within_limit
    check: "is_blank(customer.limit) or is_blank(amount) or amount <= customer.limit"
    message: Over the limit
unique: [[customer, name]]
""",
    "objects/crm/line.yaml": """
label: Line
title: "{what}"
owner: parent
fields:
  deal: {type: parent, to: deal}
  what: {type: text, required: true}
  price: {type: decimal, scale: 2}
""",
    "objects/crm/ticket.yaml": """
label: Ticket
title: "{subject}"
record_types:
  question: {label: Question, options: {topic: [how, why]}}
  complaint: {label: Complaint, required: [subject], defaults: {topic: broken}}
fields:
  subject: {type: text}
  topic: {type: picklist, options: [how, why, broken]}
  password: {type: secret}
""",
    "objects/roles/admin.yaml": """
label: Admin
system: [modify_all, view_all, users, configure]
objects: {"*": {create: true, read: all, update: all, delete: all}}
""",
    "objects/roles/seller.yaml": """
label: Seller
objects:
  customer: {create: true, read: own, update: own, delete: own, fields: {secret_note: none, limit: read}}
  deal: {create: true, read: own, update: own, delete: own}
  region: {read: all}
  ticket: {create: true, read: all, update: own}
""",
    "objects/roles/porter.yaml": """
label: Porter
system: [users]
objects:
  user: {create: true, read: all, update: all, delete: all}
  customer: {create: true, read: own, update: all, delete: all, fields: {owner: read}}
""",
    "objects/roles/reader.yaml": """
label: Reader
objects: {"*": {read: all}}
""",
    "objects/roles/nobody.yaml": """
label: Nobody
objects: {region: {read: all}}
""",
}
