"""What the workspace of tests/web lacks for the pages of flows: a deal with stages, an approval, a pool, a conversion,
rules for duplicates and personal data, an automation; a shared list of options.
"""

from __future__ import annotations

FILES = {
    "objects/options/sizes.yaml": """
label: {en: Sizes, zh-CN: 规模, zh-TW: 規模}
options:
  - {value: small, label: {en: Small, zh-CN: 小, zh-TW: 小}, color: gray}
  - {value: large, label: {en: Large, zh-CN: 大, zh-TW: 大}, color: purple}
""",
    "objects/flow/deal.yaml": """
label: {en: Deal, zh-CN: 商机, zh-TW: 商機}
plural: {en: Deals, zh-CN: 商机, zh-TW: 商機}
icon: target
title: "{name}"
owner: pool
features: [history, comments, attachments, activities, team, followers]
fields:
  name: {type: text, label: {en: Name, zh-CN: 名称, zh-TW: 名稱}, required: true, search: true}
  amount: {type: currency, label: {en: Amount, zh-CN: 金额, zh-TW: 金額}}
  size: {type: picklist, label: {en: Size, zh-CN: 规模, zh-TW: 規模}, options: {list: sizes}}
  phone: {type: phone, label: {en: Phone, zh-CN: 电话, zh-TW: 電話}}
  maker: {type: lookup, to: maker, label: {en: Maker, zh-CN: 厂商, zh-TW: 廠商}}
  status:
    type: picklist
    label: {en: Status, zh-CN: 状态, zh-TW: 狀態}
    default: open
    options:
      - {value: open, label: {en: Open, zh-CN: 进行中, zh-TW: 進行中}}
      - {value: converted, label: {en: Converted, zh-CN: 已转换, zh-TW: 已轉換}}
  stage:
    type: picklist
    label: {en: Stage, zh-CN: 阶段, zh-TW: 階段}
    default: talk
    options:
      - {value: talk, label: {en: Talk, zh-CN: 洽谈, zh-TW: 洽談}}
      - {value: offer, label: {en: Offer, zh-CN: 报价, zh-TW: 報價}}
      - {value: won, label: {en: Won, zh-CN: 赢单, zh-TW: 成交}}
      - {value: lost, label: {en: Lost, zh-CN: 输单, zh-TW: 未成交}}
duplicates:
  - name: same_name
    match: [{field: name, how: fuzzy, least: 0.85}]
personal:
  fields: [phone]
retention:
  rules:
    - {name: old, when: "status == 'converted'", days: 100, since: updated_at, then: delete}
""",
    "flows/stages/deal.yaml": """
label: {en: Selling, zh-CN: 销售流程, zh-TW: 銷售流程}
object: deal
field: stage
stages:
  talk:
    expected: 2 workdays
    probability: 10
    guidance: {en: Ask what they need., zh-CN: 了解需求。, zh-TW: 了解需求。}
  offer: {requires: [amount, maker], probability: 50}
  won: {closed: won, probability: 100}
  lost: {closed: lost, probability: 0}
""",
    "flows/calendars/office.yaml": """
label: {en: Office hours, zh-CN: 办公时间, zh-TW: 辦公時間}
default: true
hours: {monday: ["9:00-17:00"], tuesday: ["9:00-17:00"], wednesday: ["9:00-17:00"]}
""",
    "flows/approvals/deal.yaml": """
object: deal
label: {en: Deal approval, zh-CN: 商机审批, zh-TW: 商機簽核}
help: {en: For larger offers., zh-CN: 较大金额的报价。, zh-TW: 較大金額的報價。}
start: {by: [anyone]}
dedupe: each
nodes:
  check:
    label: {en: Check, zh-CN: 复核, zh-TW: 覆核}
    approvers: [{role: keeper}]
    mode: all
    when_self: allow
    comment: on_reject
    deadline: {after: 1 workday, then: remind}
    to: approved
  approved: {type: end, label: {en: Approved, zh-CN: 通过, zh-TW: 通過}}
  rejected: {type: end, result: rejected, label: {en: Rejected, zh-CN: 拒绝, zh-TW: 拒絕}}
""",
    "flows/pools/deals.yaml": """
object: deal
label: {en: Open deals, zh-CN: 商机公海, zh-TW: 商機公海}
help: {en: Deals that nobody works on., zh-CN: 还没有人跟进的商机。, zh-TW: 還沒有人跟進的商機。}
when: "status == 'open'"
members: [{roles: [keeper]}]
managers: [{roles: [keeper]}]
masked: [phone]
columns: [name, amount, size, phone]
claim: {per_day: 50, cooling: {days: 1}}
reasons:
  - {value: no_need, label: {en: No need, zh-CN: 暂无需求, zh-TW: 暫無需求}}
returns:
  - name: idle
    label: {en: No follow-up, zh-CN: 长期未跟进, zh-TW: 長期未跟進}
    when: "stage == 'talk'"
    after: 10
    warn: [3, 1]
""",
    "flows/assignments/deals.yaml": """
object: deal
label: {en: In turn, zh-CN: 轮流分配, zh-TW: 輪流分配}
on: [button]
how: round_robin
to: [{roles: [keeper]}]
""",
    "flows/conversions/deal.yaml": """
label: {en: Convert, zh-CN: 转换, zh-TW: 轉換}
help: {en: The deal becomes a thing., zh-CN: 将商机转换为物品。, zh-TW: 將商機轉換為物品。}
object: deal
when: "status == 'open'"
steps:
  thing: {to: thing, map: {name: name}}
set: {status: "'converted'"}
""",
    "flows/automations/deal_won.yaml": """
label: {en: A won deal is told, zh-CN: 赢单后通知, zh-TW: 成交後通知}
object: deal
when: {changed: {field: stage, to: won}}
if: "not is_blank(amount)"
do:
  - notify: {to: owner, subject: {en: "Won: {name}", zh-CN: "赢单：{name}", zh-TW: "成交：{name}"}}
""",
}
