"""A workspace with every kind of field, for the tests of pages."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "workspace.yaml": """
name: workshop
label: {en: Workshop, zh-CN: 工坊, zh-TW: 工坊}
extends: []
time_zone: Asia/Shanghai
currency: CNY
currencies: [CNY, USD]
country: CN
""",
    "objects/roles/keeper.yaml": """
label: Keeper
objects: {"*": {create: true, read: all, update: all, delete: all, purge: true}}
system: [users, configure, view_all, modify_all, audit, view_as, erase]
""",
    "objects/roles/peeper.yaml": "label: Peeper\nsystem: [view_as]\n",
    "objects/roles/guarded.yaml": "label: Guarded\nrequire_second_factor: true\n",
    "objects/roles/inside.yaml": "label: Inside\nallowed_addresses: [10.0.0.0/8, '2001:db8::/32']\n",
    "objects/roles/hirer.yaml": """
label: {en: Hirer, zh-CN: 人事, zh-TW: 人事}
objects: {user: {create: true, read: all, update: all}, department: {read: all}}
system: [users]
""",
    "objects/roles/engineer.yaml": """
label: {en: Engineer, zh-CN: 工程师, zh-TW: 工程師}
system: [configure]
""",
    "objects/roles/helper.yaml": """
label: Helper
objects:
  maker: {read: all}
  thing: {create: true, read: all, update: all, fields: {cost: none, grade: read}}
  kit: {create: true, read: all, update: all}
  part: {create: true, read: all, update: all, fields: {price: none}}
""",
    "objects/shop/maker.yaml": """
label: {en: Maker, zh-CN: 厂商, zh-TW: 廠商}
plural: {en: Makers, zh-CN: 厂商, zh-TW: 廠商}
icon: building
title: "{name}"
features: [history, comments, attachments]
fields:
  name: {type: text, label: {en: Name, zh-CN: 名称, zh-TW: 名稱}, required: true, max_length: 80, search: true}
  city: {type: text, label: {en: City, zh-CN: 城市, zh-TW: 城市}}
""",
    "objects/shop/thing.yaml": """
