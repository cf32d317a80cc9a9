"""The YAML of the tests of care for data: leads, companies, people, what hangs on them, and who may do what."""

from __future__ import annotations

FILES = {
    "objects/shop/company.yaml": """
label: Company
title: "{name}"
features: [history, comments, attachments, activities]
fields:
  name: {type: text, required: true, max_length: 120, search: true}
  code: {type: text, unique: true}
  phone: {type: text}
  site: {type: url}
  city: {type: text}
  notes: {type: long_text}
  labels: {type: tags}
  partners: {type: multi_lookup, to: company}
  people: {type: rollup, of: person.company, function: count}
  number: {type: autonumber, format: "C-{0000}"}
  approved: {type: boolean, read_only: true}
duplicates:
  - name: same_name
    match: [{field: name, how: fuzzy, least: 0.85}]
  - name: same_site
    match: [{field: site, how: domain}]
    on_match: block
    tell: owner
""",
    "objects/shop/person.yaml": """
label: Person
title: "{name}"
features: [history, comments, activities]
fields:
  name: {type: text, required: true, search: true}
  company: {type: lookup, to: company, on_delete: restrict}
  email: {type: email}
  mobile: {type: phone}
  born: {type: date}
  note: {type: long_text, clone: false}
duplicates:
  - name: same_mail
    match: [{field: email, how: email}]
    on_match: allow_with_reason
  - name: sounds_alike
    match: [{field: name, how: pinyin}, {field: company}]
personal:
  fields: [name, email, mobile, born, note]
  keep: {name: "Erased {id}"}
retention:
  bin_days: 30
""",
    "objects/shop/prospect.yaml": """
label: Prospect
title: "{company}"
owner: pool
fields:
  company: {type: text, search: true}
  name: {type: text}
  phone: {type: text}
  status: {type: picklist, options: [new, converted, void], default: new}
  account: {type: lookup, to: company}
  received_on: {type: date}
duplicates:
  - name: known_company
    match: [{field: company, how: normalised}, {field: phone, how: phone, optional: true, weight: 2}]
    across: [{object: company, fields: {company: name, phone: phone}}]
    when: "status != 'void'"
    among: "status != 'void'"
    tell: exists
retention:
  rules:
    - {name: old, when: "status == 'void'", days: 100, since: received_on, then: delete}
""",
    "objects/shop/order.yaml": """
label: Order
title: "{name}"
fields:
  name: {type: text}
  company: {type: lookup, to: company, on_delete: restrict}
  amount: {type: decimal, scale: 2}
""",
    "objects/shop/order_line.yaml": """
label: Line
title: "{name}"
fields:
  order: {type: parent, to: order}
  name: {type: text}
  amount: {type: decimal, scale: 2}
""",
    "objects/shop/membership_card.yaml": """
label: Card
title: "{kind}"
fields:
  company: {type: lookup, to: company}
  kind: {type: text}
unique: [[company, kind]]
""",
    "flows/conversions/prospect.yaml": """
label: Convert
object: prospect
when: "status == 'new'"
steps:
  firm:
    to: company
    match: [same_name]
    found_by: account
    map: {name: company, phone: phone}
  human:
    to: person
    key: [name]
    links: {company: firm}
    map: {name: name}
  deal:
    to: order
    optional: true
    links: {company: firm}
    map: {name: "concat('Deal ', company)"}
move:
  - {objects: [comment, activity], to: [deal, firm]}
set:
  status: "'converted'"
  account: {step: firm}
""",
    "objects/roles/seller.yaml": """
label: Seller
objects:
  company: {create: true, read: own, update: own, delete: own}
  person: {create: true, read: own, update: own, delete: own}
  prospect: {create: true, read: own, update: own, delete: own}
  vendor: {create: true, read: own, update: own, delete: own}
  order: {create: true, read: all, update: all, delete: none}
""",
    "objects/roles/reader.yaml": """
label: Reader
objects:
  company: {create: true, read: all, update: all, fields: {phone: none}}
  prospect: {create: true, read: all, update: all}
""",
    "objects/shop/vendor.yaml": """
label: Vendor
title: "{name}"
fields:
  name: {type: text, required: true, max_length: 60}
  tax_number: {type: text}
  since: {type: date}
duplicates:
  - name: alike
    match: [{field: name, how: normalised}, {field: since, optional: true}]
    on_match: request
    reviewers: [{role: boss}]
  - name: same_tax_number
    match: [{field: tax_number}]
    on_match: request
    approval: vendor
    tell: none
""",
    "flows/approvals/vendor.yaml": """
label: Vendor approval
object: vendor
start: {when: "not is_blank(tax_number)"}
nodes:
  look: {approvers: [{user: chief@example.com}], to: end}
  end: {type: end}
""",
    "objects/roles/boss.yaml": """
label: Boss
system: [modify_all, erase, configure]
""",
}