label: {en: Thing, zh-CN: 物品, zh-TW: 物品}
plural: {en: Things, zh-CN: 物品, zh-TW: 物品}
icon: tool
title: "{name}"
features: [history, comments, attachments]
fields:
  name: {type: text, label: {en: Name, zh-CN: 名称, zh-TW: 名稱}, required: true, max_length: 60, search: true}
  maker: {type: lookup, to: maker, label: {en: Maker, zh-CN: 厂商, zh-TW: 廠商}, on_delete: restrict}
  about: {type: any_lookup, label: {en: About, zh-CN: 关于, zh-TW: 關於}}
  partners: {type: multi_lookup, to: maker, label: {en: Partners, zh-CN: 伙伴, zh-TW: 夥伴}}
  notes: {type: long_text, label: {en: Notes, zh-CN: 备注, zh-TW: 備註}}
  story: {type: rich_text, label: {en: Story, zh-CN: 介绍, zh-TW: 介紹}}
  pieces: {type: integer, label: {en: Pieces, zh-CN: 件数, zh-TW: 件數}, min: 0, max: 1000}
  weight: {type: decimal, scale: 3, label: {en: Weight, zh-CN: 重量, zh-TW: 重量}}
  cost: {type: currency, label: {en: Cost, zh-CN: 成本, zh-TW: 成本}, min: 0}
  margin: {type: percent, label: {en: Margin, zh-CN: 毛利, zh-TW: 毛利}}
  ready: {type: boolean, label: {en: Ready, zh-CN: 就绪, zh-TW: 就緒}}
  made_on: {type: date, label: {en: Made on, zh-CN: 制造日期, zh-TW: 製造日期}}
  seen_at: {type: datetime, label: {en: Seen at, zh-CN: 查看时间, zh-TW: 查看時間}}
  opens: {type: time, label: {en: Opens, zh-CN: 开始, zh-TW: 開始}}
  takes: {type: duration, label: {en: Takes, zh-CN: 用时, zh-TW: 用時}}
  state:
    type: picklist
    label: {en: State, zh-CN: 状态, zh-TW: 狀態}
    default: draft
    options:
      - {value: draft, label: {en: Draft, zh-CN: 草稿, zh-TW: 草稿}, color: gray}
      - {value: sold, label: {en: Sold, zh-CN: 已售, zh-TW: 已售}, color: green}
      - {value: broken, label: {en: Broken, zh-CN: 损坏, zh-TW: 損壞}, color: red}
  reason:
    type: text
    label: {en: Reason, zh-CN: 原因, zh-TW: 原因}
    visible_when: "state == 'broken'"
    required_when: "state == 'broken'"
  grade: {type: rating, label: {en: Grade, zh-CN: 评级, zh-TW: 評級}}
  uses:
    type: multi_picklist
    label: {en: Uses, zh-CN: 用途, zh-TW: 用途}
    options: [home, office, road]
  group: {type: picklist, label: {en: Group, zh-CN: 组, zh-TW: 組}, options: [tool, toy]}
  kind:
    type: picklist
    label: {en: Kind, zh-CN: 类, zh-TW: 類}
    controller: group
    options:
      - {value: hammer, label: Hammer, depends: [tool]}
      - {value: ball, label: Ball, depends: [toy]}
  words: {type: tags, label: {en: Tags, zh-CN: 标签, zh-TW: 標籤}}
  mail: {type: email, label: {en: Mail, zh-CN: 邮箱, zh-TW: 信箱}}
  call: {type: phone, label: {en: Call, zh-CN: 电话, zh-TW: 電話}}
  site: {type: url, label: {en: Site, zh-CN: 网站, zh-TW: 網站}}
  guest: {type: person_name, label: {en: Guest, zh-CN: 来客, zh-TW: 來客}}
  place: {type: address, label: {en: Place, zh-CN: 地址, zh-TW: 地址}}
  spot: {type: geolocation, label: {en: Spot, zh-CN: 位置, zh-TW: 位置}}
  papers: {type: attachment, label: {en: Papers, zh-CN: 文件, zh-TW: 文件}}
  picture: {type: image, label: {en: Picture, zh-CN: 图片, zh-TW: 圖片}}
  data: {type: json, label: {en: Data, zh-CN: 数据, zh-TW: 資料}}
  key: {type: secret, label: {en: Key, zh-CN: 密钥, zh-TW: 金鑰}}
  number: {type: autonumber, format: "T-{0000}", label: {en: Number, zh-CN: 编号, zh-TW: 編號}}
  double: {type: formula, returns: integer, formula: "pieces * 2", label: {en: Twice, zh-CN: 两倍, zh-TW: 兩倍}}
checks:
  - name: sold_needs_pieces
    check: "state != 'sold' or not is_blank(pieces)"
    message: {en: Say how many were sold., zh-CN: 请填写售出件数。, zh-TW: 請填寫售出件數。}
    fields: [pieces]
""",
    "objects/shop/part.yaml": """
label: {en: Part, zh-CN: 零件, zh-TW: 零件}
plural: {en: Parts, zh-CN: 零件, zh-TW: 零件}
icon: list-details
title: "{name}"
owner: parent
features: [history]
fields:
  kit: {type: parent, to: kit, label: {en: Kit, zh-CN: 套件, zh-TW: 套件}}
  name: {type: text, label: {en: Name, zh-CN: 名称, zh-TW: 名稱}, required: true, max_length: 40}
  maker: {type: lookup, to: maker, label: {en: Maker, zh-CN: 厂商, zh-TW: 廠商}, on_delete: restrict}
  amount: {type: integer, label: {en: Amount, zh-CN: 数量, zh-TW: 數量}, default: 1, min: 1}
  price: {type: currency, label: {en: Price, zh-CN: 单价, zh-TW: 單價}, required: true, min: 0}
  grade: {type: picklist, label: {en: Grade, zh-CN: 等级, zh-TW: 等級}, options: [good, poor]}
  place: {type: integer, label: {en: Place, zh-CN: 序号, zh-TW: 序號}}
  total: {type: formula, returns: currency, formula: "amount * price", label: {en: Total, zh-CN: 小计, zh-TW: 小計}}
""",
    "objects/shop/kit.yaml": """
label: {en: Kit, zh-CN: 套件, zh-TW: 套件}
plural: {en: Kits, zh-CN: 套件, zh-TW: 套件}
icon: box
title: "{name}"
features: [history]
fields:
  name: {type: text, label: {en: Name, zh-CN: 名称, zh-TW: 名稱}, required: true, max_length: 60, search: true}
  notes: {type: long_text, label: {en: Notes, zh-CN: 备注, zh-TW: 備註}}
  worth: {type: rollup, of: part.kit, function: sum, field: total, label: {en: Worth, zh-CN: 总值, zh-TW: 總值}}
  parts: {type: rollup, of: part.kit, function: count, label: {en: Parts, zh-CN: 零件数, zh-TW: 零件數}}
  dear: {type: formula, returns: boolean, formula: "worth > 1000", label: {en: Dear, zh-CN: 贵重, zh-TW: 貴重}}
  reason: {type: text, label: {en: Why so dear, zh-CN: 原因, zh-TW: 原因}, visible_when: "worth > 1000"}
  sealed: {type: boolean, label: {en: Sealed, zh-CN: 已封存, zh-TW: 已封存}}
  seal:
    type: text
    label: {en: Seal, zh-CN: 封条, zh-TW: 封條}
    read_only_when: "sealed"
    pattern: "[a-z]+( [0-9]{2})?"
    pattern_message:
      en: "A colour, then perhaps two digits: red 07."
      zh-CN: 颜色，后面可以有两位数字：red 07。
      zh-TW: 顏色，後面可以有兩位數字：red 07。
""",
    "layouts/pages/kit.yaml": """
object: kit
label: Kit
sections:
  - {label: {en: Kit, zh-CN: 套件, zh-TW: 套件}, fields: [name, worth, parts, dear, reason, notes, sealed, seal]}
related:
  - {object: part, field: kit, columns: [place, name, maker, amount, price, grade, total], sort: [place], edit: grid,
     position: place}
""",
    "layouts/pages/thing.yaml": """
object: thing
label: Thing
highlights: [state, cost, maker]
tabs:
  - label: {en: Overview, zh-CN: 概览, zh-TW: 概覽}
    sections:
      - label: {en: Basics, zh-CN: 基本, zh-TW: 基本}
        fields: [name, number, state, reason, maker, about, partners, pieces, double, weight, cost, margin, ready,
                 made_on, seen_at, opens, takes, grade, uses, group, kind, words]
      - label: {en: Contact, zh-CN: 联系, zh-TW: 聯絡}
        fields: [mail, call, site, place, spot]
      - label: {en: Texts, zh-CN: 文本, zh-TW: 文字}
        columns: 1
        fields: [notes, story, papers, picture, data, key]
""",
    "layouts/pages/maker.yaml": """
object: maker
label: Maker
quick: [name, city]
sections:
  - {label: Maker, fields: [name, city, owner]}
related:
  - {object: thing, field: maker, columns: [name, state, cost], sort: [name]}
""",
    "layouts/lists/thing.yaml": """
object: thing
label: {en: All things, zh-CN: 全部物品, zh-TW: 全部物品}
columns: [name, state, maker, maker.city, pieces, double, cost, made_on, ready, grade, words]
sort: [name]
page_size: 20
quick_filters: [state, ready, maker]
""",
    "layouts/lists/thing_sold.yaml": """
object: thing
label: {en: Sold things, zh-CN: 已售物品, zh-TW: 已售物品}
columns: [name, pieces, cost]
where: "state == 'sold'"
""",
    "layouts/lists/thing_colored.yaml": """
object: thing
label: {en: Coloured things, zh-CN: 着色物品, zh-TW: 著色物品}
columns: [name, pieces]
order: 200
page_size: 50
density: compact
freeze: 2
colors:
  - {when: "cost > 100000", color: purple}
  - {when: "state == 'sold' and pieces < 3", color: red}
  - {when: "maker.city == '上海'", color: orange}
  - {when: "double > 36", color: green}
""",
    "layouts/lists/thing_grouped.yaml": """
object: thing
label: {en: Things by month, zh-CN: 按月物品, zh-TW: 按月物品}
columns: [name, pieces]
order: 210
group_by: ["month(made_on)"]
""",
    "layouts/lists/maker_helpers.yaml": """
object: maker
label: {en: Makers of helpers, zh-CN: 助手的厂商, zh-TW: 助手的廠商}
columns: [name, city]
roles: [helper]
default: true
""",
    "layouts/apps/shop.yaml": """
label: {en: Shop, zh-CN: 商店, zh-TW: 商店}
icon: shopping-bag
items: [thing, maker, kit, {object: thing, list: thing_sold, label: {en: Sold, zh-CN: 已售, zh-TW: 已售}}]
""",
}


def write_workspace(folder: Path) -> Path:
    for name, text in FILES.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.strip() + "\n", "utf-8")
    return folder
